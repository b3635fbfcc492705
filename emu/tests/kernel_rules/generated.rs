//! What generated code puts off until later: flags of comparisons, and checks of the stack. Every engine has to agree.

use sysregs::SysReg;

use super::{AT, DATA, ENGINES, Machine, NOP, PAGE, STOP, class};

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
