//! `--engine`. Knows the engines by name, and nothing of what they do.

use emu::engine::{EngineKind, JitLevel};

/// An engine by name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Engine {
    /// The interpreter: the reference
    Interp,
    /// The compiler to x86-64
    Jit,
    /// The compiler without AVX2, FMA3 and BMI2, whatever the machine has
    JitV2,
    /// The compiler without emitters: every instruction is a call of its interpreter function
    JitCalls,
}

impl Engine {
    /// As it is written.
    pub fn name(self) -> &'static str {
        match self {
            Engine::Interp => "interp",
            Engine::Jit => "jit",
            Engine::JitV2 => "jit-v2",
            Engine::JitCalls => "jit-calls",
        }
    }

    /// The engine of that name.
    pub fn kind(self) -> EngineKind {
        match self {
            Engine::Interp => EngineKind::Interpreter,
            Engine::Jit => EngineKind::Jit(JitLevel::V3),
            Engine::JitV2 => EngineKind::Jit(JitLevel::V2),
            Engine::JitCalls => EngineKind::Jit(JitLevel::Calls),
        }
    }
}

/// What a trapped read of an ID register costs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Traps {
    /// Compiled code answers it in place, and counts it
    Fold,
    /// It leaves for the hypervisor each time
    Exact,
}
