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
    /// Pages whose code went with them to another virtual address.
    pub pages_moved: u64,
    /// Exceptions taken to EL1.
    pub exceptions: u64,
    /// IRQs and FIQs taken.
    pub interrupts: u64,
    /// Instructions of which code was generated.
    pub instructions_translated: u64,
    /// Pieces of code that were made when they were needed: slow paths, exits, entries.
    pub outlines_made: u64,
    /// Bytes of generated code.
    pub code_bytes: u64,
    /// Time spent on making it, decoding included.
    pub translation_nanoseconds: u64,
    /// Times generated code was entered.
    pub entries: u64,
}

impl std::ops::Add for EngineStats {
    type Output = EngineStats;

    fn add(self, other: EngineStats) -> EngineStats {
        EngineStats {
            blocks_built: self.blocks_built + other.blocks_built,
            instructions_decoded: self.instructions_decoded + other.instructions_decoded,
            lookups_fast: self.lookups_fast + other.lookups_fast,
            lookups_slow: self.lookups_slow + other.lookups_slow,
            cache_flushes: self.cache_flushes + other.cache_flushes,
            pages_invalidated: self.pages_invalidated + other.pages_invalidated,
            pages_moved: self.pages_moved + other.pages_moved,
            exceptions: self.exceptions + other.exceptions,
            interrupts: self.interrupts + other.interrupts,
            instructions_translated: self.instructions_translated + other.instructions_translated,
            outlines_made: self.outlines_made + other.outlines_made,
            code_bytes: self.code_bytes + other.code_bytes,
            translation_nanoseconds: self.translation_nanoseconds + other.translation_nanoseconds,
            entries: self.entries + other.entries,
        }
    }
}
