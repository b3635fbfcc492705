//! Partition breaks: BRKA, BRKB, BRKN, BRKPA, BRKPB. Everything is by bytes.

use super::{BYTES, all, at_last_active, set_bytes};
use crate::cpu::{Cpu, Predicate, Stop};
use crate::insn::Insn;

/// What is true until the first active true element of `operand`, which belongs to it when `after`; `inactive` elsewhere.
fn until(cpu: &Cpu, mask: &Predicate, operand: &Predicate, inactive: &Predicate, after: bool) -> Predicate {
    let (mut out, mut broken) = (*inactive, false);
    for byte in (0..cpu.elements(BYTES)).filter(|&byte| mask.bit(byte)) {
        let breaks = broken || operand.bit(byte);
        out.set_bit(byte, !if after { broken } else { breaks });
        broken = breaks;
    }
    out
}

fn brk(cpu: &mut Cpu, insn: &Insn, merging: bool, after: bool) -> Result<(), Stop> {
    cpu.check_sve()?;
    let mask = cpu.p(insn.opt);
    let inactive = if merging { cpu.p(insn.rd) } else { Predicate::NONE };
    let out = until(cpu, &mask, &cpu.p(insn.rn), &inactive, after);
    set_bytes(cpu, insn, &mask, &out);
    Ok(())
}

/// BRKA (zeroing), BRKAS.
pub fn brka_zeroing(cpu: &mut Cpu, insn: &Insn) -> Result<(), Stop> {
    brk(cpu, insn, false, true)
}

/// BRKA (merging).
pub fn brka_merging(cpu: &mut Cpu, insn: &Insn) -> Result<(), Stop> {
    brk(cpu, insn, true, true)
}

/// BRKB (zeroing), BRKBS.
pub fn brkb_zeroing(cpu: &mut Cpu, insn: &Insn) -> Result<(), Stop> {
    brk(cpu, insn, false, false)
}

/// BRKB (merging).
pub fn brkb_merging(cpu: &mut Cpu, insn: &Insn) -> Result<(), Stop> {
    brk(cpu, insn, true, false)
}

/// BRKN, BRKNS: Pdm stays when the last active element of Pn is true.
pub fn brkn(cpu: &mut Cpu, insn: &Insn) -> Result<(), Stop> {
    cpu.check_sve()?;
    let goes_on = at_last_active(cpu, &cpu.p(insn.opt), &cpu.p(insn.rn));
    let out = if goes_on { cpu.p(insn.rd) } else { Predicate::NONE };
    let everything = all(cpu);
    set_bytes(cpu, insn, &everything, &out);
    Ok(())
}

/// The break of Pm, when the last active element of Pn is true.
fn propagate(cpu: &mut Cpu, insn: &Insn, after: bool) -> Result<(), Stop> {
    cpu.check_sve()?;
    let mask = cpu.p(insn.opt);
    let out = match at_last_active(cpu, &mask, &cpu.p(insn.rn)) {
        true => until(cpu, &mask, &cpu.p(insn.rm), &Predicate::NONE, after),
        false => Predicate::NONE,
    };
    set_bytes(cpu, insn, &mask, &out);
    Ok(())
}

/// BRKPA, BRKPAS.
pub fn brkpa(cpu: &mut Cpu, insn: &Insn) -> Result<(), Stop> {
    propagate(cpu, insn, true)
}

/// BRKPB, BRKPBS.
pub fn brkpb(cpu: &mut Cpu, insn: &Insn) -> Result<(), Stop> {
    propagate(cpu, insn, false)
}
