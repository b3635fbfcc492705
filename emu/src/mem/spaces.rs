//! Two address spaces that the TLB keeps apart by TTBR1_EL1's table: a kernel that unmaps itself while user code runs goes back
//! and forth between two such tables. Entries themselves are the TLB's.

use super::invalidation::{Halves, Invalidations, untagged};
use super::span_set::SpanSet;

/// Spaces that are kept.
pub(crate) const SPACES: usize = 2;

/// TTBRx_EL1.ASID.
const ASID: u64 = 0xffff << 48;

/// What translations of the EL1&0 regime belong to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tables {
    lower: u64,
    upper: u64,
    asid: u64,
}

impl Tables {
    /// From TTBR0_EL1, TTBR1_EL1 and TCR_EL1.A1.
    pub fn new(ttbr0: u64, ttbr1: u64, asid_in_upper: bool) -> Tables {
        Tables { lower: ttbr0 & !ASID, upper: ttbr1 & !ASID, asid: if asid_in_upper { ttbr1 } else { ttbr0 } & ASID }
    }
}

/// Mappings larger than 4 KiB that are remembered one by one.
const LARGE: usize = 1024;

/// Mappings larger than 4 KiB that entries come from: invalidating an address in one of them concerns entries of other addresses.
#[derive(Debug, Default)]
pub(super) struct LargeMappings {
    /// Without their addresses' tags.
    mappings: SpanSet,
    /// Halves in which there were more.
    more: Halves,
}

impl LargeMappings {
    /// An entry comes from a mapping of `1 << span` bytes at `address`.
    pub fn note(&mut self, address: u64, span: u8) {
        let number = untagged(address) >> span;
        if self.mappings.len() < LARGE {
            self.mappings.insert(span, number);
        } else if !self.mappings.has(span, number) {
            let half = Halves::of(address);
            self.more = Halves { lower: self.more.lower | half.lower, upper: self.more.upper | half.upper };
        }
    }

    /// An entry may come from a large mapping of `address`.
    #[inline]
    pub fn contain(&self, address: u64) -> bool {
        self.mappings.contain(untagged(address)) || self.more.contain(address)
    }

    fn invalidated(&mut self, halves: Halves) {
        self.mappings.retain(|address| !halves.contain(address));
        self.more = Halves { lower: self.more.lower && !halves.lower, upper: self.more.upper && !halves.upper };
    }
}

/// One of them.
#[derive(Debug, Default)]
pub(super) struct Space {
    tables: Tables,
    pub large: LargeMappings,
    /// A page of the upper half was not global: it goes when the ASID does.
    pub upper_not_global: bool,
    pub done: Invalidations,
    /// Counts invalidations.
    pub generation: u64,
}

impl Space {
    /// Everything of these halves is gone.
    pub fn invalidated(&mut self, halves: Halves) {
        self.large.invalidated(halves);
        self.upper_not_global &= !halves.upper;
        self.done.halves(halves);
        self.generation += 1;
    }
}

/// Both, and which is current.
#[derive(Debug, Default)]
pub(super) struct Spaces {
    pub list: [Space; SPACES],
    pub current: usize,
}

impl Spaces {
    /// The registers change from `old` to `new`: chooses the current space, and says which halves of it must go.
    ///
    /// In the upper half the table counts, and the ASID where a page was not global. Who frees a table or an ASID must invalidate them, and
    /// that reaches both spaces.
    pub fn switch(&mut self, old: Tables, new: Tables) -> Halves {
        self.list[self.current].tables = old;
        if old.upper != new.upper {
            self.current = 1 - self.current;
        }
        let space = &mut self.list[self.current];
        let before = std::mem::replace(&mut space.tables, new);
        let other_asid = before.asid != new.asid;
        Halves { lower: before.lower != new.lower || other_asid, upper: before.upper != new.upper || other_asid && space.upper_not_global }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn large_mappings_are_known_by_any_of_their_addresses() {
        let (lower, upper) = (0x40_0000u64, 0xffff_8000_0020_0000u64);
        let mut large = LargeMappings::default();
        large.note(lower + 0x1000, 21);
        large.note(upper, 16);
        assert!(large.contain(lower + 0x1f_ffff) && large.contain(lower | 5 << 56) && !large.contain(lower + 0x20_0000));
        assert!(large.contain(upper + 0xffff) && !large.contain(upper + 0x1_0000));
        large.invalidated(Halves::of(lower));
        assert!(!large.contain(lower) && large.contain(upper));
        (0..=LARGE as u64).for_each(|index| large.note(upper + (index << 21), 21));
        assert!(large.contain(0xffff_ffff_0000_0000) && !large.contain(lower), "too many to tell them apart");
    }

    #[test]
    fn going_back_and_forth_loses_nothing() {
        let kernel = Tables::new(0x1000, 0x8000 | 5 << 48, true);
        let user = Tables::new(0x1000, 0x7000 | 6 << 48, true);
        let mut spaces = Spaces::default();
        assert_eq!(spaces.switch(kernel, user), Halves::ALL, "nothing is known of the other space");
        assert_eq!(spaces.switch(user, kernel), Halves::default());
        assert_eq!(spaces.switch(kernel, user), Halves::default());
        assert_eq!(spaces.current, 1);
        let next = Tables::new(0x2000, 0x8000 | 7 << 48, true);
        assert_eq!(spaces.switch(user, next), Halves { lower: true, upper: false });
        let process = |asid: u64| Tables::new(0x2000, 0x8000 | asid << 48, true);
        spaces.list[spaces.current].upper_not_global = true;
        assert_eq!(spaces.switch(process(7), process(8)), Halves::ALL, "a page of the upper half was its ASID's alone");
        let next = process(8);
        let third = Tables::new(0x2000, 0x9000 | 7 << 48, true);
        assert_eq!(spaces.switch(next, third), Halves::ALL, "the third table takes the other space");
    }
}
