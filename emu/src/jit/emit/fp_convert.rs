//! Conversions between floating-point formats and integers, and rounding to integers. See `fp` for when the host's answers are right.

use super::fp::{Form, MOVD, MOVD_OUT, check, packed_source, write};
use super::vector::{PCMPEQ, PTEST, X0, X1, X2, X3, float};
use crate::insn::{Insn, Op};
use crate::jit::asm::{Alu, Cc, Gpr, Label, NP, P66, PF2, PF3, RAX, Vop, x64};
use crate::jit::layout::{self, Constant};
use crate::jit::translate::Translator;

pub fn fcvt_s_to_d(t: &mut Translator, insn: &Insn) -> bool {
    convert(t, insn, Vop(PF3, 1, 0x5a), Form { double: true, packed: None }, false)
}

pub fn fcvt_d_to_s(t: &mut Translator, insn: &Insn) -> bool {
    convert(t, insn, Vop(PF2, 1, 0x5a), Form { double: false, packed: None }, true)
}

fn convert(t: &mut Translator, insn: &Insn, op: Vop, form: Form, tiny: bool) -> bool {
    let back = t.asm.label();
    let redo = t.redo(back);
    let source = t.vector_operand(insn.rn);
    t.zeros(X2);
    t.asm.v3(op, X2, X2, source);
    t.scratch_upper_zero = 3;
    check(t, form, tiny, redo);
    let known = if form.double { 1 } else { 3 };
    t.scratch_upper_zero = known;
    write(t, insn, form, back);
    true
}

/// Integers of a general register to floating point.
pub fn from_general(t: &mut Translator, insn: &Insn, signed: bool) -> bool {
    let Some(form) = Form::scalar(insn).filter(|_| insn.imm == 0) else { return false };
    let back = t.asm.label();
    let mut value = t.source(insn.rn, RAX);
    let mut wide = insn.opt == 1;
    if !signed && wide {
        let redo = t.redo(back);
        t.asm.test(true, value, value);
        t.asm.jcc(Cc::S, redo);
    } else if !signed {
        t.asm.mov(false, RAX, value);
        (value, wide) = (RAX, true);
    }
    to_float(t, form, value, wide);
    write(t, insn, form, back);
    true
}

/// A label whose code is out of line: the interpreter's function, X3 as [`integral_part`] makes it, and back to `back`.
fn redo_and_convert(t: &mut Translator, back: Label, guest: u8, double: bool) -> Label {
    let convert = t.convert(guest, double, back);
    t.redo(convert)
}

/// What [`Translator::convert`] is for. What the interpreter made is saturated, or zero.
pub fn convert_again(t: &mut Translator, guest: u8, double: bool) {
    let source = t.vector_source(guest, X0);
    t.asm.v_general(MOVD_OUT, double, source.0, 0, RAX);
    t.zeros(X3);
    t.asm.v_general(float(0x2a, double, false), double, X3.0, X3.0, RAX);
}

/// X2 = the integer.
fn to_float(t: &mut Translator, form: Form, value: Gpr, wide: bool) {
    t.zeros(X2);
    t.asm.v_general(form.op(0x2a), wide, X2.0, X2.0, value);
    t.scratch_upper_zero = if form.double { 1 } else { 3 };
}

/// SCVTF, UCVTF of a scalar of the same size, and SCVTF of four words.
pub fn from_integers(t: &mut Translator, insn: &Insn, signed: bool) -> bool {
    let Some(form) = Form::vector(insn).filter(|_| insn.imm == 0) else { return false };
    if form.packed.is_some() {
        if form.double || !signed {
            return false;
        }
        let back = t.asm.label();
        let source = packed_source(t, insn.rn, form, X0);
        t.asm.v2(Vop(NP, 1, 0x5b), X2, source);
        write(t, insn, form, back);
        return true;
    }
    let back = t.asm.label();
    if signed && t.is_converted(insn.rn) {
        t.asm.vmov(X2, X3);
        write(t, insn, form, back);
        return true;
    }
    let source = t.vector_source(insn.rn, X0);
    t.asm.v_general(MOVD_OUT, form.double, source.0, 0, RAX);
    let wide = form.double || !signed;
    if !signed && form.double {
        let redo = t.redo(back);
        t.asm.test(true, RAX, RAX);
        t.asm.jcc(Cc::S, redo);
    }
    to_float(t, form, RAX, wide);
    write(t, insn, form, back);
    true
}

/// FCVTZS to a general register. Out of range the host gives the most negative number.
pub fn fcvtzs(t: &mut Translator, insn: &Insn) -> bool {
    let Some(form) = Form::scalar(insn).filter(|_| insn.imm == 0) else { return false };
    let back = t.asm.label();
    let redo = t.redo(back);
    truncate(t, insn, form, insn.opt == 1, redo);
    t.write(insn.rd, RAX);
    t.asm.bind(back);
    true
}

fn truncate(t: &mut Translator, insn: &Insn, form: Form, wide: bool, redo: Label) {
    let source = t.vector_operand(insn.rn);
    t.asm.v_general(form.op(0x2c), wide, RAX.0, 0, source);
    t.asm.alu_imm(Alu::Cmp, wide, RAX, 1);
    t.asm.jcc(Cc::O, redo);
}

/// FCVTZU to a general register. The host converts to signed 64-bit integers only, with flags that are right as long as sign and
/// exponent say that the value is in range.
pub fn fcvtzu(t: &mut Translator, insn: &Insn) -> bool {
    let Some(form) = Form::scalar(insn).filter(|_| insn.imm == 0) else { return false };
    let back = t.asm.label();
    let redo = t.redo(back);
    let source = t.vector_source(insn.rn, X0);
    t.asm.v_general(MOVD_OUT, form.double, source.0, 0, RAX);
    let (fraction, bias) = if form.double { (52, 1023) } else { (23, 127) };
    // Below 2^32, or 2^63.
    let limit = bias + if insn.opt == 1 { 63 } else { 32 };
    x64!(t.asm ; shr rax, fraction ; cmp eax, limit);
    t.asm.jcc(Cc::Ae, redo);
    t.asm.v_general(form.op(0x2c), true, RAX.0, 0, source);
    t.write(insn.rd, RAX);
    t.asm.bind(back);
    true
}

/// What comes next is SCVTF of the scalar that FCVTZS makes: `x - (double)(long)x` and the like.
fn converted_back(t: &Translator, insn: &Insn) -> bool {
    t.next_in_block().is_some_and(|next| {
        next.op == Op::SCVTF_scalar && next.rn == insn.rd && next.size == insn.size && next.imm == 0 && insn.op == Op::FCVTZS_scalar
    })
}

/// X3 = the integral part of a scalar: what SCVTF makes of FCVTZS's result, without the way through an integer. That has no negative
/// zero, which adding zero takes away.
fn integral_part(t: &mut Translator, guest: u8, form: Form) {
    let source = t.vector_source(guest, X0);
    t.asm.v3_imm(Vop(P66, 3, 0x0a + u8::from(form.double)), X3, source, source, 3 | 8, X1);
    t.zeros(X1);
    t.asm.v3(form.op(0x58), X3, X3, X1);
}

/// FCVTZS of a scalar to the same size, and of four words.
pub fn fcvtzs_vec(t: &mut Translator, insn: &Insn) -> bool {
    let Some(form) = Form::vector(insn).filter(|_| insn.imm == 0) else { return false };
    if form.packed.is_some() && form.double {
        return false;
    }
    let back = t.asm.label();
    if form.packed.is_some() {
        let redo = t.redo(back);
        let source = packed_source(t, insn.rn, form, X0);
        t.asm.v2(Vop(PF3, 1, 0x5b), X2, source);
        t.asm.v3(PCMPEQ[2], X1, X2, layout::constant(Constant::Sign32));
        t.asm.v2(PTEST, X1, X1);
        t.asm.jcc(Cc::Ne, redo);
        write(t, insn, form, back);
        return true;
    }
    let known_next = converted_back(t, insn);
    let redo = if known_next { redo_and_convert(t, back, insn.rd, form.double) } else { t.redo(back) };
    truncate(t, insn, form, form.double, redo);
    if known_next {
        integral_part(t, insn.rn, form);
        t.note_converted(insn.rd);
    }
    let target = t.vector_target(insn.rd, X2);
    t.asm.v_general(MOVD, form.double, target.0, 0, RAX);
    t.vector_finish(insn.rd, target);
    t.asm.bind(back);
    t.set_upper_zero(insn.rd, form.above());
    true
}

/// FRINTN, FRINTM, FRINTP, FRINTZ: ROUNDSD's mode, without Inexact.
pub fn round(t: &mut Translator, insn: &Insn, form_of_vector: bool, mode: u8) -> bool {
    let form = if form_of_vector { Form::vector(insn) } else { Form::scalar(insn) };
    let Some(form) = form else { return false };
    let back = t.asm.label();
    let redo = t.redo(back);
    let source = packed_source(t, insn.rn, form, X0);
    let opcode = 0x08 + u8::from(form.double) + 2 * u8::from(form.packed.is_none());
    if form.packed.is_some() {
        t.asm.v2_imm(Vop(P66, 3, opcode), X2, source, mode | 8);
    } else {
        t.asm.v3_imm(Vop(P66, 3, opcode), X2, source, source, mode | 8, X3);
        t.upper_bits_of(insn.rn);
    }
    check(t, form, false, redo);
    write(t, insn, form, back);
    true
}
