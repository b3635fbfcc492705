//! Each quadword of a vector by itself (FEAT_SVE2p1): permutations within quadwords, and reductions to one quadword, of which each element
//! is made of the elements in its place in all quadwords.

use super::sources;
use crate::cpu::{Cpu, ScalableVector, Stop};
use crate::insn::Insn;

/// Elements of 2^`size` bytes in a quadword.
pub(super) fn per_quadword(size: u8) -> usize {
    16 >> size
}

/// Zd: every element, from the first element of its quadword and its place there.
fn each(cpu: &mut Cpu, insn: &Insn, mut out: ScalableVector, f: impl Fn(usize, usize) -> Option<u64>) {
    let count = per_quadword(insn.size);
    for index in 0..cpu.elements(insn.size) {
        let place = index % count;
        if let Some(value) = f(index - place, place) {
            out.set(insn.size, index, value);
        }
    }
    cpu.set_z(insn.rd, &out);
}

/// DUPQ.
pub fn dupq(cpu: &mut Cpu, insn: &Insn) -> Result<(), Stop> {
    cpu.check_sve()?;
    let n = cpu.z(insn.rn);
    each(cpu, insn, ScalableVector::ZERO, |first, _| Some(n.get(insn.size, first + insn.imm as usize)));
    Ok(())
}

macro_rules! interleavings {
    ($($name:ident $source:ident;)*) => {$(
        pub fn $name(cpu: &mut Cpu, insn: &Insn) -> Result<(), Stop> {
            cpu.check_sve()?;
            let (n, m) = (cpu.z(insn.rn), cpu.z(insn.rm));
            each(cpu, insn, ScalableVector::ZERO, |first, place| {
                let (second, from) = sources::$source(per_quadword(insn.size), place);
                Some((if second { &m } else { &n }).get(insn.size, first + from))
            });
            Ok(())
        }
    )*};
}

interleavings! {
    zipq1 zip1;
    zipq2 zip2;
    uzpq1 uzp1;
    uzpq2 uzp2;
}

/// Elements of Zn that Zm names; where it names none, `out` stays.
fn look_up(cpu: &mut Cpu, insn: &Insn, out: ScalableVector) {
    let (n, m) = (cpu.z(insn.rn), cpu.z(insn.rm));
    each(cpu, insn, out, |first, place| {
        let wanted = m.get(insn.size, first + place);
        (wanted < per_quadword(insn.size) as u64).then(|| n.get(insn.size, first + wanted as usize))
    });
}

/// TBLQ.
pub fn tblq(cpu: &mut Cpu, insn: &Insn) -> Result<(), Stop> {
    cpu.check_sve()?;
    look_up(cpu, insn, ScalableVector::ZERO);
    Ok(())
}

/// TBXQ.
pub fn tbxq(cpu: &mut Cpu, insn: &Insn) -> Result<(), Stop> {
    cpu.check_sve()?;
    let d = cpu.z(insn.rd);
    look_up(cpu, insn, d);
    Ok(())
}

/// EXTQ: 16 bytes from byte `imm` of a quadword of Zdn and the one of Zm above it.
pub fn extq(cpu: &mut Cpu, insn: &Insn) -> Result<(), Stop> {
    cpu.check_sve()?;
    let (d, m, mut out) = (cpu.z(insn.rd), cpu.z(insn.rm), ScalableVector::ZERO);
    let start = 8 * insn.imm as u32;
    for index in 0..cpu.elements(4) {
        let upper = m.quadword(index).checked_shl(128 - start).unwrap_or(0);
        out.set_quadword(index, d.quadword(index) >> (start & 127) | upper);
    }
    cpu.set_z(insn.rd, &out);
    Ok(())
}

/// REVD: the halves of active quadwords change places.
pub fn revd(cpu: &mut Cpu, insn: &Insn) -> Result<(), Stop> {
    cpu.check_sve()?;
    let (pg, n, mut out) = (cpu.p(insn.opt), cpu.z(insn.rn), cpu.z(insn.rd));
    for index in (0..cpu.elements(4)).filter(|&index| pg.active(4, index)) {
        out.set_quadword(index, n.quadword(index).rotate_left(64));
    }
    cpu.set_z(insn.rd, &out);
    Ok(())
}

type Read = fn(&ScalableVector, u8, usize) -> u64;

fn unsigned(vector: &ScalableVector, size: u8, index: usize) -> u64 {
    vector.get(size, index)
}

fn signed(vector: &ScalableVector, size: u8, index: usize) -> u64 {
    vector.signed(size, index) as u64
}

/// The active elements of the same place, combined; what is above the quadword becomes zero.
fn reduce(cpu: &mut Cpu, insn: &Insn, read: Read, identity: u64, f: impl Fn(u64, u64) -> u64) {
    let (pg, n, mut out) = (cpu.p(insn.opt), cpu.z(insn.rn), ScalableVector::ZERO);
    let count = per_quadword(insn.size);
    for place in 0..count {
        out.set(insn.size, place, identity);
    }
    for index in (0..cpu.elements(insn.size)).filter(|&index| pg.active(insn.size, index)) {
        let place = index % count;
        let value = f(read(&out, insn.size, place), read(&n, insn.size, index));
        out.set(insn.size, place, value);
    }
    cpu.set_z(insn.rd, &out);
}

/// Functions of reductions, with what they are of no elements; `top` is an element's highest bit.
macro_rules! reductions {
    ($($name:ident $read:ident |$top:ident| $identity:expr, |$left:ident, $right:ident| $result:expr;)*) => {$(
        pub fn $name(cpu: &mut Cpu, insn: &Insn) -> Result<(), Stop> {
            cpu.check_sve()?;
            let $top = 1u64 << ((8u32 << insn.size) - 1);
            reduce(cpu, insn, $read, $identity, |$left, $right| $result);
            Ok(())
        }
    )*};
}

reductions! {
    addqv unsigned |_top| 0, |left, right| left.wrapping_add(right);
    smaxqv signed |top| top, |left, right| (left as i64).max(right as i64) as u64;
    umaxqv unsigned |_top| 0, |left, right| left.max(right);
    sminqv signed |top| top - 1, |left, right| (left as i64).min(right as i64) as u64;
    uminqv unsigned |_top| u64::MAX, |left, right| left.min(right);
    orqv unsigned |_top| 0, |left, right| left | right;
    eorqv unsigned |_top| 0, |left, right| left ^ right;
    andqv unsigned |_top| u64::MAX, |left, right| left & right;
}
