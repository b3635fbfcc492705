//! Dirty rings (virt/kvm/dirty_ring.c): the pages that a vCPU is the first to write, in the order in which it does, in memory that
//! user space shares. A slot's log says which pages are in some ring: from the first write on until user space has taken the
//! page out and KVM_RESET_DIRTY_RINGS has seen it. Notices no write itself; `emu::mem` does.
//!
//! Writes of no vCPU (a device that saves its tables) are in no ring, but in the bitmaps of KVM_CAP_DIRTY_LOG_RING_WITH_BITMAP.

use std::cell::RefCell;
use std::collections::{BTreeMap, VecDeque};
use std::fs::File;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex};

use emu::cpu::{Attention, VcpuSignal};
use emu::mem::{FirstWrites, Slot};
use rustix::fs::{MemfdFlags, SealFlags};
use vm_memory::{FileOffset, MmapRegion, VolatileMemory};

use crate::abi::layout::dirty_gfn as entry;
use crate::errno::{E2BIG, EINVAL, ENOMEM, Errno};
use crate::vm::{VmFd, lock};

/// KVM_DIRTY_LOG_PAGE_OFFSET, in bytes of a vCPU's file.
pub const OFFSET: u64 = 64 << 12;
/// KVM_DIRTY_RING_MAX_ENTRIES.
const MOST: u32 = 65536;
/// KVM_DIRTY_RING_RSVD_ENTRIES: entries that a vCPU may fill before it is stopped.
const RESERVED: u32 = 64;
const PAGE: u32 = 4096;
/// KVM_DIRTY_GFN_F_DIRTY and _RESET.
const DIRTY: u32 = 1;
const RESET: u32 = 2;

/// What the VM knows of its rings.
#[derive(Debug, Default)]
pub(crate) struct DirtyRings {
    /// Bytes of one; zero without rings.
    size: AtomicU32,
    with_bitmap: AtomicBool,
    /// By slot, a bit for each page that was written by no vCPU.
    bitmaps: Mutex<BTreeMap<u32, Vec<u64>>>,
}

/// A page of a slot.
type Page = (u32, u64);

/// How far a ring has come; both count on.
#[derive(Debug, Default)]
struct Cursor {
    dirty: u32,
    reset: u32,
    /// What had no room: table walks write without asking, and a vCPU leaves only after the block of instructions.
    waiting: VecDeque<Page>,
}

/// The ring of one vCPU.
#[derive(Debug)]
pub(crate) struct Ring {
    file: Arc<File>,
    memory: MmapRegion,
    entries: u32,
    cursor: Mutex<Cursor>,
    /// The next entry that `VcpuFd::dirty_log_ring_iter` takes out.
    next: AtomicU32,
    signal: Arc<VcpuSignal>,
}

thread_local! {
    /// The ring of the vCPU that runs on this thread (`kvm_get_running_vcpu`).
    static RUNNING: RefCell<Option<Arc<Ring>>> = const { RefCell::new(None) };
}

/// While it is there, this thread's writes are those of a vCPU.
pub(crate) struct Running;

impl Drop for Running {
    fn drop(&mut self) {
        RUNNING.with_borrow_mut(|running| *running = None);
    }
}

impl DirtyRings {
    /// KVM_CAP_DIRTY_LOG_RING_ACQ_REL (`kvm_vm_ioctl_enable_dirty_log_ring`) with rings of `size` bytes; `vcpus` says that there
    /// are some.
    fn enable(&self, size: u32, vcpus: bool) -> Result<(), Errno> {
        if !size.is_power_of_two() || size < PAGE.max(RESERVED * entry::SIZE as u32) {
            return Err(EINVAL);
        }
        if size > MOST * entry::SIZE as u32 {
            return Err(E2BIG);
        }
        if self.in_use() || vcpus {
            return Err(EINVAL);
        }
        self.size.store(size, Ordering::SeqCst);
        Ok(())
    }

    /// KVM_CAP_DIRTY_LOG_RING_WITH_BITMAP; `slots` says that there are some.
    fn enable_bitmap(&self, slots: bool) -> Result<(), Errno> {
        if !self.in_use() || slots {
            return Err(EINVAL);
        }
        self.with_bitmap.store(true, Ordering::SeqCst);
        Ok(())
    }

    pub fn in_use(&self) -> bool {
        self.size.load(Ordering::SeqCst) != 0
    }

    /// `kvm_use_dirty_bitmap`
    pub fn has_bitmap(&self) -> bool {
        !self.in_use() || self.with_bitmap.load(Ordering::SeqCst)
    }

    /// A slot with a log has come, or lost its log, or is gone: `pages` of it are logged, all of them `set` if the log is new.
    pub fn slot_changes(&self, slot: u32, pages: Option<u64>, set: bool) {
        if !self.in_use() || !self.has_bitmap() {
            return;
        }
        let mut bitmaps = lock(&self.bitmaps);
        let Some(pages) = pages else {
            bitmaps.remove(&slot);
            return;
        };
        bitmaps.entry(slot).or_insert_with(|| {
            let last = if pages % 64 == 0 { u64::MAX } else { (1 << (pages % 64)) - 1 };
            let mut words = vec![if set { u64::MAX } else { 0 }; pages.div_ceil(64) as usize];
            words.last_mut().into_iter().for_each(|word| *word &= last);
            words
        });
    }

    /// The bitmap of a slot, of which the bits in `mask` (by word) are cleared.
    pub fn take_bitmap(&self, slot: u32, mask: impl Fn(usize) -> u64) -> Vec<u64> {
        let mut bitmaps = lock(&self.bitmaps);
        let words = bitmaps.entry(slot).or_default();
        let before = words.clone();
        words.iter_mut().enumerate().for_each(|(index, word)| *word &= !mask(index));
        before
    }

    /// A vCPU's ring, where there are rings.
    pub fn ring(&self, signal: &Arc<VcpuSignal>) -> Result<Option<Arc<Ring>>, Errno> {
        let size = self.size.load(Ordering::SeqCst);
        if size == 0 { Ok(None) } else { Ring::new(size, signal.clone()).map(|ring| Some(Arc::new(ring))) }
    }
}

/// `mark_page_dirty_in_slot`
impl FirstWrites for DirtyRings {
    fn written(&self, slot: u32, page: u64, mark: &dyn Fn() -> bool) -> bool {
        RUNNING.with_borrow(|running| match running {
            Some(ring) => mark() && ring.push((slot, page)),
            None => {
                if let Some(word) = lock(&self.bitmaps).get_mut(&slot).and_then(|words| words.get_mut((page / 64) as usize)) {
                    *word |= 1 << (page % 64);
                }
                false
            }
        })
    }
}

impl Ring {
    fn new(size: u32, signal: Arc<VcpuSignal>) -> Result<Ring, Errno> {
        let host = |error: rustix::io::Errno| Errno(error.raw_os_error());
        let memory = rustix::fs::memfd_create("kvm-dirty-ring", MemfdFlags::CLOEXEC | MemfdFlags::ALLOW_SEALING).map_err(host)?;
        rustix::fs::ftruncate(&memory, size.into()).map_err(host)?;
        rustix::fs::fcntl_add_seals(&memory, SealFlags::SHRINK | SealFlags::GROW | SealFlags::SEAL).map_err(host)?;
        let file = Arc::new(File::from(memory));
        let memory = MmapRegion::from_file(FileOffset::from_arc(file.clone(), 0), size as usize).map_err(|_| ENOMEM)?;
        let entries = size / entry::SIZE as u32;
        Ok(Ring { file, memory, entries, cursor: Mutex::default(), next: AtomicU32::new(0), signal })
    }

    pub fn file(&self) -> &File {
        &self.file
    }

    /// The vCPU of this ring runs on this thread.
    pub fn running(self: &Arc<Ring>) -> Running {
        RUNNING.with_borrow_mut(|running| *running = Some(self.clone()));
        Running
    }

    fn word(&self, index: u32, offset: usize) -> Option<&AtomicU32> {
        self.memory.get_atomic_ref((index % self.entries) as usize * entry::SIZE + offset).ok()
    }

    fn write(&self, index: u32, (slot, page): Page) {
        let parts = [(entry::SLOT, slot), (entry::OFFSET, page as u32), (entry::OFFSET + 4, (page >> 32) as u32), (entry::FLAGS, DIRTY)];
        for (offset, value) in parts {
            if let Some(word) = self.word(index, offset) {
                // The flags come last, and whoever sees them sees the rest.
                word.store(value, Ordering::Release);
            }
        }
    }

    /// True when the vCPU is to leave for user space (`kvm_dirty_ring_push`).
    fn push(&self, page: Page) -> bool {
        let cursor = &mut *lock(&self.cursor);
        if cursor.dirty.wrapping_sub(cursor.reset) < self.entries {
            self.write(cursor.dirty, page);
            cursor.dirty = cursor.dirty.wrapping_add(1);
        } else {
            cursor.waiting.push_back(page);
        }
        let full = self.is_full(cursor);
        if full {
            self.signal.set(Attention::Kick);
        }
        full
    }

    fn is_full(&self, cursor: &Cursor) -> bool {
        cursor.dirty.wrapping_sub(cursor.reset) >= self.entries - RESERVED
    }

    /// `kvm_dirty_ring_soft_full`: the vCPU is not to go on.
    pub fn soft_full(&self) -> bool {
        self.is_full(&lock(&self.cursor))
    }

    fn page(&self, index: u32) -> Page {
        let read = |offset| self.word(index, offset).map_or(0, |word| word.load(Ordering::Relaxed));
        (read(entry::SLOT), u64::from(read(entry::OFFSET)) | u64::from(read(entry::OFFSET + 4)) << 32)
    }

    /// Takes the next page out, as user space does.
    pub fn harvest(&self) -> Option<Page> {
        let index = self.next.load(Ordering::SeqCst);
        let flags = self.word(index, entry::FLAGS).filter(|flags| flags.load(Ordering::Acquire) == DIRTY)?;
        let page = self.page(index);
        flags.store(RESET, Ordering::Release);
        self.next.store(index.wrapping_add(1), Ordering::SeqCst);
        Some(page)
    }

    /// `kvm_dirty_ring_reset`: the pages that user space has taken out.
    fn reset(&self) -> Vec<Page> {
        let cursor = &mut *lock(&self.cursor);
        let mut pages = Vec::new();
        while cursor.reset != cursor.dirty {
            let flags = self.word(cursor.reset, entry::FLAGS);
            let Some(flags) = flags.filter(|flags| flags.load(Ordering::Acquire) & RESET != 0) else { break };
            pages.push(self.page(cursor.reset));
            flags.store(0, Ordering::Release);
            cursor.reset = cursor.reset.wrapping_add(1);
        }
        while cursor.dirty.wrapping_sub(cursor.reset) < self.entries
            && let Some(page) = cursor.waiting.pop_front()
        {
            self.write(cursor.dirty, page);
            cursor.dirty = cursor.dirty.wrapping_add(1);
        }
        pages
    }
}

impl VmFd {
    /// KVM_ENABLE_CAP of KVM_CAP_DIRTY_LOG_RING_ACQ_REL. KVM takes 32 bits of the argument.
    pub(crate) fn enable_dirty_rings(&self, size: u64) -> Result<(), Errno> {
        self.vm.dirty_rings.enable(size as u32, !self.vm.vcpus().is_empty())?;
        self.vm.memory.tell_first_writes(self.vm.dirty_rings.clone());
        Ok(())
    }

    /// KVM_ENABLE_CAP of KVM_CAP_DIRTY_LOG_RING_WITH_BITMAP.
    pub(crate) fn enable_dirty_bitmaps(&self) -> Result<(), Errno> {
        let _no_slot_comes = lock(&self.vm.slots);
        self.vm.dirty_rings.enable_bitmap(!self.vm.memory.slots().is_empty())
    }

    /// KVM_RESET_DIRTY_RINGS: pages that user space has taken out of the rings are noticed again when they are written; how many.
    ///
    /// # Errors
    /// EINVAL for a VM without rings.
    pub fn reset_dirty_rings(&self) -> Result<u32, Errno> {
        if !self.vm.dirty_rings.in_use() {
            return Err(EINVAL);
        }
        let _one_at_a_time = lock(&self.vm.slots);
        let pages: Vec<Page> = self.vm.vcpus().iter().filter_map(|vcpu| vcpu.ring.as_ref()).flat_map(|ring| ring.reset()).collect();
        let slots: BTreeMap<u32, Arc<Slot>> = self.vm.memory.slots().iter().map(|slot| (slot.id, slot.clone())).collect();
        for (id, page) in &pages {
            // User space may have written anything there.
            if let Some(slot) = slots.get(id).filter(|slot| *page < slot.pages()) {
                slot.take_dirty((page / 64) as usize, 1 << (page % 64));
            }
        }
        if !pages.is_empty() {
            // Nobody writes to these pages unnoticed when this returns.
            self.vm.peers.flush_and_wait();
        }
        Ok(pages.len() as u32)
    }
}

#[cfg(test)]
mod tests;
