//! Formats of SVE rows: integer. What every element's size leaves unallocated is refused here; the usual places are
//! [`sve`](super::sve)'s.

use super::{sve, sve_destructive};
use crate::insn::Insn;
use crate::math::bits::decode_bit_masks;

/// As [`sve`], for elements that have narrower ones.
pub fn sve_above_bytes(insn: &mut Insn, pc: u64) -> bool {
    sve(insn, pc) && insn.size != 0
}

/// As [`sve`], for elements that have wider ones.
pub fn sve_below_doublewords(insn: &mut Insn, pc: u64) -> bool {
    sve(insn, pc) && insn.size != 3
}

/// Zdn and doublewords of Zm.
pub fn sve_destructive_wide(insn: &mut Insn, pc: u64) -> bool {
    sve_destructive(insn, pc) && insn.size != 3
}

/// Zda and narrower elements of Zn (`rm`).
pub fn sve_accumulating(insn: &mut Insn, pc: u64) -> bool {
    sve_destructive(insn, pc) && insn.size != 0
}

/// tsz:imm3: the highest bit of tsz gives `size`; returns the number and the bits of an element.
fn shift(insn: &mut Insn, tsz: u32, imm3: u32) -> Option<(u64, u64)> {
    let size = tsz.checked_ilog2()?;
    insn.size = size as u8;
    Some(((tsz << 3 | imm3).into(), 8 << size))
}

fn set_right(insn: &mut Insn, tsz: u32, imm3: u32) -> bool {
    let Some((number, bits)) = shift(insn, tsz, imm3) else { return false };
    insn.imm = 2 * bits - number;
    true
}

fn set_left(insn: &mut Insn, tsz: u32, imm3: u32) -> bool {
    let Some((number, bits)) = shift(insn, tsz, imm3) else { return false };
    insn.imm = number - bits;
    true
}

/// Zd, Zn and a right shift (`imm`) by 1 to the bits of an element.
pub fn sve_shift_right(insn: &mut Insn, pc: u64) -> bool {
    sve(insn, pc) && set_right(insn, insn.bits(23, 22) << 2 | insn.bits(20, 19), insn.bits(18, 16))
}

/// Zd, Zn and a left shift by less than the bits of an element.
pub fn sve_shift_left(insn: &mut Insn, pc: u64) -> bool {
    sve(insn, pc) && set_left(insn, insn.bits(23, 22) << 2 | insn.bits(20, 19), insn.bits(18, 16))
}

/// Zdn, Pg and a right shift.
pub fn sve_shift_right_merging(insn: &mut Insn, pc: u64) -> bool {
    sve(insn, pc) && set_right(insn, insn.bits(23, 22) << 2 | insn.bits(9, 8), insn.bits(7, 5))
}

/// Zdn, Pg and a left shift.
pub fn sve_shift_left_merging(insn: &mut Insn, pc: u64) -> bool {
    sve(insn, pc) && set_left(insn, insn.bits(23, 22) << 2 | insn.bits(9, 8), insn.bits(7, 5))
}

/// ADR: `opt` says what an offset is (signed word, unsigned word, element), `imm` its shift.
pub fn sve_adr(insn: &mut Insn, pc: u64) -> bool {
    let allocated = sve(insn, pc);
    (insn.opt, insn.imm) = (insn.bits(23, 22) as u8, insn.bits(11, 10).into());
    insn.size = if insn.opt == 2 { 2 } else { 3 };
    allocated
}

/// Zdn and a bitmask (`imm`, 64 bits); `size` is its shortest period, at least a byte.
pub fn sve_bitmask(insn: &mut Insn, _: u64) -> bool {
    let (element64, imms) = (insn.bit(17), insn.bits(10, 5));
    let Some(mask) = decode_bit_masks(element64, imms, insn.bits(16, 11)) else { return false };
    (insn.rd, insn.imm) = (insn.field5(0), mask);
    // The more leading ones imms has, the shorter the period; a byte is the shortest element.
    insn.size = if element64 { 3 } else { 2u32.saturating_sub((imms << 26).leading_ones()) as u8 };
    true
}

/// Zdn and eight unsigned bits, shifted left by eight if bit 13 says so.
pub fn sve_shifted_immediate(insn: &mut Insn, pc: u64) -> bool {
    let (shifted, number) = (insn.bit(13), insn.bits(12, 5));
    insn.imm = (if shifted { number << 8 } else { number }).into();
    sve(insn, pc) && !(shifted && insn.size == 0)
}

/// Zdn and eight signed bits.
pub fn sve_signed_immediate(insn: &mut Insn, pc: u64) -> bool {
    insn.imm = insn.signed(12, 5) as u64;
    sve(insn, pc)
}

/// Zdn and eight unsigned bits.
pub fn sve_unsigned_immediate(insn: &mut Insn, pc: u64) -> bool {
    insn.imm = insn.bits(12, 5).into();
    sve(insn, pc)
}

/// Zda, Zn and the element `imm` of each quadword of Zm: halfwords of Z0..Z7, words of Z0..Z7, doublewords of Z0..Z15.
pub fn sve_index(insn: &mut Insn, pc: u64) -> bool {
    let allocated = sve(insn, pc);
    (insn.size, insn.imm, insn.rm) = match insn.size {
        3 => (3, insn.bits(20, 20).into(), insn.bits(19, 16) as u8),
        2 => (2, insn.bits(20, 19).into(), insn.bits(18, 16) as u8),
        _ => (1, (insn.bits(22, 22) << 2 | insn.bits(20, 19)).into(), insn.bits(18, 16) as u8),
    };
    allocated
}

/// `opt` is the rotation in quarters, `aux` in degrees.
fn set_rotation(insn: &mut Insn) -> bool {
    insn.opt = insn.bits(11, 10) as u8;
    insn.aux = 90 * u32::from(insn.opt);
    true
}

/// Zda, Zn, Zm and a rotation.
pub fn sve_rotation(insn: &mut Insn, pc: u64) -> bool {
    sve(insn, pc) && set_rotation(insn)
}

/// As [`sve_index`], and a rotation.
pub fn sve_index_rotation(insn: &mut Insn, pc: u64) -> bool {
    sve_index(insn, pc) && set_rotation(insn)
}

/// As [`sve_index_rotation`], with elements that are half a complex number: `imm` counts pairs.
pub fn sve_index_complex(insn: &mut Insn, pc: u64) -> bool {
    let allocated = sve_index_rotation(insn, pc);
    insn.size -= 1;
    allocated
}
