//! Which errata workarounds and mitigations a Linux guest picks from MIDR, REVIDR and ID values.
//! Says what a guest kernel decides at its boot; what a migration makes of it is decided elsewhere.
//!
//! Matching follows arm64's `__is_affected_midr_range` and `is_midr_in_range`: implementer,
//! architecture and part must be equal, variant and revision lie in a window, and a few parts are
//! fixed by a REVIDR bit. With a list of target implementations a row matches if any of them does.

mod rows;
mod spectre;

use alloc::collections::BTreeSet;

pub use rows::ERRATA;
pub use spectre::{MITIGATIONS, Mitigation, Topic, Verdict, mitigation};

use crate::fields::cache::{CTR_EL0, MPIDR_EL1};
use crate::{Feature, IdValues};

/// Guest kernels whose tables were read; every row names those that have it.
pub const KERNELS: &[&str] = &["4.20", "5.10", "6.1", "6.12", "7.3"];

/// A CPU as errata matching sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Implementation {
    pub midr: u64,
    /// `None` if unknown, which leaves the few rows that ask for it undecided.
    pub revidr: Option<u64>,
}

/// The bits of MIDR_EL1 that name a part: implementer, architecture, part number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Match {
    Part,
    /// Qualcomm Kryo: of the part number only its top four bits (`is_kryo_midr`).
    Kryo,
}

impl Match {
    const fn mask(self) -> u64 {
        match self {
            Match::Part => 0xff0f_fff0,
            Match::Kryo => 0xff0f_f000,
        }
    }
}

/// What else must hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Condition {
    Always,
    /// The kernel runs at EL2: never in an ordinary guest.
    AtEl2,
    /// EL2 is available and the core has threads.
    El2AndThreads,
    HasSme,
    /// CTR_EL0.DIC is set.
    HasDic,
}

/// Whom the workaround protects.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// The kernel that applies it: a guest that moves must have decided for both CPUs.
    Guest,
    /// The hypervisor; a guest neither needs it nor could apply it.
    Host,
}

/// Variant and revision as one number, `0x31` for r3p1.
pub type Revision = u8;

/// One part with one erratum.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Erratum {
    /// Linux's name of the workaround capability, without `ARM64_`.
    pub capability: &'static str,
    pub description: &'static str,
    pub scope: Scope,
    pub part: &'static str,
    pub model: u64,
    pub matching: Match,
    pub first: Revision,
    pub last: Revision,
    pub condition: Condition,
    /// Kernels of [`KERNELS`] that have the row, space-separated.
    pub kernels: &'static str,
    /// The revision that is fixed when this bit of REVIDR_EL1 is set.
    pub fixed: Option<(Revision, u8)>,
}

/// What conditions look at besides MIDR and REVIDR. `None` is unknown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Situation {
    pub at_el2: Option<bool>,
    pub threads: Option<bool>,
    pub sme: Option<bool>,
    pub dic: Option<bool>,
}

impl Situation {
    /// An ordinary guest (EL1 only) that sees these ID values.
    pub fn guest(ids: &IdValues) -> Self {
        Situation {
            at_el2: Some(false),
            threads: ids.mpidr().map(|mpidr| MPIDR_EL1::MT.extract(mpidr) != 0),
            sme: Feature::SME.known(ids),
            dic: ids.ctr().map(|ctr| CTR_EL0::DIC.extract(ctr) != 0),
        }
    }

    fn meets(&self, condition: Condition) -> Option<bool> {
        match condition {
            Condition::Always => Some(true),
            Condition::AtEl2 => self.at_el2,
            Condition::El2AndThreads => and(self.at_el2, self.threads),
            Condition::HasSme => self.sme,
            Condition::HasDic => self.dic,
        }
    }
}

/// Conjunction in which a known `false` decides.
fn and(a: Option<bool>, b: Option<bool>) -> Option<bool> {
    match (a, b) {
        (Some(false), _) | (_, Some(false)) => Some(false),
        (Some(true), Some(true)) => Some(true),
        _ => None,
    }
}

/// Variant and revision of a MIDR.
pub const fn revision(midr: u64) -> Revision {
    ((midr >> 16 & 0xf0) | (midr & 0xf)) as u8
}

impl Erratum {
    pub fn in_kernel(&self, kernel: &str) -> bool {
        self.kernels.split(' ').any(|k| k == kernel)
    }

    /// Whether the row matches the CPU; `None` if that hangs on something unknown.
    pub fn affects(&self, cpu: Implementation, situation: &Situation) -> Option<bool> {
        let model = (cpu.midr ^ self.model) & self.matching.mask() == 0;
        let window = (self.first..=self.last).contains(&revision(cpu.midr));
        if !model || !window {
            return Some(false);
        }
        let fixed = match self.fixed {
            Some((revision_fixed, bit)) if revision_fixed == revision(cpu.midr) => cpu.revidr.map(|revidr| revidr >> bit & 1 != 0),
            _ => Some(false),
        };
        and(fixed.map(|fixed| !fixed), situation.meets(self.condition))
    }
}

/// The capabilities a kernel detects, by name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Workarounds {
    pub needed: BTreeSet<&'static str>,
    /// Undecided, because something they depend on is unknown.
    pub undecided: BTreeSet<&'static str>,
}

/// What a guest kernel detects on any of these implementations: its own CPU, or the target list it
/// was given instead.
pub fn workarounds(cpus: &[Implementation], situation: &Situation, kernel: &str) -> Workarounds {
    let mut found = Workarounds::default();
    for row in ERRATA.iter().filter(|row| row.in_kernel(kernel)) {
        for cpu in cpus {
            match row.affects(*cpu, situation) {
                Some(true) => found.needed.insert(row.capability),
                Some(false) => false,
                None => found.undecided.insert(row.capability),
            };
        }
    }
    found.undecided = &found.undecided - &found.needed;
    found
}

/// The scope of a capability; `None` if no row has that name.
pub fn scope(capability: &str) -> Option<Scope> {
    ERRATA.iter().find(|row| row.capability == capability).map(|row| row.scope)
}

/// `r3p1` as written in a row.
const fn parse_revision(text: &str) -> Revision {
    let text = text.as_bytes();
    let mut parts = [0_u8; 2];
    let mut part = 0;
    let mut i = 1;
    while i < text.len() {
        if text[i] == b'p' {
            part = 1;
        } else {
            parts[part] = parts[part] * 10 + (text[i] - b'0');
        }
        i += 1;
    }
    assert!(text[0] == b'r' && parts[0] < 16 && parts[1] < 16, "a revision reads r<variant>p<revision>");
    parts[0] << 4 | parts[1]
}
