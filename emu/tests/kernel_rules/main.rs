#![expect(unsafe_code, reason = "hands the test's own memory to the emulator")]
//! Rules that only kernels meet, on every engine: a module a topic, and here the machine that they share. Tests no instruction for itself.

mod debug;
mod device;
mod generated;
mod maintenance;
mod others;
mod registers;
mod returns;
mod scalable;

use std::sync::Arc;

use emu::cpu::{Cpu, CpuConfig, ExceptionLevel, Pstate};
use emu::engine::{Engine, EngineKind, Jit, JitLevel};
use emu::mem::{PhysicalMemory, SlotFlags};
use emu::timer::Clock;
use sysregs::SysReg;

const RAM: u64 = 0x4000_0000;
/// B to itself.
const STOP: u32 = 0x1400_0000;
const PAGES: usize = 5;
/// Pages of RAM: code with vectors, tables of levels 1 to 3, and data.
const VECTORS: u64 = RAM + 0x800;
const TABLES: u64 = RAM + 0x1000;
const DATA: u64 = RAM + 0x4000;
/// A virtual address beyond RAM, for the test to map, and one where nothing is.
const AT: u64 = RAM + 0x8000;
const NOWHERE: u64 = RAM + 0x9000;
/// Page descriptors, with what is ORed to them.
const PAGE: u64 = 1 << 10 | 3 << 8 | 3;
const DEVICE: u64 = 1 << 2;
const USER: u64 = 1 << 6;
const READ_ONLY: u64 = 1 << 7;
const DBM: u64 = 1 << 51;
const NEVER_EXECUTED: u64 = 3 << 53;
/// TCR_EL1: an input size of 39 bits, no upper half.
const TCR: u64 = 25 | 1 << 23 | 2 << 32;
/// TCR_EL1.HA and HD.
const HARDWARE_DIRTY: u64 = 3 << 39;
/// SCTLR_EL1: M, DZE, SPAN, UCI.
const SCTLR: u64 = 1 | 1 << 14 | 1 << 23 | 1 << 26;
const NOP: u32 = 0xd503_201f;
const ERET: u32 = 0xd69f_03e0;
const ENGINES: [EngineKind; 3] = [EngineKind::Interpreter, EngineKind::Jit(JitLevel::Calls), EngineKind::Jit(JitLevel::V3)];

struct Machine {
    cpu: Cpu,
    engine: Engine,
    // Dropped after the PE that uses it.
    memory: Box<[u64]>,
}

impl Machine {
    /// Code at RAM, which both levels may execute, in front of vectors that do nothing.
    fn new(model: &str, kind: EngineKind, code: &[u32]) -> Machine {
        let mut memory = vec![0u64; PAGES * 0x200].into_boxed_slice();
        memory[0x200 + 1] = (TABLES + 0x1000) | 3;
        memory[0x400] = (TABLES + 0x2000) | 3;
        memory[0x600] = RAM | PAGE | USER | READ_ONLY;
        let physical = Arc::new(PhysicalMemory::default());
        let size = PAGES as u64 * 0x1000;
        // SAFETY: the machine keeps `memory` as long as the PE, and nothing else runs on it.
        physical.install(unsafe { PhysicalMemory::new_slot(0, RAM, size, memory.as_mut_ptr().cast(), SlotFlags::default()) });
        let words: Vec<u8> = code.iter().copied().chain([NOP; 0x300]).flat_map(u32::to_le_bytes).collect();
        physical.write_bytes(RAM, &words).expect("RAM");
        let model = sysregs::models::by_name(model).expect("a model");
        let config = Arc::new(CpuConfig::new(model.ids().clone(), 0x8000_0000, false).expect("a complete model"));
        let mut cpu = Cpu::new(config, physical, Arc::default(), Arc::new(Clock::virtual_time(1_000_000_000)));
        cpu.set_sys(SysReg::HCR_EL2, emu::sys::hcr::APK | emu::sys::hcr::API);
        cpu.set_sys(SysReg::VBAR_EL1, VECTORS);
        cpu.set_sys(SysReg::TTBR0_EL1, TABLES);
        cpu.set_sys(SysReg::TCR_EL1, TCR);
        cpu.set_sys(SysReg::MAIR_EL1, 0xff);
        cpu.set_sys(SysReg::SCTLR_EL1, SCTLR);
        cpu.set_sys(SysReg::CPACR_EL1, 3 << 20);
        cpu.set_sys(SysReg::ESR_EL1, 0);
        let engine = match kind {
            EngineKind::Jit(level) => Engine::Jit(Box::new(Jit::new(level).eager())),
            EngineKind::Interpreter => Engine::new(kind),
        };
        let mut machine = Machine { cpu, engine, memory };
        machine.enter(ExceptionLevel::EL1, false);
        machine
    }

    fn enter(&mut self, el: ExceptionLevel, pan: bool) {
        self.cpu.switch_pstate(Pstate { el, sp: el == ExceptionLevel::EL1, pan, ..Pstate::default() });
        (self.cpu.pc, self.cpu.x[0]) = (RAM, AT);
    }

    /// Maps the page at [`AT`].
    fn map(&mut self, descriptor: u64) {
        self.memory[0x600 + 8] = descriptor;
    }

    fn mapped(&self) -> u64 {
        self.memory[0x600 + 8]
    }

    /// Executes `count` instructions (an exception is one), and tells ESR_EL1: 0 without an exception.
    fn run(&mut self, count: u64) -> u64 {
        self.cpu.budget = count;
        self.engine.run(&mut self.cpu);
        self.cpu.sys(SysReg::ESR_EL1)
    }

    /// Executes an ERET at EL1 to `target`, and `more` instructions.
    fn exception_return(&mut self, spsr: u64, target: u64, more: u64) -> u64 {
        self.cpu.set_sys(SysReg::SPSR_EL1, spsr);
        self.cpu.set_sys(SysReg::ELR_EL1, target);
        self.run(1 + more)
    }
}

/// ESR_EL1.EC.
fn class(esr: u64) -> u64 {
    esr >> 26
}

/// EC and DFSC of an abort.
fn class_and_status(esr: u64) -> (u64, u64) {
    (class(esr), esr & 0x3f)
}
