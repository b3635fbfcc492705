//! The software TLB: host addresses of guest pages, looked up with one compare for page, permission and alignment.
//! It caches; what is true is in `mmu` and [`super::PhysicalMemory`].

use super::AccessKind;
use super::invalidation::{Flush, Halves, Reliance, untagged};
use super::spaces::{SPACES, Spaces, Tables};
use std::ops::Range;

use super::raw::HostPage;
use super::tags::PageTags;
use crate::cpu::Cpu;
use crate::mmu::Translation;

const ENTRIES: usize = 1024;
/// Modes of a space, rounded up.
pub(crate) const MODES: usize = 4;
/// A set of entries for each mode of each space.
const SETS: usize = MODES * SPACES;
/// A tag that no masked address equals: between the page and the alignment bits (at most four) nothing is compared.
const NEVER: u64 = 1 << 11;
/// In a tag that no masked address equals either: every access is a Tag Checked one, so none is fast. The tag has no Logical Address
/// Tag: the entry is for all of them.
const CHECKED_TAG: u64 = 1 << 10;
/// In a tag that no masked address equals either: data is big-endian, and the fast path knows the other order only.
const BIG_ENDIAN_TAG: u64 = 1 << 9;
/// The Logical Address Tag of an address.
const LOGICAL_TAG: u64 = 15 << 56;
/// Fills with another addend, less those with the common one, after which that of the last becomes the common one.
const OTHERS: u32 = 64;
/// Times that the common addend changes before pages are known to have none.
const CHANGES: u32 = 3;
/// Fills that are remembered one by one; more than these and a flush clears everything.
const LOGGED: usize = 512;

/// Whose permissions an access has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(usize)]
pub enum TlbMode {
    /// EL0, and EL1's unprivileged loads and stores.
    User = 0,
    /// EL1 with PSTATE.PAN clear.
    Kernel = 1,
    /// EL1 with PSTATE.PAN set.
    KernelPan = 2,
}

/// One page of one mode.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub(super) struct Entry {
    /// Page address when loads may go straight to `host`.
    pub read: u64,
    /// Page address when stores may.
    pub write: u64,
    /// Host address minus guest virtual address.
    pub addend: u64,
    /// Physical page address, [`DEVICE`], [`SLOW_WRITE`], [`CHECKED`], [`BIG_ENDIAN`], and from [`SPAN`] log2 of the mapping's size.
    pub physical: u64,
}

impl Entry {
    /// May come from the mapping that translates `address`.
    fn may_map(&self, address: u64) -> bool {
        let page = if self.read == NEVER { self.write } else { self.read };
        page == NEVER || untagged(page ^ address) >> (self.physical >> SPAN & 0x3f) == 0
    }

    fn in_half(&self, half: Halves) -> bool {
        let page = if self.read == NEVER { self.write } else { self.read };
        page == NEVER || half.contain(page)
    }

    /// Some access may be made by it, or may have to be noticed.
    fn is_used(&self) -> bool {
        self.read != NEVER || self.write != NEVER || self.physical != 0
    }

    /// What `read` or `write` is when the entry is that of `address`.
    #[inline]
    pub fn tag(&self, address: u64) -> u64 {
        let page = address & !0xfff;
        let page = if self.physical & CHECKED == 0 { page } else { page & !LOGICAL_TAG | CHECKED_TAG };
        if self.physical & BIG_ENDIAN == 0 { page } else { page | BIG_ENDIAN_TAG }
    }

    /// The host page of an address that the entry is for.
    #[inline]
    pub fn host_page(&self, address: u64) -> HostPage {
        HostPage((self.tag(address) & !0xfff).wrapping_add(self.addend))
    }
}

/// Pages with nothing behind them that are remembered.
const HOLES: usize = 8;

/// A page that translates to where no memory is: a device of the hypervisor's or its user space's.
#[derive(Clone, Copy, Debug)]
struct Hole {
    page: u64,
    physical: u64,
    set: usize,
    read: bool,
    write: bool,
}

const NO_HOLE: Hole = Hole { page: NEVER, physical: 0, set: 0, read: false, write: false };

/// In `Entry::physical`: the memory type is Device, unaligned accesses fault.
pub(super) const DEVICE: u64 = 1;
/// In `Entry::physical`: stores are allowed but somebody wants to know of them.
pub(super) const SLOW_WRITE: u64 = 2;
/// In `Entry::physical`: loads and stores are Tag Checked.
pub(super) const CHECKED: u64 = 4;
/// In `Entry::physical`: data is big-endian.
pub(super) const BIG_ENDIAN: u64 = 8;
/// In `Entry::physical`: position of six bits, log2 of the mapping's size.
const SPAN: u32 = 4;

/// What generated code knows of the entries: displacements in [`Entry`], and how an address becomes a displacement of one.
pub(crate) mod layout {
    use super::{ENTRIES, Entry, Tags, Tlb};
    use std::mem::offset_of;

    pub const READ: i32 = offset_of!(Entry, read) as i32;
    pub const WRITE: i32 = offset_of!(Entry, write) as i32;
    pub const ADDEND: i32 = offset_of!(Entry, addend) as i32;
    pub const PHYSICAL: i32 = offset_of!(Entry, physical) as i32;
    pub const DEVICE: u8 = super::DEVICE as u8;
    /// An address shifted right by this and masked is the displacement of its entry, or of its tags.
    pub const ENTRY_SHIFT: u8 = 12 - size_of::<Entry>().ilog2() as u8;
    pub const ENTRY_MASK: i32 = ((ENTRIES - 1) * size_of::<Entry>()) as i32;
    pub const TAGS_SHIFT: u8 = 12 - size_of::<Tags>().ilog2() as u8;
    pub const TAGS_MASK: i32 = ((ENTRIES - 1) * size_of::<Tags>()) as i32;
    const _: () = assert!(size_of::<Entry>().is_power_of_two() && size_of::<Tags>().is_power_of_two());

    /// Distance between the entries of two sets.
    pub const SET_BYTES: i32 = (ENTRIES * size_of::<Entry>()) as i32;
    /// A set of the same space, for accesses with EL0's permissions.
    pub const fn user_set(set: usize) -> usize {
        set / super::MODES * super::MODES + super::TlbMode::User as usize
    }

    /// Offset in [`Tlb`] of a set's first tag for loads or stores.
    pub const fn tags(set: usize, write: bool) -> usize {
        let field = if write { offset_of!(Tags, write) } else { offset_of!(Tags, read) };
        offset_of!(Tlb, tags) + set * ENTRIES * size_of::<Tags>() + field
    }
}

const EMPTY: Entry = Entry { read: NEVER, write: NEVER, addend: 0, physical: 0 };

/// Page addresses of an entry whose addend is [`Tlb::main`]; all that generated code looks at.
#[derive(Clone, Copy)]
#[repr(C)]
struct Tags {
    read: u64,
    write: u64,
}

const NO_TAGS: Tags = Tags { read: NEVER, write: NEVER };

/// The TLB of one PE.
pub struct Tlb {
    entries: Box<[Entry; ENTRIES * SETS]>,
    /// The tags of those entries that have the common addend.
    tags: [Tags; ENTRIES * SETS],
    /// The addend of most entries: memory that is mapped in one piece has one.
    main: u64,
    /// How many more entries had another one, and the last.
    other: (u32, u64),
    /// Times that the common addend has changed; [`CHANGES`] of them and there is none, so that generated code looks at entries.
    changes: u32,
    /// Offset of the current mode's entries.
    base: usize,
    log: [u16; LOGGED],
    logged: usize,
    /// Allocation Tags of the entries that have some; empty until one has.
    page_tags: Vec<Option<PageTags>>,
    holes: [Hole; HOLES],
    /// The next to be replaced, and whether there is any.
    next_hole: usize,
    has_holes: bool,
    spaces: Spaces,
    /// Changes with every invalidation and every change of the space: while it stays, so does what was found by virtual address.
    pub(crate) stamp: u64,
}

impl Default for Tlb {
    fn default() -> Self {
        Tlb {
            entries: Box::new([EMPTY; ENTRIES * SETS]),
            tags: [NO_TAGS; ENTRIES * SETS],
            main: 0,
            other: (OTHERS - 1, 0),
            changes: 0,
            base: TlbMode::Kernel as usize * ENTRIES,
            log: [0; LOGGED],
            logged: 0,
            page_tags: Vec::new(),
            holes: [NO_HOLE; HOLES],
            next_hole: 0,
            has_holes: false,
            spaces: Spaces::default(),
            stamp: 1,
        }
    }
}

impl Tlb {
    /// Selects whose permissions plain loads and stores have.
    #[inline]
    pub fn set_mode(&mut self, mode: TlbMode) {
        self.base = self.set_of(mode) * ENTRIES;
    }

    /// The current mode.
    #[inline]
    pub fn mode(&self) -> TlbMode {
        match self.base / ENTRIES % MODES {
            0 => TlbMode::User,
            1 => TlbMode::Kernel,
            _ => TlbMode::KernelPan,
        }
    }

    fn set_of(&self, mode: TlbMode) -> usize {
        self.spaces.current * MODES + mode as usize
    }

    /// The current set: mode and space.
    #[inline]
    pub(crate) fn set(&self) -> usize {
        self.base / ENTRIES
    }

    /// The current space.
    #[inline]
    pub fn space(&self) -> usize {
        self.base / ENTRIES / MODES
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

    /// Address of the current mode's entries, for generated code.
    pub(crate) fn current_entries(&self) -> u64 {
        std::ptr::from_ref(&self.entries[self.base % (ENTRIES * SETS)]).expose_provenance() as u64
    }

    #[inline(always)]
    pub(super) fn entry(&self, address: u64) -> &Entry {
        &self.entries[(self.base + (address >> 12) as usize % ENTRIES) % (ENTRIES * SETS)]
    }

    #[inline]
    pub(super) fn entry_of(&self, mode: TlbMode, address: u64) -> &Entry {
        &self.entries[(self.set_of(mode) * ENTRIES + (address >> 12) as usize % ENTRIES) % (ENTRIES * SETS)]
    }

    #[inline]
    pub(super) fn insert(&mut self, mode: TlbMode, address: u64, host: HostPage, rights: Rights) {
        let index = self.set_of(mode) * ENTRIES + (address >> 12) as usize % ENTRIES;
        let flag = |set: bool, bit: u64| if set { bit } else { 0 };
        let mut entry = Entry {
            physical: rights.physical
                | flag(rights.device, DEVICE)
                | flag(rights.write && rights.watch_writes, SLOW_WRITE)
                | flag(rights.checked, CHECKED)
                | flag(rights.big_endian, BIG_ENDIAN)
                | u64::from(rights.span) << SPAN,
            ..EMPTY
        };
        let page = entry.tag(address);
        let tag = |allowed: bool| if allowed && !rights.watchpoint { page } else { NEVER };
        // Instructions that read and write look at one tag.
        (entry.read, entry.write) = (tag(rights.read), tag(rights.write && rights.read && !rights.watch_writes));
        entry.addend = host.0.wrapping_sub(page & !0xfff);
        self.entries[index] = entry;
        self.set_tags(index);
        if rights.span > 12 {
            self.spaces.list[self.spaces.current].large.note(address, rights.span);
        }
        if self.logged < LOGGED {
            self.log[self.logged] = index as u16;
        }
        self.logged = (self.logged + 1).min(LOGGED + 1);
    }

    /// The page of `address`, whose entry was inserted last, has these Allocation Tags, or none.
    #[inline]
    pub(super) fn insert_page_tags(&mut self, mode: TlbMode, address: u64, tags: Option<PageTags>) {
        if tags.is_some() || self.has_page_tags() {
            let index = self.set_of(mode) * ENTRIES + (address >> 12) as usize % ENTRIES;
            self.page_tags.resize(ENTRIES * SETS, None);
            self.page_tags[index] = tags;
        }
    }

    /// Some entry has had Allocation Tags.
    #[inline]
    pub(super) fn has_page_tags(&self) -> bool {
        !self.page_tags.is_empty()
    }

    /// The Allocation Tags of the page of `address`, which has an entry.
    #[inline]
    pub(super) fn page_tags(&self, mode: TlbMode, address: u64) -> Option<&PageTags> {
        self.page_tags.get(self.set_of(mode) * ENTRIES + (address >> 12) as usize % ENTRIES)?.as_ref()
    }

    /// The same, when accesses to it are Tag Checked.
    #[inline]
    pub(super) fn checked_page_tags(&self, mode: TlbMode, address: u64) -> Option<&PageTags> {
        if self.entry_of(mode, address).physical & CHECKED == 0 { None } else { self.page_tags(mode, address) }
    }

    fn set_tags(&mut self, index: usize) {
        let Entry { read, write, addend, .. } = self.entries[index];
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
        self.other.0 >= OTHERS && !self.scattered() && self.change_addend()
    }

    #[cold]
    fn change_addend(&mut self) -> bool {
        self.changes += 1;
        self.main = self.other.1;
        for index in 0..self.entries.len() {
            self.set_tags(index);
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

    /// Remembers that nothing is behind an address, which `mode` may read or write.
    pub(super) fn insert_hole(&mut self, mode: TlbMode, address: u64, translation: &Translation) {
        let (read, write) = (translation.read, translation.write);
        let (page, physical, set) = (address & !0xfff, translation.physical & !0xfff, self.set_of(mode));
        self.has_holes = true;
        self.holes[self.next_hole] = Hole { page, physical, set, read, write };
        self.next_hole = (self.next_hole + 1) % HOLES;
    }

    fn forget_holes(&mut self) {
        if std::mem::take(&mut self.has_holes) {
            self.holes = [NO_HOLE; HOLES];
        }
    }

    /// The physical address where nothing is, if that is known of an access to `address`.
    pub(crate) fn hole(&self, mode: TlbMode, address: u64, kind: AccessKind) -> Option<u64> {
        if !self.has_holes {
            return None;
        }
        let hole = self.holes.iter().find(|hole| hole.page == address & !0xfff && hole.set == self.set_of(mode))?;
        let allowed = match kind {
            AccessKind::Read => hole.read,
            AccessKind::Write => hole.write,
            AccessKind::Fetch | AccessKind::Cache => false,
        };
        allowed.then_some(hole.physical | address & 0xfff)
    }

    /// Drops everything.
    pub fn flush(&mut self) {
        if self.logged > LOGGED {
            self.entries.fill(EMPTY);
            self.tags.fill(NO_TAGS);
        } else {
            for &index in &self.log[..self.logged] {
                self.entries[index as usize] = EMPTY;
                self.tags[index as usize] = NO_TAGS;
            }
        }
        self.logged = 0;
        self.forget_holes();
        self.spaces.list.iter_mut().for_each(|space| space.invalidated(Halves::ALL));
        self.stamp += 1;
    }

    /// Drops what maintenance with the gathered `bits` of [`super::Flush`] reaches.
    pub(crate) fn flush_reached(&mut self, bits: u32) {
        let reached: [Halves; SPACES] = std::array::from_fn(|space| Flush::reached(bits, self.spaces.list[space].upper_not_global));
        if reached == [Halves::ALL; SPACES] {
            return self.flush();
        }
        for (space, halves) in reached.into_iter().enumerate() {
            self.flush_in(space..space + 1, halves);
        }
    }

    fn flush_in(&mut self, spaces: Range<usize>, halves: Halves) {
        if halves == Halves::default() {
            return;
        }
        let sets = spaces.start * MODES..spaces.end * MODES;
        self.drop_entries(|set, entry| sets.contains(&set) && (halves == Halves::ALL || entry.in_half(halves)));
        self.forget_holes();
        self.spaces.list[spaces].iter_mut().for_each(|space| space.invalidated(halves));
        self.stamp += 1;
    }

    fn drop_entries(&mut self, stale: impl Fn(usize, &Entry) -> bool) {
        if self.logged > LOGGED {
            // What stays is logged again, if it is few enough by now.
            self.logged = 0;
            for (index, (entry, tags)) in self.entries.iter_mut().zip(&mut self.tags).enumerate() {
                if stale(index / ENTRIES, entry) {
                    (*entry, *tags) = (EMPTY, NO_TAGS);
                } else if entry.read != NEVER || entry.write != NEVER || entry.physical != 0 {
                    if let Some(logged) = self.log.get_mut(self.logged) {
                        *logged = index as u16;
                    }
                    self.logged = (self.logged + 1).min(LOGGED + 1);
                }
            }
            return;
        }
        let mut kept = 0;
        for position in 0..self.logged {
            let index = self.log[position];
            let entry = &mut self.entries[usize::from(index)];
            if stale(usize::from(index) / ENTRIES, entry) {
                *entry = EMPTY;
                self.tags[usize::from(index)] = NO_TAGS;
            } else {
                self.log[kept] = index;
                kept += 1;
            }
        }
        self.logged = kept;
    }

    /// Drops what may come from the translation of `address`, whatever its tag byte.
    pub fn flush_page(&mut self, address: u64) {
        if self.spaces.list.iter().any(|space| space.large.contain(address)) {
            self.drop_entries(|_, entry| entry.may_map(address));
        } else {
            for set in 0..SETS {
                let index = set * ENTRIES + (address >> 12) as usize % ENTRIES;
                if self.entries[index].is_used() {
                    self.entries[index] = EMPTY;
                    self.tags[index] = NO_TAGS;
                }
            }
        }
        self.forget_holes();
        for space in &mut self.spaces.list {
            space.done.page(((address << 8) as i64 >> 8) as u64);
            space.generation += 1;
        }
        self.stamp += 1;
    }

    /// True when nothing was invalidated in the current space since `reliance` caught up.
    #[inline(always)]
    pub fn unchanged(&self, reliance: &Reliance) -> bool {
        reliance.generation == self.spaces.list[self.spaces.current].generation
    }

    /// The halves of the current space in which nothing is known any more that `reliance` relied on.
    #[cold]
    pub fn stale(&self, reliance: &mut Reliance) -> Halves {
        let space = &self.spaces.list[self.spaces.current];
        reliance.catch_up(&space.done, space.generation)
    }

    /// Stores to the physical page must be noticed from now on.
    pub fn watch_writes(&mut self, physical: u64) {
        for (entry, tags) in self.entries.iter_mut().zip(&mut self.tags) {
            if entry.write != NEVER && entry.physical & !0xfff == physical & !0xfff {
                entry.write = NEVER;
                tags.write = NEVER;
                entry.physical |= SLOW_WRITE;
            }
        }
    }
}

impl Cpu {
    /// Generated code need not find out first that the host has this guest's pages in no order.
    pub fn expect_scattered_memory(&mut self) {
        self.tlb.set_scattered();
    }
}

/// What a translation allows.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rights {
    pub physical: u64,
    pub read: bool,
    pub write: bool,
    pub device: bool,
    /// log2 of the mapping's size.
    pub span: u8,
    pub watch_writes: bool,
    /// A watchpoint covers part of the page: no access takes the fast path.
    pub watchpoint: bool,
    /// Accesses are Tag Checked, in this mode and with this address.
    pub checked: bool,
    /// Loads and stores are big-endian in this mode.
    pub big_endian: bool,
}
