//! Arm floating point, bit for bit: results and cumulative flags of the Arm ARM's shared pseudocode (FPAdd, FPMulAdd,
//! FPToFixed …) for half, single and double precision, BFloat16 and 8-bit formats. Patterns go in and come out as the low bits of a
//! `u64`; no CPU, no registers, no vectors, and no trapped exceptions.
//!
//! FEAT_AFP (FPCR.AH, FIZ) and FEAT_RPRES are implemented; FPCR.NEP is the instruction's matter. A caller clears the
//! FPCR bits of features that its CPU model lacks.

mod arithmetic;
mod bfloat;
mod compare;
mod convert;
mod dot;
mod env;
mod estimate;
mod fast;
mod format;
mod fp8;
mod integer;
mod real;
mod round;
mod unpack;

pub use arithmetic::{abs, add, div, is_nan, mul, mul_add, mul_add_halves, mulx, neg, recip_step, rsqrt_step, scale, sqrt, sub};
pub use bfloat::{dot_add, matmul_add, mul_add_bf16};
pub use compare::{abs_max, abs_min, compare, compare_eq, compare_ge, compare_gt, max, max_num, min, min_num};
pub use convert::{bf16_to_single, convert, convert_bf16, convert_with};
pub use dot::dot_add_halves;
pub use env::{DZC, FpEnv, Fpcr, IDC, IOC, IXC, OFC, QC, Rounding, UFC};
pub use estimate::{recip_estimate, recip_exponent, rsqrt_estimate, unsigned_recip_estimate, unsigned_rsqrt_estimate};
pub use format::{Bf16, F16, F32, F64, Format};
pub use fp8::{Fpmr, fp8_sum_products, fp8_to_bf16, fp8_to_half, to_fp8};
pub use integer::{from_fixed, round_int, round_int_sized, to_fixed, to_fixed_js};
