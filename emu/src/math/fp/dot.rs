//! Dot products of pairs with a result of twice the width, of which the products are added exactly and rounded once.

use super::arithmetic::add;
use super::convert::convert_nan;
use super::env::{FpEnv, Rounding};
use super::format::{F16, F32, Format, infinity, zero};
use super::round::round;
use super::unpack::{Unpacked, invalid, process_nans4, unpack};

/// `FPDot`: single-precision `a.0 * b.0 + a.1 * b.1`.
pub(super) fn dot<S: Format>(a: (u64, u64), b: (u64, u64), env: &mut FpEnv) -> u64 {
    let [x0, x1, y0, y1] = [a.0, a.1, b.0, b.1].map(|bits| unpack::<S>(bits, env));
    if let Some(nan) = process_nans4::<S>([&x0, &x1, &y0, &y1], env) {
        return convert_nan::<S, F32>(nan);
    }
    let no_product = |x: &Unpacked, y: &Unpacked| (x.is_infinity() && y.is_zero()) || (x.is_zero() && y.is_infinity());
    let infinite = |x: &Unpacked, y: &Unpacked| x.is_infinity() || y.is_infinity();
    let (sign0, sign1) = (x0.sign() != y0.sign(), x1.sign() != y1.sign());
    let (infinite0, infinite1) = (infinite(&x0, &y0), infinite(&x1, &y1));
    if no_product(&x0, &y0) || no_product(&x1, &y1) || (infinite0 && infinite1 && sign0 != sign1) {
        return invalid::<F32>(env);
    }
    if infinite0 || infinite1 {
        return infinity::<F32>(if infinite0 { sign0 } else { sign1 });
    }
    let product = |x: &Unpacked, y: &Unpacked| (!x.is_zero() && !y.is_zero()).then(|| x.real.multiply(y.real));
    let mode = env.fpcr.rounding();
    let sum = match (product(&x0, &y0), product(&x1, &y1)) {
        (None, None) if sign0 == sign1 => return zero::<F32>(sign0),
        (None, None) => None,
        (Some(only), None) | (None, Some(only)) => Some(only),
        (Some(first), Some(second)) => first.add(second),
    };
    match sum {
        Some(sum) => round::<F32>(sum.narrow(), mode, env),
        None => zero::<F32>(mode == Rounding::MinusInfinity),
    }
}

/// `FPDotAdd`: single-precision `addend + a.0 * b.0 + a.1 * b.1` of half-precision factors.
pub fn dot_add_halves(addend: u64, a: (u64, u64), b: (u64, u64), env: &mut FpEnv) -> u64 {
    let products = dot::<F16>(a, b, env);
    add::<F32>(addend, products, env)
}
