//! ioctls of a VM.

use super::request as r;
use super::{Fields, KvmFile, UserSpace, device_attr, field, unknown};
use crate::VmFd;
use crate::abi::cap::{CAP_GUEST_MEMFD, CAP_MTE};
use crate::abi::{MemoryRegion, Msi, layout, memory_region};
use crate::errno::{EINVAL, Errno};
use crate::io_bus::{DEASSIGN, IoBus, IoEventRequest, Zone};
use crate::irqfd::{IrqFdRequest, ROUTES, Route};
use crate::tags::{CopyMteTags, TAGS_FROM_GUEST};

/// KVM_CAP_USER_MEMORY2.
const CAP_USER_MEMORY2: u32 = 231;
/// KVM_CREATE_DEVICE_TEST.
const DEVICE_TEST: u32 = 1;

pub(super) fn ioctl(vm: &VmFd, request: u32, argument: u64, user: &mut dyn UserSpace) -> Result<i64, Errno> {
    match request {
        r::CREATE_VCPU => return Ok(user.install(KvmFile::Vcpu(vm.create_vcpu(argument)?))?.into()),
        r::CHECK_EXTENSION => return u32::try_from(argument).map_or(Ok(0), |capability| vm.check_extension(capability)),
        r::SET_USER_MEMORY_REGION => set_memory(vm, argument, user)?,
        r::SET_USER_MEMORY_REGION2 if vm.check_extension(CAP_USER_MEMORY2)? != 0 => set_memory2(vm, argument, user)?,
        r::CREATE_GUEST_MEMFD if vm.check_extension(CAP_GUEST_MEMFD)? != 0 => {
            use layout::create_guest_memfd as l;
            let wanted = Fields::<{ l::SIZE }>::read(user, argument)?;
            let made = vm.create_guest_memfd(wanted.u64(l::SIZE_OF_FILE), wanted.u64(l::FLAGS))?;
            return Ok(user.install(KvmFile::GuestMemory(made))?.into());
        }
        r::IRQ_LINE | r::IRQ_LINE_STATUS => {
            use layout::irq_level as l;
            let level = Fields::<{ l::SIZE }>::read(user, argument)?;
            vm.set_irq_line(level.u32(l::IRQ), level.u32(l::LEVEL) != 0)?;
            // arm64 has no status to tell: it comes back as it was.
            if request == r::IRQ_LINE_STATUS {
                user.copy_out(argument, &level.0)?;
            }
        }
        r::SIGNAL_MSI => {
            use layout::msi as l;
            let msi = Fields::<{ l::SIZE }>::read(user, argument)?;
            let address = u64::from(msi.u32(l::ADDRESS_HI)) << 32 | u64::from(msi.u32(l::ADDRESS_LO));
            let msi = Msi { address, data: msi.u32(l::DATA), flags: msi.u32(l::FLAGS), devid: msi.u32(l::DEVID) };
            return vm.signal_msi(&msi).map(i64::from);
        }
        r::GET_STATS_FD if vm.has_statistics() => return Ok(user.install(KvmFile::Statistics(vm.statistics_file()?))?.into()),
        r::CREATE_IRQCHIP => vm.create_irq_chip()?,
        r::CREATE_DEVICE => create_device(vm, argument, user)?,
        r::ENABLE_CAP => {
            use layout::enable_cap as l;
            let cap = Fields::<{ l::SIZE }>::read(user, argument)?;
            let arguments = std::array::from_fn(|index| cap.u64(l::ARGS + 8 * index));
            vm.enable_cap(cap.u32(l::CAP), cap.u32(l::FLAGS), arguments)?;
        }
        r::IOEVENTFD => io_event(vm, argument, user)?,
        r::IRQFD => {
            use layout::irqfd as l;
            let irqfd = Fields::<{ l::SIZE }>::read(user, argument)?;
            let (fd, resample_fd) = (irqfd.u32(l::FD) as i32, irqfd.u32(l::RESAMPLE_FD) as i32);
            vm.irqfd(&IrqFdRequest { fd, gsi: irqfd.u32(l::GSI), flags: irqfd.u32(l::FLAGS), resample_fd }, user)?;
        }
        r::SET_GSI_ROUTING => vm.vm.irqfds.set_routes(routes(argument, user)?)?,
        r::REGISTER_COALESCED_MMIO => vm.vm.io_bus.register(zone(argument, user)?)?,
        r::UNREGISTER_COALESCED_MMIO => vm.vm.io_bus.unregister(zone(argument, user)?)?,
        r::GET_DIRTY_LOG => {
            use layout::dirty_log as l;
            let log = Fields::<{ l::SIZE }>::read(user, argument)?;
            let words = vm.get_dirty_log(log.u32(l::SLOT))?;
            let bytes: Vec<u8> = words.iter().flat_map(|word| word.to_le_bytes()).collect();
            user.copy_out(log.u64(l::BITMAP), &bytes)?;
        }
        r::CLEAR_DIRTY_LOG => {
            use layout::clear_dirty_log as l;
            let log = Fields::<{ l::SIZE }>::read(user, argument)?;
            let bitmap = log.u64(l::BITMAP);
            vm.clear_dirty_log_with(log.u32(l::SLOT), log.u64(l::FIRST_PAGE), log.u32(l::NUM_PAGES), &mut |words| {
                fetch_words(user, bitmap, words)
            })?;
        }
        r::RESET_DIRTY_RINGS => return vm.reset_dirty_rings().map(i64::from),
        r::ARM_PREFERRED_TARGET => {
            let mut bytes = [0; layout::vcpu_init::SIZE];
            let target = vm.get_preferred_target().target.to_le_bytes();
            bytes.iter_mut().zip(target).for_each(|(to, from)| *to = from);
            user.copy_out(argument, &bytes)?;
        }
        r::ARM_SET_DEVICE_ADDR => {
            use layout::device_addr as l;
            let address = Fields::<{ l::SIZE }>::read(user, argument)?;
            vm.set_device_address(address.u64(l::ID), address.u64(l::ADDRESS))?;
        }
        r::ARM_MTE_COPY_TAGS if vm.vm.host.personality.capability(CAP_MTE).is_some() => return copy_tags(vm, argument, user),
        r::ARM_SET_COUNTER_OFFSET => {
            use layout::counter_offset as l;
            let offset = Fields::<{ l::SIZE }>::read(user, argument)?;
            vm.set_counter_offset(offset.u64(l::OFFSET), offset.u64(l::RESERVED))?;
        }
        r::ARM_GET_REG_WRITABLE_MASKS => writable_masks(vm, argument, user)?,
        r::SET_DEVICE_ATTR | r::HAS_DEVICE_ATTR => {
            let (named, address) = device_attr(user, argument)?;
            vm.has_device_attr(&named)?;
            if request == r::SET_DEVICE_ATTR {
                set_smccc_filter(vm, address, user)?;
            }
        }
        _ => return Err(unknown(request, EINVAL)),
    }
    Ok(0)
}

/// The fields that both structures have.
fn region(fields: &Fields<{ layout::memory_region::SIZE }>) -> MemoryRegion {
    use layout::memory_region as l;
    MemoryRegion {
        slot: fields.u32(l::SLOT),
        flags: fields.u32(l::FLAGS),
        guest_phys_addr: fields.u64(l::GUEST_PHYS_ADDR),
        memory_size: fields.u64(l::MEMORY_SIZE),
        userspace_addr: fields.u64(l::USERSPACE_ADDR),
    }
}

fn fetch_words(user: &mut dyn UserSpace, address: u64, words: &mut [u64]) -> Result<(), Errno> {
    let mut bytes = vec![0; 8 * words.len()];
    user.copy_in(address, &mut bytes)?;
    for (word, chunk) in words.iter_mut().zip(bytes.chunks_exact(8)) {
        *word = chunk.iter().rev().fold(0, |value, &byte| value << 8 | u64::from(byte));
    }
    Ok(())
}

fn set_memory(vm: &VmFd, argument: u64, user: &mut dyn UserSpace) -> Result<(), Errno> {
    let region = region(&Fields::read(user, argument)?);
    user.set_memory_region(vm, &region)
}

/// The same in the structure that has room for a guest_memfd.
fn set_memory2(vm: &VmFd, argument: u64, user: &mut dyn UserSpace) -> Result<(), Errno> {
    use layout::memory_region2 as l;
    // All of it must be readable.
    let whole = Fields::<{ l::SIZE }>::read(user, argument)?;
    let region = region(&Fields(std::array::from_fn(|index| whole.u8(index))));
    if region.flags & memory_region::GUEST_MEMFD == 0 {
        return user.set_memory_region(vm, &region);
    }
    let fd = whole.u32(l::GUEST_MEMFD) as i32;
    vm.bind_guest_memfd(&region, whole.u64(l::GUEST_MEMFD_OFFSET), &mut || user.guest_memfd(fd))
}

fn zone(argument: u64, user: &mut dyn UserSpace) -> Result<Zone, Errno> {
    use layout::coalesced_mmio_zone as l;
    let zone = Fields::<{ l::SIZE }>::read(user, argument)?;
    Ok(Zone { address: zone.u64(l::ADDRESS), size: zone.u32(l::SIZE_OF_ZONE), pio: zone.u32(l::PIO) })
}

fn routes(argument: u64, user: &mut dyn UserSpace) -> Result<Vec<Route>, Errno> {
    use layout::{irq_routing as head, irq_routing_entry as l};
    let header = Fields::<{ head::SIZE }>::read(user, argument)?;
    let count = header.u32(head::COUNT);
    if count > ROUTES || header.u32(head::FLAGS) != 0 {
        return Err(EINVAL);
    }
    let route = |index: u32| {
        let entry = Fields::<{ l::SIZE }>::read(user, field(argument, head::SIZE + l::SIZE * index as usize)?)?;
        Ok(Route {
            gsi: entry.u32(l::GSI),
            kind: entry.u32(l::TYPE),
            flags: entry.u32(l::FLAGS),
            chip: entry.u32(l::CHIP),
            pin: entry.u32(l::PIN),
            message: Msi {
                address: u64::from(entry.u32(l::ADDRESS_HI)) << 32 | u64::from(entry.u32(l::ADDRESS_LO)),
                data: entry.u32(l::DATA),
                flags: entry.u32(l::FLAGS),
                devid: entry.u32(l::DEVID),
            },
        })
    };
    (0..count).map(route).collect()
}

/// `kvm_ioeventfd`
fn io_event(vm: &VmFd, argument: u64, user: &mut dyn UserSpace) -> Result<(), Errno> {
    use layout::ioeventfd as l;
    let fields = Fields::<{ l::SIZE }>::read(user, argument)?;
    let request = IoEventRequest {
        datamatch: fields.u64(l::DATAMATCH),
        address: fields.u64(l::ADDRESS),
        length: fields.u32(l::LENGTH),
        flags: fields.u32(l::FLAGS),
    };
    let fd = fields.u32(l::FD) as i32;
    if request.flags & DEASSIGN != 0 {
        return vm.vm.io_bus.deassign(&request, &user.event_fd(fd)?);
    }
    IoBus::check(&request)?;
    vm.vm.io_bus.assign(&request, user.event_fd(fd)?)
}

fn set_smccc_filter(vm: &VmFd, address: u64, user: &mut dyn UserSpace) -> Result<(), Errno> {
    use layout::smccc_filter as l;
    let filter = Fields::<{ l::SIZE }>::read(user, address)?;
    if filter.any_set(l::PADDING..l::SIZE) {
        return Err(EINVAL);
    }
    vm.set_smccc_filter(filter.u32(l::BASE), filter.u32(l::FUNCTIONS), filter.u8(l::ACTION))
}

fn copy_tags(vm: &VmFd, argument: u64, user: &mut dyn UserSpace) -> Result<i64, Errno> {
    use layout::copy_mte_tags as l;
    let fields = Fields::<{ l::SIZE }>::read(user, argument)?;
    let copy = CopyMteTags {
        guest_ipa: fields.u64(l::GUEST_IPA),
        length: fields.u64(l::LENGTH),
        flags: fields.u64(l::FLAGS),
        reserved: [fields.u64(l::RESERVED), fields.u64(l::RESERVED + 8)],
    };
    let buffer = fields.u64(l::ADDRESS);
    let from_guest = copy.flags & TAGS_FROM_GUEST != 0;
    let copied = vm.copy_tags(&copy, &mut |offset, page| {
        let address = field(buffer, offset)?;
        if from_guest { user.copy_out(address, page) } else { user.copy_in(address, page) }
    })?;
    // At most INT_MAX.
    Ok(copied as i64)
}

fn create_device(vm: &VmFd, argument: u64, user: &mut dyn UserSpace) -> Result<(), Errno> {
    use layout::create_device as l;
    let device = Fields::<{ l::SIZE }>::read(user, argument)?;
    if device.u32(l::FLAGS) & DEVICE_TEST != 0 {
        return vm.test_device(device.u32(l::TYPE));
    }
    let created = vm.create_device(device.u32(l::TYPE))?;
    let fd = user.install(KvmFile::Device(created))?;
    user.copy_out(field(argument, l::FD)?, &fd.to_le_bytes())
}

fn writable_masks(vm: &VmFd, argument: u64, user: &mut dyn UserSpace) -> Result<(), Errno> {
    use layout::reg_mask_range as l;
    let range = Fields::<{ l::SIZE }>::read(user, argument)?;
    if range.any_set(l::RANGE..l::SIZE) {
        return Err(EINVAL);
    }
    let masks = vm.get_reg_writable_masks()?;
    let bytes: Vec<u8> = masks.iter().flat_map(|mask| mask.to_le_bytes()).collect();
    user.copy_out(range.u64(l::ADDRESS), &bytes)
}
