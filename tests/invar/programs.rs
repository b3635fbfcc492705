//! C programs for tests: compiled by a script, which says so where it has nothing to compile with, and what they should print.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::atomic::{AtomicUsize, Ordering};

use super::command::{root, scratch};

/// Exit status of the scripts without a compiler or headers.
const NOTHING_TO_BUILD_WITH: i32 = 3;

/// Has a script of the repository compile a program, in one of its ways where it has several, into a folder by the name of `kind`; None,
/// after saying so, where that cannot be done.
pub fn compiled_by(script: &str, kind: &str, way: Option<&str>, source: &Path) -> Option<PathBuf> {
    // Tests run at the same time, and each builds for itself.
    static TURN: AtomicUsize = AtomicUsize::new(0);
    let out = scratch(&format!("{kind}/{}", TURN.fetch_add(1, Ordering::Relaxed)));
    let built = Command::new("bash").arg(root().join(script)).arg(&out).args(way).arg(source).output();
    let built = built.expect("bash runs");
    let said = String::from_utf8_lossy(&built.stderr);
    if built.status.code() == Some(NOTHING_TO_BUILD_WITH) {
        println!("SKIPPED: {}", said.trim());
        return None;
    }
    assert!(built.status.success(), "{} does not compile:\n{said}", source.display());
    Some(out.join(source.file_stem().expect("a file")))
}

/// A program printed this, nothing else, and was content.
#[track_caller]
pub fn prints(output: &Output, expected: &str) {
    let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert_eq!(out, expected, "{:?}, standard error:\n{err}", output.status);
    assert!(output.status.success(), "{:?}, standard error:\n{err}", output.status);
    assert_eq!(err, "");
}
