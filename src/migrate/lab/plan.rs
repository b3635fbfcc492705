//! A fleet: the judgement of every pair of its hosts, by KVM's rules alone. Runs no guest and recommends nothing.

use std::collections::HashMap;

use kvm::errno::EINVAL;
use serde_json::{Value, json};

use super::contract::{judge_with, no_gic_v2, setup};
use super::explain::{Kernels, Memo};
use super::finding::{Effect, Finding, Kind, Verdict};
use super::host::LabHost;
use super::policy::Rules;
use super::refusal;
use super::view::View;
use crate::hosts::HostsError;

/// One move: its verdict and its findings, by their numbers in the plan.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cell {
    /// `None`: too little is known of one of the hosts.
    pub verdict: Option<Verdict>,
    pub findings: Vec<u32>,
}

/// The matrix.
#[derive(Debug)]
pub struct Plan {
    pub hosts: Vec<String>,
    /// By source, then by destination.
    pub cells: Vec<Vec<Cell>>,
    pub findings: Vec<Finding>,
    /// Why nothing can be said of a host.
    pub unknown: Vec<Option<String>>,
    pub policy: &'static str,
}

/// What is made of a host once.
struct Prepared<'a> {
    host: &'a LabHost,
    fresh: View,
    running: View,
    /// Where a guest with the other GIC arrives.
    other_gic: View,
}

/// Every host on every kernel: `CPU…` and `KERNEL…`.
///
/// # Errors
/// Unknown names.
pub fn fleet(hosts: &[String], kernels: &[String]) -> Result<Vec<LabHost>, HostsError> {
    let mut fleet = Vec::new();
    for spec in hosts {
        if kernels.is_empty() {
            fleet.push(LabHost::parse(spec)?);
        }
        for kernel in kernels {
            fleet.push(LabHost::parse(spec)?.with_kernel(crate::hosts::kernel_named(kernel)?));
        }
    }
    Ok(fleet)
}

/// Judges all pairs.
pub fn plan(hosts: &[LabHost], rules: &Rules) -> Plan {
    let hosts: Vec<LabHost> = hosts.iter().map(|host| host.under(rules)).collect();
    let capable = rules.uses_writable_implementation();
    let prepared: Vec<Result<Prepared<'_>, HostsError>> = hosts.iter().map(|host| prepare(host, capable)).collect();
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let size = prepared.len().div_ceil(threads).max(1);
    let rows: Vec<Row> = std::thread::scope(|scope| {
        let all = &prepared;
        let workers: Vec<_> = all.chunks(size).map(|chunk| scope.spawn(move || rows(chunk, all, rules))).collect();
        // A worker that panicked has printed its message; its rows are missing and the plan with them.
        workers.into_iter().flat_map(|worker| worker.join().unwrap_or_default()).collect()
    });
    let mut interned = Interned::default();
    let mut cell = |(verdict, findings): (Option<Verdict>, Vec<Finding>)| Cell {
        verdict,
        findings: findings.into_iter().map(|finding| interned.number(finding)).collect(),
    };
    let cells = rows.into_iter().map(|row| row.into_iter().map(&mut cell).collect()).collect();
    Plan {
        hosts: hosts.iter().map(LabHost::label).collect(),
        cells,
        findings: interned.findings,
        unknown: prepared.iter().map(unknown).collect(),
        policy: rules.policy.name(),
    }
}

fn prepare(host: &LabHost, capable: bool) -> Result<Prepared<'_>, HostsError> {
    let fresh = View::new(host, capable)?;
    let other_gic = View::new(&LabHost { gic_v2: !host.gic_v2, ..host.clone() }, capable)?;
    Ok(Prepared { host, running: fresh.clone().running(), fresh, other_gic })
}

/// Why nothing can be said of a guest that boots here.
fn unknown(prepared: &Result<Prepared<'_>, HostsError>) -> Option<String> {
    match prepared {
        Err(error) => Some(error.to_string()),
        Ok(host) if !host.fresh.has_machines() => Some("no guest boots here: KVM_CREATE_VM makes no VM with 40 bits of address".into()),
        Ok(_) => None,
    }
}

/// The moves from one host.
type Row = Vec<(Option<Verdict>, Vec<Finding>)>;

fn rows(sources: &[Result<Prepared<'_>, HostsError>], all: &[Result<Prepared<'_>, HostsError>], rules: &Rules) -> Vec<Row> {
    let mut memo = Memo::default();
    sources.iter().map(|source| all.iter().map(|destination| pair(source, destination, rules, &mut memo)).collect()).collect()
}

fn pair(
    source: &Result<Prepared<'_>, HostsError>,
    destination: &Result<Prepared<'_>, HostsError>,
    rules: &Rules,
    memo: &mut Memo,
) -> (Option<Verdict>, Vec<Finding>) {
    let Some(source) = source.as_ref().ok().filter(|source| source.fresh.has_machines()) else { return (None, Vec::new()) };
    match destination {
        Ok(destination) if !destination.fresh.has_machines() => (Some(Verdict::Refused), refusal::no_machine(EINVAL).into_iter().collect()),
        Ok(destination) if source.host.gic_v2 && !destination.host.gic_v2 => (Some(Verdict::Refused), vec![no_gic_v2(destination.host)]),
        Ok(destination) => {
            // The guest's GIC is the source's; a host with the compatibility interface can make either.
            let same = source.host.gic_v2 == destination.host.gic_v2;
            let there = if same { &destination.fresh } else { &destination.other_gic };
            let judgement = judge_with(&source.running, there, rules, memo);
            let verdict = judgement.verdict();
            (Some(verdict), judgement.findings.into_iter().filter(|finding| finding.effect != Effect::Nothing).collect())
        }
        Err(HostsError::Feature { feature, .. }) => {
            (Some(Verdict::Refused), vec![setup(None, feature, "the destination offers no such vCPU feature (KVM_ARM_VCPU_INIT)".into())])
        }
        Err(_) => (None, Vec::new()),
    }
}

/// Findings that are told once.
#[derive(Default)]
struct Interned {
    numbers: HashMap<Finding, u32>,
    findings: Vec<Finding>,
}

impl Interned {
    fn number(&mut self, finding: Finding) -> u32 {
        if let Some(number) = self.numbers.get(&finding) {
            return *number;
        }
        let number = self.findings.len() as u32;
        self.findings.push(finding.clone());
        self.numbers.insert(finding, number);
        number
    }
}

impl Plan {
    /// Adds since and until which kernel: for a plan that someone reads finding by finding.
    pub fn explain(&mut self, hosts: &[LabHost]) {
        let mut kernels = Kernels::default();
        let mut told = vec![false; self.findings.len()];
        for row in &self.cells {
            for (cell, host) in row.iter().zip(hosts) {
                for &number in &cell.findings {
                    let at = number as usize;
                    let (Some(finding), Some(done)) = (self.findings.get_mut(at), told.get_mut(at)) else { continue };
                    if std::mem::replace(done, true) {
                        continue;
                    }
                    if let (Kind::Missing, Some(id)) = (finding.kind, finding.id) {
                        finding.kernels = kernels.tell(host, id, None);
                    } else if let (Kind::Refused, Some(id), Some(value)) = (finding.kind, finding.id, value_of(&finding.source)) {
                        finding.kernels = kernels.tell(host, id, Some(value));
                    }
                }
            }
        }
    }

    /// For programs.
    pub fn to_json(&self) -> Value {
        let name = |verdict: Option<Verdict>| verdict.map_or("unknown", Verdict::name);
        let cell = |cell: &Cell| json!({ "verdict": name(cell.verdict), "findings": cell.findings });
        let rows: Vec<Value> = self.cells.iter().map(|row| row.iter().map(cell).collect()).collect();
        json!({
            "hosts": self.hosts,
            "unknown": self.unknown,
            "policy": self.policy,
            "cells": rows,
            "findings": self.findings.iter().map(Finding::to_json).collect::<Vec<_>>(),
        })
    }

    /// How many cells have that verdict.
    pub fn count(&self, verdict: Option<Verdict>) -> usize {
        self.cells.iter().flatten().filter(|cell| cell.verdict == verdict).count()
    }
}

fn value_of(text: &str) -> Option<u128> {
    u128::from_str_radix(text.strip_prefix("0x")?, 16).ok()
}
