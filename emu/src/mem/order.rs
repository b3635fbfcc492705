//! The byte order of data (SCTLR_EL1.EE and E0E; BigEndian() in the Arm ARM). Instruction fetches are always little-endian,
//! and tables of translation are read by `mmu`.
//!
//! The fast paths know little-endian data only: where the other order holds, no TLB entry answers them.

use sysregs::SysReg;

use super::raw::{HostPage, Word};
use super::{Tags, TlbMode};
use crate::cpu::{Cpu, ExceptionLevel, Stop};

/// SCTLR_EL1.A.
const ALIGNMENT_CHECK: u64 = 1 << 1;
/// SCTLR_EL1.E0E.
const EL0_BIG_ENDIAN: u64 = 1 << 24;
/// SCTLR_EL1.EE.
const EL1_BIG_ENDIAN: u64 = 1 << 25;

impl Cpu {
    /// Data accesses of the current EL are big-endian. LDTR and STTR at EL1 are accesses of EL1 here.
    pub fn big_endian(&self) -> bool {
        let control = if self.pstate.el == ExceptionLevel::EL0 { EL0_BIG_ENDIAN } else { EL1_BIG_ENDIAN };
        self.sys(SysReg::SCTLR_EL1) & control != 0
    }

    /// Plain accesses in this mode may be big-endian. EL0's permissions are used by LDTR and STTR at EL1 too, in the order of EL1.
    pub(super) fn big_endian_in(&self, mode: TlbMode) -> bool {
        let control = if mode == TlbMode::User { EL0_BIG_ENDIAN | EL1_BIG_ENDIAN } else { EL1_BIG_ENDIAN };
        self.sys(SysReg::SCTLR_EL1) & control != 0
    }

    /// Neither the order nor the alignment of data needs a look.
    #[inline]
    pub(crate) fn plain_data(&self) -> bool {
        self.sys(SysReg::SCTLR_EL1) & (ALIGNMENT_CHECK | EL0_BIG_ENDIAN | EL1_BIG_ENDIAN) == 0
    }

    /// A word from memory's order to the register's, or back.
    #[inline]
    pub(super) fn in_order<T: Word>(&self, value: T) -> T {
        if self.big_endian() { value.swapped() } else { value }
    }

    /// The same for the elements of a vector.
    pub(super) fn order_elements(&self, element: u64, bytes: &mut [u8]) {
        if self.big_endian() {
            bytes.chunks_exact_mut(element as usize).for_each(<[u8]>::reverse);
        }
    }

    /// Two registers that one access transfers, `low` being the one at the lower address: as the word of that access, or back.
    pub(crate) fn pair_order<T: Word>(&self, pair: T) -> T {
        let half = 4 * T::SIZE as u32;
        let whole = pair.extend();
        if self.big_endian() { T::truncate(whole << half | whole >> half) } else { pair }
    }

    /// Loads two doublewords as one access of sixteen bytes; the one at the lower address is in the lower half.
    #[inline(always)]
    pub fn load_doublewords(&mut self, address: u64, tags: Tags) -> Result<u128, Stop> {
        let entry = self.tlb.entry(address);
        if entry.read == address & u128::TAG_MASK {
            return Ok(u128::read(HostPage(address.wrapping_add(entry.addend))));
        }
        self.load_doublewords_slow(address, tags)
    }

    #[cold]
    #[inline(never)]
    fn load_doublewords_slow(&mut self, address: u64, tags: Tags) -> Result<u128, Stop> {
        let pair = self.load_as(self.tlb.mode(), address, tags)?;
        Ok(self.pair_order(pair))
    }

    /// Stores two doublewords as one access of sixteen bytes.
    #[inline(always)]
    pub fn store_doublewords(&mut self, address: u64, pair: u128, tags: Tags) -> Result<(), Stop> {
        let entry = self.tlb.entry(address);
        if entry.write == address & u128::TAG_MASK {
            u128::write(HostPage(address.wrapping_add(entry.addend)), pair);
            return Ok(());
        }
        self.store_doublewords_slow(address, pair, tags)
    }

    #[cold]
    #[inline(never)]
    fn store_doublewords_slow(&mut self, address: u64, pair: u128, tags: Tags) -> Result<(), Stop> {
        self.store_as(self.tlb.mode(), address, self.pair_order(pair), tags)
    }
}
