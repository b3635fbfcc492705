//! A fleet's matrix for a terminal: a sign a cell, which reads without colour. Decides nothing.

use std::collections::BTreeMap;
use std::fmt::Write;

use super::Paint;
use crate::migrate::lab::Verdict;
use crate::migrate::lab::plan::{Cell, Plan};

fn sign(cell: &Cell, paint: Paint) -> String {
    match cell.verdict {
        Some(verdict @ Verdict::Migrates) => paint.green(verdict.sign()),
        Some(verdict @ Verdict::Changes) => paint.yellow(verdict.sign()),
        Some(verdict @ Verdict::Refused) => paint.red(verdict.sign()),
        None => paint.dim('?'),
    }
}

/// Rows are sources, columns destinations in the same order.
pub fn plan_text(plan: &Plan, paint: Paint) -> String {
    let mut out = String::new();
    let digits = plan.hosts.len().saturating_sub(1).to_string().len();
    let width = plan.hosts.iter().map(|host| host.chars().count()).max().unwrap_or_default();
    // Writing to a String cannot fail.
    let _ = writeln!(out, "{} (policy {}); rows are sources, columns destinations", paint.bold("migration plan"), plan.policy);
    for place in (0..digits).rev() {
        let column = |number: usize| number.to_string().chars().rev().nth(place).unwrap_or(' ');
        let head: String = (0..plan.hosts.len()).map(column).collect();
        let _ = writeln!(out, "{:width$} {:digits$} {}", "", "", paint.dim(head));
    }
    for (number, (host, row)) in plan.hosts.iter().zip(&plan.cells).enumerate() {
        let signs: String = row.iter().map(|cell| sign(cell, paint)).collect();
        let _ = writeln!(out, "{host:width$} {number:digits$} {signs}");
    }
    let counted = [Some(Verdict::Migrates), Some(Verdict::Changes), Some(Verdict::Refused), None];
    let words = ["migrates", "migrates, but the guest changes", "refused", "too little known"];
    let legend: Vec<String> = counted
        .into_iter()
        .zip(words)
        .filter(|(verdict, _)| plan.count(*verdict) > 0)
        .map(|(verdict, word)| format!("{} {word} ({})", sign(&Cell { verdict, findings: Vec::new() }, paint), plan.count(verdict)))
        .collect();
    let _ = writeln!(out, "\n{}", legend.join("   "));
    for (host, why) in plan.hosts.iter().zip(&plan.unknown) {
        if let Some(why) = why {
            let _ = writeln!(out, "{} {host}: {why}", paint.dim('?'));
        }
    }
    culprits(&mut out, plan, paint);
    out
}

/// What stands in the way most often.
fn culprits(out: &mut String, plan: &Plan, paint: Paint) {
    let mut counts: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    for number in plan.cells.iter().flatten().flat_map(|cell| &cell.findings) {
        if let Some(finding) = plan.findings.get(*number as usize) {
            *counts.entry((finding.kind.name(), finding.subject.as_str())).or_default() += 1;
        }
    }
    let mut sorted: Vec<_> = counts.into_iter().collect();
    sorted.sort_by_key(|((kind, subject), count)| (std::cmp::Reverse(*count), *kind, *subject));
    if sorted.is_empty() {
        return;
    }
    let _ = writeln!(out, "\n{}", paint.bold("most frequent findings"));
    for ((kind, subject), count) in sorted.into_iter().take(12) {
        let _ = writeln!(out, "{count:>6}  {kind} {}", paint.cyan(subject));
    }
}
