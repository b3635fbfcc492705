//! The walk of tables as nearly all are: 4 KiB granule, short descriptors, little-endian, in one memory slot that is there. It finds
//! what `walk` would find and gives up at everything else, faults among them.

use super::regime::{Granule, Half, Regime};
use super::walk::{Hierarchy, Leaf};
use crate::mem::{PlainSlot, SlotView};

/// Bits of a level's index.
const STRIDE: u32 = 9;
/// Output address of a descriptor.
const OUTPUT: u64 = 0x0000_ffff_ffff_f000;
/// log2 of what a block descriptor of level 1 maps, the largest there is.
const LARGEST: u32 = 30;

/// Where plain walks of a half begin, and what they ask.
#[derive(Clone, Copy, Debug)]
pub(crate) struct PlainStart {
    table: u64,
    /// What an index into the first table is masked with.
    mask: u64,
    /// Position of that index in an address.
    shift: u32,
    /// Bits that no output address has.
    too_large: u64,
    /// Bits of table descriptors that limit what is below.
    hierarchy: u64,
}

impl PlainStart {
    /// None when the half's tables are not that plain.
    pub fn new(regime: &Regime, half: &Half) -> Option<PlainStart> {
        let plain = half.granule == Granule::K4 && !half.long_descriptors && !regime.big_endian_walk && regime.indirect.is_none();
        let level = u32::try_from(half.start.level).ok().filter(|_| plain)?;
        let shift = 12 + STRIDE * (3 - level);
        Some(PlainStart {
            table: half.start.table?,
            mask: (1 << (half.start.input_bits - shift)) - 1,
            shift,
            too_large: OUTPUT & (u64::MAX << half.start.output_bits),
            hierarchy: if half.no_hierarchy { 0 } else { Hierarchy::BITS },
        })
    }
}

/// The leaf of an address, if it is found that way.
#[inline(always)]
pub(super) fn find(memory: &mut SlotView<'_>, start: &PlainStart, address: u64) -> Option<Leaf> {
    let slot: PlainSlot<'_> = memory.plain(start.table)?;
    let PlainStart { mut table, mut mask, mut shift, too_large, hierarchy } = *start;
    let mut tables = 0;
    loop {
        let at = table + ((address >> shift & mask) << 3);
        let descriptor = slot.read::<u64>(at)?;
        if descriptor & too_large != 0 {
            return None;
        }
        let table_or_page = descriptor & 3 == 3;
        if table_or_page && shift > 12 {
            tables |= descriptor;
            (table, mask, shift) = (descriptor & OUTPUT, (1 << STRIDE) - 1, shift - STRIDE);
            continue;
        }
        let block = descriptor & 3 == 1 && shift > 12 && shift <= LARGEST;
        let level = 3 - ((shift - 12) / STRIDE) as i32;
        let leaf = Leaf { descriptor, address: at, level, bits: shift, hierarchy: Hierarchy::of(tables & hierarchy) };
        return (table_or_page || block).then_some(leaf);
    }
}
