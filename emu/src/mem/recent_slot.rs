//! The memory slot that a PE found last: walks come here for every descriptor, and finding it again must not take a lock. Decides
//! nothing about slots; who changes them has the PEs flush, as ever.

use std::sync::Arc;

use super::physical::PhysicalMemory;
use super::raw::Word;
use super::slot::{Backing, PlainSlot, Slot};

/// What one PE remembers.
#[derive(Clone, Debug, Default)]
pub struct RecentSlot {
    version: u64,
    slot: Option<Arc<Slot>>,
}

/// Physical memory through a PE's memory of it.
pub struct SlotView<'a> {
    pub memory: &'a PhysicalMemory,
    pub recent: &'a mut RecentSlot,
}

impl SlotView<'_> {
    #[inline]
    fn slot(&mut self, address: u64) -> Option<&Slot> {
        let version = self.memory.version();
        let known = self.recent.version == version && self.recent.slot.as_ref().is_some_and(|slot| slot.contains(address));
        if !known {
            // A version from before the look: whatever happens meanwhile, the next one looks again.
            *self.recent = RecentSlot { version, slot: Some(self.memory.slot_at(address)?) };
        }
        self.recent.slot.as_deref()
    }

    /// The slot at an address, if all of it is simply there.
    #[inline]
    pub fn plain(&mut self, address: u64) -> Option<PlainSlot<'_>> {
        self.slot(address).and_then(Slot::plain)
    }

    /// As [`PhysicalMemory::read`].
    #[inline]
    pub fn read<T: Word>(&mut self, address: u64) -> Option<T> {
        self.slot(address)?.read(address)
    }

    /// As [`PhysicalMemory::backing`].
    #[inline(always)]
    pub fn backing(&mut self, address: u64) -> Option<Backing> {
        self.slot(address)?.backing(address)
    }
}
