//! Data processing (immediate).

use crate::insn::{Insn, SINK, ZR};
use crate::jit::asm::{Alu, Gpr, Mem, RAX, RCX, RDX, Rm, Shift};
use crate::jit::flags::{Comparison, Kind, Operand};
use crate::jit::layout;
use crate::jit::translate::Translator;

pub fn adr(t: &mut Translator, insn: &Insn) {
    let target = t.target(insn.rd, RAX);
    t.address_constant(target, insn.imm);
    t.finish(insn.rd, target);
}

/// Writes a constant, and remembers it for a MOVK that follows.
fn constant(t: &mut Translator, guest: u8, value: u64) {
    let target = t.target(guest, RAX);
    t.asm.mov_imm(target, value);
    t.finish(guest, target);
    t.note_constant(guest, value);
}

pub fn add_imm(t: &mut Translator, insn: &Insn) {
    add_constant(t, insn, insn.imm as i32);
}

pub fn sub_imm(t: &mut Translator, insn: &Insn) {
    add_constant(t, insn, -(insn.imm as i32));
}

fn add_constant(t: &mut Translator, insn: &Insn, value: i32) {
    let (source, wide) = (t.source(insn.rn, RAX), insn.size == 1);
    let target = t.target(insn.rd, RAX);
    match value {
        0 => t.asm.mov(wide, target, source),
        _ if target == source => t.asm.alu_imm(Alu::Add, wide, target, value),
        _ => t.asm.lea(wide, target, Mem::at(source, value)),
    }
    t.finish(insn.rd, target);
}

pub fn adds_imm(t: &mut Translator, insn: &Insn) {
    add_setting_flags(t, insn, Kind::Add, Operand::Immediate(insn.imm));
}

pub fn subs_imm(t: &mut Translator, insn: &Insn) {
    add_setting_flags(t, insn, Kind::Sub, Operand::Immediate(insn.imm));
}

/// ADDS, SUBS and what compares without a result.
pub fn add_setting_flags(t: &mut Translator, insn: &Insn, kind: Kind, right: Operand) {
    let wide = insn.size == 1;
    let mut comparison = Comparison { kind, wide, left: register_operand(insn.rn), right };
    if insn.rd == SINK {
        // Nothing to compute: the comparison is done where it is looked at. The measuring pass must see the operands.
        t.touch(insn.rn);
        if let Operand::Register(register) = right {
            t.touch(register);
        }
        t.defer(comparison);
        return;
    }
    let left = t.source(insn.rn, RAX);
    let right_place: Rm = match right {
        Operand::Register(register) => t.operand(register),
        Operand::Saved(slot) => layout::saved(slot.into()).into(),
        _ => RCX.into(),
    };
    // Operands that the result replaces.
    if right == Operand::Register(insn.rd) {
        let old = t.source(insn.rd, RDX);
        t.asm.store(true, layout::saved(1), old);
        comparison.right = Operand::Saved(1);
    }
    if insn.rn == insn.rd {
        comparison.left = Operand::UnderResult(insn.rd);
    }
    let target = t.target(insn.rd, RAX);
    let op = if kind == Kind::Add { Alu::Add } else { Alu::Sub };
    match right {
        Operand::Immediate(value) => {
            if target != left {
                t.asm.mov(wide, target, left);
            }
            t.alu_constant(op, wide, target, value, RCX);
        }
        _ => binary(t, op, wide, target, left, right_place),
    }
    t.finish(insn.rd, target);
    t.defer_live(comparison);
}

/// A source register of a comparison: XZR is a constant.
pub fn register_operand(guest: u8) -> Operand {
    if guest == ZR { Operand::Immediate(0) } else { Operand::Register(guest) }
}

/// target = left op right, whichever of them are the same register. The host's flags are those of the operation.
pub fn binary(t: &mut Translator, op: Alu, wide: bool, target: Gpr, left: Gpr, right: Rm) {
    let same = right.is(target);
    if !same || target == left {
        if target != left {
            t.asm.mov(wide, target, left);
        }
        t.asm.alu(op, wide, target, right);
    } else if op == Alu::Sub {
        t.asm.mov(wide, RAX, left);
        t.asm.alu(op, wide, RAX, right);
        t.asm.mov(wide, target, RAX);
    } else {
        t.asm.alu(op, wide, target, left);
    }
}

pub fn and_imm(t: &mut Translator, insn: &Insn) {
    logical_constant(t, insn, Alu::And);
}

pub fn orr_imm(t: &mut Translator, insn: &Insn) {
    if insn.rn == ZR {
        return constant(t, insn.rd, insn.imm);
    }
    logical_constant(t, insn, Alu::Or);
}

pub fn eor_imm(t: &mut Translator, insn: &Insn) {
    logical_constant(t, insn, Alu::Xor);
}

fn logical_constant(t: &mut Translator, insn: &Insn, op: Alu) {
    let (source, wide) = (t.source(insn.rn, RAX), insn.size == 1);
    let target = t.target(insn.rd, RAX);
    match (op, insn.imm) {
        (Alu::And, 0xff) => t.asm.zero_extend8(target, source),
        (Alu::And, 0xffff) => t.asm.zero_extend16(target, source),
        (Alu::And, 0xffff_ffff) => t.asm.mov(false, target, source),
        _ => {
            // A mask without upper bits needs no upper half.
            let wide = wide && !(op == Alu::And && insn.imm >> 31 == 0);
            if target != source {
                t.asm.mov(wide, target, source);
            }
            t.alu_constant(op, wide, target, insn.imm, RCX);
        }
    }
    t.finish(insn.rd, target);
}

pub fn ands_imm(t: &mut Translator, insn: &Insn) {
    let wide = insn.size == 1;
    if insn.rd == SINK {
        t.touch(insn.rn);
        return t.defer(Comparison { kind: Kind::And, wide, left: register_operand(insn.rn), right: Operand::Immediate(insn.imm) });
    }
    let source = t.source(insn.rn, RAX);
    let target = t.target(insn.rd, RAX);
    if target != source {
        t.asm.mov(wide, target, source);
    }
    t.alu_constant(Alu::And, wide, target, insn.imm, RCX);
    t.finish(insn.rd, target);
    result_flags(t, insn, wide);
}

/// The flags are those of a logical result, and the host's are so already.
pub fn result_flags(t: &mut Translator, insn: &Insn, wide: bool) {
    let result = Operand::Register(insn.rd);
    t.defer_live(Comparison { kind: Kind::And, wide, left: result, right: result });
}

pub fn movn(t: &mut Translator, insn: &Insn) {
    let value = if insn.size == 1 { !insn.imm } else { !insn.imm & 0xffff_ffff };
    constant(t, insn.rd, value);
}

pub fn movz(t: &mut Translator, insn: &Insn) {
    constant(t, insn.rd, insn.imm);
}

pub fn movk(t: &mut Translator, insn: &Insn) {
    let keep = if insn.size == 1 { !(0xffff << insn.aux) } else { !(0xffff << insn.aux) & 0xffff_ffff };
    if let Some(value) = t.known_constant(insn.rd) {
        return constant(t, insn.rd, value & keep | insn.imm);
    }
    t.copy(if insn.rd == SINK { ZR } else { insn.rd }, RAX);
    t.alu_constant(Alu::And, true, RAX, keep, RCX);
    t.alu_constant(Alu::Or, true, RAX, insn.imm, RCX);
    t.write(insn.rd, RAX);
}

/// Width, right rotation, top bit of the source field.
fn bitfield(insn: &Insn) -> (u8, u8, u8) {
    (32 << insn.size, insn.rm, insn.ra)
}

pub fn ubfm(t: &mut Translator, insn: &Insn) {
    let (width, rotate, top) = bitfield(insn);
    let (source, wide) = (t.source(insn.rn, RAX), insn.size == 1);
    let target = t.target(insn.rd, RAX);
    if rotate == 0 && matches!(top, 7 | 15 | 31) {
        match top {
            7 => t.asm.zero_extend8(target, source),
            15 => t.asm.zero_extend16(target, source),
            _ => t.asm.mov(false, target, source),
        }
        return t.finish(insn.rd, target);
    }
    if target != source {
        t.asm.mov(wide, target, source);
    }
    if top >= rotate {
        let length = top - rotate + 1;
        if top == width - 1 {
            t.asm.shift(Shift::Shr, wide, target, rotate);
        } else if length < 32 {
            if rotate != 0 {
                t.asm.shift(Shift::Shr, wide, target, rotate);
            }
            t.asm.alu_imm(Alu::And, false, target, ((1_u32 << length) - 1) as i32);
        } else {
            t.asm.shift(Shift::Shl, true, target, 63 - top);
            t.asm.shift(Shift::Shr, true, target, 63 - top + rotate);
        }
    } else {
        let left = width - rotate;
        if top + 1 != rotate {
            t.asm.shift(Shift::Shl, true, target, 63 - top);
            t.asm.shift(Shift::Shr, true, target, 63 - top);
        }
        t.asm.shift(Shift::Shl, wide, target, left);
    }
    t.finish(insn.rd, target);
}

pub fn sbfm(t: &mut Translator, insn: &Insn) {
    let (width, rotate, top) = bitfield(insn);
    let (source, wide) = (t.source(insn.rn, RAX), insn.size == 1);
    let target = t.target(insn.rd, RAX);
    if rotate == 0 && matches!(top, 7 | 15) {
        if top == 7 {
            t.asm.sign_extend8(wide, target, source);
        } else {
            t.asm.sign_extend16(wide, target, source);
        }
    } else if rotate == 0 && top == 31 && wide {
        t.asm.sign_extend32(target, source);
    } else if top == width - 1 {
        t.asm.mov(wide, target, source);
        t.asm.shift(Shift::Sar, wide, target, rotate);
    } else {
        if target != source {
            t.asm.mov(true, target, source);
        }
        t.asm.shift(Shift::Shl, true, target, 63 - top);
        if top >= rotate {
            t.asm.shift(Shift::Sar, true, target, 63 - top + rotate);
        } else {
            t.asm.shift(Shift::Sar, true, target, 63 - top);
            t.asm.shift(Shift::Shl, true, target, width - rotate);
        }
        if !wide {
            t.asm.mov(false, target, target);
        }
    }
    t.finish(insn.rd, target);
}

pub fn bfm(t: &mut Translator, insn: &Insn) {
    let (width, rotate, top) = bitfield(insn);
    let wide = insn.size == 1;
    t.copy(insn.rn, RAX);
    let mask = if top >= rotate {
        if rotate != 0 {
            t.asm.shift(Shift::Shr, wide, RAX, rotate);
        }
        u64::MAX >> (63 - (top - rotate))
    } else {
        t.asm.shift(Shift::Shl, wide, RAX, width - rotate);
        (u64::MAX >> (63 - top)) << (width - rotate)
    };
    let whole = if wide { u64::MAX } else { 0xffff_ffff };
    t.alu_constant(Alu::And, true, RAX, mask & whole, RCX);
    t.copy(if insn.rd == SINK { ZR } else { insn.rd }, RDX);
    t.alu_constant(Alu::And, true, RDX, !mask & whole, RCX);
    t.asm.alu(Alu::Or, true, RDX, RAX);
    t.write(insn.rd, RDX);
}

pub fn extr(t: &mut Translator, insn: &Insn) {
    let (wide, low) = (insn.size == 1, insn.imm as u8);
    t.copy(insn.rm, RAX);
    if !wide {
        t.asm.mov(false, RAX, RAX);
    }
    if low != 0 {
        let high = t.source(insn.rn, RDX);
        t.asm.shift_double_right(wide, RAX, high, low);
    }
    t.write(insn.rd, RAX);
}
