#![expect(unsafe_code)]
//! Guest physical memory: the slots that the hypervisor has registered (KVM's memslots are stage 2 here).
//!
//! `unsafe` is one function: [`PhysicalMemory::new_slot`], which takes the hypervisor's promise that a host range stays
//! mapped until the slot is gone and every running PE has acknowledged a TLB flush. Does not own or allocate memory.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock, PoisonError, RwLock, RwLockReadGuard};

use super::code_lines::CodeLines;
use super::raw::{self, HostPage, Word, zeroed};
use super::slot::{Backing, Behind, HostProbe, Slot, SlotFlags};
use super::slots::Slots;
use super::tags::{PageTags, TAG_WORDS, TagMemory};

/// Errors of [`PhysicalMemory`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MemoryError {
    /// The range is not inside one slot.
    #[error("guest physical range {address:#x}+{size:#x} is not backed by one memory slot")]
    Unbacked {
        /// First byte.
        address: u64,
        /// Length.
        size: u64,
    },
}

/// Who is told of writes to pages that have a dirty log, besides the log.
pub trait FirstWrites: Send + Sync + std::fmt::Debug {
    /// A page of a slot is written to, or about to be; `mark` enters it in the slot's log, and says whether it was not there yet.
    /// True when the PE is to leave for the hypervisor before it goes on.
    fn written(&self, slot: u32, page: u64, mark: &dyn Fn() -> bool) -> bool;
}

/// All slots of a VM.
#[derive(Debug, Default)]
pub struct PhysicalMemory {
    slots: RwLock<Slots>,
    /// Changes with the slots.
    version: AtomicU64,
    probe: OnceLock<HostProbe>,
    first_writes: OnceLock<Arc<dyn FirstWrites>>,
    tags: TagMemory,
}

impl PhysicalMemory {
    /// Describes host memory as a slot; [`Self::install`] makes it visible.
    ///
    /// # Safety
    /// `host..host + size` must be mapped readable (and writable unless `readonly`) from now until the slot has been
    /// removed and every PE that was running at that time has acknowledged a TLB flush.
    pub unsafe fn new_slot(id: u32, base: u64, size: u64, host: *mut u8, flags: SlotFlags) -> Slot {
        let pages = (size >> 12) as usize;
        let dirty = Arc::new(if flags.log_dirty { zeroed(pages.div_ceil(64)) } else { Box::default() });
        let host = host.expose_provenance() as u64;
        let code_lines = Arc::new(CodeLines::of_slot(size >> 12));
        Slot { id, base, size, flags, host, code_lines, dirty, probe: None, found: Box::default(), found_writable: Box::default() }
    }

    /// Memory of which each address below `end` is the host's own: that of a program which shares the address space. What is
    /// really there, [`crate::mmu::ProgramMemory`] says.
    ///
    /// # Safety
    /// As for [`Self::new_slot`], of every page that the PEs' [`crate::mmu::ProgramMemory`] has, until it has it no longer and
    /// the PEs have acknowledged a TLB flush.
    pub unsafe fn identity(end: u64) -> PhysicalMemory {
        let code_lines = Arc::new(CodeLines::sparse(end >> 12));
        let flags = SlotFlags::default();
        let slot = Slot {
            id: 0,
            base: 0,
            size: end,
            flags,
            host: 0,
            code_lines,
            dirty: Arc::default(),
            probe: None,
            found: Box::default(),
            found_writable: Box::default(),
        };
        let memory = PhysicalMemory::default();
        memory.install(slot);
        memory
    }

    /// Describes a slot of host addresses where nothing is mapped; its `inaccessible` flag is set.
    pub fn inaccessible_slot(id: u32, base: u64, size: u64, host: u64, flags: SlotFlags) -> Slot {
        let flags = SlotFlags { inaccessible: true, ..flags };
        let dirty = Arc::new(if flags.log_dirty { zeroed(((size >> 12) as usize).div_ceil(64)) } else { Box::default() });
        Slot {
            id,
            base,
            size,
            flags,
            host,
            code_lines: Arc::default(),
            dirty,
            probe: None,
            found: Box::default(),
            found_writable: Box::default(),
        }
    }

    /// A snapshot of the slots.
    pub fn slots(&self) -> Arc<Vec<Arc<Slot>>> {
        self.read_slots().all().clone()
    }

    fn read_slots(&self) -> RwLockReadGuard<'_, Slots> {
        self.slots.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// The slot of a number.
    pub fn slot(&self, id: u32) -> Option<Arc<Slot>> {
        self.read_slots().of(id).cloned()
    }

    /// Whether a slot, `but_for` one, has an address of `start..end`.
    pub fn is_taken(&self, start: u64, end: u64, but_for: Option<u32>) -> bool {
        self.read_slots().overlapping(start, end).any(|slot| Some(slot.id) != but_for)
    }

    /// Replaces the slot of the same id, or adds it. PEs must flush before the old one's memory may go.
    pub fn install(&self, mut slot: Slot) {
        if let Some(&probe) = self.probe.get() {
            slot.probe = Some(probe);
            slot.found = zeroed(((slot.size >> 12) as usize).div_ceil(64));
            slot.found_writable = zeroed(slot.found.len());
        }
        self.replace(slot.id, Some(Arc::new(slot)));
    }

    /// The same with memory that is all there, whatever the probe would say: the hypervisor's own.
    pub fn install_known(&self, slot: Slot) {
        self.replace(slot.id, Some(Arc::new(slot)));
    }

    /// Host pages of slots that are installed from now on are probed before their first use; what is not there has no backing.
    /// The first probe stays.
    pub fn set_probe(&self, probe: HostProbe) {
        self.probe.get_or_init(|| probe);
    }

    /// From now on `to` is told of writes to logged pages. The first one stays.
    pub fn tell_first_writes(&self, to: Arc<dyn FirstWrites>) {
        self.first_writes.get_or_init(|| to);
    }

    fn mark_dirty(&self, slot: &Slot, page: usize) -> bool {
        match self.first_writes.get() {
            Some(told) if slot.flags.log_dirty => told.written(slot.id, page as u64, &|| slot.mark_dirty(page)),
            _ => {
                slot.mark_dirty(page);
                false
            }
        }
    }

    /// A store to the page of `address` is about to happen. True when it may not yet: the PE is to leave first.
    #[inline]
    pub(super) fn announce_store(&self, address: u64) -> bool {
        self.first_writes.get().is_some()
            && self.find(address).is_some_and(|slot| self.mark_dirty(&slot, ((address - slot.base) >> 12) as usize))
    }

    /// Forgets which host pages of a range the probe has found; true when any slot lies there. PEs must flush before the
    /// range changes.
    pub fn host_range_changes(&self, address: u64, size: u64) -> bool {
        let end = address.saturating_add(size);
        let touched = self.read_slots().on_host(address, end);
        for slot in &touched {
            let first = (address.max(slot.host) - slot.host) >> 12;
            let last = (end.min(slot.host + slot.size) - 1 - slot.host) >> 12;
            for found in [&slot.found, &slot.found_writable] {
                (first / 64..=last / 64).filter_map(|word| found.get(word as usize)).for_each(|word| word.store(0, Ordering::SeqCst));
            }
        }
        !touched.is_empty()
    }

    /// The memory of a host range goes: what is there next has no Allocation Tags.
    pub fn forget_tags(&self, host: u64, size: u64) {
        self.tags.clear(host, size);
    }

    /// The memory of a host range goes elsewhere, with its Allocation Tags.
    pub fn move_tags(&self, from: u64, to: u64, size: u64) {
        self.tags.moves(from, to, size);
    }

    /// Takes a slot away. PEs must flush before its memory may go.
    /// The pages that held decoded code are returned: all PEs must drop it.
    #[must_use]
    pub fn remove(&self, id: u32) -> Vec<u64> {
        let slot = self.slot(id);
        self.replace(id, None);
        slot.map_or_else(Vec::new, |slot| slot.forget_code(0, slot.size))
    }

    fn replace(&self, id: u32, slot: Option<Arc<Slot>>) {
        let mut slots = self.slots.write().unwrap_or_else(PoisonError::into_inner);
        slots.replace(id, slot);
        self.version.fetch_add(1, Ordering::Release);
    }

    /// What stays the same while the slots do.
    #[inline]
    pub fn version(&self) -> u64 {
        self.version.load(Ordering::Acquire)
    }

    pub(super) fn slot_at(&self, address: u64) -> Option<Arc<Slot>> {
        self.with_slot(address, |slot| Some(slot.clone()))
    }

    /// What `look` says of the slot at an address, without a reference of one's own.
    fn with_slot<R>(&self, address: u64, look: impl FnOnce(&Arc<Slot>) -> Option<R>) -> Option<R> {
        self.read_slots().at(address).and_then(look)
    }

    /// The slot at an address, unless there is nothing behind it.
    fn find(&self, address: u64) -> Option<Arc<Slot>> {
        self.slot_at(address).filter(|slot| !slot.flags.inaccessible)
    }

    /// Whether `address` lies in a slot, even one whose host memory is not there.
    pub fn is_slot(&self, address: u64) -> bool {
        self.with_slot(address, |_| Some(())).is_some()
    }

    /// What is behind `address`, by one look: who looks twice may see a slot that is moved meanwhile come and go.
    pub fn behind(&self, address: u64) -> Behind {
        let look = |slot: &Arc<Slot>| Some(slot.backing(address).map_or(Behind::Absent, Behind::Memory));
        self.with_slot(address, look).unwrap_or(Behind::NoSlot)
    }

    /// The host page behind `address`, None when there is no memory.
    pub fn backing(&self, address: u64) -> Option<Backing> {
        self.with_slot(address, |slot| slot.backing(address))
    }

    /// Marks the 64-byte lines of pieces (addresses and sizes) of the page that `page` is in as holding decoded code; true when the page had
    /// none before, so that writable TLB entries for it must go.
    pub fn mark_code_pieces(&self, page: u64, pieces: impl Iterator<Item = (u64, u64)>) -> bool {
        let Some(slot) = self.find(page) else { return false };
        let mask = pieces.fold(0, |mask, (address, size)| mask | lines(address, size));
        slot.code_lines.mark(((page - slot.base) >> 12) as usize, mask) == 0
    }

    /// Notes a store: marks the page dirty, and returns true when it hit a line with decoded code (whose page then counts
    /// as free of code: all PEs must drop what they decoded from it).
    pub fn note_store(&self, address: u64, size: u64) -> bool {
        let Some(slot) = self.find(address) else { return false };
        let page = ((address - slot.base) >> 12) as usize;
        self.mark_dirty(&slot, page);
        slot.take_code(page, lines(address, size))
    }

    /// True when decoded code is in the bytes, whose page then counts as free of code, as after [`Self::note_store`].
    pub fn take_code(&self, address: u64, size: u64) -> bool {
        let Some(slot) = self.find(address) else { return false };
        slot.take_code(((address - slot.base) >> 12) as usize, lines(address, size))
    }

    /// The pages of a range that hold decoded code, which hold none from now on: the range is about to become something else.
    pub fn forget_code(&self, address: u64, size: u64) -> Vec<u64> {
        self.find(address).map_or_else(Vec::new, |slot| slot.forget_code(address - slot.base, size))
    }

    /// Loads a naturally aligned word of physical memory (table walks).
    pub fn read<T: Word>(&self, address: u64) -> Option<T> {
        self.with_slot(address, |slot| slot.read(address))
    }

    /// Atomically replaces a naturally aligned word of physical memory; Some(false) when it no longer holds `old`.
    pub fn compare_exchange<T: Word>(&self, address: u64, old: T, new: T) -> Option<bool> {
        let usable = |page: usize, slot: &Slot| slot.is_there(page) && slot.is_writable(page);
        let slot = self.find(address).filter(|slot| usable(((address - slot.base) >> 12) as usize, slot))?;
        self.mark_dirty(&slot, ((address - slot.base) >> 12) as usize);
        Some(T::compare_exchange(HostPage(slot.host + (address - slot.base)), old, new).is_ok())
    }

    /// The Allocation Tags of the page of an address that has a backing.
    pub(super) fn tags_behind(&self, backing: &Backing) -> PageTags {
        self.tags.page(backing.host.0)
    }

    /// The Allocation Tags of the page at `address`; None when there is no memory.
    pub fn page_tags(&self, address: u64) -> Option<[u64; TAG_WORDS]> {
        let backing = self.backing(address)?;
        Some(self.tags.existing(backing.host.0).map_or([0; TAG_WORDS], |tags| tags.words()))
    }

    /// Replaces the Allocation Tags of the page at `address`, which no dirty log notices; false when there is no memory.
    pub fn set_page_tags(&self, address: u64, tags: &[u64; TAG_WORDS]) -> bool {
        let Some(backing) = self.backing(address) else { return false };
        if *tags != [0; TAG_WORDS] || self.tags.existing(backing.host.0).is_some() {
            self.tags.page(backing.host.0).set_words(tags);
        }
        true
    }

    /// Copies physical memory out; the range must lie inside one slot.
    pub fn read_bytes(&self, address: u64, out: &mut [u8]) -> Result<(), MemoryError> {
        let (host, _) = self.range(address, out.len() as u64)?;
        raw::copy_out(host, out);
        Ok(())
    }

    /// Copies into physical memory, noting dirty pages; the range must lie inside one slot. Decoded code is not
    /// invalidated: the caller owns a stopped machine or reports the pages itself.
    pub fn write_bytes(&self, address: u64, data: &[u8]) -> Result<(), MemoryError> {
        let (host, slot) = self.range(address, data.len() as u64)?;
        let first = (address - slot.base) >> 12;
        let last = (address - slot.base + data.len().saturating_sub(1) as u64) >> 12;
        if !(first..=last).all(|page| slot.is_writable(page as usize)) {
            return Err(MemoryError::Unbacked { address, size: data.len() as u64 });
        }
        raw::copy_in(host, data);
        (first..=last).for_each(|page| {
            self.mark_dirty(&slot, page as usize);
        });
        Ok(())
    }

    fn range(&self, address: u64, size: u64) -> Result<(HostPage, Arc<Slot>), MemoryError> {
        let slot = self.find(address).filter(|slot| size <= slot.size - (address - slot.base));
        let there = |slot: &Arc<Slot>| {
            let first = (address - slot.base) >> 12;
            let last = (address - slot.base + size.saturating_sub(1)) >> 12;
            (first..=last).all(|page| slot.is_there(page as usize))
        };
        let slot = slot.filter(there).ok_or(MemoryError::Unbacked { address, size })?;
        Ok((HostPage(slot.host + (address - slot.base)), slot))
    }
}

/// The 64-byte lines of a page that `size` bytes at `address` touch; what crosses into the next page is not counted.
fn lines(address: u64, size: u64) -> u64 {
    let first = (address & 0xfff) >> 6;
    let last = ((address & 0xfff) + size.max(1) - 1).min(0xfff) >> 6;
    (u64::MAX >> (63 - (last - first))) << first
}

#[cfg(test)]
mod tests {
    use super::super::slot::HostPageIs;
    use super::*;

    #[test]
    fn lines_of_a_store() {
        assert_eq!(lines(0x1000, 4), 1);
        assert_eq!(lines(0x103f, 2), 3);
        assert_eq!(lines(0x1fc0, 64), 1 << 63);
        assert_eq!(lines(0x1ffe, 8), 1 << 63);
        assert_eq!(lines(0x1000, 4096), u64::MAX);
    }

    #[test]
    fn a_probe_is_asked_once_a_page_until_the_range_changes() {
        static THERE: AtomicU64 = AtomicU64::new(0);
        let mut memory_of_a_page_and_more = vec![0u64; 1536];
        let host = memory_of_a_page_and_more.as_mut_ptr();
        let memory = PhysicalMemory::default();
        memory.set_probe(|_| match THERE.load(Ordering::SeqCst) {
            0 => HostPageIs::Absent,
            1 => HostPageIs::Readable,
            _ => HostPageIs::Writable,
        });
        // SAFETY: the vector outlives `memory`'s use and no PE runs.
        memory.install(unsafe { PhysicalMemory::new_slot(0, 0x1000, 0x2000, host.cast(), SlotFlags::default()) });
        assert!(memory.backing(0x1000).is_none() && memory.read::<u64>(0x1008).is_none());
        assert!(memory.write_bytes(0x1ffc, &[0; 8]).is_err());
        THERE.store(1, Ordering::SeqCst);
        assert_eq!(memory.read::<u64>(0x1008), Some(0));
        assert!(memory.backing(0x1000).is_some_and(|backing| backing.protected) && memory.write_bytes(0x1000, &[0]).is_err());
        THERE.store(0, Ordering::SeqCst);
        assert!(memory.backing(0x1000).is_some() && memory.backing(0x2000).is_none());
        let host = host.expose_provenance() as u64;
        assert!(!memory.host_range_changes(host + 0x2000, 0x1000) && !memory.host_range_changes(host - 1, 1));
        assert!(memory.host_range_changes(host + 0x1000, u64::MAX));
        assert!(memory.backing(0x1000).is_none());
    }

    /// Memory that is there is never seen as a slot without.
    #[test]
    fn what_is_behind_a_moving_slot() {
        let mut backing = vec![0u64; 1024];
        let memory = PhysicalMemory::default();
        // SAFETY: the vector outlives `memory`'s use and no PE runs.
        let slot = unsafe { PhysicalMemory::new_slot(0, 0x1000, 0x1000, backing.as_mut_ptr().cast(), SlotFlags::default()) };
        std::thread::scope(|scope| {
            let mover = scope.spawn(|| (0..2_000_000).for_each(|turn| memory.install(slot.with_log(false, 0x1000 + turn % 2 * 0x1000))));
            while !mover.is_finished() {
                assert!(!matches!(memory.behind(0x1000), Behind::Absent));
            }
        });
        assert!(matches!(memory.behind(0x1000), Behind::NoSlot) && matches!(memory.behind(0x2000), Behind::Memory(_)));
    }

    #[test]
    fn slots_and_code_marks() {
        let mut backing = vec![0u64; 1024];
        let memory = PhysicalMemory::default();
        // SAFETY: the vector outlives `memory`'s use and no PE runs.
        memory.install(unsafe { PhysicalMemory::new_slot(0, 0x4000_0000, 0x2000, backing.as_mut_ptr().cast(), SlotFlags::default()) });
        assert!(memory.backing(0x3fff_ffff).is_none() && memory.backing(0x4000_2000).is_none());
        let mark = |address| memory.mark_code_pieces(0x4000_1000, std::iter::once((address, 8)));
        assert!(mark(0x4000_1000) && !mark(0x4000_1040));
        assert!(memory.backing(0x4000_1800).unwrap().watch_writes);
        assert!(!memory.note_store(0x4000_1080, 8));
        assert!(memory.note_store(0x4000_1044, 1));
        assert!(!memory.backing(0x4000_1800).unwrap().watch_writes);
        memory.write_bytes(0x4000_1ff0, b"0123456789abcdef").unwrap();
        assert_eq!(memory.read::<u64>(0x4000_1ff8), Some(u64::from_le_bytes(*b"89abcdef")));
        assert!(memory.write_bytes(0x4000_1ff0, &[0; 17]).is_err());
        assert_eq!(memory.remove(0), []);
        assert!(memory.backing(0x4000_0000).is_none());
    }
}
