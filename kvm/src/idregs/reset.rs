//! What every listed register holds after KVM_ARM_VCPU_INIT.
//! Keeps no state: whoever runs the vCPU starts from these values.

use sysregs::fields::aarch64::{ID_AA64DFR0_EL1, ID_AA64PFR0_EL1};
use sysregs::{Encoding, SanitiseError, SysReg};

use super::firmware::{BITMAPS, FIRMWARE, Firmware};
use super::reg_list::{CACHE_SIZES, SVE_VECTOR_LENGTHS, is_listed, one_reg_id};
use super::{VcpuIds, VmIds};
use crate::personality::registers::Reset;
use crate::personality::traits::TimerList;

/// What KVM puts where the architecture says UNKNOWN.
const UNKNOWN: u64 = 0x1de7_ec7e_dbad_c0de;

const CORE: std::ops::Range<u64> = 0x10_0000..0x10_00d6;
const PSTATE: u64 = 0x10_0042;
/// EL1h, EL2h and AArch32 Supervisor, everything masked.
const PSTATE_EL1H: u128 = 0x3c5;
const PSTATE_EL2H: u128 = 0x3c9;
const PSTATE_SVC: u128 = 0x1d3;

/// PMCR_EL0: what KVM leaves in its writable bits, LC, and N.
const PMCR_PATTERN: u64 = 0xac;
const PMCR_LC: u64 = 1 << 6;
const PMCR_N: u64 = 0x1f << 11;

/// PMEVTYPER<n>_EL0: P and U, NSH, what EL3 adds, and every bit that KVM ever allows.
const EVENT_EL1_EL0: u64 = 3 << 30;
const EVENT_EL2: u64 = 1 << 27;
const EVENT_EL3: u64 = 1 << 29 | 1 << 28 | 1 << 26;
const EVENT_ANY: u64 = 0xc800_ffff;
const PMU_V3P1: i64 = 4;

/// CTL.ISTATUS: a comparator at 0 is always met.
const ISTATUS: u128 = 4;

/// A register's value after reset.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AtReset {
    /// In as many bits as the register's id says; wider ones are zero above.
    Value(u128),
    /// A counter that runs.
    Time,
}

/// The value of a listed register; `None` for an id that KVM_GET_ONE_REG refuses.
///
/// # Errors
/// The host model leaves a value unknown that this needs.
pub fn at_reset(vm: &VmIds, vcpu: &VcpuIds, id: u64) -> Result<Option<AtReset>, SanitiseError> {
    let low = id & 0xffff_ffff;
    Ok(match id {
        SVE_VECTOR_LENGTHS => {
            let lengths = vm.host().vector_lengths().ok_or(SanitiseError::Unknown { register: SysReg::ZCR_EL1, cpu: 0 })?;
            Some(AtReset::Value(u128::from(lengths)))
        }
        _ if low >> 16 == 0x15 => Some(AtReset::Value(0)),
        _ if CORE.contains(&low) => core(vm, low),
        FIRMWARE..=0x6030_0000_0014_ffff | BITMAPS..=0x6030_0000_0016_ffff => {
            Firmware::new(vm).get(vm, id).map(|value| AtReset::Value(value.into()))
        }
        CACHE_SIZES..=0x6020_0000_0011_00ff => vcpu.ccsidr(vm, id as u8).map(|value| AtReset::Value(value.into())),
        _ => match Encoding::from_kvm_id(id).and_then(SysReg::from_encoding) {
            Some(named) => system_register(vm, vcpu, unswapped(named))?,
            None => None,
        },
    })
}

fn core(vm: &VmIds, index: u64) -> Option<AtReset> {
    let vectors = (0x10_0054..0x10_00d4).contains(&index);
    let word_of_none = if vectors { index & 3 != 0 } else { index < 0x10_0054 && index & 1 != 0 || index & !1 == 0x10_0052 };
    let value = match index {
        PSTATE if vm.features().el2 => PSTATE_EL2H,
        PSTATE if vm.features().el1_32bit => PSTATE_SVC,
        PSTATE => PSTATE_EL1H,
        _ => 0,
    };
    (!word_of_none).then_some(AtReset::Value(value))
}

/// The register that an id with the swapped meaning names.
fn unswapped(named: SysReg) -> SysReg {
    [SysReg::CNTVCT_EL0, SysReg::CNTV_CVAL_EL0]
        .into_iter()
        .find(|&register| one_reg_id(register) == named.encoding().kvm_id())
        .unwrap_or(named)
}

fn system_register(vm: &VmIds, vcpu: &VcpuIds, register: SysReg) -> Result<Option<AtReset>, SanitiseError> {
    if let Some(value) = timer(vm, register) {
        return Ok(Some(value));
    }
    if let Some(value) = vcpu.get(vm, register) {
        return Ok(Some(AtReset::Value(value.into())));
    }
    match vm.personality().listing(register) {
        Some((when, reset)) if is_listed(when, vm) => Ok(Some(AtReset::Value(value(vm, reset)?.into()))),
        _ => Ok(None),
    }
}

fn timer(vm: &VmIds, register: SysReg) -> Option<AtReset> {
    let timers = vm.personality().traits().timers;
    let physical = matches!(register, SysReg::CNTP_CTL_EL0 | SysReg::CNTPCT_EL0 | SysReg::CNTP_CVAL_EL0);
    if physical && timers == TimerList::Virtual {
        return None;
    }
    match register {
        SysReg::CNTVCT_EL0 | SysReg::CNTPCT_EL0 => Some(AtReset::Time),
        SysReg::CNTV_CVAL_EL0 | SysReg::CNTP_CVAL_EL0 => Some(AtReset::Value(0)),
        SysReg::CNTV_CTL_EL0 | SysReg::CNTP_CTL_EL0 => {
            Some(AtReset::Value(if timers == TimerList::AmongSystemRegisters { 0 } else { ISTATUS }))
        }
        _ => None,
    }
}

fn value(vm: &VmIds, reset: Reset) -> Result<u64, SanitiseError> {
    let pmcr = vm.personality().traits().pmcr;
    let lc = if vm.host().aarch32_el0() || !pmcr.sets_lc { 0 } else { PMCR_LC };
    Ok(match reset {
        Reset::Value(value) => value,
        Reset::Unknown => UNKNOWN,
        // Without a PMU the kernel does not touch the register (`kvm_arm_support_pmu_v3`).
        Reset::PmcrOfHost if !vm.host().has_pmu()? => 0,
        Reset::PmcrOfHost => vm.host().pmcr()? & !pmcr.mask | PMCR_PATTERN & pmcr.mask | lc,
        Reset::PmcrCounters => vm.host().pmcr()? & PMCR_N | lc,
        Reset::CounterBits => {
            let counters = (vm.host().pmcr()? & PMCR_N) >> 11;
            UNKNOWN & (1 << 31 | ((1 << counters) - 1))
        }
        Reset::CounterSelector => UNKNOWN & 0x1f,
        Reset::EventCounter => UNKNOWN & 0xffff_ffff,
        Reset::EventType => UNKNOWN & EVENT_ANY,
        Reset::EventTypeOfVm => UNKNOWN & event_type_bits(vm),
    })
}

/// `kvm_pmu_evtyper_mask`
pub(crate) fn event_type_bits(vm: &VmIds) -> u64 {
    let events = if vm.field(&ID_AA64DFR0_EL1::PMUVer) >= PMU_V3P1 { 0xffff } else { 0x3ff };
    let el2 = if vm.field(&ID_AA64PFR0_EL1::EL2) > 0 { EVENT_EL2 } else { 0 };
    let el3 = if vm.field(&ID_AA64PFR0_EL1::EL3) > 0 { EVENT_EL3 } else { 0 };
    EVENT_EL1_EL0 | events | el2 | el3
}
