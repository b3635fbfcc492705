//! What would make a refused move pass, or a changed guest stay the same; each remedy has been tried on the rules.
//! Writes nothing anywhere: it says what to paste.

use std::collections::BTreeMap;

use kvm::idregs::SVE_VECTOR_LENGTHS;
use kvm::personality::{self, Personality};
use serde_json::{Value, json};
use sysregs::SysReg;
use sysregs::errata::Implementation;

use super::baseline::{self, Moves, Obstacle, Solution};
use super::changes::implementation;
use super::contract::judge;
use super::explain::name_of;
use super::finding::{Effect, Finding, Kind, Verdict};
use super::host::LabHost;
use super::migration::Migration;
use super::policy::{Clock, CpuHost, Policy, Rules, Tolerance};
use super::run::attempt;
use super::view::{View, vcpu};
use crate::hosts::{HostsError, VcpuFeatures};
use crate::migrate::Place;
use crate::report::templates::{self, Qemu, Vcpu};

/// One way out.
#[derive(Clone, Debug, Default)]
pub struct Remedy {
    /// In a sentence.
    pub what: Vec<String>,
    /// KVM_SET_ONE_REG on the source before the guest first runs.
    pub writes: BTreeMap<u64, u64>,
    /// Bits of those that matter.
    pub bits: BTreeMap<u64, u64>,
    pub writable_implementation: bool,
    pub targets: Vec<Implementation>,
    pub tolerances: Vec<Tolerance>,
    pub without_pointer_auth: bool,
    /// What the vCPUs have with it.
    pub vcpu: Vcpu,
    /// Another kernel on both hosts.
    pub kernel: Option<&'static str>,
    pub policy: Option<Policy>,
    pub clock: Option<Clock>,
    /// What the rules say of the move with it.
    pub verdict: Option<Verdict>,
    /// What remains to be noticed.
    pub remains: Vec<String>,
}

/// A move that did not go well, and what was found.
struct Case<'a> {
    migration: &'a Migration,
    source: &'a LabHost,
    /// With the source's GIC: whether it can have it is no question of registers.
    destination: LabHost,
    rules: &'a Rules,
    findings: &'a [Finding],
}

/// Ways out, best first, and what stands in the way of a common ID file under the newest kernel when there are none.
pub fn remedies(migration: &Migration, findings: &[Finding]) -> (Vec<Remedy>, Vec<Obstacle>) {
    if Verdict::of(findings) == Verdict::Migrates {
        return Default::default();
    }
    let Migration { from: source, to, rules, .. } = migration;
    let destination = LabHost { gic_v2: source.gic_v2, ..to.clone() };
    let case = Case { migration, source, destination, rules, findings };
    let mut found = Vec::new();
    let clock = case.clock();
    // Devices, events and the guest's own doings: no ID file, no list of implementations and no kernel has anything to do with them.
    if !case.is_about_registers() {
        found.extend(clock.map(|remedy| case.tried(source, &case.destination, rules, remedy)));
        return (found, Vec::new());
    }
    let here = case.with_kernel(None, clock.as_ref());
    let good = here.as_ref().is_some_and(|remedy| remedy.verdict == Some(Verdict::Migrates));
    found.extend(here);
    if !good {
        let age = |kernel: &Personality| personality::all().iter().position(|known| known.name() == kernel.name());
        let newest = age(source.kernel).max(age(case.destination.kernel));
        let mut kernels = personality::all().iter().filter(|kernel| kernel.name().starts_with("linux-") && age(kernel) >= newest);
        let better = kernels.find_map(|kernel| {
            let newer = kernel.name() != source.kernel.name() || kernel.name() != case.destination.kernel.name();
            let remedy = newer.then(|| case.with_kernel(Some(kernel), clock.as_ref())).flatten()?;
            (remedy.verdict == Some(Verdict::Migrates)).then_some(remedy)
        });
        found.extend(better);
    }
    if found.is_empty() {
        found.extend(clock.map(|remedy| case.tried(source, &case.destination, rules, remedy)));
    }
    let obstacles = if found.is_empty() { case.obstacles() } else { Vec::new() };
    (found, obstacles)
}

impl Case<'_> {
    fn obstacles(&self) -> Vec<Obstacle> {
        let Some(newest) = personality::all().last() else { return Vec::new() };
        let fleet = [self.source, &self.destination].map(|host| host.with_kernel(newest));
        let rules = Rules { policy: Policy::Upstream, ..Rules::default() };
        match baseline::solve(&fleet, &rules, Moves::FromFirst) {
            Ok(Solution::None(obstacles)) => obstacles,
            _ => Vec::new(),
        }
    }

    /// The rules find something by themselves, or cannot be asked because the destination lacks a vCPU feature.
    fn is_about_registers(&self) -> bool {
        let capable = self.rules.uses_writable_implementation();
        let (Ok(source), Ok(there)) = (configured(self.source, self.rules, capable), View::new(&self.destination, capable)) else {
            return true;
        };
        judge(&source.running().told(&self.rules.stream), &there, self.rules).verdict() != Verdict::Migrates
    }

    /// A counter that nobody restored.
    fn clock(&self) -> Option<Remedy> {
        let offset = Place::CounterOffset.to_string();
        let refused = |finding: &Finding| finding.kind == Kind::Refused && finding.subject == offset;
        if self.rules.clock == Clock::Offset && self.findings.iter().any(refused) {
            return Some(Remedy {
                what: vec!["restore the guest's counter as a register: write CNTVCT_EL0 (--clock register)".into()],
                clock: Some(Clock::Register),
                ..Remedy::default()
            });
        }
        let jumped = self.findings.iter().any(|finding| finding.kind == Kind::Clock && finding.effect != Effect::Nothing);
        let forgotten = self.rules.clock == Clock::Forgotten;
        (jumped && forgotten).then(|| Remedy {
            what: vec!["restore the guest's counter: write CNTVCT_EL0, or call KVM_ARM_SET_COUNTER_OFFSET after all registers".into()],
            clock: Some(Clock::Register),
            ..Remedy::default()
        })
    }

    /// Everything that can be done under a kernel: a common ID file, implementation registers, target list, tolerances.
    fn with_kernel(&self, kernel: Option<&'static Personality>, clock: Option<&Remedy>) -> Option<Remedy> {
        let on = |host: &LabHost| kernel.map_or_else(|| host.clone(), |kernel| host.with_kernel(kernel));
        let (source, destination) = (on(self.source), on(&self.destination));
        let mut remedy = Remedy { kernel: kernel.map(Personality::name), ..clock.cloned().unwrap_or_default() };
        let mut rules = self.rules.clone();
        // What the source had on its own account is part of the question only where nothing better is known.
        rules.before_first_run.clear();
        if rules.policy == Policy::RfcEinvariant || rules.cpu_host == CpuHost::This {
            (rules.policy, rules.cpu_host) = (Policy::Qemu, CpuHost::Source);
            remedy.policy = Some(Policy::Qemu);
            remedy
                .what
                .push("let ID registers travel, and be refused where they must (policy qemu, `-cpu host` is the source host)".into());
        }
        self.implementation(&source, &destination, &mut rules, &mut remedy);
        self.tolerate(&mut rules, &mut remedy);
        if let Some(kernel) = kernel {
            remedy.what.insert(0, format!("run both hosts on {}", kernel.name()));
        }
        let fleet = [source.clone(), destination.clone()];
        let (mut source, mut destination) = (source, destination);
        match baseline::solve(&fleet, &rules, Moves::FromFirst).ok()? {
            Solution::Baseline(found) => {
                remedy.without_pointer_auth = found.pointer_auth_dropped;
                if found.pointer_auth_dropped {
                    remedy.what.push("create vCPUs without pointer authentication".into());
                    source.features = drop_pointer_auth(source.features);
                    destination.features = drop_pointer_auth(destination.features);
                }
                remedy.writes = found.writes();
                remedy.bits = remedy.writes.iter().map(|(&id, &value)| (id, found.changed_bits(id, value))).collect();
            }
            Solution::None(_) => {}
        }
        if let Some(&chosen) = remedy.writes.get(&SVE_VECTOR_LENGTHS) {
            let lengths = templates::vector_lengths(chosen.into());
            remedy.what.push(format!("give vCPUs vectors of {lengths} and no others: KVM_REG_ARM64_SVE_VLS before KVM_ARM_VCPU_FINALIZE"));
        }
        if !remedy.writes.is_empty() {
            let count = remedy.writes.len();
            let plural = if count == 1 { "" } else { "s" };
            remedy.what.push(format!("write {count} register{plural} on the source before the guest first runs"));
            rules.before_first_run = remedy.writes.iter().map(|(&id, &value)| (id, value)).collect();
        }
        self.prove(&source, &destination, &rules, remedy)
    }

    /// Another implementation: written where the kernel allows it, and told to the guest before it boots.
    fn implementation(&self, source: &LabHost, destination: &LabHost, rules: &mut Rules, remedy: &mut Remedy) {
        let cpus = [source, destination].map(|host| implementation(&host.cpu()));
        let aidr = [source, destination].map(|host| host.cpu().get(SysReg::AIDR_EL1));
        let offered = [source, destination].iter().all(|host| host.kernel.capability(239).is_some());
        if (cpus[0] == cpus[1] && aidr[0] == aidr[1]) || !offered {
            return;
        }
        if !rules.uses_writable_implementation() {
            remedy.what.push("enable KVM_CAP_ARM_WRITABLE_IMP_ID_REGS (239) on both sides before any vCPU exists".into());
        }
        rules.writable_implementation = true;
        remedy.writable_implementation = true;
        if rules.targets.is_empty() {
            rules.targets = cpus.into_iter().flatten().collect();
            remedy.targets.clone_from(&rules.targets);
            remedy.what.push("announce both implementations to the guest before it boots (DISCOVER_IMPL_CPUS), so that it works around the errata of both".into());
        }
    }

    fn tolerate(&self, rules: &mut Rules, remedy: &mut Remedy) {
        let missing = self.findings.iter().filter(|finding| finding.kind == Kind::Missing).filter_map(|finding| finding.id);
        let Ok(source) = View::new(self.source, rules.uses_writable_implementation()) else { return };
        let upstream = Rules { policy: Policy::Upstream, ..Rules::default() };
        for id in missing.filter(|id| upstream.may_miss(&source, *id).is_some()) {
            let tolerance = Tolerance::SafeToMiss { id };
            rules.tolerances.push(tolerance);
            remedy.tolerances.push(tolerance);
            remedy.what.push(format!("let {} be missing: the guest was never told of it", name_of(id)));
        }
    }

    /// Tries it, by the rules and then as the move was made; kept if it is better than what there was.
    fn prove(&self, source: &LabHost, destination: &LabHost, rules: &Rules, mut remedy: Remedy) -> Option<Remedy> {
        let capable = rules.uses_writable_implementation();
        let running = configured(source, rules, capable).ok()?.running();
        let there = View::new(destination, capable).ok()?;
        remedy.vcpu = vcpu(&[&running, &there]);
        let judgement = judge(&running, &there, rules);
        if judgement.verdict() == Verdict::Refused || remedy.what.is_empty() {
            return None;
        }
        let effective = |findings: &[Finding]| findings.iter().filter(|finding| finding.effect != Effect::Nothing).count();
        let before = (Some(Verdict::of(self.findings)), effective(self.findings));
        let tried = self.tried(source, destination, rules, remedy);
        ((tried.verdict, tried.remains.len()) < before).then_some(tried)
    }

    /// Makes the move with it.
    fn tried(&self, source: &LabHost, destination: &LabHost, rules: &Rules, mut remedy: Remedy) -> Remedy {
        let to = LabHost { gic_v2: self.migration.to.gic_v2, ..destination.clone() };
        let clock = remedy.clock.unwrap_or(rules.clock);
        let rules = Rules { clock, ..rules.clone() };
        let migration = Migration { from: source.clone(), to, rules, bisect: false, ..self.migration.clone() };
        match attempt(&migration) {
            Ok(report) => {
                remedy.verdict = Some(report.verdict);
                let matters = report.findings.iter().filter(|finding| finding.effect != Effect::Nothing);
                remedy.remains = matters.map(|finding| finding.subject.clone()).collect();
            }
            // A guest that does not get there any more has not been helped.
            Err(error) => {
                remedy.verdict = Some(Verdict::Refused);
                remedy.remains = vec![error.to_string()];
            }
        }
        remedy
    }
}

/// The source's vCPU with what is written before its first run.
fn configured(host: &LabHost, rules: &Rules, capable: bool) -> Result<View, HostsError> {
    let mut view = View::new(host, capable)?;
    for &(id, value) in &rules.before_first_run {
        // What it refuses has been told when the move was made.
        let _ = view.set(id, value.into());
    }
    Ok(view)
}

const fn drop_pointer_auth(features: VcpuFeatures) -> VcpuFeatures {
    match features {
        VcpuFeatures::UsualAnd { sve, pmu, mte } | VcpuFeatures::Exactly { sve, pmu, mte, .. } => {
            VcpuFeatures::Exactly { sve, pointer_auth: false, pmu, mte }
        }
        VcpuFeatures::Usual => VcpuFeatures::NONE,
    }
}

impl Remedy {
    /// KVM_SET_ONE_REG calls, one a line, for the source before its first run.
    pub fn one_reg_lines(&self) -> Vec<String> {
        self.writes.iter().map(|(&id, &value)| templates::one_reg(id, value)).collect()
    }

    /// QEMU's command line, as far as released versions and the named-property proposal can say it.
    pub fn qemu(&self) -> Qemu {
        templates::qemu(&self.writes, &self.bits, self.vcpu)
    }

    /// A Firecracker CPU template.
    pub fn firecracker(&self) -> Value {
        templates::firecracker(&self.writes, &self.bits, self.vcpu)
    }

    /// What it needs besides.
    pub fn firecracker_notes(&self) -> Vec<String> {
        templates::firecracker_notes(&self.writes, self.vcpu)
    }

    /// For programs.
    pub fn to_json(&self) -> Value {
        let safe_to_miss: Vec<String> = self
            .tolerances
            .iter()
            .map(|tolerance| match tolerance {
                Tolerance::SafeToMiss { id } | Tolerance::UnderMask { id, .. } => format!("{id:#018x}"),
            })
            .collect();
        json!({
            "what": self.what,
            "kernel": self.kernel,
            "policy": self.policy.map(Policy::name),
            "one_reg": self.one_reg_lines(),
            "capability_239": self.writable_implementation,
            "targets": self.targets.iter().map(templates::target_json).collect::<Vec<_>>(),
            "safe_to_miss": safe_to_miss,
            "qemu": self.qemu().argument,
            "qemu_notes": self.qemu().notes,
            "firecracker": if self.writes.is_empty() { Value::Null } else { self.firecracker() },
            "firecracker_notes": self.firecracker_notes(),
            "verdict_with_it": self.verdict.map(Verdict::name),
            "remains": self.remains,
        })
    }
}
