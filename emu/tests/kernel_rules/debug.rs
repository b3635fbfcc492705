//! Software step and breakpoints at the edges of exception returns and controls. Takes no watchpoint.

use sysregs::SysReg;

use super::{ENGINES, ERET, Machine, NOP, RAM, class};

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
