//! Linux 4.20 (4.20.0): every ID register is an invariant with the system-wide value.
//! The whole table, where later files only say what changed; what no row names is hidden and read-only.

use emu::gic::IidrWrite;
use emu::gic::its::ItsRules;

use super::Version;
use crate::errno::{EINVAL, ENXIO};
use crate::personality::capability::capabilities;
use crate::personality::registers::listed;
use crate::personality::rule::{shown, writable};
use crate::personality::traits::{
    Aarch32Absent, AbortSyndrome, AskedAbort, CacheGeometry, CacheType, CoreList, FineGrained, FrameRules, GicFields, GicRules,
    Implementation, MapFailure, MixedWidths, Nested, NestedFields, PmcrRules, PmuVersion, PreferredTarget, StallSlots, TimerList, Traits,
};

pub(super) static LINUX: Version = Version {
    name: "linux-4.20",
    base: None,
    traits: Traits {
        refusal: EINVAL,
        frozen_after_run: false,
        vcpu_id_truncated: true,
        events_need_init: false,
        debug_exit_flags: false,
        id_space_traps: false,
        aarch32_absent: Aarch32Absent::Ordinary,
        implementation: Implementation::BootCpu,
        cache_type: CacheType::BootCpu,
        cache_geometry: CacheGeometry::Physical,
        gic_fields: GicFields::Kept,
        pmu_version: PmuVersion::Signed,
        nested: Nested::Unsupported,
        nested_fields: NestedFields::Allowed,
        nested_fraction_of_host: false,
        reports_masks: false,
        clidr_mask_whole: false,
        dependencies_enforced: false,
        core_list: CoreList::EveryWord,
        timers: TimerList::Virtual,
        timer_irqs_of_vm: false,
        value_before_register: false,
        init_keeps_pending: false,
        first_run_once: true,
        psci: 0x1_0000,
        workarounds: 0,
        workaround_2_of_vm: false,
        workarounds_of_host: true,
        arch_features_narrow: true,
        unknown_firmware: EINVAL,
        bitmaps: 0,
        preferred_target: PreferredTarget::HostCpu,
        vcpu_features: 4,
        uniform_features: false,
        mixed_widths: MixedWidths::Allowed,
        pmu_feature_checked: false,
        large_ipa: false,
        pmu_attributes: 2,
        unready_pmu_is_zero: true,
        pmcr: PmcrRules { mask: 0x7f, sets_lc: false, keeps_actions: true, keeps_lp: true },
        late_event_filters: false,
        stall_slots: StallSlots::Shown,
        pmmir_known: false,
        pmu_registers_masked: false,
        overflow_of_enabled: true,
        pmu_masks_assigned: true,
        smc_calls: false,
        affinity_checked: false,
        empty_filter_refused: false,
        pv_time: false,
        unlogged_tags_refused: false,
        guest_memfd_excludes_tags: false,
        abort_syndrome: AbortSyndrome::OfLastTrap,
        asked_abort: AskedAbort::TakenThenCompleted,
        serrors_taken: false,
        walk_aborts_tell_level: false,
        mmio_sign_extends: false,
        mmio_order_by_level: false,
        fine_grained: FineGrained::AsBooted,
        hidden_stops: false,
        error_records_of_vm: false,
        tag_sets: false,
        irqfd_exclusive: false,
        halt_poll_shrinks_by: 0,
        gic: GicRules {
            revision: 2,
            iidr_write: IidrWrite::MustMatch,
            early_identity: false,
            frames: FrameRules::Addresses,
            invalidation_registers: false,
            remote_deactivation: false,
            failure: MapFailure::TakenDown,
            maintenance_irq: false,
            deactivate_register: false,
            its_control_checked: false,
            unknown_register: ENXIO,
            vcpus_by_id: false,
            line_needs_it_first: false,
            positions_clamped: false,
            attributes_by_id: false,
            its: ItsRules {
                new_table_forgets: false,
                saves_what_fits: false,
                leaves_entries: true,
                moves_every_lpi: false,
                unmapping_names_target: true,
                one_event_per_lpi: false,
                successors_have_collections: false,
                tables_unchecked: true,
            },
        },
    },
    shown: shown! {
        ID_PFR0_EL1 [State3 State2 State1 State0] Host;
        ID_PFR1_EL1 [GIC Virt_frac Sec_frac GenTimer Virtualization MProgMod Security ProgMod] Host;
        ID_DFR0_EL1 [TraceFilt PerfMon MProfDbg MMapTrc CopTrc MMapDbg CopSDbg CopDbg] Host;
        ID_MMFR0_EL1 [InnerShr FCSE AuxReg TCM ShareLvl OuterShr PMSA VMSA] Host;
        ID_MMFR1_EL1 [BPred L1TstCln L1Uni L1Hvd L1UniSW L1HvdSW L1UniVA L1HvdVA] Host;
        ID_MMFR2_EL1 [HWAccFlg WFIStall MemBarr UniTLB HvdTLB L1HvdRng L1HvdBG L1HvdFG] Host;
        ID_MMFR3_EL1 [Supersec CMemSz CohWalk PAN MaintBcst BPMaint CMaintSW CMaintVA] Host;
        ID_ISAR0_EL1 [Divide Debug Coproc CmpBranch BitField BitCount Swap] Host;
        ID_ISAR1_EL1 [Jazelle Interwork Immediate IfThen Extend Except_AR Except Endian] Host;
        ID_ISAR2_EL1 [Reversal PSR_AR MultU MultS Mult MultiAccessInt MemHint LoadStore] Host;
        ID_ISAR3_EL1 [T32EE TrueNOP T32Copy TabBranch SynchPrim SVC SIMD Saturate] Host;
        ID_ISAR4_EL1 [SWP_frac PSR_M SynchPrim_frac Barrier SMC Writeback WithShifts Unpriv] Host;
        ID_ISAR5_EL1 [RDM CRC32 SHA2 SHA1 AES SEVL] Host;
        ID_MMFR4_EL1 [AC2] Host;
        MVFR0_EL1 [FPRound FPShVec FPSqrt FPDivide FPTrap FPDP FPSP SIMDReg] Host;
        MVFR1_EL1 [SIMDFMAC FPHP SIMDHP SIMDSP SIMDInt SIMDLS FPDNaN FPFtZ] Host;
        MVFR2_EL1 [FPMisc SIMDMisc] Host;
        ID_AA64PFR0_EL1 [CSV3 CSV2 DIT RAS GIC AdvSIMD FP EL3 EL2 EL1 EL0] Host;
        ID_AA64PFR1_EL1 [SSBS] Host;
        ID_AA64DFR0_EL1 [HPMN0 ExtTrcBuff BRBE MTPMU TraceBuffer TraceFilt DoubleLock PMSVer CTX_CMPs WRPs BRPs PMUVer
            TraceVer DebugVer] Host;
        ID_AA64ISAR0_EL1 [TS FHM DP SM4 SM3 SHA3 RDM ATOMIC CRC32 SHA2 SHA1 AES] Host;
        ID_AA64ISAR1_EL1 [LRCPC FCMA JSCVT DPB] Host;
        ID_AA64MMFR0_EL1 [TGRAN4 TGRAN64 TGRAN16 BIGENDEL0 SNSMEM BIGEND ASIDBITS PARANGE] Host;
        ID_AA64MMFR1_EL1 [PAN HPDS VH VMIDBits HAFDBS] Host;
        ID_AA64MMFR2_EL1 [FWB AT VARange IESB LSM UAO CnP] Host;
        CTR_EL0 [RES1 DIC IDC CWG ERG DminLine L1Ip IminLine] Host;
    },
    writable: writable! {},
    listed: listed! {
        BREAKPOINT_VALUES Always Value(0);
        BREAKPOINT_CONTROLS Always Value(0);
        WATCHPOINT_VALUES Always Value(0);
        WATCHPOINT_CONTROLS Always Value(0);
        [MDCCINT_EL1 MDSCR_EL1 DBGVCR32_EL2 ACTLR_EL1 CPACR_EL1 TCR_EL1 AMAIR_EL1 VBAR_EL1 DISR_EL1 CONTEXTIDR_EL1
            CNTKCTL_EL1] Always Value(0);
        [SCTLR_EL1] Always Value(0x00c5_0078);
        [TTBR0_EL1 TTBR1_EL1 AFSR0_EL1 AFSR1_EL1 ESR_EL1 FAR_EL1 PAR_EL1 MAIR_EL1 TPIDR_EL1 CSSELR_EL1 TPIDR_EL0
            TPIDRRO_EL0 DACR32_EL2 IFSR32_EL2] Always Unknown;
        [FPEXC32_EL2] Always Value(0x700);
        [PMINTENSET_EL1 PMINTENCLR_EL1 PMCNTENSET_EL0 PMCNTENCLR_EL0 PMOVSCLR_EL0 PMOVSSET_EL0 PMSWINC_EL0 PMSELR_EL0
            PMCCNTR_EL0] Always Unknown;
        EVENT_COUNTERS Always Unknown;
        EVENT_TYPES Always Unknown;
        [PMUSERENR_EL0 PMCCFILTR_EL0] Always Value(0);
        [PMCR_EL0] Always PmcrOfHost;
    },
    capabilities: capabilities! {
        0 IRQCHIP Is(1) No;
        3 USER_MEMORY Is(1) No;
        9 NR_VCPUS Cpus No;
        10 NR_MEMSLOTS Is(512) No;
        14 MP_STATE Is(1) No;
        15 COALESCED_MMIO Is(1) No;
        16 SYNC_MMU Is(1) No;
        21 DESTROY_MEMORY_REGION_WORKS Is(1) No;
        23 SET_GUEST_DEBUG Is(1) No;
        25 IRQ_ROUTING Is(4096) No;
        30 JOIN_MEMORY_REGIONS_WORKS Is(1) No;
        32 IRQFD Is(1) No;
        36 IOEVENTFD Is(1) No;
        40 INTERNAL_ERROR_DATA Is(1) No;
        41 VCPU_EVENTS Is(1) No;
        66 MAX_VCPUS Vcpus(255) No;
        70 ONE_REG Is(1) No;
        77 SIGNAL_MSI Is(1) No;
        81 READONLY_MEM Is(1) No;
        82 IRQFD_RESAMPLE Is(1) No;
        87 ARM_PSCI Is(1) No;
        88 ARM_SET_DEVICE_ADDR Is(1) No;
        89 DEVICE_CTRL Is(1) No;
        93 ARM_EL1_32BIT Aarch32El1 No;
        102 ARM_PSCI_0_2 Is(1) No;
        105 CHECK_EXTENSION_VM Is(1) No;
        119 GUEST_DEBUG_HW_BPS Breakpoints No;
        120 GUEST_DEBUG_HW_WPS Watchpoints No;
        122 IOEVENTFD_ANY_LENGTH Is(1) No;
        126 ARM_PMU_V3 Pmu No;
        127 VCPU_ATTRIBUTES Is(1) No;
        128 MAX_VCPU_ID Vcpus(255) No;
        131 MSI_DEVID MessageDevice No;
        136 IMMEDIATE_EXIT Is(1) No;
        144 ARM_USER_IRQ Is(1) No;
        158 ARM_INJECT_SERROR_ESR Ras No;
        162 COALESCED_PIO Is(1) No;
        165 ARM_VM_IPA_SIZE IpaBits No;
    },
};
