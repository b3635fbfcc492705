//! The recording program itself, compiled for aarch64 and run by `invar exec`: it prints what it printed on real KVM. All
//! recordings where INVAR_EXEC_RECORDINGS is `all`, else one for each generation of kernels. Needs Debian's
//! gcc-aarch64-linux-gnu. Knows no row.

use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::compare::Comparison;
use super::load::{self, Recording};
use crate::exec::{command, compiled};

/// One a generation: before and after writable ID registers, the newest; with and without SVE.
const SOME: [&str; 3] = ["6.1-cortex-a57", "6.12-neoverse-n1", "7.3-max"];
/// Most of the time the program waits for its own alarms.
const AT_A_TIME: usize = 6;

/// KVM_CAP_NR_VCPUS: the recorded machines had one CPU, and a program here is told of this machine's.
fn with_recorded_cpus(row: &str) -> String {
    let Some((question, answer)) =
        row.rsplit_once('\t').filter(|(question, _)| matches!(*question, "CAP\tdev\t9" | "CAP\tvm\t9" | "ERR\tvcpu.nr(cap9)"))
    else {
        return row.to_owned();
    };
    let here = std::thread::available_parallelism().expect("this machine has CPUs").get();
    assert_eq!(answer.parse(), Ok(here.min(255)), "{row}");
    format!("{question}\t1")
}

/// What the program prints for the sections of a recording.
fn rows(program: &Path, recording: &Recording) -> Vec<String> {
    let host = format!("{}@{}", recording.cpu, recording.kernel);
    let mut options = vec!["--host", &host];
    match recording.variant {
        Some("mte") => options.push("--mte"),
        Some("nested") => options.push("--nested"),
        _ => {}
    }
    let mut rows = Vec::new();
    for section in recording.sections() {
        let output = command(&options, program, &[section.name()]).output().expect("the command starts");
        let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert!(output.status.success(), "{} {}: {:?}\n{err}", recording.name, section.name(), output.status);
        rows.extend(out.lines().map(with_recorded_cpus));
    }
    rows
}

#[test]
fn the_recording_program_prints_what_it_printed_on_kvm() {
    let Some(program) = compiled("tests/data/exec/probe.c", "static") else { return };
    let all = std::env::var("INVAR_EXEC_RECORDINGS").is_ok_and(|which| which == "all");
    let recordings: Vec<_> = load::all().iter().filter(|recording| all || SOME.contains(&recording.name)).collect();
    assert!(recordings.len() >= SOME.len(), "the recordings have other names");
    let (next, problems) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    std::thread::scope(|scope| {
        for _ in 0..AT_A_TIME {
            scope.spawn(|| {
                while let Some(recording) = recordings.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let comparison = Comparison::new(recording, &rows(&program, recording));
                    println!("{comparison}");
                    problems.lock().expect("no panic before").extend(comparison.problems);
                }
            });
        }
    });
    let problems = problems.into_inner().expect("no panic before");
    assert!(problems.is_empty(), "{} problems:\n{}", problems.len(), problems[..problems.len().min(40)].join("\n"));
}
