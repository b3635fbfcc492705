//! The interchange formats: half, single, double and BFloat16, as constants over a 64-bit pattern.
//! Alternative half precision is not a format of its own: it is FPCR.AHP, honoured by the conversions only.

use super::fast::Fast;

/// A binary floating-point format whose patterns sit in the low `BITS` bits of a `u64`.
pub trait Format: Fast + Copy + Sized + 'static {
    const BITS: u32;
    /// Fraction bits, without the hidden one.
    const FRACTION: u32;

    const EXPONENT: u32 = Self::BITS - 1 - Self::FRACTION;
    const BIAS: i32 = (1 << (Self::EXPONENT - 1)) - 1;
    /// Exponent of the smallest normal number.
    const MIN_EXPONENT: i32 = 1 - Self::BIAS;
    /// The all-ones exponent field.
    const EXPONENT_ONES: u64 = (1 << Self::EXPONENT) - 1;
    const MASK: u64 = u64::MAX >> (64 - Self::BITS);
    const SIGN: u64 = 1 << (Self::BITS - 1);
    const FRACTION_MASK: u64 = (1 << Self::FRACTION) - 1;
    const QUIET: u64 = 1 << (Self::FRACTION - 1);
    const INFINITY: u64 = Self::EXPONENT_ONES << Self::FRACTION;
    const MAX_NORMAL: u64 = Self::INFINITY - 1;
    /// IEEE half precision, which has its own flush control and raises no Input Denormal.
    const IS_HALF: bool = Self::EXPONENT == 5;
}

#[derive(Clone, Copy, Debug)]
pub struct F16;
#[derive(Clone, Copy, Debug)]
pub struct F32;
#[derive(Clone, Copy, Debug)]
pub struct F64;
#[derive(Clone, Copy, Debug)]
pub struct Bf16;

impl Format for F16 {
    const BITS: u32 = 16;
    const FRACTION: u32 = 10;
}

impl Format for F32 {
    const BITS: u32 = 32;
    const FRACTION: u32 = 23;
}

impl Format for F64 {
    const BITS: u32 = 64;
    const FRACTION: u32 = 52;
}

impl Format for Bf16 {
    const BITS: u32 = 16;
    const FRACTION: u32 = 7;
}

/// `FPZero`, sign included.
pub(super) fn zero<F: Format>(sign: bool) -> u64 {
    if sign { F::SIGN } else { 0 }
}

/// `FPInfinity`.
pub(super) fn infinity<F: Format>(sign: bool) -> u64 {
    zero::<F>(sign) | F::INFINITY
}

/// `FPMaxNormal`.
pub(super) fn max_normal<F: Format>(sign: bool) -> u64 {
    zero::<F>(sign) | F::MAX_NORMAL
}

/// `FPTwo`.
pub(super) fn two<F: Format>(sign: bool) -> u64 {
    zero::<F>(sign) | (1 << (F::BITS - 2))
}

/// `FPOnePointFive`.
pub(super) fn one_point_five<F: Format>(sign: bool) -> u64 {
    zero::<F>(sign) | ((F::BIAS as u64) << F::FRACTION) | F::QUIET
}
