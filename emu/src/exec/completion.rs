//! What becomes of an instruction that stopped: its syndrome, an answer of the hypervisor on the spot, and the counts of those that
//! complete by leaving. Takes no exception.

use crate::cpu::{Cpu, Exit, Pending};
use crate::insn::{Insn, effects};

/// Called once after `insn`, at `cpu.pc`, has stopped. True when it is done after all: what is left is to move pc and counts on, as
/// after any other instruction.
#[inline]
pub fn finish_stop(cpu: &mut Cpu, insn: &Insn) -> bool {
    describe_abort(cpu, insn);
    if cpu.answered() {
        return true;
    }
    match cpu.pending {
        Pending::Exit(Exit::Wfi | Exit::Wfe | Exit::WaitUntil(_) | Exit::Yield) => count_one(cpu),
        Pending::Exit(Exit::Hvc(_)) => {
            cpu.pc = cpu.pc.wrapping_add(4);
            count_one(cpu);
        }
        _ => {}
    }
    false
}

/// Adds what only the instruction knows to an abort: the syndrome of a single-register transfer.
#[inline]
pub(super) fn describe_abort(cpu: &mut Cpu, insn: &Insn) {
    if let Pending::Exit(Exit::Stage2(abort)) = &mut cpu.pending
        && insn.effects() & effects::ISV != 0
        && abort.esr & (1 << 7 | 1 << 8) == 0
    {
        let register = if insn.rd >= 31 { 31 } else { u64::from(insn.rd) };
        let (sign_extend, wide, ordered) = (u64::from(insn.opt & 1), u64::from(insn.opt >> 1 & 1), u64::from(insn.opt >> 2 & 1));
        abort.esr |= 1 << 24 | u64::from(insn.size & 3) << 22 | sign_extend << 21 | register << 16 | wide << 15 | ordered << 14;
    }
}

/// An instruction that completes by leaving for the hypervisor.
fn count_one(cpu: &mut Cpu) {
    cpu.monitor.clear();
    cpu.retired += 1;
    cpu.budget = cpu.budget.saturating_sub(1);
    if cpu.stepping() {
        cpu.finish_step(false);
    }
}
