//! Exception returns, legal and not, and what comes of the Illegal Execution state. Debug events are `debug`'s.

use emu::cpu::ExceptionLevel;
use sysregs::SysReg;

use super::{AT, DATA, ENGINES, ERET, Machine, NEVER_EXECUTED, NOWHERE, PAGE, RAM, READ_ONLY, TCR, USER, class};

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
