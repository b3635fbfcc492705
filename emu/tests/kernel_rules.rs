#![expect(unsafe_code, reason = "hands the test's own memory to the emulator")]
//! Rules that only kernels meet, on every engine: exception returns, maintenance and translation by address, accesses to Device memory
//! that fault for two reasons, and registers that EL0 may not have. Tests no instruction for itself.

use std::sync::Arc;

use emu::cpu::{Cpu, CpuConfig, ExceptionLevel, Exit, Pstate};
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

/// DC CVAC, CVAU, CVAP, CIVAC and IVAC, IC IVAU, and PRFM, of X0.
const NOT_FOR_PAN: [u32; 7] = [0xd50b_7a20, 0xd50b_7b20, 0xd50b_7c20, 0xd50b_7e20, 0xd508_7620, 0xd50b_7520, 0xf980_0000];
/// DC ZVA, GVA and GZVA, and LDR of X0.
const FOR_PAN: [u32; 4] = [0xd50b_7420, 0xd50b_7460, 0xd50b_7480, 0xf940_0001];

#[test]
fn cache_maintenance_does_not_know_pan() {
    for kind in ENGINES {
        let words = NOT_FOR_PAN.iter().map(|word| (*word, 0)).chain(FOR_PAN.iter().map(|word| (*word, 0x25)));
        for (word, expected) in words {
            let mut m = Machine::new("max", kind, &[word]);
            m.map(DATA | PAGE | USER | NEVER_EXECUTED);
            m.enter(ExceptionLevel::EL1, true);
            assert_eq!(class(m.run(1)), expected, "{kind:?} {word:#x}");
            // Without PAN nothing is in the way.
            m.enter(ExceptionLevel::EL1, false);
            m.cpu.set_sys(SysReg::ESR_EL1, 0);
            assert_eq!(m.run(1), 0, "{kind:?} {word:#x}");
        }
    }
}

#[test]
fn cache_maintenance_at_el0_has_its_permissions() {
    for kind in ENGINES {
        for word in [0xd50b_7a20, 0xd50b_7520] {
            let mut m = Machine::new("max", kind, &[word]);
            m.map(DATA | PAGE | NEVER_EXECUTED);
            m.enter(ExceptionLevel::EL0, false);
            assert_eq!(class_and_status(m.run(1)), (0x24, 0x0f), "{kind:?} {word:#x}");
        }
    }
}

/// TCR_EL1 besides [`TCR`], where ELR_EL1 says to return to, and where that is.
const TAGGED_RETURNS: [(u64, u64, u64); 6] = [
    (0, RAM | 0xaa << 56, RAM | 0xaa << 56),
    // TBI0.
    (1 << 37, RAM | 0xaa << 56, RAM),
    // TBI0 and TBID0.
    (1 << 37 | 1 << 51, RAM | 0xaa << 56, RAM | 0xaa << 56),
    (1 << 38, RAM | 0xaa << 56, RAM | 0xaa << 56),
    // TBI1.
    (1 << 38, 0x55ff_ffc0_0000_1000, 0xffff_ffc0_0000_1000),
    (1 << 37, 0x55ff_ffc0_0000_1000, 0x55ff_ffc0_0000_1000),
];

#[test]
fn exception_returns_drop_tags() {
    for kind in ENGINES {
        // ERET, ERETAA, ERETAB (whose keys are not enabled); to EL0t, EL1h and, illegally, EL2h.
        for word in [ERET, 0xd69f_0bff, 0xd69f_0fff] {
            for spsr in [0x3c0, 0x3c5, 0x3c9] {
                for (control, target, expected) in TAGGED_RETURNS {
                    let mut m = Machine::new("max", kind, &[word]);
                    m.cpu.set_sys(SysReg::TCR_EL1, TCR | control);
                    m.exception_return(spsr, target, 0);
                    assert_eq!(m.cpu.pc, expected, "{kind:?} {word:#x} {spsr:#x} {control:#x} {target:#x}");
                }
            }
        }
    }
}

/// An illegal exception return takes NZCV, PAN, ALLINT and DAIF from the SPSR all the same, as far as the CPU has them.
#[test]
fn illegal_exception_returns() {
    const PAN: u64 = 1 << 22;
    const ALLINT: u64 = 1 << 13;
    for kind in ENGINES {
        for (model, present) in [("max", PAN | ALLINT), ("neoverse-n1", PAN), ("cortex-a57", 0)] {
            // EL2h, AArch32 User, a reserved mode of EL1.
            for mode in [0x9, 0x10, 0x6] {
                for bits in [0, 0xa000_0000, 0x140, PAN, ALLINT, PAN | ALLINT] {
                    let mut m = Machine::new(model, kind, &[ERET]);
                    m.enter(ExceptionLevel::EL1, bits & PAN == 0 && present & PAN != 0);
                    m.exception_return(bits | mode, RAM, 0);
                    let expected = bits & (0xf000_03c0 | present) | 1 << 20 | 5;
                    assert_eq!(m.cpu.spsr_image(), expected, "{kind:?} {model} {mode:#x} {bits:#x}");
                }
            }
        }
    }
}

/// PSTATE.SS after an illegal exception return is that of one to where the PE is already: SPSR_EL1.SS, when debug exceptions were
/// masked and are not any more.
#[test]
fn illegal_exception_returns_while_stepping() {
    const MASKED: u64 = 1 << 9;
    // MDSCR_EL1.SS and KDE.
    const STEP: u64 = 1;
    const KERNEL: u64 = 1 << 13;
    for kind in ENGINES {
        for (control, masked, spsr, expected) in [
            (STEP | KERNEL, true, 1 << 21, true),
            (STEP | KERNEL, true, 0, false),
            (STEP | KERNEL, true, 1 << 21 | MASKED, false),
            (STEP, true, 1 << 21, false),
            (KERNEL, true, 1 << 21, false),
        ] {
            let mut m = Machine::new("max", kind, &[ERET]);
            m.cpu.set_sys(SysReg::MDSCR_EL1, control);
            m.cpu.update_debug();
            m.cpu.pstate.daif = if masked { 8 } else { 0 };
            m.exception_return(9 | spsr, RAM, 0);
            assert_eq!(m.cpu.pstate.ss, expected, "{kind:?} {control:#x} {spsr:#x}");
        }
    }
}

/// A step that was inactive in between, by PSTATE.D or MDSCR_EL1.SS, has stepped nothing when it is pending again: ISV is 0.
#[test]
fn what_an_inactive_step_has_stepped() {
    const MSR_DAIFSET_8: u32 = 0xd503_48df;
    const MSR_DAIFCLR_8: u32 = 0xd503_48ff;
    const MSR_MDSCR_EL1_X1: u32 = 0xd510_0241;
    const MSR_MDSCR_EL1_X2: u32 = 0xd510_0242;
    let ways = [(MSR_DAIFSET_8, MSR_DAIFCLR_8, 0xce00_0022), (MSR_MDSCR_EL1_X1, MSR_MDSCR_EL1_X2, 0xce00_0022), (NOP, NOP, 0xcf00_0022)];
    for kind in ENGINES {
        for (off, on, expected) in ways {
            let mut m = Machine::new("max", kind, &[ERET, off, NOP, NOP, on]);
            let control = m.cpu.sys(SysReg::MDSCR_EL1) | 1 | 1 << 13;
            m.cpu.set_sys(SysReg::MDSCR_EL1, control);
            (m.cpu.x[1], m.cpu.x[2]) = (control & !1, control);
            m.cpu.update_debug();
            m.cpu.pstate.daif = 8;
            let steps = if off == NOP { 2 } else { 5 };
            assert_eq!(m.exception_return(5 | 1 << 21, RAM + 4, steps), expected, "{kind:?} {off:#x}");
        }
    }
}

/// Where there is no AArch32 state, DBGBCR_EL1.BAS is RES1.
#[test]
fn breakpoints_without_selected_bytes() {
    for kind in ENGINES {
        for (model, expected) in [("a64fx", 0x31), ("cortex-a57", 0)] {
            let mut m = Machine::new(model, kind, &[NOP, NOP]);
            m.cpu.set_sys(SysReg::DBGBVR0_EL1, RAM + 4);
            m.cpu.set_sys(SysReg::DBGBCR0_EL1, 1 | 3 << 1);
            m.cpu.set_sys(SysReg::MDSCR_EL1, 1 << 15 | 1 << 13);
            m.cpu.update_debug();
            assert_eq!(class(m.run(2)), expected, "{kind:?} {model}");
        }
    }
}

/// The flags of a comparison that one of several branches to a block had pending, when the translator comes to that branch after a block whose
/// flags the host still had.
#[test]
fn flags_of_a_branch_that_is_translated_later() {
    for kind in ENGINES {
        for (far, x3) in [(false, 0), (false, 1), (true, 0), (true, 1)] {
            let code = [
                0xeb02_003f,                                 // CMP X1, X2
                if far { 0xb400_8003 } else { 0xb400_0183 }, // CBZ X3, in the next page or to the last but one
                0xb400_0065,                                 // CBZ X5, two on
                0xf100_0400,                                 // SUBS X0, X0, #1
                0x1400_0002,                                 // B two on
                0xf100_0400,                                 // SUBS X0, X0, #1
                0xeb07_00df,                                 // CMP X6, X7
                0xb400_00a6,                                 // CBZ X6, five on
                0xeb08_00ff,                                 // CMP X7, X8
                0xb400_0066,                                 // CBZ X6, three on
                0xeb09_00ff,                                 // CMP X7, X9
                NOP,
                NOP,
                0xd53b_4209, // MRS X9, NZCV
                STOP,
            ];
            let mut m = Machine::new("max", kind, &code);
            (m.cpu.x[1], m.cpu.x[2], m.cpu.x[3], m.cpu.x[5]) = (1, 2, x3, 1);
            (m.cpu.x[6], m.cpu.x[7], m.cpu.x[8], m.cpu.x[9]) = (7, 3, 4, 1);
            m.run(100);
            // One minus two; three minus one. There is nothing in the next page.
            let expected = if x3 == 0 { 0x8000_0000 } else { 0x2000_0000 };
            let flags = if far && x3 == 0 { m.cpu.sys(SysReg::SPSR_EL1) & 0xf000_0000 } else { m.cpu.x[9] };
            assert_eq!(flags, expected, "{kind:?} {far} {x3}");
        }
    }
}

/// SP is looked at again after a load or store of structures has added to it what is no multiple of sixteen.
#[test]
fn the_stack_after_structures() {
    const LDR_X0_SP: u32 = 0xf940_03e0;
    // LD1 {V0.8B}, [SP], #8; ST1 {V0.16B}, [SP], X3; ST1 {V0.16B}, [SP], #16.
    for (word, expected) in [(0x0cdf_73e0, 0x26), (0x4c83_73e0, 0x26), (0x4c9f_73e0, 0)] {
        for kind in ENGINES {
            let mut m = Machine::new("max", kind, &[LDR_X0_SP, word, LDR_X0_SP, STOP]);
            m.map(DATA | PAGE);
            let control = m.cpu.sys(SysReg::SCTLR_EL1) | 1 << 3;
            m.cpu.set_sys(SysReg::SCTLR_EL1, control);
            m.cpu.update_derived();
            (m.cpu.x[31], m.cpu.x[3]) = (AT, 8);
            assert_eq!(class(m.run(100)), expected, "{kind:?} {word:#x}");
        }
    }
}

/// What else is wrong where PSTATE.IL is set: the misaligned pc, the fetch and a breakpoint come first, the landing pad does not.
#[test]
fn the_illegal_state_exception_has_its_place() {
    const IL: u64 = 1 << 20;
    for kind in ENGINES {
        for (mode, lower) in [(0x3c0, 1), (0x3c5, 0)] {
            for (target, descriptor, expected) in [
                (RAM, 0, 0x0e),
                (RAM + 2, 0, 0x22),
                (NOWHERE + 1, 0, 0x22),
                (NOWHERE, 0, 0x21 - lower),
                (AT, DATA | PAGE | USER | NEVER_EXECUTED, 0x21 - lower),
                // Mapped where there is no guarded landing pad (BTYPE is 1).
                (AT, DATA | PAGE | USER | READ_ONLY | 1 << 50, 0x0e),
            ] {
                let mut m = Machine::new("max", kind, &[ERET]);
                m.map(descriptor);
                assert_eq!(class(m.exception_return(mode | IL | 1 << 10, target, 1)), expected, "{kind:?} {mode:#x} {target:#x}");
                assert_eq!(m.cpu.sys(SysReg::ELR_EL1), target, "{kind:?}");
                assert_ne!(m.cpu.sys(SysReg::SPSR_EL1) & IL, 0, "{kind:?}");
            }
        }
    }
}

#[test]
fn breakpoints_come_before_the_illegal_state_exception() {
    for kind in ENGINES {
        for (mode, expected) in [(0, 0x30), (5, 0x31)] {
            for (address, expected) in [(RAM + 0x40, expected), (RAM + 0x44, 0x0e)] {
                let mut m = Machine::new("max", kind, &[ERET]);
                m.cpu.set_sys(SysReg::DBGBVR0_EL1, address);
                m.cpu.set_sys(SysReg::DBGBCR0_EL1, 1 | 3 << 1 | 0xf << 5);
                // MDE and KDE.
                m.cpu.set_sys(SysReg::MDSCR_EL1, 1 << 15 | 1 << 13);
                m.cpu.update_debug();
                assert_eq!(class(m.exception_return(mode | 1 << 20, RAM + 0x40, 1)), expected, "{kind:?} {mode}");
            }
        }
    }
}

/// MRS X0 of CCSIDR_EL1, CCSIDR2_EL1, CLIDR_EL1, AIDR_EL1, MIDR_EL1, ID_AA64PFR0_EL1.
const IN_ID_SPACE: [u32; 6] = [0xd539_0000, 0xd539_0040, 0xd539_0020, 0xd539_00e0, 0xd538_0000, 0xd538_0400];
/// MRS X0 of CSSELR_EL1 and SCTLR_EL1, MSR of CCSIDR_EL1.
const ELSEWHERE: [u32; 3] = [0xd53a_0000, 0xd538_1000, 0xd519_0000];

/// FEAT_IDST: EL0's reads of the ID space are trapped accesses, whatever the register holds.
#[test]
fn the_id_space_at_el0() {
    for kind in ENGINES {
        for (model, expected) in [("max", 0x18), ("neoverse-n1", 0)] {
            let words = IN_ID_SPACE.iter().map(|word| (*word, expected)).chain(ELSEWHERE.iter().map(|word| (*word, 0)));
            for (word, expected) in words {
                let mut m = Machine::new(model, kind, &[word]);
                m.enter(ExceptionLevel::EL0, false);
                let esr = m.run(1);
                assert_eq!((class(esr), esr >> 25 & 1), (expected, 1), "{kind:?} {model} {word:#x}");
                if expected == 0x18 {
                    // Op0 = 3, a read to X0.
                    let (op1, crn, crm, op2) = (word >> 16 & 7, word >> 12 & 15, word >> 8 & 15, word >> 5 & 7);
                    let iss = 3 << 20 | op2 << 17 | op1 << 14 | crn << 10 | crm << 1 | 1;
                    assert_eq!(esr as u32 & 0x01ff_ffff, iss, "{kind:?} {word:#x}");
                }
            }
        }
    }
}

/// LDR, STR, LDP, STP of X1, LD1 and ST1 of V0.4S, LDAR, STLR, LDXR, CAS, LDADD, at X0.
const ACCESSES: [u32; 11] = [
    0xf940_0001,
    0xf900_0001,
    0xa940_0801,
    0xa900_0801,
    0x4c40_7800,
    0x4c00_7800,
    0xc8df_fc01,
    0xc89f_fc01,
    0xc85f_7c01,
    0xc8a1_7c02,
    0xf821_0002,
];
const ALIGNMENT: u64 = 0x21;
const PERMISSION: u64 = 0x0f;

/// An access to Device memory that is not aligned has an Alignment fault, may it be done there or not.
#[test]
fn alignment_faults_of_device_memory_come_before_permission_faults() {
    for kind in ENGINES {
        for word in ACCESSES {
            for (el, descriptor, offset, status) in [
                (ExceptionLevel::EL0, DEVICE, 1, ALIGNMENT),
                (ExceptionLevel::EL0, DEVICE, 0, PERMISSION),
                (ExceptionLevel::EL0, 0, 1, PERMISSION),
                (ExceptionLevel::EL1, DEVICE | READ_ONLY, 1, ALIGNMENT),
                (ExceptionLevel::EL1, DEVICE | USER, 1, ALIGNMENT),
                (ExceptionLevel::EL1, DEVICE | USER, 0, PERMISSION),
                (ExceptionLevel::EL1, USER, 1, PERMISSION),
            ] {
                let mut m = Machine::new("max", kind, &[word]);
                m.map(DATA | PAGE | NEVER_EXECUTED | descriptor);
                m.enter(el, el == ExceptionLevel::EL1);
                m.cpu.x[0] = AT + offset;
                let class = if el == ExceptionLevel::EL0 { 0x24 } else { 0x25 };
                assert_eq!(class_and_status(m.run(1)), (class, status), "{kind:?} {word:#x} {el:?} {descriptor:#x} {offset}");
                assert_eq!(m.cpu.sys(SysReg::FAR_EL1), AT + offset, "{kind:?} {word:#x}");
            }
        }
    }
}

/// DC ZVA and GZVA are never aligned there.
#[test]
fn zeros_for_device_memory() {
    for kind in ENGINES {
        for word in [0xd50b_7420, 0xd50b_7480] {
            for (descriptor, expected) in [
                (DEVICE, Some(ALIGNMENT)),
                (DEVICE | READ_ONLY, Some(ALIGNMENT)),
                (DEVICE | USER, Some(ALIGNMENT)),
                (READ_ONLY, Some(PERMISSION)),
                (USER, Some(PERMISSION)),
                (0, None),
            ] {
                let mut m = Machine::new("max", kind, &[word]);
                m.map(DATA | PAGE | NEVER_EXECUTED | descriptor);
                m.enter(ExceptionLevel::EL1, true);
                m.cpu.x[0] = AT + 5;
                let esr = m.run(1);
                let expected = expected.map(|status| (0x25, status, AT + 5));
                let found = (esr != 0).then(|| (class(esr), esr & 0x3f, m.cpu.sys(SysReg::FAR_EL1)));
                assert_eq!(found, expected, "{kind:?} {word:#x} {descriptor:#x}");
            }
        }
    }
}

/// STR, CAS and DC ZVA that have an Alignment fault leave a clean page clean.
#[test]
fn alignment_faults_make_nothing_dirty() {
    for kind in ENGINES {
        for word in [0xf900_0001, 0xc8a1_7c02, 0xd50b_7420] {
            let clean = DATA | PAGE | NEVER_EXECUTED | DEVICE | READ_ONLY | DBM;
            let mut m = Machine::new("max", kind, &[word]);
            m.cpu.set_sys(SysReg::TCR_EL1, TCR | HARDWARE_DIRTY);
            m.map(clean);
            m.cpu.x[0] = AT + 1;
            assert_eq!(class_and_status(m.run(1)), (0x25, ALIGNMENT), "{kind:?} {word:#x}");
            assert_eq!(m.mapped(), clean, "{kind:?} {word:#x}");
        }
    }
}

/// AT S1E1W, S1E0W and S1E1WP, DC IVAC: they ask for write permission, and write nothing.
const ASK_TO_WRITE: [u32; 4] = [0xd508_7820, 0xd508_7860, 0xd508_7920, 0xd508_7620];

#[test]
fn who_only_asks_makes_nothing_dirty() {
    for kind in ENGINES {
        for word in ASK_TO_WRITE {
            for (dirty_state, permitted) in [(DBM, true), (0, false)] {
                let clean = DATA | PAGE | USER | NEVER_EXECUTED | READ_ONLY | dirty_state;
                let mut m = Machine::new("max", kind, &[word]);
                m.cpu.set_sys(SysReg::TCR_EL1, TCR | HARDWARE_DIRTY);
                m.cpu.set_sys(SysReg::PAR_EL1, 0);
                m.map(clean);
                let esr = m.run(1);
                let failed = esr != 0 || m.cpu.sys(SysReg::PAR_EL1) & 1 != 0;
                assert_eq!((failed, m.mapped()), (!permitted, clean), "{kind:?} {word:#x}");
            }
        }
        // STR.
        let mut m = Machine::new("max", kind, &[0xf900_0001]);
        m.cpu.set_sys(SysReg::TCR_EL1, TCR | HARDWARE_DIRTY);
        m.map(DATA | PAGE | NEVER_EXECUTED | READ_ONLY | DBM);
        assert_eq!((m.run(1), m.mapped()), (0, DATA | PAGE | NEVER_EXECUTED | DBM), "{kind:?}");
    }
}

/// SCXTNUM_EL0 at EL0: SCTLR_EL1.TSCXT traps to EL1, then HCR_EL2.EnSCXT to EL2.
#[test]
fn scxtnum_at_el0() {
    const TSCXT: u64 = 1 << 20;
    // MRS X0 and MSR.
    for (word, read) in [(0xd53b_d0e0, 1), (0xd51b_d0e0, 0)] {
        for kind in ENGINES {
            for (trap, enabled) in [(TSCXT, 0), (TSCXT, emu::sys::hcr::ENSCXT), (0, 0), (0, emu::sys::hcr::ENSCXT)] {
                for el in [ExceptionLevel::EL0, ExceptionLevel::EL1] {
                    let mut m = Machine::new("max", kind, &[word]);
                    m.cpu.set_sys(SysReg::SCTLR_EL1, SCTLR | trap);
                    m.cpu.set_sys(SysReg::HCR_EL2, enabled);
                    m.enter(el, false);
                    let to_el1 = trap != 0 && el == ExceptionLevel::EL0;
                    let esr = if to_el1 { 0x18 << 26 | 1 << 25 | 3 << 20 | 7 << 17 | 3 << 14 | 13 << 10 | read } else { 0 };
                    m.cpu.budget = 1;
                    let exit = m.engine.run(&mut m.cpu);
                    assert_eq!(m.cpu.sys(SysReg::ESR_EL1), esr, "{kind:?} {word:#x} {trap:#x} {enabled:#x} {el:?}");
                    let to_el2 = !to_el1 && enabled == 0;
                    assert_eq!(matches!(exit, Exit::SysReg(_)), to_el2, "{kind:?} {word:#x} {trap:#x} {enabled:#x} {el:?}");
                }
            }
        }
    }
}
