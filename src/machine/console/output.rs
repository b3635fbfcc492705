//! Output: bytes are gathered into lines, one system call each. A guest sends byte by byte and waits for an answer after a
//! prompt without a newline, so what is held back goes out by itself after a moment. It does not translate anything.

use std::io::{self, Write};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, poll};
use rustix::io::Errno;

use super::lock;

/// Held back at most.
const BUFFER_MAX: usize = 4096;
/// How long a line without an end waits; shorter than anyone notices, longer than a guest takes to send a line.
const PATIENCE: Duration = Duration::from_millis(10);

/// When bytes reach the sink.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Buffering {
    Line,
    None,
}

struct State {
    buffer: Vec<u8>,
    sink: Box<dyn Write + Send>,
    closed: bool,
    /// The sink failed; whatever is written since then is lost, and said to be.
    failed: Option<io::ErrorKind>,
}

impl State {
    fn flush(&mut self) -> io::Result<()> {
        if let Some(kind) = self.failed {
            self.buffer.clear();
            return Err(kind.into());
        }
        if self.buffer.is_empty() {
            return Ok(());
        }
        let result = self.sink.write_all(&self.buffer).and_then(|()| self.sink.flush());
        self.buffer.clear();
        if let Err(error) = &result {
            self.failed = Some(error.kind());
        }
        result
    }
}

struct Shared {
    state: Mutex<State>,
    /// Signalled when the buffer gets its first byte, and at the end.
    changed: Condvar,
}

pub(super) struct Output {
    shared: Arc<Shared>,
    buffering: Buffering,
    flusher: Option<JoinHandle<()>>,
}

impl Output {
    pub(super) fn new(sink: impl Write + Send + 'static, buffering: Buffering) -> io::Result<Self> {
        let state = State { buffer: Vec::with_capacity(BUFFER_MAX), sink: Box::new(sink), closed: false, failed: None };
        let shared = Arc::new(Shared { state: Mutex::new(state), changed: Condvar::new() });
        let flusher = match buffering {
            Buffering::None => None,
            Buffering::Line => {
                let shared = Arc::clone(&shared);
                Some(std::thread::Builder::new().name("console output".to_owned()).spawn(move || shared.flush_the_late())?)
            }
        };
        Ok(Self { shared, buffering, flusher })
    }

    pub(super) fn write(&self, bytes: &[u8]) -> io::Result<()> {
        if bytes.is_empty() {
            return Ok(());
        }
        let mut state = lock(&self.shared.state);
        let first = state.buffer.is_empty();
        state.buffer.extend_from_slice(bytes);
        let now = self.buffering == Buffering::None || state.buffer.len() >= BUFFER_MAX || bytes.contains(&b'\n');
        if now || state.failed.is_some() {
            return state.flush();
        }
        if first {
            self.shared.changed.notify_one();
        }
        Ok(())
    }

    pub(super) fn flush(&self) -> io::Result<()> {
        lock(&self.shared.state).flush()
    }
}

impl Drop for Output {
    fn drop(&mut self) {
        {
            let mut state = lock(&self.shared.state);
            state.closed = true;
            // The last chance: nobody is left to hear of a failure.
            let _ = state.flush();
        }
        self.shared.changed.notify_all();
        if let Some(flusher) = self.flusher.take() {
            let _ = flusher.join();
        }
    }
}

impl Shared {
    /// The flusher thread: asleep while nothing is held back.
    fn flush_the_late(&self) {
        let mut state = lock(&self.state);
        loop {
            state = self.wait(state, |state| state.buffer.is_empty());
            if state.closed {
                return;
            }
            let waited = self.changed.wait_timeout_while(state, PATIENCE, |state| !state.closed);
            state = waited.unwrap_or_else(PoisonError::into_inner).0;
            // A failure is remembered and meets the next writer.
            let _ = state.flush();
        }
    }

    fn wait<'a>(&self, state: MutexGuard<'a, State>, idle: impl Fn(&State) -> bool) -> MutexGuard<'a, State> {
        let until = self.changed.wait_while(state, |state| idle(state) && !state.closed);
        until.unwrap_or_else(PoisonError::into_inner)
    }
}

/// Standard output without the standard library's own buffer, also when it is set non-blocking by whoever shares it.
pub(super) struct Stdout;

impl Write for Stdout {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let stdout = rustix::stdio::stdout();
        loop {
            match rustix::io::write(stdout, bytes) {
                Err(Errno::AGAIN) => {
                    poll(&mut [PollFd::new(&stdout, PollFlags::OUT)], None)?;
                }
                Err(Errno::INTR) => {}
                result => return Ok(result?),
            }
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
