//! Predicates from patterns and from themselves, FFR, and the flags of a predicate. Does not combine two.

use super::{BYTES, all, last_active, pattern_count, set_bytes};
use crate::cpu::{Cpu, Predicate, Stop};
use crate::exec::sve::set_predicate_flags;
use crate::insn::Insn;

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

/// PFALSE.
pub fn pfalse(cpu: &mut Cpu, insn: &Insn) -> Result<(), Stop> {
    cpu.check_sve()?;
    cpu.set_p(insn.rd, &Predicate::NONE);
    Ok(())
}

/// PFIRST: the first active element becomes true.
pub fn pfirst(cpu: &mut Cpu, insn: &Insn) -> Result<(), Stop> {
    cpu.check_sve()?;
    let (mask, mut out) = (cpu.p(insn.rn), cpu.p(insn.rd));
    if let Some(first) = (0..cpu.elements(BYTES)).find(|&byte| mask.bit(byte)) {
        out.set_bit(first, true);
    }
    cpu.set_p(insn.rd, &out);
    set_predicate_flags(cpu, &mask, &out, BYTES);
    Ok(())
}

/// PNEXT: only the first active element after the last true one becomes true.
pub fn pnext(cpu: &mut Cpu, insn: &Insn) -> Result<(), Stop> {
    cpu.check_sve()?;
    let (mask, mut out) = (cpu.p(insn.rn), Predicate::NONE);
    let start = last_active(cpu, &cpu.p(insn.rd), insn.size).map_or(0, |last| last + 1);
    if let Some(next) = (start..cpu.elements(insn.size)).find(|&index| mask.active(insn.size, index)) {
        out.set(insn.size, next, true);
    }
    cpu.set_p(insn.rd, &out);
    set_predicate_flags(cpu, &mask, &out, insn.size);
    Ok(())
}

/// PTEST.
pub fn ptest(cpu: &mut Cpu, insn: &Insn) -> Result<(), Stop> {
    cpu.check_sve()?;
    let (mask, value) = (cpu.p(insn.opt), cpu.p(insn.rn));
    set_predicate_flags(cpu, &mask, &value, BYTES);
    Ok(())
}

/// SETFFR.
pub fn setffr(cpu: &mut Cpu, _: &Insn) -> Result<(), Stop> {
    cpu.check_sve()?;
    let everything = all(cpu);
    cpu.set_ffr(&everything);
    Ok(())
}

/// WRFFR.
pub fn wrffr(cpu: &mut Cpu, insn: &Insn) -> Result<(), Stop> {
    cpu.check_sve()?;
    let value = cpu.p(insn.rn);
    cpu.set_ffr(&value);
    Ok(())
}

/// RDFFR.
pub fn rdffr(cpu: &mut Cpu, insn: &Insn) -> Result<(), Stop> {
    cpu.check_sve()?;
    let value = cpu.ffr();
    cpu.set_p(insn.rd, &value);
    Ok(())
}

/// RDFFR, RDFFRS of what is active.
pub fn rdffr_zeroing(cpu: &mut Cpu, insn: &Insn) -> Result<(), Stop> {
    cpu.check_sve()?;
    let mask = cpu.p(insn.rn);
    let out = cpu.ffr().map(&mask, |value, mask| value & mask);
    set_bytes(cpu, insn, &mask, &out);
    Ok(())
}
