//! Fused multiply-add and its relatives, multiplication by an element of each quadword, and products of matrices.

use super::{Done, by_format, in_quadword, instructions, merging, unpredicated};
use crate::cpu::{Cpu, ScalableVector};
use crate::insn::Insn;
use crate::math::fp::{self, F32, F64, Format, FpEnv};

/// Zd = f(Zd, Zn, Zm) where Pg is active.
#[inline(always)]
pub(super) fn three(cpu: &mut Cpu, insn: &Insn, mut function: impl FnMut(u64, u64, u64, &mut FpEnv) -> u64) -> Done {
    merging(cpu, insn, |from, index, env| {
        let [d, n, m] = [&from.d, &from.n, &from.m].map(|vector| vector.get(insn.size, index));
        function(d, n, m, env)
    })
}

/// Zd = f(Zd, Zn, the element `imm` of the same quadword of Zm).
#[inline(always)]
pub(super) fn by_element(cpu: &mut Cpu, insn: &Insn, mut function: impl FnMut(u64, u64, u64, &mut FpEnv) -> u64) -> Done {
    unpredicated(cpu, insn, |from, index, env| {
        let element = from.m.get(insn.size, in_quadword(insn.size, index, insn.imm));
        function(from.d.get(insn.size, index), from.n.get(insn.size, index), element, env)
    })
}

// The first four add to Zda; the others multiply Zdn, by Zm in `rn`, and add Za in `rm`.
instructions! { three:
    fmla = |d, n, m; env, F| fp::mul_add::<F>(d, n, m, env);
    fmls = |d, n, m; env, F| fp::mul_add::<F>(d, fp::neg::<F>(n, env), m, env);
    fnmla = |d, n, m; env, F| fp::mul_add::<F>(fp::neg::<F>(d, env), fp::neg::<F>(n, env), m, env);
    fnmls = |d, n, m; env, F| fp::mul_add::<F>(fp::neg::<F>(d, env), n, m, env);
    fmad = |d, m, a; env, F| fp::mul_add::<F>(a, d, m, env);
    fmsb = |d, m, a; env, F| fp::mul_add::<F>(a, fp::neg::<F>(d, env), m, env);
    fnmad = |d, m, a; env, F| fp::mul_add::<F>(fp::neg::<F>(a, env), fp::neg::<F>(d, env), m, env);
    fnmsb = |d, m, a; env, F| fp::mul_add::<F>(fp::neg::<F>(a, env), d, m, env);
}

instructions! { by_element:
    fmla_elem = |d, n, m; env, F| fp::mul_add::<F>(d, n, m, env);
    fmls_elem = |d, n, m; env, F| fp::mul_add::<F>(d, fp::neg::<F>(n, env), m, env);
    fmul_elem = |_d, n, m; env, F| fp::mul::<F>(n, m, env);
}

/// Zd, but not less than Zn, and not more than Zm.
pub(super) fn clamp<F: Format>(cpu: &mut Cpu, insn: &Insn) -> Done {
    unpredicated(cpu, insn, |from, index, env| {
        let [d, n, m] = [&from.d, &from.n, &from.m].map(|vector| vector.get(insn.size, index));
        let raised = fp::max_num::<F>(n, d, env);
        fp::min_num::<F>(raised, m, env)
    })
}

/// FCLAMP.
pub fn fclamp(cpu: &mut Cpu, insn: &Insn) -> Done {
    by_format!(insn, F => clamp::<F>(cpu, insn))
}

/// `FPMatMulAdd`: in each group of four elements, a 2x2 matrix times the transpose of another, added to a third. Every step rounds.
fn matrix<F: Format>(cpu: &mut Cpu, insn: &Insn) {
    let (d, n, m, mut out) = (cpu.z(insn.rd), cpu.z(insn.rn), cpu.z(insn.rm), ScalableVector::ZERO);
    let mut env = cpu.fp_env();
    // Elements behind the last whole group become zero.
    for index in 0..cpu.elements(insn.size) & !3 {
        let (row, column) = (index & !1, index & !3 | (index & 1) << 1);
        let product = |part, env: &mut FpEnv| fp::mul::<F>(n.get(insn.size, row + part), m.get(insn.size, column + part), env);
        let (first, second) = (product(0, &mut env), product(1, &mut env));
        let sum = fp::add::<F>(first, second, &mut env);
        out.set(insn.size, index, fp::add::<F>(d.get(insn.size, index), sum, &mut env));
    }
    cpu.set_fp_flags(&env);
    cpu.set_z(insn.rd, &out);
}

pub fn fmmla_s(cpu: &mut Cpu, insn: &Insn) -> Done {
    cpu.check_sve()?;
    matrix::<F32>(cpu, insn);
    Ok(())
}

/// UNDEFINED with vectors that do not hold a matrix.
pub fn fmmla_d(cpu: &mut Cpu, insn: &Insn) -> Done {
    cpu.check_sve()?;
    if cpu.elements(insn.size) < 4 {
        return Err(cpu.undefined());
    }
    matrix::<F64>(cpu, insn);
    Ok(())
}
