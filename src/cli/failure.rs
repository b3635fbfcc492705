//! How a failure is told: one paragraph and a hint. Explains nothing itself.

use std::fmt;

use crate::machine::MachineError;

/// Exit status of wrong usage and bad input.
pub const USAGE: u8 = 2;

/// Exit status of a run whose guest ended with 0, when something that was to be made of the run is missing. The number is EX_IOERR's.
pub const INCOMPLETE: i32 = 74;

/// What went wrong, for a person.
#[derive(Debug)]
pub struct Failure {
    /// The process exit status.
    pub status: u8,
    message: String,
    hint: String,
}

impl Failure {
    /// A failure of input or usage.
    pub fn usage(message: impl Into<String>, hint: impl Into<String>) -> Failure {
        Failure { status: USAGE, message: message.into(), hint: hint.into() }
    }

    /// A failure with an exit status of its own.
    pub fn with_status(status: u8, message: impl Into<String>, hint: impl Into<String>) -> Failure {
        Failure { status, message: message.into(), hint: hint.into() }
    }
}

impl From<MachineError> for Failure {
    fn from(error: MachineError) -> Failure {
        Failure::usage(error.to_string(), error.hint())
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "error: {}", self.message)?;
        if !self.hint.is_empty() {
            write!(f, "\n hint: {}", self.hint)?;
        }
        Ok(())
    }
}
