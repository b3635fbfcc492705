//! `--trace`: what a guest does, as lines of text. One event, one line; the format is stable. It never changes the run, and does
//! not filter beyond the kinds of event asked for: that is what `grep` is for.
//!
//! ```text
//! cpu0 insn      0x40000010 el1 d5380600 mrs x0, id_aa64isar0_el1 <main+0x10>
//! cpu0 sysreg    0x40000010 read ID_AA64ISAR0_EL1 0x11120
//! cpu0 exception 0x40000014 synchronous EC=0x00 (unknown reason) ESR=0x2000000 <main+0x14>
//! cpu0 exception 0x40000020 irq <main+0x20>
//! cpu0 mmio      0x40000024 write 4 0x9000000 0x41 <main+0x24>
//! cpu0 mmio      0x40000028 read 4 0x9020000 nothing there <main+0x28>
//! cpu0 exit      0x4000002c hvc 0x0 x0=0x84000008 x1=0x0 x2=0x0 x3=0x0 <main+0x2c>
//! ```
//!
//! The columns are the CPU, the kind, the address of the instruction (for an exception the preferred return address), then what
//! the kind says:
//! * `insn` (instructions): exception level, instruction word, disassembly; the instruction is about to execute;
//! * `exception` (exceptions): `synchronous` or `serror` with the syndrome, and FAR_EL1 where the class defines it; `irq`, `fiq`;
//! * `sysreg` (sysregs): an access that completed, also when the hypervisor answered it; `read` or `write`, name, value;
//! * `mmio` (mmio): `read` or `write`, bytes, guest physical address, data. Data that a device answers is known after the line
//!   of the exit and of whatever the other CPUs did meanwhile;
//! * `exit` (mmio): every other exit to the hypervisor.
//!
//! A line ends with symbol and offset in angle brackets when the guest has symbols.

pub mod exception_class;
mod lines;
mod sink;

pub use sink::TraceSink;

#[cfg(test)]
mod tests;
