//! The slots of a VM: by guest physical address, by number, and by host address. There may be tens of thousands. Looks into none.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use super::slot::Slot;

/// All slots; no two of them share a guest physical address.
#[derive(Debug, Default)]
pub(super) struct Slots {
    /// In the order of addresses.
    by_base: Arc<Vec<Arc<Slot>>>,
    bases: HashMap<u32, u64>,
    /// By the logarithm of the size first: those of one size class that may reach an address begin not far before it, though host
    /// ranges may overlap.
    by_host: BTreeMap<(u32, u64, u32), u64>,
}

fn host_key(slot: &Slot) -> (u32, u64, u32) {
    (slot.size.max(1).ilog2(), slot.host, slot.id)
}

impl Slots {
    /// All, in the order of addresses.
    pub fn all(&self) -> &Arc<Vec<Arc<Slot>>> {
        &self.by_base
    }

    /// The slot that an address lies in.
    #[inline]
    pub fn at(&self, address: u64) -> Option<&Arc<Slot>> {
        let after = self.by_base.partition_point(|slot| slot.base <= address);
        self.by_base.get(after.checked_sub(1)?).filter(|slot| slot.contains(address))
    }

    /// The slot of a number.
    pub fn of(&self, id: u32) -> Option<&Arc<Slot>> {
        self.at(*self.bases.get(&id)?)
    }

    /// Those that have an address of `start..end`.
    pub fn overlapping(&self, start: u64, end: u64) -> impl Iterator<Item = &Arc<Slot>> {
        let first = self.by_base.partition_point(|slot| slot.base + slot.size <= start);
        self.by_base.iter().skip(first).take_while(move |slot| slot.base < end)
    }

    /// Those whose host memory has an address of `start..end`.
    pub fn on_host(&self, start: u64, end: u64) -> Vec<Arc<Slot>> {
        let mut found = Vec::new();
        let mut class = 0;
        while let Some((&(next, ..), _)) = self.by_host.range((class, 0, 0)..).next() {
            let longest = u64::MAX >> (63 - next);
            let near = self.by_host.range((next, start.saturating_sub(longest), 0)..(next, end, 0));
            found.extend(near.filter_map(|(_, &base)| self.at(base)).filter(|slot| start < slot.host + slot.size).cloned());
            class = next + 1;
        }
        found
    }

    /// Puts a slot in place of the one of the same number, or takes that away.
    pub fn replace(&mut self, id: u32, slot: Option<Arc<Slot>>) {
        // In place, unless somebody holds a snapshot.
        let list = Arc::make_mut(&mut self.by_base);
        if let Some(base) = self.bases.remove(&id) {
            let old = list.remove(list.partition_point(|slot| slot.base < base));
            self.by_host.remove(&host_key(&old));
        }
        if let Some(slot) = slot {
            self.bases.insert(id, slot.base);
            self.by_host.insert(host_key(&slot), slot.base);
            list.insert(list.partition_point(|other| other.base <= slot.base), slot);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::physical::PhysicalMemory;
    use super::super::slot::SlotFlags;
    use super::*;

    fn ids<'a>(slots: impl IntoIterator<Item = &'a Arc<Slot>>) -> Vec<u32> {
        slots.into_iter().map(|slot| slot.id).collect()
    }

    #[test]
    fn slots_are_found_by_each_of_their_addresses() {
        let mut slots = Slots::default();
        for (id, base, size, host) in [(7, 0x4000, 0x1000, 0x10_0000), (3, 0x1000, 0x3000, 0x10_0000), (9, 0x8000, 0x8000, 0xf_c000)] {
            let slot = PhysicalMemory::inaccessible_slot(id, base, size, host, SlotFlags::default());
            slots.replace(id, Some(Arc::new(slot)));
        }
        assert_eq!(ids(slots.all().iter()), [3, 7, 9]);
        assert_eq!(ids(slots.at(0x3fff).into_iter().chain(slots.at(0x4000)).chain(slots.at(0x5000))), [3, 7]);
        assert_eq!((ids(slots.overlapping(0x3fff, 0x8000)), ids(slots.overlapping(0x5000, 0x8000))), (vec![3, 7], vec![]));
        assert_eq!(slots.of(9).map(|slot| slot.base), Some(0x8000));
        assert_eq!(ids(&slots.on_host(0x10_0fff, 0x10_1000)), [7, 3, 9]);
        assert_eq!(ids(&slots.on_host(0x10_2000, u64::MAX)), [3, 9]);
        assert_eq!((ids(&slots.on_host(0x10_4000, 0x20_0000)), ids(&slots.on_host(0, 0xf_c000))), (vec![], vec![]));
        let moved = PhysicalMemory::inaccessible_slot(3, 0x2_0000, 0x1000, 0x50_0000, SlotFlags::default());
        slots.replace(3, Some(Arc::new(moved)));
        slots.replace(7, None);
        assert_eq!((ids(slots.all().iter()), ids(&slots.on_host(0, u64::MAX))), (vec![9, 3], vec![3, 9]));
        assert!(slots.of(7).is_none() && slots.at(0x1000).is_none() && slots.at(0x2_0fff).is_some());
    }
}
