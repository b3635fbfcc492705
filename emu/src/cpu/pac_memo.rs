//! What instructions made of pointers lately: what a function signs when it is entered it authenticates when it returns, and most are called
//! from few places. Generated code looks here by itself, so that an outcome is here only while the key's instructions are enabled and the
//! controls are what they were; keys are compared. Computes nothing.

use super::pauth::{Layout, PauthKey};

/// Places for what is signed, and as many for what is authenticated.
pub(crate) const PLACES: usize = 512;
const _: () = assert!(PLACES == 1 << (32 - PLACE_SHIFT));

/// A place is the high bits of this product.
pub(crate) const PLACE_FACTOR: u32 = 0x9e37_79b9;
pub(crate) const PLACE_SHIFT: u32 = 23;
/// The modifier, most often a stack pointer, is shifted: its low bits are zero.
pub(crate) const MODIFIER_SHIFT: u32 = 2;

/// What is done to a pointer, by which key; never zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Operation(u8);

impl Operation {
    pub const fn sign(key: PauthKey) -> Operation {
        Operation(2 + 2 * key as u8)
    }

    pub const fn authenticate(key: PauthKey) -> Operation {
        Operation(3 + 2 * key as u8)
    }

    pub const fn number(self) -> u8 {
        self.0
    }

    /// The number of the first of its places.
    pub const fn first_place(self) -> usize {
        (self.0 & 1) as usize * PLACES
    }
}

/// What an outcome depends on, besides controls.
#[derive(Clone, Copy)]
pub(super) struct Inputs {
    pub operation: Operation,
    pub pointer: u64,
    pub modifier: u64,
    /// APxxKeyLo_EL1 and APxxKeyHi_EL1.
    pub low: u64,
    pub high: u64,
}

impl Inputs {
    fn place(&self) -> usize {
        let mixed = (self.pointer as u32 ^ (self.modifier >> MODIFIER_SHIFT) as u32).wrapping_mul(PLACE_FACTOR);
        self.operation.first_place() + (mixed >> PLACE_SHIFT) as usize
    }
}

/// An outcome, a line of the host's cache.
#[derive(Clone, Copy, Default)]
#[repr(C, align(64))]
pub(crate) struct Outcome {
    pub pointer: u64,
    pub modifier: u64,
    pub low: u64,
    pub high: u64,
    pub result: u64,
    /// [`Operation::number`], zero where there is nothing.
    pub operation: u8,
}

/// The outcomes, by place.
pub(crate) struct PacMemo {
    outcomes: Box<[Outcome]>,
    used: bool,
    /// By half of the address space and kind of pointer, where the bits of a pointer are.
    pub(super) layouts: Option<[Layout; 4]>,
}

impl Default for PacMemo {
    fn default() -> Self {
        PacMemo { outcomes: vec![Outcome::default(); 2 * PLACES].into_boxed_slice(), used: false, layouts: None }
    }
}

impl PacMemo {
    /// Where generated code looks.
    pub(crate) fn address(&self) -> u64 {
        self.outcomes.as_ptr().expose_provenance() as u64
    }

    pub(super) fn find(&self, inputs: &Inputs) -> Option<u64> {
        let &Outcome { pointer, modifier, low, high, result, operation } = &self.outcomes[inputs.place()];
        let same = pointer == inputs.pointer && modifier == inputs.modifier && low == inputs.low && high == inputs.high;
        (same && operation == inputs.operation.number()).then_some(result)
    }

    pub(super) fn keep(&mut self, inputs: &Inputs, result: u64) {
        let &Inputs { operation, pointer, modifier, low, high } = inputs;
        self.outcomes[inputs.place()] = Outcome { pointer, modifier, low, high, result, operation: operation.number() };
        self.used = true;
    }

    /// Controls change.
    pub(super) fn forget(&mut self) {
        self.layouts = None;
        if std::mem::take(&mut self.used) {
            self.outcomes.fill(Outcome::default());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_outcome_is_that_of_its_inputs_only() {
        let mut memo = PacMemo::default();
        let inputs = Inputs { operation: Operation::sign(PauthKey::IA), pointer: 0, modifier: 0, low: 0, high: 0 };
        assert_eq!(memo.find(&inputs), None, "nothing is known at first");
        memo.keep(&inputs, 7);
        assert_eq!(memo.find(&inputs), Some(7));
        let others = [
            Inputs { operation: Operation::authenticate(PauthKey::IA), ..inputs },
            Inputs { operation: Operation::sign(PauthKey::DA), ..inputs },
            Inputs { pointer: 1 << 63, ..inputs },
            Inputs { modifier: 1 << 63, ..inputs },
            Inputs { low: 1, ..inputs },
            Inputs { high: 1, ..inputs },
        ];
        for other in &others {
            assert_eq!(memo.find(other), None);
            memo.keep(other, 8);
            assert_eq!(memo.find(other), Some(8));
        }
        memo.keep(&inputs, 9);
        memo.forget();
        assert!(others.iter().chain([&inputs]).all(|inputs| memo.find(inputs).is_none()));
    }
}
