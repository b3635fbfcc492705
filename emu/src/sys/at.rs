//! AT: address translation instructions for stage 1, with the result in PAR_EL1. The stage 2 forms belong to EL2.

use sysregs::{Feature, SysOp, SysReg};

use crate::cpu::{Cpu, Exit, Stop};
use crate::mem::{AccessKind, TlbMode};
use crate::mmu::{Fault, Translation};

impl Cpu {
    /// AT S1E0R, S1E0W, S1E1R, S1E1W, S1E1RP, S1E1WP.
    pub(super) fn address_translate(&mut self, op: SysOp, address: u64) -> Result<(), Stop> {
        let (mode, kind) = match op.name() {
            "AT_S1E0R" => (TlbMode::User, AccessKind::Read),
            "AT_S1E0W" => (TlbMode::User, AccessKind::MayWrite),
            "AT_S1E1R" | "AT_S1E1A" => (TlbMode::Kernel, AccessKind::Read),
            "AT_S1E1W" => (TlbMode::Kernel, AccessKind::MayWrite),
            "AT_S1E1RP" => (self.pan_mode(), AccessKind::Read),
            "AT_S1E1WP" => (self.pan_mode(), AccessKind::MayWrite),
            _ => return Err(self.undefined()),
        };
        let par = match self.translate(address, kind, mode) {
            Ok(translation) => success(&translation),
            Err(fault) if fault.stage2.is_some() => {
                let ipa = fault.stage2.unwrap_or_default();
                return Err(self.exit(Exit::Stage2(crate::cpu::Stage2Abort {
                    esr: 0x24 << 26 | 1 << 25 | 1 << 7 | u64::from(fault.status),
                    far: address,
                    ipa,
                    walk_level: fault.table_walk,
                })));
            }
            Err(fault) => failure(&fault),
        };
        self.set_sys(SysReg::PAR_EL1, par);
        Ok(())
    }

    fn pan_mode(&self) -> TlbMode {
        if self.pstate.pan && self.features.contains(Feature::PAN2) { TlbMode::KernelPan } else { TlbMode::Kernel }
    }
}

/// PAR_EL1 with F = 0: bit 11 is RES1, NS is 1 outside Secure state, shareability of Device memory reads as Outer.
fn success(translation: &Translation) -> u64 {
    let non_cacheable = translation.attributes == 0x44;
    let shareability = if translation.device || non_cacheable { 2 } else { u64::from(translation.shareability) };
    u64::from(translation.attributes) << 56 | translation.physical & 0x000f_ffff_ffff_f000 | 1 << 11 | 1 << 9 | shareability << 7
}

/// PAR_EL1 with F = 1: fault status in bits 6:1.
fn failure(fault: &Fault) -> u64 {
    1 << 11 | u64::from(fault.status) << 1 | 1
}
