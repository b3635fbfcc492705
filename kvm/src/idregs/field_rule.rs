//! Applies one field's rule: what it shows on a host and a VM, and what a written value becomes before it is checked.
//! Knows no register as a whole.

use sysregs::fields::aarch32::ID_DFR0_EL1;
use sysregs::fields::aarch64::{ID_AA64DFR0_EL1, ID_AA64PFR0_EL1, ID_AA64PFR1_EL1};
use sysregs::{IdField, SafeRule, SanitiseError, SysReg};

use super::host::HostIds;
use super::mitigations::State;
use super::{Reason, VmFeatures};
use crate::personality::rule::Shown;

/// ID_AA64DFR0_EL1.DebugVer and ID_DFR0_EL1.CopDbg: Armv8.0 and v8.8 debug.
const DEBUG_V8P0: i64 = 6;
const DEBUG_V8P8: i64 = 10;
/// PMUVer and PerfMon: IMPLEMENTATION DEFINED, PMUv3 and its revisions.
const PMU_IMPLEMENTATION_DEFINED: i64 = 15;
const PMU_V3: i64 = 1;
const PERFMON_V3: i64 = 3;
const PMU_V3P1: i64 = 4;
const PMU_V3P4: i64 = 5;
const PMU_V3P5: i64 = 6;

/// KVM compares three fields by "lower is safe" where the host kernel wants equality (`kvm_arm64_ftr_safe_value`).
pub fn kvm_rule(field: &IdField) -> SafeRule {
    let lowered: &[u8] = match field.register {
        SysReg::ID_AA64DFR0_EL1 => &[ID_AA64DFR0_EL1::PMUVer.lsb, ID_AA64DFR0_EL1::DebugVer.lsb],
        SysReg::ID_DFR0_EL1 => &[ID_DFR0_EL1::PerfMon.lsb],
        _ => &[],
    };
    if lowered.contains(&field.lsb) { SafeRule::Lower(0) } else { field.rule }
}

/// The value that KVM shows, and the most that user space may set.
pub fn shown(rule: Shown, field: &IdField, host: &HostIds, vm: &VmFeatures) -> Result<i64, SanitiseError> {
    let own = || host.field(field);
    let only_if = |condition: bool| if condition { own() } else { Ok(0) };
    match rule {
        Shown::Hidden | Shown::HiddenIgnored => Ok(0),
        Shown::Host | Shown::HostNonZero | Shown::DoubleLock | Shown::CacheIndex | Shown::Gic32 | Shown::Overlay => own(),
        Shown::HostHighest => host.highest(field),
        Shown::Csv => {
            let attack = if field == &ID_AA64PFR0_EL1::CSV2 { host.mitigations().spectre_v2 } else { host.mitigations().meltdown };
            if attack == State::Unaffected { Ok(1) } else { own() }
        }
        Shown::Gic if host.facts().vgic_v3 => Ok(1),
        Shown::Gic => own(),
        Shown::GicV5 => Ok(i64::from(host.facts().gic_v5)),
        Shown::Sve => only_if(vm.sve),
        Shown::PointerAuth => only_if(vm.pointer_auth),
        Shown::Mte | Shown::MteFraction => only_if(vm.mte),
        Shown::WaitTimeout => only_if(own()? >= 2),
        Shown::RasFraction => only_if(host.field(&ID_AA64PFR0_EL1::RAS)? == 1),
        Shown::DebugV8 => Ok(DEBUG_V8P0),
        Shown::Debug => Ok(own()?.min(DEBUG_V8P8)),
        Shown::PmuV8p1 => Ok(implemented_pmu(own()?).min(PMU_V3P1)),
        Shown::PmuV8p4 if vm.pmu => Ok(implemented_pmu(own()?).min(PMU_V3P4)),
        Shown::Pmu if vm.pmu => {
            let limit = implemented_pmu(host.field(&ID_AA64DFR0_EL1::PMUVer)?).min(PMU_V3P5);
            Ok(if field == &ID_DFR0_EL1::PerfMon && limit == PMU_V3 { PERFMON_V3 } else { limit })
        }
        Shown::PmuV8p4 | Shown::Pmu => Ok(0),
    }
}

fn implemented_pmu(version: i64) -> i64 {
    if version == PMU_IMPLEMENTATION_DEFINED { 0 } else { version }
}

/// What a written value becomes before the register is checked as a whole, or why it is refused at once
/// (the `set_user` functions in front of `set_id_reg`).
pub fn accept(rule: Shown, field: &'static IdField, wanted: i64, host: &HostIds, vm: &VmFeatures) -> Result<i64, Reason> {
    // A host value that is unknown cannot have been shown by an older kernel of this host.
    let own = || host.field(field).ok();
    match rule {
        Shown::HiddenIgnored if own() == Some(wanted) => Ok(0),
        Shown::HostNonZero if wanted == 0 => Err(Reason::BelowMinimum { field, minimum: 1, wanted }),
        Shown::CacheIndex if wanted < 2 => Err(Reason::Inconsistent { field, wanted }),
        Shown::Debug if wanted < DEBUG_V8P0 => Err(Reason::BelowMinimum { field, minimum: DEBUG_V8P0, wanted }),
        Shown::DoubleLock if vm.el2 && wanted == 0 && own() == Some(-1) => Ok(-1),
        Shown::MteFraction if wanted == 0 && own() == Some(-1) && host.field(&ID_AA64PFR1_EL1::MTE) == Ok(2) => Ok(-1),
        Shown::Pmu if wanted == PMU_IMPLEMENTATION_DEFINED => Ok(0),
        Shown::Pmu if field == &ID_DFR0_EL1::PerfMon && wanted != 0 && wanted < PERFMON_V3 => {
            Err(Reason::BelowMinimum { field, minimum: PERFMON_V3, wanted })
        }
        _ => Ok(wanted),
    }
}
