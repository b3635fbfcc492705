//! SVE floating point: which elements meet which. Arithmetic is in `math::fp`, and knows nothing of vectors.
//!
//! Operations on elements of one size are here; what crosses elements, compares them or changes their size is in the submodules.
//! Half precision is always there with SVE. An inactive element stays as it is and raises nothing.

mod bfloat;
mod compare;
mod complex;
mod convert;
mod fp8;
mod multiply;
mod reduce;
mod trigonometry;
mod widening;

pub use bfloat::*;
pub use compare::*;
pub use complex::*;
pub use convert::*;
pub use fp8::*;
pub use multiply::*;
pub use reduce::*;
pub use trigonometry::*;
pub use widening::*;

use super::super::fp::{Done, Mode, by_format};
use crate::cpu::{Cpu, Predicate, ScalableVector};
use crate::insn::Insn;
use crate::math::fp::{self, FpEnv, Rounding};
use sysregs::Feature;

/// What an instruction reads.
struct Sources {
    d: ScalableVector,
    n: ScalableVector,
    m: ScalableVector,
}

/// Replaces the elements of Zd that `pg` has active by what `function` makes of the sources, for an element's index.
#[inline(always)]
fn replace(cpu: &mut Cpu, insn: &Insn, pg: &Predicate, mut function: impl FnMut(&Sources, usize, &mut FpEnv) -> u64) -> Done {
    let sources = Sources { d: cpu.z(insn.rd), n: cpu.z(insn.rn), m: cpu.z(insn.rm) };
    let (mut out, mut env) = (sources.d, cpu.fp_env());
    for index in (0..cpu.elements(insn.size)).filter(|&index| pg.active(insn.size, index)) {
        out.set(insn.size, index, function(&sources, index, &mut env));
    }
    cpu.set_fp_flags(&env);
    cpu.set_z(insn.rd, &out);
    Ok(())
}

/// Where Pg (`opt`) is active.
#[inline(always)]
fn merging(cpu: &mut Cpu, insn: &Insn, function: impl FnMut(&Sources, usize, &mut FpEnv) -> u64) -> Done {
    cpu.check_sve()?;
    let pg = cpu.p(insn.opt);
    replace(cpu, insn, &pg, function)
}

/// Everywhere.
#[inline(always)]
fn unpredicated(cpu: &mut Cpu, insn: &Insn, function: impl FnMut(&Sources, usize, &mut FpEnv) -> u64) -> Done {
    cpu.check_sve()?;
    replace(cpu, insn, &Predicate([u64::MAX; 4]), function)
}

/// Zd = f(Zn).
#[inline(always)]
fn one(cpu: &mut Cpu, insn: &Insn, mut function: impl FnMut(u64, &mut FpEnv) -> u64) -> Done {
    unpredicated(cpu, insn, |from, index, env| function(from.n.get(insn.size, index), env))
}

/// Zd = f(Zn, Zm).
#[inline(always)]
fn two(cpu: &mut Cpu, insn: &Insn, mut function: impl FnMut(u64, u64, &mut FpEnv) -> u64) -> Done {
    unpredicated(cpu, insn, |from, index, env| function(from.n.get(insn.size, index), from.m.get(insn.size, index), env))
}

/// Zd = f(Zn) where Pg is active.
#[inline(always)]
fn one_merging(cpu: &mut Cpu, insn: &Insn, mut function: impl FnMut(u64, &mut FpEnv) -> u64) -> Done {
    merging(cpu, insn, |from, index, env| function(from.n.get(insn.size, index), env))
}

/// Zdn = f(Zdn, Zm) where Pg is active.
#[inline(always)]
fn two_merging(cpu: &mut Cpu, insn: &Insn, mut function: impl FnMut(u64, u64, &mut FpEnv) -> u64) -> Done {
    merging(cpu, insn, |from, index, env| function(from.d.get(insn.size, index), from.m.get(insn.size, index), env))
}

/// Zdn = f(Zdn, immediate) where Pg is active.
#[inline(always)]
fn immediate_merging(cpu: &mut Cpu, insn: &Insn, mut function: impl FnMut(u64, u64, &mut FpEnv) -> u64) -> Done {
    merging(cpu, insn, |from, index, env| function(from.d.get(insn.size, index), insn.imm, env))
}

/// Functions of elements in a format `F`, one a line, by shape.
macro_rules! instructions {
    ($shape:ident: $($name:ident = |$($operand:ident),*; $env:ident, $format:ident| $body:expr;)*) => {$(
        pub fn $name(cpu: &mut Cpu, insn: &Insn) -> Done {
            by_format!(insn, $format => $shape(cpu, insn, |$($operand,)* $env| $body))
        }
    )*};
}
use instructions;

instructions! { two:
    fadd = |a, b; env, F| fp::add::<F>(a, b, env);
    fsub = |a, b; env, F| fp::sub::<F>(a, b, env);
    fmul = |a, b; env, F| fp::mul::<F>(a, b, env);
    frecps = |a, b; env, F| fp::recip_step::<F>(a, b, env);
    frsqrts = |a, b; env, F| fp::rsqrt_step::<F>(a, b, env);
}

instructions! { two_merging:
    fadd_merging = |a, b; env, F| fp::add::<F>(a, b, env);
    fsub_merging = |a, b; env, F| fp::sub::<F>(a, b, env);
    fsubr_merging = |a, b; env, F| fp::sub::<F>(b, a, env);
    fmul_merging = |a, b; env, F| fp::mul::<F>(a, b, env);
    fmulx_merging = |a, b; env, F| fp::mulx::<F>(a, b, env);
    fdiv_merging = |a, b; env, F| fp::div::<F>(a, b, env);
    fdivr_merging = |a, b; env, F| fp::div::<F>(b, a, env);
    fmax_merging = |a, b; env, F| fp::max::<F>(a, b, env);
    fmin_merging = |a, b; env, F| fp::min::<F>(a, b, env);
    fmaxnm_merging = |a, b; env, F| fp::max_num::<F>(a, b, env);
    fminnm_merging = |a, b; env, F| fp::min_num::<F>(a, b, env);
    famax_merging = |a, b; env, F| fp::abs_max::<F>(a, b, env);
    famin_merging = |a, b; env, F| fp::abs_min::<F>(a, b, env);
    fscale_merging = |a, b; env, F| fp::scale::<F>(a, b, env);
    fabd_merging = |a, b; env, F| {
        let difference = fp::sub::<F>(a, b, env);
        fp::abs::<F>(difference, env)
    };
}

instructions! { immediate_merging:
    fadd_imm = |a, b; env, F| fp::add::<F>(a, b, env);
    fsub_imm = |a, b; env, F| fp::sub::<F>(a, b, env);
    fsubr_imm = |a, b; env, F| fp::sub::<F>(b, a, env);
    fmul_imm = |a, b; env, F| fp::mul::<F>(a, b, env);
    fmax_imm = |a, b; env, F| fp::max::<F>(a, b, env);
    fmin_imm = |a, b; env, F| fp::min::<F>(a, b, env);
    fmaxnm_imm = |a, b; env, F| fp::max_num::<F>(a, b, env);
    fminnm_imm = |a, b; env, F| fp::min_num::<F>(a, b, env);
}

instructions! { one_merging:
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
}

pub fn frecpe(cpu: &mut Cpu, insn: &Insn) -> Done {
    let rpres = cpu.features.contains(Feature::RPRES);
    by_format!(insn, F => one(cpu, insn, |a, env| fp::recip_estimate::<F>(a, rpres, env)))
}

pub fn frsqrte(cpu: &mut Cpu, insn: &Insn) -> Done {
    let rpres = cpu.features.contains(Feature::RPRES);
    by_format!(insn, F => one(cpu, insn, |a, env| fp::rsqrt_estimate::<F>(a, rpres, env)))
}

/// The place, in elements of 2^`size` bytes, of the element `chosen` of the quadword that the element `index` is in.
#[inline(always)]
fn in_quadword(size: u8, index: usize, chosen: u64) -> usize {
    index & !((16 >> size) - 1) | chosen as usize
}
