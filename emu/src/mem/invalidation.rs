//! What translations have been invalidated, for those who keep something by virtual address: code that was found, links between
//! pieces of it. Holds addresses only and translates nothing.

use super::span_set::SpanSet;

/// Single pages that are remembered one by one; who missed more looks at nothing and drops all.
const PAGES: usize = 32;

/// Halves of the address space.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Halves {
    /// Addresses that TTBR0_EL1 translates.
    pub lower: bool,
    /// Addresses that TTBR1_EL1 translates.
    pub upper: bool,
}

impl Halves {
    /// Both.
    pub const ALL: Halves = Halves { lower: true, upper: true };

    /// The one that an address is in.
    pub fn of(address: u64) -> Halves {
        let upper = is_upper(address);
        Halves { lower: !upper, upper }
    }

    /// True when an address is in one of these.
    pub fn contain(self, address: u64) -> bool {
        if is_upper(address) { self.upper } else { self.lower }
    }
}

impl std::ops::BitOrAssign for Halves {
    fn bitor_assign(&mut self, other: Halves) {
        self.lower |= other.lower;
        self.upper |= other.upper;
    }
}

/// What TLB maintenance that is not by one address reaches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flush {
    /// All of these halves.
    Halves(Halves),
    /// What belongs to an ASID: the lower half, and the upper where pages of it are not global.
    Asid,
}

impl Flush {
    /// As bits, to be gathered from several requests.
    pub(crate) fn bits(self) -> u32 {
        match self {
            Flush::Halves(halves) => u32::from(halves.lower) | u32::from(halves.upper) << 1,
            Flush::Asid => 4,
        }
    }

    /// The halves that gathered requests reach.
    pub(crate) fn reached(bits: u32, upper_not_global: bool) -> Halves {
        Halves { lower: bits & 5 != 0, upper: bits & 2 != 0 || (bits & 4 != 0 && upper_not_global) }
    }
}

/// True for addresses that TTBR1_EL1 translates, whatever their tag byte.
pub fn is_upper(address: u64) -> bool {
    address >> 55 & 1 != 0
}

/// An address without its tag byte.
pub(super) fn untagged(address: u64) -> u64 {
    address & 0x00ff_ffff_ffff_ffff
}

/// Everything that was invalidated so far, as counts.
#[derive(Debug, Default)]
pub(super) struct Invalidations {
    lower: u64,
    upper: u64,
    pages: [u64; PAGES],
    pages_so_far: u64,
}

impl Invalidations {
    pub fn halves(&mut self, halves: Halves) {
        self.lower += u64::from(halves.lower);
        self.upper += u64::from(halves.upper);
    }

    pub fn page(&mut self, address: u64) {
        self.pages[self.pages_so_far as usize % PAGES] = address;
        self.pages_so_far += 1;
    }
}

/// Virtual addresses that somebody relies on, and what he knows of invalidations.
#[derive(Debug, Default)]
pub struct Reliance {
    /// [`super::Tlb::generation`] when last looked at.
    pub generation: u64,
    lower: u64,
    upper: u64,
    pages: u64,
    spans: SpanSet,
}

impl Reliance {
    /// From now on the translation of `address` counts, which is part of a mapping of 2^`span` bytes.
    pub fn rely_on(&mut self, address: u64, span: u8) {
        self.spans.insert(span, address >> span);
    }

    /// Right after the page of `address` was invalidated, with which `generation` began: catches up with that at once, if nothing that is
    /// relied on went and nothing was missed before.
    #[inline]
    pub(super) fn is_untouched(&mut self, done: &Invalidations, generation: u64, address: u64) -> bool {
        let only_missed = self.lower == done.lower && self.upper == done.upper && self.pages + 1 == done.pages_so_far;
        let untouched = only_missed && !self.spans.contain(address);
        if untouched {
            (self.pages, self.generation) = (done.pages_so_far, generation);
        }
        untouched
    }

    /// What must be dropped, after some invalidation.
    pub(super) fn catch_up(&mut self, done: &Invalidations, generation: u64) -> Halves {
        let mut stale = Halves { lower: self.lower != done.lower, upper: self.upper != done.upper };
        let missed = done.pages_so_far - self.pages;
        if missed > PAGES as u64 {
            stale = Halves::ALL;
        } else {
            for number in self.pages..done.pages_so_far {
                let address = done.pages[number as usize % PAGES];
                if !stale.contain(address) && self.spans.contain(address) {
                    stale.lower |= !is_upper(address);
                    stale.upper |= is_upper(address);
                }
            }
        }
        (self.lower, self.upper, self.pages, self.generation) = (done.lower, done.upper, done.pages_so_far, generation);
        self.forget(stale);
        stale
    }

    fn forget(&mut self, stale: Halves) {
        if stale == Halves::ALL {
            self.spans.clear();
        } else if stale != Halves::default() {
            self.spans.retain(|address| !stale.contain(address));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KERNEL: u64 = 0xffff_8000_1000_0000;

    #[test]
    fn only_what_is_relied_on_is_stale() {
        let (mut done, mut reliance) = (Invalidations::default(), Reliance::default());
        reliance.rely_on(KERNEL, 21);
        reliance.rely_on(0x40_1000, 12);
        done.page(0x40_2000);
        assert_eq!(reliance.catch_up(&done, 1), Halves::default());
        done.page(KERNEL + 0x1f_f000);
        assert_eq!(reliance.catch_up(&done, 2), Halves { lower: false, upper: true });
        done.page(KERNEL);
        assert_eq!(reliance.catch_up(&done, 3), Halves::default(), "forgotten");
        done.halves(Halves { lower: true, upper: false });
        assert_eq!(reliance.catch_up(&done, 4), Halves { lower: true, upper: false });
        assert_eq!(reliance.catch_up(&done, 4), Halves::default());
    }

    #[test]
    fn one_page_is_caught_up_with_at_once() {
        let (mut done, mut reliance) = (Invalidations::default(), Reliance::default());
        reliance.rely_on(0x40_1000, 12);
        done.page(0x40_2000);
        assert!(reliance.is_untouched(&done, 1, 0x40_2000) && reliance.generation == 1);
        done.page(0x40_1000);
        assert!(!reliance.is_untouched(&done, 2, 0x40_1000) && reliance.generation == 1);
        done.page(0x40_2000);
        assert!(!reliance.is_untouched(&done, 3, 0x40_2000), "another was missed before");
        assert_eq!(reliance.catch_up(&done, 3), Halves { lower: true, upper: false });
        done.halves(Halves { lower: false, upper: true });
        done.page(0x40_2000);
        assert!(!reliance.is_untouched(&done, 5, 0x40_2000));
    }

    #[test]
    fn who_missed_too_many_pages_drops_all() {
        let (mut done, mut reliance) = (Invalidations::default(), Reliance::default());
        (0..=PAGES as u64).for_each(|page| done.page(page << 12));
        assert_eq!(reliance.catch_up(&done, 1), Halves::ALL);
    }
}
