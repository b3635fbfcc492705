//! Linux 6.8 (6.8.1): most AArch64 fields can be lowered, and user space can ask which.
//! Rows say what changed since the version named in `base`, and nothing else.

use emu::gic::its::ItsRules;

use super::Version;
use super::v6_6;
use crate::personality::capability::capabilities;
use crate::personality::registers::listed;
use crate::personality::rule::{shown, writable};
use crate::personality::traits::{GicRules, StallSlots, Traits};

pub(super) static LINUX: Version = Version {
    name: "linux-6.8",
    base: Some(&v6_6::LINUX),
    traits: Traits {
        reports_masks: true,
        clidr_mask_whole: true,
        large_ipa: true,
        pmu_registers_masked: true,
        stall_slots: StallSlots::AllLeftOut,
        pmu_masks_assigned: false,
        gic: GicRules {
            vcpus_by_id: true,
            attributes_by_id: true,
            its: ItsRules { unmapping_names_target: false, ..v6_6::LINUX.traits.gic.its },
            ..v6_6::LINUX.traits.gic
        },
        ..v6_6::LINUX.traits
    },
    shown: shown! {
        ID_DFR0_EL1 [CopDbg] Debug;
        ID_AA64ZFR0_EL1 [B16B16] Sve;
        ID_AA64DFR0_EL1 [DebugVer] Debug;
        ID_AA64ISAR2_EL1 [MOPS] Host;
    },
    writable: writable! {
        [ID_DFR0_EL1] 0xf00_000f;
        [ID_AA64PFR0_EL1] 0xffff_00f0_0000_ffff;
        [ID_AA64ZFR0_EL1] 0xff0_ff0f_0fff_00ff;
        [ID_AA64DFR0_EL1] 0xf0f;
        [ID_AA64ISAR0_EL1] 0xffff_ffff_ffff_fff0;
        [ID_AA64ISAR1_EL1] 0xffff_ffff_00ff_f00f;
        [ID_AA64ISAR2_EL1] 0xffff_0fff_ffff_00ff;
        [ID_AA64MMFR0_EL1] 0xff00_f000_ffff_ffff;
        [ID_AA64MMFR1_EL1] 0xffff_f0f0_0fff_f00f;
        [ID_AA64MMFR2_EL1] 0xf0ff_000f_f00f_ffff;
    },
    listed: listed! {
        EVENT_TYPES Pmu EventTypeOfVm;
    },
    capabilities: capabilities! {
        230 ARM_SUPPORTED_REG_MASK_RANGES Is(1) No;
        231 USER_MEMORY2 Is(1) No;
    },
};
