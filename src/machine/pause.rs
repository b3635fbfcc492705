//! Interrupting a run, to look at the machine and go on later. Ends nothing and captures nothing.

use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use super::board::{Board, lock};
use super::schedule::Turn;

/// When a run is to be interrupted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum StopWhen {
    /// Only when somebody asks.
    #[default]
    Asked,
    /// After so many instructions of all CPUs since power-on; exactly then in deterministic runs.
    Instructions(u64),
    /// When the serial port has sent this text.
    Console(Vec<u8>),
    /// After so much real time.
    After(Duration),
}

/// What to watch for.
#[derive(Debug, Default)]
pub struct Pause {
    when: StopWhen,
    /// The last bytes of the serial port's output.
    seen: Vec<u8>,
    deadline: Option<Instant>,
}

impl Board {
    /// Goes on after a pause, until the next.
    pub fn pause_when(&self, when: StopWhen) {
        let deadline = if let StopWhen::After(time) = when { Instant::now().checked_add(time) } else { None };
        let watched = deadline.is_some() || matches!(when, StopWhen::Instructions(_));
        *lock(&self.pause) = Pause { when, seen: Vec::new(), deadline };
        self.pause_watched.store(watched, Ordering::SeqCst);
        for vcpu in &self.vcpus {
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
