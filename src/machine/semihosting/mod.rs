//! Semihosting for AArch64 ("Semihosting for AArch32 and AArch64", Arm, version 3): a guest executes `HLT #0xF000` with an
//! operation in W0 and a parameter in X1, and finds the result in X0. Of the host it sees a console, files, time and a command
//! line, as under QEMU's `-semihosting`; it deliberately gets no way to run a program of the host (SYS_SYSTEM is refused).
//!
//! This module knows neither KVM nor the console: it asks a [`Guest`] and a [`Host`], which `attach` makes of the board.

mod attach;
mod console;
mod files;
mod parameters;
mod state;

use std::ops::Range;

use files::Files;
use parameters::Block;
use rustix::io::Errno;
pub use state::{Handle, OpenFile, SemihostingState};

/// The operations, by their names in the specification.
mod op {
    pub const OPEN: u32 = 0x01;
    pub const CLOSE: u32 = 0x02;
    pub const WRITEC: u32 = 0x03;
    pub const WRITE0: u32 = 0x04;
    pub const WRITE: u32 = 0x05;
    pub const READ: u32 = 0x06;
    pub const READC: u32 = 0x07;
    pub const ISERROR: u32 = 0x08;
    pub const ISTTY: u32 = 0x09;
    pub const SEEK: u32 = 0x0a;
    pub const FLEN: u32 = 0x0c;
    pub const TMPNAM: u32 = 0x0d;
    pub const REMOVE: u32 = 0x0e;
    pub const RENAME: u32 = 0x0f;
    pub const CLOCK: u32 = 0x10;
    pub const TIME: u32 = 0x11;
    pub const SYSTEM: u32 = 0x12;
    pub const ERRNO: u32 = 0x13;
    pub const GET_CMDLINE: u32 = 0x15;
    pub const HEAPINFO: u32 = 0x16;
    pub const EXIT: u32 = 0x18;
    /// Not in the specification: the Angel call by which A64 programs make written code visible.
    pub const SYNCCACHE: u32 = 0x19;
    pub const EXIT_EXTENDED: u32 = 0x20;
    pub const ELAPSED: u32 = 0x30;
    pub const TICKFREQ: u32 = 0x31;
}

/// ADP_Stopped_ApplicationExit: the one reason of SYS_EXIT that carries a status.
const APPLICATION_EXIT: u64 = 0x2_0026;
/// SYS_ELAPSED counts nanoseconds.
const TICKS_PER_SECOND: u64 = 1_000_000_000;
/// What a failed call returns, where the specification does not say otherwise.
const FAILED: u64 = u64::MAX;

/// The calling program's memory.
pub trait Guest {
    /// Reads at a virtual address.
    ///
    /// # Errors
    /// EFAULT when any of it is not memory.
    fn read(&self, address: u64, out: &mut [u8]) -> Result<(), Errno>;
    /// Writes at a virtual address.
    ///
    /// # Errors
    /// EFAULT when any of it is not memory; what lies before may be written.
    fn write(&self, address: u64, data: &[u8]) -> Result<(), Errno>;
}

/// Where console output goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stream {
    Output,
    Error,
}

/// What the calls need of the world.
pub trait Host {
    /// Up to `max` bytes of console input; none if nothing waits.
    fn take_input(&self, max: usize) -> Vec<u8>;
    /// No console input waits, and none will come.
    fn input_ended(&self) -> bool;
    /// Writes console output.
    ///
    /// # Errors
    /// When nobody is at the other end.
    fn put(&self, stream: Stream, bytes: &[u8]) -> std::io::Result<()>;
    /// Nanoseconds since the machine was made.
    fn elapsed(&self) -> u64;
    /// Nanoseconds since 1970.
    fn now(&self) -> u64;
}

/// What a call leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reply {
    /// This goes to X0.
    Result(u64),
    /// The program is finished.
    Exit(i32),
    /// There is no input yet: the same call is to be made again.
    Wait,
}

/// The facts of a machine that guests can ask for.
#[derive(Clone, Debug, Default)]
pub struct Setup {
    /// What SYS_GET_CMDLINE gives.
    pub command_line: String,
    /// The RAM that nothing was loaded to: the program's heap and stack.
    pub free_memory: Range<u64>,
    /// Distinguishes this run in SYS_TMPNAM's names.
    pub run: u64,
}

/// One machine's semihosting: open files, and the last error.
pub struct Semihosting {
    setup: Setup,
    files: Files,
    errno: i32,
}

impl Semihosting {
    pub fn new(setup: Setup) -> Self {
        Semihosting { setup, files: Files::default(), errno: 0 }
    }

    /// Carries out operation `operation` with parameter `parameter`.
    ///
    /// # Errors
    /// An operation that does not exist.
    pub fn call(&mut self, operation: u32, parameter: u64, guest: &dyn Guest, host: &dyn Host) -> Result<Reply, String> {
        let block = Block::new(guest, parameter);
        let result = match operation {
            op::EXIT | op::EXIT_EXTENDED => block.exit_status().map(Reply::Exit),
            op::READ => self.read(&block, host),
            op::READC => self.read_character(host),
            _ => match self.value(operation, &block, host) {
                Some(result) => result.map(Reply::Result),
                None => return Err(format!("semihosting has no operation {operation:#x} (X1 = {parameter:#x})")),
            },
        };
        Ok(result.unwrap_or_else(|errno| {
            self.errno = errno.raw_os_error();
            Reply::Result(FAILED)
        }))
    }

    /// The operations that return at once with a value; `None` for an unknown one.
    fn value(&mut self, operation: u32, block: &Block, host: &dyn Host) -> Option<Result<u64, Errno>> {
        Some(match operation {
            op::OPEN => self.open(block),
            op::CLOSE => block.field(0).and_then(|handle| self.files.close(handle)),
            op::WRITEC => write_character(block, host),
            op::WRITE0 => write_string(block, host),
            op::WRITE => self.write(block, host),
            op::ISERROR => block.field(0).map(|status| u64::from((status as i64) < 0)),
            op::ISTTY => block.field(0).and_then(|handle| self.files.is_console(handle)).map(u64::from),
            op::SEEK => self.seek(block),
            op::FLEN => block.field(0).and_then(|handle| self.files.length(handle)),
            op::TMPNAM => self.temporary_name(block),
            op::REMOVE => files::remove(block),
            op::RENAME => files::rename(block),
            op::CLOCK => Ok(host.elapsed() / (TICKS_PER_SECOND / 100)),
            op::TIME => Ok(host.now() / 1_000_000_000),
            op::SYSTEM => Err(Errno::PERM),
            op::ERRNO => Ok(self.errno as u64),
            op::GET_CMDLINE => self.command_line(block),
            op::HEAPINFO => self.heap(block),
            // The emulator notices by itself when code is written.
            op::SYNCCACHE => Ok(0),
            op::ELAPSED => block.set_field(0, host.elapsed()).map(|()| 0),
            op::TICKFREQ => Ok(TICKS_PER_SECOND),
            _ => return None,
        })
    }

    /// SYS_GET_CMDLINE: buffer and its size in, size replaced by the length.
    fn command_line(&self, block: &Block) -> Result<u64, Errno> {
        let text = self.setup.command_line.as_bytes();
        block.put_string(block.field(0)?, block.field(1)?, text)?;
        block.set_field(1, text.len() as u64)?;
        Ok(0)
    }

    /// SYS_HEAPINFO: heap base and limit, stack base and limit; the heap grows up and the stack down in the same free RAM.
    fn heap(&self, block: &Block) -> Result<u64, Errno> {
        let Range { start, end } = self.setup.free_memory;
        let words = [start, end, end, start].map(u64::to_le_bytes);
        block.guest().write(block.field(0)?, words.as_flattened())?;
        Ok(0)
    }

    /// SYS_TMPNAM: buffer, a number from 0 to 255, size of the buffer.
    fn temporary_name(&self, block: &Block) -> Result<u64, Errno> {
        let number = u8::try_from(block.field(1)?).map_err(|_| Errno::INVAL)?;
        let name = std::env::temp_dir().join(format!("invar-{:x}-{number:02x}", self.setup.run));
        block.put_string(block.field(0)?, block.field(2)?, name.as_os_str().as_encoded_bytes())?;
        Ok(0)
    }
}

/// SYS_WRITEC: the parameter points at the byte.
fn write_character(block: &Block, host: &dyn Host) -> Result<u64, Errno> {
    let mut byte = [0];
    block.guest().read(block.address(), &mut byte)?;
    host.put(Stream::Output, &byte).map_err(|error| files::errno_of(&error))?;
    Ok(0)
}

/// SYS_WRITE0: the parameter points at a string that ends with a zero byte.
fn write_string(block: &Block, host: &dyn Host) -> Result<u64, Errno> {
    let text = block.terminated_string()?;
    host.put(Stream::Output, &text).map_err(|error| files::errno_of(&error))?;
    Ok(0)
}

#[cfg(test)]
mod guest_tests;
#[cfg(test)]
mod tests;
