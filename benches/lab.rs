//! Criterion benches of the migration lab: a fleet's plan, a baseline, and one move of the embedded guest.

use criterion::{Criterion, criterion_group, criterion_main};
use invar::migrate::lab::baseline::{Moves, solve};
use invar::migrate::lab::plan::{fleet, plan};
use invar::migrate::lab::{LabHost, Migration, Policy, Rules, migrate};
use invar::report::plan_html;

const CPUS: [&str; 12] = [
    "a64fx",
    "cortex-a35",
    "cortex-a53",
    "cortex-a55",
    "cortex-a57",
    "cortex-a710",
    "cortex-a72",
    "cortex-a76",
    "max",
    "neoverse-n1",
    "neoverse-n2",
    "neoverse-v1",
];
const KERNELS: [&str; 10] = ["4.20", "5.10", "6.1", "6.3", "6.6", "6.8", "6.12", "6.14", "6.16", "7.3"];

fn hosts(cpus: &[&str], kernels: &[&str]) -> Vec<LabHost> {
    let owned = |names: &[&str]| names.iter().map(ToString::to_string).collect::<Vec<_>>();
    fleet(&owned(cpus), &owned(kernels)).expect("known names")
}

fn plans(criterion: &mut Criterion) {
    let fleet = hosts(&CPUS, &KERNELS);
    let mut group = criterion.benchmark_group("plan 12 CPUs x 10 kernels");
    group.sample_size(10);
    group.bench_function("matrix", |bencher| bencher.iter(|| plan(&fleet, &Rules::default())));
    group.bench_function("page", |bencher| {
        bencher.iter(|| {
            let mut plan = plan(&fleet, &Rules::default());
            plan.explain(&fleet);
            plan_html(&plan)
        });
    });
    group.finish();
}

fn baselines(criterion: &mut Criterion) {
    let fleet = hosts(&["neoverse-v1", "neoverse-n2"], &["6.16", "7.3"]);
    let rules = Rules { policy: Policy::Upstream, ..Rules::default() };
    criterion.bench_function("baseline of 4 hosts", |bencher| bencher.iter(|| solve(&fleet, &rules, Moves::All).expect("known hosts")));
}

fn moves(criterion: &mut Criterion) {
    let side = |spec: &str| LabHost::parse(spec).expect("known");
    let migration = Migration::new(side("neoverse-n1@6.12"), side("neoverse-n1@6.12"));
    criterion.bench_function("move of the embedded guest", |bencher| bencher.iter(|| migrate(&migration).expect("runs")));
}

criterion_group!(benches, plans, baselines, moves);
criterion_main!(benches);
