#![expect(unsafe_code, reason = "hands the test's own memory to the emulator")]
//! Executes single instructions on a PE of ours, with the same registers as `driver.c`. MMU off; it judges nothing.

use std::sync::Arc;

use emu::cpu::{Cpu, CpuConfig, Exit, VcpuSignal};
use emu::engine::Interpreter;
use emu::mem::{PhysicalMemory, SlotFlags};
use emu::timer::Clock;
use sysregs::SysReg;

use crate::driver::{Record, Reply};

const BASE: u64 = 0x4000_0000;
const WORDS: usize = 1 << 17;

pub struct Pe {
    cpu: Cpu,
    engine: Interpreter,
    // After `cpu`, which uses it until it is dropped.
    code: Vec<u64>,
    used: usize,
}

impl Pe {
    pub fn new(model: &str) -> Self {
        let mut code = vec![0_u64; WORDS];
        let physical = Arc::new(PhysicalMemory::default());
        // SAFETY: `code` lives as long as the PE, never grows, and nothing else runs.
        physical.install(unsafe { PhysicalMemory::new_slot(0, BASE, 8 * WORDS as u64, code.as_mut_ptr().cast(), SlotFlags::default()) });
        let host = sysregs::models::by_name(model).expect("a host model");
        let config = CpuConfig::new(host.ids().clone(), 0x8000_0000, false).expect("a complete model");
        let mut cpu = Cpu::new(Arc::new(config), physical, Arc::new(VcpuSignal::default()), Arc::new(Clock::virtual_time(1_000_000_000)));
        cpu.set_sys(SysReg::CPACR_EL1, 3 << 20);
        cpu.update_derived();
        Self { cpu, engine: Interpreter::default(), code, used: 0 }
    }

    /// The replies to all records, or `None` when the instruction is UNDEFINED here.
    pub fn run(&mut self, instruction: u32, records: &[Record]) -> Option<Vec<Reply>> {
        // Each instruction gets a place of its own, with a UDF behind it, so that no decoded code goes stale.
        let address = BASE + 8 * self.used as u64;
        *self.code.get_mut(self.used).expect("room for another instruction") = instruction.into();
        self.used += 1;
        records.iter().map(|record| self.step(address, record)).collect()
    }

    fn step(&mut self, address: u64, record: &Record) -> Option<Reply> {
        let cpu = &mut self.cpu;
        cpu.v[..4].copy_from_slice(&record.v);
        cpu.x[..4].copy_from_slice(&[0, record.x1, !record.x1, record.x1.swap_bytes()]);
        (cpu.fpcr, cpu.fpsr, cpu.nzcv) = (record.fpcr, record.fpsr, record.nzcv);
        (cpu.pc, cpu.budget) = (address, 1);
        assert_eq!(self.engine.run(cpu), Exit::Budget);
        (cpu.pc == address + 4).then(|| Reply { v0: cpu.v[0], x0: cpu.x[0], fpsr: cpu.fpsr, nzcv: cpu.nzcv })
    }
}
