//! Formats of SVE rows: floating point. Places are those of `sve`; `size` is that of the elements that the predicate governs, which
//! never are bytes. `imm` is an immediate as a pattern of that size, a rotation or an element index.

use super::sve::{sve, sve_destructive};
use crate::insn::Insn;

/// The usual places and sizes.
pub fn sve_fp(insn: &mut Insn, pc: u64) -> bool {
    sve(insn, pc) && insn.size != 0
}

/// As [`sve_fp`], with the second source of a destructive operation, Zm, in 9:5.
pub fn sve_fp_destructive(insn: &mut Insn, pc: u64) -> bool {
    sve_destructive(insn, pc) && insn.size != 0
}

/// Elements of 16 bits, whatever is in 23:22.
pub fn sve_fp_h(insn: &mut Insn, pc: u64) -> bool {
    sve(insn, pc);
    insn.size = 1;
    true
}

/// Elements of 32 bits.
pub fn sve_fp_s(insn: &mut Insn, pc: u64) -> bool {
    sve(insn, pc);
    insn.size = 2;
    true
}

/// Elements of 64 bits.
pub fn sve_fp_d(insn: &mut Insn, pc: u64) -> bool {
    sve(insn, pc);
    insn.size = 3;
    true
}

/// FLOGB: size in 18:17.
pub fn sve_flogb(insn: &mut Insn, pc: u64) -> bool {
    sve(insn, pc);
    insn.size = insn.bits(18, 17) as u8;
    insn.size != 0
}

/// Comparisons: Pd in 3:0.
pub fn sve_fp_compare(insn: &mut Insn, pc: u64) -> bool {
    let allocated = sve_fp(insn, pc);
    insn.rd = insn.bits(3, 0) as u8;
    allocated
}

/// Two to the power of `exponent` in the format of the size.
fn power_of_two(size: u8, exponent: i64) -> u64 {
    let (fraction, bias) = match size {
        1 => (10, 15),
        2 => (23, 127),
        _ => (52, 1023),
    };
    ((bias + exponent) as u64) << fraction
}

/// With an immediate that is `clear` or `set` as bit 5 is.
fn immediate(insn: &mut Insn, pc: u64, clear: Option<i64>, set: i64) -> bool {
    let allocated = sve_fp(insn, pc);
    let exponent = if insn.bit(5) { Some(set) } else { clear };
    insn.imm = exponent.map_or(0, |exponent| power_of_two(insn.size, exponent));
    allocated
}

/// 0.5 or 1.0.
pub fn sve_fp_half_or_one(insn: &mut Insn, pc: u64) -> bool {
    immediate(insn, pc, Some(-1), 0)
}

/// 0.5 or 2.0.
pub fn sve_fp_half_or_two(insn: &mut Insn, pc: u64) -> bool {
    immediate(insn, pc, Some(-1), 1)
}

/// 0.0 or 1.0.
pub fn sve_fp_zero_or_one(insn: &mut Insn, pc: u64) -> bool {
    immediate(insn, pc, None, 0)
}

/// FTMAD: Zm in 9:5, the coefficient's number in `imm`.
pub fn sve_ftmad(insn: &mut Insn, pc: u64) -> bool {
    let allocated = sve_fp_destructive(insn, pc);
    insn.imm = insn.bits(18, 16).into();
    allocated
}

/// FCADD: a rotation by 90 or 270 degrees.
pub fn sve_fcadd(insn: &mut Insn, pc: u64) -> bool {
    let allocated = sve_fp_destructive(insn, pc);
    insn.imm = if insn.bit(16) { 270 } else { 90 };
    allocated
}

/// FCMLA: a rotation in 14:13.
pub fn sve_fcmla(insn: &mut Insn, pc: u64) -> bool {
    let allocated = sve_fp(insn, pc);
    insn.imm = 90 * u64::from(insn.bits(14, 13));
    allocated
}

/// Zm in 18:16 and an index in 20:19.
fn short_index(insn: &mut Insn, size: u8) -> bool {
    sve(insn, 0);
    (insn.rm, insn.size, insn.imm) = (insn.bits(18, 16) as u8, size, insn.bits(20, 19).into());
    true
}

/// Zm in 19:16 and an index in 20.
fn long_index(insn: &mut Insn, size: u8) -> bool {
    sve(insn, 0);
    (insn.rm, insn.size, insn.imm) = (insn.bits(19, 16) as u8, size, insn.bits(20, 20).into());
    true
}

/// An element of 16 bits: the index is in 22 and 20:19.
pub fn sve_fp_elem_h(insn: &mut Insn, _: u64) -> bool {
    short_index(insn, 1);
    insn.imm |= u64::from(insn.bits(22, 22)) << 2;
    true
}

/// An element of 32 bits, or a pair of 16-bit ones that is as large.
pub fn sve_fp_elem_s(insn: &mut Insn, _: u64) -> bool {
    short_index(insn, 2)
}

/// An element of 64 bits.
pub fn sve_fp_elem_d(insn: &mut Insn, _: u64) -> bool {
    long_index(insn, 3)
}

/// An element of 16 bits for results of 32: the index is in 20:19 and 11.
pub fn sve_fp_elem_long(insn: &mut Insn, _: u64) -> bool {
    short_index(insn, 2);
    insn.imm = insn.imm << 1 | u64::from(insn.bits(11, 11));
    true
}

/// FCMLA by element: the index goes to `aux`, a rotation is in 11:10.
fn turned(insn: &mut Insn) -> bool {
    (insn.aux, insn.imm) = (insn.imm as u32, 90 * u64::from(insn.bits(11, 10)));
    true
}

/// A pair of 16-bit elements.
pub fn sve_fcmla_elem_h(insn: &mut Insn, _: u64) -> bool {
    short_index(insn, 1) && turned(insn)
}

/// A pair of 32-bit elements.
pub fn sve_fcmla_elem_s(insn: &mut Insn, _: u64) -> bool {
    long_index(insn, 2) && turned(insn)
}
