//! Mitigations that a Linux guest chose by the CPU it booted on and that the physical CPUs of a move need otherwise: the MIDR lists
//! of arm64's proton-pack.c and cpufeature.c, with the ID fields that decide before them. Errata are `changes`'s.

use sysregs::errata::{MITIGATIONS, Topic, Verdict, mitigation};
use sysregs::fields::aarch64::{ID_AA64ISAR2_EL1, ID_AA64MMFR1_EL1, ID_AA64PFR0_EL1};
use sysregs::{IdField, IdValues};

use super::changes::part;
use super::finding::{Effect, Finding, Kind};
use super::policy::Rules;
use super::view::View;
use crate::report::Severity;

/// KVM_REG_ARM_SMCCC_ARCH_WORKAROUND_3; 1 is available, 2 not required.
const WORKAROUND_3: u64 = 0x6030_0000_0014_0003;

/// What a guest does on each entry against branch history injection, or what a CPU needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum History {
    Nothing,
    /// CLRBHB.
    Instruction,
    /// So many branches.
    Loop(u8),
    /// SMCCC_ARCH_WORKAROUND_3, if it is there.
    Firmware,
}

/// A Linux guest's choices when it boots, in the order of its own checks.
struct Booted<'a> {
    midrs: Vec<u64>,
    seen: IdValues,
    source: &'a View,
    kernel: &'a str,
}

/// Every mitigation that the guest left out, and that one of the two CPUs needs. `booted` is what it chose by.
pub fn missed(source: &View, destination: &View, booted: Vec<u64>, rules: &Rules) -> Vec<Finding> {
    let guest = Booted { midrs: booted, seen: source.seen(), source, kernel: rules.guest_kernel() };
    let mut findings: Vec<Finding> = Vec::new();
    for cpu in [&source.cpu, &destination.cpu] {
        for finding in guest.missed_on(cpu) {
            if !findings.iter().any(|known| known.subject == finding.subject) {
                findings.push(finding);
            }
        }
    }
    findings
}

fn field(ids: &IdValues, field: &'static IdField) -> i64 {
    ids.get(field.register).map_or(0, |value| field.extract(value))
}

impl Booted<'_> {
    /// A list holds for the guest if any implementation that it knows of is on it (`is_midr_in_range_list`).
    fn listed(&self, topic: Topic, verdict: Verdict) -> bool {
        self.midrs.iter().any(|midr| mitigation(topic, *midr, self.kernel) == Some(verdict))
    }

    fn missed_on(&self, cpu: &IdValues) -> Vec<Finding> {
        let Some(midr) = cpu.midr() else { return Vec::new() };
        let lists = |topic| mitigation(topic, midr, self.kernel);
        let has_lists =
            |topic| MITIGATIONS.iter().any(|row| row.topic == topic && row.kernels.split(' ').any(|known| known == self.kernel));
        let safe = |topic: Topic, own: &'static IdField, ids: &IdValues| field(ids, own) != 0 || lists(topic) == Some(Verdict::Unaffected);
        let mut found = Vec::new();
        let mut miss = |subject: &str, has: String, needs: String, notices: &str| {
            let mut finding = Finding::new(Kind::Mitigation, Effect::Changes, subject);
            (finding.source, finding.destination) = (has, format!("{needs} on {}", part(midr)));
            finding.severity = Severity::Breaks;
            finding.rule = format!("Linux {} chooses mitigations by MIDR_EL1 and ID fields when it boots, and never again", self.kernel);
            finding.notices = notices.into();
            found.push(finding);
        };
        if has_lists(Topic::SpectreBhb) {
            let (does, needs) = (self.history(), history_of(cpu, lists(Topic::SpectreBhb)));
            if !suffices(does, needs, cpu) {
                miss("SPECTRE_BHB", does.told("the guest"), needs.told("needed"), "branch history of others steers its speculation");
            }
        }
        let unsafe_here = [
            (Topic::SpectreV2, &ID_AA64PFR0_EL1::CSV2, "SPECTRE_V2", "the branch predictor is trained by others"),
            (Topic::Meltdown, &ID_AA64PFR0_EL1::CSV3, "MELTDOWN", "its user programs may read kernel memory"),
        ];
        for (topic, own, subject, notices) in unsafe_here.into_iter().filter(|(topic, ..)| has_lists(*topic)) {
            let thinks_safe = field(&self.seen, own) != 0 || self.listed(topic, Verdict::Unaffected);
            if thinks_safe && !safe(topic, own, cpu) {
                miss(subject, "not mitigated by the guest".into(), "needed".into(), notices);
            }
        }
        if has_lists(Topic::SpectreV4)
            && self.listed(Topic::SpectreV4, Verdict::Unaffected)
            && lists(Topic::SpectreV4) != Some(Verdict::Unaffected)
        {
            miss("SPECTRE_V4", "not mitigated by the guest".into(), "needed".into(), "speculative loads overtake its stores");
        }
        if self.listed(Topic::Bbml3, Verdict::Applies) && lists(Topic::Bbml3) != Some(Verdict::Applies) {
            let notices = "it splits live mappings without break-before-make: TLB conflict aborts";
            miss("BBML3", "used by the guest".into(), "not known to be there".into(), notices);
        }
        let dirty = &ID_AA64MMFR1_EL1::HAFDBS;
        let avoids = self.listed(Topic::BrokenDirtyBit, Verdict::Applies) || field(&self.seen, dirty) < 2;
        if lists(Topic::BrokenDirtyBit) == Some(Verdict::Applies) && field(cpu, dirty) >= 2 && !avoids {
            miss("BROKEN_DIRTY_BIT", "hardware dirty-bit update used by the guest".into(), "broken".into(), "dirty pages can be lost");
        }
        found
    }

    /// `spectre_bhb_enable_mitigation`: ID fields, lists, then firmware.
    fn history(&self) -> History {
        let counts = self.midrs.iter().filter_map(|midr| match mitigation(Topic::SpectreBhb, *midr, self.kernel) {
            Some(Verdict::Loop(count)) => Some(count),
            _ => None,
        });
        if field(&self.seen, &ID_AA64PFR0_EL1::CSV2) >= 3
            || self.listed(Topic::SpectreBhb, Verdict::Unaffected)
            || field(&self.seen, &ID_AA64MMFR1_EL1::ECBHB) > 0
        {
            History::Nothing
        } else if field(&self.seen, &ID_AA64ISAR2_EL1::CLRBHB) > 0 {
            History::Instruction
        } else if let Some(count) = counts.max() {
            History::Loop(count)
        } else if self.source.get(WORKAROUND_3) == Some(1) {
            History::Firmware
        } else {
            History::Nothing
        }
    }
}

/// What a CPU needs by its own values; `Firmware` where no list knows it.
fn history_of(cpu: &IdValues, listed: Option<Verdict>) -> History {
    let own = field(cpu, &ID_AA64PFR0_EL1::CSV2) >= 3 || field(cpu, &ID_AA64MMFR1_EL1::ECBHB) > 0;
    match listed {
        _ if own => History::Nothing,
        Some(Verdict::Unaffected) => History::Nothing,
        Some(Verdict::Loop(count)) => History::Loop(count),
        _ if field(cpu, &ID_AA64ISAR2_EL1::CLRBHB) > 0 => History::Instruction,
        _ => History::Firmware,
    }
}

/// Where only firmware knows, the guest has no more from its new host than from its old one.
fn suffices(does: History, needs: History, cpu: &IdValues) -> bool {
    match (does, needs) {
        (_, History::Nothing | History::Firmware) | (History::Firmware, _) => true,
        (History::Instruction, _) => field(cpu, &ID_AA64ISAR2_EL1::CLRBHB) > 0,
        (History::Loop(count), History::Loop(least)) => count >= least,
        (History::Loop(_) | History::Nothing, _) => false,
    }
}

impl History {
    fn told(self, who: &str) -> String {
        match self {
            History::Nothing => format!("{who}: nothing"),
            History::Instruction => format!("{who}: CLRBHB"),
            History::Loop(count) => format!("{who}: a loop of {count} branches"),
            History::Firmware => format!("{who}: SMCCC_ARCH_WORKAROUND_3"),
        }
    }
}
