//! The bench guest (`examples/guests/bench`) on engines and under QEMU: the same ELF, timed by its own counter, its checksums
//! compared. Builds nothing and prints nothing.

use std::path::Path;
use std::process::{Command, Stdio};

use emu::engine::EngineKind;

use crate::machine::{ConsoleTo, Machine, MachineConfig, MachineError, Outcome};

/// CPUs of the machines: one trap is an interrupt to another.
const CPUS: u64 = 2;

/// Where the guest runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Runner {
    /// This program.
    Engine(EngineKind),
    /// `qemu-system-aarch64 -M virt -cpu cortex-a57`.
    Qemu,
}

/// A kernel's line.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    /// The kernel.
    pub name: String,
    /// What it computed, as printed.
    pub checksum: String,
    /// What it took.
    pub seconds: f64,
}

/// Why the guest could not be measured.
#[derive(Debug, thiserror::Error)]
pub enum SuiteError {
    /// The machine could not be made.
    #[error(transparent)]
    Machine(#[from] MachineError),
    /// The guest did not power off.
    #[error("the bench guest ended with {0:?} instead of powering off")]
    Outcome(Outcome),
    /// QEMU could not be started or failed.
    #[error("qemu-system-aarch64: {0}")]
    Qemu(String),
    /// The output is not what the bench guest prints.
    #[error("this is not the output of examples/guests/bench or bench_traps: {0:?}")]
    Output(String),
}

/// Runs the guest once, with its command line.
///
/// # Errors
/// When it does not run to its end, or prints something else.
pub fn run(runner: Runner, guest: &Path, image: &[u8], append: &str) -> Result<Vec<Line>, SuiteError> {
    let output = match runner {
        Runner::Engine(engine) => run_here(engine, image, append)?,
        Runner::Qemu => run_qemu(guest, append)?,
    };
    parse(&output).ok_or_else(|| SuiteError::Output(output.chars().take(200).collect()))
}

fn run_here(engine: EngineKind, image: &[u8], append: &str) -> Result<String, SuiteError> {
    let config = MachineConfig { cpu: "cortex-a57".into(), append: append.into(), engine, smp: CPUS, ..MachineConfig::default() };
    let finished = Machine::new(config, image)?.run(ConsoleTo::Memory(Vec::new()))?;
    match finished.outcome {
        Outcome::PowerOff => Ok(String::from_utf8_lossy(&finished.output).into_owned()),
        other => Err(SuiteError::Outcome(other)),
    }
}

/// True when QEMU is installed.
pub fn has_qemu() -> bool {
    let status = Command::new("qemu-system-aarch64").arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status();
    status.is_ok_and(|status| status.success())
}

fn run_qemu(guest: &Path, append: &str) -> Result<String, SuiteError> {
    let mut command = Command::new("qemu-system-aarch64");
    command.args([
        "-M",
        "virt",
        "-cpu",
        "cortex-a57",
        "-m",
        "512",
        "-smp",
        &CPUS.to_string(),
        "-nographic",
        "-nodefaults",
        "-serial",
        "stdio",
        "-kernel",
    ]);
    command.arg(guest).stdin(Stdio::null());
    if !append.is_empty() {
        command.args(["-append", append]);
    }
    let output = command.output().map_err(|error| SuiteError::Qemu(error.to_string()))?;
    if output.status.success() {
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    } else {
        Err(SuiteError::Qemu(String::from_utf8_lossy(&output.stderr).trim().into()))
    }
}

/// "ticks per second F", then "bench NAME iterations N checksum C ticks T" for each kernel, or "trap NAME operations N ticks T".
fn parse(output: &str) -> Option<Vec<Line>> {
    let mut frequency = None;
    let mut lines = Vec::new();
    for line in output.lines() {
        let words: Vec<&str> = line.split_whitespace().collect();
        match words[..] {
            ["ticks", "per", "second", value] => frequency = value.parse::<f64>().ok(),
            [_, "ticks", "per", "second", value] => frequency = value.parse::<f64>().ok(),
            // What a trap computes is that it happened so often.
            ["trap", name, "operations", checksum, "ticks", ticks, ..]
            | ["bench", name, "iterations", _, "checksum", checksum, "ticks", ticks] => {
                let seconds = ticks.parse::<f64>().ok()? / frequency?;
                lines.push(Line { name: name.into(), checksum: checksum.into(), seconds });
            }
            _ => {}
        }
    }
    (!lines.is_empty()).then_some(lines)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_the_guest() {
        let output = "boot\nticks per second 1000\nbench hash       iterations 30 checksum 0x2a ticks 500\nPASS bench\n";
        assert_eq!(parse(output), Some(vec![Line { name: "hash".into(), checksum: "0x2a".into(), seconds: 0.5 }]));
        let output = "GICv2, ticks per second 1000\ntrap eoi            operations 20    ticks 500       ns/operation 25\n";
        assert_eq!(parse(output), Some(vec![Line { name: "eoi".into(), checksum: "20".into(), seconds: 0.5 }]));
        assert_eq!(parse("PASS bench\n"), None);
    }
}
