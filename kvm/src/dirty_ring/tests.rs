//! Dirty rings by typed calls: what is in them, when a vCPU leaves, and every errno. The mapping of a ring is tested with programs.

use std::sync::Arc;

use emu::engine::EngineKind;
use vm_memory::MmapRegion;

use crate::abi::cap::{CAP_DIRTY_LOG_RING_ACQ_REL, CAP_DIRTY_LOG_RING_WITH_BITMAP, CAP_MANUAL_DIRTY_LOG_PROTECT2};
use crate::abi::{VcpuInit, vcpu_feature};
use crate::errno::{E2BIG, EINVAL, ENXIO};
use crate::{Host, Kvm, VcpuExit, VcpuFd, VmFd, core_regs};

const BASE: u64 = 0x4000_0000;
const PAGES: u64 = 600;
const SLOT: u32 = 3;
/// Bytes of a ring of 256 entries, of which a vCPU may fill 192.
const SMALL: u64 = 4096;
const ROOM: u64 = 192;

/// `loop: str x0, [x1]; add x1, x1, #0x1000; subs x2, x2, #1; b.ne loop; b .`, in the first page.
const STORES: [u32; 5] = [0xf900_0020, 0x9140_0421, 0xf100_0442, 0x54ff_ffa1, 0x1400_0000];

fn vm(kernel: &str, engine: EngineKind) -> VmFd {
    let host = Host { engine, ..Host::new("cortex-a72", kernel).expect("known") };
    Kvm::new(host).create_vm().expect("a VM")
}

fn add_vcpu(vm: &VmFd, id: u64) -> VcpuFd {
    let vcpu = vm.create_vcpu(id).expect("a vCPU");
    let VcpuInit { target, mut features } = vm.get_preferred_target();
    features[0] = vcpu_feature::PSCI_0_2;
    vcpu.vcpu_init(&VcpuInit { target, features }).expect("initialised");
    vcpu
}

fn add_memory(vm: &VmFd) {
    vm.add_memory(SLOT, BASE, Arc::new(MmapRegion::new((PAGES * 4096) as usize).expect("memory"))).expect("a slot");
    let code: Vec<u8> = STORES.iter().flat_map(|word| word.to_le_bytes()).collect();
    vm.memory().write_bytes(BASE, &code).expect("there is memory");
}

/// With rings of [`SMALL`] bytes, and the log of its memory on.
fn machine(engine: EngineKind) -> VmFd {
    let vm = vm("6.12", engine);
    vm.enable_cap(CAP_DIRTY_LOG_RING_ACQ_REL, 0, [SMALL, 0, 0, 0]).expect("offered");
    add_memory(&vm);
    vm.log_dirty_pages(SLOT, true).expect("a log");
    vm
}

/// The guest is about to store to these pages.
fn prepare(vcpu: &VcpuFd, first: u64, count: u64) {
    for (register, value) in [(core_regs::PC, BASE), (core_regs::x(1), BASE + first * 4096), (core_regs::x(2), count)] {
        vcpu.set_reg_u64(register, value).expect("set");
    }
}

fn store(vcpu: &VcpuFd, first: u64, count: u64) {
    prepare(vcpu, first, count);
    assert_eq!(vcpu.run_for(4 * count), Ok(VcpuExit::Quantum));
}

fn harvest(vcpu: &VcpuFd) -> Vec<u64> {
    let pages = vcpu.dirty_log_ring_iter().expect("a ring");
    pages.map(|(slot, page)| if slot == SLOT { page } else { u64::MAX }).collect()
}

fn pages(range: std::ops::RangeInclusive<u64>) -> Vec<u64> {
    range.collect()
}

fn engines() -> [EngineKind; 2] {
    [EngineKind::Interpreter, EngineKind::Jit(emu::engine::JitLevel::default())]
}

#[test]
fn a_vcpu_leaves_before_the_store_that_fills_its_ring() {
    for engine in engines() {
        let vm = machine(engine);
        let vcpu = add_vcpu(&vm, 0);
        prepare(&vcpu, 1, 300);
        for _ in 0..2 {
            // Full is full, however often it is run.
            assert_eq!(vcpu.run_for(100_000), Ok(VcpuExit::DirtyRingFull), "{engine:?}");
            assert_eq!(vcpu.run_page().exit_reason(), 31);
            assert_eq!((vcpu.get_reg_u64(core_regs::PC), vcpu.get_reg_u64(core_regs::x(2))), (Ok(BASE), Ok(300 - ROOM + 1)));
        }
        assert_eq!(harvest(&vcpu), pages(1..=ROOM));
        assert_eq!(vcpu.run_for(100_000), Ok(VcpuExit::DirtyRingFull), "taken out, but not reset");
        assert_eq!(vm.reset_dirty_rings(), Ok(ROOM as u32));
        assert_eq!(vm.reset_dirty_rings(), Ok(0));
        assert_eq!(vcpu.run_for(4 * (300 - ROOM + 1)), Ok(VcpuExit::Quantum));
        assert_eq!(harvest(&vcpu), pages(ROOM..=300), "{engine:?}");
        assert_eq!(vm.get_dirty_log(SLOT), Err(ENXIO));
    }
}

#[test]
fn a_page_is_noticed_again_once_it_is_reset() {
    for engine in engines() {
        let vm = machine(engine);
        let vcpu = add_vcpu(&vm, 0);
        // Often enough to have code of its own on any engine, and the ring goes round.
        for round in 0..40 {
            store(&vcpu, 1, 50);
            store(&vcpu, 1, 50);
            assert_eq!(harvest(&vcpu), pages(1..=50), "{engine:?} {round}");
            store(&vcpu, 40, 20);
            assert_eq!(harvest(&vcpu), pages(51..=59), "{engine:?} {round}");
            assert_eq!(vm.reset_dirty_rings(), Ok(59));
        }
        // Without a log there is nothing to notice; a new one begins with nothing.
        store(&vcpu, 1, 1);
        vm.log_dirty_pages(SLOT, false).expect("no log");
        store(&vcpu, 2, 1);
        vm.log_dirty_pages(SLOT, true).expect("a log");
        store(&vcpu, 1, 2);
        assert_eq!(harvest(&vcpu), [1, 1, 2]);
    }
}

#[test]
fn the_first_of_several_vcpus_has_the_page() {
    for engine in engines() {
        let vm = machine(engine);
        let [one, other] = [0, 1].map(|id| add_vcpu(&vm, id));
        store(&one, 1, 10);
        store(&other, 8, 10);
        assert_eq!((harvest(&one), harvest(&other)), (pages(1..=10), pages(11..=17)), "{engine:?}");
        assert_eq!(vm.reset_dirty_rings(), Ok(17));
        store(&other, 1, 3);
        store(&one, 1, 4);
        assert_eq!((harvest(&one), harvest(&other)), (vec![4], pages(1..=3)), "{engine:?}");
        // One that has left because it is full keeps nobody else from going on.
        assert_eq!(vm.reset_dirty_rings(), Ok(4));
        prepare(&one, 1, 300);
        assert_eq!(one.run_for(100_000), Ok(VcpuExit::DirtyRingFull));
        store(&other, 400, 5);
        assert_eq!(harvest(&other), pages(400..=404));
    }
}

/// Threads that store and leave and are harvested meanwhile: afterwards every page was in a ring as often as it had to be.
#[test]
fn nothing_is_lost_while_vcpus_run() {
    for engine in engines() {
        let vm = machine(engine);
        let vcpus: Vec<VcpuFd> = (0..3).map(|id| add_vcpu(&vm, id)).collect();
        let mut seen = std::collections::BTreeSet::new();
        std::thread::scope(|scope| {
            let threads: Vec<_> =
                vcpus.iter().zip(0..).map(|(vcpu, index)| scope.spawn(move || run_to_the_end(vcpu, 1 + 150 * index))).collect();
            while !threads.iter().all(std::thread::ScopedJoinHandle::is_finished) {
                vcpus.iter().for_each(|vcpu| seen.extend(harvest(vcpu)));
                vm.reset_dirty_rings().expect("rings");
                std::thread::yield_now();
            }
            threads.into_iter().for_each(|thread| thread.join().expect("no panic"));
        });
        vcpus.iter().for_each(|vcpu| seen.extend(harvest(vcpu)));
        assert_eq!(seen.into_iter().collect::<Vec<_>>(), pages(1..=550), "{engine:?}");
    }
}

/// Stores to 250 pages.
fn run_to_the_end(vcpu: &VcpuFd, first: u64) {
    prepare(vcpu, first, 250);
    while vcpu.get_reg_u64(core_regs::x(2)) != Ok(0) {
        match vcpu.run_for(100) {
            Ok(VcpuExit::Quantum) => {}
            Ok(VcpuExit::DirtyRingFull) => std::thread::yield_now(),
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn what_no_vcpu_writes_is_in_the_bitmap_alone() {
    let vm = vm("6.12", EngineKind::Interpreter);
    vm.enable_cap(CAP_DIRTY_LOG_RING_ACQ_REL, 0, [SMALL, 0, 0, 0]).expect("offered");
    vm.enable_cap(CAP_DIRTY_LOG_RING_WITH_BITMAP, 0, [0; 4]).expect("offered");
    add_memory(&vm);
    vm.log_dirty_pages(SLOT, true).expect("a log");
    let vcpu = add_vcpu(&vm, 0);
    let write = |page: u64| vm.memory().write_bytes(BASE + page * 4096, &[1]).expect("there is memory");
    let bits = |pages: &[u64]| {
        let mut words = vec![0; PAGES.div_ceil(64) as usize];
        pages.iter().for_each(|page| words[(page / 64) as usize] |= 1 << (page % 64));
        Ok(words)
    };
    store(&vcpu, 1, 2);
    write(2);
    write(599);
    assert_eq!((vm.get_dirty_log(SLOT), harvest(&vcpu)), (bits(&[2, 599]), vec![1, 2]));
    assert_eq!(vm.get_dirty_log(SLOT), bits(&[]), "reading it starts it anew");
    write(70);
    store(&vcpu, 70, 1);
    assert_eq!((vm.get_dirty_log(SLOT), harvest(&vcpu)), (bits(&[70]), vec![70]));
    // By hand.
    vm.enable_cap(CAP_MANUAL_DIRTY_LOG_PROTECT2, 0, [1, 0, 0, 0]).expect("offered");
    write(3);
    write(130);
    assert_eq!((vm.get_dirty_log(SLOT), vm.get_dirty_log(SLOT)), (bits(&[3, 130]), bits(&[3, 130])));
    assert_eq!(vm.clear_dirty_log(SLOT, 64, 128, &[u64::MAX, 0]), Ok(()));
    assert_eq!(vm.get_dirty_log(SLOT), bits(&[3, 130]));
    assert_eq!(vm.clear_dirty_log(SLOT, 0, 64, &[u64::MAX]), Ok(()));
    assert_eq!(vm.get_dirty_log(SLOT), bits(&[130]));
    // A new log begins with nothing, or with everything.
    for (flags, expected) in [(1, bits(&[])), (3, bits(&(0..PAGES).collect::<Vec<_>>()))] {
        vm.enable_cap(CAP_MANUAL_DIRTY_LOG_PROTECT2, 0, [flags, 0, 0, 0]).expect("offered");
        vm.log_dirty_pages(SLOT, false).expect("no log");
        vm.log_dirty_pages(SLOT, true).expect("a log");
        assert_eq!(vm.get_dirty_log(SLOT), expected);
    }
}

#[test]
fn errnos() {
    let enable = |vm: &VmFd, size: u64| vm.enable_cap(CAP_DIRTY_LOG_RING_ACQ_REL, 0, [size, 0, 0, 0]);
    let fresh = || vm("6.12", EngineKind::Interpreter);
    // Not on arm64, or not yet.
    let old = vm("6.1", EngineKind::Interpreter);
    assert_eq!((old.check_extension(CAP_DIRTY_LOG_RING_ACQ_REL), enable(&old, SMALL)), (Ok(0), Err(EINVAL)));
    assert_eq!((fresh().check_extension(192), fresh().enable_cap(192, 0, [SMALL, 0, 0, 0])), (Ok(0), Err(EINVAL)));
    assert_eq!(fresh().check_extension(CAP_DIRTY_LOG_RING_ACQ_REL), Ok(65536 * 16));
    for (size, expected) in [
        (0, Err(EINVAL)),
        (2048, Err(EINVAL)),
        (4097, Err(EINVAL)),
        (12288, Err(EINVAL)),
        (2 << 20, Err(E2BIG)),
        (1 << 20, Ok(())),
        // 32 bits of it count.
        (1 << 32 | SMALL, Ok(())),
    ] {
        assert_eq!(enable(&fresh(), size), expected, "{size:#x}");
    }
    let vm = fresh();
    assert_eq!(vm.reset_dirty_rings(), Err(EINVAL));
    assert_eq!(vm.enable_cap(CAP_DIRTY_LOG_RING_WITH_BITMAP, 0, [0; 4]), Err(EINVAL), "without rings");
    assert_eq!(enable(&vm, SMALL), Ok(()));
    assert_eq!((enable(&vm, SMALL), enable(&vm, 2 << 20)), (Err(EINVAL), Err(E2BIG)), "once is enough");
    assert_eq!((vm.get_dirty_log(99), vm.clear_dirty_log(99, 0, 0, &[])), (Err(ENXIO), Err(ENXIO)));
    add_memory(&vm);
    assert_eq!(vm.enable_cap(CAP_DIRTY_LOG_RING_WITH_BITMAP, 0, [0; 4]), Err(EINVAL), "there is a slot");
    assert_eq!(vm.reset_dirty_rings(), Ok(0));
    let late = fresh();
    let without = add_vcpu(&late, 0);
    assert_eq!(enable(&late, SMALL), Err(EINVAL), "there is a vCPU");
    assert!(without.dirty_log_ring_iter().is_none() && without.dirty_ring().is_none());
}
