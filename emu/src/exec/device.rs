//! Loads and stores of one general register, at a base and an immediate, where a device is known to be: asked of the hypervisor
//! without the way through memory. Whatever is not that simple is left to the instruction's own function.

use super::completion::finish_stop;
use crate::cpu::Cpu;
use crate::insn::{Insn, Op, SP, effects};
use crate::mem::AccessKind;
use crate::mmu::Fault;

/// Executes a load or store that finds a device: Some(true) when it is done, Some(false) when it has stopped, which
/// `Cpu::pending` explains; None when nothing has happened.
#[inline]
pub fn access_device(cpu: &mut Cpu, insn: &Insn) -> Option<bool> {
    if cpu.hypervisor.is_none() || !is_simple(insn.op) || insn.rn == SP {
        return None;
    }
    let kind = if insn.effects() & effects::STORE != 0 { AccessKind::Write } else { AccessKind::Read };
    let address = cpu.r(insn.rn).wrapping_add(insn.imm);
    if address & ((1 << (insn.size & 3)) - 1) != 0 {
        return None;
    }
    let place = cpu.tlb.hole(cpu.tlb.mode(), address, kind)?;
    let _stop = cpu.abort(address, kind, Fault::stage2(place));
    Some(finish_stop(cpu, insn))
}

fn is_simple(op: Op) -> bool {
    matches!(
        op,
        Op::LDRB_uoff
            | Op::LDRH_uoff
            | Op::LDR_w_uoff
            | Op::LDR_x_uoff
            | Op::LDRSB_w_uoff
            | Op::LDRSB_x_uoff
            | Op::LDRSH_w_uoff
            | Op::LDRSH_x_uoff
            | Op::LDRSW_uoff
            | Op::STRB_uoff
            | Op::STRH_uoff
            | Op::STR_w_uoff
            | Op::STR_x_uoff
    )
}
