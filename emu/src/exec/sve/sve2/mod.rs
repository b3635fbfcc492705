//! SVE2 integer arithmetic and cryptography: which elements meet which. Nothing here sets FPSR.QC: saturation of scalable vectors has no
//! flag.
//!
//! Elements are numbers that hold every value of any width: i128, extended as the instruction says, or u64 when only their bits count.

pub(in crate::exec) mod accumulate;
pub(in crate::exec) mod bitwise;
pub(in crate::exec) mod crypto;
pub(in crate::exec) mod histogram;
pub(in crate::exec) mod long;
pub(in crate::exec) mod narrow;
pub(in crate::exec) mod shift;

use crate::cpu::{Cpu, ScalableVector, Stop};
use crate::insn::Insn;

/// An element, sign-extended.
#[inline(always)]
fn signed(vector: &ScalableVector, size: u8, index: usize) -> i128 {
    vector.signed(size, index).into()
}

/// An element, zero-extended.
#[inline(always)]
fn unsigned(vector: &ScalableVector, size: u8, index: usize) -> i128 {
    vector.get(size, index).into()
}

/// Bits of an element of 2^`size` bytes.
#[inline(always)]
fn bits(size: u8) -> u32 {
    8 << (size & 3)
}

/// SignedSat() to an element of 2^`size` bytes.
#[inline(always)]
fn saturate_signed(value: i128, size: u8) -> u64 {
    let limit = 1 << (bits(size) - 1);
    value.clamp(-limit, limit - 1) as u64
}

/// UnsignedSat() to an element of 2^`size` bytes.
#[inline(always)]
fn saturate_unsigned(value: i128, size: u8) -> u64 {
    value.clamp(0, (1 << bits(size)) - 1) as u64
}

/// Zd = f(Zd, Zn, Zm), every element; with an immediate in place of Zm, f does not look at it.
#[inline(always)]
fn ternary(
    cpu: &mut Cpu,
    insn: &Insn,
    read: impl Fn(&ScalableVector, u8, usize) -> i128,
    f: impl Fn(i128, i128, i128) -> u64,
) -> Result<(), Stop> {
    cpu.check_sve()?;
    let (n, m, mut out) = (cpu.z(insn.rn), cpu.z(insn.rm), cpu.z(insn.rd));
    for index in 0..cpu.elements(insn.size) {
        let element = |vector: &ScalableVector| read(vector, insn.size, index);
        let value = f(element(&out), element(&n), element(&m));
        out.set(insn.size, index, value);
    }
    cpu.set_z(insn.rd, &out);
    Ok(())
}
