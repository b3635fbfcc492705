//! How often elements occur: HISTCNT among those that come before, HISTSEG in 128 bits.

use crate::cpu::{Cpu, ScalableVector, Stop};
use crate::insn::Insn;

/// Bytes that HISTSEG counts in.
const SEGMENT: usize = 16;

/// HISTCNT: for each active element of Zn, the active elements of Zm up to its own place that are equal to it.
pub fn histcnt(cpu: &mut Cpu, insn: &Insn) -> Result<(), Stop> {
    cpu.check_sve()?;
    let (pg, n, m, mut out) = (cpu.p(insn.opt), cpu.z(insn.rn), cpu.z(insn.rm), ScalableVector::ZERO);
    let active = |index: &usize| pg.active(insn.size, *index);
    for index in (0..cpu.elements(insn.size)).filter(active) {
        let value = n.get(insn.size, index);
        let equal = (0..=index).filter(active).filter(|&earlier| m.get(insn.size, earlier) == value);
        out.set(insn.size, index, equal.count() as u64);
    }
    cpu.set_z(insn.rd, &out);
    Ok(())
}

/// HISTSEG: for each byte of Zn, the bytes of the same 128 bits of Zm that are equal to it.
pub fn histseg(cpu: &mut Cpu, insn: &Insn) -> Result<(), Stop> {
    cpu.check_sve()?;
    let (n, m, mut out) = (cpu.z(insn.rn), cpu.z(insn.rm), ScalableVector::ZERO);
    let segments = n.0.chunks_exact(SEGMENT).zip(m.0.chunks_exact(SEGMENT)).zip(out.0.chunks_exact_mut(SEGMENT));
    for ((values, among), counts) in segments.take(cpu.vector_bytes() / SEGMENT) {
        for (count, value) in counts.iter_mut().zip(values) {
            *count = among.iter().filter(|&byte| byte == value).count() as u8;
        }
    }
    cpu.set_z(insn.rd, &out);
    Ok(())
}
