//! Data processing (immediate). Decodes nothing.

use crate::cpu::{Cpu, Stop};
use crate::insn::Insn;
use crate::math::bits::{add_with_carry32, add_with_carry64, nzcv};

type Done = Result<(), Stop>;

/// ADR, ADRP: the address was computed when the instruction was decoded.
#[inline(always)]
pub fn adr(cpu: &mut Cpu, insn: &Insn) -> Done {
    cpu.set_r(insn.rd, insn.imm);
    Ok(())
}

#[inline(always)]
pub fn add_imm(cpu: &mut Cpu, insn: &Insn) -> Done {
    let sum = cpu.r(insn.rn).wrapping_add(insn.imm);
    cpu.set_sized(insn.rd, insn.size, sum);
    Ok(())
}

#[inline(always)]
pub fn sub_imm(cpu: &mut Cpu, insn: &Insn) -> Done {
    let difference = cpu.r(insn.rn).wrapping_sub(insn.imm);
    cpu.set_sized(insn.rd, insn.size, difference);
    Ok(())
}

/// The sum with flags of ADDS, SUBS, ADCS, SBCS and their aliases.
#[inline(always)]
pub(super) fn add_setting_flags(cpu: &mut Cpu, insn: &Insn, left: u64, right: u64, carry: bool) {
    if insn.size == 1 {
        let (sum, flags) = add_with_carry64(left, right, carry);
        cpu.nzcv = flags;
        cpu.set_r(insn.rd, sum);
    } else {
        let (sum, flags) = add_with_carry32(left as u32, right as u32, carry);
        cpu.nzcv = flags;
        cpu.set_w(insn.rd, sum);
    }
}

#[inline(always)]
pub fn adds_imm(cpu: &mut Cpu, insn: &Insn) -> Done {
    let left = cpu.r(insn.rn);
    add_setting_flags(cpu, insn, left, insn.imm, false);
    Ok(())
}

#[inline(always)]
pub fn subs_imm(cpu: &mut Cpu, insn: &Insn) -> Done {
    let left = cpu.r(insn.rn);
    add_setting_flags(cpu, insn, left, !insn.imm, true);
    Ok(())
}

#[inline(always)]
pub fn and_imm(cpu: &mut Cpu, insn: &Insn) -> Done {
    cpu.set_r(insn.rd, cpu.r(insn.rn) & insn.imm);
    Ok(())
}

#[inline(always)]
pub fn orr_imm(cpu: &mut Cpu, insn: &Insn) -> Done {
    cpu.set_sized(insn.rd, insn.size, cpu.r(insn.rn) | insn.imm);
    Ok(())
}

#[inline(always)]
pub fn eor_imm(cpu: &mut Cpu, insn: &Insn) -> Done {
    cpu.set_sized(insn.rd, insn.size, cpu.r(insn.rn) ^ insn.imm);
    Ok(())
}

/// N and Z of a logical result of the operand width; C and V are zero.
#[inline(always)]
pub(super) fn logical_flags(cpu: &mut Cpu, size: u8, result: u64) {
    cpu.nzcv = if size == 1 {
        nzcv((result as i64) < 0, result == 0, false, false)
    } else {
        nzcv((result as i32) < 0, result as u32 == 0, false, false)
    };
}

#[inline(always)]
pub fn ands_imm(cpu: &mut Cpu, insn: &Insn) -> Done {
    let result = cpu.r(insn.rn) & insn.imm;
    logical_flags(cpu, insn.size, result);
    cpu.set_r(insn.rd, result);
    Ok(())
}

#[inline(always)]
pub fn movn(cpu: &mut Cpu, insn: &Insn) -> Done {
    cpu.set_sized(insn.rd, insn.size, !insn.imm);
    Ok(())
}

#[inline(always)]
pub fn movz(cpu: &mut Cpu, insn: &Insn) -> Done {
    cpu.set_r(insn.rd, insn.imm);
    Ok(())
}

#[inline(always)]
pub fn movk(cpu: &mut Cpu, insn: &Insn) -> Done {
    let kept = cpu.r(insn.rd) & !(0xffff << insn.aux);
    cpu.set_sized(insn.rd, insn.size, kept | insn.imm);
    Ok(())
}

/// The field of a bitfield move in place: bits imms:immr of the source at bit 0, or its low bits shifted up.
#[inline(always)]
fn bitfield_parts(insn: &Insn) -> (u32, u32, u32) {
    let width = 32 << insn.size;
    let (rotate, top) = (u32::from(insn.rm), u32::from(insn.ra));
    (width, rotate, top)
}

#[inline(always)]
pub fn ubfm(cpu: &mut Cpu, insn: &Insn) -> Done {
    let (width, rotate, top) = bitfield_parts(insn);
    let source = cpu.r(insn.rn);
    let result = if top >= rotate {
        (source >> rotate) & (u64::MAX >> (63 - (top - rotate)))
    } else {
        (source & (u64::MAX >> (63 - top))) << (width - rotate)
    };
    cpu.set_sized(insn.rd, insn.size, result);
    Ok(())
}

#[inline(always)]
pub fn sbfm(cpu: &mut Cpu, insn: &Insn) -> Done {
    let (width, rotate, top) = bitfield_parts(insn);
    // The field, sign-extended from its top bit, then moved to its place.
    let field = (cpu.r(insn.rn) << (63 - top)) as i64;
    let result = if top >= rotate { field >> (63 - top + rotate) } else { field >> (63 - top) << (width - rotate) };
    cpu.set_sized(insn.rd, insn.size, result as u64);
    Ok(())
}

#[inline(always)]
pub fn bfm(cpu: &mut Cpu, insn: &Insn) -> Done {
    let (width, rotate, top) = bitfield_parts(insn);
    let (source, old) = (cpu.r(insn.rn), cpu.r(insn.rd));
    let (mask, value) = if top >= rotate {
        (u64::MAX >> (63 - (top - rotate)), source >> rotate)
    } else {
        ((u64::MAX >> (63 - top)) << (width - rotate), source << (width - rotate))
    };
    cpu.set_sized(insn.rd, insn.size, old & !mask | value & mask);
    Ok(())
}

#[inline(always)]
pub fn extr(cpu: &mut Cpu, insn: &Insn) -> Done {
    let low = insn.imm as u32;
    if insn.size == 1 {
        let pair = u128::from(cpu.r(insn.rn)) << 64 | u128::from(cpu.r(insn.rm));
        cpu.set_r(insn.rd, (pair >> low) as u64);
    } else {
        let pair = u64::from(cpu.w(insn.rn)) << 32 | u64::from(cpu.w(insn.rm));
        cpu.set_w(insn.rd, (pair >> low) as u32);
    }
    Ok(())
}
