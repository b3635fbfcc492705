//! Linux 6.17 (6.17.0): RAS fields writable, the GIC's identity accessible early, SCTLR2_EL1.
//! Rows say what changed since the version named in `base`, and nothing else.

use super::Version;
use super::v6_16;
use crate::personality::capability::capabilities;
use crate::personality::registers::listed;
use crate::personality::rule::{shown, writable};
use crate::personality::traits::{AskedAbort, GicRules, Traits};

pub(super) static LINUX: Version = Version {
    name: "linux-6.17",
    base: Some(&v6_16::LINUX),
    traits: Traits {
        error_records_of_vm: true,
        asked_abort: AskedAbort::Taken,
        serrors_taken: true,
        irqfd_exclusive: true,
        gic: GicRules { early_identity: true, its_control_checked: true, ..v6_16::LINUX.traits.gic },
        ..v6_16::LINUX.traits
    },
    shown: shown! {
        ID_AA64PFR1_EL1 [DF2] Host;
        ID_AA64PFR1_EL1 [RAS_frac] RasFraction;
        ID_AA64PFR2_EL1 [MTEFAR MTESTOREONLY] Mte;
        ID_AA64MMFR3_EL1 [SCTLRX] Host;
    },
    writable: writable! {
        [ID_AA64PFR0_EL1] 0xffff_00f0_ff00_ffff;
        [ID_AA64PFR1_EL1] 0xf00_000f_0000_f0ff;
        [ID_AA64PFR2_EL1] 0xf_0000_0ff0;
        [ID_AA64MMFR3_EL1] 0xf_0fff;
    },
    listed: listed! {
        [SCTLR2_EL1] Has(ID_AA64MMFR3_EL1 SCTLRX) Value(0);
        [SCTLR2_EL2] El2Has(ID_AA64MMFR3_EL1 SCTLRX) Value(0);
        [VSESR_EL2 VDISR_EL2] El2 Unknown;
    },
    capabilities: capabilities! {
        243 ARM_CACHEABLE_PFNMAP_SUPPORTED CacheablePfnmap No;
    },
};
