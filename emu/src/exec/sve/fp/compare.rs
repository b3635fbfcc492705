//! Comparisons of floating-point vectors, with vectors and with zero, into a predicate. Condition flags are not theirs.

use super::{Done, by_format};
use crate::cpu::{Cpu, Predicate};
use crate::insn::Insn;
use crate::math::fp::{self, Format, FpEnv};

/// Pd = f(Zn, Zm) where Pg is active, false elsewhere.
#[inline(always)]
fn compare(cpu: &mut Cpu, insn: &Insn, mut function: impl FnMut(u64, u64, &mut FpEnv) -> bool) -> Done {
    cpu.check_sve()?;
    let (pg, n, m) = (cpu.p(insn.opt), cpu.z(insn.rn), cpu.z(insn.rm));
    let (mut out, mut env) = (Predicate::NONE, cpu.fp_env());
    for index in (0..cpu.elements(insn.size)).filter(|&index| pg.active(insn.size, index)) {
        out.set(insn.size, index, function(n.get(insn.size, index), m.get(insn.size, index), &mut env));
    }
    cpu.set_fp_flags(&env);
    cpu.set_p(insn.rd, &out);
    Ok(())
}

/// `FPCompareUN`: V says it.
#[inline(always)]
fn unordered<F: Format>(a: u64, b: u64, env: &mut FpEnv) -> bool {
    fp::compare::<F>(a, b, false, env) & 1 != 0
}

macro_rules! comparisons {
    ($($name:ident = |$a:ident, $b:ident; $env:ident, $format:ident| $body:expr;)*) => {$(
        pub fn $name(cpu: &mut Cpu, insn: &Insn) -> Done {
            by_format!(insn, $format => compare(cpu, insn, |$a, $b, $env| $body))
        }
    )*};
}

comparisons! {
    fcmeq = |a, b; env, F| fp::compare_eq::<F>(a, b, env);
    fcmne = |a, b; env, F| !fp::compare_eq::<F>(a, b, env);
    fcmge = |a, b; env, F| fp::compare_ge::<F>(a, b, env);
    fcmgt = |a, b; env, F| fp::compare_gt::<F>(a, b, env);
    fcmuo = |a, b; env, F| unordered::<F>(a, b, env);
    facge = |a, b; env, F| fp::compare_ge::<F>(fp::abs::<F>(a, env), fp::abs::<F>(b, env), env);
    facgt = |a, b; env, F| fp::compare_gt::<F>(fp::abs::<F>(a, env), fp::abs::<F>(b, env), env);
    fcmeq_zero = |a, _b; env, F| fp::compare_eq::<F>(a, 0, env);
    fcmne_zero = |a, _b; env, F| !fp::compare_eq::<F>(a, 0, env);
    fcmge_zero = |a, _b; env, F| fp::compare_ge::<F>(a, 0, env);
    fcmgt_zero = |a, _b; env, F| fp::compare_gt::<F>(a, 0, env);
    fcmle_zero = |a, _b; env, F| fp::compare_ge::<F>(0, a, env);
    fcmlt_zero = |a, _b; env, F| fp::compare_gt::<F>(0, a, env);
}
