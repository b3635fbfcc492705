//! How other threads reach a running PE: attention bits that its engine looks at between blocks, and a place to sleep.
//! Never touches PE state itself.

use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use rustix::thread::futex::{self, Timespec};

use crate::mem::Flush;

/// Attention bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u32)]
pub enum Attention {
    /// The IRQ line is high (a level: stays while the line does).
    Irq = 1 << 0,
    /// The FIQ line is high.
    Fiq = 1 << 1,
    /// Leave the engine as soon as possible.
    Kick = 1 << 2,
    /// Drop the software TLB.
    FlushTlb = 1 << 3,
    /// Drop decoded code of the pages in [`VcpuSignal::take_stale_pages`].
    FlushCode = 1 << 4,
    /// Look at the timers.
    Timer = 1 << 5,
    /// A virtual SError is pending.
    SError = 1 << 6,
    /// SEV from another PE.
    Event = 1 << 7,
}

/// Shared between one PE and everybody who may want its attention.
#[derive(Debug, Default)]
pub struct VcpuSignal {
    bits: AtomicU32,
    stale_pages: Mutex<Vec<u64>>,
    flushes_done: AtomicU64,
    flushes_asked: AtomicU64,
    /// What to flush, as [`Flush::bits`].
    flush_bits: AtomicU32,
    running: AtomicU32,
    /// The PE sleeps, or is about to.
    sleeping: AtomicU32,
}

/// A panic elsewhere must not take this PE down too: the guarded data stays consistent at every step.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl VcpuSignal {
    /// All attention bits.
    #[inline(always)]
    pub fn bits(&self) -> u32 {
        self.bits.load(Ordering::Relaxed)
    }

    /// Where the bits are, for generated code.
    pub(crate) fn bits_address(&self) -> u64 {
        std::ptr::from_ref(&self.bits).expose_provenance() as u64
    }

    /// True when `attention` is asked for.
    #[inline]
    pub fn has(&self, attention: Attention) -> bool {
        self.bits.load(Ordering::Acquire) & attention as u32 != 0
    }

    /// Asks for attention and wakes the PE if it sleeps. A signal handler may call it, even on the PE's own thread: nothing
    /// but an atomic and a system call, so the PE sleeps on the bits themselves and not on a condition variable.
    pub fn set(&self, attention: Attention) {
        self.mark(attention);
        self.wake();
    }

    /// Asks for attention of a PE that [`Self::wake`] shall wake afterwards.
    pub fn mark(&self, attention: Attention) {
        self.bits.fetch_or(attention as u32, Ordering::SeqCst);
    }

    /// Wakes the PE if it sleeps.
    pub fn wake(&self) {
        if self.sleeping.load(Ordering::SeqCst) == 0 {
            return;
        }
        // Waking cannot fail on a word of our own.
        let _ = futex::wake(&self.bits, futex::Flags::PRIVATE, u32::MAX >> 1);
    }

    /// Withdraws a request.
    pub fn clear(&self, attention: Attention) {
        self.bits.fetch_and(!(attention as u32), Ordering::SeqCst);
    }

    /// Takes a request: true when it was set.
    pub fn take(&self, attention: Attention) -> bool {
        // Looking costs much less than taking, and most often nothing is there.
        self.has(attention) && self.bits.fetch_and(!(attention as u32), Ordering::SeqCst) & attention as u32 != 0
    }

    /// Sleeps until some bit of `mask` is set or `timeout` has passed.
    pub fn sleep(&self, mask: u32, timeout: Option<Duration>) {
        let end = timeout.and_then(|limit| Instant::now().checked_add(limit));
        // Before the bits are looked at: who sets one after that sees this, and wakes.
        self.sleeping.store(1, Ordering::SeqCst);
        self.sleep_until(mask, end);
        self.sleeping.store(0, Ordering::SeqCst);
    }

    fn sleep_until(&self, mask: u32, end: Option<Instant>) {
        loop {
            let seen = self.bits.load(Ordering::SeqCst);
            let left = end.map(|end| end.saturating_duration_since(Instant::now()));
            if seen & mask != 0 || left.is_some_and(|left| left.is_zero()) {
                return;
            }
            let left = left.and_then(|left| Timespec::try_from(left).ok());
            // Whether woken, interrupted, too late or because the bits changed: the loop looks again.
            let _ = futex::wait(&self.bits, futex::Flags::PRIVATE, seen, left.as_ref());
        }
    }

    /// Marks the PE as executing guest instructions (or not): who waits for a flush only waits for running PEs.
    pub fn set_running(&self, running: bool) {
        // Who starts must not miss a request that came before; who stops has only to have done what it did.
        self.running.store(running.into(), if running { Ordering::SeqCst } else { Ordering::Release });
    }

    /// Whether the PE executes guest instructions.
    pub fn is_running(&self) -> bool {
        self.running.load(Ordering::SeqCst) != 0
    }

    /// Asks for a TLB flush; the ticket says when it is done.
    pub fn request_flush(&self, what: Flush) -> u64 {
        self.flush_bits.fetch_or(what.bits(), Ordering::SeqCst);
        let ticket = self.flushes_asked.fetch_add(1, Ordering::SeqCst) + 1;
        self.set(Attention::FlushTlb);
        ticket
    }

    /// The PE's side: how many flushes have been asked for so far. Read before flushing.
    pub fn flushes_asked(&self) -> u64 {
        self.flushes_asked.load(Ordering::SeqCst)
    }

    /// The PE's side: what to flush. Taken after [`Self::flushes_asked`].
    pub(crate) fn take_flush_bits(&self) -> u32 {
        self.flush_bits.swap(0, Ordering::SeqCst)
    }

    /// The PE's side: everything up to `ticket` is done.
    pub fn finish_flushes(&self, ticket: u64) {
        self.flushes_done.store(ticket, Ordering::SeqCst);
    }

    /// True when the flush of `ticket` is done, or the PE is not running and will do it before it does.
    pub fn flush_finished(&self, ticket: u64) -> bool {
        self.running.load(Ordering::SeqCst) == 0 || self.flushes_done.load(Ordering::SeqCst) >= ticket
    }

    /// Reports a physical page whose decoded code is stale.
    pub fn add_stale_page(&self, page: u64) {
        lock(&self.stale_pages).push(page);
        self.set(Attention::FlushCode);
    }

    /// Takes the reported pages.
    pub fn take_stale_pages(&self) -> Vec<u64> {
        std::mem::take(&mut *lock(&self.stale_pages))
    }
}
