//! The `virt` board: memory map, device tree, serial port, clock, virtio slots and the console. Everything but the console is
//! plain data without a clock or a file descriptor, so that it can be tested, cloned and migrated; it knows no KVM.

mod board;
mod build;
pub mod bus;
mod config;
pub mod console;
pub mod fdt;
pub mod fdt_amend;
pub mod memory_map;
pub mod pl011;
pub mod pl031;
mod primecell;
mod schedule;
mod semihosting;
mod trace;
pub mod virtio_mmio;
mod vm;

pub use bus::{Bus, BusError};
pub use config::{MachineConfig, MachineError, Outcome, Scheduling, Stuck, TraceConfig};
pub use vm::{ConsoleTo, Finished, Machine};
