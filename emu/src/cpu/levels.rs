//! How many instructions retired at each exception level, for counters that filter by level. Counts at changes of level only, so
//! that executing costs nothing.

use super::{Cpu, ExceptionLevel};

/// Retired instructions by exception level.
#[derive(Clone, Copy, Debug, Default)]
pub struct RetiredByLevel {
    counts: [u64; 2],
    /// `Cpu::retired` when `level` was entered.
    since: u64,
    level: ExceptionLevel,
}

impl RetiredByLevel {
    /// The level becomes `level` when `retired` instructions have retired.
    pub fn switch(&mut self, retired: u64, level: ExceptionLevel) {
        self.counts[self.level as usize] += retired.saturating_sub(self.since);
        (self.since, self.level) = (retired, level);
    }
}

impl Cpu {
    /// Instructions retired at EL0 and at EL1, up to now; between blocks only.
    pub fn retired_by_level(&self) -> [u64; 2] {
        let mut levels = self.levels;
        levels.switch(self.retired, levels.level);
        levels.counts
    }
}
