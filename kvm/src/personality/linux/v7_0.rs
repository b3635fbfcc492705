//! Linux 7.0 (7.0.0): LS64; reads of ID registers that a VM lacks are reported as FEAT_IDST says.
//! Rows say what changed since the version named in `base`, and nothing else.

use super::Version;
use super::v6_19;
use crate::personality::rule::{shown, writable};
use crate::personality::traits::{GicRules, Traits};

pub(super) static LINUX: Version = Version {
    name: "linux-7.0",
    base: Some(&v6_19::LINUX),
    traits: Traits {
        id_space_traps: true,
        walk_aborts_tell_level: true,
        gic: GicRules { deactivate_register: true, ..v6_19::LINUX.traits.gic },
        ..v6_19::LINUX.traits
    },
    shown: shown! {
        ID_AA64ISAR1_EL1 [LS64] Host;
        ID_AA64MMFR3_EL1 [S1POE] Overlay;
    },
    writable: writable! {
        [ID_AA64ISAR0_EL1] 0xffff_ffff_f0ff_fff0;
    },
    listed: &[],
    capabilities: &[],
};
