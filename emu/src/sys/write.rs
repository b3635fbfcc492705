//! Writing a system register, after all checks, with the effects that the write has.

use sysregs::{Feature, SysReg};

use super::Access;
use super::read::is_interrupt_controller;
use crate::cpu::{Cpu, Stop};
use crate::mem::Tables;
use crate::timer::TimerId;

/// FPCR bits every CPU has: AHP, DN, FZ, RMode.
const FPCR_BASE: u32 = 0x07c0_0000;
/// FPSR: QC and the cumulative exception flags.
const FPSR_MASK: u64 = 0x0800_009f;

impl Cpu {
    pub(super) fn write_register(&mut self, register: SysReg, access: &Access) -> Result<(), Stop> {
        use SysReg as R;
        let value = access.value;
        let bit = |at: u32| value >> at & 1 != 0;
        match register {
            R::NZCV => self.nzcv = value as u32 & 0xf000_0000,
            R::DAIF => self.pstate.daif = (value >> 6 & 15) as u8,
            R::SPSel => self.select_stack_pointer(bit(0)),
            R::PAN => self.set_pan(bit(22)),
            R::UAO => self.pstate.uao = bit(23),
            R::DIT => self.pstate.dit = bit(24),
            R::TCO => self.pstate.tco = bit(25),
            R::SSBS => self.pstate.ssbs = bit(12),
            R::ALLINT => self.pstate.allint = bit(13),
            R::FPCR => self.fpcr = value as u32 & self.fpcr_mask(),
            R::FPSR => self.fpsr = (value & FPSR_MASK) as u32,
            R::SP_EL0 => {
                if !self.pstate.sp {
                    return Err(self.undefined());
                }
                self.set_sys(R::SP_EL0, value);
            }
            R::SCTLR_EL1 => self.set_translation_control(register, value & !self.absent_byte_orders()),
            R::TCR_EL1 | R::MAIR_EL1 => self.set_translation_control(register, value),
            R::TCR2_EL1 | R::PIR_EL1 | R::PIRE0_EL1 => self.set_translation_control(register, value),
            R::TTBR0_EL1 | R::TTBR1_EL1 => self.set_table_base(register, value),
            R::CPACR_EL1 => {
                self.set_sys(register, value);
                self.update_derived();
            }
            R::CSSELR_EL1 => self.set_sys(register, value & 15),
            // Seed and tag; RRND and Exclude; TF1 and TF0.
            R::RGSR_EL1 => self.set_sys(register, value & 0x00ff_ff0f),
            R::GCR_EL1 => self.set_sys(register, value & 0x1_ffff),
            R::TFSR_EL1 | R::TFSRE0_EL1 => self.set_sys(register, value & 3),
            // No CPU of the models has storage in them.
            R::AFSR0_EL1 | R::AFSR1_EL1 => {}
            R::VBAR_EL1 => self.set_sys(register, value & !0x7ff),
            R::CNTV_CTL_EL0 | R::CNTP_CTL_EL0 | R::CNTV_CVAL_EL0 | R::CNTP_CVAL_EL0 | R::CNTV_TVAL_EL0 | R::CNTP_TVAL_EL0 => {
                self.write_timer(register, value);
            }
            R::OSLAR_EL1 => self.set_sys(R::OSLSR_EL1, 8 | (value & 1) << 1),
            _ if is_interrupt_controller(register) => return self.write_port(access),
            _ => self.set_sys(register, value),
        }
        if register.encoding().op0() == 2 {
            self.update_debug();
        }
        Ok(())
    }

    /// SCTLR_EL1.EE and E0E are RES0 on a CPU whose data is always little-endian.
    fn absent_byte_orders(&self) -> u64 {
        let absent = |feature| u64::from(!self.features.contains(feature));
        absent(Feature::MixedEnd) << 25 | absent(Feature::MixedEndEL0) << 24
    }

    fn fpcr_mask(&self) -> u32 {
        let mut mask = FPCR_BASE;
        if self.features.contains(Feature::FP16) {
            mask |= 1 << 19;
        }
        if self.features.contains(Feature::AFP) {
            mask |= 7;
        }
        if self.features.contains(Feature::EBF16) {
            mask |= 1 << 13;
        }
        mask
    }

    /// A register that translation depends on: the software TLB holds nothing that an unchanged value would invalidate.
    pub(crate) fn set_translation_control(&mut self, register: SysReg, value: u64) {
        if self.sys(register) != value {
            self.set_sys(register, value);
            self.tlb.flush();
        }
    }

    /// TTBR0_EL1 or TTBR1_EL1.
    fn set_table_base(&mut self, register: SysReg, value: u64) {
        let asid_in_upper = self.sys(SysReg::TCR_EL1) >> 22 & 1 != 0;
        let tables = |cpu: &Cpu| Tables::new(cpu.sys(SysReg::TTBR0_EL1), cpu.sys(SysReg::TTBR1_EL1), asid_in_upper);
        if self.sys(register) == value {
            return;
        }
        let old = tables(self);
        self.set_sys(register, value);
        self.tlb.switch_tables(old, tables(self));
    }

    /// PSTATE.SP.
    pub(crate) fn select_stack_pointer(&mut self, own: bool) {
        let new = crate::cpu::Pstate { sp: own, ..self.pstate };
        self.switch_pstate(new);
    }

    /// PSTATE.PAN.
    pub(crate) fn set_pan(&mut self, pan: bool) {
        self.pstate.pan = pan;
        self.update_derived();
    }

    fn write_timer(&mut self, register: SysReg, value: u64) {
        use SysReg as R;
        self.sync_time(self.block_retired);
        let timers = &mut self.timers;
        match register {
            R::CNTV_CTL_EL0 => timers.timers[0].control = value & 3,
            R::CNTP_CTL_EL0 => timers.timers[1].control = value & 3,
            R::CNTV_CVAL_EL0 => timers.timers[0].compare = value,
            R::CNTP_CVAL_EL0 => timers.timers[1].compare = value,
            R::CNTV_TVAL_EL0 => timers.set_value(TimerId::Virtual, value),
            _ => timers.set_value(TimerId::Physical, value),
        }
        self.check_timers_at(self.block_retired);
    }

    fn write_port(&mut self, access: &Access) -> Result<(), Stop> {
        let done = self.interrupts.as_mut().filter(|port| port.has_registers()).map(|port| port.write(access.encoding, access.value));
        match done {
            Some(Some(())) => Ok(()),
            Some(None) => Err(self.undefined()),
            None => Err(self.trap_to_el2(access)),
        }
    }
}
