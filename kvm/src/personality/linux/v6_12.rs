//! Linux 6.12 (Debian 6.12.107): CTR_EL0 belongs to the VM; the GIC field follows the VM at the first run.
//! The AArch32 masks, the choice of a GIC's revision and the ITS's cleared entries are backports of that stable series.

use emu::gic::IidrWrite;
use emu::gic::its::ItsRules;

use super::Version;
use super::v6_8;
use crate::personality::registers::listed;
use crate::personality::rule::{shown, writable};
use crate::personality::traits::{AbortSyndrome, AskedAbort, CacheType, GicFields, GicRules, MapFailure, PmuVersion, Traits};

pub(super) static LINUX: Version = Version {
    name: "linux-6.12",
    base: Some(&v6_8::LINUX),
    traits: Traits {
        vcpu_id_truncated: false,
        clidr_mask_whole: false,
        overflow_of_enabled: false,
        abort_syndrome: AbortSyndrome::OfLastTrap,
        asked_abort: AskedAbort::TakenByRun,
        init_keeps_pending: true,
        cache_type: CacheType::PerVm,
        workaround_2_of_vm: true,
        gic_fields: GicFields::AtFirstRun,
        pmu_version: PmuVersion::Unsigned,
        hidden_stops: true,
        halt_poll_shrinks_by: 2,
        gic: GicRules {
            iidr_write: IidrWrite::SelectsRevision { oldest: 2 },
            failure: MapFailure::Final,
            its: ItsRules { leaves_entries: false, moves_every_lpi: true, ..v6_8::LINUX.traits.gic.its },
            ..v6_8::LINUX.traits.gic
        },
        ..v6_8::LINUX.traits
    },
    shown: shown! {
        ID_PFR1_EL1 [GIC] Gic32;
        ID_AA64PFR0_EL1 [MPAM] HiddenIgnored;
        ID_AA64PFR1_EL1 [MPAM_frac] HiddenIgnored;
        ID_AA64PFR2_EL1 [FPMR] Host;
        ID_AA64FPFR0_EL1 [F8CVT F8FMA F8DP4 F8DP2 F8E4M3 F8E5M2] Host;
        ID_AA64ISAR1_EL1 [XS] Host;
        ID_AA64ISAR2_EL1 [LUT] Host;
        ID_AA64MMFR1_EL1 [ECBHB] Host;
        ID_AA64MMFR3_EL1 [S1POE] Overlay;
        ID_AA64MMFR4_EL1 [E2H0] Host;
    },
    writable: writable! {
        [ID_PFR0_EL1 ID_PFR1_EL1 ID_DFR0_EL1 ID_MMFR0_EL1 ID_MMFR1_EL1 ID_MMFR2_EL1 ID_MMFR3_EL1 ID_ISAR0_EL1
            ID_ISAR1_EL1 ID_ISAR2_EL1 ID_ISAR3_EL1 ID_ISAR4_EL1 ID_ISAR5_EL1 ID_MMFR4_EL1 ID_ISAR6_EL1 MVFR0_EL1
            MVFR1_EL1 MVFR2_EL1 ID_PFR2_EL1 ID_MMFR5_EL1] 0xffff_ffff;
        [ID_AA64PFR0_EL1] 0xffff_00f0_0f00_ffff;
        [ID_AA64PFR1_EL1] 0xf_0000_00ff;
        [ID_AA64PFR2_EL1] 0xf_0000_0000;
        [ID_AA64FPFR0_EL1] 0xf000_0003;
        [ID_AA64DFR0_EL1] 0xf0_00f0_0f0f;
        [ID_AA64MMFR0_EL1] 0xff00_f000_ffff_ff0f;
        [ID_AA64MMFR3_EL1] 0xf_0f0f;
        [CTR_EL0] 0x300f_000f;
    },
    listed: listed! {
        [FPMR] Has(ID_AA64PFR2_EL1 FPMR) Value(0);
        [POR_EL0 POR_EL1] Has(ID_AA64MMFR3_EL1 S1POE) Unknown;
    },
    capabilities: &[],
};
