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
