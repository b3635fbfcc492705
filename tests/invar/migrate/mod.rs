//! Moving machines: capture and restore, files, streams between processes. One module a topic.

mod determinism;
mod dirty;
mod files;
mod guests;
mod identity;
mod lab;
mod live;
mod tags;

use invar::machine::fdt::GicVersion;
use invar::machine::{ConsoleTo, InputSource, Machine, MachineConfig, Running, Scheduling};
use invar::migrate::workload::{LOAD_ADDRESS, Workload};

/// A deterministic machine's configuration for a workload.
pub fn config(workload: &Workload) -> MachineConfig {
    MachineConfig {
        smp: workload.cpus.into(),
        memory: workload.memory(),
        gic: workload.gic,
        load_addr: Some(LOAD_ADDRESS),
        scheduling: Scheduling::Deterministic,
        ..MachineConfig::default()
    }
}

/// A deterministic machine with a workload, not yet running.
pub fn machine(workload: &Workload) -> Running {
    start(config(workload), &workload.assemble().expect("it assembles"))
}

/// A machine with an image, not yet running.
pub fn start(config: MachineConfig, image: &[u8]) -> Running {
    let machine = Machine::new(config, image).expect("a machine");
    machine.start(ConsoleTo::Memory(Vec::new()), InputSource::Live).expect("it starts")
}

/// A small workload.
pub fn workload(cpus: u32, gic: GicVersion) -> Workload {
    Workload { cpus, gic, pages: 70, rounds: 120, waits: true, until_key: false }
}

/// Numbers that are the same in every run (Steele and Vigna's splitmix64).
pub struct Random(pub u64);

impl Random {
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ z >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ z >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ z >> 31
    }

    pub fn below(&mut self, limit: u64) -> u64 {
        self.next() % limit
    }
}
