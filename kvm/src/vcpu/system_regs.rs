//! System registers other than identification through KVM_GET_ONE_REG and KVM_SET_ONE_REG: stored values and timers.
//! What a setter does with a value is `idregs::stored`'s business, the guest's own accesses are `sysreg`'s.

use sysregs::SysReg;

use super::VcpuState;
use crate::idregs::{Refusal, VmIds, stored};

/// Registers with two names: one sets bits, one clears them, both read the same.
pub(super) fn stored_as(register: SysReg) -> SysReg {
    match register {
        SysReg::PMINTENCLR_EL1 => SysReg::PMINTENSET_EL1,
        SysReg::PMCNTENCLR_EL0 => SysReg::PMCNTENSET_EL0,
        SysReg::PMOVSCLR_EL0 => SysReg::PMOVSSET_EL0,
        other => other,
    }
}

impl VcpuState {
    pub(super) fn get_system(&self, vm_ids: &VmIds, register: SysReg) -> u64 {
        self.get_timer(vm_ids, register).unwrap_or_else(|| self.cpu.sys(stored_as(register)) & self.counter_bits(vm_ids, register))
    }

    /// The bits of counters that the VM has (`kvm_pmu_valid_counter_mask`), for the registers with a bit a counter.
    fn counter_bits(&self, vm_ids: &VmIds, register: SysReg) -> u64 {
        let stored = stored_as(register);
        let a_bit_each = matches!(stored, SysReg::PMCNTENSET_EL0 | SysReg::PMINTENSET_EL1 | SysReg::PMOVSSET_EL0);
        if !a_bit_each || !vm_ids.personality().traits().pmu_registers_masked {
            return u64::MAX;
        }
        let counters = self.cpu.sys(SysReg::PMCR_EL0) >> 11 & 0x1f;
        1 << 31 | ((1 << counters) - 1)
    }

    pub(super) fn set_system(&mut self, vm_ids: &VmIds, register: SysReg, value: u64, has_run: bool) -> Result<(), Refusal> {
        if self.set_timer(register, value) {
            return Ok(());
        }
        let current = self.cpu.sys(stored_as(register));
        let taken = stored(vm_ids, register, current, value, has_run)?;
        self.cpu.set_sys(stored_as(register), taken & self.counter_bits(vm_ids, register));
        self.reload();
        if register.encoding().op0() == 2 {
            self.cpu.update_debug();
        }
        Ok(())
    }

    /// The values that registers have after a reset.
    pub(super) fn set_reset_values(&mut self) {
        for &(register, value) in &self.reset_values {
            self.cpu.set_sys(stored_as(register), value);
        }
        self.cpu.update_debug();
    }
}
