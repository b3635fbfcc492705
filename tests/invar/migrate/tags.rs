//! Memory tags move with their memory: in captures, files and streams. The guest is `examples/guests/mte`; without a cross compiler the
//! tests say that they were skipped.

use std::path::PathBuf;

use invar::machine::{ConsoleTo, InputSource, MachineConfig, Paused, Running, Scheduling, StopWhen};
use invar::migrate::snapshot::{Kind, StreamError, StreamWriter, TagUpdate, encode_tags, read_snapshot, write_snapshot};
use invar::migrate::{Destination, RestoreError, Snapshot, StreamHead, TAG_BYTES, capture, compare, hash, restore, strict};

use super::live::{destination, spawn, text};
use super::start;
use crate::command::{root, scratch};
use crate::guests::built;

/// What the guest prints when nobody moves it.
fn transcript() -> String {
    std::fs::read_to_string(root().join("tests/data/guests/mte.txt")).expect("the transcript")
}

fn guest() -> PathBuf {
    root().join("examples/guests/build/mte.elf")
}

fn config() -> MachineConfig {
    MachineConfig { cpu: "max".into(), mte: true, memory: 64 << 20, scheduling: Scheduling::Deterministic, ..MachineConfig::default() }
}

fn machine() -> Running {
    start(config(), &std::fs::read(guest()).expect("it was built"))
}

fn again(snapshot: &Snapshot) -> Running {
    let machine = restore(snapshot, &Destination::default(), &mut strict).expect("restored");
    machine.start(ConsoleTo::Memory(Vec::new()), InputSource::Live).expect("it starts")
}

/// A guest in the middle of its checks, whose memory has tags.
fn captured(at: u64) -> (Running, Snapshot) {
    let running = machine();
    assert_eq!(running.run(StopWhen::Instructions(at)).expect("it runs"), Paused::Stopped);
    let snapshot = capture(&running).expect("captured");
    (running, snapshot)
}

#[test]
fn a_restored_guest_has_its_tags() {
    if !built() {
        return;
    }
    for at in [1_500_000, 3_000_000, 9_000_000] {
        let (original, first) = captured(at);
        assert!(!first.memory.tags.is_empty(), "{at}");
        let stored = write_snapshot(Vec::new(), &first).expect("written");
        assert_eq!(stored[8], 2, "a stream with tags is of version 2");
        let read = read_snapshot(stored.as_slice()).expect("read");
        assert_eq!(read, first);
        let copy = again(&read);
        assert_eq!(compare(&first, &capture(&copy).expect("captured"), &Default::default()), [], "{at}");
        for running in [&original, &copy] {
            assert_eq!(running.run(StopWhen::Asked).expect("it runs"), Paused::Ended);
        }
        let before = String::from_utf8_lossy(&original.output()).replace('\r', "");
        assert_eq!(before, transcript());
        assert!(before.ends_with(&String::from_utf8_lossy(&copy.output()).replace('\r', "")), "{at}");
    }
}

#[test]
fn tags_are_part_of_the_state() {
    if !built() {
        return;
    }
    let (_, first) = captured(3_000_000);
    let mut other = first.clone();
    let (&address, tags) = other.memory.tags.iter_mut().next().expect("some page");
    tags[7] ^= 0x10;
    let ignore = Default::default();
    assert_ne!(hash(&first, &ignore), hash(&other, &ignore));
    assert_eq!(compare(&first, &other, &ignore), [invar::migrate::Difference::Page { address }]);
}

#[test]
fn a_host_without_tags_refuses() {
    if !built() {
        return;
    }
    let (_, mut snapshot) = captured(3_000_000);
    let elsewhere = Destination { cpu: Some("neoverse-v1".into()), ..Destination::default() };
    let error = restore(&snapshot, &elsewhere, &mut strict).err().expect("it has no tags").to_string();
    assert!(error.contains("KVM_ENABLE_CAP"), "{error}");
    // A capture that says that its VM had no tags, and has some.
    snapshot.machine.mte = false;
    let error = restore(&snapshot, &Destination::default(), &mut strict).err().expect("it contradicts itself");
    assert!(matches!(error, RestoreError::Value(_)), "{error}");
}

#[test]
fn a_stream_of_version_1_has_no_tags() {
    let running = super::machine(&super::workload(1, invar::machine::fdt::GicVersion::V3));
    let snapshot = capture(&running).expect("captured");
    assert_eq!(write_snapshot(Vec::new(), &snapshot).expect("written")[8], 1);
    let mut stream = StreamWriter::new(Vec::new()).expect("written");
    stream.json(Kind::Machine, &StreamHead::of(&snapshot)).expect("written");
    stream.section(Kind::Tags, &encode_tags(&[TagUpdate { address: 0x4000_0000, tags: Some(&[1; TAG_BYTES]) }])).expect("written");
    let error = read_snapshot(stream.into_inner().as_slice()).expect_err("not in this version");
    assert!(matches!(error, StreamError::Unexpected { found: 6, .. }), "{error}");
}

#[test]
fn a_running_guest_moves_with_its_tags() {
    if !built() {
        return;
    }
    let folder = scratch("live-tags");
    let (there, address) = destination(&format!("unix:{}", folder.join("socket").display()), &[]);
    let guest = guest();
    let arguments = ["run", guest.to_str().expect("UTF-8"), "--cpu", "max", "--mte", "-m", "64M", "--at", "console:ldp_x"];
    // The guest is short: copied while it runs, it may have ended before the last page on a busy host.
    let here = spawn(&[&arguments[..], &["--timeout", "120", "--rounds", "0", "--send", &address]].concat());
    let here = here.wait_with_output().expect("it ends");
    assert!(text(&here.stderr).contains("invar: moved to"), "{}", text(&here.stderr));
    let there = there.wait_with_output().expect("it ends");
    assert_eq!(there.status.code(), Some(0), "{}", text(&there.stderr));
    assert_eq!(format!("{}{}", text(&here.stdout), text(&there.stdout)).replace('\r', ""), transcript());
}
