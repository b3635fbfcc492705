//! Conversions between floating-point formats (`FPConvert`, `FPConvertBF`). To and from integers: see `integer`.

use super::env::{FpEnv, Fpcr, IOC, Rounding};
use super::format::{Bf16, F32, Format, infinity, zero};
use super::round::{round, round_conversion};
use super::unpack::{Kind, default_nan, denormals, unpack, unpack_conversion};

/// `FPConvert` from `S` to `D` with FPCR's rounding mode.
#[inline]
pub fn convert<S: Format, D: Format>(a: u64, env: &mut FpEnv) -> u64 {
    match S::host_convert::<D>(a, env) {
        Some(result) => result,
        None => convert_with::<S, D>(a, env.fpcr.rounding(), env),
    }
}

/// `FPConvert` with a given rounding mode (FCVTXN rounds to odd).
#[inline(never)]
pub fn convert_with<S: Format, D: Format>(a: u64, mode: Rounding, env: &mut FpEnv) -> u64 {
    let x = unpack_conversion::<S>(a, env);
    let alternative_half = D::IS_HALF && env.fpcr.has(Fpcr::AHP);
    match x.kind {
        Kind::QuietNan | Kind::SignallingNan => {
            if x.kind == Kind::SignallingNan || alternative_half {
                env.raise(IOC);
            }
            if alternative_half {
                zero::<D>(x.sign())
            } else if env.fpcr.has(Fpcr::DN) {
                default_nan::<D>(env)
            } else {
                convert_nan::<S, D>(x.bits)
            }
        }
        Kind::Infinity if alternative_half => {
            env.raise(IOC);
            zero::<D>(x.sign()) | (D::MASK >> 1)
        }
        Kind::Infinity => infinity::<D>(x.sign()),
        Kind::Zero => zero::<D>(x.sign()),
        Kind::Normal | Kind::Denormal => {
            let result = round_conversion::<D>(x.real, mode, env);
            denormals::<S>(&[&x], env);
            result
        }
    }
}

/// `FPConvertNaN`: sign and leading fraction bits, made quiet.
pub(super) fn convert_nan<S: Format, D: Format>(bits: u64) -> u64 {
    let fraction = ((bits & S::FRACTION_MASK) << (64 - S::FRACTION)) >> (64 - D::FRACTION);
    zero::<D>(bits & S::SIGN != 0) | D::INFINITY | D::QUIET | fraction
}

/// `FPConvertBF`: single precision to BFloat16 with FPCR's rounding mode; with FPCR.AH to nearest, raising nothing.
pub fn convert_bf16(a: u64, env: &mut FpEnv) -> u64 {
    env.estimate(|env| {
        let x = unpack::<F32>(a, env);
        match x.kind {
            Kind::QuietNan | Kind::SignallingNan => {
                if x.kind == Kind::SignallingNan {
                    env.raise(IOC);
                }
                if env.fpcr.has(Fpcr::DN) { default_nan::<Bf16>(env) } else { convert_nan::<F32, Bf16>(x.bits) }
            }
            Kind::Infinity => infinity::<Bf16>(x.sign()),
            Kind::Zero => zero::<Bf16>(x.sign()),
            Kind::Normal | Kind::Denormal => round::<Bf16>(x.real, env.fpcr.rounding(), env),
        }
    })
}

/// A BFloat16 pattern as the single-precision one of the same value; it only moves bits.
pub const fn bf16_to_single(a: u64) -> u64 {
    (a & Bf16::MASK) << (F32::BITS - Bf16::BITS)
}
