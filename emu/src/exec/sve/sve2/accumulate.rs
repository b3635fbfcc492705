//! Additions to what the destination holds, of elements of one size: absolute differences, doubled products, carries, complex numbers.

use super::{bits, saturate_signed, signed, ternary, unsigned};
use crate::cpu::{Cpu, Stop};
use crate::insn::Insn;

/// SABA.
pub fn saba(cpu: &mut Cpu, insn: &Insn) -> Result<(), Stop> {
    ternary(cpu, insn, signed, |d, n, m| (d + (n - m).abs()) as u64)
}

/// UABA.
pub fn uaba(cpu: &mut Cpu, insn: &Insn) -> Result<(), Stop> {
    ternary(cpu, insn, unsigned, |d, n, m| (d + (n - m).abs()) as u64)
}

/// The high half of d : 0 + 2 p, rounded. All is even, so the factor 2 is left out: this keeps the sum of doublewords inside i128.
#[inline(always)]
fn doubling_high(size: u8, d: i128, product: i128) -> u64 {
    let width = bits(size);
    let sum = (d << (width - 1)) + product + (1 << (width - 2));
    saturate_signed(sum >> (width - 1), size)
}

/// SQRDMLAH.
pub fn sqrdmlah(cpu: &mut Cpu, insn: &Insn) -> Result<(), Stop> {
    let size = insn.size;
    ternary(cpu, insn, signed, |d, n, m| doubling_high(size, d, n * m))
}

/// SQRDMLSH.
pub fn sqrdmlsh(cpu: &mut Cpu, insn: &Insn) -> Result<(), Stop> {
    let size = insn.size;
    ternary(cpu, insn, signed, |d, n, m| doubling_high(size, d, -(n * m)))
}

/// Even elements of Zd plus f(those that `opt` chooses of Zn) plus the lowest bit of odd elements of Zm; the carry goes to the odd
/// elements of Zd.
#[inline(always)]
fn add_with_carry(cpu: &mut Cpu, insn: &Insn, f: impl Fn(u64) -> u64) -> Result<(), Stop> {
    cpu.check_sve()?;
    let (n, m, mut out) = (cpu.z(insn.rn), cpu.z(insn.rm), cpu.z(insn.rd));
    let width = bits(insn.size);
    for even in (0..cpu.elements(insn.size)).step_by(2) {
        let operand = f(n.get(insn.size, even + usize::from(insn.opt & 1))) & u64::MAX >> (64 - width);
        let carry = m.get(insn.size, even + 1) & 1;
        let sum = u128::from(out.get(insn.size, even)) + u128::from(operand) + u128::from(carry);
        out.set(insn.size, even, sum as u64);
        out.set(insn.size, even + 1, (sum >> width) as u64);
    }
    cpu.set_z(insn.rd, &out);
    Ok(())
}

/// ADCLB, ADCLT.
pub fn adcl(cpu: &mut Cpu, insn: &Insn) -> Result<(), Stop> {
    add_with_carry(cpu, insn, |operand| operand)
}

/// SBCLB, SBCLT.
pub fn sbcl(cpu: &mut Cpu, insn: &Insn) -> Result<(), Stop> {
    add_with_carry(cpu, insn, |operand| !operand)
}

/// Complex numbers of Zdn plus those of Zm, rotated by 90 or 270 degrees (`imm`).
#[inline(always)]
fn complex(cpu: &mut Cpu, insn: &Insn, fit: impl Fn(i128) -> u64) -> Result<(), Stop> {
    cpu.check_sve()?;
    let (m, mut out) = (cpu.z(insn.rm), cpu.z(insn.rd));
    // i (a + b i) = -b + a i
    let sign = if insn.imm == 90 { 1 } else { -1 };
    for real in (0..cpu.elements(insn.size)).step_by(2) {
        let imaginary = real + 1;
        let sums = (
            signed(&out, insn.size, real) - sign * signed(&m, insn.size, imaginary),
            signed(&out, insn.size, imaginary) + sign * signed(&m, insn.size, real),
        );
        out.set(insn.size, real, fit(sums.0));
        out.set(insn.size, imaginary, fit(sums.1));
    }
    cpu.set_z(insn.rd, &out);
    Ok(())
}

/// CADD.
pub fn cadd(cpu: &mut Cpu, insn: &Insn) -> Result<(), Stop> {
    complex(cpu, insn, |sum| sum as u64)
}

/// SQCADD.
pub fn sqcadd(cpu: &mut Cpu, insn: &Insn) -> Result<(), Stop> {
    let size = insn.size;
    complex(cpu, insn, |sum| saturate_signed(sum, size))
}
