//! What a guest finds changed although nothing was refused: registers, features, work-arounds for errata.
//! Compares what it was told with what the new CPU is; runs no guest.

use std::collections::{BTreeMap, BTreeSet};

use emu::insn::ROWS;
use sysregs::errata::{self, Erratum, Implementation, Scope, Situation};
use sysregs::fields::aarch64::{ID_AA64ISAR1_EL1, ID_AA64PFR0_EL1};
use sysregs::{Feature, FeatureSet, IdField, IdValues, SysReg};

use super::explain::{self, Memo};
use super::finding::{Effect, Finding, Kind};
use super::mitigations;
use super::policy::Rules;
use super::view::{View, identification, register_of};
use crate::hosts::cache_name;
use crate::report::{self, Severity};

/// Every silent change; the destination has been restored and has run.
pub fn silent(source: &View, destination: &View, rules: &Rules) -> Vec<Finding> {
    let mut findings = Vec::new();
    let differing: Vec<SysReg> = identification().filter(|register| reads_differently(source, destination, *register)).collect();
    let clidr = |view: &View| view.guest_reads(SysReg::CLIDR_EL1);
    if differing.is_empty() && clidr(source) == clidr(destination) && same_caches(source, destination) {
        findings.extend(gone(&destination.seen(), destination));
        findings.extend(chosen_at_boot(source, destination, rules));
        return findings;
    }
    let (before, after) = (source.seen(), destination.seen());
    for register in differing {
        findings.extend(of_register(register, &before, &after));
    }
    findings.extend(of_caches(&before, &after));
    findings.extend(gone(&after, destination));
    findings.extend(chosen_at_boot(source, destination, rules));
    findings
}

/// What the guest chose by the CPU that it saw when it booted.
fn chosen_at_boot(source: &View, destination: &View, rules: &Rules) -> Vec<Finding> {
    let booted = booted_on(source, rules).into_iter().map(|cpu| cpu.midr).collect();
    let mut findings = missed_errata(source, destination, rules);
    findings.extend(mitigations::missed(source, destination, booted, rules));
    findings.extend(other_algorithm(source, destination));
    if let (Some(before), Some(after)) = (source.counters(), destination.counters()) {
        findings.extend(other_counters(before, after));
    }
    findings
}

/// An IMPLEMENTATION DEFINED algorithm that the guest was told of: two parts may have two of them behind equal values of the field.
fn other_algorithm(source: &View, destination: &View) -> Option<Finding> {
    const PART: u64 = 0xff00_fff0;
    let [here, there] = [source, destination].map(|view| view.cpu.midr());
    let told = |field: &'static IdField| source.vm.field(field) > 0;
    let keys = told(&ID_AA64ISAR1_EL1::API) || told(&ID_AA64ISAR1_EL1::GPI);
    let (here, there) = (here?, there?);
    if !keys || (here ^ there) & PART == 0 {
        return None;
    }
    let mut finding = Finding::new(Kind::PointerAuth, Effect::Changes, "the algorithm");
    (finding.source, finding.destination) = (format!("that of {}", part(here)), format!("that of {}", part(there)));
    finding.severity = Severity::Breaks;
    finding.rule = "API and GPI announce an IMPLEMENTATION DEFINED algorithm; equal values do not say that it is the same one".into();
    finding.notices = "not known to be the same: pointers that were signed before the move may not authenticate after it".into();
    Some(finding)
}

/// Another number of PMU counters than the stream said.
pub fn other_counters(before: u64, after: u64) -> Option<Finding> {
    if before == after {
        return None;
    }
    let mut finding = Finding::new(Kind::ReadsDifferently, Effect::Changes, SysReg::PMCR_EL0.name());
    finding.id = Some(super::view::id_of(SysReg::PMCR_EL0));
    (finding.source, finding.destination) = (format!("{before} counters"), format!("{after} counters"));
    finding.severity = Severity::Breaks;
    finding.rule =
        "KVM_SET_ONE_REG of PMCR_EL0 drops a number of counters that the host does not have, and refuses nothing (`set_pmcr`)".into();
    finding.notices = "event counters of the PMU that the guest found at boot are not there".into();
    Some(finding)
}

fn reads_differently(source: &View, destination: &View, register: SysReg) -> bool {
    // KVM gives each vCPU its affinity, and both sides the same.
    register != SysReg::MPIDR_EL1 && source.guest_reads(register) != destination.guest_reads(register)
}

fn same_caches(source: &View, destination: &View) -> bool {
    let read = |view: &View, csselr: u64| view.vcpu.guest_ccsidr(&view.vm, csselr);
    (0..14).all(|csselr| read(source, csselr) == read(destination, csselr))
}

/// A finding a register: its fields' consequences together.
fn of_register(register: SysReg, before: &IdValues, after: &IdValues) -> Option<Finding> {
    let (a, b) = (before.get(register), after.get(register));
    let (Some(source), Some(destination)) = (a, b) else { return None };
    let mut changes = Vec::new();
    report::register_changes(register, before, after, &mut changes);
    let severity = changes.iter().map(|change| change.consequence.severity).max().unwrap_or(Severity::Harmless);
    let mut finding = Finding::new(Kind::ReadsDifferently, effect_of(severity), register.to_string());
    finding.id = Some(super::view::id_of(register));
    (finding.source, finding.destination) = (format!("{source:#x}"), format!("{destination:#x}"));
    finding.fields = explain::fields(register, source, destination);
    finding.severity = severity;
    finding.notices = sentences(&changes);
    finding.rule = "nothing refused it: the guest reads this register from the CPU or VM that it is on".into();
    let aarch64_only = |ids: &IdValues| ids.get(SysReg::ID_AA64PFR0_EL1).is_some_and(|value| ID_AA64PFR0_EL1::EL0.extract(value) == 1);
    if describes_aarch32(register) && aarch64_only(before) {
        (finding.effect, finding.severity) = (Effect::Nothing, Severity::Harmless);
        finding.notices = "the guest was told of no AArch32 state, without which this register is UNKNOWN".into();
    }
    Some(finding)
}

/// The identification registers of AArch32, which are UNKNOWN where no exception level has it (Arm ARM, D23.2).
const fn describes_aarch32(register: SysReg) -> bool {
    use SysReg::*;
    matches!(
        register,
        ID_PFR0_EL1
            | ID_PFR1_EL1
            | ID_PFR2_EL1
            | ID_DFR0_EL1
            | ID_DFR1_EL1
            | ID_MMFR0_EL1
            | ID_MMFR1_EL1
            | ID_MMFR2_EL1
            | ID_MMFR3_EL1
            | ID_MMFR4_EL1
            | ID_MMFR5_EL1
            | ID_ISAR0_EL1
            | ID_ISAR1_EL1
            | ID_ISAR2_EL1
            | ID_ISAR3_EL1
            | ID_ISAR4_EL1
            | ID_ISAR5_EL1
            | ID_ISAR6_EL1
            | MVFR0_EL1
            | MVFR1_EL1
            | MVFR2_EL1
    )
}

/// The consequences in words, worst first, each once; lost and gained features together.
fn sentences(changes: &[report::Change]) -> String {
    let mut sorted: Vec<&report::Change> = changes.iter().collect();
    sorted.sort_by_key(|change| std::cmp::Reverse(change.consequence.severity));
    let by_features = |change: &&&report::Change| {
        let text = &change.consequence.text;
        (text.contains("gone: using") && !change.lost.is_empty()) || text.contains("stays unused")
    };
    let (features, others): (Vec<&report::Change>, Vec<&report::Change>) = sorted.iter().partition(|change| by_features(change));
    let mut told: Vec<String> = Vec::new();
    let gains = |feature: &str| features.iter().any(|change| change.gained.iter().any(|gained| gained == feature));
    let lost: Vec<&str> = features.iter().flat_map(|change| &change.lost).map(String::as_str).filter(|feature| !gains(feature)).collect();
    if !lost.is_empty() {
        told.push(format!("what the guest found at boot is gone: using {} may trap or be UNDEFINED", lost.join(", ")));
    }
    for change in others {
        let text = with_sides(&change.consequence.text);
        if !told.contains(&text) {
            told.push(text);
        }
    }
    let loses = |feature: &str| features.iter().any(|change| change.lost.iter().any(|lost| lost == feature));
    let gained: Vec<&str> =
        features.iter().flat_map(|change| &change.gained).map(String::as_str).filter(|feature| !loses(feature)).collect();
    if !gained.is_empty() {
        told.push(format!("unused until the guest boots again: {}", gained.join(", ")));
    }
    told.join("; ")
}

/// Consequences speak of a guest that goes from A to B.
fn with_sides(text: &str) -> String {
    let side = |word: &str| match word {
        "A" => "the source".to_string(),
        "B" => "the destination".to_string(),
        "A's" => "the source's".to_string(),
        "B's" => "the destination's".to_string(),
        "A," => "the source,".to_string(),
        "B," => "the destination,".to_string(),
        other => other.to_string(),
    };
    text.split(' ').map(side).collect::<Vec<_>>().join(" ")
}

const fn effect_of(severity: Severity) -> Effect {
    match severity {
        Severity::Harmless => Effect::Nothing,
        Severity::Notable | Severity::Breaks => Effect::Changes,
    }
}

fn of_caches(before: &IdValues, after: &IdValues) -> Vec<Finding> {
    let selectors: BTreeSet<u8> = before.caches().chain(after.caches()).map(|(csselr, _)| csselr).collect();
    let text = |value: Option<u64>| value.map_or_else(|| "no such cache".into(), |value| format!("{value:#x}"));
    let differing = selectors.into_iter().filter(|csselr| before.ccsidr(*csselr) != after.ccsidr(*csselr));
    differing
        .map(|csselr| {
            let mut finding = Finding::new(Kind::ReadsDifferently, Effect::Nothing, format!("CCSIDR_EL1[{csselr}]"));
            (finding.source, finding.destination) = (text(before.ccsidr(csselr)), text(after.ccsidr(csselr)));
            finding.notices = format!("{}: the geometry that the guest shows is outdated", cache_name(csselr));
            finding
        })
        .collect()
}

/// Instructions that the guest is still told of, and that its new CPU does not have.
fn gone(after: &IdValues, destination: &View) -> Option<Finding> {
    let announced = FeatureSet::from_ids(after);
    let has_instructions = |feature: &Feature| ROWS.iter().any(|row| row.feature == *feature);
    let lacking = |feature: &Feature| feature.known(&destination.cpu) == Some(false) && has_instructions(feature);
    let names: Vec<String> = announced.iter().filter(lacking).map(|feature| feature.to_string()).collect();
    if names.is_empty() {
        return None;
    }
    let mut finding = Finding::new(Kind::FeatureGone, Effect::Changes, names.join(" "));
    finding.severity = Severity::Breaks;
    finding.rule = "the ID registers still announce it, and the CPU does not have it".into();
    finding.notices = "using it is UNDEFINED".into();
    Some(finding)
}

/// Work-arounds that a Linux guest needs on either CPU and did not enable by what it saw when it booted: another MIDR than the source's
/// own hides the errata of the source.
fn missed_errata(source: &View, destination: &View, rules: &Rules) -> Vec<Finding> {
    let kernel = rules.guest_kernel();
    let booted = booted_on(source, rules);
    let enabled = errata::workarounds(&booted, &Situation::guest(&source.seen()), kernel);
    let sides = [(source, Situation::guest(&source.seen())), (destination, Situation::guest(&destination.cpu))];
    let mut missed: BTreeMap<&str, Vec<Implementation>> = BTreeMap::new();
    for (side, situation) in sides {
        let Some(needs) = implementation(&side.cpu) else { continue };
        let needed = errata::workarounds(&[needs], &situation, kernel);
        let guest = |capability: &&&str| errata::scope(capability) == Some(Scope::Guest);
        for capability in needed.needed.difference(&enabled.needed).filter(guest) {
            let by = missed.entry(capability).or_default();
            if !by.contains(&needs) {
                by.push(needs);
            }
        }
    }
    missed.into_iter().map(|(capability, by)| missed_erratum(capability, &booted, &by, kernel)).collect()
}

/// What the guest chose its work-arounds by: the list it was given, or the CPU it saw.
pub fn booted_on(source: &View, rules: &Rules) -> Vec<Implementation> {
    if !rules.targets.is_empty() {
        return rules.targets.clone();
    }
    let midr = source.guest_reads(SysReg::MIDR_EL1);
    midr.map(|midr| Implementation { midr, revidr: source.guest_reads(SysReg::REVIDR_EL1) }).into_iter().collect()
}

/// A CPU as errata matching sees it.
pub fn implementation(cpu: &IdValues) -> Option<Implementation> {
    cpu.midr().map(|midr| Implementation { midr, revidr: cpu.revidr() })
}

fn missed_erratum(capability: &str, booted: &[Implementation], by: &[Implementation], kernel: &str) -> Finding {
    let mut finding = Finding::new(Kind::Erratum, Effect::Changes, capability);
    finding.severity = Severity::Breaks;
    let parts = |cpus: &[Implementation]| cpus.iter().map(|cpu| part(cpu.midr)).collect::<Vec<_>>().join(", ");
    finding.source = format!("not needed by {}", parts(booted));
    finding.destination = format!("needed by {}", parts(by));
    let rows = errata::ERRATA.iter().filter(|row| row.capability == capability && row.in_kernel(kernel));
    let affects = |row: &&Erratum| by.iter().any(|needs| row.affects(*needs, &Situation::default()) != Some(false));
    let matching: Vec<&Erratum> = rows.filter(affects).collect();
    let window = |row: &&Erratum| format!("{} {} to {}: {}", row.part, revision(row.first), revision(row.last), row.description);
    finding.errata = matching.iter().map(window).collect();
    finding.rule = format!("Linux {kernel} chooses work-arounds by MIDR_EL1 and REVIDR_EL1 when it boots, and never again");
    finding.notices =
        format!("{} is not worked around", finding.errata.first().map_or(capability, |row| row.rsplit(": ").next().unwrap_or(row)));
    finding
}

/// `r3p1`.
fn revision(revision: errata::Revision) -> String {
    format!("r{}p{}", revision >> 4, revision & 15)
}

/// A MIDR with its revision.
pub fn part(midr: u64) -> String {
    format!("{midr:#010x} ({})", revision(errata::revision(midr)))
}

/// What a refused value would have meant to the guest, had it not been refused. By the values of the register alone.
pub fn consequences(finding: &mut Finding, source: &View, destination: &View, rules: &Rules, memo: &mut Memo) {
    let Some(register) = finding.id.and_then(register_of) else { return };
    if let (Some(a), Some(b)) = (source.guest_reads(register), destination.guest_reads(register)) {
        let told = memo.consequences.entry((register, a, b)).or_insert_with(|| consequences_of(register, a, b));
        (finding.severity, finding.notices) = told.clone();
    }
    if matches!(register, SysReg::MIDR_EL1 | SysReg::REVIDR_EL1) {
        let reads = |view: &View| [SysReg::MIDR_EL1, SysReg::REVIDR_EL1, SysReg::CTR_EL0].map(|register| view.guest_reads(register));
        let ([a, b, c], [d, e, f]) = (reads(source), reads(destination));
        let told = memo.errata.entry([a, b, c, d, e, f]).or_insert_with(|| errata_of(source, destination, rules));
        finding.errata.clone_from(told);
    }
}

fn consequences_of(register: SysReg, a: u64, b: u64) -> (Severity, String) {
    let only = |value: u64| {
        let mut ids = IdValues::new();
        ids.set(register, value);
        ids
    };
    let mut changes = Vec::new();
    report::register_changes(register, &only(a), &only(b), &mut changes);
    (changes.iter().map(|change| change.consequence.severity).max().unwrap_or(Severity::Harmless), sentences(&changes))
}

fn errata_of(source: &View, destination: &View, rules: &Rules) -> Vec<String> {
    let missed: Vec<String> = missed_errata(source, destination, rules).into_iter().flat_map(|missed| missed.errata).collect();
    if !missed.is_empty() {
        return missed;
    }
    let spare = no_longer_needed(source, destination, rules);
    spare.into_iter().map(|capability| format!("{capability}: the guest keeps it, and the new CPU does not need it")).collect()
}

fn no_longer_needed(source: &View, destination: &View, rules: &Rules) -> Vec<&'static str> {
    let kernel = rules.guest_kernel();
    let of = |cpus: &[Implementation], ids: &IdValues| errata::workarounds(cpus, &Situation::guest(ids), kernel).needed;
    let enabled = of(&booted_on(source, rules), &source.seen());
    let needed = of(&implementation(&destination.cpu).into_iter().collect::<Vec<_>>(), &destination.cpu);
    let guest = |capability: &&&str| errata::scope(capability) == Some(Scope::Guest);
    enabled.difference(&needed).filter(guest).copied().collect()
}
