//! Rows that are not replayed, each kind with its reason; and the bound on how many there may be.
//! A row that merely fails is not an exception.

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
