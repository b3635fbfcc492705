//! Advanced SIMD floating point, vector and scalar: which lanes meet which. Arithmetic is in `math::fp`.
//!
//! Functions come by shape: lane by lane here, everything that crosses lanes or changes their width in the submodules.
//! A scalar form is a vector of one lane (`insn.opt` = 1), except that its result obeys FPCR.NEP.

mod across;
mod complex;
mod fp8;
mod widening;

pub use across::*;
pub use complex::*;
pub use fp8::*;
pub use widening::*;

use super::fp::{Done, Mode, by_format};
use crate::cpu::Cpu;
use crate::insn::Insn;
use crate::math::fp::{self, Format, FpEnv, Rounding};
use sysregs::Feature;

/// Takes the lowest lane off a vector.
#[inline(always)]
fn take<F: Format>(vector: &mut u128) -> u64 {
    let lane = *vector as u64 & F::MASK;
    *vector >>= F::BITS;
    lane
}

/// Builds a vector of `lanes` lanes from the lowest up; zero above.
#[inline(always)]
fn collect<F: Format>(lanes: u8, mut next: impl FnMut() -> u64) -> u128 {
    let mut vector = 0;
    for _ in 0..lanes {
        vector = vector >> F::BITS | u128::from(next()) << (128 - F::BITS);
    }
    vector >> (128 - u32::from(lanes) * F::BITS)
}

/// Lane `index`.
#[inline(always)]
fn lane<F: Format>(vector: u128, index: u32) -> u64 {
    (vector >> ((index * F::BITS) & 127)) as u64 & F::MASK
}

/// Writes a result of `insn.opt` lanes. With FPCR.NEP the rest of a scalar one comes from register `others`.
#[inline(always)]
fn write<F: Format>(cpu: &mut Cpu, insn: &Insn, others: u8, result: u128) {
    if insn.opt == 1 {
        cpu.set_scalar::<F>(insn.rd, others, result as u64);
    } else {
        cpu.set_q(insn.rd, result);
    }
}

/// Each lane of rn.
#[inline(always)]
fn one<F: Format>(cpu: &mut Cpu, insn: &Insn, mut function: impl FnMut(u64, &mut FpEnv) -> u64) -> Done {
    cpu.check_fp()?;
    let mut env = cpu.fp_env();
    let mut n = cpu.q(insn.rn);
    let result = collect::<F>(insn.opt, || function(take::<F>(&mut n), &mut env));
    cpu.set_fp_flags(&env);
    write::<F>(cpu, insn, insn.rd, result);
    Ok(())
}

/// Each lane of rn with that of rm.
#[inline(always)]
fn two<F: Format>(cpu: &mut Cpu, insn: &Insn, others: u8, mut function: impl FnMut(u64, u64, &mut FpEnv) -> u64) -> Done {
    cpu.check_fp()?;
    let mut env = cpu.fp_env();
    let (mut n, mut m) = (cpu.q(insn.rn), cpu.q(insn.rm));
    let result = collect::<F>(insn.opt, || function(take::<F>(&mut n), take::<F>(&mut m), &mut env));
    cpu.set_fp_flags(&env);
    write::<F>(cpu, insn, others, result);
    Ok(())
}

/// Each lane of rn with one element of rm.
#[inline(always)]
fn two_by_element<F: Format>(cpu: &mut Cpu, insn: &Insn, mut function: impl FnMut(u64, u64, &mut FpEnv) -> u64) -> Done {
    cpu.check_fp()?;
    let mut env = cpu.fp_env();
    let (mut n, element) = (cpu.q(insn.rn), lane::<F>(cpu.q(insn.rm), insn.imm as u32));
    let result = collect::<F>(insn.opt, || function(take::<F>(&mut n), element, &mut env));
    cpu.set_fp_flags(&env);
    write::<F>(cpu, insn, insn.rn, result);
    Ok(())
}

/// Each lane of rd, rn and rm.
#[inline(always)]
fn three<F: Format>(cpu: &mut Cpu, insn: &Insn, mut function: impl FnMut(u64, u64, u64, &mut FpEnv) -> u64) -> Done {
    cpu.check_fp()?;
    let mut env = cpu.fp_env();
    let (mut d, mut n, mut m) = (cpu.q(insn.rd), cpu.q(insn.rn), cpu.q(insn.rm));
    let result = collect::<F>(insn.opt, || function(take::<F>(&mut d), take::<F>(&mut n), take::<F>(&mut m), &mut env));
    cpu.set_fp_flags(&env);
    write::<F>(cpu, insn, insn.rd, result);
    Ok(())
}

/// Each lane of rd and rn with one element of rm.
#[inline(always)]
fn three_by_element<F: Format>(cpu: &mut Cpu, insn: &Insn, mut function: impl FnMut(u64, u64, u64, &mut FpEnv) -> u64) -> Done {
    cpu.check_fp()?;
    let mut env = cpu.fp_env();
    let (mut d, mut n) = (cpu.q(insn.rd), cpu.q(insn.rn));
    let element = lane::<F>(cpu.q(insn.rm), insn.imm as u32);
    let result = collect::<F>(insn.opt, || function(take::<F>(&mut d), take::<F>(&mut n), element, &mut env));
    cpu.set_fp_flags(&env);
    write::<F>(cpu, insn, insn.rd, result);
    Ok(())
}

macro_rules! instructions {
    ($shape:ident: $($name:ident = |$($operand:ident),*; $env:ident, $format:ident| $body:expr;)*) => {$(
        pub fn $name(cpu: &mut Cpu, insn: &Insn) -> Done {
            by_format!(insn, $format => $shape::<$format>(cpu, insn, |$($operand,)* $env| $body))
        }
    )*};
}

/// Two operands; an untouched element of a scalar result comes from rn (FPCR.NEP).
#[inline(always)]
fn two_n<F: Format>(cpu: &mut Cpu, insn: &Insn, function: impl FnMut(u64, u64, &mut FpEnv) -> u64) -> Done {
    two::<F>(cpu, insn, insn.rn, function)
}

/// Two operands compared: there it comes from rm.
#[inline(always)]
fn compare<F: Format>(cpu: &mut Cpu, insn: &Insn, mut function: impl FnMut(u64, u64, &mut FpEnv) -> bool) -> Done {
    two::<F>(cpu, insn, insn.rm, |a, b, env| truth::<F>(function(a, b, env)))
}

/// One operand compared with zero; FPCR.NEP does not apply, as it names the register forms of comparisons only.
#[inline(always)]
fn compare_zero<F: Format>(cpu: &mut Cpu, insn: &Insn, mut function: impl FnMut(u64, &mut FpEnv) -> bool) -> Done {
    cpu.check_fp()?;
    let mut env = cpu.fp_env();
    let mut n = cpu.q(insn.rn);
    let result = collect::<F>(insn.opt, || truth::<F>(function(take::<F>(&mut n), &mut env)));
    cpu.set_fp_flags(&env);
    cpu.set_q(insn.rd, result);
    Ok(())
}

/// All ones, or zero.
#[inline(always)]
fn truth<F: Format>(holds: bool) -> u64 {
    if holds { F::MASK } else { 0 }
}

instructions! { two_n:
    fadd = |a, b; env, F| fp::add::<F>(a, b, env);
    fsub = |a, b; env, F| fp::sub::<F>(a, b, env);
    fmul = |a, b; env, F| fp::mul::<F>(a, b, env);
    fmulx = |a, b; env, F| fp::mulx::<F>(a, b, env);
    fdiv = |a, b; env, F| fp::div::<F>(a, b, env);
    fmax = |a, b; env, F| fp::max::<F>(a, b, env);
    fmin = |a, b; env, F| fp::min::<F>(a, b, env);
    famax = |a, b; env, F| fp::abs_max::<F>(a, b, env);
    famin = |a, b; env, F| fp::abs_min::<F>(a, b, env);
    fscale = |a, b; env, F| fp::scale::<F>(a, b, env);
    fmaxnm = |a, b; env, F| fp::max_num::<F>(a, b, env);
    fminnm = |a, b; env, F| fp::min_num::<F>(a, b, env);
    fabd = |a, b; env, F| {
        let difference = fp::sub::<F>(a, b, env);
        fp::abs::<F>(difference, env)
    };
    frecps = |a, b; env, F| fp::recip_step::<F>(a, b, env);
    frsqrts = |a, b; env, F| fp::rsqrt_step::<F>(a, b, env);
}

instructions! { two_by_element:
    fmul_elem = |a, b; env, F| fp::mul::<F>(a, b, env);
    fmulx_elem = |a, b; env, F| fp::mulx::<F>(a, b, env);
}

instructions! { three:
    fmla = |d, a, b; env, F| fp::mul_add::<F>(d, a, b, env);
    fmls = |d, a, b; env, F| fp::mul_add::<F>(d, fp::neg::<F>(a, env), b, env);
}

instructions! { three_by_element:
    fmla_elem = |d, a, b; env, F| fp::mul_add::<F>(d, a, b, env);
    fmls_elem = |d, a, b; env, F| fp::mul_add::<F>(d, fp::neg::<F>(a, env), b, env);
}

instructions! { compare:
    fcmeq = |a, b; env, F| fp::compare_eq::<F>(a, b, env);
    fcmge = |a, b; env, F| fp::compare_ge::<F>(a, b, env);
    fcmgt = |a, b; env, F| fp::compare_gt::<F>(a, b, env);
    facge = |a, b; env, F| fp::compare_ge::<F>(fp::abs::<F>(a, env), fp::abs::<F>(b, env), env);
    facgt = |a, b; env, F| fp::compare_gt::<F>(fp::abs::<F>(a, env), fp::abs::<F>(b, env), env);
}

instructions! { compare_zero:
    fcmeq_zero = |a; env, F| fp::compare_eq::<F>(a, 0, env);
    fcmge_zero = |a; env, F| fp::compare_ge::<F>(a, 0, env);
    fcmgt_zero = |a; env, F| fp::compare_gt::<F>(a, 0, env);
    fcmle_zero = |a; env, F| fp::compare_ge::<F>(0, a, env);
    fcmlt_zero = |a; env, F| fp::compare_gt::<F>(0, a, env);
}

instructions! { one:
    fabs = |a; env, F| fp::abs::<F>(a, env);
    fneg = |a; env, F| fp::neg::<F>(a, env);
    fsqrt = |a; env, F| fp::sqrt::<F>(a, env);
    frecpx = |a; env, F| fp::recip_exponent::<F>(a, env);
    frintn = |a; env, F| fp::round_int::<F>(a, Rounding::TieEven, false, env);
    frintp = |a; env, F| fp::round_int::<F>(a, Rounding::PlusInfinity, false, env);
    frintm = |a; env, F| fp::round_int::<F>(a, Rounding::MinusInfinity, false, env);
    frintz = |a; env, F| fp::round_int::<F>(a, Rounding::Zero, false, env);
    frinta = |a; env, F| fp::round_int::<F>(a, Rounding::TieAway, false, env);
    frintx = |a; env, F| fp::round_int::<F>(a, Mode::Current.of(env), true, env);
    frinti = |a; env, F| fp::round_int::<F>(a, Mode::Current.of(env), false, env);
    frint32z = |a; env, F| fp::round_int_sized::<F>(a, Rounding::Zero, 32, env);
    frint32x = |a; env, F| fp::round_int_sized::<F>(a, Mode::Current.of(env), 32, env);
    frint64z = |a; env, F| fp::round_int_sized::<F>(a, Rounding::Zero, 64, env);
    frint64x = |a; env, F| fp::round_int_sized::<F>(a, Mode::Current.of(env), 64, env);
}

pub fn frecpe(cpu: &mut Cpu, insn: &Insn) -> Done {
    let rpres = cpu.features.contains(Feature::RPRES);
    by_format!(insn, F => one::<F>(cpu, insn, |a, env| fp::recip_estimate::<F>(a, rpres, env)))
}

pub fn frsqrte(cpu: &mut Cpu, insn: &Insn) -> Done {
    let rpres = cpu.features.contains(Feature::RPRES);
    by_format!(insn, F => one::<F>(cpu, insn, |a, env| fp::rsqrt_estimate::<F>(a, rpres, env)))
}

/// To integers or fixed-point numbers of the element's own width.
macro_rules! to_fixed_instructions {
    ($($name:ident = $unsigned:literal, $mode:ident;)*) => {$(
        pub fn $name(cpu: &mut Cpu, insn: &Insn) -> Done {
            let fraction_bits = insn.imm as u32;
            by_format!(insn, F => one::<F>(cpu, insn, |a, env| {
                fp::to_fixed::<F>(a, F::BITS, $unsigned, fraction_bits, Rounding::$mode, env)
            }))
        }
    )*};
}

to_fixed_instructions! {
    fcvtns = false, TieEven;
    fcvtnu = true, TieEven;
    fcvtps = false, PlusInfinity;
    fcvtpu = true, PlusInfinity;
    fcvtms = false, MinusInfinity;
    fcvtmu = true, MinusInfinity;
    fcvtzs = false, Zero;
    fcvtzu = true, Zero;
    fcvtas = false, TieAway;
    fcvtau = true, TieAway;
}

pub fn scvtf(cpu: &mut Cpu, insn: &Insn) -> Done {
    let fraction_bits = insn.imm as u32;
    by_format!(insn, F => one::<F>(cpu, insn, |a, env| {
        let extended = ((a << (64 - F::BITS)) as i64 >> (64 - F::BITS)) as u64;
        fp::from_fixed::<F>(extended, false, fraction_bits, env)
    }))
}

pub fn ucvtf(cpu: &mut Cpu, insn: &Insn) -> Done {
    let fraction_bits = insn.imm as u32;
    by_format!(insn, F => one::<F>(cpu, insn, |a, env| fp::from_fixed::<F>(a, true, fraction_bits, env)))
}

pub fn fmov_imm(cpu: &mut Cpu, insn: &Insn) -> Done {
    cpu.check_fp()?;
    let result = by_format!(insn, F => collect::<F>(insn.opt, || insn.imm));
    cpu.set_q(insn.rd, result);
    Ok(())
}
