//! Stage 1 translation of the EL1&0 regime, and aborts. Stage 2 is the hypervisor's slot list: identity, or no memory.

mod abort;
mod plain_walk;
mod program;
mod regime;
#[cfg(test)]
mod tests;
mod walk;

pub use abort::Fault;
pub use program::{ProgramMemory, ProgramPage};
pub(crate) use regime::{Regime, is_control};
pub(crate) use walk::KnownPermissions;

use crate::cpu::Cpu;
use crate::mem::{AccessKind, Backing, SlotView, TlbMode, is_upper};

/// A successful stage 1 translation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Translation {
    /// Output address (intermediate physical address), with the low bits of the input.
    pub physical: u64,
    /// Loads are permitted in the mode that asked.
    pub read: bool,
    /// Stores are permitted (and the dirty state allows a plain store).
    pub write: bool,
    /// Fetches are permitted.
    pub execute: bool,
    /// Device memory.
    pub device: bool,
    /// log2 of the size of the mapping, all of which may be invalidated by one address.
    pub span: u8,
    /// The mapping belongs to the ASID (descriptor nG bit).
    pub not_global: bool,
    /// MAIR attribute byte of the mapping.
    pub attributes: u8,
    /// Shareability field of the descriptor.
    pub shareability: u8,
    /// The page may hold BTI-guarded code (descriptor GP bit).
    pub guarded: bool,
}

impl Cpu {
    /// Translates `address` for an access of `kind` with the permissions of `mode`, and checks them.
    pub fn translate(&mut self, address: u64, kind: AccessKind, mode: TlbMode) -> Result<Translation, Fault> {
        if let Some(program) = &self.program {
            return program::translate(&**program, address, kind);
        }
        self.gather_known_regime();
        let Some(regime) = &self.known_regime else { return Err(Fault::translation(0)) };
        if !regime.enabled {
            return regime.flat(address, kind);
        }
        self.walk(address, kind, mode).unwrap_or(Err(Fault::translation(0)))
    }

    /// The same for who only looks: no access flag is set for that, and one that would have to be is a fault.
    pub(crate) fn translate_untouched(&mut self, address: u64, kind: AccessKind, mode: TlbMode) -> Result<Translation, Fault> {
        self.gather_known_regime();
        let Some(regime) = &mut self.known_regime else { return self.translate(address, kind, mode) };
        let managed = std::mem::replace(&mut regime.hardware_access_flag, false);
        let result = self.translate(address, kind, mode);
        if let Some(regime) = &mut self.known_regime {
            regime.hardware_access_flag = managed;
        }
        result
    }

    /// The same where a walk of tables is all there is to it; None elsewhere. For who is in a hurry: it is part of its caller, because a
    /// result that goes through memory is one to wait for.
    #[inline(always)]
    pub(crate) fn walk(&mut self, address: u64, kind: AccessKind, mode: TlbMode) -> Option<Result<Translation, Fault>> {
        let Some(regime) = &self.known_regime else { return None };
        if !regime.enabled || self.program.is_some() {
            return None;
        }
        let mut memory = SlotView { memory: &self.memory, recent: &mut self.recent_slot };
        let result = walk::walk(&mut memory, regime, &mut self.known_permissions, address, kind, mode);
        if let Ok(translation) = &result
            && translation.not_global
            && is_upper(address)
        {
            self.tlb.note_not_global();
        }
        Some(result)
    }

    /// The same for a load or a store that is like others before it, and what is there; None leaves it to [`Self::walk`].
    #[inline(always)]
    pub(crate) fn walk_plainly(&mut self, address: u64, mode: TlbMode, store: bool) -> Option<(u64, &Translation, Backing)> {
        let regime = self.known_regime.as_ref().filter(|regime| regime.enabled)?;
        let mut memory = SlotView { memory: &self.memory, recent: &mut self.recent_slot };
        let (physical, translation) = walk::walk_plainly(&mut memory, regime, &self.known_permissions, address, mode, store)?;
        let backing = memory.backing(physical)?;
        if translation.not_global && is_upper(address) {
            self.tlb.note_not_global();
        }
        Some((physical, translation, backing))
    }

    /// SCTLR_EL1.A: all unaligned accesses fault.
    #[inline]
    pub(crate) fn alignment_checked(&self) -> bool {
        self.sys(sysregs::SysReg::SCTLR_EL1) & 2 != 0
    }
}
