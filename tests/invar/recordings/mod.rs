//! Recordings of real KVM against `invar kvm probe`: the same rows, in the same order, or a named exception. Asks KVM nothing itself.
//!
//! What the columns mean: `tests/data/README.md`.

mod compare;
mod exceptions;
mod form;
mod load;
mod program;

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use compare::Comparison;
use invar::probe;
use kvm::Host;
use load::Recording;

/// One exception for so many recorded rows, at most.
const ROWS_PER_EXCEPTION: usize = 1000;

/// The host that was recorded.
fn host(recording: &Recording) -> Host {
    let mut host = Host::new(recording.cpu, recording.kernel).expect("a model and a personality for each recording");
    host.nested = recording.variant == Some("nested");
    if recording.variant == Some("mte") {
        host.add_tag_memory();
    }
    host
}

/// Compares every recording, two at a time.
fn compare_all() -> Vec<Comparison> {
    let recordings = load::all();
    let (next, done) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                while let Some(recording) = recordings.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let ours = probe::rows(&host(recording), &recording.sections());
                    let comparison = Comparison::new(recording, &ours);
                    done.lock().expect("no panic before").push(comparison);
                }
            });
        }
    });
    done.into_inner().expect("no panic before")
}

#[test]
fn every_row_of_every_recording() {
    let mut comparisons = compare_all();
    comparisons.sort_by_key(|comparison| comparison.name);
    let mut used: BTreeMap<&str, usize> = BTreeMap::new();
    let mut problems = Vec::new();
    for comparison in &comparisons {
        println!("{comparison}");
        for (&reason, &count) in &comparison.excepted {
            *used.entry(reason).or_default() += count;
        }
        problems.extend(comparison.problems.iter().cloned());
        let excepted = comparison.excepted.values().sum::<usize>() - comparison.additional;
        if excepted * ROWS_PER_EXCEPTION > comparison.rows {
            problems.push(format!("{}: {excepted} exceptions in {} rows", comparison.name, comparison.rows));
        }
    }
    problems.extend(exceptions::reasons().filter(|reason| !used.contains_key(reason)).map(|reason| format!("never applies: {reason}")));
    let shown = problems.len().min(40);
    assert!(problems.is_empty(), "{} problems:\n{}", problems.len(), problems[..shown].join("\n"));
}
