//! Where the command's words go: results to standard output, messages to standard error. Nothing else here prints, because what
//! the library has for it panics when nobody can be written to. Words nothing.

use std::fmt::Display;
use std::io::{ErrorKind, Write};

use super::Failure;

/// Prints a result; a reader that went away is no failure.
pub fn print(text: impl Display) -> Result<(), Failure> {
    let mut to = std::io::stdout().lock();
    match write!(to, "{text}").and_then(|()| to.flush()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            Err(Failure::usage(format!("standard output cannot be written: {error}"), ""))
        }
        _ => Ok(()),
    }
}

/// Tells a person something, on a line of its own. There is nobody to be told that nobody can be told.
pub fn tell(message: impl Display) {
    let _ = writeln!(std::io::stderr(), "{message}");
}
