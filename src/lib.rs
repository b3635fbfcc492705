//! The `invar` library: the rooms people use. Knows no instruction and no register by itself.

pub mod bench;
pub mod cli;
pub mod demo;
pub mod linux;
pub mod machine;
pub mod migrate;
pub mod probe;
pub mod report;

pub use hosts;
