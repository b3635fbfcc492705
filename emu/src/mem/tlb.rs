//! The software TLB: host addresses of guest pages, looked up with one compare for page, permission and alignment.
//! It caches; what is true is in `mmu` and [`super::PhysicalMemory`].

use super::raw::HostPage;
use super::tags::PageTags;

const ENTRIES: usize = 512;
const MODES: usize = 4;
/// A tag that no masked address equals: between the page and the alignment bits (at most four) nothing is compared.
const NEVER: u64 = 1 << 11;
/// In a tag that no masked address equals either: every access is a Tag Checked one, so none is fast. The tag has no Logical Address
/// Tag: the entry is for all of them.
const CHECKED_TAG: u64 = 1 << 10;
/// The Logical Address Tag of an address.
const LOGICAL_TAG: u64 = 15 << 56;
/// Entries in a row with another addend after which that becomes the common one.
const OTHERS: u32 = 64;
/// Fills that are remembered one by one; more than these and a flush clears everything.
const LOGGED: usize = 96;

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
    /// Physical page address, and [`DEVICE`], [`SLOW_WRITE`], [`CHECKED`].
    pub physical: u64,
}

impl Entry {
    /// What `read` or `write` is when the entry is that of `address`.
    #[inline]
    pub fn tag(&self, address: u64) -> u64 {
        let page = address & !0xfff;
        if self.physical & CHECKED == 0 { page } else { page & !LOGICAL_TAG | CHECKED_TAG }
    }

    /// The host page of an address that the entry is for.
    #[inline]
    pub fn host_page(&self, address: u64) -> HostPage {
        HostPage((self.tag(address) & !0xfff).wrapping_add(self.addend))
    }
}

/// In `Entry::physical`: the memory type is Device, unaligned accesses fault.
pub(super) const DEVICE: u64 = 1;
/// In `Entry::physical`: stores are allowed but somebody wants to know of them.
pub(super) const SLOW_WRITE: u64 = 2;
/// In `Entry::physical`: loads and stores are Tag Checked.
pub(super) const CHECKED: u64 = 4;

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

    /// Offset in [`Tlb`] of a mode's first tag for loads or stores.
    pub const fn tags(mode: usize, write: bool) -> usize {
        let field = if write { offset_of!(Tags, write) } else { offset_of!(Tags, read) };
        offset_of!(Tlb, tags) + mode * ENTRIES * size_of::<Tags>() + field
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
    entries: Box<[Entry; ENTRIES * MODES]>,
    /// The tags of those entries that have the common addend.
    tags: [Tags; ENTRIES * MODES],
    /// The addend of most entries: memory that is mapped in one piece has one.
    main: u64,
    /// Entries in a row that had another one, and the last.
    other: (u32, u64),
    /// Offset of the current mode's entries.
    base: usize,
    log: [u16; LOGGED],
    logged: usize,
    /// Allocation Tags of the entries that have some; empty until one has.
    page_tags: Vec<Option<PageTags>>,
    /// Some entry comes from a mapping larger than 4 KiB: invalidating by address must drop everything.
    large: bool,
    /// Counts flushes, for statistics and for caches that depend on translations.
    pub generation: u64,
}

impl Default for Tlb {
    fn default() -> Self {
        Tlb {
            entries: Box::new([EMPTY; ENTRIES * MODES]),
            tags: [NO_TAGS; ENTRIES * MODES],
            main: 0,
            other: (OTHERS - 1, 0),
            base: TlbMode::Kernel as usize * ENTRIES,
            log: [0; LOGGED],
            logged: 0,
            page_tags: Vec::new(),
            large: false,
            generation: 0,
        }
    }
}

impl Tlb {
    /// Selects whose permissions plain loads and stores have.
    #[inline]
    pub fn set_mode(&mut self, mode: TlbMode) {
        self.base = mode as usize * ENTRIES;
    }

    /// The current mode.
    #[inline]
    pub fn mode(&self) -> TlbMode {
        match self.base / ENTRIES {
            0 => TlbMode::User,
            1 => TlbMode::Kernel,
            _ => TlbMode::KernelPan,
        }
    }

    /// Address of the current mode's entries, for generated code.
    pub(crate) fn current_entries(&self) -> u64 {
        std::ptr::from_ref(&self.entries[self.base % (ENTRIES * MODES)]).expose_provenance() as u64
    }

    #[inline(always)]
    pub(super) fn entry(&self, address: u64) -> &Entry {
        &self.entries[(self.base + (address >> 12) as usize % ENTRIES) % (ENTRIES * MODES)]
    }

    #[inline]
    pub(super) fn entry_of(&self, mode: TlbMode, address: u64) -> &Entry {
        &self.entries[mode as usize * ENTRIES + (address >> 12) as usize % ENTRIES]
    }

    #[inline]
    pub(super) fn insert(&mut self, mode: TlbMode, address: u64, host: HostPage, rights: Rights) {
        let index = mode as usize * ENTRIES + (address >> 12) as usize % ENTRIES;
        let flag = |set: bool, bit: u64| if set { bit } else { 0 };
        let mut entry = Entry {
            physical: rights.physical
                | flag(rights.device, DEVICE)
                | flag(rights.write && rights.watch_writes, SLOW_WRITE)
                | flag(rights.checked, CHECKED),
            ..EMPTY
        };
        let page = entry.tag(address);
        let tag = |allowed: bool| if allowed && !rights.watchpoint { page } else { NEVER };
        (entry.read, entry.write) = (tag(rights.read), tag(rights.write && !rights.watch_writes));
        entry.addend = host.0.wrapping_sub(page & !0xfff);
        self.entries[index] = entry;
        self.set_tags(index);
        self.large |= rights.large;
        if self.logged < LOGGED {
            self.log[self.logged] = index as u16;
        }
        self.logged = (self.logged + 1).min(LOGGED + 1);
    }

    /// The page of `address`, whose entry was inserted last, has these Allocation Tags, or none.
    #[inline]
    pub(super) fn insert_page_tags(&mut self, mode: TlbMode, address: u64, tags: Option<PageTags>) {
        if tags.is_some() || self.has_page_tags() {
            self.page_tags.resize(ENTRIES * MODES, None);
            self.page_tags[mode as usize * ENTRIES + (address >> 12) as usize % ENTRIES] = tags;
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
        self.page_tags.get(mode as usize * ENTRIES + (address >> 12) as usize % ENTRIES)?.as_ref()
    }

    /// The same, when accesses to it are Tag Checked.
    #[inline]
    pub(super) fn checked_page_tags(&self, mode: TlbMode, address: u64) -> Option<&PageTags> {
        if self.entry_of(mode, address).physical & CHECKED == 0 { None } else { self.page_tags(mode, address) }
    }

    fn set_tags(&mut self, index: usize) {
        let Entry { read, write, addend, .. } = self.entries[index];
        if addend == self.main {
            self.other.0 = 0;
            self.tags[index] = Tags { read, write };
        } else {
            self.other = (self.other.0.saturating_add(1), addend);
            self.tags[index] = NO_TAGS;
        }
    }

    /// The common addend. Generated code holds it while it runs, so it only changes here, in front of that.
    pub(crate) fn choose_main(&mut self) -> u64 {
        if self.other.0 >= OTHERS {
            (self.main, self.other.0) = (self.other.1, 0);
            for index in 0..self.entries.len() {
                self.set_tags(index);
            }
            self.other.0 = 0;
        }
        self.main
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
        self.large = false;
        self.generation += 1;
    }

    /// Drops what may come from the translation of `address`, whatever its tag byte.
    pub fn flush_page(&mut self, address: u64) {
        if self.large {
            return self.flush();
        }
        for mode in 0..MODES {
            let index = mode * ENTRIES + (address >> 12) as usize % ENTRIES;
            self.entries[index] = EMPTY;
            self.tags[index] = NO_TAGS;
        }
        self.generation += 1;
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

/// What a translation allows.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rights {
    pub physical: u64,
    pub read: bool,
    pub write: bool,
    pub device: bool,
    pub large: bool,
    pub watch_writes: bool,
    /// A watchpoint covers part of the page: no access takes the fast path.
    pub watchpoint: bool,
    /// Accesses are Tag Checked, in this mode and with this address.
    pub checked: bool,
}
