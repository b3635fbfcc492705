//! Input: a bounded queue, and the thread that fills it from a file. A full queue makes the thread wait, so a large file piped
//! in is read as fast as the guest reads. It does not look at what it reads, but for the escape keys of a terminal.

use std::collections::VecDeque;
use std::io::{self, Write};
use std::os::fd::{AsFd, OwnedFd};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex};
use std::thread::JoinHandle;

use rustix::event::{EventfdFlags, PollFd, PollFlags, eventfd, poll};
use rustix::io::Errno;

use super::escape::{EscapeKeys, HELP, Key};
use super::{Event, lock};

/// More than this is left in the pipe.
const QUEUE_MAX: usize = 4096;

#[derive(Default)]
struct Queue {
    bytes: VecDeque<u8>,
    ended: bool,
    stopped: bool,
}

#[derive(Default)]
pub(super) struct Input {
    queue: Mutex<Queue>,
    /// Bytes in the queue, for those who look at every exit of a guest.
    waiting: AtomicUsize,
    /// Signalled when bytes were taken, and to stop.
    room: Condvar,
}

impl Input {
    pub(super) fn new() -> Self {
        Self::default()
    }

    pub(super) fn ended() -> Self {
        Self::ended_with(&[])
    }

    pub(super) fn ended_with(bytes: &[u8]) -> Self {
        let queue = Queue { bytes: bytes.iter().copied().collect(), ended: true, stopped: false };
        Self { queue: Mutex::new(queue), waiting: AtomicUsize::new(bytes.len()), room: Condvar::new() }
    }

    pub(super) fn take(&self, max: usize) -> Vec<u8> {
        if max == 0 || self.len() == 0 {
            return Vec::new();
        }
        let mut queue = lock(&self.queue);
        let count = max.min(queue.bytes.len());
        let taken = queue.bytes.drain(..count).collect();
        self.waiting.store(queue.bytes.len(), Ordering::SeqCst);
        self.room.notify_one();
        taken
    }

    pub(super) fn len(&self) -> usize {
        self.waiting.load(Ordering::SeqCst)
    }

    pub(super) fn is_exhausted(&self) -> bool {
        let queue = lock(&self.queue);
        queue.ended && queue.bytes.is_empty()
    }

    /// Queues all bytes, waiting for room; `false` when told to stop.
    fn push(&self, bytes: &[u8]) -> bool {
        let mut queue = lock(&self.queue);
        for chunk in bytes.chunks(QUEUE_MAX) {
            while queue.bytes.len() + chunk.len() > QUEUE_MAX && !queue.stopped {
                queue = self.room.wait(queue).unwrap_or_else(std::sync::PoisonError::into_inner);
            }
            if queue.stopped {
                return false;
            }
            queue.bytes.extend(chunk);
            self.waiting.store(queue.bytes.len(), Ordering::SeqCst);
        }
        true
    }

    fn end(&self) {
        lock(&self.queue).ended = true;
    }

    fn stop(&self) {
        lock(&self.queue).stopped = true;
        self.room.notify_all();
    }
}

/// The thread that reads; stops when dropped, even in the middle of waiting for a key.
pub(super) struct Reader {
    thread: Option<JoinHandle<()>>,
    wake: OwnedFd,
    input: Arc<Input>,
}

impl Reader {
    pub(super) fn spawn(
        source: impl AsFd + Send + 'static,
        input: Arc<Input>,
        escapes: bool,
        kick: impl Fn(Event) + Send + 'static,
    ) -> io::Result<Self> {
        let wake = eventfd(0, EventfdFlags::CLOEXEC)?;
        let stop = wake.try_clone()?;
        let queue = Arc::clone(&input);
        let body = move || {
            let keys = escapes.then(EscapeKeys::default);
            Pump { source, stop, input: &queue, keys, kick: &kick }.run();
        };
        let thread = std::thread::Builder::new().name("console input".to_owned()).spawn(body)?;
        Ok(Self { thread: Some(thread), wake, input })
    }
}

impl Drop for Reader {
    fn drop(&mut self) {
        self.input.stop();
        // An eventfd takes a count of one unless it has nearly 2^64 already.
        let _ = rustix::io::write(&self.wake, &1u64.to_ne_bytes());
        if let Some(thread) = self.thread.take() {
            // Dropped by the thread itself (a kick that held the last reference): it is about to end anyway.
            if thread.thread().id() != std::thread::current().id() {
                let _ = thread.join();
            }
        }
    }
}

/// What the thread works with.
struct Pump<'a, S, K> {
    source: S,
    stop: OwnedFd,
    input: &'a Input,
    keys: Option<EscapeKeys>,
    kick: &'a K,
}

impl<S: AsFd, K: Fn(Event)> Pump<'_, S, K> {
    fn run(mut self) {
        let mut buffer = [0u8; 1024];
        while let Some(bytes) = self.read(&mut buffer) {
            if !self.deliver(bytes) {
                return;
            }
        }
    }

    /// The next bytes; `None` at the end of the input, which is announced, or when told to stop.
    fn read<'b>(&self, buffer: &'b mut [u8]) -> Option<&'b [u8]> {
        loop {
            let mut ready = [PollFd::new(&self.stop, PollFlags::IN), PollFd::new(&self.source, PollFlags::IN)];
            match poll(&mut ready, None) {
                Ok(_) | Err(Errno::INTR) => {}
                Err(_) => break,
            }
            let [stop, source] = ready.map(|fd| fd.revents());
            if !stop.is_empty() {
                return None;
            }
            if source.is_empty() {
                continue;
            }
            match rustix::io::read(&self.source, &mut *buffer) {
                Ok(0) => break,
                Ok(count) => return buffer.get(..count),
                Err(Errno::INTR | Errno::AGAIN) => {}
                // A terminal that went away, or standard input closed from the start.
                Err(_) => break,
            }
        }
        self.input.end();
        (self.kick)(Event::EndOfInput);
        None
    }

    /// Queues what is for the guest and acts on what is not; `false` when told to stop.
    fn deliver(&mut self, bytes: &[u8]) -> bool {
        let Some(keys) = &mut self.keys else {
            return self.push(bytes);
        };
        let mut sent = Vec::with_capacity(bytes.len());
        let mut quit = false;
        for byte in bytes {
            match keys.feed(*byte) {
                Key::Send(byte) => sent.push(byte),
                Key::Swallow => {}
                // Who cannot be written to needs no help.
                Key::Help => drop(std::io::stderr().write_all(HELP.as_bytes())),
                Key::Quit => quit = true,
            }
        }
        if quit {
            // Said first: a guest that reads nothing must not keep the user from leaving.
            (self.kick)(Event::Quit);
        }
        self.push(&sent)
    }

    fn push(&self, bytes: &[u8]) -> bool {
        if bytes.is_empty() {
            return true;
        }
        // The guest may have to read before all of it fits, so it hears of the first part now.
        if self.input.len() + bytes.len() > QUEUE_MAX {
            (self.kick)(Event::Input);
        }
        let alive = self.input.push(bytes);
        if alive {
            (self.kick)(Event::Input);
        }
        alive
    }
}
