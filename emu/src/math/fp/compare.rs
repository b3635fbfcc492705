//! Comparisons and the minimum and maximum families. Vector masks and condition flags are the caller's to write.

use super::arithmetic::abs;
use super::env::{FpEnv, Fpcr, IOC};
use super::format::{Format, infinity, zero};
use super::round::round;
use super::unpack::{Kind, Unpacked, denormals, process_nans, unpack};
use std::cmp::Ordering;

/// The order of two operands that are not NaNs.
fn order(x: &Unpacked, y: &Unpacked) -> Ordering {
    let magnitude = |operand: &Unpacked| match operand.kind {
        Kind::Zero => (i32::MIN, 0),
        Kind::Infinity => (i32::MAX, 0),
        _ => (operand.real.exponent, operand.real.significand),
    };
    match (x.is_zero() && y.is_zero(), x.sign(), y.sign()) {
        (true, _, _) => Ordering::Equal,
        (_, false, true) => Ordering::Greater,
        (_, true, false) => Ordering::Less,
        (_, false, false) => magnitude(x).cmp(&magnitude(y)),
        (_, true, true) => magnitude(y).cmp(&magnitude(x)),
    }
}

/// Orders two operands; `None` when unordered. A signalling NaN is always invalid, a quiet one if `signal`.
#[inline]
fn compare_values<F: Format>(a: u64, b: u64, signal: bool, env: &mut FpEnv) -> Option<Ordering> {
    match F::host_compare(a, b, env) {
        Some(ordering) => Some(ordering),
        None => compare_soft::<F>(a, b, signal, env),
    }
}

#[inline(never)]
fn compare_soft<F: Format>(a: u64, b: u64, signal: bool, env: &mut FpEnv) -> Option<Ordering> {
    let x = unpack::<F>(a, env);
    let y = unpack::<F>(b, env);
    if x.is_nan() || y.is_nan() {
        if signal || x.kind == Kind::SignallingNan || y.kind == Kind::SignallingNan {
            env.raise(IOC);
        }
        return None;
    }
    denormals::<F>(&[&x, &y], env);
    Some(order(&x, &y))
}

/// `FPCompare`: NZCV in the low four bits (N is bit 3). `signal` tells FCMPE from FCMP.
#[inline]
pub fn compare<F: Format>(a: u64, b: u64, signal: bool, env: &mut FpEnv) -> u8 {
    match compare_values::<F>(a, b, signal, env) {
        None => 0b0011,
        Some(Ordering::Equal) => 0b0110,
        Some(Ordering::Less) => 0b1000,
        Some(Ordering::Greater) => 0b0010,
    }
}

/// `FPCompareEQ`.
#[inline]
pub fn compare_eq<F: Format>(a: u64, b: u64, env: &mut FpEnv) -> bool {
    compare_values::<F>(a, b, false, env) == Some(Ordering::Equal)
}

/// `FPCompareGE`.
#[inline]
pub fn compare_ge<F: Format>(a: u64, b: u64, env: &mut FpEnv) -> bool {
    matches!(compare_values::<F>(a, b, true, env), Some(Ordering::Equal | Ordering::Greater))
}

/// `FPCompareGT`.
#[inline]
pub fn compare_gt<F: Format>(a: u64, b: u64, env: &mut FpEnv) -> bool {
    compare_values::<F>(a, b, true, env) == Some(Ordering::Greater)
}

/// `FPMax`.
#[inline]
pub fn max<F: Format>(a: u64, b: u64, env: &mut FpEnv) -> u64 {
    extremum::<F>(a, b, Ordering::Greater, env)
}

/// `FPMin`.
#[inline]
pub fn min<F: Format>(a: u64, b: u64, env: &mut FpEnv) -> u64 {
    extremum::<F>(a, b, Ordering::Less, env)
}

/// `FPMaxNum`.
#[inline]
pub fn max_num<F: Format>(a: u64, b: u64, env: &mut FpEnv) -> u64 {
    number_extremum::<F>(a, b, Ordering::Greater, env)
}

/// `FPMinNum`.
#[inline]
pub fn min_num<F: Format>(a: u64, b: u64, env: &mut FpEnv) -> u64 {
    number_extremum::<F>(a, b, Ordering::Less, env)
}

/// `FPAbsMax`.
pub fn abs_max<F: Format>(a: u64, b: u64, env: &mut FpEnv) -> u64 {
    absolute_extremum::<F>(a, b, Ordering::Greater, env)
}

/// `FPAbsMin`.
pub fn abs_min<F: Format>(a: u64, b: u64, env: &mut FpEnv) -> u64 {
    absolute_extremum::<F>(a, b, Ordering::Less, env)
}

/// The larger or smaller magnitude. Whatever FPCR says, denormals are neither flushed nor reported, and NaNs are as without AH.
fn absolute_extremum<F: Format>(a: u64, b: u64, wanted: Ordering, env: &mut FpEnv) -> u64 {
    let fpcr = env.fpcr.without(Fpcr::AH | Fpcr::FIZ | Fpcr::FZ | Fpcr::FZ16);
    env.under(fpcr, |env| {
        let (x, y) = (unpack::<F>(a, env), unpack::<F>(b, env));
        process_nans::<F>(&x, &y, env).unwrap_or_else(|| {
            let (a, b) = (abs::<F>(a, env), abs::<F>(b, env));
            // Without a sign, bit patterns are in the order of the values.
            if a.cmp(&b) == wanted { a } else { b }
        })
    })
}

/// Operands that differ and are plain numbers, decided on the host. Equal ones may be zeros of two signs.
#[inline]
fn host_extremum<F: Format>(a: u64, b: u64, wanted: Ordering, env: &FpEnv) -> Option<u64> {
    match F::host_compare(a, b, env) {
        None | Some(Ordering::Equal) => None,
        Some(found) => Some(if found == wanted { a } else { b } & F::MASK),
    }
}

#[inline]
fn extremum<F: Format>(a: u64, b: u64, wanted: Ordering, env: &mut FpEnv) -> u64 {
    match host_extremum::<F>(a, b, wanted, env) {
        Some(result) => result,
        None => extremum_soft::<F>(a, b, wanted, env.alternate(), env),
    }
}

#[inline]
fn number_extremum<F: Format>(a: u64, b: u64, wanted: Ordering, env: &mut FpEnv) -> u64 {
    match host_extremum::<F>(a, b, wanted, env) {
        Some(result) => result,
        None => number_extremum_soft::<F>(a, b, wanted, env),
    }
}

#[inline(never)]
fn extremum_soft<F: Format>(a: u64, b: u64, wanted: Ordering, alternate: bool, env: &mut FpEnv) -> u64 {
    let x = unpack::<F>(a, env);
    let y = unpack::<F>(b, env);
    if alternate && x.is_zero() && y.is_zero() && x.sign() != y.sign() {
        return zero::<F>(y.sign());
    }
    if alternate && (x.is_nan() || y.is_nan()) {
        env.raise(IOC);
        return if y.is_zero() { zero::<F>(y.sign()) } else { y.bits };
    }
    if let Some(nan) = process_nans::<F>(&x, &y, env) {
        return nan;
    }
    let chosen = if order(&x, &y) == wanted { &x } else { &y };
    let result = match chosen.kind {
        // Both signs of zero may be here: the larger of them is positive, the smaller negative.
        Kind::Zero if x.is_zero() && y.is_zero() => zero::<F>(match wanted {
            Ordering::Greater => x.sign() && y.sign(),
            _ => x.sign() || y.sign(),
        }),
        Kind::Zero => zero::<F>(chosen.sign()),
        Kind::Infinity => infinity::<F>(chosen.sign()),
        _ => {
            // Exact, but FPCR.AH with FPCR.FZ may flush it; FMAX and FMIN proper then do not.
            let flush = if alternate { Fpcr::FZ | Fpcr::FZ16 } else { 0 };
            let mode = env.fpcr.rounding();
            env.under(env.fpcr.without(flush), |env| round::<F>(chosen.real, mode, env))
        }
    };
    denormals::<F>(&[&x, &y], env);
    result
}

#[inline(never)]
fn number_extremum_soft<F: Format>(a: u64, b: u64, wanted: Ordering, env: &mut FpEnv) -> u64 {
    let mut x = unpack::<F>(a, env);
    let mut y = unpack::<F>(b, env);
    if !(env.alternate() && x.is_nan() && y.is_nan()) {
        // A single quiet NaN stands for the infinity that loses.
        let loser = infinity::<F>(wanted == Ordering::Greater);
        let quiet = (x.kind == Kind::QuietNan, y.kind == Kind::QuietNan);
        match quiet {
            (true, false) => x.bits = loser,
            (false, true) => y.bits = loser,
            _ => {}
        }
    }
    extremum_soft::<F>(x.bits, y.bits, wanted, false, env)
}
