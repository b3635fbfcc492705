//! Where a guest that was moved parts from itself, had it stayed. Halving is `migrate::bisect`'s.

use super::migration::MigrationError;
use super::side::Side;
use crate::machine::Running;
use crate::migrate::{self, Divergence, Ignore, Snapshot, capture};

/// How far source and destination do the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parting {
    /// Instructions of all CPUs before the move.
    pub moved_at: u64,
    /// Instructions that were compared at most.
    pub limit: u64,
    /// vCPUs.
    pub cpus: usize,
    /// The first difference that is not one of the hosts' themselves.
    pub divergence: Option<Divergence>,
}

/// Compares the captured guest on its source with the restored one, which has not run yet. What differs at once, because the hosts do, does
/// not count.
///
/// # Errors
/// A side cannot be made again.
pub fn parting(stayed: &Snapshot, moved: &Running, sides: [Side<'_>; 2], limit: u64) -> Result<Parting, MigrationError> {
    let arrived = capture(moved)?;
    let ignore = Ignore::differences(stayed, &arrived);
    let [source, there] = sides;
    let a = migrate::Side { start: stayed.clone(), destination: source.destination(None)? };
    let b = migrate::Side { start: arrived, destination: there.destination(None)? };
    let divergence = migrate::bisect(&a, &b, &ignore, limit)?;
    Ok(Parting { moved_at: moved.executed(), limit, cpus: stayed.vcpus.len(), divergence })
}
