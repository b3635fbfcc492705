//! Advanced SIMD moves of lanes.

use super::vector::{PSHUFD, PUNPCKHQDQ, PUNPCKLQDQ, X0, X1, X2, X3};
use crate::insn::Insn;
use crate::jit::asm::{Gpr, NP, P66, RAX, RCX, Vop, Xmm};
use crate::jit::translate::Translator;

/// A lane of a vector register into a general one, zero-extended.
fn extract(t: &mut Translator, to: Gpr, from: Xmm, size: u8, lane: u8) {
    let (op, wide) = match size {
        0 => (Vop(P66, 3, 0x14), false),
        1 => (Vop(P66, 3, 0x15), false),
        2 => (Vop(P66, 3, 0x16), false),
        _ => (Vop(P66, 3, 0x16), true),
    };
    t.asm.v_general(op, wide, from.0, 0, to);
    t.asm.byte_after(lane);
}

/// A general register into a lane.
fn insert(t: &mut Translator, to: Xmm, from: Gpr, size: u8, lane: u8) {
    let (op, wide) = match size {
        0 => (Vop(P66, 3, 0x20), false),
        1 => (Vop(P66, 1, 0xc4), false),
        2 => (Vop(P66, 3, 0x22), false),
        _ => (Vop(P66, 3, 0x22), true),
    };
    t.asm.v_general(op, wide, to.0, to.0, from);
    t.asm.byte_after(lane);
}

/// X2 = the lane in RAX, everywhere. Clobbers RCX.
fn everywhere(t: &mut Translator, size: u8) {
    let (pattern, mask): (u64, u8) = match size {
        0 => (0x0101_0101_0101_0101, 8),
        1 => (0x0001_0001_0001_0001, 16),
        2 => (0x0000_0001_0000_0001, 32),
        _ => (1, 64),
    };
    match mask {
        8 => t.asm.zero_extend8(RAX, RAX),
        16 => t.asm.zero_extend16(RAX, RAX),
        32 => t.asm.mov(false, RAX, RAX),
        _ => {}
    }
    if mask < 64 {
        t.asm.mov_imm(RCX, pattern);
        t.asm.imul(true, RAX, RCX);
    }
    t.asm.v_general(Vop(P66, 1, 0x6e), true, X2.0, 0, RAX);
    t.asm.v3(PUNPCKLQDQ, X2, X2, X2);
}

pub fn dup_general(t: &mut Translator, insn: &Insn) {
    t.copy(insn.rn, RAX);
    everywhere(t, insn.size);
    t.write_vector(insn.rd, X2, insn.aux);
}

pub fn dup_element(t: &mut Translator, insn: &Insn) {
    let (lane, scalar) = (insn.imm as u8, insn.aux != 0 && insn.aux != 64);
    let source = t.vector_source(insn.rn, X0);
    match insn.size {
        3 => t.asm.v3(if lane == 0 { PUNPCKLQDQ } else { PUNPCKHQDQ }, X2, source, source),
        2 => t.lane32(X2, source, lane),
        _ => {
            extract(t, RAX, source, insn.size, lane);
            if scalar {
                t.asm.v2(Vop(P66, 1, 0x6e), X2, RAX);
                let target = t.vector_target(insn.rd, X2);
                t.asm.vmov(target, X2);
                t.vector_finish(insn.rd, X2);
                return t.set_upper_zero(insn.rd, 96);
            }
            everywhere(t, insn.size);
        }
    }
    t.write_vector(insn.rd, X2, insn.aux);
}

pub fn ins_general(t: &mut Translator, insn: &Insn) {
    let value = t.source(insn.rn, RAX);
    let old = t.vector_source(insn.rd, X2);
    let target = t.vector_target(insn.rd, X2);
    t.asm.vmov(target, old);
    insert(t, target, value, insn.size, insn.imm as u8);
    t.vector_finish(insn.rd, target);
}

pub fn ins_element(t: &mut Translator, insn: &Insn) {
    let source = t.vector_source(insn.rn, X0);
    extract(t, RAX, source, insn.size, insn.opt);
    let old = t.vector_source(insn.rd, X2);
    let target = t.vector_target(insn.rd, X2);
    t.asm.vmov(target, old);
    insert(t, target, RAX, insn.size, insn.imm as u8);
    t.vector_finish(insn.rd, target);
}

pub fn umov(t: &mut Translator, insn: &Insn) {
    let source = t.vector_source(insn.rn, X0);
    let target = t.target(insn.rd, RAX);
    extract(t, target, source, insn.size, insn.imm as u8);
    t.finish(insn.rd, target);
}

pub fn smov(t: &mut Translator, insn: &Insn) {
    let source = t.vector_source(insn.rn, X0);
    extract(t, RAX, source, insn.size, insn.imm as u8);
    let target = t.target(insn.rd, RAX);
    match insn.size {
        0 => t.asm.sign_extend8(insn.opt == 1, target, RAX),
        1 => t.asm.sign_extend16(insn.opt == 1, target, RAX),
        _ => t.asm.sign_extend32(target, RAX),
    }
    t.finish(insn.rd, target);
}

/// PUNPCKL and PUNPCKH by lane size.
fn unpack(size: u8, high: bool) -> Vop {
    let low = [0x60, 0x61, 0x62, 0x6c][(size & 3) as usize];
    Vop(P66, 1, low + if high { if size == 3 { 1 } else { 8 } } else { 0 })
}

pub fn zip1(t: &mut Translator, insn: &Insn) {
    t.three_write(unpack(insn.size, false), insn);
}

pub fn zip2(t: &mut Translator, insn: &Insn) {
    if insn.aux == 0 {
        return t.three_write(unpack(insn.size, true), insn);
    }
    // Of the low halves the upper half of what ZIP1 gives.
    t.three(unpack(insn.size, false), insn);
    t.upper_half(X2, X2);
    t.write_vector(insn.rd, X2, 64);
}

/// Even or odd words and doublewords of whole registers.
pub fn uzp(t: &mut Translator, insn: &Insn, odd: bool) -> bool {
    match (insn.size, insn.aux) {
        (3, 0) => t.three_write(unpack(3, odd), insn),
        (2, 0) => {
            let (left, right) = (t.vector_source(insn.rn, X0), t.vector_operand(insn.rm));
            t.asm.v3_imm(Vop(NP, 1, 0xc6), X2, left, right, if odd { 0xdd } else { 0x88 }, X3);
            t.write_vector(insn.rd, X2, 0);
        }
        _ => return false,
    }
    true
}

/// Pairs of even or odd doublewords and words of whole registers.
pub fn trn(t: &mut Translator, insn: &Insn, odd: bool) -> bool {
    match (insn.size, insn.aux) {
        (3, 0) => t.three_write(unpack(3, odd), insn),
        (2, 0) => {
            let order = if odd { 0x0d } else { 0x08 };
            let (left, right) = (t.vector_operand(insn.rn), t.vector_operand(insn.rm));
            t.asm.v2_imm(PSHUFD, X2, left, order);
            t.asm.v2_imm(PSHUFD, X1, right, order);
            t.asm.v3(unpack(2, false), X2, X2, X1);
            t.write_vector(insn.rd, X2, 0);
        }
        _ => return false,
    }
    true
}

/// Whole registers only.
pub fn ext(t: &mut Translator, insn: &Insn) -> bool {
    if insn.aux != 0 {
        return false;
    }
    let (high, low) = (t.vector_source(insn.rm, X0), t.vector_operand(insn.rn));
    t.asm.v3_imm(Vop(P66, 3, 0x0f), X2, high, low, insn.imm as u8, X3);
    t.write_vector(insn.rd, X2, 0);
    true
}

/// One table register: indices above 15 give zero, which PSHUFB does for those with the top bit set.
pub fn tbl(t: &mut Translator, insn: &Insn) -> bool {
    if insn.imm != 1 {
        return false;
    }
    t.both_halves(X2, 0x7070_7070_7070_7070);
    let (indices, table) = (t.vector_operand(insn.rm), t.vector_source(insn.rn, X0));
    t.asm.v3(Vop(P66, 1, 0xdc), X2, X2, indices);
    t.asm.v3_safe(Vop(P66, 2, 0x00), X2, table, X2, X1);
    t.write_vector(insn.rd, X2, insn.aux);
    true
}
