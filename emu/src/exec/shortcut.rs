//! Shorter ways for what generated code calls often and knows enough of: a load or store that finds a device, a hypercall, TLB
//! maintenance. Whatever is not that simple is left to the instruction's own function.

use super::completion::describe_abort;
use crate::cpu::{Cpu, ExceptionLevel};
use crate::insn::{Insn, Op, SP};
use crate::mem::{AccessKind, Port, Tags};
use crate::mmu::Fault;
use crate::sys::hcr::HCD;

/// What has become of an instruction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shortcut {
    /// Nothing has happened yet.
    None,
    /// It is done.
    Done,
    /// The hypervisor has done it, which may have moved interrupt lines.
    Answered,
    /// It is done, and translations are gone.
    Invalidated,
    /// It has stopped: `Cpu::pending` says why, and somebody may have an answer to that.
    Interrupted,
    /// It has stopped, and that is final.
    Stopped,
}

/// A load of a word, at a base and an immediate, from a device that publishes it: the shortest way of all, for it is what polling costs. False
/// leaves it to [`shortcut`].
#[inline(always)]
pub fn load_published(cpu: &mut Cpu, insn: &Insn) -> bool {
    // The stack pointer has to be aligned first.
    if insn.rn == SP || cpu.hypervisor.is_none() {
        return false;
    }
    let Some(value) = cpu.tlb.published(cpu.r(insn.rn).wrapping_add(insn.imm)) else { return false };
    cpu.monitor.clear();
    cpu.set_w(insn.rd, value);
    cpu.published_loads += 1;
    true
}

/// Executes an instruction that has a shorter way. Loads and stores are those of one general register, at a base and an immediate, that do not
/// extend a sign.
#[inline(always)]
pub fn shortcut(cpu: &mut Cpu, insn: &Insn) -> Shortcut {
    match insn.op {
        Op::LDRB_uoff | Op::LDRH_uoff | Op::LDR_w_uoff | Op::LDR_x_uoff => load(cpu, insn),
        Op::STRB_uoff | Op::STRH_uoff | Op::STR_w_uoff | Op::STR_x_uoff => store_to_device(cpu, insn),
        Op::HVC => hypercall(cpu),
        Op::SYS if insn.opt == crate::jit::CALLED => match cpu.planned_invalidation(insn) {
            Some(address) if crate::jit::is_untouched(cpu, address) => Shortcut::Answered,
            _ => Shortcut::Invalidated,
        },
        _ => Shortcut::None,
    }
}

/// The port that an access finds.
#[inline(always)]
fn port(cpu: &Cpu, insn: &Insn, write: bool) -> Port {
    cpu.tlb.port(cpu.r(insn.rn).wrapping_add(insn.imm), insn.size & 3, write)
}

/// The bits of an access.
#[inline(always)]
fn mask(insn: &Insn) -> u64 {
    u64::MAX >> (64 - (8 << (insn.size & 3)))
}

/// A load: from a device that is known to be there, without the way through memory, or from memory, which most often has the TLB filled.
fn load(cpu: &mut Cpu, insn: &Insn) -> Shortcut {
    if insn.rn == SP {
        return Shortcut::None;
    }
    let (port, place) = match port(cpu, insn, false) {
        Port::NoHole => return load_from_memory(cpu, insn),
        Port::Unknown => return Shortcut::None,
        Port::Known { port, physical } => (port, physical),
    };
    let Some(hypervisor) = &mut cpu.hypervisor else { return Shortcut::None };
    let Some(data) = hypervisor.load(port, place, insn.size & 3) else { return leave(cpu, insn, place, AccessKind::Read) };
    cpu.set_r(insn.rd, data & mask(insn));
    cpu.monitor.clear();
    Shortcut::Answered
}

fn load_from_memory(cpu: &mut Cpu, insn: &Insn) -> Shortcut {
    let (address, tags) = (cpu.r(insn.rn).wrapping_add(insn.imm), Tags::Checked);
    let value = match insn.size & 3 {
        0 => cpu.load_missed::<u8>(address, tags).map(u64::from),
        1 => cpu.load_missed::<u16>(address, tags).map(u64::from),
        2 => cpu.load_missed::<u32>(address, tags).map(u64::from),
        _ => cpu.load_missed::<u64>(address, tags),
    };
    let Ok(value) = value else { return Shortcut::Interrupted };
    cpu.set_r(insn.rd, value);
    Shortcut::Done
}

fn store_to_device(cpu: &mut Cpu, insn: &Insn) -> Shortcut {
    if insn.rn == SP {
        return Shortcut::None;
    }
    let Port::Known { port, physical: place } = port(cpu, insn, true) else { return Shortcut::None };
    let value = cpu.r(insn.rd) & mask(insn);
    let Some(hypervisor) = &mut cpu.hypervisor else { return Shortcut::None };
    if !hypervisor.store(port, place, insn.size & 3, value) {
        return leave(cpu, insn, place, AccessKind::Write);
    }
    cpu.monitor.clear();
    Shortcut::Answered
}

/// The hypervisor has no answer.
#[cold]
fn leave(cpu: &mut Cpu, insn: &Insn, place: u64, kind: AccessKind) -> Shortcut {
    let _stop = cpu.abort(cpu.r(insn.rn).wrapping_add(insn.imm), kind, Fault::stage2(place));
    describe_abort(cpu, insn);
    Shortcut::Stopped
}

/// A hypercall that the hypervisor answers on the spot.
fn hypercall(cpu: &mut Cpu) -> Shortcut {
    let allowed = cpu.pstate.el != ExceptionLevel::EL0 && cpu.sys(sysregs::SysReg::HCR_EL2) & HCD == 0;
    if !allowed || cpu.trace.is_some() {
        return Shortcut::None;
    }
    let answered = cpu.hypervisor.as_mut().is_some_and(|hypervisor| hypervisor.hypercall(&mut cpu.x));
    if !answered {
        return Shortcut::None;
    }
    cpu.monitor.clear();
    Shortcut::Answered
}
