//! Formats of 8-bit floating point: `size` and `opt` are those of the wide lanes. Executes nothing.

use super::simd_fp::registers;
use crate::insn::Insn;

/// F1CVTL and its siblings: eight lanes of 16 bits, `aux` chooses the half of the source.
pub fn fp8_convert(insn: &mut Insn, _: u64) -> bool {
    registers(insn);
    (insn.size, insn.opt, insn.aux) = (1, 8, insn.bits(30, 30));
    true
}

/// FCVTN from single precision: four lanes of two sources, `aux` chooses the half of the destination.
pub fn fp8_quarter(insn: &mut Insn, _: u64) -> bool {
    registers(insn);
    (insn.size, insn.opt, insn.aux) = (2, 4, insn.bits(30, 30));
    true
}

/// A whole vector of half precision.
pub fn fp8_long(insn: &mut Insn, _: u64) -> bool {
    registers(insn);
    (insn.size, insn.opt) = (1, 8);
    true
}

/// A whole vector of single precision.
pub fn fp8_long_long(insn: &mut Insn, _: u64) -> bool {
    registers(insn);
    (insn.size, insn.opt) = (2, 4);
    true
}

/// The index of a byte, H:L:M and a bit of Rm, of one of the first eight registers.
fn byte_element(insn: &mut Insn) {
    insn.rm = insn.bits(18, 16) as u8;
    insn.imm = (insn.bits(11, 11) << 3 | insn.bits(21, 19)).into();
}

pub fn fp8_long_elem(insn: &mut Insn, pc: u64) -> bool {
    fp8_long(insn, pc);
    byte_element(insn);
    true
}

pub fn fp8_long_long_elem(insn: &mut Insn, pc: u64) -> bool {
    fp8_long_long(insn, pc);
    byte_element(insn);
    true
}
