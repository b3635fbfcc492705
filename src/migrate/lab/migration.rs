//! A move as it is asked for, and what is reported of it. Makes none.

use super::baseline::Obstacle;
use super::finding::{Finding, Verdict};
use super::host::LabHost;
use super::parting::Parting;
use super::policy::Rules;
use super::remedy::Remedy;
use super::side::Refused;
use crate::hosts::HostsError;
use crate::machine::{MachineError, StopWhen};
use crate::migrate::{BisectError, CaptureError, RestoreError};

/// The guest to move.
#[derive(Clone, Debug, Default)]
pub enum GuestImage {
    /// The one of [`guest`].
    #[default]
    Embedded,
    /// A file's contents, and the kernel command line.
    Image { bytes: Vec<u8>, append: String },
    /// None: the rules alone.
    None,
}

/// A move.
#[derive(Clone, Debug)]
pub struct Migration {
    pub from: LabHost,
    pub to: LabHost,
    pub rules: Rules,
    pub guest: GuestImage,
    /// vCPUs.
    pub cpus: u64,
    /// Where the guest is when it is moved.
    pub at: StopWhen,
    /// Semihosting calls are served on both sides.
    pub semihosting: bool,
    /// Bytes of guest memory.
    pub memory: u64,
    pub seed: u64,
    /// Instructions that the guest may need to get to the point, and may run after the move.
    pub limit: u64,
    /// Find where the moved guest parts from the one that stayed.
    pub bisect: bool,
    /// Model from which both sides take what nobody knows of them.
    pub unknown_from: Option<String>,
}

impl Migration {
    /// With everything else as usual.
    pub fn new(from: LabHost, to: LabHost) -> Migration {
        Migration {
            from,
            to,
            rules: Rules::default(),
            guest: GuestImage::default(),
            cpus: 1,
            at: StopWhen::Marker(1),
            semihosting: false,
            memory: 16 << 20,
            seed: 0,
            limit: 50_000_000,
            bisect: false,
            unknown_from: None,
        }
    }
}

/// What was found.
#[derive(Debug)]
pub struct Report {
    pub from: String,
    pub to: String,
    pub rules: Rules,
    pub verdict: Verdict,
    pub findings: Vec<Finding>,
    pub remedies: Vec<Remedy>,
    /// Where there is none: what no common ID file can hold, under the newest kernel.
    pub obstacles: Vec<Obstacle>,
    /// Instructions before and after the move; `None` where the guest did not run.
    pub instructions: Option<(u64, u64)>,
    /// Hashes of the machine's state when it was captured and at its end.
    pub states: Option<States>,
    /// Where the guest parts from itself, had it stayed: if that was asked, and it arrived.
    pub parting: Option<Parting>,
    /// What the guest printed, before and after.
    pub console: String,
    /// Registers of either host that nobody knows and a stand-in supplied.
    pub assumed: usize,
    /// What to know about a host's description.
    pub limits: Vec<String>,
}

/// Hashes of a machine's state, which are the same whenever and wherever the same move is made by this version of `invar`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct States {
    /// When it was captured on the source.
    pub moved: u128,
    /// When the guest ended on the destination, if it arrived.
    pub end: Option<u128>,
}

/// Why there is no report.
#[derive(Debug, thiserror::Error)]
pub enum MigrationError {
    #[error(transparent)]
    Host(#[from] HostsError),
    #[error(transparent)]
    Machine(#[from] MachineError),
    #[error(transparent)]
    Refused(#[from] Refused),
    #[error("the source cannot be captured: {0}")]
    Capture(#[from] CaptureError),
    #[error(transparent)]
    Restore(RestoreError),
    #[error(transparent)]
    Bisect(#[from] BisectError),
    #[error("the embedded guest does not assemble: {0}")]
    Assembler(String),
    #[error("the guest did not get to the point of the move: {0}")]
    NotThere(String),
    #[error("the embedded guest printed `{0}`, which is none of its lines")]
    Console(String),
    #[error("rules and file descriptors disagree about {register}: by the rules {rules}, by KVM_SET_ONE_REG {ioctl}")]
    Disagree { register: String, rules: String, ioctl: String },
    #[error("the embedded guest needs {} MiB of memory, and {} were asked for", super::guest::MEMORY >> 20, memory >> 20)]
    Memory { memory: u64 },
}

impl MigrationError {
    /// What to do about it, one sentence.
    pub fn hint(&self) -> String {
        match self {
            MigrationError::Host(HostsError::PartlyKnown { .. }) => {
                "--unknown-from MODEL takes what is not known from a model, the same on both sides, so that only what is known is judged"
                    .into()
            }
            MigrationError::Host(error) => error.hint(),
            MigrationError::Machine(error) => error.hint().into(),
            MigrationError::NotThere(_) => "choose another point with --at, or give it more --limit instructions".into(),
            MigrationError::Memory { .. } => "give it more with --memory, or memory-mib in a scenario".into(),
            MigrationError::Capture(_) => "choose another point with --at".into(),
            MigrationError::Bisect(_)
            | MigrationError::Restore(_)
            | MigrationError::Disagree { .. }
            | MigrationError::Assembler(_)
            | MigrationError::Console(_) => "this is a fault of invar itself".into(),
            MigrationError::Refused(_) => "the source host itself refuses this before the guest boots".into(),
        }
    }
}
