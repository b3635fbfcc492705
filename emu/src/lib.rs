//! An aarch64 PE with EL0 and EL1, as the hypervisor at EL2 sees it: it executes guest code and comes back with an
//! [`cpu::Exit`] wherever hardware would take an exception to EL2.
//!
//! Knows nothing of KVM, of files or of boards. What a register *is* comes from `sysregs`; what a trap *means* is decided
//! by the hypervisor that embeds it.

pub mod cpu;
pub mod engine;
pub mod gic;
mod jit;
#[macro_use]
pub mod insn;
mod exec;
pub mod math;
pub mod mem;
pub mod mmu;
pub mod sys;
pub mod timer;
pub mod trace;
