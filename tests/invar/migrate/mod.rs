//! Moving machines: capture and restore, files, streams between processes. One module a topic.

mod determinism;
mod dirty;
mod files;
mod guests;
mod identity;
mod lab;
mod live;
mod notices;
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
