//! Formats that the groups of SVE rows share. Fields that every row has in the same place are extracted here; what only one group
//! has is in that group's file.

use crate::insn::Insn;

/// The usual places: Zd, Zdn or Pd in 4:0 (`rd`), Zn in 9:5 (`rn`), Zm in 20:16 (`rm`), Pg in 12:10 (`opt`), size in 23:22.
pub fn sve(insn: &mut Insn, _: u64) -> bool {
    (insn.rd, insn.rn, insn.rm) = (insn.field5(0), insn.field5(5), insn.field5(16));
    (insn.opt, insn.size) = (insn.bits(12, 10) as u8, insn.bits(23, 22) as u8);
    true
}

/// As [`sve`], with the second source of a destructive operation, Zm, in 9:5.
pub fn sve_destructive(insn: &mut Insn, pc: u64) -> bool {
    let allocated = sve(insn, pc);
    insn.rm = insn.rn;
    allocated
}

/// RDVL: a signed multiple of the vector length.
pub fn rdvl(insn: &mut Insn, _: u64) -> bool {
    (insn.rd, insn.imm) = (insn.target(0), insn.signed(10, 5) as u64);
    true
}
