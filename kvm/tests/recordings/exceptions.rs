//! Rows that are not replayed, each kind with its reason; and the bound on how many there may be.
//! A row that merely fails is not an exception.

use sysregs::{Encoding, SysReg};

use crate::load::Recording;

/// Why a row is left out.
pub struct Exception {
    pub reason: &'static str,
    pub applies: fn(&Recording, &str, &[&str]) -> bool,
}

/// Every exception.
pub static ALL: &[Exception] = &[Exception {
    reason: "counters move on while one is looking: CNTVCT and CNTPCT",
    applies: |_, record, row| record == "REG" && ["0x603000000013df1a", "0x603000000013df01"].contains(&row[1]),
}];

/// Encodings that a guest's sweep leaves out, each with its reason.
static SWEEP: &[(fn(&Recording, Encoding) -> bool, &str)] = &[
    (|_, encoding| TIME.iter().any(|register| register.encoding() == encoding), "counters move on, and timers count down to 0 or not"),
    (|_, encoding| RANDOM.iter().any(|register| register.encoding() == encoding), "random numbers"),
    (
        |_, encoding| [SysReg::AFSR0_EL1, SysReg::AFSR1_EL1].iter().any(|register| register.encoding() == encoding),
        "QEMU's CPUs have no storage in them; what KVM puts there at reset is lost",
    ),
    (|_, encoding| encoding == SysReg::PMCCNTR_EL0.encoding(), "counts cycles"),
    (
        |_, encoding| encoding == SysReg::CCSIDR_EL1.encoding(),
        "follows the UNKNOWN reset value of CSSELR_EL1, which KVM does not index with as ours does: not done yet; see cache sizes",
    ),
    // The probe's CPU, not KVM: QEMU lacks these.
    (|_, encoding| NOT_IN_QEMU.contains(&encoding.to_string().as_str()), "QEMU's CPUs have no external debug state to save"),
    (
        |recording, encoding| encoding == SysReg::CNTP_CTL_EL0.encoding() && recording.cpu == "cortex-a57",
        "without VHE, KVM emulates the physical timer and shows ISTATUS of a disabled one: not done yet",
    ),
    (
        |recording, encoding| encoding == SysReg::SMIDR_EL1.encoding() && recording.cpu == "max",
        "the model leaves its value unknown, and 7.3 reports a hidden one as FEAT_IDST does: not done yet",
    ),
];

/// OSDTRRX, OSDTRTX, OSECCR, DBGPRCR, DBGAUTHSTATUS.
const NOT_IN_QEMU: [&str; 5] = ["2,0,0,0,2", "2,0,0,3,2", "2,0,0,6,2", "2,0,1,4,4", "2,0,7,14,6"];

const TIME: [SysReg; 6] =
    [SysReg::CNTPCT_EL0, SysReg::CNTVCT_EL0, SysReg::CNTPCTSS_EL0, SysReg::CNTVCTSS_EL0, SysReg::CNTP_TVAL_EL0, SysReg::CNTV_TVAL_EL0];
const RANDOM: [SysReg; 2] = [SysReg::RNDR, SysReg::RNDRRS];

/// The reason to leave a guest's read of an encoding out.
pub fn guest(recording: &Recording, encoding: Encoding) -> Option<&'static str> {
    SWEEP.iter().find(|(applies, _)| applies(recording, encoding)).map(|&(_, reason)| reason)
}

/// The reason to leave a row out.
pub fn find(recording: &Recording, record: &str, row: &[&str]) -> Option<&'static str> {
    ALL.iter().find(|exception| (exception.applies)(recording, record, row)).map(|exception| exception.reason)
}

/// Collects what a replay found different, and fails with the first of it.
pub struct Verdict {
    recording: &'static Recording,
    compared: usize,
    different: Vec<String>,
}

impl Verdict {
    pub fn new(recording: &'static Recording) -> Verdict {
        Verdict { recording, compared: 0, different: Vec::new() }
    }

    /// Compares one answer.
    pub fn compare(&mut self, what: &dyn std::fmt::Display, recorded: &str, ours: &str) {
        self.compared += 1;
        if recorded != ours {
            self.different.push(format!("{} {what}:\n    recorded {recorded}\n    ours     {ours}", self.recording.name));
        }
    }

    pub fn finish(self) -> (usize, Vec<String>) {
        (self.compared, self.different)
    }
}

/// Runs a replay over every recording; it must compare something in at least `least` of them.
pub fn over_all(least: usize, replay: impl Fn(&'static Recording, &mut Verdict)) {
    let mut with_rows = 0;
    let mut different = Vec::new();
    for recording in crate::load::all() {
        let mut verdict = Verdict::new(recording);
        replay(recording, &mut verdict);
        let (compared, found) = verdict.finish();
        with_rows += usize::from(compared > 0);
        different.extend(found);
    }
    assert!(with_rows >= least, "only {with_rows} recordings have such rows");
    let shown = different.len().min(std::env::var("SHOW").ok().and_then(|n| n.parse().ok()).unwrap_or(20));
    assert!(different.is_empty(), "{} rows differ:\n{}", different.len(), different[..shown].join("\n"));
}
