//! What scalable vectors ask of memory besides plain loads and stores: whether a store would be done, loads that give up where others
//! fault (MemNF), and registers that are runs of bytes whatever the order of data. Knows no predicates.

use super::raw::{HostPage, Word};
use super::tag_check::Tags;
use super::tlb::DEVICE;
use super::{AccessKind, TlbMode};
use crate::cpu::{Cpu, Pending, Stop};

impl Cpu {
    /// Checks that a word may be stored, without storing it.
    #[inline(always)]
    pub fn prepare_store<T: Word>(&mut self, address: u64, tags: Tags) -> Result<(), Stop> {
        if self.tlb.entry(address).write == address & T::TAG_MASK { Ok(()) } else { self.prepare_store_slow(address, T::SIZE, tags) }
    }

    #[cold]
    #[inline(never)]
    fn prepare_store_slow(&mut self, address: u64, size: u64, tags: Tags) -> Result<(), Stop> {
        self.check_alignment(self.tlb.mode(), address, size, AccessKind::Write)?;
        self.probe_write(address, size, tags)
    }

    /// Loads a word unless that would fault, match a watchpoint, or read Device memory.
    #[inline(always)]
    pub fn load_without_fault<T: Word>(&mut self, address: u64, tags: Tags) -> Option<T> {
        let entry = self.tlb.entry(address);
        if entry.read == address & T::TAG_MASK && entry.physical & DEVICE == 0 {
            return Some(T::read(HostPage(address.wrapping_add(entry.addend))));
        }
        self.load_without_fault_slow(address, tags)
    }

    #[cold]
    #[inline(never)]
    fn load_without_fault_slow<T: Word>(&mut self, address: u64, tags: Tags) -> Option<T> {
        if !address.is_multiple_of(T::SIZE) && self.alignment_checked() {
            return None;
        }
        let value = self.try_load(address, tags);
        if value.is_none() {
            // Nobody is to hear of the fault.
            self.pending = Pending::None;
        }
        value
    }

    /// As above, but may leave a pending exception or exit.
    fn try_load<T: Word>(&mut self, address: u64, tags: Tags) -> Option<T> {
        let (mode, last) = (self.tlb.mode(), address.wrapping_add(T::SIZE - 1));
        let normal = self.is_normal(mode, address) && ((address ^ last) & !0xfff == 0 || self.is_normal(mode, last & !0xfff));
        let checked = normal && (tags == Tags::Unchecked || self.first_mismatch(mode, address, T::SIZE, AccessKind::Read).is_none());
        if checked { self.load_as(mode, address, tags).ok() } else { None }
    }

    /// The page can be read and is Normal memory.
    fn is_normal(&mut self, mode: TlbMode, address: u64) -> bool {
        self.host_page(mode, address, AccessKind::Read).is_ok() && self.tlb.entry_of(mode, address).physical & DEVICE == 0
    }

    /// Loads `out.len()` bytes, of which the first is the lowest of the register; `alignment` is that of the register.
    pub fn load_bytes(&mut self, address: u64, alignment: u64, out: &mut [u8], tags: Tags) -> Result<(), Stop> {
        self.load_elements(address, alignment, out, tags)?;
        // Bytes have no order: it is put back.
        self.order_elements(alignment, out);
        Ok(())
    }

    /// Stores bytes as [`Cpu::load_bytes`] loads them; what they are afterwards is of no use.
    pub fn store_bytes(&mut self, address: u64, alignment: u64, data: &mut [u8], tags: Tags) -> Result<(), Stop> {
        self.order_elements(alignment, data);
        self.store_elements(address, alignment, data, tags)
    }
}
