//! Formats of 8-bit floating point on scalable vectors, and of table look-ups: `size` is that of the wide elements, `imm` an index.

use super::sve::sve;
use super::sve_fp::{sve_fp_elem_s, sve_fp_h, sve_fp_s};
use crate::insn::Insn;

/// Two vectors, the first in 9:6 (times 2).
fn two_sources(insn: &mut Insn) -> bool {
    insn.rn = insn.bits(9, 6) as u8 * 2;
    true
}

/// Two vectors of halfwords.
pub fn sve_fp8_narrow_h(insn: &mut Insn, pc: u64) -> bool {
    sve_fp_h(insn, pc) && two_sources(insn)
}

/// Two vectors of words.
pub fn sve_fp8_narrow_s(insn: &mut Insn, pc: u64) -> bool {
    sve_fp_s(insn, pc) && two_sources(insn)
}

/// A byte of each quadword of one of the first eight vectors: the index is in 20:19 and 11:10. Results of 32 bits.
pub fn sve_fp8_elem_s(insn: &mut Insn, pc: u64) -> bool {
    let allocated = sve_fp_elem_s(insn, pc);
    insn.imm = insn.imm << 2 | u64::from(insn.bits(11, 10));
    allocated
}

/// The same, results of 16 bits.
pub fn sve_fp8_elem_h(insn: &mut Insn, pc: u64) -> bool {
    let allocated = sve_fp8_elem_s(insn, pc);
    insn.size = 1;
    allocated
}

/// A pair of bytes: the index is in 20:19 and 11.
pub fn sve_fp8_pair_elem(insn: &mut Insn, pc: u64) -> bool {
    let allocated = sve_fp_elem_s(insn, pc);
    (insn.size, insn.imm) = (1, insn.imm << 1 | u64::from(insn.bits(11, 11)));
    allocated
}

/// Elements of 2^`size` bytes by the part `part` of the vector of indices.
fn lookup(insn: &mut Insn, size: u8, part: u32) -> bool {
    let allocated = sve(insn, 0);
    (insn.size, insn.imm) = (size, part.into());
    allocated
}

/// LUTI2 of bytes.
pub fn sve_lookup_b(insn: &mut Insn, _: u64) -> bool {
    lookup(insn, 0, insn.bits(23, 22))
}

/// LUTI2 of halfwords.
pub fn sve_lookup_pairs(insn: &mut Insn, _: u64) -> bool {
    lookup(insn, 1, insn.bits(23, 22) << 1 | insn.bits(12, 12))
}

/// LUTI4 of bytes.
pub fn sve_lookup_nibbles(insn: &mut Insn, _: u64) -> bool {
    lookup(insn, 0, insn.bits(23, 23))
}

/// LUTI4 of halfwords.
pub fn sve_lookup_h(insn: &mut Insn, _: u64) -> bool {
    lookup(insn, 1, insn.bits(23, 22))
}
