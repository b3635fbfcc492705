//! `--engine`. Knows which engines this build has.

use super::Failure;

/// An engine by name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Engine {
    /// The interpreter: the reference
    Interp,
    /// The compiler to x86-64
    Jit,
}

impl Engine {
    /// Refuses an engine that this build does not have: silently running another would falsify what is measured.
    pub fn available(self) -> Result<(), Failure> {
        match self {
            Engine::Interp => Ok(()),
            Engine::Jit => Err(Failure::usage("this build of invar has no JIT engine yet", "leave --engine out, or use --engine interp")),
        }
    }
}
