//! Why a value was refused: an errno for the ioctl, and a structured reason for whoever asks which field it was.
//! Decides nothing.

use std::fmt;

use sysregs::{IdField, SysReg};

use crate::errno::{EBUSY, ENOENT, Errno};

/// A refused write; nothing has changed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Refusal {
    /// What the ioctl answers.
    pub errno: Errno,
    /// The register that was written; `None` for one that is not a system register (CCSIDR, firmware).
    pub register: Option<SysReg>,
    /// The offending value.
    pub wanted: u64,
    pub reason: Reason,
}

/// The rule that a refused value broke.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Reason {
    /// No such register on this VM.
    Absent,
    /// The VM has run; only the present value is accepted.
    Frozen { value: u64 },
    /// Only the host's value is accepted, ever.
    Invariant { value: u64 },
    /// A field, or bits outside the writable ones, beyond what the host and the VM's features allow.
    Limit(sysregs::Refusal),
    /// A field below the lowest value that KVM accepts.
    BelowMinimum { field: &'static IdField, minimum: i64, wanted: i64 },
    /// A value that the architecture reserves, or that says the opposite of the vCPU's features.
    Inconsistent { field: &'static IdField, wanted: i64 },
    /// The capability that makes the register writable is not enabled.
    NeedsCapability { capability: u32, value: u64 },
    /// Bits that the register cannot hold.
    Reserved { bits: u64 },
    /// A cache whose geometry contradicts CTR_EL0.
    Cache { minimum_line: u32 },
    /// A firmware level above the host's, or one that does not exist.
    Level { host: u64 },
}

impl Refusal {
    pub(super) fn absent(register: Option<SysReg>, wanted: u64) -> Refusal {
        Refusal { errno: ENOENT, register, wanted, reason: Reason::Absent }
    }

    pub(super) fn frozen(register: Option<SysReg>, wanted: u64, value: u64) -> Refusal {
        Refusal { errno: EBUSY, register, wanted, reason: Reason::Frozen { value } }
    }

    /// The fields at fault, from the top bit down; empty where the reason is not a matter of fields.
    pub fn fields(&self) -> Vec<&'static IdField> {
        match self.reason {
            Reason::Limit(refusal) => refusal.fields(),
            Reason::BelowMinimum { field, .. } | Reason::Inconsistent { field, .. } => vec![field],
            Reason::Frozen { value } | Reason::Invariant { value } | Reason::NeedsCapability { value, .. } => {
                let differing = value ^ self.wanted;
                let fields = self.register.map_or(&[][..], sysregs::fields_of);
                fields.iter().filter(|field| field.mask() & differing != 0).collect()
            }
            Reason::Absent | Reason::Reserved { .. } | Reason::Cache { .. } | Reason::Level { .. } => Vec::new(),
        }
    }
}

impl From<Refusal> for Errno {
    fn from(refusal: Refusal) -> Errno {
        refusal.errno
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(register) = self.register {
            write!(f, "{register}={:#x}: ", self.wanted)?;
        }
        match self.reason {
            Reason::Absent => f.write_str("this VM has no such register")?,
            Reason::Frozen { value } => write!(f, "the VM has run and keeps {value:#x}")?,
            Reason::Invariant { value } => write!(f, "only the host's {value:#x} is accepted")?,
            Reason::Limit(refusal) => write!(f, "{refusal}")?,
            Reason::BelowMinimum { field, minimum, wanted } => write!(f, "{field}={wanted} is below {minimum}")?,
            Reason::Inconsistent { field, wanted } => write!(f, "{field}={wanted} cannot be")?,
            Reason::NeedsCapability { capability, value } => {
                write!(f, "differs from {value:#x}, and capability {capability} is not enabled")?;
            }
            Reason::Reserved { bits } => write!(f, "bits {bits:#x} are reserved")?,
            Reason::Cache { minimum_line } => write!(f, "cache lines are at least {minimum_line} bytes, and data caches need cleaning")?,
            Reason::Level { host } => write!(f, "{:#x} is not a level up to the host's {host:#x}", self.wanted)?,
        }
        write!(f, " ({})", self.errno)
    }
}

impl std::error::Error for Refusal {}
