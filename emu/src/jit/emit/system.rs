//! System registers that need nobody else: MRS, MSR (register), MSR (immediate) of DAIF, ISB; and DC ZVA. [`plan`] chooses when code is
//! decoded; what it does not choose is a step of the interpreter's.

use sysregs::{Encoding, SysReg};

use super::super::asm::{Alu, Cc, Mem, P66, PF3, R15, RAX, RCX, Shift, Vop, Xmm, x64};
use super::super::layout;
use super::super::translate::Translator;
use crate::cpu::{Cpu, ExceptionLevel};
use crate::insn::{Insn, Op};
use crate::mem::tlb_layout;
use crate::sys::{InlineAccess, hcr::TDZ};

/// `Insn::opt` of a planned instruction: what [`emit`] does. `Insn::imm` of MRS and MSR (register) goes with it.
const STORED: u8 = 1;
const FOLDED: u8 = 2;
const DAIF: u8 = 3;
const SYNCHRONISE: u8 = 4;
/// The interpreter's function, called: nothing about it needs the exact count of instructions.
pub(crate) const CALLED: u8 = 5;
const ZERO_BLOCK: u8 = 6;
const COMPLETE: u8 = 7;
const FLAGS: u8 = 8;
const FPCR: u8 = 9;

/// DC ZVA, and log2 of the block that [`zero_block`] knows.
const DC_ZVA: u16 = Encoding::new(1, 3, 7, 4, 1).0;
const BLOCK_BITS: u8 = 6;
/// SCTLR_EL1.DZE as a bit of the register's second byte: EL0 may use DC ZVA.
const DZE: u8 = 1 << 6;

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
        Op::DSB => {
            insn.opt = COMPLETE;
            return;
        }
        Op::SYS => return plan_operation(cpu, insn),
        _ => None,
    };
    match access {
        Some(InlineAccess::Stored(register)) => (insn.opt, insn.imm) = (STORED, 8 * register as u64),
        Some(InlineAccess::Folded { value, place }) => (insn.opt, insn.imm, insn.ra) = (FOLDED, value, place as u8),
        Some(InlineAccess::Daif) => insn.opt = DAIF,
        Some(InlineAccess::Flags) => insn.opt = FLAGS,
        Some(InlineAccess::Fpcr) => insn.opt = FPCR,
        Some(InlineAccess::Called) => insn.opt = CALLED,
        None => {}
    }
}

/// TLBI, and DC ZVA.
fn plan_operation(cpu: &Cpu, insn: &mut Insn) {
    if let Some(operation) = cpu.plan_invalidation(insn.aux as u16) {
        (insn.opt, insn.imm) = (CALLED, operation);
    } else if insn.aux == DC_ZVA.into() && cpu.config.zero_block == Some(BLOCK_BITS) && cpu.sys(SysReg::HCR_EL2) & TDZ == 0 {
        insn.opt = ZERO_BLOCK;
    }
}

/// Emits a planned instruction.
pub fn emit(t: &mut Translator, insn: &Insn) -> bool {
    match (insn.op, insn.opt) {
        (Op::MRS, STORED | FOLDED | DAIF | FLAGS | FPCR) => mrs(t, insn),
        (Op::MSR_reg, STORED) => msr_reg(t, insn),
        (Op::MSR_reg, DAIF) => msr_daif(t, insn),
        (Op::MSR_reg, FLAGS) => msr_nzcv(t, insn),
        (Op::MSR_imm, DAIF) => msr_imm(t, insn),
        (Op::ISB, _) => attend(t),
        (Op::SYS, ZERO_BLOCK) => zero_block(t, insn),
        (Op::DSB, _) => complete(t),
        _ => return false,
    }
    true
}

fn mrs(t: &mut Translator, insn: &Insn) {
    if insn.opt == FLAGS {
        t.store_flags();
    }
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
        FLAGS => t.asm.mov(false, to, layout::NZCV),
        FPCR => t.asm.mov(false, to, layout::FPCR),
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

fn msr_nzcv(t: &mut Translator, insn: &Insn) {
    t.copy(insn.rd, RAX);
    x64!(t.asm ; and eax, 0xf000_0000u32 as i32);
    t.asm.store(false, layout::NZCV, RAX);
    t.stored_flags();
}

fn msr_daif(t: &mut Translator, insn: &Insn) {
    t.copy(insn.rd, RAX);
    t.asm.shift(Shift::Shr, false, RAX, DAIF_SHIFT);
    x64!(t.asm ; and eax, 15);
    t.asm.store8(layout::DAIF, RAX);
    attend(t);
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
    let label = t.attention();
    t.asm.mov(true, RCX, layout::ATTENTION);
    t.asm.alu_imm(Alu::Cmp, false, Mem::at(RCX, 0), 0);
    t.asm.jcc(Cc::Ne, label);
}

/// DSB: a barrier, and the end of other PEs' TLB maintenance, if that has been asked for.
fn complete(t: &mut Translator) {
    let back = t.asm.label();
    let slow = t.redo(back);
    t.asm.test_imm8(layout::MAINTENANCE_PENDING, 1);
    t.asm.jcc(Cc::Ne, slow);
    x64!(t.asm ; lock or DWORD [rsp], 0);
    t.asm.bind(back);
}

/// Sixty-four aligned bytes lie in one page, so that the thunk's second look at the TLB, which tells Device memory apart, will do.
fn zero_block(t: &mut Translator, insn: &Insn) {
    let back = t.asm.label();
    let slow = t.redo(back);
    if t.context.tlb_set() == tlb_layout::user_set(t.context.tlb_set()) {
        t.asm.mov(true, RCX, layout::SYSTEM);
        t.asm.test_imm8(Mem::at(RCX, 8 * SysReg::SCTLR_EL1 as i32 + 1), DZE);
        t.asm.jcc(Cc::E, slow);
    }
    t.copy(insn.rd, RAX);
    x64!(t.asm ; and rax, BYTE -(1 << BLOCK_BITS));
    let (probes, base) = if t.context.scattered() { (t.thunks.probe_scattered, RAX) } else { (t.thunks.probe, R15) };
    t.far(0xe8, probes[1][5]);
    t.asm.jcc(Cc::Ne, slow);
    t.asm.v3(Vop(P66, 1, 0xef), Xmm(0), Xmm(0), Xmm(0));
    for offset in (0..1 << BLOCK_BITS).step_by(16) {
        t.asm.v2(Vop(PF3, 1, 0x7f), Xmm(0), Mem::indexed(RCX, base, 0, offset));
    }
    t.asm.bind(back);
}
