//! What engines do between blocks, whatever they are: serve requests of others, take interrupts and exceptions, complete what
//! an instruction's function could not know. Executes no instruction.

use super::EngineStats;
use crate::cpu::{Attention, Cpu, Exit, Pending, Vector};
use crate::insn::{Insn, effects};

/// What others asked for, and interrupts. Physical pages whose code is stale are added to `stale`; None is all.
#[cold]
pub(super) fn attend(cpu: &mut Cpu, stats: &mut EngineStats, stale: &mut Vec<Option<u64>>) -> Option<Exit> {
    cpu.serve_flush();
    if cpu.signal.take(Attention::FlushCode) {
        stale.append(&mut cpu.stale_code);
        stale.extend(cpu.signal.take_stale_pages().into_iter().map(|page| (page != u64::MAX).then_some(page)));
        stats.pages_invalidated += stale.len() as u64;
    }
    if cpu.signal.take(Attention::Timer) {
        cpu.check_timers();
    }
    cpu.event |= cpu.signal.take(Attention::Event);
    if cpu.signal.take(Attention::Kick) {
        return Some(Exit::Kicked);
    }
    for (attention, vector) in [(Attention::SError, Vector::SError), (Attention::Fiq, Vector::Fiq), (Attention::Irq, Vector::Irq)] {
        if cpu.signal.has(attention) && !cpu.masked(vector) {
            stats.interrupts += 1;
            if vector == Vector::SError {
                cpu.take_serror();
            } else {
                cpu.take_interrupt(vector);
            }
            break;
        }
    }
    None
}

/// Takes the pending exception, or hands the exit to the hypervisor.
pub(super) fn stop(cpu: &mut Cpu, stats: &mut EngineStats) -> Option<Exit> {
    match std::mem::take(&mut cpu.pending) {
        Pending::Exception(exception) => {
            stats.exceptions += 1;
            // An exception counts as one instruction, so that a guest that only takes exceptions still uses its budget.
            cpu.retired += 1;
            cpu.budget = cpu.budget.saturating_sub(1);
            if cpu.program.is_some() {
                return Some(Exit::Exception(exception));
            }
            let pc = cpu.pc;
            cpu.take_exception(&exception, pc);
            None
        }
        Pending::Exit(exit) => {
            let pc = cpu.pc;
            let [x0, x1, x2, x3, ..] = cpu.x;
            if let Some(trace) = &mut cpu.trace {
                trace.exit(pc, &exit, [x0, x1, x2, x3]);
            }
            Some(exit)
        }
        Pending::None => None,
    }
}

/// Adds what only the instruction knows to an abort: the syndrome of a single-register transfer. An instruction that
/// leaves for the hypervisor "after" itself has retired.
pub(super) fn finish_abort(cpu: &mut Cpu, insn: &Insn) {
    match &mut cpu.pending {
        Pending::Exit(Exit::Stage2(abort)) if insn.row().effects & effects::ISV != 0 && abort.esr & (1 << 7 | 1 << 8) == 0 => {
            let register = if insn.rd >= 31 { 31 } else { u64::from(insn.rd) };
            let (sign_extend, wide, ordered) = (u64::from(insn.opt & 1), u64::from(insn.opt >> 1 & 1), u64::from(insn.opt >> 2 & 1));
            abort.esr |= 1 << 24 | u64::from(insn.size & 3) << 22 | sign_extend << 21 | register << 16 | wide << 15 | ordered << 14;
        }
        Pending::Exit(Exit::Wfi | Exit::Wfe | Exit::WaitUntil(_) | Exit::Yield) => count_one(cpu),
        Pending::Exit(Exit::Hvc(_)) => {
            cpu.pc = cpu.pc.wrapping_add(4);
            count_one(cpu);
        }
        _ => {}
    }
}

/// An instruction that completes by leaving for the hypervisor.
fn count_one(cpu: &mut Cpu) {
    cpu.retired += 1;
    cpu.budget = cpu.budget.saturating_sub(1);
    if cpu.stepping() {
        cpu.finish_step(false);
    }
}
