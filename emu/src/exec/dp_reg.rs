//! Data processing (register), but for what only reads or makes flags (`dp_flags`). Decodes nothing.

use super::dp_imm::{add_setting_flags, logical_flags};
use crate::cpu::{Cpu, Stop};
use crate::insn::Insn;
use crate::math::{bits, crc};

type Done = Result<(), Stop>;

/// ShiftReg() of Rm. With 32-bit operands the upper half of the result is undefined: users truncate.
#[inline(always)]
fn shifted(cpu: &Cpu, insn: &Insn) -> u64 {
    let (value, amount) = (cpu.r(insn.rm), insn.imm as u32 & 63);
    match (insn.opt, insn.size) {
        (0, _) => value << amount,
        (1, 1) => value >> amount,
        (1, _) => u64::from(value as u32 >> (amount & 31)),
        (2, 1) => (value as i64 >> amount) as u64,
        (2, _) => u64::from((value as i32 >> (amount & 31)) as u32),
        (_, 1) => value.rotate_right(amount),
        _ => u64::from((value as u32).rotate_right(amount)),
    }
}

/// ExtendReg() of Rm: UXTB, UXTH, UXTW, UXTX and their signed forms, then shifted left.
#[inline(always)]
fn extended(cpu: &Cpu, insn: &Insn) -> u64 {
    bits::extend(cpu.r(insn.rm), insn.opt) << (insn.imm & 7)
}

macro_rules! shifted_operand {
    ($($name:ident = |$left:ident, $right:ident| $result:expr;)*) => {$(
        #[inline(always)]
        pub fn $name(cpu: &mut Cpu, insn: &Insn) -> Done {
            let ($left, $right) = (cpu.r(insn.rn), shifted(cpu, insn));
            cpu.set_sized(insn.rd, insn.size, $result);
            Ok(())
        }
    )*};
}

shifted_operand! {
    and_shift = |left, right| left & right;
    bic_shift = |left, right| left & !right;
    orr_shift = |left, right| left | right;
    orn_shift = |left, right| left | !right;
    eor_shift = |left, right| left ^ right;
    eon_shift = |left, right| left ^ !right;
    add_shift = |left, right| left.wrapping_add(right);
    sub_shift = |left, right| left.wrapping_sub(right);
}

#[inline(always)]
fn ands(cpu: &mut Cpu, insn: &Insn, result: u64) -> Done {
    logical_flags(cpu, insn.size, result);
    cpu.set_sized(insn.rd, insn.size, result);
    Ok(())
}

#[inline(always)]
pub fn ands_shift(cpu: &mut Cpu, insn: &Insn) -> Done {
    let result = cpu.r(insn.rn) & shifted(cpu, insn);
    ands(cpu, insn, result)
}

#[inline(always)]
pub fn bics_shift(cpu: &mut Cpu, insn: &Insn) -> Done {
    let result = cpu.r(insn.rn) & !shifted(cpu, insn);
    ands(cpu, insn, result)
}

#[inline(always)]
pub fn adds_shift(cpu: &mut Cpu, insn: &Insn) -> Done {
    let (left, right) = (cpu.r(insn.rn), shifted(cpu, insn));
    add_setting_flags(cpu, insn, left, right, false);
    Ok(())
}

#[inline(always)]
pub fn subs_shift(cpu: &mut Cpu, insn: &Insn) -> Done {
    let (left, right) = (cpu.r(insn.rn), shifted(cpu, insn));
    add_setting_flags(cpu, insn, left, !right, true);
    Ok(())
}

#[inline(always)]
pub fn add_ext(cpu: &mut Cpu, insn: &Insn) -> Done {
    let sum = cpu.r(insn.rn).wrapping_add(extended(cpu, insn));
    cpu.set_sized(insn.rd, insn.size, sum);
    Ok(())
}

#[inline(always)]
pub fn sub_ext(cpu: &mut Cpu, insn: &Insn) -> Done {
    let difference = cpu.r(insn.rn).wrapping_sub(extended(cpu, insn));
    cpu.set_sized(insn.rd, insn.size, difference);
    Ok(())
}

#[inline(always)]
pub fn adds_ext(cpu: &mut Cpu, insn: &Insn) -> Done {
    let (left, right) = (cpu.r(insn.rn), extended(cpu, insn));
    add_setting_flags(cpu, insn, left, right, false);
    Ok(())
}

#[inline(always)]
pub fn subs_ext(cpu: &mut Cpu, insn: &Insn) -> Done {
    let (left, right) = (cpu.r(insn.rn), extended(cpu, insn));
    add_setting_flags(cpu, insn, left, !right, true);
    Ok(())
}

#[inline(always)]
fn carry(cpu: &Cpu) -> bool {
    cpu.nzcv >> 29 & 1 != 0
}

#[inline(always)]
pub fn adc(cpu: &mut Cpu, insn: &Insn) -> Done {
    let sum = cpu.r(insn.rn).wrapping_add(cpu.r(insn.rm)).wrapping_add(carry(cpu).into());
    cpu.set_sized(insn.rd, insn.size, sum);
    Ok(())
}

#[inline(always)]
pub fn sbc(cpu: &mut Cpu, insn: &Insn) -> Done {
    let sum = cpu.r(insn.rn).wrapping_add(!cpu.r(insn.rm)).wrapping_add(carry(cpu).into());
    cpu.set_sized(insn.rd, insn.size, sum);
    Ok(())
}

#[inline(always)]
pub fn adcs(cpu: &mut Cpu, insn: &Insn) -> Done {
    let (left, right, carry) = (cpu.r(insn.rn), cpu.r(insn.rm), carry(cpu));
    add_setting_flags(cpu, insn, left, right, carry);
    Ok(())
}

#[inline(always)]
pub fn sbcs(cpu: &mut Cpu, insn: &Insn) -> Done {
    let (left, right, carry) = (cpu.r(insn.rn), cpu.r(insn.rm), carry(cpu));
    add_setting_flags(cpu, insn, left, !right, carry);
    Ok(())
}

/// Instructions that are one pure function of Rn and Rm for each operand width.
macro_rules! two_sources {
    ($($name:ident = |$left:ident, $right:ident| $wide:expr, $narrow:expr;)*) => {$(
        #[inline(always)]
        pub fn $name(cpu: &mut Cpu, insn: &Insn) -> Done {
            if insn.size == 1 {
                let ($left, $right) = (cpu.r(insn.rn), cpu.r(insn.rm));
                cpu.set_r(insn.rd, $wide);
            } else {
                let ($left, $right) = (cpu.w(insn.rn), cpu.w(insn.rm));
                cpu.set_w(insn.rd, $narrow);
            }
            Ok(())
        }
    )*};
}

two_sources! {
    // Division by zero gives zero; the most negative number divided by -1 gives itself.
    udiv = |left, right| left.checked_div(right).unwrap_or(0), left.checked_div(right).unwrap_or(0);
    sdiv = |left, right| bits::signed_divide64(left, right), bits::signed_divide32(left, right);
    // Shift amounts are taken modulo the operand width, which is what the wrapping shifts do.
    lslv = |left, right| left.wrapping_shl(right as u32), left.wrapping_shl(right);
    lsrv = |left, right| left.wrapping_shr(right as u32), left.wrapping_shr(right);
    asrv = |left, right| (left as i64).wrapping_shr(right as u32) as u64, (left as i32).wrapping_shr(right) as u32;
    rorv = |left, right| left.rotate_right(right as u32 & 63), left.rotate_right(right & 31);
}

/// Minimum and maximum (FEAT_CSSC) of Rn and Rm, or of Rn and the immediate.
macro_rules! extremes {
    ($($register:ident $immediate:ident = |$left:ident, $right:ident| $wide:expr, $narrow:expr;)*) => {$(
        two_sources! { $register = |$left, $right| $wide, $narrow; }

        pub fn $immediate(cpu: &mut Cpu, insn: &Insn) -> Done {
            if insn.size == 1 {
                let ($left, $right) = (cpu.r(insn.rn), insn.imm);
                cpu.set_r(insn.rd, $wide);
            } else {
                let ($left, $right) = (cpu.w(insn.rn), insn.imm as u32);
                cpu.set_w(insn.rd, $narrow);
            }
            Ok(())
        }
    )*};
}

extremes! {
    smax_reg smax_imm = |left, right| (left as i64).max(right as i64) as u64, (left as i32).max(right as i32) as u32;
    umax_reg umax_imm = |left, right| left.max(right), left.max(right);
    smin_reg smin_imm = |left, right| (left as i64).min(right as i64) as u64, (left as i32).min(right as i32) as u32;
    umin_reg umin_imm = |left, right| left.min(right), left.min(right);
}

macro_rules! checksums {
    ($($name:ident = $table:ident of $bytes:literal;)*) => {$(
        pub fn $name(cpu: &mut Cpu, insn: &Insn) -> Done {
            let checksum = crc::update(&crc::$table, cpu.w(insn.rn), cpu.r(insn.rm), $bytes);
            cpu.set_w(insn.rd, checksum);
            Ok(())
        }
    )*};
}

checksums! {
    crc32b = CRC32 of 1;
    crc32h = CRC32 of 2;
    crc32w = CRC32 of 4;
    crc32x = CRC32 of 8;
    crc32cb = CRC32C of 1;
    crc32ch = CRC32C of 2;
    crc32cw = CRC32C of 4;
    crc32cx = CRC32C of 8;
}

/// Instructions that are one pure function of Rn for each operand width.
macro_rules! one_source {
    ($($name:ident = |$value:ident| $wide:expr, $narrow:expr;)*) => {$(
        #[inline(always)]
        pub fn $name(cpu: &mut Cpu, insn: &Insn) -> Done {
            if insn.size == 1 {
                let $value = cpu.r(insn.rn);
                cpu.set_r(insn.rd, $wide);
            } else {
                let $value = cpu.w(insn.rn);
                cpu.set_w(insn.rd, $narrow);
            }
            Ok(())
        }
    )*};
}

one_source! {
    rbit = |value| value.reverse_bits(), value.reverse_bits();
    rev16 = |value| bits::reverse_in_halfwords(value), bits::reverse_in_halfwords(value.into()) as u32;
    ctz = |value| value.trailing_zeros().into(), value.trailing_zeros();
    cnt_reg = |value| value.count_ones().into(), value.count_ones();
    abs_reg = |value| (value as i64).unsigned_abs(), (value as i32).unsigned_abs();
    clz = |value| value.leading_zeros().into(), value.leading_zeros();
    // Bits equal to the sign bit, which itself is not counted.
    cls = |value| u64::from((value ^ (value << 1) | 1).leading_zeros()), (value ^ (value << 1) | 1).leading_zeros();
}

#[inline(always)]
pub fn rev_w(cpu: &mut Cpu, insn: &Insn) -> Done {
    cpu.set_w(insn.rd, cpu.w(insn.rn).swap_bytes());
    Ok(())
}

#[inline(always)]
pub fn rev32(cpu: &mut Cpu, insn: &Insn) -> Done {
    cpu.set_r(insn.rd, cpu.r(insn.rn).swap_bytes().rotate_right(32));
    Ok(())
}

#[inline(always)]
pub fn rev_x(cpu: &mut Cpu, insn: &Insn) -> Done {
    cpu.set_r(insn.rd, cpu.r(insn.rn).swap_bytes());
    Ok(())
}

#[inline(always)]
pub fn madd(cpu: &mut Cpu, insn: &Insn) -> Done {
    let product = cpu.r(insn.rn).wrapping_mul(cpu.r(insn.rm));
    cpu.set_sized(insn.rd, insn.size, cpu.r(insn.ra).wrapping_add(product));
    Ok(())
}

#[inline(always)]
pub fn msub(cpu: &mut Cpu, insn: &Insn) -> Done {
    let product = cpu.r(insn.rn).wrapping_mul(cpu.r(insn.rm));
    cpu.set_sized(insn.rd, insn.size, cpu.r(insn.ra).wrapping_sub(product));
    Ok(())
}

#[inline(always)]
fn signed_product(cpu: &Cpu, insn: &Insn) -> u64 {
    (i64::from(cpu.w(insn.rn) as i32) * i64::from(cpu.w(insn.rm) as i32)) as u64
}

#[inline(always)]
fn unsigned_product(cpu: &Cpu, insn: &Insn) -> u64 {
    u64::from(cpu.w(insn.rn)) * u64::from(cpu.w(insn.rm))
}

#[inline(always)]
pub fn smaddl(cpu: &mut Cpu, insn: &Insn) -> Done {
    cpu.set_r(insn.rd, cpu.r(insn.ra).wrapping_add(signed_product(cpu, insn)));
    Ok(())
}

#[inline(always)]
pub fn smsubl(cpu: &mut Cpu, insn: &Insn) -> Done {
    cpu.set_r(insn.rd, cpu.r(insn.ra).wrapping_sub(signed_product(cpu, insn)));
    Ok(())
}

#[inline(always)]
pub fn umaddl(cpu: &mut Cpu, insn: &Insn) -> Done {
    cpu.set_r(insn.rd, cpu.r(insn.ra).wrapping_add(unsigned_product(cpu, insn)));
    Ok(())
}

#[inline(always)]
pub fn umsubl(cpu: &mut Cpu, insn: &Insn) -> Done {
    cpu.set_r(insn.rd, cpu.r(insn.ra).wrapping_sub(unsigned_product(cpu, insn)));
    Ok(())
}

/// Ra should be all ones; any other value is CONSTRAINED UNPREDICTABLE and ignored here.
#[inline(always)]
pub fn smulh(cpu: &mut Cpu, insn: &Insn) -> Done {
    let product = i128::from(cpu.r(insn.rn) as i64) * i128::from(cpu.r(insn.rm) as i64);
    cpu.set_r(insn.rd, (product >> 64) as u64);
    Ok(())
}

/// As [`smulh`].
#[inline(always)]
pub fn umulh(cpu: &mut Cpu, insn: &Insn) -> Done {
    let product = u128::from(cpu.r(insn.rn)) * u128::from(cpu.r(insn.rm));
    cpu.set_r(insn.rd, (product >> 64) as u64);
    Ok(())
}
