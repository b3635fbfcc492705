//! Timers and counters through KVM_GET_ONE_REG and KVM_SET_ONE_REG (arch/arm64/kvm/arch_timer.c). Counter offsets are the VM's:
//! they reach a vCPU when it enters the guest.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use emu::timer::{TimerId, Timers};
use sysregs::SysReg;

use super::VcpuState;
use crate::idregs::VmIds;
use crate::personality::traits::TimerList;

/// CNTx_CTL_EL0.ISTATUS.
const ISTATUS: u64 = 4;

/// What CNTVCT_EL0 and CNTPCT_EL0 of a VM's vCPUs lag behind the host's counter.
#[derive(Debug, Default)]
pub(crate) struct CounterOffsets {
    offsets: [AtomicU64; 2],
    /// KVM_ARM_SET_COUNTER_OFFSET was used: writes of the counters have no effect any more.
    fixed: AtomicBool,
}

impl CounterOffsets {
    /// Virtual and physical.
    pub fn offsets(&self) -> [u64; 2] {
        [0, 1].map(|index: usize| self.offsets[index].load(Ordering::SeqCst))
    }

    /// KVM_ARM_SET_COUNTER_OFFSET.
    pub fn fix(&self, offset: u64) {
        self.fixed.store(true, Ordering::SeqCst);
        for cell in &self.offsets {
            cell.store(offset, Ordering::SeqCst);
        }
    }

    /// A counter shall read `value` now.
    pub fn set(&self, counter: TimerId, timers: &Timers, value: u64) {
        if !self.fixed.load(Ordering::SeqCst) {
            self.offsets[counter as usize].store(timers.system_count().wrapping_sub(value), Ordering::SeqCst);
        }
    }
}

/// The timer whose counter a register is.
pub(super) fn counter(register: SysReg) -> Option<TimerId> {
    match register {
        SysReg::CNTVCT_EL0 => Some(TimerId::Virtual),
        SysReg::CNTPCT_EL0 => Some(TimerId::Physical),
        _ => None,
    }
}

fn control(register: SysReg) -> Option<TimerId> {
    match register {
        SysReg::CNTV_CTL_EL0 => Some(TimerId::Virtual),
        SysReg::CNTP_CTL_EL0 => Some(TimerId::Physical),
        _ => None,
    }
}

fn compare(register: SysReg) -> Option<TimerId> {
    match register {
        SysReg::CNTV_CVAL_EL0 => Some(TimerId::Virtual),
        SysReg::CNTP_CVAL_EL0 => Some(TimerId::Physical),
        _ => None,
    }
}

impl VcpuState {
    /// Brings the vCPU's counters in line with the VM's offsets.
    pub(super) fn use_counter_offsets(&mut self, offsets: [u64; 2]) {
        for (timer, offset) in self.cpu.timers.timers.iter_mut().zip(offsets) {
            if timer.offset != offset {
                timer.offset = offset;
                self.cpu.next_timer_check = self.cpu.retired;
            }
        }
    }

    /// A timer register's value; None for any other register.
    pub(super) fn get_timer(&self, vm_ids: &VmIds, register: SysReg) -> Option<u64> {
        let timers = &self.cpu.timers;
        if let Some(id) = counter(register) {
            return Some(timers.count(id));
        }
        if let Some(id) = compare(register) {
            return Some(timers.timers[id as usize].compare);
        }
        let id = control(register)?;
        let timer = timers.timers[id as usize];
        // Up to 6.17 `read_timer_ctl` shows the condition, enabled or not.
        let shows_condition = vm_ids.personality().traits().timers != TimerList::AmongSystemRegisters;
        let met = timers.count(id) >= timer.compare;
        Some(timer.control & !ISTATUS | if shows_condition && met { ISTATUS } else { 0 })
    }

    /// A trapped read of the physical timer (`kvm_arm_timer_read_sysreg`). ISTATUS is the condition, enabled or not: the
    /// architecture leaves it UNKNOWN in a disabled timer.
    pub(super) fn read_physical_timer(&self, register: SysReg) -> u64 {
        let timers = &self.cpu.timers;
        let timer = timers.timers[TimerId::Physical as usize];
        match register {
            SysReg::CNTP_CTL_EL0 => {
                let met = timers.count(TimerId::Physical) >= timer.compare;
                timer.control & !ISTATUS | if met { ISTATUS } else { 0 }
            }
            SysReg::CNTP_TVAL_EL0 => timers.value(TimerId::Physical),
            _ => timer.compare,
        }
    }

    /// A trapped write.
    pub(super) fn write_physical_timer(&mut self, register: SysReg, value: u64) {
        if register == SysReg::CNTP_TVAL_EL0 {
            self.cpu.timers.set_value(TimerId::Physical, value);
            self.cpu.next_timer_check = self.cpu.retired;
        } else {
            self.set_timer(register, value);
        }
    }

    /// Writes a timer's control or compare value; false for any other register.
    pub(super) fn set_timer(&mut self, register: SysReg, value: u64) -> bool {
        let timers = &mut self.cpu.timers.timers;
        if let Some(id) = compare(register) {
            timers[id as usize].compare = value;
        } else if let Some(id) = control(register) {
            timers[id as usize].control = value & !ISTATUS;
        } else {
            return false;
        }
        self.cpu.next_timer_check = self.cpu.retired;
        true
    }
}
