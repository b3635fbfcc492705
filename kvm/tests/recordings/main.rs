//! Recordings of real KVM (Debian arm64 kernels in QEMU TCG with EL2), replayed against the policy,
//! and, where a guest acts, against a running one. Takes nothing from outside: the recordings are in the repository.
//!
//! `data/recordings.tsv.zst` holds every recording whole, one after another, each under a line `FILE <kernel>-<cpu>`.
//! Columns as printed by the probe program: see data/README.md.

mod at_once;
mod byte_order;
mod devices;
mod events;
mod exceptions;
mod fingerprints;
mod first_run;
mod guest;
mod guest_debug;
mod ids;
mod interrupts;
mod ioctl_fuzz;
mod list;
mod load;
mod machine;
mod pmu;
mod program;
#[path = "../../../emu/tests/random/mod.rs"]
mod random;
mod real;
mod resets;
mod rules;
mod slots;
mod statistics;
mod vcpu;
mod versions;
mod waiting;
