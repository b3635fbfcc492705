//! A machine that has a console and can run, pause, and go on. What is read from or written to it in a pause is the caller's.

use std::sync::{Arc, Weak};

use kvm::{DeviceFd, VcpuFd, VmFd};

use super::board::{Board, Start, lock};
use super::bus::Bus;
use super::config::{MachineConfig, MachineError, Outcome, Scheduling};
use super::console::{self, Console, MemoryOutput};
use super::host_input::{Delivery, InputSource};
use super::schedule::{self, Turn};
use super::semihosting::{OpenFile, SemihostingState};
use super::stop::StopWhen;
use super::trace::TraceSink;
use super::vm::{ConsoleTo, Finished, Machine, semihosting};

/// How [`Running::run`] came back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Paused {
    /// The run has ended; there is an outcome.
    Ended,
    /// It can go on.
    Stopped,
}

/// A machine between power-on and its end.
pub struct Running {
    board: Arc<Board>,
    config: MachineConfig,
    inits: Vec<kvm::abi::VcpuInit>,
    gic: DeviceFd,
    its: Option<DeviceFd>,
    written: Option<MemoryOutput>,
    trace: Option<TraceSink>,
}

/// Interrupts a [`Running`] from another thread.
#[derive(Clone)]
pub struct Pauser(Weak<Board>);

impl Pauser {
    /// Interrupts the run as soon as possible.
    pub fn pause(&self) {
        if let Some(board) = self.0.upgrade() {
            board.pause();
        }
    }
}

impl Machine {
    /// Connects the console; nothing runs yet.
    ///
    /// # Errors
    /// When the trace or the console cannot be made.
    pub fn start(self, console: ConsoleTo, input: InputSource) -> Result<Running, MachineError> {
        let trace = self.start_trace()?;
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
        let semihosting = semihosting(&self.config, &self.built);
        let built = self.built;
        let start = Start { bus: built.bus, turn: built.turn, input };
        let board = Arc::new(Board::new(built.vm, built.vcpus, console, &self.config, semihosting, start));
        // The slot is set exactly here, once.
        let _ = slot.set(Arc::downgrade(&board));
        Ok(Running { board, config: self.config, inits: built.inits, gic: built.gic, its: built.its, written, trace })
    }
}

impl Running {
    /// Runs to the end or until `when`.
    ///
    /// # Errors
    /// When a thread cannot be made.
    pub fn run(&self, when: StopWhen) -> Result<Paused, MachineError> {
        self.arm(when);
        self.resume()
    }

    /// Says when [`Self::resume`] is to come back. A pause that is asked for after this and before that is not lost.
    pub fn arm(&self, when: StopWhen) {
        self.board.pause_when(when);
    }

    /// Runs to the end or a pause.
    ///
    /// # Errors
    /// When a thread cannot be made.
    pub fn resume(&self) -> Result<Paused, MachineError> {
        match self.config.scheduling {
            Scheduling::Threads => self.run_threads()?,
            Scheduling::Deterministic => schedule::run_deterministic(&self.board),
        }
        self.board.flush();
        Ok(if self.board.outcome().is_some() { Paused::Ended } else { Paused::Stopped })
    }

    /// The vCPUs ask the board's devices themselves, unless every access is to leave as it does with KVM.
    fn run_threads(&self) -> Result<(), MachineError> {
        if !self.config.exact_traps {
            self.board.vm.set_mmio_bus(Some(self.board.clone()));
        }
        let result = schedule::run_threads(&self.board);
        // The board has the VM, too.
        self.board.vm.set_mmio_bus(None);
        result
    }

    /// For interrupting it from another thread.
    pub fn pauser(&self) -> Pauser {
        Pauser(Arc::downgrade(&self.board))
    }

    /// What it is made of.
    pub fn config(&self) -> &MachineConfig {
        &self.config
    }

    /// The VM.
    pub fn vm(&self) -> &VmFd {
        &self.board.vm
    }

    /// Its vCPUs.
    pub fn vcpus(&self) -> &[VcpuFd] {
        &self.board.vcpus
    }

    /// What each vCPU was initialised with.
    pub fn inits(&self) -> &[kvm::abi::VcpuInit] {
        &self.inits
    }

    /// Its interrupt controller.
    pub fn gic(&self) -> &DeviceFd {
        &self.gic
    }

    /// Its ITS, if it has one.
    pub fn its(&self) -> Option<&DeviceFd> {
        self.its.as_ref()
    }

    /// Looks at the board's devices; none of them changes meanwhile, and no interrupt line does.
    pub fn with_devices<T>(&self, look: impl FnOnce(&Bus) -> T) -> T {
        look(&self.board.bus())
    }

    /// What semihosting is in a pause, and a file of the host that the guest has open.
    pub fn semihosting(&self) -> Option<(SemihostingState, Option<OpenFile>)> {
        let semihosting = lock(self.board.semihosting()?);
        Some((semihosting.state(), semihosting.open_file()))
    }

    /// Where the deterministic schedule stands, in a pause.
    pub fn turn(&self) -> Turn {
        self.board.turn()
    }

    /// Instructions of all CPUs since power-on.
    pub fn executed(&self) -> u64 {
        self.board.vcpus.iter().map(|vcpu| vcpu.statistics().2).sum()
    }

    /// How the run ended, if it has.
    pub fn outcome(&self) -> Option<Outcome> {
        self.board.outcome()
    }

    /// Console input that was recorded so far.
    pub fn recorded(&self) -> Vec<Delivery> {
        self.board.recorded()
    }

    /// What the serial port has sent so far, for a memory console.
    pub fn output(&self) -> Vec<u8> {
        self.written.as_ref().map(MemoryOutput::contents).unwrap_or_default()
    }

    /// The end: what is left to tell.
    pub fn finish(self) -> Finished {
        self.board.flush();
        Finished {
            outcome: self.board.outcome().unwrap_or(Outcome::Quit),
            output: self.output(),
            vcpus: self.board.vcpus.clone(),
            trace_error: self.trace.and_then(|trace| trace.finish().err()),
        }
    }
}

fn on_console(slot: &std::sync::OnceLock<Weak<Board>>, event: console::Event) {
    let Some(board) = slot.get().and_then(Weak::upgrade) else { return };
    match event {
        console::Event::Input => board.input_arrived(),
        console::Event::EndOfInput => {}
        console::Event::Quit => board.end(Outcome::Quit),
    }
}
