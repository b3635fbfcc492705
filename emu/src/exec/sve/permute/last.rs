//! The last active element (B) or the one after it (A): LASTA, LASTB, CLASTA, CLASTB. `aux` is 1 for B.

use crate::cpu::{Cpu, ScalableVector, Stop};
use crate::exec::sve::predicate::last_active;
use crate::insn::Insn;

/// The number of the element; None when none is active. The element after the last of the vector is its first.
fn conditional(cpu: &Cpu, insn: &Insn) -> Option<usize> {
    let last = last_active(cpu, &cpu.p(insn.opt), insn.size)?;
    Some(if insn.aux == 1 { last } else { (last + 1) % cpu.elements(insn.size) })
}

/// As [`conditional`]; when none is active, the last element of the vector, or the first after it.
fn unconditional(cpu: &Cpu, insn: &Insn) -> usize {
    let inactive = if insn.aux == 1 { cpu.elements(insn.size) - 1 } else { 0 };
    conditional(cpu, insn).unwrap_or(inactive)
}

/// Writes an element to a SIMD&FP register.
fn set_scalar(cpu: &mut Cpu, insn: &Insn, value: u64) {
    let mut out = ScalableVector::ZERO;
    out.set(insn.size, 0, value);
    cpu.set_z(insn.rd, &out);
}

/// LASTA, LASTB (scalar).
pub fn last_general(cpu: &mut Cpu, insn: &Insn) -> Result<(), Stop> {
    cpu.check_sve()?;
    cpu.set_r(insn.rd, cpu.z(insn.rn).get(insn.size, unconditional(cpu, insn)));
    Ok(())
}

/// LASTA, LASTB (SIMD&FP scalar).
pub fn last_scalar(cpu: &mut Cpu, insn: &Insn) -> Result<(), Stop> {
    cpu.check_sve()?;
    let value = cpu.z(insn.rn).get(insn.size, unconditional(cpu, insn));
    set_scalar(cpu, insn, value);
    Ok(())
}

/// CLASTA, CLASTB (scalar): without active elements, the register's own low bits.
pub fn clast_general(cpu: &mut Cpu, insn: &Insn) -> Result<(), Stop> {
    cpu.check_sve()?;
    let own = cpu.r(insn.rm) & u64::MAX >> (64 - (8u32 << (insn.size & 3)));
    cpu.set_r(insn.rd, conditional(cpu, insn).map_or(own, |index| cpu.z(insn.rn).get(insn.size, index)));
    Ok(())
}

/// CLASTA, CLASTB (SIMD&FP scalar).
pub fn clast_scalar(cpu: &mut Cpu, insn: &Insn) -> Result<(), Stop> {
    cpu.check_sve()?;
    let own = cpu.z(insn.rd).get(insn.size, 0);
    let value = conditional(cpu, insn).map_or(own, |index| cpu.z(insn.rn).get(insn.size, index));
    set_scalar(cpu, insn, value);
    Ok(())
}

/// CLASTA, CLASTB (vectors): the element goes to all of Zd, which else stays.
pub fn clast_vector(cpu: &mut Cpu, insn: &Insn) -> Result<(), Stop> {
    cpu.check_sve()?;
    let mut out = cpu.z(insn.rd);
    if let Some(from) = conditional(cpu, insn) {
        let value = cpu.z(insn.rn).get(insn.size, from);
        for index in 0..cpu.elements(insn.size) {
            out.set(insn.size, index, value);
        }
    }
    cpu.set_z(insn.rd, &out);
    Ok(())
}
