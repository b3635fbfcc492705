//! Linux 6.1 (6.1.192): the PMU version follows the vCPU, AArch32 registers vanish on 64-bit hosts.
//! Rows say what changed since the version named in `base`, and nothing else.

use emu::gic::IidrWrite;
use emu::gic::its::ItsRules;

use super::Version;
use super::v5_10;
use crate::errno::ENOENT;
use crate::personality::capability::capabilities;
use crate::personality::registers::listed;
use crate::personality::rule::{shown, writable};
use crate::personality::traits::{
    Aarch32Absent, AbortSyndrome, AskedAbort, FrameRules, GicRules, MapFailure, MixedWidths, PmcrRules, StallSlots, Traits,
};

pub(super) static LINUX: Version = Version {
    name: "linux-6.1",
    base: Some(&v5_10::LINUX),
    traits: Traits {
        debug_exit_flags: true,
        asked_abort: AskedAbort::TakenByRun,
        abort_syndrome: AbortSyndrome::SignExtended,
        mmio_order_by_level: true,
        value_before_register: true,
        unready_pmu_is_zero: false,
        affinity_checked: true,
        mixed_widths: MixedWidths::AsFirst,
        pmu_feature_checked: true,
        first_run_once: false,
        pmu_attributes: 4,
        late_event_filters: false,
        stall_slots: StallSlots::OneLeftOut,
        pmmir_known: true,
        pmcr: PmcrRules { keeps_actions: false, ..v5_10::LINUX.traits.pmcr },
        aarch32_absent: Aarch32Absent::Zero,
        psci: 0x1_0001,
        bitmaps: 3,
        gic: GicRules {
            revision: 3,
            iidr_write: IidrWrite::SelectsRevision { oldest: 2 },
            unknown_register: ENOENT,
            failure: MapFailure::Final,
            frames: FrameRules::Ranges,
            invalidation_registers: true,
            positions_clamped: false,
            its: ItsRules { tables_unchecked: false, ..v5_10::LINUX.traits.gic.its },
            ..v5_10::LINUX.traits.gic
        },
        ..v5_10::LINUX.traits
    },
    shown: shown! {
        ID_DFR0_EL1 [PerfMon] PmuV8p4;
        ID_AA64PFR0_EL1 [CSV3] Csv;
        ID_AA64PFR0_EL1 [GIC] Gic;
        ID_AA64PFR1_EL1 [MTE] Mte;
        ID_AA64DFR0_EL1 [PMSVer] Hidden;
        ID_AA64DFR0_EL1 [PMUVer] PmuV8p4;
        ID_AA64DFR0_EL1 [DebugVer] DebugV8;
        ID_AA64ISAR2_EL1 [CLRBHB BC] Host;
        ID_AA64ISAR2_EL1 [APA3 GPA3] PointerAuth;
        ID_AA64ISAR2_EL1 [WFxT] WaitTimeout;
        ID_AA64MMFR1_EL1 [ECBHB TIDCP1] Host;
    },
    writable: writable! {
        [ID_AA64PFR0_EL1] 0xff00_0000_0000_0000;
    },
    listed: listed! {
        [OSLSR_EL1] Always Value(8);
        [RGSR_EL1 GCR_EL1 TFSR_EL1 TFSRE0_EL1] Mte Unknown;
        [PMINTENSET_EL1 PMINTENCLR_EL1 PMCNTENSET_EL0 PMCNTENCLR_EL0 PMOVSCLR_EL0 PMOVSSET_EL0] Pmu CounterBits;
        [PMCR_EL0] Pmu PmcrOfHost;
        [PMSELR_EL0] Pmu CounterSelector;
        [PMSWINC_EL0 PMUSERENR_EL0 PMCCFILTR_EL0] Pmu Value(0);
        [PMCCNTR_EL0] Pmu Unknown;
        EVENT_COUNTERS Pmu EventCounter;
        EVENT_TYPES Pmu EventType;
    },
    capabilities: capabilities! {
        10 NR_MEMSLOTS Is(32767) No;
        195 SET_GUEST_DEBUG2 Is(0x3_0003) No;
        198 PTP_KVM Is(1) No;
        203 BINARY_STATS_FD Is(1) No;
        205 ARM_MTE Mte BeforeVcpus;
        215 SYSTEM_EVENT_DATA Is(1) No;
        216 ARM_SYSTEM_SUSPEND Is(1) Yes;
    },
};
