//! 8-bit floating point: which bytes meet which. FPMR chooses formats and scales; arithmetic is in `math::fp`.

use super::{Done, Sources, in_quadword, unpredicated};
use crate::cpu::{Cpu, ScalableVector, Stop};
use crate::insn::Insn;
use crate::math::fp::{self, Bf16, F16, F32, Format, FpEnv, Fpmr};
use sysregs::SysReg;

const BYTE: u8 = 0;

/// CheckFPMREnabled comes before CheckSVEEnabled, which whoever goes on calls.
fn check(cpu: &mut Cpu) -> Result<Fpmr, Stop> {
    cpu.check_fpmr()?;
    Ok(Fpmr(cpu.sys(SysReg::FPMR)))
}

/// Every 16-bit element from its lower (0) or upper (1) byte.
#[inline(always)]
fn widen(cpu: &mut Cpu, insn: &Insn, part: usize, second: bool, function: fn(u8, bool, Fpmr, &mut FpEnv) -> u64) -> Done {
    let fpmr = check(cpu)?;
    unpredicated(cpu, insn, |from, index, env| function(from.n.get(BYTE, 2 * index + part) as u8, second, fpmr, env))
}

macro_rules! widening {
    ($($name:ident $top:ident = $second:literal, $function:path;)*) => {$(
        pub fn $name(cpu: &mut Cpu, insn: &Insn) -> Done {
            widen(cpu, insn, 0, $second, $function)
        }

        pub fn $top(cpu: &mut Cpu, insn: &Insn) -> Done {
            widen(cpu, insn, 1, $second, $function)
        }
    )*};
}

widening! {
    f1cvt f1cvtlt = false, fp::fp8_to_half;
    f2cvt f2cvtlt = true, fp::fp8_to_half;
    bf1cvt bf1cvtlt = false, fp::fp8_to_bf16;
    bf2cvt bf2cvtlt = true, fp::fp8_to_bf16;
}

/// The elements of Zn and of the vector after it as bytes: each goes where `place` says, given its vector and its index.
fn narrow<S: Format>(cpu: &mut Cpu, insn: &Insn, mut out: ScalableVector, fpmr: Fpmr, place: fn(usize, usize) -> usize) -> Done {
    let (sources, mut env) = ([cpu.z(insn.rn), cpu.z((insn.rn + 1) & 31)], cpu.fp_env());
    for (number, source) in sources.iter().enumerate() {
        for index in 0..cpu.elements(insn.size) {
            let byte = fp::to_fp8::<S>(source.get(insn.size, index), fpmr, &mut env);
            out.set(BYTE, place(number, index), byte);
        }
    }
    cpu.set_fp_flags(&env);
    cpu.set_z(insn.rd, &out);
    Ok(())
}

/// To all bytes.
fn narrow_halves<S: Format>(cpu: &mut Cpu, insn: &Insn) -> Done {
    let fpmr = check(cpu)?;
    cpu.check_sve()?;
    narrow::<S>(cpu, insn, ScalableVector::ZERO, fpmr, |number, index| 2 * index + number)
}

pub fn fcvtn_fp8(cpu: &mut Cpu, insn: &Insn) -> Done {
    narrow_halves::<F16>(cpu, insn)
}

pub fn bfcvtn_fp8(cpu: &mut Cpu, insn: &Insn) -> Done {
    narrow_halves::<Bf16>(cpu, insn)
}

/// To the lower byte of each 16 bits; the upper ones become zero.
pub fn fcvtnb_fp8(cpu: &mut Cpu, insn: &Insn) -> Done {
    let fpmr = check(cpu)?;
    cpu.check_sve()?;
    narrow::<F32>(cpu, insn, ScalableVector::ZERO, fpmr, |number, index| 4 * index + 2 * number)
}

/// To the upper byte of each 16 bits; the lower ones stay.
pub fn fcvtnt_fp8(cpu: &mut Cpu, insn: &Insn) -> Done {
    let fpmr = check(cpu)?;
    cpu.check_sve()?;
    let d = cpu.z(insn.rd);
    narrow::<F32>(cpu, insn, d, fpmr, |number, index| 4 * index + 2 * number + 1)
}

/// Adds to each element of Zda the sum of `WAYS` products of bytes of Zn and Zm; `factors` says which, for an element and a product.
#[inline(always)]
fn accumulate<D: Format, const WAYS: usize>(cpu: &mut Cpu, insn: &Insn, factors: impl Fn(usize, usize) -> (usize, usize)) -> Done {
    let fpmr = check(cpu)?;
    unpredicated(cpu, insn, |from: &Sources, index, env| {
        let pairs = (0..WAYS).map(|way| {
            let (left, right) = factors(index, way);
            (from.n.get(BYTE, left) as u8, from.m.get(BYTE, right) as u8)
        });
        fp::fp8_sum_products::<D>(from.d.get(insn.size, index), pairs, fpmr, env.fpcr)
    })
}

/// Multiply-add of every second or fourth byte, from `part` on, with that of Zm or with one of the same quadword.
macro_rules! multiply_long_instructions {
    ($($name:ident $by_element:ident = $format:ty, $bytes:literal, $part:literal;)*) => {$(
        pub fn $name(cpu: &mut Cpu, insn: &Insn) -> Done {
            accumulate::<$format, 1>(cpu, insn, |index, _| ($bytes * index + $part, $bytes * index + $part))
        }

        pub fn $by_element(cpu: &mut Cpu, insn: &Insn) -> Done {
            accumulate::<$format, 1>(cpu, insn, |index, _| {
                let byte = $bytes * index + $part;
                (byte, in_quadword(BYTE, byte, insn.imm))
            })
        }
    )*};
}

multiply_long_instructions! {
    fmlalb_fp8 fmlalb_fp8_elem = F16, 2, 0;
    fmlalt_fp8 fmlalt_fp8_elem = F16, 2, 1;
    fmlallbb fmlallbb_elem = F32, 4, 0;
    fmlallbt fmlallbt_elem = F32, 4, 1;
    fmlalltb fmlalltb_elem = F32, 4, 2;
    fmlalltt fmlalltt_elem = F32, 4, 3;
}

/// The bytes of an element with those of Zm's, or with those of one of the same quadword.
macro_rules! dot_products {
    ($($name:ident $by_element:ident = $format:ty, $ways:literal;)*) => {$(
        pub fn $name(cpu: &mut Cpu, insn: &Insn) -> Done {
            accumulate::<$format, $ways>(cpu, insn, |index, way| ($ways * index + way, $ways * index + way))
        }

        pub fn $by_element(cpu: &mut Cpu, insn: &Insn) -> Done {
            accumulate::<$format, $ways>(cpu, insn, |index, way| {
                ($ways * index + way, $ways * in_quadword(insn.size, index, insn.imm) + way)
            })
        }
    )*};
}

dot_products! {
    fdot_fp8_h fdot_fp8_elem_h = F16, 2;
    fdot_fp8_s fdot_fp8_elem_s = F32, 4;
}

/// In each quadword, a 2x8 matrix times the transpose of another, added to a 2x2 one.
pub fn fmmla_fp8_s(cpu: &mut Cpu, insn: &Insn) -> Done {
    accumulate::<F32, 8>(cpu, insn, |index, way| {
        let (first, row, column) = (4 * (index & !3), index >> 1 & 1, index & 1);
        (first + 8 * row + way, first + 8 * column + way)
    })
}

/// In each doubleword, a 2x4 matrix times the transpose of another, added to a 2x2 one.
pub fn fmmla_fp8_h(cpu: &mut Cpu, insn: &Insn) -> Done {
    accumulate::<F16, 4>(cpu, insn, |index, way| {
        let (first, row, column) = (2 * (index & !3), index >> 1 & 1, index & 1);
        (first + 4 * row + way, first + 4 * column + way)
    })
}
