#![expect(unsafe_code)]
//! Memory slots whose host memory the VM keeps alive itself: the safe way to give a guest RAM.
//!
//! Obligation of `set_user_memory_region`: the mapping outlives the slot. Met here by an `Arc` that the VM holds until the
//! slot is deleted (which waits for every running vCPU) or the VM is gone.

use std::sync::Arc;

use vm_memory::MmapRegion;

use crate::abi::{MemoryRegion, memory_region};
use crate::errno::{ENOENT, Errno};
use crate::vm::{VmFd, lock};

impl VmFd {
    /// Gives the guest `memory` at `guest_address` as slot `slot`.
    ///
    /// # Errors
    /// As KVM_SET_USER_MEMORY_REGION.
    pub fn add_memory(&self, slot: u32, guest_address: u64, memory: Arc<MmapRegion>) -> Result<(), Errno> {
        self.add_owned(slot, guest_address, memory, 0)
    }

    /// The same, read-only: what the guest writes leaves as MMIO.
    ///
    /// # Errors
    /// As KVM_SET_USER_MEMORY_REGION.
    pub fn add_rom(&self, slot: u32, guest_address: u64, memory: Arc<MmapRegion>) -> Result<(), Errno> {
        self.add_owned(slot, guest_address, memory, memory_region::READONLY)
    }

    /// Turns the dirty log of such a slot on or off (KVM_MEM_LOG_DIRTY_PAGES).
    ///
    /// # Errors
    /// ENOENT when [`Self::add_memory`] did not make it, and as KVM_SET_USER_MEMORY_REGION.
    pub fn log_dirty_pages(&self, slot: u32, on: bool) -> Result<(), Errno> {
        let memory = lock(&self.vm.owned_memory).get(&slot).cloned().ok_or(ENOENT)?;
        let known = self.memory().slot(slot).ok_or(ENOENT)?;
        let readonly = if known.flags.readonly { memory_region::READONLY } else { 0 };
        self.add_owned(slot, known.base, memory, readonly | if on { memory_region::LOG_DIRTY_PAGES } else { 0 })
    }

    /// KVM_SET_USER_MEMORY_REGION of host memory inside `memory`. Without it, or outside of it, the program has nothing mapped
    /// there: KVM takes the slot all the same, and a vCPU that reaches for it leaves with EFAULT.
    ///
    /// # Errors
    /// As KVM_SET_USER_MEMORY_REGION.
    pub fn set_owned_memory_region(&self, region: &MemoryRegion, memory: Option<Arc<MmapRegion>>) -> Result<(), Errno> {
        let inside = |memory: &Arc<MmapRegion>| {
            let offset = region.userspace_addr.wrapping_sub(memory.as_ptr().expose_provenance() as u64);
            offset.checked_add(region.memory_size).is_some_and(|end| end <= memory.size() as u64)
        };
        let memory = memory.filter(inside);
        if region.memory_size != 0 && memory.is_none() {
            return self.set_inaccessible_region(region);
        }
        let mut owned = lock(&self.vm.owned_memory);
        // SAFETY: the range lies in `memory`, which is mapped read-write, and is kept in `owned_memory` for as long as the
        // slot exists; deleting a slot waits for all running vCPUs before the old memory goes.
        unsafe { self.set_user_memory_region(region) }?;
        let before = match memory.filter(|_| region.memory_size != 0) {
            Some(memory) => owned.insert(region.slot, memory),
            None => owned.remove(&region.slot),
        };
        // Nobody else has it: what is mapped there next is other memory.
        if let Some(gone) = before.filter(|before| Arc::strong_count(before) == 1) {
            self.vm.memory.forget_tags(gone.as_ptr().expose_provenance() as u64, gone.size() as u64);
        }
        Ok(())
    }

    fn add_owned(&self, slot: u32, guest_address: u64, memory: Arc<MmapRegion>, flags: u32) -> Result<(), Errno> {
        let region = MemoryRegion {
            slot,
            flags,
            guest_phys_addr: guest_address,
            memory_size: memory.size() as u64,
            userspace_addr: memory.as_ptr().expose_provenance() as u64,
        };
        self.set_owned_memory_region(&region, Some(memory))
    }
}
