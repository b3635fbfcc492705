//! Branches: the last instruction of a block. Exceptions and ERET are the interpreter's.

use crate::insn::{Insn, Op};
use crate::jit::asm::{Cc, RAX, RDX};
use crate::jit::flags::Test;
use crate::jit::translate::Translator;

/// Emits the branch; the address at which emission goes on, if it does.
pub fn terminator(t: &mut Translator, insn: &Insn, pc: u64) -> Option<u64> {
    let fall = pc.wrapping_add(4);
    match insn.op {
        Op::B_uncond => Some(insn.imm),
        Op::BL => bl(t, insn, fall),
        Op::CBZ => cbz(t, insn, Cc::E, fall),
        Op::CBNZ => cbz(t, insn, Cc::Ne, fall),
        Op::TBZ => tbz(t, insn, Cc::Ae, fall),
        Op::TBNZ => tbz(t, insn, Cc::B, fall),
        Op::BR | Op::RET => indirect(t, insn, None),
        Op::BLR => indirect(t, insn, Some(fall)),
        _ => b_cond(t, insn, fall),
    }
}

fn link_register(t: &mut Translator, fall: u64) {
    let link = t.target(30, RDX);
    t.address_constant(link, fall);
    t.finish(30, link);
}

fn bl(t: &mut Translator, insn: &Insn, fall: u64) -> Option<u64> {
    if t.flags_use(30) {
        t.store_flags();
    }
    link_register(t, fall);
    Some(insn.imm)
}

fn b_cond(t: &mut Translator, insn: &Insn, fall: u64) -> Option<u64> {
    match t.condition(insn.opt) {
        Test::Always => Some(insn.imm),
        Test::Holds(cc) => t.two_way(cc, insn.imm, fall),
    }
}

fn cbz(t: &mut Translator, insn: &Insn, cc: Cc, fall: u64) -> Option<u64> {
    let value = t.source(insn.rd, RAX);
    t.asm.test(insn.size == 1, value, value);
    t.two_way(cc, insn.imm, fall)
}

fn tbz(t: &mut Translator, insn: &Insn, cc: Cc, fall: u64) -> Option<u64> {
    let value = t.source(insn.rd, RAX);
    t.asm.bit_test(insn.opt >= 32, value, insn.opt);
    t.two_way(cc, insn.imm, fall)
}

/// BR, BLR, RET. The jump table holds no address that BranchAddr() would change.
fn indirect(t: &mut Translator, insn: &Insn, link: Option<u64>) -> Option<u64> {
    t.store_flags();
    t.copy(insn.rn, RAX);
    if let Some(fall) = link {
        link_register(t, fall);
    }
    t.spill_dirty();
    t.leave_indirect(insn.opt);
    None
}
