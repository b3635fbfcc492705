#![expect(unsafe_code, reason = "hands the test's own memory to the emulator")]
//! Ordering between two PEs on threads of their own: outcomes that the architecture forbids must not appear. Whether allowed ones
//! do is the host's affair.

use std::sync::{Arc, Barrier};

use emu::cpu::{Cpu, CpuConfig, Exit};
use emu::engine::{Engine, EngineKind, JitLevel};
use emu::mem::{PhysicalMemory, SlotFlags};
use emu::timer::Clock;

const RAM: u64 = 0x4000_0000;
const DATA: u64 = RAM + 0x2000;
const ROUNDS: u64 = 20_000;

/// A test in two programs. X0 and X2 are the addresses of this round's two variables, X1 counts rounds down, X3 is 1; the
/// result of a round goes to [X4], and then all move on by 64 bytes.
struct Litmus {
    name: &'static str,
    left: &'static [u32],
    right: &'static [u32],
    forbidden: fn(left: u64, right: u64) -> bool,
}

const STR_X: u32 = 0xf900_0003;
const STR_Y: u32 = 0xf900_0043;
const STLR_Y: u32 = 0xc89f_fc43;
const STLR_X: u32 = 0xc89f_fc03;
const LDR_X_TO_6: u32 = 0xf940_0006;
const LDR_Y_TO_5: u32 = 0xf940_0045;
const LDAR_Y_TO_5: u32 = 0xc8df_fc45;
const LDAR_X_TO_6: u32 = 0xc8df_fc06;
const DMB_ISH: u32 = 0xd503_3bbf;
const STADDL_Y: u32 = 0xf863_005f;
const LDADDA_Y_TO_5: u32 = 0xf8bf_0045;
const SWPAL_X: u32 = 0xf8e3_8007;
const SWPAL_Y: u32 = 0xf8e3_8047;
const LDXR_Y_TO_7: u32 = 0xc85f_7c47;
const STLXR_Y: u32 = 0xc808_fc43;
const LDAXR_Y_TO_5: u32 = 0xc85f_fc45;
const NOP: u32 = 0xd503_201f;

const TESTS: [Litmus; 7] = [
    Litmus {
        name: "message passing, release and acquire",
        left: &[STR_X, STLR_Y],
        right: &[LDAR_Y_TO_5, LDR_X_TO_6],
        forbidden: |_, right| right & 3 == 1,
    },
    Litmus {
        name: "message passing, barriers",
        left: &[STR_X, DMB_ISH, STR_Y],
        right: &[LDR_Y_TO_5, DMB_ISH, LDR_X_TO_6],
        forbidden: |_, right| right & 3 == 1,
    },
    Litmus {
        name: "store buffering, barriers",
        left: &[STR_X, DMB_ISH, LDR_Y_TO_5, NOP],
        right: &[STR_Y, DMB_ISH, LDR_X_TO_6, NOP],
        forbidden: |left, right| left & 1 == 0 && right & 2 == 0,
    },
    Litmus {
        name: "store buffering, release and acquire",
        left: &[STLR_X, LDAR_Y_TO_5],
        right: &[STLR_Y, LDAR_X_TO_6],
        forbidden: |left, right| left & 1 == 0 && right & 2 == 0,
    },
    Litmus {
        name: "message passing, atomic release and acquire",
        left: &[STR_X, STADDL_Y],
        right: &[LDADDA_Y_TO_5, LDR_X_TO_6],
        forbidden: |_, right| right & 3 == 1,
    },
    Litmus {
        name: "message passing, exclusive release and acquire",
        left: &[STR_X, LDXR_Y_TO_7, STLXR_Y],
        right: &[LDAXR_Y_TO_5, LDR_X_TO_6],
        forbidden: |_, right| right & 3 == 1,
    },
    Litmus {
        name: "store buffering, swaps and acquire",
        left: &[SWPAL_X, LDAR_Y_TO_5],
        right: &[SWPAL_Y, LDAR_X_TO_6],
        forbidden: |left, right| left & 1 == 0 && right & 2 == 0,
    },
];

/// The loop around a body: X5 | X6 << 1 to [X4], all pointers by 64, again.
fn program(body: &[u32]) -> Vec<u32> {
    // MOV X5, #0; MOV X6, #0.
    let mut code = vec![0xd280_0005, 0xd280_0006];
    code.extend(body);
    // ORR X5, X5, X6, LSL #1; STR X5, [X4]; ADD X0, X2, X4 by 64; SUBS X1, X1, #1; B.NE; HVC.
    code.extend([0xaa06_04a5, 0xf900_0085, 0x9101_0000, 0x9101_0042, 0x9101_0084, 0xf100_0421]);
    let back = (-(code.len() as i32)) as u32 & 0x7_ffff;
    code.extend([0x5400_0001 | back << 5, 0xd400_0002]);
    code
}

fn run_test(test: &Litmus, kind: EngineKind) {
    let size = 0x2000 + 64 * ROUNDS * 2;
    let mut backing = vec![0u64; (size as usize).next_multiple_of(0x1000) / 8].into_boxed_slice();
    let memory = Arc::new(PhysicalMemory::default());
    let bytes = 8 * backing.len() as u64;
    // SAFETY: `backing` outlives the scope in which the PEs run, and is not touched until they are gone.
    memory.install(unsafe { PhysicalMemory::new_slot(0, RAM, bytes, backing.as_mut_ptr().cast(), SlotFlags::default()) });
    let (start, peers) = (Barrier::new(2), [(test.left, 0u64), (test.right, 1)]);
    for (body, index) in peers {
        let code: Vec<u8> = program(body).iter().flat_map(|word| word.to_le_bytes()).collect();
        memory.write_bytes(RAM + 0x1000 * index, &code).expect("the program fits");
    }
    std::thread::scope(|scope| {
        for (_, index) in peers {
            let (memory, start) = (memory.clone(), &start);
            scope.spawn(move || {
                let model = sysregs::models::by_name("max").expect("the model max");
                let config = CpuConfig::new(model.ids().clone(), 0x8000_0000, false).expect("a complete model");
                let mut cpu = Cpu::new(Arc::new(config), memory, Arc::default(), Arc::new(Clock::virtual_time(1_000_000_000)));
                (cpu.pc, cpu.budget) = (RAM + 0x1000 * index, u64::MAX);
                // The variables in lines of their own, the results 8 and 16 bytes behind the first.
                (cpu.x[0], cpu.x[2], cpu.x[4]) = (DATA, DATA + 64 * ROUNDS, DATA + 8 + 8 * index);
                (cpu.x[1], cpu.x[3]) = (ROUNDS, 1);
                start.wait();
                assert_eq!(Engine::new(kind).run(&mut cpu), Exit::Hvc(0), "{}", test.name);
            });
        }
    });
    for round in 0..ROUNDS {
        let result = |index: u64| memory.read::<u64>(DATA + 64 * round + 8 + 8 * index).expect("data");
        let (left, right) = (result(0), result(1));
        assert!(!(test.forbidden)(left, right), "{} on {kind:?}, round {round}: {left} and {right}", test.name);
    }
}

#[test]
fn forbidden_outcomes_do_not_appear() {
    for test in &TESTS {
        for kind in [EngineKind::Interpreter, EngineKind::Jit(JitLevel::V2), EngineKind::Jit(JitLevel::V3)] {
            run_test(test, kind);
        }
    }
}
