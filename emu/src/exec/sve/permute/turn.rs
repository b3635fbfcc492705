//! Parts of elements in the opposite order: REVB, REVH, REVW, RBIT. The order of elements stays.

use crate::cpu::{Cpu, Stop};
use crate::insn::Insn;

/// Zd = f(Zn) where Pg is active; `f` turns a doubleword, of which an element is the upper part afterwards.
fn turn(cpu: &mut Cpu, insn: &Insn, f: fn(u64) -> u64) -> Result<(), Stop> {
    cpu.check_sve()?;
    let (mask, n, mut out) = (cpu.p(insn.opt), cpu.z(insn.rn), cpu.z(insn.rd));
    let unused = 64 - (8u32 << (insn.size & 3));
    for index in (0..cpu.elements(insn.size)).filter(|&index| mask.active(insn.size, index)) {
        out.set(insn.size, index, f(n.get(insn.size, index)) >> unused);
    }
    cpu.set_z(insn.rd, &out);
    Ok(())
}

fn halfwords(value: u64) -> u64 {
    let pairs = value.rotate_left(32);
    pairs >> 16 & 0x0000_ffff_0000_ffff | (pairs & 0x0000_ffff_0000_ffff) << 16
}

/// REVB.
pub fn revb(cpu: &mut Cpu, insn: &Insn) -> Result<(), Stop> {
    turn(cpu, insn, u64::swap_bytes)
}

/// REVH.
pub fn revh(cpu: &mut Cpu, insn: &Insn) -> Result<(), Stop> {
    turn(cpu, insn, halfwords)
}

/// REVW.
pub fn revw(cpu: &mut Cpu, insn: &Insn) -> Result<(), Stop> {
    turn(cpu, insn, |value| value.rotate_left(32))
}

/// RBIT.
pub fn rbit(cpu: &mut Cpu, insn: &Insn) -> Result<(), Stop> {
    turn(cpu, insn, u64::reverse_bits)
}
