//! A machine from configuration to outcome.

use super::build::{self, Built, Choices};
use super::config::{MachineConfig, MachineError, Outcome, Scheduling};
use super::host_input::InputSource;
use super::semihosting::{Semihosting, Setup};
use super::stop::StopWhen;
use super::trace::TraceSink;

/// Where the serial port is connected.
pub enum ConsoleTo {
    /// Standard input and output.
    Stdio,
    /// This input, and output that stays in memory.
    Memory(Vec<u8>),
}

/// A machine ready to run.
pub struct Machine {
    pub(super) config: MachineConfig,
    pub(super) built: Built,
}

/// What a finished run leaves.
pub struct Finished {
    /// How it ended.
    pub outcome: Outcome,
    /// What the serial port sent, for a memory console.
    pub output: Vec<u8>,
    /// The vCPUs, for their statistics.
    pub vcpus: Vec<kvm::VcpuFd>,
    /// Why the trace is not complete.
    pub trace_error: Option<MachineError>,
}

impl Machine {
    /// Makes a machine with `image` loaded.
    ///
    /// # Errors
    /// Whatever is wrong with configuration or files.
    pub fn new(config: MachineConfig, image: &[u8]) -> Result<Machine, MachineError> {
        let built = build::build(&config, image)?;
        Ok(Machine { config, built })
    }

    /// The same on a host that the configuration does not name, with choices.
    ///
    /// # Errors
    /// As [`Machine::new`].
    pub(crate) fn on(host: kvm::Host, config: MachineConfig, image: &[u8], choices: &Choices<'_>) -> Result<Machine, MachineError> {
        let built = build::build_on(build::configured(host, &config), &config, image, choices)?;
        Ok(Machine { config, built })
    }

    /// The device tree that the guest gets.
    pub fn device_tree(&self) -> &[u8] {
        &self.built.dtb
    }

    /// Oddities of the guest file, a sentence each.
    pub fn notes(&self) -> &[String] {
        &self.built.notes
    }

    /// Names for addresses.
    pub fn symbols(&self) -> &loader::Symbols {
        &self.built.symbols
    }

    /// The vCPUs, before the run.
    pub fn vcpus(&self) -> &[kvm::VcpuFd] {
        &self.built.vcpus
    }

    /// Runs to the end.
    ///
    /// # Errors
    /// When the trace, the console or a thread cannot be made.
    pub fn run(self, console: ConsoleTo) -> Result<Finished, MachineError> {
        let running = self.start(console, InputSource::Live)?;
        running.run(StopWhen::Asked)?;
        Ok(running.finish())
    }

    /// The machine with other limits, which count from here.
    #[must_use]
    pub fn limited(mut self, max_instructions: Option<u64>, timeout: Option<std::time::Duration>) -> Machine {
        self.config.max_instructions = max_instructions;
        self.config.timeout = timeout;
        self
    }

    /// A machine from parts that somebody else has put together.
    pub(crate) fn from_parts(config: MachineConfig, built: Built) -> Machine {
        Machine { config, built }
    }
}

impl Machine {
    pub(super) fn start_trace(&self) -> Result<Option<TraceSink>, MachineError> {
        let Some(config) = &self.config.trace else { return Ok(None) };
        let sink = TraceSink::open(config)?;
        for (index, vcpu) in self.built.vcpus.iter().enumerate() {
            vcpu.set_trace(Some(sink.tracer(index as u64, config, self.built.symbols.clone())));
        }
        Ok(Some(sink))
    }
}

/// As it was captured, or fresh.
pub(super) fn semihosting(config: &MachineConfig, built: &Built) -> Option<Semihosting> {
    let fresh = || Semihosting::new(setup(config, built));
    config.semihosting.then(|| built.semihosting.as_ref().map_or_else(fresh, Semihosting::restored))
}

fn setup(config: &MachineConfig, built: &Built) -> Setup {
    let words = [&config.program, &config.append].map(String::as_str);
    let command_line = words.into_iter().filter(|words| !words.is_empty()).collect::<Vec<_>>().join(" ");
    let run = match config.scheduling {
        Scheduling::Threads => std::process::id().into(),
        Scheduling::Deterministic => config.seed,
    };
    Setup { command_line, free_memory: built.free_memory.clone(), run }
}
