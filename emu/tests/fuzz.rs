#![expect(unsafe_code, reason = "hands the test's own memory to the emulator")]
//! Hostile guests: random words and random system state must never panic, hang or leave guest memory. What they compute is
//! checked elsewhere. `INVAR_FUZZ_CASES` asks for more cases, `INVAR_FUZZ_SEED` says where they begin, or repeats one.

mod random;

use std::sync::Arc;

use emu::cpu::{Cpu, CpuConfig, Exit, Pstate, VcpuSignal};
use emu::engine::{Interpreter, Jit, JitLevel};
use emu::insn::decode::decode;
use emu::insn::disasm::disassemble;
use emu::insn::{Op, ROWS};
use emu::mem::{AccessKind, PhysicalMemory, SlotFlags, TlbMode};
use emu::timer::Clock;
use random::Random;
use sysregs::SysReg;

const RAM: u64 = 0x4000_0000;
const WORDS: usize = 0x1_0000 / 8;
/// Instructions of one case.
const LENGTH: u64 = 4000;
/// Exits that one case may answer; a guest that only leaves is not a hang.
const EXITS: u64 = 4000;

impl Random {
    /// A word: three in four belong to some row of the table, so that operands and not only UNDEFINED are exercised.
    fn word(&mut self) -> u32 {
        let bits = self.next() as u32;
        if self.below(4) == 0 {
            return bits;
        }
        let row = &ROWS[self.below(ROWS.len() as u64) as usize];
        row.pattern.value | bits & !row.pattern.mask
    }

    /// An address in or near RAM, or anything.
    fn address(&mut self) -> u64 {
        match self.below(4) {
            0 => self.next(),
            1 => RAM.wrapping_add(self.below(0x1_2000)).wrapping_sub(0x1000),
            _ => RAM + (self.below(0x1_0000) & !7),
        }
    }
}

/// A PE whose registers, translation controls and page tables are random; every other case has the MMU off.
fn hostile_cpu(random: &mut Random, memory: &mut [u64]) -> Cpu {
    let models = sysregs::models::all();
    let config = loop {
        let model = &models[random.below(models.len() as u64) as usize];
        // Models of CPUs known only in part cannot be executed.
        if let Ok(config) = CpuConfig::new(model.ids(), 0x8000_0000, random.below(2) == 0) {
            break config;
        }
    };
    let physical = Arc::new(PhysicalMemory::default());
    // SAFETY: the caller keeps `memory` until the PE is gone, and nothing else runs.
    physical
        .install(unsafe { PhysicalMemory::new_slot(0, RAM, 8 * memory.len() as u64, memory.as_mut_ptr().cast(), SlotFlags::default()) });
    let mut cpu = Cpu::new(Arc::new(config), physical, Arc::new(VcpuSignal::default()), Arc::new(Clock::virtual_time(62_500_000)));
    for register in &mut cpu.x[..31] {
        *register = random.next();
    }
    for index in [0, 1, 2, 3, 4, 5, 28, 29, 30] {
        cpu.x[index] = random.address();
    }
    cpu.v.fill_with(|| u128::from(random.next()) << 64 | u128::from(random.next()));
    (cpu.fpcr, cpu.fpsr) = (random.next() as u32 & 0x07f7_9f07, random.next() as u32 & 0x9f);
    for &register in SysReg::ALL {
        if random.below(3) == 0 {
            cpu.set_sys(register, random.next());
        }
    }
    cpu.set_sys(SysReg::VBAR_EL1, RAM + random.below(0x1_0000));
    cpu.set_sys(SysReg::TTBR0_EL1, RAM + random.below(0x1_0000));
    cpu.set_sys(SysReg::TTBR1_EL1, RAM + random.below(0x1_0000));
    if random.below(2) == 0 {
        cpu.set_sys(SysReg::SCTLR_EL1, cpu.sys(SysReg::SCTLR_EL1) & !1);
    }
    if random.below(4) != 0 {
        cpu.set_sys(SysReg::CPACR_EL1, 3 << 20);
    }
    if let Some((pstate, flags)) = Pstate::from_spsr((random.next() & 0xffff_ffe5) | (random.below(2) * 5)) {
        cpu.switch_pstate(pstate);
        cpu.nzcv = flags;
    }
    cpu.x[31] = random.address() & !15;
    cpu.pc = RAM + (random.below(0x1_0000) & !3);
    cpu.update_derived();
    cpu
}

/// Tables that lead somewhere: most descriptors are valid and point into RAM, the rest is anything.
fn random_descriptor(random: &mut Random) -> u64 {
    match random.below(8) {
        0 => random.next(),
        1 => random.next() & !3,
        kind => {
            let (attributes, table) = (random.next() & !0x0000_ffff_ffff_f003, RAM + (random.below(0x1_0000) & !0xfff));
            attributes | table | if kind == 2 { 1 } else { 3 }
        }
    }
}

/// Walks over random tables with random controls, from every mode and for every kind of access.
fn walk_case(seed: u64) {
    let mut random = Random(seed);
    let mut memory: Vec<u64> = (0..WORDS).map(|_| random_descriptor(&mut random)).collect();
    let mut cpu = hostile_cpu(&mut random, &mut memory);
    let size = random.below(64) | random.below(64) << 16;
    cpu.set_sys(SysReg::TCR_EL1, random.next() & !0x0080_0000_0080_0000 & !0x3f_003f | size);
    cpu.set_sys(SysReg::SCTLR_EL1, random.next() | 1);
    for _ in 0..64 {
        let bits = random.below(64);
        let upper = if random.below(2) == 0 { u64::MAX << bits } else { 0 };
        let address = upper | random.next() & !(u64::MAX << bits);
        let mode = [TlbMode::User, TlbMode::Kernel, TlbMode::KernelPan][random.below(3) as usize];
        for kind in
            [AccessKind::Read, AccessKind::Write, AccessKind::Fetch, AccessKind::Cache, AccessKind::MayWrite, AccessKind::Attributes]
        {
            if let Ok(translation) = cpu.translate(address, kind, mode) {
                assert!(translation.physical >> 52 == 0, "{address:#x}: {translation:?}");
            }
        }
    }
}

fn run_case(seed: u64) {
    let mut random = Random(seed);
    let mut memory: Vec<u64> = (0..WORDS).map(|_| u64::from(random.word()) << 32 | u64::from(random.word())).collect();
    let mut cpu = hostile_cpu(&mut random, &mut memory);
    // The JIT for every other seed.
    let (mut interpreter, mut jit) = (Interpreter::default(), Jit::new(JitLevel::V3).eager());
    cpu.budget = LENGTH;
    for _ in 0..EXITS {
        let exit = if seed.is_multiple_of(2) { interpreter.run(&mut cpu) } else { jit.run(&mut cpu) };
        if exit == Exit::Budget {
            break;
        }
        // Every other exit is answered by going on with the next instruction, wherever that is.
        cpu.pc = if random.below(8) == 0 { RAM + (random.below(0x1_0000) & !3) } else { cpu.pc.wrapping_add(4) };
        cpu.budget = cpu.budget.saturating_sub(1);
    }
}

fn setting(name: &str) -> Option<u64> {
    std::env::var(name).ok().and_then(|text| text.parse().ok())
}

/// `INVAR_FUZZ_CASES` from the seed `INVAR_FUZZ_SEED` on; a seed alone is one case.
fn seeds(usual: u64) -> std::ops::Range<u64> {
    let (first, cases) = (setting("INVAR_FUZZ_SEED"), setting("INVAR_FUZZ_CASES"));
    let cases = cases.unwrap_or(if first.is_some() { 1 } else { usual });
    first.unwrap_or(0)..first.unwrap_or(0) + cases
}

#[test]
fn hostile_guests_neither_panic_nor_hang() {
    for seed in seeds(400) {
        let result = std::panic::catch_unwind(|| run_case(seed));
        assert!(result.is_ok(), "INVAR_FUZZ_SEED={seed} panics");
    }
}

#[test]
fn hostile_tables_neither_panic_nor_hang() {
    for seed in seeds(400) {
        let result = std::panic::catch_unwind(|| walk_case(seed));
        assert!(result.is_ok(), "INVAR_FUZZ_SEED={seed} panics");
    }
}

#[test]
fn any_word_decodes_and_disassembles_without_panic() {
    let mut random = Random(setting("INVAR_FUZZ_SEED").unwrap_or(1));
    let mut decoded = 0;
    for _ in 0..setting("INVAR_FUZZ_CASES").map_or(500_000, |cases| 1000 * cases) {
        let word = random.word();
        if let Some(insn) = decode(word, random.next() & !3) {
            decoded += 1;
            let text = disassemble(&insn);
            assert!(!text.is_empty() && !text.contains('<'), "{word:#010x}: {text}");
        }
    }
    assert!(decoded > 100_000, "only {decoded} words decode");
}

#[test]
fn every_row_decodes_some_word_to_itself() {
    let mut random = Random(2);
    let mut missing: Vec<Op> = Vec::new();
    for row in ROWS {
        let found = (0..20_000)
            .any(|_| decode(row.pattern.value | random.next() as u32 & !row.pattern.mask, 0).is_some_and(|insn| insn.op == row.op));
        if !found {
            missing.push(row.op);
        }
    }
    assert!(missing.is_empty(), "no word decodes to {missing:?}");
}
