//! Reductions to a scalar, as trees or in order, and pairwise operations. FPCR.NEP is not for them.

use super::super::quadword::per_quadword;
use super::{Done, by_format, merging};
use crate::cpu::{Cpu, LONGEST_VECTOR, ScalableVector};
use crate::insn::Insn;
use crate::math::fp::{self, Format, FpEnv, Fpcr};

/// `ReducePredicated`: as `FPReduce` of a vector whose length is a power of two, with the identity in all inactive elements.
#[inline(always)]
fn reduce(cpu: &mut Cpu, insn: &Insn, identity: impl Fn(Fpcr) -> u64, mut function: impl FnMut(u64, u64, &mut FpEnv) -> u64) -> Done {
    cpu.check_sve()?;
    let (pg, n, mut env) = (cpu.p(insn.opt), cpu.z(insn.rn), cpu.fp_env());
    let mut values = [identity(env.fpcr); LONGEST_VECTOR / 2];
    let elements = cpu.elements(insn.size);
    for (index, value) in values.iter_mut().enumerate().take(elements).filter(|&(index, _)| pg.active(insn.size, index)) {
        *value = n.get(insn.size, index);
    }
    let result = tree(&mut values, elements.next_power_of_two(), &mut env, &mut function);
    cpu.set_fp_flags(&env);
    cpu.set_q(insn.rd, result.into());
    Ok(())
}

/// `FPReduce`: halves of the first `count` values are reduced on their own and then met, which is neighbours that meet level by level.
#[inline(always)]
fn tree(values: &mut [u64], mut count: usize, env: &mut FpEnv, function: &mut impl FnMut(u64, u64, &mut FpEnv) -> u64) -> u64 {
    while count > 1 {
        count /= 2;
        for index in 0..count {
            values[index] = function(values[2 * index], values[2 * index + 1], env);
        }
    }
    values[0]
}

/// As [`reduce`], of the elements in the same place of all quadwords; the result is a quadword.
#[inline(always)]
fn reduce_quadwords(
    cpu: &mut Cpu,
    insn: &Insn,
    identity: impl Fn(Fpcr) -> u64,
    mut function: impl FnMut(u64, u64, &mut FpEnv) -> u64,
) -> Done {
    cpu.check_sve()?;
    let (pg, n, mut env, mut out) = (cpu.p(insn.opt), cpu.z(insn.rn), cpu.fp_env(), ScalableVector::ZERO);
    let (count, quadwords) = (per_quadword(insn.size), cpu.elements(4));
    for place in 0..count {
        let mut values = [identity(env.fpcr); LONGEST_VECTOR / 16];
        for (quadword, value) in values.iter_mut().enumerate().take(quadwords) {
            let index = quadword * count + place;
            if pg.active(insn.size, index) {
                *value = n.get(insn.size, index);
            }
        }
        out.set(insn.size, place, tree(&mut values, quadwords.next_power_of_two(), &mut env, &mut function));
    }
    cpu.set_fp_flags(&env);
    cpu.set_z(insn.rd, &out);
    Ok(())
}

/// `FPDefaultNaN`: what loses against any number.
fn default_nan<F: Format>(fpcr: Fpcr) -> u64 {
    F::INFINITY | F::QUIET | if fpcr.has(Fpcr::AH) { F::SIGN } else { 0 }
}

macro_rules! reductions {
    ($($name:ident $of_quadwords:ident = $function:ident, |$fpcr:ident, $format:ident| $identity:expr;)*) => {$(
        pub fn $name(cpu: &mut Cpu, insn: &Insn) -> Done {
            by_format!(insn, $format => reduce(cpu, insn, |$fpcr| $identity, fp::$function::<$format>))
        }

        pub fn $of_quadwords(cpu: &mut Cpu, insn: &Insn) -> Done {
            by_format!(insn, $format => reduce_quadwords(cpu, insn, |$fpcr| $identity, fp::$function::<$format>))
        }
    )*};
}

reductions! {
    faddv faddqv = add, |_fpcr, F| 0;
    fmaxv fmaxqv = max, |_fpcr, F| F::SIGN | F::INFINITY;
    fminv fminqv = min, |_fpcr, F| F::INFINITY;
    fmaxnmv fmaxnmqv = max_num, |fpcr, F| default_nan::<F>(fpcr);
    fminnmv fminnmqv = min_num, |fpcr, F| default_nan::<F>(fpcr);
}

/// The scalar plus each active element of Zm, the lowest first.
pub fn fadda(cpu: &mut Cpu, insn: &Insn) -> Done {
    cpu.check_sve()?;
    let (pg, m, mut env) = (cpu.p(insn.opt), cpu.z(insn.rm), cpu.fp_env());
    let active = (0..cpu.elements(insn.size)).filter(|&index| pg.active(insn.size, index));
    let sum = by_format!(insn, F => {
        active.fold(cpu.q(insn.rd) as u64 & F::MASK, |sum, index| fp::add::<F>(sum, m.get(insn.size, index), &mut env))
    });
    cpu.set_fp_flags(&env);
    cpu.set_q(insn.rd, sum.into());
    Ok(())
}

/// Neighbours of Zdn for the even elements, of Zm for the odd ones.
macro_rules! pairwise {
    ($($name:ident = $function:ident;)*) => {$(
        pub fn $name(cpu: &mut Cpu, insn: &Insn) -> Done {
            by_format!(insn, F => merging(cpu, insn, |from, index, env| {
                let (vector, first) = (if index & 1 == 0 { &from.d } else { &from.m }, index & !1);
                fp::$function::<F>(vector.get(insn.size, first), vector.get(insn.size, first + 1), env)
            }))
        }
    )*};
}

pairwise! {
    faddp = add;
    fmaxp = max;
    fminp = min;
    fmaxnmp = max_num;
    fminnmp = min_num;
}
