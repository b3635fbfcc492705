//! One page of the TLB: what a look-up compares, and what generated code knows of it. Holds no table of them.

use super::super::invalidation::{Halves, untagged};
use super::super::raw::HostPage;

/// A tag that no masked address equals: between the page and the alignment bits (at most four) nothing is compared.
pub(super) const NEVER: u64 = 1 << 11;
/// In a tag that no masked address equals either: every access is a Tag Checked one, so none is fast. The tag has no Logical Address
/// Tag: the entry is for all of them.
const CHECKED_TAG: u64 = 1 << 10;
/// In a tag that no masked address equals either: data is big-endian, and the fast path knows the other order only.
const BIG_ENDIAN_TAG: u64 = 1 << 9;
/// The Logical Address Tag of an address.
const LOGICAL_TAG: u64 = 15 << 56;

/// In `Entry::physical`: the memory type is Device, unaligned accesses fault.
pub(in crate::mem) const DEVICE: u64 = 1;
/// In `Entry::physical`: stores are allowed but somebody wants to know of them.
pub(in crate::mem) const SLOW_WRITE: u64 = 2;
/// In `Entry::physical`: loads and stores are Tag Checked.
pub(super) const CHECKED: u64 = 4;
/// In `Entry::physical`: data is big-endian.
const BIG_ENDIAN: u64 = 8;
/// In `Entry::physical`: position of six bits, log2 of the mapping's size.
const SPAN: u32 = 4;

/// One page of one mode.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub(in crate::mem) struct Entry {
    /// Page address when loads may go straight to `host`.
    pub read: u64,
    /// Page address when stores may.
    pub write: u64,
    /// Host address minus guest virtual address.
    pub addend: u64,
    /// Physical page address, [`DEVICE`], [`SLOW_WRITE`], [`CHECKED`], [`BIG_ENDIAN`], and from [`SPAN`] log2 of the mapping's size.
    pub physical: u64,
}

pub(super) const EMPTY: Entry = Entry { read: NEVER, write: NEVER, addend: 0, physical: 0 };

/// Page addresses of an entry whose addend is the common one; all that generated code looks at.
#[derive(Clone, Copy)]
#[repr(C)]
pub(super) struct Tags {
    pub read: u64,
    pub write: u64,
}

pub(super) const NO_TAGS: Tags = Tags { read: NEVER, write: NEVER };

/// What a translation allows.
#[derive(Clone, Copy, Debug)]
pub(in crate::mem) struct Rights {
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

impl Entry {
    /// That of `address`, which is at `host`.
    #[inline(always)]
    pub fn new(address: u64, host: HostPage, rights: &Rights) -> Entry {
        let flag = |set: bool, bit: u64| u64::from(set) * bit;
        let physical = rights.physical
            | flag(rights.device, DEVICE)
            | flag(rights.write && rights.watch_writes, SLOW_WRITE)
            | flag(rights.checked, CHECKED)
            | flag(rights.big_endian, BIG_ENDIAN)
            | u64::from(rights.span) << SPAN;
        let entry = Entry { physical, ..EMPTY };
        let page = entry.tag(address);
        let tag = |allowed: bool| if allowed && !rights.watchpoint { page } else { NEVER };
        Entry {
            read: tag(rights.read),
            // Instructions that read and write look at one tag.
            write: tag(rights.write && rights.read && !rights.watch_writes),
            addend: host.0.wrapping_sub(page & !0xfff),
            physical,
        }
    }

    /// May come from the mapping that translates `address`.
    pub fn may_map(&self, address: u64) -> bool {
        let page = if self.read == NEVER { self.write } else { self.read };
        page == NEVER || untagged(page ^ address) >> (self.physical >> SPAN & 0x3f) == 0
    }

    pub fn in_half(&self, half: Halves) -> bool {
        let page = if self.read == NEVER { self.write } else { self.read };
        page == NEVER || half.contain(page)
    }

    /// Some access may be made by it, or may have to be noticed.
    pub fn is_used(&self) -> bool {
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

/// What generated code knows of the entries: displacements in [`Entry`], and how an address becomes a displacement of one.
pub(crate) mod layout {
    use super::super::{ENTRIES, MODES, STRIDE, Tlb, TlbMode};
    use super::{Entry, Tags};
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
    pub const SET_BYTES: i32 = (STRIDE * size_of::<Entry>()) as i32;
    /// A set of the same space, for accesses with EL0's permissions.
    pub const fn user_set(set: usize) -> usize {
        set / MODES * MODES + TlbMode::User as usize
    }

    /// Offset in [`Tlb`] of a set's first tag for loads or stores.
    pub const fn tags(set: usize, write: bool) -> usize {
        let field = if write { offset_of!(Tags, write) } else { offset_of!(Tags, read) };
        offset_of!(Tlb, tags) + set * STRIDE * size_of::<Tags>() + field
    }
}
