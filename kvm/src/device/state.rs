//! What has to be saved of an in-kernel device, and in which order it has to come back: the register attributes, as the
//! kernel's documents of the device (Documentation/virt/kvm/devices) ask for it and QEMU does it. Uses the attributes of the
//! device alone, nothing behind them; does not place or initialise a device.

use emu::gic::icc;

use super::{Device, DeviceFd, Vgic};
use crate::abi::{DeviceAttr, its, vgic as abi};
use crate::errno::{EINVAL, Errno};
use crate::idregs::VgicKind;

/// A register of a device, by attribute, or an action without a value. A list of them is restored in its order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SavedRegister {
    /// Attribute group.
    pub group: u32,
    /// Attribute.
    pub attr: u64,
    /// The value to write.
    pub value: u64,
}

impl SavedRegister {
    /// As an argument of KVM_SET_DEVICE_ATTR.
    pub fn attribute(&self) -> DeviceAttr {
        DeviceAttr { flags: 0, group: self.group, attr: self.attr }
    }
}

/// A refused write of a restore.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the device refuses group {} attribute {:#x} = {:#x}: {errno}", register.group, register.attr, register.value)]
pub struct RestoreError {
    /// What was written.
    pub register: SavedRegister,
    /// What KVM said.
    pub errno: Errno,
}

impl DeviceFd {
    /// Writes into guest memory what the device keeps of it: pending LPIs, the mappings of an ITS. To be done with all vCPUs
    /// stopped, before guest memory is copied for the last time.
    ///
    /// # Errors
    /// EBUSY while a vCPU runs, EFAULT for tables outside guest memory, EINVAL for an ITS table that is too small.
    pub fn save_tables(&self) -> Result<(), Errno> {
        let attr = match &self.device {
            Device::Vfio => return Ok(()),
            Device::Vgic(vgic) if vgic.kind() == VgicKind::V2 => return Ok(()),
            Device::Vgic(_) => abi::CTRL_SAVE_PENDING_TABLES,
            Device::Its(_) => its::CTRL_SAVE_TABLES,
        };
        self.set_device_attr(&DeviceAttr { flags: 0, group: abi::GRP_CTRL, attr }, 0)
    }

    /// Reads what a move has to carry, with no vCPU running. Guest memory is to be restored before these, an ITS after its GIC.
    ///
    /// # Errors
    /// EBUSY while a vCPU runs and before the device is initialised, ENXIO for an ITS without an address.
    pub fn save_registers(&self) -> Result<Vec<SavedRegister>, Errno> {
        let mut save = Save { device: self, irqs: 0, saved: Vec::new() };
        match &self.device {
            Device::Vfio => {}
            Device::Its(_) => save.its()?,
            Device::Vgic(vgic) => {
                save.irqs = self.get(abi::GRP_NR_IRQS, 0)?;
                if vgic.kind() == VgicKind::V2 {
                    save.gic_v2()?;
                } else {
                    save.gic_v3()?;
                }
            }
        }
        Ok(save.saved)
    }

    /// Writes a saved list to a freshly initialised device of the same shape.
    ///
    /// # Errors
    /// The first register that the device refuses; what came before it is written.
    pub fn restore_registers(&self, saved: &[SavedRegister]) -> Result<(), RestoreError> {
        saved.iter().try_for_each(|&register| {
            self.set_device_attr(&register.attribute(), register.value).map_err(|errno| RestoreError { register, errno })
        })
    }

    fn get(&self, group: u32, attr: u64) -> Result<u64, Errno> {
        self.get_device_attr(&DeviceAttr { flags: 0, group, attr })
    }
}

/// Offsets of the registers that the distributors share, and their bits for each interrupt.
mod dist {
    pub const CTLR: u64 = 0x0;
    pub const IIDR: u64 = 0x8;
    pub const IGROUPR: u64 = 0x80;
    pub const ISENABLER: u64 = 0x100;
    pub const ICENABLER: u64 = 0x180;
    pub const ISPENDR: u64 = 0x200;
    pub const ISACTIVER: u64 = 0x300;
    pub const IPRIORITYR: u64 = 0x400;
    pub const ITARGETSR: u64 = 0x800;
    pub const ICFGR: u64 = 0xc00;
    pub const SPENDSGIR: u64 = 0xf20;
    pub const IROUTER: u64 = 0x6000;
}

/// A redistributor's.
mod redist {
    pub const CTLR: u64 = 0x0;
    pub const TYPER: u64 = 0x8;
    /// There are LPIs.
    pub const TYPER_PLPIS: u64 = 1;
    pub const PROPBASER: u64 = 0x70;
    pub const PENDBASER: u64 = 0x78;
    /// SGI_base, where the registers of private interrupts have the offsets of the distributor's.
    pub const SGI_BASE: u64 = 0x1_0000;
}

/// An ITS's.
mod gits {
    pub const CTLR: u64 = 0x0;
    pub const IIDR: u64 = 0x4;
    pub const CBASER: u64 = 0x80;
    pub const CWRITER: u64 = 0x88;
    pub const CREADR: u64 = 0x90;
    pub const BASER: u64 = 0x100;
}

/// ICC_ registers in an order in which none changes another: ICC_CTLR_EL1 sizes the active priorities. While its CBPR is set KVM
/// neither shows nor takes the true ICC_BPR1_EL1: a move loses that one, as it does on real hosts.
const CPU_REGISTERS: [u16; 15] = [
    icc::SRE,
    icc::CTLR,
    icc::IGRPEN0,
    icc::IGRPEN1,
    icc::PMR,
    icc::BPR0,
    icc::BPR1,
    icc::AP0R0,
    icc::AP0R1,
    icc::AP0R2,
    icc::AP0R3,
    icc::AP1R0,
    icc::AP1R1,
    icc::AP1R2,
    icc::AP1R3,
];
/// GICC_CTLR, BPR, ABPR, PMR and the active priorities.
const CPU_INTERFACE_V2: [u64; 8] = [0x00, 0x04, 0x08, 0x1c, 0xd0, 0xd4, 0xd8, 0xdc];
/// SGIs among the first 32 interrupts.
const SGIS: u64 = 0xffff;

/// A save in progress.
struct Save<'a> {
    device: &'a DeviceFd,
    irqs: u64,
    saved: Vec<SavedRegister>,
}

impl Save<'_> {
    fn put(&mut self, group: u32, attr: u64, value: u64) {
        self.saved.push(SavedRegister { group, attr, value });
    }

    fn take(&mut self, group: u32, attr: u64) -> Result<u64, Errno> {
        let value = self.device.get(group, attr)?;
        self.put(group, attr, value);
        Ok(value)
    }

    /// The words of a register with `bits` for each of the interrupts `irqs`.
    fn words(&mut self, group: u32, base: u64, bits: u64, irqs: std::ops::Range<u64>) -> Result<(), Errno> {
        for offset in (irqs.start * bits / 8..irqs.end * bits / 8).step_by(4) {
            self.take(group, base + offset)?;
        }
        Ok(())
    }

    /// Enables start as the device resets them: clear what is off, set what is on.
    fn enables(&mut self, group: u32, base: u64, irqs: std::ops::Range<u64>) -> Result<(), Errno> {
        for offset in (irqs.start / 8..irqs.end / 8).step_by(4) {
            let enabled = self.device.get(group, base + dist::ISENABLER + offset)?;
            self.put(group, base + dist::ICENABLER + offset, !enabled & 0xffff_ffff);
            self.put(group, base + dist::ISENABLER + offset, enabled);
        }
        Ok(())
    }

    /// GITS_CBASER resets the queue's other registers; enabling comes after the tables are read.
    fn its(&mut self) -> Result<(), Errno> {
        for offset in [gits::IIDR, gits::CBASER, gits::CREADR, gits::CWRITER] {
            self.take(its::GRP_REGS, offset)?;
        }
        for offset in (gits::BASER..gits::BASER + 0x40).step_by(8) {
            self.take(its::GRP_REGS, offset)?;
        }
        self.put(its::GRP_CTRL, its::CTRL_RESTORE_TABLES, 0);
        self.take(its::GRP_REGS, gits::CTLR)?;
        Ok(())
    }

    fn gic_v2(&mut self) -> Result<(), Errno> {
        let group = abi::GRP_DIST_REGS;
        let vm = &self.device.vm;
        let vcpus: Vec<u64> = vm.vcpus().iter().enumerate().map(|(place, vcpu)| Vgic::number(vm, place, vcpu) << 32).collect();
        // First: it tells KVM that groups are meant (vgic_mmio_uaccess_write_v2_misc).
        self.take(group, dist::IIDR)?;
        for (place, &at) in vcpus.iter().enumerate() {
            // Private interrupts are banked; the shared ones are any CPU's.
            let irqs = if place == 0 { 0..self.irqs } else { 0..32 };
            for (base, bits) in [(dist::IGROUPR, 1), (dist::ICFGR, 2), (dist::IPRIORITYR, 8)] {
                self.words(group, at + base, bits, irqs.clone())?;
            }
            self.enables(group, at, irqs.clone())?;
            self.pending_v2(at, irqs.clone())?;
            self.words(group, at + dist::ISACTIVER, 1, irqs)?;
        }
        self.words(group, dist::ITARGETSR, 8, 32..self.irqs)?;
        for at in vcpus {
            for offset in CPU_INTERFACE_V2 {
                self.take(abi::GRP_CPU_REGS, at | offset)?;
            }
        }
        self.take(group, dist::CTLR)?;
        Ok(())
    }

    /// An SGI is pending by its senders: GICD_ISPENDR would make up one.
    fn pending_v2(&mut self, at: u64, irqs: std::ops::Range<u64>) -> Result<(), Errno> {
        let group = abi::GRP_DIST_REGS;
        for offset in (irqs.start / 8..irqs.end / 8).step_by(4) {
            let attr = at + dist::ISPENDR + offset;
            let pending = self.device.get(group, attr)?;
            self.put(group, attr, if offset == 0 { pending & !SGIS } else { pending });
        }
        self.words(group, at + dist::SPENDSGIR, 8, 0..16)
    }

    fn gic_v3(&mut self) -> Result<(), Errno> {
        let vcpus: Vec<u64> = self.device.vm.vcpus().iter().map(|vcpu| affinity(vcpu.mpidr)).collect();
        let first = vcpus.first().copied().unwrap_or_default();
        self.take(abi::GRP_DIST_REGS, dist::IIDR)?;
        for &vcpu in &vcpus {
            self.redistributor(vcpu)?;
        }
        let (group, shared) = (abi::GRP_DIST_REGS, 32..self.irqs);
        for (base, bits) in [(dist::IGROUPR, 1), (dist::ICFGR, 2), (dist::IPRIORITYR, 8), (dist::IROUTER, 64)] {
            self.words(group, base, bits, shared.clone())?;
        }
        self.enables(group, 0, shared.clone())?;
        for intid in shared.clone().step_by(32) {
            self.take(abi::GRP_LEVEL_INFO, first | intid)?;
        }
        self.words(group, dist::ISPENDR, 1, shared.clone())?;
        self.words(group, dist::ISACTIVER, 1, shared)?;
        for &vcpu in &vcpus {
            self.cpu_registers(vcpu)?;
        }
        self.take(group, dist::CTLR)?;
        Ok(())
    }

    /// The LPI tables, where there are LPIs, are placed before GICR_CTLR enables them.
    fn redistributor(&mut self, vcpu: u64) -> Result<(), Errno> {
        let (group, sgi) = (abi::GRP_REDIST_REGS, vcpu | redist::SGI_BASE);
        if self.device.get(group, vcpu | redist::TYPER)? & redist::TYPER_PLPIS != 0 {
            for offset in [redist::PROPBASER, redist::PROPBASER + 4, redist::PENDBASER, redist::PENDBASER + 4] {
                self.take(group, vcpu | offset)?;
            }
        }
        self.take(group, vcpu | redist::CTLR)?;
        for (base, bits) in [(dist::IGROUPR, 1), (dist::ICFGR, 2), (dist::IPRIORITYR, 8)] {
            self.words(group, sgi + base, bits, 0..32)?;
        }
        self.enables(group, sgi, 0..32)?;
        self.take(abi::GRP_LEVEL_INFO, vcpu)?;
        self.words(group, sgi + dist::ISPENDR, 1, 0..32)?;
        self.words(group, sgi + dist::ISACTIVER, 1, 0..32)
    }

    fn cpu_registers(&mut self, vcpu: u64) -> Result<(), Errno> {
        for register in CPU_REGISTERS {
            let attr = vcpu | u64::from(register);
            match self.device.get(abi::GRP_CPU_SYSREGS, attr) {
                Ok(value) => self.put(abi::GRP_CPU_SYSREGS, attr, value),
                // Active priorities that this host does not have.
                Err(EINVAL) => {}
                Err(errno) => return Err(errno),
            }
        }
        Ok(())
    }
}

/// Aff3 to Aff0 in the upper half of an attribute.
fn affinity(mpidr: u64) -> u64 {
    (mpidr >> 32 & 0xff) << 56 | (mpidr & 0xff_ffff) << 32
}
