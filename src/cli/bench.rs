//! `invar bench`: the measurements as a table or JSON. Measures nothing itself.

use std::path::PathBuf;

use clap::Args;
use comfy_table::{CellAlignment, Table, presets};
use serde::Serialize;

use super::engine::Engine;
use super::{Failure, bench_suite, output};
use crate::bench::{self, Kernel, Measurement, RoundTrip, Unit};

#[derive(Args)]
pub struct BenchArgs {
    /// Kernels to run [default: all]
    kernels: Vec<String>,
    /// Run this bench guest (examples/guests/build/bench.elf or bench_traps.elf) on both engines, and under QEMU where it is installed
    #[arg(long, value_name = "FILE", conflicts_with = "kernels")]
    guest: Option<PathBuf>,
    /// Compare with what an earlier --guest --json printed
    #[arg(long, value_name = "FILE", requires = "guest")]
    baseline: Option<PathBuf>,
    /// What executes the built-in kernels
    #[arg(long, value_enum, default_value = "jit")]
    engine: Engine,
    /// Runs of each kernel; the median counts
    #[arg(long, default_value_t = 5, value_name = "N", value_parser = clap::value_parser!(u64).range(1..=101))]
    runs: u64,
    /// Multiply the iterations of each kernel
    #[arg(long, default_value_t = 1.0, value_name = "FACTOR")]
    scale: f64,
    /// One JSON array on standard output
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Row {
    name: &'static str,
    what: &'static str,
    unit: &'static str,
    million_per_second: f64,
    nanoseconds_each: f64,
    times_native: Option<f64>,
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or_default()
}

fn measure(kernel: &Kernel, args: &BenchArgs) -> Result<Row, Failure> {
    let iterations = ((kernel.iterations as f64 * args.scale) as u64).max(1);
    let mut runs: Vec<Measurement> = Vec::new();
    for _ in 0..args.runs {
        runs.push(kernel.measure(args.engine.kind(), iterations).map_err(|error| Failure::usage(error.to_string(), ""))?);
    }
    let rate = median(runs.iter().map(|run| run.rate(kernel.unit)).collect());
    let slowdowns: Vec<f64> = runs.iter().filter_map(Measurement::slowdown).collect();
    Ok(Row {
        name: kernel.name,
        what: kernel.what,
        unit: if kernel.unit == Unit::Instructions { "instruction" } else { "operation" },
        million_per_second: rate,
        nanoseconds_each: 1000.0 / rate.max(f64::MIN_POSITIVE),
        times_native: (!slowdowns.is_empty()).then(|| median(slowdowns)),
    })
}

fn table(rows: &[Row]) -> Table {
    let mut table = Table::new();
    table.load_style(presets::UTF8_HORIZONTAL_ONLY);
    table.set_header(["kernel", "one iteration", "million/s", "ns each", "x native"]);
    for row in rows {
        let native = row.times_native.map_or_else(String::new, |times| format!("{times:.1}"));
        let rate = format!("{:.1} {}s", row.million_per_second, row.unit);
        table.add_row([row.name.into(), row.what.to_string(), rate, format!("{:.1}", row.nanoseconds_each), native]);
    }
    for column in [2, 3, 4] {
        if let Some(column) = table.column_mut(column) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    table
}

/// Rows that have no guest loop: user space's side of a vCPU.
const KVM_RUN: &str = "kvm_run";
const GET_ONE_REG: &str = "get_one_reg";
const SET_ONE_REG: &str = "set_one_reg";

fn wanted(args: &BenchArgs, name: &str) -> bool {
    args.kernels.is_empty() || args.kernels.iter().any(|kernel| kernel == name)
}

fn operation(name: &'static str, what: &'static str, steps: u64, times: Vec<f64>) -> Row {
    let each = median(times) / steps as f64;
    Row {
        name,
        what,
        unit: "operation",
        million_per_second: 1e-6 / each.max(f64::MIN_POSITIVE),
        nanoseconds_each: each * 1e9,
        times_native: None,
    }
}

fn user_space(args: &BenchArgs) -> Result<Vec<Row>, Failure> {
    let steps = ((500_000.0 * args.scale) as u64).max(1);
    let mut machine = RoundTrip::new().map_err(|error| Failure::usage(error.to_string(), ""))?;
    let mut rows = Vec::new();
    if wanted(args, KVM_RUN) {
        let times: Option<Vec<f64>> = (0..args.runs).map(|_| machine.measure(steps).map(|time| time.as_secs_f64())).collect();
        let times = times.ok_or_else(|| Failure::usage("KVM_RUN did not leave with the MMIO read that the guest makes", ""))?;
        rows.push(operation(KVM_RUN, "KVM_RUN, one instruction, MMIO exit", steps, times));
    }
    if wanted(args, GET_ONE_REG) || wanted(args, SET_ONE_REG) {
        let times: Option<Vec<_>> = (0..args.runs).map(|_| machine.one_reg(steps)).collect();
        let times = times.ok_or_else(|| Failure::usage("a system register was refused", ""))?;
        let (got, set) = times.iter().map(|(got, set)| (got.as_secs_f64(), set.as_secs_f64())).unzip();
        let both = [operation(GET_ONE_REG, "KVM_GET_ONE_REG", steps, got), operation(SET_ONE_REG, "KVM_SET_ONE_REG", steps, set)];
        rows.extend(both.into_iter().filter(|row| wanted(args, row.name)));
    }
    Ok(rows)
}

/// Runs the kernels and prints.
pub fn run(args: &BenchArgs) -> Result<i32, Failure> {
    if let Some(guest) = &args.guest {
        let percent = ((100.0 * args.scale) as u64).max(1);
        let baseline = args.baseline.as_ref();
        return bench_suite::run(&bench_suite::Suite { guest, runs: args.runs, percent, json: args.json, baseline });
    }
    let all = bench::kernels();
    let names: Vec<_> = all.iter().map(|kernel| kernel.name).chain([KVM_RUN, GET_ONE_REG, SET_ONE_REG]).collect();
    if let Some(unknown) = args.kernels.iter().find(|name| !names.contains(&name.as_str())) {
        return Err(Failure::usage(format!("there is no kernel `{unknown}`"), format!("the kernels are {}", names.join(", "))));
    }
    let chosen = all.iter().filter(|kernel| wanted(args, kernel.name));
    let mut rows = chosen.map(|kernel| measure(kernel, args)).collect::<Result<Vec<_>, _>>()?;
    rows.extend(user_space(args)?);
    if args.json {
        // Plain numbers and strings always serialise.
        output::print(format_args!("{}\n", serde_json::to_string_pretty(&rows).unwrap_or_default()))?;
    } else {
        output::print(format_args!("{}\nmedian of {} runs; rates include starting the machine\n", table(&rows), args.runs))?;
    }
    Ok(0)
}
