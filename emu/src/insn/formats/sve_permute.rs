//! Formats of SVE rows: broadcasts, permutations, selections. What all groups have is in `sve`.

use super::fp::expand_immediate;
use super::sve;
use crate::insn::Insn;
use crate::math::bits::decode_bit_masks;

/// The source is a general register: the stack pointer where it is 31.
pub fn perm_from_general(insn: &mut Insn, pc: u64) -> bool {
    let allocated = sve(insn, pc);
    insn.rn = insn.or_sp(5);
    allocated
}

/// INSR of a general register.
pub fn perm_insert_general(insn: &mut Insn, pc: u64) -> bool {
    let allocated = sve(insn, pc);
    insn.rn = insn.source(5);
    allocated
}

/// The lowest bit that is set in tsz is the size, what is above it the index (`imm`).
pub fn perm_dup_element(insn: &mut Insn, _: u64) -> bool {
    let (low, high) = (insn.bits(20, 16), insn.bits(23, 22));
    (insn.rd, insn.rn, insn.size) = (insn.field5(0), insn.field5(5), low.trailing_zeros() as u8);
    insn.imm = u64::from(high << 5 | low) >> ((u32::from(insn.size) + 1) & 31);
    low != 0
}

/// A signed byte, perhaps shifted left by a byte (bytes are not); the governing predicate, where there is one, in 19:16.
pub fn perm_copy_integer(insn: &mut Insn, pc: u64) -> bool {
    let allocated = sve(insn, pc);
    insn.imm = (insn.signed(12, 5) << if insn.bit(13) { 8 } else { 0 }) as u64;
    insn.opt = insn.bits(19, 16) as u8;
    allocated && (insn.size != 0 || !insn.bit(13))
}

/// DUPM: a bit mask as in the logical instructions, for doublewords; it is written as the smallest element that repeats.
pub fn perm_copy_mask(insn: &mut Insn, _: u64) -> bool {
    let Some(mask) = decode_bit_masks(insn.bit(17), insn.bits(10, 5), insn.bits(16, 11)) else { return false };
    (insn.rd, insn.imm, insn.size) = (insn.field5(0), mask, 3);
    while insn.size > 0 && mask == mask.rotate_left(4 << insn.size) {
        insn.size -= 1;
    }
    true
}

/// A floating-point immediate of the element's precision.
pub fn perm_copy_fp(insn: &mut Insn, pc: u64) -> bool {
    let allocated = sve(insn, pc);
    (insn.imm, insn.opt) = (expand_immediate(insn.bits(12, 5), insn.size), insn.bits(19, 16) as u8);
    allocated && insn.size != 0
}

/// INDEX: the first value is an immediate (`imm`) or a register, and so is the step (`aux`); `opt` bits 0 and 1 say which are registers.
pub fn perm_index_series(insn: &mut Insn, pc: u64) -> bool {
    let allocated = sve(insn, pc);
    (insn.rn, insn.rm, insn.opt) = (insn.source(5), insn.source(16), insn.bits(11, 10) as u8);
    (insn.imm, insn.aux) = (insn.signed(9, 5) as u64, insn.signed(20, 16) as u32);
    allocated
}

/// Elements of half the size become elements of this one.
pub fn perm_unpack(insn: &mut Insn, pc: u64) -> bool {
    sve(insn, pc) && insn.size != 0
}

/// Elements of 128 bits.
pub fn perm_quadwords(insn: &mut Insn, pc: u64) -> bool {
    let allocated = sve(insn, pc);
    insn.size = 4;
    allocated
}

/// EXT: `rn` and `rm` are the lower and the upper vector, `imm` the first byte.
pub fn perm_extract(insn: &mut Insn, _: u64) -> bool {
    (insn.rd, insn.rn, insn.rm) = (insn.field5(0), insn.field5(0), insn.field5(5));
    insn.imm = (insn.bits(20, 16) << 3 | insn.bits(12, 10)).into();
    true
}

/// EXT of two consecutive vectors.
pub fn perm_extract_pair(insn: &mut Insn, pc: u64) -> bool {
    let allocated = perm_extract(insn, pc);
    (insn.rn, insn.rm) = (insn.field5(5), (insn.field5(5) + 1) & 31);
    allocated
}

/// SEL: the predicate has four bits.
pub fn perm_select(insn: &mut Insn, pc: u64) -> bool {
    let allocated = sve(insn, pc);
    insn.opt = insn.bits(13, 10) as u8;
    allocated
}

/// COMPACT: words and doublewords.
pub fn perm_compact(insn: &mut Insn, pc: u64) -> bool {
    sve(insn, pc) && insn.size >= 2
}

/// SPLICE of two vectors: the first is Zdn.
pub fn perm_splice(insn: &mut Insn, pc: u64) -> bool {
    let allocated = sve(insn, pc);
    (insn.rn, insn.rm) = (insn.rd, insn.rn);
    allocated
}

/// SPLICE of two consecutive vectors.
pub fn perm_splice_pair(insn: &mut Insn, pc: u64) -> bool {
    let allocated = sve(insn, pc);
    insn.rm = (insn.rn + 1) & 31;
    allocated
}

/// LASTA and LASTB to a general register; `aux` is 1 for LASTB, `rm` the destination when it is a source.
pub fn perm_last_to_general(insn: &mut Insn, pc: u64) -> bool {
    let allocated = perm_last_to_vector(insn, pc);
    (insn.rd, insn.rm) = (insn.target(0), insn.source(0));
    allocated
}

/// LASTA and LASTB to a SIMD&FP register or vector; `aux` is 1 for LASTB.
pub fn perm_last_to_vector(insn: &mut Insn, pc: u64) -> bool {
    let allocated = sve(insn, pc);
    insn.aux = insn.bits(16, 16);
    allocated
}

/// REVB: in elements of more than a byte.
pub fn perm_reverse_bytes(insn: &mut Insn, pc: u64) -> bool {
    sve(insn, pc) && insn.size > 0
}

/// REVH: in elements of more than a halfword.
pub fn perm_reverse_halves(insn: &mut Insn, pc: u64) -> bool {
    sve(insn, pc) && insn.size > 1
}

/// REVW: in doublewords.
pub fn perm_reverse_words(insn: &mut Insn, pc: u64) -> bool {
    sve(insn, pc) && insn.size > 2
}
