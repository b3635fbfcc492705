//! The host's side of the serial port: standard input and output, or memory in tests. It moves bytes and knows no UART: the
//! caller takes input when the device has room, and brings output when the device has sent some.
//!
//! On a terminal the host's line editing and signals are off, so that every key reaches the guest; `Ctrl-A` then introduces
//! the few keys that do not (see [`HELP`]). Input that is not a terminal passes unchanged, byte for byte.

mod escape;
mod input;
mod output;
mod terminal;

use std::io;
use std::os::fd::AsFd;
use std::sync::{Arc, Mutex};

use input::{Input, Reader};
use output::{Buffering, Output, Stdout};
use terminal::RawMode;

pub use escape::HELP;
pub use terminal::restore as restore_terminal;

/// What the reader thread tells the machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// There is input to take.
    Input,
    /// No more input will come; what was queued is still there.
    EndOfInput,
    /// The user typed the quit key.
    Quit,
}

/// A console; every method may be called from any thread.
pub struct Console {
    // Dropped in this order: no reader on a terminal that is cooked again, and the last output before the prompt returns.
    _reader: Option<Reader>,
    output: Output,
    raw: Option<RawMode>,
    input: Arc<Input>,
    /// Standard error is a stream of its own.
    own_error: bool,
}

impl Console {
    /// Standard input and output. `kick` is called on a thread of the console's own.
    ///
    /// A terminal is switched to raw mode until the console is dropped, [`restore_terminal`] is called, or a thread panics.
    /// A process in the background leaves its terminal alone and has no input.
    ///
    /// # Errors
    /// When the terminal cannot be set or a thread cannot be made.
    pub fn stdio(kick: impl Fn(Event) + Send + 'static) -> io::Result<Self> {
        let stdin = rustix::stdio::stdin();
        let output = Output::new(Stdout, Buffering::Line)?;
        if terminal::is_terminal(stdin) && !terminal::is_foreground(stdin) {
            return Ok(Self { _reader: None, output, raw: None, input: Arc::new(Input::ended()), own_error: true });
        }
        Self::open(stdin, output, kick)
    }

    fn open(source: impl AsFd + Send + 'static, output: Output, kick: impl Fn(Event) + Send + 'static) -> io::Result<Self> {
        let is_terminal = terminal::is_terminal(source.as_fd());
        let raw = if is_terminal { Some(RawMode::enter(source.as_fd())?) } else { None };
        let input = Arc::new(Input::new());
        let reader = Reader::spawn(source, Arc::clone(&input), is_terminal, kick)?;
        Ok(Self { _reader: Some(reader), output, raw, input, own_error: true })
    }

    /// A console whose whole input is given and whose output stays in memory.
    ///
    /// # Errors
    /// None today; the signature is that of the other constructor.
    pub fn memory(input: &[u8]) -> io::Result<(Self, MemoryOutput)> {
        let written = MemoryOutput::default();
        let output = Output::new(written.clone(), Buffering::None)?;
        let input = Arc::new(Input::ended_with(input));
        Ok((Self { _reader: None, output, raw: None, input, own_error: false }, written))
    }

    /// Takes up to `max` bytes of input.
    #[must_use]
    pub fn take_input(&self, max: usize) -> Vec<u8> {
        self.input.take(max)
    }

    /// How many bytes of input wait.
    #[must_use]
    pub fn pending_input(&self) -> usize {
        self.input.len()
    }

    /// Nothing waits and nothing will come.
    #[must_use]
    pub fn input_ended(&self) -> bool {
        self.input.is_exhausted()
    }

    /// Writes bytes that the guest sent. A whole line goes out at once; the rest follows with the next one, on
    /// [`Self::flush`], or by itself after a moment.
    ///
    /// # Errors
    /// When the other end of standard output is gone; the guest may go on, unheard.
    pub fn write(&self, bytes: &[u8]) -> io::Result<()> {
        self.output.write(bytes)
    }

    /// Writes to standard error, after all output that came before; a memory console has one stream for both.
    ///
    /// # Errors
    /// As [`Self::write`].
    pub fn write_error(&self, bytes: &[u8]) -> io::Result<()> {
        if !self.own_error {
            return self.write(bytes);
        }
        // Output that cannot go out is reported to its own writers.
        let _ = self.output.flush();
        io::Write::write_all(&mut io::stderr(), bytes)
    }

    /// Input is keys of a raw terminal: return sends a carriage return, and nobody echoes.
    #[must_use]
    pub fn is_raw_terminal(&self) -> bool {
        self.raw.is_some()
    }

    /// Writes what is held back.
    ///
    /// # Errors
    /// As [`Self::write`].
    pub fn flush(&self) -> io::Result<()> {
        self.output.flush()
    }
}

/// What a memory console has written.
#[derive(Clone, Default)]
pub struct MemoryOutput(Arc<Mutex<Vec<u8>>>);

impl MemoryOutput {
    #[must_use]
    pub fn contents(&self) -> Vec<u8> {
        lock(&self.0).clone()
    }
}

impl io::Write for MemoryOutput {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        lock(&self.0).extend(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A thread that panicked while it held bytes leaves bytes: nothing here can be half done.
fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}

#[cfg(test)]
mod tests;
