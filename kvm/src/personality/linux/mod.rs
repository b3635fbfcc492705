//! One file per kernel version: rows that say what changed, and traits of the whole.
//! Adding a version is adding a file of rows here and its name in `ALL`.

mod rfc;
mod v4_20;
mod v5_10;
mod v6_1;
mod v6_12;
mod v6_14;
mod v6_16;
mod v6_17;
mod v6_18;
mod v6_19;
mod v6_3;
mod v6_6;
mod v6_8;
mod v7_0;
mod v7_2;
mod v7_3;

use super::capability::CapabilityRow;
use super::registers::ListedRow;
use super::rule::{FieldRow, WritableRow};
use super::traits::Traits;

/// A kernel version as written in its file.
pub(super) struct Version {
    pub(super) name: &'static str,
    /// The version whose rows hold where this one has none.
    pub(super) base: Option<&'static Version>,
    pub(super) traits: Traits,
    pub(super) shown: &'static [FieldRow],
    pub(super) writable: &'static [WritableRow],
    pub(super) listed: &'static [ListedRow],
    pub(super) capabilities: &'static [CapabilityRow],
}

/// Every version, oldest first.
pub(super) static ALL: [&Version; 16] = [
    &v4_20::LINUX,
    &rfc::LINUX,
    &v5_10::LINUX,
    &v6_1::LINUX,
    &v6_3::LINUX,
    &v6_6::LINUX,
    &v6_8::LINUX,
    &v6_12::LINUX,
    &v6_14::LINUX,
    &v6_16::LINUX,
    &v6_17::LINUX,
    &v6_18::LINUX,
    &v6_19::LINUX,
    &v7_0::LINUX,
    &v7_2::LINUX,
    &v7_3::LINUX,
];

/// Builds of Debian's that were asked: personality, `uname -r`, `uname -v`.
pub(super) static BUILDS: [(&str, &str, &str); 6] = [
    ("linux-6.1", "6.1.0-50-cloud-arm64", "#1 SMP Debian 6.1.176-1 (2026-07-02)"),
    ("linux-6.12", "6.12.107+deb13-cloud-arm64", "#1 SMP Debian 6.12.107-1 (2026-08-29)"),
    ("linux-6.16", "6.16.12+deb13-cloud-arm64", "#1 SMP PREEMPT Debian 6.16.12-1~bpo13+1 (2025-11-17)"),
    ("linux-6.18", "6.18.15+deb13-cloud-arm64", "#1 SMP PREEMPT Debian 6.18.15-1~bpo13+1 (2026-03-12)"),
    ("linux-6.19", "6.19.14+deb13-cloud-arm64", "#1 SMP PREEMPT Debian 6.19.14-1~bpo13+1 (2026-05-01)"),
    ("linux-7.3", "7.3.4+deb13-cloud-arm64", "#1 SMP PREEMPT Debian 7.3.4-1~bpo13+1 (2026-11-15)"),
];
