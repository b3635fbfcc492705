//! Elements of predicates moved to other places: interleaved, reversed, unpacked. All bits of an element move, also those that
//! nobody looks at.

use super::super::sources;
use crate::cpu::{Cpu, Predicate, Stop};
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
