//! The `invar` library: the rooms people use. Knows no instruction and no register by itself.

// They panic when their reader is gone or the disk is full: `cli::output` has what does not.
#![deny(clippy::print_stdout, clippy::print_stderr)]

pub mod bench;
pub mod cli;
pub mod demo;
pub mod linux;
pub mod machine;
pub mod migrate;
pub mod probe;
pub mod report;

pub use hosts;
