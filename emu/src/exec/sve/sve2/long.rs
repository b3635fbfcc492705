//! Results twice as wide as the sources' elements. Of a pair of narrow elements, the instruction takes the lower (bottom) or the upper
//! (top) one: see the formats of SVE2 for `opt`, and for the elements that indexed forms take.

use super::{saturate_signed, signed, unsigned};
use crate::cpu::{Cpu, ScalableVector, Stop};
use crate::insn::Insn;
use crate::insn::formats::ELEMENT_OF_QUADWORD;
use crate::math::polynomial;

/// The narrow element of Zm that belongs to the wide element `index`.
#[inline(always)]
fn second(insn: &Insn, index: usize) -> usize {
    if insn.aux != ELEMENT_OF_QUADWORD {
        return 2 * index + usize::from(insn.opt >> 1 & 1);
    }
    let narrow = insn.size.wrapping_sub(1);
    let quadword = (index << insn.size) / 16;
    ((quadword * 16) >> narrow) + insn.imm as usize
}

/// Zd = f(size, Zd, Zn, Zm): Zd of wide elements, Zn and Zm of narrow ones.
#[inline(always)]
fn long(
    cpu: &mut Cpu,
    insn: &Insn,
    read: impl Fn(&ScalableVector, u8, usize) -> i128,
    f: impl Fn(u8, i128, i128, i128) -> u64,
) -> Result<(), Stop> {
    cpu.check_sve()?;
    let (n, m, mut out) = (cpu.z(insn.rn), cpu.z(insn.rm), cpu.z(insn.rd));
    let narrow = insn.size.wrapping_sub(1);
    for index in 0..cpu.elements(insn.size) {
        let left = read(&n, narrow, 2 * index + usize::from(insn.opt & 1));
        let right = read(&m, narrow, second(insn, index));
        let value = f(insn.size, read(&out, insn.size, index), left, right);
        out.set(insn.size, index, value);
    }
    cpu.set_z(insn.rd, &out);
    Ok(())
}

/// Zd = f(Zn, Zm): Zd and Zn of wide elements, Zm of narrow ones.
#[inline(always)]
fn wide(cpu: &mut Cpu, insn: &Insn, read: impl Fn(&ScalableVector, u8, usize) -> i128, f: impl Fn(i128, i128) -> i128) -> Result<(), Stop> {
    cpu.check_sve()?;
    let (n, m, mut out) = (cpu.z(insn.rn), cpu.z(insn.rm), ScalableVector::ZERO);
    for index in 0..cpu.elements(insn.size) {
        let right = read(&m, insn.size.wrapping_sub(1), second(insn, index));
        out.set(insn.size, index, f(read(&n, insn.size, index), right) as u64);
    }
    cpu.set_z(insn.rd, &out);
    Ok(())
}

/// Rows of [`long`] whose results are cut to their width.
macro_rules! long {
    ($($name:ident $read:ident |$d:pat_param, $n:ident, $m:ident| $result:expr;)*) => {$(
        pub fn $name(cpu: &mut Cpu, insn: &Insn) -> Result<(), Stop> {
            long(cpu, insn, $read, |_, $d, $n, $m| ($result) as u64)
        }
    )*};
}

/// Rows of [`wide`].
macro_rules! wide {
    ($($name:ident $read:ident |$n:ident, $m:ident| $result:expr;)*) => {$(
        pub fn $name(cpu: &mut Cpu, insn: &Insn) -> Result<(), Stop> {
            wide(cpu, insn, $read, |$n, $m| $result)
        }
    )*};
}

long! {
    saddl signed |_, n, m| n + m;
    uaddl unsigned |_, n, m| n + m;
    ssubl signed |_, n, m| n - m;
    usubl unsigned |_, n, m| n - m;
    sabdl signed |_, n, m| n.abs_diff(m);
    uabdl unsigned |_, n, m| n.abs_diff(m);
    sabal signed |d, n, m| d + (n - m).abs();
    uabal unsigned |d, n, m| d + (n - m).abs();
    smull signed |_, n, m| n * m;
    umull unsigned |_, n, m| n * m;
    smlal signed |d, n, m| d + n * m;
    umlal unsigned |d, n, m| d + n * m;
    smlsl signed |d, n, m| d - n * m;
    umlsl unsigned |d, n, m| d - n * m;
    pmull unsigned |_, n, m| polynomial::multiply64(n as u64, m as u64);
}

wide! {
    saddw signed |n, m| n + m;
    uaddw unsigned |n, m| n + m;
    ssubw signed |n, m| n - m;
    usubw unsigned |n, m| n - m;
}

/// 2 n m, saturated: only the square of the most negative value is out of range.
#[inline(always)]
fn doubled(size: u8, n: i128, m: i128) -> i128 {
    i128::from(saturate_signed(2 * n * m, size) as i64)
}

/// SQDMULLB, SQDMULLT.
pub fn sqdmull(cpu: &mut Cpu, insn: &Insn) -> Result<(), Stop> {
    long(cpu, insn, signed, |size, _, n, m| doubled(size, n, m) as u64)
}

/// SQDMLALB, SQDMLALT, SQDMLALBT: product and sum saturate, one after the other.
pub fn sqdmlal(cpu: &mut Cpu, insn: &Insn) -> Result<(), Stop> {
    long(cpu, insn, signed, |size, d, n, m| saturate_signed(d + doubled(size, n, m), size))
}

/// SQDMLSLB, SQDMLSLT, SQDMLSLBT.
pub fn sqdmlsl(cpu: &mut Cpu, insn: &Insn) -> Result<(), Stop> {
    long(cpu, insn, signed, |size, d, n, m| saturate_signed(d - doubled(size, n, m), size))
}

/// PMULLB and PMULLT of doublewords (FEAT_SVE_PMULL128).
pub fn pmull_quadword(cpu: &mut Cpu, insn: &Insn) -> Result<(), Stop> {
    cpu.check_sve()?;
    let (n, m, mut out) = (cpu.z(insn.rn), cpu.z(insn.rm), ScalableVector::ZERO);
    for index in 0..cpu.elements(insn.size) {
        let half = 2 * index + usize::from(insn.opt & 1);
        out.set_quadword(index, polynomial::multiply64(n.get(3, half), m.get(3, half)));
    }
    cpu.set_z(insn.rd, &out);
    Ok(())
}
