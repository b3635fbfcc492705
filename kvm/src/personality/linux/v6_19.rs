//! Linux 6.19 (6.19.0, 6.19.14): ID registers as in 6.18; interrupts deactivate across vCPUs.
//! Rows say what changed since the version named in `base`, and nothing else.

use super::Version;
use super::v6_18;
use crate::personality::capability::capabilities;
use crate::personality::rule::{shown, writable};
use crate::personality::traits::{GicRules, Traits};

pub(super) static LINUX: Version = Version {
    name: "linux-6.19",
    base: Some(&v6_18::LINUX),
    traits: Traits { gic: GicRules { remote_deactivation: true, ..v6_18::LINUX.traits.gic }, ..v6_18::LINUX.traits },
    shown: shown! {},
    writable: writable! {},
    listed: &[],
    capabilities: capabilities! {
        245 ARM_SEA_TO_USER Is(1) Yes;
    },
};
