//! Linux 6.18 (6.18.2, 6.18.15): AArch32 fields writable, the GIC field follows the creation of a GIC.
//! Rows say what changed since the version named in `base`, and nothing else.

use super::Version;
use super::v6_17;
use crate::personality::capability::capabilities;
use crate::personality::registers::listed;
use crate::personality::rule::{shown, writable};
use crate::personality::traits::{GicFields, Nested, NestedFields, TimerList, Traits};

pub(super) static LINUX: Version = Version {
    name: "linux-6.18",
    base: Some(&v6_17::LINUX),
    traits: Traits {
        events_need_init: true,
        gic_fields: GicFields::AtCreation,
        nested: Nested::RemovableGranules,
        // Only so can FEAT_DoubleLock be told right, which this version does.
        nested_fields: NestedFields::AllButDenied,
        timers: TimerList::AmongSystemRegisters,
        ..v6_17::LINUX.traits
    },
    shown: shown! {
        ID_AA64DFR0_EL1 [DoubleLock] DoubleLock;
        ID_AA64ISAR3_EL1 [LSFE] Host;
    },
    writable: writable! {
        [ID_PFR0_EL1 ID_PFR1_EL1 ID_DFR0_EL1 ID_MMFR0_EL1 ID_MMFR1_EL1 ID_MMFR2_EL1 ID_MMFR3_EL1 ID_ISAR0_EL1
            ID_ISAR1_EL1 ID_ISAR2_EL1 ID_ISAR3_EL1 ID_ISAR4_EL1 ID_ISAR5_EL1 ID_MMFR4_EL1 ID_ISAR6_EL1 MVFR0_EL1
            MVFR1_EL1 MVFR2_EL1 ID_PFR2_EL1 ID_MMFR5_EL1] 0xffff_ffff;
        [ID_AA64ISAR3_EL1] 0xf00f_00f0;
        [ID_AA64MMFR1_EL1] 0xffff_ffff_0fff_f00f;
    },
    listed: listed! {
        [CNTHV_CTL_EL2 CNTHV_CVAL_EL2] El2Has(ID_AA64MMFR1_EL1 VH) Value(0);
    },
    capabilities: capabilities! {
        234 GUEST_MEMFD Is(1) No;
        244 GUEST_MEMFD_FLAGS Is(3) No;
    },
};
