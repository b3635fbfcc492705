//! Operations whose sources and results have different widths: precision changes, FMLAL and its siblings, BFloat16.

use super::super::fp::Done;
use super::{collect, lane, take};
use crate::cpu::Cpu;
use crate::insn::Insn;
use crate::math::fp::{self, Bf16, F16, F32, F64, Format, FpEnv, Rounding};

/// Narrows every lane into the lower half of rd, clearing the upper, or into the upper, keeping the lower.
#[inline(always)]
fn narrow<S: Format, D: Format>(cpu: &mut Cpu, insn: &Insn, mut function: impl FnMut(u64, &mut FpEnv) -> u64) {
    let mut env = cpu.fp_env();
    let mut n = cpu.q(insn.rn);
    let half = collect::<D>(insn.opt, || function(take::<S>(&mut n), &mut env));
    cpu.set_fp_flags(&env);
    let result = if insn.aux == 0 { half } else { half << 64 | cpu.q(insn.rd) & u128::from(u64::MAX) };
    cpu.set_q(insn.rd, result);
}

pub fn fcvtn(cpu: &mut Cpu, insn: &Insn) -> Done {
    cpu.check_fp()?;
    if insn.size == 2 {
        narrow::<F32, F16>(cpu, insn, fp::convert::<F32, F16>);
    } else {
        narrow::<F64, F32>(cpu, insn, fp::convert::<F64, F32>);
    }
    Ok(())
}

pub fn bfcvtn(cpu: &mut Cpu, insn: &Insn) -> Done {
    cpu.check_fp()?;
    narrow::<F32, Bf16>(cpu, insn, fp::convert_bf16);
    Ok(())
}

fn to_odd(a: u64, env: &mut FpEnv) -> u64 {
    fp::convert_with::<F64, F32>(a, Rounding::Odd, env)
}

pub fn fcvtxn(cpu: &mut Cpu, insn: &Insn) -> Done {
    cpu.check_fp()?;
    narrow::<F64, F32>(cpu, insn, to_odd);
    Ok(())
}

pub fn fcvtxn_scalar(cpu: &mut Cpu, insn: &Insn) -> Done {
    cpu.check_fp()?;
    let mut env = cpu.fp_env();
    let result = to_odd(cpu.q(insn.rn) as u64, &mut env);
    cpu.set_fp_flags(&env);
    cpu.set_scalar::<F32>(insn.rd, insn.rd, result);
    Ok(())
}

/// Widens the lanes of the lower or upper half of rn.
#[inline(always)]
fn widen<S: Format, D: Format>(cpu: &mut Cpu, insn: &Insn) {
    let mut env = cpu.fp_env();
    let mut n = cpu.q(insn.rn) >> (64 * insn.aux);
    let result = collect::<D>(insn.opt, || fp::convert::<S, D>(take::<S>(&mut n), &mut env));
    cpu.set_fp_flags(&env);
    cpu.set_q(insn.rd, result);
}

pub fn fcvtl(cpu: &mut Cpu, insn: &Insn) -> Done {
    cpu.check_fp()?;
    if insn.size == 2 {
        widen::<F16, F32>(cpu, insn);
    } else {
        widen::<F32, F64>(cpu, insn);
    }
    Ok(())
}

/// FMLAL and its siblings: half-precision lanes, from the lower (`part` 0) or upper half of as many bits as rd has.
#[inline(always)]
fn multiply_long(cpu: &mut Cpu, insn: &Insn, subtract: bool, part: u32, by_element: bool) -> Done {
    cpu.check_fp()?;
    let mut env = cpu.fp_env();
    let skipped = part * u32::from(insn.opt) * F16::BITS;
    let (mut d, mut n) = (cpu.q(insn.rd), cpu.q(insn.rn) >> skipped);
    let element = lane::<F16>(cpu.q(insn.rm), insn.imm as u32);
    let mut m = cpu.q(insn.rm) >> skipped;
    let result = collect::<F32>(insn.opt, || {
        let factor = take::<F16>(&mut n);
        let factor = if subtract { fp::neg::<F16>(factor, &env) } else { factor };
        let other = if by_element { element } else { take::<F16>(&mut m) };
        fp::mul_add_halves(take::<F32>(&mut d), factor, other, &mut env)
    });
    cpu.set_fp_flags(&env);
    cpu.set_q(insn.rd, result);
    Ok(())
}

macro_rules! multiply_long_instructions {
    ($($name:ident = $subtract:literal, $part:literal, $by_element:literal;)*) => {$(
        pub fn $name(cpu: &mut Cpu, insn: &Insn) -> Done {
            multiply_long(cpu, insn, $subtract, $part, $by_element)
        }
    )*};
}

multiply_long_instructions! {
    fmlal = false, 0, false;
    fmlal2 = false, 1, false;
    fmlsl = true, 0, false;
    fmlsl2 = true, 1, false;
    fmlal_elem = false, 0, true;
    fmlal2_elem = false, 1, true;
    fmlsl_elem = true, 0, true;
    fmlsl2_elem = true, 1, true;
}

/// A pair of BFloat16 in 32 bits.
fn pair(bits: u64) -> (u64, u64) {
    (bits & Bf16::MASK, bits >> Bf16::BITS & Bf16::MASK)
}

#[inline(always)]
fn dot(cpu: &mut Cpu, insn: &Insn, element: Option<u64>) {
    // BFloat16 dot products raise nothing.
    let env = cpu.fp_env();
    let (mut d, mut n, mut m) = (cpu.q(insn.rd), cpu.q(insn.rn), cpu.q(insn.rm));
    let result = collect::<F32>(insn.opt, || {
        let other = take::<F32>(&mut m);
        let (left, right) = (pair(take::<F32>(&mut n)), pair(element.unwrap_or(other)));
        fp::dot_add(take::<F32>(&mut d), left, right, &env)
    });
    cpu.set_q(insn.rd, result);
}

pub fn bfdot(cpu: &mut Cpu, insn: &Insn) -> Done {
    cpu.check_fp()?;
    dot(cpu, insn, None);
    Ok(())
}

pub fn bfdot_elem(cpu: &mut Cpu, insn: &Insn) -> Done {
    cpu.check_fp()?;
    let element = lane::<F32>(cpu.q(insn.rm), insn.imm as u32);
    dot(cpu, insn, Some(element));
    Ok(())
}

/// Every other BFloat16 lane of rn, from `offset` 0 (bottom) or 1 (top), with that of rm or with one element.
#[inline(always)]
fn multiply_long_bf16(cpu: &mut Cpu, insn: &Insn, offset: u32, by_element: bool) -> Done {
    cpu.check_fp()?;
    let mut env = cpu.fp_env();
    let (mut d, mut n, mut m) = (cpu.q(insn.rd), cpu.q(insn.rn), cpu.q(insn.rm));
    let element = lane::<Bf16>(m, insn.imm as u32);
    let shift = offset * Bf16::BITS;
    let result = collect::<F32>(insn.opt, || {
        let factor = take::<F32>(&mut n) >> shift & Bf16::MASK;
        let other = take::<F32>(&mut m) >> shift & Bf16::MASK;
        fp::mul_add_bf16(take::<F32>(&mut d), factor, if by_element { element } else { other }, &mut env)
    });
    cpu.set_fp_flags(&env);
    cpu.set_q(insn.rd, result);
    Ok(())
}

pub fn bfmlalb(cpu: &mut Cpu, insn: &Insn) -> Done {
    multiply_long_bf16(cpu, insn, 0, false)
}

pub fn bfmlalt(cpu: &mut Cpu, insn: &Insn) -> Done {
    multiply_long_bf16(cpu, insn, 1, false)
}

pub fn bfmlalb_elem(cpu: &mut Cpu, insn: &Insn) -> Done {
    multiply_long_bf16(cpu, insn, 0, true)
}

pub fn bfmlalt_elem(cpu: &mut Cpu, insn: &Insn) -> Done {
    multiply_long_bf16(cpu, insn, 1, true)
}

/// A 2x4 matrix times the transpose of another, added to a 2x2 one.
pub fn bfmmla(cpu: &mut Cpu, insn: &Insn) -> Done {
    cpu.check_fp()?;
    let env = cpu.fp_env();
    let (d, n, m) = (cpu.q(insn.rd), cpu.q(insn.rn), cpu.q(insn.rm));
    let row = |matrix: u128, index: u32| [0, 1, 2, 3].map(|column| lane::<Bf16>(matrix, 4 * index + column));
    let mut index = 0;
    let result = collect::<F32>(4, || {
        let sum = fp::matmul_add(lane::<F32>(d, index), row(n, index / 2), row(m, index % 2), &env);
        index += 1;
        sum
    });
    cpu.set_q(insn.rd, result);
    Ok(())
}
