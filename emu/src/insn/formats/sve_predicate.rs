//! Formats of SVE rows: predicates.

use crate::insn::Insn;

/// PTRUE, PTRUES: `imm` is the pattern, `opt` whether flags are set.
pub fn sve_ptrue(insn: &mut Insn, _: u64) -> bool {
    (insn.rd, insn.size) = (insn.bits(3, 0) as u8, insn.bits(23, 22) as u8);
    (insn.opt, insn.imm) = (insn.bits(16, 16) as u8, insn.bits(9, 5).into());
    true
}
