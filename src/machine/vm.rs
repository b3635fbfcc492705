//! A machine from configuration to outcome.

use std::sync::{Arc, Weak};

use super::board::Board;
use super::build::{self, Built};
use super::config::{MachineConfig, MachineError, Outcome, Scheduling};
use super::console::{self, Console};
use super::schedule;
use super::semihosting::Setup;
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
    config: MachineConfig,
    built: Built,
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
        let trace = self.start_trace()?;
        let scheduling = self.config.scheduling;
        // The console's thread needs the board, which needs the console: it looks through a slot that is filled after both exist.
        let slot: Arc<std::sync::OnceLock<Weak<Board>>> = Arc::default();
        let (console, written) = match console {
            ConsoleTo::Stdio => {
                let slot = slot.clone();
                let console = Console::stdio(move |event| on_console(&slot, event)).map_err(MachineError::Thread)?;
                (console, None)
            }
            ConsoleTo::Memory(input) => {
                let (console, written) = Console::memory(&input).map_err(MachineError::Thread)?;
                (console, Some(written))
            }
        };
        let setup = semihosting_setup(&self.config, &self.built);
        let board = Arc::new(Board::new(self.built.vm, self.built.vcpus, console, &self.config, setup));
        // The slot is set exactly here, once.
        let _ = slot.set(Arc::downgrade(&board));
        match scheduling {
            Scheduling::Threads => schedule::run_threads(&board)?,
            Scheduling::Deterministic => schedule::run_deterministic(&board),
        }
        board.flush();
        let trace_error = trace.and_then(|trace| trace.finish().err());
        let outcome = board.outcome().unwrap_or(Outcome::Quit);
        Ok(Finished {
            trace_error,
            outcome,
            output: written.map(|written| written.contents()).unwrap_or_default(),
            vcpus: board.vcpus.clone(),
        })
    }
}

impl Machine {
    fn start_trace(&self) -> Result<Option<TraceSink>, MachineError> {
        let Some(config) = &self.config.trace else { return Ok(None) };
        let sink = TraceSink::open(config)?;
        for (index, vcpu) in self.built.vcpus.iter().enumerate() {
            vcpu.set_trace(Some(sink.tracer(index as u64, config, self.built.symbols.clone())));
        }
        Ok(Some(sink))
    }
}

fn semihosting_setup(config: &MachineConfig, built: &Built) -> Setup {
    let words = [&config.program, &config.append].map(String::as_str);
    let command_line = words.into_iter().filter(|words| !words.is_empty()).collect::<Vec<_>>().join(" ");
    let run = match config.scheduling {
        Scheduling::Threads => std::process::id().into(),
        Scheduling::Deterministic => config.seed,
    };
    Setup { command_line, free_memory: built.free_memory.clone(), run }
}

fn on_console(slot: &std::sync::OnceLock<Weak<Board>>, event: console::Event) {
    let Some(board) = slot.get().and_then(Weak::upgrade) else { return };
    match event {
        console::Event::Input => board.poll_devices(),
        console::Event::EndOfInput => {}
        console::Event::Quit => board.end(Outcome::Quit),
    }
}
