//! Where two deterministic machines part: the first count of instructions after which their states differ is found by halving, and
//! then what each of them did at it. Says nothing about why.

use super::capture::{CaptureError, capture, capture_ended};
use super::hash::{Difference, Ignore, Word, compare, hash, words};
use super::last_step::{LastStep, Step};
use super::refused::strict;
use super::restore::{Destination, RestoreError, restore};
use super::state::Snapshot;
use crate::machine::{ConsoleTo, InputSource, MachineError, Outcome, Paused, Running, StopWhen};

/// Stretches that are run before halving begins, so that not every probe starts from the beginning.
const STRETCHES: u64 = 16;

/// Why two machines could not be compared.
#[derive(Debug, thiserror::Error)]
pub enum BisectError {
    /// Only deterministic runs are the same run twice.
    #[error("only deterministic machines can be compared instruction by instruction")]
    NotDeterministic,
    /// One of them could not be restored.
    #[error(transparent)]
    Restore(#[from] RestoreError),
    /// One of them could not be run.
    #[error(transparent)]
    Machine(#[from] MachineError),
    /// One of them could not be read.
    #[error(transparent)]
    Capture(#[from] CaptureError),
}

/// Where two machines part.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Divergence {
    /// Instructions of all CPUs since power-on after which they differ for the first time.
    pub instructions: u64,
    /// How they differ then.
    pub differences: Vec<Difference>,
    /// Words of memory that differ, in the pages among the differences.
    pub memory: Vec<Word>,
    /// What each did for its last instruction; None when they differ from the start, or it executed none.
    pub steps: [Option<Step>; 2],
    /// How each has ended, if it has.
    pub ends: [Option<Outcome>; 2],
}

/// A machine to compare: its state, and the host that it was captured on.
pub struct Side {
    /// The state, after as many instructions as the other side's.
    pub start: Snapshot,
    /// The host.
    pub destination: Destination,
}

/// A machine at a count of instructions.
struct Probe {
    outcome: Option<Outcome>,
    state: Snapshot,
}

/// Both machines at one count of instructions.
struct Pair([Probe; 2]);

impl Pair {
    fn equal(&self, ignore: &Ignore) -> bool {
        let [a, b] = &self.0;
        a.outcome == b.outcome && hash(&a.state, ignore) == hash(&b.state, ignore)
    }

    fn divergence(&self, instructions: u64, ignore: &Ignore, steps: [Option<Step>; 2]) -> Divergence {
        let [a, b] = &self.0;
        let differences = compare(&a.state, &b.state, ignore);
        let memory = words(&a.state, &b.state, &differences);
        Divergence { instructions, differences, memory, steps, ends: [a.outcome.clone(), b.outcome.clone()] }
    }
}

/// Runs two machines for up to `limit` more instructions. None when they do not part. Registers that differ at once, because the
/// hosts do, are to be in `ignore` ([`Ignore::differences`]).
///
/// # Errors
/// A side cannot be made or run.
pub fn bisect(a: &Side, b: &Side, ignore: &Ignore, limit: u64) -> Result<Option<Divergence>, BisectError> {
    if a.start.vm.virtual_time.is_none() || b.start.vm.virtual_time.is_none() {
        return Err(BisectError::NotDeterministic);
    }
    let search = Search { hosts: [&a.destination, &b.destination], ignore };
    let begin: u64 = a.start.vcpus.iter().map(|vcpu| vcpu.hidden.retired).sum();
    let end = begin.saturating_add(limit);
    let mut equal = search.probe([&a.start, &b.start], begin)?;
    if !equal.equal(ignore) {
        return Ok(Some(equal.divergence(begin, ignore, [None, None])));
    }
    let (mut at, stretch) = (begin, (limit / STRETCHES).max(1));
    while at < end {
        let next = (at + stretch).min(end);
        let pair = search.probe(equal.0.each_ref().map(|probe| &probe.state), next)?;
        if !pair.equal(ignore) {
            return search.halve(&equal, at, next, pair).map(Some);
        }
        if pair.0.iter().any(|probe| probe.outcome.is_some()) {
            return Ok(None);
        }
        (equal, at) = (pair, next);
    }
    Ok(None)
}

struct Search<'a> {
    hosts: [&'a Destination; 2],
    ignore: &'a Ignore,
}

impl Search<'_> {
    /// They are equal after `low` instructions and differ after `high`.
    fn halve(&self, from: &Pair, mut low: u64, mut high: u64, mut differing: Pair) -> Result<Divergence, BisectError> {
        let starts = from.0.each_ref().map(|probe| &probe.state);
        while high - low > 1 {
            let middle = low.midpoint(high);
            let pair = self.probe(starts, middle)?;
            if pair.equal(self.ignore) {
                low = middle;
            } else {
                (high, differing) = (middle, pair);
            }
        }
        let [a, b] = [0, 1].map(|side| self.last_step(starts[side], side, low));
        Ok(differing.divergence(high, self.ignore, [a?, b?]))
    }

    /// Both sides after so many instructions since power-on.
    fn probe(&self, from: [&Snapshot; 2], instructions: u64) -> Result<Pair, BisectError> {
        let one = |side: usize| -> Result<Probe, BisectError> {
            let running = self.start(from[side], side)?;
            let paused = running.run(StopWhen::Instructions(instructions))?;
            let state = if paused == Paused::Stopped { capture(&running)? } else { capture_ended(&running)? };
            Ok(Probe { outcome: running.outcome(), state })
        };
        Ok(Pair([one(0)?, one(1)?]))
    }

    fn start(&self, from: &Snapshot, side: usize) -> Result<Running, BisectError> {
        let machine = restore(from, self.hosts[side], &mut strict)?;
        Ok(machine.start(ConsoleTo::Memory(Vec::new()), InputSource::Live)?)
    }

    /// What a side does after `low` instructions.
    fn last_step(&self, from: &Snapshot, side: usize, low: u64) -> Result<Option<Step>, BisectError> {
        let running = self.start(from, side)?;
        running.run(StopWhen::Instructions(low))?;
        let watched = LastStep::watch(running.vcpus());
        running.run(StopWhen::Instructions(low + 1))?;
        Ok(watched.seen())
    }
}
