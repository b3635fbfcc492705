//! Conversions to and from integers and fixed point, and rounding to integral values in floating point.
//! Registers and their widths are the caller's: a signed source must come sign-extended.
//!
//! Denormal operands need no care here: with FPCR.AH these operations, unlike the arithmetic ones, do not report them.

use super::env::{FpEnv, IOC, IXC, Rounding};
use super::format::{F64, Format, infinity, zero};
use super::real::Real;
use super::round::{round, rounds_up};
use super::unpack::{Kind, process_nan, unpack};

/// The magnitude of a value rounded to an integer, `None` when it is 2^64 or more before rounding, and whether
/// rounding was needed.
fn integral(value: Real, scale: i32, mode: Rounding) -> Option<(u128, bool)> {
    let (integer, fraction) = value.split(scale)?;
    let up = rounds_up(mode, value.sign, integer & 1 != 0, fraction);
    Some((u128::from(integer) + u128::from(up), fraction != 0))
}

/// `FPToFixed`: to a signed or unsigned integer of `width` bits (16, 32 or 64) with `fraction_bits`, saturating.
/// The result is the integer's pattern in the low `width` bits, zero above.
#[inline]
pub fn to_fixed<F: Format>(a: u64, width: u32, unsigned: bool, fraction_bits: u32, mode: Rounding, env: &mut FpEnv) -> u64 {
    match F::host_to_integer(a, width, unsigned, fraction_bits, mode, env) {
        Some(result) => result,
        None => to_fixed_soft::<F>(a, width, unsigned, fraction_bits, mode, env),
    }
}

#[inline(never)]
fn to_fixed_soft<F: Format>(a: u64, width: u32, unsigned: bool, fraction_bits: u32, mode: Rounding, env: &mut FpEnv) -> u64 {
    let x = unpack::<F>(a, env);
    let ones = u64::MAX >> (64 - width);
    // The largest magnitude of this sign.
    let limit = match (unsigned, x.sign()) {
        (true, false) => ones,
        (true, true) => 0,
        (false, sign) => (ones >> 1) + u64::from(sign),
    };
    let (magnitude, inexact) = match x.kind {
        Kind::QuietNan | Kind::SignallingNan => {
            env.raise(IOC);
            return 0;
        }
        Kind::Zero => return 0,
        Kind::Infinity => (u128::MAX, false),
        Kind::Normal | Kind::Denormal => integral(x.real, fraction_bits as i32, mode).unwrap_or((u128::MAX, false)),
    };
    let magnitude = if magnitude > u128::from(limit) {
        env.raise(IOC);
        limit
    } else {
        if inexact {
            env.raise(IXC);
        }
        magnitude as u64
    };
    (if x.sign() { magnitude.wrapping_neg() } else { magnitude }) & ones
}

/// `FPToFixedJS` (FJCVTZS): the 32-bit result and PSTATE.Z, which is set when the conversion was exact.
pub fn to_fixed_js(a: u64, env: &mut FpEnv) -> (u32, bool) {
    let x = unpack::<F64>(a, env);
    match x.kind {
        Kind::QuietNan | Kind::SignallingNan | Kind::Infinity => {
            env.raise(IOC);
            (0, false)
        }
        // Negative zero and a flushed denormal are not the integer 0.
        Kind::Zero => (0, x.bits == 0),
        Kind::Normal | Kind::Denormal => {
            let limit = (1 << 31) - u64::from(!x.sign());
            let (low, exact) = match x.real.split(0) {
                Some((integer, fraction)) => {
                    if integer > limit {
                        env.raise(IOC);
                    } else if fraction != 0 {
                        env.raise(IXC);
                    }
                    (integer as u32, integer <= limit && fraction == 0)
                }
                None => {
                    env.raise(IOC);
                    let shift = (x.real.exponent - 63) as u32;
                    (x.real.significand.checked_shl(shift).unwrap_or(0) as u32, false)
                }
            };
            (if x.sign() { low.wrapping_neg() } else { low }, exact)
        }
    }
}

/// `FixedToFP`: from a 64-bit integer, sign- or zero-extended by the caller, with `fraction_bits`.
#[inline]
pub fn from_fixed<F: Format>(value: u64, unsigned: bool, fraction_bits: u32, env: &mut FpEnv) -> u64 {
    match F::host_from_integer(value, unsigned, fraction_bits, env) {
        Some(result) => result,
        None => from_fixed_soft::<F>(value, unsigned, fraction_bits, env),
    }
}

#[inline(never)]
fn from_fixed_soft<F: Format>(value: u64, unsigned: bool, fraction_bits: u32, env: &mut FpEnv) -> u64 {
    let negative = !unsigned && (value as i64) < 0;
    let magnitude = if negative { value.wrapping_neg() } else { value };
    match Real::from_integer(negative, magnitude) {
        None => zero::<F>(false),
        Some(mut real) => {
            real.exponent -= fraction_bits as i32;
            round::<F>(real, env.fpcr.rounding(), env)
        }
    }
}

/// `FPRoundInt`: to an integral value in the same format. `exact` (FRINTX) reports a changed value as inexact.
pub fn round_int<F: Format>(a: u64, mode: Rounding, exact: bool, env: &mut FpEnv) -> u64 {
    let x = unpack::<F>(a, env);
    match x.kind {
        Kind::QuietNan | Kind::SignallingNan => process_nan::<F>(&x, env),
        Kind::Infinity => infinity::<F>(x.sign()),
        Kind::Zero => zero::<F>(x.sign()),
        // Too large to have a fraction.
        _ if x.real.exponent >= F::FRACTION as i32 => x.bits,
        Kind::Normal | Kind::Denormal => {
            let (magnitude, inexact) = integral(x.real, 0, mode).unwrap_or((0, false));
            if exact && inexact {
                env.raise(IXC);
            }
            integer_pattern::<F>(x.sign(), magnitude as u64, env)
        }
    }
}

/// `FPRoundIntN` (FRINT32X and its siblings): as FRINTX, but what does not fit a signed integer of `size` bits becomes
/// the most negative one.
pub fn round_int_sized<F: Format>(a: u64, mode: Rounding, size: u32, env: &mut FpEnv) -> u64 {
    let x = unpack::<F>(a, env);
    let rounded = match x.kind {
        Kind::QuietNan | Kind::SignallingNan | Kind::Infinity => None,
        Kind::Zero => return zero::<F>(x.sign()),
        Kind::Normal | Kind::Denormal => integral(x.real, 0, mode),
    };
    let limit = (1_u128 << (size - 1)) - u128::from(!x.sign());
    match rounded {
        Some((magnitude, inexact)) if magnitude <= limit => {
            if inexact {
                env.raise(IXC);
            }
            integer_pattern::<F>(x.sign(), magnitude as u64, env)
        }
        _ => {
            env.raise(IOC);
            zero::<F>(true) | (((F::BIAS + size as i32 - 1) as u64) << F::FRACTION)
        }
    }
}

/// An integer that the format holds exactly.
fn integer_pattern<F: Format>(sign: bool, magnitude: u64, env: &mut FpEnv) -> u64 {
    match Real::from_integer(sign, magnitude) {
        Some(real) => round::<F>(real, Rounding::Zero, env),
        None => zero::<F>(sign),
    }
}
