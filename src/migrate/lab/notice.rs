//! What became of the guest after the move: what the embedded guest told, what was seen of any other. Runs nothing.

use std::collections::BTreeMap;

use emu::insn::decode;
use kvm::VcpuFd;
use sysregs::SysReg;

use super::changes::other_counters;
use super::finding::{Effect, Finding, Kind};
use super::observe::Observer;
use super::side::ending;
use super::told::Told;
use super::view::{View, counters_of};
use crate::machine::Running;
use crate::migrate::VcpuState;
use crate::report::Severity;

/// A guest that did not go on as it should.
pub fn ended(after: &Running) -> Finding {
    let mut finding = Finding::new(Kind::Guest, Effect::Changes, "the guest");
    finding.severity = Severity::Breaks;
    finding.notices = format!("it does not go on as it should: {}", ending(after));
    finding
}

/// What the embedded guest told, as far as the rules have not foretold it.
pub fn noticed(told: &Told, source: &View, known: &[Finding]) -> Vec<Finding> {
    let mut found = Vec::new();
    let foretold = |subject: &str| known.iter().any(|finding| finding.subject == subject);
    for (register, before, after) in &told.registers {
        if !foretold(register.name()) {
            let text = |value: Option<u64>| value.map_or_else(|| "UNDEFINED".into(), |value| format!("{value:#x}"));
            let mut finding = Finding::new(Kind::ReadsDifferently, Effect::Changes, register.name());
            (finding.source, finding.destination) = (text(*before), text(*after));
            finding.notices = "the guest read it before and after the move".into();
            found.push(finding);
        }
    }
    for (feature, uses) in &told.undefined {
        found.push(undefined_use(&feature.to_string(), *uses));
    }
    if let Some((pointer, result)) = told.signature {
        let mut finding = Finding::new(Kind::PointerAuth, Effect::Changes, "AUTIA");
        (finding.source, finding.destination) = (format!("{pointer:#x}"), format!("{result:#x}"));
        finding.severity = Severity::Breaks;
        finding.notices = "a pointer that was signed before the move does not authenticate after it".into();
        found.push(finding);
    }
    for capability in told.errata.iter().filter(|capability| !foretold(capability)) {
        let mut finding = Finding::new(Kind::Erratum, Effect::Changes, *capability);
        finding.notices = "the guest matched its tables again: needed now, and not enabled at boot".into();
        finding.severity = Severity::Breaks;
        found.push(finding);
    }
    for cpu in &told.stopped {
        let mut finding = Finding::new(Kind::Guest, Effect::Changes, format!("vCPU {cpu}"));
        finding.severity = Severity::Breaks;
        finding.notices = "it ran before the move and does not run after it".into();
        found.push(finding);
    }
    if let Some((before, after)) = told.counter {
        found.extend(jumped(before, after, source.guest_reads(SysReg::CNTFRQ_EL0)));
    }
    found
}

/// A register of a vCPU's state.
fn sent_value(state: &VcpuState, id: u64) -> Option<u64> {
    state.register(id)?.number()
}

/// Masks of a PMU that counts, of which no write was refused, and that are not what was written, before the guest goes on: each of them
/// once. Where it does not count nobody has set them yet.
pub fn lost_masks(sent: &[VcpuState], there: &[VcpuFd]) -> Vec<Finding> {
    const ENABLE: u64 = 1;
    let counts = |state: &VcpuState| sent_value(state, SysReg::PMCR_EL0.encoding().kvm_id()).is_some_and(|pmcr| pmcr & ENABLE != 0);
    let lost = |id: u64| {
        sent.iter().zip(there).filter(|(state, _)| counts(state)).find_map(|(state, vcpu)| {
            let before = sent_value(state, id)?;
            let after = vcpu.get_reg_u64(id).ok()?;
            (before != after).then_some((before, after))
        })
    };
    let masks = [SysReg::PMCNTENSET_EL0, SysReg::PMINTENSET_EL1, SysReg::PMOVSSET_EL0];
    let found = masks.into_iter().filter_map(|mask| Some((mask, lost(mask.encoding().kvm_id())?)));
    found.map(|(mask, (before, after))| lost_mask(mask, before, after)).collect()
}

/// PMCR_EL0.N as it was written and as it is there.
pub fn lost_counters(sent: &[VcpuState], there: &[VcpuFd]) -> Option<Finding> {
    let id = SysReg::PMCR_EL0.encoding().kvm_id();
    sent.iter()
        .zip(there)
        .find_map(|(state, vcpu)| other_counters(counters_of(sent_value(state, id)?), counters_of(vcpu.get_reg_u64(id).ok()?)))
}

fn lost_mask(mask: SysReg, before: u64, after: u64) -> Finding {
    let mut finding = Finding::new(Kind::ReadsDifferently, Effect::Changes, mask.name());
    finding.id = Some(mask.encoding().kvm_id());
    (finding.source, finding.destination) = (format!("{before:#x}"), format!("{after:#x}"));
    finding.severity = Severity::Breaks;
    finding.rule = "KVM_SET_ONE_REG of a mask by one name sets bits only, by the other clears them only (`set_pmreg`): in the order of \
                    KVM_GET_REG_LIST what the first wrote does not stay. Writing all ones to the name that clears, then the value to the name \
                    that sets, restores it on every kernel"
        .into();
    finding.kernels = "6.8 to 6.14".into();
    finding.notices = "counters of the PMU stop, start or interrupt otherwise than the guest set them".into();
    finding
}

fn undefined_use(feature: &str, uses: u64) -> Finding {
    let mut finding = Finding::new(Kind::Undefined, Effect::Changes, feature);
    finding.severity = Severity::Breaks;
    finding.source = format!("used {uses} times before the move");
    finding.destination = "UNDEFINED".into();
    finding.notices = format!("the guest takes an exception where it uses {feature}");
    finding
}

/// More than a tenth of a second of the guest's time, or backwards.
fn jumped(before: u64, after: u64, frequency: Option<u64>) -> Option<Finding> {
    let allowed = frequency.unwrap_or(u64::MAX) / 10;
    if after >= before && after - before <= allowed {
        return None;
    }
    let mut finding = Finding::new(Kind::Clock, Effect::Changes, "CNTVCT_EL0");
    (finding.source, finding.destination) = (format!("{before}"), format!("{after}"));
    finding.severity = Severity::Breaks;
    finding.notices = if after < before { "the guest's time went backwards".into() } else { "the guest's time jumped ahead".into() };
    Some(finding)
}

/// Instructions of features that the guest used before and that were UNDEFINED after the move.
pub fn undefined([before, after]: [&Observer; 2], vcpus: &[VcpuFd]) -> Vec<Finding> {
    let uses = before.with(|seen| seen.uses.clone());
    let places: Vec<(usize, u64)> = after.with(|seen| seen.undefined.keys().copied().collect());
    let mut features = BTreeMap::new();
    for (vcpu, address) in places {
        let decoded = vcpus.get(vcpu).and_then(|vcpu| word_at(vcpu, address)).and_then(|word| decode::decode(word, address));
        if let Some(insn) = decoded
            && let Some(count) = uses.get(&insn.op.row().feature)
        {
            features.insert(insn.op.row().feature, *count);
        }
    }
    features.into_iter().map(|(feature, count)| undefined_use(&feature.to_string(), count)).collect()
}

/// The instruction word at a virtual address of the guest's.
fn word_at(vcpu: &VcpuFd, address: u64) -> Option<u32> {
    let mut bytes = [0; 4];
    vcpu.read_virtual(address, &mut bytes).ok().map(|()| u32::from_le_bytes(bytes))
}
