//! KVM_SET_USER_MEMORY_REGION: slots of user space's memory, and the checks that every kind of slot goes through. Deletes none: files of
//! guest memory have to know, and do it.

use std::sync::Arc;

use emu::mem::{PhysicalMemory, Slot, SlotFlags};

use super::{PAGE, VmFd, lock};
use crate::abi::cap::CAP_NR_MEMSLOTS;
use crate::abi::{MemoryRegion, memory_region};
use crate::errno::{EEXIST, EFAULT, EINVAL, Errno};

impl VmFd {
    /// KVM_SET_USER_MEMORY_REGION.
    ///
    /// # Errors
    /// EINVAL, EEXIST and EFAULT as KVM gives them.
    ///
    /// # Safety
    /// The host range must stay mapped, readable (and writable unless the slot is read-only) until the slot is deleted.
    #[expect(unsafe_code, reason = "takes the caller's promise about host memory and passes it on")]
    pub unsafe fn set_user_memory_region(&self, region: &MemoryRegion) -> Result<(), Errno> {
        let _one_at_a_time = lock(&self.vm.slots);
        let Some((old, flags)) = self.check_update(region)? else { return self.delete_slot(region.slot) };
        if old.as_ref().is_some_and(|slot| slot.base == region.guest_phys_addr && slot.flags == flags) {
            return Ok(());
        }
        let slot = if let Some(old) = &old {
            old.with_log(flags.log_dirty, region.guest_phys_addr)
        } else {
            let host = std::ptr::with_exposed_provenance_mut(region.userspace_addr as usize);
            // SAFETY: the caller promises the mapping; deleting a slot waits for all running vCPUs.
            unsafe { PhysicalMemory::new_slot(region.slot, region.guest_phys_addr, region.memory_size, host, flags) }
        };
        self.install_slot(slot, old);
        Ok(())
    }

    /// A slot of addresses where the program has nothing mapped.
    pub(crate) fn set_inaccessible_region(&self, region: &MemoryRegion) -> Result<(), Errno> {
        let _one_at_a_time = lock(&self.vm.slots);
        let Some((old, flags)) = self.check_update(region)? else { return self.delete_slot(region.slot) };
        let slot = PhysicalMemory::inaccessible_slot(region.slot, region.guest_phys_addr, region.memory_size, region.userspace_addr, flags);
        self.install_slot(slot, old);
        Ok(())
    }

    /// Puts a slot where `old` was, or in an empty place. Code of what is not there any more goes.
    fn install_slot(&self, slot: Slot, old: Option<Arc<Slot>>) {
        self.begin_log(&slot, old.as_ref().is_some_and(|old| old.flags.log_dirty));
        let (base, inaccessible) = (slot.base, slot.flags.inaccessible);
        self.vm.memory.install(slot);
        if let Some(gone) = old.filter(|old| inaccessible || old.base != base) {
            self.vm.peers.drop_code(&gone.forget_code(0, gone.size));
        }
        self.vm.peers.flush_and_wait();
    }

    /// The checks of `kvm_set_memory_region` for a slot of user space's memory: what is there, and what it is to be; None when it is
    /// to be deleted, and exists.
    fn check_update(&self, region: &MemoryRegion) -> Result<Option<Update>, Errno> {
        self.check_region(region, memory_region::LOG_DIRTY_PAGES | memory_region::READONLY)?;
        let old = self.vm.memory.slot(region.slot);
        if region.memory_size == 0 {
            return if old.is_some() { Ok(None) } else { Err(EINVAL) };
        }
        let flags = SlotFlags {
            readonly: region.flags & memory_region::READONLY != 0,
            log_dirty: region.flags & memory_region::LOG_DIRTY_PAGES != 0,
            inaccessible: false,
        };
        check_same_backing(old.as_deref(), region, flags)?;
        if self.is_guest_memfd_slot(region.slot) {
            return Err(EINVAL);
        }
        self.check_overlap(region)?;
        self.check_ipa(region)?;
        Ok(Some((old, flags)))
    }

    /// What `kvm_set_memory_region` refuses whatever slots there are: flags but `known`, and numbers that no slot can have.
    pub(crate) fn check_region(&self, region: &MemoryRegion, known: u32) -> Result<(), Errno> {
        let MemoryRegion { slot, flags, guest_phys_addr: base, memory_size: size, userspace_addr: host } = *region;
        if flags & !known != 0 || size % PAGE != 0 || base % PAGE != 0 || host % PAGE != 0 {
            return Err(EINVAL);
        }
        let possible = slot >> 16 == 0 && i64::from(slot) < self.check_extension(CAP_NR_MEMSLOTS)?;
        if possible && base.checked_add(size).is_some() && size / PAGE <= i32::MAX as u64 { Ok(()) } else { Err(EINVAL) }
    }

    /// Another slot must not be there (`kvm_check_memslot_overlap`).
    pub(crate) fn check_overlap(&self, region: &MemoryRegion) -> Result<(), Errno> {
        let (base, end) = (region.guest_phys_addr, region.guest_phys_addr + region.memory_size);
        if self.vm.memory.is_taken(base, end, Some(region.slot)) { Err(EEXIST) } else { Ok(()) }
    }

    /// The VM must have such addresses (`kvm_arch_prepare_memory_region`).
    pub(crate) fn check_ipa(&self, region: &MemoryRegion) -> Result<(), Errno> {
        let end = region.guest_phys_addr + region.memory_size;
        if end >> 12 > 1 << (self.vm.ipa_bits - 12) { Err(EFAULT) } else { Ok(()) }
    }
}

/// The slot that is there, and the flags that it is to have.
type Update = (Option<Arc<Slot>>, SlotFlags);

/// An existing slot may change its dirty log, and move; nothing else (`kvm_set_memory_region`).
fn check_same_backing(old: Option<&Slot>, region: &MemoryRegion, flags: SlotFlags) -> Result<(), Errno> {
    let same = |slot: &Slot| {
        slot.size == region.memory_size && slot.host_address() == region.userspace_addr && slot.flags.readonly == flags.readonly
    };
    if old.is_none_or(same) { Ok(()) } else { Err(EINVAL) }
}
