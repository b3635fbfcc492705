//! The demonstration: a small guest tells what it sees of the CPU, next to what the host CPU has. It builds an ordinary machine and
//! looks at it from outside like any VMM; it knows no rule by which a hypervisor changes a value.

mod console;
pub(crate) mod guest;
mod report;
mod table;

use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use emu::cpu::{Exit, Vector};
use emu::insn::Insn;
use emu::trace::{Mmio, Trace};

pub use self::console::{Seen, Undefined};
pub use self::guest::{Guest, LOAD_ADDRESS, assemble, encodings, name_of};
pub use self::report::{FieldRow, RegisterRow, Report, Summary};
use crate::machine::{ConsoleTo, Machine, MachineConfig, MachineError, Outcome};

/// The guest needs little.
const MEMORY: u64 = 16 << 20;
/// A guest that takes longer is stuck.
const TIME_LIMIT: Duration = Duration::from_secs(60);

/// What is to be compared.
#[derive(Clone, Debug)]
pub struct DemoConfig {
    /// Host CPU model.
    pub cpu: String,
    /// Host kernel.
    pub host_kernel: String,
}

/// Why there is no report.
#[derive(Debug, thiserror::Error)]
pub enum DemoError {
    /// The machine could not be made or run.
    #[error(transparent)]
    Machine(#[from] MachineError),
    /// The embedded guest does not assemble.
    #[error("the embedded guest does not assemble: {0}")]
    Assembler(String),
    /// The guest did not power off.
    #[error("the embedded guest ended by {outcome:?} instead of PSCI SYSTEM_OFF; it printed:\n{console}")]
    Ended {
        /// How.
        outcome: Outcome,
        /// What it printed.
        console: String,
    },
    /// The guest printed something else than it should.
    #[error("the embedded guest printed `{line}`, which is none of its lines")]
    Console {
        /// The line.
        line: String,
    },
    /// A line is missing.
    #[error("the embedded guest did not print {what}")]
    Missing {
        /// The line.
        what: String,
    },
}

impl DemoError {
    /// What to do about it, one sentence.
    pub fn hint(&self) -> &'static str {
        match self {
            DemoError::Machine(error) => error.hint(),
            _ => "this is a fault of invar itself; `invar run --trace` on a guest of your own may show more",
        }
    }
}

/// Runs the guest on a host and gathers what it saw.
///
/// # Errors
/// When the host is not known, or the guest does not do what it should.
pub fn run(config: &DemoConfig) -> Result<Report, DemoError> {
    report::gather(config, run_guest(config)?)
}

/// A finished run of the guest.
struct Run {
    seen: Seen,
    console: String,
    vcpus: Vec<kvm::VcpuFd>,
    /// Address of the guest's UDF.
    udf: u64,
    to_first_instruction: Duration,
    running: Duration,
}

fn run_guest(config: &DemoConfig) -> Result<Run, DemoError> {
    let start = Instant::now();
    let guest = assemble().map_err(|error| DemoError::Assembler(error.to_string()))?;
    let machine = Machine::new(machine_config(config), &guest.image)?;
    let first = Arc::new(OnceLock::new());
    for vcpu in machine.vcpus() {
        vcpu.set_trace(Some(Box::new(FirstEvent(first.clone()))));
    }
    let finished = machine.run(ConsoleTo::Memory(Vec::new()))?;
    let end = Instant::now();
    let console = String::from_utf8_lossy(&finished.output).into_owned();
    if finished.outcome != Outcome::PowerOff {
        return Err(DemoError::Ended { outcome: finished.outcome, console });
    }
    let began = first.get().copied().unwrap_or(start);
    Ok(Run {
        seen: Seen::parse(&console)?,
        console,
        vcpus: finished.vcpus,
        udf: guest.udf,
        to_first_instruction: began - start,
        running: end - began,
    })
}

fn machine_config(config: &DemoConfig) -> MachineConfig {
    MachineConfig {
        cpu: config.cpu.clone(),
        host_kernel: config.host_kernel.clone(),
        memory: MEMORY,
        load_addr: Some(LOAD_ADDRESS),
        timeout: Some(TIME_LIMIT),
        ..MachineConfig::default()
    }
}

/// Notes when the guest's first instruction, the read of a system register, was executed.
struct FirstEvent(Arc<OnceLock<Instant>>);

impl Trace for FirstEvent {
    fn wants_instructions(&self) -> bool {
        false
    }

    fn instruction(&mut self, _: u8, _: u64, _: &Insn) {}

    fn exception(&mut self, _: Vector, _: u64, _: u64, _: u64) {}

    fn system_register(&mut self, _: u64, _: u16, _: bool, _: u64) {
        self.0.get_or_init(Instant::now);
    }

    fn mmio(&mut self, _: u64, _: &Mmio) {}

    fn exit(&mut self, _: u64, _: &Exit, _: [u64; 4]) {}
}

#[cfg(test)]
mod tests;
