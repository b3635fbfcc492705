//! Loop control: WHILE and the end of a loop. Does not branch.

use super::all;
use crate::cpu::{Cpu, Predicate, Stop};
use crate::exec::sve::set_predicate_flags;
use crate::insn::Insn;

/// Writes Pd and the flags that belong to it.
fn finish(cpu: &mut Cpu, insn: &Insn, out: &Predicate) {
    cpu.set_p(insn.rd, out);
    let everything = all(cpu);
    set_predicate_flags(cpu, &everything, out, insn.size);
}

/// The low bits that an instruction with W or X registers (`aux`) compares, sign-extended or not.
fn operand(insn: &Insn, value: u64, unsigned: bool) -> i128 {
    match (insn.aux, unsigned) {
        (0, false) => (value as i32).into(),
        (0, true) => (value as u32).into(),
        (_, false) => (value as i64).into(),
        (_, true) => value.into(),
    }
}

/// As long as `goes_on` for Rn, Rn + 1 and so on from the first element up, or Rn, Rn - 1 and so on from the last one down.
fn while_general(cpu: &mut Cpu, insn: &Insn, up: bool, unsigned: bool, goes_on: fn(&i128, &i128) -> bool) -> Result<(), Stop> {
    cpu.check_sve()?;
    let (mut value, limit) = (cpu.r(insn.rn), operand(insn, cpu.r(insn.rm), unsigned));
    let (elements, mut out) = (cpu.elements(insn.size), Predicate::NONE);
    for index in 0..elements {
        if !goes_on(&operand(insn, value, unsigned), &limit) {
            break;
        }
        out.set(insn.size, if up { index } else { elements - 1 - index }, true);
        value = if up { value.wrapping_add(1) } else { value.wrapping_sub(1) };
    }
    finish(cpu, insn, &out);
    Ok(())
}

macro_rules! whiles {
    ($($name:ident $up:literal $unsigned:literal $goes_on:ident;)*) => {$(
        pub fn $name(cpu: &mut Cpu, insn: &Insn) -> Result<(), Stop> {
            while_general(cpu, insn, $up, $unsigned, i128::$goes_on)
        }
    )*};
}

whiles! {
    while_lt true false lt;
    while_le true false le;
    while_lo true true lt;
    while_ls true true le;
    while_ge false false ge;
    while_gt false false gt;
    while_hs false true ge;
    while_hi false true gt;
}

/// The elements before `distance` bytes; all when it is less than one.
fn while_apart(cpu: &mut Cpu, insn: &Insn, distance: i128) {
    let count = usize::try_from(distance >> insn.size).unwrap_or(0);
    let (elements, mut out) = (cpu.elements(insn.size), Predicate::NONE);
    for index in (0..elements).filter(|&index| count == 0 || index < count) {
        out.set(insn.size, index, true);
    }
    finish(cpu, insn, &out);
}

/// WHILEWR: Rn is written before Rm is read.
pub fn while_wr(cpu: &mut Cpu, insn: &Insn) -> Result<(), Stop> {
    cpu.check_sve()?;
    while_apart(cpu, insn, i128::from(cpu.r(insn.rm)) - i128::from(cpu.r(insn.rn)));
    Ok(())
}

/// WHILERW: Rn is read before Rm is written.
pub fn while_rw(cpu: &mut Cpu, insn: &Insn) -> Result<(), Stop> {
    cpu.check_sve()?;
    while_apart(cpu, insn, cpu.r(insn.rm).abs_diff(cpu.r(insn.rn)).into());
    Ok(())
}

/// CTERMEQ, CTERMNE: N says that the loop ends; else V that it does not end with the last element, which C knows.
pub fn cterm(cpu: &mut Cpu, insn: &Insn) -> Result<(), Stop> {
    cpu.check_sve()?;
    let equal = operand(insn, cpu.r(insn.rn), true) == operand(insn, cpu.r(insn.rm), true);
    let kept = cpu.nzcv & (3 << 29);
    let decided = if equal != (insn.opt == 1) { 1 << 31 } else { !(kept >> 29) << 28 & 1 << 28 };
    cpu.nzcv = kept | decided;
    Ok(())
}
