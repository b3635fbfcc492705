//! Moves, plans and baselines: rules against file descriptors, predictions from real dumps, the HTML page in a browser.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Read;
use std::process::Command;

use invar::hosts;
use invar::migrate::lab::baseline::{Member, Moves, Solution, configured, ids_of, solve};
use invar::migrate::lab::plan::{fleet, plan};
use invar::migrate::lab::{Effect, GuestImage, Kind, LabHost, Migration, Policy, Rules, Verdict, View, judge, migrate, name_of};
use invar::report;
use proptest::prelude::*;

use super::command::{invar, scratch};

const CPUS: [&str; 12] = [
    "a64fx",
    "cortex-a35",
    "cortex-a53",
    "cortex-a55",
    "cortex-a57",
    "cortex-a710",
    "cortex-a72",
    "cortex-a76",
    "max",
    "neoverse-n1",
    "neoverse-n2",
    "neoverse-v1",
];

fn host(spec: &str) -> LabHost {
    LabHost::parse(spec).unwrap_or_else(|error| panic!("{spec}: {error}"))
}

fn kernels() -> Vec<&'static str> {
    kvm::personality::all().iter().map(kvm::personality::Personality::name).collect()
}

/// `migrate` itself fails when rules and KVM_SET_ONE_REG disagree about any register; here it is asked of many pairs.
#[test]
fn rules_and_file_descriptors_agree() {
    let kernels = kernels();
    for (number, from) in CPUS.iter().enumerate() {
        for (at, kernel) in kernels.iter().enumerate() {
            let to = CPUS[(number + at) % CPUS.len()];
            let other = kernels[(at * 5 + number) % kernels.len()];
            let mut migration = Migration::new(host(&format!("{from}@{kernel}")), host(&format!("{to}@{other}")));
            migration.rules.policy = Policy::ALL[(number + at) % Policy::ALL.len()];
            if let Err(error) = migrate(&migration) {
                panic!("{from}@{kernel} -> {to}@{other}: {error}");
            }
        }
    }
}

#[test]
fn a_host_takes_its_own_guests() {
    for cpu in CPUS {
        for kernel in kernels() {
            let there = host(&format!("{cpu}@{kernel}"));
            let report = migrate(&Migration { guest: GuestImage::None, ..Migration::new(there.clone(), there) }).expect("judged");
            assert_eq!(report.verdict, Verdict::Migrates, "{cpu}@{kernel}: {:?}", report.findings);
        }
    }
}

/// Dumps of guests on real hosts, by `CPU-linux-VERSION`.
fn fingerprints() -> BTreeMap<String, BTreeMap<u64, Vec<u8>>> {
    let mut text = String::new();
    let compressed = include_bytes!("../data/fingerprints.json.zst").as_slice();
    let mut decoder = ruzstd::decoding::StreamingDecoder::new(compressed).expect("a zstd frame");
    decoder.read_to_string(&mut text).expect("text");
    let all: BTreeMap<String, serde_json::Value> = serde_json::from_str(&text).expect("JSON");
    let registers = |(name, fingerprint): (String, serde_json::Value)| {
        let dump = hosts::parse(&fingerprint.to_string(), &name).expect("imports").registers().expect("a dump");
        (name, dump.entries().iter().map(|entry| (entry.id, entry.value.clone())).collect())
    };
    all.into_iter().map(registers).collect()
}

/// Registers that two real guests' dumps hold with different values, or that only the first holds.
fn predicted(dumps: &BTreeMap<String, BTreeMap<u64, Vec<u8>>>, from: &str, to: &str) -> BTreeSet<String> {
    let (a, b) = (&dumps[from], &dumps[to]);
    a.iter().filter(|(id, value)| b.get(id) != Some(value)).map(|(id, _)| name_of(*id)).collect()
}

/// Every identification and firmware register that the lab finds on the same move.
fn confirmed(from: &str, to: &str) -> BTreeSet<String> {
    let (from, to) = (host(from), host(to));
    let view = |host: &LabHost| View::new(host, false).expect("known");
    let (source, destination) = (view(&from).running(), view(&to));
    let judgement = judge(&source, &destination, &Rules::default());
    let same = |id: u64| source.get(id) == destination.get(id);
    let differing = source.registers().iter().filter(|(id, value)| value.is_some() && destination.lists(*id) && !same(*id));
    let missing = judgement.findings.iter().filter(|finding| finding.kind == Kind::Missing).filter_map(|finding| finding.id);
    differing.map(|(id, _)| *id).chain(missing).map(name_of).collect()
}

/// Firecracker's fingerprints of real Graviton 2 and 3 predict which registers differ between any two of them, and the lab
/// confirms it on our models, in both directions, under every kernel that there is a dump of. A name that only one of them has
/// is a difference of QEMU's model from silicon, or of Amazon's kernel, and has a row for this CPU and kernel in
/// `fingerprint-differences.tsv` with the reason.
#[test]
fn fingerprints_predict_the_differences() {
    let dumps = fingerprints();
    let reasons = include_str!("../data/fingerprint-differences.tsv");
    // Firecracker leaves counters out of its dumps.
    let counters = ["CNTPCT_EL0", "CNTVCT_EL0"];
    let hosts: Vec<(&str, &str)> =
        ["neoverse-n1", "neoverse-v1"].into_iter().flat_map(|cpu| ["5.10", "6.1", "6.18"].map(|kernel| (cpu, kernel))).collect();
    for (from, to) in hosts.iter().flat_map(|from| hosts.iter().map(move |to| (*from, *to))).filter(|(from, to)| from != to) {
        let explained = |name: &str| {
            let here = |line: &str| {
                let mut columns = line.split('\t');
                let row = (columns.next().unwrap_or_default(), columns.next().unwrap_or_default());
                (row == from || row == to) && columns.next() == Some(name)
            };
            counters.contains(&name) || reasons.lines().any(here)
        };
        let [dump, another] = [from, to].map(|(cpu, kernel)| format!("{cpu}-linux-{kernel}"));
        let [here, there] = [from, to].map(|(cpu, kernel)| format!("{cpu}@{kernel}+plain"));
        let (predicted, confirmed) = (predicted(&dumps, &dump, &another), confirmed(&here, &there));
        let differing: Vec<&String> = predicted.symmetric_difference(&confirmed).filter(|name| !explained(name)).collect();
        assert!(differing.is_empty(), "{here} -> {there}: {differing:?}\npredicted {predicted:?}\nconfirmed {confirmed:?}");
        assert!(predicted.intersection(&confirmed).count() > 0, "{here} -> {there}: {predicted:?}, {confirmed:?}");
    }
}

/// What was counted on silicon: eleven registers differ between Graviton 3 and 2 under 6.18, 28 between Graviton 3 and 4.
#[test]
fn fingerprints_differ_as_reported() {
    let dumps = fingerprints();
    for (other, count) in [("neoverse-n1", 11), ("neoverse-v2", 28)] {
        for [from, to] in [["neoverse-v1", other], [other, "neoverse-v1"]] {
            let differing = predicted(&dumps, &format!("{from}-linux-6.18"), &format!("{to}-linux-6.18"));
            assert_eq!(differing.len(), count, "{from} -> {to}: {differing:?}");
        }
    }
}

#[test]
fn a_refusal_is_explained_and_answered() {
    let run = invar(["migrate", "--from", "neoverse-n1:r3p1@4.20", "--to", "neoverse-n1@4.20", "--json"]);
    assert_eq!(run.status.code(), Some(1), "{}", String::from_utf8_lossy(&run.stderr));
    let json: serde_json::Value = serde_json::from_slice(&run.stdout).expect("JSON");
    let finding = &json["findings"][0];
    assert_eq!(finding["subject"], "MIDR_EL1");
    assert_eq!(finding["errno"], 22);
    assert_eq!(finding["fields"][0]["field"], "Variant");
    assert!(finding["kernels"].as_str().expect("text").contains("capability 239 since linux-6.16"));
    assert_eq!(json["remedies"][0]["verdict_with_it"], "migrates");
    assert_eq!(json["remedies"][0]["targets"][1]["midr"], "0x414fd0c1");
    for (arguments, status) in [
        (["--from", "neoverse-n1", "--to", "neoverse-n1"].as_slice(), 0),
        (&["--from", "neoverse-n1", "--to", "neoverse-n1", "--clock", "forgotten"], 3),
        (&["--from", "neoverse-n1", "--to", "neoverse-n9"], 2),
        (&["--from", "thunderx-cn88xx-r1p1", "--to", "thunderx-cn88xx-r1p2"], 2),
    ] {
        let run = invar(["migrate"].into_iter().chain(arguments.iter().copied()));
        assert_eq!(run.status.code(), Some(status), "{arguments:?}: {}", String::from_utf8_lossy(&run.stderr));
    }
}

/// What the remedy says is tried through file descriptors with the guest: it migrates.
#[test]
fn remedies_hold() {
    for (from, to) in
        [("neoverse-n1@7.3", "neoverse-n1@6.12"), ("neoverse-n1@6.12", "neoverse-n1@6.14"), ("neoverse-v1@7.3", "neoverse-n2@7.3")]
    {
        let mut migration = Migration::new(host(from), host(to));
        let report = migrate(&migration).expect("runs");
        assert_eq!(report.verdict, Verdict::Refused, "{from} -> {to}");
        let remedy = report.remedies.first().unwrap_or_else(|| panic!("{from} -> {to}: no remedy"));
        let rules = &mut migration.rules;
        rules.before_first_run = remedy.writes.iter().map(|(&id, &value)| (id, value)).collect();
        rules.tolerances.extend(&remedy.tolerances);
        rules.writable_implementation = remedy.writable_implementation;
        rules.targets.clone_from(&remedy.targets);
        if remedy.without_pointer_auth {
            (migration.from, migration.to) = (host(&format!("{from}+plain")), host(&format!("{to}+plain")));
        }
        let with = migrate(&migration).expect("runs");
        assert_eq!(Some(with.verdict), remedy.verdict, "{from} -> {to}: {:?}", with.findings);
    }
}

/// A member on which the values are written and from which every other is reached.
fn holds(members: &[Member], values: &BTreeMap<u64, u64>, rules: &Rules) {
    for from in members {
        let source = configured(from, values).unwrap_or_else(|(id, denied)| panic!("{}: {}: {denied:?}", from.host.title(), name_of(id)));
        for to in members {
            let judgement = judge(&source.clone().running(), &to.view, rules);
            let refusing: Vec<_> = judgement.findings.iter().filter(|finding| finding.effect == Effect::Refuses).collect();
            assert!(refusing.is_empty(), "{} -> {}: {refusing:?}", from.host.title(), to.host.title());
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    /// A baseline is accepted by every member, reached from every member, no more than any member has, and without contradictions
    /// that the members do not have themselves; where there is none, a register is named.
    #[test]
    fn baselines(chosen in proptest::collection::vec((0..CPUS.len(), 0..13_usize), 2..4)) {
        let kernels = kernels();
        let hosts: Vec<LabHost> = chosen.iter().map(|(cpu, kernel)| host(&format!("{}@{}", CPUS[*cpu], kernels[*kernel]))).collect();
        let rules = Rules { policy: Policy::Upstream, ..Rules::default() };
        match solve(&hosts, &rules, Moves::All).expect("known hosts") {
            Solution::Baseline(found) => {
                holds(&found.members, &found.values, &rules);
                let own: Vec<_> = found.members.iter().flat_map(|member| sysregs::check(&member.view.seen())).map(|c| c.to_string()).collect();
                let left = sysregs::check(&ids_of(&found.values)).into_iter().map(|c| c.to_string());
                let new: Vec<String> = left.filter(|contradiction| !own.contains(contradiction)).collect();
                prop_assert!(new.is_empty(), "{new:?}");
            }
            Solution::None(obstacles) => prop_assert!(!obstacles.is_empty() && obstacles.iter().all(|obstacle| !obstacle.subject.is_empty())),
        }
    }
}

#[test]
fn baselines_that_exist_and_that_do_not() {
    let solved = |specs: &[&str]| {
        let hosts: Vec<LabHost> = specs.iter().map(|spec| host(spec)).collect();
        solve(&hosts, &Rules { policy: Policy::Upstream, ..Rules::default() }, Moves::All).expect("known hosts")
    };
    assert!(matches!(solved(&["neoverse-n1@6.12", "neoverse-n1@6.12"]), Solution::Baseline(found) if found.writes().is_empty()));
    assert!(matches!(solved(&["neoverse-v1@7.3", "neoverse-n2@7.3"]), Solution::Baseline(found) if !found.writes().is_empty()));
    let Solution::None(obstacles) = solved(&["neoverse-n1@4.20", "neoverse-v1@4.20"]) else {
        panic!("2018's kernel lets nothing be lowered")
    };
    assert!(obstacles.iter().any(|obstacle| obstacle.subject == "MIDR_EL1"), "{obstacles:?}");
}

/// What the command says of fleets: proof on every member, or the register and a way out.
#[test]
fn a_baseline_is_told() {
    let told = |arguments: &[&str]| {
        let run = invar(["baseline"].iter().chain(arguments).copied());
        (run.status.code(), String::from_utf8_lossy(&run.stdout).into_owned())
    };
    let (status, text) = told(&["neoverse-n1@6.6", "neoverse-n1@6.18", "neoverse-n1@7.3"]);
    assert_eq!(status, Some(0), "{text}");
    for part in
        ["A SAFE BASELINE EXISTS", "restored on each of them through KVM's ioctls (3 moves)", "gives up", "-cpu host", "reg_modifiers"]
    {
        assert!(text.contains(part), "{part}: {text}");
    }
    let (status, text) = told(&["neoverse-n1:r3p1@4.20", "neoverse-n1@4.20", "neoverse-n1@4.20"]);
    assert_eq!(status, Some(1), "{text}");
    for part in
        ["THERE IS NO SAFE BASELINE", "MIDR_EL1  Variant", "when all hosts run linux-7.3", "without neoverse-n1:r3p1 under linux-4.20"]
    {
        assert!(text.contains(part), "{part}: {text}");
    }
}

/// Who reads a file from standard output gets none, and the reasons beside it.
#[test]
fn no_baseline_is_no_file() {
    for format in ["model", "firecracker", "qemu"] {
        let run = invar(["baseline", "neoverse-n1@4.20", "neoverse-v1@4.20", "--format", format]);
        assert_eq!((run.status.code(), run.stdout), (Some(1), Vec::new()), "{format}");
        assert!(String::from_utf8_lossy(&run.stderr).contains("THERE IS NO SAFE BASELINE"), "{format}");
    }
}

/// The baseline of two hosts through file descriptors, with the guest, both ways.
#[test]
fn a_baseline_holds_with_a_guest() {
    let specs = ["neoverse-v1@7.3+plain", "neoverse-n2@7.3+plain"];
    let rules = Rules { policy: Policy::Upstream, ..Rules::default() };
    let Solution::Baseline(found) = solve(&specs.map(host), &rules, Moves::All).expect("known hosts") else { panic!("there is one") };
    for [from, to] in [specs, [specs[1], specs[0]]] {
        let mut migration = Migration::new(host(from), host(to));
        migration.rules = Rules { before_first_run: found.values.iter().map(|(&id, &value)| (id, value)).collect(), ..rules.clone() };
        let report = migrate(&migration).expect("runs");
        assert_ne!(report.verdict, Verdict::Refused, "{from} -> {to}: {:?}", report.findings);
    }
}

#[test]
fn a_baseline_can_be_read_back() {
    let folder = scratch("baseline");
    let written = invar(["baseline", "neoverse-v1@7.3", "neoverse-n2@7.3", "--format", "model"]);
    assert!(written.status.success());
    let path = folder.join("baseline.toml");
    std::fs::write(&path, &written.stdout).expect("written");
    let shown = invar(["cpu".as_ref(), "show".as_ref(), path.as_os_str()]);
    assert!(shown.status.success(), "{}", String::from_utf8_lossy(&shown.stderr));
    let template = invar(["baseline", "neoverse-v1@7.3", "neoverse-n2@7.3", "--format", "firecracker"]);
    let json: serde_json::Value = serde_json::from_slice(&template.stdout).expect("JSON");
    let modifier = &json["reg_modifiers"][0];
    assert_eq!(modifier["addr"], "0x603000000013c000");
    assert_eq!(modifier["bitmap"].as_str().expect("text").len(), 66);
}

fn page() -> (std::path::PathBuf, usize) {
    let names: Vec<String> = ["neoverse-n1", "neoverse-n1:r3p1", "cortex-a72", "thunderx-cn88xx-r1p1"].map(String::from).into();
    let hosts = fleet(&names, &["6.12".into(), "7.3".into()]).expect("known");
    let mut plan = plan(&hosts, &Rules::default());
    plan.explain(&hosts);
    let path = scratch("plan").join("plan.html");
    std::fs::write(&path, report::plan_html(&plan)).expect("written");
    (path, hosts.len())
}

#[test]
fn the_page_needs_nothing_else() {
    let (path, _) = page();
    let text = std::fs::read_to_string(path).expect("written");
    for outside in ["http://", "https://", "src=", "@import", "url("] {
        assert!(!text.contains(outside), "{outside}");
    }
}

/// Twelve CPUs on ten kernels are 14,400 moves with half a million findings, and a page that a phone can load.
#[test]
fn the_page_of_a_large_fleet_is_small() {
    let kernels = ["4.20", "5.10", "6.1", "6.3", "6.6", "6.8", "6.12", "6.14", "6.16", "7.3"].map(String::from);
    let hosts = fleet(&CPUS.map(String::from), &kernels).expect("known");
    let mut plan = plan(&hosts, &Rules::default());
    plan.explain(&hosts);
    assert!(plan.cells.iter().flatten().map(|cell| cell.findings.len()).sum::<usize>() > 400_000);
    let size = report::plan_html(&plan).len();
    assert!(size < 800_000, "{size} bytes");
}

/// In Debian's browser, where it is installed: the matrix is drawn, and a cell's findings are open when its address says so.
#[test]
fn a_cell_opens_in_a_browser() {
    let (path, hosts) = page();
    let profile = scratch("chromium");
    let dump = |hash: &str| {
        let mut command = Command::new("chromium");
        command.args(["--headless", "--no-sandbox", "--disable-gpu", "--dump-dom"]);
        command.arg(format!("--user-data-dir={}", profile.display()));
        command.arg(format!("file://{}{hash}", path.display())).output()
    };
    let Ok(plain) = dump("") else {
        eprintln!("skipped: chromium is not installed");
        return;
    };
    let plain = String::from_utf8_lossy(&plain.stdout).into_owned();
    assert_eq!(plain.matches("data-at=").count(), hosts * hosts, "{plain}");
    assert!(!plain.contains("data-open=\"\""));
    let opened = String::from_utf8_lossy(&dump("#cell=0,2").expect("it ran before").stdout).into_owned();
    for told in [
        "data-open=\"\"",
        "refused: MIDR_EL1",
        "EINVAL (22)",
        "only this host's own value",
        "neoverse-n1@6.12 \u{2192} neoverse-n1:r3p1@6.12",
    ] {
        assert!(opened.contains(told), "{told}: {opened}");
    }
    let unknown = String::from_utf8_lossy(&dump("#cell=0,6").expect("it ran before").stdout).into_owned();
    assert!(unknown.contains("too little is known"), "{unknown}");
}
