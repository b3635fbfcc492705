//! Formats of instructions that are known and not executed, for the disassembler. Executes nothing.

use crate::insn::Insn;

/// LD64B, ST64B: eight registers from an even one, at most 22.
pub fn ls64_plain(insn: &mut Insn, _: u64) -> bool {
    (insn.rd, insn.rn) = (insn.field5(0), insn.or_sp(5));
    insn.rd & 1 == 0 && insn.rd <= 22
}

/// ST64BV, ST64BV0: `rm` receives the status.
pub fn ls64_status(insn: &mut Insn, pc: u64) -> bool {
    insn.rm = insn.target(16);
    ls64_plain(insn, pc)
}

/// TSTART, TTEST.
pub fn transaction(insn: &mut Insn, _: u64) -> bool {
    insn.rd = insn.target(0);
    true
}
