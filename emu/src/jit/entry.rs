#![expect(unsafe_code)]
//! The border between Rust and generated code: the call in, the calls back, and MXCSR, whose sticky bits are FPSR's while
//! generated code runs. Decides nothing.
//!
//! Obligation: [`enter`] is given code that the translator made for this PE and that is still in the code memory. Generated code
//! touches the PE only through the pointer it is given, guest memory only through TLB entries of this PE, and calls back with
//! pointers to sites that live as long as the code.

use std::arch::asm;

use super::layout::BIAS;
use super::region::Site;
use crate::cpu::{Attention, Cpu};
use crate::exec::{Shortcut, finish_stop, load_published, run_slice, shortcut};
use crate::insn::{Op, effects};
use crate::mem::{Halves, SPACES};

/// Round to nearest, no flushing, everything masked, no sticky bit: Rust's own state.
const MXCSR_DEFAULT: u32 = 0x1f80;

/// What generated code leaves with.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub struct Left {
    /// A tag in the low three bits, and what it is about: see [`super::exits`].
    pub reason: u64,
    /// What is left of the count that it was given.
    pub counter: u64,
}

type Stub = extern "sysv64" fn(state: u64, code: u64, counter: u64, base: u64) -> Left;

/// Runs the code at `code`, at most `counter` instructions.
pub fn enter(cpu: &mut Cpu, stub: u64, code: u64, counter: u64) -> Left {
    cpu.jit.entries = cpu.tlb.current_entries();
    cpu.jit.attention = cpu.signal.bits_address();
    cpu.jit.pac_memo = cpu.pac_memo.address();
    // What the code's context says of R15.
    let base = if cpu.tlb.scattered() { cpu.jit.entries } else { cpu.tlb.common_addend() };
    let state = (std::ptr::from_mut(cpu).expose_provenance() as u64).wrapping_add(BIAS as u64);
    write_mxcsr(MXCSR_DEFAULT);
    // SAFETY: `stub` is the entry stub that the translator emitted with this signature (file obligation).
    let stub = unsafe { std::mem::transmute::<usize, Stub>(stub as usize) };
    let left = stub(state, code, counter, base);
    collect_flags(cpu);
    left
}

/// The site that a reason names.
pub fn site_of<'a>(reason: u64) -> &'a Site {
    // SAFETY: reasons with a site hold the address of one whose region is alive while its code is (file obligation); callers use
    // it before they drop code.
    unsafe { &*std::ptr::with_exposed_provenance((reason & !7) as usize) }
}

/// Executes one instruction by its interpreter function, or a shorter way: 0 it stopped, 1 done, 2 done and somebody wants attention, or
/// decoded code has become stale.
pub extern "sysv64" fn execute_site(cpu: *mut Cpu, site: *const Site) -> u64 {
    // SAFETY: generated code passes the PE that it runs for, which nothing else refers to meanwhile, and one of its own sites.
    let (cpu, site) = unsafe { (&mut *cpu, &*site) };
    if site.insn.op == Op::LDR_w_uoff && load_published(cpu, &site.insn) {
        return 1;
    }
    execute_otherwise(cpu, site)
}

#[inline(never)]
fn execute_otherwise(cpu: &mut Cpu, site: &Site) -> u64 {
    cpu.jit.interpreted.call(site.insn.op);
    cpu.pc = site.pc;
    match shortcut(cpu, &site.insn) {
        Shortcut::None => execute_in_full(cpu, site),
        Shortcut::Done => 1,
        Shortcut::Answered => answered(cpu),
        Shortcut::Invalidated if relies_on_stale(cpu) => 2,
        Shortcut::Invalidated => answered(cpu),
        Shortcut::Interrupted if finish_stop(cpu, &site.insn) => answered(cpu),
        Shortcut::Interrupted | Shortcut::Stopped => 0,
    }
}

/// Done, and interrupt lines may have moved.
#[inline(always)]
fn answered(cpu: &Cpu) -> u64 {
    1 + u64::from(cpu.signal.bits() != 0)
}

#[inline(never)]
fn execute_in_full(cpu: &mut Cpu, site: &Site) -> u64 {
    let float = site.insn.effects() & effects::FP != 0;
    if float {
        collect_flags(cpu);
    }
    let done = run_slice(cpu, std::slice::from_ref(&site.insn), site.pc) == 1;
    if float {
        write_mxcsr(MXCSR_DEFAULT);
    }
    match done {
        false if !finish_stop(cpu, &site.insn) => 0,
        false if cpu.signal.bits() != 0 => 2,
        true if cpu.signal.bits() & (Attention::FlushCode as u32 | Attention::Kick as u32) != 0 => 2,
        true if site.insn.effects() & effects::SYSTEM != 0 && (cpu.signal.bits() != 0 || relies_on_stale(cpu)) => 2,
        _ => 1,
    }
}

/// Translations have been invalidated that look-ups by virtual address rely on: code goes on only after they have been forgotten.
pub fn relies_on_stale(cpu: &mut Cpu) -> bool {
    let space = cpu.tlb.space() % SPACES;
    let (reliance, stale) = (&mut cpu.jit.reliance[space], &mut cpu.jit.stale[space]);
    if !cpu.tlb.unchanged(reliance) {
        *stale |= cpu.tlb.stale(reliance);
    }
    *stale != Halves::default()
}

/// No translation of the page of `address`, which was invalidated last, is relied on. What went before has been seen to.
#[inline]
pub fn is_untouched(cpu: &mut Cpu, address: u64) -> bool {
    let space = cpu.tlb.space() % SPACES;
    cpu.jit.stale[space] == Halves::default() && cpu.tlb.is_untouched(&mut cpu.jit.reliance[space], address)
}

fn write_mxcsr(value: u32) {
    // SAFETY: loads a valid control word with all exceptions masked.
    unsafe { asm!("ldmxcsr [{}]", in(reg) &value, options(nostack, readonly)) };
}

/// Moves the sticky bits of MXCSR to FPSR. Denormal operands are not reported: that is FPSR.IDC, which flushing alone sets.
fn collect_flags(cpu: &mut Cpu) {
    let mut value = 0u32;
    // SAFETY: stores to a local.
    unsafe { asm!("stmxcsr [{}]", in(reg) &mut value, options(nostack)) };
    if value & 0x3f != 0 {
        // Invalid; then divide by zero, overflow, underflow, inexact, one bit lower in FPSR.
        cpu.fpsr |= value & 1 | (value >> 1) & 0x1e;
        write_mxcsr(MXCSR_DEFAULT);
    }
}
