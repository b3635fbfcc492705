//! Criterion benches of the engine and of the hypervisor's paths. `invar bench` shows the same kernels as a table.

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use invar::bench::{Unit, kernels};

/// Interpreter speed on compute kernels and the cost of each kind of trap, machine start included in neither count.
fn guest_kernels(criterion: &mut Criterion) {
    for kernel in kernels() {
        let group_name = if kernel.unit == Unit::Instructions { "interpreter" } else { "trap" };
        let iterations = kernel.iterations / 20;
        let instructions = kernel.measure(iterations).expect("the kernel runs").instructions;
        let mut group = criterion.benchmark_group(group_name);
        group.sample_size(10);
        group.throughput(Throughput::Elements(if kernel.unit == Unit::Instructions { instructions } else { iterations }));
        group.bench_function(kernel.name, |bencher| {
            bencher.iter_custom(|rounds| (0..rounds).map(|_| kernel.measure(iterations).expect("the kernel runs").guest).sum());
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
