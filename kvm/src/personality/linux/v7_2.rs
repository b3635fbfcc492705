//! Linux 7.2 (7.2.13): GICv5, unprivileged load-store, unsigned PMU versions.
//! Rows say what changed since the version named in `base`, and nothing else.

use emu::gic::IidrWrite;
use emu::gic::its::ItsRules;

use super::Version;
use super::v7_0;
use crate::personality::rule::{shown, writable};
use crate::personality::traits::{AbortSyndrome, GicFields, GicRules, PmuVersion, Traits};

pub(super) static LINUX: Version = Version {
    name: "linux-7.2",
    base: Some(&v7_0::LINUX),
    traits: Traits {
        abort_syndrome: AbortSyndrome::WithLength,
        mmio_sign_extends: true,
        gic_fields: GicFields::AtCreationAndFirstRun,
        pmu_version: PmuVersion::Unsigned,
        guest_memfd_excludes_tags: true,
        empty_filter_refused: true,
        gic: GicRules {
            iidr_write: IidrWrite::SelectsRevision { oldest: 2 },
            line_needs_it_first: true,
            its: ItsRules { new_table_forgets: true, saves_what_fits: true, moves_every_lpi: false, ..v7_0::LINUX.traits.gic.its },
            ..v7_0::LINUX.traits.gic
        },
        ..v7_0::LINUX.traits
    },
    shown: shown! {
        ID_AA64PFR2_EL1 [GCIE] GicV5;
        ID_AA64FPFR0_EL1 [F16MM2] Host;
        ID_AA64ISAR2_EL1 [ATS1A] Host;
        ID_AA64ISAR3_EL1 [LSUI] Host;
    },
    writable: writable! {
        [ID_AA64PFR2_EL1] 0xf_0000_fff0;
        [ID_AA64FPFR0_EL1] 0xfc00_80ff;
        [ID_AA64ISAR3_EL1] 0xff0f_00f0;
    },
    listed: &[],
    capabilities: &[],
};
