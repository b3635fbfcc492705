//! Where two deterministic machines part: both start from one captured state, and the first count of instructions after which
//! their states differ is found by halving. Says nothing about why.

use super::capture::{CaptureError, capture};
use super::hash::{Difference, Ignore, compare, hash};
use super::restore::{Destination, OnRefused, RestoreError, restore};
use super::state::Snapshot;
use crate::machine::{ConsoleTo, InputSource, MachineError, Paused, Running, StopWhen};

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
    /// Instructions since power-on after which they differ for the first time.
    pub instructions: u64,
    /// How they differ then.
    pub differences: Vec<Difference>,
    /// Only one of them has ended.
    pub one_ended: bool,
}

/// How a side is made from a captured state.
pub struct Side<'a> {
    /// The host.
    pub destination: Destination,
    /// What it does about refused registers.
    pub policy: OnRefused<'a>,
}

/// Both machines at one count of instructions.
struct Pair {
    a: (Paused, Snapshot),
    b: (Paused, Snapshot),
}

impl Pair {
    fn equal(&self, ignore: &Ignore) -> bool {
        self.a.0 == self.b.0 && hash(&self.a.1, ignore) == hash(&self.b.1, ignore)
    }
}

/// Runs `start` on two hosts for up to `limit` more instructions. None when they do not part. Registers that differ at once,
/// because the hosts do, are to be in `ignore` ([`Ignore::differences`]).
///
/// # Errors
/// A side cannot be made or run.
pub fn bisect(
    start: &Snapshot,
    a: &mut Side<'_>,
    b: &mut Side<'_>,
    ignore: &Ignore,
    limit: u64,
) -> Result<Option<Divergence>, BisectError> {
    if start.vm.virtual_time.is_none() {
        return Err(BisectError::NotDeterministic);
    }
    let begin: u64 = start.vcpus.iter().map(|vcpu| vcpu.hidden.retired).sum();
    let first = Pair { a: probe(start, a, begin)?, b: probe(start, b, begin)? };
    if !first.equal(ignore) {
        return Ok(Some(divergence(begin, &first, ignore)));
    }
    let (mut equal, mut at) = (first, begin);
    let stretch = (limit / STRETCHES).max(1);
    while at < begin.saturating_add(limit) {
        let next = (at + stretch).min(begin.saturating_add(limit));
        let pair = Pair { a: probe(&equal.a.1, a, next)?, b: probe(&equal.b.1, b, next)? };
        if !pair.equal(ignore) {
            return halve(&equal, a, b, ignore, at, next, pair).map(Some);
        }
        if pair.a.0 == Paused::Ended {
            return Ok(None);
        }
        (equal, at) = (pair, next);
    }
    Ok(None)
}

/// They are equal after `low` instructions and differ after `high`.
fn halve(
    from: &Pair,
    a: &mut Side<'_>,
    b: &mut Side<'_>,
    ignore: &Ignore,
    mut low: u64,
    mut high: u64,
    mut differing: Pair,
) -> Result<Divergence, BisectError> {
    while high - low > 1 {
        let middle = low + (high - low) / 2;
        let pair = Pair { a: probe(&from.a.1, a, middle)?, b: probe(&from.b.1, b, middle)? };
        if pair.equal(ignore) {
            low = middle;
        } else {
            (high, differing) = (middle, pair);
        }
    }
    Ok(divergence(high, &differing, ignore))
}

fn divergence(instructions: u64, pair: &Pair, ignore: &Ignore) -> Divergence {
    Divergence { instructions, differences: compare(&pair.a.1, &pair.b.1, ignore), one_ended: pair.a.0 != pair.b.0 }
}

/// A side after so many instructions since power-on.
fn probe(from: &Snapshot, side: &mut Side<'_>, instructions: u64) -> Result<(Paused, Snapshot), BisectError> {
    let machine = restore(from, &side.destination, side.policy)?;
    let running: Running = machine.start(ConsoleTo::Memory(Vec::new()), InputSource::Live)?;
    let paused = running.run(StopWhen::Instructions(instructions))?;
    let snapshot = match paused {
        Paused::Stopped => capture(&running)?,
        Paused::Ended => super::capture::capture_ended(&running)?,
    };
    Ok((paused, snapshot))
}
