//! Registers that EL0 may not have, and how it is told. Knows no values.

use emu::cpu::{ExceptionLevel, Exit};
use sysregs::SysReg;

use super::{ENGINES, Machine, SCTLR, class};

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
