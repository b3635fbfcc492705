//! The `virt` board: memory map, device tree, serial port, clock, virtio slots and the console. Everything but the console is
//! plain data without a clock or a file descriptor, so that it can be tested, cloned and migrated; it knows no KVM.

mod board;
pub(crate) mod build;
pub mod bus;
mod check;
mod config;
pub mod console;
mod discovery;
pub mod fdt;
pub mod fdt_amend;
mod host_input;
pub mod memory_map;
mod pause;
pub mod pl011;
pub mod pl031;
mod primecell;
mod running;
mod schedule;
mod semihosting;
mod stop;
mod trace;
pub mod virtio_mmio;
mod vm;

pub use build::RAM_SLOT;
pub(crate) use build::{Choices, Hardware, configured};
pub use bus::{Bus, BusError};
pub use check::{Checked, Mismatch, check};
pub use config::{MachineConfig, MachineError, Outcome, Scheduling, Stuck, TraceConfig, image_max};
pub use host_input::{Delivery, InputSource};
pub use running::{Paused, Pauser, Running};
pub use schedule::Turn;
pub use semihosting::{Handle, OpenFile, SemihostingState};
pub use stop::{MARKER, NoPoint, StopWhen};
pub use trace::exception_class;
pub use vm::{ConsoleTo, Finished, Machine};
