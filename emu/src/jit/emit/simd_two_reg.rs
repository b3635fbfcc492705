//! Advanced SIMD integer operations on two registers, shifts by immediate, and operations of two lane sizes.

use super::simd_three::{PMULL, write_complement};
use super::vector::{PADD, PANDN, PCMPEQ, PCMPGT, PMOVSX, PMOVZX, POR, PSUB, PUNPCKLQDQ, PXOR, X0, X1, X2};
use crate::insn::Insn;
use crate::jit::asm::{P66, Vop, Xmm};
use crate::jit::translate::Translator;

fn lane(insn: &Insn) -> usize {
    (insn.size & 3).into()
}

pub fn not(t: &mut Translator, insn: &Insn) {
    t.ones(X2);
    let source = t.vector_operand(insn.rn);
    t.asm.v3(PXOR, X2, X2, source);
    t.write_vector(insn.rd, X2, insn.aux);
}

pub fn neg(t: &mut Translator, insn: &Insn) {
    t.zeros(X2);
    let source = t.vector_operand(insn.rn);
    t.asm.v3(PSUB[lane(insn)], X2, X2, source);
    t.write_vector(insn.rd, X2, insn.aux);
}

pub fn abs(t: &mut Translator, insn: &Insn) -> bool {
    if insn.size == 3 {
        return false;
    }
    let source = t.vector_operand(insn.rn);
    t.asm.v2(Vop(P66, 2, 0x1c + insn.size), X2, source);
    t.write_vector(insn.rd, X2, insn.aux);
    true
}

/// Comparisons with zero: of Rn, or the other way round; and complemented.
fn with_zero(t: &mut Translator, insn: &Insn, op: Vop, swapped: bool, complement: bool) {
    let source = t.vector_source(insn.rn, X0);
    t.zeros(X1);
    let (left, right) = if swapped { (X1, source) } else { (source, X1) };
    t.asm.v3(op, X2, left, right);
    if complement {
        write_complement(t, insn);
    } else {
        t.write_vector(insn.rd, X2, insn.aux);
    }
}

pub fn cmeq_zero(t: &mut Translator, insn: &Insn) {
    with_zero(t, insn, PCMPEQ[lane(insn)], false, false);
}

pub fn cmgt_zero(t: &mut Translator, insn: &Insn) {
    with_zero(t, insn, PCMPGT[lane(insn)], false, false);
}

pub fn cmlt_zero(t: &mut Translator, insn: &Insn) {
    with_zero(t, insn, PCMPGT[lane(insn)], true, false);
}

pub fn cmge_zero(t: &mut Translator, insn: &Insn) {
    with_zero(t, insn, PCMPGT[lane(insn)], true, true);
}

pub fn cmle_zero(t: &mut Translator, insn: &Insn) {
    with_zero(t, insn, PCMPGT[lane(insn)], false, true);
}

/// ADDP of the two doublewords.
pub fn addp_scalar(t: &mut Translator, insn: &Insn) {
    let source = t.vector_source(insn.rn, X0);
    t.upper_half(X2, source);
    t.asm.v3(PADD[3], X2, X2, source);
    t.write_vector(insn.rd, X2, 64);
}

/// X2, narrowed to lanes of half the size by truncation, becomes one half of Rd. `size` is the narrow lane's.
fn write_narrow(t: &mut Translator, insn: &Insn) {
    match insn.size {
        // Sign-extended first, no value saturates.
        0 => {
            shift(t, 6, 1, X2, X2, 8);
            shift(t, 4, 1, X2, X2, 8);
            t.asm.v3(Vop(P66, 1, 0x63), X2, X2, X2);
        }
        1 => {
            shift(t, 6, 2, X2, X2, 16);
            shift(t, 4, 2, X2, X2, 16);
            t.asm.v3(Vop(P66, 1, 0x6b), X2, X2, X2);
        }
        _ => t.asm.v2_imm(super::vector::PSHUFD, X2, X2, 0x08),
    }
    if insn.opt == 0 {
        return t.write_vector(insn.rd, X2, 64);
    }
    let low = t.vector_source(insn.rd, X0);
    t.asm.v3_safe(PUNPCKLQDQ, X2, low, X2, X1);
    t.write_vector(insn.rd, X2, 0);
}

pub fn xtn(t: &mut Translator, insn: &Insn) {
    let source = t.vector_source(insn.rn, X0);
    t.asm.vmov(X2, source);
    write_narrow(t, insn);
}

/// Shift by immediate of lanes of `1 << size` bytes: /digit 2 right, 4 right arithmetic, 6 left.
fn shift(t: &mut Translator, digit: u8, size: u8, to: Xmm, from: Xmm, amount: u64) {
    t.asm.v_shift(0x70 + size, digit, to, from, amount as u8);
}

/// Shifts that the host has for the lane size.
fn shifted(t: &mut Translator, insn: &Insn, digit: u8) -> bool {
    if insn.size == 0 || (digit == 4 && insn.size == 3) {
        return false;
    }
    let source = t.vector_source(insn.rn, X0);
    shift(t, digit, insn.size, X2, source, insn.imm);
    true
}

fn shift_write(t: &mut Translator, insn: &Insn, digit: u8) -> bool {
    shifted(t, insn, digit) && {
        t.write_vector(insn.rd, X2, insn.aux);
        true
    }
}

pub fn sshr(t: &mut Translator, insn: &Insn) -> bool {
    shift_write(t, insn, 4)
}

pub fn ushr(t: &mut Translator, insn: &Insn) -> bool {
    shift_write(t, insn, 2)
}

pub fn shl(t: &mut Translator, insn: &Insn) -> bool {
    shift_write(t, insn, 6)
}

fn shift_accumulate(t: &mut Translator, insn: &Insn, digit: u8) -> bool {
    shifted(t, insn, digit) && {
        let sum = t.vector_operand(insn.rd);
        t.asm.v3(PADD[lane(insn)], X2, X2, sum);
        t.write_vector(insn.rd, X2, insn.aux);
        true
    }
}

pub fn ssra(t: &mut Translator, insn: &Insn) -> bool {
    shift_accumulate(t, insn, 4)
}

pub fn usra(t: &mut Translator, insn: &Insn) -> bool {
    shift_accumulate(t, insn, 2)
}

/// `size` is the narrow lane's.
pub fn shrn(t: &mut Translator, insn: &Insn) {
    let source = t.vector_source(insn.rn, X0);
    shift(t, 2, insn.size + 1, X2, source, insn.imm);
    write_narrow(t, insn);
}

/// `to` = one half of a register, each lane extended to twice its size.
fn extended(t: &mut Translator, insn: &Insn, guest: u8, signed: bool, to: Xmm) {
    let ops = if signed { PMOVSX } else { PMOVZX };
    let source = t.vector_operand(guest);
    if insn.opt == 0 {
        t.asm.v2(ops[lane(insn)], to, source);
    } else {
        t.upper_half(to, source);
        t.asm.v2(ops[lane(insn)], to, to);
    }
}

fn shift_long(t: &mut Translator, insn: &Insn, signed: bool) {
    extended(t, insn, insn.rn, signed, X2);
    if insn.imm != 0 {
        shift(t, 6, insn.size + 1, X2, X2, insn.imm);
    }
    t.write_vector(insn.rd, X2, 0);
}

pub fn sshll(t: &mut Translator, insn: &Insn) {
    shift_long(t, insn, true);
}

pub fn ushll(t: &mut Translator, insn: &Insn) {
    shift_long(t, insn, false);
}

/// Sums and differences with wide results, of two narrow operands or a wide and a narrow one.
pub fn add_long(t: &mut Translator, insn: &Insn, ops: &[Vop; 4], signed: bool) {
    extended(t, insn, insn.rn, signed, X2);
    extended(t, insn, insn.rm, signed, X1);
    t.asm.v3(ops[lane(insn) + 1], X2, X2, X1);
    t.write_vector(insn.rd, X2, 0);
}

pub fn add_wide(t: &mut Translator, insn: &Insn, ops: &[Vop; 4], signed: bool) {
    extended(t, insn, insn.rm, signed, X1);
    let left = t.vector_source(insn.rn, X0);
    t.asm.v3(ops[lane(insn) + 1], X2, left, X1);
    t.write_vector(insn.rd, X2, 0);
}

/// Products of twice the size, added to or subtracted from Rd or neither.
pub fn multiply_long(t: &mut Translator, insn: &Insn, signed: bool, accumulate: Option<&[Vop; 4]>) {
    extended(t, insn, insn.rn, signed, X2);
    extended(t, insn, insn.rm, signed, X1);
    let op = PMULL[lane(insn) + 1].unwrap_or(if signed { Vop(P66, 2, 0x28) } else { Vop(P66, 1, 0xf4) });
    t.asm.v3(op, X2, X2, X1);
    if let Some(ops) = accumulate {
        let sum = t.vector_source(insn.rd, X0);
        t.asm.v3_safe(ops[lane(insn) + 1], X2, sum, X2, X1);
    }
    t.write_vector(insn.rd, X2, 0);
}

/// A constant doubleword, in one half or both.
fn constant(t: &mut Translator, insn: &Insn, value: u64) {
    t.both_halves(X2, value);
    t.write_vector(insn.rd, X2, insn.aux);
}

pub fn movi(t: &mut Translator, insn: &Insn) {
    constant(t, insn, insn.imm);
}

pub fn mvni(t: &mut Translator, insn: &Insn) {
    constant(t, insn, !insn.imm);
}

pub fn orr_imm(t: &mut Translator, insn: &Insn) {
    t.both_halves(X2, insn.imm);
    let old = t.vector_operand(insn.rd);
    t.asm.v3(POR, X2, X2, old);
    t.write_vector(insn.rd, X2, insn.aux);
}

pub fn bic_imm(t: &mut Translator, insn: &Insn) {
    t.both_halves(X2, insn.imm);
    let old = t.vector_operand(insn.rd);
    t.asm.v3(PANDN, X2, X2, old);
    t.write_vector(insn.rd, X2, insn.aux);
}

/// The lane's pattern, in all lanes.
pub fn fmov_imm(t: &mut Translator, insn: &Insn) {
    let value = match insn.size {
        1 => insn.imm * 0x0001_0001_0001_0001,
        2 => insn.imm | insn.imm << 32,
        _ => insn.imm,
    };
    t.both_halves(X2, value);
    let above = if u32::from(insn.opt) << insn.size == 8 { 64 } else { 0 };
    t.write_vector(insn.rd, X2, above);
}
