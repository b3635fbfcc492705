//! Floating point on the host's SSE or AVX unit, scalar and packed, under FPCR's default controls.
//!
//! Why the answers are right. Rounding, infinities, denormals and the flags Divide by Zero, Overflow and Inexact are IEEE 754's
//! on both. What differs leaves for the interpreter's function, before anything is written: results that are NaN (defaults and
//! propagation differ), integers out of range, and, after operations that can underflow, results with the smallest normal
//! exponent: Arm decides about tininess before rounding, the host after. The host's flags of such an attempt are ones that the
//! function raises too.

use super::vector::{PAND, PCMPEQ, POR, PSHUFD, PTEST, PUNPCKHQDQ, PUNPCKLQDQ, PXOR, UNORDERED, X0, X1, X2, X3, cmp_packed, float};
use crate::insn::Insn;
use crate::jit::asm::{Alu, Cc, Label, NP, P66, RAX, Rm, Vop, Xmm};
use crate::jit::layout::{self, Constant};
use crate::jit::translate::Translator;

pub(super) const MOVD: Vop = Vop(P66, 1, 0x6e);
pub(super) const MOVD_OUT: Vop = Vop(P66, 1, 0x7e);

/// The shape of an operation.
#[derive(Clone, Copy)]
pub(super) struct Form {
    pub double: bool,
    /// Packed: lanes of 64 bits only in the lower half?
    pub packed: Option<bool>,
}

impl Form {
    pub fn scalar(insn: &Insn) -> Option<Form> {
        (insn.size >= 2).then_some(Form { double: insn.size == 3, packed: None })
    }

    /// The forms of `simd_fp`, where one lane is a scalar.
    pub fn vector(insn: &Insn) -> Option<Form> {
        if insn.opt == 1 {
            return Form::scalar(insn);
        }
        (insn.size >= 2).then_some(Form { double: insn.size == 3, packed: Some(u32::from(insn.opt) << insn.size == 8) })
    }

    pub fn op(self, opcode: u8) -> Vop {
        float(opcode, self.double, self.packed.is_some())
    }

    /// Bits above the result that become zero.
    pub fn above(self) -> u32 {
        match (self.packed, self.double) {
            (None, false) => 96,
            (None, true) | (Some(true), _) => 64,
            (Some(false), _) => 0,
        }
    }
}

/// Leaves when X2 is not what the architecture's result would be.
pub(super) fn check(t: &mut Translator, form: Form, tiny: bool, redo: Label) {
    if form.packed.is_some() {
        t.asm.v3(cmp_packed(form.double), X1, X2, X2);
        t.asm.byte_after(UNORDERED);
        if tiny {
            // Without its sign, shifted to the bottom: an exponent of one.
            let lane = 2 + u8::from(form.double);
            t.asm.v_shift(0x70 + lane, 6, X3, X2, 1);
            t.asm.v_shift(0x70 + lane, 2, X3, X3, if form.double { 53 } else { 24 });
            let one = layout::constant(if form.double { Constant::One64 } else { Constant::One32 });
            t.asm.v3(PCMPEQ[usize::from(lane)], X3, X3, one);
            t.asm.v3(POR, X1, X1, X3);
        }
        t.asm.v2(PTEST, X1, X1);
        return t.asm.jcc(Cc::Ne, redo);
    }
    t.ordered_compare(form.double, false, X2, X2);
    t.asm.jcc(Cc::P, redo);
    if tiny {
        // The word that has the exponent.
        t.asm.v_general(Vop(P66, 1, 0xc5), false, RAX.0, 0, X2);
        t.asm.byte_after(if form.double { 3 } else { 1 });
        let (mask, one) = if form.double { (0x7ff0, 0x10) } else { (0x7f80, 0x80) };
        t.asm.alu_imm(Alu::And, false, RAX, mask);
        t.asm.alu_imm(Alu::Cmp, false, RAX, one);
        t.asm.jcc(Cc::E, redo);
    }
}

/// Rd = X2, and the end of the instruction.
pub(super) fn write(t: &mut Translator, insn: &Insn, form: Form, back: Label) {
    t.write_vector(insn.rd, X2, form.above());
    t.asm.bind(back);
}

/// A source of a packed operation: of a 64-bit one only the lower half, so that the rest raises nothing.
pub(super) fn packed_source(t: &mut Translator, guest: u8, form: Form, scratch: Xmm) -> Xmm {
    if form.packed != Some(true) {
        return t.vector_source(guest, scratch);
    }
    let source = t.vector_operand(guest);
    t.asm.vmovq(scratch, source);
    scratch
}

fn binary(t: &mut Translator, insn: &Insn, form: Option<Form>, opcode: u8, tiny: bool, finish: impl FnOnce(&mut Translator, Form)) -> bool {
    let Some(form) = form else { return false };
    // Zeros above the operands of a 64-bit vector would divide by zero.
    if opcode == 0x5e && form.packed == Some(true) {
        return false;
    }
    let back = t.asm.label();
    let redo = t.redo(back);
    let left = packed_source(t, insn.rn, form, X0);
    let right: Rm = if form.packed == Some(true) { packed_source(t, insn.rm, form, X1).into() } else { t.vector_operand(insn.rm) };
    t.asm.v3(form.op(opcode), X2, left, right);
    if form.packed.is_none() {
        t.upper_bits_of(insn.rn);
    }
    check(t, form, tiny, redo);
    finish(t, form);
    write(t, insn, form, back);
    true
}

pub fn fadd(t: &mut Translator, insn: &Insn) -> bool {
    binary(t, insn, Form::scalar(insn), 0x58, false, |_, _| {})
}

pub fn fsub(t: &mut Translator, insn: &Insn) -> bool {
    binary(t, insn, Form::scalar(insn), 0x5c, false, |_, _| {})
}

pub fn fmul(t: &mut Translator, insn: &Insn) -> bool {
    binary(t, insn, Form::scalar(insn), 0x59, true, |_, _| {})
}

pub fn fdiv(t: &mut Translator, insn: &Insn) -> bool {
    binary(t, insn, Form::scalar(insn), 0x5e, true, |_, _| {})
}

pub fn fnmul(t: &mut Translator, insn: &Insn) -> bool {
    binary(t, insn, Form::scalar(insn), 0x59, true, |t, form| {
        t.asm.v3(PXOR, X2, X2, layout::constant(if form.double { Constant::Sign64 } else { Constant::Sign32 }));
        t.scratch_upper_zero = 0;
    })
}

pub fn fadd_vec(t: &mut Translator, insn: &Insn) -> bool {
    binary(t, insn, Form::vector(insn), 0x58, false, |_, _| {})
}

/// Sums of neighbours.
pub fn faddp_vec(t: &mut Translator, insn: &Insn) -> bool {
    let Some(form) = Form::vector(insn).filter(|form| form.packed == Some(false)) else { return false };
    let back = t.asm.label();
    let redo = t.redo(back);
    let (left, right) = (t.vector_source(insn.rn, X0), t.vector_source(insn.rm, X1));
    let (op, even, odd) = if form.double { (Vop(P66, 1, 0xc6), 0, 3) } else { (Vop(NP, 1, 0xc6), 0x88, 0xdd) };
    t.asm.v3_imm(op, X2, left, right, even, X3);
    t.asm.v3_imm(op, X3, left, right, odd, X3);
    t.asm.v3(form.op(0x58), X2, X2, X3);
    check(t, form, false, redo);
    write(t, insn, form, back);
    true
}

pub fn fsub_vec(t: &mut Translator, insn: &Insn) -> bool {
    binary(t, insn, Form::vector(insn), 0x5c, false, |_, _| {})
}

pub fn fmul_vec(t: &mut Translator, insn: &Insn) -> bool {
    binary(t, insn, Form::vector(insn), 0x59, true, |_, _| {})
}

pub fn fdiv_vec(t: &mut Translator, insn: &Insn) -> bool {
    binary(t, insn, Form::vector(insn), 0x5e, true, |_, _| {})
}

pub fn fabd(t: &mut Translator, insn: &Insn) -> bool {
    binary(t, insn, Form::vector(insn), 0x5c, false, |t, form| {
        t.asm.v3(PAND, X2, X2, layout::constant(if form.double { Constant::Magnitude64 } else { Constant::Magnitude32 }));
    })
}

fn square_root(t: &mut Translator, insn: &Insn, form: Option<Form>) -> bool {
    let Some(form) = form else { return false };
    let back = t.asm.label();
    let redo = t.redo(back);
    let source = packed_source(t, insn.rn, form, X0);
    if form.packed.is_some() {
        t.asm.v2(form.op(0x51), X2, source);
    } else {
        t.asm.v3(form.op(0x51), X2, source, source);
        t.upper_bits_of(insn.rn);
    }
    check(t, form, false, redo);
    write(t, insn, form, back);
    true
}

pub fn fsqrt(t: &mut Translator, insn: &Insn) -> bool {
    square_root(t, insn, Form::scalar(insn))
}

pub fn fsqrt_vec(t: &mut Translator, insn: &Insn) -> bool {
    square_root(t, insn, Form::vector(insn))
}

/// Fused: `opcode` is the "231" form, X2 its accumulator, which guest register `addend` gives. `right` is in X1 when None.
fn fused(t: &mut Translator, insn: &Insn, form: Form, opcode: u8, addend: u8, right: Option<u8>, redo: Label, back: Label) {
    let start = packed_source(t, addend, form, X2);
    t.asm.vmov(X2, start);
    let left = packed_source(t, insn.rn, form, X0);
    let right: Rm = match right {
        Some(right) if form.packed == Some(true) => packed_source(t, right, form, X1).into(),
        Some(right) => t.vector_operand(right),
        None => X1.into(),
    };
    t.asm.fma(opcode + u8::from(form.packed.is_none()), form.double, X2, left, right);
    if form.packed.is_none() {
        t.upper_bits_of(addend);
    }
    check(t, form, true, redo);
    write(t, insn, form, back);
}

fn multiply_add(t: &mut Translator, insn: &Insn, form: Option<Form>, opcode: u8, addend: u8) -> bool {
    let Some(form) = form.filter(|_| t.host.v3) else { return false };
    let back = t.asm.label();
    let redo = t.redo(back);
    fused(t, insn, form, opcode, addend, Some(insn.rm), redo, back);
    true
}

pub fn fmadd(t: &mut Translator, insn: &Insn) -> bool {
    multiply_add(t, insn, Form::scalar(insn), 0xb8, insn.ra)
}

pub fn fmsub(t: &mut Translator, insn: &Insn) -> bool {
    multiply_add(t, insn, Form::scalar(insn), 0xbc, insn.ra)
}

pub fn fnmadd(t: &mut Translator, insn: &Insn) -> bool {
    multiply_add(t, insn, Form::scalar(insn), 0xbe, insn.ra)
}

pub fn fnmsub(t: &mut Translator, insn: &Insn) -> bool {
    multiply_add(t, insn, Form::scalar(insn), 0xba, insn.ra)
}

pub fn fmla(t: &mut Translator, insn: &Insn) -> bool {
    multiply_add(t, insn, Form::vector(insn), 0xb8, insn.rd)
}

pub fn fmls(t: &mut Translator, insn: &Insn) -> bool {
    multiply_add(t, insn, Form::vector(insn), 0xbc, insn.rd)
}

/// X1 = the lane of Rm that `imm` names, everywhere (or only in the lower half).
fn element(t: &mut Translator, insn: &Insn, form: Form) {
    let source = t.vector_source(insn.rm, X1);
    let lane = insn.imm as u8;
    if form.double {
        t.asm.v3(if lane == 0 { PUNPCKLQDQ } else { PUNPCKHQDQ }, X1, source, source);
    } else {
        t.asm.v2_imm(PSHUFD, X1, source, lane * 0x55);
    }
}

fn fused_element(t: &mut Translator, insn: &Insn, opcode: u8) -> bool {
    let Some(form) = Form::vector(insn).filter(|form| t.host.v3 && form.packed != Some(true)) else { return false };
    let back = t.asm.label();
    let redo = t.redo(back);
    element(t, insn, form);
    fused(t, insn, form, opcode, insn.rd, None, redo, back);
    true
}

pub fn fmla_elem(t: &mut Translator, insn: &Insn) -> bool {
    fused_element(t, insn, 0xb8)
}

pub fn fmls_elem(t: &mut Translator, insn: &Insn) -> bool {
    fused_element(t, insn, 0xbc)
}

pub fn fmul_elem(t: &mut Translator, insn: &Insn) -> bool {
    let Some(form) = Form::vector(insn).filter(|form| form.packed != Some(true)) else { return false };
    let back = t.asm.label();
    let redo = t.redo(back);
    element(t, insn, form);
    let left = t.vector_source(insn.rn, X0);
    t.asm.v3(form.op(0x59), X2, left, X1);
    if form.packed.is_none() {
        t.upper_bits_of(insn.rn);
    }
    check(t, form, true, redo);
    write(t, insn, form, back);
    true
}

/// The sum of two lanes.
pub fn faddp_scalar(t: &mut Translator, insn: &Insn) -> bool {
    if insn.size < 2 {
        return false;
    }
    let form = Form { double: insn.size == 3, packed: None };
    let back = t.asm.label();
    let redo = t.redo(back);
    let source = t.vector_source(insn.rn, X0);
    t.asm.v2_imm(PSHUFD, X1, source, if form.double { 0xee } else { 0x55 });
    t.asm.v3(form.op(0x58), X2, source, X1);
    check(t, form, false, redo);
    write(t, insn, form, back);
    true
}

/// Operations on the sign bit, of scalars and vectors.
fn sign(t: &mut Translator, insn: &Insn, form: Option<Form>, op: Vop, single: Constant, double: Constant) -> bool {
    let Some(form) = form else { return false };
    let source = t.vector_source(insn.rn, X0);
    t.asm.v3(op, X2, source, layout::constant(if form.double { double } else { single }));
    t.write_vector(insn.rd, X2, form.above());
    true
}

pub fn fabs(t: &mut Translator, insn: &Insn) -> bool {
    sign(t, insn, Form::scalar(insn), PAND, Constant::Magnitude32, Constant::Magnitude64)
}

pub fn fneg(t: &mut Translator, insn: &Insn) -> bool {
    sign(t, insn, Form::scalar(insn), PXOR, Constant::Sign32, Constant::Sign64)
}

pub fn fabs_vec(t: &mut Translator, insn: &Insn) -> bool {
    sign(t, insn, Form::vector(insn), PAND, Constant::Magnitude32, Constant::Magnitude64)
}

pub fn fneg_vec(t: &mut Translator, insn: &Insn) -> bool {
    sign(t, insn, Form::vector(insn), PXOR, Constant::Sign32, Constant::Sign64)
}

pub fn fmov(t: &mut Translator, insn: &Insn) -> bool {
    let Some(form) = Form::scalar(insn) else { return false };
    let source = t.vector_source(insn.rn, X2);
    t.asm.vmov(X2, source);
    t.upper_bits_of(insn.rn);
    t.write_vector(insn.rd, X2, form.above());
    true
}

pub fn fmov_imm(t: &mut Translator, insn: &Insn) -> bool {
    let target = t.vector_target(insn.rd, X2);
    t.asm.mov_imm(RAX, insn.imm);
    t.asm.v_general(MOVD, true, target.0, 0, RAX);
    t.vector_finish(insn.rd, target);
    t.set_upper_zero(insn.rd, if insn.size == 3 { 64 } else { 96 });
    true
}

/// FMOV Vd, Rn of 32 or 64 bits.
pub fn fmov_from_general(t: &mut Translator, insn: &Insn) {
    let value = t.source(insn.rn, RAX);
    let target = t.vector_target(insn.rd, X2);
    t.asm.v_general(MOVD, insn.size == 3, target.0, 0, value);
    t.vector_finish(insn.rd, target);
    t.set_upper_zero(insn.rd, if insn.size == 3 { 64 } else { 96 });
}

pub fn fmov_to_general(t: &mut Translator, insn: &Insn) {
    let source = t.vector_source(insn.rn, X0);
    let target = t.target(insn.rd, RAX);
    t.asm.v_general(MOVD_OUT, insn.size == 3, source.0, 0, target);
    t.finish(insn.rd, target);
}

pub fn fmov_top_to_general(t: &mut Translator, insn: &Insn) {
    let source = t.vector_source(insn.rn, X0);
    let target = t.target(insn.rd, RAX);
    t.asm.v_general(Vop(P66, 3, 0x16), true, source.0, 0, target);
    t.asm.byte_after(1);
    t.finish(insn.rd, target);
}

pub fn fmov_top_from_general(t: &mut Translator, insn: &Insn) {
    let value = t.source(insn.rn, RAX);
    let old = t.vector_source(insn.rd, X2);
    let target = t.vector_target(insn.rd, X2);
    t.asm.vmov(target, old);
    t.asm.v_general(Vop(P66, 3, 0x22), true, target.0, target.0, value);
    t.asm.byte_after(1);
    t.vector_finish(insn.rd, target);
}
