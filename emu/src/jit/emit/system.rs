//! System registers that need nobody else: MRS, MSR (register), MSR (immediate) of DAIF, ISB. [`plan`] chooses when code is
//! decoded; what it does not choose is a step of the interpreter's.

use super::super::asm::{Alu, Cc, Mem, RAX, RCX, Shift};
use super::super::exits::Cold;
use super::super::layout;
use super::super::translate::Translator;
use crate::cpu::{Cpu, ExceptionLevel};
use crate::insn::{Insn, Op};
use crate::sys::InlineAccess;

/// `Insn::opt` of a planned instruction: what [`emit`] does. `Insn::imm` of MRS and MSR (register) goes with it.
const STORED: u8 = 1;
const FOLDED: u8 = 2;
const DAIF: u8 = 3;
const SYNCHRONISE: u8 = 4;
/// The interpreter's function, called: nothing about it needs the exact count of instructions.
const CALLED: u8 = 5;

/// PSTATE.DAIF's place in the register.
const DAIF_SHIFT: u8 = 6;
/// `Insn::aux` of MSR DAIFSet and MSR DAIFClr.
const DAIF_SET: u32 = 0b011_110;
const DAIF_CLEAR: u32 = 0b011_111;

/// Marks an instruction that generated code can do itself on `cpu` as it is now.
pub fn plan(cpu: &Cpu, insn: &mut Insn) {
    let access = match insn.op {
        Op::MRS => cpu.inline_read(insn.aux as u16),
        Op::MSR_reg => cpu.inline_write(insn.aux as u16),
        Op::MSR_imm if cpu.pstate.el == ExceptionLevel::EL1 && matches!(insn.aux, DAIF_SET | DAIF_CLEAR) => {
            insn.opt = DAIF;
            return;
        }
        Op::ISB => {
            insn.opt = SYNCHRONISE;
            return;
        }
        _ => None,
    };
    match access {
        Some(InlineAccess::Stored(register)) => (insn.opt, insn.imm) = (STORED, 8 * register as u64),
        Some(InlineAccess::Folded { value, place }) => (insn.opt, insn.imm, insn.ra) = (FOLDED, value, place as u8),
        Some(InlineAccess::Daif) => insn.opt = DAIF,
        Some(InlineAccess::Called) => insn.opt = CALLED,
        None => {}
    }
}

/// Emits a planned instruction.
pub fn emit(t: &mut Translator, insn: &Insn) -> bool {
    match (insn.op, insn.opt) {
        (Op::MRS, STORED | FOLDED | DAIF) => mrs(t, insn),
        (Op::MSR_reg, STORED) => msr_reg(t, insn),
        (Op::MSR_imm, DAIF) => msr_imm(t, insn),
        (Op::ISB, _) => attend(t),
        _ => return false,
    }
    true
}

fn mrs(t: &mut Translator, insn: &Insn) {
    let to = t.target(insn.rd, RAX);
    match insn.opt {
        STORED => {
            t.asm.mov(true, RCX, layout::SYSTEM);
            t.asm.mov(true, to, Mem::at(RCX, insn.imm as i32));
        }
        FOLDED => {
            t.asm.mov(true, RCX, layout::FOLDED);
            t.asm.alu_imm(Alu::Add, true, layout::folded_count(RCX, insn.ra.into()), 1);
            t.asm.mov_imm(to, insn.imm);
        }
        _ => {
            t.asm.zero_extend8(to, layout::DAIF);
            t.asm.shift(Shift::Shl, false, to, DAIF_SHIFT);
        }
    }
    t.finish(insn.rd, to);
}

fn msr_reg(t: &mut Translator, insn: &Insn) {
    let value = t.source(insn.rd, RAX);
    t.asm.mov(true, RCX, layout::SYSTEM);
    t.asm.store(true, Mem::at(RCX, insn.imm as i32), value);
}

/// DAIFSet and DAIFClr; who unmasks takes what is pending at once.
fn msr_imm(t: &mut Translator, insn: &Insn) {
    let bits = insn.imm as i32 & 15;
    t.asm.zero_extend8(RAX, layout::DAIF);
    if insn.aux == DAIF_SET {
        t.asm.alu_imm(Alu::Or, false, RAX, bits);
    } else {
        t.asm.alu_imm(Alu::And, false, RAX, !bits);
    }
    t.asm.store8(layout::DAIF, RAX);
    if insn.aux == DAIF_CLEAR {
        attend(t);
    }
}

/// Leaves after this instruction when somebody wants attention: others' changes of code, interrupts.
fn attend(t: &mut Translator) {
    let label = t.asm.label();
    t.asm.mov(true, RCX, layout::ATTENTION);
    t.asm.alu_imm(Alu::Cmp, false, Mem::at(RCX, 0), 0);
    t.asm.jcc(Cc::Ne, label);
    t.cold.push(Cold::Attend { label, site: t.current, flags: t.flags });
}
