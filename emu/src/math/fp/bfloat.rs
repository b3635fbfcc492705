//! BFloat16 dot products and multiply-accumulate, which have arithmetic of their own: without FPCR.EBF they round to
//! odd, flush denormals, answer every NaN with the default one and raise nothing. The vectors around them are elsewhere.

use super::arithmetic::{add, mul_add};
use super::convert::bf16_to_single;
use super::dot::dot;
use super::env::{FpEnv, Fpcr, Rounding};
use super::format::{Bf16, F32, Format, infinity, zero};
use super::real::Wide;
use super::round::round;
use super::unpack::{Kind, Unpacked, default_nan, unpack};

/// `BFDotAdd`: single-precision `addend + a.0 * b.0 + a.1 * b.1`.
pub fn dot_add(addend: u64, a: (u64, u64), b: (u64, u64), env: &FpEnv) -> u64 {
    if env.fpcr.has(Fpcr::EBF) {
        return dot_add_extended(addend, a, b, env);
    }
    // Denormals vanish on both sides and nothing is reported; FPCR.AH still chooses the default NaN's sign.
    let mut standard = FpEnv { fpcr: Fpcr(Fpcr::FIZ | (env.fpcr.0 & Fpcr::AH)), fpsr: 0 };
    let products = [(a.0, b.0), (a.1, b.1)].map(|(x, y)| multiply(x, y, &mut standard));
    let [first, second] = products;
    let sum = add_odd(first, second, &mut standard);
    add_odd(addend, sum, &mut standard)
}

/// `BFMulH`.
fn multiply(a: u64, b: u64, env: &mut FpEnv) -> u64 {
    let x = unpack::<Bf16>(a, env);
    let y = unpack::<Bf16>(b, env);
    let sign = x.sign() != y.sign();
    match (x.kind, y.kind) {
        _ if x.is_nan() || y.is_nan() => default_nan::<F32>(env),
        (Kind::Infinity, Kind::Zero) | (Kind::Zero, Kind::Infinity) => default_nan::<F32>(env),
        (Kind::Infinity, _) | (_, Kind::Infinity) => infinity::<F32>(sign),
        (Kind::Zero, _) | (_, Kind::Zero) => zero::<F32>(sign),
        _ => round_odd(x.real.multiply(y.real), env),
    }
}

/// `BFAdd`.
fn add_odd(a: u64, b: u64, env: &mut FpEnv) -> u64 {
    let x = unpack::<F32>(a, env);
    let y = unpack::<F32>(b, env);
    match (x.kind, y.kind) {
        _ if x.is_nan() || y.is_nan() => default_nan::<F32>(env),
        (Kind::Infinity, Kind::Infinity) if x.sign() != y.sign() => default_nan::<F32>(env),
        (Kind::Infinity, _) => infinity::<F32>(x.sign()),
        (_, Kind::Infinity) => infinity::<F32>(y.sign()),
        (Kind::Zero, Kind::Zero) => zero::<F32>(x.sign() && y.sign()),
        _ => match sum(&x, &y) {
            Some(sum) => round_odd(sum, env),
            None => zero::<F32>(false),
        },
    }
}

/// The exact sum of two finite values, `None` for zero.
fn sum(x: &Unpacked, y: &Unpacked) -> Option<Wide> {
    match (x.is_zero(), y.is_zero()) {
        (true, true) => None,
        (true, false) => Some(y.real.widen()),
        (false, true) => Some(x.real.widen()),
        (false, false) => x.real.widen().add(y.real.widen()),
    }
}

/// `BFRound`: to single precision, to odd; tiny values are zero and large ones infinite.
fn round_odd(value: Wide, env: &mut FpEnv) -> u64 {
    if value.exponent < F32::MIN_EXPONENT {
        return zero::<F32>(value.sign);
    }
    if value.exponent > F32::BIAS {
        return infinity::<F32>(value.sign);
    }
    round::<F32>(value.narrow(), Rounding::Odd, env)
}

/// FPCR.EBF=1: the two products are added exactly and rounded once as FPCR says, NaNs still come out as default.
fn dot_add_extended(addend: u64, a: (u64, u64), b: (u64, u64), env: &FpEnv) -> u64 {
    let mut env = FpEnv { fpcr: env.fpcr.with(Fpcr::DN), fpsr: 0 };
    let dot = dot::<Bf16>(a, b, &mut env);
    add::<F32>(addend, dot, &mut env)
}

/// `BFMulAddH` (BFMLALB, BFMLALT): an ordinary fused multiply-add of widened factors, except that FPCR.AH makes it
/// round to nearest, flush denormals and raise nothing.
pub fn mul_add_bf16(addend: u64, a: u64, b: u64, env: &mut FpEnv) -> u64 {
    env.estimate(|env| mul_add::<F32>(addend, bf16_to_single(a), bf16_to_single(b), env))
}

/// `BFMatMulAdd` (BFMMLA), one element: two dot products of two, added in order.
pub fn matmul_add(addend: u64, a: [u64; 4], b: [u64; 4], env: &FpEnv) -> u64 {
    let [a0, a1, a2, a3] = a;
    let [b0, b1, b2, b3] = b;
    let first = dot_add(addend, (a0, a1), (b0, b1), env);
    dot_add(first, (a2, a3), (b2, b3), env)
}
