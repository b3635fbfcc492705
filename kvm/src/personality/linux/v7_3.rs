//! Linux 7.3 (7.3.4): GICv5, LS64, unprivileged load-store.
//! Rows say what changed since the version named in `base`, and nothing else.

use emu::gic::IidrWrite;
use emu::gic::its::ItsRules;

use super::Version;
use super::v6_19;
use crate::personality::capability::capabilities;
use crate::personality::registers::listed;
use crate::personality::rule::{shown, writable};
use crate::personality::traits::{AbortSyndrome, GicFields, GicRules, PmuVersion, Traits};

pub(super) static LINUX: Version = Version {
    name: "linux-7.3",
    base: Some(&v6_19::LINUX),
    traits: Traits {
        id_space_traps: true,
        abort_syndrome: AbortSyndrome::WithLength,
        mmio_sign_extends: true,

        gic_fields: GicFields::AtCreationAndFirstRun,
        pmu_version: PmuVersion::Unsigned,
        dependencies_enforced: true,
        gic: GicRules {
            iidr_write: IidrWrite::SelectsRevision { oldest: 2 },
            its: ItsRules { new_table_forgets: true, saves_what_fits: true, ..v6_19::LINUX.traits.gic.its },
            ..v6_19::LINUX.traits.gic
        },
        vcpu_features: 10,
        ..v6_19::LINUX.traits
    },
    shown: shown! {
        ID_AA64PFR2_EL1 [GCIE] GicV5;
        ID_AA64FPFR0_EL1 [F16MM2] Host;
        ID_AA64ISAR1_EL1 [LS64] Host;
        ID_AA64ISAR2_EL1 [ATS1A] Host;
        ID_AA64ISAR3_EL1 [LSUI] Host;
        ID_AA64MMFR3_EL1 [S1POE] Overlay;
    },
    writable: writable! {
        [ID_AA64PFR2_EL1] 0xf_0000_fff0;
        [ID_AA64FPFR0_EL1] 0xfc00_80ff;
        [ID_AA64ISAR0_EL1] 0xffff_ffff_f0ff_fff0;
        [ID_AA64ISAR3_EL1] 0xff0f_00f0;
    },
    listed: listed! {
        [PMMIR_EL1] Pmu Value(0);
    },
    capabilities: capabilities! {
        251 ARM_PMU_V3_STRICT Pmu No;
    },
};
