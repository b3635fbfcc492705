//! Loop control: WHILE and the end of a loop. Does not branch.

use super::{Counter, all, set_count_flags};
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

/// What a WHILE compares: Rn, Rn + 1 and so on from the first element up, or Rn, Rn - 1 and so on from the last one down, with Rm.
struct Comparison {
    up: bool,
    unsigned: bool,
    goes_on: fn(&i128, &i128) -> bool,
}

impl Comparison {
    /// For how many of `elements` it goes on.
    fn count(&self, cpu: &Cpu, insn: &Insn, elements: usize) -> usize {
        let (first, limit) = (cpu.r(insn.rn), operand(insn, cpu.r(insn.rm), self.unsigned));
        let value = |step: u64| if self.up { first.wrapping_add(step) } else { first.wrapping_sub(step) };
        let holds = |&step: &usize| (self.goes_on)(&operand(insn, value(step as u64), self.unsigned), &limit);
        (0..elements).take_while(holds).count()
    }

    /// Whether the element `index` of `elements` is among `count`.
    fn covers(&self, index: usize, elements: usize, count: usize) -> bool {
        if self.up { index < count } else { index >= elements - count }
    }

    /// A predicate of elements.
    fn general(&self, cpu: &mut Cpu, insn: &Insn) -> Result<(), Stop> {
        cpu.check_sve()?;
        let elements = cpu.elements(insn.size);
        let (count, mut out) = (self.count(cpu, insn, elements), Predicate::NONE);
        (0..elements).for_each(|index| out.set(insn.size, index, self.covers(index, elements, count)));
        finish(cpu, insn, &out);
        Ok(())
    }

    /// Two predicates, one after the other.
    fn pair(&self, cpu: &mut Cpu, insn: &Insn) -> Result<(), Stop> {
        cpu.check_sve()?;
        let elements = cpu.elements(insn.size);
        let count = self.count(cpu, insn, 2 * elements);
        for number in 0..2 {
            let mut out = Predicate::NONE;
            (0..elements).for_each(|index| out.set(insn.size, index, self.covers(number * elements + index, 2 * elements, count)));
            cpu.set_p(insn.rd + number as u8, &out);
        }
        set_count_flags(cpu, 2 * elements, count, !self.up);
        Ok(())
    }

    /// A predicate-as-counter of the elements of two or four vectors (`opt`).
    fn counter(&self, cpu: &mut Cpu, insn: &Insn) -> Result<(), Stop> {
        cpu.check_sve()?;
        let elements = usize::from(insn.opt) * cpu.elements(insn.size);
        let count = self.count(cpu, insn, elements);
        set_count_flags(cpu, elements, count, !self.up);
        cpu.set_p(insn.rd, &Counter::encode(insn.size, elements, count, !self.up));
        Ok(())
    }
}

macro_rules! whiles {
    ($($name:ident $pair:ident $counter:ident $up:literal $unsigned:literal $goes_on:ident;)*) => {$(
        pub fn $name(cpu: &mut Cpu, insn: &Insn) -> Result<(), Stop> {
            Comparison { up: $up, unsigned: $unsigned, goes_on: i128::$goes_on }.general(cpu, insn)
        }

        pub fn $pair(cpu: &mut Cpu, insn: &Insn) -> Result<(), Stop> {
            Comparison { up: $up, unsigned: $unsigned, goes_on: i128::$goes_on }.pair(cpu, insn)
        }

        pub fn $counter(cpu: &mut Cpu, insn: &Insn) -> Result<(), Stop> {
            Comparison { up: $up, unsigned: $unsigned, goes_on: i128::$goes_on }.counter(cpu, insn)
        }
    )*};
}

whiles! {
    while_lt while_lt_pair while_lt_counter true false lt;
    while_le while_le_pair while_le_counter true false le;
    while_lo while_lo_pair while_lo_counter true true lt;
    while_ls while_ls_pair while_ls_counter true true le;
    while_ge while_ge_pair while_ge_counter false false ge;
    while_gt while_gt_pair while_gt_counter false false gt;
    while_hs while_hs_pair while_hs_counter false true ge;
    while_hi while_hi_pair while_hi_counter false true gt;
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
