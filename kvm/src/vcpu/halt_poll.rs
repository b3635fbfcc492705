//! Polling before sleeping (`kvm_vcpu_halt`): a vCPU that halts looks itself for what ends the halt, for a while, because to sleep and to be
//! woken takes longer than many halts do. How long is learnt from the halts before. Where time is virtual nobody polls.
//!
//! The kernel knows whether another thread waits for the CPU, and polls only if not (`kvm_vcpu_can_poll`). Here the CPU is offered
//! every few microseconds: when it comes back late, somebody had it, and the vCPU sleeps at once for some time to come.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, LazyLock};

use super::{VcpuFd, VcpuState};

/// halt_poll_ns_grow and halt_poll_ns_grow_start.
const GROWTH: u64 = 2;
const FIRST: u64 = 10_000;
/// Nanoseconds between two offers of the CPU.
const OFFER: u64 = 2_000;
/// An offer that takes longer was taken.
const TAKEN: u64 = 20_000;
/// For how long nobody polls then.
const RETREAT: u64 = 50_000_000;

/// CPUs that this process may use.
static CPUS: LazyLock<usize> = LazyLock::new(|| std::thread::available_parallelism().map_or(1, usize::from));

/// For how long a vCPU polls.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct HaltPoll {
    /// Nanoseconds (`vcpu->halt_poll_ns`).
    length: u64,
    /// Not before this time.
    not_before: u64,
}

impl HaltPoll {
    /// Learns from a halt of so many nanoseconds.
    fn learn(&mut self, halted: u64, limit: u64, shrinks_by: u64) {
        if limit == 0 {
            self.length = 0;
        } else if self.length != 0 && halted > self.length && halted > limit {
            let shrunk = self.length.checked_div(shrinks_by).unwrap_or(0);
            self.length = if shrunk < FIRST { 0 } else { shrunk };
        } else if halted > self.length && self.length < limit && halted < limit {
            // `kvm_vcpu_halt` cuts it to the limit when it is needed next.
            self.length = (self.length * GROWTH).max(FIRST).min(limit);
        }
    }
}

/// A halt of a thread, from its beginning.
#[derive(Clone, Copy)]
pub(super) struct Halt {
    started: u64,
    /// Nanoseconds that it polled, if it did.
    polled: Option<u64>,
}

/// One of a VM's vCPUs polls, as long as this lives.
struct Polling(Arc<AtomicUsize>);

impl Drop for Polling {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

/// Who polls.
trait Halted {
    /// Nanoseconds.
    fn now(&mut self) -> u64;

    /// There is something.
    fn wakes(&mut self) -> bool;

    /// Lets another thread have the CPU.
    fn offer(&mut self);
}

/// How polling ended.
#[derive(Debug, PartialEq, Eq)]
struct Looked {
    /// Nanoseconds that it took.
    polled: u64,
    /// When the CPU came back late.
    taken: Option<u64>,
}

/// Polls until there is something, or it was enough.
fn look(halted: &mut impl Halted, started: u64, length: u64) -> Looked {
    let (mut now, mut offered) = (started, started);
    while !halted.wakes() && now - started < length {
        std::hint::spin_loop();
        now = halted.now();
        if now - offered >= OFFER {
            halted.offer();
            offered = halted.now();
            if offered - now >= TAKEN {
                return Looked { polled: now - started, taken: Some(offered) };
            }
        }
    }
    Looked { polled: now - started, taken: None }
}

struct Looking<'a> {
    vcpu: &'a VcpuFd,
    state: &'a mut VcpuState,
    wake: u32,
}

impl Halted for Looking<'_> {
    fn now(&mut self) -> u64 {
        self.state.now()
    }

    fn wakes(&mut self) -> bool {
        self.vcpu.wakes(self.state, self.wake)
    }

    fn offer(&mut self) {
        std::thread::yield_now();
    }
}

impl VcpuFd {
    /// A thread's vCPU halts, and polls for what `wake` has; None where nobody polls. WFET only yields in KVM.
    pub(super) fn poll(&self, state: &mut VcpuState, wake: u32) -> Option<Halt> {
        if state.cpu.timers.clock.is_virtual() || *CPUS < 2 || state.cpu.timers.alarm.is_some_and(|alarm| alarm.events) {
            return None;
        }
        let started = state.now();
        let length = state.polling.length.min(self.vm.enabled.halt_poll.get());
        state.polling.length = length;
        let polling = (length != 0 && started >= state.polling.not_before).then(|| self.begin_polling()).flatten();
        let polled = polling.map(|_polling| self.look(state, wake, started, length));
        Some(Halt { started, polled })
    }

    fn look(&self, state: &mut VcpuState, wake: u32, started: u64, length: u64) -> u64 {
        let looked = look(&mut Looking { vcpu: self, state, wake }, started, length);
        if let Some(taken) = looked.taken {
            state.polling.not_before = taken + RETREAT;
        }
        looked.polled
    }

    /// None while every CPU has a vCPU that executes or polls.
    fn begin_polling(&self) -> Option<Polling> {
        let pollers = self.vm.pollers.clone();
        let others = pollers.fetch_add(1, Ordering::Relaxed);
        let polling = Polling(pollers);
        let running = self.vm.peers.list().iter().filter(|signal| signal.is_running()).count();
        (others + running < *CPUS).then_some(polling)
    }

    /// The halt is over.
    pub(super) fn end_poll(&self, state: &mut VcpuState, halt: Option<Halt>, waited: bool) {
        let Some(Halt { started, polled }) = halt else { return };
        let halted = state.now() - started;
        state.polling.learn(halted, self.vm.enabled.halt_poll.get(), self.vm.host.personality.traits().halt_poll_shrinks_by);
        if let Some(polled) = polled {
            state.halts.polled(polled, !waited);
            self.vcpu.tell_statistics(state);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Halts in microseconds, one after another, and for how long the next one polls then.
    #[test]
    fn halts_teach() {
        for (limit, shrinks_by, halts) in [
            (500, 2, &[(499, 10), (499, 20), (20, 20), (21, 40), (499, 80), (499, 160), (499, 320), (499, 500), (499, 500)][..]),
            // One that lasts as long as the limit is neither short nor long.
            (500, 2, &[(500, 0), (499, 10), (500, 10), (501, 0), (501, 0)]),
            (500, 2, &[(1, 10), (11, 20), (9000, 10), (9000, 0)]),
            (500, 3, &[(1, 10), (11, 20), (21, 40), (9000, 13), (9000, 0)]),
            (500, 0, &[(1, 10), (11, 20), (21, 40), (9000, 0), (9000, 0)]),
            (15, 2, &[(14, 10), (14, 15), (15, 15), (16, 0)]),
            (5, 2, &[(4, 5), (6, 0), (4, 5)]),
            (0, 2, &[(1, 0), (9000, 0)]),
        ] {
            let mut poll = HaltPoll::default();
            for &(halted, length) in halts {
                poll.learn(halted * 1000, limit * 1000, shrinks_by);
                assert_eq!(poll.length / 1000, length, "{limit} {shrinks_by} {halted}");
            }
        }
    }

    /// Each look at the clock takes 500 ns; what an offer of the CPU takes is told.
    struct Script {
        now: u64,
        /// When there is something.
        wakes_at: u64,
        offers: Vec<u64>,
    }

    impl Halted for Script {
        fn now(&mut self) -> u64 {
            self.now += 500;
            self.now
        }

        fn wakes(&mut self) -> bool {
            self.now >= self.wakes_at
        }

        fn offer(&mut self) {
            self.now += self.offers.pop().unwrap_or(0);
        }
    }

    #[test]
    fn whose_cpu_is_taken_polls_no_longer() {
        const START: u64 = 1_000_000;
        for (wakes_at, offers, polled, taken, left) in [
            (0, vec![], 0, None, 0),
            // Two offers in five microseconds.
            (5_000, vec![7, 7, 7], 4_507, None, 1),
            (u64::MAX, vec![], 10_500, None, 0),
            (u64::MAX, vec![7], 10_507, None, 0),
            (u64::MAX, vec![19_000, 0], 24_500, None, 0),
            (u64::MAX, vec![19_500, 0], 4_500, Some(24_500), 0),
            (u64::MAX, vec![1, 90_000], 2_000, Some(92_500), 1),
        ] {
            let mut script = Script { now: START, wakes_at: START.saturating_add(wakes_at), offers };
            let looked = look(&mut script, START, 10_000);
            let expected = Looked { polled, taken: taken.map(|taken| START + taken) };
            assert_eq!((looked, script.offers.len()), (expected, left), "{wakes_at}");
        }
    }
}
