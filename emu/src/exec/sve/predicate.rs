//! SVE predicates: making, combining, counting and testing them, comparisons of vectors, loop control. Lengths of vectors.

use super::set_predicate_flags;
use crate::cpu::{Cpu, Predicate, Stop};
use crate::insn::Insn;

/// RDVL.
pub fn rdvl(cpu: &mut Cpu, insn: &Insn) -> Result<(), Stop> {
    cpu.check_sve()?;
    cpu.set_r(insn.rd, (cpu.vector_bytes() as u64).wrapping_mul(insn.imm));
    Ok(())
}

/// DecodePredCount(): how many elements a pattern names, of those that there are.
pub(super) fn pattern_count(pattern: u32, elements: usize) -> usize {
    let fixed = match pattern {
        0 => return 1 << elements.ilog2(),
        1..=8 => pattern as usize,
        9..=13 => 16 << (pattern - 9),
        29 => return elements - elements % 4,
        30 => return elements - elements % 3,
        31 => return elements,
        _ => return 0,
    };
    if fixed <= elements { fixed } else { 0 }
}

/// PTRUE, PTRUES: `opt` is 1 when it sets flags, `imm` the pattern.
pub fn ptrue(cpu: &mut Cpu, insn: &Insn) -> Result<(), Stop> {
    cpu.check_sve()?;
    let (elements, mut out) = (cpu.elements(insn.size), Predicate::NONE);
    for index in 0..pattern_count(insn.imm as u32, elements) {
        out.set(insn.size, index, true);
    }
    cpu.set_p(insn.rd, &out);
    if insn.opt == 1 {
        set_predicate_flags(cpu, &out, &out, insn.size);
    }
    Ok(())
}
