//! Shifts by an immediate: into wide elements, added, inserted, and rotation. Those that narrow are in `narrow`.

use super::{bits, signed, ternary, unsigned};
use crate::cpu::{Cpu, ScalableVector, Stop};
use crate::insn::Insn;

/// Zd of wide elements = Zn of narrow ones, shifted left.
#[inline(always)]
fn long(cpu: &mut Cpu, insn: &Insn, read: impl Fn(&ScalableVector, u8, usize) -> i128) -> Result<(), Stop> {
    cpu.check_sve()?;
    let (n, mut out) = (cpu.z(insn.rn), ScalableVector::ZERO);
    for index in 0..cpu.elements(insn.size) {
        let element = read(&n, insn.size.wrapping_sub(1), 2 * index + usize::from(insn.opt & 1));
        out.set(insn.size, index, (element << (insn.imm & 63)) as u64);
    }
    cpu.set_z(insn.rd, &out);
    Ok(())
}

/// SSHLLB, SSHLLT.
pub fn sshll(cpu: &mut Cpu, insn: &Insn) -> Result<(), Stop> {
    long(cpu, insn, signed)
}

/// USHLLB, USHLLT.
pub fn ushll(cpu: &mut Cpu, insn: &Insn) -> Result<(), Stop> {
    long(cpu, insn, unsigned)
}

/// A right shift by at least one, rounded to nearest, ties up.
#[inline(always)]
pub(super) fn rounded(value: i128, amount: u64) -> i128 {
    (value + (1 << (amount.wrapping_sub(1) & 63))) >> (amount & 127)
}

/// Rows that add what they shift to the right.
macro_rules! accumulating {
    ($($name:ident $read:ident |$n:ident, $amount:ident| $shifted:expr;)*) => {$(
        pub fn $name(cpu: &mut Cpu, insn: &Insn) -> Result<(), Stop> {
            let $amount = insn.imm;
            ternary(cpu, insn, $read, |d, $n, _| (d + $shifted) as u64)
        }
    )*};
}

accumulating! {
    ssra signed |n, amount| n >> (amount & 127);
    usra unsigned |n, amount| n >> (amount & 127);
    srsra signed |n, amount| rounded(n, amount);
    ursra unsigned |n, amount| rounded(n, amount);
}

/// SRI: the bits that the shift leaves empty stay.
pub fn sri(cpu: &mut Cpu, insn: &Insn) -> Result<(), Stop> {
    let (amount, ones) = (insn.imm & 127, (1 << bits(insn.size)) - 1_i128);
    ternary(cpu, insn, unsigned, |d, n, _| (d & !(ones >> amount) | n >> amount) as u64)
}

/// SLI.
pub fn sli(cpu: &mut Cpu, insn: &Insn) -> Result<(), Stop> {
    let amount = insn.imm & 63;
    ternary(cpu, insn, unsigned, |d, n, _| (d & !(-1 << amount) | n << amount) as u64)
}

/// XAR: exclusive or, and rotation to the right.
pub fn xar(cpu: &mut Cpu, insn: &Insn) -> Result<(), Stop> {
    let (amount, width) = (insn.imm & 127, u64::from(bits(insn.size)));
    ternary(cpu, insn, unsigned, |d, _, m| {
        let both = d ^ m;
        (both >> amount | both << (width.wrapping_sub(amount) & 63)) as u64
    })
}
