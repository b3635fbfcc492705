//! Engines: what makes a [`Cpu`] go. They are interchangeable at any instruction boundary.

mod blocks;
mod interpreter;
mod stats;

pub use interpreter::Interpreter;
pub use stats::EngineStats;

/// Which engine a PE runs on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum EngineKind {
    /// The reference: decoded blocks, dispatched one instruction at a time.
    #[default]
    Interpreter,
}
