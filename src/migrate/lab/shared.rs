//! What a fleet must share besides ID fields: the interrupt controller, vector lengths, the list of implementations that a guest is
//! told of. Writes nothing and solves for no register.

use kvm::idregs::SVE_VECTOR_LENGTHS;
use sysregs::errata::Implementation;

use super::baseline::{Member, Obstacle};
use super::changes::implementation;
use super::explain::name_of;
use super::host::LabHost;
use super::policy::{Rules, VENDOR_HYP_BITMAP_2};
use crate::report::templates;

/// What the guest must be told of before it boots, so that it works around the errata of every member: where members are different
/// CPUs, and every kernel lets a VMM tell it.
pub fn targets(members: &[Member], rules: &Rules) -> Vec<Implementation> {
    let mut cpus: Vec<Implementation> = Vec::new();
    for cpu in members.iter().filter_map(|member| implementation(&member.view.cpu)) {
        if !cpus.contains(&cpu) {
            cpus.push(cpu);
        }
    }
    let can_be_told = rules.uses_writable_implementation() && members.iter().all(|member| member.view.lists(VENDOR_HYP_BITMAP_2));
    if rules.targets.is_empty() && cpus.len() > 1 && can_be_told { cpus } else { rules.targets.clone() }
}

/// A VM has the GIC that it has, on every host.
pub fn gic_models(hosts: &[LabHost]) -> Option<Obstacle> {
    let (v2, v3): (Vec<&LabHost>, Vec<&LabHost>) = hosts.iter().partition(|host| host.gic_v2);
    if v2.is_empty() || v3.is_empty() {
        return None;
    }
    let model = |host: &LabHost| if host.gic_v2 { "GICv2" } else { "GICv3" };
    Some(Obstacle {
        subject: "GICv2".into(),
        fields: Vec::new(),
        values: hosts.iter().map(|host| (host.title(), model(host).into())).collect(),
        why: "the interrupt controller is part of the machine's state, and goes to no host with another (KVM_CREATE_DEVICE, ENODEV)".into(),
    })
}

/// The vector lengths that every member takes, where they do not have the same: what a VMM writes before KVM_ARM_VCPU_FINALIZE.
///
/// # Errors
/// No set of lengths is accepted by all.
pub fn vector_lengths(members: &[Member]) -> Result<Option<u64>, Obstacle> {
    let sets: Vec<u128> = members.iter().filter_map(|member| member.view.get(SVE_VECTOR_LENGTHS)).collect();
    let common = sets.iter().fold(u128::MAX, |common, set| common & set);
    if sets.len() != members.len() || sets.iter().all(|set| *set == common) {
        return Ok(None);
    }
    // A host takes its lengths up to a longest one.
    let up_to = |n: u32| (2 << n) - 1;
    let longest = (0..16).rev().find(|&n| sets.iter().all(|set| set >> n & 1 != 0 && set & up_to(n) == common & up_to(n)));
    match longest {
        Some(n) => Ok(Some((common & up_to(n)) as u64)),
        None => Err(Obstacle {
            subject: name_of(SVE_VECTOR_LENGTHS),
            fields: Vec::new(),
            values: members.iter().zip(&sets).map(|(member, set)| (member.host.title(), templates::vector_lengths(*set))).collect(),
            why: "a host takes its vector lengths up to some longest one, and no such set is every host's".into(),
        }),
    }
}
