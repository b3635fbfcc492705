//! Linux 6.14 (6.14.0): ISAR3 shown; the instruction cache policy can be lowered.
//! Without the AArch32 masks and the choice of a GIC's revision, which 6.12 has from stable backports.

use emu::gic::IidrWrite;

use super::Version;
use super::v6_12;
use crate::personality::registers::listed;
use crate::personality::rule::{shown, writable};
use crate::personality::traits::{GicRules, PmuVersion, Traits};

pub(super) static LINUX: Version = Version {
    name: "linux-6.14",
    base: Some(&v6_12::LINUX),
    traits: Traits {
        pmu_version: PmuVersion::Signed,
        psci: 0x1_0003,
        unlogged_tags_refused: true,
        gic: GicRules { iidr_write: IidrWrite::KeepsRevision, ..v6_12::LINUX.traits.gic },
        ..v6_12::LINUX.traits
    },
    shown: shown! {
        ID_AA64ZFR0_EL1 [F16MM EltPerm] Sve;
        ID_AA64FPFR0_EL1 [F8MM8 F8MM4] Host;
        ID_AA64ISAR3_EL1 [FPRCVT FAMINMAX] Host;
        ID_AA64MMFR3_EL1 [S1POE] Host;
        CTR_EL0 [L1Ip] CacheIndex;
    },
    writable: writable! {
        [ID_PFR0_EL1 ID_PFR1_EL1 ID_MMFR0_EL1 ID_MMFR1_EL1 ID_MMFR2_EL1 ID_MMFR3_EL1 ID_ISAR0_EL1 ID_ISAR1_EL1
            ID_ISAR2_EL1 ID_ISAR3_EL1 ID_ISAR4_EL1 ID_ISAR5_EL1 ID_MMFR4_EL1 ID_ISAR6_EL1 MVFR0_EL1 MVFR1_EL1
            MVFR2_EL1 ID_PFR2_EL1 ID_MMFR5_EL1] 0;
        [ID_DFR0_EL1] 0xf00_000f;
        [ID_AA64ZFR0_EL1] 0xfff_ff0f_0fff_f0ff;
        [ID_AA64FPFR0_EL1] 0xfc00_0003;
        [ID_AA64ISAR2_EL1] 0xffff_ffff_ffff_00ff;
        [ID_AA64ISAR3_EL1] 0xf000_00f0;
        [CTR_EL0] 0x300f_c00f;
    },
    listed: listed! {
        [TCR2_EL1] Has(ID_AA64MMFR3_EL1 TCRX) Value(0);
        [PIRE0_EL1 PIR_EL1] Has(ID_AA64MMFR3_EL1 S1PIE) Unknown;
    },
    capabilities: &[],
};
