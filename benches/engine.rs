//! Criterion benches of the engine and of the hypervisor's paths. `invar bench` shows the same kernels as a table.

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use emu::engine::{EngineKind, JitLevel};
use invar::bench::{Unit, kernels};

/// Speed of the engines on compute kernels and the cost of each kind of trap, machine start included in neither count.
fn guest_kernels(criterion: &mut Criterion) {
    let engines = [("interpreter", EngineKind::Interpreter), ("jit", EngineKind::Jit(JitLevel::V3))];
    for (kernel, (engine_name, engine)) in kernels().iter().flat_map(|kernel| engines.map(|engine| (kernel, engine))) {
        let group_name = if kernel.unit == Unit::Instructions { engine_name.into() } else { format!("trap, {engine_name}") };
        let iterations = kernel.iterations / 20;
        let instructions = kernel.measure(engine, iterations).expect("the kernel runs").instructions;
        let mut group = criterion.benchmark_group(group_name);
        group.sample_size(10);
        group.throughput(Throughput::Elements(if kernel.unit == Unit::Instructions { instructions } else { iterations }));
        group.bench_function(kernel.name, |bencher| {
            bencher.iter_custom(|rounds| (0..rounds).map(|_| kernel.measure(engine, iterations).expect("the kernel runs").guest).sum());
        });
        group.finish();
    }
}

/// One KVM_RUN that leaves at the next MMIO access: entry, one instruction, exit.
fn kvm_run_round_trip(criterion: &mut Criterion) {
    let mut machine = invar::bench::RoundTrip::new().expect("the machine starts");
    criterion.bench_function("kvm_run round trip", |bencher| bencher.iter(|| machine.step()));
}

criterion_group!(benches, guest_kernels, kvm_run_round_trip);
criterion_main!(benches);
