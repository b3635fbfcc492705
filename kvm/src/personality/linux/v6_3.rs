//! Linux 6.3 (6.3.8): PMU version writable, caches fabricated.
//! Rows say what changed since the version named in `base`, and nothing else.

use emu::gic::IidrWrite;
use emu::gic::its::ItsRules;

use super::Version;
use super::v6_1;
use crate::personality::capability::capabilities;
use crate::personality::registers::listed;
use crate::personality::rule::{shown, writable};
use crate::personality::traits::{AskedAbort, CacheGeometry, FineGrained, GicRules, MapFailure, PmcrRules, PmuVersion, Traits};

pub(super) static LINUX: Version = Version {
    name: "linux-6.3",
    base: Some(&v6_1::LINUX),
    traits: Traits {
        cache_geometry: CacheGeometry::Fabricated,
        pmu_version: PmuVersion::Coupled,
        overflow_of_enabled: true,
        asked_abort: AskedAbort::LostToCompletion,
        pmcr: PmcrRules { keeps_lp: false, ..v6_1::LINUX.traits.pmcr },
        fine_grained: FineGrained::ExceptGcs,
        gic: GicRules {
            iidr_write: IidrWrite::KeepsRevision,
            positions_clamped: true,
            failure: MapFailure::Forgotten,
            attributes_by_id: false,
            its: ItsRules { leaves_entries: true, ..v6_1::LINUX.traits.gic.its },
            ..v6_1::LINUX.traits.gic
        },
        ..v6_1::LINUX.traits
    },
    shown: shown! {
        ID_DFR0_EL1 [PerfMon] Pmu;
        ID_MMFR4_EL1 [CCIDX] Hidden;
        ID_AA64DFR0_EL1 [PMUVer] Pmu;
        ID_AA64ISAR2_EL1 [CSSC RPRFM] Host;
        ID_AA64ISAR2_EL1 [CLRBHB] Hidden;
        ID_AA64ISAR2_EL1 [BC] HostHighest;
        ID_AA64MMFR1_EL1 [ECBHB] Hidden;
        ID_AA64MMFR2_EL1 [CCIDX] Hidden;
    },
    writable: writable! {
        [ID_DFR0_EL1] 0xf00_0000;
        [ID_AA64DFR0_EL1] 0xf00;
    },
    listed: listed! {
        [PMCR_EL0] Pmu PmcrCounters;
    },
    capabilities: capabilities! {
        223 DIRTY_LOG_RING_ACQ_REL Is(0x10_0000) Arguments;
        225 DIRTY_LOG_RING_WITH_BITMAP Is(1) Arguments;
    },
};
