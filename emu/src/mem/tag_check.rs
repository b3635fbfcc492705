//! Tag Checked accesses (FEAT_MTE2): which they are, and what a mismatch does. Where tags are kept is `tags`; the instructions that
//! load and store them are here as accesses to memory, not as operations on registers.
//!
//! CONSTRAINED UNPREDICTABLE: SCTLR_EL1.TCF and TCF0 of a kind that the CPU lacks (asynchronous without FEAT_MTE_ASYNC, asymmetric
//! without FEAT_MTE_ASYM_FAULT) report nothing. SCTLR_EL1.C does not take the Tagged attribute away.

use sysregs::{Feature, SysReg};

use super::tags::PageTags;
use super::{AccessKind, TlbMode};
use crate::cpu::{Cpu, ExceptionLevel, Stop};
use crate::mmu::Fault;
use crate::sys::hcr;

/// MAIR attribute of Tagged Normal memory.
pub(super) const TAGGED: u8 = 0xf0;
/// Bytes of a tag granule.
pub(crate) const GRANULE: u64 = 16;
/// SCTLR_EL1.TCF.
mod tcf {
    pub const SYNCHRONOUS: u64 = 1;
    pub const ASYNCHRONOUS: u64 = 2;
    pub const ASYMMETRIC: u64 = 3;
}

/// What the form of an instruction says about its access.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tags {
    /// Tag Checked, where checks are on.
    Checked,
    /// Tag Unchecked: relative to SP without write-back or register, or to PC; or a store of tags.
    Unchecked,
}

/// AArch64.LogicalAddressTag()
pub(crate) fn logical_tag(address: u64) -> u8 {
    (address >> 56) as u8 & 15
}

impl Cpu {
    /// AArch64.AllocationTagAccessIsEnabled() for the current EL.
    pub(crate) fn tag_access_enabled(&self) -> bool {
        self.tag_access_enabled_for(self.pstate.el == ExceptionLevel::EL0)
    }

    fn tag_access_enabled_for(&self, user: bool) -> bool {
        let (own, hypervisor) = (self.sys(SysReg::SCTLR_EL1) >> if user { 42 } else { 43 }, self.sys(SysReg::HCR_EL2));
        own & 1 != 0 && hypervisor & hcr::ATA != 0 && self.features.contains(Feature::MTE2)
    }

    /// True for memory whose MAIR attribute says that it has Allocation Tags.
    pub(super) fn is_tagged(&self, attributes: u8) -> bool {
        attributes == TAGGED && self.features.contains(Feature::MTE2) && self.sys(SysReg::HCR_EL2) & hcr::ATA != 0
    }

    /// AArch64.AccessIsTagChecked() of accesses to Tagged memory at `address`, as far as it stays the same until the TLB is flushed:
    /// without PSTATE.TCO.
    pub(super) fn checks_tags(&self, mode: TlbMode, address: u64) -> bool {
        let top_byte_ignored = self.sys(SysReg::TCR_EL1) >> (37 + (address >> 55 & 1)) & 1 != 0;
        let user = mode == TlbMode::User;
        self.tag_access_enabled_for(user) && self.tag_check_fault(user) != 0 && top_byte_ignored && !self.is_match_all(address)
    }

    /// TCR_EL1.TCMA0 and TCMA1: bits 59:55 are all the same.
    fn is_match_all(&self, address: u64) -> bool {
        let upper = address >> 55 & 1;
        u64::from(logical_tag(address)) == 15 * upper && self.sys(SysReg::TCR_EL1) >> (57 + upper) & 1 != 0
    }

    /// SCTLR_EL1.TCF0 or TCF.
    fn tag_check_fault(&self, user: bool) -> u64 {
        self.sys(SysReg::SCTLR_EL1) >> if user { 38 } else { 40 } & 3
    }

    /// What comes after a successful translation: watchpoints, then Tag Checks.
    #[inline]
    pub(super) fn check_data_access(&mut self, mode: TlbMode, address: u64, size: u64, kind: AccessKind, tags: Tags) -> Result<(), Stop> {
        self.check_watchpoints(mode, address, size, kind)?;
        if self.tlb.has_page_tags() && tags == Tags::Checked { self.check_tags(mode, address, size, kind) } else { Ok(()) }
    }

    /// Tag Checks of an access whose pages are in the TLB.
    #[inline(never)]
    pub(crate) fn check_tags(&mut self, mode: TlbMode, address: u64, size: u64, kind: AccessKind) -> Result<(), Stop> {
        match self.first_mismatch(mode, address, size, kind) {
            Some(at) => self.tag_mismatch(mode, at, kind),
            None => Ok(()),
        }
    }

    /// The first address of an access, whose pages are in the TLB, that has another tag than the access.
    pub(super) fn first_mismatch(&self, mode: TlbMode, address: u64, size: u64, kind: AccessKind) -> Option<u64> {
        // The entry of a page serves all its tags.
        if self.pstate.tco || self.is_match_all(address) || (kind == AccessKind::Read && self.checks_only_stores(mode)) {
            return None;
        }
        let mut at = address;
        loop {
            let tags = self.tlb.checked_page_tags(mode, at);
            if tags.is_some_and(|tags| tags.get(at) != logical_tag(address)) {
                return Some(at);
            }
            at = (at | (GRANULE - 1)).wrapping_add(1);
            if at.wrapping_sub(address) >= size {
                return None;
            }
        }
    }

    /// SCTLR_EL1.TCSO0 and TCSO (FEAT_MTE_STORE_ONLY).
    fn checks_only_stores(&self, mode: TlbMode) -> bool {
        let bit = if mode == TlbMode::User { 58 } else { 59 };
        self.features.contains(Feature::MTE_STORE_ONLY) && self.sys(SysReg::SCTLR_EL1) >> bit & 1 != 0
    }

    /// AArch64.TagCheckFault()
    #[cold]
    fn tag_mismatch(&mut self, mode: TlbMode, address: u64, kind: AccessKind) -> Result<(), Stop> {
        let user = mode == TlbMode::User;
        let has = |feature| self.features.contains(feature);
        match self.tag_check_fault(user) {
            tcf::SYNCHRONOUS => Err(self.abort(address, kind, Fault::tag_check())),
            tcf::ASYMMETRIC if has(Feature::MTE_ASYM_FAULT) && kind == AccessKind::Read => {
                Err(self.abort(address, kind, Fault::tag_check()))
            }
            tcf::ASYMMETRIC if !has(Feature::MTE_ASYM_FAULT) => Ok(()),
            tcf::ASYNCHRONOUS if !has(Feature::MTE_ASYNC) => Ok(()),
            _ => {
                // TF1 for the upper half of the address space.
                let register = if user { SysReg::TFSRE0_EL1 } else { SysReg::TFSR_EL1 };
                self.set_sys(register, self.sys(register) | 1 << (address >> 55 & 1));
                Ok(())
            }
        }
    }

    /// The page of `address`, which may be read (or written), and its tags if it has some and they can be accessed.
    fn tag_page(&mut self, mode: TlbMode, address: u64, kind: AccessKind) -> Result<Option<PageTags>, Stop> {
        self.host_page(mode, address, kind)?;
        let accessible = self.tlb.has_page_tags() && self.tag_access_enabled_for(mode == TlbMode::User);
        Ok(if accessible { self.tlb.page_tags(mode, address).cloned() } else { None })
    }

    /// The Allocation Tags from `address` on, of `count` granules inside one page, the first in the lowest bits; zeros where there are
    /// none.
    pub(crate) fn load_tags(&mut self, address: u64, count: u64) -> Result<u64, Stop> {
        let mode = self.tlb.mode();
        let tags = self.tag_page(mode, address, AccessKind::Read)?;
        self.check_watchpoints(mode, address, count * GRANULE, AccessKind::Read)?;
        let Some(tags) = tags else { return Ok(0) };
        Ok((0..count).rev().fold(0, |all, granule| all << 4 | u64::from(tags.get(address.wrapping_add(granule * GRANULE)))))
    }

    /// Sets the Allocation Tags of `count` granules at an aligned address to what `tag` says, or to nothing where there are none. At
    /// most two pages; neither is changed unless both may be written.
    pub(crate) fn store_tags(&mut self, mode: TlbMode, address: u64, count: u64, tag: impl Fn(u64) -> u8) -> Result<(), Stop> {
        let (size, last) = (count * GRANULE, address.wrapping_add((count - 1) * GRANULE));
        let low = self.tag_page(mode, address, AccessKind::Write)?;
        let high = if (address ^ last) & !0xfff == 0 { None } else { self.tag_page(mode, last, AccessKind::Write)? };
        self.check_watchpoints(mode, address, size, AccessKind::Write)?;
        for granule in 0..count {
            let at = address.wrapping_add(granule * GRANULE);
            if let Some(tags) = if (address ^ at) & !0xfff == 0 { &low } else { &high } {
                tags.set(at, tag(granule));
            }
        }
        // Tags are part of the page: a dirty log wants to know.
        self.after_crossing_store(mode, address, size);
        Ok(())
    }
}
