//! The source: pre-copy rounds while the guest runs, then the rest. Whatever happens before the destination's last word, the
//! guest is still here and can go on.

use std::io::{BufWriter, ErrorKind};
use std::time::{Duration, Instant};

use kvm::VmFd;
use kvm::errno::{EFAULT, Errno};

use super::address::{Address, Connection};
use super::{Refusal, Round};
use crate::machine::{MachineError, Outcome, RAM_SLOT, Running, StopWhen};
use crate::migrate::capture::{CaptureError, capture_state, has_tags, read_tags};
use crate::migrate::snapshot::{CHUNK_PAGES, Kind, PageBatch, StreamError, StreamReader, StreamWriter, TagUpdate, Zeros};
use crate::migrate::state::{PAGE_SIZE, PageTags, StreamHead};

/// KVM_CAP_MANUAL_DIRTY_LOG_PROTECT2 and its first flag.
const CAP_MANUAL_DIRTY_LOG_PROTECT2: u32 = 168;
const MANUAL_PROTECT: u64 = 1;
/// A destination that takes no byte for so long, or does not say that it has, is given up.
const PATIENCE: Duration = Duration::from_secs(30);

/// Rounds in a row after which less than a tenth fewer pages are left than after the best round before, and are the last ones.
const STALLED: u32 = 2;

/// When pre-copy is good enough.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// The guest may stand still for so long.
    pub downtime: Duration,
    /// Rounds, at most.
    pub rounds: u32,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits { downtime: Duration::from_millis(100), rounds: 30 }
    }
}

/// Hears how far it is.
pub trait Progress {
    /// A round begins; it has so many pages.
    fn round(&mut self, number: u32, pages: u64);
    /// So many pages more are sent, in so many bytes of stream so far.
    fn sent(&mut self, pages: u64, bytes: u64);
}

/// Nobody listens.
#[derive(Clone, Copy, Debug, Default)]
pub struct Silent;

impl Progress for Silent {
    fn round(&mut self, _: u32, _: u64) {}
    fn sent(&mut self, _: u64, _: u64) {}
}

/// What a move cost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sent {
    /// Rounds, the last one with the guest stopped.
    pub rounds: u32,
    /// Pages, some of them more than once.
    pub pages: u64,
    /// Bytes of stream.
    pub bytes: u64,
    /// All of it.
    pub total: Duration,
    /// The guest stood still.
    pub downtime: Duration,
}

/// Why a guest was not moved. It is in a pause and can go on, unless it has ended.
#[derive(Debug, thiserror::Error)]
pub enum SendError {
    /// No connection.
    #[error("no connection to {address}: {source}")]
    Connect {
        /// Where.
        address: Address,
        /// Why.
        source: std::io::Error,
    },
    /// The destination cannot take it.
    #[error("the destination refuses the guest: {}", .0.why)]
    Refused(Refusal),
    /// The stream broke.
    #[error("the connection to the destination is lost: {0}")]
    Stream(StreamError),
    /// The destination hangs.
    #[error("the destination has taken nothing for {} s", PATIENCE.as_secs())]
    Hangs,
    /// The guest ended by itself meanwhile.
    #[error("the guest ended before it could be moved")]
    Ended(Outcome),
    /// The state could not be read.
    #[error(transparent)]
    Capture(#[from] CaptureError),
    /// The guest could not be run meanwhile.
    #[error(transparent)]
    Machine(#[from] MachineError),
    /// KVM refused the dirty log.
    #[error("{step} was refused with {errno}")]
    Log {
        /// The ioctl.
        step: &'static str,
        /// KVM's answer.
        errno: Errno,
    },
}

impl From<StreamError> for SendError {
    fn from(error: StreamError) -> SendError {
        match error {
            StreamError::Io(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => SendError::Hangs,
            other => SendError::Stream(other),
        }
    }
}

/// Moves a machine that is in a pause; it runs while pages are copied. When this comes back well, the guest is the
/// destination's.
///
/// # Errors
/// Why it did not work; the machine is in a pause again.
pub fn send(running: &Running, to: &Address, limits: Limits, progress: &mut dyn Progress) -> Result<Sent, SendError> {
    let start = Instant::now();
    let state = capture_state(running)?;
    let connection = Connection::open(to).and_then(|connection| {
        connection.set_patience(Some(PATIENCE), Some(PATIENCE))?;
        let (replies, line) = (connection.try_clone()?, connection.try_clone()?);
        Ok((connection, replies, line))
    });
    let (connection, replies, line) = connection.map_err(|source| SendError::Connect { address: to.clone(), source })?;
    let (connection, tagged) = (BufWriter::with_capacity(1 << 18, connection), has_tags(running.vm()));
    let mut stream = if tagged { StreamWriter::with_tags(connection)? } else { StreamWriter::new(connection)? };
    stream.json(Kind::Machine, &StreamHead::of(&state))?;
    stream.flush()?;
    let mut replies = StreamReader::new(replies)?;
    expect(&mut replies, Kind::Accepted)?;
    let log = Log::start(running.vm())?;
    let mut copy = Copy { running, stream, replies, line, log, progress, batch: PageBatch::default(), tagged, pages: 0, rounds: 0 };
    let result = copy.all(limits).and_then(|downtime_start| {
        expect(&mut copy.replies, Kind::Running)?;
        Ok(Sent {
            rounds: copy.rounds,
            pages: copy.pages,
            bytes: copy.stream.written(),
            total: start.elapsed(),
            downtime: downtime_start.elapsed(),
        })
    });
    if result.is_err() {
        // The guest goes on here; that its pages are logged would only slow it.
        let _ = running.vm().log_dirty_pages(RAM_SLOT, false);
    }
    result
}

/// The destination's next word.
fn expect(replies: &mut StreamReader<Connection>, kind: Kind) -> Result<(), SendError> {
    let reply = replies.next_section()?;
    match reply.kind {
        found if found == kind => Ok(()),
        Kind::Refused => Err(SendError::Refused(reply.json()?)),
        _ => Err(reply.unexpected("the destination's answer").into()),
    }
}

/// The dirty log of RAM.
struct Log<'a> {
    vm: &'a VmFd,
    /// Pages are protected again piece by piece, when they are about to be sent.
    manual: bool,
    base: u64,
    pages: u64,
}

fn refused(step: &'static str) -> impl Fn(Errno) -> SendError {
    move |errno| SendError::Log { step, errno }
}

impl<'a> Log<'a> {
    fn start(vm: &'a VmFd) -> Result<Log<'a>, SendError> {
        let slots = vm.memory().slots();
        let (base, pages) = slots.iter().find(|slot| slot.id == RAM_SLOT).map_or((0, 0), |slot| (slot.base, slot.pages()));
        let manual = vm.check_extension(CAP_MANUAL_DIRTY_LOG_PROTECT2).is_ok_and(|flags| flags as u64 & MANUAL_PROTECT != 0);
        if manual {
            let arguments = [MANUAL_PROTECT, 0, 0, 0];
            vm.enable_cap(CAP_MANUAL_DIRTY_LOG_PROTECT2, 0, arguments).map_err(refused("KVM_CAP_MANUAL_DIRTY_LOG_PROTECT2"))?;
        }
        vm.log_dirty_pages(RAM_SLOT, true).map_err(refused("KVM_MEM_LOG_DIRTY_PAGES"))?;
        Ok(Log { vm, manual, base, pages })
    }

    fn all(&self) -> Vec<u64> {
        let word = |first: u64| u64::MAX >> (64 - (self.pages - first).min(64));
        (0..self.pages).step_by(64).map(word).collect()
    }

    fn read(&self) -> Result<Vec<u64>, SendError> {
        self.vm.get_dirty_log(RAM_SLOT).map_err(refused("KVM_GET_DIRTY_LOG"))
    }

    /// Writes to the pages of these words are noticed from now on, if reading the log did not see to that.
    fn protect(&self, first_word: usize, words: &[u64]) -> Result<(), SendError> {
        if !self.manual || words.iter().all(|&word| word == 0) {
            return Ok(());
        }
        let first = 64 * first_word as u64;
        let count = (64 * words.len() as u64).min(self.pages - first);
        self.vm.clear_dirty_log(RAM_SLOT, first, count as u32, words).map_err(refused("KVM_CLEAR_DIRTY_LOG"))
    }
}

fn count(words: &[u64]) -> u64 {
    words.iter().map(|word| u64::from(word.count_ones())).sum()
}

struct Copy<'a> {
    running: &'a Running,
    stream: StreamWriter<BufWriter<Connection>>,
    replies: StreamReader<Connection>,
    line: Connection,
    log: Log<'a>,
    progress: &'a mut dyn Progress,
    batch: PageBatch,
    /// Pages have Allocation Tags, which a store of them makes as dirty as one of data.
    tagged: bool,
    pages: u64,
    rounds: u32,
}

impl Copy<'_> {
    /// Everything up to the end of the stream; says when the guest was stopped.
    fn all(&mut self, limits: Limits) -> Result<Instant, SendError> {
        let running = self.running;
        // Armed before it runs, so that no pause is lost.
        running.arm(StopWhen::Asked);
        let (copied, ran) = std::thread::scope(|scope| {
            let guest = scope.spawn(|| running.resume());
            let copied = self.rounds(limits);
            let stopped = Instant::now();
            running.pauser().pause();
            (copied.map(|left| (left, stopped)), guest.join())
        });
        // A panicking thread has printed its message; the guest cannot be trusted then.
        ran.map_err(|_| SendError::Ended(Outcome::Quit))??;
        let (left, stopped) = copied?;
        if let Some(outcome) = running.outcome() {
            return Err(SendError::Ended(outcome));
        }
        let state = capture_state(running)?;
        let mut last = self.log.read()?;
        if !self.log.manual {
            last.iter_mut().zip(&left).for_each(|(word, left)| *word |= left);
        }
        self.round(&last)?;
        self.stream.json(Kind::State, &state)?;
        // From here on the destination may run the guest, and silence is no answer.
        self.line.set_patience(Some(PATIENCE), None).map_err(StreamError::Io)?;
        self.stream.end()?;
        Ok(stopped)
    }

    /// Rounds with the guest running; what is left is worth stopping for.
    fn rounds(&mut self, limits: Limits) -> Result<Vec<u64>, SendError> {
        let mut dirty = self.log.all();
        let (mut best, mut stalled) = (u64::MAX, 0);
        loop {
            let start = Instant::now();
            self.round(&dirty)?;
            let pages = count(&dirty);
            let each = start.elapsed().as_secs_f64() / pages.max(1) as f64;
            dirty = self.log.read()?;
            let left = count(&dirty);
            let good = left as f64 * each <= limits.downtime.as_secs_f64();
            // The guest writes as fast as its pages are sent: further rounds would only send them again.
            stalled = if left > best / 10 * 9 { stalled + 1 } else { 0 };
            best = best.min(left);
            if good || stalled == STALLED || self.rounds >= limits.rounds || self.running.outcome().is_some() {
                return Ok(dirty);
            }
        }
    }

    /// Sends the pages of a bitmap.
    fn round(&mut self, dirty: &[u64]) -> Result<(), SendError> {
        let pages = count(dirty);
        self.progress.round(self.rounds, pages);
        let words = CHUNK_PAGES / 64;
        for (index, chunk) in dirty.chunks(words).enumerate() {
            self.log.protect(index * words, chunk)?;
            self.chunk(index * words, chunk)?;
        }
        self.stream.json(Kind::Round, &Round { number: self.rounds, pages })?;
        self.stream.flush()?;
        // What waits in buffers when the guest stops would be part of the time for which it stands still.
        expect(&mut self.replies, Kind::Taken)?;
        self.rounds += 1;
        self.pages += pages;
        Ok(())
    }

    fn chunk(&mut self, first_word: usize, words: &[u64]) -> Result<(), SendError> {
        let bits = |(&word, index): (&u64, u64)| (0..64).filter(move |bit| word >> bit & 1 != 0).map(move |bit| 64 * index + bit);
        let numbers: Vec<u64> = words.iter().zip(first_word as u64..).flat_map(bits).collect();
        // A fresh destination's RAM is all zeros: only later can a page become that.
        let zeros = if self.rounds == 0 { Zeros::Known } else { Zeros::Told };
        let (memory, base) = (self.log.vm.memory(), self.log.base);
        let mut page = [0; PAGE_SIZE];
        for number in &numbers {
            let address = base + number * PAGE_SIZE as u64;
            memory.read_bytes(address, &mut page).map_err(|_| refused("reading RAM")(EFAULT))?;
            self.batch.add(address, &page, zeros);
        }
        self.stream.pages(&mut self.batch)?;
        let pages = count(words);
        if pages > 0 {
            self.progress.sent(pages, self.stream.written());
        }
        if self.tagged {
            self.tags(&numbers)?;
        }
        Ok(())
    }

    fn tags(&mut self, numbers: &[u64]) -> Result<(), SendError> {
        let addresses = numbers.iter().map(|number| self.log.base + number * PAGE_SIZE as u64);
        let tags: Vec<(u64, Option<PageTags>)> = addresses.map(|address| (address, read_tags(self.log.vm, address))).collect();
        let first_round = self.rounds == 0;
        let updates = tags.iter().filter(|(_, tags)| !first_round || tags.is_some());
        let updates: Vec<_> = updates.map(|(address, tags)| TagUpdate { address: *address, tags: tags.as_ref() }).collect();
        Ok(self.stream.tags(&updates)?)
    }
}
