//! Ordered, exclusive and atomic accesses by virtual address, as real host atomics: several PEs share the memory. What the
//! operation is, is the caller's business.

use sysregs::{Feature, SysReg};

use super::AccessKind;
use super::raw::{self, HostPage, Word};
use super::tag_check::Tags;
use super::tlb::TlbMode;
use crate::cpu::{Cpu, Stop};
use crate::mmu::Fault;

/// Bytes of the largest access that is one.
const BLOCK: u64 = 64;
/// The MAIR attribute of Normal memory that no cache holds.
const NON_CACHEABLE: u8 = 0x44;

/// The bytes of `T` inside an aligned group of sixteen that holds all of them (FEAT_LSE2).
#[derive(Clone, Copy)]
struct Part {
    shift: u32,
}

impl Part {
    fn get<T: Word>(self, whole: u128) -> T {
        T::truncate(whole >> self.shift)
    }

    fn set<T: Word>(self, whole: u128, value: T) -> u128 {
        let mask = (u128::MAX >> (128 - 8 * T::SIZE)) << self.shift;
        whole & !mask | value.extend() << self.shift
    }
}

/// Where an atomic access finds its word.
enum Place {
    Aligned(HostPage),
    Inside(HostPage, Part),
}

/// True when `size` bytes at `address` lie in one aligned group of sixteen.
fn inside_sixteen(address: u64, size: u64) -> bool {
    (address & 15) + size <= 16
}

impl Cpu {
    /// A load with acquire semantics: on the host, any load is one.
    #[inline(always)]
    pub fn load_ordered<T: Word>(&mut self, address: u64, tags: Tags) -> Result<T, Stop> {
        if !address.is_multiple_of(T::SIZE) {
            self.check_ordered(address, T::SIZE, AccessKind::Read)?;
        }
        self.load(address, tags)
    }

    /// A store with release semantics that no later load-acquire of this PE overtakes.
    pub fn store_ordered<T: Word>(&mut self, address: u64, value: T, tags: Tags) -> Result<(), Stop> {
        if !address.is_multiple_of(T::SIZE) {
            self.check_ordered(address, T::SIZE, AccessKind::Write)?;
            self.store(address, value, tags)?;
            std::sync::atomic::fence(std::sync::atomic::Ordering::SeqCst);
            return Ok(());
        }
        let mode = self.tlb.mode();
        let page = self.host_page(mode, address, AccessKind::Write)?;
        self.check_data_access(mode, address, T::SIZE, AccessKind::Write, tags)?;
        T::write_atomic(page.add(address & 0xfff), self.in_order(value));
        self.after_store(mode, address, T::SIZE);
        Ok(())
    }

    /// An unaligned load-acquire or store-release: allowed with FEAT_LSE2 inside sixteen bytes, or anywhere when
    /// SCTLR_EL1.nAA says so (AArch64.UnalignedAccessFaults in the Arm ARM).
    #[cold]
    fn check_ordered(&mut self, address: u64, size: u64, kind: AccessKind) -> Result<(), Stop> {
        let anywhere = self.sys(SysReg::SCTLR_EL1) >> 6 & 1 != 0;
        self.check_unaligned(address, kind, anywhere || inside_sixteen(address, size))
    }

    /// Faults unless unaligned accesses that are not plain ones are allowed at `address`.
    fn check_unaligned(&mut self, address: u64, kind: AccessKind, placed: bool) -> Result<(), Stop> {
        if !placed || self.alignment_checked() || !self.features.contains(Feature::LSE2) {
            return Err(self.alignment_fault(address, kind));
        }
        self.check_device_alignment(self.tlb.mode(), address, kind)
    }

    /// Alignment rule of exclusive and atomic accesses. `kind` is what a fault reports.
    #[inline]
    pub fn check_atomic_alignment(&mut self, address: u64, size: u64, kind: AccessKind) -> Result<(), Stop> {
        if address.is_multiple_of(size) {
            return Ok(());
        }
        self.check_unaligned(address, kind, inside_sixteen(address, size))
    }

    /// The load of a load-exclusive, single-copy atomic.
    pub fn load_exclusive<T: Word>(&mut self, address: u64, tags: Tags) -> Result<T, Stop> {
        self.check_atomic_alignment(address, T::SIZE, AccessKind::Read)?;
        let mode = self.tlb.mode();
        let host = self.host_page(mode, address, AccessKind::Read)?.add(address & 0xfff);
        self.check_data_access(mode, address, T::SIZE, AccessKind::Read, tags)?;
        // An unaligned word inside sixteen aligned bytes never leaves a cache line.
        let value = if address.is_multiple_of(T::SIZE) { T::read_atomic(host) } else { T::read(host) };
        Ok(self.in_order(value))
    }

    /// Atomically replaces `old` by `new`; the inner error is what was there instead. Write permission is needed either way.
    pub fn compare_exchange<T: Word>(&mut self, address: u64, old: T, new: T, kind: AccessKind, tags: Tags) -> Result<Result<(), T>, Stop> {
        let (old, new) = (self.in_order(old), self.in_order(new));
        let outcome = match self.place(address, T::SIZE, kind, tags)? {
            Place::Aligned(host) => T::compare_exchange(host, old, new),
            Place::Inside(host, part) => loop {
                let whole = u128::read_atomic(host);
                let seen = part.get::<T>(whole);
                if seen != old {
                    break Err(seen);
                }
                // Fails when neighbouring bytes have changed too: look again.
                if u128::compare_exchange(host, whole, part.set(whole, new)).is_ok() {
                    break Ok(());
                }
            },
        };
        if outcome.is_ok() {
            self.after_store(self.tlb.mode(), address, T::SIZE);
        }
        Ok(outcome.map_err(|seen| self.in_order(seen)))
    }

    /// Atomically replaces a word by what `update` makes of it, and returns what was there.
    pub fn fetch_update<T: Word>(&mut self, address: u64, tags: Tags, update: impl Fn(T) -> T) -> Result<T, Stop> {
        let place = self.place(address, T::SIZE, AccessKind::Read, tags)?;
        let big_endian = self.big_endian();
        let order = |value: T| if big_endian { value.swapped() } else { value };
        let update = |memory| order(update(order(memory)));
        let old = match place {
            Place::Aligned(host) => raw::fetch_update(host, update),
            Place::Inside(host, part) => part.get(raw::fetch_update(host, |whole: u128| part.set(whole, update(part.get(whole))))),
        };
        self.after_store(self.tlb.mode(), address, T::SIZE);
        Ok(order(old))
    }

    /// Loads 64 bytes, a doubleword a register.
    pub fn load_block(&mut self, address: u64, tags: Tags) -> Result<[u64; 8], Stop> {
        let host = self.block(address, AccessKind::Read, tags)?;
        Ok(std::array::from_fn(|number| self.in_order(u64::read(host.add(8 * number as u64)))))
    }

    /// Stores 64 bytes.
    pub fn store_block(&mut self, address: u64, words: [u64; 8], tags: Tags) -> Result<(), Stop> {
        let host = self.block(address, AccessKind::Write, tags)?;
        for (at, word) in (0..).step_by(8).zip(words) {
            u64::write(host.add(at), self.in_order(word));
        }
        self.after_store(self.tlb.mode(), address, BLOCK);
        Ok(())
    }

    /// Whether 64 bytes could be stored.
    pub fn check_block_store(&mut self, address: u64, tags: Tags) -> Result<(), Stop> {
        self.block(address, AccessKind::Write, tags).map(drop)
    }

    /// Where 64 bytes are. Device and Non-cacheable memory can be accessed so, and Write-Back memory with FEAT_LS64WB only.
    fn block(&mut self, address: u64, kind: AccessKind, tags: Tags) -> Result<HostPage, Stop> {
        if !address.is_multiple_of(BLOCK) {
            return Err(self.alignment_fault(address, kind));
        }
        let mode = self.tlb.mode();
        let host = self.host_page(mode, address, kind)?.add(address & 0xfff);
        let supported = self.features.contains(Feature::LS64WB)
            || match self.translate(address, AccessKind::Attributes, mode) {
                Ok(translation) => translation.device || translation.attributes == NON_CACHEABLE,
                Err(fault) => return Err(self.abort(address, kind, fault)),
            };
        if !supported {
            return Err(self.abort(address, kind, Fault::unsupported_access()));
        }
        self.check_data_access(mode, address, BLOCK, kind, tags)?;
        Ok(host)
    }

    /// Where to access `size` bytes that may be read and written. `kind` is what an Alignment fault reports.
    fn place(&mut self, address: u64, size: u64, kind: AccessKind, tags: Tags) -> Result<Place, Stop> {
        self.check_atomic_alignment(address, size, kind)?;
        let mode = self.tlb.mode();
        let page = self.writable_page(mode, address, kind)?;
        // An instruction that reads and writes is watched and checked as both.
        if kind == AccessKind::Read {
            self.check_data_access(mode, address, size, AccessKind::Read, tags)?;
        }
        self.check_data_access(mode, address, size, AccessKind::Write, tags)?;
        let offset = address & 0xfff;
        if address.is_multiple_of(size) {
            return Ok(Place::Aligned(page.add(offset)));
        }
        Ok(Place::Inside(page.add(offset & !15), Part { shift: 8 * (address & 15) as u32 }))
    }

    /// A fault of an instruction that reads and writes is one of the write only when the read alone would not fault (ISS.WnR).
    fn writable_page(&mut self, mode: TlbMode, address: u64, kind: AccessKind) -> Result<HostPage, Stop> {
        if kind != AccessKind::Read {
            return self.host_page(mode, address, AccessKind::Write);
        }
        let readable = self.host_page(mode, address, AccessKind::Read)?;
        let writable = self.host_page(mode, address, AccessKind::Write);
        if writable.is_err() {
            // The read has been done by then, which whoever owns the memory may see.
            u8::read(readable);
        }
        writable
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_of_sixteen_bytes() {
        let part = Part { shift: 8 * 3 };
        let whole = 0x0f0e_0d0c_0b0a_0908_0706_0504_0302_0100u128;
        assert_eq!(part.get::<u32>(whole), 0x0605_0403);
        assert_eq!(part.set(whole, 0xaabb_ccddu32), 0x0f0e_0d0c_0b0a_0908_07aa_bbcc_dd02_0100);
        assert_eq!(Part { shift: 0 }.set(whole, 5u128), 5);
        assert!(inside_sixteen(0x1003, 8) && inside_sixteen(0x1008, 8) && !inside_sixteen(0x1009, 8));
    }
}
