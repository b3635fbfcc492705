#![expect(unsafe_code, reason = "hands the test's own memory to the emulator")]
//! What programs cannot show, because it is only slow when it goes wrong: that code made late is reached without a detour, and code that
//! was found stays so when it may.

use std::sync::Arc;

use super::{Exit, Jit, JitLevel};
use crate::cpu::{Cpu, CpuConfig};
use crate::engine::fetched::is_fetched_from;
use crate::mem::{AccessKind, PhysicalMemory, SlotFlags};
use crate::sys::hcr::API;
use crate::timer::Clock;
use sysregs::SysReg;

const RAM: u64 = 0x4000_0000;
const PAGE: u64 = 0x1000;

/// Accesses at [X0]: LDR X1; LDR W1; LDRB W1; LDRSH X1; STR X1; STRB W1; LDP X1, X2; STP X1, X2; LDXR X1. FP is trapped.
const ACCESSES: [u32; 9] =
    [0xf940_0001, 0xb940_0001, 0x3940_0001, 0x7980_0001, 0xf900_0001, 0x3900_0001, 0xa940_0801, 0xa900_0801, 0xc85f_7c01];
/// ADD X0, X0, #1, LSL #12.
const NEXT_PAGE: u32 = 0x9140_0400;
/// B to itself.
const STOP: u32 = 0x1400_0000;

/// Each access is the first to its page.
fn program() -> Vec<u32> {
    ACCESSES.into_iter().flat_map(|access| [access, NEXT_PAGE]).chain([STOP]).collect()
}

/// Both instructions' addresses, a multiple of the table's reach apart, have one place there.
#[test]
fn branches_that_take_turns_are_listed_once() {
    const APART: u64 = 0x1_0000;
    let mut backing = vec![0u64; 0x2_0000 / 8];
    let memory = Arc::new(PhysicalMemory::default());
    // SAFETY: `backing` outlives the PE, and nothing else runs on it.
    memory.install(unsafe { PhysicalMemory::new_slot(0, RAM, 0x2_0000, backing.as_mut_ptr().cast(), SlotFlags::default()) });
    // BLR X10; BLR X11; B to the first. RET at both targets.
    for (address, words) in [(0, &[0xd63f_0140u32, 0xd63f_0160, 0x17ff_fffe][..]), (0x100, &[0xd65f_03c0]), (0x100 + APART, &[0xd65f_03c0])]
    {
        let bytes: Vec<u8> = words.iter().flat_map(|word| word.to_le_bytes()).collect();
        memory.write_bytes(RAM + address, &bytes).expect("RAM");
    }
    let model = sysregs::models::by_name("cortex-a57").expect("a model");
    let config = CpuConfig::new(model.ids(), 0x8000_0000, false).expect("a complete model");
    let mut cpu = Cpu::new(Arc::new(config), memory, Arc::default(), Arc::new(Clock::virtual_time(1_000_000_000)));
    (cpu.pc, cpu.x[10], cpu.x[11], cpu.budget) = (RAM, RAM + 0x100, RAM + 0x100 + APART, 50_000);
    let mut jit = Jit::new(JitLevel::V3).eager();
    assert_eq!(jit.run(&mut cpu), Exit::Budget);
    let looked_up = jit.stats().lookups_slow;
    assert!(looked_up > 10_000, "{looked_up}");
    assert!(jit.code.as_ref().expect("code").jumps_listed() < 100);
}

/// MSR TTBR0_EL1, X0; ISB; EOR X0, X0, X1; BL to the next page; ADD X5, X5, #1; B to the first. There: ADD X4, X4, #1, or #16; RET.
const SWITCHES: [u32; 6] = [0xd518_2000, 0xd503_3fdf, 0xca01_0000, 0x9400_03fd, 0x9100_04a5, 0x17ff_fffb];
const FUNCTIONS: [[u32; 2]; 2] = [[0x9100_0484, 0xd65f_03c0], [0x9100_4084, 0xd65f_03c0]];

/// Two processes take turns, whose second page of code is the same or not. Slow look-ups, and X4 and X5.
fn switch_processes(same: bool) -> (u64, u64, u64) {
    let mut backing = vec![0u64; 16 * PAGE as usize / 8];
    let memory = Arc::new(PhysicalMemory::default());
    // SAFETY: `backing` outlives the PE, and nothing else runs on it.
    memory.install(unsafe { PhysicalMemory::new_slot(0, RAM, 16 * PAGE, backing.as_mut_ptr().cast(), SlotFlags::default()) });
    let put = |address: u64, words: &[u32]| {
        let bytes: Vec<u8> = words.iter().flat_map(|word| word.to_le_bytes()).collect();
        memory.write_bytes(address, &bytes).expect("RAM");
    };
    put(RAM, &SWITCHES);
    (1..).zip(FUNCTIONS).for_each(|(page, function)| put(RAM + page * PAGE, &function));
    let entry = |address: u64, entry: u64| memory.write_bytes(address, &entry.to_le_bytes()).expect("RAM");
    for (process, function) in [(0, 1), (1, if same { 1 } else { 2 })] {
        let tables = RAM + (4 + 3 * process) * PAGE;
        entry(tables + 8, tables + PAGE + 3);
        entry(tables + PAGE, tables + 2 * PAGE + 3);
        // Accessed, not global, of normal memory.
        [0, function].into_iter().zip(0..).for_each(|(page, at)| entry(tables + 2 * PAGE + 8 * at, RAM + page * PAGE + 0xf03));
    }
    let model = sysregs::models::by_name("cortex-a57").expect("a model");
    let config = CpuConfig::new(model.ids(), 0x8000_0000, false).expect("a complete model");
    let mut cpu = Cpu::new(Arc::new(config), memory, Arc::default(), Arc::new(Clock::virtual_time(1_000_000_000)));
    let first = (RAM + 4 * PAGE) | 1 << 48;
    let second = first + 3 * PAGE + (1 << 48);
    let registers = [(SysReg::TTBR0_EL1, first), (SysReg::TCR_EL1, 25 | 1 << 23), (SysReg::MAIR_EL1, 0xff), (SysReg::SCTLR_EL1, 1)];
    registers.into_iter().for_each(|(register, value)| cpu.set_sys(register, value));
    cpu.update_derived();
    (cpu.pc, cpu.x[0], cpu.x[1], cpu.budget) = (RAM, second, first ^ second, 80_000);
    let mut jit = Jit::new(JitLevel::V3).eager();
    assert_eq!(jit.run(&mut cpu), Exit::Budget);
    (jit.stats().lookups_slow, cpu.x[4], cpu.x[5])
}

#[test]
fn code_is_found_again_only_where_processes_differ() {
    let (looked_up, sum, calls) = switch_processes(true);
    assert!(calls > 9_000 && sum.abs_diff(calls) < 2 && looked_up < 100, "{looked_up} look-ups, {sum} of {calls}");
    let (looked_up, sum, calls) = switch_processes(false);
    assert!(calls > 9_000 && sum.abs_diff(calls * 17 / 2) < 18 && looked_up > calls, "{looked_up} look-ups, {sum} of {calls}");
}

/// PACIASP; AUTIASP; ADD X5, X5, #1; B to the first: enabled or not, Rust is asked once.
#[test]
fn known_outcomes_of_pointers_are_found_by_generated_code() {
    let mut backing = vec![0u64; PAGE as usize / 8];
    let memory = Arc::new(PhysicalMemory::default());
    // SAFETY: `backing` outlives the PE, and nothing else runs on it.
    memory.install(unsafe { PhysicalMemory::new_slot(0, RAM, PAGE, backing.as_mut_ptr().cast(), SlotFlags::default()) });
    let code: Vec<u8> = [0xd503_233fu32, 0xd503_23bf, 0x9100_04a5, 0x17ff_fffd].into_iter().flat_map(u32::to_le_bytes).collect();
    memory.write_bytes(RAM, &code).expect("RAM");
    let model = sysregs::models::by_name("neoverse-v1").expect("a model");
    let config = CpuConfig::new(model.ids(), 0x8000_0000, false).expect("a complete model");
    let mut cpu = Cpu::new(Arc::new(config), memory, Arc::default(), Arc::new(Clock::virtual_time(1_000_000_000)));
    cpu.set_sys(SysReg::HCR_EL2, API);
    let mut jit = Jit::new(JitLevel::V3).eager();
    for (round, enabled) in (1..).zip([1 << 31, 0, 1 << 31]) {
        cpu.set_sys(SysReg::SCTLR_EL1, enabled);
        (cpu.pc, cpu.x[30], cpu.x[5], cpu.budget) = (RAM, 0x4000_1234, 0, 40_000);
        assert_eq!(jit.run(&mut cpu), Exit::Budget);
        assert_eq!((cpu.x[30], cpu.x[5]), (0x4000_1234, 10_000));
        let called: u64 = cpu.interpreted_rows().iter().filter(|(name, ..)| name.ends_with("IASP")).map(|(_, calls, _)| calls).sum();
        // Two at first, and what is signed is known to be authenticated; again when controls have changed.
        assert!((round..=2 * round).contains(&called), "{called} calls in {round} rounds");
    }
}

/// FEAT_HAFDBS: a look at a translation that was relied on is no access, and one whose access flag was cleared has changed.
#[test]
fn looking_again_sets_no_access_flag() {
    let mut backing = vec![0u64; 8 * PAGE as usize / 8];
    let memory = Arc::new(PhysicalMemory::default());
    // SAFETY: `backing` outlives the PE, and nothing else runs on it.
    memory.install(unsafe { PhysicalMemory::new_slot(0, RAM, 8 * PAGE, backing.as_mut_ptr().cast(), SlotFlags::default()) });
    let entry = |address: u64, entry: u64| memory.write_bytes(address, &entry.to_le_bytes()).expect("RAM");
    let (tables, leaf) = (RAM + 4 * PAGE, RAM + 6 * PAGE);
    entry(tables + 8, tables + PAGE + 3);
    entry(tables + PAGE, leaf + 3);
    entry(leaf, RAM + 0x303);
    let model = sysregs::models::by_name("neoverse-n1").expect("a model");
    let config = CpuConfig::new(model.ids(), 0x8000_0000, false).expect("a complete model");
    let mut cpu = Cpu::new(Arc::new(config), memory.clone(), Arc::default(), Arc::new(Clock::virtual_time(1_000_000_000)));
    let tcr = 25 | 1 << 23 | 1 << 39;
    let registers = [(SysReg::TTBR0_EL1, tables), (SysReg::TCR_EL1, tcr), (SysReg::MAIR_EL1, 0xff), (SysReg::SCTLR_EL1, 1)];
    registers.into_iter().for_each(|(register, value)| cpu.set_sys(register, value));
    cpu.update_derived();
    let mode = cpu.tlb.mode();
    assert_eq!(is_fetched_from(&mut cpu, RAM, mode), None);
    assert_eq!(memory.read::<u64>(leaf), Some(RAM + 0x303), "nobody has fetched");
    assert!(cpu.translate(RAM, AccessKind::Fetch, mode).is_ok());
    assert_eq!(memory.read::<u64>(leaf), Some(RAM + 0x703));
    assert_eq!(is_fetched_from(&mut cpu, RAM, mode), Some((RAM, 12)));
}

#[test]
fn misses_jump_to_their_code_at_once() {
    for (level, scattered) in [(JitLevel::V2, false), (JitLevel::V3, false), (JitLevel::V3, true)] {
        let mut backing = vec![0u64; 32 * PAGE as usize / 8];
        let memory = Arc::new(PhysicalMemory::default());
        // SAFETY: `backing` outlives the PE, and nothing else runs on it.
        memory.install(unsafe { PhysicalMemory::new_slot(0, RAM, 32 * PAGE, backing.as_mut_ptr().cast(), SlotFlags::default()) });
        let code: Vec<u8> = program().into_iter().flat_map(u32::to_le_bytes).collect();
        memory.write_bytes(RAM, &code).expect("RAM");
        let model = sysregs::models::by_name("max").expect("the model max");
        let config = CpuConfig::new(model.ids(), 0x8000_0000, false).expect("a complete model");
        let mut cpu = Cpu::new(Arc::new(config), memory, Arc::default(), Arc::new(Clock::virtual_time(1_000_000_000)));
        if scattered {
            cpu.expect_scattered_memory();
        }
        (cpu.pc, cpu.x[0], cpu.budget) = (RAM, RAM + PAGE, 100);
        let mut jit = Jit::new(level).eager();
        assert_eq!(jit.run(&mut cpu), Exit::Budget);
        assert_eq!(cpu.x[0], RAM + PAGE * (1 + ACCESSES.len() as u64), "all of it was executed");
        let misses = jit.code.as_ref().expect("code").misses();
        assert_eq!(misses.len(), ACCESSES.len(), "{level:?}, scattered: {scattered}");
        assert!(misses.iter().all(|(jump, made)| jump == made), "{level:?}, scattered: {scattered}: {misses:x?}");
    }
}
