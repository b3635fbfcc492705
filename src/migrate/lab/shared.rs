//! What a fleet must share besides ID fields: the interrupt controller, vector lengths, the list of implementations that a guest is
//! told of. Writes nothing and solves for no register.

use kvm::idregs::SVE_VECTOR_LENGTHS;
use sysregs::errata::Implementation;

use super::baseline::{Member, Obstacle};
use super::changes::implementation;
use super::explain::name_of;
use super::host::LabHost;
use super::policy::{Rules, VENDOR_HYP_BITMAP_2};
use super::view::lengths;

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

/// Lengths are chosen before KVM_ARM_VCPU_FINALIZE, before which nothing is written here.
pub fn vector_lengths(members: &[Member]) -> Option<Obstacle> {
    let sets: Vec<u128> = members.iter().filter_map(|member| member.view.get(SVE_VECTOR_LENGTHS)).collect();
    let common = sets.iter().fold(u128::MAX, |common, set| common & set);
    if sets.len() != members.len() || sets.iter().all(|set| *set == common) {
        return None;
    }
    // A host takes its lengths up to a longest one.
    let longest = (0..16).rev().find(|n| sets.iter().all(|set| set >> n & 1 != 0 && set & ((2 << n) - 1) == common & ((2 << n) - 1)));
    let way = longest.map_or_else(
        || "no set of lengths is accepted by all".into(),
        |n: u32| {
            let set = common & ((2 << n) - 1);
            format!(
                "all accept {set:#x} ({}) when a VMM writes it before KVM_ARM_VCPU_FINALIZE (QEMU: sve128=on,sve256=off and so on), which is not tried here",
                lengths(set)
            )
        },
    );
    Some(Obstacle {
        subject: name_of(SVE_VECTOR_LENGTHS),
        fields: Vec::new(),
        values: members.iter().zip(&sets).map(|(member, set)| (member.host.title(), lengths(*set))).collect(),
        why: format!("a guest that found the longer vectors goes to no host without them; {way}"),
    })
}
