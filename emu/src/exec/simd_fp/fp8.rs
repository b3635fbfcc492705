//! 8-bit floating point: which bytes meet which. FPMR chooses formats and scales; arithmetic is in `math::fp`.

use super::super::fp::Done;
use super::{collect, take};
use crate::cpu::{Cpu, ExceptionLevel};
use crate::insn::Insn;
use crate::math::fp::{self, Bf16, F16, F32, Format, FpEnv, Fpcr, Fpmr};
use crate::sys::hcrx;
use sysregs::SysReg;

impl Cpu {
    /// CheckFPMREnabled: UNDEFINED where FPMR may not be used.
    pub(in crate::exec) fn check_fpmr(&mut self) -> Done {
        // SCTLR_EL1.EnFPM for EL0, HCRX_EL2.EnFPM for both.
        let user = self.pstate.el == ExceptionLevel::EL0 && self.sys(SysReg::SCTLR_EL1) >> 34 & 1 == 0;
        if user || self.sys(SysReg::HCRX_EL2) & hcrx::ENFPM == 0 {
            return Err(self.undefined());
        }
        Ok(())
    }
}

/// CheckFPMREnabled and CheckFPAdvSIMDEnabled64.
fn check(cpu: &mut Cpu) -> Done {
    cpu.check_fpmr()?;
    cpu.check_fp()
}

fn fpmr(cpu: &Cpu) -> Fpmr {
    Fpmr(cpu.sys(SysReg::FPMR))
}

/// Eight bytes of the lower or upper half of rn to 16-bit lanes.
#[inline(always)]
fn widen<D: Format>(cpu: &mut Cpu, insn: &Insn, second: bool, function: fn(u8, bool, Fpmr, &mut FpEnv) -> u64) -> Done {
    check(cpu)?;
    let (fpmr, mut env) = (fpmr(cpu), cpu.fp_env());
    let mut n = (cpu.q(insn.rn) >> (64 * insn.aux)).to_le_bytes().into_iter();
    let result = collect::<D>(insn.opt, || function(n.next().unwrap_or_default(), second, fpmr, &mut env));
    cpu.set_fp_flags(&env);
    cpu.set_q(insn.rd, result);
    Ok(())
}

pub fn f1cvtl(cpu: &mut Cpu, insn: &Insn) -> Done {
    widen::<F16>(cpu, insn, false, fp::fp8_to_half)
}

pub fn f2cvtl(cpu: &mut Cpu, insn: &Insn) -> Done {
    widen::<F16>(cpu, insn, true, fp::fp8_to_half)
}

pub fn bf1cvtl(cpu: &mut Cpu, insn: &Insn) -> Done {
    widen::<Bf16>(cpu, insn, false, fp::fp8_to_bf16)
}

pub fn bf2cvtl(cpu: &mut Cpu, insn: &Insn) -> Done {
    widen::<Bf16>(cpu, insn, true, fp::fp8_to_bf16)
}

/// The lanes of rn, then those of rm, as bytes.
#[inline(always)]
fn narrow<S: Format>(cpu: &mut Cpu, insn: &Insn) -> u128 {
    let (fpmr, mut env) = (fpmr(cpu), cpu.fp_env());
    let mut result = 0;
    for (source, register) in [insn.rn, insn.rm].into_iter().enumerate() {
        let mut lanes = cpu.q(register);
        for lane in 0..usize::from(insn.opt) {
            let byte = fp::to_fp8::<S>(take::<S>(&mut lanes), fpmr, &mut env);
            result |= u128::from(byte) << (8 * (source * usize::from(insn.opt) + lane));
        }
    }
    cpu.set_fp_flags(&env);
    result
}

pub fn fcvtn_fp8_h(cpu: &mut Cpu, insn: &Insn) -> Done {
    check(cpu)?;
    let result = narrow::<F16>(cpu, insn);
    cpu.set_q(insn.rd, result);
    Ok(())
}

pub fn fcvtn_fp8_s(cpu: &mut Cpu, insn: &Insn) -> Done {
    check(cpu)?;
    let half = narrow::<F32>(cpu, insn);
    let result = if insn.aux == 0 { half } else { half << 64 | cpu.q(insn.rd) & u128::from(u64::MAX) };
    cpu.set_q(insn.rd, result);
    Ok(())
}

/// Adds to each lane of rd the sum of `WAYS` products of bytes of rn and rm; `factors` says which, for a lane and a product.
#[inline(always)]
fn accumulate<D: Format, const WAYS: usize>(cpu: &mut Cpu, insn: &Insn, factors: impl Fn(usize, usize) -> (usize, usize)) -> Done {
    check(cpu)?;
    let (fpmr, fpcr) = (fpmr(cpu), Fpcr(cpu.fpcr));
    let (n, m) = (cpu.q(insn.rn).to_le_bytes(), cpu.q(insn.rm).to_le_bytes());
    let mut d = cpu.q(insn.rd);
    let mut lane = 0;
    let result = collect::<D>(insn.opt, || {
        let pairs = (0..WAYS).map(|way| {
            let (left, right) = factors(lane, way);
            (n[left & 15], m[right & 15])
        });
        let sum = fp::fp8_sum_products::<D>(take::<D>(&mut d), pairs, fpmr, fpcr);
        lane += 1;
        sum
    });
    cpu.set_q(insn.rd, result);
    Ok(())
}

/// Multiply-add of every second or fourth byte, from `part` on, with that of rm or with one.
macro_rules! multiply_long_instructions {
    ($($name:ident $by_element:ident = $format:ty, $bytes:literal, $part:literal;)*) => {$(
        pub fn $name(cpu: &mut Cpu, insn: &Insn) -> Done {
            accumulate::<$format, 1>(cpu, insn, |lane, _| ($bytes * lane + $part, $bytes * lane + $part))
        }

        pub fn $by_element(cpu: &mut Cpu, insn: &Insn) -> Done {
            accumulate::<$format, 1>(cpu, insn, |lane, _| ($bytes * lane + $part, insn.imm as usize))
        }
    )*};
}

multiply_long_instructions! {
    fmlalb_fp8 fmlalb_elem = F16, 2, 0;
    fmlalt_fp8 fmlalt_elem = F16, 2, 1;
    fmlallbb fmlallbb_elem = F32, 4, 0;
    fmlallbt fmlallbt_elem = F32, 4, 1;
    fmlalltb fmlalltb_elem = F32, 4, 2;
    fmlalltt fmlalltt_elem = F32, 4, 3;
}

pub fn fdot_fp8_h(cpu: &mut Cpu, insn: &Insn) -> Done {
    accumulate::<F16, 2>(cpu, insn, |lane, way| (2 * lane + way, 2 * lane + way))
}

pub fn fdot_fp8_s(cpu: &mut Cpu, insn: &Insn) -> Done {
    accumulate::<F32, 4>(cpu, insn, |lane, way| (4 * lane + way, 4 * lane + way))
}

pub fn fdot_elem_h(cpu: &mut Cpu, insn: &Insn) -> Done {
    accumulate::<F16, 2>(cpu, insn, |lane, way| (2 * lane + way, 2 * insn.imm as usize + way))
}

pub fn fdot_elem_s(cpu: &mut Cpu, insn: &Insn) -> Done {
    accumulate::<F32, 4>(cpu, insn, |lane, way| (4 * lane + way, 4 * insn.imm as usize + way))
}

/// A 2x8 matrix times the transpose of another, added to a 2x2 one.
pub fn fmmla_fp8_s(cpu: &mut Cpu, insn: &Insn) -> Done {
    accumulate::<F32, 8>(cpu, insn, |lane, way| (8 * (lane / 2) + way, 8 * (lane % 2) + way))
}

/// In each half of the vectors, a 2x4 matrix times the transpose of another, added to a 2x2 one.
pub fn fmmla_fp8_h(cpu: &mut Cpu, insn: &Insn) -> Done {
    accumulate::<F16, 4>(cpu, insn, |lane, way| {
        let (half, lane) = (8 * (lane / 4), lane % 4);
        (half + 4 * (lane / 2) + way, half + 4 * (lane % 2) + way)
    })
}
