//! Captures as files: whole or refused, whatever is wrong with them.

use invar::machine::StopWhen;
use invar::machine::fdt::GicVersion;
use invar::migrate::capture;
use invar::migrate::snapshot::{FileError, StreamError, load, read_snapshot, replace_file, save, write_snapshot};

use super::{Random, machine, workload};
use crate::command::scratch;

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
    assert!(error.to_string().contains("version 3"), "{error}");
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
