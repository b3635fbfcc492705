#![expect(unsafe_code, reason = "hands the test's own memory to the emulator")]
//! Several PEs, each on a thread of its own, update the same memory by every kind of atomic access; nothing may be lost or
//! torn. Does not look at ordering between different addresses.

use std::sync::{Arc, Barrier};

use emu::cpu::{Cpu, CpuConfig, Exit};
use emu::engine::{Engine, EngineKind, JitLevel};
use emu::mem::{PhysicalMemory, SlotFlags};
use emu::timer::Clock;

const RAM: u64 = 0x4000_0000;
const DATA: u64 = RAM + 0x1000;
const THREADS: u64 = 3;
const ROUNDS: u64 = 60_000;

/// For x1 rounds: adds 1 to [x0] by LDAXR and STLXR, x4 to [x6] by LDADD, 1 to both words at [x7] by LDXP and STXP, 1 to the
/// word at [x10] by CAS; stores x1 twice at [x12] by STP and counts in x13 the LDPs that see two different words; toggles bit 0 of
/// [x15] by LDEOR and counts in x18 how often it was set. Then HVC.
const PROGRAM: [u32; 25] = [
    0xc85f_fc02,
    0x9100_0442,
    0xc803_fc02,
    0x35ff_ffa3,
    0xf824_00c5,
    0xc87f_24e8,
    0x9100_0508,
    0x9100_0529,
    0xc823_24e8,
    0x35ff_ff83,
    0xb940_0148,
    0x1100_0509,
    0x2a08_03eb,
    0x88a8_7d49,
    0x6b0b_011f,
    0x54ff_ff61,
    0xa900_0581,
    0xa940_2588,
    0xeb09_011f,
    0x9a8d_05ad,
    0xf830_21f1,
    0x8b11_0252,
    0xf100_0421,
    0x54ff_fd21,
    0xd400_0002,
];

fn new_cpu(memory: &Arc<PhysicalMemory>) -> Cpu {
    let model = sysregs::models::by_name("max").expect("the model max");
    let config = CpuConfig::new(model.ids().clone(), 0x8000_0000, false).expect("a complete model");
    let mut cpu = Cpu::new(Arc::new(config), memory.clone(), Arc::default(), Arc::new(Clock::virtual_time(1_000_000_000)));
    cpu.pc = RAM;
    cpu.budget = u64::MAX;
    (cpu.x[0], cpu.x[6], cpu.x[7], cpu.x[10], cpu.x[12]) = (DATA, DATA + 8, DATA + 16, DATA + 36, DATA + 64);
    (cpu.x[1], cpu.x[4], cpu.x[15], cpu.x[16]) = (ROUNDS, 3, DATA + 80, 1);
    cpu
}

#[test]
fn no_update_is_lost() {
    for kind in [EngineKind::Interpreter, EngineKind::Jit(JitLevel::Calls), EngineKind::Jit(JitLevel::V2), EngineKind::Jit(JitLevel::V3)] {
        updates_on(kind);
    }
}

fn updates_on(kind: EngineKind) {
    let mut backing = vec![0u128; 0x200].into_boxed_slice();
    let memory = Arc::new(PhysicalMemory::default());
    // SAFETY: `backing` outlives the scope in which the PEs run, and is not touched until they are gone.
    memory.install(unsafe { PhysicalMemory::new_slot(0, RAM, 0x2000, backing.as_mut_ptr().cast(), SlotFlags::default()) });
    let code: Vec<u8> = PROGRAM.iter().flat_map(|word| word.to_le_bytes()).collect();
    memory.write_bytes(RAM, &code).expect("the program fits");
    let start = Barrier::new(THREADS as usize);
    let (torn, set) = std::thread::scope(|scope| {
        let run = || {
            let mut cpu = new_cpu(&memory);
            start.wait();
            assert_eq!(Engine::new(kind).run(&mut cpu), Exit::Hvc(0));
            (cpu.x[13], cpu.x[18])
        };
        let threads: Vec<_> = (0..THREADS).map(|_| scope.spawn(run)).collect();
        let counts = threads.into_iter().map(|thread| thread.join().expect("a PE"));
        counts.fold((0, 0), |sums: (u64, u64), counts| (sums.0 + counts.0, sums.1 + counts.1))
    });
    let total = THREADS * ROUNDS;
    let word = |address| memory.read::<u64>(address).expect("data");
    assert_eq!(word(DATA), total, "LDAXR, STLXR");
    assert_eq!(word(DATA + 8), 3 * total, "LDADD");
    assert_eq!((word(DATA + 16), word(DATA + 24)), (total, total), "LDXP, STXP");
    assert_eq!(word(DATA + 32) >> 32, total, "CAS");
    assert_eq!((word(DATA + 80), set), (total % 2, total / 2), "LDEOR");
    assert_eq!(torn, 0, "LDP, STP of an aligned pair (FEAT_LSE2)");
}
