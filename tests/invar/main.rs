//! End-to-end tests of the command and the library: one binary, a module a topic. Units are tested in their crates.

mod bad_input;
mod command;
mod docs;
mod exec;
mod guests;
mod linux;
mod migrate;
mod migration;
mod outputs;
mod preload;
mod programs;
#[path = "../../emu/tests/random/mod.rs"]
mod random;
mod recordings;
mod scenarios;
mod selftests;
mod uapi;
mod user_registers;
mod vmm;
