//! Formats of the scalar floating-point group. Executes nothing.
//!
//! `size` is log2 of the element's bytes (1 half, 2 single, 3 double); with a general register `opt` is 1 for a 64-bit one.

use crate::insn::Insn;

/// `size` from the `type` field; false for the reserved value.
fn precision(insn: &mut Insn) -> bool {
    insn.size = match insn.bits(23, 22) {
        0b00 => 2,
        0b01 => 3,
        0b11 => 1,
        _ => return false,
    };
    true
}

/// Up to three SIMD&FP sources and a SIMD&FP destination.
pub fn fp_scalar(insn: &mut Insn, _: u64) -> bool {
    insn.rd = insn.field5(0);
    insn.rn = insn.field5(5);
    insn.rm = insn.field5(16);
    insn.ra = insn.field5(10);
    precision(insn)
}

/// FCSEL, FCCMP, FCCMPE: `opt` is the condition, `imm` the flags that a failed condition gives.
pub fn fp_cond(insn: &mut Insn, pc: u64) -> bool {
    insn.opt = insn.bits(15, 12) as u8;
    insn.imm = insn.bits(3, 0).into();
    fp_scalar(insn, pc)
}

/// From a SIMD&FP to a general register. `imm` is the number of fraction bits: none.
pub fn fp_to_general(insn: &mut Insn, _: u64) -> bool {
    insn.opt = insn.bit(31).into();
    insn.rd = insn.target(0);
    insn.rn = insn.field5(5);
    precision(insn)
}

/// Between a floating-point number and an integer of another size, both in SIMD&FP registers; `opt` is 1 for a 64-bit integer.
pub fn fp_to_fp(insn: &mut Insn, _: u64) -> bool {
    insn.opt = insn.bit(31).into();
    (insn.rd, insn.rn) = (insn.field5(0), insn.field5(5));
    precision(insn) && insn.size != 2 + insn.opt
}

/// From a general to a SIMD&FP register.
pub fn fp_from_general(insn: &mut Insn, _: u64) -> bool {
    insn.opt = insn.bit(31).into();
    insn.rd = insn.field5(0);
    insn.rn = insn.source(5);
    precision(insn)
}

/// The number of fraction bits; false when there are more than bits in the general register.
fn fraction_bits(insn: &mut Insn) -> bool {
    let scale = insn.bits(15, 10);
    insn.imm = (64 - scale).into();
    insn.bit(31) || scale >= 32
}

/// FCVTZS, FCVTZU to fixed point.
pub fn fp_fixed_to(insn: &mut Insn, pc: u64) -> bool {
    fraction_bits(insn) && fp_to_general(insn, pc)
}

/// SCVTF, UCVTF from fixed point.
pub fn fp_fixed_from(insn: &mut Insn, pc: u64) -> bool {
    fraction_bits(insn) && fp_from_general(insn, pc)
}

/// FMOV Xd, Vn.D[1].
pub fn fp_top_to_general(insn: &mut Insn, _: u64) -> bool {
    (insn.opt, insn.size) = (1, 3);
    insn.rd = insn.target(0);
    insn.rn = insn.field5(5);
    true
}

/// FMOV Vd.D[1], Xn.
pub fn fp_top_from_general(insn: &mut Insn, _: u64) -> bool {
    (insn.opt, insn.size) = (1, 3);
    insn.rd = insn.field5(0);
    insn.rn = insn.source(5);
    true
}

/// `VFPExpandImm`: sign, three bits of exponent and four of fraction, as a pattern of `2^size` bytes.
pub(super) fn expand_immediate(imm8: u32, size: u8) -> u64 {
    let (exponent_bits, fraction_bits) = match size {
        1 => (5, 10),
        2 => (8, 23),
        _ => (11, 52),
    };
    let imm8 = u64::from(imm8);
    // The exponent is NOT(b), b repeated, c, d.
    let b = imm8 >> 6 & 1;
    let repeated = if b == 1 { (1 << (exponent_bits - 3)) - 1 } else { 0 };
    let exponent = (b ^ 1) << (exponent_bits - 1) | repeated << 2 | imm8 >> 4 & 3;
    (imm8 >> 7) << (exponent_bits + fraction_bits) | exponent << fraction_bits | (imm8 & 15) << (fraction_bits - 4)
}

/// FMOV (scalar, immediate): `imm` is the pattern.
pub fn fp_imm(insn: &mut Insn, _: u64) -> bool {
    insn.rd = insn.field5(0);
    let known = precision(insn);
    insn.imm = expand_immediate(insn.bits(20, 13), insn.size);
    known
}
