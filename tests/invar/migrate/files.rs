//! Captures as files: whole or refused, whatever is wrong with them.

use invar::machine::StopWhen;
use invar::machine::fdt::GicVersion;
use invar::migrate::snapshot::{
    FileError, Kind, PageBatch, StreamError, StreamWriter, Zeros, load, probe_file, read_snapshot, replace_file, save, write_snapshot,
};
use invar::migrate::{PAGE_SIZE, Snapshot, StreamHead, capture};

use super::{machine, workload};
use crate::command::{invar, scratch};
use crate::random::Random;

fn stream() -> Vec<u8> {
    let running = machine(&workload(1, GicVersion::V3));
    running.run(StopWhen::Instructions(3_000)).expect("it runs");
    write_snapshot(Vec::new(), &capture(&running).expect("captured")).expect("written")
}

#[test]
fn what_is_written_is_read() {
    let running = machine(&workload(2, GicVersion::V2));
    running.run(StopWhen::Instructions(50_000)).expect("it runs");
    let snapshot = capture(&running).expect("captured");
    let path = scratch("snapshot").join("whole.snapshot");
    save(&path, &snapshot).expect("saved");
    assert_eq!(load(&path).expect("loaded"), snapshot);
}

#[test]
fn any_corrupted_byte_is_refused() {
    let whole = stream();
    assert!(read_snapshot(whole.as_slice()).is_ok());
    let mut random = Random(1);
    for at in 0..whole.len() {
        let mut damaged = whole.clone();
        damaged[at] ^= 1 << random.below(8);
        assert!(read_snapshot(damaged.as_slice()).is_err(), "a bit of byte {at} of {}", whole.len());
    }
}

#[test]
fn cut_off_anywhere_it_is_refused() {
    let whole = stream();
    for length in 0..whole.len() {
        let error = read_snapshot(&whole[..length]).expect_err("it is not whole");
        assert!(matches!(error, StreamError::CutOff { .. }), "{length} of {}: {error}", whole.len());
    }
    let longer = [whole.as_slice(), b"!"].concat();
    assert!(matches!(read_snapshot(longer.as_slice()), Err(StreamError::Trailing)));
}

#[test]
fn versions_and_strangers_are_named() {
    let mut newer = stream();
    newer[8] = 3;
    let sum = xxhash_rust::xxh3::xxh3_64_with_seed(&newer[..16], 0);
    newer[16..24].copy_from_slice(&sum.to_le_bytes());
    let error = read_snapshot(newer.as_slice()).expect_err("it is newer");
    assert!(error.to_string().contains("version 3, and this invar reads versions 1 to 2"), "{error}");
    assert!(matches!(read_snapshot(&b"\x7fELF and so on"[..]), Err(StreamError::NotOurs)));
}

#[test]
fn a_file_that_cannot_be_written_leaves_the_old_one() {
    let folder = scratch("snapshot-full");
    let path = folder.join("kept");
    std::fs::write(&path, "as it was").expect("written");
    let full = |to: &mut dyn std::io::Write| {
        to.write_all(b"half")?;
        Err(std::io::Error::from(std::io::ErrorKind::StorageFull))
    };
    let error = replace_file(&path, full).expect_err("the disk is full");
    assert!(matches!(error, FileError::Write { .. }), "{error}");
    assert_eq!(std::fs::read(&path).expect("there"), b"as it was");
    assert_eq!(std::fs::read_dir(&folder).expect("a folder").count(), 1, "nothing is left behind");
}

/// A limit of the size of files stands for a disk that is full: the write of the command itself fails, after some bytes. A vCPU's
/// pages are a file too, in memory, and a smaller one.
#[test]
fn a_full_disk_costs_nothing_but_the_snapshot() {
    let folder = scratch("disk-full");
    let workload = workload(1, GicVersion::V3);
    let (image, disk) = (folder.join("workload.bin"), folder.join("disk"));
    let mut guest = workload.assemble().expect("it assembles");
    let mut random = Random(7);
    guest.extend((0..1 << 18).map(|_| random.next() as u8));
    std::fs::write(&image, guest).expect("written");
    // A test that was stopped leaves it.
    let _ = std::fs::remove_dir_all(&disk);
    std::fs::create_dir(&disk).expect("a folder");
    let memory = workload.memory().to_string();
    // The signal that comes with the error would end the command, and is none of a full disk's.
    let script = "trap '' XFSZ; ulimit -f 128; exec \"$@\"";
    for before in [None, Some("as it was")] {
        let file = disk.join("guest.snapshot");
        if let Some(text) = before {
            std::fs::write(&file, text).expect("written");
        }
        let mut command = std::process::Command::new("sh");
        command.args(["-c", script, "sh", env!("CARGO_BIN_EXE_invar"), "run"]).arg(&image);
        command.args([
            "--load-addr",
            "0x40080000",
            "-m",
            &memory,
            "--gic",
            "3",
            "--deterministic",
            "--engine",
            "interp",
            "--at",
            "50000",
            "--snapshot",
        ]);
        let run = command.arg(&file).stdin(std::process::Stdio::null()).output().expect("a shell");
        let said = String::from_utf8_lossy(&run.stderr);
        assert!(said.contains("guest.snapshot` cannot be written: File too large"), "{said}");
        assert!(said.contains("the guest goes on here"), "{said}");
        assert_eq!(run.status.code(), Some(74), "{said}");
        assert!(String::from_utf8_lossy(&run.stdout).ends_with(&format!("{}\n", workload.result())), "{run:?}");
        assert_eq!(std::fs::read_to_string(&file).ok().as_deref(), before);
        assert_eq!(std::fs::read_dir(&disk).expect("a folder").count(), usize::from(before.is_some()), "nothing is left behind");
    }
}

#[test]
fn a_device_is_written_to_and_does_not_become_a_file() {
    use std::os::unix::fs::FileTypeExt;
    for (device, takes) in [("/dev/full", false), ("/dev/null", true)] {
        let path = std::path::Path::new(device);
        assert!(probe_file(path).is_ok());
        assert_eq!(replace_file(path, |to| to.write_all(b"something")).is_ok(), takes, "{device}");
        assert!(std::fs::metadata(path).expect("there").file_type().is_char_device());
    }
}

#[test]
fn a_link_stays_a_link() {
    let folder = scratch("snapshot-link");
    let (file, link) = (folder.join("file"), folder.join("link"));
    std::fs::write(&file, "as it was").expect("written");
    let _ = std::fs::remove_file(&link);
    std::os::unix::fs::symlink(&file, &link).expect("linked");
    replace_file(&link, |to| to.write_all(b"new")).expect("written");
    assert!(link.is_symlink());
    assert_eq!(std::fs::read(&file).expect("there"), b"new");
}

/// What `invar resume` makes of a capture with right checksums that somebody has changed.
fn resume_changed(name: &str, change: impl FnOnce(&mut Snapshot)) -> (Option<i32>, String) {
    let running = machine(&workload(1, GicVersion::V3));
    running.run(StopWhen::Instructions(3_000)).expect("it runs");
    let mut snapshot = capture(&running).expect("captured");
    change(&mut snapshot);
    let path = scratch("snapshot-changed").join(name);
    save(&path, &snapshot).expect("saved");
    let resumed = invar([std::ffi::OsStr::new("resume"), path.as_os_str()]);
    (resumed.status.code(), String::from_utf8_lossy(&resumed.stderr).into_owned())
}

#[test]
fn a_capture_opens_no_file_of_this_host() {
    let secret = scratch("snapshot-secret").join("host.toml");
    std::fs::write(&secret, "password of this host\n").expect("written");
    for cpu in [secret.to_str().expect("UTF-8"), "/dev/zero", "neoverse-x9"] {
        let (status, said) = resume_changed("foreign-cpu", |snapshot| snapshot.host.cpu = cpu.into());
        assert_eq!(status, Some(1), "{said}");
        assert!(said.contains(&format!("the source's CPU `{cpu}` is none")) && !said.contains("password"), "{said}");
    }
}

#[test]
fn a_state_with_gaps_is_refused() {
    type Change = fn(&mut Snapshot);
    let cases: [(&str, Change, &str); 9] = [
        ("no-registers", |snapshot| snapshot.vcpus[0].registers.clear(), "has no register"),
        ("no-pc", |snapshot| snapshot.vcpus[0].registers.retain(|register| register.id != PC), "has no register 0x6030000000100040"),
        ("no-vbar", |snapshot| snapshot.vcpus[0].registers.retain(|register| register.id != VBAR), "has no register 0x603000000013c600"),
        ("twice", first_twice, "not sorted"),
        ("unsorted", |snapshot| snapshot.vcpus[0].registers.reverse(), "not sorted"),
        ("no-gic", |snapshot| snapshot.gic.registers.clear(), "interrupt controller"),
        ("half-a-gic", |snapshot| snapshot.gic.registers.truncate(snapshot.gic.registers.len() - 1), "interrupt controller"),
        ("turn", another_turn, "turn of a vCPU"),
        ("outside", |snapshot| snapshot.memory.pages.extend([(0x1000, Box::new([1; PAGE_SIZE]))]), "outside of RAM"),
    ];
    for (name, change, says) in cases {
        let (status, said) = resume_changed(name, change);
        assert_eq!(status, Some(2), "{name}: {said}");
        assert!(said.contains(&format!("{name}`: the capture is not of a machine: ")) && said.contains(says), "{name}: {said}");
    }
    let (status, said) = resume_changed("unchanged", |_| {});
    assert_eq!(status, Some(0), "{said}");
}

/// The program counter and VBAR_EL1, by their ids.
const PC: u64 = 0x6030_0000_0010_0040;
const VBAR: u64 = 0x6030_0000_0013_c600;

fn first_twice(snapshot: &mut Snapshot) {
    let registers = &mut snapshot.vcpus[0].registers;
    registers.insert(0, registers[0].clone());
}

fn another_turn(snapshot: &mut Snapshot) {
    let turn = serde_json::json!({ "vcpu": 2, "left": null, "progress": false });
    snapshot.vm.turn = Some(serde_json::from_value(turn).expect("a turn"));
}

#[test]
fn a_page_is_there_once() {
    let running = machine(&workload(1, GicVersion::V3));
    running.run(StopWhen::Instructions(3_000)).expect("it runs");
    let snapshot = capture(&running).expect("captured");
    let mut stream = StreamWriter::new(Vec::new()).expect("a stream");
    stream.json(Kind::Machine, &StreamHead::of(&snapshot)).expect("written");
    for _ in 0..2 {
        let mut batch = PageBatch::default();
        batch.add(0x4000_0000, &[1; PAGE_SIZE], Zeros::Known);
        stream.pages(&mut batch).expect("written");
    }
    stream.json(Kind::State, &snapshot).and_then(|()| stream.end()).expect("written");
    let error = read_snapshot(stream.into_inner().as_slice()).expect_err("which of them is it?");
    assert!(error.to_string().contains("the page at 0x40000000 is there twice"), "{error}");
}
