//! Scalar floating point. Arithmetic is in `math::fp`; the scalar forms of Advanced SIMD instructions are in `simd_fp`.

use crate::cpu::{Cpu, Stop};
use crate::insn::Insn;
use crate::math::bits::condition_holds;
use crate::math::fp::{self, F16, F32, F64, Format, FpEnv, Fpcr, Rounding};

pub(super) type Done = Result<(), Stop>;

/// Evaluates `$body` with `$format` naming the format that `insn.size` means.
macro_rules! by_format {
    ($insn:expr, $format:ident => $body:expr) => {
        match $insn.size {
            1 => {
                type $format = crate::math::fp::F16;
                $body
            }
            2 => {
                type $format = crate::math::fp::F32;
                $body
            }
            _ => {
                type $format = crate::math::fp::F64;
                $body
            }
        }
    };
}
pub(super) use by_format;

impl Cpu {
    /// The controls and flags that arithmetic works on; [`Cpu::set_fp_flags`] puts the flags back.
    #[inline(always)]
    pub(super) fn fp_env(&self) -> FpEnv {
        FpEnv::new(self.fpcr, self.fpsr)
    }

    #[inline(always)]
    pub(super) fn set_fp_flags(&mut self, env: &FpEnv) {
        self.fpsr = env.fpsr;
    }

    /// Writes a scalar result, zero-extended; with FPCR.NEP the other elements come from register `others`.
    #[inline(always)]
    pub(super) fn set_scalar<F: Format>(&mut self, index: u8, others: u8, value: u64) {
        let mut result = u128::from(value);
        if Fpcr(self.fpcr).has(Fpcr::NEP) {
            result |= self.q(others) & !u128::from(F::MASK);
        }
        self.set_q(index, result);
    }
}

#[inline(always)]
fn one_operand<F: Format>(cpu: &mut Cpu, insn: &Insn, function: impl FnOnce(u64, &mut FpEnv) -> u64) -> Done {
    convert_operand::<F>(cpu, insn, function)
}

/// From one format to another: `D` is that of the result.
#[inline(always)]
fn convert_operand<D: Format>(cpu: &mut Cpu, insn: &Insn, function: impl FnOnce(u64, &mut FpEnv) -> u64) -> Done {
    cpu.check_fp()?;
    let mut env = cpu.fp_env();
    let result = function(cpu.q(insn.rn) as u64, &mut env);
    cpu.set_fp_flags(&env);
    cpu.set_scalar::<D>(insn.rd, insn.rd, result);
    Ok(())
}

#[inline(always)]
fn two_operands<F: Format>(cpu: &mut Cpu, insn: &Insn, function: impl FnOnce(u64, u64, &mut FpEnv) -> u64) -> Done {
    cpu.check_fp()?;
    let mut env = cpu.fp_env();
    let result = function(cpu.q(insn.rn) as u64, cpu.q(insn.rm) as u64, &mut env);
    cpu.set_fp_flags(&env);
    cpu.set_scalar::<F>(insn.rd, insn.rn, result);
    Ok(())
}

/// `addend`, then the two factors.
#[inline(always)]
fn three_operands<F: Format>(cpu: &mut Cpu, insn: &Insn, function: impl FnOnce(u64, u64, u64, &mut FpEnv) -> u64) -> Done {
    cpu.check_fp()?;
    let mut env = cpu.fp_env();
    let result = function(cpu.q(insn.ra) as u64, cpu.q(insn.rn) as u64, cpu.q(insn.rm) as u64, &mut env);
    cpu.set_fp_flags(&env);
    cpu.set_scalar::<F>(insn.rd, insn.ra, result);
    Ok(())
}

macro_rules! two_operand_instructions {
    ($($name:ident = $function:ident;)*) => {$(
        pub fn $name(cpu: &mut Cpu, insn: &Insn) -> Done {
            by_format!(insn, F => two_operands::<F>(cpu, insn, fp::$function::<F>))
        }
    )*};
}

two_operand_instructions! {
    fadd = add;
    fsub = sub;
    fmul = mul;
    fdiv = div;
    fmax = max;
    fmin = min;
    fmaxnm = max_num;
    fminnm = min_num;
}

pub fn fnmul(cpu: &mut Cpu, insn: &Insn) -> Done {
    by_format!(insn, F => two_operands::<F>(cpu, insn, |a, b, env| {
        let product = fp::mul::<F>(a, b, env);
        fp::neg::<F>(product, env)
    }))
}

pub fn fmadd(cpu: &mut Cpu, insn: &Insn) -> Done {
    by_format!(insn, F => three_operands::<F>(cpu, insn, fp::mul_add::<F>))
}

pub fn fmsub(cpu: &mut Cpu, insn: &Insn) -> Done {
    by_format!(insn, F => three_operands::<F>(cpu, insn, |addend, a, b, env| {
        fp::mul_add::<F>(addend, fp::neg::<F>(a, env), b, env)
    }))
}

pub fn fnmadd(cpu: &mut Cpu, insn: &Insn) -> Done {
    by_format!(insn, F => three_operands::<F>(cpu, insn, |addend, a, b, env| {
        fp::mul_add::<F>(fp::neg::<F>(addend, env), fp::neg::<F>(a, env), b, env)
    }))
}

pub fn fnmsub(cpu: &mut Cpu, insn: &Insn) -> Done {
    by_format!(insn, F => three_operands::<F>(cpu, insn, |addend, a, b, env| {
        fp::mul_add::<F>(fp::neg::<F>(addend, env), a, b, env)
    }))
}

pub fn fabs(cpu: &mut Cpu, insn: &Insn) -> Done {
    by_format!(insn, F => one_operand::<F>(cpu, insn, |a, env| fp::abs::<F>(a, env)))
}

pub fn fneg(cpu: &mut Cpu, insn: &Insn) -> Done {
    by_format!(insn, F => one_operand::<F>(cpu, insn, |a, env| fp::neg::<F>(a, env)))
}

pub fn fsqrt(cpu: &mut Cpu, insn: &Insn) -> Done {
    by_format!(insn, F => one_operand::<F>(cpu, insn, fp::sqrt::<F>))
}

/// A rounding mode that a mnemonic names, or FPCR's.
#[derive(Clone, Copy)]
pub(super) enum Mode {
    Fixed(Rounding),
    Current,
}

impl Mode {
    #[inline(always)]
    pub(super) fn of(self, env: &FpEnv) -> Rounding {
        match self {
            Mode::Fixed(rounding) => rounding,
            Mode::Current => env.fpcr.rounding(),
        }
    }
}

macro_rules! round_instructions {
    ($($name:ident = $mode:expr, $exact:literal;)*) => {$(
        pub fn $name(cpu: &mut Cpu, insn: &Insn) -> Done {
            by_format!(insn, F => one_operand::<F>(cpu, insn, |a, env| fp::round_int::<F>(a, $mode.of(env), $exact, env)))
        }
    )*};
}

round_instructions! {
    frintn = Mode::Fixed(Rounding::TieEven), false;
    frintp = Mode::Fixed(Rounding::PlusInfinity), false;
    frintm = Mode::Fixed(Rounding::MinusInfinity), false;
    frintz = Mode::Fixed(Rounding::Zero), false;
    frinta = Mode::Fixed(Rounding::TieAway), false;
    frintx = Mode::Current, true;
    frinti = Mode::Current, false;
}

macro_rules! round_sized_instructions {
    ($($name:ident = $mode:expr, $size:literal;)*) => {$(
        pub fn $name(cpu: &mut Cpu, insn: &Insn) -> Done {
            by_format!(insn, F => one_operand::<F>(cpu, insn, |a, env| fp::round_int_sized::<F>(a, $mode.of(env), $size, env)))
        }
    )*};
}

round_sized_instructions! {
    frint32z = Mode::Fixed(Rounding::Zero), 32;
    frint32x = Mode::Current, 32;
    frint64z = Mode::Fixed(Rounding::Zero), 64;
    frint64x = Mode::Current, 64;
}

macro_rules! precision_instructions {
    ($($name:ident = $source:ident to $destination:ident;)*) => {$(
        pub fn $name(cpu: &mut Cpu, insn: &Insn) -> Done {
            convert_operand::<$destination>(cpu, insn, fp::convert::<$source, $destination>)
        }
    )*};
}

precision_instructions! {
    fcvt_h_to_s = F16 to F32;
    fcvt_h_to_d = F16 to F64;
    fcvt_s_to_h = F32 to F16;
    fcvt_s_to_d = F32 to F64;
    fcvt_d_to_h = F64 to F16;
    fcvt_d_to_s = F64 to F32;
}

pub fn bfcvt(cpu: &mut Cpu, insn: &Insn) -> Done {
    convert_operand::<fp::Bf16>(cpu, insn, fp::convert_bf16)
}

/// To an integer or fixed-point number in a general register of the width that `opt` says.
#[inline(always)]
fn to_general(cpu: &mut Cpu, insn: &Insn, unsigned: bool, mode: Rounding) -> Done {
    cpu.check_fp()?;
    let mut env = cpu.fp_env();
    let (value, width) = (cpu.q(insn.rn) as u64, 32 << insn.opt);
    let result = by_format!(insn, F => fp::to_fixed::<F>(value, width, unsigned, insn.imm as u32, mode, &mut env));
    cpu.set_fp_flags(&env);
    cpu.set_r(insn.rd, result);
    Ok(())
}

/// To an integer in a SIMD&FP register of the width that `opt` says (FEAT_FPRCVT).
fn to_scalar(cpu: &mut Cpu, insn: &Insn, unsigned: bool, mode: Rounding) -> Done {
    cpu.check_fp()?;
    let mut env = cpu.fp_env();
    let (value, width) = (cpu.q(insn.rn) as u64, 32 << insn.opt);
    let result = by_format!(insn, F => fp::to_fixed::<F>(value, width, unsigned, 0, mode, &mut env));
    cpu.set_fp_flags(&env);
    if insn.opt == 1 {
        cpu.set_scalar::<F64>(insn.rd, insn.rd, result);
    } else {
        cpu.set_scalar::<F32>(insn.rd, insn.rd, result);
    }
    Ok(())
}

/// The form with a general register, and the one without (FEAT_FPRCVT).
macro_rules! to_integer_instructions {
    ($($general:ident $scalar:ident = $unsigned:literal, $mode:ident;)*) => {$(
        pub fn $general(cpu: &mut Cpu, insn: &Insn) -> Done {
            to_general(cpu, insn, $unsigned, Rounding::$mode)
        }

        pub fn $scalar(cpu: &mut Cpu, insn: &Insn) -> Done {
            to_scalar(cpu, insn, $unsigned, Rounding::$mode)
        }
    )*};
}

to_integer_instructions! {
    fcvtns fcvtns_fp = false, TieEven;
    fcvtnu fcvtnu_fp = true, TieEven;
    fcvtps fcvtps_fp = false, PlusInfinity;
    fcvtpu fcvtpu_fp = true, PlusInfinity;
    fcvtms fcvtms_fp = false, MinusInfinity;
    fcvtmu fcvtmu_fp = true, MinusInfinity;
    fcvtzs fcvtzs_fp = false, Zero;
    fcvtzu fcvtzu_fp = true, Zero;
    fcvtas fcvtas_fp = false, TieAway;
    fcvtau fcvtau_fp = true, TieAway;
}

/// From an integer, already extended to 64 bits.
#[inline(always)]
fn from_integer(cpu: &mut Cpu, insn: &Insn, unsigned: bool, value: u64) -> Done {
    cpu.check_fp()?;
    let mut env = cpu.fp_env();
    by_format!(insn, F => {
        let result = fp::from_fixed::<F>(value, unsigned, insn.imm as u32, &mut env);
        cpu.set_fp_flags(&env);
        cpu.set_scalar::<F>(insn.rd, insn.rd, result);
    });
    Ok(())
}

pub fn scvtf(cpu: &mut Cpu, insn: &Insn) -> Done {
    let value = if insn.opt == 1 { cpu.r(insn.rn) } else { cpu.w(insn.rn) as i32 as u64 };
    from_integer(cpu, insn, false, value)
}

pub fn ucvtf(cpu: &mut Cpu, insn: &Insn) -> Done {
    let value = if insn.opt == 1 { cpu.r(insn.rn) } else { cpu.w(insn.rn).into() };
    from_integer(cpu, insn, true, value)
}

/// SCVTF from an integer in a SIMD&FP register (FEAT_FPRCVT).
pub fn scvtf_fp(cpu: &mut Cpu, insn: &Insn) -> Done {
    let value = cpu.q(insn.rn) as u64;
    from_integer(cpu, insn, false, if insn.opt == 1 { value } else { value as i32 as u64 })
}

/// UCVTF from an integer in a SIMD&FP register (FEAT_FPRCVT).
pub fn ucvtf_fp(cpu: &mut Cpu, insn: &Insn) -> Done {
    let value = cpu.q(insn.rn) as u64;
    from_integer(cpu, insn, true, if insn.opt == 1 { value } else { (value as u32).into() })
}

pub fn fjcvtzs(cpu: &mut Cpu, insn: &Insn) -> Done {
    cpu.check_fp()?;
    let mut env = cpu.fp_env();
    let (result, exact) = fp::to_fixed_js(cpu.q(insn.rn) as u64, &mut env);
    cpu.set_fp_flags(&env);
    cpu.nzcv = u32::from(exact) << 30;
    cpu.set_w(insn.rd, result);
    Ok(())
}

/// FMOV between registers; never touches FPSR, and FPCR.NEP does not apply.
pub fn fmov(cpu: &mut Cpu, insn: &Insn) -> Done {
    cpu.check_fp()?;
    let value = cpu.q(insn.rn) as u64;
    by_format!(insn, F => cpu.set_q(insn.rd, (value & F::MASK).into()));
    Ok(())
}

pub fn fmov_imm(cpu: &mut Cpu, insn: &Insn) -> Done {
    cpu.check_fp()?;
    cpu.set_q(insn.rd, insn.imm.into());
    Ok(())
}

pub fn fmov_to_general(cpu: &mut Cpu, insn: &Insn) -> Done {
    cpu.check_fp()?;
    let value = cpu.q(insn.rn) as u64;
    by_format!(insn, F => cpu.set_r(insn.rd, value & F::MASK));
    Ok(())
}

pub fn fmov_from_general(cpu: &mut Cpu, insn: &Insn) -> Done {
    cpu.check_fp()?;
    let value = cpu.r(insn.rn);
    by_format!(insn, F => cpu.set_q(insn.rd, (value & F::MASK).into()));
    Ok(())
}

pub fn fmov_top_to_general(cpu: &mut Cpu, insn: &Insn) -> Done {
    cpu.check_fp()?;
    let value = (cpu.q(insn.rn) >> 64) as u64;
    cpu.set_r(insn.rd, value);
    Ok(())
}

pub fn fmov_top_from_general(cpu: &mut Cpu, insn: &Insn) -> Done {
    cpu.check_fp()?;
    let low = cpu.q(insn.rd) & u128::from(u64::MAX);
    cpu.set_q(insn.rd, u128::from(cpu.r(insn.rn)) << 64 | low);
    Ok(())
}

#[inline(always)]
fn compare(cpu: &mut Cpu, insn: &Insn, right: u64, signal: bool) {
    let mut env = cpu.fp_env();
    let left = cpu.q(insn.rn) as u64;
    let flags = by_format!(insn, F => fp::compare::<F>(left, right, signal, &mut env));
    cpu.set_fp_flags(&env);
    cpu.nzcv = u32::from(flags) << 28;
}

pub fn fcmp(cpu: &mut Cpu, insn: &Insn) -> Done {
    cpu.check_fp()?;
    let right = cpu.q(insn.rm) as u64;
    compare(cpu, insn, right, false);
    Ok(())
}

pub fn fcmpe(cpu: &mut Cpu, insn: &Insn) -> Done {
    cpu.check_fp()?;
    let right = cpu.q(insn.rm) as u64;
    compare(cpu, insn, right, true);
    Ok(())
}

pub fn fcmp_zero(cpu: &mut Cpu, insn: &Insn) -> Done {
    cpu.check_fp()?;
    compare(cpu, insn, 0, false);
    Ok(())
}

pub fn fcmpe_zero(cpu: &mut Cpu, insn: &Insn) -> Done {
    cpu.check_fp()?;
    compare(cpu, insn, 0, true);
    Ok(())
}

#[inline(always)]
fn compare_if(cpu: &mut Cpu, insn: &Insn, signal: bool) -> Done {
    cpu.check_fp()?;
    if condition_holds(insn.opt, cpu.nzcv) {
        let right = cpu.q(insn.rm) as u64;
        compare(cpu, insn, right, signal);
    } else {
        cpu.nzcv = (insn.imm as u32) << 28;
    }
    Ok(())
}

pub fn fccmp(cpu: &mut Cpu, insn: &Insn) -> Done {
    compare_if(cpu, insn, false)
}

pub fn fccmpe(cpu: &mut Cpu, insn: &Insn) -> Done {
    compare_if(cpu, insn, true)
}

pub fn fcsel(cpu: &mut Cpu, insn: &Insn) -> Done {
    cpu.check_fp()?;
    let chosen = if condition_holds(insn.opt, cpu.nzcv) { insn.rn } else { insn.rm };
    let value = cpu.q(chosen) as u64;
    by_format!(insn, F => cpu.set_q(insn.rd, (value & F::MASK).into()));
    Ok(())
}
