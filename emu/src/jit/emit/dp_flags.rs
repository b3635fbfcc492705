//! Conditional compare and select.

use super::dp_imm::register_operand;
use crate::insn::Insn;
use crate::jit::asm::{Alu, Mem, RAX, RCX, Unary};
use crate::jit::flags::{Comparison, Kind, Operand, Test};
use crate::jit::layout;
use crate::jit::translate::Translator;

/// Rn, or Rm as `otherwise` changes it in RAX without touching the host's flags.
fn select(t: &mut Translator, insn: &Insn, otherwise: impl FnOnce(&mut Translator, bool)) {
    let wide = insn.size == 1;
    match t.condition(insn.opt) {
        Test::Always => {
            let first = t.operand(insn.rn);
            t.asm.mov(wide, RAX, first);
        }
        Test::Holds(cc) => {
            t.copy(insn.rm, RAX);
            otherwise(t, wide);
            let first = t.operand(insn.rn);
            t.asm.cmov(cc, wide, RAX, first);
        }
    }
    t.write(insn.rd, RAX);
}

pub fn csel(t: &mut Translator, insn: &Insn) {
    select(t, insn, |_, _| {});
}

pub fn csinc(t: &mut Translator, insn: &Insn) {
    select(t, insn, |t, wide| t.asm.lea(wide, RAX, Mem::at(RAX, 1)));
}

pub fn csinv(t: &mut Translator, insn: &Insn) {
    select(t, insn, |t, wide| t.asm.unary(Unary::Not, wide, RAX));
}

pub fn csneg(t: &mut Translator, insn: &Insn) {
    select(t, insn, |t, wide| {
        t.asm.unary(Unary::Not, wide, RAX);
        t.asm.lea(wide, RAX, Mem::at(RAX, 1));
    });
}

fn conditional_compare(t: &mut Translator, insn: &Insn, kind: Kind, right: Operand) {
    let wide = insn.size == 1;
    t.touch(insn.rn);
    if let Operand::Register(register) = right {
        t.touch(register);
    }
    let Test::Holds(cc) = t.condition(insn.opt) else {
        return t.defer(Comparison { kind, wide, left: register_operand(insn.rn), right });
    };
    let skip = t.asm.label();
    t.asm.store_imm(false, layout::NZCV, (insn.aux << 28) as i32);
    t.asm.jcc(cc.inverted(), skip);
    t.copy(insn.rn, RAX);
    let op = if kind == Kind::Sub { Alu::Cmp } else { Alu::Add };
    match right {
        Operand::Register(register) => {
            let right = t.operand(register);
            t.asm.alu(op, wide, RAX, right);
        }
        Operand::Immediate(value) => t.alu_constant(op, wide, RAX, value, RCX),
        _ => {}
    }
    t.store_host_flags(kind);
    t.asm.bind(skip);
    t.stored_flags();
}

pub fn ccmn_reg(t: &mut Translator, insn: &Insn) {
    conditional_compare(t, insn, Kind::Add, register_operand(insn.rm));
}

pub fn ccmp_reg(t: &mut Translator, insn: &Insn) {
    conditional_compare(t, insn, Kind::Sub, register_operand(insn.rm));
}

pub fn ccmn_imm(t: &mut Translator, insn: &Insn) {
    conditional_compare(t, insn, Kind::Add, Operand::Immediate(insn.imm));
}

pub fn ccmp_imm(t: &mut Translator, insn: &Insn) {
    conditional_compare(t, insn, Kind::Sub, Operand::Immediate(insn.imm));
}
