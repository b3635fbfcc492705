//! Linux 7.3 (7.3.4): features without what they need are dropped; strict PMUs.
//! Rows say what changed since the version named in `base`, and nothing else.

use emu::gic::its::ItsRules;

use super::Version;
use super::v7_2;
use crate::personality::capability::capabilities;
use crate::personality::registers::listed;
use crate::personality::traits::{GicRules, Traits};

pub(super) static LINUX: Version = Version {
    name: "linux-7.3",
    base: Some(&v7_2::LINUX),
    traits: Traits {
        dependencies_enforced: true,
        nested_fraction_of_host: true,
        vcpu_features: 10,
        gic: GicRules {
            its: ItsRules { one_event_per_lpi: true, successors_have_collections: true, ..v7_2::LINUX.traits.gic.its },
            ..v7_2::LINUX.traits.gic
        },
        ..v7_2::LINUX.traits
    },
    shown: &[],
    writable: &[],
    listed: listed! {
        [PMMIR_EL1] Pmu Value(0);
    },
    capabilities: capabilities! {
        251 ARM_PMU_V3_STRICT Pmu No;
    },
};
