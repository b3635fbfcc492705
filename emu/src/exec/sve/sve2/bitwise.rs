//! Functions of bits: of three vectors, of crossed elements, and bit permutations (FEAT_SVE_BitPerm).

use super::bits;
use crate::cpu::{Cpu, ScalableVector, Stop};
use crate::exec::sve::binary;
use crate::insn::Insn;

/// Zdn = f(Zdn, Zm, Zk), bit by bit.
#[inline(always)]
fn bits_of_three(cpu: &mut Cpu, insn: &Insn, f: impl Fn(u64, u64, u64) -> u64) -> Result<(), Stop> {
    const DOUBLEWORD: u8 = 3;
    cpu.check_sve()?;
    let (m, k, mut out) = (cpu.z(insn.rm), cpu.z(insn.ra), cpu.z(insn.rd));
    for index in 0..cpu.elements(DOUBLEWORD) {
        let element = |vector: &ScalableVector| vector.get(DOUBLEWORD, index);
        let value = f(element(&out), element(&m), element(&k));
        out.set(DOUBLEWORD, index, value);
    }
    cpu.set_z(insn.rd, &out);
    Ok(())
}

/// Rows that are one function of three bits.
macro_rules! bits_of_three {
    ($($name:ident |$d:ident, $m:ident, $k:ident| $result:expr;)*) => {$(
        pub fn $name(cpu: &mut Cpu, insn: &Insn) -> Result<(), Stop> {
            bits_of_three(cpu, insn, |$d, $m, $k| $result)
        }
    )*};
}

bits_of_three! {
    eor3 |d, m, k| d ^ m ^ k;
    bcax |d, m, k| d ^ m & !k;
    bsl |d, m, k| d & k | m & !k;
    bsl1n |d, m, k| !d & k | m & !k;
    bsl2n |d, m, k| d & k | !m & !k;
    nbsl |d, m, k| !(d & k | m & !k);
}

/// Every second element of Zd, from `first`: that of Zn with its neighbour in Zm. The others stay.
#[inline(always)]
fn crossed(cpu: &mut Cpu, insn: &Insn, first: usize) -> Result<(), Stop> {
    cpu.check_sve()?;
    let (n, m, mut out) = (cpu.z(insn.rn), cpu.z(insn.rm), cpu.z(insn.rd));
    for index in (first..cpu.elements(insn.size)).step_by(2) {
        out.set(insn.size, index, n.get(insn.size, index) ^ m.get(insn.size, index ^ 1));
    }
    cpu.set_z(insn.rd, &out);
    Ok(())
}

/// EORBT.
pub fn eorbt(cpu: &mut Cpu, insn: &Insn) -> Result<(), Stop> {
    crossed(cpu, insn, 0)
}

/// EORTB.
pub fn eortb(cpu: &mut Cpu, insn: &Insn) -> Result<(), Stop> {
    crossed(cpu, insn, 1)
}

/// The bits of `value` that `mask` chooses, together at the bottom.
fn gather(value: u64, mask: u64) -> u64 {
    let (mut result, mut rest, mut place) = (0, mask, 0);
    while rest != 0 {
        result |= (value >> rest.trailing_zeros() & 1) << place;
        rest &= rest - 1;
        place += 1;
    }
    result
}

/// The lowest bits of `value`, one to each place that `mask` chooses.
fn scatter(value: u64, mask: u64) -> u64 {
    let (mut result, mut rest, mut place) = (0, mask, 0);
    while rest != 0 {
        result |= (value >> place & 1) << rest.trailing_zeros();
        rest &= rest - 1;
        place += 1;
    }
    result
}

/// BEXT.
pub fn bext(cpu: &mut Cpu, insn: &Insn) -> Result<(), Stop> {
    binary(cpu, insn, gather)
}

/// BDEP.
pub fn bdep(cpu: &mut Cpu, insn: &Insn) -> Result<(), Stop> {
    binary(cpu, insn, scatter)
}

/// BGRP: the chosen bits at the bottom, the others above them.
pub fn bgrp(cpu: &mut Cpu, insn: &Insn) -> Result<(), Stop> {
    let ones = u64::MAX >> (64 - bits(insn.size));
    binary(cpu, insn, |n, m| gather(n, m) | gather(n, !m & ones).checked_shl(m.count_ones()).unwrap_or(0))
}
