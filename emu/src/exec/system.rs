//! Hints, barriers and system register access.

use std::sync::atomic::{Ordering, fence};

use sysregs::{Feature, SysReg};

use crate::cpu::{Cpu, Exception, ExceptionClass, ExceptionLevel, Exit, Pstate, Stop};
use crate::insn::Insn;
use crate::timer::{Alarm, TimerId};

type Done = Result<(), Stop>;

/// Hints that this CPU has no effect for are NOPs; those with one have rows of their own.
#[inline(always)]
pub fn hint(_: &mut Cpu, _: &Insn) -> Done {
    Ok(())
}

/// Leaves for the hypervisor after the instruction.
fn leave_after(cpu: &mut Cpu, exit: Exit) -> Done {
    cpu.pc = cpu.pc.wrapping_add(4);
    Err(cpu.exit(exit))
}

/// WFI or WFE at EL0 with SCTLR_EL1.nTWI or nTWE clear is trapped, when it would wait. `kind` is ISS.TI and what goes with it.
fn wait_trapped(cpu: &mut Cpu, control: u32, kind: u32) -> Option<Stop> {
    let trapped = cpu.pstate.el == ExceptionLevel::EL0 && cpu.sys(SysReg::SCTLR_EL1) >> control & 1 == 0;
    // ISS: CV = 1, COND = 0b1110, TI in bits 1:0.
    trapped.then(|| cpu.raise(Exception::new(ExceptionClass::TrappedWfx, 0x1e << 20 | kind)))
}

pub fn wfe(cpu: &mut Cpu, _: &Insn) -> Done {
    cpu.event |= cpu.signal.take(crate::cpu::Attention::Event);
    if std::mem::take(&mut cpu.event) {
        return Ok(());
    }
    match wait_trapped(cpu, 18, 1) {
        Some(stop) => Err(stop),
        None => leave_after(cpu, Exit::Wfe),
    }
}

pub fn wfi(cpu: &mut Cpu, _: &Insn) -> Done {
    if cpu.interrupt_pending() {
        return Ok(());
    }
    match wait_trapped(cpu, 16, 0) {
        Some(stop) => Err(stop),
        None => leave_after(cpu, Exit::Wfi),
    }
}

/// The time of a WFET or WFIT has come.
fn timed_out(cpu: &mut Cpu, insn: &Insn) -> bool {
    cpu.sync_time(cpu.block_retired);
    cpu.timers.count(TimerId::Virtual) >= cpu.r(insn.rn)
}

/// ISS of a trapped WFxT: the register, and that it is valid.
fn timeout_syndrome(insn: &Insn, kind: u32) -> u32 {
    insn.bits(4, 0) << 5 | 1 << 2 | kind
}

/// Waits for what WFI or WFE waits for, or until the count in the register.
fn wait_until(cpu: &mut Cpu, insn: &Insn, events: bool) -> Done {
    let count = cpu.r(insn.rn);
    leave_after(cpu, Exit::WaitUntil(Alarm { count, events }))
}

pub fn wfet(cpu: &mut Cpu, insn: &Insn) -> Done {
    cpu.event |= cpu.signal.take(crate::cpu::Attention::Event);
    if std::mem::take(&mut cpu.event) || timed_out(cpu, insn) {
        return Ok(());
    }
    match wait_trapped(cpu, 18, timeout_syndrome(insn, 3)) {
        Some(stop) => Err(stop),
        None => wait_until(cpu, insn, true),
    }
}

pub fn wfit(cpu: &mut Cpu, insn: &Insn) -> Done {
    if cpu.interrupt_pending() || timed_out(cpu, insn) {
        return Ok(());
    }
    match wait_trapped(cpu, 16, timeout_syndrome(insn, 2)) {
        Some(stop) => Err(stop),
        None => wait_until(cpu, insn, false),
    }
}

pub fn sev(cpu: &mut Cpu, _: &Insn) -> Done {
    cpu.event = true;
    let own = cpu.signal.clone();
    for peer in cpu.peers.list().iter().filter(|peer| !std::sync::Arc::ptr_eq(peer, &own)) {
        peer.set(crate::cpu::Attention::Event);
    }
    Ok(())
}

pub fn sevl(cpu: &mut Cpu, _: &Insn) -> Done {
    cpu.event = true;
    Ok(())
}

pub fn yield_hint(cpu: &mut Cpu, _: &Insn) -> Done {
    leave_after(cpu, Exit::Yield)
}

pub fn clrex(cpu: &mut Cpu, _: &Insn) -> Done {
    cpu.monitor.clear();
    Ok(())
}

/// DSB also waits for broadcast TLB maintenance.
pub fn dsb(cpu: &mut Cpu, _: &Insn) -> Done {
    fence(Ordering::SeqCst);
    cpu.complete_maintenance();
    Ok(())
}

/// DMB: the host is TSO, so only a barrier that orders stores before loads costs something.
#[inline(always)]
pub fn dmb(_: &mut Cpu, insn: &Insn) -> Done {
    let loads_only_or_stores_only = insn.imm & 3 != 3;
    fence(if loads_only_or_stores_only { Ordering::AcqRel } else { Ordering::SeqCst });
    Ok(())
}

/// ISB ends the block, which is all that is asked: the next one is looked up with the state as it is then.
pub fn isb(_: &mut Cpu, _: &Insn) -> Done {
    Ok(())
}

#[inline(always)]
pub fn sb(_: &mut Cpu, _: &Insn) -> Done {
    Ok(())
}

pub fn cfinv(cpu: &mut Cpu, _: &Insn) -> Done {
    cpu.nzcv ^= 1 << 29;
    Ok(())
}

/// XAFLAG: flags of an FP comparison from the external format to Arm's.
pub fn xaflag(cpu: &mut Cpu, _: &Insn) -> Done {
    let (z, c) = (cpu.nzcv >> 30 & 1, cpu.nzcv >> 29 & 1);
    cpu.nzcv = (!c & !z & 1) << 31 | (z & c) << 30 | (c | z) << 29 | (!c & z & 1) << 28;
    Ok(())
}

/// AXFLAG: flags of an FP comparison from Arm's format to the external one.
pub fn axflag(cpu: &mut Cpu, _: &Insn) -> Done {
    let (z, c, v) = (cpu.nzcv >> 30 & 1, cpu.nzcv >> 29 & 1, cpu.nzcv >> 28 & 1);
    cpu.nzcv = (z | v) << 30 | (c & !v & 1) << 29;
    Ok(())
}

/// MSR (immediate): `aux` is op1:op2, `imm` the value.
pub fn msr_imm(cpu: &mut Cpu, insn: &Insn) -> Done {
    let value = insn.imm as u8;
    let privileged = cpu.pstate.el != ExceptionLevel::EL0;
    let on = value & 1 != 0;
    let has = |cpu: &Cpu, feature| cpu.features.contains(feature);
    match insn.aux {
        0b011_110 | 0b011_111 => {
            if !privileged {
                cpu.check_el0_daif(encoding_of(insn))?;
            }
            if insn.aux == 0b011_110 { cpu.pstate.daif |= value } else { cpu.pstate.daif &= !value }
        }
        0b000_101 if privileged => cpu.select_stack_pointer(on),
        0b000_100 if privileged && has(cpu, Feature::PAN) => cpu.set_pan(on),
        0b000_011 if privileged && has(cpu, Feature::UAO) => cpu.switch_pstate(Pstate { uao: on, ..cpu.pstate }),
        0b001_000 if privileged && has(cpu, Feature::NMI) && value < 2 => cpu.pstate.allint = on,
        0b011_010 if has(cpu, Feature::DIT) => cpu.pstate.dit = on,
        0b011_001 if has(cpu, Feature::SSBS2) => cpu.pstate.ssbs = on,
        0b011_100 if has(cpu, Feature::MTE) => cpu.pstate.tco = on,
        _ => return Err(cpu.undefined()),
    }
    Ok(())
}

/// The encoding of an MSR (immediate) as a syndrome shows it: op0 = 0, CRn = 4, CRm the value.
fn encoding_of(insn: &Insn) -> u16 {
    ((insn.aux >> 3) << 11 | 4 << 7 | (insn.imm as u32) << 3 | insn.aux & 7) as u16
}

pub fn sys(cpu: &mut Cpu, insn: &Insn) -> Done {
    let value = cpu.r(insn.rd);
    cpu.system_instruction(insn.aux as u16, insn.rd, value)
}

pub fn sysl(cpu: &mut Cpu, insn: &Insn) -> Done {
    let value = cpu.system_instruction_read(insn.aux as u16, insn.rd)?;
    cpu.set_r(insn.rd, value);
    Ok(())
}

pub fn msr_reg(cpu: &mut Cpu, insn: &Insn) -> Done {
    let value = cpu.r(insn.rd);
    cpu.write_system_register(insn.aux as u16, insn.rd, value)
}

pub fn mrs(cpu: &mut Cpu, insn: &Insn) -> Done {
    let value = cpu.read_system_register(insn.aux as u16, insn.rd)?;
    cpu.set_r(insn.rd, value);
    Ok(())
}

/// An instruction that the CPU has and this build does not execute: the run ends with a message.
pub fn unimplemented(cpu: &mut Cpu, insn: &Insn) -> Done {
    Err(cpu.exit(Exit::Unimplemented { word: insn.word }))
}

/// SME, wherever its encodings are: KVM hides it, so its trap comes first.
pub fn matrix(cpu: &mut Cpu, insn: &Insn) -> Done {
    cpu.check_scalable(true)?;
    unimplemented(cpu, insn)
}
