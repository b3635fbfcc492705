//! Invalidation: what goes out of the TLB when translations change. Decides nothing about what an instruction names.

use std::ops::Range;

use super::super::invalidation::{Flush, Halves, Reliance};
use super::super::spaces::SPACES;
use super::entry::{EMPTY, Entry, NEVER, NO_TAGS, SLOW_WRITE, Tags};
use super::{ENTRIES, LOGGED, MODES, SETS, STRIDE, Tlb};

/// An address whose tag byte is as its bit 55.
fn sign_extended(address: u64) -> u64 {
    ((address << 8) as i64 >> 8) as u64
}

impl Tlb {
    /// Drops everything.
    pub fn flush(&mut self) {
        if self.logged > LOGGED {
            self.entries.fill(EMPTY);
            self.tags.fill(NO_TAGS);
        } else {
            for &index in &self.log[..self.logged] {
                self.entries[index as usize] = EMPTY;
                self.tags[index as usize] = NO_TAGS;
            }
        }
        (self.logged, self.used_sets) = (0, 0);
        self.holes.forget();
        self.spaces.list.iter_mut().for_each(|space| space.invalidated(Halves::ALL));
        self.stamp += 1;
    }

    /// Drops what maintenance with the gathered `bits` of [`Flush`] reaches.
    pub(crate) fn flush_reached(&mut self, bits: u32) {
        let reached: [Halves; SPACES] = std::array::from_fn(|space| Flush::reached(bits, self.spaces.list[space].upper_not_global));
        if reached == [Halves::ALL; SPACES] {
            return self.flush();
        }
        for (space, halves) in reached.into_iter().enumerate() {
            self.flush_in(space..space + 1, halves);
        }
    }

    pub(super) fn flush_in(&mut self, spaces: Range<usize>, halves: Halves) {
        if halves == Halves::default() {
            return;
        }
        let sets = spaces.start * MODES..spaces.end * MODES;
        self.drop_entries(|set, entry| sets.contains(&set) && (halves == Halves::ALL || entry.in_half(halves)));
        self.holes.forget();
        self.spaces.list[spaces].iter_mut().for_each(|space| space.invalidated(halves));
        self.stamp += 1;
    }

    fn drop_entries(&mut self, stale: impl Fn(usize, &Entry) -> bool) {
        if self.logged > LOGGED {
            // What stays is logged again, if it is few enough by now.
            self.logged = 0;
            for (index, (entry, tags)) in self.entries.iter_mut().zip(&mut self.tags).enumerate() {
                if stale(index / STRIDE, entry) {
                    (*entry, *tags) = (EMPTY, NO_TAGS);
                } else if entry.is_used() {
                    if let Some(logged) = self.log.get_mut(self.logged) {
                        *logged = index as u16;
                    }
                    self.logged = (self.logged + 1).min(LOGGED + 1);
                }
            }
            return;
        }
        let mut kept = 0;
        for position in 0..self.logged {
            let index = self.log[position];
            let entry = &mut self.entries[usize::from(index)];
            if stale(usize::from(index) / STRIDE, entry) {
                *entry = EMPTY;
                self.tags[usize::from(index)] = NO_TAGS;
            } else {
                self.log[kept] = index;
                kept += 1;
            }
        }
        self.logged = kept;
    }

    /// Drops what may come from the translation of `address`, whatever its tag byte.
    pub fn flush_page(&mut self, address: u64) {
        if self.spaces.list.iter().any(|space| space.large.contain(address)) {
            self.drop_large_page(address);
        } else {
            self.drop_page(address);
            self.holes.forget_page(address);
        }
        for space in &mut self.spaces.list {
            space.done.page(sign_extended(address));
            space.generation += 1;
        }
        self.stamp += 1;
    }

    /// Drops the entries of mappings that a page may be part of.
    #[inline(never)]
    fn drop_large_page(&mut self, address: u64) {
        self.drop_entries(|_, entry| entry.may_map(address));
        self.holes.forget();
    }

    /// Drops the entries in the place of a page.
    #[inline]
    fn drop_page(&mut self, address: u64) {
        let mut sets = self.used_sets;
        while sets != 0 {
            let index = sets.trailing_zeros() as usize * STRIDE + (address >> 12) as usize % ENTRIES;
            if self.entries[index].is_used() {
                self.entries[index] = EMPTY;
                self.tags[index] = NO_TAGS;
            }
            sets &= sets - 1;
        }
    }

    /// True when nothing went that `reliance` relies on with the page of `address`, which was invalidated last, and there is nothing else
    /// to catch up with.
    #[inline]
    pub(crate) fn is_untouched(&self, reliance: &mut Reliance, address: u64) -> bool {
        let space = &self.spaces.list[self.spaces.current];
        reliance.is_untouched(&space.done, space.generation, sign_extended(address))
    }

    /// True when nothing was invalidated in the current space since `reliance` caught up.
    #[inline(always)]
    pub fn unchanged(&self, reliance: &Reliance) -> bool {
        reliance.generation == self.spaces.list[self.spaces.current].generation
    }

    /// The halves of the current space in which nothing is known any more that `reliance` relied on.
    #[cold]
    pub fn stale(&self, reliance: &mut Reliance) -> Halves {
        let space = &self.spaces.list[self.spaces.current];
        reliance.catch_up(&space.done, space.generation)
    }

    /// Stores to the physical page must be noticed from now on.
    pub fn watch_writes(&mut self, physical: u64) {
        let page = physical & !0xfff;
        let watch = |entry: &mut Entry, tags: &mut Tags| {
            if entry.write != NEVER && entry.physical & !0xfff == page {
                (entry.write, tags.write) = (NEVER, NEVER);
                entry.physical |= SLOW_WRITE;
            }
        };
        if let Some(log) = self.log.get(..self.logged) {
            return log.iter().for_each(|&index| watch(&mut self.entries[usize::from(index)], &mut self.tags[usize::from(index)]));
        }
        for set in (0..SETS).filter(|set| self.used_sets >> set & 1 != 0) {
            let range = set * STRIDE..(set + 1) * STRIDE;
            for (entries, tags) in self.entries[range.clone()].chunks_mut(8).zip(self.tags[range].chunks_mut(8)) {
                // Hardly any is for the page.
                if entries.iter().any(|entry| entry.physical & !0xfff == page) {
                    entries.iter_mut().zip(tags).for_each(|(entry, tags)| watch(entry, tags));
                }
            }
        }
    }
}
