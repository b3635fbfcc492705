//! `--log`: the hypervisor's trace events on standard error. Not the guest's trace, which is `invar run --trace`.

use std::io::IsTerminal;

use clap::ValueEnum;
use tracing_subscriber::filter::LevelFilter;

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Level {
    Off,
    Error,
    Warn,
    Info,
    Debug,
    Trace,
}

/// Shows events of this level and above from now on.
pub fn show(level: Level) {
    let filter = match level {
        Level::Off => return,
        Level::Error => LevelFilter::ERROR,
        Level::Warn => LevelFilter::WARN,
        Level::Info => LevelFilter::INFO,
        Level::Debug => LevelFilter::DEBUG,
        Level::Trace => LevelFilter::TRACE,
    };
    let colours = std::io::stderr().is_terminal();
    // Of its own accord it would tell on standard error that standard error cannot be written, and panic there.
    tracing_subscriber::fmt()
        .with_max_level(filter)
        .with_writer(std::io::stderr)
        .with_ansi(colours)
        .without_time()
        .log_internal_errors(false)
        .init();
}
