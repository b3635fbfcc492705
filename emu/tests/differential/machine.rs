#![expect(unsafe_code, reason = "hands the test's own memory to the emulator")]
//! Our side: a PE at EL0 with the driver's memory map, which executes one instruction. Compares nothing.

use std::sync::Arc;

use emu::cpu::{Cpu, CpuConfig, ExceptionLevel, Predicate, Pstate, ScalableVector};
use emu::engine::Interpreter;
use emu::mem::{PhysicalMemory, SlotFlags};
use emu::timer::Clock;
use sysregs::{Feature, SysReg};

use super::driver::Case;
use super::state::{CODE, DATA, DATA_SIZE, Outcome, SIGBUS, SIGILL, SIGSEGV, WINDOW};

const RAM: u64 = 0x1_0000;
const RAM_SIZE: usize = 0x3_0000;
/// Translation tables, in physical memory that no virtual address reaches.
const TABLE: u64 = 0x3_0000;
/// Words of a sequence at most.
const LONGEST: usize = 64;
const BRK: u64 = 0xd420_0000_d420_0000;

pub struct Machine {
    cpu: Cpu,
    // Dropped after the PE that uses it.
    memory: Box<[u64]>,
}

fn index(address: u64) -> usize {
    ((address - RAM) / 8) as usize
}

/// Code read-only and executable, data readable and writable, at EL0: Normal memory, pages of 4 KiB.
fn map(memory: &mut [u64]) {
    memory[index(TABLE)] = (TABLE + 0x1000) | 3;
    memory[index(TABLE + 0x1000)] = (TABLE + 0x2000) | 3;
    let page = 1 << 10 | 3 << 8 | 1 << 6 | 3;
    memory[index(TABLE + 0x2000 + (CODE >> 12) * 8)] = CODE | page;
    for offset in (0..DATA_SIZE as u64).step_by(0x1000) {
        memory[index(TABLE + 0x2000 + ((DATA + offset) >> 12) * 8)] = (DATA + offset) | page;
    }
    memory[index(CODE)..index(CODE + 0x1000)].fill(BRK);
}

impl Machine {
    /// A PE of the model `max` without `without`, which the other side lacks.
    pub fn new(without: &[Feature]) -> Machine {
        let mut memory = vec![0u64; RAM_SIZE / 8].into_boxed_slice();
        map(&mut memory);
        let physical = Arc::new(PhysicalMemory::default());
        // SAFETY: the machine keeps `memory` as long as the PE, and runs nothing else on it.
        physical.install(unsafe { PhysicalMemory::new_slot(0, RAM, RAM_SIZE as u64, memory.as_mut_ptr().cast(), SlotFlags::default()) });
        let model = sysregs::models::by_name("max").expect("the model max");
        let config = CpuConfig::new(model.ids().clone(), 0x8000_0000, false).expect("a complete model");
        let mut cpu = Cpu::new(Arc::new(config), physical, Arc::default(), Arc::new(Clock::virtual_time(1_000_000_000)));
        without.iter().for_each(|&feature| cpu.features.remove(feature));
        cpu.set_sys(SysReg::TTBR0_EL1, TABLE);
        // As Linux for its processes: the top byte of an address is ignored.
        cpu.set_sys(SysReg::TCR_EL1, 25 | 1 << 23 | 2 << 32 | 1 << 37);
        cpu.set_sys(SysReg::MAIR_EL1, 0xff);
        // MMU on; EnFPM, MSCEn, UCI, UCT, DZE, nTWE, nTWI on, as Linux has them.
        cpu.set_sys(SysReg::SCTLR_EL1, 1 | 1 << 34 | 1 << 33 | 1 << 26 | 1 << 23 | 1 << 18 | 1 << 16 | 1 << 15 | 1 << 14);
        cpu.set_sys(SysReg::HCRX_EL2, emu::sys::hcrx::MSCEN | emu::sys::hcrx::ENFPM);
        cpu.set_sys(SysReg::CPACR_EL1, 3 << 20);
        Machine { cpu, memory }
    }

    /// With scalable vectors of `bytes`.
    pub fn scalable(without: &[Feature], bytes: usize) -> Machine {
        let mut machine = Machine::new(without);
        machine.cpu.vector_lengths = u16::MAX;
        machine.cpu.set_sys(SysReg::ZCR_EL1, bytes as u64 / 16 - 1);
        machine.cpu.set_sys(SysReg::CPACR_EL1, 3 << 20 | 3 << 16);
        machine
    }

    /// What the instructions do to each case.
    pub fn run(&mut self, words: &[u32], cases: &[Case]) -> Vec<Outcome> {
        for pair in 0..=LONGEST / 2 {
            let word = |at: usize| u64::from(words.get(at).copied().unwrap_or(BRK as u32));
            self.memory[index(CODE) + pair] = word(2 * pair) | word(2 * pair + 1) << 32;
        }
        // A new engine has decoded nothing yet.
        let mut engine = Interpreter::default();
        cases.iter().map(|case| self.step(&mut engine, words.len() as u64, case)).collect()
    }

    fn step(&mut self, engine: &mut Interpreter, length: u64, case: &Case) -> Outcome {
        let data = index(DATA)..index(DATA) + DATA_SIZE / 8;
        let window = data.start + WINDOW / 8;
        self.memory[data.clone()].fill(0);
        self.memory[window..window + case.window.len()].copy_from_slice(&case.window);
        self.load(case);
        let before = self.memory[data.clone()].to_vec();
        self.cpu.budget = length;
        // A fault ends it: EL1 has no code.
        while self.cpu.budget > 0 && self.cpu.pstate.el == ExceptionLevel::EL0 {
            let rest = self.cpu.budget;
            self.cpu.budget = 1;
            engine.run(&mut self.cpu);
            self.cpu.budget = rest - 1;
        }
        let now = &self.memory[data];
        let changes = now.iter().zip(&before).enumerate().filter(|(_, (now, before))| now != before);
        let changes = changes.map(|(index, (now, _))| (8 * index as u64, *now)).collect();
        self.outcome(changes)
    }

    fn load(&mut self, case: &Case) {
        let (cpu, state) = (&mut self.cpu, &case.state);
        cpu.switch_pstate(Pstate { el: ExceptionLevel::EL0, ..Pstate::default() });
        cpu.x[..31].copy_from_slice(&state.x);
        cpu.x[31] = state.sp;
        cpu.pc = CODE;
        cpu.nzcv = state.nzcv << 28;
        (cpu.fpcr, cpu.fpsr) = (state.fpcr, state.fpsr);
        for (number, (&low, upper)) in (0..).zip(state.v.iter().zip(&state.upper)) {
            let mut vector = ScalableVector::ZERO;
            std::iter::once(low).chain(*upper).enumerate().for_each(|(part, value)| vector.set_quadword(part, value));
            cpu.set_whole_z(number, &vector);
        }
        for (number, &value) in (0..16).zip(&state.p) {
            cpu.set_whole_p(number, &Predicate([value, 0, 0, 0]));
        }
        cpu.set_ffr(&Predicate([state.p[16], 0, 0, 0]));
        cpu.monitor.clear();
    }

    fn outcome(&self, changes: Vec<(u64, u64)>) -> Outcome {
        let cpu = &self.cpu;
        let mut state =
            super::state::State { sp: cpu.x[31], pc: cpu.pc, nzcv: cpu.nzcv >> 28, fpcr: cpu.fpcr, fpsr: cpu.fpsr, ..Default::default() };
        state.x.copy_from_slice(&cpu.x[..31]);
        state.v = cpu.v;
        for (number, upper) in (0..).zip(&mut state.upper) {
            let vector = cpu.whole_z(number);
            upper.iter_mut().enumerate().for_each(|(part, value)| *value = vector.quadword(part + 1));
        }
        (0..16).for_each(|number| state.p[usize::from(number)] = cpu.whole_p(number).0[0]);
        state.p[16] = cpu.ffr().0[0];
        if cpu.pstate.el == ExceptionLevel::EL0 {
            return Outcome { state, signal: 0, fault_address: 0, changes };
        }
        state.sp = cpu.sys(SysReg::SP_EL0);
        state.pc = cpu.sys(SysReg::ELR_EL1);
        let esr = cpu.sys(SysReg::ESR_EL1);
        let far = cpu.sys(SysReg::FAR_EL1);
        // As Linux turns exceptions into signals.
        let (signal, fault_address) = match (esr >> 26, esr & 0x3f) {
            (0x24, 0x21) => (SIGBUS, far),
            (0x24, _) => (SIGSEGV, far),
            _ => (SIGILL, state.pc),
        };
        Outcome { state, signal, fault_address, changes }
    }
}
