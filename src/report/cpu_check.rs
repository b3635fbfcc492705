//! `invar cpu check`: contradictions within ID values. Repairs nothing.

use std::fmt::Write;

use serde_json::{Value, json};
use sysregs::Contradiction;

use super::Paint;
use crate::hosts::HostDescription;

/// Each contradiction with the cluster it is in.
pub fn contradictions(host: &HostDescription) -> Vec<(String, Contradiction)> {
    let of_cluster = |cluster: &crate::hosts::Cluster| {
        let name = cluster.name.clone();
        sysregs::check(&cluster.ids).into_iter().map(move |found| (name.clone(), found)).collect::<Vec<_>>()
    };
    host.clusters.iter().flat_map(of_cluster).collect()
}

/// For people.
pub fn check_text(subject: &str, found: &[(String, Contradiction)], paint: Paint) -> String {
    if found.is_empty() {
        return format!("{subject}: {}\n", paint.green("no contradiction"));
    }
    let mut out = String::new();
    for (cluster, contradiction) in found {
        let _ = writeln!(out, "{}: {contradiction}", paint.red(cluster));
        let fields: Vec<String> = contradiction.fields().iter().map(ToString::to_string).collect();
        let _ = writeln!(out, "    {}", paint.dim(fields.join(" ")));
    }
    let plural = if found.len() == 1 { "" } else { "s" };
    let _ = writeln!(out, "{subject}: {} contradiction{plural}", found.len());
    out
}

/// For programs.
pub fn check_json(found: &[(String, Contradiction)]) -> Value {
    let row = |(cluster, contradiction): &(String, Contradiction)| {
        let fields: Vec<String> = contradiction.fields().iter().map(ToString::to_string).collect();
        json!({ "cluster": cluster, "says": contradiction.to_string(), "fields": fields })
    };
    found.iter().map(row).collect()
}
