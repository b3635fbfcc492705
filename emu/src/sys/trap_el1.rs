//! Traps that EL1 sets for EL0. Only registers that EL0 may use at all get here.

use sysregs::{Encoding, SysReg};

use super::Access;
use crate::cpu::{Cpu, Exception, ExceptionClass, Stop};

/// Bits of SCTLR_EL1 that let EL0 do things.
mod sctlr {
    pub const UMA: u32 = 9;
    pub const DZE: u32 = 14;
    pub const UCT: u32 = 15;
    pub const TSCXT: u32 = 20;
    pub const UCI: u32 = 26;
}

impl Cpu {
    fn sctlr_bit(&self, bit: u32) -> bool {
        self.sys(SysReg::SCTLR_EL1) >> bit & 1 != 0
    }

    pub(super) fn check_el1_traps(&mut self, register: SysReg, access: &Access) -> Result<(), Stop> {
        use SysReg as R;
        let cntkctl = self.sys(R::CNTKCTL_EL1);
        let allowed = match register {
            R::CTR_EL0 => self.sctlr_bit(sctlr::UCT),
            R::SCXTNUM_EL0 => !self.sctlr_bit(sctlr::TSCXT),
            R::DAIF => self.sctlr_bit(sctlr::UMA),
            R::CNTVCT_EL0 | R::CNTVCTSS_EL0 => cntkctl & 2 != 0,
            R::CNTPCT_EL0 | R::CNTPCTSS_EL0 => cntkctl & 1 != 0,
            R::CNTFRQ_EL0 => cntkctl & 3 != 0,
            R::CNTV_CTL_EL0 | R::CNTV_CVAL_EL0 | R::CNTV_TVAL_EL0 => cntkctl >> 8 & 1 != 0,
            R::CNTP_CTL_EL0 | R::CNTP_CVAL_EL0 | R::CNTP_TVAL_EL0 => cntkctl >> 9 & 1 != 0,
            R::MDCCSR_EL0 | R::DBGDTR_EL0 | R::DBGDTRRX_EL0 => self.sys(R::MDSCR_EL1) >> 12 & 1 == 0,
            // SCTLR_EL1.EnTP2.
            R::TPIDR2_EL0 => self.sctlr_bit(60),
            _ if is_pmu(register) => self.pmu_allowed(register, access.read),
            _ => true,
        };
        if allowed { Ok(()) } else { Err(self.trap_to_el1(access)) }
    }

    /// PMUSERENR_EL0: EN allows everything, ER/CR/SW some reads and one write.
    fn pmu_allowed(&self, register: SysReg, read: bool) -> bool {
        use SysReg as R;
        if self.sys(R::MDCR_EL2) & super::mdcr::TPM != 0 {
            // A hypervisor that emulates the PMU keeps PMUSERENR_EL0 open, so that all of EL0's accesses reach it
            // (`__activate_traps_common`); the guest's own value is its business.
            return true;
        }
        let enable = self.sys(R::PMUSERENR_EL0);
        let (en, sw, cr, er) = (enable & 1 != 0, enable & 2 != 0, enable & 4 != 0, enable & 8 != 0);
        match register {
            R::PMUSERENR_EL0 => read,
            R::PMSWINC_EL0 => en || sw,
            R::PMCCNTR_EL0 => en || (cr && read),
            R::PMXEVCNTR_EL0 => en || (er && read),
            R::PMSELR_EL0 => en || er,
            _ if read && register.name().starts_with("PMEVCNTR") => en || er,
            _ => en,
        }
    }

    /// EL0's cache maintenance: SCTLR_EL1.UCI, and DZE for DC ZVA.
    pub(super) fn check_el0_maintenance(&mut self, access: &Access, zero: bool) -> Result<(), Stop> {
        let bit = if zero { sctlr::DZE } else { sctlr::UCI };
        if self.sctlr_bit(bit) { Ok(()) } else { Err(self.trap_to_el1(access)) }
    }

    /// EL0 writes DAIF by MSR (immediate): SCTLR_EL1.UMA.
    pub(crate) fn check_el0_daif(&mut self, encoding: u16) -> Result<(), Stop> {
        if self.sctlr_bit(sctlr::UMA) {
            return Ok(());
        }
        let exception = Exception::system_register(encoding, 31, false);
        Err(self.raise(exception))
    }

    /// The FP access trap, to EL1 or to EL2 as the controls say. Called when [`Cpu::fp_enabled`] is false.
    #[cold]
    pub(crate) fn fp_trap(&mut self) -> Stop {
        let fpen = self.sys(SysReg::CPACR_EL1) >> 20 & 3;
        let user = self.pstate.el == crate::cpu::ExceptionLevel::EL0;
        if fpen == 3 || (fpen == 1 && !user) {
            return self.exit(crate::cpu::Exit::FpTrap);
        }
        // COND = 0b1110, CV = 1: what A64 always reports.
        self.raise(Exception::new(ExceptionClass::FpAccess, 0x1e << 20))
    }
}

/// Performance monitor registers of EL0's view.
pub(super) fn is_pmu(register: SysReg) -> bool {
    let e: Encoding = register.encoding();
    e.op0() == 3 && e.op1() == 3 && (e.crn() == 9 || (e.crn() == 14 && e.crm() >= 8))
}
