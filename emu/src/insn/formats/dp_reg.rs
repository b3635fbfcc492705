//! Formats of the data-processing (register) group. Executes nothing.

use crate::insn::Insn;

/// Rd, Rn.
pub fn two_reg(insn: &mut Insn, _: u64) -> bool {
    insn.size = insn.bit(31).into();
    insn.rd = insn.target(0);
    insn.rn = insn.source(5);
    true
}

/// Rd, Rn, Rm.
pub fn three_reg(insn: &mut Insn, pc: u64) -> bool {
    insn.rm = insn.source(16);
    two_reg(insn, pc)
}

/// Rd, Rn, Rm, Ra.
pub fn four_reg(insn: &mut Insn, pc: u64) -> bool {
    insn.ra = insn.source(10);
    three_reg(insn, pc)
}

/// Rm shifted: `opt` is the kind (LSL, LSR, ASR, ROR), `imm` the amount.
pub fn logical_shift(insn: &mut Insn, pc: u64) -> bool {
    insn.opt = insn.bits(23, 22) as u8;
    insn.imm = insn.bits(15, 10).into();
    three_reg(insn, pc) && (insn.size == 1 || insn.imm < 32)
}

/// The same without ROR.
pub fn add_sub_shift(insn: &mut Insn, pc: u64) -> bool {
    logical_shift(insn, pc) && insn.opt != 3
}

/// Rm extended: `opt` is the extension (UXTB .. SXTX), `imm` the left shift; XZR is a destination.
pub fn adds_subs_ext(insn: &mut Insn, pc: u64) -> bool {
    three_reg(insn, pc);
    insn.rn = insn.or_sp(5);
    insn.opt = insn.bits(15, 13) as u8;
    insn.imm = insn.bits(12, 10).into();
    insn.imm <= 4
}

/// The same; SP is a destination.
pub fn add_sub_ext(insn: &mut Insn, pc: u64) -> bool {
    let allocated = adds_subs_ext(insn, pc);
    insn.rd = insn.or_sp(0);
    allocated
}

/// RMIF: `aux` is the rotation, `imm` the mask of flags.
pub fn rmif(insn: &mut Insn, _: u64) -> bool {
    insn.rn = insn.source(5);
    insn.aux = insn.bits(20, 15);
    insn.imm = insn.bits(3, 0).into();
    true
}

/// SETF8, SETF16.
pub fn setf(insn: &mut Insn, _: u64) -> bool {
    insn.rn = insn.source(5);
    true
}

fn cond_cmp(insn: &mut Insn) -> bool {
    insn.size = insn.bit(31).into();
    insn.rn = insn.source(5);
    insn.opt = insn.bits(15, 12) as u8;
    insn.aux = insn.bits(3, 0);
    true
}

/// CCMN, CCMP (register): `opt` is the condition, `aux` the flags when it does not hold.
pub fn cond_cmp_reg(insn: &mut Insn, _: u64) -> bool {
    insn.rm = insn.source(16);
    cond_cmp(insn)
}

/// CCMN, CCMP (immediate): the same with `imm`.
pub fn cond_cmp_imm(insn: &mut Insn, _: u64) -> bool {
    insn.imm = insn.bits(20, 16).into();
    cond_cmp(insn)
}

/// Conditional select: `opt` is the condition.
pub fn cond_select(insn: &mut Insn, pc: u64) -> bool {
    insn.opt = insn.bits(15, 12) as u8;
    three_reg(insn, pc)
}
