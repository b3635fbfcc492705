//! Formats of pointer authentication. Executes nothing.
//!
//! All of them: `rd` is the pointer, `rn` the modifier; for branches `rn` is the target, `rm` the modifier. A modifier of zero is
//! the register that reads as zero.

use crate::insn::{Insn, SP, ZR};

/// PACIA and the like.
pub fn pauth_reg(insn: &mut Insn, _: u64) -> bool {
    (insn.rd, insn.rn) = (insn.target(0), insn.or_sp(5));
    true
}

/// PACIZA and the like, XPACI, XPACD.
pub fn pauth_zero(insn: &mut Insn, _: u64) -> bool {
    (insn.rd, insn.rn) = (insn.target(0), ZR);
    true
}

/// PACIA1716 and the like.
pub fn pauth_1716(insn: &mut Insn, _: u64) -> bool {
    (insn.rd, insn.rn) = (17, 16);
    true
}

/// PACIAZ and the like, XPACLRI.
pub fn pauth_lr_zero(insn: &mut Insn, _: u64) -> bool {
    (insn.rd, insn.rn) = (30, ZR);
    true
}

/// PACIASP and the like.
pub fn pauth_lr_sp(insn: &mut Insn, _: u64) -> bool {
    (insn.rd, insn.rn) = (30, SP);
    true
}

/// PACGA.
pub fn pauth_generic(insn: &mut Insn, _: u64) -> bool {
    (insn.rd, insn.rn, insn.rm) = (insn.target(0), insn.source(5), insn.or_sp(16));
    true
}

/// BRAA and the like.
pub fn pauth_branch(insn: &mut Insn, _: u64) -> bool {
    (insn.rn, insn.rm) = (insn.source(5), insn.or_sp(0));
    true
}

/// BRAAZ and the like.
pub fn pauth_branch_zero(insn: &mut Insn, _: u64) -> bool {
    (insn.rn, insn.rm) = (insn.source(5), ZR);
    true
}

/// RETAA and the like, ERETAA and the like (whose target is in a system register).
pub fn pauth_return(insn: &mut Insn, _: u64) -> bool {
    (insn.rn, insn.rm) = (30, SP);
    true
}

/// LDRAA, LDRAB: `imm` is the offset.
pub fn pauth_load(insn: &mut Insn, _: u64) -> bool {
    (insn.rd, insn.rn) = (insn.target(0), insn.or_sp(5));
    (insn.size, insn.opt) = (3, 2);
    let high = if insn.bit(22) { -1i64 << 9 } else { 0 };
    insn.imm = ((high | i64::from(insn.bits(20, 12))) << 3) as u64;
    true
}
