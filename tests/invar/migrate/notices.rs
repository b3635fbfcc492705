//! What no host refuses and a guest notices all the same, in moves and in baselines; hosts are described where a case needs one
//! that does not exist. Refusals have their tests elsewhere.

use invar::migrate::lab::baseline::{Baseline, Moves, Solution, solve};
use invar::migrate::lab::{Effect, Finding, Kind, LabHost, Migration, Policy, Report, Rules, Verdict, id_named, migrate};

use crate::command::{invar, scratch};

/// A host file, to be named with its kernel and features.
pub fn described(name: &str, rows: &str) -> String {
    let path = scratch("notices").join(format!("{name}.toml"));
    // Tests run beside each other: each writes files of its own.
    std::fs::write(&path, rows).expect("written");
    path.to_str().expect("UTF-8").into()
}

pub fn host(spec: &str) -> LabHost {
    LabHost::parse(spec).unwrap_or_else(|error| panic!("{spec}: {error}"))
}

pub fn upstream() -> Rules {
    Rules { policy: Policy::Upstream, ..Rules::default() }
}

fn value(register: &str, value: u64) -> (u64, u64) {
    (id_named(register).unwrap_or_else(|| panic!("{register}")), value)
}

fn moved(from: &str, to: &str, rules: Rules) -> Report {
    let migration = Migration { rules, ..Migration::new(host(from), host(to)) };
    migrate(&migration).unwrap_or_else(|error| panic!("{from} -> {to}: {error}"))
}

fn effective(findings: &[Finding]) -> Vec<String> {
    findings.iter().filter(|finding| finding.effect != Effect::Nothing).map(Finding::label).collect()
}

pub fn solved(specs: &[&str]) -> Solution {
    let hosts: Vec<LabHost> = specs.iter().map(|spec| host(spec)).collect();
    solve(&hosts, &upstream(), Moves::All).expect("known hosts")
}

pub fn baseline(specs: &[&str]) -> Box<Baseline> {
    match solved(specs) {
        Solution::Baseline(found) => found,
        Solution::None(obstacles) => panic!("{specs:?}: {obstacles:?}"),
    }
}

/// A baseline is as good as the moves with it.
#[test]
fn a_baseline_that_changes_the_guest_is_not_safe() {
    let slow = described("slow", "base = \"neoverse-n1\"\nset = { DCZID_EL0 = 5, CNTFRQ_EL0 = 25000000 }\n") + "@6.12";
    let found = baseline(&["neoverse-n1@6.12", &slow]);
    let labels: Vec<String> = found.noticed.iter().map(|noticed| noticed.finding.label()).collect();
    assert_eq!(labels, ["reads-differently DCZID_EL0", "reads-differently CNTFRQ_EL0"]);
    assert!(found.noticed.iter().all(|noticed| noticed.moves.len() == 2), "{:?}", found.noticed);
    let run = invar(["baseline", "neoverse-n1@6.12", &slow]);
    let told = String::from_utf8_lossy(&run.stdout);
    assert_eq!(run.status.code(), Some(3), "{told}");
    assert!(told.contains("accepted, but the guest would notice: reads-differently DCZID_EL0"), "{told}");
    assert!(!told.contains("A SAFE BASELINE EXISTS"), "{told}");
    let run = invar(["baseline", "neoverse-n1@6.12", &slow, "--format", "json"]);
    let json: serde_json::Value = serde_json::from_slice(&run.stdout).expect("JSON");
    assert_eq!((&json["verdict"], &json["exit_status"]), (&"changes".into(), &3.into()));
    assert_eq!(json["noticed"][1]["finding"]["subject"], "CNTFRQ_EL0");
    let run = invar(["baseline", "neoverse-n1@6.12", &slow, "--format", "firecracker"]);
    assert_eq!(run.status.code(), Some(3));
    assert!(String::from_utf8_lossy(&run.stderr).contains("the guest would notice"));
}

/// Another MIDR needs the capability, and the errata of all members the list of them.
#[test]
fn a_baseline_says_what_its_writes_need() {
    let specs = ["neoverse-v1@7.3+plain", "neoverse-n2@7.3+plain"];
    let found = baseline(&specs);
    assert_eq!((found.verdict(), found.rules.targets.len()), (Verdict::Migrates, 2), "{:?}", found.noticed);
    let told = String::from_utf8_lossy(&invar(["baseline"].into_iter().chain(specs)).stdout).into_owned();
    for part in ["A SAFE BASELINE EXISTS", "KVM_ENABLE_CAP 239", "KVM_ARM_VM_SMCCC_FILTER", "MIDR_EL1=0x411fd402 REVIDR_EL1=0x0", "BMAP_2"]
    {
        assert!(told.contains(part), "{part}: {told}");
    }
    let json = invar(["baseline", specs[0], specs[1], "--format", "json"]).stdout;
    let json: serde_json::Value = serde_json::from_slice(&json).expect("JSON");
    assert_eq!((&json["capability_239"], &json["targets"][1]["midr"]), (&true.into(), &"0x410fd493".into()));
    let written = Rules { before_first_run: found.writes().into_iter().collect(), ..found.rules.clone() };
    assert_eq!(moved(specs[0], specs[1], written.clone()).verdict, Verdict::Migrates);
    // Without the list the guest leaves out what the other part needs.
    let untold = Rules { targets: Vec::new(), ..written };
    let report = moved(specs[0], specs[1], untold);
    assert_eq!(report.verdict, Verdict::Changes);
    assert_eq!(report.findings.iter().filter(|finding| finding.kind == Kind::Erratum).count(), 3, "{:?}", effective(&report.findings));
    // The same CPU everywhere needs neither.
    let same = baseline(&["neoverse-n1@6.18", "neoverse-n1@7.3"]);
    assert!(!same.needs_writable_implementation() && same.rules.targets.is_empty());
}

/// A guest that was shown another CPU does not work around the errata of the one that it boots on.
#[test]
fn errata_of_the_source() {
    let shown = vec![value("MIDR_EL1", 0x410f_d083), value("ID_MMFR0_EL1", 0x1010_1105)];
    let report = moved("cortex-a57@7.3", "cortex-a72@7.3", Rules { before_first_run: shown, ..upstream() });
    assert_eq!(effective(&report.findings), ["erratum WORKAROUND_DEVICE_LOAD_ACQUIRE"]);
    let finding = report.findings.iter().find(|finding| finding.kind == Kind::Erratum).expect("there");
    assert!(finding.destination.contains("0x411fd070"), "{}", finding.destination);
}

#[test]
fn mitigations_chosen_for_another_cpu() {
    let n1 = described("v1-as-n1", "base = \"neoverse-v1\"\nset = { MIDR_EL1 = 0x414fd0c1 }\n") + "@7.3";
    let report = moved(&n1, "neoverse-v1@7.3", upstream());
    assert_eq!(effective(&report.findings), ["mitigation SPECTRE_BHB"]);
    let finding = report.findings.iter().find(|finding| finding.kind == Kind::Mitigation).expect("there");
    assert!(finding.source.contains("24") && finding.destination.contains("32"), "{finding:?}");
    // More branches than needed are enough, and a list takes the most that any part needs.
    assert_eq!(effective(&moved("neoverse-v1@7.3", &n1, upstream()).findings), Vec::<String>::new());
    let rules = Rules { targets: invar::migrate::lab::both(&host(&n1), &host("neoverse-v1@7.3")), ..upstream() };
    assert_eq!(effective(&moved(&n1, "neoverse-v1@7.3", rules).findings), Vec::<String>::new());
    // Safe by its list, on a part that is on none of them.
    let a53 = described("a72-as-a53", "base = \"cortex-a72\"\nset = { MIDR_EL1 = 0x410fd034 }\n") + "@7.3";
    let report = moved(&a53, "cortex-a72@7.3", upstream());
    let mitigations: Vec<String> = effective(&report.findings).into_iter().filter(|label| label.starts_with("mitigation")).collect();
    for topic in ["SPECTRE_BHB", "SPECTRE_V4"] {
        assert!(mitigations.contains(&format!("mitigation {topic}")), "{:?}", effective(&report.findings));
    }
    // Its own hardware does it, whatever the lists say of the part that it shows.
    let hardware = "set = { MIDR_EL1 = 0x414fd0c1, ID_AA64MMFR1_EL1 = { ECBHB = 1 } }\n";
    let hardware = described("v1-ecbhb", &format!("base = \"neoverse-v1\"\n{hardware}")) + "@7.3";
    let report = moved(&hardware, "neoverse-v1@7.3", upstream());
    assert!(!effective(&report.findings).is_empty());
    let there = described("v1-ecbhb-there", "base = \"neoverse-v1\"\nset = { ID_AA64MMFR1_EL1 = { ECBHB = 1 } }\n") + "@7.3";
    let here =
        described("v1-ecbhb-here", "base = \"neoverse-v1\"\nset = { MIDR_EL1 = 0x414fd0c1, ID_AA64MMFR1_EL1 = { ECBHB = 1 } }\n") + "@7.3";
    assert_eq!(effective(&moved(&here, &there, upstream()).findings), Vec::<String>::new());
}

/// Lines of Allocation Tags are nothing to a guest without them.
#[test]
fn the_line_of_tags_alone() {
    let report = moved("neoverse-v1@7.3", "neoverse-v1@7.3", upstream());
    assert_eq!(report.verdict, Verdict::Migrates);
    let other = described("v1-tminline", "base = \"neoverse-v1\"\nset = { CTR_EL0 = { TminLine = 4 } }\n") + "@6.1";
    let report = moved("neoverse-v1@6.1", &other, Rules { cpu_host: invar::migrate::lab::CpuHost::This, ..Rules::default() });
    assert_eq!((report.verdict, effective(&report.findings)), (Verdict::Migrates, Vec::new()));
}
