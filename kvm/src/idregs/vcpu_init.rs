//! KVM_ARM_VCPU_INIT: which features are accepted, in which order the checks come; and the preferred target.
//! Resets nothing.

use super::capability::{GENERIC_V8, check_extension, host_target};
use super::{HostIds, VmFeatures};
use crate::errno::{EINVAL, ENODEV, ENOENT, Errno};
use crate::personality::Personality;
use crate::personality::traits::{MixedWidths, PreferredTarget, Traits};

/// Bits of `struct kvm_vcpu_init.features[0]`.
pub mod feature {
    pub const POWER_OFF: u32 = 1 << 0;
    pub const EL1_32BIT: u32 = 1 << 1;
    pub const PSCI_0_2: u32 = 1 << 2;
    pub const PMU_V3: u32 = 1 << 3;
    pub const SVE: u32 = 1 << 4;
    pub const PTRAUTH_ADDRESS: u32 = 1 << 5;
    pub const PTRAUTH_GENERIC: u32 = 1 << 6;
    pub const HAS_EL2: u32 = 1 << 7;
    pub const HAS_EL2_E2H0: u32 = 1 << 8;
    pub const PMU_V3_STRICT: u32 = 1 << 9;
}
use feature::*;

/// KVM_CAP_ARM_PMU_V3
const CAP_PMU_V3: u32 = 126;
const CAP_SVE: u32 = 170;
const CAP_POINTER_AUTH: u32 = 171;
const CAP_EL1_32BIT: u32 = 93;
const CAP_EL2: u32 = 240;
const CAP_EL2_E2H0: u32 = 241;

/// What was initialised before.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Earlier {
    /// The features of this vCPU, if it is initialised.
    pub vcpu: Option<u32>,
    /// The features of the VM's first initialised vCPU.
    pub vm: Option<u32>,
    /// What refusals have left of this vCPU's, which is not initialised: [`left_by_refusal`].
    pub left: u32,
    /// Some other vCPU has KVM_ARM_VCPU_EL1_32BIT; some other has not.
    pub others: [bool; 2],
}

/// KVM_ARM_PREFERRED_TARGET
pub fn preferred_target(personality: &Personality, host: &HostIds) -> u32 {
    match personality.traits().preferred_target {
        PreferredTarget::HostCpu => host_target(host),
        PreferredTarget::Generic => GENERIC_V8,
    }
}

/// KVM_ARM_VCPU_INIT has refused this for a vCPU that is not initialised: the features that stay with it. The older kernels take one after
/// the other up to one that they do not know, and drop them all only where they refuse them as a whole (`kvm_vcpu_set_target`).
pub fn left_by_refusal(personality: &Personality, host: &HostIds, target: u32, features: &[u32; 7], before: u32) -> u32 {
    let traits = personality.traits();
    if traits.uniform_features || !is_target(traits, host, target) {
        before
    } else if has_unknown(traits, features) {
        before | features[0] & known(traits)
    } else {
        0
    }
}

fn is_target(traits: &Traits, host: &HostIds, target: u32) -> bool {
    let generic = target == GENERIC_V8 && traits.preferred_target == PreferredTarget::Generic;
    generic || target == host_target(host)
}

fn known(traits: &Traits) -> u32 {
    (1 << traits.vcpu_features) - 1
}

fn has_unknown(traits: &Traits, features: &[u32; 7]) -> bool {
    let [first, rest @ ..] = *features;
    first & !known(traits) != 0 || rest.iter().any(|&word| word != 0)
}

/// Whether KVM_ARM_VCPU_INIT accepts this; the features then are `features[0]`, and what was left before.
///
/// # Errors
/// EINVAL for another target, for features that the host lacks, that contradict each other or what was initialised before;
/// ENOENT for features that this kernel does not know; ENODEV for a PMU without one to stand on.
pub fn check_vcpu_init(
    personality: &Personality,
    host: &HostIds,
    target: u32,
    features: &[u32; 7],
    mte: bool,
    earlier: Earlier,
) -> Result<u32, Errno> {
    let traits = personality.traits();
    if !is_target(traits, host, target) {
        return Err(EINVAL);
    }
    let [asked, ..] = *features;
    if !traits.uniform_features {
        // One after the other, and those that exist come first.
        check_same(asked & known(traits), earlier.vcpu)?;
    }
    if has_unknown(traits, features) {
        return Err(ENOENT);
    }
    let wanted = asked | earlier.left;
    if traits.uniform_features {
        check_supported(personality, host, wanted, mte)?;
        check_same(wanted & !POWER_OFF, earlier.vcpu.or(earlier.vm).map(|before| before & !POWER_OFF))?;
        check_same(wanted & !POWER_OFF, earlier.vm.map(|before| before & !POWER_OFF))?;
    } else {
        check_supported(personality, host, wanted, mte)?;
        check_width(traits.mixed_widths, wanted & EL1_32BIT != 0, earlier)?;
    }
    if wanted & PMU_V3 != 0 && traits.pmu_feature_checked && host.pmcr().is_err() {
        return Err(ENODEV);
    }
    Ok(wanted)
}

fn check_same(wanted: u32, before: Option<u32>) -> Result<(), Errno> {
    if before.is_none_or(|before| before == wanted) { Ok(()) } else { Err(EINVAL) }
}

fn check_width(rule: MixedWidths, narrow: bool, earlier: Earlier) -> Result<(), Errno> {
    let mixed = match rule {
        MixedWidths::Allowed => false,
        MixedWidths::AmongAll => earlier.others[usize::from(narrow)],
        MixedWidths::AsFirst => earlier.vm.is_some_and(|first| (first & EL1_32BIT != 0) != narrow),
    };
    if mixed { Err(EINVAL) } else { Ok(()) }
}

/// Features that the host has and that go together (`kvm_vcpu_init_check_features`, `kvm_reset_vcpu`).
fn check_supported(personality: &Personality, host: &HostIds, wanted: u32, mte: bool) -> Result<(), Errno> {
    let offered = |capability| check_extension(personality, host, capability, true) == Ok(1);
    let has = |bits: u32| wanted & bits != 0;
    let unsupported = (has(EL1_32BIT) && !offered(CAP_EL1_32BIT))
        || (has(PMU_V3) && !offered(CAP_PMU_V3) && personality.traits().pmu_feature_checked)
        || (has(SVE) && !offered(CAP_SVE))
        || (has(PTRAUTH_ADDRESS | PTRAUTH_GENERIC) && !offered(CAP_POINTER_AUTH))
        || (has(HAS_EL2) && !offered(CAP_EL2));
    let contradictory =
        has(PTRAUTH_ADDRESS) != has(PTRAUTH_GENERIC) || (has(PMU_V3_STRICT) && !has(PMU_V3)) || (has(EL1_32BIT) && (mte || has(HAS_EL2)));
    // E2H0 alone means nothing and is not looked at.
    let no_e2h0 = has(HAS_EL2) && has(HAS_EL2_E2H0) && !offered(CAP_EL2_E2H0);
    if unsupported || contradictory || no_e2h0 { Err(EINVAL) } else { Ok(()) }
}

impl VmFeatures {
    /// From the features of an accepted KVM_ARM_VCPU_INIT and the VM's enabled capabilities.
    pub fn from_init(features: u32, mte: bool, writable_implementation: bool) -> VmFeatures {
        let has = |bits: u32| features & bits == bits;
        VmFeatures {
            psci_0_2: has(PSCI_0_2),
            pmu: has(PMU_V3),
            sve: has(SVE),
            pointer_auth: has(PTRAUTH_ADDRESS | PTRAUTH_GENERIC),
            mte,
            el1_32bit: has(EL1_32BIT),
            el2: has(HAS_EL2),
            e2h0: has(HAS_EL2_E2H0),
            writable_implementation,
        }
    }
}
