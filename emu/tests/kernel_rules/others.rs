//! What other PEs, other byte orders and the hypervisor do to a PE between its instructions. Runs one PE only.

use std::sync::Arc;

use emu::cpu::VcpuSignal;
use sysregs::SysReg;

use super::{AT, DATA, ENGINES, Machine, NEVER_EXECUTED, NOP, PAGE, RAM, SCTLR, USER};

/// ADD X1, X1, #1 or #2, and a branch back to it.
const ADD: [u32; 2] = [0x9100_0421, 0x9100_0821];
const BACK: u32 = 0x17ff_ffff;
const ROUNDS: u64 = 20;

/// What is added in each round.
fn step(m: &mut Machine) -> u64 {
    (m.cpu.pc, m.cpu.x[1]) = (RAM, 0);
    m.run(2 * ROUNDS);
    m.cpu.x[1] / ROUNDS
}

/// As another PE stores that was not asked to look at its stores to code, or has not looked since.
fn store_unnoticed(m: &mut Machine, word: u32) {
    m.memory[0] = u64::from(word) | u64::from(BACK) << 32;
}

/// With CTR_EL0.DIC nobody invalidates instruction caches: code is not kept while another PE may store to it unnoticed.
#[test]
fn code_is_kept_when_all_stores_to_it_are_noticed() {
    for kind in ENGINES {
        for (model, coherent) in [("neoverse-v1", true), ("neoverse-n1", false)] {
            let mut m = Machine::new(model, kind, &[ADD[0], BACK]);
            let other = Arc::new(VcpuSignal::default());
            other.set_running(true);
            m.cpu.peers.add(other.clone());
            assert_eq!(step(&mut m), 1, "{kind:?} {model}");
            store_unnoticed(&mut m, ADD[1]);
            assert_eq!(step(&mut m), if coherent { 2 } else { 1 }, "{kind:?} {model}");
            // From here on the other would tell.
            other.finish_flushes(other.flushes_asked());
            let kept = step(&mut m);
            store_unnoticed(&mut m, if kept == 1 { ADD[1] } else { ADD[0] });
            assert_eq!(step(&mut m), kept, "{kind:?} {model}");
        }
    }
}

/// LDTR X1, [X0]; STTR X1, [X0, #8]; LDR X2, [X0]; LDR X3, [X0, #8]; a branch back.
const UNPRIVILEGED: [u32; 5] = [0xf840_0801, 0xf800_8801, 0xf940_0002, 0xf940_0403, 0x17ff_fffc];

/// LDTR and STTR at EL1 have EL0's permissions, and the byte order of EL1.
#[test]
fn unprivileged_accesses_have_the_order_of_their_level() {
    for kind in ENGINES {
        for order in [0, 1 << 24, 1 << 25, 3 << 24] {
            let mut m = Machine::new("max", kind, &UNPRIVILEGED);
            m.map(DATA | PAGE | USER | NEVER_EXECUTED);
            let data = ((DATA - RAM) / 8) as usize;
            m.memory[data] = 0x0102_0304_0506_0708;
            let big = order & 1 << 25 != 0;
            if big {
                // Tables of translation are in EL1's order, too.
                m.memory[0x200..0x800].iter_mut().for_each(|word| *word = word.swap_bytes());
            }
            m.cpu.set_sys(SysReg::SCTLR_EL1, SCTLR | order);
            m.cpu.x[0] = AT;
            assert_eq!(m.run(5 * ROUNDS), 0, "{kind:?} {order:#x}");
            let expected = if big { 0x0807_0605_0403_0201 } else { 0x0102_0304_0506_0708 };
            assert_eq!(m.cpu.x[1..4], [expected; 3], "{kind:?} {order:#x}");
        }
    }
}

/// LDXR X1, [X0]; HVC #0; STXR W2, X1, [X0].
const OVER_HVC: [u32; 3] = [0xc85f_7c01, 0xd400_0002, 0xc802_7c01];

/// The hypervisor comes back by an ERET, which clears the monitor.
#[test]
fn a_hypercall_clears_the_monitor() {
    for kind in ENGINES {
        let mut m = Machine::new("max", kind, &OVER_HVC);
        m.map(DATA | PAGE | NEVER_EXECUTED);
        m.run(3);
        assert_eq!(m.cpu.pc, RAM + 8, "{kind:?}");
        m.run(1);
        assert_eq!((m.cpu.pc, m.cpu.x[2]), (RAM + 12, 1), "{kind:?}");
    }
}

/// HFGITR_EL2 and HCR_EL2.TTLBOS stop a TLBI, of generated code, too; the first where there is FEAT_FGT, and each bit its own.
#[test]
fn the_hypervisor_stops_tlb_maintenance() {
    // TLBI VMALLE1OS, VMALLE1OSnXS, VMALLE1IS, RVAE1.
    for (word, fine, outer) in [(0xd508_811f, 18, true), (0xd508_911f, 18, true), (0xd508_831f, 28, false), (0xd508_8620, 38, false)] {
        for kind in ENGINES {
            let stopped = |model, register, value| {
                let mut m = Machine::new(model, kind, &[word, NOP]);
                m.cpu.set_sys(register, m.cpu.sys(register) | value);
                m.run(1);
                m.cpu.pc == RAM
            };
            assert!(stopped("max", SysReg::HFGITR_EL2, 1 << fine), "{kind:?} {word:#x}");
            assert!(!stopped("max", SysReg::HFGITR_EL2, !(1 << fine)), "{kind:?} {word:#x}");
            assert!(!stopped("max", SysReg::HCR_EL2, 0), "{kind:?} {word:#x}");
            assert_eq!(stopped("max", SysReg::HCR_EL2, emu::sys::hcr::TTLBOS), outer, "{kind:?} {word:#x}");
        }
    }
}

/// A TLBI of a shareable domain is everybody's, in the form that does not wait for XS, too.
#[test]
fn broadcast_maintenance_reaches_others() {
    // TLBI VMALLE1, VMALLE1IS, VMALLE1ISnXS, VMALLE1OSnXS, VMALLE1nXS.
    for (word, broadcast) in [(0xd508_871f, false), (0xd508_831f, true), (0xd508_931f, true), (0xd508_911f, true), (0xd508_971f, false)] {
        for kind in ENGINES {
            let mut m = Machine::new("max", kind, &[NOP, word]);
            let other = Arc::new(VcpuSignal::default());
            m.cpu.peers.add(other.clone());
            // The first instruction of a page asks others to look at their stores to it.
            m.run(1);
            let before = other.flushes_asked();
            m.run(1);
            assert_eq!(other.flushes_asked() != before, broadcast, "{kind:?} {word:#x}");
        }
    }
}
