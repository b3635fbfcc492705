//! Linux 5.10 (5.10.262): SVE and pointer authentication follow the vCPU; CSV2 is the first writable field.
//! Rows say what changed since the version named in `base`, and nothing else.

use emu::gic::its::ItsRules;

use super::Version;
use super::v4_20;
use crate::errno::ENOENT;
use crate::personality::capability::capabilities;
use crate::personality::registers::listed;
use crate::personality::rule::{shown, writable};
use crate::personality::traits::{CacheType, CoreList, GicRules, MixedWidths, PmcrRules, Traits};

pub(super) static LINUX: Version = Version {
    name: "linux-5.10",
    base: Some(&v4_20::LINUX),
    traits: Traits {
        cache_type: CacheType::System,
        core_list: CoreList::Registers,
        workarounds: 3,
        workarounds_of_host: false,
        arch_features_narrow: false,
        unknown_firmware: ENOENT,
        pmcr: PmcrRules { mask: 0xff, sets_lc: true, ..v4_20::LINUX.traits.pmcr },
        late_event_filters: true,
        overflow_of_enabled: false,
        vcpu_features: 7,
        mixed_widths: MixedWidths::AmongAll,
        pv_time: true,
        pmu_attributes: 3,
        gic: GicRules {
            positions_clamped: true,
            attributes_by_id: true,
            its: ItsRules { leaves_entries: false, ..v4_20::LINUX.traits.gic.its },
            ..v4_20::LINUX.traits.gic
        },
        ..v4_20::LINUX.traits
    },
    shown: shown! {
        ID_PFR0_EL1 [DIT CSV2] Host;
        ID_DFR0_EL1 [TraceFilt] Hidden;
        ID_DFR0_EL1 [PerfMon] PmuV8p1;
        ID_MMFR4_EL1 [EVT CCIDX LSM HPDS CnP XNX SpecSEI] Host;
        ID_ISAR6_EL1 [I8MM BF16 SPECRES SB FHM DP JSCVT] Host;
        ID_PFR2_EL1 [SSBS CSV3] Host;
        ID_MMFR5_EL1 [ETS] Host;
        ID_AA64PFR0_EL1 [CSV2] Csv;
        ID_AA64PFR0_EL1 [MPAM SEL2] Host;
        ID_AA64PFR0_EL1 [SVE] Sve;
        ID_AA64PFR1_EL1 [MPAM_frac RAS_frac BT] Host;
        ID_AA64ZFR0_EL1 [F64MM F32MM I8MM SM4 SHA3 BF16 BitPerm AES SVEver] Sve;
        ID_AA64DFR0_EL1 [HPMN0 ExtTrcBuff BRBE MTPMU TraceBuffer TraceFilt TraceVer] Hidden;
        ID_AA64DFR0_EL1 [PMUVer] PmuV8p1;
        ID_AA64ISAR0_EL1 [RNDR TLB] Host;
        ID_AA64ISAR1_EL1 [I8MM DGH BF16 SPECRES SB FRINTTS] Host;
        ID_AA64ISAR1_EL1 [GPI GPA API APA] PointerAuth;
        ID_AA64ISAR2_EL1 [CLRBHB] HostHighest;
        ID_AA64ISAR2_EL1 [RPRES] Host;
        ID_AA64MMFR0_EL1 [ECV FGT EXS TGRAN4_2 TGRAN64_2 TGRAN16_2] Host;
        ID_AA64MMFR1_EL1 [AFP ETS TWED XNX SpecSEI LO] Host;
        ID_AA64MMFR2_EL1 [E0PD EVT BBM TTL IDS ST NV CCIDX] Host;
    },
    writable: writable! {
        [ID_AA64PFR0_EL1] 0xf00_0000_0000_0000;
    },
    listed: listed! {
        [APIAKeyLo_EL1 APIAKeyHi_EL1 APIBKeyLo_EL1 APIBKeyHi_EL1 APDAKeyLo_EL1 APDAKeyHi_EL1 APDBKeyLo_EL1
            APDBKeyHi_EL1 APGAKeyLo_EL1 APGAKeyHi_EL1] PointerAuth Unknown;
        [ZCR_EL1] Sve Value(0);
    },
    capabilities: capabilities! {
        66 MAX_VCPUS Vcpus(512) No;
        98 ENABLE_CAP_VM Is(1) No;
        128 MAX_VCPU_ID Vcpus(512) No;
        168 MANUAL_DIRTY_LOG_PROTECT2 Is(3) Arguments;
        170 ARM_SVE Sve No;
        171 ARM_PTRAUTH_ADDRESS PointerAuth No;
        172 ARM_PTRAUTH_GENERIC PointerAuth No;
        174 ARM_IRQ_LINE_LAYOUT_2 Is(1) No;
        177 ARM_NISV_TO_USER Is(1) Yes;
        178 ARM_INJECT_EXT_DABT Is(1) No;
        182 HALT_POLL Is(1) Arguments;
        187 STEAL_TIME Is(1) No;
    },
};
