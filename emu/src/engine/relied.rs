//! Where the pages are that code was found in by virtual address. Translations that may have changed, as all do for the host when the guest
//! switches processes, are looked at again here, which takes less than finding all code again. Finds and drops no code.

use rustc_hash::FxHashMap;

use super::fetched::is_fetched_from;
use crate::cpu::Cpu;
use crate::mem::{Halves, SPACES, TlbMode, is_upper};

/// A mapping in which code was found: log2 of its size, and the address above that.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct Mapping {
    number: u64,
    span: u8,
    mode: TlbMode,
}

/// An address in it where there was code, and where that is; bit 0 is set in a guarded page.
#[derive(Clone, Copy)]
struct Place {
    address: u64,
    physical: u64,
}

/// What is relied on, by address space and half.
#[derive(Default)]
pub(super) struct Relied([[FxHashMap<Mapping, Place>; 2]; SPACES]);

impl Relied {
    /// Code was found at `pc`, which is at `physical` in a mapping of 2^`span` bytes.
    pub fn rely_on(&mut self, cpu: &mut Cpu, pc: u64, physical: u64, span: u8) {
        let space = cpu.tlb.space() % SPACES;
        let mapping = Mapping { number: pc >> span, span, mode: cpu.tlb.mode() };
        let place = Place { address: pc, physical };
        if self.0[space][usize::from(is_upper(pc))].insert(mapping, place).is_none() {
            cpu.jit.reliance[space].rely_on(pc, span);
        }
    }

    /// Nothing is relied on any more in these halves of the current space.
    pub fn forget(&mut self, cpu: &Cpu, halves: Halves) {
        let [lower, upper] = &mut self.0[cpu.tlb.space() % SPACES];
        if halves.lower {
            lower.clear();
        }
        if halves.upper {
            upper.clear();
        }
    }

    /// Of the halves of the current space in which translations may have changed, those in which one did. What is relied on in the others stays
    /// so. `found` says how much was found in a half: little is found
    /// again sooner than looked at.
    pub fn changed(&self, cpu: &mut Cpu, stale: Halves, found: impl Fn(usize) -> usize) -> Halves {
        let space = cpu.tlb.space() % SPACES;
        let changed = |cpu: &mut Cpu, half: usize| {
            let mappings = &self.0[space][half];
            mappings.len() > found(half) || !mappings.iter().all(|(mapping, place)| mapping.holds(cpu, place))
        };
        let changed = Halves { lower: stale.lower && changed(cpu, 0), upper: stale.upper && changed(cpu, 1) };
        for (half, kept) in [(0, stale.lower && !changed.lower), (1, stale.upper && !changed.upper)] {
            for (mapping, place) in self.0[space][half].iter().filter(|_| kept) {
                cpu.jit.reliance[space].rely_on(place.address, mapping.span);
            }
        }
        changed
    }
}

impl Mapping {
    fn holds(&self, cpu: &mut Cpu, place: &Place) -> bool {
        is_fetched_from(cpu, place.address, self.mode) == Some((place.physical, self.span))
    }
}
