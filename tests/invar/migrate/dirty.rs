//! The dirty log against memory itself: whatever changed is in the log.

use std::collections::BTreeSet;

use invar::machine::fdt::GicVersion;
use invar::machine::{MachineConfig, Paused, RAM_SLOT, Scheduling, StopWhen};
use invar::migrate::{Memory, read_memory};

use super::{config, start, workload};

/// Pages that differ.
fn changed(before: &Memory, after: &Memory) -> BTreeSet<u64> {
    let all: BTreeSet<u64> = before.pages.keys().chain(after.pages.keys()).copied().collect();
    all.into_iter().filter(|address| before.pages.get(address) != after.pages.get(address)).collect()
}

fn logged(log: &[u64]) -> BTreeSet<u64> {
    let bits = |(&word, first): (&u64, u64)| (0..64).filter(move |bit| word >> bit & 1 != 0).map(move |bit| first + bit);
    log.iter().zip((0..).step_by(64)).flat_map(bits).map(|page| 0x4000_0000 + page * 4096).collect()
}

#[test]
fn every_change_is_logged() {
    for scheduling in [Scheduling::Deterministic, Scheduling::Threads] {
        let workload = workload(4, GicVersion::V3);
        let running = start(MachineConfig { scheduling, ..config(&workload) }, &workload.assemble().expect("assembles"));
        let vm = running.vm();
        vm.log_dirty_pages(RAM_SLOT, true).expect("a log");
        let mut before = read_memory(vm);
        let mut pages = 0;
        for step in 1.. {
            let paused = running.run(StopWhen::Instructions(7_000 * step)).expect("it runs");
            let log = logged(&vm.get_dirty_log(RAM_SLOT).expect("a log"));
            let after = read_memory(vm);
            let changed = changed(&before, &after);
            assert!(changed.is_subset(&log), "{scheduling:?}, step {step}: {:x?} are not in the log", changed.difference(&log));
            pages += changed.len();
            before = after;
            if paused == Paused::Ended {
                break;
            }
        }
        assert!(pages > 1000, "{pages} changes are no test");
    }
}
