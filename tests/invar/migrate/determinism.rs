//! The same run, again and again: by state hash, by recording, and where two runs part.

use emu::engine::{EngineKind, JitLevel};
use invar::demo;
use invar::machine::fdt::GicVersion;
use invar::machine::{MachineConfig, Paused, Scheduling, StopWhen};
use invar::migrate::{Action, Destination, Difference, Ignore, Side, bisect, capture, compare, hash, state_hash};

use super::{config, start, workload};
use crate::command::{invar, invar_with_input, scratch};

/// On every engine, and with pauses on the way.
#[test]
fn twenty_runs_have_one_hash() {
    let workload = workload(4, GicVersion::V3);
    let image = workload.assemble().expect("it assembles");
    let hashes = |engine: EngineKind, stops: &[u64]| {
        let running = start(MachineConfig { engine, ..config(&workload) }, &image);
        for &at in stops {
            assert_eq!(running.run(StopWhen::Instructions(at)).expect("it runs"), Paused::Stopped);
        }
        running.run(StopWhen::Instructions(200_000)).expect("it runs");
        let middle = state_hash(&running).expect("read");
        running.run(StopWhen::Asked).expect("it runs");
        (middle, running.executed(), state_hash(&running).expect("read"))
    };
    let first = hashes(EngineKind::Interpreter, &[]);
    assert_ne!(first.0, first.2);
    let engines = [EngineKind::Interpreter, EngineKind::Jit(JitLevel::V3), EngineKind::Jit(JitLevel::V2), EngineKind::Jit(JitLevel::Calls)];
    for (run, engine) in (1..20).zip(engines.into_iter().cycle()) {
        assert_eq!(hashes(engine, &[run, 1000 * run, 20_000 + 777 * run]), first, "run {run} on {engine:?}");
    }
}

/// Reads bytes from the UART, waits between them by counting, echoes each, and powers off after a `q`.
fn echo() -> Vec<u8> {
    use dynasmrt::{DynasmApi, DynasmLabelApi, dynasm};
    let mut ops = dynasmrt::VecAssembler::<dynasmrt::aarch64::Aarch64Relocation>::new(0);
    dynasm!(ops
        ; .arch aarch64
        ; movz x19, 0x0900, lsl 16
        ; next:
        ; add x20, x20, 1
        ; ldr w0, [x19, 0x18]
        ; tbnz w0, 4, <next
        ; ldr w0, [x19]
        ; str w0, [x19]
        ; cmp w0, 'q' as u32
        ; b.ne <next
        ; movz x0, 0x8400, lsl 16
        ; movk x0, 8
        ; hvc 0
    );
    ops.finalize().expect("it assembles")
}

#[test]
fn a_recorded_run_is_done_again() {
    let folder = scratch("record");
    let (image, tape) = (folder.join("echo.bin"), folder.join("tape.json"));
    std::fs::write(&image, echo()).expect("written");
    let [image, tape] = [&image, &tape].map(|path| path.to_str().expect("UTF-8"));
    let run = ["run", image, "--load-addr", "0x40080000", "-m", "16M", "--deterministic", "--timeout", "60"];
    let recorded = invar_with_input(run.into_iter().chain(["--record", tape]), b"It was a dark and stormy night; q");
    assert_eq!(String::from_utf8_lossy(&recorded.stdout), "It was a dark and stormy night; q");
    for _ in 0..2 {
        let replayed = invar(run.into_iter().chain(["--replay", tape]));
        let said = String::from_utf8_lossy(&replayed.stderr).into_owned();
        assert_eq!((replayed.status.code(), replayed.stdout), (Some(0), recorded.stdout.clone()), "{said}");
        assert!(said.contains("the state is the recorded one"), "{said}");
    }
    let other = invar(run.into_iter().chain(["--replay", tape, "--seed", "1"]));
    assert_eq!(other.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&other.stderr).contains("its seed is 0, here it is 1"), "{other:?}");
}

/// What differs is told in words, with the status that `--check` has for it.
#[test]
fn a_replay_that_ends_otherwise_is_told() {
    let folder = scratch("record-other");
    let (image, tape) = (folder.join("echo.bin"), folder.join("tape.json"));
    std::fs::write(&image, echo()).expect("written");
    let [image, tape] = [&image, &tape].map(|path| path.to_str().expect("UTF-8"));
    let run = ["run", image, "--load-addr", "0x40080000", "-m", "16M", "--deterministic"];
    let recorded = invar_with_input(run.into_iter().chain(["--record", tape, "--timeout", "60"]), b"q");
    assert_eq!(recorded.status.code(), Some(0), "{recorded:?}");
    let text = std::fs::read_to_string(tape).expect("written");
    std::fs::write(tape, text.replace("\"outcome\": \"PowerOff\"", "\"outcome\": \"Exit(7)\"")).expect("written");
    let replayed = invar(run.into_iter().chain(["--replay", tape]));
    let said = String::from_utf8_lossy(&replayed.stderr);
    assert_eq!(replayed.status.code(), Some(1), "{said}");
    for words in [" recorded: the guest exited with 7 after ", " replayed: the guest powered off after "] {
        assert!(said.contains(words), "{said}");
    }
    std::fs::write(tape, text.replace("PowerOff", "Quit")).expect("written");
    let replayed = invar(run.into_iter().chain(["--replay", tape]));
    let said = String::from_utf8_lossy(&replayed.stderr);
    assert!(said.contains("was interrupted; the state there was not compared"), "{said}");
}

/// The guest that prints its ID registers parts at the first one that its host's KVM shows otherwise.
#[test]
fn hosts_part_where_the_guest_looks() {
    let guest = demo::assemble().expect("it assembles");
    let config = MachineConfig {
        memory: 16 << 20,
        load_addr: Some(demo::LOAD_ADDRESS),
        scheduling: Scheduling::Deterministic,
        ..MachineConfig::default()
    };
    let snapshot = capture(&start(config, &guest.image)).expect("captured");
    let there = Destination { cpu: Some("neoverse-v1".into()), ..Destination::default() };
    let arrived = arrived(&snapshot, &there);
    let known = Ignore::differences(&snapshot, &arrived);
    assert_eq!(compare(&snapshot, &arrived, &known), []);
    assert_eq!(hash(&snapshot, &known), hash(&arrived, &known));
    let here = Side { start: snapshot.clone(), destination: Destination::default() };
    let there = Side { start: arrived, destination: there };
    let found = bisect(&here, &there, &known, 400_000).expect("both run").expect("they part");
    let x1 = kvm::core_regs::x(1);
    let [Difference::Register { vcpu: 0, id, a: Some(a), b: Some(b) }] = found.differences.as_slice() else { panic!("{found:?}") };
    assert_eq!(*id, x1);
    assert_eq!((a[4], b[4]), (0, 0), "MIDR_EL1 has no upper half");
    assert_ne!(a, b);
    let same = Side { start: snapshot, destination: Destination::default() };
    assert_eq!(bisect(&here, &same, &Ignore::default(), 100_000).expect("both run"), None);
}

/// What a destination has after a move to which it had nothing to say.
fn arrived(snapshot: &invar::migrate::Snapshot, there: &Destination) -> invar::migrate::Snapshot {
    let machine = invar::migrate::restore(snapshot, there, &mut |_: &_| Action::Skip).expect("restored");
    let running = machine.start(invar::machine::ConsoleTo::Memory(Vec::new()), Default::default()).expect("it starts");
    capture(&running).expect("captured")
}
