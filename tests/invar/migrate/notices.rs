//! What no host refuses and a guest notices all the same, in moves and in baselines; hosts are described where a case needs one
//! that does not exist. Refusals have their tests elsewhere.

use invar::migrate::lab::baseline::{Baseline, Moves, Solution, solve};
use invar::migrate::lab::plan::{fleet, plan};
use invar::migrate::lab::{
    Clock, CpuHost, Effect, Finding, GuestImage, Kind, LabHost, Migration, Policy, Report, Rules, Verdict, id_named, migrate,
};
use kvm::idregs::SVE_VECTOR_LENGTHS;

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
    let n1 = described("v1-as-n1", "base = \"neoverse-v1\"\nset = { MIDR_EL1 = 0x414fd0c1 }\n") + "@7.3+plain";
    let report = moved(&n1, "neoverse-v1@7.3+plain", upstream());
    assert_eq!(effective(&report.findings), ["mitigation SPECTRE_BHB"]);
    let finding = report.findings.iter().find(|finding| finding.kind == Kind::Mitigation).expect("there");
    assert!(finding.source.contains("24") && finding.destination.contains("32"), "{finding:?}");
    // More branches than needed are enough, and a list takes the most that any part needs.
    let mitigations = |from: &str, to: &str, rules: Rules| {
        let labels = effective(&moved(from, to, rules).findings).into_iter();
        labels.filter(|label| label.starts_with("mitigation")).collect::<Vec<_>>()
    };
    assert_eq!(mitigations("neoverse-v1@7.3+plain", &n1, upstream()), Vec::<String>::new());
    let rules = Rules { targets: invar::migrate::lab::both(&host(&n1), &host("neoverse-v1@7.3+plain")), ..upstream() };
    assert_eq!(effective(&moved(&n1, "neoverse-v1@7.3+plain", rules).findings), Vec::<String>::new());
    // Safe by its list, on a part that is on none of them.
    let shown = Rules { before_first_run: vec![value("MIDR_EL1", 0x410f_d034)], ..upstream() };
    let found = mitigations("cortex-a72@7.3+plain", "cortex-a72@7.3+plain", shown);
    assert_eq!(found, ["mitigation SPECTRE_BHB", "mitigation SPECTRE_V2", "mitigation SPECTRE_V4"]);
    // Hardware that does it needs no loop, whatever part it shows.
    let n1_bits = "MIDR_EL1 = 0x414fd0c1, ID_AA64MMFR1_EL1 = { ECBHB = 1 }";
    let here = described("v1-ecbhb-here", &format!("base = \"neoverse-v1\"\nset = {{ {n1_bits} }}\n")) + "@7.3+plain";
    let there = described("v1-ecbhb-there", "base = \"neoverse-v1\"\nset = { ID_AA64MMFR1_EL1 = { ECBHB = 1 } }\n") + "@7.3+plain";
    assert_eq!(mitigations(&here, &there, upstream()), Vec::<String>::new());
}

/// A host with fewer PMU counters than it is told of says nothing, and the guest's are gone.
#[test]
fn pmu_counters_that_vanish() {
    let a710 = described("n2-as-a710", "base = \"neoverse-n2\"\nset = { MIDR_EL1 = 0x412fd471 }\n") + "@6.18+pmu+plain";
    let there = "neoverse-n2@6.18+pmu+plain";
    let rules = || Rules { targets: invar::migrate::lab::both(&host(&a710), &host(there)), ..upstream() };
    let report = moved(&a710, there, rules());
    assert_eq!((report.verdict, effective(&report.findings)), (Verdict::Changes, vec!["reads-differently PMCR_EL0".into()]));
    let finding = report.findings.iter().find(|finding| finding.effect == Effect::Changes).expect("there");
    assert_eq!((finding.source.as_str(), finding.destination.as_str()), ("20 counters", "6 counters"));
    let remedy = report.remedies.first().expect("fewer counters from the beginning");
    assert_eq!(remedy.verdict, Some(Verdict::Migrates));
    let fewer = value("PMCR_EL0", 0x3000);
    assert_eq!(remedy.writes.get(&fewer.0), Some(&fewer.1));
    let report = moved(&a710, there, Rules { before_first_run: vec![fewer], ..rules() });
    assert_eq!((report.verdict, effective(&report.findings)), (Verdict::Migrates, vec![]));
    // Kernels that keep what they are told of.
    let old = a710.replace("@6.18", "@6.1");
    assert!(
        !effective(&moved(&old, "neoverse-n2@6.1+pmu+plain", Rules::default()).findings).contains(&"reads-differently PMCR_EL0".into())
    );
    let found = baseline(&["cortex-a710@7.3+pmu", "neoverse-n2@7.3+pmu"]);
    assert_eq!((found.verdict(), found.writes().get(&fewer.0)), (Verdict::Migrates, Some(&0x3000)), "{:?}", found.noticed);
}

/// The block of LDGM and STGM is the CPU's own for a guest with Allocation Tags, and nothing to one without.
#[test]
fn the_block_of_tags() {
    let with = |name: &str, block: u64| {
        let rows = format!("base = \"max\"\nset = {{ ID_AA64PFR1_EL1 = {{ MTE = 3 }}, GMID_EL1 = {block} }}\n");
        described(name, &rows) + "@7.3"
    };
    let (large, small) = (with("gmid-6", 6), with("gmid-4", 4));
    for (from, to) in [(&large, &small), (&small, &large)] {
        let (from, to) = (format!("{from}+mte"), format!("{to}+mte"));
        let judged = Migration { guest: GuestImage::None, ..Migration::new(host(&from), host(&to)) };
        let report = migrate(&judged).expect("judged");
        assert_eq!((report.verdict, effective(&report.findings)), (Verdict::Changes, vec!["reads-differently GMID_EL1".into()]));
        assert_eq!(report.remedies.len(), 0, "no kernel changes a CPU");
        assert_eq!(baseline(&[&from, &to]).verdict(), Verdict::Changes);
    }
    // Kernels that do not trap the register show it to guests without tags, too.
    for kernel in ["5.10", "6.12", "7.3"] {
        let [from, to] = [&large, &small].map(|host| host.replace("@7.3", &format!("@{kernel}")));
        for guest in [GuestImage::Embedded, GuestImage::None] {
            let report = migrate(&Migration { guest, ..Migration::new(host(&from), host(&to)) }).expect("judged");
            assert_eq!((report.verdict, effective(&report.findings)), (Verdict::Migrates, vec![]), "{kernel}");
        }
    }
}

/// Where a host is not known well enough nothing is said of it, on either side and by every command.
#[test]
fn a_host_that_is_known_in_part() {
    let part = described("v1-part", "base = \"neoverse-v1\"\nset = { DCZID_EL0 = \"unknown\" }\n") + "@6.18";
    for (from, to) in [("neoverse-v1@6.18", part.as_str()), (&part, "neoverse-v1@6.18"), ("neoverse-v1@6.18", "graviton3@6.18")] {
        for arguments in
            [&["migrate", "--from", from, "--to", to][..], &["migrate", "--from", from, "--to", to, "--no-guest"], &["baseline", from, to]]
        {
            let run = invar(arguments);
            let said = String::from_utf8_lossy(&run.stderr);
            assert_eq!(run.status.code(), Some(2), "{arguments:?}: {said}");
            assert!(said.contains("known only in part") && said.contains("DCZID_EL0"), "{arguments:?}: {said}");
        }
    }
    let run = invar(["plan", "neoverse-v1@6.18", &part]);
    let told = String::from_utf8_lossy(&run.stdout);
    assert!(told.contains("=?") && told.contains("??") && told.contains("DCZID_EL0"), "{told}");
    let filled = ["migrate", "--from", "neoverse-v1@6.18", "--to", &part, "--unknown-from", "neoverse-v1"];
    assert_eq!(invar(filled).status.code(), Some(0));
}

/// A remedy is the move made again with it: what no register is about, no kernel mends.
#[test]
fn remedies_that_would_not_help() {
    let report = moved("neoverse-n1+gicv2", "neoverse-n1", Rules::default());
    assert_eq!((report.verdict, report.remedies.len()), (Verdict::Refused, 0), "{:?}", report.remedies);
    let forgotten = Rules { clock: Clock::Forgotten, ..Rules::default() };
    let report = moved("neoverse-n1@6.12", "neoverse-n1@6.12", forgotten);
    assert_eq!(report.remedies.len(), 1, "{:?}", report.remedies);
    let remedy = &report.remedies[0];
    assert_eq!((remedy.clock, remedy.kernel, remedy.verdict), (Some(Clock::Register), None, Some(Verdict::Migrates)));
}

/// The GIC is the source's, in plans and baselines as in moves.
#[test]
fn the_gic_goes_along() {
    let names = ["neoverse-n1@6.12+gicv2".to_string(), "neoverse-n1@6.12".into()];
    let judged = plan(&fleet(&names, &[]).expect("known"), &Rules::default());
    let verdicts: Vec<Vec<_>> = judged.cells.iter().map(|row| row.iter().map(|cell| cell.verdict.expect("known")).collect()).collect();
    for (row, from) in verdicts.iter().zip(&names) {
        for (verdict, to) in row.iter().zip(&names) {
            assert_eq!(moved(from, to, Rules::default()).verdict, *verdict, "{from} -> {to}");
        }
    }
    assert_eq!(verdicts[0][1], Verdict::Refused);
    let Solution::None(obstacles) = solved(&["neoverse-n1@6.12+gicv2", "neoverse-n1@6.12"]) else { panic!("two interrupt controllers") };
    assert_eq!(obstacles[0].subject, "GICv2");
}

/// Firecracker's vCPUs are plain in plans and baselines, too.
#[test]
fn the_policy_s_vcpus() {
    let names = ["neoverse-v1@6.12".to_string(), "neoverse-v1@6.12+plain".into()];
    let rules = Rules { policy: Policy::Firecracker, ..Rules::default() };
    let judged = plan(&fleet(&names, &[]).expect("known"), &rules);
    assert!(judged.cells.iter().flatten().all(|cell| cell.verdict == Some(Verdict::Migrates)), "{:?}", judged.cells);
    let hosts: Vec<LabHost> = names.iter().map(|name| host(name)).collect();
    let Solution::Baseline(found) = solve(&hosts, &rules, Moves::All).expect("known") else { panic!("there is one") };
    assert!(found.writes().is_empty() && !found.pointer_auth_dropped);
}

/// Lines of Allocation Tags are nothing to a guest without them.
#[test]
fn the_line_of_tags_alone() {
    let report = moved("neoverse-v1@7.3", "neoverse-v1@7.3", upstream());
    assert_eq!(report.verdict, Verdict::Migrates);
    let other = described("v1-tminline", "base = \"neoverse-v1\"\nset = { CTR_EL0 = { TminLine = 4 } }\n") + "@6.1";
    let report = moved("neoverse-v1@6.1", &other, Rules { cpu_host: CpuHost::This, ..Rules::default() });
    assert_eq!((report.verdict, effective(&report.findings)), (Verdict::Migrates, Vec::new()));
}

/// Equal values of API do not say that two implementers' algorithms are the same; without keys nobody signs.
#[test]
fn pointer_authentication_of_another_implementer() {
    let other = described("v1-as-hip09", "base = \"neoverse-v1\"\nset = { MIDR_EL1 = 0x480fd022 }\n") + "@7.3";
    let rules = || Rules { targets: invar::migrate::lab::both(&host("neoverse-v1"), &host(&other)), ..upstream() };
    let report = moved("neoverse-v1@7.3", &other, rules());
    assert_eq!((report.verdict, effective(&report.findings)), (Verdict::Changes, vec!["pointer-authentication the algorithm".into()]));
    let remedy = report.remedies.first().expect("no keys");
    assert_eq!((remedy.without_pointer_auth, remedy.verdict), (true, Some(Verdict::Migrates)));
    let report = moved("neoverse-v1@7.3+plain", &format!("{other}+plain"), rules());
    assert_eq!(report.verdict, Verdict::Migrates, "{:?}", effective(&report.findings));
    let stepping = described("v1-stepping", "base = \"neoverse-v1\"\nrevision = \"r1p1\"\n") + "@7.3";
    assert!(!effective(&moved("neoverse-v1@7.3", &stepping, rules()).findings).iter().any(|label| label.starts_with("pointer")));
}

/// What is pasted does all that was judged, or says what it does not.
#[test]
fn what_a_command_line_cannot_say() {
    let told = |arguments: &[&str]| {
        let run = invar(["baseline"].iter().chain(arguments).copied());
        [run.stdout, run.stderr].map(|text| String::from_utf8_lossy(&text).into_owned())
    };
    let [line, notes] = told(&["neoverse-v1@7.3", "neoverse-n2@7.3", "--format", "qemu"]);
    assert!(line.starts_with("-cpu host,pauth=off,sve=off,pmu=off,SYSREG_MIDR_EL1_"), "{line}");
    assert!(notes.contains("in no released QEMU") && notes.contains("no property for KVM_REG_ARM_VENDOR_HYP_BMAP_2=0x3"), "{notes}");
    let [line, notes] = told(&["neoverse-n1@6.12+plain", "neoverse-n1@6.18+plain", "--format", "qemu"]);
    assert!(line.contains("kvm-psci-version=1.1"), "{line}");
    assert!(notes.contains("newer QEMU only"), "{notes}");
    let [template, notes] = told(&["neoverse-v1@7.3+sve+plain", "neoverse-v1:r1p1@7.3+sve+plain", "--format", "firecracker"]);
    let template: serde_json::Value = serde_json::from_str(&template).expect("JSON");
    assert_eq!(template["vcpu_features"], serde_json::json!([{ "index": 0, "bitmap": "0b1xxxx" }]));
    assert_eq!(template["kvm_capabilities"], serde_json::json!(["170", "239"]));
    assert!(notes.contains("KVM_CAP_ARM_WRITABLE_IMP_ID_REGS"), "{notes}");
}

/// A number of counters that no table knows is said in the file.
#[test]
fn counters_of_a_host_file() {
    let kunpeng =
        |name: &str, more: &str| described(name, &format!("base = \"neoverse-n1\"\n{more}\n[set]\nMIDR_EL1 = 0x480fd010\n")) + "@5.10";
    let without = kunpeng("kp", "");
    let run = invar(["migrate", "--from", &without, "--to", &without]);
    let said = String::from_utf8_lossy(&run.stderr);
    assert_eq!(run.status.code(), Some(2), "{said}");
    assert!(said.contains("PMCR_EL0") && said.contains("`pmu-counters = 6`"), "{said}");
    let with = kunpeng("kp-counters", "pmu-counters = 12");
    let report = moved(&with, &with, Rules::default());
    assert_eq!(report.verdict, Verdict::Migrates, "{:?}", effective(&report.findings));
    // What is written of such a host can be read again.
    let (file, _) = with.split_once('@').expect("a kernel");
    let json = invar(["cpu", "dump", file, "--format", "json"]);
    let json = String::from_utf8_lossy(&json.stdout).into_owned();
    let read = invar::hosts::parse(&json, "again").unwrap_or_else(|error| panic!("{error}: {json}"));
    assert_eq!(read.clusters[0].ids.get(sysregs::SysReg::PMCR_EL0), Some(12 << 11), "{json}");
    assert!(invar::hosts::parse("base = \"neoverse-n1\"\npmu-counters = 32\n", "x").is_err());
}

/// The same of vectors; the set is a CPU's: every power of two up to its longest.
#[test]
fn vector_lengths_of_a_host_file() {
    let part = |name: &str, more: &str| {
        described(name, &format!("base = \"neoverse-v1\"\n{more}\n[set]\nMIDR_EL1 = 0x480fd022\n")) + "@7.3+sve+plain"
    };
    let without = part("hip-sve", "");
    let run = invar(["migrate", "--from", &without, "--to", &without]);
    let said = String::from_utf8_lossy(&run.stderr);
    assert_eq!(run.status.code(), Some(2), "{said}");
    assert!(said.contains("`vector-lengths = [128, 256]`"), "{said}");
    let counters = without.replace("+sve", "+pmu");
    let run = invar(["migrate", "--from", &counters, "--to", &counters]);
    assert!(String::from_utf8_lossy(&run.stderr).contains("pmu-counters"), "{}", String::from_utf8_lossy(&run.stderr));
    let with = part("hip-sve-512", "vector-lengths = [128, 256, 512]");
    assert_eq!(moved(&with, &with, Rules::default()).verdict, Verdict::Migrates);
    let Solution::Baseline(found) = solved(&[&with, "neoverse-v1@7.3+sve+plain"]) else { panic!("512 bits and 256") };
    assert!(
        found.given_up[0].fields.contains(&"KVM_REG_ARM64_SVE_VLS: 128, 256, 512 bits -> 128, 256 bits".into()),
        "{:?}",
        found.given_up
    );
    let (file, _) = with.split_once('@').expect("a kernel");
    let json = String::from_utf8_lossy(&invar(["cpu", "dump", file, "--format", "json"]).stdout).into_owned();
    let read = invar::hosts::parse(&json, "again").unwrap_or_else(|error| panic!("{error}: {json}"));
    assert_eq!(read.clusters[0].ids.get(sysregs::SysReg::ZCR_EL1), Some(3), "{json}");
    for wrong in ["[]", "[256]", "[128, 512]", "[128, 256, 384]", "[128, 256, 512, 1024, 2048, 4096]"] {
        assert!(invar::hosts::parse(&format!("base = \"neoverse-v1\"\nvector-lengths = {wrong}\n"), "x").is_err(), "{wrong}");
    }
}

/// Recordings of guests are no hosts, and the verdict says so.
#[test]
fn a_guest_s_view_as_a_host() {
    let run =
        invar(["migrate", "--from", "graviton3@6.18+plain", "--to", "graviton3@6.18+plain", "--unknown-from", "neoverse-v1", "--no-guest"]);
    let told = String::from_utf8_lossy(&run.stdout);
    assert!(
        told.contains("graviton3 is what a guest was shown of its CPU, not the CPU"),
        "{told} {}",
        String::from_utf8_lossy(&run.stderr)
    );
}

/// Rows of a plan can be told apart, and a host that makes no VM has no guest to move.
#[test]
fn rows_of_a_plan() {
    let narrow = described("narrow-plan", "base = \"neoverse-n1\"\nset = { ID_AA64MMFR0_EL1 = { PARANGE = 1 } }\n");
    let names = ["neoverse-n1".to_string(), "neoverse-n1+pmu".into(), "neoverse-n1+gicv2".into(), narrow];
    let judged = plan(&fleet(&names, &[]).expect("known"), &Rules::default());
    assert_eq!(judged.hosts[..3], ["neoverse-n1@6.12", "neoverse-n1@6.12+pmu", "neoverse-n1@6.12+gicv2"]);
    assert!(judged.cells[3].iter().all(|cell| cell.verdict.is_none()) && judged.unknown[3].is_some());
    assert_eq!(judged.cells[0][3].verdict, Some(Verdict::Refused));
}

/// Where vectors differ, all hosts have the lengths that are everyone's, and the guest that was given them moves.
#[test]
fn vector_lengths_of_a_fleet() {
    for features in ["+sve", "+sve+plain"] {
        let hosts = ["neoverse-v1@7.3", "neoverse-n2@7.3"].map(|name| format!("{name}{features}"));
        let Solution::Baseline(mut found) = solved(&[&hosts[0], &hosts[1]]) else { panic!("256 bits and 128") };
        assert_eq!(found.writes().get(&SVE_VECTOR_LENGTHS), Some(&1));
        assert_eq!((found.restore_everywhere().expect("it is restored"), found.verdict()), (2, Verdict::Migrates), "{:?}", found.noticed);
    }
    let told = |format: &str| {
        let run = invar(["baseline", "neoverse-v1@7.3+sve+plain", "neoverse-n2@7.3+sve+plain", "--format", format]);
        [run.stdout, run.stderr].map(|text| String::from_utf8_lossy(&text).into_owned())
    };
    // QEMU 7.2 makes 1 of `sve128=on`, 3 of `sve128=on,sve256=on`.
    assert!(told("qemu")[0].starts_with("-cpu host,pauth=off,pmu=off,sve128=on,SYSREG_"), "{:?}", told("qemu"));
    let [template, notes] = told("firecracker");
    assert!(!template.contains("15ffff") && notes.contains("too late for vectors of 128 bits and no others"), "{template} {notes}");
    let [model, _] = told("model");
    let read = invar::hosts::parse(&model, "baseline").unwrap_or_else(|error| panic!("{error}: {model}"));
    assert_eq!(read.clusters[0].ids.get(sysregs::SysReg::ZCR_EL1), Some(0), "{model}");
    let Solution::None(obstacles) = solved(&["a64fx@7.3+sve+plain", "neoverse-v1@7.3+sve+plain"]) else { panic!("other caches") };
    assert!(obstacles.iter().all(|obstacle| obstacle.subject != "KVM_REG_ARM64_SVE_VLS"), "{obstacles:?}");
}

/// As a remedy, which the lab has tried; and written by hand.
#[test]
fn vector_lengths_of_a_move() {
    let report = moved("neoverse-v1@7.3+sve+plain", "neoverse-n2@7.3+sve+plain", Rules::default());
    let remedy = report.remedies.iter().find(|remedy| remedy.writes.contains_key(&SVE_VECTOR_LENGTHS)).expect("a remedy");
    assert_eq!((remedy.verdict, remedy.writes[&SVE_VECTOR_LENGTHS]), (Some(Verdict::Migrates), 1), "{:?}", remedy.remains);
    assert!(remedy.what.iter().any(|step| step.contains("vectors of 128 bits and no others")), "{:?}", remedy.what);
    assert!(remedy.one_reg_lines().iter().any(|line| line.ends_with("# KVM_REG_ARM64_SVE_VLS, before KVM_ARM_VCPU_FINALIZE")));
    let set = |value: &str| {
        let run = invar(["migrate", "--from", "neoverse-v1+sve", "--to", "neoverse-v1+sve", "--set", value]);
        (run.status.code(), String::from_utf8_lossy(&run.stderr).into_owned())
    };
    assert_eq!(set("KVM_REG_ARM64_SVE_VLS=1").0, Some(0));
    // 256 bits without 128 are no set of that host's, and vCPUs without SVE have no such register.
    let (status, message) = set("KVM_REG_ARM64_SVE_VLS=2");
    assert!(status == Some(2) && message.contains("KVM_REG_ARM64_SVE_VLS = 0x2") && message.contains("EINVAL"), "{message}");
    let run = invar(["migrate", "--from", "neoverse-v1", "--to", "neoverse-v1", "--set", "KVM_REG_ARM64_SVE_VLS=1"]);
    assert!(String::from_utf8_lossy(&run.stderr).contains("ENOENT"), "{}", String::from_utf8_lossy(&run.stderr));
}

/// A host says which lengths it has.
#[test]
fn refused_vector_lengths() {
    let report = moved("neoverse-v1@6.12+sve+plain", "neoverse-n2@6.12+sve+plain", Rules::default());
    let finding = report.findings.iter().find(|finding| finding.subject == "KVM_REG_ARM64_SVE_VLS").expect("refused");
    assert!(finding.rule.contains("128 bits") && !finding.rule.contains("no such register"), "{}", finding.rule);
}
