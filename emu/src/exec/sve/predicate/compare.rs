//! Comparisons of integer elements that make predicates and set flags: with elements, doublewords and immediates, and MATCH.

use std::cmp::Ordering;

use crate::cpu::{Cpu, Predicate, ScalableVector, Stop};
use crate::exec::sve::set_predicate_flags;
use crate::insn::Insn;

/// Pd is true where Pg is and `test` holds of the element's number.
fn compare(cpu: &mut Cpu, insn: &Insn, test: impl Fn(usize) -> bool) {
    let (mask, mut out) = (cpu.p(insn.opt), Predicate::NONE);
    for index in (0..cpu.elements(insn.size)).filter(|&index| mask.active(insn.size, index)) {
        out.set(insn.size, index, test(index));
    }
    cpu.set_p(insn.rd, &out);
    set_predicate_flags(cpu, &mask, &out, insn.size);
}

fn signed(vector: &ScalableVector, size: u8, index: usize) -> i128 {
    vector.signed(size, index).into()
}

fn unsigned(vector: &ScalableVector, size: u8, index: usize) -> i128 {
    vector.get(size, index).into()
}

type Read = fn(&ScalableVector, u8, usize) -> i128;

fn with_vector(cpu: &mut Cpu, insn: &Insn, read: Read, holds: fn(Ordering) -> bool) -> Result<(), Stop> {
    cpu.check_sve()?;
    let (n, m, size) = (cpu.z(insn.rn), cpu.z(insn.rm), insn.size);
    compare(cpu, insn, |index| holds(read(&n, size, index).cmp(&read(&m, size, index))));
    Ok(())
}

/// With the doubleword that lies over the element.
fn with_wide(cpu: &mut Cpu, insn: &Insn, read: Read, holds: fn(Ordering) -> bool) -> Result<(), Stop> {
    cpu.check_sve()?;
    let (n, m, size) = (cpu.z(insn.rn), cpu.z(insn.rm), insn.size);
    compare(cpu, insn, |index| holds(read(&n, size, index).cmp(&read(&m, 3, index >> (3 - size)))));
    Ok(())
}

fn with_immediate(cpu: &mut Cpu, insn: &Insn, read: Read, holds: fn(Ordering) -> bool) -> Result<(), Stop> {
    cpu.check_sve()?;
    let (n, size, immediate) = (cpu.z(insn.rn), insn.size, i128::from(insn.imm as i64));
    compare(cpu, insn, |index| holds(read(&n, size, index).cmp(&immediate)));
    Ok(())
}

macro_rules! comparisons {
    ($($name:ident $with:ident $read:ident $holds:ident;)*) => {$(
        pub fn $name(cpu: &mut Cpu, insn: &Insn) -> Result<(), Stop> {
            $with(cpu, insn, $read, Ordering::$holds)
        }
    )*};
}

comparisons! {
    cmpeq with_vector unsigned is_eq;
    cmpne with_vector unsigned is_ne;
    cmpge with_vector signed is_ge;
    cmpgt with_vector signed is_gt;
    cmphs with_vector unsigned is_ge;
    cmphi with_vector unsigned is_gt;

    cmpeq_wide with_wide signed is_eq;
    cmpne_wide with_wide signed is_ne;
    cmpge_wide with_wide signed is_ge;
    cmpgt_wide with_wide signed is_gt;
    cmplt_wide with_wide signed is_lt;
    cmple_wide with_wide signed is_le;
    cmphs_wide with_wide unsigned is_ge;
    cmphi_wide with_wide unsigned is_gt;
    cmplo_wide with_wide unsigned is_lt;
    cmpls_wide with_wide unsigned is_le;

    cmpeq_imm with_immediate signed is_eq;
    cmpne_imm with_immediate signed is_ne;
    cmpge_imm with_immediate signed is_ge;
    cmpgt_imm with_immediate signed is_gt;
    cmplt_imm with_immediate signed is_lt;
    cmple_imm with_immediate signed is_le;
    cmphs_imm with_immediate unsigned is_ge;
    cmphi_imm with_immediate unsigned is_gt;
    cmplo_imm with_immediate unsigned is_lt;
    cmpls_imm with_immediate unsigned is_le;
}

/// True when any element of the same 128 bits of Zm is equal.
fn with_segment(cpu: &mut Cpu, insn: &Insn, wanted: bool) -> Result<(), Stop> {
    cpu.check_sve()?;
    let (n, m, size) = (cpu.z(insn.rn), cpu.z(insn.rm), insn.size);
    let segment = 16usize >> size;
    compare(cpu, insn, |index| {
        let start = index - index % segment;
        (start..start + segment).any(|other| m.get(size, other) == n.get(size, index)) == wanted
    });
    Ok(())
}

/// MATCH.
pub fn matches(cpu: &mut Cpu, insn: &Insn) -> Result<(), Stop> {
    with_segment(cpu, insn, true)
}

/// NMATCH.
pub fn matches_none(cpu: &mut Cpu, insn: &Insn) -> Result<(), Stop> {
    with_segment(cpu, insn, false)
}
