//! `invar bench --guest`: the bench guest on engines and QEMU side by side, as a table or JSON, and against an earlier run.
//! Measures nothing itself.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use comfy_table::{CellAlignment, Table, presets};
use emu::engine::{EngineKind, JitLevel};
use serde::{Deserialize, Serialize};

use super::{Failure, output};
use crate::bench::suite::{self, Line, Runner};

/// What to measure.
pub struct Suite<'a> {
    pub guest: &'a Path,
    pub runs: u64,
    pub percent: u64,
    pub json: bool,
    pub baseline: Option<&'a PathBuf>,
}

/// A kernel's medians.
#[derive(Serialize, Deserialize)]
struct Row {
    name: String,
    /// Milliseconds by runner.
    milliseconds: BTreeMap<String, f64>,
    /// QEMU's time divided by the JIT's.
    qemu_by_jit: Option<f64>,
    /// The baseline's JIT time divided by this one.
    #[serde(skip_deserializing)]
    baseline_by_jit: Option<f64>,
}

#[derive(Serialize, Deserialize)]
struct Report {
    rows: Vec<Row>,
    geometric_mean: Option<f64>,
}

const JIT: &str = "jit";
const QEMU: &str = "qemu";

fn usage(error: impl std::fmt::Display) -> Failure {
    Failure::usage(error.to_string(), "")
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or_default()
}

/// Runs of all runners in turn, so that a busy moment of the machine meets each. That there is nothing to compare with is found after the
/// first.
fn measure(options: &Suite, before: Option<&Report>) -> Result<Report, Failure> {
    let image = std::fs::read(options.guest).map_err(|error| {
        let hint = "examples/guests/build.sh makes examples/guests/build/bench.elf";
        Failure::usage(format!("the guest `{}` cannot be read: {error}", options.guest.display()), hint)
    })?;
    let mut runners = vec![(JIT, Runner::Engine(EngineKind::Jit(JitLevel::V3))), ("interp", Runner::Engine(EngineKind::Interpreter))];
    if suite::has_qemu() {
        runners.push((QEMU, Runner::Qemu));
    }
    let append = if options.percent == 100 { String::new() } else { format!("percent={}", options.percent) };
    let mut seconds: BTreeMap<(String, &str), Vec<f64>> = BTreeMap::new();
    let mut first: Vec<Line> = Vec::new();
    for _ in 0..options.runs {
        for &(name, runner) in &runners {
            let lines = suite::run(runner, options.guest, &image, &append).map_err(usage)?;
            for line in &lines {
                if let Some(other) = first.iter().find(|other| other.name == line.name && other.checksum != line.checksum) {
                    return Err(usage(format!("`{}` computes {} on {name}, {} elsewhere", line.name, line.checksum, other.checksum)));
                }
                seconds.entry((line.name.clone(), name)).or_default().push(line.seconds);
            }
            if first.is_empty() {
                if let Some(before) = before {
                    comparable(before, &lines)?;
                }
                first = lines;
            }
        }
    }
    let rows = first.iter().map(|line| row(line, &runners, &seconds)).collect();
    Ok(with_mean(rows))
}

fn row(line: &Line, runners: &[(&'static str, Runner)], seconds: &BTreeMap<(String, &str), Vec<f64>>) -> Row {
    let of = |name: &'static str| seconds.get(&(line.name.clone(), name)).map(|runs| 1e3 * median(runs.clone()));
    let milliseconds: BTreeMap<String, f64> = runners.iter().filter_map(|&(name, _)| Some((name.into(), of(name)?))).collect();
    let qemu_by_jit = milliseconds.get(QEMU).zip(milliseconds.get(JIT)).map(|(qemu, jit)| qemu / jit);
    Row { name: line.name.clone(), milliseconds, qemu_by_jit, baseline_by_jit: None }
}

fn with_mean(rows: Vec<Row>) -> Report {
    let ratios: Vec<f64> = rows.iter().filter_map(|row| row.qemu_by_jit).collect();
    let mean = (ratios.iter().map(|ratio| ratio.ln()).sum::<f64>() / ratios.len().max(1) as f64).exp();
    Report { geometric_mean: (!ratios.is_empty()).then_some(mean), rows }
}

fn load(file: &Path) -> Result<Report, Failure> {
    let text =
        std::fs::read_to_string(file).map_err(|error| usage(format!("the baseline `{}` cannot be read: {error}", file.display())))?;
    serde_json::from_str(&text).map_err(|error| usage(format!("`{}` is not a report of bench --guest --json: {error}", file.display())))
}

impl Report {
    fn jit(&self, name: &str) -> Option<f64> {
        self.rows.iter().find(|row| row.name == name)?.milliseconds.get(JIT).copied()
    }
}

/// Fails when a baseline has nothing of this guest.
fn comparable(before: &Report, lines: &[Line]) -> Result<(), Failure> {
    if lines.iter().any(|line| before.jit(&line.name).is_some()) {
        return Ok(());
    }
    let hint = "a baseline is what `invar bench --guest --json` printed of the same guest";
    Err(Failure::usage("the baseline has no kernel of this guest", hint))
}

fn compare(report: &mut Report, before: &Report) {
    for row in &mut report.rows {
        row.baseline_by_jit = before.jit(&row.name).zip(row.milliseconds.get(JIT)).map(|(before, now)| before / now);
    }
}

fn table(report: &Report) -> Table {
    let mut table = Table::new();
    table.load_style(presets::UTF8_HORIZONTAL_ONLY);
    let based = report.rows.iter().any(|row| row.baseline_by_jit.is_some());
    let mut header = vec!["kernel", "jit ms", "interp ms", "qemu ms", "qemu / jit", ""];
    if based {
        header.push("baseline / now");
    }
    table.set_header(header);
    let number = |value: Option<f64>| value.map_or_else(String::new, |value| format!("{value:.2}"));
    for row in &report.rows {
        let of = |name: &str| number(row.milliseconds.get(name).copied());
        let bar = "▇".repeat(row.qemu_by_jit.map_or(0, |ratio| (2.0 * ratio).round().clamp(0.0, 40.0) as usize));
        let mut cells = vec![row.name.clone(), of(JIT), of("interp"), of(QEMU), number(row.qemu_by_jit), bar];
        if based {
            cells.push(number(row.baseline_by_jit));
        }
        table.add_row(cells);
    }
    for column in 1..5 {
        if let Some(column) = table.column_mut(column) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    table
}

/// Measures and prints.
pub fn run(options: &Suite) -> Result<i32, Failure> {
    let before = options.baseline.map(|file| load(file)).transpose()?;
    let mut report = measure(options, before.as_ref())?;
    if let Some(before) = &before {
        compare(&mut report, before);
    }
    if options.json {
        // Plain numbers and strings always serialise.
        output::print(format_args!("{}\n", serde_json::to_string_pretty(&report).unwrap_or_default()))?;
        return Ok(0);
    }
    let last = match report.geometric_mean {
        Some(mean) => format!("geometric mean of qemu / jit: {mean:.2}; medians of {} runs", options.runs),
        None => format!("medians of {} runs; QEMU is not installed", options.runs),
    };
    output::print(format_args!("{}\n{last}\n", table(&report)))?;
    Ok(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report(text: &str) -> Report {
        serde_json::from_str(text).expect("a report")
    }

    #[test]
    fn a_baseline_of_another_guest_is_refused() {
        let before = report(
            r#"{"rows":[{"name":"hash","milliseconds":{"jit":4.0}},{"name":"sort","milliseconds":{"qemu":1.0}}],"geometric_mean":null}"#,
        );
        let line = |name: &str| Line { name: name.into(), checksum: "0".into(), seconds: 1.0 };
        assert!(comparable(&before, &[line("eoi"), line("hash")]).is_ok());
        assert!(comparable(&before, &[line("eoi")]).is_err());
        assert!(comparable(&before, &[line("sort")]).is_err(), "it was not measured on this engine");
        let mut now = report(r#"{"rows":[{"name":"hash","milliseconds":{"jit":2.0}}],"geometric_mean":null}"#);
        compare(&mut now, &before);
        assert_eq!(now.rows[0].baseline_by_jit, Some(2.0));
    }
}
