//! `invar run --check`: what the comparison of two engines found, as text. Compares nothing itself.

use emu::engine::EngineKind;

use super::Failure;
use super::output::tell;
use crate::machine::{Checked, MachineConfig, check};

/// Exit status when engines, or a replay and its recording, differ.
pub const DIFFERENT: i32 = 1;

/// Compares the engine with the interpreter and tells.
pub fn run(config: &MachineConfig, image: &[u8]) -> Result<i32, Failure> {
    let engine = match config.engine {
        EngineKind::Interpreter => return Err(Failure::usage("--check compares the interpreter with another engine", "add --engine jit")),
        engine => engine,
    };
    match check(config, image, engine)? {
        Checked::Same(instructions) => {
            tell(format_args!("invar: both engines agree over {instructions} instructions"));
            Ok(0)
        }
        Checked::Different { instructions, before, registers } => {
            tell(format_args!("error: the engines differ after {instructions} instructions"));
            for (vcpu, pc) in before.iter().enumerate() {
                tell(format_args!("   at: CPU {vcpu} pc {pc:#x}, one instruction earlier"));
            }
            for found in registers {
                let (register, interpreter, other) = (found.register, found.interpreter, found.other);
                tell(format_args!("  CPU {} register {register:#018x}: interpreter {interpreter:#x}, {engine:?} {other:#x}", found.vcpu));
            }
            Ok(DIFFERENT)
        }
    }
}
