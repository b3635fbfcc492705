//! Linux 6.16 (6.16.12, by its answers): implementation registers belong to the VM; stage-2 granules writable.
//! Rows say what changed since the version named in `base`, and nothing else.

use super::Version;
use super::v6_14;
use crate::personality::capability::capabilities;
use crate::personality::registers::listed;
use crate::personality::rule::{shown, writable};
use crate::personality::traits::{FineGrained, GicRules, Implementation, Nested, Traits};

pub(super) static LINUX: Version = Version {
    name: "linux-6.16",
    base: Some(&v6_14::LINUX),
    traits: Traits {
        implementation: Implementation::PerVm,
        nested: Nested::FixedGranules,
        fine_grained: FineGrained::ByFeature,
        bitmaps: 4,
        gic: GicRules { maintenance_irq: true, ..v6_14::LINUX.traits.gic },
        vcpu_features: 9,
        pmu_attributes: 5,
        pmu_masks_assigned: true,
        ..v6_14::LINUX.traits
    },
    shown: shown! {
        ID_AA64PFR0_EL1 [EL1 EL0] HostNonZero;
        ID_AA64PFR1_EL1 [MTE_frac] MteFraction;
        ID_AA64MMFR2_EL1 [NV] HiddenIgnored;
        ID_AA64MMFR4_EL1 [NV_frac] Host;
    },
    writable: writable! {
        [ID_AA64MMFR0_EL1] 0xff00_ffff_ffff_ff0f;
        [ID_AA64MMFR4_EL1] 0xf0_0000;
    },
    listed: listed! {
        [SCTLR_EL2 ACTLR_EL2 HCR_EL2 MDCR_EL2 HSTR_EL2 HACR_EL2 TTBR0_EL2 TTBR1_EL2 VTTBR_EL2 VTCR_EL2 SPSR_EL2
            ELR_EL2 AFSR0_EL2 AFSR1_EL2 ESR_EL2 FAR_EL2 HPFAR_EL2 MAIR_EL2 AMAIR_EL2 VBAR_EL2 CONTEXTIDR_EL2 TPIDR_EL2
            CNTVOFF_EL2 CNTHCTL_EL2 CNTHP_CTL_EL2 CNTHP_CVAL_EL2 CNTHV_CTL_EL2 CNTHV_CVAL_EL2] El2 Value(0);
        [VPIDR_EL2 VMPIDR_EL2 SP_EL2] El2 Unknown;
        [CPTR_EL2] El2 Value(0x22ff);
        [TCR_EL2] El2 Value(0x8080_0000);
        [HFGRTR_EL2 HFGWTR_EL2 HFGITR_EL2 HDFGRTR_EL2 HDFGWTR_EL2 HAFGRTR_EL2] El2Has(ID_AA64MMFR0_EL1 FGT) Value(0);
        [VNCR_EL2] El2Has(ID_AA64MMFR4_EL1 NV_frac) Value(0);
        [HCRX_EL2] El2Has(ID_AA64MMFR1_EL1 HCX) Value(0);
        [TCR2_EL2] El2Has(ID_AA64MMFR3_EL1 TCRX) Value(0);
        [PIRE0_EL2 PIR_EL2] El2Has(ID_AA64MMFR3_EL1 S1PIE) Value(0);
        [POR_EL2] El2Has(ID_AA64MMFR3_EL1 S1POE) Value(0);
        [ZCR_EL2] El2Sve Value(0);
    },
    capabilities: capabilities! {
        239 ARM_WRITABLE_IMP_ID_REGS Is(1) BeforeVcpus;
        240 ARM_EL2 Nested No;
        241 ARM_EL2_E2H0 NestedE2h0 No;
    },
};
