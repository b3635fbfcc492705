//! Reciprocal and reciprocal square root estimates, floating point and unsigned, and FRECPX.
//! The step instructions that refine them are fused operations and live with the arithmetic.

use super::env::{DZC, FpEnv, Fpcr, IXC, OFC, UFC};
use super::format::{F32, Format, infinity, zero};
use super::round::overflow;
use super::unpack::{Kind, Unpacked, invalid, process_nan, unpack};

/// `RecipEstimate`: `a` is 0.5..1.0 in 256..512; the result is 1.0..2.0 in 256..512.
fn recip_table(a: u32) -> u32 {
    let midpoint = a * 2 + 1;
    ((1 << 19) / midpoint).div_ceil(2)
}

/// `RecipEstimate` with FEAT_RPRES: `a` in 2048..4096, result in 4096..8192.
fn recip_table_precise(a: u32) -> u32 {
    let midpoint = a * 2 + 1;
    // Round to nearest; an odd divisor of a power of two leaves no tie.
    ((1 << 25) + midpoint / 2) / midpoint
}

/// `RecipSqrtEstimate`: `a` is 0.25..1.0 in 128..512; the result is 1.0..2.0 in 256..512.
fn rsqrt_table(a: u32) -> u32 {
    let midpoint = if a < 256 { a * 2 + 1 } else { ((a & !1) + 1) * 2 };
    below_root(1 << 28, midpoint).div_ceil(2)
}

/// `RecipSqrtEstimate` with FEAT_RPRES: `a` in 1024..4096, result in 4096..8192.
fn rsqrt_table_precise(a: u32) -> u32 {
    let midpoint = if a < 2048 { a * 2 + 1 } else { ((a & !1) + 1) * 2 };
    below_root(1 << 39, midpoint).div_ceil(2)
}

/// The largest `b` with `a * b * b < scale`.
fn below_root(scale: u64, a: u32) -> u32 {
    ((scale - 1) / u64::from(a).max(1)).isqrt() as u32
}

/// A significand with the hidden bit at bit 63, as the 52-bit fraction field of the pseudocode plus its hidden bit,
/// reduced to its leading `bits` bits.
fn leading(operand: &Unpacked, bits: u32) -> u32 {
    (operand.real.significand >> (64 - bits)) as u32
}

/// `FPRecipEstimate` (FRECPE). `rpres`: the CPU has FEAT_RPRES, which under FPCR.AH gives single precision 12 bits.
pub fn recip_estimate<F: Format>(a: u64, rpres: bool, env: &mut FpEnv) -> u64 {
    env.estimate(|env| {
        let x = unpack::<F>(a, env);
        match x.kind {
            Kind::QuietNan | Kind::SignallingNan => process_nan::<F>(&x, env),
            Kind::Infinity => zero::<F>(x.sign()),
            Kind::Zero => {
                env.raise(DZC);
                infinity::<F>(x.sign())
            }
            Kind::Normal | Kind::Denormal => recip_estimate_finite::<F>(&x, rpres, env),
        }
    })
}

fn recip_estimate_finite<F: Format>(x: &Unpacked, rpres: bool, env: &mut FpEnv) -> u64 {
    // A value below a quarter of the smallest normal number has a reciprocal too large for the format.
    if x.real.exponent < -F::BIAS - 1 {
        env.raise(OFC | IXC);
        return overflow::<F>(x.sign(), env.fpcr.rounding());
    }
    // The exponent of the estimate: 1/x lies in (2^-(e+1), 2^-e], and so does the table's answer, below 2^-e.
    let exponent = -1 - x.real.exponent;
    let flush = env.fpcr.has(if F::IS_HALF { Fpcr::FZ16 } else { Fpcr::FZ });
    if flush && exponent < F::MIN_EXPONENT {
        env.raise(UFC);
        return zero::<F>(x.sign());
    }
    let precise = rpres && env.alternate() && F::BITS == F32::BITS;
    let (estimate, bits) = if precise { (recip_table_precise(leading(x, 12)), 12) } else { (recip_table(leading(x, 9)), 8) };
    // `estimate` has its hidden bit at `bits`; the two smallest results are denormals, with bits below it cut off.
    let mantissa = u64::from(estimate) << (F::FRACTION - bits);
    let biased = exponent + F::BIAS;
    let pattern =
        if biased < 1 { mantissa >> biased.abs_diff(1) } else { ((biased as u64) << F::FRACTION) | (mantissa & F::FRACTION_MASK) };
    zero::<F>(x.sign()) | pattern
}

/// `FPRSqrtEstimate` (FRSQRTE). `rpres` as for [`recip_estimate`].
pub fn rsqrt_estimate<F: Format>(a: u64, rpres: bool, env: &mut FpEnv) -> u64 {
    env.estimate(|env| {
        let x = unpack::<F>(a, env);
        match x.kind {
            Kind::QuietNan | Kind::SignallingNan => process_nan::<F>(&x, env),
            Kind::Zero => {
                env.raise(DZC);
                infinity::<F>(x.sign())
            }
            _ if x.sign() => invalid::<F>(env),
            Kind::Infinity => zero::<F>(false),
            Kind::Normal | Kind::Denormal => rsqrt_estimate_finite::<F>(&x, rpres, env),
        }
    })
}

fn rsqrt_estimate_finite<F: Format>(x: &Unpacked, rpres: bool, env: &FpEnv) -> u64 {
    // Scale to 0.25..1.0 by an even power of two: an even exponent leaves the value below one half.
    let even = x.real.exponent & 1 == 0;
    let narrower = u32::from(even);
    let (estimate, bits) = if rpres && env.alternate() && F::BITS == F32::BITS {
        (rsqrt_table_precise(leading(x, 12 - narrower)), 12)
    } else {
        (rsqrt_table(leading(x, 9 - narrower)), 8)
    };
    let exponent = -1 - x.real.exponent.div_euclid(2);
    let fraction = (u64::from(estimate) << (F::FRACTION - bits)) & F::FRACTION_MASK;
    (((exponent + F::BIAS) as u64) << F::FRACTION) | fraction
}

/// `FPRecpX` (FRECPX): the exponent field inverted, the fraction cleared.
pub fn recip_exponent<F: Format>(a: u64, env: &mut FpEnv) -> u64 {
    env.estimate(|env| {
        let x = unpack::<F>(a, env);
        if x.is_nan() {
            return process_nan::<F>(&x, env);
        }
        let exponent = x.bits & F::INFINITY;
        let largest = F::INFINITY - (1 << F::FRACTION);
        zero::<F>(x.sign()) | if exponent == 0 { largest } else { exponent ^ F::INFINITY }
    })
}

/// `UnsignedRecipEstimate` (URECPE).
pub fn unsigned_recip_estimate(a: u32) -> u32 {
    if a >> 31 == 0 { u32::MAX } else { recip_table(a >> 23) << 23 }
}

/// `UnsignedRSqrtEstimate` (URSQRTE).
pub fn unsigned_rsqrt_estimate(a: u32) -> u32 {
    if a >> 30 == 0 { u32::MAX } else { rsqrt_table(a >> 23) << 23 }
}
