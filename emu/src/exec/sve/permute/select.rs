//! Elements that a predicate chooses: SEL, COMPACT, SPLICE, MOVPRFX. Elements keep their order.

use super::copy_element;
use crate::cpu::{Cpu, ScalableVector, Stop};
use crate::exec::sve::predicate::last_active;
use crate::insn::Insn;

/// Zn where Pg is active, `inactive` elsewhere.
fn choose(cpu: &mut Cpu, insn: &Insn, inactive: &ScalableVector) {
    let (mask, n, mut out) = (cpu.p(insn.opt), cpu.z(insn.rn), *inactive);
    for index in (0..cpu.elements(insn.size)).filter(|&index| mask.active(insn.size, index)) {
        copy_element(&mut out, index, &n, index, insn.size);
    }
    cpu.set_z(insn.rd, &out);
}

/// SEL.
pub fn sel(cpu: &mut Cpu, insn: &Insn) -> Result<(), Stop> {
    cpu.check_sve()?;
    let m = cpu.z(insn.rm);
    choose(cpu, insn, &m);
    Ok(())
}

/// MOVPRFX (unpredicated).
pub fn movprfx(cpu: &mut Cpu, insn: &Insn) -> Result<(), Stop> {
    cpu.check_sve()?;
    let n = cpu.z(insn.rn);
    cpu.set_z(insn.rd, &n);
    Ok(())
}

/// MOVPRFX (merging).
pub fn movprfx_merging(cpu: &mut Cpu, insn: &Insn) -> Result<(), Stop> {
    cpu.check_sve()?;
    let d = cpu.z(insn.rd);
    choose(cpu, insn, &d);
    Ok(())
}

/// MOVPRFX (zeroing).
pub fn movprfx_zeroing(cpu: &mut Cpu, insn: &Insn) -> Result<(), Stop> {
    cpu.check_sve()?;
    choose(cpu, insn, &ScalableVector::ZERO);
    Ok(())
}

/// COMPACT: the active elements come first, zeros after them.
pub fn compact(cpu: &mut Cpu, insn: &Insn) -> Result<(), Stop> {
    cpu.check_sve()?;
    let (mask, n, mut out) = (cpu.p(insn.opt), cpu.z(insn.rn), ScalableVector::ZERO);
    let active = (0..cpu.elements(insn.size)).filter(|&index| mask.active(insn.size, index));
    for (to, from) in active.enumerate() {
        copy_element(&mut out, to, &n, from, insn.size);
    }
    cpu.set_z(insn.rd, &out);
    Ok(())
}

/// SPLICE: from the first active element of Zn to the last, then Zm from its start.
pub fn splice(cpu: &mut Cpu, insn: &Insn) -> Result<(), Stop> {
    cpu.check_sve()?;
    let (mask, n, m, size) = (cpu.p(insn.opt), cpu.z(insn.rn), cpu.z(insn.rm), insn.size);
    let elements = cpu.elements(size);
    let first = (0..elements).find(|&index| mask.active(size, index)).unwrap_or(0);
    let count = last_active(cpu, &mask, size).map_or(0, |last| last + 1 - first);
    let mut out = ScalableVector::ZERO;
    for index in 0..elements {
        match index.checked_sub(count) {
            None => copy_element(&mut out, index, &n, first + index, size),
            Some(from) => copy_element(&mut out, index, &m, from, size),
        }
    }
    cpu.set_z(insn.rd, &out);
    Ok(())
}
