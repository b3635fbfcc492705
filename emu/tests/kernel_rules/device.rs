//! Accesses to Device memory that fault for two reasons. Has no device.

use emu::cpu::ExceptionLevel;
use sysregs::SysReg;

use super::{AT, DATA, DBM, DEVICE, ENGINES, HARDWARE_DIRTY, Machine, NEVER_EXECUTED, PAGE, READ_ONLY, TCR, USER, class, class_and_status};

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
