#![expect(unsafe_code, reason = "hands the test's own memory to the emulator")]
//! The JIT against the interpreter: random programs with loops, calls, faults, floating-point special cases and code that changes
//! itself, in lockstep over random slices. What an instruction should do is other tests' business: here both must do the same.
//! `INVAR_JIT_CASES` asks for more cases, `INVAR_JIT_SEED` repeats one, with slices up to `INVAR_JIT_SLICE`.

mod random;

use std::sync::Arc;

use emu::cpu::{Cpu, CpuConfig, Exit, Predicate, VcpuSignal};
use emu::engine::{Interpreter, Jit, JitLevel};
use emu::insn::decode::decode;
use emu::insn::disasm::disassemble_word;
use emu::insn::{Op, ROWS, effects};
use emu::mem::{Flush, Halves, PhysicalMemory, SlotFlags};
use emu::timer::Clock;
use random::Random;
use sysregs::SysReg;

const RAM: u64 = 0x1_0000;
const RAM_SIZE: usize = 0x3_0000;
const CODE: u64 = 0x1_0000;
const CODE_WORDS: usize = 1500;
const FUNCTION: u64 = 0x1_2000;
const VECTORS: u64 = 0x1_4000;
const TABLE: u64 = 0x1_8000;
const DATA: u64 = 0x2_0000;
const DATA_SIZE: u64 = 0x1_0000;
/// Registers that point into the data area, and one that counts loops.
const POINTERS: std::ops::Range<u32> = 20..24;
const COUNTER: u32 = 19;
/// Distance of a second mapping of the first page of code, for changing it.
const ALIAS: u64 = 0x10_0000;
/// Multiples of 1 << 32 at which everything may be mapped once more, all of them, or one at a time or none: none from which ADRP reaches the usual
/// place.
const ELSEWHERE: std::ops::Range<u64> = 2..7;
const NOP: u32 = 0xd503_201f;

impl Random {
    /// A value on which arithmetic is hard.
    fn special(&mut self) -> u64 {
        const POOL: [u64; 22] = [
            0,
            1,
            u64::MAX,
            1 << 63,
            i64::MAX as u64,
            0x7ff8_0000_0000_0000,
            0x7ff0_0000_0000_0001,
            0xfff0_0000_0000_0000,
            0x7ff0_0000_0000_0000,
            0x0010_0000_0000_0000,
            0x000f_ffff_ffff_ffff,
            0x0010_0000_0000_0001,
            0x3ff0_0000_0000_0000,
            0x3fef_ffff_ffff_ffff,
            0x7fef_ffff_ffff_ffff,
            0x7fc0_0000_7f80_0001,
            0x0080_0000_007f_ffff,
            0x3f80_0000_bf80_0001,
            0x7f7f_ffff_ff80_0000,
            0x3f7f_ffff_0080_0001,
            0x41e0_0000_0000_0000,
            0x43e0_0000_4f00_0000,
        ];
        match self.below(4) {
            0 => self.next(),
            1 => self.below(1 << 16),
            _ => POOL[self.below(POOL.len() as u64) as usize],
        }
    }
}

/// Rows whose execution depends only on what both engines are given.
fn usable(op: Op) -> bool {
    let row = op.row();
    let excluded = effects::BRANCH | effects::SYSTEM | effects::UNIMPLEMENTED;
    // A counter, and what waits for others.
    row.effects & excluded == 0 && !matches!(op, Op::MRS | Op::SEV | Op::SEVL)
}

/// One instruction that is not a branch; loads and stores mostly have a base that exists.
fn plain(random: &mut Random) -> u32 {
    loop {
        let row = &ROWS[random.below(ROWS.len() as u64) as usize];
        // There are many scalable ones, all of which are called.
        if !usable(row.op) || row.pattern.value >> 25 & 15 == 2 && random.below(6) != 0 {
            continue;
        }
        let mut word = row.pattern.value | random.next() as u32 & !row.pattern.mask;
        let memory = row.effects & (effects::LOAD | effects::STORE) != 0;
        // Destinations below 16, so that pointers and counters last.
        word &= !(0x10 & !row.pattern.mask);
        if memory {
            // Rarely something else.
            let base = if random.below(16) != 0 { POINTERS.start + random.below(4) as u32 } else { random.below(31) as u32 };
            word = word & !(0x1f << 5) | base << 5;
        }
        if row.pattern.matches(word) && decode(word, CODE).is_some_and(|insn| usable(insn.op)) {
            return word;
        }
    }
}

fn move_wide(register: u32, value: u64) -> [u32; 2] {
    [0xd280_0000 | (value as u32 & 0xffff) << 5 | register, 0xf2a0_0000 | (value as u32 >> 16 & 0xffff) << 5 | register]
}

/// MRS of NZCV, FPCR, FPSR, DAIF, DCZID_EL0, CTR_EL0, CurrentEL, TPIDR_EL0; MSR of NZCV, FPSR, DAIF, TPIDR_EL0.
const SYSTEM_ACCESSES: [u32; 12] = [
    0xd53b_4200,
    0xd53b_4400,
    0xd53b_4420,
    0xd53b_4220,
    0xd53b_00e0,
    0xd53b_0020,
    0xd538_4240,
    0xd53b_d040,
    0xd51b_4200,
    0xd51b_4420,
    0xd51b_4220,
    0xd51b_d040,
];

/// A program: straight pieces, forward branches, counted loops, calls, pointers that are set again, and stores to code.
fn program(random: &mut Random, words: usize) -> Vec<u32> {
    let mut code = Vec::new();
    while code.len() < words {
        match random.below(24) {
            0 | 1 => {
                let pointer = POINTERS.start + random.below(4) as u32;
                let unaligned = if random.below(6) == 0 { random.below(16) } else { 0 };
                let address = DATA + (random.below(DATA_SIZE) & !15).clamp(0x200, DATA_SIZE - 0x200) + unaligned;
                code.extend(move_wide(pointer, address));
            }
            2..=4 => {
                // B.cond, CBZ, TBZ over a few instructions.
                let skip = 2 + random.below(6) as u32;
                code.push(match random.below(3) {
                    0 => 0x5400_0000 | skip << 5 | random.below(16) as u32,
                    1 => 0x3400_0000 | (random.next() as u32 & 0x8100_0000) | skip << 5 | random.below(16) as u32,
                    _ => 0x3600_0000 | (random.next() as u32 & 0x81f8_0000) | skip << 5 | random.below(16) as u32,
                });
                code.extend((0..skip).map(|_| plain(random)));
            }
            5 | 6 => {
                // A counted loop, its end a comparison or a flag-setting subtraction.
                code.extend(move_wide(COUNTER, 3 + random.below(12)));
                let start = code.len();
                code.extend((0..2 + random.below(7)).map(|_| plain(random)));
                let end = if random.below(2) == 0 {
                    vec![0xf100_0400 | COUNTER << 5 | COUNTER]
                } else {
                    vec![0xd100_0400 | COUNTER << 5 | COUNTER, 0xf100_001f | COUNTER << 5]
                };
                code.extend(end);
                let back = (start as i64 - code.len() as i64) as u32 & 0x7_ffff;
                code.push(0x5400_0001 | back << 5);
            }
            7 => {
                // BL, or BLR by way of X15.
                let here = CODE + 4 * code.len() as u64;
                if random.below(2) == 0 {
                    code.push(0x9400_0000 | ((FUNCTION - here) >> 2) as u32);
                } else {
                    code.extend(move_wide(15, FUNCTION));
                    code.push(0xd63f_0000 | 15 << 5);
                }
            }
            8 if code.len() + 20 < 1024 => store_to_code(random, &mut code),
            9 => code.push(0xd400_0001),
            11 => exclusive(random, &mut code),
            15 | 16 => neighbours(random, &mut code),
            13 if random.below(4) == 0 => {
                // FCVTZS and SCVTF of what it made.
                let (double, register, source) = (random.below(2) as u32 * 0x40_0000, random.below(16) as u32, random.below(16) as u32);
                code.extend([
                    0x5ea1_b800 | double | source << 5 | register,
                    0x5e21_d800 | double | register << 5 | random.below(16) as u32,
                ]);
            }
            // DC ZVA.
            12 if random.below(4) == 0 => code.push(0xd50b_7420 | (POINTERS.start + random.below(4) as u32)),
            13 if code.len() + 20 < 1024 && random.below(2) == 0 => map_again(random, &mut code),
            14 if random.below(2) == 0 => {
                let access = SYSTEM_ACCESSES[random.below(SYSTEM_ACCESSES.len() as u64) as usize];
                code.push(access | random.below(15) as u32);
            }
            10 => code.push(0x5ac0_0000 | plain(random) & 0x1f),
            _ => code.push(plain(random)),
        }
    }
    // Over again.
    let back = (-(code.len() as i64)) as u32 & 0x3ff_ffff;
    code.push(0x1400_0000 | back);
    code
}

/// Accesses at small distances from one register, in one page or in two, with something else between them or not.
fn neighbours(random: &mut Random, code: &mut Vec<u32>) {
    let pointer = POINTERS.start + random.below(4) as u32;
    if random.below(3) != 0 {
        let in_page = [0x200, 0x200, 0xf80, 0xfc0, 0xff0, 0][random.below(6) as usize] + 8 * random.below(8);
        let unaligned = [0, 0, 0, 8, 4, 1][random.below(6) as usize];
        code.extend(move_wide(pointer, DATA + 0x1000 * random.below(DATA_SIZE >> 12) + in_page + unaligned));
    }
    let base = if random.below(4) == 0 { 31 } else { pointer };
    if base == 31 {
        // ADD SP, X, #a multiple of sixteen, mostly.
        let distance = if random.below(8) == 0 { 8 } else { 16 * random.below(8) as u32 };
        code.push(0x9100_0000 | distance << 10 | pointer << 5 | 31);
    }
    for _ in 0..3 + random.below(8) {
        match random.below(16) {
            0 => code.push(plain(random)),
            1 => code.push(0x9100_0000 | (8 * random.below(4) as u32) << 10 | base << 5 | base),
            2 => code.push(SYSTEM_ACCESSES[random.below(SYSTEM_ACCESSES.len() as u64) as usize] | random.below(15) as u32),
            3 => code.push(0x8b00_0000 | plain(random) & 0x000f_01ef),
            _ => code.push(neighbour(random, base)),
        }
    }
}

/// A load or store of one or two registers at a small distance from its base.
fn neighbour(random: &mut Random, base: u32) -> u32 {
    loop {
        let vector = (random.below(4) == 0) as u32;
        let target = if random.below(24) == 0 && vector == 0 { base } else { random.below(16) as u32 };
        let any = |random: &mut Random, count: u64| random.below(count) as u32;
        let word = match random.below(3) {
            // The unsigned offset, scaled.
            0 => any(random, 4) << 30 | 0x3900_0000 | any(random, 4) << 22 | any(random, 14) << 10,
            // The signed one, and write-back.
            1 => {
                let distance = (any(random, 24).wrapping_sub(8) << 3) + u32::from(random.below(8) == 0);
                let mode = [0, 0, 0, 1, 3][random.below(5) as usize];
                any(random, 4) << 30 | 0x3800_0000 | any(random, 4) << 22 | (distance & 0x1ff) << 12 | mode << 10
            }
            _ => {
                let (distance, mode) = (any(random, 12).wrapping_sub(4) & 0x7f, [2, 2, 2, 1, 3][random.below(5) as usize]);
                any(random, 3) << 30 | 0x2800_0000 | mode << 23 | any(random, 2) << 22 | distance << 15 | any(random, 16) << 10
            }
        };
        let word = word | vector << 26 | base << 5 | target;
        if decode(word, CODE).is_some_and(|insn| usable(insn.op)) {
            return word;
        }
    }
}

/// A load-exclusive, something else or not, and a store-exclusive that mostly matches it; or STLR and LDAR.
fn exclusive(random: &mut Random, code: &mut Vec<u32>) {
    let base = POINTERS.start + random.below(4) as u32;
    let register = |random: &mut Random| random.below(16) as u32;
    let size = random.below(4) as u32;
    let ordered = (random.next() as u32) & 1 << 15;
    code.push(0x085f_7c00 | size << 30 | ordered | base << 5 | register(random));
    if random.below(3) == 0 {
        code.push(plain(random));
    }
    let size = if random.below(8) == 0 { random.below(4) as u32 } else { size };
    code.push(0x0800_7c00 | size << 30 | ordered | register(random) << 16 | base << 5 | register(random));
    code.push(0x089f_fc00 | size << 30 | (random.next() as u32 & 1 << 22) | base << 5 | register(random));
}

/// Replaces an instruction a little further on, with all that the architecture asks for.
fn store_to_code(random: &mut Random, code: &mut Vec<u32>) {
    let target = CODE + 4 * (code.len() as u64 + 12);
    code.extend(move_wide(16, target + ALIAS));
    code.extend(move_wide(17, plain(random).into()));
    // STR W17, [X16]; MOV X16, its other address; DC CVAU; DSB ISH; IC IVAU; DSB ISH; ISB.
    code.push(0xb900_0000 | 16 << 5 | 17);
    code.extend(move_wide(16, target));
    code.extend([0xd50b_7b20 | 16, 0xd503_3b9f, 0xd50b_7520 | 16, 0xd503_3b9f, 0xd503_3fdf, NOP, NOP]);
}

/// Gives a page of the data another place, or only says so, with all that the architecture asks for.
fn map_again(random: &mut Random, code: &mut Vec<u32>) {
    let page = (DATA >> 12) + random.below(8);
    if random.below(3) != 0 {
        code.extend(move_wide(16, TABLE + 0x2000 + ALIAS + 8 * page));
        code.extend(move_wide(17, (page ^ random.below(4)) << 12 | 1 << 10 | 3 << 8 | 3));
        // STR X17, [X16].
        code.push(0xf900_0000 | 16 << 5 | 17);
    }
    // Of code, too.
    let named = if random.below(4) == 0 { CODE >> 12 } else { page };
    code.extend(move_wide(16, named));
    // DSB ISHST; TLBI VAE1, VAE1IS, VAALE1, ASIDE1 or VMALLE1; DSB ISH; ISB.
    let operations = [0xd508_8720 | 16, 0xd508_8320 | 16, 0xd508_87e0 | 16, 0xd508_8740 | 16, 0xd508_871f];
    code.extend([0xd503_3a9f, operations[random.below(5) as usize], 0xd503_3b9f, 0xd503_3fdf]);
}

struct World {
    memory: Vec<u64>,
    cpu: Cpu,
    physical: Arc<PhysicalMemory>,
    signal: Arc<VcpuSignal>,
}

impl World {
    /// Goes on in the same code at another distance, as if it were the next process's, or with all of them mapped at once.
    fn wander(&mut self, distance: u64, together: bool) {
        for other in ELSEWHERE {
            let entry = if together || other == distance { (TABLE + 0x1000) | 3 } else { 0 };
            self.physical.write_bytes(TABLE + 32 * other, &entry.to_le_bytes()).expect("RAM");
        }
        let moved = |address: u64| {
            let code = address >> 32 < ELSEWHERE.end && (CODE..VECTORS).contains(&(address & 0xffff_ffff));
            if code { address & 0xffff_ffff | distance << 32 } else { address }
        };
        let cpu = &mut self.cpu;
        (cpu.pc, cpu.x[30]) = (moved(cpu.pc), moved(cpu.x[30]));
        cpu.set_sys(SysReg::ELR_EL1, moved(cpu.sys(SysReg::ELR_EL1)));
        if !together {
            self.signal.request_flush(Flush::Halves(Halves::ALL));
        }
    }
}

fn put(memory: &mut [u64], address: u64, word: u32) {
    let at = (address - RAM) as usize;
    let shift = 8 * (at % 8);
    memory[at / 8] = memory[at / 8] & !(0xffff_ffff << shift) | u64::from(word) << shift;
}

/// The world goes on at other addresses now and then.
fn wanders(seed: u64) -> bool {
    seed % 4 == 3
}

fn world(seed: u64) -> World {
    let random = &mut Random(seed);
    let mut memory = vec![0u64; RAM_SIZE / 8];
    // Who wanders comes by the same code again.
    let words = if wanders(seed) { 100 + random.below(300) as usize } else { CODE_WORDS };
    for (index, word) in program(random, words).into_iter().enumerate() {
        put(&mut memory, CODE + 4 * index as u64, word);
    }
    for index in 0..24 {
        put(&mut memory, FUNCTION + 4 * index, if index == 23 { 0xd65f_03c0 } else { plain(random) });
    }
    // In guarded pages (FEAT_BTI) the function may begin with BTI c, or PACIASP, or be no place to land.
    let guarded = random.below(2) << 50;
    match random.below(4) {
        0 => put(&mut memory, FUNCTION, 0xd503_245f),
        1 => put(&mut memory, FUNCTION, 0xd503_233f),
        _ => {}
    }
    // MRS X18, ELR_EL1; ADD X18, X18, #4; MSR ELR_EL1, X18; ERET. SVC returns behind itself already and skips one more.
    for (index, word) in [0xd538_4032, 0x9100_1252, 0xd518_4032, 0xd69f_03e0].into_iter().enumerate() {
        put(&mut memory, VECTORS + 0x200 + 4 * index as u64, word);
    }
    let scattered = seed & 1 != 0;
    let entry = |address: u64| ((address - RAM) / 8) as usize;
    memory[entry(TABLE)] = (TABLE + 0x1000) | 3;
    memory[entry(TABLE + 0x1000)] = (TABLE + 0x2000) | 3;
    for page in RAM >> 12..(RAM_SIZE as u64 + RAM) >> 12 {
        // Normal memory. Code, vectors and tables may not be written, nor may one page of the data.
        let readonly = if page << 12 < DATA || page << 12 == DATA + 0x8000 { 1 << 7 } else { 0 };
        // In every other world the pages of the data lie in another order, so that they have no common addend.
        let physical = if scattered && page << 12 >= DATA { page ^ 5 } else { page };
        // EL0 may access most of the data, which is what LDTR and STTR ask.
        let user = if page << 12 >= DATA && page & 3 != 0 { 1 << 6 } else { 0 };
        memory[entry(TABLE + 0x2000 + page * 8)] = physical << 12 | readonly | user | guarded | 1 << 10 | 3 << 8 | 3;
    }
    memory[entry(TABLE + 0x2000 + ((CODE + ALIAS) >> 12) * 8)] = CODE | 1 << 10 | 3 << 8 | 3;
    memory[entry(TABLE + 0x2000 + ((TABLE + 0x2000 + ALIAS) >> 12) * 8)] = (TABLE + 0x2000) | 1 << 10 | 3 << 8 | 3;
    for word in &mut memory[((DATA - RAM) / 8) as usize..] {
        *word = random.special();
    }
    let physical = Arc::new(PhysicalMemory::default());
    // SAFETY: the memory lives in the same value as the PE, and nothing else runs.
    physical.install(unsafe { PhysicalMemory::new_slot(0, RAM, RAM_SIZE as u64, memory.as_mut_ptr().cast(), SlotFlags::default()) });
    let models = ["neoverse-n1", "cortex-a57", "neoverse-v1", "cortex-a76", "neoverse-n2"];
    let host = models.iter().cycle().skip(random.below(5) as usize).find_map(|name| sysregs::models::by_name(name)).expect("a model");
    let config = CpuConfig::new(host.ids().clone(), 0x8000_0000, true).expect("a complete model");
    let signal = Arc::new(VcpuSignal::default());
    let mut cpu = Cpu::new(Arc::new(config), physical.clone(), signal.clone(), Arc::new(Clock::virtual_time(1_000_000_000)));
    cpu.set_sys(SysReg::HCR_EL2, emu::sys::hcr::APK | emu::sys::hcr::API | emu::sys::hcr::ATA);
    cpu.set_sys(SysReg::TTBR0_EL1, TABLE);
    cpu.set_sys(SysReg::TCR_EL1, 25 | 1 << 23 | 2 << 32);
    cpu.set_sys(SysReg::MAIR_EL1, 0xff);
    let checks = [0, 2, 8][random.below(3) as usize];
    cpu.set_sys(SysReg::SCTLR_EL1, 1 | checks | 1 << 26 | 1 << 23 | 1 << 18 | 1 << 16 | 1 << 15 | 1 << 14);
    cpu.set_sys(SysReg::CPACR_EL1, 3 << 20 | 3 << 16);
    cpu.set_sys(SysReg::ZCR_EL1, 15);
    // 8-bit floating point, mostly of formats that there are.
    cpu.set_sys(SysReg::HCRX_EL2, emu::sys::hcrx::ENFPM);
    cpu.set_sys(SysReg::FPMR, random.next() & if random.below(4) == 0 { 0xc1ff } else { 0xc049 });
    cpu.vector_lengths = [1, 3, 15][random.below(3) as usize];
    cpu.set_sys(SysReg::VBAR_EL1, VECTORS);
    cpu.x[..31].fill_with(|| random.special());
    cpu.v.fill_with(|| u128::from(random.special()) << 64 | u128::from(random.special()));
    for number in 0..16 {
        cpu.set_p(number, &Predicate([random.next() | random.next(), 0, 0, 0]));
    }
    cpu.fpcr = [0, 0, 0, 1 << 25, 1 << 22, 1 << 24][random.below(6) as usize];
    cpu.nzcv = (random.next() as u32) << 28;
    cpu.pstate.uao = random.below(4) == 0;
    for pointer in POINTERS {
        cpu.x[pointer as usize] = DATA + 0x1000 * u64::from(pointer - POINTERS.start);
    }
    (cpu.x[31], cpu.pc) = (DATA + 0xf000, CODE);
    cpu.update_derived();
    if scattered && seed & 2 != 0 {
        cpu.expect_scattered_memory();
    }
    World { memory, cpu, physical, signal }
}

/// What differs between two PEs.
fn difference(expected: &Cpu, actual: &Cpu) -> Option<String> {
    let mut all = Vec::new();
    let mut check = |name: String, left: u128, right: u128| {
        if left != right {
            all.push(format!("{name}: interpreter {left:#x}, JIT {right:#x}"));
        }
    };
    for number in 0..33 {
        check(format!("x{number}"), expected.x[number].into(), actual.x[number].into());
    }
    for number in 0..32 {
        check(format!("q{number}"), expected.v[number], actual.v[number]);
    }
    for number in 0..32 {
        let (left, right) = (expected.whole_z(number), actual.whole_z(number));
        (1..16).for_each(|part| check(format!("z{number}[{part}]"), left.quadword(part), right.quadword(part)));
    }
    let predicates = |cpu: &Cpu| (0..16).map(|number| cpu.whole_p(number)).chain([cpu.ffr()]).collect::<Vec<_>>();
    for (number, (left, right)) in predicates(expected).iter().zip(predicates(actual)).enumerate() {
        check(format!("p{number}"), left.0[0].into(), right.0[0].into());
    }
    check("pc".into(), expected.pc.into(), actual.pc.into());
    check("nzcv".into(), expected.nzcv.into(), actual.nzcv.into());
    check("fpsr".into(), expected.fpsr.into(), actual.fpsr.into());
    check("fpcr".into(), expected.fpcr.into(), actual.fpcr.into());
    let monitor =
        |cpu: &Cpu| cpu.monitor.marked().map_or(0, |(address, size, value)| u128::from(address) << 8 ^ u128::from(size) ^ value << 3);
    check("monitor".into(), monitor(expected), monitor(actual));
    check("retired".into(), expected.retired.into(), actual.retired.into());
    check("budget".into(), expected.budget.into(), actual.budget.into());
    check("pstate".into(), expected.pstate.to_spsr(0).into(), actual.pstate.to_spsr(0).into());
    for &register in SysReg::ALL {
        check(register.name().into(), expected.sys(register).into(), actual.sys(register).into());
    }
    (!all.is_empty()).then(|| all.join("\n  "))
}

/// The number of pages that moved.
fn run_case(seed: u64, level: JitLevel, cramped: bool, longest: u64) -> u64 {
    let (mut left, mut right) = (world(seed), world(seed));
    let (mut interpreter, mut jit) = (Interpreter::default(), Jit::new(level).eager());
    if cramped {
        jit = jit.cramped();
    }
    let mut random = Random(seed ^ 0x55);
    let mut total = 0;
    while total < 6000 {
        let slice = if random.below(8) == 0 { 1 + random.below(4) } else { 1 + random.below(longest) };
        if wanders(seed) && random.below(2) == 0 {
            let distance = ELSEWHERE.chain([0]).nth(random.below(6) as usize).unwrap_or_default();
            left.wander(distance, seed % 8 == 7);
            right.wander(distance, seed % 8 == 7);
        }
        let start = left.cpu.pc;
        (left.cpu.budget, right.cpu.budget) = (slice, slice);
        let (wanted, got) = (interpreter.run(&mut left.cpu), jit.run(&mut right.cpu));
        let place = || {
            let word = left.memory.get((start.wrapping_sub(RAM) / 8) as usize).map_or(0, |word| (word >> (8 * (start & 4))) as u32);
            format!(
                "seed {seed}, {level:?}, cramped {cramped}, slice of {slice} from {start:#x} ({}) after {total}",
                disassemble_word(word, start)
            )
        };
        assert_eq!(wanted, got, "{}", place());
        if let Some(difference) = difference(&left.cpu, &right.cpu) {
            panic!("{}:\n  {difference}", place());
        }
        if let Some(at) = left.memory.iter().zip(&right.memory).position(|(left, right)| left != right) {
            panic!("{}: memory at {:#x}: interpreter {:#x}, JIT {:#x}", place(), RAM + 8 * at as u64, left.memory[at], right.memory[at]);
        }
        if wanted != Exit::Budget {
            for cpu in [&mut left.cpu, &mut right.cpu] {
                cpu.pc = cpu.pc.wrapping_add(4);
            }
        }
        total += slice;
    }
    jit.stats().pages_moved
}

#[test]
fn jit_and_interpreter_agree() {
    let number = |name: &str| std::env::var(name).ok().and_then(|text| text.parse::<u64>().ok());
    let cases = number("INVAR_JIT_CASES").unwrap_or(60);
    let seeds = match number("INVAR_JIT_SEED") {
        Some(seed) => seed..seed + 1,
        None => 0..cases,
    };
    // Shorter slices place a difference more exactly, where they still show it.
    let longest = number("INVAR_JIT_SLICE").unwrap_or(400);
    let (mut cases, mut moved) = (0, 0);
    for seed in seeds {
        for (level, cramped) in [(JitLevel::Calls, false), (JitLevel::V2, false), (JitLevel::V3, false), (JitLevel::V3, true)] {
            moved += run_case(seed, level, cramped, longest);
            cases += 1;
        }
    }
    assert!(cases < 100 || moved > cases / 6, "{moved} pages moved in {cases} cases");
}
