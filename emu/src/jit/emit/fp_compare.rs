//! Floating-point comparisons, selection, minimum and maximum. See `fp` for when the host's answers are right.

use super::fp::{Form, packed_source, write};
use super::vector::{PAND, POR, PTEST, UNORDERED, X0, X1, X2, X3, cmp_packed};
use crate::insn::Insn;
use crate::jit::asm::{Cc, Rm};
use crate::jit::flags::{Comparison, Kind, Operand, Test};
use crate::jit::layout;
use crate::jit::translate::Translator;

/// FCMP, FCMPE: the host's compare raises what the architecture wants; it is done here for its flags, and again by who looks.
pub fn fcmp(t: &mut Translator, insn: &Insn, signalling: bool, zero: bool) -> bool {
    let Some(form) = Form::scalar(insn) else { return false };
    let left = t.vector_source(insn.rn, X0);
    let right = if zero {
        t.zeros(X1);
        X1
    } else {
        t.vector_source(insn.rm, X1)
    };
    t.ordered_compare(form.double, signalling, left, right);
    let right = if zero { Operand::Immediate(0) } else { Operand::Register(insn.rm) };
    let kind = Kind::Float { double: form.double, signalling };
    t.defer_live(Comparison { kind, wide: form.double, left: Operand::Register(insn.rn), right });
    true
}

pub fn fcsel(t: &mut Translator, insn: &Insn) -> bool {
    let Some(form) = Form::scalar(insn) else { return false };
    let test = t.condition(insn.opt);
    let second = t.vector_source(insn.rm, X2);
    t.asm.vmov(X2, second);
    let skip = t.asm.label();
    if let Test::Holds(cc) = test {
        t.asm.jcc(cc.inverted(), skip);
    }
    let first = t.vector_source(insn.rn, X0);
    t.asm.vmov(X2, first);
    t.asm.bind(skip);
    t.write_vector(insn.rd, X2, form.above());
    true
}

/// Packed comparisons: FCMEQ 0 quiet; FCMGT, FCMGE signalling, as the host's less (1) and less or equal (2) of swapped operands.
pub fn compare(t: &mut Translator, insn: &Insn, predicate: u8, swapped: bool) -> bool {
    let Some(form) = Form::vector(insn) else { return false };
    let (first, second) = if swapped { (insn.rm, insn.rn) } else { (insn.rn, insn.rm) };
    let left = packed_source(t, first, form, X0);
    let right: Rm = if form.packed == Some(true) { packed_source(t, second, form, X1).into() } else { t.vector_operand(second) };
    t.asm.v3(form.op(0xc2), X2, left, right);
    t.asm.byte_after(predicate);
    t.write_vector(insn.rd, X2, form.above());
    true
}

/// FCCMP, FCCMPE.
pub fn fccmp(t: &mut Translator, insn: &Insn, signalling: bool) -> bool {
    let Some(form) = Form::scalar(insn) else { return false };
    let test = t.condition(insn.opt);
    let skip = t.asm.label();
    if let Test::Holds(cc) = test {
        t.asm.store_imm(false, layout::NZCV, ((insn.imm as u32) << 28) as i32);
        t.asm.jcc(cc.inverted(), skip);
    }
    let (left, right) = (t.vector_source(insn.rn, X0), t.vector_source(insn.rm, X1));
    t.ordered_compare(form.double, signalling, left, right);
    t.store_host_flags(Kind::Float { double: form.double, signalling });
    t.asm.bind(skip);
    t.stored_flags();
    true
}

/// FMIN, FMAX and their forms that prefer numbers, which differ in what they make of NaNs alone: those leave first, because the host's
/// instruction raises Invalid for quiet ones too. It returns its second operand when both are zeros, so that both orders together
/// have the sign.
fn extreme(t: &mut Translator, insn: &Insn, form: Option<Form>, max: bool) -> bool {
    let Some(form) = form else { return false };
    let back = t.asm.label();
    let redo = t.redo(back);
    let left = packed_source(t, insn.rn, form, X0);
    let right = packed_source(t, insn.rm, form, X1);
    if form.packed.is_some() {
        t.asm.v3(cmp_packed(form.double), X2, left, right);
        t.asm.byte_after(UNORDERED);
        t.asm.v2(PTEST, X2, X2);
        t.asm.jcc(Cc::Ne, redo);
    } else {
        t.ordered_compare(form.double, false, left, right);
        t.asm.jcc(Cc::P, redo);
    }
    let op = form.op(if max { 0x5f } else { 0x5d });
    t.asm.v3(op, X2, left, right);
    t.asm.v3(op, X3, right, left);
    t.asm.v3(if max { PAND } else { POR }, X2, X2, X3);
    write(t, insn, form, back);
    true
}

pub fn fmax(t: &mut Translator, insn: &Insn) -> bool {
    extreme(t, insn, Form::scalar(insn), true)
}

pub fn fmin(t: &mut Translator, insn: &Insn) -> bool {
    extreme(t, insn, Form::scalar(insn), false)
}

pub fn fmax_vec(t: &mut Translator, insn: &Insn) -> bool {
    extreme(t, insn, Form::vector(insn), true)
}

pub fn fmin_vec(t: &mut Translator, insn: &Insn) -> bool {
    extreme(t, insn, Form::vector(insn), false)
}
