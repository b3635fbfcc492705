//! A memory slot: a range of guest physical addresses, the host memory behind it, and what is known page by page. Knows no other slot.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use super::code_lines::CodeLines;
use super::raw::{HostPage, Word, zeroed};

/// Properties of a slot.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SlotFlags {
    /// Guest stores leave as stage 2 aborts.
    pub readonly: bool,
    /// Stores are recorded page by page.
    pub log_dirty: bool,
    /// Nothing can be reached: the hypervisor's program has no memory there.
    pub inaccessible: bool,
}

/// What the owner of the memory may do with a host page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HostPageIs {
    /// Nothing: it is not there.
    Absent,
    /// Read.
    Readable,
    /// Read and write.
    Writable,
}

/// Says what the host page at an address is.
pub type HostProbe = fn(u64) -> HostPageIs;

/// Host memory behind a range of guest physical addresses.
#[derive(Debug)]
pub struct Slot {
    /// The hypervisor's number for it.
    pub id: u32,
    /// First guest physical address, page-aligned.
    pub base: u64,
    /// Bytes, a multiple of the page size.
    pub size: u64,
    /// Properties.
    pub flags: SlotFlags,
    pub(super) host: u64,
    /// For each 4 KiB page, which of its 64-byte lines hold decoded instructions.
    pub(super) code_lines: Arc<CodeLines>,
    /// For each 4 KiB page, one bit: written since the log was last read. Empty without `log_dirty`.
    pub(super) dirty: Arc<Box<[AtomicU64]>>,
    /// Asked before the first use of a page, where the owner of the memory may not keep the promise.
    pub(super) probe: Option<HostProbe>,
    /// For each 4 KiB page, one bit: the probe has found it. Empty without one.
    pub(super) found: Box<[AtomicU64]>,
    /// The same for pages that may be written.
    pub(super) found_writable: Box<[AtomicU64]>,
}

/// Where a physical page is on the host.
#[derive(Clone, Copy, Debug)]
pub struct Backing {
    /// Host address of the first byte of the 4 KiB page.
    pub(super) host: HostPage,
    /// Guest stores are refused.
    pub readonly: bool,
    /// The owner of the memory may read it alone, though the slot lets the guest store.
    pub protected: bool,
    /// Stores must be noticed: the page holds decoded code, or is dirty-logged.
    pub watch_writes: bool,
}

/// What is behind a physical address.
#[derive(Clone, Copy, Debug)]
pub enum Behind {
    /// No slot is there.
    NoSlot,
    /// A slot is, but its host memory is not.
    Absent,
    /// Memory.
    Memory(Backing),
}

/// A slot that is there, all of it: what reading it takes.
#[derive(Clone, Copy)]
pub struct PlainSlot<'a> {
    base: u64,
    size: u64,
    /// Host minus guest address.
    addend: u64,
    slot: std::marker::PhantomData<&'a Slot>,
}

impl PlainSlot<'_> {
    /// A naturally aligned word; None when the address is not in the slot.
    #[inline(always)]
    pub fn read<T: Word>(&self, address: u64) -> Option<T> {
        (address.wrapping_sub(self.base) < self.size).then(|| T::read(HostPage(address.wrapping_add(self.addend))))
    }
}

impl Slot {
    /// Whether `address` lies in it.
    #[inline]
    pub(super) fn contains(&self, address: u64) -> bool {
        address.wrapping_sub(self.base) < self.size
    }

    /// The host page behind an address that lies in it.
    #[inline(always)]
    pub(super) fn backing(&self, address: u64) -> Option<Backing> {
        let page = ((address - self.base) >> 12) as usize;
        if self.flags.inaccessible || !self.is_there(page) {
            return None;
        }
        let protected = !self.flags.readonly && !self.is_writable(page);
        let host = HostPage(self.host + ((address - self.base) & !0xfff));
        let has_code = self.code_lines.of(page) != 0;
        let logged = self.flags.log_dirty && !self.is_dirty(page);
        Some(Backing { host, readonly: self.flags.readonly, protected, watch_writes: has_code || logged })
    }

    /// A naturally aligned word at an address that lies in it.
    #[inline]
    pub(super) fn read<T: Word>(&self, address: u64) -> Option<T> {
        let there = !self.flags.inaccessible && self.is_there(((address - self.base) >> 12) as usize);
        there.then(|| T::read(HostPage(self.host + (address - self.base))))
    }

    /// The slot, if it is memory of which nobody asks whether it is there.
    #[inline]
    pub(super) fn plain(&self) -> Option<PlainSlot<'_>> {
        let Slot { base, size, host, .. } = *self;
        let plain = PlainSlot { base, size, addend: host.wrapping_sub(base), slot: std::marker::PhantomData };
        (self.probe.is_none() && !self.flags.inaccessible).then_some(plain)
    }

    /// Host address of the first byte, as a number.
    pub fn host_address(&self) -> u64 {
        self.host
    }

    /// Whether the host page is there, as far as anyone asks.
    #[inline]
    pub(super) fn is_there(&self, page: usize) -> bool {
        let Some(probe) = self.probe else { return true };
        let Some(found) = self.found.get(page / 64) else { return false };
        let bit = 1 << (page % 64);
        if found.load(Ordering::SeqCst) & bit != 0 {
            return true;
        }
        let page_is = probe(self.host + ((page as u64) << 12));
        if page_is == HostPageIs::Writable
            && let Some(writable) = self.found_writable.get(page / 64)
        {
            writable.fetch_or(bit, Ordering::SeqCst);
        }
        if page_is != HostPageIs::Absent {
            found.fetch_or(bit, Ordering::SeqCst);
        }
        page_is != HostPageIs::Absent
    }

    /// Whether a host page that is there may be written, as far as anyone asks.
    #[inline]
    pub(super) fn is_writable(&self, page: usize) -> bool {
        let writable = |found: &AtomicU64| found.load(Ordering::SeqCst) >> (page % 64) & 1 != 0;
        self.probe.is_none() || self.found_writable.get(page / 64).is_some_and(writable)
    }

    #[inline]
    pub(super) fn is_dirty(&self, page: usize) -> bool {
        self.dirty.get(page / 64).is_none_or(|word| word.load(Ordering::SeqCst) >> (page % 64) & 1 != 0)
    }

    pub(super) fn take_code(&self, page: usize, lines: u64) -> bool {
        let hit = self.code_lines.of(page) & lines != 0;
        if hit {
            self.code_lines.clear(page);
        }
        hit
    }

    /// The pages of a part, from an offset on, that hold decoded code, which hold none from now on: it is about to become something else, or
    /// to be elsewhere.
    #[must_use]
    pub fn forget_code(&self, offset: u64, size: u64) -> Vec<u64> {
        let last = (offset + size.saturating_sub(1)) >> 12;
        let taken = self.code_lines.take((offset >> 12) as usize, last.min(self.pages().saturating_sub(1)) as usize);
        taken.into_iter().map(|page| self.base + ((page as u64) << 12)).collect()
    }

    /// True when the page was not dirty before, and there is a log.
    pub(super) fn mark_dirty(&self, page: usize) -> bool {
        let bit = 1 << (page % 64);
        self.dirty.get(page / 64).is_some_and(|word| word.fetch_or(bit, Ordering::SeqCst) & bit == 0)
    }

    /// The same memory with dirty logging on or off, and the log as it was if it was on; to be installed in its place.
    #[must_use]
    pub fn with_log(&self, log_dirty: bool, base: u64) -> Slot {
        let kept = log_dirty && self.flags.log_dirty;
        let dirty = match (log_dirty, kept) {
            (true, true) => self.dirty.clone(),
            (true, false) => Arc::new(zeroed(self.pages().div_ceil(64) as usize)),
            (false, _) => Arc::default(),
        };
        let flags = SlotFlags { log_dirty, ..self.flags };
        let code_lines = self.code_lines.clone();
        Slot {
            id: self.id,
            base,
            size: self.size,
            flags,
            host: self.host,
            code_lines,
            dirty,
            probe: None,
            found: Box::default(),
            found_writable: Box::default(),
        }
    }

    /// 4 KiB pages.
    #[must_use]
    pub fn pages(&self) -> u64 {
        self.size >> 12
    }

    /// Words of the dirty log.
    #[must_use]
    pub fn log_words(&self) -> usize {
        self.dirty.len()
    }

    /// 64 pages' worth of the dirty log, which stays as it is.
    #[must_use]
    pub fn peek_dirty(&self, word: usize) -> u64 {
        self.dirty.get(word).map_or(0, |cell| cell.load(Ordering::SeqCst))
    }

    /// Counts every page as written.
    pub fn mark_all_dirty(&self) {
        for (word, cell) in self.dirty.iter().enumerate() {
            let here = (self.pages() - 64 * word as u64).min(64);
            cell.store(u64::MAX >> (64 - here), Ordering::SeqCst);
        }
    }

    /// Takes 64 pages' worth of the dirty log: the bits of `mask` are returned and cleared. PEs must flush afterwards.
    pub fn take_dirty(&self, word: usize, mask: u64) -> u64 {
        self.dirty.get(word).map_or(0, |cell| cell.fetch_and(!mask, Ordering::SeqCst) & mask)
    }
}
