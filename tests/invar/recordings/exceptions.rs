//! Rows that differ, each kind with its reason: artefacts of the recordings, and the service that this KVM refuses to every program.

use super::load::Recording;

/// Why a row may differ.
struct Exception {
    reason: &'static str,
    /// Record type and the columns that name the row.
    applies: fn(&Recording, &str, &[&str]) -> bool,
}

/// Registers of external debug that QEMU's CPUs lack: OSDTRRX, OSDTRTX, OSECCR, DBGPRCR, DBGAUTHSTATUS.
const EXTERNAL_DEBUG: [&str; 5] = ["2,0,0,0,2", "2,0,0,3,2", "2,0,0,6,2", "2,0,1,4,4", "2,0,7,14,6"];

fn exit_of(record: &str, key: &[&str], names: &[&str]) -> bool {
    let name = key.first().and_then(|tag| tag.split('#').next()).unwrap_or_default();
    record == "EXIT" && names.contains(&name)
}

static ALL: [Exception; 4] = [
    Exception {
        reason: "QEMU's CPUs have no registers of external debug, which every CPU has and KVM emulates",
        applies: |_, record, key| match record {
            "GST" => key.get(1).is_some_and(|encoding| EXTERNAL_DEBUG.contains(encoding)),
            // Counts them.
            "GSTSUM" => key == ["psci", "op0=2", "write=0"],
            _ => false,
        },
    },
    Exception {
        reason: "QEMU lets unaligned accesses and DC ZVA through to Device memory; they fault in stage 1",
        applies: |_, record, key| exit_of(record, key, &["ldr_unaligned", "dczva"]),
    },
    Exception {
        reason: "QEMU shows PMCCNTR_EL0 to EL0 without a PMU, where the access traps and is UNDEFINED",
        applies: |_, record, key| exit_of(record, key, &["el0_mrs_pmccntr"]),
    },
    Exception {
        reason: "QEMU skips XPACI while no key is enabled, on which it does not depend",
        applies: |_, record, key| exit_of(record, key, &["xpaci_nopa"]),
    },
];

/// Every reason.
pub fn reasons() -> impl Iterator<Item = &'static str> {
    ALL.iter().map(|exception| exception.reason)
}

/// The reason why a row may differ.
pub fn find(recording: &Recording, record: &str, key: &[&str]) -> Option<&'static str> {
    ALL.iter().find(|exception| (exception.applies)(recording, record, key)).map(|exception| exception.reason)
}
