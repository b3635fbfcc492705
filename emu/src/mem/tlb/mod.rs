//! The software TLB: host addresses of guest pages, looked up with one compare for page, permission and alignment.
//! It caches; what is true is in `mmu` and [`super::PhysicalMemory`].

mod entry;
mod flush;
mod holes;

pub(crate) use self::entry::layout;
use self::entry::{CHECKED, EMPTY, Entry, NEVER, NO_TAGS, Tags};
pub(super) use self::entry::{DEVICE, Rights, SLOW_WRITE};
use self::holes::Holes;
pub(crate) use self::holes::Port;
use super::raw::HostPage;
use super::spaces::{SPACES, Spaces, Tables};
use super::tags::PageTags;
use crate::cpu::Cpu;

const ENTRIES: usize = 1024;
/// Modes of a space, rounded up.
pub(crate) const MODES: usize = 4;
/// A set of entries for each mode of each space.
const SETS: usize = MODES * SPACES;
/// From one set to the next. What a page has in all sets does not lie a power of two apart, where it would share a place in the host's
/// caches.
const STRIDE: usize = ENTRIES + 4;
/// Fills with another addend, less those with the common one, after which that of the last may become the common one.
const OTHERS: u32 = 64;
/// Times that the common addend changes before pages are known to have none.
const CHANGES: u32 = 3;
/// Fills that are remembered one by one; more than these and a flush clears everything.
const LOGGED: usize = 512;

/// Whose permissions an access has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(usize)]
pub enum TlbMode {
    /// EL0, and EL1's unprivileged loads and stores.
    User = 0,
    /// EL1 with PSTATE.PAN clear.
    Kernel = 1,
    /// EL1 with PSTATE.PAN set.
    KernelPan = 2,
}

/// The TLB of one PE.
pub struct Tlb {
    entries: Box<[Entry; STRIDE * SETS]>,
    /// The tags of those entries that have the common addend.
    tags: [Tags; STRIDE * SETS],
    /// The addend of most entries: memory that is mapped in one piece has one.
    main: u64,
    /// How many more entries had another one, and the last.
    other: (u32, u64),
    /// So many of them, and a change is thought of: more each time that it was in vain.
    patience: u32,
    /// Times that the common addend has changed; [`CHANGES`] of them and there is none, so that generated code looks at entries.
    changes: u32,
    /// The current mode's set, and the offset of its entries.
    set: usize,
    base: usize,
    /// Sets that have had an entry since everything was dropped, a bit each.
    used_sets: u32,
    log: [u16; LOGGED],
    logged: usize,
    /// Allocation Tags of the entries that have some; empty until one has.
    page_tags: Vec<Option<PageTags>>,
    holes: Holes,
    spaces: Spaces,
    /// Changes with every invalidation and every change of the space: while it stays, so does what was found by virtual address.
    pub(crate) stamp: u64,
}

impl Default for Tlb {
    fn default() -> Self {
        Tlb {
            entries: Box::new([EMPTY; STRIDE * SETS]),
            tags: [NO_TAGS; STRIDE * SETS],
            main: 0,
            other: (OTHERS - 1, 0),
            patience: OTHERS,
            changes: 0,
            set: TlbMode::Kernel as usize,
            base: TlbMode::Kernel as usize * STRIDE,
            used_sets: 0,
            log: [0; LOGGED],
            logged: 0,
            page_tags: Vec::new(),
            holes: Holes::default(),
            spaces: Spaces::default(),
            stamp: 1,
        }
    }
}

impl Tlb {
    /// Selects whose permissions plain loads and stores have.
    #[inline]
    pub fn set_mode(&mut self, mode: TlbMode) {
        self.set = self.set_of(mode);
        self.base = self.set * STRIDE;
    }

    /// The current mode.
    #[inline]
    pub fn mode(&self) -> TlbMode {
        match self.set % MODES {
            0 => TlbMode::User,
            1 => TlbMode::Kernel,
            _ => TlbMode::KernelPan,
        }
    }

    #[inline]
    fn set_of(&self, mode: TlbMode) -> usize {
        self.spaces.current * MODES + mode as usize
    }

    /// The current set: mode and space.
    #[inline]
    pub(crate) fn set(&self) -> usize {
        self.set
    }

    /// The current space.
    #[inline]
    pub fn space(&self) -> usize {
        self.spaces.current
    }

    /// TTBR0_EL1 or TTBR1_EL1 changes. What belongs to other tables goes, or is put aside.
    pub(crate) fn switch_tables(&mut self, old: Tables, new: Tables) {
        let mode = self.mode();
        let stale = self.spaces.switch(old, new);
        self.stamp += 1;
        self.set_mode(mode);
        self.flush_in(self.spaces.current..self.spaces.current + 1, stale);
    }

    /// A page of the upper half is not global.
    pub(crate) fn note_not_global(&mut self) {
        self.spaces.list[self.spaces.current].upper_not_global = true;
    }

    /// An entry comes from a mapping of `1 << span` bytes.
    fn note_large(&mut self, address: u64, span: u8) {
        self.spaces.list[self.spaces.current].large.note(address, span);
    }

    /// Address of the current mode's entries, for generated code.
    pub(crate) fn current_entries(&self) -> u64 {
        std::ptr::from_ref(&self.entries[self.base]).expose_provenance() as u64
    }

    #[inline(always)]
    pub(super) fn entry(&self, address: u64) -> &Entry {
        &self.entries[self.base + (address >> 12) as usize % ENTRIES]
    }

    #[inline]
    fn index_of(&self, mode: TlbMode, address: u64) -> usize {
        self.set_of(mode) * STRIDE + (address >> 12) as usize % ENTRIES
    }

    #[inline]
    pub(super) fn entry_of(&self, mode: TlbMode, address: u64) -> &Entry {
        &self.entries[self.index_of(mode, address)]
    }

    #[inline(always)]
    pub(super) fn insert(&mut self, mode: TlbMode, address: u64, host: HostPage, rights: &Rights) {
        let index = self.index_of(mode, address);
        let entry = Entry::new(address, host, rights);
        self.entries[index] = entry;
        self.set_tags(index, &entry);
        self.used_sets |= 1 << self.set_of(mode);
        if rights.span > 12 {
            self.note_large(address, rights.span);
        }
        if self.logged < LOGGED {
            self.log[self.logged] = index as u16;
        }
        self.logged = (self.logged + 1).min(LOGGED + 1);
    }

    /// The page of `address`, whose entry was inserted last, has these Allocation Tags, or none.
    #[inline(never)]
    pub(super) fn insert_page_tags(&mut self, mode: TlbMode, address: u64, tags: Option<PageTags>) {
        let index = self.index_of(mode, address);
        self.page_tags.resize(STRIDE * SETS, None);
        self.page_tags[index] = tags;
    }

    /// Some entry has had Allocation Tags.
    #[inline]
    pub(super) fn has_page_tags(&self) -> bool {
        !self.page_tags.is_empty()
    }

    /// The Allocation Tags of the page of `address`, which has an entry.
    #[inline]
    pub(super) fn page_tags(&self, mode: TlbMode, address: u64) -> Option<&PageTags> {
        self.page_tags.get(self.index_of(mode, address))?.as_ref()
    }

    /// The same, when accesses to it are Tag Checked.
    #[inline]
    pub(super) fn checked_page_tags(&self, mode: TlbMode, address: u64) -> Option<&PageTags> {
        if self.entry_of(mode, address).physical & CHECKED == 0 { None } else { self.page_tags(mode, address) }
    }

    #[inline]
    fn set_tags(&mut self, index: usize, &Entry { read, write, addend, .. }: &Entry) {
        if addend == self.main {
            self.other.0 = self.other.0.saturating_sub(1);
            self.tags[index] = Tags { read, write };
        } else {
            self.other = (self.other.0.saturating_add(1), addend);
            self.tags[index] = NO_TAGS;
        }
    }

    /// Chooses another common addend when few entries have the present one. Generated code relies on it while it runs, so it only
    /// changes here, in front of that. True when from now on pages have none.
    #[inline]
    pub(crate) fn choose_addend(&mut self) -> bool {
        self.other.0 >= self.patience && !self.scattered() && self.change_addend()
    }

    #[cold]
    fn change_addend(&mut self) -> bool {
        let addends = || self.entries.iter().filter(|entry| entry.is_used()).map(|entry| entry.addend);
        let with = |addend: u64| addends().filter(|&other| other == addend).count();
        let common = with(self.main);
        if common > 0 && common >= with(self.other.1) && 2 * common >= addends().count() {
            // The same few pages were filled in again and again.
            self.other.0 = 0;
            self.patience = self.patience.saturating_mul(2);
            return false;
        }
        self.changes += 1;
        self.main = self.other.1;
        for index in 0..self.entries.len() {
            let entry = self.entries[index];
            self.set_tags(index, &entry);
        }
        self.other.0 = 0;
        self.scattered()
    }

    /// Host minus guest address of most pages.
    pub(crate) fn common_addend(&self) -> u64 {
        self.main
    }

    /// Pages have no common addend.
    #[inline]
    pub(crate) fn scattered(&self) -> bool {
        self.changes > CHANGES
    }

    /// Pages will be found to have no common addend, says who knows.
    pub(crate) fn set_scattered(&mut self) {
        self.changes = CHANGES + 1;
    }
}

impl Cpu {
    /// Generated code need not find out first that the host has this guest's pages in no order.
    pub fn expect_scattered_memory(&mut self) {
        self.tlb.set_scattered();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fill(tlb: &mut Tlb, page: u64, host: u64) {
        let rights = Rights {
            physical: page << 12,
            read: true,
            write: true,
            device: false,
            span: 12,
            watch_writes: false,
            watchpoint: false,
            checked: false,
            big_endian: false,
        };
        tlb.insert(TlbMode::Kernel, page << 12, HostPage(host), &rights);
    }

    #[test]
    fn one_page_filled_in_again_and_again_does_not_change_the_common_addend() {
        let mut tlb = Tlb::default();
        // Also when everything was dropped before anyone looked.
        (0..8).for_each(|page| fill(&mut tlb, page, 0x7000_0000 + (page << 12)));
        tlb.flush();
        assert!(!tlb.choose_addend());
        (0..8).for_each(|page| fill(&mut tlb, page, 0x7000_0000 + (page << 12)));
        assert_eq!(tlb.common_addend(), 0x7000_0000);
        for _ in 0..10 * OTHERS {
            fill(&mut tlb, 0x100, 0x1000);
            tlb.flush_page(0x100 << 12);
            assert!(!tlb.choose_addend());
        }
        assert_eq!(tlb.common_addend(), 0x7000_0000);
    }

    #[test]
    fn pages_without_order_have_no_common_addend() {
        let mut tlb = Tlb::default();
        let scattered = (0..u64::from(OTHERS) * 8).any(|page| {
            fill(&mut tlb, page, (page * page) << 12);
            tlb.choose_addend()
        });
        assert!(scattered && tlb.scattered());
    }
}
