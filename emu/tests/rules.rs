#![expect(unsafe_code, reason = "hands the test's own memory to the emulator")]
//! Rules of the architecture that one instruction alone does not show, on every engine: a pc that is not aligned, and what
//! breakpoints compare besides addresses. Tests no instruction for itself.

use std::sync::Arc;

use emu::cpu::{Cpu, CpuConfig, ExceptionLevel, Pstate};
use emu::engine::{Engine, EngineKind, JitLevel};
use emu::mem::{PhysicalMemory, SlotFlags};
use emu::timer::Clock;
use sysregs::{Encoding, SysReg};

const RAM: u64 = 0x4000_0000;
const VECTORS: u64 = RAM + 0x800;
const NOP: u32 = 0xd503_201f;
const ENGINES: [EngineKind; 3] = [EngineKind::Interpreter, EngineKind::Jit(JitLevel::Calls), EngineKind::Jit(JitLevel::V3)];

struct Machine {
    cpu: Cpu,
    engine: Engine,
    // Dropped after the PE that uses it.
    _memory: Box<[u32]>,
}

impl Machine {
    /// A page of NOPs, with vectors in it.
    fn new(model: &str, kind: EngineKind) -> Machine {
        let mut memory = vec![NOP; 0x400].into_boxed_slice();
        let physical = Arc::new(PhysicalMemory::default());
        // SAFETY: the machine keeps `memory` as long as the PE, and nothing else runs on it.
        physical.install(unsafe { PhysicalMemory::new_slot(0, RAM, 0x1000, memory.as_mut_ptr().cast(), SlotFlags::default()) });
        let model = sysregs::models::by_name(model).expect("a model");
        let config = Arc::new(CpuConfig::new(model.ids().clone(), 0x8000_0000, false).expect("a complete model"));
        let mut cpu = Cpu::new(config, physical, Arc::default(), Arc::new(Clock::virtual_time(1_000_000_000)));
        cpu.set_sys(SysReg::VBAR_EL1, VECTORS);
        Machine { cpu, engine: Engine::new(kind), _memory: memory }
    }

    fn enter(&mut self, el: ExceptionLevel, pc: u64) {
        self.cpu.switch_pstate(Pstate { el, sp: el == ExceptionLevel::EL1, ..Pstate::default() });
        self.cpu.pc = pc;
        self.cpu.set_sys(SysReg::ESR_EL1, 0);
    }

    /// Executes `count` instructions (an exception is one), and tells ESR_EL1.EC.
    fn run(&mut self, count: u64) -> u64 {
        self.cpu.budget = count;
        self.engine.run(&mut self.cpu);
        self.cpu.sys(SysReg::ESR_EL1) >> 26
    }
}

#[test]
fn an_unaligned_pc_faults_wherever_it_points() {
    for kind in ENGINES {
        let mut m = Machine::new("neoverse-n1", kind);
        for el in [ExceptionLevel::EL0, ExceptionLevel::EL1] {
            // What is there has been decoded, and translated, before.
            for _ in 0..8 {
                m.enter(el, RAM);
                assert_eq!(m.run(8), 0);
            }
        }
        for el in [ExceptionLevel::EL0, ExceptionLevel::EL1] {
            for pc in [RAM + 1, RAM + 2, RAM + 3, 1, 2, 3, 5, u64::MAX, u64::MAX - 1, !0 << 52 | 7] {
                m.enter(el, pc);
                assert_eq!(m.run(1), 0x22, "{kind:?} {el:?} {pc:#x}");
                assert_eq!((m.cpu.sys(SysReg::FAR_EL1), m.cpu.sys(SysReg::ELR_EL1)), (pc, pc), "{kind:?}");
            }
        }
    }
}

fn register(index: u8, op2: u8) -> SysReg {
    SysReg::from_encoding(Encoding::new(2, 0, 0, index, op2)).expect("a debug register")
}

/// Context types by DBGBCR.BT, the value, and whether they match with CONTEXTIDR_EL1 = 7, VMID = 0x105, CONTEXTIDR_EL2 = 9.
const CONTEXTS: &[(u64, u64, bool)] = &[
    (0b0010, 7, true),
    (0b0010, 8, false),
    (0b0110, 7, true),
    (0b1000, 0x105 << 32, true),
    (0b1000, 0x005 << 32, false),
    (0b1010, 0x105 << 32 | 7, true),
    (0b1010, 0x105 << 32 | 8, false),
    (0b1010, 0x106 << 32 | 7, false),
    (0b1100, 9 << 32, true),
    (0b1100, 8 << 32 | 7, false),
    (0b1110, 9 << 32 | 7, true),
    (0b1110, 9 << 32 | 8, false),
    (0b0100, RAM, false),
];

/// The last breakpoint of a CPU is context-aware, the first is not where the CPU has fewer of those.
#[test]
fn breakpoints_on_contexts() {
    for kind in ENGINES {
        let mut m = Machine::new("neoverse-n1", kind);
        let cpu = &mut m.cpu;
        cpu.set_sys(SysReg::CONTEXTIDR_EL1, 7);
        cpu.set_sys(SysReg::CONTEXTIDR_EL2, 9);
        cpu.set_sys(SysReg::VTTBR_EL2, 0x105 << 48);
        cpu.set_sys(SysReg::VTCR_EL2, 1 << 19);
        cpu.set_sys(SysReg::MDSCR_EL1, 1 << 15);
        assert!(cpu.config.first_context_aware > 0);
        // Breakpoints 0 (not context-aware) and 5.
        for (number, aware) in [(0, false), (5, true)] {
            for &(kind_bits, value, matches) in CONTEXTS {
                let control = |linked: u64| 1 | 2 << 1 | 0xf << 5 | (kind_bits | linked) << 20;
                let mut taken = |first: (u64, u64), second: (u64, u64)| {
                    m.cpu.set_sys(register(number, 4), first.0);
                    m.cpu.set_sys(register(number, 5), first.1);
                    m.cpu.set_sys(register(1, 4), second.0);
                    m.cpu.set_sys(register(1, 5), second.1);
                    m.cpu.update_debug();
                    m.enter(ExceptionLevel::EL0, RAM);
                    m.run(1) == 0x30
                };
                assert_eq!(taken((value, control(0)), (0, 0)), matches && aware, "{number} {kind_bits:#b} {value:#x}");
                assert!(!taken((value, control(1)), (0, 0)), "a linked context alone");
                // Breakpoint 1 is on the address, and linked.
                let link = 1 | 2 << 1 | 0xf << 5 | u64::from(number) << 16 | 1 << 20;
                assert_eq!(taken((value, control(1)), (RAM, link)), matches && aware, "{number} {kind_bits:#b} linked");
                assert!(!taken((value, control(1)), (RAM + 4, link)), "another address");
            }
        }
    }
}
