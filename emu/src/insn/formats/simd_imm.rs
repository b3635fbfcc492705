//! Formats of Advanced SIMD shifts by immediate and modified immediates. Executes nothing.

use crate::insn::Insn;

/// The lane size that immh selects by its highest bit; None for the modified-immediate group, which is not a shift.
fn shift_size(insn: &mut Insn) -> Option<u8> {
    (insn.rd, insn.rn) = (insn.field5(0), insn.field5(5));
    let size = insn.bits(22, 19).checked_ilog2()? as u8;
    insn.size = size;
    Some(size)
}

/// `imm` is a right shift of 1..=lane bits.
fn right(insn: &mut Insn) -> bool {
    let Some(size) = shift_size(insn) else { return false };
    insn.imm = u64::from((16u32 << size) - insn.bits(22, 16));
    true
}

/// `imm` is a left shift of 0..lane bits.
fn left(insn: &mut Insn) -> bool {
    let Some(size) = shift_size(insn) else { return false };
    insn.imm = u64::from(insn.bits(22, 16) - (8u32 << size));
    true
}

fn vector(insn: &mut Insn) -> bool {
    insn.aux = if insn.bit(30) { 0 } else { 64 };
    insn.size != 3 || insn.aux == 0
}

fn scalar(insn: &mut Insn) -> bool {
    insn.aux = 128 - (8 << insn.size);
    true
}

fn half(insn: &mut Insn) -> bool {
    insn.opt = insn.bit(30).into();
    insn.size != 3
}

/// Vector, shift right.
pub fn simd_shift_right(insn: &mut Insn, _: u64) -> bool {
    right(insn) && vector(insn)
}

/// Vector, shift left.
pub fn simd_shift_left(insn: &mut Insn, _: u64) -> bool {
    left(insn) && vector(insn)
}

/// Scalar doubleword, shift right.
pub fn simd_scalar_shift_right_d(insn: &mut Insn, _: u64) -> bool {
    right(insn) && scalar(insn) && insn.size == 3
}

/// Scalar doubleword, shift left.
pub fn simd_scalar_shift_left_d(insn: &mut Insn, _: u64) -> bool {
    left(insn) && scalar(insn) && insn.size == 3
}

/// Scalar of any size, shift left.
pub fn simd_scalar_shift_left(insn: &mut Insn, _: u64) -> bool {
    left(insn) && scalar(insn)
}

/// Shift right and narrow into one half; `size` is the narrow one.
pub fn simd_shift_narrow(insn: &mut Insn, _: u64) -> bool {
    right(insn) && half(insn)
}

/// Scalar, shift right and narrow; `size` is the narrow one.
pub fn simd_scalar_shift_narrow(insn: &mut Insn, _: u64) -> bool {
    right(insn) && scalar(insn) && insn.size != 3
}

/// Widen one half and shift left; `size` is the narrow one.
pub fn simd_shift_long(insn: &mut Insn, _: u64) -> bool {
    left(insn) && half(insn)
}

/// AdvSIMDExpandImm() for the integer forms: `imm` is the doubleword that is repeated, `size` the lane, `opt` the shift as
/// it is written and `ra` the byte as it is encoded.
fn modified(insn: &mut Insn, size: u8, shift: u32, ones: bool) -> bool {
    insn.rd = insn.field5(0);
    let byte = (insn.bits(18, 16) << 5) | insn.bits(9, 5);
    (insn.size, insn.opt, insn.ra) = (size, shift as u8, byte as u8);
    let lane = (u64::from(byte) << shift) | if ones { u64::from(u32::MAX >> (32 - shift)) } else { 0 };
    insn.imm = match size {
        0 => lane * 0x0101_0101_0101_0101,
        1 => lane * 0x0001_0001_0001_0001,
        _ => lane | lane << 32,
    };
    insn.aux = if insn.bit(30) { 0 } else { 64 };
    true
}

/// A word, shifted left by 0, 8, 16 or 24.
pub fn simd_imm_word(insn: &mut Insn, _: u64) -> bool {
    modified(insn, 2, 8 * insn.bits(14, 13), false)
}

/// A halfword, shifted left by 0 or 8.
pub fn simd_imm_half(insn: &mut Insn, _: u64) -> bool {
    modified(insn, 1, 8 * insn.bits(13, 13), false)
}

/// A word, shifted left by 8 or 16 with ones coming in ("MSL").
pub fn simd_imm_ones(insn: &mut Insn, _: u64) -> bool {
    modified(insn, 2, 8 << insn.bits(12, 12), true)
}

/// A byte.
pub fn simd_imm_byte(insn: &mut Insn, _: u64) -> bool {
    modified(insn, 0, 0, false)
}

/// A doubleword of which each bit of the byte becomes eight.
pub fn simd_imm_mask(insn: &mut Insn, _: u64) -> bool {
    modified(insn, 3, 0, false);
    let byte = u64::from(insn.ra);
    insn.imm = (0..8).fold(0, |mask, bit| mask | ((byte >> bit & 1) * 0xff) << (8 * bit));
    true
}
