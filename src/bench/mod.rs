//! What `invar bench` and the criterion benches measure: embedded guests with the MMU on, and native twins of their loops.
//! Prints nothing, judges nothing.

mod guests;
mod native;
mod round_trip;
pub mod suite;

use std::time::{Duration, Instant};

use emu::engine::EngineKind;

pub use round_trip::{RoundTrip, RoundTripError};

use crate::machine::{ConsoleTo, Machine, MachineConfig, MachineError, Outcome};

/// A loop of guest code.
pub struct Kernel {
    /// Short name.
    pub name: &'static str,
    /// What one iteration does.
    pub what: &'static str,
    /// What the table counts: instructions of a compute kernel, operations of a trap.
    pub unit: Unit,
    /// Iterations for about half a second in the interpreter.
    pub iterations: u64,
    program: guests::Program,
    /// Reads of ID registers trap each time.
    exact_traps: bool,
    native: Option<fn(u64) -> u64>,
}

/// What a kernel's rate counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// Retired instructions.
    Instructions,
    /// Iterations: one trap each.
    Operations,
}

/// One measured run.
#[derive(Clone, Copy, Debug)]
pub struct Measurement {
    /// From the first KVM_RUN to the guest's power-off.
    pub guest: Duration,
    /// Instructions the guest retired.
    pub instructions: u64,
    /// Iterations it was asked for.
    pub iterations: u64,
    /// The same loop compiled for this machine, if the kernel has a twin.
    pub native: Option<Duration>,
}

/// Why a measurement failed.
#[derive(Debug, thiserror::Error)]
pub enum BenchError {
    /// The machine could not be made.
    #[error(transparent)]
    Machine(#[from] MachineError),
    /// The guest did not end as it should.
    #[error("the guest of `{kernel}` ended with {outcome:?} instead of powering off")]
    Outcome {
        /// The kernel.
        kernel: &'static str,
        /// How it ended.
        outcome: Outcome,
    },
    /// Guest and native twin computed different results.
    #[error("the guest of `{kernel}` computed {guest:#x}, its native twin {native:#x}")]
    Result {
        /// The kernel.
        kernel: &'static str,
        /// X0 at power-off, as the guest printed it.
        guest: u64,
        /// The twin's result.
        native: u64,
    },
}

/// All kernels.
pub fn kernels() -> Vec<Kernel> {
    let compute = |name, what, iterations, program, native| Kernel {
        name,
        what,
        unit: Unit::Instructions,
        iterations,
        program,
        exact_traps: false,
        native: Some(native),
    };
    let trap = |name, what, iterations, program| Kernel {
        name,
        what,
        unit: Unit::Operations,
        iterations,
        program,
        exact_traps: false,
        native: None,
    };
    vec![
        compute(
            "memory_mix",
            "multiply, xor, load and store over 8 KiB",
            6_000_000,
            guests::memory_mix as guests::Program,
            native::memory_mix as fn(u64) -> u64,
        ),
        compute("calls", "recursive Fibonacci of 20", 150, guests::calls, native::calls),
        compute("bytes", "byte-wise hash of 4 KiB", 3_000, guests::bytes, native::bytes),
        trap("mrs_id", "MRS of ID_AA64ISAR0_EL1, answered in place", 20_000_000, guests::mrs_id),
        Kernel { exact_traps: true, ..trap("mrs_id_exact", "the same, trapped each time", 2_000_000, guests::mrs_id) },
        trap("msr_el1", "MSR and MRS of CONTEXTIDR_EL1", 20_000_000, guests::msr_el1),
        trap("hyp_call", "HVC of an unknown function", 2_000_000, guests::hvc),
        trap("mmio_read_user", "MMIO read answered by the VMM", 1_000_000, guests::mmio_user),
        trap("mmio_read_vgic", "MMIO read of the in-kernel GIC", 1_000_000, guests::mmio_gic),
    ]
}

impl Kernel {
    /// Runs the guest for `iterations`, and its native twin, and compares their results.
    ///
    /// # Errors
    /// When the guest does not end by powering off, or the results differ.
    pub fn measure(&self, engine: EngineKind, iterations: u64) -> Result<Measurement, BenchError> {
        let image = guests::image(self.program, iterations);
        let config = MachineConfig {
            load_addr: Some(guests::LOAD_ADDRESS),
            memory: 64 << 20,
            engine,
            exact_traps: self.exact_traps,
            ..MachineConfig::default()
        };
        let machine = Machine::new(config, &image)?;
        let start = Instant::now();
        let finished = machine.run(ConsoleTo::Memory(Vec::new()))?;
        let guest = start.elapsed();
        if finished.outcome != Outcome::PowerOff {
            return Err(BenchError::Outcome { kernel: self.name, outcome: finished.outcome });
        }
        let native = self.native_time(iterations, result_of(&finished.output))?;
        let instructions = finished.vcpus.iter().map(|vcpu| vcpu.statistics().2).sum();
        Ok(Measurement { guest, instructions, iterations, native })
    }

    fn native_time(&self, iterations: u64, guest: u64) -> Result<Option<Duration>, BenchError> {
        let Some(twin) = self.native else { return Ok(None) };
        let start = Instant::now();
        let native = twin(std::hint::black_box(iterations));
        let time = start.elapsed();
        if native != guest {
            return Err(BenchError::Result { kernel: self.name, guest, native });
        }
        Ok(Some(time))
    }
}

/// The result that the guest sent over the serial port, eight bytes little-endian.
fn result_of(output: &[u8]) -> u64 {
    output.first_chunk::<8>().map_or(0, |bytes| u64::from_le_bytes(*bytes))
}

impl Measurement {
    /// Millions of units per second.
    pub fn rate(&self, unit: Unit) -> f64 {
        let count = match unit {
            Unit::Instructions => self.instructions,
            Unit::Operations => self.iterations,
        };
        count as f64 / self.guest.as_secs_f64().max(f64::MIN_POSITIVE) / 1e6
    }

    /// How many times longer than the native twin.
    pub fn slowdown(&self) -> Option<f64> {
        self.native.map(|native| self.guest.as_secs_f64() / native.as_secs_f64().max(f64::MIN_POSITIVE))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use emu::engine::JitLevel;

    #[test]
    fn every_kernel_agrees_with_its_twin() {
        for kernel in kernels() {
            for engine in [EngineKind::Interpreter, EngineKind::Jit(JitLevel::V3)] {
                let measured = kernel.measure(engine, 3).unwrap_or_else(|error| panic!("{}: {error}", kernel.name));
                assert!(measured.instructions > 3, "{}", kernel.name);
            }
        }
    }
}
