//! Addition, multiplication, division, square root, fused multiply-add and their relatives, each after the pseudocode
//! function of the same name (Arm ARM, shared/functions/float). Host arithmetic lives in `fast`.

use super::env::{DZC, FpEnv, Rounding};
use super::format::{F16, F32, Format, infinity, one_point_five, two, zero};
use super::real::{Real, Wide};
use super::round::round;
use super::unpack::{Kind, Unpacked, denormals, invalid, process_nan, process_nans, process_nans3, unpack};

/// An exact zero that no operand gave its sign to.
fn cancelled<F: Format>(mode: Rounding) -> u64 {
    zero::<F>(mode == Rounding::MinusInfinity)
}

fn round_sum<F: Format>(sum: Option<Wide>, env: &mut FpEnv) -> u64 {
    let mode = env.fpcr.rounding();
    match sum {
        Some(sum) => round::<F>(sum.narrow(), mode, env),
        None => cancelled::<F>(mode),
    }
}

/// `FPAdd`.
#[inline]
pub fn add<F: Format>(a: u64, b: u64, env: &mut FpEnv) -> u64 {
    match F::host_add(a, b, env) {
        Some(result) => result,
        None => add_soft::<F>(a, b, false, env),
    }
}

/// `FPSub`.
#[inline]
pub fn sub<F: Format>(a: u64, b: u64, env: &mut FpEnv) -> u64 {
    match F::host_sub(a, b, env) {
        Some(result) => result,
        None => add_soft::<F>(a, b, true, env),
    }
}

/// Sum, or difference when `negate` turns the second value around. NaNs are propagated unturned.
#[inline(never)]
fn add_soft<F: Format>(a: u64, b: u64, negate: bool, env: &mut FpEnv) -> u64 {
    let x = unpack::<F>(a, env);
    let mut y = unpack::<F>(b, env);
    if let Some(nan) = process_nans::<F>(&x, &y, env) {
        return nan;
    }
    y.real.sign ^= negate;
    let result = match (x.kind, y.kind) {
        (Kind::Infinity, Kind::Infinity) if x.sign() != y.sign() => invalid::<F>(env),
        (Kind::Infinity, _) => infinity::<F>(x.sign()),
        (_, Kind::Infinity) => infinity::<F>(y.sign()),
        (Kind::Zero, Kind::Zero) if x.sign() == y.sign() => zero::<F>(x.sign()),
        (Kind::Zero, Kind::Zero) => cancelled::<F>(env.fpcr.rounding()),
        (Kind::Zero, _) => round::<F>(y.real, env.fpcr.rounding(), env),
        (_, Kind::Zero) => round::<F>(x.real, env.fpcr.rounding(), env),
        _ => round_sum::<F>(x.real.widen().add(y.real.widen()), env),
    };
    denormals::<F>(&[&x, &y], env);
    result
}

/// `FPMul`.
#[inline]
pub fn mul<F: Format>(a: u64, b: u64, env: &mut FpEnv) -> u64 {
    match F::host_mul(a, b, env) {
        Some(result) => result,
        None => mul_soft::<F>(a, b, false, env),
    }
}

/// `FPMulX`: as `mul`, but zero times infinity is two.
#[inline]
pub fn mulx<F: Format>(a: u64, b: u64, env: &mut FpEnv) -> u64 {
    match F::host_mul(a, b, env) {
        Some(result) => result,
        None => mul_soft::<F>(a, b, true, env),
    }
}

#[inline(never)]
fn mul_soft<F: Format>(a: u64, b: u64, extended: bool, env: &mut FpEnv) -> u64 {
    let x = unpack::<F>(a, env);
    let y = unpack::<F>(b, env);
    if let Some(nan) = process_nans::<F>(&x, &y, env) {
        return nan;
    }
    let sign = x.sign() != y.sign();
    let result = match (x.kind, y.kind) {
        (Kind::Infinity, Kind::Zero) | (Kind::Zero, Kind::Infinity) if extended => two::<F>(sign),
        (Kind::Infinity, Kind::Zero) | (Kind::Zero, Kind::Infinity) => invalid::<F>(env),
        (Kind::Infinity, _) | (_, Kind::Infinity) => infinity::<F>(sign),
        (Kind::Zero, _) | (_, Kind::Zero) => zero::<F>(sign),
        _ => round::<F>(x.real.multiply(y.real).narrow(), env.fpcr.rounding(), env),
    };
    denormals::<F>(&[&x, &y], env);
    result
}

/// `FPDiv`.
#[inline]
pub fn div<F: Format>(a: u64, b: u64, env: &mut FpEnv) -> u64 {
    match F::host_div(a, b, env) {
        Some(result) => result,
        None => div_soft::<F>(a, b, env),
    }
}

#[inline(never)]
fn div_soft<F: Format>(a: u64, b: u64, env: &mut FpEnv) -> u64 {
    let x = unpack::<F>(a, env);
    let y = unpack::<F>(b, env);
    if let Some(nan) = process_nans::<F>(&x, &y, env) {
        return nan;
    }
    let sign = x.sign() != y.sign();
    let result = match (x.kind, y.kind) {
        (Kind::Infinity, Kind::Infinity) | (Kind::Zero, Kind::Zero) => return invalid::<F>(env),
        (Kind::Infinity, _) => infinity::<F>(sign),
        (_, Kind::Zero) => {
            env.raise(DZC);
            return infinity::<F>(sign);
        }
        (Kind::Zero, _) | (_, Kind::Infinity) => zero::<F>(sign),
        _ => round::<F>(x.real.divide(y.real), env.fpcr.rounding(), env),
    };
    denormals::<F>(&[&x, &y], env);
    result
}

/// `FPSqrt`.
#[inline]
pub fn sqrt<F: Format>(a: u64, env: &mut FpEnv) -> u64 {
    match F::host_sqrt(a, env) {
        Some(result) => result,
        None => sqrt_soft::<F>(a, env),
    }
}

#[inline(never)]
fn sqrt_soft<F: Format>(a: u64, env: &mut FpEnv) -> u64 {
    let x = unpack::<F>(a, env);
    match x.kind {
        Kind::QuietNan | Kind::SignallingNan => process_nan::<F>(&x, env),
        Kind::Zero => zero::<F>(x.sign()),
        _ if x.sign() => invalid::<F>(env),
        Kind::Infinity => infinity::<F>(false),
        Kind::Normal | Kind::Denormal => {
            let result = round::<F>(x.real.square_root(), env.fpcr.rounding(), env);
            denormals::<F>(&[&x], env);
            result
        }
    }
}

/// `FPScale`: times two to the power of the signed integer `power`, of the width of the format.
pub fn scale<F: Format>(a: u64, power: u64, env: &mut FpEnv) -> u64 {
    /// Beyond this every value overflows or vanishes.
    const FARTHEST: i64 = 1 << 16;
    let x = unpack::<F>(a, env);
    match x.kind {
        Kind::QuietNan | Kind::SignallingNan => process_nan::<F>(&x, env),
        Kind::Infinity => infinity::<F>(x.sign()),
        Kind::Zero => zero::<F>(x.sign()),
        Kind::Normal | Kind::Denormal => {
            let power = ((power << (64 - F::BITS)) as i64 >> (64 - F::BITS)).clamp(-FARTHEST, FARTHEST);
            let scaled = Real { exponent: x.real.exponent + power as i32, ..x.real };
            let result = round::<F>(scaled, env.fpcr.rounding(), env);
            denormals::<F>(&[&x], env);
            result
        }
    }
}

/// `FPMulAdd`: `addend + a * b`, rounded once.
#[inline]
pub fn mul_add<F: Format>(addend: u64, a: u64, b: u64, env: &mut FpEnv) -> u64 {
    match F::host_mul_add(addend, a, b, env) {
        Some(result) => result,
        None => mul_add_soft::<F>(addend, a, b, env),
    }
}

#[inline(never)]
fn mul_add_soft<F: Format>(addend: u64, a: u64, b: u64, env: &mut FpEnv) -> u64 {
    let z = unpack::<F>(addend, env);
    let x = unpack::<F>(a, env);
    let y = unpack::<F>(b, env);
    mul_add_values::<F>(&z, &x, &y, &[&z, &x, &y], env)
}

/// `FPMulAddH`: single-precision `addend + a * b` with half-precision factors (FMLAL, FMLSL).
pub fn mul_add_halves(addend: u64, a: u64, b: u64, env: &mut FpEnv) -> u64 {
    let z = unpack::<F32>(addend, env);
    let x = widen_half(unpack::<F16>(a, env));
    let y = widen_half(unpack::<F16>(b, env));
    mul_add_values::<F32>(&z, &x, &y, &[&z], env)
}

/// A half-precision operand as a single-precision one; what `FPProcessNaNs3H` makes of NaNs comes out the same.
fn widen_half(half: Unpacked) -> Unpacked {
    let fraction = (half.bits & F16::FRACTION_MASK) << (F32::FRACTION - F16::FRACTION);
    Unpacked { bits: zero::<F32>(half.sign()) | F32::INFINITY | fraction, ..half }
}

fn mul_add_values<F: Format>(z: &Unpacked, x: &Unpacked, y: &Unpacked, reporting_denormals: &[&Unpacked], env: &mut FpEnv) -> u64 {
    let no_product = (x.is_infinity() && y.is_zero()) || (x.is_zero() && y.is_infinity());
    if let Some(nan) = process_nans3::<F>(z, x, y, env) {
        // A quiet NaN does not hide an invalid product, unless FPCR.AH says so.
        if z.kind == Kind::QuietNan && no_product && !env.alternate() {
            return invalid::<F>(env);
        }
        return nan;
    }
    let sign = x.sign() != y.sign();
    let infinite_product = x.is_infinity() || y.is_infinity();
    let zero_product = x.is_zero() || y.is_zero();
    if no_product || (z.is_infinity() && infinite_product && z.sign() != sign) {
        return invalid::<F>(env);
    }
    let result = if z.is_infinity() || infinite_product {
        infinity::<F>(if infinite_product { sign } else { z.sign() })
    } else if z.is_zero() && zero_product {
        if z.sign() == sign { zero::<F>(sign) } else { cancelled::<F>(env.fpcr.rounding()) }
    } else if zero_product {
        round::<F>(z.real, env.fpcr.rounding(), env)
    } else {
        let product = x.real.multiply(y.real);
        round_sum::<F>(if z.is_zero() { Some(product) } else { product.add(z.real.widen()) }, env)
    };
    denormals::<F>(reporting_denormals, env);
    result
}

/// `FPAbs`. With FPCR.AH a NaN keeps its sign.
#[inline]
pub fn abs<F: Format>(a: u64, env: &FpEnv) -> u64 {
    if env.alternate() && is_nan::<F>(a) { a & F::MASK } else { a & F::MASK & !F::SIGN }
}

/// `FPNeg`. With FPCR.AH a NaN keeps its sign.
#[inline]
pub fn neg<F: Format>(a: u64, env: &FpEnv) -> u64 {
    if env.alternate() && is_nan::<F>(a) { a & F::MASK } else { (a & F::MASK) ^ F::SIGN }
}

/// Whether the pattern is a NaN of either kind.
#[inline]
pub fn is_nan<F: Format>(a: u64) -> bool {
    a & F::MASK & !F::SIGN > F::INFINITY
}

/// The operands of a step instruction, the first negated, and what NaNs among them give.
fn step<F: Format>(a: u64, b: u64, env: &mut FpEnv, without_product: u64, finite: impl FnOnce(Option<Wide>) -> Option<Wide>) -> u64 {
    let a = neg::<F>(a, env);
    env.estimate(|env| {
        let x = unpack::<F>(a, env);
        let y = unpack::<F>(b, env);
        if let Some(nan) = process_nans::<F>(&x, &y, env) {
            return nan;
        }
        match (x.kind, y.kind) {
            (Kind::Infinity, Kind::Zero) | (Kind::Zero, Kind::Infinity) => without_product,
            (Kind::Infinity, _) | (_, Kind::Infinity) => infinity::<F>(x.sign() != y.sign()),
            (Kind::Zero, _) | (_, Kind::Zero) => round_sum::<F>(finite(None), env),
            _ => round_sum::<F>(finite(Some(x.real.multiply(y.real))), env),
        }
    })
}

/// A small positive integer plus an optional product.
fn constant_plus(constant: u64, product: Option<Wide>) -> Option<Wide> {
    let constant = Real::from_integer(false, constant)?.widen();
    match product {
        Some(product) => constant.add(product),
        None => Some(constant),
    }
}

/// `FPRecipStepFused`: `2 - a * b` (FRECPS).
pub fn recip_step<F: Format>(a: u64, b: u64, env: &mut FpEnv) -> u64 {
    step::<F>(a, b, env, two::<F>(false), |product| constant_plus(2, product))
}

/// `FPRSqrtStepFused`: `(3 - a * b) / 2` (FRSQRTS).
pub fn rsqrt_step<F: Format>(a: u64, b: u64, env: &mut FpEnv) -> u64 {
    step::<F>(a, b, env, one_point_five::<F>(false), |product| Some(constant_plus(3, product)?.scaled(-1)))
}
