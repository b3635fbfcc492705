//! Formats of the data-processing (immediate) group. Executes nothing.

use crate::insn::Insn;
use crate::math::bits::decode_bit_masks;

/// ADR: a pc-relative byte address, made absolute.
pub fn adr(insn: &mut Insn, pc: u64) -> bool {
    let offset = (insn.signed(23, 5) << 2) | i64::from(insn.bits(30, 29));
    insn.rd = insn.target(0);
    insn.imm = pc.wrapping_add_signed(offset);
    true
}

/// ADRP: the same in units of 4 KiB pages.
pub fn adrp(insn: &mut Insn, pc: u64) -> bool {
    let offset = (insn.signed(23, 5) << 2) | i64::from(insn.bits(30, 29));
    insn.rd = insn.target(0);
    insn.imm = (pc & !0xfff).wrapping_add_signed(offset << 12);
    true
}

fn add_sub(insn: &mut Insn) {
    insn.size = insn.bit(31).into();
    insn.rn = insn.or_sp(5);
    insn.imm = u64::from(insn.bits(21, 10)) << (12 * insn.bits(22, 22));
}

/// ADD/SUB (immediate): SP is a destination.
pub fn add_sub_imm(insn: &mut Insn, _: u64) -> bool {
    add_sub(insn);
    insn.rd = insn.or_sp(0);
    true
}

/// ADDS/SUBS (immediate): XZR is a destination.
pub fn adds_subs_imm(insn: &mut Insn, _: u64) -> bool {
    add_sub(insn);
    insn.rd = insn.target(0);
    true
}

/// SMAX, SMIN (immediate).
pub fn signed_imm8(insn: &mut Insn, _: u64) -> bool {
    insn.size = insn.bit(31).into();
    (insn.rd, insn.rn) = (insn.target(0), insn.source(5));
    insn.imm = insn.signed(17, 10) as u64;
    true
}

/// UMAX, UMIN (immediate).
pub fn unsigned_imm8(insn: &mut Insn, pc: u64) -> bool {
    signed_imm8(insn, pc);
    insn.imm = insn.bits(17, 10).into();
    true
}

fn logical_imm(insn: &mut Insn) -> bool {
    insn.size = insn.bit(31).into();
    insn.rn = insn.source(5);
    let element = insn.bit(22);
    if insn.size == 0 && element {
        return false;
    }
    let Some(mask) = decode_bit_masks(element, insn.bits(15, 10), insn.bits(21, 16)) else { return false };
    insn.imm = if insn.size == 1 { mask } else { mask & 0xffff_ffff };
    true
}

/// AND/ORR/EOR (immediate): SP is a destination.
pub fn logical_imm_sp(insn: &mut Insn, _: u64) -> bool {
    insn.rd = insn.or_sp(0);
    logical_imm(insn)
}

/// ANDS (immediate): XZR is a destination.
pub fn logical_imm_zr(insn: &mut Insn, _: u64) -> bool {
    insn.rd = insn.target(0);
    logical_imm(insn)
}

/// MOVZ/MOVN/MOVK: `imm` is the shifted immediate, `aux` the shift.
pub fn move_wide(insn: &mut Insn, _: u64) -> bool {
    insn.size = insn.bit(31).into();
    insn.rd = insn.target(0);
    insn.aux = insn.bits(22, 21) * 16;
    insn.imm = u64::from(insn.bits(20, 5)) << insn.aux;
    insn.size == 1 || insn.aux < 32
}

/// SBFM/BFM/UBFM: `rm` is immr, `ra` is imms.
pub fn bitfield(insn: &mut Insn, _: u64) -> bool {
    insn.size = insn.bit(31).into();
    insn.rd = insn.target(0);
    insn.rn = insn.source(5);
    (insn.rm, insn.ra) = (insn.bits(21, 16) as u8, insn.bits(15, 10) as u8);
    insn.bit(22) == (insn.size == 1) && (insn.size == 1 || (insn.rm < 32 && insn.ra < 32))
}

/// EXTR: `imm` is the lowest bit of the result in the pair.
pub fn extract(insn: &mut Insn, _: u64) -> bool {
    insn.size = insn.bit(31).into();
    insn.rd = insn.target(0);
    (insn.rn, insn.rm) = (insn.source(5), insn.source(16));
    insn.imm = insn.bits(15, 10).into();
    insn.bit(22) == (insn.size == 1) && (insn.size == 1 || insn.imm < 32)
}
