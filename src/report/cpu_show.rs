//! `invar cpu list` and `show`: ID registers decoded to fields, meanings and features. Compares nothing.

use std::fmt::Write;

use serde_json::{Map, Value, json};
use sysregs::models::{self, ModelKind};
use sysregs::{Feature, FeatureSet, IdField, IdValues, RegisterView, SysReg, fields_of};

use super::Paint;
use crate::hosts::{Cluster, Geometry, HostDescription, cache_name, unknown};

/// The features that a field's value announces, where nothing known speaks against them.
pub(super) fn announced(field: &IdField, value: i64, ids: &IdValues) -> Vec<String> {
    field.features(value).filter(|feature| feature.known(ids) != Some(false)).map(|feature| feature.to_string()).collect()
}

/// What a value of a field means, in words; empty where the number is all there is.
fn meaning(field: &IdField, value: i64, ids: &IdValues) -> String {
    let mut words: Vec<String> = field.meaning(value).map(Into::into).into_iter().collect();
    let features = announced(field, value, ids);
    if !features.is_empty() {
        words.push(features.join(" "));
    }
    if !field.note.is_empty() && words.is_empty() {
        words.push(format!("({})", field.note));
    }
    words.join("; ")
}

fn bits(field: &IdField) -> String {
    if field.msb == field.lsb { field.msb.to_string() } else { format!("{}:{}", field.msb, field.lsb) }
}

/// Every register with its fields. Registers that have no described field and read zero are left out.
pub fn show_text(host: &HostDescription, paint: Paint) -> String {
    let mut out = format!("{}\n", paint.bold(host.title()));
    for note in host.notes() {
        let _ = writeln!(out, "  {}", paint.dim(note));
    }
    for cluster in &host.clusters {
        if host.clusters.len() > 1 {
            let _ = writeln!(out, "\n{}", paint.bold(format!("cluster {}", cluster.name)));
        }
        registers(&mut out, cluster, paint);
    }
    out
}

fn registers(out: &mut String, cluster: &Cluster, paint: Paint) {
    let ids = &cluster.ids;
    for (register, value) in ids.registers() {
        if value == 0 && fields_of(register).is_empty() {
            continue;
        }
        let view = RegisterView::new(register, value);
        let _ = writeln!(out, "\n{} = {value:#018x}", paint.cyan(register));
        for (field, value) in view.fields() {
            let line = format!("  {:<14} {:>6}  {value:>4}  {}", field.name, bits(field), meaning(field, value, ids));
            let line = line.trim_end();
            let _ = writeln!(out, "{}", if field.bits(view.value) == 0 { paint.dim(line) } else { line.to_string() });
        }
        let strays: Vec<String> = view.stray_bits().iter().map(u8::to_string).collect();
        if !strays.is_empty() && !fields_of(register).is_empty() {
            let _ = writeln!(out, "  {}", paint.yellow(format!("set bits without a name: {}", strays.join(" "))));
        }
    }
    if ids.caches().next().is_some() {
        let _ = writeln!(out, "\n{}", paint.cyan("caches (CCSIDR_EL1 by CSSELR_EL1)"));
    }
    for (csselr, ccsidr) in ids.caches() {
        let _ = writeln!(out, "  [{csselr:>2}] {ccsidr:#018x}  {}", cache(csselr, ccsidr, ids));
    }
    let features: Vec<String> = FeatureSet::from_ids(ids).iter().filter(|f| *f != Feature::Base).map(|f| f.name().into()).collect();
    let _ = writeln!(out, "\n{}\n  {}", paint.cyan(format!("{} features (FEAT_…)", features.len())), paint.green(features.join(" ")));
    let missing: Vec<String> = unknown(ids).iter().map(SysReg::to_string).collect();
    if !missing.is_empty() {
        let _ = writeln!(out, "\n{}\n  {}", paint.cyan("unknown"), paint.yellow(missing.join(" ")));
    }
}

fn cache(csselr: u8, ccsidr: u64, ids: &IdValues) -> String {
    let name = cache_name(csselr);
    let Some(geometry) = Geometry::decode(ids, ccsidr) else { return format!("{name}: format unknown") };
    let Geometry { sets, ways, line } = geometry;
    let there = ids.clidr().map(|clidr| clidr >> (3 * (csselr >> 1 & 7)) & 7);
    let absent = there.is_some_and(|kind| match csselr & 1 {
        0 => kind < 2,
        _ => kind != 1 && kind != 3,
    });
    let note = if absent { " (no such cache in CLIDR_EL1)" } else { "" };
    format!("{name}: {} KiB, {sets} sets, {ways} ways, lines of {line} bytes{note}", geometry.size() as f64 / 1024.0)
}

/// The same as JSON.
pub fn show_json(host: &HostDescription) -> Value {
    let clusters: Vec<Value> = host.clusters.iter().map(cluster_json).collect();
    json!({ "name": host.name, "title": host.title(), "notes": host.notes(), "clusters": clusters })
}

fn cluster_json(cluster: &Cluster) -> Value {
    let ids = &cluster.ids;
    let registers: Map<String, Value> =
        ids.registers().map(|(register, value)| (register.to_string(), register_json(register, value, ids))).collect();
    let caches: Map<String, Value> = ids.caches().map(|(csselr, ccsidr)| (csselr.to_string(), cache_json(csselr, ccsidr, ids))).collect();
    let features: Vec<String> = FeatureSet::from_ids(ids).iter().filter(|f| *f != Feature::Base).map(|f| f.to_string()).collect();
    let missing: Vec<String> = unknown(ids).iter().map(SysReg::to_string).collect();
    json!({ "name": cluster.name, "registers": registers, "caches": caches, "features": features, "unknown": missing })
}

fn register_json(register: SysReg, value: u64, ids: &IdValues) -> Value {
    let view = RegisterView::new(register, value);
    let field = |(field, value): (&'static IdField, i64)| {
        let features = announced(field, value, ids);
        let row = json!({ "msb": field.msb, "lsb": field.lsb, "value": value, "meaning": field.meaning(value), "features": features });
        (field.name.to_string(), row)
    };
    let fields: Map<String, Value> = view.fields().map(field).collect();
    json!({ "value": format!("{value:#018x}"), "fields": fields, "stray_bits": view.stray_bits() })
}

fn cache_json(csselr: u8, ccsidr: u64, ids: &IdValues) -> Value {
    let geometry = Geometry::decode(ids, ccsidr)
        .map(|geometry| json!({ "sets": geometry.sets, "ways": geometry.ways, "line": geometry.line, "size": geometry.size() }));
    json!({ "cache": cache_name(csselr), "value": format!("{ccsidr:#018x}"), "geometry": geometry })
}

const fn kind(kind: ModelKind) -> &'static str {
    match kind {
        ModelKind::Emulator => "emulator's model",
        ModelKind::GuestView => "silicon, seen by a guest",
        ModelKind::Derived => "public facts",
    }
}

fn midr(ids: &IdValues) -> String {
    ids.midr().map_or_else(|| "unknown".into(), |midr| format!("{midr:#010x}"))
}

/// The models, one a line.
pub fn list_text(paint: Paint) -> String {
    let mut out = String::new();
    for model in models::all() {
        let missing = match model.missing().len() {
            0 => String::new(),
            1 => "1 register unknown".into(),
            count => format!("{count} registers unknown"),
        };
        let name = paint.bold(format!("{:<22}", model.name));
        let line = format!("{name} MIDR {:<10}  {:<25} {}", midr(&model.ids()), kind(model.kind), paint.yellow(missing));
        let _ = writeln!(out, "{}", line.trim_end());
    }
    out
}

/// The models with source and what is missing.
pub fn list_json() -> Value {
    let row = |model: &models::HostModel| {
        let missing: Vec<String> = model.missing().iter().map(SysReg::to_string).collect();
        let (kind, midr, source) = (kind(model.kind), model.ids().midr().map(|midr| format!("{midr:#010x}")), model.source());
        json!({ "name": model.name, "midr": midr, "kind": kind, "source": source, "missing": missing, "sve_lengths": model.sve_lengths })
    };
    models::all().iter().map(row).collect()
}
