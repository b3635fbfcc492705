//! Linux 4.20 with the 2018 proposal "Introduce error code KVM_EINVARIANT" applied.
//! Changes one errno (at the three places of the patch: ID registers, invariants, CCSIDR) and no value.

use super::Version;
use super::v4_20;
use crate::errno::EINVARIANT;
use crate::personality::traits::Traits;

pub(super) static LINUX: Version = Version {
    name: "rfc-einvariant",
    base: Some(&v4_20::LINUX),
    traits: Traits { refusal: EINVARIANT, ..v4_20::LINUX.traits },
    shown: &[],
    writable: &[],
    listed: &[],
    capabilities: &[],
};
