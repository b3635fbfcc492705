//! What capture, restore and a live migration cost. Measures no guest.

use std::time::{Duration, Instant};

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use invar::machine::fdt::GicVersion;
use invar::machine::{ConsoleTo, InputSource, Machine, MachineConfig, Running, Scheduling, StopWhen};
use invar::migrate::live::{Address, Limits, Listener, Silent, receive, send};
use invar::migrate::snapshot::{read_snapshot, write_snapshot};
use invar::migrate::workload::{LOAD_ADDRESS, Workload};
use invar::migrate::{Destination, capture, capture_state, capture_vcpu, restore, restore_vcpu, strict};

const GIB: u64 = 1 << 30;

/// A guest that writes `written` bytes over and over, at a word a page. Besides these it has `more` bytes of RAM.
fn running(written: u64, more: u64, scheduling: Scheduling) -> Running {
    let pages = (written / 4096) as u32;
    let workload = Workload { cpus: 1, gic: GicVersion::V3, pages, rounds: 3, waits: false, until_key: true };
    let memory = workload.memory() + more;
    let config = MachineConfig { memory, load_addr: Some(LOAD_ADDRESS), scheduling, ..MachineConfig::default() };
    let machine = Machine::new(config, &workload.assemble().expect("it assembles")).expect("a machine");
    let running = machine.start(ConsoleTo::Memory(Vec::new()), InputSource::Live).expect("it starts");
    running.run(StopWhen::Instructions(u64::from(pages) * 40 + 1000)).expect("it runs");
    running
}

fn registers(c: &mut Criterion) {
    let running = running(1 << 20, 0, Scheduling::Deterministic);
    let (vcpu, init) = (&running.vcpus()[0], &running.inits()[0]);
    let state = capture_vcpu(vcpu, 0, init).expect("captured");
    c.bench_function("registers of a vCPU, captured", |b| b.iter(|| capture_vcpu(vcpu, 0, init).expect("captured")));
    c.bench_function("registers of a vCPU, restored", |b| b.iter(|| restore_vcpu(vcpu, &state, &mut strict).is_ok()));
    c.bench_function("vCPU, GIC and devices, captured", |b| b.iter(|| capture_state(&running).expect("captured")));
}

fn memory(c: &mut Criterion) {
    let running = running(GIB, 0, Scheduling::Deterministic);
    let snapshot = capture(&running).expect("captured");
    let stream = write_snapshot(Vec::new(), &snapshot).expect("written");
    let mut group = c.benchmark_group("a guest of 1 GiB");
    group.sample_size(10).throughput(Throughput::Bytes(GIB));
    group.bench_function("captured", |b| b.iter_with_large_drop(|| capture(&running).expect("captured")));
    group.bench_function("restored", |b| {
        b.iter_with_large_drop(|| restore(&snapshot, &Destination::default(), &mut strict).expect("restored"));
    });
    group.bench_function("written", |b| b.iter_with_large_drop(|| write_snapshot(Vec::new(), &snapshot).expect("written")));
    group.bench_function("read", |b| b.iter_with_large_drop(|| read_snapshot(stream.as_slice()).expect("read")));
    group.finish();
}

/// The time for which the guest stands still.
fn downtime(samples: u64, written: u64) -> Duration {
    let path = std::env::temp_dir().join(format!("invar-bench-{}", std::process::id()));
    let address = Address::Unix(path);
    (0..samples).map(|_| move_once(&address, written)).sum()
}

fn move_once(address: &Address, written: u64) -> Duration {
    let running = running(written, GIB - written, Scheduling::Threads);
    fill(&running, written);
    let listener = Listener::bind(address).expect("it listens");
    std::thread::scope(|scope| {
        let there = scope.spawn(|| {
            let connection = listener.accept().expect("a source");
            receive(connection, &Destination::default(), &mut strict).expect("received").answer.take_over();
        });
        let start = Instant::now();
        let sent = send(&running, address, Limits::default(), &mut Silent).expect("moved");
        there.join().expect("it ends");
        eprintln!("{} rounds, {} pages, {:?} of {:?}", sent.rounds, sent.pages, sent.downtime, start.elapsed());
        sent.downtime
    })
}

/// No page is left zero: what the guest does not write, somebody has written before.
fn fill(running: &Running, written: u64) {
    let slots = running.vm().memory().slots();
    let ram = slots.iter().max_by_key(|slot| slot.size).expect("RAM");
    for address in (ram.base + ram.size - (GIB - written)..ram.base + ram.size).step_by(4096) {
        running.vm().memory().write_bytes(address, &address.to_le_bytes()).expect("RAM");
    }
}

fn live(c: &mut Criterion) {
    let mut group = c.benchmark_group("a running guest of 1 GiB stands still, writing");
    group.sample_size(10).warm_up_time(Duration::from_millis(1)).measurement_time(Duration::from_millis(1));
    for (written, name) in [(GIB / 64, "16 MiB of it"), (GIB / 8, "128 MiB of it"), (GIB, "all of it")] {
        group.bench_function(name, |b| b.iter_custom(|samples| downtime(samples, written)));
    }
    group.finish();
}

criterion_group!(benches, registers, memory, live);
criterion_main!(benches);
