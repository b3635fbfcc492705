//! Counters of an engine's work. Never part of guest-visible state.

/// What an engine has done so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct EngineStats {
    /// Blocks decoded (or translated).
    pub blocks_built: u64,
    /// Instructions in them.
    pub instructions_decoded: u64,
    /// Times a block was found by its address at once.
    pub lookups_fast: u64,
    /// Times it had to be searched, or built.
    pub lookups_slow: u64,
    /// Times the whole code cache was dropped because it was full.
    pub cache_flushes: u64,
    /// Pages dropped because their code was written or invalidated.
    pub pages_invalidated: u64,
    /// Exceptions taken to EL1.
    pub exceptions: u64,
    /// IRQs and FIQs taken.
    pub interrupts: u64,
}
