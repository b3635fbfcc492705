//! A move's verdict, findings and remedies for a terminal, and as JSON. Decides nothing.

use std::fmt::Write;

use serde_json::{Value, json};

use super::{Paint, Severity, parting_json, parting_text, templates};
use crate::migrate::lab::{Check, Effect, Finding, Kind, Remedy, Report, Scenario, Tolerance, Verdict, name_of};

/// Lines are broken here.
const WIDTH: usize = 110;

/// For people: the verdict first. Findings without effect are counted, and shown when `all`.
pub fn migrate_text(report: &Report, all: bool, paint: Paint) -> String {
    let mut out = String::new();
    // Writing to a String cannot fail.
    let _ = write_head(&mut out, report, paint);
    let worth = |finding: &&Finding| all || finding.effect != Effect::Nothing || finding.kind == Kind::Replaced;
    let shown: Vec<&Finding> = report.findings.iter().filter(worth).collect();
    for group in shown.chunk_by(|a, b| alike(a, b)) {
        let _ = write_group(&mut out, group, paint);
    }
    let hidden = report.findings.len() - shown.len();
    if hidden > 0 {
        let plural = if hidden == 1 { "" } else { "s" };
        let _ = writeln!(out, "\n{}", paint.dim(format!("{hidden} more difference{plural} without effect; --all shows them")));
    }
    if let Some(parting) = &report.parting {
        out.push_str(&parting_text(parting, paint));
    }
    for (number, remedy) in report.remedies.iter().enumerate() {
        let _ = write_remedy(&mut out, remedy, number + 1, paint);
    }
    if report.verdict != Verdict::Migrates && report.remedies.is_empty() {
        let _ = writeln!(
            out,
            "\n{}",
            paint.yellow(if report.findings.iter().any(|finding| finding.effect != Effect::Nothing && finding.id.is_some()) {
                "no remedy is known: no common ID file, implementation list or kernel makes this move pass"
            } else {
                "no remedy is known"
            })
        );
        for obstacle in &report.obstacles {
            let _ = wrapped(&mut out, "-", &format!("{}: {}", obstacle.subject, obstacle.why));
        }
    }
    out
}

fn painted(verdict: Verdict, paint: Paint, text: &str) -> String {
    match verdict {
        Verdict::Migrates => paint.green(text),
        Verdict::Changes => paint.yellow(text),
        Verdict::Refused => paint.red(text),
    }
}

fn write_head(out: &mut String, report: &Report, paint: Paint) -> std::fmt::Result {
    writeln!(out, "{}", paint.bold(painted(report.verdict, paint, report.verdict.sentence())))?;
    writeln!(out, "  from {}\n  to   {}", report.from, report.to)?;
    let host = if report.rules.cpu_host == crate::migrate::lab::CpuHost::This { "this host" } else { "the source host" };
    writeln!(out, "  policy {}, -cpu host is {host}", report.rules.policy.name())?;
    if let Some((before, after)) = report.instructions {
        let went_on = if after > 0 { format!("and {after} after it") } else { "and did not arrive".into() };
        writeln!(out, "  the guest executed {before} instructions before the move {went_on}")?;
    }
    for limit in &report.limits {
        writeln!(out, "  {}", paint.yellow(limit))?;
    }
    if report.assumed > 0 {
        writeln!(
            out,
            "  {}",
            paint.yellow(format!(
                "{} registers that nobody knows were taken to be the same on both sides, and are not judged",
                report.assumed
            ))
        )?;
    }
    Ok(())
}

/// Registers that are missing for the same reason are told together.
fn alike(a: &Finding, b: &Finding) -> bool {
    a.kind == Kind::Missing && a.kind == b.kind && (&a.rule, &a.kernels) == (&b.rule, &b.kernels)
}

fn write_group(out: &mut String, group: &[&Finding], paint: Paint) -> std::fmt::Result {
    match group {
        [first, _, ..] => {
            let names: Vec<&str> = group.iter().map(|finding| finding.subject.as_str()).collect();
            write_finding(
                out,
                &Finding { subject: names.join(" "), source: String::new(), destination: String::new(), ..(*first).clone() },
                paint,
            )
        }
        _ => group.iter().try_for_each(|finding| write_finding(out, finding, paint)),
    }
}

fn write_finding(out: &mut String, finding: &Finding, paint: Paint) -> std::fmt::Result {
    let errno = finding.errno.map_or_else(String::new, |errno| format!("  {errno}"));
    let head = format!("{} {}{errno}", finding.kind.name(), finding.subject);
    let head = match finding.effect {
        Effect::Refuses => paint.red(format!("X {head}")),
        Effect::Changes => paint.yellow(format!("~ {head}")),
        Effect::Nothing => paint.dim(format!("= {head}")),
    };
    writeln!(out, "\n{}", paint.bold(head))?;
    if !finding.source.is_empty() || !finding.destination.is_empty() {
        writeln!(out, "    source {}   destination {}", finding.source, finding.destination)?;
    }
    for field in &finding.fields {
        writeln!(out, "      {}: {} -> {}", paint.cyan(&field.name), field.source, field.destination)?;
    }
    for (what, text) in [("rule", &finding.rule), ("kernels", &finding.kernels)] {
        wrapped(out, what, text)?;
    }
    if !finding.notices.is_empty() {
        let severity = match finding.severity {
            Severity::Harmless => "guest",
            Severity::Notable => "guest!",
            Severity::Breaks => "guest!!",
        };
        wrapped(out, severity, &finding.notices)?;
    }
    if let Some(reads) = finding.reads.filter(|_| finding.effect != Effect::Nothing) {
        let plural = if reads == 1 { "" } else { "s" };
        wrapped(out, "reads", &format!("the guest read it {reads} time{plural} before the move"))?;
    }
    for erratum in &finding.errata {
        wrapped(out, "errata", erratum)?;
    }
    Ok(())
}

/// `what: text`, broken at blanks.
fn wrapped(out: &mut String, what: &str, text: &str) -> std::fmt::Result {
    if text.is_empty() {
        return Ok(());
    }
    let mut line = format!("    {what:<8} ");
    let mut empty = true;
    for word in text.split(' ') {
        if !empty && line.chars().count() + 1 + word.chars().count() > WIDTH {
            writeln!(out, "{line}")?;
            line = " ".repeat(13);
            empty = true;
        }
        if !empty {
            line.push(' ');
        }
        line.push_str(word);
        empty = false;
    }
    writeln!(out, "{line}")
}

fn write_remedy(out: &mut String, remedy: &Remedy, number: usize, paint: Paint) -> std::fmt::Result {
    let outcome = match remedy.verdict {
        Some(verdict) => format!(" (tried: {})", verdict.name()),
        None => String::new(),
    };
    writeln!(out, "\n{}{outcome}", paint.bold(paint.green(format!("remedy {number}"))))?;
    for step in &remedy.what {
        wrapped(out, "-", step)?;
    }
    if !remedy.remains.is_empty() {
        wrapped(out, "remains", &remedy.remains.join(" "))?;
    }
    if remedy.writable_implementation {
        writeln!(out, "    KVM_ENABLE_CAP 239 on the VM, before KVM_CREATE_VCPU")?;
    }
    for target in &remedy.targets {
        writeln!(out, "    {}", templates::target(target))?;
    }
    for tolerance in &remedy.tolerances {
        if let Tolerance::SafeToMiss { id } = tolerance {
            writeln!(out, "    safe to miss: {id:#018x}  # {}", name_of(*id))?;
        }
    }
    for line in remedy.one_reg_lines() {
        writeln!(out, "    {line}")?;
    }
    let qemu = remedy.qemu();
    if qemu.argument.contains(',') || !qemu.notes.is_empty() {
        writeln!(out, "    QEMU         {}", qemu.argument)?;
    }
    qemu.notes.iter().try_for_each(|note| wrapped(out, "", note))?;
    if !remedy.writes.is_empty() {
        writeln!(out, "    Firecracker  {}", remedy.firecracker())?;
        remedy.firecracker_notes().iter().try_for_each(|note| wrapped(out, "", note))?;
    }
    Ok(())
}

/// A scenario: each step with what was expected of it.
pub fn scenario_text(scenario: &Scenario, checks: &[Check], all: bool, paint: Paint) -> String {
    let mut out = format!("{}\n", paint.bold(&scenario.title));
    // Writing to a String cannot fail.
    for line in scenario.report.lines() {
        let _ = writeln!(out, "  {}", paint.dim(line));
    }
    for check in checks {
        let _ = writeln!(out, "\n{}", paint.cyan(format!("-- {}", check.what)));
        match &check.differences {
            None => {}
            Some(differences) if differences.is_empty() => {
                let _ = writeln!(out, "{}", paint.green("as expected"));
            }
            Some(differences) => {
                let _ = writeln!(out, "{}", paint.red(format!("NOT AS EXPECTED: {}", differences.join("; "))));
            }
        }
        out.push_str(&migrate_text(&check.report, all, paint));
    }
    out
}

/// A scenario in a line or two a step: verdict, and what had an effect.
pub fn story_text(scenario: &Scenario, checks: &[Check]) -> String {
    let mut out = format!("{} (invar migrate {})\n", scenario.title, scenario.name);
    for check in checks {
        // Writing to a String cannot fail.
        let _ = writeln!(out, "  {} -> {}", check.report.from, check.report.to);
        let _ = wrapped(&mut out, &format!("{} {}", check.report.verdict.sign(), check.report.verdict.name()), &check.what);
        for finding in check.report.findings.iter().filter(|finding| finding.effect != Effect::Nothing || finding.errno.is_some()) {
            let errno = finding.errno.map_or_else(String::new, |errno| format!(" {errno}"));
            let values = format!("{} -> {}", finding.source, finding.destination);
            let _ = wrapped(&mut out, "", &format!("{} {}{errno}: {values}", finding.kind.name(), finding.subject));
        }
    }
    out
}

/// The same for programs.
pub fn scenario_json(scenario: &Scenario, checks: &[Check]) -> Value {
    let step = |check: &Check| {
        let mut value = migrate_json(&check.report, check.as_expected());
        value["what"] = check.what.clone().into();
        value["differences"] = json!(check.differences);
        value
    };
    let known: Vec<bool> = checks.iter().filter_map(Check::as_expected).collect();
    json!({
        "name": scenario.name,
        "title": scenario.title,
        "report": scenario.report,
        "as_expected": (!known.is_empty()).then(|| known.iter().all(|as_expected| *as_expected)),
        "steps": checks.iter().map(step).collect::<Vec<_>>(),
    })
}

/// For programs.
pub fn migrate_json(report: &Report, as_expected: Option<bool>) -> Value {
    let mut value = json!({
        "verdict": report.verdict.name(),
        "exit_status": report.verdict.status(),
        "from": report.from,
        "to": report.to,
        "policy": report.rules.policy.name(),
        "findings": report.findings.iter().map(Finding::to_json).collect::<Vec<_>>(),
        "remedies": report.remedies.iter().map(Remedy::to_json).collect::<Vec<_>>(),
        "obstacles": report.obstacles.iter().map(|obstacle| json!({ "subject": obstacle.subject, "why": obstacle.why })).collect::<Vec<_>>(),
        "instructions": report.instructions.map(|(before, after)| json!({ "before": before, "after": after })),
        "registers_assumed_equal": report.assumed,
        "limits": report.limits,
    });
    if let Some(states) = &report.states {
        value["states"] = json!({ "moved": format!("{:032x}", states.moved), "end": states.end.map(|end| format!("{end:032x}")) });
    }
    if let Some(parting) = &report.parting {
        value["bisect"] = parting_json(parting);
    }
    if let Some(as_expected) = as_expected {
        value["as_expected"] = as_expected.into();
    }
    value
}
