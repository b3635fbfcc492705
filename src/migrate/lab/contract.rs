//! The destination's side of a move, register by register: what is missing, what is refused, what a policy lets pass.
//! Works on KVM's rules alone; the same move through file descriptors is `run`'s.

use std::cmp::Ordering;

use kvm::errno::{EINVARIANT, ENODEV, Errno};
use kvm::idregs::OneReg;

use super::changes;
use super::explain::{self, Memo, name_of};
use super::finding::{Effect, Finding, Kind, Verdict};
use super::host::LabHost;
use super::policy::{Policy, Rules};
use super::view::{Denied, View};

/// What the rules say of a move.
#[derive(Clone, Debug)]
pub struct Judgement {
    pub findings: Vec<Finding>,
    /// The destination's vCPU with what it accepted, after its first run.
    pub destination: View,
}

impl Judgement {
    pub fn verdict(&self) -> Verdict {
        Verdict::of(&self.findings)
    }
}

/// Judges the move of a guest that runs on `source` to a fresh vCPU `destination`. The source has run, the destination has not.
pub fn judge(source: &View, destination: &View, rules: &Rules) -> Judgement {
    judge_with(source, destination, rules, &mut Memo::default())
}

/// The same, with a memory for who judges many moves.
pub fn judge_with(source: &View, destination: &View, rules: &Rules, memo: &mut Memo) -> Judgement {
    let mut restored = destination.clone();
    let mut findings = Vec::new();
    let mut hidden_by_writes = false;
    for (id, value, own) in side_by_side(source, destination, rules, &mut findings) {
        let Some(value) = value else { continue };
        if own != Some(value) {
            let found = restore(source, &mut restored, rules, memo, id, value);
            hidden_by_writes |= found.is_none();
            findings.extend(found);
        } else if hidden_by_writes && !is_core(id) && restored.names(id).is_none() {
            findings.push(missing(source, &restored, rules, id, Some(value), Absence::Hidden));
        }
    }
    restored.first_run();
    if Verdict::of(&findings) != Verdict::Refused {
        findings.extend(changes::silent(source, &restored, rules));
    }
    Judgement { findings, destination: restored }
}

/// The source's registers with both values; what only one side lists becomes a finding.
fn side_by_side(source: &View, destination: &View, rules: &Rules, findings: &mut Vec<Finding>) -> Vec<(u64, Option<u128>, Option<u128>)> {
    let (mine, theirs) = (source.registers(), destination.registers());
    let absence = if comparable(source) > comparable(destination) { Absence::ShorterList } else { Absence::NotListed };
    let mut pairs = Vec::with_capacity(mine.len());
    let mut at = 0;
    for &(id, value) in mine {
        while let Some(&(other, _)) = theirs.get(at).filter(|(other, _)| *other < id) {
            findings.extend(extra(other, rules));
            at += 1;
        }
        match theirs.get(at).map(|(other, own)| (other.cmp(&id), *own)) {
            Some((Ordering::Equal, own)) => {
                pairs.push((id, value, own));
                at += 1;
            }
            _ if is_core(id) && destination.names(id).is_some() => {}
            _ if value.is_none() && is_core(id) => {}
            _ => findings.push(missing(source, destination, rules, id, value, absence)),
        }
    }
    findings.extend(theirs.iter().skip(at).filter_map(|(other, _)| extra(*other, rules)));
    pairs
}

/// Why the destination does not have a register.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Absence {
    /// It is not in a list that is shorter than the incoming one.
    ShorterList,
    NotListed,
    /// It was, until ID registers before it were written.
    Hidden,
}

/// Registers that QEMU synchronises one by one: neither core nor SVE.
fn comparable(view: &View) -> usize {
    view.registers().iter().filter(|(id, _)| !is_core(*id) && id >> 16 & 0xfff != 0x15).count()
}

/// `struct kvm_regs`, which VMMs read and write by name and not by list.
fn is_core(id: u64) -> bool {
    id >> 16 & 0xfff == 0x10
}

fn extra(id: u64, rules: &Rules) -> Option<Finding> {
    if rules.policy != Policy::Strict || is_core(id) {
        return None;
    }
    let mut finding = Finding::new(Kind::Extra, Effect::Refuses, name_of(id));
    finding.id = Some(id);
    finding.rule = "the strict policy wants the same registers on both sides; the source does not have this one".into();
    Some(finding)
}

fn missing(source: &View, destination: &View, rules: &Rules, id: u64, value: Option<u128>, absence: Absence) -> Finding {
    let tolerated = rules.may_miss(source, id);
    let (kind, effect) = if tolerated.is_some() { (Kind::Tolerated, Effect::Nothing) } else { (Kind::Missing, Effect::Refuses) };
    let mut finding = Finding::new(kind, effect, name_of(id));
    finding.id = Some(id);
    finding.source = value.map_or_else(|| "running".into(), |value| format!("{value:#x}"));
    finding.destination = "no such register".into();
    finding.errno = destination.lacks(id);
    let why = match (rules.policy, absence) {
        (_, Absence::Hidden) => "the ID values that come before it in the list take this register away",
        (Policy::Firecracker, _) => "every saved register is written; KVM_SET_ONE_REG does not know this one",
        (_, Absence::ShorterList) => {
            "the incoming list is longer than this host's (QEMU: failed to load cpu:cpreg_vmstate_array_len); this register is not in it"
        }
        (_, Absence::NotListed) => "the incoming list names a register that this host's list lacks (QEMU: load of migration failed)",
    };
    finding.rule = tolerated.unwrap_or(why).into();
    finding
}

/// Writes one register; a finding unless it is simply accepted.
fn restore(source: &View, restored: &mut View, rules: &Rules, memo: &mut Memo, id: u64, value: u128) -> Option<Finding> {
    let register = restored.names(id);
    let own = restored.get(id);
    if register.is_some_and(|register| rules.keeps_own(register)) {
        let mut finding = explain::difference(Kind::Kept, Effect::Nothing, memo, id, value, own);
        finding.rule = "`-cpu host` means this host: its own value stays".into();
        return Some(finding);
    }
    if let Some(mask) = rules.mask(id) {
        return Some(compare_masked(memo, id, value, own, mask));
    }
    if matches!(register, Some(OneReg::Core { .. })) {
        return None;
    }
    match restored.set(id, value) {
        Ok(()) => None,
        Err(denied) => Some(refused(source, restored, rules, memo, id, value, &denied)),
    }
}

fn compare_masked(memo: &mut Memo, id: u64, value: u128, own: Option<u128>, mask: u64) -> Finding {
    let same = own.is_some_and(|own| (own ^ value) & u128::from(mask) == 0);
    let (kind, effect) = if same { (Kind::Tolerated, Effect::Nothing) } else { (Kind::Refused, Effect::Refuses) };
    let mut finding = explain::difference(kind, effect, memo, id, value, own);
    finding.rule = format!("compared under the mask {mask:#x}, not written");
    finding
}

fn refused(source: &View, restored: &View, rules: &Rules, memo: &mut Memo, id: u64, value: u128, denied: &Denied) -> Finding {
    let errno = denied.errno();
    let replaced = rules.policy == Policy::RfcEinvariant && errno == EINVARIANT;
    let (kind, effect) = if replaced { (Kind::Replaced, Effect::Nothing) } else { (Kind::Refused, Effect::Refuses) };
    let mut finding = explain::difference(kind, effect, memo, id, value, restored.get(id));
    finding.errno = Some(errno);
    let why = explain::rule(denied);
    finding.rule = if replaced { format!("{why}; on errno 96 the VMM wrote the destination's own value") } else { why };
    if effect == Effect::Refuses {
        changes::consequences(&mut finding, source, restored, rules, memo);
    }
    finding
}

/// A destination on which such a vCPU cannot be made.
pub fn setup(errno: Option<Errno>, subject: &str, why: String) -> Finding {
    let mut finding = Finding::new(Kind::Setup, Effect::Refuses, subject);
    finding.errno = errno;
    finding.rule = why;
    finding.severity = crate::report::Severity::Breaks;
    finding
}

/// A destination that cannot have the source's interrupt controller.
pub fn no_gic_v2(to: &LabHost) -> Finding {
    let why = format!("KVM_CREATE_DEVICE: the interrupt controller of {} has no GICv2 compatibility interface", to.title());
    setup(Some(ENODEV), "GICv2", why)
}
