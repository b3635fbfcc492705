//! The lab moves what the product moves: several vCPUs, optional features, devices with tables in memory, semihosting; what it says
//! about refusals, where two runs part, and cases that are kept.

use std::path::Path;
use std::time::Duration;

use invar::machine::fdt::GicVersion;
use invar::machine::{MachineConfig, Outcome, Paused, Scheduling, StopWhen};
use invar::migrate::lab::{
    Clock, CpuHost, Effect, GuestImage, Kind, LabHost, Migration, Policy, Report, Scenario, Verdict, migrate, scenario_text,
};
use invar::migrate::workload::LOAD_ADDRESS;
use invar::migrate::{
    Action, CaptureError, Destination, Difference, Place, RestoreError, capture, compare, restore, snapshot, state_hash, strict,
};

use super::{guests, machine, start, workload};
use crate::command::{invar, scratch};

fn move_of(from: &str, to: &str) -> Migration {
    let host = |spec: &str| LabHost::parse(spec).unwrap_or_else(|error| panic!("{spec}: {error}"));
    Migration::new(host(from), host(to))
}

fn with_guest(from: &str, to: &str, bytes: Vec<u8>) -> Migration {
    Migration { guest: GuestImage::Image { bytes, append: String::new() }, bisect: true, ..move_of(from, to) }
}

fn moved(migration: &Migration) -> Report {
    migrate(migration).unwrap_or_else(|error| panic!("{error}"))
}

fn effective(report: &Report) -> Vec<String> {
    report.findings.iter().filter(|finding| finding.effect != Effect::Nothing).map(invar::migrate::lab::Finding::label).collect()
}

fn config(gic: GicVersion) -> MachineConfig {
    MachineConfig {
        memory: 16 << 20,
        gic,
        load_addr: Some(LOAD_ADDRESS),
        scheduling: Scheduling::Deterministic,
        ..MachineConfig::default()
    }
}

#[test]
fn several_vcpus() {
    for (cpus, features) in [(1, ""), (3, ""), (18, ""), (4, "+gicv2")] {
        let host = format!("neoverse-n1@6.12{features}");
        let migration = Migration { cpus, bisect: true, ..move_of(&host, &host) };
        let report = moved(&migration);
        assert_eq!((report.verdict, effective(&report)), (Verdict::Migrates, vec![]), "{cpus} {features}\n{}", report.console);
        assert!(report.console.ends_with("done\n"), "{}", report.console);
        assert_eq!(report.parting.as_ref().map(|parting| parting.divergence.clone()), Some(None));
        let again = moved(&migration);
        assert_eq!((again.states, again.instructions), (report.states, report.instructions));
    }
}

/// All vCPUs refuse the same registers: each is found once, and no vCPU is named.
#[test]
fn a_refusal_of_all_vcpus_is_one_finding() {
    let report = |cpus| moved(&Migration { cpus, ..move_of("neoverse-n1:r3p1@4.20", "neoverse-n1@4.20") });
    assert_eq!(effective(&report(4)), effective(&report(1)));
    assert!(effective(&report(4)).contains(&"refused MIDR_EL1".into()));
}

/// The work-around of the seed's story, with the instruction at which the guest notices.
#[test]
fn where_a_moved_guest_parts() {
    for cpus in [1, 3] {
        let mut migration = Migration { cpus, bisect: true, ..move_of("neoverse-n1:r3p1@6.12", "neoverse-n1@6.12") };
        migration.rules.cpu_host = CpuHost::This;
        let report = moved(&migration);
        let parting = report.parting.as_ref().expect("it arrives");
        let found = parting.divergence.as_ref().expect("they part");
        assert!(found.instructions > parting.moved_at);
        let [Some(source), Some(destination)] = &found.steps else { panic!("{found:?}") };
        assert_eq!(source, destination);
        // MRS X1, MIDR_EL1.
        assert_eq!((source.vcpu, source.word), (0, Some(0xd538_0001)), "{found:?}");
        let [Difference::Register { vcpu: 0, id, a: Some(a), b: Some(b) }] = found.differences.as_slice() else { panic!("{found:?}") };
        assert_eq!(
            (*id, &a[..4], &b[..4]),
            (kvm::core_regs::x(1), [0xc1, 0xd0, 0x3f, 0x41].as_slice(), [0xc1, 0xd0, 0x4f, 0x41].as_slice())
        );
        assert_eq!(moved(&migration).parting, report.parting);
    }
}

#[test]
fn the_vcpu_that_parts_is_named() {
    let mut migration = with_guest("neoverse-n1:r3p1@6.12", "neoverse-n1@6.12", guests::the_second_looks());
    (migration.cpus, migration.rules.cpu_host) = (2, CpuHost::This);
    let found = moved(&migration).parting.and_then(|parting| parting.divergence).expect("they part");
    let [Some(source), Some(destination)] = &found.steps else { panic!("{found:?}") };
    assert_eq!((source, source.vcpu, source.word), (destination, 1, Some(0xd538_0001)));
    assert!(matches!(found.differences.as_slice(), [Difference::Register { vcpu: 1, .. }]), "{found:?}");
}

/// An instruction that the new CPU does not have: the destination takes an exception where the source executes it.
#[test]
fn an_instruction_that_is_gone() {
    let path = scratch("lab").join("no-atomics.toml");
    std::fs::write(&path, "base = \"neoverse-n1\"\nset = { ID_AA64ISAR0_EL1 = { ATOMIC = 0 } }\n").expect("written");
    let mut migration = Migration { bisect: true, ..move_of("neoverse-n1@6.12", &format!("{}@6.12", path.display())) };
    migration.rules.cpu_host = CpuHost::This;
    // LDADD X1, X2, [X3] after the marker, by a guest that looks at nothing else.
    migration.guest = GuestImage::Image { bytes: guests::atomic_after_the_mark(), append: String::new() };
    let report = moved(&migration);
    let found = report.parting.and_then(|parting| parting.divergence).expect("they part");
    let [Some(source), Some(destination)] = &found.steps else { panic!("{found:?}") };
    assert_eq!((source.word, source.exceptions.len()), (Some(0xf821_0062), 0), "{found:?}");
    assert_eq!((destination.word, destination.exceptions[0].esr >> 26), (Some(0xf821_0062), 0), "{found:?}");
}

#[test]
fn bisecting_from_the_command_line() {
    let arguments = ["migrate", "--from", "neoverse-n1:r3p1", "--to", "neoverse-n1", "--cpu-host", "this", "--bisect", "--smp", "2"];
    let run = invar(arguments);
    let told = String::from_utf8_lossy(&run.stdout);
    assert_eq!(run.status.code(), Some(3), "{told}");
    for expected in [
        "source and destination part at instruction",
        "mrs\tx1, midr_el1",
        "X1 of vCPU 0: 0x413fd0c1 -> 0x414fd0c1",
        "the guest read it 2 times",
    ] {
        assert!(told.replace("mrs x1", "mrs\tx1").contains(expected), "{expected}: {told}");
    }
    let run = invar(arguments.into_iter().chain(["--json"]));
    let json: serde_json::Value = serde_json::from_slice(&run.stdout).expect("JSON");
    assert_eq!(json["bisect"]["parts"], true);
    assert_eq!(json["bisect"]["source"]["word"], "0xd5380001");
    assert_eq!(json["bisect"]["differences"][0]["destination"], "0x414fd0c1");
    let same = invar(["migrate", "--from", "neoverse-n1", "--to", "neoverse-n1", "--bisect", "--json"]);
    let json: serde_json::Value = serde_json::from_slice(&same.stdout).expect("JSON");
    assert_eq!((same.status.code(), &json["bisect"]["parts"]), (Some(0), &serde_json::json!(false)));
}

/// What no rule of registers knows: the counter's offset on kernels before 6.4, the distributor's revision under the strict policy.
#[test]
fn other_refusals_are_findings() {
    let mut migration = move_of("neoverse-n1@6.1", "neoverse-n1@6.1");
    migration.rules.clock = Clock::Offset;
    let report = moved(&migration);
    assert_eq!((report.verdict, effective(&report)), (Verdict::Refused, vec!["refused KVM_ARM_SET_COUNTER_OFFSET".into()]));
    let finding = report.findings.iter().find(|finding| finding.kind == Kind::Refused).expect("it is there");
    assert_eq!(finding.errno, Some(kvm::errno::EINVAL));
    assert_eq!(report.remedies[0].clock, Some(Clock::Register), "{:?}", report.remedies);
    let mut migration = move_of("neoverse-n1@6.12+plain", "neoverse-n1@5.10+plain");
    migration.rules.policy = Policy::Strict;
    let revision = |report: &Report| report.findings.iter().find(|finding| finding.subject == "GICD_IIDR").map(|finding| finding.kind);
    assert_eq!(revision(&moved(&migration)), Some(Kind::Refused));
    migration.rules.policy = Policy::Qemu;
    assert_eq!(revision(&moved(&migration)), Some(Kind::Tolerated));
    let run = invar(["migrate", "--from", "neoverse-n1@6.1", "--to", "neoverse-n1@6.1", "--clock", "offset"]);
    assert_eq!(run.status.code(), Some(1), "{}", String::from_utf8_lossy(&run.stderr));
}

/// A host that cannot make the VM: a finding by the name of the ioctl.
#[test]
fn a_destination_that_cannot_make_the_vm() {
    let folder = scratch("lab");
    let path = folder.join("narrow.toml");
    std::fs::write(&path, "name = \"narrow\"\nbase = \"neoverse-n1\"\nset = { ID_AA64MMFR0_EL1 = { PARANGE = 1 } }\n").expect("written");
    let path = path.to_str().expect("UTF-8");
    let run = invar(["migrate", "--from", "neoverse-n1", "--to", path, "--cpu-host", "this", "--json"]);
    let (json, said): (serde_json::Value, _) =
        (serde_json::from_slice(&run.stdout).unwrap_or_default(), String::from_utf8_lossy(&run.stderr));
    assert_eq!(run.status.code(), Some(1), "{said} {json:#}");
    let findings = json["findings"].as_array().expect("findings");
    assert!(findings.iter().any(|finding| finding["subject"] == "KVM_CREATE_VM" && finding["errno"] == 22), "{json:#}");
}

#[test]
fn events_and_power_states_are_asked_about() {
    let running = machine(&workload(2, GicVersion::V3));
    running.run(StopWhen::Instructions(1000)).expect("it runs");
    let mut snapshot = capture(&running).expect("captured");
    snapshot.vcpus[1].mp_state = 77;
    // An ISS has 25 bits.
    (snapshot.vcpus[0].events.serror_pending, snapshot.vcpus[0].events.serror_has_esr) = (true, true);
    snapshot.vcpus[0].events.serror_esr = 1 << 40;
    let mut asked = Vec::new();
    let restored = restore(&snapshot, &Destination::default(), &mut |refused| {
        asked.push((refused.place.to_string(), refused.errno.0));
        invar::migrate::Action::Skip
    });
    assert!(restored.is_ok());
    assert_eq!(asked, [("KVM_SET_VCPU_EVENTS of vCPU 0".to_string(), 22), ("KVM_SET_MP_STATE of vCPU 1".to_string(), 22)]);
    let Err(error) = restore(&snapshot, &Destination::default(), &mut strict) else { panic!("it is refused") };
    assert!(error.to_string().starts_with("KVM_SET_VCPU_EVENTS of vCPU 0 was refused with EINVAL"), "{error}");
}

#[test]
fn sve() {
    let mut migration = with_guest("neoverse-v1@6.12+sve", "neoverse-v1@6.12+sve", guests::sve());
    let report = moved(&migration);
    assert_eq!((report.verdict, report.console.as_str()), (Verdict::Migrates, "same\n"), "{:?}", effective(&report));
    assert_eq!(report.parting.and_then(|parting| parting.divergence), None);
    // 512 bits do not fit a host with 256.
    let report = moved(&with_guest("a64fx@6.12+sve", "neoverse-v1@6.12+sve", guests::sve()));
    assert!(effective(&report).iter().any(|label| label.starts_with("refused KVM_REG_ARM64_SVE_VLS")), "{:?}", effective(&report));
    let report = moved(&with_guest("neoverse-v1@6.12+sve", "neoverse-v1@6.12", guests::sve()));
    assert!(effective(&report).iter().any(|label| label.starts_with("missing")), "{:?}", effective(&report));
    migration.guest = GuestImage::Image { bytes: guests::sve_instructions(), append: String::new() };
    let report = moved(&migration);
    assert_eq!((report.verdict, report.console.as_str()), (Verdict::Migrates, "same\n"), "{:?}", effective(&report));
    assert_eq!(report.parting.and_then(|parting| parting.divergence), None);
}

#[test]
fn pmu() {
    let report = moved(&with_guest("neoverse-n1@6.16+pmu", "neoverse-n1@6.16+pmu", guests::pmu()));
    assert_eq!((report.verdict, report.console.as_str()), (Verdict::Migrates, "same\n"), "{:?}", effective(&report));
    assert_eq!(report.parting.and_then(|parting| parting.divergence), None);
    // Written in the order of the list, masks do not stay on this kernel, and the counters stand still.
    let report = moved(&with_guest("neoverse-n1@6.12+pmu", "neoverse-n1@6.12+pmu", guests::pmu()));
    assert_eq!((report.verdict, report.console.as_str()), (Verdict::Changes, "other\n"));
    assert_eq!(effective(&report), ["reads-differently PMCNTENSET_EL0", "reads-differently PMINTENSET_EL1"]);
    let report = moved(&with_guest("neoverse-n1@6.12+pmu", "neoverse-n1@6.12", guests::pmu()));
    assert!(effective(&report).contains(&"missing PMCR_EL0".into()), "{:?}", effective(&report));
}

/// Tables of the ITS and of pending LPIs travel in RAM.
#[test]
fn a_mapped_and_pending_lpi() {
    let migration = Migration { memory: guests::ITS_MEMORY, ..with_guest("neoverse-n1@6.12", "neoverse-n1@6.12", guests::its()) };
    let report = moved(&migration);
    assert_eq!((report.verdict, report.console.as_str()), (Verdict::Migrates, "same\n"), "{:?}", effective(&report));
    assert_eq!(report.parting.and_then(|parting| parting.divergence), None);
    // By ioctls: what was captured is what is captured again, and a table that is not there is refused.
    let config = MachineConfig { memory: guests::ITS_MEMORY, ..config(GicVersion::V3) };
    let running = start(config, &guests::its());
    assert_eq!(running.run(StopWhen::Marker(1)).expect("it runs"), Paused::Stopped);
    let mut first = capture(&running).expect("captured");
    let copy = restore(&first, &Destination::default(), &mut strict).expect("restored");
    let copy = copy.start(invar::machine::ConsoleTo::Memory(Vec::new()), Default::default()).expect("it starts");
    assert_eq!(compare(&first, &capture(&copy).expect("captured"), &Default::default()), []);
    first.memory.pages.remove(&0x4101_0000);
    first.memory.pages.insert(0x4101_0000, Box::new([0xff; 4096]));
    let Err(error) = restore(&first, &Destination::default(), &mut strict) else { panic!("the device table is none") };
    assert!(error.to_string().contains("KVM_DEV_ARM_ITS_RESTORE_TABLES"), "{error}");
}

/// Allocation Tags are no bytes of RAM, and go along.
#[test]
fn tagged_memory() {
    let config = MachineConfig { cpu: "neoverse-n2".into(), mte: true, ..config(GicVersion::V3) };
    let running = start(config, &guests::marks(2));
    running.run(StopWhen::Marker(1)).expect("it runs");
    let tags: Vec<u8> = (0..256).map(|granule| granule as u8 % 16).collect();
    running.vm().mte_copy_tags_to_guest(0x4020_0000, &tags).expect("it has tags");
    let first = capture(&running).expect("captured");
    assert_eq!(first.memory.tags.keys().copied().collect::<Vec<_>>(), [0x4020_0000]);
    let path = scratch("lab").join("tags.snapshot");
    snapshot::save(&path, &first).expect("written");
    let loaded = snapshot::load(&path).expect("read");
    let copy = restore(&loaded, &Destination::default(), &mut strict).expect("restored");
    let copy = copy.start(invar::machine::ConsoleTo::Memory(Vec::new()), Default::default()).expect("it starts");
    assert_eq!(compare(&first, &capture(&copy).expect("captured"), &Default::default()), []);
    let mut found = vec![0; 256];
    copy.vm().mte_copy_tags_from_guest(0x4020_0000, &mut found).expect("it has tags");
    assert_eq!(found, tags);
    let mut plain = loaded;
    plain.machine.mte = false;
    let Err(error) = restore(&plain, &Destination::default(), &mut |refused| match refused.place {
        Place::Tags { .. } => Action::Fail,
        _ => Action::Skip,
    }) else {
        panic!("there is no memory for tags")
    };
    assert_eq!(error.to_string().split(" was").next(), Some("KVM_ARM_MTE_COPY_TAGS to 0x40200000"));
}

#[test]
fn semihosting() {
    let console = Migration { semihosting: true, ..with_guest("neoverse-n1@6.12", "neoverse-n1@6.12", guests::semihosting(":tt")) };
    let report = moved(&console);
    assert_eq!((report.verdict, report.console.as_str()), (Verdict::Migrates, "text\ntext\n"), "{:?}", effective(&report));
    let path = scratch("lab").join("semihosting.txt");
    let name = path.to_str().expect("UTF-8");
    let open = Migration { guest: GuestImage::Image { bytes: guests::semihosting(name), append: String::new() }, ..console };
    let report = moved(&open);
    assert_eq!((report.verdict, effective(&report)), (Verdict::Refused, vec!["refused semihosting handle 1".into()]));
    assert!(report.findings.iter().any(|finding| finding.source == format!("`{name}`")));
    let closed = Migration { at: StopWhen::Marker(3), ..open };
    assert_eq!(moved(&closed).verdict, Verdict::Migrates);
    assert_eq!(std::fs::read_to_string(&path).expect("written"), "text\ntext\n");
}

#[test]
fn semihosting_by_the_product() {
    let config = || MachineConfig { semihosting: true, ..config(GicVersion::V2) };
    let running = start(config(), &guests::semihosting(":tt"));
    running.run(StopWhen::Marker(1)).expect("it runs");
    let first = capture(&running).expect("captured");
    let Err(RestoreError::Semihosting) = restore(&first, &Destination::default(), &mut strict) else { panic!("nobody has allowed it") };
    let allowed = Destination { semihosting: true, ..Destination::default() };
    let copy = restore(&first, &allowed, &mut strict).expect("restored");
    let copy = copy.start(invar::machine::ConsoleTo::Memory(Vec::new()), Default::default()).expect("it starts");
    assert_eq!(capture(&copy).expect("captured"), first);
    copy.run(StopWhen::Asked).expect("it runs");
    assert_eq!((copy.outcome(), copy.output().as_slice()), (Some(Outcome::Exit(7)), b"text\n".as_slice()));
    let path = scratch("lab").join("open.txt");
    let running = start(config(), &guests::semihosting(path.to_str().expect("UTF-8")));
    running.run(StopWhen::Marker(1)).expect("it runs");
    let Err(CaptureError::OpenFile { handle: 1, path: named }) = capture(&running) else { panic!("a file is open") };
    assert_eq!(Path::new(&named), path);
    // It goes on where it is.
    running.run(StopWhen::Asked).expect("it runs");
    assert_eq!(running.outcome(), Some(Outcome::Exit(7)));
    let mut wrong = first;
    wrong.devices.semihosting = None;
    assert!(restore(&wrong, &allowed, &mut strict).is_err());
}

#[test]
fn points_of_a_run() {
    let image = guests::marks(5);
    let stops = |points: &[StopWhen]| {
        let running = start(config(GicVersion::V3), &image);
        for point in points {
            assert_eq!(running.run(point.clone()).expect("it runs"), Paused::Stopped, "{point}");
        }
        (running.executed(), running.vm().clock().nanoseconds(), state_hash(&running).expect("read"))
    };
    let third = stops(&[StopWhen::Marker(3)]);
    assert_eq!(stops(&[StopWhen::Marker(1), StopWhen::Marker(1), StopWhen::Marker(1)]), third);
    assert_eq!(stops(&[StopWhen::Marker(2), StopWhen::Marker(1)]), third);
    assert_eq!(stops(&[StopWhen::Instructions(third.0)]), third);
    assert_eq!(stops(&[StopWhen::Time(Duration::from_nanos(third.1))]), third);
    assert_eq!(stops(&[StopWhen::Time(Duration::from_nanos(1234))]).0, 1234);
    // A text, with several CPUs: the run that is not interrupted ends in the same state.
    let states = [None, Some(StopWhen::Console(b"GO".to_vec())), Some(StopWhen::Time(Duration::from_micros(30)))].map(|point| {
        let running = machine(&workload(4, GicVersion::V3));
        if let Some(point) = point {
            assert_eq!(running.run(point).expect("it runs"), Paused::Stopped);
        }
        assert_eq!(running.run(StopWhen::Asked).expect("it runs"), Paused::Ended);
        (running.executed(), state_hash(&running).expect("read"))
    });
    assert!(states.iter().all(|state| *state == states[0]), "{states:?}");
    // A marker that never comes.
    let running = start(config(GicVersion::V3), &image);
    assert_eq!(running.run(StopWhen::Marker(6)).expect("it runs"), Paused::Ended);
}

/// The same spelling for `run` and `migrate`.
#[test]
fn points_from_the_command_line() {
    let folder = scratch("lab");
    let (image, file) = (folder.join("marks.bin"), folder.join("marks.snapshot"));
    std::fs::write(&image, guests::marks(5)).expect("written");
    let [image, file] = [&image, &file].map(|path| path.to_str().expect("UTF-8"));
    let mut counts = Vec::new();
    for point in ["marker", "marker:2", "1500", "2us", "seconds:0.000002"] {
        let run = invar(["run", image, "--load-addr", "0x40080000", "-m", "16M", "--deterministic", "--at", point, "--snapshot", file]);
        assert_eq!(run.status.code(), Some(0), "{point}: {}", String::from_utf8_lossy(&run.stderr));
        let captured = snapshot::load(Path::new(file)).expect("a snapshot");
        counts.push(captured.vcpus[0].hidden.retired);
        let host = "neoverse-n1@6.12+plain";
        let run = invar(["migrate", "--from", host, "--to", host, "--guest", image, "--at", point, "--json"]);
        let json: serde_json::Value = serde_json::from_slice(&run.stdout).expect("JSON");
        assert_eq!(json["instructions"]["before"].as_u64(), counts.last().copied(), "{point}");
    }
    assert_eq!(counts[2..], [1500, 2000, 2000]);
    for verb in [["run", image].as_slice(), &["migrate", "--from", "max", "--to", "max"]] {
        let run = invar(verb.iter().copied().chain(["--at", "soon"]));
        assert!(String::from_utf8_lossy(&run.stderr).contains("none of marker"), "{verb:?}");
    }
    // In threads, on the host's clock.
    let run = invar(["run", image, "--load-addr", "0x40080000", "-m", "16M", "--at", "marker:4", "--snapshot", file]);
    assert_eq!(run.status.code(), Some(0), "{}", String::from_utf8_lossy(&run.stderr));
}

/// A kept case says the same again, and a changed one does not.
#[test]
fn a_recorded_move() {
    let folder = scratch("lab");
    let (guest, host, tape) = (folder.join("kept.bin"), folder.join("kept-host.toml"), folder.join("kept.toml"));
    std::fs::write(&guest, guests::marks(2)).expect("written");
    std::fs::write(&host, "name = \"kept\"\nbase = \"neoverse-n1\"\n").expect("written");
    let [guest, host, tape] = [&guest, &host, &tape].map(|path| path.to_str().expect("UTF-8"));
    let there = format!("{host}@6.1");
    let run = invar([
        "migrate",
        "--from",
        &there,
        "--to",
        "neoverse-n1@6.1",
        "--guest",
        guest,
        "--at",
        "marker:2",
        "--smp",
        "2",
        "--clock",
        "offset",
        "--set",
        "KVM_REG_ARM_PSCI_VERSION=0x10000",
        "--safe-to-miss",
        "TCR2_EL1",
        "--record",
        tape,
    ]);
    let said = String::from_utf8_lossy(&run.stderr).into_owned();
    assert!([Some(0), Some(1), Some(3)].contains(&run.status.code()), "{said}");
    std::fs::remove_file(host).expect("it is part of the recording");
    let replayed = invar(["migrate", "--replay", tape]);
    assert_eq!(
        replayed.status.code(),
        Some(0),
        "{}{}",
        String::from_utf8_lossy(&replayed.stdout),
        String::from_utf8_lossy(&replayed.stderr)
    );
    assert!(String::from_utf8_lossy(&replayed.stdout).contains("as expected"));
    let text = std::fs::read_to_string(tape).expect("written");
    for (what, other) in [("moved-state = \"", "moved-state = \"f"), ("marker:2", "marker"), ("cpus = 2", "cpus = 1")] {
        std::fs::write(tape, text.replace(what, other)).expect("written");
        let replayed = invar(["migrate", "--replay", tape]);
        assert_eq!(replayed.status.code(), Some(1), "{what}: {}", String::from_utf8_lossy(&replayed.stdout));
    }
}

/// Whatever is asked of a move is in its scenario.
#[test]
fn everything_is_kept() {
    let mut migration = move_of("neoverse-n1:r3p1@6.12", "neoverse-n1@6.12");
    (migration.cpus, migration.seed, migration.at, migration.limit) = (3, u64::MAX, StopWhen::Console(b"x \"y\"\n".to_vec()), 70_000);
    migration.guest = GuestImage::None;
    let rules = &mut migration.rules;
    (rules.policy, rules.cpu_host, rules.clock, rules.guest_kernel) = (Policy::Upstream, CpuHost::This, Clock::Forgotten, "6.12".into());
    rules.before_first_run = vec![(0x6030_0000_0014_0000, 0x1_0000)];
    let report = moved(&migration);
    let text = scenario_text(&migration, &report, None).expect("written");
    let scenario = Scenario::parse(&text, "kept", Path::new("")).unwrap_or_else(|error| panic!("{error}\n{text}"));
    let again = &scenario.steps[0].migration;
    assert_eq!((again.cpus, again.seed, &again.at, again.limit), (3, u64::MAX, &migration.at, 70_000), "{text}");
    assert_eq!(again.rules, migration.rules, "{text}");
    assert!(matches!(again.guest, GuestImage::None));
    let checks = scenario.run().expect("it runs");
    assert_eq!(checks[0].as_expected(), Some(true), "{:?}\n{text}", checks[0].differences);
}
