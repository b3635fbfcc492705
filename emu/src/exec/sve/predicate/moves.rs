//! Elements of predicates moved to other places: interleaved, reversed, unpacked, to vectors and back; predicates that an element of another
//! selects. What moves within predicates are all bits of an element, also those that nobody looks at.

use super::super::sources;
use crate::cpu::{Cpu, Predicate, ScalableVector, Stop};
use crate::insn::Insn;

/// The bits of the element `index` of 2^`size` bytes.
fn element(predicate: &Predicate, size: u8, index: usize) -> u64 {
    let first = index << size;
    (predicate.0[(first / 64) & 3] >> (first % 64)) & ((1 << (1 << size)) - 1)
}

/// Each element of Pd is one of Pn (false) or Pm (true), which `source` names, given the number of elements and its own.
fn rearrange(cpu: &mut Cpu, insn: &Insn, source: impl Fn(usize, usize) -> (bool, usize)) -> Result<(), Stop> {
    cpu.check_sve()?;
    let (n, m, mut out) = (cpu.p(insn.rn), cpu.p(insn.rm), Predicate::NONE);
    let elements = cpu.elements(insn.size);
    for index in 0..elements {
        let (second, from) = source(elements, index);
        let first_bit = index << insn.size;
        out.0[(first_bit / 64) & 3] |= element(if second { &m } else { &n }, insn.size, from) << (first_bit % 64);
    }
    cpu.set_p(insn.rd, &out);
    Ok(())
}

macro_rules! interleavings {
    ($($name:ident)*) => {$(
        pub fn $name(cpu: &mut Cpu, insn: &Insn) -> Result<(), Stop> {
            rearrange(cpu, insn, sources::$name)
        }
    )*};
}

interleavings! { zip1 zip2 uzp1 uzp2 trn1 trn2 }

pub fn rev(cpu: &mut Cpu, insn: &Insn) -> Result<(), Stop> {
    rearrange(cpu, insn, |elements, index| (false, elements - 1 - index))
}

/// Each bit of one half of Pn becomes a halfword's.
fn unpack(cpu: &mut Cpu, insn: &Insn, upper: bool) -> Result<(), Stop> {
    cpu.check_sve()?;
    let (n, mut out) = (cpu.p(insn.rn), Predicate::NONE);
    let halves = cpu.elements(1);
    for index in 0..halves {
        out.set(1, index, n.bit(index + if upper { halves } else { 0 }));
    }
    cpu.set_p(insn.rd, &out);
    Ok(())
}

/// PUNPKLO.
pub fn punpklo(cpu: &mut Cpu, insn: &Insn) -> Result<(), Stop> {
    unpack(cpu, insn, false)
}

/// PUNPKHI.
pub fn punpkhi(cpu: &mut Cpu, insn: &Insn) -> Result<(), Stop> {
    unpack(cpu, insn, true)
}

/// PSEL: Pn, or nothing where the element of Pm is inactive that a register and an immediate name.
pub fn psel(cpu: &mut Cpu, insn: &Insn) -> Result<(), Stop> {
    cpu.check_sve()?;
    let (n, m, elements) = (cpu.p(insn.rn), cpu.p(insn.rm), cpu.elements(insn.size));
    let index = (u64::from(cpu.r(insn.ra) as u32) + insn.imm) as usize % elements;
    let out = if m.active(insn.size, index) { n } else { Predicate::NONE };
    cpu.set_p(insn.rd, &out);
    Ok(())
}

/// The bit of a vector, and its byte, that is the element `index` in the part `imm`.
fn packed_place(cpu: &Cpu, insn: &Insn, index: usize) -> (usize, usize) {
    let bit = insn.imm as usize * cpu.elements(insn.size) + index;
    (bit / 8, bit % 8)
}

/// PMOV from a vector, of which each bit becomes an element.
pub fn pmov_to_predicate(cpu: &mut Cpu, insn: &Insn) -> Result<(), Stop> {
    cpu.check_sve()?;
    let (n, mut out) = (cpu.z(insn.rn), Predicate::NONE);
    for index in 0..cpu.elements(insn.size) {
        let (byte, bit) = packed_place(cpu, insn, index);
        out.set(insn.size, index, n.get(0, byte) >> bit & 1 != 0);
    }
    cpu.set_p(insn.rd, &out);
    Ok(())
}

/// PMOV to a vector: the first part makes the rest of it zero.
pub fn pmov_to_vector(cpu: &mut Cpu, insn: &Insn) -> Result<(), Stop> {
    cpu.check_sve()?;
    let (n, mut out) = (cpu.p(insn.rn), if insn.imm == 0 { ScalableVector::ZERO } else { cpu.z(insn.rd) });
    for index in 0..cpu.elements(insn.size) {
        let (byte, bit) = packed_place(cpu, insn, index);
        let others = out.get(0, byte) & !(1 << bit);
        out.set(0, byte, others | u64::from(n.active(insn.size, index)) << bit);
    }
    cpu.set_z(insn.rd, &out);
    Ok(())
}
