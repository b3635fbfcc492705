//! Formats of SVE2 rows. Where elements of two widths meet, `size` is that of the wide ones, and `opt` says which of the narrow ones
//! take part: bit 0 the odd ones of Zn (or of Zd, when it is narrow), bit 1 the odd ones of Zm.

use super::sve::{sve, sve_destructive};
use crate::insn::Insn;

/// The instruction takes one element of every 128 bits of Zm (`aux`); which one is in `imm`.
pub const ELEMENT_OF_QUADWORD: u32 = 1;

/// Bottom (B) and top (T) instructions: bit 10 chooses for both sources.
pub fn sve2_long(insn: &mut Insn, pc: u64) -> bool {
    let allocated = sve(insn, pc) && insn.size != 0;
    insn.opt = if insn.bit(10) { 0b11 } else { 0b00 };
    allocated
}

/// SADDLBT, SSUBLBT and SSUBLTB.
pub fn sve2_long_crossed(insn: &mut Insn, pc: u64) -> bool {
    let allocated = sve(insn, pc) && insn.size != 0;
    insn.opt = if insn.bit(10) { 0b01 } else { 0b10 };
    allocated
}

/// SQDMLALBT and SQDMLSLBT.
pub fn sve2_long_bottom_top(insn: &mut Insn, pc: u64) -> bool {
    let allocated = sve(insn, pc) && insn.size != 0;
    insn.opt = 0b10;
    allocated
}

/// PMULLB and PMULLT from 64 to 128 bits.
pub fn sve2_long_quadword(insn: &mut Insn, pc: u64) -> bool {
    let allocated = sve(insn, pc);
    (insn.size, insn.opt) = (4, if insn.bit(10) { 0b11 } else { 0b00 });
    allocated
}

/// By an element of Zm: the wider it is, the more registers can be named and the fewer elements.
pub fn sve2_long_indexed(insn: &mut Insn, pc: u64) -> bool {
    let allocated = sve2_long(insn, pc);
    let low = u64::from(insn.bit(11));
    (insn.rm, insn.imm) = match insn.size {
        2 => (insn.bits(18, 16) as u8, u64::from(insn.bits(20, 19)) << 1 | low),
        _ => (insn.bits(19, 16) as u8, u64::from(insn.bits(20, 20)) << 1 | low),
    };
    insn.aux = ELEMENT_OF_QUADWORD;
    allocated && insn.size >= 2
}

/// ADCLB and their like: words or doublewords.
pub fn sve2_carry(insn: &mut Insn, pc: u64) -> bool {
    let allocated = sve2_long(insn, pc) || insn.size == 0;
    insn.size = 2 | insn.bits(22, 22) as u8;
    allocated
}

/// CADD and SQCADD: the rotation is in degrees.
pub fn sve2_complex(insn: &mut Insn, pc: u64) -> bool {
    let allocated = sve_destructive(insn, pc);
    insn.imm = if insn.bit(10) { 270 } else { 90 };
    allocated
}

/// tszh:tszl, whose highest bit is the size of elements, and all of tszh:tszl:imm3, that is the size in bits and the amount. None without
/// a size.
fn shift(insn: &mut Insn) -> Option<(u64, u64)> {
    let amount = u64::from(insn.bits(23, 22) << 5 | insn.bits(20, 16));
    (insn.rd, insn.rn, insn.rm) = (insn.field5(0), insn.field5(5), insn.field5(16));
    insn.size = (amount >> 3).checked_ilog2()? as u8;
    Some((8 << insn.size, amount))
}

/// Right shifts, by 1 to the size of elements.
pub fn sve2_shift_right(insn: &mut Insn, _: u64) -> bool {
    let Some((bits, amount)) = shift(insn) else { return false };
    insn.imm = 2 * bits - amount;
    true
}

/// Left shifts, by less than the size of elements.
pub fn sve2_shift_left(insn: &mut Insn, _: u64) -> bool {
    let Some((bits, amount)) = shift(insn) else { return false };
    insn.imm = amount - bits;
    true
}

/// XAR: a right rotation, destructive.
pub fn sve2_rotate(insn: &mut Insn, pc: u64) -> bool {
    let allocated = sve2_shift_right(insn, pc);
    insn.rm = insn.rn;
    allocated
}

/// The size that [`shift`] found is that of the narrow elements.
fn widened(insn: &mut Insn, allocated: bool) -> bool {
    insn.size += 1;
    insn.opt = if insn.bit(10) { 0b11 } else { 0b00 };
    allocated
}

/// Left shifts into wide elements.
pub fn sve2_shift_long(insn: &mut Insn, pc: u64) -> bool {
    let allocated = sve2_shift_left(insn, pc);
    widened(insn, allocated)
}

/// Right shifts into narrow elements, by 1 to their size.
pub fn sve2_shift_narrow(insn: &mut Insn, pc: u64) -> bool {
    let allocated = sve2_shift_right(insn, pc);
    widened(insn, allocated)
}

/// SQXTNB and their like: a size alone.
pub fn sve2_extract_narrow(insn: &mut Insn, _: u64) -> bool {
    let allocated = shift(insn).is_some_and(|(_, amount)| amount.is_power_of_two());
    widened(insn, allocated)
}

/// EOR3 and their like: Zdn, Zm in 20:16, Zk (`ra`) in 9:5.
pub fn sve2_ternary(insn: &mut Insn, _: u64) -> bool {
    (insn.rd, insn.rm, insn.ra) = (insn.field5(0), insn.field5(16), insn.field5(5));
    true
}
