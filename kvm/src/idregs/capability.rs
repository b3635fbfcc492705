//! KVM_CHECK_EXTENSION for a personality on a host, and the guest physical address size behind it.
//! Enables nothing: what a capability changes is the VM's business.

use sysregs::fields::aarch64::{ID_AA64DFR0_EL1, ID_AA64MMFR0_EL1, ID_AA64PFR0_EL1};
use sysregs::fields::cache::CTR_EL0;
use sysregs::{Feature, SanitiseError, SysReg};

use super::HostIds;
use crate::abi::refusal::CAP_INVAR_REFUSAL_INFO;
use crate::errno::{EINVAL, Errno};
use crate::personality::Personality;
use crate::personality::capability::Answer;

/// vCPUs with a GICv2.
const GICV2_VCPUS: i64 = 8;

/// KVM_CHECK_EXTENSION on /dev/kvm or a VM. Never an error for what is unknown: that is 0.
///
/// # Errors
/// EINVAL for what only a VM can answer.
pub fn check_extension(personality: &Personality, host: &HostIds, capability: u32, on_vm: bool) -> Result<i64, Errno> {
    let Some(row) = personality.capability(capability) else {
        return Ok((capability == CAP_INVAR_REFUSAL_INFO).into());
    };
    if !on_vm && matches!(row.answer, Answer::MessageDevice | Answer::CacheablePfnmap) {
        return Err(EINVAL);
    }
    Ok(answer(row.answer, personality, host))
}

fn answer(answer: Answer, personality: &Personality, host: &HostIds) -> i64 {
    // A value that the model leaves unknown is one that the host cannot vouch for.
    let at_least = |field, least| host.field(field).is_ok_and(|value| value >= least);
    let count = |field| host.field(field).map_or(0, |value| value + 1);
    match answer {
        Answer::Is(value) => value,
        Answer::MessageDevice => 0,
        Answer::Cpus => i64::from(host.facts().cpus).min(max_vcpus(personality, host)),
        Answer::Vcpus(with_gicv3) if host.facts().vgic_v3 => with_gicv3,
        Answer::Vcpus(_) => GICV2_VCPUS,
        Answer::Aarch32El1 => at_least(&ID_AA64PFR0_EL1::EL1, 2).into(),
        Answer::Breakpoints => count(&ID_AA64DFR0_EL1::BRPs),
        Answer::Watchpoints => count(&ID_AA64DFR0_EL1::WRPs),
        Answer::Pmu => (host.has_pmu() == Ok(true)).into(),
        Answer::Ras => at_least(&ID_AA64PFR0_EL1::RAS, 1).into(),
        Answer::IpaBits => ipa_bits(personality, host).map_or(0, i64::from),
        Answer::Sve => host.all(Feature::SVE).into(),
        Answer::PointerAuth => (host.all(Feature::PAuth) && host.all(Feature::PACGA)).into(),
        Answer::Mte => host.all(Feature::MTE2).into(),
        Answer::Nested => host.facts().nested.into(),
        Answer::NestedE2h0 => (host.facts().nested && host.all(Feature::E2H0)).into(),
        Answer::CacheablePfnmap => (host.all(Feature::S2FWB) && at_least(&CTR_EL0::DIC, 1)).into(),
    }
}

fn max_vcpus(personality: &Personality, host: &HostIds) -> i64 {
    /// KVM_CAP_MAX_VCPUS
    const MAX_VCPUS: u32 = 66;
    personality.capability(MAX_VCPUS).map_or(1, |row| answer(row.answer, personality, host))
}

/// The largest guest physical address size, in bits (`get_kvm_ipa_limit`; 4 KiB pages).
///
/// # Errors
/// The host model does not say.
pub fn ipa_bits(personality: &Personality, host: &HostIds) -> Result<u8, SanitiseError> {
    let bits = match host.field(&ID_AA64MMFR0_EL1::PARANGE)? {
        0 => 32,
        1 => 36,
        2 => 40,
        3 => 42,
        4 => 44,
        5 => 48,
        _ => 52,
    };
    let stage2_lpa2 = match host.field(&ID_AA64MMFR0_EL1::TGRAN4_2)? {
        0 => host.field(&ID_AA64MMFR0_EL1::TGRAN4)? >= 1,
        stage2 => stage2 >= 3,
    };
    let large = personality.traits().large_ipa && stage2_lpa2;
    Ok(if bits > 48 && !large { 48 } else { bits })
}

/// The host's boot CPU as a KVM_ARM_TARGET, where KVM has a number for it (`kvm_target_cpu`).
pub fn host_target(host: &HostIds) -> u32 {
    const MODEL: u64 = 0xff00_fff0;
    match host.boot(SysReg::MIDR_EL1).map(|midr| midr & MODEL) {
        Ok(0x4100_d0f0) => 0,
        Ok(0x4100_d000) => 1,
        Ok(0x4100_d070) => 2,
        Ok(0x5000_0000) => 3,
        Ok(0x4100_d030) => 4,
        _ => GENERIC_V8,
    }
}

/// KVM_ARM_TARGET_GENERIC_V8
pub const GENERIC_V8: u32 = 5;
