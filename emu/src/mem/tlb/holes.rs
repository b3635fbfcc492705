//! Pages that translate to where no memory is: devices of the hypervisor's or of its user space's. An access to one that is
//! remembered walks no tables. Knows no device: who is behind a physical address, the hypervisor says.

use std::sync::atomic::Ordering;

use super::super::AccessKind;
use super::{NEVER, Tlb, TlbMode};
use crate::cpu::PublishedWord;
use crate::mmu::Translation;

/// log2 of the holes that are remembered, each in the place that its page number says.
const HOLES_BITS: u32 = 5;
const HOLES: usize = 1 << HOLES_BITS;

/// Position of the set in a tag, above the alignment bits that are compared with it.
const SET: u32 = 4;

/// Who answers a word.
pub(crate) enum Port {
    /// Nobody is known to, unless the word is not naturally aligned.
    NoHole,
    /// It is not known who, or data is not simply little-endian.
    Unknown,
    Known {
        port: u64,
        physical: u64,
    },
}

/// A remembered hole.
#[derive(Debug)]
struct Hole {
    /// Page address and set, when loads are allowed.
    read: u64,
    /// The same for stores.
    write: u64,
    physical: u64,
    /// What the hypervisor has there, in its own words; 0 when it was not asked, or data is not simply little-endian.
    port: u64,
    /// Words that need not be asked for.
    published: Vec<PublishedWord>,
}

const NO_HOLE: Hole = Hole { read: NEVER, write: NEVER, physical: 0, port: 0, published: Vec::new() };

/// All of them.
#[derive(Debug)]
pub(super) struct Holes {
    list: [Hole; HOLES],
    any: bool,
}

impl Default for Holes {
    fn default() -> Holes {
        Holes { list: [const { NO_HOLE }; HOLES], any: false }
    }
}

impl Holes {
    /// The place of a page, whatever its tag byte: devices lie at round addresses, whose low bits are all the same.
    #[inline(always)]
    fn slot(address: u64) -> usize {
        ((address << 16 >> 28).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> (64 - HOLES_BITS)) as usize
    }

    /// The hole of `address`, whose bits in `mask` have to be the hole's.
    #[inline]
    fn find(&self, set: usize, address: u64, mask: u64, write: bool) -> Option<&Hole> {
        let hole = &self.list[Holes::slot(address)];
        let tag = if write { hole.write } else { hole.read };
        (tag == address & mask | (set as u64) << SET).then_some(hole)
    }

    pub fn forget(&mut self) {
        if std::mem::take(&mut self.any) {
            self.list = [const { NO_HOLE }; HOLES];
        }
    }

    /// Forgets the page of an address in every mode, and whatever else is in its place.
    #[inline]
    pub fn forget_page(&mut self, address: u64) {
        let hole = &mut self.list[Holes::slot(address)];
        // What is there already is not written: who looks soon after would wait for it.
        if hole.read != NEVER || hole.write != NEVER {
            *hole = NO_HOLE;
        }
    }
}

impl Tlb {
    /// Who is where has changed.
    pub fn forget_holes(&mut self) {
        self.holes.forget();
    }

    /// Remembers that nothing is behind an address, which `mode` may read or write.
    pub(in crate::mem) fn insert_hole(&mut self, mode: TlbMode, address: u64, translation: &Translation) {
        let page = address & !0xfff | (self.set_of(mode) as u64) << SET;
        let tag = |allowed: bool| if allowed { page } else { NEVER };
        let hole = Hole { read: tag(translation.read), write: tag(translation.write), physical: translation.physical & !0xfff, ..NO_HOLE };
        self.holes.list[Holes::slot(address)] = hole;
        self.holes.any = true;
        if translation.span > 12 {
            self.note_large(address, translation.span);
        }
    }

    /// The physical address where nothing is, if that is known of an access to `address`.
    pub(in crate::mem) fn hole(&self, mode: TlbMode, address: u64, kind: AccessKind) -> Option<u64> {
        let write = match kind {
            AccessKind::Read => false,
            AccessKind::Write => true,
            AccessKind::Fetch | AccessKind::Cache | AccessKind::MayWrite | AccessKind::Attributes => return None,
        };
        let hole = self.holes.find(self.set_of(mode), address, !0xfff, write)?;
        Some(hole.physical | address & 0xfff)
    }

    /// What is in the hole of a naturally aligned word, in the current mode, and its physical address.
    #[inline]
    pub(crate) fn port(&self, address: u64, size: u8, write: bool) -> Port {
        match self.holes.find(self.set, address, !0xfff | ((1 << size) - 1), write) {
            None => Port::NoHole,
            Some(hole) if hole.port == 0 => Port::Unknown,
            Some(hole) => Port::Known { port: hole.port, physical: hole.physical | address & 0xfff },
        }
    }

    /// The value of a published word of the current mode.
    #[inline]
    pub(crate) fn published(&self, address: u64) -> Option<u32> {
        let hole = self.holes.find(self.set, address, !0xfff | 3, false)?;
        let place = hole.physical | address & 0xfff;
        let word = hole.published.iter().find(|word| word.address == place)?;
        Some(word.value.load(Ordering::Acquire))
    }

    /// The hole of an address has its port.
    pub(in crate::mem) fn has_port(&self, address: u64) -> bool {
        self.holes.list[Holes::slot(address)].port != 0
    }

    /// What is in the hole of an address.
    pub(in crate::mem) fn set_port(&mut self, address: u64, port: u64, published: Vec<PublishedWord>) {
        let hole = &mut self.holes.list[Holes::slot(address)];
        (hole.port, hole.published) = (port, published);
    }
}
