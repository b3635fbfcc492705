//! Where the command's words go: results to standard output, messages to standard error, files to their names.
//! Nothing else here prints, because what Rust has for it panics when nobody can be written to. Words nothing.

use std::fmt::Display;
use std::io::{ErrorKind, Write};
use std::path::Path;

use super::Failure;
use crate::migrate::snapshot::{FileError, probe_file, replace_file};

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

/// Writes a file, all or nothing.
pub fn write(path: &Path, content: impl AsRef<[u8]>) -> Result<(), Failure> {
    replace_file(path, |to| to.write_all(content.as_ref())).map_err(|error| unwritable(&error))
}

/// Fails where a file could not be written later.
pub fn probe(path: &Path) -> Result<(), Failure> {
    probe_file(path).map_err(|error| unwritable(&error))
}

fn unwritable(error: &FileError) -> Failure {
    Failure::usage(error.to_string(), "")
}
