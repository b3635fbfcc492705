//! Two address spaces that the TLB keeps apart by TTBR1_EL1's table: a kernel that unmaps itself while user code runs goes back
//! and forth between two such tables. Entries themselves are the TLB's.

use super::invalidation::{Halves, Invalidations};

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

/// One of them.
#[derive(Debug, Default)]
pub(super) struct Space {
    tables: Tables,
    /// Halves in which an entry comes from a mapping larger than 4 KiB: invalidating by address must look at every entry.
    pub large: Halves,
    /// A page of the upper half was not global: it goes when the ASID does.
    pub upper_not_global: bool,
    pub done: Invalidations,
    /// Counts invalidations.
    pub generation: u64,
}

impl Space {
    /// Everything of these halves is gone.
    pub fn invalidated(&mut self, halves: Halves) {
        self.large = Halves { lower: self.large.lower && !halves.lower, upper: self.large.upper && !halves.upper };
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
    /// In the upper half the table counts, and not the ASID: who frees a table or an ASID must invalidate them, and that
    /// reaches both spaces.
    pub fn switch(&mut self, old: Tables, new: Tables) -> Halves {
        self.list[self.current].tables = old;
        if old.upper != new.upper {
            self.current = 1 - self.current;
        }
        let before = std::mem::replace(&mut self.list[self.current].tables, new);
        Halves { lower: before.lower != new.lower || before.asid != new.asid, upper: before.upper != new.upper }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
        let third = Tables::new(0x2000, 0x9000 | 7 << 48, true);
        assert_eq!(spaces.switch(next, third), Halves::ALL, "the third table takes the other space");
    }
}
