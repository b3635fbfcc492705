#![expect(unsafe_code, reason = "hands the test's own memory to the emulator")]
//! The instruction syndrome (ISV, SAS, SSE, SRT, SF, AR, WnR) of aborts on addresses without memory, which is all a
//! hypervisor learns about an MMIO access. Does not test the faults of stage 1.

use std::sync::Arc;

use emu::cpu::{Cpu, CpuConfig, Exit, Stage2Abort};
use emu::engine::Interpreter;
use emu::mem::{PhysicalMemory, SlotFlags};
use emu::timer::Clock;
use sysregs::{Feature, SysReg};

const RAM: u64 = 0x4000_0000;
const DEVICE: u64 = 0x0900_0000;

/// Word, and the ISS from ISV down to the register: None when the syndrome is not valid; then WnR.
const CASES: &[(u32, &str, Option<&str>, bool)] = &[
    (0x3940_0020, "ldrb w0, [x1]", Some("size 1 w0"), false),
    (0x3980_0023, "ldrsb x3, [x1]", Some("size 1 signed x3"), false),
    (0x39c0_0023, "ldrsb w3, [x1]", Some("size 1 signed w3"), false),
    (0x7900_003f, "strh wzr, [x1]", Some("size 2 w31"), true),
    (0xb940_003e, "ldr w30, [x1]", Some("size 4 w30"), false),
    (0xb980_003f, "ldrsw xzr, [x1]", Some("size 4 signed x31"), false),
    (0xf900_0022, "str x2, [x1]", Some("size 8 x2"), true),
    (0xf862_6820, "ldr x0, [x1, x2]", Some("size 8 x0"), false),
    (0xf800_0020, "stur x0, [x1]", Some("size 8 x0"), true),
    (0xb840_0820, "ldtr w0, [x1]", Some("size 4 w0"), false),
    (0x88df_fc20, "ldar w0, [x1]", Some("size 4 ordered w0"), false),
    (0xc89f_fc22, "stlr x2, [x1]", Some("size 8 ordered x2"), true),
    (0x78bf_c020, "ldaprh w0, [x1]", Some("size 2 ordered w0"), false),
    (0x9980_0020, "ldapursw x0, [x1]", Some("size 4 signed ordered x0"), false),
    (0xf840_8420, "ldr x0, [x1], #8", None, false),
    (0xf800_8c20, "str x0, [x1, #8]!", None, true),
    (0xa900_0c20, "stp x0, x3, [x1]", None, true),
    (0xbd40_0020, "ldr s0, [x1]", None, false),
    (0x885f_7c20, "ldxr w0, [x1]", None, false),
    (0xb822_0020, "ldadd w2, w0, [x1]", None, false),
    (0x4c00_7020, "st1 {v0.16b}, [x1]", None, true),
    (0x8580_4020, "ldr z0, [x1]", None, false),
    (0xe580_4020, "str z0, [x1]", None, true),
];

/// Instructions for 64 bytes: word, text, ISS from LST on, its store-status register in ISS2, WnR.
const BLOCKS: &[(u32, &str, u64, u64, bool)] = &[
    (0xf83f_d020, "ld64b x0, [x1]", 2, 0, false),
    (0xf83f_9034, "st64b x20, [x1]", 2, 0, true),
    (0xf83e_b022, "st64bv x30, x2, [x1]", 1, 30, true),
    (0xf823_a026, "st64bv0 x3, x6, [x1]", 3, 3, true),
];

/// LST tells which instruction it was, and Xs where its status goes; the rest is as of a doubleword.
#[test]
fn aborts_of_64_bytes() {
    let mut backing = vec![0u64; 0x200];
    let memory = Arc::new(PhysicalMemory::default());
    // SAFETY: `backing` outlives the PEs of this function, and is not touched meanwhile.
    memory.install(unsafe { PhysicalMemory::new_slot(0, RAM, 0x1000, backing.as_mut_ptr().cast(), SlotFlags::default()) });
    let model = sysregs::models::by_name("max").expect("the model max");
    let config = Arc::new(CpuConfig::new(model.ids().clone(), 0x8000_0000, false).expect("a complete model"));
    for &(word, text, kind, status, write) in BLOCKS {
        memory.write_bytes(RAM, &word.to_le_bytes()).expect("RAM");
        let mut cpu = Cpu::new(config.clone(), memory.clone(), Arc::default(), Arc::new(Clock::virtual_time(1_000_000_000)));
        for feature in [Feature::LS64, Feature::LS64_V, Feature::LS64_ACCDATA] {
            cpu.features.insert(feature);
        }
        cpu.set_sys(SysReg::HCRX_EL2, 7);
        (cpu.pc, cpu.x[1], cpu.budget) = (RAM, DEVICE, 1);
        let exit = Interpreter::default().run(&mut cpu);
        let Exit::Stage2(abort) = exit else { panic!("{text}: {exit:?}") };
        assert_eq!(described(&abort), Some(format!("size 8 x{}", word & 31)), "{text}");
        assert_eq!((abort.esr >> 11 & 3, abort.esr >> 32, abort.write(), cpu.pc), (kind, status, write, RAM), "{text}");
    }
}

fn described(abort: &Stage2Abort) -> Option<String> {
    abort.syndrome_valid().then(|| {
        format!(
            "size {}{}{} {}{}",
            abort.size(),
            if abort.sign_extend() { " signed" } else { "" },
            if abort.esr >> 14 & 1 != 0 { " ordered" } else { "" },
            if abort.wide() { 'x' } else { 'w' },
            abort.register()
        )
    })
}

#[test]
fn aborts_tell_what_was_accessed() {
    let mut backing = vec![0u64; 0x200];
    let memory = Arc::new(PhysicalMemory::default());
    // SAFETY: `backing` outlives the PEs of this function, and is not touched meanwhile.
    memory.install(unsafe { PhysicalMemory::new_slot(0, RAM, 0x1000, backing.as_mut_ptr().cast(), SlotFlags::default()) });
    let model = sysregs::models::by_name("max").expect("the model max");
    let config = Arc::new(CpuConfig::new(model.ids().clone(), 0x8000_0000, false).expect("a complete model"));
    for &(word, text, expected, write) in CASES {
        memory.write_bytes(RAM, &word.to_le_bytes()).expect("RAM");
        let mut cpu = Cpu::new(config.clone(), memory.clone(), Arc::default(), Arc::new(Clock::virtual_time(1_000_000_000)));
        cpu.set_sys(SysReg::CPACR_EL1, 3 << 20 | 3 << 16);
        cpu.update_derived();
        (cpu.pc, cpu.x[1], cpu.budget) = (RAM, DEVICE, 1);
        let exit = Interpreter::default().run(&mut cpu);
        let Exit::Stage2(abort) = exit else { panic!("{text}: {exit:?}") };
        assert_eq!((described(&abort).as_deref(), abort.write()), (expected, write), "{text}");
        assert_eq!((cpu.pc, cpu.x[1], abort.ipa & !0xf), (RAM, DEVICE, DEVICE), "{text}");
    }
}
