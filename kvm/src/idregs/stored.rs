//! What KVM_SET_ONE_REG leaves in the few ordinary registers that do not simply take any value.
//! Every register that is not named here does; and none of these rules is a guest's.

use sysregs::{SanitiseError, SysReg};

use super::{Reason, Refusal, VmIds};
use crate::errno::EINVAL;
use crate::personality::traits::TimerList;

/// OSLSR_EL1.OSLK; its other bits say what kind of lock there is.
const OSLK: u64 = 1 << 1;
const TIMER_ISTATUS: u64 = 1 << 2;
const PMCR_N: u64 = 0x1f << 11;
const PMCR_LC: u64 = 1 << 6;
const PMCR_WRITABLE: u64 = 0xff;
const CYCLE_COUNTER: u64 = 1 << 31;

/// The value that a register holds after a write of `wanted` over `current`.
///
/// # Errors
/// EINVAL where KVM refuses the value.
pub fn stored(vm: &VmIds, register: SysReg, current: u64, wanted: u64, after_first_run: bool) -> Result<u64, Refusal> {
    let traits = vm.personality().traits();
    match register {
        SysReg::OSLSR_EL1 if (wanted ^ current) & !OSLK != 0 => {
            let reason = Reason::Reserved { bits: (wanted ^ current) & !OSLK };
            Err(Refusal { errno: EINVAL, register: Some(register), wanted, reason })
        }
        SysReg::CNTV_CTL_EL0 | SysReg::CNTP_CTL_EL0 if traits.timers == TimerList::AmongSystemRegisters => Ok(wanted & !TIMER_ISTATUS),
        SysReg::PMCR_EL0 if traits.pmu_registers_masked => Ok(pmcr(vm, current, wanted, after_first_run)),
        SysReg::PMCNTENSET_EL0
        | SysReg::PMCNTENCLR_EL0
        | SysReg::PMINTENSET_EL1
        | SysReg::PMINTENCLR_EL1
        | SysReg::PMOVSSET_EL0
        | SysReg::PMOVSCLR_EL0
            if traits.pmu_registers_masked =>
        {
            // A vCPU with a PMU exists only where the host's number of counters is known.
            let counters = host_counters(vm).unwrap_or_default();
            let wanted = wanted & (CYCLE_COUNTER | ((1 << counters) - 1));
            Ok(if traits.pmu_masks_assigned { wanted } else { by_name(register, current, wanted) })
        }
        _ => Ok(wanted),
    }
}

/// `set_pmreg` before 6.15: a register that sets bits only sets them, one that clears bits only clears them. Who restores both in the order
/// of KVM_GET_REG_LIST is left without what the first had set.
fn by_name(register: SysReg, current: u64, wanted: u64) -> u64 {
    match register {
        SysReg::PMCNTENCLR_EL0 | SysReg::PMINTENCLR_EL1 | SysReg::PMOVSCLR_EL0 => current & !wanted,
        _ => current | wanted,
    }
}

fn host_counters(vm: &VmIds) -> Result<u64, SanitiseError> {
    vm.host().pmcr().map(|pmcr| (pmcr & PMCR_N) >> 11)
}

/// `set_pmcr`: what cannot be is dropped silently; the number of counters belongs to the VM and freezes with it.
fn pmcr(vm: &VmIds, current: u64, wanted: u64, after_first_run: bool) -> u64 {
    let counters = (wanted & PMCR_N) >> 11;
    let possible = !after_first_run && host_counters(vm).is_ok_and(|most| counters <= most);
    let number = if possible { wanted } else { current } & PMCR_N;
    let lc = if vm.host().aarch32_el0() { 0 } else { PMCR_LC };
    number | wanted & PMCR_WRITABLE | lc
}
