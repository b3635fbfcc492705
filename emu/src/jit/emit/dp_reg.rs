//! Data processing (register), but for what only reads or makes flags (`dp_flags`).

use super::dp_imm::{add_setting_flags, binary, register_operand, result_flags};
use crate::insn::{Insn, SINK, ZR};
use crate::jit::asm::{Alu, Gpr, Mem, RAX, RCX, RDX, Rm, Shift, Unary, x64};
use crate::jit::flags::{Comparison, Kind, Operand};
use crate::jit::layout;
use crate::jit::translate::Translator;

/// ShiftReg() of Rm: its own register, or computed in RCX.
fn shifted(t: &mut Translator, insn: &Insn) -> Rm {
    if insn.imm == 0 {
        return t.operand(insn.rm);
    }
    t.copy(insn.rm, RCX);
    let kind = [Shift::Shl, Shift::Shr, Shift::Sar, Shift::Ror][(insn.opt & 3) as usize];
    t.asm.shift(kind, insn.size == 1, RCX, insn.imm as u8);
    RCX.into()
}

/// ExtendReg() of Rm, shifted, in RCX.
fn extended(t: &mut Translator, insn: &Insn) {
    let source = t.source(insn.rm, RCX);
    extend(t, insn.opt, RCX, source);
    if insn.imm & 7 != 0 {
        t.asm.shift(Shift::Shl, true, RCX, insn.imm as u8 & 7);
    }
}

/// UXTB, UXTH, UXTW, UXTX and their signed forms.
pub fn extend(t: &mut Translator, kind: u8, to: Gpr, from: Gpr) {
    match kind & 7 {
        0 => t.asm.zero_extend8(to, from),
        1 => t.asm.zero_extend16(to, from),
        2 => t.asm.mov(false, to, from),
        4 => t.asm.sign_extend8(true, to, from),
        5 => t.asm.sign_extend16(true, to, from),
        6 => t.asm.sign_extend32(to, from),
        _ if to == from => {}
        _ => t.asm.mov(true, to, from),
    }
}

fn logical(t: &mut Translator, insn: &Insn, op: Alu, invert: bool) {
    let wide = insn.size == 1;
    let mut right = shifted(t, insn);
    if invert {
        t.asm.mov(wide, RCX, right);
        t.asm.unary(Unary::Not, wide, RCX);
        right = RCX.into();
    }
    if insn.rn == ZR && op != Alu::And {
        // MOV, MVN.
        let target = t.target(insn.rd, RAX);
        t.asm.mov(wide, target, right);
        return t.finish(insn.rd, target);
    }
    let left = t.source(insn.rn, RAX);
    let target = t.target(insn.rd, RAX);
    binary(t, op, wide, target, left, right);
    t.finish(insn.rd, target);
}

pub fn and_shift(t: &mut Translator, insn: &Insn) {
    logical(t, insn, Alu::And, false);
}

pub fn bic_shift(t: &mut Translator, insn: &Insn) {
    logical(t, insn, Alu::And, true);
}

pub fn orr_shift(t: &mut Translator, insn: &Insn) {
    logical(t, insn, Alu::Or, false);
}

pub fn orn_shift(t: &mut Translator, insn: &Insn) {
    logical(t, insn, Alu::Or, true);
}

pub fn eor_shift(t: &mut Translator, insn: &Insn) {
    logical(t, insn, Alu::Xor, false);
}

pub fn eon_shift(t: &mut Translator, insn: &Insn) {
    logical(t, insn, Alu::Xor, true);
}

pub fn ands_shift(t: &mut Translator, insn: &Insn) {
    if insn.rd == SINK && insn.imm == 0 && insn.rm != ZR {
        t.touch(insn.rn);
        t.touch(insn.rm);
        let (left, right) = (register_operand(insn.rn), Operand::Register(insn.rm));
        return t.defer(Comparison { kind: Kind::And, wide: insn.size == 1, left, right });
    }
    ands(t, insn, false);
}

pub fn bics_shift(t: &mut Translator, insn: &Insn) {
    ands(t, insn, true);
}

fn ands(t: &mut Translator, insn: &Insn, invert: bool) {
    logical(t, insn, Alu::And, invert);
    let wide = insn.size == 1;
    if insn.rd == SINK {
        // The result is in RAX, and nowhere else.
        t.store_host_flags(Kind::And);
        t.stored_flags();
    } else {
        result_flags(t, insn, wide);
    }
}

pub fn add_shift(t: &mut Translator, insn: &Insn) {
    let wide = insn.size == 1;
    if insn.opt == 0 && insn.imm <= 3 {
        let (left, right) = (t.source(insn.rn, RAX), t.source(insn.rm, RCX));
        let target = t.target(insn.rd, RAX);
        if target == left && insn.imm == 0 {
            t.asm.alu(Alu::Add, wide, target, right);
        } else {
            t.asm.lea(wide, target, Mem::indexed(left, right, insn.imm as u8, 0));
        }
        return t.finish(insn.rd, target);
    }
    let right = shifted(t, insn);
    let left = t.source(insn.rn, RAX);
    let target = t.target(insn.rd, RAX);
    binary(t, Alu::Add, wide, target, left, right);
    t.finish(insn.rd, target);
}

pub fn sub_shift(t: &mut Translator, insn: &Insn) {
    let wide = insn.size == 1;
    let right = shifted(t, insn);
    let left = t.source(insn.rn, RAX);
    let target = t.target(insn.rd, RAX);
    binary(t, Alu::Sub, wide, target, left, right);
    t.finish(insn.rd, target);
}

/// Rm as an operand of a comparison; a computed one is kept in a slot.
fn comparable(t: &mut Translator, insn: &Insn, plain: bool) -> Operand {
    if plain {
        return register_operand(insn.rm);
    }
    t.asm.store(true, layout::saved(1), RCX);
    Operand::Saved(1)
}

fn add_shift_flags(t: &mut Translator, insn: &Insn, kind: Kind) {
    if insn.imm != 0 {
        shifted(t, insn);
    }
    let right = comparable(t, insn, insn.imm == 0);
    add_setting_flags(t, insn, kind, right);
}

pub fn adds_shift(t: &mut Translator, insn: &Insn) {
    add_shift_flags(t, insn, Kind::Add);
}

pub fn subs_shift(t: &mut Translator, insn: &Insn) {
    add_shift_flags(t, insn, Kind::Sub);
}

pub fn add_ext(t: &mut Translator, insn: &Insn) {
    extended(t, insn);
    let left = t.source(insn.rn, RAX);
    let target = t.target(insn.rd, RAX);
    t.asm.lea(insn.size == 1, target, Mem::indexed(left, RCX, 0, 0));
    t.finish(insn.rd, target);
}

pub fn sub_ext(t: &mut Translator, insn: &Insn) {
    extended(t, insn);
    let left = t.source(insn.rn, RAX);
    let target = t.target(insn.rd, RAX);
    binary(t, Alu::Sub, insn.size == 1, target, left, RCX.into());
    t.finish(insn.rd, target);
}

fn add_ext_flags(t: &mut Translator, insn: &Insn, kind: Kind) {
    extended(t, insn);
    let right = comparable(t, insn, false);
    add_setting_flags(t, insn, kind, right);
}

pub fn adds_ext(t: &mut Translator, insn: &Insn) {
    add_ext_flags(t, insn, Kind::Add);
}

pub fn subs_ext(t: &mut Translator, insn: &Insn) {
    add_ext_flags(t, insn, Kind::Sub);
}

/// The sum with carry, in RDX; the host's flags are those of the operation.
fn with_carry(t: &mut Translator, insn: &Insn, op: Alu) {
    t.carry();
    if op == Alu::Sbb {
        t.asm.complement_carry();
    }
    t.copy(insn.rn, RDX);
    let right = t.operand(insn.rm);
    t.asm.alu(op, insn.size == 1, RDX, right);
    t.write(insn.rd, RDX);
}

pub fn adc(t: &mut Translator, insn: &Insn) {
    with_carry(t, insn, Alu::Adc);
}

pub fn sbc(t: &mut Translator, insn: &Insn) {
    with_carry(t, insn, Alu::Sbb);
}

pub fn adcs(t: &mut Translator, insn: &Insn) {
    with_carry(t, insn, Alu::Adc);
    t.store_host_flags(Kind::Add);
    t.stored_flags();
}

pub fn sbcs(t: &mut Translator, insn: &Insn) {
    with_carry(t, insn, Alu::Sbb);
    t.store_host_flags(Kind::Sub);
    t.stored_flags();
}

pub fn udiv(t: &mut Translator, insn: &Insn) {
    let wide = insn.size == 1;
    let (zero, done) = (t.asm.label(), t.asm.label());
    t.copy(insn.rm, RCX);
    t.copy(insn.rn, RAX);
    t.asm.mov_imm(RDX, 0);
    t.asm.test(wide, RCX, RCX);
    t.asm.jcc(crate::jit::asm::Cc::E, zero);
    t.asm.unary(Unary::Div, wide, RCX);
    t.asm.jmp(done);
    t.asm.bind(zero);
    t.asm.mov_imm(RAX, 0);
    t.asm.bind(done);
    t.write(insn.rd, RAX);
}

pub fn sdiv(t: &mut Translator, insn: &Insn) {
    use crate::jit::asm::Cc;
    let wide = insn.size == 1;
    let (zero, negate, done) = (t.asm.label(), t.asm.label(), t.asm.label());
    t.copy(insn.rm, RCX);
    t.copy(insn.rn, RAX);
    t.asm.test(wide, RCX, RCX);
    t.asm.jcc(Cc::E, zero);
    // The most negative number divided by -1 would trap.
    t.asm.alu_imm(Alu::Cmp, wide, RCX, -1);
    t.asm.jcc(Cc::E, negate);
    t.asm.sign_to_rdx(wide);
    t.asm.unary(Unary::Idiv, wide, RCX);
    t.asm.jmp(done);
    t.asm.bind(negate);
    t.asm.unary(Unary::Neg, wide, RAX);
    t.asm.jmp(done);
    t.asm.bind(zero);
    t.asm.mov_imm(RAX, 0);
    t.asm.bind(done);
    t.write(insn.rd, RAX);
}

fn variable_shift(t: &mut Translator, insn: &Insn, kind: Shift) {
    let wide = insn.size == 1;
    if t.host.v3 && kind != Shift::Ror {
        let (value, amount) = (t.source(insn.rn, RAX), t.source(insn.rm, RCX));
        let target = t.target(insn.rd, RAX);
        t.asm.shift_by(kind, wide, target, value, amount);
        return t.finish(insn.rd, target);
    }
    t.copy(insn.rm, RCX);
    t.copy(insn.rn, RAX);
    t.asm.shift_cl(kind, wide, RAX);
    if !wide {
        // A shift by zero leaves the upper half as it was.
        t.asm.mov(false, RAX, RAX);
    }
    t.write(insn.rd, RAX);
}

pub fn lslv(t: &mut Translator, insn: &Insn) {
    variable_shift(t, insn, Shift::Shl);
}

pub fn lsrv(t: &mut Translator, insn: &Insn) {
    variable_shift(t, insn, Shift::Shr);
}

pub fn asrv(t: &mut Translator, insn: &Insn) {
    variable_shift(t, insn, Shift::Sar);
}

pub fn rorv(t: &mut Translator, insn: &Insn) {
    variable_shift(t, insn, Shift::Ror);
}

pub fn madd(t: &mut Translator, insn: &Insn) {
    let wide = insn.size == 1;
    let (left, right) = (t.source(insn.rn, RAX), t.operand(insn.rm));
    if insn.ra == ZR {
        let target = t.target(insn.rd, RAX);
        if right.is(target) {
            t.asm.imul(wide, target, left);
        } else {
            if target != left {
                t.asm.mov(wide, target, left);
            }
            t.asm.imul(wide, target, right);
        }
        return t.finish(insn.rd, target);
    }
    if left != RAX {
        t.asm.mov(wide, RAX, left);
    }
    t.asm.imul(wide, RAX, right);
    add_product(t, insn, wide);
}

/// Rd = Ra + RAX.
fn add_product(t: &mut Translator, insn: &Insn, wide: bool) {
    let addend = t.source(insn.ra, RCX);
    let target = t.target(insn.rd, RAX);
    t.asm.lea(wide, target, Mem::indexed(addend, RAX, 0, 0));
    t.finish(insn.rd, target);
}

/// Rd = Ra - RAX.
fn subtract_product(t: &mut Translator, insn: &Insn, wide: bool) {
    t.copy(insn.ra, RCX);
    t.asm.alu(Alu::Sub, wide, RCX, RAX);
    t.write(insn.rd, RCX);
}

pub fn msub(t: &mut Translator, insn: &Insn) {
    let wide = insn.size == 1;
    t.copy(insn.rn, RAX);
    let right = t.operand(insn.rm);
    t.asm.imul(wide, RAX, right);
    subtract_product(t, insn, wide);
}

/// The 64-bit product of the low halves, in RAX.
fn long_product(t: &mut Translator, insn: &Insn, signed: bool) {
    let (left, right) = (t.operand(insn.rn), t.operand(insn.rm));
    if signed {
        t.asm.sign_extend32(RAX, left);
        t.asm.sign_extend32(RCX, right);
    } else {
        t.asm.mov(false, RAX, left);
        t.asm.mov(false, RCX, right);
    }
    t.asm.imul(true, RAX, RCX);
}

pub fn smaddl(t: &mut Translator, insn: &Insn) {
    long_product(t, insn, true);
    add_product(t, insn, true);
}

pub fn smsubl(t: &mut Translator, insn: &Insn) {
    long_product(t, insn, true);
    subtract_product(t, insn, true);
}

pub fn umaddl(t: &mut Translator, insn: &Insn) {
    long_product(t, insn, false);
    add_product(t, insn, true);
}

pub fn umsubl(t: &mut Translator, insn: &Insn) {
    long_product(t, insn, false);
    subtract_product(t, insn, true);
}

fn high_product(t: &mut Translator, insn: &Insn, op: Unary) {
    t.copy(insn.rn, RAX);
    let right = t.operand(insn.rm);
    t.asm.unary(op, true, right);
    t.write(insn.rd, RDX);
}

pub fn smulh(t: &mut Translator, insn: &Insn) {
    high_product(t, insn, Unary::Imul);
}

pub fn umulh(t: &mut Translator, insn: &Insn) {
    high_product(t, insn, Unary::Mul);
}

fn reverse(t: &mut Translator, insn: &Insn, wide: bool, rotate: bool) {
    t.copy(insn.rn, RAX);
    t.asm.bswap(wide, RAX);
    if rotate {
        t.asm.shift(Shift::Ror, true, RAX, 32);
    }
    t.write(insn.rd, RAX);
}

pub fn rev_w(t: &mut Translator, insn: &Insn) {
    reverse(t, insn, false, false);
}

pub fn rev32(t: &mut Translator, insn: &Insn) {
    reverse(t, insn, true, true);
}

pub fn rev_x(t: &mut Translator, insn: &Insn) {
    reverse(t, insn, true, false);
}

/// Bytes, then nibbles, pairs and bits change places.
pub fn rbit(t: &mut Translator, insn: &Insn) {
    let wide = insn.size == 1;
    t.copy(insn.rn, RAX);
    t.asm.bswap(wide, RAX);
    for (distance, mask) in [(4, 0x0f0f_0f0f_0f0f_0f0f), (2, 0x3333_3333_3333_3333), (1, 0x5555_5555_5555_5555u64)] {
        t.asm.mov(wide, RCX, RAX);
        t.asm.shift(Shift::Shr, wide, RCX, distance);
        if wide {
            t.asm.mov_imm(RDX, mask);
            x64!(t.asm ; and rcx, rdx ; and rax, rdx);
        } else {
            x64!(t.asm ; and ecx, mask as i32 ; and eax, mask as i32);
        }
        match distance {
            4 => x64!(t.asm ; shl rax, 4 ; add rax, rcx),
            2 => x64!(t.asm ; lea rax, [rcx + rax * 4]),
            _ => x64!(t.asm ; lea rax, [rcx + rax * 2]),
        }
    }
    t.write(insn.rd, RAX);
}

/// Only with LZCNT, which counts a zero as the architecture does.
pub fn clz(t: &mut Translator, insn: &Insn) {
    let source = t.source(insn.rn, RAX);
    let target = t.target(insn.rd, RAX);
    t.asm.lzcnt(insn.size == 1, target, source);
    t.finish(insn.rd, target);
}

/// CRC32CB and its wider forms: the host's own polynomial.
pub fn crc32c(t: &mut Translator, insn: &Insn, size: u8) {
    t.copy(insn.rn, RAX);
    t.asm.mov(false, RAX, RAX);
    let value = t.source(insn.rm, RCX);
    t.asm.crc32c(size, RAX, value);
    t.write(insn.rd, RAX);
}
