//! Formats of the Advanced SIMD floating-point group. Executes nothing.
//!
//! `size` is log2 of the (wider) element's bytes and `opt` the number of lanes: 1 for scalar forms, which share their
//! execution functions with the vector forms. `imm` is an element index, a rotation or a number of fraction bits.

use super::fp::expand_immediate;
use crate::insn::Insn;

pub(super) fn registers(insn: &mut Insn) {
    insn.rd = insn.field5(0);
    insn.rn = insn.field5(5);
    insn.rm = insn.field5(16);
}

/// Lanes of the vector length that Q says; false for a vector of one.
fn lanes(insn: &mut Insn) -> bool {
    let bytes = if insn.bit(30) { 16 } else { 8 };
    insn.opt = bytes >> insn.size;
    insn.opt > 1
}

/// Vectors of single or double, chosen by bit 22.
pub fn simd_fp(insn: &mut Insn, _: u64) -> bool {
    registers(insn);
    insn.size = 2 + insn.bits(22, 22) as u8;
    lanes(insn)
}

/// Vectors of half.
pub fn simd_fp_h(insn: &mut Insn, _: u64) -> bool {
    registers(insn);
    insn.size = 1;
    lanes(insn)
}

/// Scalar single or double, chosen by bit 22.
pub fn simd_fp_scalar(insn: &mut Insn, _: u64) -> bool {
    registers(insn);
    insn.size = 2 + insn.bits(22, 22) as u8;
    insn.opt = 1;
    true
}

/// Scalar half.
pub fn simd_fp_scalar_h(insn: &mut Insn, _: u64) -> bool {
    registers(insn);
    (insn.size, insn.opt) = (1, 1);
    true
}

/// A scalar from a pair of single or double.
pub fn simd_fp_pair(insn: &mut Insn, pc: u64) -> bool {
    simd_fp_scalar(insn, pc);
    insn.opt = 2;
    true
}

/// A scalar from a pair of half.
pub fn simd_fp_pair_h(insn: &mut Insn, pc: u64) -> bool {
    simd_fp_scalar_h(insn, pc);
    insn.opt = 2;
    true
}

/// FCVTN, FCVTL and their like: `size` and `opt` are those of the wide side, `aux` chooses the upper narrow half.
pub fn simd_fp_narrow(insn: &mut Insn, _: u64) -> bool {
    registers(insn);
    insn.size = 2 + insn.bits(22, 22) as u8;
    insn.opt = 16 >> insn.size;
    insn.aux = insn.bits(30, 30);
    true
}

/// Single-precision lanes from pairs of 16-bit ones, or from 16-bit lanes of half the vector.
pub fn simd_fp_widening(insn: &mut Insn, _: u64) -> bool {
    registers(insn);
    insn.size = 2;
    lanes(insn)
}

/// BFMLALB, BFMLALT: four single-precision lanes from every other 16-bit one.
pub fn simd_fp_bf_long(insn: &mut Insn, _: u64) -> bool {
    registers(insn);
    (insn.size, insn.opt) = (2, 4);
    true
}

/// The index of a 16-bit element, H:L:M, of one of the first sixteen registers.
fn half_element(insn: &mut Insn) {
    insn.rm = insn.bits(19, 16) as u8;
    insn.imm = (insn.bits(11, 11) << 2 | insn.bits(21, 20)).into();
}

/// An element of single (H:L) or double (H) precision; false when the index of a double would have a second bit.
fn element(insn: &mut Insn) -> bool {
    let (high, low) = (u64::from(insn.bits(11, 11)), u64::from(insn.bits(21, 21)));
    insn.imm = if insn.size == 2 { high << 1 | low } else { high };
    insn.size == 2 || low == 0
}

/// Vectors by element, single or double.
pub fn simd_fp_elem(insn: &mut Insn, pc: u64) -> bool {
    simd_fp(insn, pc) && element(insn)
}

/// Vectors by element, half.
pub fn simd_fp_elem_h(insn: &mut Insn, pc: u64) -> bool {
    simd_fp_h(insn, pc);
    half_element(insn);
    true
}

/// Scalar by element, single or double.
pub fn simd_fp_elem_scalar(insn: &mut Insn, pc: u64) -> bool {
    simd_fp_scalar(insn, pc) && element(insn)
}

/// Scalar by element, half.
pub fn simd_fp_elem_scalar_h(insn: &mut Insn, pc: u64) -> bool {
    simd_fp_scalar_h(insn, pc);
    half_element(insn);
    true
}

/// FMLAL and its like by element: single-precision lanes, half-precision element.
pub fn simd_fp_widening_elem(insn: &mut Insn, pc: u64) -> bool {
    simd_fp_widening(insn, pc);
    half_element(insn);
    true
}

/// BFDOT by element: a pair of 16-bit elements, index H:L.
pub fn simd_fp_pair_elem(insn: &mut Insn, pc: u64) -> bool {
    simd_fp_widening(insn, pc);
    insn.imm = (insn.bits(11, 11) << 1 | insn.bits(21, 21)).into();
    true
}

/// BFMLALB, BFMLALT by element.
pub fn simd_fp_bf_long_elem(insn: &mut Insn, pc: u64) -> bool {
    simd_fp_bf_long(insn, pc);
    half_element(insn);
    true
}

/// Element size and fraction bits from immh:immb, whose leading one is in the row's pattern.
fn fixed_point(insn: &mut Insn) {
    registers(insn);
    let immediate = insn.bits(22, 16);
    insn.size = (immediate >> 3).checked_ilog2().unwrap_or_default() as u8;
    insn.imm = ((16 << insn.size) - immediate).into();
}

/// Vector conversions to and from fixed point.
pub fn simd_fp_fixed(insn: &mut Insn, _: u64) -> bool {
    fixed_point(insn);
    lanes(insn)
}

/// Scalar conversions to and from fixed point.
pub fn simd_fp_fixed_scalar(insn: &mut Insn, _: u64) -> bool {
    fixed_point(insn);
    insn.opt = 1;
    true
}

fn immediate(insn: &mut Insn, size: u8) -> bool {
    insn.rd = insn.field5(0);
    insn.size = size;
    insn.imm = expand_immediate(insn.bits(18, 16) << 5 | insn.bits(9, 5), size);
    lanes(insn)
}

/// FMOV (vector, immediate), half precision: `imm` is the pattern of one lane.
pub fn simd_fp_imm_h(insn: &mut Insn, _: u64) -> bool {
    immediate(insn, 1)
}

/// The same in single precision.
pub fn simd_fp_imm_s(insn: &mut Insn, _: u64) -> bool {
    immediate(insn, 2)
}

/// The same in double precision.
pub fn simd_fp_imm_d(insn: &mut Insn, _: u64) -> bool {
    immediate(insn, 3)
}

/// FCMLA (vector): `imm` is the rotation in degrees.
pub fn simd_fp_complex(insn: &mut Insn, _: u64) -> bool {
    registers(insn);
    insn.size = insn.bits(23, 22) as u8;
    insn.imm = (90 * insn.bits(12, 11)).into();
    insn.size > 0 && lanes(insn)
}

/// FCADD: the rotation is 90 or 270 degrees.
pub fn simd_fp_complex_add(insn: &mut Insn, _: u64) -> bool {
    registers(insn);
    insn.size = insn.bits(23, 22) as u8;
    insn.imm = (90 + 180 * insn.bits(12, 12)).into();
    insn.size > 0 && lanes(insn)
}

/// FCMLA by element: `aux` is the index of the pair, `imm` the rotation.
pub fn simd_fp_complex_elem(insn: &mut Insn, _: u64) -> bool {
    registers(insn);
    insn.size = insn.bits(23, 22) as u8;
    insn.imm = (90 * insn.bits(14, 13)).into();
    let (high, low) = (insn.bits(11, 11), insn.bits(21, 21));
    insn.aux = if insn.size == 1 { high << 1 | low } else { high };
    // Four halves have two pairs only.
    lanes(insn) && (insn.size == 2 || insn.bit(30) || high == 0)
}
