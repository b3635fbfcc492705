//! Linux 6.6 (6.6.9): ID registers belong to the VM, are checked field by field and freeze at the first run.
//! Rows say what changed since the version named in `base`, and nothing else.

use super::Version;
use super::v6_3;
use crate::personality::capability::capabilities;
use crate::personality::registers::listed;
use crate::personality::rule::{shown, writable};
use crate::personality::traits::{Aarch32Absent, PmuVersion, PreferredTarget, TimerList, Traits};

pub(super) static LINUX: Version = Version {
    name: "linux-6.6",
    base: Some(&v6_3::LINUX),
    traits: Traits {
        frozen_after_run: true,
        aarch32_absent: Aarch32Absent::WritesIgnored,
        timers: TimerList::Both,
        timer_irqs_of_vm: true,
        preferred_target: PreferredTarget::Generic,
        uniform_features: true,
        smc_calls: true,
        tag_sets: true,
        pmu_version: PmuVersion::Signed,
        ..v6_3::LINUX.traits
    },
    shown: shown! {
        ID_AA64ISAR2_EL1 [CLRBHB BC] Host;
        ID_AA64MMFR1_EL1 [HCX] Host;
        ID_AA64MMFR3_EL1 [S1PIE TCRX] Host;
    },
    writable: writable! {},
    listed: listed! {
        [TCR2_EL1] Always Value(0);
        [PIRE0_EL1 PIR_EL1] Always Unknown;
    },
    capabilities: capabilities! {
        227 COUNTER_OFFSET Is(1) No;
        228 ARM_EAGER_SPLIT_CHUNK_SIZE Is(0) Arguments;
        229 ARM_SUPPORTED_BLOCK_SIZES Is(0x4020_1000) No;
    },
};
