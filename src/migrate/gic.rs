//! Saving and restoring a vGIC and its ITS by the attributes of their KVM devices. Which attributes these are, and their order,
//! is `kvm`'s list; what they mean is not known here.

use kvm::DeviceFd;
use kvm::abi::{DeviceAttr, its, vgic};
use kvm::errno::Errno;

use super::state::{GicRegister, GicState, Hex};

const CONFIGURATION: u64 = 0xc00;
/// `GICR_PROPBASER` and `GICR_PENDBASER`.
const REDISTRIBUTOR_TABLES: std::ops::Range<u64> = 0x70..0x80;
/// `GITS_CBASER` and `GITS_BASERn`.
const ITS_QUEUE: u64 = 0x80;
const ITS_TABLES: std::ops::Range<u64> = 0x100..0x140;

/// Reads the state.
///
/// # Errors
/// What KVM refuses.
pub fn save(device: &DeviceFd) -> Result<GicState, Errno> {
    let saved = device.save_registers()?;
    let registers = saved.into_iter().map(|saved| GicRegister { group: saved.group, attr: Hex(saved.attr), value: Hex(saved.value) });
    Ok(GicState { registers: registers.collect() })
}

/// Writes the state to a fresh device; what it refuses and `forgive` does not is the error.
///
/// # Errors
/// That attribute, and the errno.
pub fn restore(
    device: &DeviceFd,
    state: &GicState,
    forgive: &mut dyn FnMut(&GicRegister, Errno) -> bool,
) -> Result<(), (GicRegister, Errno)> {
    for register in &state.registers {
        let attr = DeviceAttr { flags: 0, group: register.group, attr: register.attr.0 };
        // Writing the address of a table that is not there would make up its attributes.
        if is_table(&attr) && device.get_device_attr(&attr) == Ok(register.value.0) {
            continue;
        }
        match device.set_device_attr(&attr, register.value.0) {
            Err(errno) if !forgive(register, errno) => return Err((*register, errno)),
            _ => {}
        }
    }
    Ok(())
}

/// Registers that hold where a table is.
fn is_table(attr: &DeviceAttr) -> bool {
    match attr.group {
        vgic::GRP_REDIST_REGS => REDISTRIBUTOR_TABLES.contains(&(attr.attr & 0xffff_ffff)),
        its::GRP_REGS => attr.attr == ITS_QUEUE || ITS_TABLES.contains(&attr.attr),
        _ => false,
    }
}

/// True when the captured GIC has an SPI configured as a level (`GICD_ICFGRn`).
pub fn is_level(state: &GicState, interrupt: u32) -> bool {
    let (attr, bit) = (CONFIGURATION + u64::from(interrupt / 16 * 4), 2 * (interrupt % 16) + 1);
    let word = state.registers.iter().find(|register| register.group == vgic::GRP_DIST_REGS && register.attr.0 == attr);
    word.is_some_and(|register| register.value.0 >> bit & 1 == 0)
}
