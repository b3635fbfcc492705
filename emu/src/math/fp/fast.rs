//! Single and double precision on the host's own FPU, where that provably gives the architecture's bits and flags.
//! It never reads or writes MXCSR and never decides a hard case: whatever it declines goes to the soft functions.
//!
//! Why the answers are right. The host rounds to nearest even and keeps denormals (Rust assumes the default MXCSR, and
//! generated code that changes it must restore it before calling here), so with FPCR asking for the same (`plain`) a
//! finite result is the correctly rounded one. What remains is the flags, and each is excluded by looking at the values:
//! * Invalid Operation and NaN rules: those cases give a NaN, which is declined.
//! * Divide by Zero and Overflow: those give an infinity, declined too (with operands that were infinite already).
//! * Underflow: Arm detects tininess before rounding, so a result above the smallest normal number was not tiny; a
//!   product, quotient or fused result is taken only with an exponent field of at least 2, or when a factor is zero.
//!   A sum is never both tiny and inexact: below twice the smallest normal number it is a multiple of the spacing.
//! * Input Denormal: only with flushing or FPCR.AH, both excluded by `plain`.
//! * Inexact: either FPSR.IXC is already set, so setting it again changes nothing, or the result is shown to be exact
//!   (sufficient tests only: few enough significant bits, or a vanishing error term of the two-sum).

use super::env::{FpEnv, Fpcr, IXC, Rounding};
use super::format::{Bf16, F16, F32, F64, Format};
use std::cmp::Ordering;

/// The host's arithmetic for a format; by default it has none.
pub trait Fast {
    #[inline]
    fn host_add(_a: u64, _b: u64, _env: &FpEnv) -> Option<u64> {
        None
    }

    #[inline]
    fn host_sub(_a: u64, _b: u64, _env: &FpEnv) -> Option<u64> {
        None
    }

    #[inline]
    fn host_mul(_a: u64, _b: u64, _env: &FpEnv) -> Option<u64> {
        None
    }

    #[inline]
    fn host_div(_a: u64, _b: u64, _env: &FpEnv) -> Option<u64> {
        None
    }

    #[inline]
    fn host_sqrt(_a: u64, _env: &FpEnv) -> Option<u64> {
        None
    }

    #[inline]
    fn host_mul_add(_addend: u64, _a: u64, _b: u64, _env: &FpEnv) -> Option<u64> {
        None
    }

    #[inline]
    fn host_compare(_a: u64, _b: u64, _env: &FpEnv) -> Option<Ordering> {
        None
    }

    #[inline]
    fn host_convert<D: Format>(_a: u64, _env: &FpEnv) -> Option<u64> {
        None
    }

    #[inline]
    fn host_to_integer(_a: u64, _width: u32, _unsigned: bool, _fraction_bits: u32, _mode: Rounding, _env: &FpEnv) -> Option<u64> {
        None
    }

    #[inline]
    fn host_from_integer(_value: u64, _unsigned: bool, _fraction_bits: u32, _env: &FpEnv) -> Option<u64> {
        None
    }
}

impl Fast for F16 {}
impl Fast for Bf16 {}

/// Hosts whose scalar arithmetic is IEEE 754 without extra precision.
const HOST_IS_IEEE: bool = cfg!(any(target_arch = "x86_64", target_arch = "aarch64"));

/// Round to nearest, no flushing, no alternate handling: what the host does anyway.
#[inline]
fn plain(env: &FpEnv) -> bool {
    HOST_IS_IEEE && !env.fpcr.has(Fpcr::RMODE | Fpcr::FZ | Fpcr::AH | Fpcr::FIZ)
}

#[inline]
fn inexact_already(env: &FpEnv) -> bool {
    env.fpsr & IXC != 0
}

/// Whether `mul_add` is one host instruction. Without it the C library's emulation would be right but slower than ours.
#[inline]
fn host_has_fma() -> bool {
    #[cfg(target_arch = "x86_64")]
    return std::arch::is_x86_feature_detected!("fma");
    #[cfg(not(target_arch = "x86_64"))]
    return cfg!(target_arch = "aarch64");
}

macro_rules! host_arithmetic {
    ($format:ty, $host:ty, $bits:ty) => {
        impl Host for $format {
            type Float = $host;

            #[inline]
            fn float(bits: u64) -> $host {
                <$host>::from_bits(bits as $bits)
            }

            #[inline]
            fn bits(value: $host) -> u64 {
                u64::from(value.to_bits())
            }
        }

        impl Fast for $format {
            #[inline]
            fn host_add(a: u64, b: u64, env: &FpEnv) -> Option<u64> {
                let (x, y) = (Self::float(a), Self::float(b));
                let sum = x + y;
                let taken = plain(env) && sum.is_finite() && (inexact_already(env) || two_sum_error(x, y, sum) == 0.0);
                taken.then(|| Self::bits(sum))
            }

            #[inline]
            fn host_sub(a: u64, b: u64, env: &FpEnv) -> Option<u64> {
                let (x, y) = (Self::float(a), -Self::float(b));
                let sum = x + y;
                let taken = plain(env) && sum.is_finite() && (inexact_already(env) || two_sum_error(x, y, sum) == 0.0);
                taken.then(|| Self::bits(sum))
            }

            #[inline]
            fn host_mul(a: u64, b: u64, env: &FpEnv) -> Option<u64> {
                let (x, y) = (Self::float(a), Self::float(b));
                let product = x * y;
                let taken = plain(env)
                    && (inexact_already(env) || short_product::<Self>(a, b))
                    && (above_tiny::<Self>(product) || ((x == 0.0 || y == 0.0) && product.is_finite()));
                taken.then(|| Self::bits(product))
            }

            #[inline]
            fn host_div(a: u64, b: u64, env: &FpEnv) -> Option<u64> {
                let (x, y) = (Self::float(a), Self::float(b));
                let quotient = x / y;
                if !plain(env) {
                    return None;
                }
                let bits = Self::bits(quotient);
                let taken = above_tiny::<Self>(quotient)
                    && (inexact_already(env) || (above_tiny::<Self>(x) && short_product::<Self>(bits, b) && quotient * y == x));
                (taken || (x == 0.0 && quotient == 0.0)).then_some(bits)
            }

            #[inline]
            fn host_sqrt(a: u64, env: &FpEnv) -> Option<u64> {
                let x = Self::float(a);
                let root = x.sqrt();
                let bits = Self::bits(root);
                let exact = || above_tiny::<Self>(x) && short_product::<Self>(bits, bits) && root * root == x;
                let taken = plain(env) && (x == 0.0 || (x > 0.0 && root.is_finite() && (inexact_already(env) || exact())));
                taken.then_some(bits)
            }

            #[inline]
            fn host_mul_add(addend: u64, a: u64, b: u64, env: &FpEnv) -> Option<u64> {
                if !plain(env) {
                    return None;
                }
                let (z, x, y) = (Self::float(addend), Self::float(a), Self::float(b));
                let no_product = x == 0.0 || y == 0.0;
                if inexact_already(env) && host_has_fma() {
                    let result = x.mul_add(y, z);
                    let taken = above_tiny::<Self>(result) || (no_product && result.is_finite());
                    return taken.then(|| Self::bits(result));
                }
                // An exact product followed by an exact sum needs no fusing.
                let product = x * y;
                let sum = product + z;
                let taken = (no_product || (short_product::<Self>(a, b) && above_tiny::<Self>(product)))
                    && sum.is_finite()
                    && two_sum_error(product, z, sum) == 0.0;
                taken.then(|| Self::bits(sum))
            }

            #[inline]
            fn host_compare(a: u64, b: u64, env: &FpEnv) -> Option<Ordering> {
                let (x, y) = (Self::float(a), Self::float(b));
                if env.fpcr.has(Fpcr::FZ | Fpcr::AH | Fpcr::FIZ) { None } else { x.partial_cmp(&y) }
            }

            #[inline]
            fn host_convert<D: Format>(a: u64, env: &FpEnv) -> Option<u64> {
                let x = Self::float(a);
                if !plain(env) {
                    return None;
                }
                match (Self::BITS, D::BITS) {
                    // Widening is exact, for denormals and infinities too.
                    (32, 64) if !x.is_nan() => Some(F64::bits(f64::from(x as f32))),
                    (64, 32) => {
                        let narrow = x as f32;
                        let taken = above_tiny::<F32>(narrow) && (inexact_already(env) || f64::from(narrow) == f64::from(x)) || x == 0.0;
                        taken.then(|| F32::bits(narrow))
                    }
                    _ => None,
                }
            }

            #[inline]
            fn host_to_integer(a: u64, width: u32, unsigned: bool, fraction_bits: u32, mode: Rounding, env: &FpEnv) -> Option<u64> {
                if fraction_bits != 0 || mode != Rounding::Zero || env.fpcr.has(Fpcr::FZ | Fpcr::FIZ) {
                    return None;
                }
                let x = f64::from(Self::float(a));
                // Both bounds are exclusive: what truncates to the limit itself may be just outside it.
                let (low, high) = match (width, unsigned) {
                    (32, false) => (-2_147_483_649.0, 2_147_483_648.0),
                    (32, true) => (-1.0, 4_294_967_296.0),
                    (64, false) => (-9_223_372_036_854_775_808.0, 9_223_372_036_854_775_808.0),
                    (64, true) => (-1.0, 9_223_372_036_854_775_808.0),
                    _ => return None,
                };
                let integer = x as i64;
                let taken = x > low && x < high && (inexact_already(env) || integer as f64 == x);
                taken.then_some(integer as u64 & (u64::MAX >> (64 - width)))
            }

            #[inline]
            fn host_from_integer(value: u64, unsigned: bool, fraction_bits: u32, env: &FpEnv) -> Option<u64> {
                if fraction_bits != 0 || !plain(env) {
                    return None;
                }
                let signed = value as i64;
                let (result, magnitude) = if unsigned { (value as $host, value) } else { (signed as $host, signed.unsigned_abs()) };
                let length = 64 - magnitude.leading_zeros();
                let exact = length.saturating_sub(magnitude.trailing_zeros()) <= Self::FRACTION + 1;
                (exact || inexact_already(env)).then(|| Self::bits(result))
            }
        }
    };
}

/// A format that the host computes in.
trait Host: Format {
    type Float;
    fn float(bits: u64) -> Self::Float;
    fn bits(value: Self::Float) -> u64;
}

host_arithmetic!(F32, f32, u32);
host_arithmetic!(F64, f64, u64);

/// Knuth's two-sum: the exact rounding error of `sum = x + y`, or something non-zero when a step overflows.
#[inline]
fn two_sum_error<T>(x: T, y: T, sum: T) -> T
where
    T: Copy + std::ops::Add<Output = T> + std::ops::Sub<Output = T>,
{
    let y_part = sum - x;
    let x_part = sum - y_part;
    (x - x_part) + (y - y_part)
}

/// Finite, with an exponent field of at least 2.
#[inline]
fn above_tiny<H: Host>(value: H::Float) -> bool {
    let magnitude = H::bits(value) & !H::SIGN;
    (2 << H::FRACTION..H::INFINITY).contains(&magnitude)
}

/// Whether the significands of two numbers are so short that their product fits the format without rounding.
#[inline]
fn short_product<H: Host>(a: u64, b: u64) -> bool {
    let length = |bits: u64| H::FRACTION + 1 - (bits | (1 << H::FRACTION)).trailing_zeros();
    length(a) + length(b) <= H::FRACTION + 1
}
