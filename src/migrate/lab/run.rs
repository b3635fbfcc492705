//! One move from beginning to end: the rules' judgement, then a guest on the source, its state through KVM_GET_ONE_REG and
//! KVM_SET_ONE_REG, and the same guest on the destination. Where rules and file descriptors disagree, it says so.

use std::collections::BTreeMap;

use kvm::errno::{ENOENT, Errno};
use kvm::idregs::SVE_VECTOR_LENGTHS;
use sysregs::SysReg;

use super::baseline::Obstacle;
use super::changes;
use super::contract::{self, judge};
use super::explain::{Kernels, name_of};
use super::finding::{Finding, Kind, Verdict};
use super::guest;
use super::host::LabHost;
use super::notice::{ended, ending, noticed, undefined};
use super::policy::{Clock, Policy, Rules};
use super::remedy::{self, Remedy};
use super::told::Told;
use super::view::{View, id_of};
use super::vm::{Lab, Refused, Stopped, Stream};
use crate::hosts::{HostsError, VcpuFeatures};
use crate::machine::MachineError;

/// Where the guest is when it is moved.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum At {
    /// The guest calls the marker hypercall.
    #[default]
    Marker,
    /// It has executed so many instructions.
    Instructions(u64),
    /// It has printed this.
    Console(String),
    /// So many nanoseconds of its time have passed.
    Time(u64),
}

impl At {
    /// `marker`, `console:TEXT`, a number of instructions, or a time such as `20ms`.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn parse(text: &str) -> Result<At, String> {
        if text == "marker" {
            return Ok(At::Marker);
        }
        if let Some(text) = text.strip_prefix("console:") {
            return Ok(At::Console(text.into()));
        }
        let units = [("ns", 1), ("us", 1_000), ("ms", 1_000_000), ("s", 1_000_000_000)];
        let wrong = || format!("`{text}` is none of marker, console:TEXT, 1000000 (instructions), 20ms");
        match units.into_iter().find_map(|(unit, factor)| Some((text.strip_suffix(unit)?, factor))) {
            Some((digits, factor)) => {
                let number: u64 = digits.parse().map_err(|_| wrong())?;
                number.checked_mul(factor).map(At::Time).ok_or_else(wrong)
            }
            None => text.replace('_', "").parse().map(At::Instructions).map_err(|_| wrong()),
        }
    }
}

/// The guest to move.
#[derive(Clone, Debug, Default)]
pub enum GuestImage {
    /// The one of [`guest`].
    #[default]
    Embedded,
    /// A file's contents, and the kernel command line.
    Image { bytes: Vec<u8>, append: String },
    /// None: the rules alone.
    None,
}

/// A move.
#[derive(Clone, Debug)]
pub struct Migration {
    pub from: LabHost,
    pub to: LabHost,
    pub rules: Rules,
    pub guest: GuestImage,
    pub at: At,
    /// Bytes of guest memory.
    pub memory: u64,
    pub seed: u64,
    /// Instructions that the guest may need to get to the point, and may run after the move.
    pub limit: u64,
    /// Model from which both sides take what nobody knows of them.
    pub unknown_from: Option<String>,
}

impl Migration {
    /// With everything else as usual.
    pub fn new(from: LabHost, to: LabHost) -> Migration {
        Migration {
            from,
            to,
            rules: Rules::default(),
            guest: GuestImage::default(),
            at: At::default(),
            memory: 16 << 20,
            seed: 0,
            limit: 50_000_000,
            unknown_from: None,
        }
    }
}

/// What was found.
#[derive(Debug)]
pub struct Report {
    pub from: String,
    pub to: String,
    pub rules: Rules,
    pub verdict: Verdict,
    pub findings: Vec<Finding>,
    pub remedies: Vec<Remedy>,
    /// Where there is none: what no common ID file can hold, under the newest kernel.
    pub obstacles: Vec<Obstacle>,
    /// Instructions before and after the move; `None` where the guest did not run.
    pub instructions: Option<(u64, u64)>,
    /// What the guest printed, before and after.
    pub console: String,
    /// Registers of either host that nobody knows and a stand-in supplied.
    pub assumed: usize,
}

/// Why there is no report.
#[derive(Debug, thiserror::Error)]
pub enum MigrationError {
    #[error(transparent)]
    Host(#[from] HostsError),
    #[error(transparent)]
    Machine(#[from] MachineError),
    #[error(transparent)]
    Refused(#[from] Refused),
    #[error("the embedded guest does not assemble: {0}")]
    Assembler(String),
    #[error("the guest did not get to the point of the move: {0}")]
    NotThere(String),
    #[error("the embedded guest printed `{0}`, which is none of its lines")]
    Console(String),
    #[error("rules and file descriptors disagree about {register}: by the rules {rules}, by KVM_SET_ONE_REG {ioctl}")]
    Disagree { register: String, rules: String, ioctl: String },
    #[error("{host} is known only in part ({unknown} registers are not), and a vCPU cannot be made of that")]
    PartlyKnown { host: String, unknown: usize },
}

impl MigrationError {
    /// What to do about it, one sentence.
    pub fn hint(&self) -> String {
        match self {
            MigrationError::Host(error) => error.hint(),
            MigrationError::Machine(error) => error.hint().into(),
            MigrationError::NotThere(_) => "choose another point with --at, or give it more --limit instructions".into(),
            MigrationError::PartlyKnown { .. } => {
                "--unknown-from MODEL takes what is not known from a model, the same on both sides, so that only what is known is judged"
                    .into()
            }
            MigrationError::Disagree { .. } | MigrationError::Assembler(_) | MigrationError::Console(_) => {
                "this is a fault of invar itself".into()
            }
            MigrationError::Refused(_) => "the source host itself refuses this before the guest boots".into(),
        }
    }
}

/// Makes the move.
///
/// # Errors
/// When it cannot be made as asked: unknown hosts, a guest that does not get there. A refusal is no error.
pub fn migrate(migration: &Migration) -> Result<Report, MigrationError> {
    let mut migration = migration.clone();
    let assumed = prepare(&mut migration)?;
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
        console: String::new(),
        assumed,
    };
    match View::new(to, capable) {
        Ok(_) if from.gic_v2 && !v2_there => report.findings.push(contract::setup(
            Some(kvm::errno::ENODEV),
            "GICv2",
            format!("KVM_CREATE_DEVICE: the interrupt controller of {} has no GICv2 compatibility interface", to.title()),
        )),
        Ok(destination) => {
            let judgement = judge(&source, &destination, rules);
            report.findings = judgement.findings;
            if !matches!(migration.guest, GuestImage::None) {
                Run { migration: &migration, source: &source, destination: &destination }.into(&mut report)?;
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
        explain_kernels(&mut kernels, to, &source, finding);
    }
    report.findings.sort_by_key(|finding| (std::cmp::Reverse(finding.effect), std::cmp::Reverse(finding.severity)));
    report.verdict = Verdict::of(&report.findings);
    (report.remedies, report.obstacles) = remedy::remedies(from, to, rules, &report.findings);
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
        if host.unknown() > 0 {
            return Err(MigrationError::PartlyKnown { host: host.description.name.clone(), unknown: host.unknown() });
        }
        if migration.rules.policy == Policy::Firecracker && host.features == VcpuFeatures::Usual {
            host.features = VcpuFeatures::NONE;
        }
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

fn explain_kernels(kernels: &mut Kernels, to: &LabHost, source: &View, finding: &mut Finding) {
    let Some(id) = finding.id else { return };
    match finding.kind {
        Kind::Refused | Kind::Replaced => finding.kernels = kernels.tell(to, id, source.get(id)),
        Kind::Missing => finding.kernels = kernels.tell(to, id, None),
        _ => {}
    }
}

/// Whether a guest has got to a point.
type Reached = Box<dyn FnMut(&Lab) -> bool>;

/// A guest's run on both sides.
struct Run<'a> {
    migration: &'a Migration,
    source: &'a View,
    destination: &'a View,
}

impl Run<'_> {
    fn into(self, report: &mut Report) -> Result<(), MigrationError> {
        let Migration { from, to, rules, memory, seed, .. } = self.migration;
        let mut before = Lab::new(from, self.source, rules, *memory, *seed)?;
        before.configure(rules)?;
        before.finalize(self.source, None)?;
        self.boot(&mut before)?;
        let stream = before.capture()?;
        report.console = String::from_utf8_lossy(&before.console).into_owned();
        let ran = before.retired();
        let mut after = Lab::new(to, self.destination, rules, *memory, *seed)?;
        let vectors = stream.iter().find(|(id, _)| *id == SVE_VECTOR_LENGTHS).map(|(_, bytes)| bytes.as_slice());
        // A refusal here is among the findings: the rules know of the lengths.
        let _ = after.finalize(self.destination, vectors);
        let refusals = restore(&after, &stream, rules, self.source, self.destination);
        self.compare(&report.findings, &refusals)?;
        if Verdict::of(&report.findings) == Verdict::Refused {
            report.instructions = Some((ran, 0));
            return Ok(());
        }
        after.forward_discovery()?;
        after.take_over(&before)?;
        self.continue_there(&before, &mut after, report)?;
        report.instructions = Some((ran, after.retired()));
        Ok(())
    }

    /// Runs the source to the point of the move.
    fn boot(&self, lab: &mut Lab) -> Result<(), MigrationError> {
        let Migration { rules, guest, at, limit, .. } = self.migration;
        match guest {
            GuestImage::Embedded => {
                let image = guest::assemble(rules.guest_kernel()).map_err(|error| MigrationError::Assembler(error.to_string()))?;
                lab.load(&image, Some(crate::demo::LOAD_ADDRESS), "")?;
            }
            GuestImage::Image { bytes, append } => lab.load(bytes, load_address(bytes), append)?,
            GuestImage::None => {}
        }
        lab.observer.watch(&lab.vcpu, true);
        let observer = lab.observer.clone();
        let (mut there, exact): (Reached, Option<u64>) = match at {
            At::Marker => (Box::new(move |_| observer.with(|seen| seen.marked)), None),
            At::Instructions(count) => (Box::new(|_| false), Some(*count)),
            At::Console(text) => {
                let text = text.clone().into_bytes();
                (Box::new(move |lab| lab.console.windows(text.len().max(1)).any(|window| window == text)), None)
            }
            At::Time(nanoseconds) => {
                let wanted = *nanoseconds;
                (Box::new(move |lab| lab.vm.clock().nanoseconds() >= wanted), None)
            }
        };
        match lab.run(*limit, &mut there, exact) {
            Stopped::There => Ok(()),
            stopped => Err(MigrationError::NotThere(ending(&stopped, lab))),
        }
    }

    /// Rules and ioctls must refuse the same registers with the same errno.
    fn compare(&self, findings: &[Finding], refusals: &BTreeMap<u64, Errno>) -> Result<(), MigrationError> {
        let expected =
            |finding: &&Finding| matches!(finding.kind, Kind::Refused | Kind::Replaced | Kind::Missing) && finding.errno.is_some();
        let by_rules: BTreeMap<u64, Errno> =
            findings.iter().filter(expected).filter_map(|finding| Some((finding.id?, finding.errno?))).collect();
        let ids = by_rules.keys().chain(refusals.keys());
        let differing = ids.copied().find(|id| by_rules.get(id) != refusals.get(id) && *id != SVE_VECTOR_LENGTHS);
        let told = |errno: Option<&Errno>| errno.map_or_else(|| "accepted".into(), Errno::to_string);
        match differing {
            Some(id) => {
                Err(MigrationError::Disagree { register: name_of(id), rules: told(by_rules.get(&id)), ioctl: told(refusals.get(&id)) })
            }
            None => Ok(()),
        }
    }

    /// The guest wakes up on the destination.
    fn continue_there(&self, before: &Lab, after: &mut Lab, report: &mut Report) -> Result<(), MigrationError> {
        let Migration { rules, guest, limit, .. } = self.migration;
        after.observer.watch(&after.vcpu, true);
        let stopped = after.run(*limit, &mut |_| false, None);
        let console = String::from_utf8_lossy(&after.console).into_owned();
        report.console.push_str(&console);
        match guest {
            GuestImage::Embedded => {
                let told = Told::parse(&console, rules.guest_kernel()).map_err(MigrationError::Console)?;
                if !told.done {
                    report.findings.push(ended(&stopped, after));
                }
                report.findings.extend(noticed(&told, self.source, &report.findings));
            }
            GuestImage::Image { .. } => {
                report.findings.extend(undefined(before, after));
                if matches!(stopped, Stopped::Stuck(_)) {
                    report.findings.push(ended(&stopped, after));
                }
            }
            GuestImage::None => {}
        }
        Ok(())
    }
}

/// Raw binaries go where the embedded guest goes; other files say it themselves (ELF's magic number, that of a Linux Image).
fn load_address(bytes: &[u8]) -> Option<u64> {
    let says = bytes.starts_with(b"\x7fELF") || bytes.get(56..60) == Some(b"ARM\x64".as_slice());
    (!says).then_some(crate::demo::LOAD_ADDRESS)
}

/// Writes the stream as the policy's VMM does; what is refused, by id.
fn restore(lab: &Lab, stream: &Stream, rules: &Rules, source: &View, destination: &View) -> BTreeMap<u64, Errno> {
    let mut refused = BTreeMap::new();
    let counter = id_of(SysReg::CNTVCT_EL0);
    let mut sorted: Vec<&(u64, Vec<u8>)> = stream.iter().collect();
    sorted.sort();
    for (id, bytes) in sorted {
        let skipped = *id == SVE_VECTOR_LENGTHS
            || (*id == counter && rules.clock != Clock::Register)
            || rules.mask(*id).is_some()
            || destination.names(*id).is_some_and(|register| rules.keeps_own(register));
        if skipped {
            continue;
        }
        let may_miss = rules.may_miss(source, *id).is_some();
        if let Err(errno) = lab.vcpu.set_one_reg(*id, bytes)
            && !(may_miss && errno == ENOENT)
        {
            refused.insert(*id, errno);
        }
    }
    if rules.clock == Clock::Offset {
        set_offset(lab, stream, counter, &mut refused);
    }
    refused
}

/// KVM_ARM_SET_COUNTER_OFFSET, so that the counter goes on from where it was.
fn set_offset(lab: &Lab, stream: &Stream, counter: u64, refused: &mut BTreeMap<u64, Errno>) {
    let Some((_, bytes)) = stream.iter().find(|(id, _)| *id == counter) else { return };
    let value = bytes.iter().rev().fold(0, |value: u64, byte| value << 8 | u64::from(*byte));
    let now = lab.vcpu.get_reg_u64(counter).unwrap_or_default();
    if let Err(errno) = lab.vm.set_counter_offset(now.wrapping_sub(value), 0) {
        refused.insert(counter, errno);
    }
}

/// The implementations of both hosts, for a target list.
pub fn both(from: &LabHost, to: &LabHost) -> Vec<sysregs::errata::Implementation> {
    [from, to].into_iter().filter_map(|host| changes::implementation(&host.cpu())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn points() {
        for (text, point) in [
            ("marker", At::Marker),
            ("1000", At::Instructions(1000)),
            ("1_000_000", At::Instructions(1_000_000)),
            ("20ms", At::Time(20_000_000)),
            ("3s", At::Time(3_000_000_000)),
            ("console:login: ", At::Console("login: ".into())),
        ] {
            assert_eq!(At::parse(text), Ok(point));
        }
        for wrong in ["", "soon", "-1", "20 ms", "99999999999999999999", "99999999999999999s", "ms"] {
            assert!(At::parse(wrong).is_err(), "{wrong}");
        }
    }
}
