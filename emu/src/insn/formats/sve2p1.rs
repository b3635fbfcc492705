//! Formats of rows of SVE2.1 and of BFloat16 that does not widen.

use super::sve::{sve, sve_destructive};
use crate::insn::Insn;

/// BFloat16, which the row says: the size is that of its elements.
pub fn sve_bf16(insn: &mut Insn, pc: u64) -> bool {
    let allocated = sve(insn, pc);
    insn.size = 1;
    allocated
}

/// As [`sve_bf16`], with the second source of a destructive operation, Zm, in 9:5.
pub fn sve_bf16_destructive(insn: &mut Insn, pc: u64) -> bool {
    let allocated = sve_destructive(insn, pc);
    insn.size = 1;
    allocated
}

/// DUPQ: the lowest bit that is set in tsz is the size, what is above it the index in a quadword (`imm`).
pub fn sve2p1_dup(insn: &mut Insn, _: u64) -> bool {
    let element = insn.bits(20, 16);
    (insn.rd, insn.rn, insn.size) = (insn.field5(0), insn.field5(5), element.trailing_zeros() as u8);
    insn.imm = u64::from(element) >> ((u32::from(insn.size) + 1) & 31);
    insn.size < 4
}

/// EXTQ: `imm` is the first byte.
pub fn sve2p1_extract(insn: &mut Insn, pc: u64) -> bool {
    let allocated = sve_destructive(insn, pc);
    insn.imm = insn.bits(19, 16).into();
    allocated
}

/// Two vectors of words, the first in 9:6 (times 2), to one of halfwords.
pub fn sve2p1_narrow(insn: &mut Insn, _: u64) -> bool {
    (insn.rd, insn.rn, insn.size) = (insn.field5(0), insn.bits(9, 6) as u8 * 2, 2);
    true
}

/// As [`sve2p1_narrow`], after a right shift by 1 to 16.
pub fn sve2p1_narrow_shift(insn: &mut Insn, pc: u64) -> bool {
    let allocated = sve2p1_narrow(insn, pc);
    insn.imm = 16 - u64::from(insn.bits(19, 16));
    allocated
}

/// LD1Q, ST1Q: quadwords at the lower doublewords of Zn plus a register, which may be XZR.
pub fn sve2p1_quadwords_at(insn: &mut Insn, pc: u64) -> bool {
    let allocated = sve(insn, pc);
    (insn.rm, insn.size) = (insn.source(16), 4);
    allocated
}

/// PTRUE: one of the upper eight predicates.
pub fn sve2p1_ptrue(insn: &mut Insn, _: u64) -> bool {
    (insn.rd, insn.size) = (insn.bits(2, 0) as u8 + 8, insn.bits(23, 22) as u8);
    true
}

/// CNTP: `opt` is the number of vectors.
pub fn sve2p1_count_active(insn: &mut Insn, _: u64) -> bool {
    (insn.rd, insn.rn, insn.size) = (insn.target(0), insn.bits(8, 5) as u8, insn.bits(23, 22) as u8);
    insn.opt = 2 << insn.bits(10, 10);
    true
}

/// PEXT of `count` predicates (`ra`); `imm` is the part of the first.
fn extract_predicates(insn: &mut Insn, count: u8, part: u32) -> bool {
    (insn.rd, insn.rn, insn.size) = (insn.bits(3, 0) as u8, insn.bits(7, 5) as u8 + 8, insn.bits(23, 22) as u8);
    (insn.ra, insn.imm) = (count, (part * u32::from(count)).into());
    true
}

/// PEXT of one predicate.
pub fn sve2p1_pext(insn: &mut Insn, _: u64) -> bool {
    extract_predicates(insn, 1, insn.bits(9, 8))
}

/// PEXT of two; the index is that of the pair.
pub fn sve2p1_pext_pair(insn: &mut Insn, _: u64) -> bool {
    insn.aux = insn.bits(8, 8);
    extract_predicates(insn, 2, insn.bits(8, 8))
}

/// PMOV: the highest bit that is set of 23:22, 18 and 17 is the size, what is below it the part of the vector.
fn packed(insn: &mut Insn) -> bool {
    let type_and_part = insn.bits(23, 22) << 2 | insn.bits(18, 17);
    // Two bits of a size of 0 are not there.
    let (size, part_bits) = match type_and_part {
        8.. => (3, 3),
        4.. => (2, 2),
        2.. => (1, 1),
        _ => (0, 0),
    };
    (insn.size, insn.imm) = (size, u64::from(type_and_part & ((1 << part_bits) - 1)));
    type_and_part != 0
}

/// PMOV to a predicate.
pub fn sve2p1_pmov_p(insn: &mut Insn, _: u64) -> bool {
    (insn.rd, insn.rn) = (insn.bits(3, 0) as u8, insn.field5(5));
    packed(insn)
}

/// PMOV to a vector.
pub fn sve2p1_pmov_z(insn: &mut Insn, _: u64) -> bool {
    (insn.rd, insn.rn) = (insn.field5(0), insn.bits(8, 5) as u8);
    packed(insn)
}

/// PSEL: the lowest bit that is set of 22 and 20:18 is the size, what is above it with 23 the index. `ra` is W12 to W15.
pub fn sve2p1_psel(insn: &mut Insn, _: u64) -> bool {
    (insn.rd, insn.rn, insn.rm) = (insn.bits(3, 0) as u8, insn.bits(13, 10) as u8, insn.bits(8, 5) as u8);
    let element = insn.bits(22, 22) << 3 | insn.bits(20, 18);
    (insn.ra, insn.size) = (insn.bits(17, 16) as u8 + 12, element.trailing_zeros() as u8);
    insn.imm = u64::from(insn.bits(23, 23) << 4 | element) >> ((u32::from(insn.size) + 1) & 31);
    element != 0
}

/// WHILE of 64-bit registers.
fn comparison(insn: &mut Insn) {
    (insn.rn, insn.rm, insn.size, insn.aux) = (insn.source(5), insn.source(16), insn.bits(23, 22) as u8, 1);
}

/// WHILE of two predicates, the first of which is even.
pub fn sve2p1_while_pair(insn: &mut Insn, _: u64) -> bool {
    comparison(insn);
    insn.rd = insn.bits(3, 1) as u8 * 2;
    true
}

/// WHILE of a counter of two or four vectors (`opt`).
pub fn sve2p1_while_counter(insn: &mut Insn, pc: u64) -> bool {
    comparison(insn);
    insn.opt = 2 << insn.bits(13, 13);
    sve2p1_ptrue(insn, pc)
}
