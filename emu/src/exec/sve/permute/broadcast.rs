//! Values that come from one place to all elements or to those that are active: DUP, CPY, INDEX; INSR. Has no vector operations.

use super::copy_element;
use crate::cpu::{Cpu, ScalableVector, Stop};
use crate::insn::Insn;

/// Every element is `f` of its number.
fn fill(cpu: &mut Cpu, insn: &Insn, f: impl Fn(usize) -> u64) {
    let mut out = ScalableVector::ZERO;
    for index in 0..cpu.elements(insn.size) {
        out.set(insn.size, index, f(index));
    }
    cpu.set_z(insn.rd, &out);
}

/// DUP (scalar).
pub fn dup_general(cpu: &mut Cpu, insn: &Insn) -> Result<(), Stop> {
    cpu.check_sve()?;
    let value = cpu.r(insn.rn);
    fill(cpu, insn, |_| value);
    Ok(())
}

/// DUP (immediate), DUPM, FDUP.
pub fn dup_immediate(cpu: &mut Cpu, insn: &Insn) -> Result<(), Stop> {
    cpu.check_sve()?;
    fill(cpu, insn, |_| insn.imm);
    Ok(())
}

/// DUP (indexed): an element that the vector does not have is zero.
pub fn dup_element(cpu: &mut Cpu, insn: &Insn) -> Result<(), Stop> {
    cpu.check_sve()?;
    let (n, elements, mut out) = (cpu.z(insn.rn), cpu.elements(insn.size), ScalableVector::ZERO);
    let from = insn.imm as usize;
    for index in (0..elements).filter(|_| from < elements) {
        copy_element(&mut out, index, &n, from, insn.size);
    }
    cpu.set_z(insn.rd, &out);
    Ok(())
}

/// INDEX: immediates or registers (`opt` bits 0 and 1) give the first value and the step.
pub fn index(cpu: &mut Cpu, insn: &Insn) -> Result<(), Stop> {
    cpu.check_sve()?;
    let first = if insn.opt & 1 != 0 { cpu.r(insn.rn) } else { insn.imm };
    let step = if insn.opt & 2 != 0 { cpu.r(insn.rm) } else { i64::from(insn.aux as i32) as u64 };
    fill(cpu, insn, |index| first.wrapping_add(step.wrapping_mul(index as u64)));
    Ok(())
}

/// `value` where Pg is active, Zd or zero elsewhere.
fn copy(cpu: &mut Cpu, insn: &Insn, value: u64, merging: bool) {
    let mask = cpu.p(insn.opt);
    let mut out = if merging { cpu.z(insn.rd) } else { ScalableVector::ZERO };
    for index in (0..cpu.elements(insn.size)).filter(|&index| mask.active(insn.size, index)) {
        out.set(insn.size, index, value);
    }
    cpu.set_z(insn.rd, &out);
}

/// CPY (scalar).
pub fn cpy_general(cpu: &mut Cpu, insn: &Insn) -> Result<(), Stop> {
    cpu.check_sve()?;
    copy(cpu, insn, cpu.r(insn.rn), true);
    Ok(())
}

/// CPY (SIMD&FP scalar).
pub fn cpy_scalar(cpu: &mut Cpu, insn: &Insn) -> Result<(), Stop> {
    cpu.check_sve()?;
    copy(cpu, insn, cpu.z(insn.rn).get(insn.size, 0), true);
    Ok(())
}

/// CPY (immediate, merging), FCPY.
pub fn cpy_merging(cpu: &mut Cpu, insn: &Insn) -> Result<(), Stop> {
    cpu.check_sve()?;
    copy(cpu, insn, insn.imm, true);
    Ok(())
}

/// CPY (immediate, zeroing).
pub fn cpy_zeroing(cpu: &mut Cpu, insn: &Insn) -> Result<(), Stop> {
    cpu.check_sve()?;
    copy(cpu, insn, insn.imm, false);
    Ok(())
}

/// The elements go up by one, and `value` is the first.
fn insert(cpu: &mut Cpu, insn: &Insn, value: u64) {
    let (d, mut out) = (cpu.z(insn.rd), ScalableVector::ZERO);
    for index in 1..cpu.elements(insn.size) {
        copy_element(&mut out, index, &d, index - 1, insn.size);
    }
    out.set(insn.size, 0, value);
    cpu.set_z(insn.rd, &out);
}

/// INSR (scalar).
pub fn insr_general(cpu: &mut Cpu, insn: &Insn) -> Result<(), Stop> {
    cpu.check_sve()?;
    insert(cpu, insn, cpu.r(insn.rn));
    Ok(())
}

/// INSR (SIMD&FP scalar).
pub fn insr_scalar(cpu: &mut Cpu, insn: &Insn) -> Result<(), Stop> {
    cpu.check_sve()?;
    insert(cpu, insn, cpu.z(insn.rn).get(insn.size, 0));
    Ok(())
}
