//! ioctls of a VM.

use super::request as r;
use super::{Fields, KvmFile, UserSpace, field, unknown};
use crate::VmFd;
use crate::abi::{DeviceAttr, MemoryRegion, Msi};
use crate::errno::{EINVAL, Errno};

/// KVM_CREATE_DEVICE_TEST.
const DEVICE_TEST: u32 = 1;

pub(super) fn ioctl(vm: &VmFd, request: u32, argument: u64, user: &mut dyn UserSpace) -> Result<i64, Errno> {
    match request {
        r::CREATE_VCPU => return Ok(user.install(KvmFile::Vcpu(vm.create_vcpu(argument)?))?.into()),
        r::CHECK_EXTENSION => return u32::try_from(argument).map_or(Ok(0), |capability| vm.check_extension(capability)),
        r::SET_USER_MEMORY_REGION => set_memory(vm, argument, user)?,
        r::IRQ_LINE => {
            let level = Fields::<8>::read(user, argument)?;
            vm.set_irq_line(level.u32(0), level.u32(4) != 0)?;
        }
        r::SIGNAL_MSI => {
            let msi = Fields::<32>::read(user, argument)?;
            let msi = Msi { address: msi.u64(0), data: msi.u32(8), flags: msi.u32(12), devid: msi.u32(16) };
            return vm.signal_msi(&msi).map(i64::from);
        }
        r::CREATE_IRQCHIP => vm.create_irq_chip()?,
        r::CREATE_DEVICE => create_device(vm, argument, user)?,
        r::ENABLE_CAP => {
            let cap = Fields::<104>::read(user, argument)?;
            vm.enable_cap(cap.u32(0), cap.u32(4), [8, 16, 24, 32].map(|offset| cap.u64(offset)))?;
        }
        r::ARM_PREFERRED_TARGET => {
            let mut bytes = [0; 32];
            let target = vm.get_preferred_target().target.to_le_bytes();
            bytes.iter_mut().zip(target).for_each(|(to, from)| *to = from);
            user.copy_out(argument, &bytes)?;
        }
        r::ARM_SET_DEVICE_ADDR => {
            let address = Fields::<16>::read(user, argument)?;
            vm.set_device_address(address.u64(0), address.u64(8))?;
        }
        r::ARM_SET_COUNTER_OFFSET => {
            let offset = Fields::<16>::read(user, argument)?;
            vm.set_counter_offset(offset.u64(0), offset.u64(8))?;
        }
        r::ARM_GET_REG_WRITABLE_MASKS => writable_masks(vm, argument, user)?,
        r::SET_DEVICE_ATTR | r::HAS_DEVICE_ATTR => {
            let attr = Fields::<24>::read(user, argument)?;
            let named = DeviceAttr { flags: attr.u32(0), group: attr.u32(4), attr: attr.u64(8) };
            vm.has_device_attr(&named)?;
            if request == r::SET_DEVICE_ATTR {
                let filter = Fields::<24>::read(user, attr.u64(16))?;
                if filter.any_set(9..24) {
                    return Err(EINVAL);
                }
                vm.set_smccc_filter(filter.u32(0), filter.u32(4), filter.u8(8))?;
            }
        }
        _ => return Err(unknown(request, EINVAL)),
    }
    Ok(0)
}

fn set_memory(vm: &VmFd, argument: u64, user: &mut dyn UserSpace) -> Result<(), Errno> {
    let region = Fields::<32>::read(user, argument)?;
    let region = MemoryRegion {
        slot: region.u32(0),
        flags: region.u32(4),
        guest_phys_addr: region.u64(8),
        memory_size: region.u64(16),
        userspace_addr: region.u64(24),
    };
    user.set_memory_region(vm, &region)
}

fn create_device(vm: &VmFd, argument: u64, user: &mut dyn UserSpace) -> Result<(), Errno> {
    let device = Fields::<12>::read(user, argument)?;
    if device.u32(8) & DEVICE_TEST != 0 {
        return vm.test_device(device.u32(0));
    }
    let created = vm.create_device(device.u32(0))?;
    let fd = user.install(KvmFile::Device(created))?;
    user.copy_out(field(argument, 4)?, &fd.to_le_bytes())
}

fn writable_masks(vm: &VmFd, argument: u64, user: &mut dyn UserSpace) -> Result<(), Errno> {
    let range = Fields::<64>::read(user, argument)?;
    if range.any_set(8..64) {
        return Err(EINVAL);
    }
    let masks = vm.get_reg_writable_masks()?;
    let bytes: Vec<u8> = masks.iter().flat_map(|mask| mask.to_le_bytes()).collect();
    user.copy_out(range.u64(0), &bytes)
}
