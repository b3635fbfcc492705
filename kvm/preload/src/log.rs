#![expect(unsafe_code)]
//! Messages on standard error: events of `kvm` at the level that INVAR_LOG names (`error` unless it says otherwise; `off`,
//! `warn`, `info`, `debug`, `trace`). No lock is held while writing, because a fork may come at any time.
//!
//! Obligation: none; write(2) reads a slice.

use std::io::{Error, Result, Write};
use std::sync::Once;

use tracing_subscriber::filter::LevelFilter;

/// Says something about the library itself.
pub fn say(text: &str) {
    // A closed standard error cannot be told to anyone.
    let _ = Stderr.write_all(format!("invar-kvm: {text}\n").as_bytes());
}

/// To be called before the first ioctl.
pub fn prepare() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let wanted = std::env::var("INVAR_LOG").unwrap_or_else(|_| "error".into());
        let level = wanted.parse().unwrap_or_else(|_| {
            say(&format!("INVAR_LOG is off, error, warn, info, debug or trace, not `{wanted}`"));
            LevelFilter::ERROR
        });
        tracing_subscriber::fmt().with_max_level(level).with_writer(|| Stderr).with_ansi(false).without_time().init();
    });
}

/// The standard library's own has a lock.
struct Stderr;

impl Write for Stderr {
    fn write(&mut self, bytes: &[u8]) -> Result<usize> {
        // SAFETY: the slice is readable.
        let written = unsafe { libc::write(libc::STDERR_FILENO, bytes.as_ptr().cast(), bytes.len()) };
        usize::try_from(written).map_err(|_| Error::last_os_error())
    }

    fn flush(&mut self) -> Result<()> {
        Ok(())
    }
}
