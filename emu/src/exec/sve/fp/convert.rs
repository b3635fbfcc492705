//! Conversions where Pg is active. Elements have the size of the wider type, which is in `size`; the narrower type is in their low
//! bits, or (top forms) in their high ones.

use super::{Done, by_format, merging, one_merging};
use crate::cpu::Cpu;
use crate::insn::Insn;
use crate::math::fp::{self, Bf16, F16, F32, F64, Format, FpEnv, Fpcr, IOC, Rounding};

/// `FPConvertSVE`: half precision is IEEE's whatever FPCR.AHP says.
fn convert<S: Format, D: Format>(a: u64, env: &mut FpEnv) -> u64 {
    let mut standard = FpEnv { fpcr: env.fpcr.without(Fpcr::AHP), ..*env };
    let result = fp::convert::<S, D>(a, &mut standard);
    env.fpsr = standard.fpsr;
    result
}

fn to_odd(a: u64, env: &mut FpEnv) -> u64 {
    fp::convert_with::<F64, F32>(a, Rounding::Odd, env)
}

macro_rules! precision {
    ($($name:ident = $source:ident, $function:expr;)*) => {$(
        pub fn $name(cpu: &mut Cpu, insn: &Insn) -> Done {
            one_merging(cpu, insn, |a, env| $function(a & $source::MASK, env))
        }
    )*};
}

precision! {
    fcvt_h_to_s = F16, convert::<F16, F32>;
    fcvt_h_to_d = F16, convert::<F16, F64>;
    fcvt_s_to_h = F32, convert::<F32, F16>;
    fcvt_s_to_d = F32, convert::<F32, F64>;
    fcvt_d_to_h = F64, convert::<F64, F16>;
    fcvt_d_to_s = F64, convert::<F64, F32>;
    fcvtx = F64, to_odd;
    bfcvt = F32, fp::convert_bf16;
}

/// Into the high half of each element, whose low half stays.
macro_rules! narrow_to_top {
    ($($name:ident = $destination:ident, $function:expr;)*) => {$(
        pub fn $name(cpu: &mut Cpu, insn: &Insn) -> Done {
            merging(cpu, insn, |from, index, env| {
                let result = $function(from.n.get(insn.size, index), env);
                result << $destination::BITS | from.d.get(insn.size, index) & $destination::MASK
            })
        }
    )*};
}

narrow_to_top! {
    fcvtnt_s_to_h = F16, convert::<F32, F16>;
    fcvtnt_d_to_s = F32, convert::<F64, F32>;
    fcvtxnt = F32, to_odd;
    bfcvtnt = Bf16, fp::convert_bf16;
}

/// From the high half of each element.
macro_rules! widen_from_top {
    ($($name:ident = $source:ident to $destination:ident;)*) => {$(
        pub fn $name(cpu: &mut Cpu, insn: &Insn) -> Done {
            one_merging(cpu, insn, |a, env| convert::<$source, $destination>(a >> $source::BITS, env))
        }
    )*};
}

widen_from_top! {
    fcvtlt_h_to_s = F16 to F32;
    fcvtlt_s_to_d = F32 to F64;
}

/// The low `width` bits, sign-extended.
fn extend(value: u64, width: u32) -> u64 {
    ((value << (64 - width)) as i64 >> (64 - width)) as u64
}

/// To integers of a width in bits; a narrower result is extended to the element.
macro_rules! to_integer {
    ($($signed:ident $unsigned:ident = $source:ident to $width:literal;)*) => {$(
        pub fn $signed(cpu: &mut Cpu, insn: &Insn) -> Done {
            one_merging(cpu, insn, |a, env| {
                extend(fp::to_fixed::<$source>(a & $source::MASK, $width, false, 0, Rounding::Zero, env), $width)
            })
        }

        pub fn $unsigned(cpu: &mut Cpu, insn: &Insn) -> Done {
            one_merging(cpu, insn, |a, env| fp::to_fixed::<$source>(a & $source::MASK, $width, true, 0, Rounding::Zero, env))
        }
    )*};
}

to_integer! {
    fcvtzs_h_to_h fcvtzu_h_to_h = F16 to 16;
    fcvtzs_h_to_s fcvtzu_h_to_s = F16 to 32;
    fcvtzs_h_to_d fcvtzu_h_to_d = F16 to 64;
    fcvtzs_s_to_s fcvtzu_s_to_s = F32 to 32;
    fcvtzs_s_to_d fcvtzu_s_to_d = F32 to 64;
    fcvtzs_d_to_s fcvtzu_d_to_s = F64 to 32;
    fcvtzs_d_to_d fcvtzu_d_to_d = F64 to 64;
}

/// From integers of a width in bits.
macro_rules! from_integer {
    ($($signed:ident $unsigned:ident = $width:literal to $destination:ident;)*) => {$(
        pub fn $signed(cpu: &mut Cpu, insn: &Insn) -> Done {
            one_merging(cpu, insn, |a, env| fp::from_fixed::<$destination>(extend(a, $width), false, 0, env))
        }

        pub fn $unsigned(cpu: &mut Cpu, insn: &Insn) -> Done {
            one_merging(cpu, insn, |a, env| fp::from_fixed::<$destination>(a & (u64::MAX >> (64 - $width)), true, 0, env))
        }
    )*};
}

from_integer! {
    scvtf_h_to_h ucvtf_h_to_h = 16 to F16;
    scvtf_s_to_h ucvtf_s_to_h = 32 to F16;
    scvtf_s_to_s ucvtf_s_to_s = 32 to F32;
    scvtf_s_to_d ucvtf_s_to_d = 32 to F64;
    scvtf_d_to_h ucvtf_d_to_h = 64 to F16;
    scvtf_d_to_s ucvtf_d_to_s = 64 to F32;
    scvtf_d_to_d ucvtf_d_to_d = 64 to F64;
}

/// `FPLogB`: the exponent as an integer of the element's width; the smallest integer, and Invalid Operation, where there is none.
fn exponent<F: Format>(a: u64, env: &mut FpEnv) -> u64 {
    // A comparison flushes and reports denormals as this does.
    if fp::compare_eq::<F>(a, 0, env) || fp::is_nan::<F>(a) {
        env.fpsr |= IOC;
        return F::SIGN;
    }
    let magnitude = a & !F::SIGN;
    if magnitude == F::INFINITY {
        return F::SIGN - 1;
    }
    let below = (F::FRACTION + 1).saturating_sub(u64::BITS - magnitude.leading_zeros());
    let biased = (magnitude >> F::FRACTION).max(1) as i64;
    (biased - i64::from(F::BIAS) - i64::from(below)) as u64
}

pub fn flogb(cpu: &mut Cpu, insn: &Insn) -> Done {
    by_format!(insn, F => one_merging(cpu, insn, exponent::<F>))
}
