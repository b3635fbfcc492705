//! What all threads of the program share. Runs nothing.

use std::path::PathBuf;
use std::sync::atomic::{AtomicI32, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use emu::cpu::CpuConfig;
use emu::engine::EngineKind;
use emu::timer::Clock;

use super::rseq::Turns;
use super::seccomp;
use super::signals::Actions;
use super::space::Space;

/// What the command line says.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The modelled host: its CPU is the program's, its /dev/kvm the program's, too.
    pub host: kvm::Host,
    /// What executes the program's instructions.
    pub engine: EngineKind,
    /// Where files of an arm64 system are looked for first.
    pub sysroot: PathBuf,
    /// System calls are written to standard error.
    pub strace: bool,
    /// The command that runs an aarch64 program as this one is run, for execve(2): without program and arguments.
    pub command: Vec<String>,
}

/// The program's heap of brk(2).
#[derive(Clone, Copy, Debug, Default)]
pub struct Brk {
    pub start: u64,
    pub end: u64,
}

/// The process.
pub struct Process {
    pub settings: Settings,
    pub space: Arc<Space>,
    pub config: Arc<CpuConfig>,
    pub clock: Arc<Clock>,
    /// Where a signal's handler returns to: code that calls rt_sigreturn(2).
    pub restorer: u64,
    /// The program's file, as /proc/self/exe names it.
    pub executable: PathBuf,
    /// Argument vector, environment and auxiliary vector, as /proc/self has them.
    pub arguments: Vec<Vec<u8>>,
    pub auxiliary: Vec<u8>,
    pub brk: Mutex<Brk>,
    pub actions: Mutex<Actions>,
    /// Threads and their filters.
    pub seccomp: seccomp::Members,
    /// Who may run, once there are critical sections of restartable sequences.
    pub turns: Turns,
    /// Threads that have not ended.
    pub threads: AtomicUsize,
    /// With what the first thread ended, if it has: as a thread's exit code.
    pub leader_code: AtomicI32,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Process {
    pub fn lock_brk(&self) -> MutexGuard<'_, Brk> {
        lock(&self.brk)
    }

    pub fn lock_actions(&self) -> MutexGuard<'_, Actions> {
        lock(&self.actions)
    }

    /// A thread is there; true when it is the only one.
    pub fn alone(&self) -> bool {
        self.threads.load(Ordering::SeqCst) == 1
    }
}
