//! `invar cpu diff`: two hosts or guest views, field by field. Says what differs and what that means; recommends nothing.

use std::collections::BTreeSet;
use std::fmt::Write;

use serde_json::{Value, json};
use sysregs::errata::{self, Implementation, Situation};
use sysregs::{IdValues, RegisterView, SysReg};

use super::Paint;
use super::consequence::{self, Consequence, Severity};
use super::cpu_show::announced;
use crate::hosts::{HostDescription, cache_name};

/// Errata work-arounds are those of the newest guest kernel in the table.
const GUEST_KERNEL: &str = "7.3";

/// One difference.
#[derive(Clone, Debug)]
pub struct Change {
    /// `REGISTER.FIELD`, `REGISTER`, `REGISTER[bit]` or `CCSIDR_EL1[n]`.
    pub name: String,
    pub a: String,
    pub b: String,
    /// Features that A announces and B does not, and the other way round.
    pub lost: Vec<String>,
    pub gained: Vec<String>,
    pub consequence: Consequence,
}

/// All differences.
#[derive(Clone, Debug)]
pub struct CpuDiff {
    pub titles: [String; 2],
    pub changes: Vec<Change>,
    /// Errata work-arounds of a Linux guest that B needs and A does not: lost when a running guest moves.
    pub errata_missed: Vec<&'static str>,
    /// Those that A needs and B does not.
    pub errata_spare: Vec<&'static str>,
}

/// Compares the first clusters, where the boot CPUs are.
pub fn diff(a: &HostDescription, b: &HostDescription) -> CpuDiff {
    let empty = IdValues::new();
    let [left, right] = [a, b].map(|host| host.clusters.first().map_or(&empty, |cluster| &cluster.ids));
    let mut changes = Vec::new();
    let registers: BTreeSet<SysReg> = left.registers().chain(right.registers()).map(|(register, _)| register).collect();
    for register in registers {
        register_changes(register, left, right, &mut changes);
    }
    let selectors: BTreeSet<u8> = left.caches().chain(right.caches()).map(|(csselr, _)| csselr).collect();
    for csselr in selectors {
        let (x, y) = (left.ccsidr(csselr), right.ccsidr(csselr));
        if x != y {
            let name = format!("CCSIDR_EL1[{csselr}] ({})", cache_name(csselr));
            changes.push(change(name, x, y, consequence::of_cache()));
        }
    }
    let [mine, theirs] = [left, right].map(workarounds);
    let errata_missed = theirs.difference(&mine).copied().collect();
    let errata_spare = mine.difference(&theirs).copied().collect();
    CpuDiff { titles: [a.title(), b.title()], changes, errata_missed, errata_spare }
}

fn workarounds(ids: &IdValues) -> BTreeSet<&'static str> {
    let Some(midr) = ids.midr() else { return BTreeSet::new() };
    let implementation = Implementation { midr, revidr: ids.revidr() };
    let needed = errata::workarounds(&[implementation], &Situation::guest(ids), GUEST_KERNEL).needed;
    needed.into_iter().filter(|capability| errata::scope(capability) == Some(errata::Scope::Guest)).collect()
}

fn hex(value: Option<u64>) -> String {
    value.map_or_else(|| "unknown".into(), |value| format!("{value:#x}"))
}

fn change(name: String, a: Option<u64>, b: Option<u64>, consequence: Consequence) -> Change {
    Change { name, a: hex(a), b: hex(b), lost: Vec::new(), gained: Vec::new(), consequence }
}

/// What differs in one register.
pub fn register_changes(register: SysReg, left: &IdValues, right: &IdValues, changes: &mut Vec<Change>) {
    let (a, b) = match (left.get(register), right.get(register)) {
        (Some(a), Some(b)) => (a, b),
        (a, b) => return changes.push(change(register.to_string(), a, b, consequence::of_unknown(left, register))),
    };
    if a == b {
        return;
    }
    if sysregs::fields_of(register).is_empty() {
        return changes.push(change(register.to_string(), Some(a), Some(b), consequence::of_register(register, a, b)));
    }
    for difference in RegisterView::new(register, a).differences(b) {
        changes.push(match difference {
            sysregs::Difference::Bit { bit, left, right } => {
                let consequence = Consequence::new(Severity::Notable, "a bit that no described field has");
                change(format!("{register}[{bit}]"), Some(left.into()), Some(right.into()), consequence)
            }
            sysregs::Difference::Field { field, left: x, right: y } => {
                let (here, there) = (announced(field, x, left), announced(field, y, right));
                let lost: Vec<String> = here.iter().filter(|feature| !there.contains(feature)).cloned().collect();
                let gained: Vec<String> = there.iter().filter(|feature| !here.contains(feature)).cloned().collect();
                let untold = consequence::without_tags(field, left);
                let consequence = untold.unwrap_or_else(|| consequence::of_field(field, x, y, &lost, &gained));
                let words = |value: i64| field.meaning(value).map_or_else(|| value.to_string(), |meaning| format!("{value} ({meaning})"));
                Change { name: field.to_string(), a: words(x), b: words(y), lost, gained, consequence }
            }
        });
    }
}

impl CpuDiff {
    /// How many differences are of that severity.
    pub fn count(&self, severity: Severity) -> usize {
        self.changes.iter().filter(|change| change.consequence.severity == severity).count()
    }

    /// For people.
    pub fn to_text(&self, paint: Paint) -> String {
        let [a, b] = &self.titles;
        let mut out = format!("{} {}\n{} {}\n\n", paint.red("A"), paint.bold(a), paint.green("B"), paint.bold(b));
        for change in &self.changes {
            let _ = writeln!(out, "{}: {} -> {}", paint.cyan(&change.name), paint.red(&change.a), paint.green(&change.b));
            if !change.lost.is_empty() {
                let _ = writeln!(out, "    {}", paint.red(format!("- {}", change.lost.join(" "))));
            }
            if !change.gained.is_empty() {
                let _ = writeln!(out, "    {}", paint.green(format!("+ {}", change.gained.join(" "))));
            }
            let Consequence { severity, text } = &change.consequence;
            let word = match severity {
                Severity::Harmless => paint.dim(severity.name()),
                Severity::Notable => paint.yellow(severity.name()),
                Severity::Breaks => paint.red(severity.name()),
            };
            let _ = writeln!(out, "    {word}: {text}");
        }
        for (list, what) in [
            (&self.errata_missed, "work-arounds that B needs and a guest booted on A has not"),
            (&self.errata_spare, "work-arounds that only A needs"),
        ] {
            if !list.is_empty() {
                let _ = writeln!(out, "{what} (Linux {GUEST_KERNEL}):\n    {}", list.join(" "));
            }
        }
        let _ = match self.changes.len() {
            0 => writeln!(out, "no difference"),
            count => writeln!(
                out,
                "\n{count} differences for a guest that goes from A to B: {} break, {} notable, {} harmless",
                self.count(Severity::Breaks),
                self.count(Severity::Notable),
                self.count(Severity::Harmless)
            ),
        };
        out
    }

    /// For programs.
    pub fn to_json(&self) -> Value {
        let row = |change: &Change| {
            json!({
                "name": change.name, "a": change.a, "b": change.b, "lost": change.lost, "gained": change.gained,
                "severity": change.consequence.severity.name(), "means": change.consequence.text,
            })
        };
        json!({
            "a": self.titles[0], "b": self.titles[1],
            "changes": self.changes.iter().map(row).collect::<Vec<_>>(),
            "errata": { "guest_kernel": GUEST_KERNEL, "missed": self.errata_missed, "spare": self.errata_spare },
        })
    }
}
