//! Our Neoverse N1 and V1 (QEMU's models) under a kernel against guests on AWS's silicon, register by register.
//! That the silicon's own values lead to the same answers is tested in `kvm`; here every difference of the models is named.

use std::collections::{BTreeMap, BTreeSet};

use invar::hosts::{self, HostDescription, VcpuFeatures};
use sysregs::dump::name_of_id;

use super::cpu::fingerprints;

/// CPU, host kernel, register, value on silicon, ours, reason.
const DIFFERENCES: &str = include_str!("../data/fingerprint-differences.tsv");

fn values(host: &HostDescription) -> BTreeMap<u64, Vec<u8>> {
    let dump = host.registers().expect("a dump");
    dump.entries().iter().map(|entry| (entry.id, entry.value.clone())).collect()
}

fn hex(value: Option<&Vec<u8>>) -> String {
    let number = |bytes: &Vec<u8>| bytes.iter().rev().fold(0_u128, |number, byte| number << 8 | u128::from(*byte));
    value.map_or_else(|| "-".into(), |bytes| format!("{:#x}", number(bytes)))
}

/// Rows of what was found, in the notation of the table without the reason.
fn differences(name: &str, theirs: &BTreeMap<u64, Vec<u8>>, ours: &BTreeMap<u64, Vec<u8>>, found: &mut BTreeSet<String>) -> usize {
    let ids: BTreeSet<u64> = theirs.keys().chain(ours.keys()).copied().collect();
    for &id in ids.iter().filter(|id| theirs.get(id) != ours.get(id)) {
        let register = name_of_id(id);
        found.insert(format!("{name}\t{register}\t{}\t{}", hex(theirs.get(&id)), hex(ours.get(&id))));
    }
    ids.len()
}

#[test]
fn models_against_silicon() {
    let mut found = BTreeSet::new();
    let mut compared = 0;
    for (name, fingerprint) in fingerprints() {
        let (cpu, kernel) = name.split_once("-linux-").expect("CPU and kernel");
        // Of Neoverse V2 too little is known to compute a guest's view.
        if cpu != "neoverse-v2" {
            let silicon = values(&hosts::parse(&fingerprint.to_string(), &name).expect("imports"));
            let ours = values(&hosts::find(&format!("{cpu}@{kernel}"), VcpuFeatures::NONE).expect("a guest's view"));
            compared += differences(&format!("{cpu}\t{kernel}"), &silicon, &ours, &mut found);
        }
    }
    assert!(compared > 1600, "{compared}");
    let rows = DIFFERENCES.lines().filter(|line| !line.starts_with('#'));
    let named: BTreeSet<String> = rows.map(|row| row.rsplit_once('\t').expect("a reason").0.to_string()).collect();
    let unnamed: Vec<_> = found.difference(&named).collect();
    let stale: Vec<_> = named.difference(&found).collect();
    assert!(unnamed.is_empty() && stale.is_empty(), "without a reason: {unnamed:#?}\nnamed, but not found: {stale:#?}");
}
