//! Pointer authentication codes that were computed lately: what a function signs when it is entered it authenticates when it returns,
//! and most are called from few places. A code depends on nothing but what it is found by.

use std::cell::Cell;

const CODES: usize = 512;

/// What a code is computed from: pointer, modifier, the key's two halves.
pub(super) type Inputs = [u64; 4];

/// The codes, and what they are of; those of all zeros are not kept.
pub(super) struct PacCodes(Box<[Cell<(Inputs, u64)>]>);

impl Default for PacCodes {
    fn default() -> Self {
        PacCodes(vec![Cell::default(); CODES].into_boxed_slice())
    }
}

impl PacCodes {
    /// The code of `inputs`, which `compute` computes.
    pub fn code(&self, inputs: Inputs, compute: impl FnOnce() -> u64) -> u64 {
        let [pointer, modifier, ..] = inputs;
        let place = &self.0[(pointer >> 2 ^ modifier >> 4 ^ modifier >> 12) as usize % CODES];
        let (known, code) = place.get();
        if known == inputs && inputs != [0; 4] {
            return code;
        }
        let code = compute();
        place.set((inputs, code));
        code
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_computed_once_for_the_same_inputs_only() {
        let codes = PacCodes::default();
        assert_eq!(codes.code([0; 4], || 5), 5, "what a fresh entry looks like is not known");
        assert_eq!(codes.code([1, 2, 3, 4], || 6), 6);
        assert_eq!(codes.code([1, 2, 3, 4], || 7), 6);
        assert_eq!(codes.code([1, 2, 3, 5], || 8), 8);
        assert_eq!(codes.code([1, 2, 3, 4], || 9), 9);
    }
}
