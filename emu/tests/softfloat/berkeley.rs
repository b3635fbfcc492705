#![expect(unsafe_code, reason = "SoftFloat is C")]
//! Berkeley SoftFloat 3e, compiled for Arm's VFPv2: patterns as the low bits of a `u64`, and flags as FPSR has them. It says what
//! SoftFloat answers; what the architecture makes of that is `arm`'s.
//!
//! SAFETY of every call here: the functions take and return plain values. Their controls and flags are thread-local variables, which
//! `ask` alone writes, so that tests may run side by side.

use emu::math::fp::{DZC, F16, F32, F64, Format, IOC, IXC, OFC, Rounding, UFC};
use softfloat_sys as c;

/// What SoftFloat calls a rounding mode.
fn mode_number(mode: Rounding) -> u8 {
    match mode {
        Rounding::TieEven => c::softfloat_round_near_even,
        Rounding::PlusInfinity => c::softfloat_round_max,
        Rounding::MinusInfinity => c::softfloat_round_min,
        Rounding::Zero => c::softfloat_round_minMag,
        Rounding::TieAway => c::softfloat_round_near_maxMag,
        Rounding::Odd => c::softfloat_round_odd,
    }
}

/// When a result counts as tiny.
#[derive(Clone, Copy)]
pub enum Tininess {
    BeforeRounding,
    AfterRounding,
}

/// Runs an operation under these controls: its result and its exceptions, as bits of FPSR.
pub fn ask<T>(mode: Rounding, tininess: Tininess, operation: impl FnOnce() -> T) -> (T, u32) {
    let tininess = match tininess {
        Tininess::BeforeRounding => c::softfloat_tininess_beforeRounding,
        Tininess::AfterRounding => c::softfloat_tininess_afterRounding,
    };
    // SAFETY: see the head of the file.
    unsafe {
        c::softfloat_detectTininess_write_helper(tininess);
        c::softfloat_roundingMode_write_helper(mode_number(mode));
        c::softfloat_exceptionFlags_write_helper(0);
    }
    let result = operation();
    // SAFETY: see the head of the file.
    let raised = unsafe { c::softfloat_exceptionFlags_read_helper() };
    let flags = [
        (c::softfloat_flag_invalid, IOC),
        (c::softfloat_flag_infinite, DZC),
        (c::softfloat_flag_overflow, OFC),
        (c::softfloat_flag_underflow, UFC),
        (c::softfloat_flag_inexact, IXC),
    ];
    (result, flags.iter().filter(|(flag, _)| raised & flag != 0).fold(0, |flags, (_, bit)| flags | bit))
}

/// An integer type of the conversions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Integer {
    pub width: u32,
    pub unsigned: bool,
}

/// The integers that SoftFloat converts from and to.
pub const INTEGERS: [Integer; 4] = [
    Integer { width: 32, unsigned: false },
    Integer { width: 32, unsigned: true },
    Integer { width: 64, unsigned: false },
    Integer { width: 64, unsigned: true },
];

/// A quadruple-precision value, in which all others and their multiples by powers of two are exact.
#[derive(Clone, Copy)]
pub struct Quad(c::float128_t);

impl Quad {
    /// 2 to the power of `exponent`.
    fn power_of_two(exponent: i32) -> Self {
        Self(c::float128_t { v: [0, ((16383 + exponent) as u64) << 48] })
    }

    pub fn from_integer(value: u64, unsigned: bool) -> Self {
        // SAFETY: see the head of the file.
        Self(unsafe { if unsigned { c::ui64_to_f128(value) } else { c::i64_to_f128(value as i64) } })
    }

    pub fn add(self, other: Self) -> Self {
        // SAFETY: see the head of the file.
        Self(unsafe { c::f128_add(self.0, other.0) })
    }

    /// Times 2 to the power of `exponent`.
    pub fn scaled(self, exponent: i32) -> Self {
        // SAFETY: see the head of the file.
        Self(unsafe { c::f128_mul(self.0, Self::power_of_two(exponent).0) })
    }

    /// The integer's pattern, zero above its width.
    pub fn to_integer(self, integer: Integer, mode: Rounding) -> u64 {
        let mode = mode_number(mode);
        // SAFETY: see the head of the file.
        unsafe {
            match (integer.width, integer.unsigned) {
                (32, false) => u64::from(c::f128_to_i32(self.0, mode, true) as u32),
                (32, true) => u64::from(c::f128_to_ui32(self.0, mode, true) as u32),
                (_, false) => c::f128_to_i64(self.0, mode, true) as u64,
                (_, true) => c::f128_to_ui64(self.0, mode, true),
            }
        }
    }
}

/// A format that SoftFloat knows.
pub trait Berkeley: Format {
    const NAME: &str;
    fn add(a: u64, b: u64) -> u64;
    fn sub(a: u64, b: u64) -> u64;
    fn mul(a: u64, b: u64) -> u64;
    fn div(a: u64, b: u64) -> u64;
    fn sqrt(a: u64) -> u64;
    /// `a * b + addend`.
    fn mul_add(a: u64, b: u64, addend: u64) -> u64;
    /// Equal; only a signalling NaN is invalid.
    fn equal(a: u64, b: u64) -> bool;
    /// Less; any NaN is invalid.
    fn less(a: u64, b: u64) -> bool;
    /// Less; only a signalling NaN is invalid.
    fn less_quiet(a: u64, b: u64) -> bool;
    /// Less or equal; any NaN is invalid.
    fn less_or_equal(a: u64, b: u64) -> bool;
    fn round_to_integral(a: u64, mode: Rounding, exact: bool) -> u64;
    /// The integer's pattern, zero above its width.
    fn to_integer(a: u64, integer: Integer, mode: Rounding) -> u64;
    /// From the low bits of `value`.
    fn from_integer(value: u64, integer: Integer) -> u64;
    fn to_quad(a: u64) -> Quad;
    fn from_quad(a: Quad) -> u64;
}

macro_rules! berkeley {
    ($format:ident, $type:ident, $bits:ty, $name:literal, $add:ident $sub:ident $mul:ident $div:ident $sqrt:ident $mul_add:ident,
     $eq:ident $lt:ident $lt_quiet:ident $le:ident $round:ident, $to_i32:ident $to_u32:ident $to_i64:ident $to_u64:ident,
     $from_i32:ident $from_u32:ident $from_i64:ident $from_u64:ident, $to_quad:ident $from_quad:ident) => {
        // SAFETY, of the whole implementation: see the head of the file.
        impl Berkeley for $format {
            const NAME: &str = $name;

            fn add(a: u64, b: u64) -> u64 {
                // SAFETY: as above.
                u64::from(unsafe { c::$add(c::$type { v: a as $bits }, c::$type { v: b as $bits }) }.v)
            }

            fn sub(a: u64, b: u64) -> u64 {
                // SAFETY: as above.
                u64::from(unsafe { c::$sub(c::$type { v: a as $bits }, c::$type { v: b as $bits }) }.v)
            }

            fn mul(a: u64, b: u64) -> u64 {
                // SAFETY: as above.
                u64::from(unsafe { c::$mul(c::$type { v: a as $bits }, c::$type { v: b as $bits }) }.v)
            }

            fn div(a: u64, b: u64) -> u64 {
                // SAFETY: as above.
                u64::from(unsafe { c::$div(c::$type { v: a as $bits }, c::$type { v: b as $bits }) }.v)
            }

            fn sqrt(a: u64) -> u64 {
                // SAFETY: as above.
                u64::from(unsafe { c::$sqrt(c::$type { v: a as $bits }) }.v)
            }

            fn mul_add(a: u64, b: u64, addend: u64) -> u64 {
                let [a, b, addend] = [a, b, addend].map(|v| c::$type { v: v as $bits });
                // SAFETY: as above.
                u64::from(unsafe { c::$mul_add(a, b, addend) }.v)
            }

            fn equal(a: u64, b: u64) -> bool {
                // SAFETY: as above.
                unsafe { c::$eq(c::$type { v: a as $bits }, c::$type { v: b as $bits }) }
            }

            fn less(a: u64, b: u64) -> bool {
                // SAFETY: as above.
                unsafe { c::$lt(c::$type { v: a as $bits }, c::$type { v: b as $bits }) }
            }

            fn less_quiet(a: u64, b: u64) -> bool {
                // SAFETY: as above.
                unsafe { c::$lt_quiet(c::$type { v: a as $bits }, c::$type { v: b as $bits }) }
            }

            fn less_or_equal(a: u64, b: u64) -> bool {
                // SAFETY: as above.
                unsafe { c::$le(c::$type { v: a as $bits }, c::$type { v: b as $bits }) }
            }

            fn round_to_integral(a: u64, mode: Rounding, exact: bool) -> u64 {
                // SAFETY: as above.
                u64::from(unsafe { c::$round(c::$type { v: a as $bits }, mode_number(mode), exact) }.v)
            }

            fn to_integer(a: u64, integer: Integer, mode: Rounding) -> u64 {
                let (a, mode) = (c::$type { v: a as $bits }, mode_number(mode));
                // SAFETY: as above.
                unsafe {
                    match (integer.width, integer.unsigned) {
                        (32, false) => u64::from(c::$to_i32(a, mode, true) as u32),
                        (32, true) => u64::from(c::$to_u32(a, mode, true) as u32),
                        (_, false) => c::$to_i64(a, mode, true) as u64,
                        (_, true) => c::$to_u64(a, mode, true),
                    }
                }
            }

            fn from_integer(value: u64, integer: Integer) -> u64 {
                // SAFETY: as above.
                let result = unsafe {
                    match (integer.width, integer.unsigned) {
                        (32, false) => c::$from_i32(value as i32),
                        (32, true) => c::$from_u32(value as u32),
                        (_, false) => c::$from_i64(value as i64),
                        (_, true) => c::$from_u64(value),
                    }
                };
                u64::from(result.v)
            }

            fn to_quad(a: u64) -> Quad {
                // SAFETY: as above.
                Quad(unsafe { c::$to_quad(c::$type { v: a as $bits }) })
            }

            fn from_quad(a: Quad) -> u64 {
                // SAFETY: as above.
                u64::from(unsafe { c::$from_quad(a.0) }.v)
            }
        }
    };
}

berkeley!(F16, float16_t, u16, "half", f16_add f16_sub f16_mul f16_div f16_sqrt f16_mulAdd,
          f16_eq f16_lt f16_lt_quiet f16_le f16_roundToInt, f16_to_i32 f16_to_ui32 f16_to_i64 f16_to_ui64,
          i32_to_f16 ui32_to_f16 i64_to_f16 ui64_to_f16, f16_to_f128 f128_to_f16);
berkeley!(F32, float32_t, u32, "single", f32_add f32_sub f32_mul f32_div f32_sqrt f32_mulAdd,
          f32_eq f32_lt f32_lt_quiet f32_le f32_roundToInt, f32_to_i32 f32_to_ui32 f32_to_i64 f32_to_ui64,
          i32_to_f32 ui32_to_f32 i64_to_f32 ui64_to_f32, f32_to_f128 f128_to_f32);
berkeley!(F64, float64_t, u64, "double", f64_add f64_sub f64_mul f64_div f64_sqrt f64_mulAdd,
          f64_eq f64_lt f64_lt_quiet f64_le f64_roundToInt, f64_to_i32 f64_to_ui32 f64_to_i64 f64_to_ui64,
          i32_to_f64 ui32_to_f64 i64_to_f64 ui64_to_f64, f64_to_f128 f128_to_f64);

macro_rules! conversion {
    ($name:ident, $function:ident, $type:ident, $bits:ty) => {
        pub fn $name(a: u64) -> u64 {
            // SAFETY: see the head of the file.
            u64::from(unsafe { c::$function(c::$type { v: a as $bits }) }.v)
        }
    };
}

conversion!(half_to_single, f16_to_f32, float16_t, u16);
conversion!(half_to_double, f16_to_f64, float16_t, u16);
conversion!(single_to_half, f32_to_f16, float32_t, u32);
conversion!(single_to_double, f32_to_f64, float32_t, u32);
conversion!(double_to_half, f64_to_f16, float64_t, u64);
conversion!(double_to_single, f64_to_f32, float64_t, u64);
