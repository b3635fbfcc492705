//! Conditional compare and select, and FEAT_FlagM's flag manipulation. Decodes nothing.

use crate::cpu::{Cpu, Stop};
use crate::insn::Insn;
use crate::math::bits::{add_with_carry32, add_with_carry64, condition_holds, nzcv};

type Done = Result<(), Stop>;

/// The flags of `left` + `right` + `carry` when the condition holds, else those in the instruction.
#[inline(always)]
fn conditional_compare(cpu: &mut Cpu, insn: &Insn, right: u64, carry: bool) -> Done {
    let left = cpu.r(insn.rn);
    cpu.nzcv = if !condition_holds(insn.opt, cpu.nzcv) {
        insn.aux << 28
    } else if insn.size == 1 {
        add_with_carry64(left, right, carry).1
    } else {
        add_with_carry32(left as u32, right as u32, carry).1
    };
    Ok(())
}

#[inline(always)]
pub fn ccmn_reg(cpu: &mut Cpu, insn: &Insn) -> Done {
    let right = cpu.r(insn.rm);
    conditional_compare(cpu, insn, right, false)
}

#[inline(always)]
pub fn ccmp_reg(cpu: &mut Cpu, insn: &Insn) -> Done {
    let right = !cpu.r(insn.rm);
    conditional_compare(cpu, insn, right, true)
}

#[inline(always)]
pub fn ccmn_imm(cpu: &mut Cpu, insn: &Insn) -> Done {
    conditional_compare(cpu, insn, insn.imm, false)
}

#[inline(always)]
pub fn ccmp_imm(cpu: &mut Cpu, insn: &Insn) -> Done {
    conditional_compare(cpu, insn, !insn.imm, true)
}

/// Rn, or what `otherwise` makes of Rm.
#[inline(always)]
fn select(cpu: &mut Cpu, insn: &Insn, otherwise: impl FnOnce(u64) -> u64) -> Done {
    let (first, second) = (cpu.r(insn.rn), otherwise(cpu.r(insn.rm)));
    let result = if condition_holds(insn.opt, cpu.nzcv) { first } else { second };
    cpu.set_sized(insn.rd, insn.size, result);
    Ok(())
}

#[inline(always)]
pub fn csel(cpu: &mut Cpu, insn: &Insn) -> Done {
    select(cpu, insn, |value| value)
}

#[inline(always)]
pub fn csinc(cpu: &mut Cpu, insn: &Insn) -> Done {
    select(cpu, insn, |value| value.wrapping_add(1))
}

#[inline(always)]
pub fn csinv(cpu: &mut Cpu, insn: &Insn) -> Done {
    select(cpu, insn, |value| !value)
}

#[inline(always)]
pub fn csneg(cpu: &mut Cpu, insn: &Insn) -> Done {
    select(cpu, insn, u64::wrapping_neg)
}

/// Replaces the flags of the mask by the low four bits of Rn rotated right.
pub fn rmif(cpu: &mut Cpu, insn: &Insn) -> Done {
    let mask = (insn.imm as u32 & 15) << 28;
    let flags = (cpu.r(insn.rn).rotate_right(insn.aux) as u32) << 28;
    cpu.nzcv = cpu.nzcv & !mask | flags & mask;
    Ok(())
}

/// N, Z and V of the low `width` bits of Rn, as if an addition had carried into bit `width`; C stays.
fn set_flags_of(cpu: &mut Cpu, insn: &Insn, width: u32) -> Done {
    let value = cpu.w(insn.rn);
    let (sign, above) = (value >> (width - 1) & 1, value >> width & 1);
    let zero = value << (32 - width) == 0;
    cpu.nzcv = nzcv(sign != 0, zero, cpu.nzcv >> 29 & 1 != 0, sign != above);
    Ok(())
}

pub fn setf8(cpu: &mut Cpu, insn: &Insn) -> Done {
    set_flags_of(cpu, insn, 8)
}

pub fn setf16(cpu: &mut Cpu, insn: &Insn) -> Done {
    set_flags_of(cpu, insn, 16)
}
