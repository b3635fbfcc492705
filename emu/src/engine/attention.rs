//! What engines do between blocks, whatever they are: serve requests of others, take interrupts and exceptions.
//! Executes no instruction.

use super::EngineStats;
use crate::cpu::{Attention, Cpu, Exit, Pending, Vector};

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
