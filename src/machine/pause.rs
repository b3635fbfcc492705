//! Interrupting a run, to look at the machine and go on later. Ends nothing and captures nothing.

use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use super::board::{Board, lock};
use super::schedule::Turn;
use super::stop::{MARKER, StopWhen};

/// What to watch for.
#[derive(Debug, Default)]
pub struct Pause {
    when: StopWhen,
    /// The last bytes of the serial port's output.
    seen: Vec<u8>,
    /// Calls of the marker.
    marked: u64,
    deadline: Option<Instant>,
}

impl Board {
    /// Goes on after a pause, until the next.
    pub fn pause_when(&self, when: StopWhen) {
        let deadline = match when {
            StopWhen::Time(time) if !self.vm.clock().is_virtual() => Instant::now().checked_add(self.left_until(time)),
            _ => None,
        };
        let watched = matches!(when, StopWhen::Instructions(_) | StopWhen::Time(_));
        let function = matches!(when, StopWhen::Marker(_)).then_some(MARKER as u32);
        *lock(&self.pause) = Pause { when, seen: Vec::new(), marked: 0, deadline };
        self.pause_watched.store(watched, Ordering::SeqCst);
        for vcpu in &self.vcpus {
            vcpu.watch_hypercall(function);
            vcpu.run_page().set_immediate_exit(false);
        }
        self.pausing.store(false, Ordering::SeqCst);
    }

    /// Interrupts the run as soon as possible.
    pub fn pause(&self) {
        self.pausing.store(true, Ordering::SeqCst);
        self.ended.notify_all();
        for vcpu in &self.vcpus {
            vcpu.kick();
        }
    }

    /// True when the run is to be interrupted here.
    pub fn pause_due(&self) -> bool {
        if self.pausing.load(Ordering::SeqCst) {
            return true;
        }
        if !self.pause_watched.load(Ordering::SeqCst) {
            return false;
        }
        let deadline = lock(&self.pause).deadline;
        let due = self.until_pause() == 0 || deadline.is_some_and(|deadline| Instant::now() >= deadline);
        if due {
            self.pause();
        }
        due
    }

    /// Instructions until the pause; the largest number when it does not depend on them.
    pub fn until_pause(&self) -> u64 {
        if !self.pause_watched.load(Ordering::SeqCst) {
            return u64::MAX;
        }
        match lock(&self.pause).when {
            StopWhen::Instructions(count) => count.saturating_sub(self.executed.load(Ordering::SeqCst)),
            // An instruction is a nanosecond.
            StopWhen::Time(time) if self.vm.clock().is_virtual() => self.left_until(time).as_nanos() as u64,
            _ => u64::MAX,
        }
    }

    /// The serial port has sent `output`.
    pub fn note_output(&self, output: &[u8]) {
        let mut pause = lock(&self.pause);
        let Pause { when: StopWhen::Console(text), seen, .. } = &mut *pause else { return };
        seen.extend(output);
        let found = text.is_empty() || seen.windows(text.len()).any(|window| window == text);
        let keep = seen.len().saturating_sub(text.len());
        seen.drain(..keep);
        drop(pause);
        if found {
            self.pause();
        }
    }

    /// Of the VM's time.
    fn left_until(&self, time: Duration) -> Duration {
        time.saturating_sub(Duration::from_nanos(self.vm.clock().nanoseconds()))
    }

    /// How long a wait for the end or a pause may last: real time.
    pub fn until_deadline(&self) -> Option<Duration> {
        lock(&self.pause).deadline.map(|deadline| deadline.saturating_duration_since(Instant::now()))
    }

    /// A CPU has called the marker.
    pub fn note_marker(&self) {
        let mut pause = lock(&self.pause);
        pause.marked += 1;
        let found = matches!(pause.when, StopWhen::Marker(count) if count == pause.marked);
        drop(pause);
        if found {
            self.pause();
        }
    }

    /// Counts executed instructions.
    pub fn count(&self, instructions: u64) {
        self.executed.fetch_add(instructions, Ordering::SeqCst);
    }

    /// Instructions of all vCPUs so far, in deterministic runs and those with a limit.
    pub fn executed(&self) -> u64 {
        self.executed.load(Ordering::SeqCst)
    }

    /// Where the deterministic schedule stands.
    pub fn turn(&self) -> Turn {
        *lock(&self.turn)
    }

    /// Leaves the deterministic schedule there.
    pub fn set_turn(&self, turn: Turn) {
        *lock(&self.turn) = turn;
    }
}
