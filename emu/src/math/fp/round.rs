//! From values to bit patterns: `FPRound`, with its overflow, underflow and inexact flags.
//! It rounds finite non-zero values only; zeros, infinities and NaNs have their patterns from the operations.

use super::env::{FpEnv, Fpcr, IOC, IXC, OFC, Rounding, UFC};
use super::format::{Format, infinity, max_normal, zero};
use super::real::{Real, shift_right_sticky};

/// `FPRound`: arithmetic's view, where FPCR.FZ16 applies to half precision and FPCR.AHP does not.
pub(super) fn round<F: Format>(value: Real, mode: Rounding, env: &mut FpEnv) -> u64 {
    let flush = env.fpcr.has(if F::IS_HALF { Fpcr::FZ16 } else { Fpcr::FZ });
    round_with::<F>(value, mode, flush, false, env)
}

/// `FPRoundCV`: the conversions' view, where FPCR.AHP applies to half precision and FPCR.FZ16 does not.
pub(super) fn round_conversion<F: Format>(value: Real, mode: Rounding, env: &mut FpEnv) -> u64 {
    let flush = !F::IS_HALF && env.fpcr.has(Fpcr::FZ);
    round_with::<F>(value, mode, flush, F::IS_HALF && env.fpcr.has(Fpcr::AHP), env)
}

/// Whether to move the magnitude up, given the part below the last kept bit as a 64-bit fraction.
pub(super) fn rounds_up(mode: Rounding, sign: bool, odd: bool, fraction: u64) -> bool {
    const HALF: u64 = 1 << 63;
    match mode {
        Rounding::TieEven => fraction > HALF || (fraction == HALF && odd),
        Rounding::TieAway => fraction >= HALF,
        Rounding::PlusInfinity => fraction != 0 && !sign,
        Rounding::MinusInfinity => fraction != 0 && sign,
        Rounding::Zero | Rounding::Odd => false,
    }
}

fn round_with<F: Format>(value: Real, mode: Rounding, flush: bool, alternative_half: bool, env: &mut FpEnv) -> u64 {
    let sign = value.sign;
    // The exponent field before rounding; below 1 the value is tiny.
    let biased = value.exponent - F::MIN_EXPONENT + 1;
    if biased < 1 && !env.alternate() {
        if flush {
            env.raise(UFC);
            return zero::<F>(sign);
        }
    } else if biased < 1 && flush && tiny_after_rounding::<F>(value, mode) {
        env.raise(UFC | IXC);
        return zero::<F>(sign);
    }

    let shift = 63 - F::FRACTION;
    let significand = if biased < 1 { shift_right_sticky(value.significand, biased.abs_diff(1)) } else { value.significand };
    let fraction = significand << (64 - shift);
    let mut mantissa = significand >> shift;
    if biased < 1 && fraction != 0 && (!env.alternate() || tiny_after_rounding::<F>(value, mode)) {
        env.raise(UFC);
    }
    mantissa += u64::from(rounds_up(mode, sign, mantissa & 1 != 0, fraction));
    if mode == Rounding::Odd && fraction != 0 {
        mantissa |= 1;
    }

    // The hidden bit adds one to the exponent field, so start one lower; a carry out of the mantissa adds another,
    // and a denormal that rounds up to the smallest normal number gets its exponent the same way.
    let below = (biased - 1).max(0) as u64;
    let exponent = below + (mantissa >> F::FRACTION);
    let result = (exponent << F::FRACTION) | (mantissa & F::FRACTION_MASK);
    if alternative_half {
        if exponent > F::EXPONENT_ONES {
            env.raise(IOC);
            return zero::<F>(sign) | (F::MASK >> 1);
        }
    } else if exponent >= F::EXPONENT_ONES {
        env.raise(OFC | IXC);
        return overflow::<F>(sign, mode);
    }
    if fraction != 0 {
        env.raise(IXC);
    }
    zero::<F>(sign) | result
}

/// What a value too large for the format becomes.
pub(super) fn overflow<F: Format>(sign: bool, mode: Rounding) -> u64 {
    let to_infinity = match mode {
        Rounding::TieEven | Rounding::TieAway => true,
        Rounding::PlusInfinity => !sign,
        Rounding::MinusInfinity => sign,
        Rounding::Zero | Rounding::Odd => false,
    };
    if to_infinity { infinity::<F>(sign) } else { max_normal::<F>(sign) }
}

/// FPCR.AH looks for tininess after rounding to the format's precision with unbounded exponent. A value below the
/// smallest normal number escapes only by rounding up to exactly that number.
fn tiny_after_rounding<F: Format>(value: Real, mode: Rounding) -> bool {
    let shift = 63 - F::FRACTION;
    let mantissa = value.significand >> shift;
    let all_ones = mantissa == (2 << F::FRACTION) - 1;
    let up = rounds_up(mode, value.sign, mantissa & 1 != 0, value.significand << (64 - shift));
    !(value.exponent == F::MIN_EXPONENT - 1 && all_ones && up)
}
