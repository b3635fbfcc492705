//! Formats of branches, exception generation and system instructions. Executes nothing.

use crate::insn::Insn;

/// B, BL: `imm` is the absolute target.
pub fn branch26(insn: &mut Insn, pc: u64) -> bool {
    insn.imm = pc.wrapping_add_signed(insn.signed(25, 0) << 2);
    true
}

/// B.cond: `opt` is the condition, `imm` the absolute target.
pub fn branch_cond(insn: &mut Insn, pc: u64) -> bool {
    insn.opt = insn.bits(3, 0) as u8;
    insn.imm = pc.wrapping_add_signed(insn.signed(23, 5) << 2);
    true
}

/// CBZ, CBNZ: `rd` is the register that is tested.
pub fn branch_reg19(insn: &mut Insn, pc: u64) -> bool {
    insn.size = insn.bit(31).into();
    insn.rd = insn.source(0);
    insn.imm = pc.wrapping_add_signed(insn.signed(23, 5) << 2);
    true
}

/// CB<cc> with its condition field: GT, GE, HI, HS, EQ, NE of the register forms.
fn compare_condition(insn: &mut Insn, conditions: [u8; 4]) -> bool {
    let field = insn.bits(23, 21) as usize;
    insn.opt = match field {
        0..=3 => conditions[field],
        6 => 0,
        _ => 1,
    };
    !matches!(field, 4 | 5)
}

fn compare_target(insn: &mut Insn, pc: u64) {
    insn.size = insn.bit(31).into();
    insn.rd = insn.source(0);
    insn.imm = pc.wrapping_add_signed(insn.signed(13, 5) << 2);
}

/// CB<cc>, CBB<cc>, CBH<cc> (register): `rd` is compared with `rm`, `opt` is the condition.
pub fn compare_branch_reg(insn: &mut Insn, pc: u64) -> bool {
    compare_target(insn, pc);
    insn.rm = insn.source(16);
    // GT, GE, HI, HS.
    compare_condition(insn, [12, 10, 8, 2])
}

/// CB<cc> (immediate): `rd` is compared with `aux`.
pub fn compare_branch_imm(insn: &mut Insn, pc: u64) -> bool {
    compare_target(insn, pc);
    insn.aux = insn.bits(20, 15);
    // GT, LT, HI, LO.
    compare_condition(insn, [12, 11, 8, 3])
}

/// WFET, WFIT: `rn` holds the time.
pub fn wait_timeout(insn: &mut Insn, _: u64) -> bool {
    insn.rn = insn.source(0);
    true
}

/// TBZ, TBNZ: `opt` is the bit number.
pub fn branch_bit14(insn: &mut Insn, pc: u64) -> bool {
    insn.size = insn.bit(31).into();
    insn.opt = ((insn.bits(31, 31) << 5) | insn.bits(23, 19)) as u8;
    insn.rd = insn.source(0);
    insn.imm = pc.wrapping_add_signed(insn.signed(18, 5) << 2);
    true
}

/// BR, BLR, RET.
pub fn branch_reg(insn: &mut Insn, _: u64) -> bool {
    insn.rn = insn.source(5);
    true
}

/// A 16-bit immediate at bit 5.
pub fn imm16(insn: &mut Insn, _: u64) -> bool {
    insn.imm = insn.bits(20, 5).into();
    true
}

/// A 16-bit immediate at bit 0.
pub fn imm16_low(insn: &mut Insn, _: u64) -> bool {
    insn.imm = insn.bits(15, 0).into();
    true
}

/// The hint number, CRm:op2.
pub fn hint(insn: &mut Insn, _: u64) -> bool {
    insn.imm = insn.bits(11, 5).into();
    true
}

/// The CRm field (barrier type, CLREX operand).
pub fn crm(insn: &mut Insn, _: u64) -> bool {
    insn.imm = insn.bits(11, 8).into();
    true
}

/// MSR (immediate): `aux` is op1:op2, `imm` is CRm.
pub fn msr_imm(insn: &mut Insn, _: u64) -> bool {
    insn.aux = (insn.bits(18, 16) << 3) | insn.bits(7, 5);
    insn.imm = insn.bits(11, 8).into();
    true
}

/// The encoding op0:op1:CRn:CRm:op2 as `sysregs::Encoding` packs it.
fn encoding(insn: &Insn) -> u32 {
    (insn.bits(20, 19) << 14) | (insn.bits(18, 16) << 11) | (insn.bits(15, 12) << 7) | (insn.bits(11, 8) << 3) | insn.bits(7, 5)
}

/// SYS: `aux` is the encoding, `rd` the source register.
pub fn sys(insn: &mut Insn, _: u64) -> bool {
    insn.rd = insn.source(0);
    insn.aux = encoding(insn);
    true
}

/// SYSL: `aux` is the encoding, `rd` the destination.
pub fn sysl(insn: &mut Insn, _: u64) -> bool {
    insn.rd = insn.target(0);
    insn.aux = encoding(insn);
    true
}

/// MSR (register): `aux` is the encoding, `rd` the source register.
pub fn msr_reg(insn: &mut Insn, pc: u64) -> bool {
    sys(insn, pc)
}

/// MRS: `aux` is the encoding, `rd` the destination.
pub fn mrs(insn: &mut Insn, pc: u64) -> bool {
    sysl(insn, pc)
}
