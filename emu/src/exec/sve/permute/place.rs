//! Elements moved to places that do not depend on data: REV, ZIP, UZP, TRN, unpacking, EXT. Elements of up to 128 bits.

use super::super::sources;
use super::copy_element;
use crate::cpu::{Cpu, ScalableVector, Stop};
use crate::insn::Insn;

/// Each of the first `elements` elements of Zd is one of Zn (false) or Zm (true), which `source` names; what is left is zero.
fn rearrange(cpu: &mut Cpu, insn: &Insn, elements: usize, source: impl Fn(usize) -> (bool, usize)) {
    let (n, m, mut out) = (cpu.z(insn.rn), cpu.z(insn.rm), ScalableVector::ZERO);
    for index in 0..elements {
        let (second, from) = source(index);
        copy_element(&mut out, index, if second { &m } else { &n }, from, insn.size);
    }
    cpu.set_z(insn.rd, &out);
}

/// REV (vector).
pub fn rev(cpu: &mut Cpu, insn: &Insn) -> Result<(), Stop> {
    cpu.check_sve()?;
    let elements = cpu.elements(insn.size);
    rearrange(cpu, insn, elements, |index| (false, elements - 1 - index));
    Ok(())
}

/// Elements that come in pairs: those of an odd number of 128 bits leave one out, and one alone is UNDEFINED.
fn pairs(cpu: &mut Cpu, insn: &Insn) -> Result<usize, Stop> {
    cpu.check_sve()?;
    match cpu.elements(insn.size) & !1 {
        0 => Err(cpu.undefined()),
        elements => Ok(elements),
    }
}

macro_rules! interleavings {
    ($($name:ident)*) => {$(
        pub fn $name(cpu: &mut Cpu, insn: &Insn) -> Result<(), Stop> {
            let elements = pairs(cpu, insn)?;
            rearrange(cpu, insn, elements, |index| sources::$name(elements, index));
            Ok(())
        }
    )*};
}

interleavings! { zip1 zip2 uzp1 uzp2 trn1 trn2 }

/// Each element of one half of Zn, extended to twice its size.
fn unpack(cpu: &mut Cpu, insn: &Insn, upper: bool, signed: bool) -> Result<(), Stop> {
    cpu.check_sve()?;
    let (n, narrow, mut out) = (cpu.z(insn.rn), insn.size - 1, ScalableVector::ZERO);
    let elements = cpu.elements(insn.size);
    for index in 0..elements {
        let from = index + if upper { elements } else { 0 };
        out.set(insn.size, index, if signed { n.signed(narrow, from) as u64 } else { n.get(narrow, from) });
    }
    cpu.set_z(insn.rd, &out);
    Ok(())
}

/// SUNPKLO.
pub fn sunpklo(cpu: &mut Cpu, insn: &Insn) -> Result<(), Stop> {
    unpack(cpu, insn, false, true)
}

/// SUNPKHI.
pub fn sunpkhi(cpu: &mut Cpu, insn: &Insn) -> Result<(), Stop> {
    unpack(cpu, insn, true, true)
}

/// UUNPKLO.
pub fn uunpklo(cpu: &mut Cpu, insn: &Insn) -> Result<(), Stop> {
    unpack(cpu, insn, false, false)
}

/// UUNPKHI.
pub fn uunpkhi(cpu: &mut Cpu, insn: &Insn) -> Result<(), Stop> {
    unpack(cpu, insn, true, false)
}

/// EXT: a vector from byte `imm` of two; from the start of the first when that is not in it.
pub fn ext(cpu: &mut Cpu, insn: &Insn) -> Result<(), Stop> {
    cpu.check_sve()?;
    let (n, m, bytes) = (cpu.z(insn.rn), cpu.z(insn.rm), cpu.vector_bytes());
    let start = Some(insn.imm as usize).filter(|&start| start < bytes).unwrap_or(0);
    let mut out = ScalableVector::ZERO;
    out.0[..bytes - start].copy_from_slice(&n.0[start..bytes]);
    out.0[bytes - start..bytes].copy_from_slice(&m.0[..start]);
    cpu.set_z(insn.rd, &out);
    Ok(())
}
