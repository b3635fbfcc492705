//! Maintenance and translation by address: permissions, and pages that it leaves clean. Maintains no cache.

use emu::cpu::ExceptionLevel;
use sysregs::SysReg;

use super::{DATA, DBM, ENGINES, HARDWARE_DIRTY, Machine, NEVER_EXECUTED, PAGE, READ_ONLY, TCR, USER, class, class_and_status};

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
