//! One move from beginning to end: the rules' judgement, then a guest on the source, captured, restored and run on the destination
//! as `invar run --snapshot` and `invar resume` do it. Where rules and file descriptors disagree, it says so.

use std::collections::BTreeMap;

use kvm::errno::{EINVARIANT, ENOENT, Errno};
use kvm::idregs::SVE_VECTOR_LENGTHS;

use super::changes;
use super::contract::{self, judge};
use super::explain::{Kernels, name_of};
use super::finding::{Finding, Kind, Verdict};
use super::guest;
use super::host::LabHost;
use super::migration::{GuestImage, Migration, MigrationError, Report, States};
use super::notice::{ended, lost_counters, lost_masks, noticed, undefined};
use super::observe::Observer;
use super::parting::parting;
use super::policy::{Policy, Rules};
use super::refusal;
use super::remedy;
use super::side::{Board, Refused, Side, configure, ending, start};
use super::told::Told;
use super::view::{View, register_of};
use super::vmm::{self, Habit};
use crate::hosts::HostsError;
use crate::machine::{Machine, Outcome, Paused, Running, StopWhen};
use crate::migrate::{Action, CaptureError, Destination, Ignore, Place, RestoreError, Snapshot, capture, hash, restore, state_hash};

/// Makes the move, and where it does not go well looks for remedies.
///
/// # Errors
/// When it cannot be made as asked: unknown hosts, a guest that does not get there. A refusal is no error.
pub fn migrate(migration: &Migration) -> Result<Report, MigrationError> {
    let mut report = attempt(migration)?;
    match vmm::remedy(&migration.rules).filter(|_| report.verdict != Verdict::Migrates) {
        Some(remedy) => report.remedies.push(remedy),
        None => {
            let mut prepared = migration.clone();
            prepare(&mut prepared)?;
            (report.remedies, report.obstacles) = remedy::remedies(&prepared, &report.findings);
        }
    }
    Ok(report)
}

/// Makes the move.
///
/// # Errors
/// As [`migrate`].
pub fn attempt(migration: &Migration) -> Result<Report, MigrationError> {
    let mut migration = migration.clone();
    let assumed = prepare(&mut migration)?;
    if matches!(migration.guest, GuestImage::Embedded) && migration.memory < guest::MEMORY {
        return Err(MigrationError::Memory { memory: migration.memory });
    }
    let v2_there = std::mem::replace(&mut migration.to.gic_v2, migration.from.gic_v2);
    let Migration { from, to, rules, .. } = &migration;
    let capable = rules.uses_writable_implementation();
    let source = configured(View::new(from, capable)?, rules)?.running();
    let mut report = Report {
        from: from.title(),
        to: to.title(),
        rules: rules.clone(),
        verdict: Verdict::Refused,
        findings: Vec::new(),
        remedies: Vec::new(),
        obstacles: Vec::new(),
        instructions: None,
        states: None,
        parting: None,
        console: String::new(),
        assumed,
        limits: [from, to].into_iter().filter_map(LabHost::limit).collect(),
    };
    match View::new(to, capable) {
        Ok(_) if from.gic_v2 && !v2_there => report.findings.push(contract::no_gic_v2(to)),
        Ok(destination) => {
            let judgement = judge(&source.clone().told(&rules.stream), &destination, rules);
            report.findings = judgement.findings;
            let sides = [Side { host: from, view: &source }, Side { host: to, view: &destination }];
            if !matches!(migration.guest, GuestImage::None) {
                Run { migration: &migration, sides }.into(&mut report)?;
            }
        }
        Err(HostsError::Feature { feature, .. }) => report.findings.push(contract::setup(
            Some(kvm::errno::EINVAL),
            feature,
            format!("KVM_ARM_VCPU_INIT: {} offers no {feature} to vCPUs", to.title()),
        )),
        Err(error) => return Err(error.into()),
    }
    let mut kernels = Kernels::default();
    for finding in &mut report.findings {
        explain_kernels(&mut kernels, to, &source, rules, finding);
    }
    report.findings.sort_by_key(|finding| (std::cmp::Reverse(finding.effect), std::cmp::Reverse(finding.severity)));
    report.verdict = Verdict::of(&report.findings);
    Ok(report)
}

/// Fills what is asked to be filled; Firecracker's vCPUs are plain.
fn prepare(migration: &mut Migration) -> Result<usize, MigrationError> {
    let mut assumed = 0;
    if let Some(model) = &migration.unknown_from {
        let other = crate::hosts::host_named(model)?;
        let ids = other.only_cluster()?.ids.clone();
        assumed = migration.from.stand_in(&ids).max(migration.to.stand_in(&ids));
    }
    for host in [&mut migration.from, &mut migration.to] {
        host.known()?;
        *host = host.under(&migration.rules);
    }
    Ok(assumed)
}

fn configured(mut view: View, rules: &Rules) -> Result<View, MigrationError> {
    for &(id, value) in &rules.before_first_run {
        view.set(id, value.into()).map_err(|denied| Refused {
            step: format!("KVM_SET_ONE_REG of {} = {value:#x} before the first run", name_of(id)),
            errno: denied.errno(),
        })?;
    }
    if !rules.targets.is_empty() {
        let bitmap = super::policy::VENDOR_HYP_BITMAP_2;
        view.set(bitmap, 3).map_err(|denied| Refused {
            step: "announcing DISCOVER_IMPL_CPUS (KVM_REG_ARM_VENDOR_HYP_BMAP_2)".into(),
            errno: denied.errno(),
        })?;
    }
    Ok(view)
}

fn explain_kernels(kernels: &mut Kernels, to: &LabHost, source: &View, rules: &Rules, finding: &mut Finding) {
    let Some(id) = finding.id else { return };
    let own = rules.stream.iter().find(|(told, _)| *told == id).map(|&(_, value)| value.into());
    match finding.kind {
        Kind::Refused | Kind::Replaced => finding.kernels = kernels.tell(to, id, own.or_else(|| source.get(id))),
        Kind::Missing => finding.kernels = kernels.tell(to, id, None),
        _ => {}
    }
}

/// A guest's run on both sides.
struct Run<'a> {
    migration: &'a Migration,
    sides: [Side<'a>; 2],
}

/// What a destination refused.
#[derive(Debug, Default)]
struct Refusals {
    /// Registers of each vCPU.
    registers: Vec<BTreeMap<u64, Errno>>,
    /// Everything else.
    others: Vec<crate::migrate::Refused>,
}

impl Run<'_> {
    fn into(self, report: &mut Report) -> Result<(), MigrationError> {
        let (before, observer) = self.boot()?;
        report.console = String::from_utf8_lossy(&before.output()).into_owned();
        let ran = before.executed();
        report.instructions = Some((ran, 0));
        if self.migration.rules.vmm.contains(&Habit::CoreFpRegisters)
            && let Some(finding) = before.vcpus().first().and_then(vmm::read_core_vectors)
        {
            report.findings.push(finding);
            return Ok(());
        }
        let snapshot = match capture(&before) {
            Ok(snapshot) => snapshot,
            Err(CaptureError::OpenFile { handle, path }) => {
                report.findings.push(refusal::open_file(handle, &path));
                return Ok(());
            }
            Err(error) => return Err(error.into()),
        };
        report.states = Some(States { moved: hash(&snapshot, &Ignore::default()), end: None });
        told_reads(&observer, &mut report.findings);
        let stayed = self.migration.bisect.then(|| snapshot.clone());
        let Some(machine) = self.arrive(snapshot, report)? else { return Ok(()) };
        let seen = Observer::default();
        let after = start(machine, self.migration.limit, &seen)?;
        if let Some(stayed) = stayed {
            report.parting = Some(parting(&stayed, &after, self.sides, self.migration.limit)?);
        }
        self.continue_there(ran, [&observer, &seen], &after, report)
    }

    /// The source's machine at the point of the move.
    fn boot(&self) -> Result<(Running, Observer), MigrationError> {
        let Migration { rules, guest, at, limit, cpus, memory, seed, semihosting, .. } = self.migration;
        let assembled;
        let (image, load_addr, append) = match guest {
            GuestImage::Embedded => {
                let image = guest::assemble(rules.guest_kernel(), *cpus);
                assembled = image.map_err(|error| MigrationError::Assembler(error.to_string()))?;
                (assembled.as_slice(), Some(crate::demo::LOAD_ADDRESS), "")
            }
            GuestImage::Image { bytes, append } => (bytes.as_slice(), load_address(bytes), append.as_str()),
            GuestImage::None => Default::default(),
        };
        let board = Board { image, load_addr, append, cpus: *cpus, memory: *memory, seed: *seed, semihosting: *semihosting };
        let [source, _] = self.sides;
        let machine = source.boot(&board, rules)?;
        configure(&machine, rules)?;
        let observer = Observer::default();
        let running = start(machine, *limit, &observer)?;
        match running.run(at.clone())? {
            Paused::Stopped => Ok((running, observer)),
            Paused::Ended => Err(MigrationError::NotThere(ending(&running))),
        }
    }

    /// The guest on the destination, unless it refuses; what it refuses is among the findings then.
    fn arrive(&self, snapshot: Snapshot, report: &mut Report) -> Result<Option<Machine>, MigrationError> {
        let Migration { rules, cpus, .. } = self.migration;
        let [source, there] = self.sides;
        let snapshot = there.arriving(vmm::sent(snapshot, rules), rules);
        let mut refusals = Refusals { registers: vec![BTreeMap::new(); *cpus as usize], others: Vec::new() };
        let lengths_late = rules.vmm.contains(&Habit::VectorLengthsLate);
        let destination = Destination { lengths_late, ..there.destination(Some(rules.clock))? };
        let restored = restore(&snapshot, &destination, &mut |refused| decide(refused, rules, [source.view, there.view], &mut refusals));
        let machine = match restored {
            Ok(machine) => machine,
            Err(RestoreError::Machine(error)) => {
                let Some(finding) = refusal::hardware(&error) else { return Err(error.into()) };
                report.findings.push(finding);
                return Ok(None);
            }
            Err(RestoreError::Value(refused)) => {
                report.findings.push(refusal::finding(&refused, rules, snapshot.vcpus.len()));
                return Ok(None);
            }
            Err(error) => return Err(MigrationError::Restore(error)),
        };
        compare(&report.findings, refusals.registers.first())?;
        if let Some(&errno) = refusals.registers.first().and_then(|registers| registers.get(&SVE_VECTOR_LENGTHS))
            && !report.findings.iter().any(|finding| finding.id == Some(SVE_VECTOR_LENGTHS))
        {
            report.findings.push(vmm::late_lengths(errno));
        }
        report.findings.extend(of_one_vcpu(&refusals.registers));
        report.findings.extend(lost_masks(&snapshot.vcpus, machine.vcpus()));
        let foretold = |finding: &Finding| report.findings.iter().any(|known| known.id == finding.id);
        let counters = lost_counters(&snapshot.vcpus, machine.vcpus()).filter(|finding| !foretold(finding));
        report.findings.extend(counters);
        let cpus = snapshot.vcpus.len();
        // Pages of tags are refused one by one, and for one reason.
        let tags = |refused: &crate::migrate::Refused| matches!(refused.place, Place::Tags { .. });
        refusals.others.dedup_by(|next, first| tags(next) && tags(first));
        report.findings.extend(refusals.others.iter().map(|refused| refusal::finding(refused, rules, cpus)));
        Ok((Verdict::of(&report.findings) != Verdict::Refused).then_some(machine))
    }

    /// The guest wakes up on the destination.
    fn continue_there(&self, ran: u64, seen: [&Observer; 2], after: &Running, report: &mut Report) -> Result<(), MigrationError> {
        let Migration { rules, guest, .. } = self.migration;
        let [source, _] = self.sides;
        after.run(StopWhen::Asked)?;
        let console = String::from_utf8_lossy(&after.output()).into_owned();
        report.console.push_str(&console);
        report.instructions = Some((ran, after.executed() - ran));
        let end = state_hash(after)?;
        report.states = report.states.take().map(|states| States { end: Some(end), ..states });
        match guest {
            GuestImage::Embedded => {
                let told = Told::parse(&console, rules.guest_kernel()).map_err(MigrationError::Console)?;
                if !told.done {
                    report.findings.push(ended(after));
                }
                report.findings.extend(noticed(&told, source.view, &report.findings));
            }
            GuestImage::Image { .. } => {
                report.findings.extend(undefined(seen, after.vcpus()));
                if matches!(after.outcome(), Some(Outcome::Stuck(_) | Outcome::Reset)) {
                    report.findings.push(ended(after));
                }
            }
            GuestImage::None => {}
        }
        Ok(())
    }
}

/// What the policy's VMM does about a refusal; all of them are found, not only the first.
fn decide(refused: &crate::migrate::Refused, rules: &Rules, [source, there]: [&View; 2], refusals: &mut Refusals) -> Action {
    let Place::Register { vcpu, id } = refused.place else {
        refusals.others.push(refused.clone());
        return Action::Skip;
    };
    let absent = refused.errno == ENOENT || there.lacks(id) == Some(refused.errno);
    if absent && rules.may_miss(source, id).is_some() {
        return Action::Skip;
    }
    if let Some(registers) = refusals.registers.get_mut(vcpu as usize) {
        registers.insert(id, refused.errno);
    }
    let replaced = rules.policy == Policy::RfcEinvariant && refused.errno == EINVARIANT;
    if replaced { Action::UseDestination } else { Action::Skip }
}

/// Rules and ioctls must refuse the same registers with the same errno.
fn compare(findings: &[Finding], refused: Option<&BTreeMap<u64, Errno>>) -> Result<(), MigrationError> {
    let Some(refused) = refused else { return Ok(()) };
    let expected = |finding: &&Finding| matches!(finding.kind, Kind::Refused | Kind::Replaced | Kind::Missing) && finding.errno.is_some();
    let by_rules: BTreeMap<u64, Errno> =
        findings.iter().filter(expected).filter_map(|finding| Some((finding.id?, finding.errno?))).collect();
    let ids = by_rules.keys().chain(refused.keys());
    let differing = ids.copied().find(|id| by_rules.get(id) != refused.get(id) && *id != SVE_VECTOR_LENGTHS);
    let told = |errno: Option<&Errno>| errno.map_or_else(|| "accepted".into(), Errno::to_string);
    match differing {
        Some(id) => Err(MigrationError::Disagree { register: name_of(id), rules: told(by_rules.get(&id)), ioctl: told(refused.get(&id)) }),
        None => Ok(()),
    }
}

/// What another vCPU than the first refuses, which no rule foretells.
fn of_one_vcpu(registers: &[BTreeMap<u64, Errno>]) -> Vec<Finding> {
    let Some((first, others)) = registers.split_first() else { return Vec::new() };
    let mut found = Vec::new();
    for (vcpu, refused) in (1..).zip(others) {
        for (&id, &errno) in refused.iter().filter(|(id, errno)| first.get(id) != Some(errno)) {
            let place = Place::Register { vcpu, id };
            let refused = crate::migrate::Refused { place, value: Vec::new(), errno };
            found.push(refusal::finding(&refused, &Rules::default(), registers.len()));
        }
    }
    found
}

/// How often the guest has looked at what it would now find changed.
fn told_reads(observer: &Observer, findings: &mut [Finding]) {
    observer.with(|seen| {
        for finding in findings {
            let register = finding.id.and_then(register_of);
            finding.reads = register.and_then(|register| seen.reads.get(&register)).copied();
        }
    });
}

/// Raw binaries go where the embedded guest goes; other files say it themselves (ELF's magic number, that of a Linux Image).
fn load_address(bytes: &[u8]) -> Option<u64> {
    let says = bytes.starts_with(b"\x7fELF") || bytes.get(56..60) == Some(b"ARM\x64".as_slice());
    (!says).then_some(crate::demo::LOAD_ADDRESS)
}

/// The implementations of both hosts, for a target list.
pub fn both(from: &LabHost, to: &LabHost) -> Vec<sysregs::errata::Implementation> {
    [from, to].into_iter().filter_map(|host| changes::implementation(&host.cpu())).collect()
}
