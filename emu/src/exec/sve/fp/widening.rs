//! Single precision from products of half precision or BFloat16: multiply-add long, dot products, matrices. Elements of the result
//! have a pair of the factors' elements under them, bottom and top.

use super::{Done, Sources, in_quadword, unpredicated};
use crate::cpu::{Cpu, ScalableVector};
use crate::insn::Insn;
use crate::math::fp::{self, Bf16, F16, FpEnv};

const HALF: u8 = 1;
const SINGLE: u8 = 2;

/// Zda plus the bottom (0) or top (1) element of Zn times that of Zm, or times the element `imm` of the same quadword of Zm.
#[inline(always)]
fn multiply_long(cpu: &mut Cpu, insn: &Insn, part: usize, by_element: bool, function: impl Fn(u64, u64, u64, &mut FpEnv) -> u64) -> Done {
    unpredicated(cpu, insn, |from: &Sources, index, env| {
        let place = 2 * index + part;
        let other = if by_element { in_quadword(HALF, place, insn.imm) } else { place };
        function(from.d.get(SINGLE, index), from.n.get(HALF, place), from.m.get(HALF, other), env)
    })
}

fn subtract_halves(addend: u64, a: u64, b: u64, env: &mut FpEnv) -> u64 {
    fp::mul_add_halves(addend, fp::neg::<F16>(a, env), b, env)
}

fn subtract_bf16(addend: u64, a: u64, b: u64, env: &mut FpEnv) -> u64 {
    fp::mul_add_bf16(addend, fp::neg::<Bf16>(a, env), b, env)
}

macro_rules! multiply_long_instructions {
    ($($name:ident $name_elem:ident = $part:literal, $function:path;)*) => {$(
        pub fn $name(cpu: &mut Cpu, insn: &Insn) -> Done {
            multiply_long(cpu, insn, $part, false, $function)
        }

        pub fn $name_elem(cpu: &mut Cpu, insn: &Insn) -> Done {
            multiply_long(cpu, insn, $part, true, $function)
        }
    )*};
}

multiply_long_instructions! {
    fmlalb fmlalb_elem = 0, fp::mul_add_halves;
    fmlalt fmlalt_elem = 1, fp::mul_add_halves;
    fmlslb fmlslb_elem = 0, subtract_halves;
    fmlslt fmlslt_elem = 1, subtract_halves;
    bfmlalb bfmlalb_elem = 0, fp::mul_add_bf16;
    bfmlalt bfmlalt_elem = 1, fp::mul_add_bf16;
    bfmlslb bfmlslb_elem = 0, subtract_bf16;
    bfmlslt bfmlslt_elem = 1, subtract_bf16;
}

/// `addend + a.0 * b.0 + a.1 * b.1`.
type DotAdd = fn(u64, (u64, u64), (u64, u64), &mut FpEnv) -> u64;

/// Zda plus the products of two pairs.
fn dot(cpu: &mut Cpu, insn: &Insn, by_element: bool, function: DotAdd) -> Done {
    unpredicated(cpu, insn, |from, index, env| {
        let other = if by_element { in_quadword(SINGLE, index, insn.imm) } else { index };
        let pair = |vector: &ScalableVector, index| (vector.get(HALF, 2 * index), vector.get(HALF, 2 * index + 1));
        function(from.d.get(SINGLE, index), pair(&from.n, index), pair(&from.m, other), env)
    })
}

/// BFloat16 raises nothing.
fn dot_add_bf16(addend: u64, a: (u64, u64), b: (u64, u64), env: &mut FpEnv) -> u64 {
    fp::dot_add(addend, a, b, env)
}

pub fn bfdot(cpu: &mut Cpu, insn: &Insn) -> Done {
    dot(cpu, insn, false, dot_add_bf16)
}

pub fn bfdot_elem(cpu: &mut Cpu, insn: &Insn) -> Done {
    dot(cpu, insn, true, dot_add_bf16)
}

pub fn fdot(cpu: &mut Cpu, insn: &Insn) -> Done {
    dot(cpu, insn, false, fp::dot_add_halves)
}

pub fn fdot_elem(cpu: &mut Cpu, insn: &Insn) -> Done {
    dot(cpu, insn, true, fp::dot_add_halves)
}

/// In each quadword, a 2x4 matrix times the transpose of another, added to a 2x2 one.
pub fn bfmmla(cpu: &mut Cpu, insn: &Insn) -> Done {
    unpredicated(cpu, insn, |from, index, env| {
        let quadword = index & !3;
        let row = |vector: &ScalableVector, row: usize| [0, 1, 2, 3].map(|column| vector.get(HALF, 2 * quadword + 4 * row + column));
        fp::matmul_add(from.d.get(SINGLE, index), row(&from.n, index >> 1 & 1), row(&from.m, index & 1), env)
    })
}
