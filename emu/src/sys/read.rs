//! Reading a system register, after all checks. Values that are plain storage come from [`Cpu::sys`].

use sysregs::{Kind, SysReg};

use super::Access;
use crate::cpu::{Cpu, ExceptionLevel, Stop};
use crate::timer::TimerId;

impl Cpu {
    pub(super) fn read_register(&mut self, register: SysReg, access: &Access) -> Result<u64, Stop> {
        use SysReg as R;
        let bit = |set: bool, at: u32| u64::from(set) << at;
        self.sync_time(self.block_retired);
        Ok(match register {
            R::NZCV => self.nzcv.into(),
            R::DAIF => u64::from(self.pstate.daif) << 6,
            R::CurrentEL => (self.pstate.el as u64) << 2,
            R::SPSel => self.pstate.sp.into(),
            R::PAN => bit(self.pstate.pan, 22),
            R::UAO => bit(self.pstate.uao, 23),
            R::DIT => bit(self.pstate.dit, 24),
            R::TCO => bit(self.pstate.tco, 25),
            R::SSBS => bit(self.pstate.ssbs, 12),
            R::ALLINT => bit(self.pstate.allint, 13),
            R::FPCR => self.fpcr.into(),
            R::FPSR => self.fpsr.into(),
            R::SP_EL0 => {
                if !self.pstate.sp {
                    // The selected stack pointer is not accessible by name.
                    return Err(self.undefined());
                }
                self.sys(R::SP_EL0)
            }
            R::AFSR0_EL1 | R::AFSR1_EL1 => 0,
            R::MIDR_EL1 => self.sys(R::VPIDR_EL2),
            R::MPIDR_EL1 => self.sys(R::VMPIDR_EL2),
            R::CCSIDR_EL1 => self.config.ids.ccsidr((self.sys(R::CSSELR_EL1) & 15) as u8).unwrap_or_default(),
            R::DCZID_EL0 => self.dczid(),
            R::CNTVCT_EL0 | R::CNTVCTSS_EL0 => self.read_counter(TimerId::Virtual),
            R::CNTPCT_EL0 | R::CNTPCTSS_EL0 => self.read_counter(TimerId::Physical),
            R::CNTFRQ_EL0 => self.timers.clock.frequency(),
            R::CNTV_CTL_EL0 => self.timers.control(TimerId::Virtual),
            R::CNTP_CTL_EL0 => self.timers.control(TimerId::Physical),
            R::CNTV_TVAL_EL0 => self.timers.value(TimerId::Virtual),
            R::CNTP_TVAL_EL0 => self.timers.value(TimerId::Physical),
            R::CNTV_CVAL_EL0 => self.timers.timers[0].compare,
            R::CNTP_CVAL_EL0 => self.timers.timers[1].compare,
            R::ISR_EL1 => self.interrupt_status(),
            // No interrupt has superpriority.
            R::ICC_NMIAR1_EL1 if self.interrupts.as_ref().is_some_and(|port| port.has_registers()) => 0x3ff,
            R::OSLSR_EL1 => self.sys(R::OSLSR_EL1) | 8,
            R::RNDR | R::RNDRRS => self.random(),
            _ if is_interrupt_controller(register) => return self.read_port(access),
            _ if register.row().kind == Kind::Id => self.read_id(register)?,
            _ => self.sys(register),
        })
    }

    /// An ID register as the hardware has it: what is not trapped reads the host CPU's value.
    fn read_id(&mut self, register: SysReg) -> Result<u64, Stop> {
        match self.config.ids.get(register) {
            Some(value) => Ok(value),
            None => Err(self.exit(crate::cpu::Exit::UnknownIdValue(register))),
        }
    }

    /// DCZID_EL0.DZP also reports what stops the current EL from using DC ZVA.
    fn dczid(&self) -> u64 {
        let value = self.config.ids.get(SysReg::DCZID_EL0).unwrap_or(0x10);
        let user = self.pstate.el == ExceptionLevel::EL0;
        let prohibited = user && self.sys(SysReg::SCTLR_EL1) >> 14 & 1 == 0;
        let trapped = self.sys(SysReg::HCR_EL2) & super::trap_el2::hcr::TDZ != 0;
        value | u64::from(prohibited || trapped) << 4
    }

    fn interrupt_status(&self) -> u64 {
        use crate::cpu::Attention;
        let bits = self.signal.bits();
        u64::from(bits & Attention::Irq as u32 != 0) << 7
            | u64::from(bits & Attention::Fiq as u32 != 0) << 6
            | u64::from(bits & Attention::SError as u32 != 0) << 8
    }

    fn read_port(&mut self, access: &Access) -> Result<u64, Stop> {
        let value = self.interrupts.as_mut().filter(|port| port.has_registers()).map(|port| port.read(access.encoding));
        match value {
            Some(Some(value)) => Ok(value),
            Some(None) => Err(self.undefined()),
            // ICC_SRE_EL2.Enable is clear without a controller of this kind: the access traps.
            None => Err(self.trap_to_el2(access)),
        }
    }

    /// RNDR: a fresh number, and NZCV zero for success.
    fn random(&mut self) -> u64 {
        self.nzcv = 0;
        self.random_word()
    }

    /// The next number of a 64-bit SplitMix generator seeded by the hypervisor.
    pub fn random_word(&mut self) -> u64 {
        self.random_state = self.random_state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.random_state;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }
}

/// ICC_ registers.
pub(super) fn is_interrupt_controller(register: SysReg) -> bool {
    let e = register.encoding();
    e.op0() == 3 && e.op1() == 0 && ((e.crn() == 12 && e.crm() >= 8) || (e.crn() == 4 && e.crm() == 6))
}
