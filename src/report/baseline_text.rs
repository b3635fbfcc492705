//! A fleet's baseline, or why there is none, for a terminal and as JSON; and as a host file. Decides nothing.

use std::collections::BTreeMap;
use std::fmt::Write;

use kvm::idregs::SVE_VECTOR_LENGTHS;
use serde_json::{Value, json};

use super::{Paint, templates};
use crate::migrate::lab::baseline::{Baseline, Obstacle, ids_of};
use crate::migrate::lab::name_of;

/// For people.
pub fn baseline_text(baseline: &Baseline, restored: usize, paint: Paint) -> String {
    let mut out = String::new();
    // Writing to a String cannot fail.
    let headline = match baseline.noticed.len() {
        0 => paint.bold(paint.green("A SAFE BASELINE EXISTS")),
        _ => paint.bold(paint.yellow("THERE IS A BASELINE THAT NOBODY REFUSES, BUT IT IS NOT SAFE: THE GUEST WOULD NOTICE")),
    };
    let _ = writeln!(out, "{headline}");
    let hosts = baseline.members.len();
    let _ = writeln!(out, "proven by {} moves between {hosts} hosts by KVM's rules, none refused;", baseline.proven);
    let _ = writeln!(out, "a guest with it was restored on each of them through KVM's ioctls ({restored} moves)");
    if baseline.pointer_auth_dropped {
        let _ = writeln!(out, "{}", paint.yellow("vCPUs are created without pointer authentication: not every host can keep its keys"));
    }
    for adjusted in &baseline.adjusted {
        let _ = writeln!(out, "lowered for consistency: {adjusted}");
    }
    noticed(&mut out, baseline, paint);
    let writes = baseline.writes();
    if writes.is_empty() {
        let _ = writeln!(out, "nothing has to be written: the hosts show the same already");
    }
    if !writes.is_empty() {
        let _ = writeln!(out, "\n{}", paint.bold("before a guest first runs"));
    }
    if baseline.needs_writable_implementation() {
        let _ = writeln!(out, "  KVM_ENABLE_CAP 239 (KVM_CAP_ARM_WRITABLE_IMP_ID_REGS) on every host's VM, before KVM_CREATE_VCPU");
    }
    for (id, value) in &writes {
        let _ = writeln!(out, "  {}", templates::one_reg(*id, *value));
    }
    if !baseline.rules.targets.is_empty() {
        let _ = writeln!(out, "  {}", templates::DISCOVER);
        for target in &baseline.rules.targets {
            let _ = writeln!(out, "    {}", templates::target(target));
        }
    }
    for given_up in &baseline.given_up {
        let _ = writeln!(out, "\n{} gives up", paint.bold(&given_up.host));
        for field in &given_up.fields {
            let _ = writeln!(out, "  {field}");
        }
        if !given_up.features.is_empty() {
            let _ = writeln!(out, "  {}", paint.yellow(given_up.features.join(" ")));
        }
        if given_up.fields.is_empty() {
            let _ = writeln!(out, "  nothing");
        }
    }
    if !writes.is_empty() {
        let _ = writeln!(out, "\n{}", paint.bold("to paste"));
        let qemu = baseline_qemu(baseline);
        let _ = writeln!(out, "  QEMU         {}", qemu.argument);
        for note in qemu.notes {
            let _ = writeln!(out, "               {note}");
        }
        let _ = writeln!(out, "  Firecracker  {}", baseline_firecracker(baseline));
        for note in baseline_firecracker_notes(baseline) {
            let _ = writeln!(out, "               {note}");
        }
        let _ = writeln!(out, "{}", paint.dim("each alone, and a host file for `invar cpu`: --format qemu, firecracker, model"));
    }
    out
}

/// What is accepted and changes the guest all the same.
fn noticed(out: &mut String, baseline: &Baseline, paint: Paint) {
    for noticed in &baseline.noticed {
        let finding = &noticed.finding;
        let _ = writeln!(out, "\n{}", paint.yellow(format!("~ accepted, but the guest would notice: {}", finding.label())));
        if !finding.source.is_empty() || !finding.destination.is_empty() {
            let _ = writeln!(out, "    source {}   destination {}", finding.source, finding.destination);
        }
        for text in [&finding.notices, &finding.rule].into_iter().filter(|text| !text.is_empty()) {
            let _ = writeln!(out, "    {text}");
        }
        let _ = writeln!(out, "    {}", noticed.moves.join("; "));
    }
}

/// Why there is none.
pub fn obstacles_text(obstacles: &[Obstacle], ways: &[String], paint: Paint) -> String {
    let mut out = format!("{}\n", paint.bold(paint.red("THERE IS NO SAFE BASELINE")));
    for obstacle in obstacles {
        let fields = if obstacle.fields.is_empty() { String::new() } else { format!("  {}", obstacle.fields.join(", ")) };
        let _ = writeln!(out, "\n{}{fields}", paint.red(&obstacle.subject));
        let _ = writeln!(out, "    {}", obstacle.why);
        for (host, value) in &obstacle.values {
            let _ = writeln!(out, "    {value} on {host}");
        }
    }
    out.push('\n');
    if ways.is_empty() {
        let _ = writeln!(out, "a newer kernel does not help, nor does leaving out one host");
    }
    for way in ways {
        let _ = writeln!(out, "{}", paint.green(way));
    }
    out
}

/// The bits that matter of each write.
fn bits(baseline: &Baseline) -> BTreeMap<u64, u64> {
    baseline.writes().iter().map(|(&id, &value)| (id, baseline.changed_bits(id, value))).collect()
}

/// QEMU's `-cpu` argument.
pub fn baseline_qemu(baseline: &Baseline) -> templates::Qemu {
    templates::qemu(&baseline.writes(), &bits(baseline), baseline.vcpu())
}

/// Firecracker's custom CPU template.
pub fn baseline_firecracker(baseline: &Baseline) -> Value {
    templates::firecracker(&baseline.writes(), &bits(baseline), baseline.vcpu())
}

/// What it needs besides.
pub fn baseline_firecracker_notes(baseline: &Baseline) -> Vec<String> {
    templates::firecracker_notes(&baseline.writes(), baseline.vcpu())
}

/// A host file with every identification register of the baseline.
pub fn baseline_model(baseline: &Baseline) -> String {
    let hosts: Vec<String> = baseline.members.iter().map(|member| member.host.title()).collect();
    let mut out = String::from("# What a guest is shown on every one of these hosts; a host file for `invar cpu`.\nname = \"baseline\"\n");
    if let Some(&lengths) = baseline.values.get(&SVE_VECTOR_LENGTHS) {
        let _ = writeln!(out, "vector-lengths = {:?}", templates::vector_bits(lengths.into()));
    }
    let _ = writeln!(out, "\n[about]\nhosts = {:?}\n\n[set]", hosts.join(", "));
    for (name, value) in ids_of(&baseline.values).texts() {
        let _ = writeln!(out, "{name:?} = {value:?}");
    }
    out
}

/// For programs.
pub fn baseline_json(baseline: &Baseline, restored: usize) -> Value {
    let value =
        |(id, value): (&u64, &u64)| json!({ "register": name_of(*id), "id": format!("{id:#018x}"), "value": format!("{value:#018x}") });
    let given_up: Vec<Value> = baseline
        .given_up
        .iter()
        .map(|given_up| json!({ "host": given_up.host, "fields": given_up.fields, "features": given_up.features }))
        .collect();
    let noticed: Vec<Value> =
        baseline.noticed.iter().map(|noticed| json!({ "finding": noticed.finding.to_json(), "moves": noticed.moves })).collect();
    json!({
        "exists": true,
        "verdict": baseline.verdict().name(),
        "exit_status": baseline.verdict().status(),
        "noticed": noticed,
        "capability_239": baseline.needs_writable_implementation(),
        "targets": baseline.rules.targets.iter().map(templates::target_json).collect::<Vec<_>>(),
        "moves_proven": baseline.proven,
        "moves_restored": restored,
        "without_pointer_authentication": baseline.pointer_auth_dropped,
        "adjusted": baseline.adjusted,
        "values": baseline.values.iter().map(value).collect::<Vec<_>>(),
        "writes": baseline.writes().iter().map(value).collect::<Vec<_>>(),
        "given_up": given_up,
        "firecracker": baseline_firecracker(baseline),
        "firecracker_notes": baseline_firecracker_notes(baseline),
        "qemu": baseline_qemu(baseline).argument,
        "qemu_notes": baseline_qemu(baseline).notes,
    })
}

/// For programs.
pub fn obstacles_json(obstacles: &[Obstacle], ways: &[String]) -> Value {
    let row = |obstacle: &Obstacle| {
        let values: Vec<Value> = obstacle.values.iter().map(|(host, value)| json!({ "host": host, "value": value })).collect();
        json!({ "subject": obstacle.subject, "fields": obstacle.fields, "why": obstacle.why, "values": values })
    };
    json!({ "exists": false, "obstacles": obstacles.iter().map(row).collect::<Vec<_>>(), "ways_out": ways })
}
