//! What the command writes, where nobody reads it or there is no room: statuses and messages, and never a panic. What is right in a
//! result is tested elsewhere.

use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

use super::command::scratch;

/// Asks for power off by PSCI.
const OFF: [u8; 12] = [0x00, 0x80, 0xb0, 0xd2, 0x00, 0x01, 0x80, 0xf2, 0x02, 0x00, 0x00, 0xd4];

fn full() -> Stdio {
    std::fs::File::options().write(true).open("/dev/full").expect("Linux has it").into()
}

/// A pipe whose reader has gone.
fn unread() -> Stdio {
    let (reader, writer) = std::io::pipe().expect("a pipe");
    drop(reader);
    writer.into()
}

fn invar(args: &[&str], stdout: Stdio, stderr: Stdio) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_invar"));
    command.args(args).stdin(Stdio::null()).stdout(stdout).stderr(stderr).output().expect("the command ends")
}

/// A guest in a folder of its own, and arguments that run it the same way each time.
fn guest(name: &str) -> (PathBuf, Vec<String>) {
    let folder = scratch(name);
    let image = folder.join("off.bin");
    std::fs::write(&image, OFF).expect("written");
    let run = ["run", image.to_str().expect("UTF-8"), "--load-addr", "0x40080000", "-m", "16M", "--deterministic"];
    (folder, run.map(String::from).into())
}

/// Runs the guest with more arguments; status and messages.
fn run(guest: &[String], more: &[&str]) -> (Option<i32>, String) {
    let args: Vec<&str> = guest.iter().map(String::as_str).chain(more.iter().copied()).collect();
    let output = invar(&args, Stdio::piped(), Stdio::piped());
    (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
}

#[test]
fn a_result_that_cannot_be_written_is_a_failure_and_one_that_nobody_reads_is_none() {
    let verbs: [&[&str]; 8] = [
        &["demo", "--json"],
        &["migrate", "--list"],
        &["migrate", "--list", "--json"],
        &["migrate", "--from", "neoverse-n1", "--to", "neoverse-n1", "--no-guest", "--json"],
        &["migrate", "--from", "neoverse-n1", "--to", "neoverse-n1", "--no-guest"],
        &["plan", "neoverse-n1"],
        &["baseline", "neoverse-n1", "neoverse-n1"],
        &["cpu", "list"],
    ];
    for verb in verbs {
        let refused = invar(verb, full(), Stdio::piped());
        let said = String::from_utf8_lossy(&refused.stderr);
        assert_eq!(refused.status.code(), Some(2), "{verb:?}: {said}");
        assert_eq!(said, "error: standard output cannot be written: No space left on device (os error 28)\n", "{verb:?}");
        let unread = invar(verb, unread(), Stdio::piped());
        assert_eq!((unread.status.code(), unread.stderr), (Some(0), Vec::new()), "{verb:?}");
    }
}

#[test]
fn messages_that_cannot_be_written_change_no_status() {
    let (_, guest) = guest("messages");
    let arguments = |more: &[&'static str]| guest.iter().map(String::as_str).chain(more.iter().copied()).collect::<Vec<_>>();
    let cases = [
        (vec!["run", "/nonexistent/guest"], 2),
        (arguments(&["--stats", "json"]), 0),
        (arguments(&["--stats"]), 0),
        (arguments(&["--state-hash"]), 0),
        (arguments(&["--max-instructions", "1"]), 124),
        // What went there was asked for.
        (arguments(&["--trace", "instructions"]), 74),
        (vec!["--log", "trace", "demo"], 0),
    ];
    for (args, status) in cases {
        for stderr in [full(), unread()] {
            assert_eq!(invar(&args, Stdio::null(), stderr).status.code(), Some(status), "{args:?}");
        }
    }
}

#[test]
fn a_point_that_never_comes_is_told() {
    let (folder, guest) = guest("never");
    let file = folder.join("never.snapshot");
    for (what, done) in [(["--snapshot", file.to_str().expect("UTF-8")], "captured"), (["--send", "unix:/nonexistent/socket"], "moved")] {
        let (status, said) = run(&guest, &[&["--at", "marker:2"], &what[..]].concat());
        let expected = format!("error: the guest ended before `--at marker:2`; nothing was {done}\n");
        assert_eq!((status, said), (Some(74), expected));
        // A status of the guest's own, or of a limit, says more.
        let (status, _) = run(&guest, &[&["--at", "marker:2", "--max-instructions", "2"], &what[..]].concat());
        assert_eq!(status, Some(124));
    }
    assert!(!file.exists());
}

/// The guest goes on, and its end does not hide that it was not moved.
#[test]
fn a_move_that_failed_is_in_the_status() {
    let (_, guest) = guest("refused");
    let (status, said) = run(&guest, &["--at", "1", "--send", "unix:/nonexistent/socket"]);
    assert_eq!(status, Some(74), "{said}");
    assert!(said.contains("note: the guest goes on here"), "{said}");
}

#[test]
fn places_that_cannot_be_written_are_found_before_the_guest_runs() {
    let (folder, guest) = guest("places");
    let folder = folder.to_str().expect("UTF-8");
    for (place, why) in [("/nonexistent/file", "No such file or directory"), (folder, "is a directory")] {
        for what in [["--at", "2", "--snapshot"].as_slice(), &["--record"]] {
            let (status, said) = run(&guest, &[what, &[place]].concat());
            assert_eq!(status, Some(2), "{said}");
            assert!(said.starts_with(&format!("error: `{place}` cannot be written: ")) && said.contains(why), "{said}");
            assert!(!said.contains("hint"), "{said}");
        }
        for option in ["--record", "--junit"] {
            let moved = ["migrate", "--from", "neoverse-n1", "--to", "neoverse-n1", option, place];
            let output = invar(&moved, Stdio::piped(), Stdio::piped());
            assert_eq!((output.status.code(), output.stdout), (Some(2), Vec::new()), "{moved:?}");
            assert!(String::from_utf8_lossy(&output.stderr).contains(why), "{moved:?}");
        }
    }
}

#[test]
fn a_trace_that_is_not_complete_is_in_the_status() {
    let (folder, guest) = guest("trace");
    let file = folder.join("traced.snapshot");
    let trace = ["--trace", "instructions", "--trace-file", "/dev/full"];
    let captured = ["--at", "2", "--snapshot", file.to_str().expect("UTF-8")];
    for (more, status) in [(&[][..], 74), (&captured, 74), (&["--max-instructions", "2"], 124)] {
        let (found, said) = run(&guest, &[&trace, more].concat());
        assert_eq!(found, Some(status), "{more:?}: {said}");
        assert!(said.contains("error: the trace is not complete: "), "{more:?}: {said}");
    }
}

/// A limit of the size of files stands for a disk that is full, as in `migrate::files`. A vCPU would not fit either.
#[test]
fn a_full_disk_leaves_every_file_as_it_was() {
    let file = scratch("disk-full-outputs").join("kept");
    let file = file.to_str().expect("UTF-8");
    for verb in [["cpu", "dump", "neoverse-n1", "-o", file], ["plan", "neoverse-n1", "neoverse-v1", "--html", file]] {
        std::fs::write(file, "as it was").expect("written");
        // The signal that comes with the error would end the command.
        let script = "trap '' XFSZ; ulimit -f 0; exec \"$@\"";
        let mut command = Command::new("sh");
        let output = command.args(["-c", script, "sh", env!("CARGO_BIN_EXE_invar")]).args(verb).output().expect("a shell");
        assert_eq!(output.status.code(), Some(2), "{verb:?}: {output:?}");
        assert!(String::from_utf8_lossy(&output.stderr).contains("kept` cannot be written: File too large"), "{verb:?}: {output:?}");
        assert_eq!(std::fs::read_to_string(file).expect("there"), "as it was", "{verb:?}");
    }
}

#[test]
fn what_is_no_file_is_written_through() {
    let (_, guest) = guest("devices");
    let guest: Vec<&str> = guest.iter().map(String::as_str).collect();
    let moved = ["migrate", "--from", "neoverse-n1", "--to", "neoverse-n1", "--no-guest"];
    for (verb, begins) in [
        ([&guest[..], &["--dump-dtb"]].concat(), "\u{d0}"),
        (vec!["cpu", "dump", "neoverse-n1", "-o"], "{"),
        (vec!["plan", "neoverse-n1", "--html"], "<!DOCTYPE html>"),
        ([&moved[..], &["--junit"]].concat(), "<?xml"),
    ] {
        let full = invar(&[&verb[..], &["/dev/full"]].concat(), Stdio::piped(), Stdio::piped());
        let said = String::from_utf8_lossy(&full.stderr);
        assert_eq!(full.status.code(), Some(2), "{verb:?}: {said}");
        assert!(said.starts_with("error: `/dev/full` cannot be written: No space left"), "{verb:?}: {said}");
        let there = invar(&[&verb[..], &["/dev/stdout"]].concat(), Stdio::piped(), Stdio::piped());
        assert_eq!(there.status.code(), Some(0), "{verb:?}: {there:?}");
        let text: String = there.stdout.iter().copied().map(char::from).collect();
        assert!(text.to_lowercase().contains(&begins.to_lowercase()), "{verb:?}: {text}");
    }
}
