//! Formats of SVE2.1 rows: loads and stores of quadwords, and of two or four vectors that a predicate-as-counter governs. Operands are
//! those of `sve_memory`.

use crate::insn::Insn;

/// log2 of the bytes of a quadword.
const QUADWORDS: u8 = 4;

/// LD1W and LD1D, ST1W and ST1D of quadwords, base plus vectors of words or doublewords.
pub fn sve_quadwords_imm(insn: &mut Insn, _: u64) -> bool {
    insn.memory_operands();
    insn.vector_multiple();
    insn.set_sizes(QUADWORDS, insn.bits(24, 23), false);
    true
}

/// The same, base plus register.
pub fn sve_quadwords_reg(insn: &mut Insn, pc: u64) -> bool {
    sve_quadwords_imm(insn, pc) && insn.scalar_offset()
}

/// Structures of as many quadwords as `registers` says.
fn quadword_structures(insn: &mut Insn, registers: u32) {
    insn.memory_operands();
    insn.set_sizes(QUADWORDS, QUADWORDS.into(), false);
    insn.ra = registers as u8;
    insn.vector_multiple();
}

/// LD2Q to LD4Q, base plus vectors.
pub fn sve_load_quadwords_imm(insn: &mut Insn, _: u64) -> bool {
    quadword_structures(insn, insn.bits(24, 23) + 1);
    true
}

/// LD2Q to LD4Q, base plus register.
pub fn sve_load_quadwords_reg(insn: &mut Insn, pc: u64) -> bool {
    sve_load_quadwords_imm(insn, pc) && insn.scalar_offset()
}

/// ST2Q to ST4Q, base plus vectors.
pub fn sve_store_quadwords_imm(insn: &mut Insn, _: u64) -> bool {
    quadword_structures(insn, insn.bits(23, 22) + 1);
    true
}

/// ST2Q to ST4Q, base plus register.
pub fn sve_store_quadwords_reg(insn: &mut Insn, pc: u64) -> bool {
    sve_store_quadwords_imm(insn, pc) && insn.scalar_offset()
}

/// LD1, LDNT1, ST1 and STNT1 of two or four consecutive registers, of which the first is a multiple of that: base plus vectors. `opt` is
/// one of the upper eight predicates.
pub fn sve_multiple_imm(insn: &mut Insn, _: u64) -> bool {
    insn.memory_operands();
    let (size, four) = (insn.bits(14, 13), insn.bit(15));
    insn.set_sizes(size as u8, size, false);
    (insn.rd, insn.ra) = (insn.bits(4, 1) as u8 * 2, if four { 4 } else { 2 });
    insn.opt += 8;
    insn.vector_multiple();
    !four || !insn.bit(1)
}

/// The same, base plus register, which may be XZR.
pub fn sve_multiple_reg(insn: &mut Insn, pc: u64) -> bool {
    let allocated = sve_multiple_imm(insn, pc);
    insn.rm = insn.source(16);
    allocated
}
