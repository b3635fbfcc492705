//! Results half as wide as the sources' elements: in the even elements of the destination with zeros between them (bottom), or in the odd
//! ones between what it holds (top).

use super::shift::rounded;
use super::{bits, saturate_signed, saturate_unsigned, signed, unsigned};
use crate::cpu::{Cpu, ScalableVector, Stop};
use crate::insn::Insn;

/// Zd of narrow elements = f(their size, Zn, Zm), both of wide elements; rows without Zm do not look at it.
#[inline(always)]
fn narrow(
    cpu: &mut Cpu,
    insn: &Insn,
    read: impl Fn(&ScalableVector, u8, usize) -> i128,
    f: impl Fn(u8, i128, i128) -> u64,
) -> Result<(), Stop> {
    cpu.check_sve()?;
    let (n, m) = (cpu.z(insn.rn), cpu.z(insn.rm));
    let (odd, size) = (usize::from(insn.opt & 1), insn.size.wrapping_sub(1));
    let mut out = if odd == 1 { cpu.z(insn.rd) } else { ScalableVector::ZERO };
    for index in 0..cpu.elements(insn.size) {
        out.set(size, 2 * index + odd, f(size, read(&n, insn.size, index), read(&m, insn.size, index)));
    }
    cpu.set_z(insn.rd, &out);
    Ok(())
}

/// Rows of one operand, which is shifted before it is cut or saturated. `amount` is 0 for SQXTNB and their like.
macro_rules! shifting {
    ($($name:ident $read:ident |$size:ident, $n:ident, $amount:ident| $result:expr;)*) => {$(
        pub fn $name(cpu: &mut Cpu, insn: &Insn) -> Result<(), Stop> {
            let $amount = insn.imm;
            narrow(cpu, insn, $read, |$size, $n, _| $result)
        }
    )*};
}

shifting! {
    sqxtn signed |size, n, _amount| saturate_signed(n, size);
    uqxtn unsigned |size, n, _amount| saturate_unsigned(n, size);
    sqxtun signed |size, n, _amount| saturate_unsigned(n, size);
    shrn unsigned |_size, n, amount| (n >> (amount & 63)) as u64;
    rshrn unsigned |_size, n, amount| rounded(n, amount) as u64;
    sqshrn signed |size, n, amount| saturate_signed(n >> (amount & 63), size);
    sqrshrn signed |size, n, amount| saturate_signed(rounded(n, amount), size);
    uqshrn unsigned |size, n, amount| saturate_unsigned(n >> (amount & 63), size);
    uqrshrn unsigned |size, n, amount| saturate_unsigned(rounded(n, amount), size);
    sqshrun signed |size, n, amount| saturate_unsigned(n >> (amount & 63), size);
    sqrshrun signed |size, n, amount| saturate_unsigned(rounded(n, amount), size);
}

/// Zd of narrow elements = f(their size, element), elements of Zn and of the next vector in turns.
#[inline(always)]
fn narrow_pair(
    cpu: &mut Cpu,
    insn: &Insn,
    read: impl Fn(&ScalableVector, u8, usize) -> i128,
    f: impl Fn(u8, i128) -> u64,
) -> Result<(), Stop> {
    cpu.check_sve()?;
    let (sources, size) = ([cpu.z(insn.rn), cpu.z(insn.rn + 1)], insn.size.wrapping_sub(1));
    let mut out = ScalableVector::ZERO;
    for index in 0..cpu.elements(size) {
        out.set(size, index, f(size, read(&sources[index & 1], insn.size, index / 2)));
    }
    cpu.set_z(insn.rd, &out);
    Ok(())
}

/// Rows of two consecutive vectors.
macro_rules! of_pairs {
    ($($name:ident $read:ident |$size:ident, $n:ident, $amount:ident| $result:expr;)*) => {$(
        pub fn $name(cpu: &mut Cpu, insn: &Insn) -> Result<(), Stop> {
            let $amount = insn.imm;
            narrow_pair(cpu, insn, $read, |$size, $n| $result)
        }
    )*};
}

of_pairs! {
    sqcvtn signed |size, n, _amount| saturate_signed(n, size);
    sqcvtun signed |size, n, _amount| saturate_unsigned(n, size);
    uqcvtn unsigned |size, n, _amount| saturate_unsigned(n, size);
    sqrshrn_pair signed |size, n, amount| saturate_signed(rounded(n, amount), size);
    sqrshrun_pair signed |size, n, amount| saturate_unsigned(rounded(n, amount), size);
    uqrshrn_pair unsigned |size, n, amount| saturate_unsigned(rounded(n, amount), size);
}

/// Rows that keep the high half of a sum or difference.
macro_rules! high {
    ($($name:ident |$size:ident, $n:ident, $m:ident| $result:expr;)*) => {$(
        pub fn $name(cpu: &mut Cpu, insn: &Insn) -> Result<(), Stop> {
            narrow(cpu, insn, unsigned, |$size, $n, $m| (($result) >> bits($size)) as u64)
        }
    )*};
}

high! {
    addhn |size, n, m| n + m;
    raddhn |size, n, m| n + m + (1 << (bits(size) - 1));
    subhn |size, n, m| n - m;
    rsubhn |size, n, m| n - m + (1 << (bits(size) - 1));
}
