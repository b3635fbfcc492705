#![expect(unsafe_code, reason = "hands the test's own memory to the emulator")]
//! A PE with memory, translation tables, a random program and random values. Runs nothing.

use std::sync::Arc;

use emu::cpu::{Cpu, CpuConfig, Predicate, VcpuSignal};
use emu::mem::{Flush, Halves, PhysicalMemory, SlotFlags};
use emu::timer::Clock;
use sysregs::SysReg;

use super::layout::*;
use super::programs::{plain, program};
use super::random::Random;

const CODE_WORDS: usize = 1500;
const KEYS: [SysReg; 8] = {
    use SysReg::*;
    [APIAKeyLo_EL1, APIAKeyHi_EL1, APIBKeyLo_EL1, APIBKeyHi_EL1, APDAKeyLo_EL1, APDAKeyHi_EL1, APDBKeyLo_EL1, APDBKeyHi_EL1]
};

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

pub struct World {
    pub memory: Vec<u64>,
    pub cpu: Cpu,
    physical: Arc<PhysicalMemory>,
    signal: Arc<VcpuSignal>,
}

impl World {
    /// Goes on in the same code at another distance, as if it were the next process's, or with all of them mapped at once.
    pub fn wander(&mut self, distance: u64, together: bool) {
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
pub fn wanders(seed: u64) -> bool {
    seed % 4 == 3
}

pub fn world(seed: u64) -> World {
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
    let tags = [0, 0, 0, 1 << 37, 1 << 37 | 1 << 51][random.below(5) as usize];
    cpu.set_sys(SysReg::TCR_EL1, 25 | 25 << 16 | 1 << 23 | 2 << 32 | tags);
    cpu.set_sys(SysReg::MAIR_EL1, 0xff);
    let checks = [0, 2, 8][random.below(3) as usize];
    let (same, one) = (random.below(3) == 0, random.special());
    for key in KEYS {
        cpu.set_sys(key, if same { one } else { random.special() });
    }
    // Which of them are enabled.
    let keys = random.next() & (1 << 31 | 1 << 30 | 1 << 27 | 1 << 13);
    cpu.set_sys(SysReg::SCTLR_EL1, 1 | checks | keys | 1 << 26 | 1 << 23 | 1 << 18 | 1 << 16 | 1 << 15 | 1 << 14);
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
