//! Two machines of the same configuration on different engines, deterministic, compared at every so many instructions; and where
//! they first differ. Says what differs, not why.

use super::config::{MachineConfig, MachineError, Scheduling};
use super::host_input::InputSource;
use super::running::{Paused, Running};
use super::stop::StopWhen;
use super::vm::{ConsoleTo, Machine};
use emu::engine::EngineKind;

/// Instructions of all CPUs between two comparisons.
const STRIDE: u64 = 50_000;

/// A register that differs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mismatch {
    /// The vCPU.
    pub vcpu: usize,
    /// ONE_REG's number.
    pub register: u64,
    /// Its value on the interpreter.
    pub interpreter: u128,
    /// Its value on the other engine.
    pub other: u128,
}

/// What a comparison found.
#[derive(Debug)]
pub enum Checked {
    /// Nothing, over so many instructions.
    Same(u64),
    /// The states differ after `instructions`, and did not one earlier.
    Different {
        /// Instructions of all CPUs.
        instructions: u64,
        /// Where each vCPU of the interpreter's machine was one instruction earlier.
        before: Vec<u64>,
        /// What differs.
        registers: Vec<Mismatch>,
    },
}

const CORE_PC: u64 = 0x6030_0000_0010_0040;

fn start(config: &MachineConfig, image: &[u8], engine: EngineKind) -> Result<Running, MachineError> {
    let config = MachineConfig { engine, scheduling: Scheduling::Deterministic, trace: None, ..config.clone() };
    Machine::new(config, image)?.start(ConsoleTo::Memory(Vec::new()), InputSource::Live)
}

fn mismatches(interpreter: &Running, other: &Running) -> Vec<Mismatch> {
    let mut found = Vec::new();
    for (vcpu, (left, right)) in interpreter.vcpus().iter().zip(other.vcpus()).enumerate() {
        for register in left.get_reg_list().unwrap_or_default() {
            let value = |fd: &kvm::VcpuFd| {
                let mut data = [0; 256];
                // A register that one machine has and the other has not would differ in all bits.
                let size = fd.get_one_reg(register, &mut data).unwrap_or_default().min(16);
                data[..size].iter().rev().fold(0u128, |value, &byte| value << 8 | u128::from(byte))
            };
            let (interpreter, other) = (value(left), value(right));
            if interpreter != other {
                found.push(Mismatch { vcpu, register, interpreter, other });
            }
        }
    }
    found
}

/// Runs both machines afresh for so many instructions.
fn differ_after(config: &MachineConfig, image: &[u8], engine: EngineKind, instructions: u64) -> Result<Vec<Mismatch>, MachineError> {
    let (left, right) = (start(config, image, EngineKind::Interpreter)?, start(config, image, engine)?);
    for side in [&left, &right] {
        side.run(StopWhen::Instructions(instructions))?;
    }
    Ok(mismatches(&left, &right))
}

/// Compares `engine` with the interpreter until the guest ends.
///
/// # Errors
/// When a machine cannot be made.
pub fn check(config: &MachineConfig, image: &[u8], engine: EngineKind) -> Result<Checked, MachineError> {
    let (left, right) = (start(config, image, EngineKind::Interpreter)?, start(config, image, engine)?);
    let mut at = 0;
    loop {
        let ends = [&left, &right].map(|side| side.run(StopWhen::Instructions(at + STRIDE)));
        let registers = mismatches(&left, &right);
        let same_end = left.outcome() == right.outcome() && left.executed() == right.executed() && left.output() == right.output();
        if !registers.is_empty() || !same_end {
            return locate(config, image, engine, at, registers);
        }
        for end in ends {
            if end? == Paused::Ended {
                return Ok(Checked::Same(left.executed()));
            }
        }
        at += STRIDE;
    }
}

/// The first instruction after `same` behind which the states differ, found by halving: a deterministic run repeats itself.
fn locate(config: &MachineConfig, image: &[u8], engine: EngineKind, same: u64, registers: Vec<Mismatch>) -> Result<Checked, MachineError> {
    let (mut low, mut high, mut registers) = (same, same + STRIDE, registers);
    while high - low > 1 {
        let middle = low.midpoint(high);
        let found = differ_after(config, image, engine, middle)?;
        if found.is_empty() {
            low = middle;
        } else {
            (high, registers) = (middle, found);
        }
    }
    let before = start(config, image, EngineKind::Interpreter)?;
    before.run(StopWhen::Instructions(low))?;
    let before = before.vcpus().iter().map(|vcpu| vcpu.get_reg_u64(CORE_PC).unwrap_or_default()).collect();
    Ok(Checked::Different { instructions: high, before, registers })
}
