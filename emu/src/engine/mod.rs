//! Engines: what makes a [`Cpu`] go. They are interchangeable at any instruction boundary.

mod attention;
mod blocks;
mod fetched;
mod heat;
mod interpreter;
mod jit;
mod relied;
mod stats;
mod watch;

pub(crate) use blocks::{decode_for, decode_for_into};
pub use interpreter::Interpreter;
pub use jit::Jit;
pub use stats::EngineStats;

use crate::cpu::{Cpu, Exit};
pub use crate::jit::JitLevel;

/// Which engine a PE runs on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum EngineKind {
    /// The reference: decoded blocks, dispatched one instruction at a time.
    #[default]
    Interpreter,
    /// The compiler to x86-64.
    Jit(JitLevel),
}

/// An engine of either kind.
pub enum Engine {
    /// See [`Interpreter`].
    Interpreter(Box<Interpreter>),
    /// See [`Jit`].
    Jit(Box<Jit>),
}

impl Engine {
    /// A new engine without code. A JIT makes its code memory when it first runs; where the host gives none, it interprets.
    pub fn new(kind: EngineKind) -> Engine {
        match kind {
            EngineKind::Interpreter => Engine::Interpreter(Box::default()),
            EngineKind::Jit(level) => Engine::Jit(Box::new(Jit::new(level))),
        }
    }

    /// Runs until something is for the hypervisor, or `cpu.budget` instructions have retired.
    pub fn run(&mut self, cpu: &mut Cpu) -> Exit {
        match self {
            Engine::Interpreter(engine) => engine.run(cpu),
            Engine::Jit(engine) => engine.run(cpu),
        }
    }

    /// What has been done so far.
    pub fn stats(&self) -> EngineStats {
        match self {
            Engine::Interpreter(engine) => engine.stats(),
            Engine::Jit(engine) => engine.stats(),
        }
    }
}
