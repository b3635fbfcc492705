//! The largest ID file that every host of a fleet accepts, and the proof of it. Judges no single move.
//!
//! Field by field the hosts' values are combined by the rule by which KVM checks writes; what a host then refuses is searched for
//! among the values that a field can have; what contradicts itself (`sysregs::check`) is lowered until it does not.

use std::collections::BTreeMap;

use kvm::idregs::{OneReg, SVE_VECTOR_LENGTHS, kvm_rule};
use sysregs::{Contradiction, FeatureSet, IdField, IdValues, SafeRule, SysReg, fields_of};

use super::explain::{self, name_of};
use super::finding::Verdict;
use super::host::LabHost;
use super::policy::{Rules, VENDOR_HYP_BITMAP_2};
use super::proof::{Noticed, Proof, prove};
use super::shared::{gic_models, targets, vector_lengths};
use super::view::{Denied, View, id_of, register_of, vcpu};
use crate::hosts::{HostsError, VcpuFeatures};
use crate::report::templates::{self, Vcpu};

/// One host of the fleet.
#[derive(Clone, Debug)]
pub struct Member {
    pub host: LabHost,
    pub view: View,
}

/// What one host gives up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GivenUp {
    pub host: String,
    /// `REGISTER.FIELD own -> baseline`.
    pub fields: Vec<String>,
    pub features: Vec<String>,
}

/// A safe common ID file.
#[derive(Clone, Debug)]
pub struct Baseline {
    pub members: Vec<Member>,
    /// Every identification and firmware register, by id.
    pub values: BTreeMap<u64, u64>,
    /// vCPUs have pointer authentication where the host offers it.
    pub pointer_auth_dropped: bool,
    /// What was lowered for consistency alone.
    pub adjusted: Vec<String>,
    pub given_up: Vec<GivenUp>,
    /// Pairs of hosts between which the move was judged.
    pub proven: usize,
    /// What no host refuses and a guest would notice all the same.
    pub noticed: Vec<Noticed>,
    /// The rules under which it was, with the implementations that the guest must be told of.
    pub rules: Rules,
}

/// Why there is none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Obstacle {
    /// A register, or what else it is.
    pub subject: String,
    /// The fields to blame, where they are known.
    pub fields: Vec<&'static str>,
    /// Each host with its value.
    pub values: Vec<(String, String)>,
    pub why: String,
}

/// The answer for a fleet.
#[derive(Clone, Debug)]
pub enum Solution {
    Baseline(Box<Baseline>),
    None(Vec<Obstacle>),
}

/// Which moves a baseline is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moves {
    /// From every host to every other.
    All,
    /// From the first to the others.
    FromFirst,
}

/// Solves for these hosts under the rules of a policy.
///
/// # Errors
/// A host that is not known well enough.
pub fn solve(hosts: &[LabHost], rules: &Rules, moves: Moves) -> Result<Solution, HostsError> {
    let hosts: &[LabHost] = &hosts.iter().map(|host| host.under(rules)).collect::<Vec<_>>();
    let first = attempt(hosts, rules, moves, false)?;
    let usual = hosts.iter().any(|host| matches!(host.features, VcpuFeatures::Usual | VcpuFeatures::UsualAnd { .. }));
    match first {
        Solution::None(with) if usual => match attempt(hosts, rules, moves, true)? {
            Solution::None(without) => Ok(Solution::None(if without.len() < with.len() { without } else { with })),
            found => Ok(found),
        },
        Solution::Baseline(with) if usual && !with.noticed.is_empty() => match attempt(hosts, rules, moves, true)? {
            Solution::Baseline(without) if without.noticed.len() < with.noticed.len() => Ok(Solution::Baseline(without)),
            _ => Ok(Solution::Baseline(with)),
        },
        first => Ok(first),
    }
}

fn attempt(hosts: &[LabHost], rules: &Rules, moves: Moves, without_pointer_auth: bool) -> Result<Solution, HostsError> {
    let member = |host: &LabHost| {
        let features = if without_pointer_auth { plain(host.features) } else { host.features };
        let host = LabHost { features, ..host.clone() };
        Ok(Member { view: View::new(&host, rules.uses_writable_implementation())?, host })
    };
    let members = hosts.iter().map(member).collect::<Result<Vec<_>, HostsError>>()?;
    if let Some(obstacle) = gic_models(hosts) {
        return Ok(Solution::None(vec![obstacle]));
    }
    let mut solver = Solver { members: &members, values: BTreeMap::new(), obstacles: Vec::new(), adjusted: Vec::new() };
    solver.registers();
    if solver.obstacles.is_empty() {
        solver.consistent();
    }
    let Solver { mut values, mut obstacles, adjusted, .. } = solver;
    match vector_lengths(&members) {
        Ok(lengths) => values.extend(lengths.map(|lengths| (SVE_VECTOR_LENGTHS, lengths))),
        Err(obstacle) => obstacles.push(obstacle),
    }
    if !obstacles.is_empty() {
        return Ok(Solution::None(obstacles));
    }
    let rules = Rules { targets: targets(&members, rules), ..rules.clone() };
    if !rules.targets.is_empty() {
        values.insert(VENDOR_HYP_BITMAP_2, DISCOVER_IMPLEMENTATIONS);
    }
    let Proof { moves: proven, obstacles, noticed } = prove(&members, &values, &rules, moves);
    if !obstacles.is_empty() {
        return Ok(Solution::None(obstacles));
    }
    let given_up = hosts.iter().map(|host| given_up(host, &rules, &values)).collect::<Result<_, HostsError>>()?;
    Ok(Solution::Baseline(Box::new(Baseline {
        members,
        values,
        pointer_auth_dropped: without_pointer_auth,
        adjusted,
        given_up,
        proven,
        noticed,
        rules,
    })))
}

const PMCR_N_SHIFT: u32 = 11;

/// Both bits of KVM_REG_ARM_VENDOR_HYP_BMAP_2: DISCOVER_IMPL_VER and DISCOVER_IMPL_CPUS.
const DISCOVER_IMPLEMENTATIONS: u64 = 3;

const fn plain(features: VcpuFeatures) -> VcpuFeatures {
    match features {
        VcpuFeatures::Usual => VcpuFeatures::NONE,
        VcpuFeatures::UsualAnd { sve, pmu, mte } => VcpuFeatures::Exactly { sve, pointer_auth: false, pmu, mte },
        exactly => exactly,
    }
}

struct Solver<'a> {
    members: &'a [Member],
    values: BTreeMap<u64, u64>,
    obstacles: Vec<Obstacle>,
    adjusted: Vec<String>,
}

impl Solver<'_> {
    /// A value for each identification register that every host lists.
    fn registers(&mut self) {
        let Some(first) = self.members.first() else { return };
        for &(id, _) in first.view.registers() {
            let kind = first.view.names(id);
            let identifies = matches!(kind, Some(OneReg::Id(_) | OneReg::CacheSize(_) | OneReg::Firmware(_)));
            let mpidr = matches!(kind, Some(OneReg::Id(SysReg::MPIDR_EL1)));
            if !identifies || mpidr || !self.members.iter().all(|member| member.view.lists(id)) {
                continue;
            }
            match self.value(id, kind) {
                Ok(value) => {
                    self.values.insert(id, value);
                }
                Err(obstacle) => self.obstacles.push(obstacle),
            }
        }
        self.counters();
    }

    /// As many PMU counters as every host has: a host with fewer than it is told of refuses nothing and keeps its own number.
    fn counters(&mut self) {
        let numbers: Vec<u64> = self.members.iter().filter_map(|member| member.view.counters()).collect();
        let all = numbers.len() == self.members.len();
        if let (true, Some(&least)) = (all, numbers.iter().min())
            && numbers.iter().any(|number| *number != least)
        {
            self.values.insert(id_of(SysReg::PMCR_EL0), least << PMCR_N_SHIFT);
        }
    }

    fn own(&self, id: u64) -> Vec<u64> {
        self.members.iter().map(|member| member.view.get(id).unwrap_or_default() as u64).collect()
    }

    fn accepted(&self, id: u64, value: u64) -> Result<(), (String, Denied)> {
        let refuses = |member: &Member| member.view.clone().set(id, value.into()).err().map(|denied| (member.host.title(), denied));
        self.members.iter().find_map(refuses).map_or(Ok(()), Err)
    }

    fn value(&self, id: u64, kind: Option<OneReg>) -> Result<u64, Obstacle> {
        let own = self.own(id);
        let first = own.first().copied().unwrap_or_default();
        if own.iter().all(|value| *value == first) && self.accepted(id, first).is_ok() {
            return Ok(first);
        }
        let mut candidates = vec![match kind {
            Some(OneReg::Id(register)) => combine(register, &own),
            _ => own.iter().copied().min().unwrap_or_default(),
        }];
        candidates.extend(own.iter().copied());
        let refused = match candidates.iter().find(|value| self.accepted(id, **value).is_ok()) {
            Some(value) => return Ok(*value),
            None => candidates.first().map(|value| (*value, self.accepted(id, *value))),
        };
        if let (Some((value, _)), Some(OneReg::Id(register))) = (&refused, kind)
            && let Some(found) = self.search(id, register, *value)
        {
            return Ok(found);
        }
        Err(self.obstacle(id, &own, refused.and_then(|(_, result)| result.err()).as_ref()))
    }

    /// Field by field, the highest value with which every host accepts the register.
    fn search(&self, id: u64, register: SysReg, from: u64) -> Option<u64> {
        let mut value = from;
        for _ in 0..fields_of(register).len() {
            let Err((_, Denied::Refused(refusal))) = self.accepted(id, value) else { break };
            let field = *refusal.fields().first()?;
            value = self.other_values(id, field, value)?;
        }
        self.accepted(id, value).is_ok().then_some(value)
    }

    /// The register with another value of one field, which no host refuses for that field.
    fn other_values(&self, id: u64, field: &'static IdField, value: u64) -> Option<u64> {
        let limit = 1_i64 << field.width().min(6);
        let blames = |candidate: u64| match self.accepted(id, candidate) {
            Err((_, Denied::Refused(refusal))) => refusal.fields().contains(&field),
            _ => false,
        };
        (-1..limit)
            .rev()
            .filter(|number| field.holds(*number))
            .map(|number| field.insert(value, number))
            .find(|candidate| *candidate != value && !blames(*candidate))
    }

    fn obstacle(&self, id: u64, own: &[u64], refused: Option<&(String, Denied)>) -> Obstacle {
        let values = self.members.iter().zip(own).map(|(member, value)| (member.host.title(), format!("{value:#x}"))).collect();
        let (why, fields) = match refused {
            Some((host, denied)) => {
                let fields = match denied {
                    Denied::Refused(refusal) => refusal.fields().iter().map(|field| field.name).collect(),
                    Denied::Absent(_) | Denied::Lengths(_) => Vec::new(),
                };
                (format!("{host}: {} ({})", explain::rule(denied), denied.errno()), fields)
            }
            None => ("no value is accepted by all".into(), Vec::new()),
        };
        Obstacle { subject: name_of(id), fields, values, why }
    }

    /// Lowers what announces more than its requirements.
    fn consistent(&mut self) {
        let known = self.contradictions_of_members();
        for _ in 0..64 {
            let found = sysregs::check(&self.ids()).into_iter().find(|contradiction| !known.contains(&contradiction.to_string()));
            let Some(contradiction) = found else { return };
            if !self.resolve(&contradiction) {
                return self.obstacles.push(Obstacle {
                    subject: "dependencies".into(),
                    fields: Vec::new(),
                    values: Vec::new(),
                    why: contradiction.to_string(),
                });
            }
            self.adjusted.push(contradiction.to_string());
        }
    }

    /// What the hosts themselves show: not the baseline's fault.
    fn contradictions_of_members(&self) -> Vec<String> {
        self.members.iter().flat_map(|member| sysregs::check(&member.view.seen())).map(|found| found.to_string()).collect()
    }

    fn ids(&self) -> IdValues {
        ids_of(&self.values)
    }

    fn resolve(&mut self, contradiction: &Contradiction) -> bool {
        let lowered: Vec<(&'static IdField, i64)> = match *contradiction {
            Contradiction::Missing { feature, .. } => {
                feature.rule().iter().flat_map(|terms| terms.iter()).map(|term| (term.field, term.min - 1)).collect()
            }
            Contradiction::Disagree { fields, values: [a, b] } => fields.map(|field| (field, a.min(b))).to_vec(),
            Contradiction::Exclusive { fields, .. } => fields.iter().map(|field| (field, 0)).collect(),
            Contradiction::Reserved { field, value } => vec![(field, value - 1)],
        };
        let mut changed = false;
        for (field, value) in lowered.into_iter().filter(|(field, value)| field.holds(*value)) {
            let id = id_of(field.register);
            let Some(&old) = self.values.get(&id) else { continue };
            let new = field.insert(old, value);
            if new != old && self.accepted(id, new).is_ok() {
                self.values.insert(id, new);
                changed = true;
            }
        }
        changed
    }
}

/// The hosts' values, each field by its rule; bits without a rule are the first host's.
fn combine(register: SysReg, own: &[u64]) -> u64 {
    let first = own.first().copied().unwrap_or_default();
    own.iter().skip(1).fold(first, |so_far, &value| {
        fields_of(register)
            .iter()
            .filter(|field| kvm_rule(field) != SafeRule::Unlisted)
            .fold(so_far, |result, field| field.insert(result, kvm_rule(field).safe(field.extract(so_far), field.extract(value))))
    })
}

/// The identification registers among values by id.
pub fn ids_of(values: &BTreeMap<u64, u64>) -> IdValues {
    let mut ids = IdValues::new();
    for (&id, &value) in values {
        match register_of(id) {
            // It identifies nothing but the number of counters.
            Some(SysReg::PMCR_EL0) => {}
            Some(register) => ids.set(register, value),
            None if id & !0xff == kvm::idregs::CACHE_SIZES => ids.set_ccsidr(id as u8, value),
            None => {}
        }
    }
    ids
}

/// A vCPU of the member with the values written before its first run.
///
/// # Errors
/// The register that was refused.
pub fn configured(member: &Member, values: &BTreeMap<u64, u64>) -> Result<View, (u64, Denied)> {
    let mut view = member.view.clone();
    for (&id, &value) in values {
        view.set(id, value.into()).map_err(|denied| (id, denied))?;
    }
    Ok(view)
}

/// What a host shows of its own accord and the baseline does not.
fn given_up(host: &LabHost, rules: &Rules, values: &BTreeMap<u64, u64>) -> Result<GivenUp, HostsError> {
    let view = View::new(host, rules.uses_writable_implementation())?;
    let mut fields = Vec::new();
    for (&id, &value) in values {
        let own = view.get(id).unwrap_or_default() as u64;
        // To be told of implementations is nothing that anyone gives up.
        if own == value || id == VENDOR_HYP_BITMAP_2 {
            continue;
        }
        match register_of(id).filter(|register| !matches!(register, SysReg::MIDR_EL1 | SysReg::REVIDR_EL1 | SysReg::AIDR_EL1)) {
            Some(register) if !fields_of(register).is_empty() => {
                let pairs = explain::fields(register, own, value);
                fields.extend(pairs.into_iter().map(|pair| format!("{register}.{}: {} -> {}", pair.name, pair.source, pair.destination)));
            }
            _ if id == SVE_VECTOR_LENGTHS => {
                let [own, value] = [own, value].map(|lengths| templates::vector_lengths(lengths.into()));
                fields.push(format!("{}: {own} -> {value}", name_of(id)));
            }
            _ => fields.push(format!("{}: {own:#x} -> {value:#x}", name_of(id))),
        }
    }
    let (mine, left) = (FeatureSet::from_ids(&view.seen()), FeatureSet::from_ids(&ids_of(values)));
    let features = mine.difference(&left).map(|feature| feature.to_string()).collect();
    Ok(GivenUp { host: host.title(), fields, features })
}

/// What would let a fleet without a baseline have one: its hosts on the newest kernel, or all but one of them.
///
/// # Errors
/// A host that is not known well enough.
pub fn ways_out(hosts: &[LabHost], rules: &Rules) -> Result<Vec<String>, HostsError> {
    let exists = |hosts: &[LabHost]| {
        solve(hosts, rules, Moves::All).map(|found| matches!(found, Solution::Baseline(found) if found.noticed.is_empty()))
    };
    let mut ways = Vec::new();
    if let Some(newest) = kvm::personality::all().last() {
        let newer: Vec<LabHost> = hosts.iter().map(|host| host.with_kernel(newest)).collect();
        if hosts.iter().any(|host| host.kernel.name() != newest.name()) && exists(&newer)? {
            ways.push(format!("there is one when all hosts run {}", newest.name()));
        }
    }
    for (at, host) in hosts.iter().enumerate().filter(|_| hosts.len() > 2) {
        let others: Vec<LabHost> = hosts.iter().enumerate().filter(|(other, _)| *other != at).map(|(_, host)| host.clone()).collect();
        if exists(&others)? {
            ways.push(format!("there is one for the other hosts without {}", host.title()));
        }
    }
    Ok(ways)
}

impl Baseline {
    /// What becomes of a guest that has it and moves between the members.
    pub fn verdict(&self) -> Verdict {
        if self.noticed.is_empty() { Verdict::Migrates } else { Verdict::Changes }
    }

    /// KVM_CAP_ARM_WRITABLE_IMP_ID_REGS, without which nobody can write MIDR_EL1 and its like.
    pub fn needs_writable_implementation(&self) -> bool {
        templates::writes_implementation(&self.writes())
    }

    /// What the vCPUs were proven with.
    pub fn vcpu(&self) -> Vcpu {
        vcpu(&self.members.iter().map(|member| &member.view).collect::<Vec<_>>())
    }

    /// The writes that differ from some member's own value.
    pub fn writes(&self) -> BTreeMap<u64, u64> {
        let differs = |id: u64, value: u64| self.members.iter().any(|member| member.view.get(id) != Some(value.into()));
        self.values.iter().filter(|(id, value)| differs(**id, **value)).map(|(&id, &value)| (id, value)).collect()
    }

    /// Bits of a register in which a member's own value differs from the baseline, whole fields.
    pub fn changed_bits(&self, id: u64, value: u64) -> u64 {
        if id == id_of(SysReg::PMCR_EL0) {
            return 0x1f << PMCR_N_SHIFT;
        }
        let differing = self.members.iter().fold(0, |bits, member| bits | (member.view.get(id).unwrap_or_default() as u64 ^ value));
        let fields = register_of(id).map_or(&[][..], fields_of);
        fields.iter().filter(|field| field.mask() & differing != 0).fold(differing, |bits, field| bits | field.mask())
    }
}
