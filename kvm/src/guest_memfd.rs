#![expect(unsafe_code)]
//! Memory that a VM owns and a descriptor names (KVM_CREATE_GUEST_MEMFD, virt/kvm/guest_memfd.c): slots with KVM_MEM_GUEST_MEMFD
//! have theirs from there, whatever user space has mapped. There is no memory here that user space cannot have: KVM for arm64
//! gives a guest only what was made with GUEST_MEMFD_FLAG_MMAP.
//!
//! Obligation of `PhysicalMemory::new_slot`: the mapping outlives the slot. Met here by an `Arc` that the VM holds until the slot
//! is deleted or replaced and every running vCPU has let go of it.

use std::collections::BTreeMap;
use std::fs::File;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};

use emu::mem::{PhysicalMemory, Slot, SlotFlags};
use rustix::fs::{FallocateFlags, MemfdFlags, Mode, SealFlags};
use vm_memory::{FileOffset, MmapRegion};

use crate::abi::cap::{CAP_GUEST_MEMFD, CAP_GUEST_MEMFD_FLAGS};
use crate::abi::{MemoryRegion, memory_region};
use crate::errno::{EFBIG, EINVAL, ENODEV, ENOMEM, EOPNOTSUPP, EPERM, Errno};
use crate::vm::{PAGE, Vm, VmFd, lock};

/// GUEST_MEMFD_FLAG_MMAP.
const MMAP: u64 = 1;
/// GUEST_MEMFD_FLAG_INIT_SHARED.
const INIT_SHARED: u64 = 2;
/// FALLOC_FL_KEEP_SIZE and _PUNCH_HOLE.
const KEEP_SIZE: u32 = 1;
const PUNCH_HOLE: u32 = 2;
/// Addresses of a program on arm64 end here (TASK_SIZE with 48 bits).
const USER_END: u64 = 1 << 48;

/// A descriptor's file. When the last is gone, and no program has mapped it, slots lose their memory.
#[derive(Clone)]
pub struct GuestMemFd(Arc<Memory>);

struct Memory {
    vm: Arc<Vm>,
    file: Arc<File>,
    size: u64,
    flags: u64,
    /// Whose VM it is: a child of fork(2) has a copy, and nothing of its VM may be waited for there.
    process: u32,
    /// A mapping is another reference, which stays as long as the VM: when it goes is not known here.
    mapped: AtomicBool,
    /// What a mapping shows whose pages are not user space's: nothing.
    nothing: OnceLock<File>,
}

/// A slot's part of a file.
pub(crate) struct Bound {
    /// Which one, by an address that it has as long as it lives.
    of: usize,
    offset: u64,
    size: u64,
    /// The slot's memory, unless the file is gone.
    mapping: Option<Arc<MmapRegion>>,
}

impl Bound {
    /// Nobody has the memory any more: what is mapped there next is other memory.
    fn end(self, vm: &Vm) {
        if let Some(mapping) = self.mapping {
            vm.memory.forget_tags(mapping.as_ptr().expose_provenance() as u64, mapping.size() as u64);
        }
    }
}

/// By slot.
pub(crate) type Bindings = BTreeMap<u32, Bound>;

fn host(error: rustix::io::Errno) -> Errno {
    Errno(error.raw_os_error())
}

/// A file of memory whose size stays.
fn memory_file(size: u64) -> Result<File, Errno> {
    let memory = rustix::fs::memfd_create("guest_memfd", MemfdFlags::CLOEXEC | MemfdFlags::ALLOW_SEALING).map_err(host)?;
    rustix::fs::ftruncate(&memory, size).map_err(host)?;
    rustix::fs::fchmod(&memory, Mode::RUSR | Mode::WUSR).map_err(host)?;
    rustix::fs::fcntl_add_seals(&memory, SealFlags::SHRINK | SealFlags::GROW | SealFlags::SEAL).map_err(host)?;
    Ok(memory.into())
}

fn is_aligned(value: u64) -> bool {
    value.is_multiple_of(PAGE)
}

impl GuestMemFd {
    /// Bytes.
    pub fn size(&self) -> u64 {
        self.0.size
    }

    /// The file as fstat(2) sees it: its size, and a number of its own.
    pub fn file(&self) -> &File {
        &self.0.file
    }

    /// What mmap(2) of the descriptor maps (`kvm_gmem_mmap`); without GUEST_MEMFD_FLAG_INIT_SHARED a touch is a bus error.
    ///
    /// # Errors
    /// ENODEV without GUEST_MEMFD_FLAG_MMAP, EPERM for code, EINVAL for a private mapping.
    pub fn mapping(&self, shared: bool, executed: bool) -> Result<&File, Errno> {
        if executed {
            return Err(EPERM);
        }
        if self.0.flags & MMAP == 0 {
            return Err(ENODEV);
        }
        if !shared {
            return Err(EINVAL);
        }
        self.0.mapped.store(true, Ordering::SeqCst);
        if self.0.flags & INIT_SHARED != 0 {
            return Ok(&self.0.file);
        }
        if self.0.nothing.get().is_none() {
            // Who comes second throws his away.
            let _ = self.0.nothing.set(memory_file(0)?);
        }
        self.0.nothing.get().ok_or(ENOMEM)
    }

    /// fallocate(2) (`vfs_fallocate`, `kvm_gmem_fallocate`).
    ///
    /// # Errors
    /// EOPNOTSUPP for modes but KEEP_SIZE, alone or with PUNCH_HOLE; EINVAL for what is not made of pages or, unless it is a hole,
    /// beyond the end; EFBIG for what no file can have.
    pub fn fallocate(&self, mode: u32, offset: i64, length: i64) -> Result<(), Errno> {
        let (Ok(from), Ok(size)) = (u64::try_from(offset), u64::try_from(length)) else { return Err(EINVAL) };
        if size == 0 {
            return Err(EINVAL);
        }
        if mode & !PUNCH_HOLE != KEEP_SIZE {
            return Err(EOPNOTSUPP);
        }
        let end = offset.checked_add(length).ok_or(EFBIG)? as u64;
        if !is_aligned(from) || !is_aligned(size) || (mode & PUNCH_HOLE == 0 && end > self.0.size) {
            return Err(EINVAL);
        }
        let end = end.min(self.0.size);
        if from >= end {
            return Ok(());
        }
        let flags = FallocateFlags::from_bits_retain(mode);
        rustix::fs::fallocate(&self.0.file, flags, from, end - from).map_err(host)?;
        if mode & PUNCH_HOLE != 0 && self.0.process == std::process::id() {
            self.0.forget(from, end);
        }
        Ok(())
    }
}

impl Memory {
    fn name(&self) -> usize {
        std::ptr::from_ref(self).addr()
    }

    /// The pages of a range are new ones: nothing that was decoded from them, and no tag, is left
    /// (`kvm_gmem_invalidate_begin`).
    fn forget(&self, from: u64, end: u64) {
        let vm = &self.vm;
        let _no_slot_moves = lock(&vm.slots);
        let bindings = lock(&vm.guest_memory);
        for slot in vm.memory.slots().iter() {
            let Some(bound) = bindings.get(&slot.id).filter(|bound| bound.of == self.name()) else { continue };
            let (first, last) = (from.max(bound.offset), end.min(bound.offset + bound.size));
            if first < last {
                let inside = first - bound.offset;
                vm.memory.forget_tags(slot.host_address() + inside, last - first);
                vm.peers.drop_code(&vm.memory.forget_code(slot.base + inside, last - first));
            }
        }
        drop(bindings);
        vm.peers.flush_and_wait();
    }
}

/// `kvm_gmem_release`: the memory goes, its slots stay.
impl Drop for Memory {
    fn drop(&mut self) {
        if self.mapped.load(Ordering::SeqCst) || self.process != std::process::id() {
            return;
        }
        let vm = &self.vm;
        let _no_slot_moves = lock(&vm.slots);
        let mut bindings = lock(&vm.guest_memory);
        let mut gone = Vec::new();
        for slot in vm.memory.slots().iter() {
            if let Some(bound) = bindings.get_mut(&slot.id).filter(|bound| bound.of == self.name()) {
                gone.push(std::mem::replace(bound, Bound { of: 0, offset: 0, size: 0, mapping: None }));
                vm.memory.install(PhysicalMemory::inaccessible_slot(slot.id, slot.base, slot.size, 0, slot.flags));
            }
        }
        drop(bindings);
        if !gone.is_empty() {
            vm.peers.flush_and_wait();
        }
        gone.into_iter().for_each(|bound| bound.end(vm));
    }
}

impl VmFd {
    /// KVM_CREATE_GUEST_MEMFD (`kvm_gmem_create`).
    ///
    /// # Errors
    /// EINVAL on kernels that have it not, for flags that KVM_CAP_GUEST_MEMFD_FLAGS does not name, and for a size that is not made
    /// of pages; what the host's kernel says when it has no memory.
    pub fn create_guest_memfd(&self, size: u64, flags: u64) -> Result<GuestMemFd, Errno> {
        let known = self.check_extension(CAP_GUEST_MEMFD_FLAGS)? as u64;
        if self.check_extension(CAP_GUEST_MEMFD)? == 0 || flags & !known != 0 {
            return Err(EINVAL);
        }
        if size == 0 || i64::try_from(size).is_err() || !is_aligned(size) {
            return Err(EINVAL);
        }
        let file = Arc::new(memory_file(size)?);
        let (vm, process) = (self.vm.clone(), std::process::id());
        Ok(GuestMemFd(Arc::new(Memory { vm, file, size, flags, process, mapped: AtomicBool::new(false), nothing: OnceLock::new() })))
    }

    /// KVM_SET_USER_MEMORY_REGION2 with KVM_MEM_GUEST_MEMFD in the flags: a slot of the file's memory from `offset` on.
    ///
    /// # Errors
    /// EINVAL on kernels that have it not, for other flags besides, for a slot that exists, another VM's file, a range that is not
    /// in the file or that another slot has, a file without GUEST_MEMFD_FLAG_MMAP, and a VM with memory tagging on kernels that
    /// mind; EEXIST and EFAULT as
    /// [`Self::set_user_memory_region`].
    pub fn set_guest_memfd_region(&self, region: &MemoryRegion, memory: &GuestMemFd, offset: u64) -> Result<(), Errno> {
        self.bind_guest_memfd(region, offset, &mut || Ok(memory.clone()))
    }

    /// The same with a file that `find` brings, once everything else is known to be good.
    pub(crate) fn bind_guest_memfd(
        &self,
        region: &MemoryRegion,
        offset: u64,
        find: &mut dyn FnMut() -> Result<GuestMemFd, Errno>,
    ) -> Result<(), Errno> {
        // What is found must not end here with the lock held: it may be the last.
        let found;
        let _one_at_a_time = lock(&self.vm.slots);
        let known = if self.check_extension(CAP_GUEST_MEMFD)? == 0 { 0 } else { memory_region::GUEST_MEMFD };
        self.check_region(region, known)?;
        let beyond = |start: u64| start.checked_add(region.memory_size).is_none();
        if !is_aligned(offset) || beyond(offset) || region.userspace_addr.saturating_add(region.memory_size) > USER_END {
            return Err(EINVAL);
        }
        let old = self.vm.memory.slot(region.slot).is_some();
        if region.memory_size == 0 {
            return if old { self.delete_slot(region.slot) } else { Err(EINVAL) };
        }
        if old {
            return Err(EINVAL);
        }
        self.check_overlap(region)?;
        found = find()?;
        self.bind(region, offset, &found)
    }

    /// `kvm_gmem_bind`, and `kvm_arch_prepare_memory_region` after it.
    fn bind(&self, region: &MemoryRegion, offset: u64, memory: &GuestMemFd) -> Result<(), Errno> {
        let memory = &memory.0;
        let mut bindings = lock(&self.vm.guest_memory);
        let (size, end) = (region.memory_size, offset + region.memory_size);
        let taken = |bound: &Bound| bound.of == memory.name() && bound.offset < end && offset < bound.offset + bound.size;
        if !Arc::ptr_eq(&memory.vm, &self.vm) || i64::try_from(offset).is_err() || end > memory.size || bindings.values().any(taken) {
            return Err(EINVAL);
        }
        self.check_ipa(region)?;
        let excluded = self.vm.host.personality.traits().guest_memfd_excludes_tags && self.vm.enabled.mte.load(Ordering::SeqCst);
        if memory.flags & MMAP == 0 || excluded {
            return Err(EINVAL);
        }
        let file = FileOffset::from_arc(memory.file.clone(), offset);
        let mapping = Arc::new(MmapRegion::from_file(file, usize::try_from(size).map_err(|_| ENOMEM)?).map_err(|_| ENOMEM)?);
        // SAFETY: the mapping is kept beside the slot, and goes only after running vCPUs have let go of it.
        let slot: Slot =
            unsafe { PhysicalMemory::new_slot(region.slot, region.guest_phys_addr, size, mapping.as_ptr(), SlotFlags::default()) };
        bindings.insert(region.slot, Bound { of: memory.name(), offset, size, mapping: Some(mapping) });
        self.vm.memory.install_known(slot);
        drop(bindings);
        self.vm.peers.flush_and_wait();
        Ok(())
    }

    /// Whether any slot has KVM_MEM_GUEST_MEMFD.
    pub(crate) fn has_guest_memfd_slots(&self) -> bool {
        !lock(&self.vm.guest_memory).is_empty()
    }

    /// Whether a slot has KVM_MEM_GUEST_MEMFD.
    pub(crate) fn is_guest_memfd_slot(&self, slot: u32) -> bool {
        lock(&self.vm.guest_memory).contains_key(&slot)
    }

    /// Takes a slot away that exists.
    pub(crate) fn delete_slot(&self, slot: u32) -> Result<(), Errno> {
        self.vm.dirty_rings.slot_changes(slot, None, false);
        let code = self.vm.memory.remove(slot);
        self.vm.peers.drop_code(&code);
        let bound = lock(&self.vm.guest_memory).remove(&slot);
        self.vm.peers.flush_and_wait();
        bound.into_iter().for_each(|bound| bound.end(&self.vm));
        Ok(())
    }
}

impl Vm {
    /// An address in a slot whose file is gone (`gmem_abort`).
    pub(crate) fn lacks_guest_memory(&self, address: u64) -> bool {
        let slots = self.memory.slots();
        let slot = slots.iter().find(|slot| address.wrapping_sub(slot.base) < slot.size);
        slot.is_some_and(|slot| lock(&self.guest_memory).contains_key(&slot.id))
    }
}

#[cfg(test)]
mod tests;
