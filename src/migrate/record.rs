//! A run that can be done again: which machine it was, what came from the console and when, and what the state was at the end.
//! Host files that a guest reads by semihosting are not part of it.

use std::path::Path;

use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::xxh3_128;

use super::snapshot::{FileError, replace_file};
use crate::machine::fdt::GicVersion;
use crate::machine::{Delivery, MachineConfig, Outcome, Scheduling};

const VERSION: u32 = 1;
/// Bytes of a recording: each piece of console input takes about a hundred.
const SIZE_MAX: u64 = 256 << 20;

/// Why a recording cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum RecordError {
    /// The file.
    #[error(transparent)]
    File(#[from] FileError),
    /// Not a recording.
    #[error("`{path}` is not a recording: {why}")]
    Content {
        /// The file.
        path: String,
        /// Why.
        why: String,
    },
    /// Another version of the format.
    #[error("`{path}` is a recording of version {found}, and this invar reads version {VERSION}")]
    Version {
        /// The file.
        path: String,
        /// Its version.
        found: u32,
    },
    /// Another machine.
    #[error("the recording is of another run: its {what} is {recorded}, here it is {here}")]
    Other {
        /// What differs.
        what: &'static str,
        /// As recorded.
        recorded: String,
        /// As it is.
        here: String,
    },
    /// Runs that depend on the time of day cannot be done again.
    #[error("only deterministic runs can be recorded and replayed")]
    NotDeterministic,
}

/// A recorded run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recording {
    /// Of this format.
    pub version: u32,
    /// What ran.
    pub run: Run,
    /// Console input.
    pub input: Vec<Delivery>,
    /// How it ended.
    pub end: End,
}

/// Everything that a deterministic run depends on, besides input.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Run {
    cpu: String,
    host_kernel: String,
    #[serde(default)]
    mte: bool,
    #[serde(default)]
    sve: bool,
    #[serde(default)]
    pmu: bool,
    cpus: u64,
    memory: u64,
    gic: GicVersion,
    program: String,
    append: String,
    load_addr: Option<u64>,
    entry: Option<u64>,
    semihosting: bool,
    seed: u64,
    max_instructions: Option<u64>,
    image: String,
    initrd: Option<String>,
    dtb: Option<String>,
}

/// The end of a run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct End {
    /// Instructions of all CPUs.
    pub instructions: u64,
    /// Hash of the state.
    pub state: String,
    /// In words.
    pub outcome: String,
}

impl End {
    /// Of a machine that has ended.
    #[must_use]
    pub fn new(instructions: u64, state: u128, outcome: &Outcome) -> End {
        End { instructions, state: format!("{state:032x}"), outcome: format!("{outcome:?}") }
    }
}

fn name_of(bytes: &[u8]) -> String {
    format!("{:032x}", xxh3_128(bytes))
}

impl Run {
    /// The run that this configuration makes of an image.
    ///
    /// # Errors
    /// It is not deterministic.
    pub fn new(config: &MachineConfig, image: &[u8]) -> Result<Run, RecordError> {
        if config.scheduling != Scheduling::Deterministic {
            return Err(RecordError::NotDeterministic);
        }
        Ok(Run {
            cpu: config.cpu.clone(),
            host_kernel: config.host_kernel.clone(),
            mte: config.mte,
            sve: config.sve,
            pmu: config.pmu,
            cpus: config.smp,
            memory: config.memory,
            gic: config.gic,
            program: config.program.clone(),
            append: config.append.clone(),
            load_addr: config.load_addr,
            entry: config.entry,
            semihosting: config.semihosting,
            seed: config.seed,
            max_instructions: config.max_instructions,
            image: name_of(image),
            initrd: config.initrd.as_deref().map(name_of),
            dtb: config.dtb.as_deref().map(name_of),
        })
    }

    /// Fails when `here` is another run. The guest's name counts only where the guest can ask for it.
    fn check(&self, here: &Run) -> Result<(), RecordError> {
        let mut pairs = vec![
            ("host CPU", self.cpu.clone(), here.cpu.clone()),
            ("host kernel", self.host_kernel.clone(), here.host_kernel.clone()),
            ("memory tagging", self.mte.to_string(), here.mte.to_string()),
            ("scalable vectors", self.sve.to_string(), here.sve.to_string()),
            ("performance counters", self.pmu.to_string(), here.pmu.to_string()),
            ("number of CPUs", self.cpus.to_string(), here.cpus.to_string()),
            ("memory", format!("{:#x}", self.memory), format!("{:#x}", here.memory)),
            ("GIC", format!("{:?}", self.gic), format!("{:?}", here.gic)),
            ("command line", format!("`{}`", self.append), format!("`{}`", here.append)),
            ("load address", format!("{:x?}", self.load_addr), format!("{:x?}", here.load_addr)),
            ("entry point", format!("{:x?}", self.entry), format!("{:x?}", here.entry)),
            ("semihosting", self.semihosting.to_string(), here.semihosting.to_string()),
            ("seed", self.seed.to_string(), here.seed.to_string()),
            ("limit of instructions", format!("{:?}", self.max_instructions), format!("{:?}", here.max_instructions)),
            ("image (by hash)", self.image.clone(), here.image.clone()),
            ("initrd (by hash)", format!("{:?}", self.initrd), format!("{:?}", here.initrd)),
            ("device tree (by hash)", format!("{:?}", self.dtb), format!("{:?}", here.dtb)),
        ];
        if self.semihosting {
            pairs.push(("program", self.program.clone(), here.program.clone()));
        }
        match pairs.into_iter().find(|(_, recorded, here)| recorded != here) {
            Some((what, recorded, here)) => Err(RecordError::Other { what, recorded, here }),
            None => Ok(()),
        }
    }
}

impl Recording {
    /// A run that is over.
    #[must_use]
    pub fn new(run: Run, input: Vec<Delivery>, end: End) -> Recording {
        Recording { version: VERSION, run, input, end }
    }

    /// For a run that its user or the clock has ended: after how many instructions. Its last state is between two looks at
    /// pending interrupts, and no run ends there by itself.
    #[must_use]
    pub fn interrupted(&self) -> Option<u64> {
        let by_itself = ![Outcome::Quit, Outcome::Timeout].iter().any(|outcome| format!("{outcome:?}") == self.end.outcome);
        if by_itself { None } else { Some(self.end.instructions) }
    }

    /// Fails unless it is of the run that would be done here.
    ///
    /// # Errors
    /// What differs.
    pub fn check(&self, here: &Run) -> Result<(), RecordError> {
        self.run.check(here)
    }

    /// Writes it to a file.
    ///
    /// # Errors
    /// The disk.
    pub fn save(&self, path: &Path) -> Result<(), RecordError> {
        Ok(replace_file(path, |to| {
            serde_json::to_writer_pretty(&mut *to, self)?;
            to.write_all(b"\n")
        })?)
    }

    /// Reads it from a file.
    ///
    /// # Errors
    /// It is none.
    pub fn load(path: &Path) -> Result<Recording, RecordError> {
        let name = path.display().to_string();
        let text = crate::hosts::read_file(path, SIZE_MAX).map_err(|source| FileError::Open { path: path.into(), source })?;
        let content = |error: serde_json::Error| RecordError::Content { path: name.clone(), why: error.to_string() };
        let value: serde_json::Value = serde_json::from_slice(&text).map_err(content)?;
        match value.get("version").and_then(serde_json::Value::as_u64) {
            Some(version) if version == u64::from(VERSION) => serde_json::from_value(value).map_err(content),
            Some(version) => Err(RecordError::Version { path: name, found: version as u32 }),
            None => Err(RecordError::Content { path: name, why: "it has no version".into() }),
        }
    }
}
