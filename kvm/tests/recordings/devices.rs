//! What a vCPU remembers of where devices are, and what must make it forget: memory slots, the guest's own page tables, TLB maintenance of
//! another vCPU, another bus. Every case runs on all engines and, in virtual time, with each access leaving. Compares with no recording.

use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use emu::engine::EngineKind;
use kvm::abi::{MemoryRegion, vcpu_feature};
use kvm::{MmioBus, PublishedWord, TimeSource, VcpuExit, VcpuFd, VmFd, core_regs};
use sysregs::{Encoding, SysReg};
use vm_memory::MmapRegion;

use crate::at_once::{engines, guest, repeated};
use crate::program::{CODE, DEVICE, RAM, str};

/// LDR W1, [X2]; ADD X3, X3, X1; ADD X4, X4, X1.
const LDR_W: u32 = 0xb940_0041;
const ADD_X3: u32 = 0x8b01_0063;
const ADD_X4: u32 = 0x8b01_0084;
/// STR W1, [X2].
const STR_W: u32 = 0xb900_0041;
/// MOV X9, #8.
const MOV_X9: u32 = 0xd280_0109;
const DSB: u32 = 0xd503_3f9f;
const ISB: u32 = 0xd503_3fdf;
/// TLBI of the page in X7, of this PE and of all.
const TLBI_VAE1: u32 = 0xd508_8727;
const TLBI_VAE1IS: u32 = 0xd508_8327;

/// Where the device is, and a word that it publishes.
const PORT: u64 = 0x2000_0000;
const WORD: u64 = PORT + 4;
/// What it answers.
const ANSWER: u32 = 3;
/// What memory holds where it takes the device's place.
const CONTENT: u32 = 1000;

/// A device whose words are all the same, and which notes what it is asked.
struct Constant {
    value: Arc<AtomicU32>,
    asked: AtomicU64,
    written: Mutex<Vec<u64>>,
}

impl Constant {
    fn new(value: u32) -> Arc<Constant> {
        Arc::new(Constant { value: Arc::new(value.into()), asked: AtomicU64::new(0), written: Mutex::default() })
    }
}

impl MmioBus for Constant {
    fn read(&self, address: u64, _: u32) -> Option<u64> {
        self.asked.fetch_add(1, Ordering::SeqCst);
        (address >> 12 == PORT >> 12).then(|| self.value.load(Ordering::SeqCst).into())
    }

    fn write(&self, address: u64, _: u32, data: u64) -> bool {
        let ours = address >> 12 == PORT >> 12;
        if ours {
            self.written.lock().expect("no panic").push(data);
        }
        ours
    }

    fn published(&self, page: u64) -> Vec<PublishedWord> {
        if page == PORT { vec![PublishedWord { address: WORD, value: self.value.clone() }] } else { Vec::new() }
    }
}

/// Each engine with answers on the spot, and one where each access leaves.
fn ways() -> impl Iterator<Item = (TimeSource, EngineKind)> {
    engines().into_iter().map(|engine| (TimeSource::Host, engine)).chain([(TimeSource::Virtual, EngineKind::Interpreter)])
}

fn set(vcpu: &VcpuFd, register: u64, value: u64) {
    vcpu.set_reg_u64(core_regs::x(register), value).expect("KVM_SET_ONE_REG");
}

fn x(vcpu: &VcpuFd, register: u64) -> u64 {
    vcpu.get_reg_u64(core_regs::x(register)).expect("KVM_GET_ONE_REG")
}

/// Runs from the start of the code to its report; accesses that leave are `bus`'s.
fn run(vcpu: &VcpuFd, bus: Option<&Constant>) {
    vcpu.set_reg_u64(core_regs::PC, CODE).expect("PC");
    loop {
        match vcpu.run_bounded(10_000) {
            Ok(VcpuExit::MmioRead { address, length }) => {
                vcpu.set_mmio_data(bus.and_then(|bus| bus.read(address, length)).unwrap_or_default());
            }
            Ok(VcpuExit::MmioWrite { address: DEVICE, .. }) => break,
            Ok(VcpuExit::MmioWrite { address, length, data }) => assert!(bus.is_some_and(|bus| bus.write(address, length, data))),
            other => panic!("{other:?}"),
        }
    }
    // The next run starts elsewhere: what has left is completed now.
    assert_eq!(vcpu.run_bounded(0), Ok(VcpuExit::Quantum));
}

/// The sum of eight loads, of the word at `address`.
fn sum(vcpu: &VcpuFd, address: u64, bus: Option<&Constant>) -> u64 {
    [(2, address), (3, 0), (9, 8)].into_iter().for_each(|(register, value)| set(vcpu, register, value));
    run(vcpu, bus);
    x(vcpu, 3)
}

#[test]
fn a_memory_slot_takes_a_devices_place() {
    for (time, engine) in ways() {
        for address in [PORT, WORD] {
            let (vm, vcpu) = guest(time, engine, &repeated(&[LDR_W, ADD_X3]));
            let bus = Constant::new(ANSWER);
            vm.set_mmio_bus(Some(bus.clone()));
            assert_eq!(sum(&vcpu, address, Some(&bus)), 8 * u64::from(ANSWER), "{engine:?}");
            let memory = Arc::new(MmapRegion::new(0x1000).expect("memory"));
            vm.add_memory(1, PORT, memory.clone()).expect("a slot");
            vm.memory().write_bytes(address, &CONTENT.to_le_bytes()).expect("memory");
            assert_eq!(sum(&vcpu, address, Some(&bus)), 8 * u64::from(CONTENT), "{engine:?}");
            vm.add_memory(1, PORT + 0x1000, memory).expect("a slot moves");
            assert_eq!(sum(&vcpu, address, Some(&bus)), 8 * u64::from(ANSWER), "{engine:?}");
            assert_eq!(sum(&vcpu, address + 0x1000, Some(&bus)), 8 * u64::from(CONTENT), "{engine:?}");
            vm.set_owned_memory_region(&MemoryRegion { slot: 1, ..MemoryRegion::default() }, None).expect("it goes");
            assert_eq!(sum(&vcpu, address, Some(&bus)), 8 * u64::from(ANSWER), "{engine:?}");
        }
    }
}

/// A load that finds no memory leaves, or finds some when it is looked for again. KVM_RUN fails never.
#[test]
fn a_memory_slot_moves_while_a_vcpu_loads_from_it() {
    for (time, engine) in ways() {
        let (vm, vcpu) = guest(time, engine, &repeated(&[LDR_W, ADD_X3]));
        let memory = Arc::new(MmapRegion::new(0x1000).expect("memory"));
        std::thread::scope(|scope| {
            let mover = scope.spawn(|| {
                for page in (0..100_000).map(|turn| PORT + (turn % 2) * 0x1000) {
                    vm.add_memory(1, page, memory.clone()).expect("a slot moves");
                }
            });
            while !mover.is_finished() {
                assert_eq!(sum(&vcpu, PORT, None), 0, "{engine:?}");
            }
        });
    }
}

#[test]
fn the_next_run_asks_the_bus_of_then() {
    for (time, engine) in ways() {
        for address in [PORT, WORD] {
            let (vm, vcpu) = guest(time, engine, &repeated(&[LDR_W, ADD_X3]));
            let (first, second) = (Constant::new(ANSWER), Constant::new(ANSWER + 1));
            vm.set_mmio_bus(Some(first.clone()));
            assert_eq!(sum(&vcpu, address, Some(&first)), 8 * u64::from(ANSWER), "{engine:?}");
            // The device changes what it shows.
            first.value.store(ANSWER + 2, Ordering::SeqCst);
            assert_eq!(sum(&vcpu, address, Some(&first)), 8 * u64::from(ANSWER + 2), "{engine:?}");
            vm.set_mmio_bus(Some(second.clone()));
            assert_eq!(sum(&vcpu, address, Some(&second)), 8 * u64::from(ANSWER + 1), "{engine:?}");
            vm.set_mmio_bus(None);
            let asked = second.asked.load(Ordering::SeqCst);
            assert_eq!(sum(&vcpu, address, None), 0, "each load leaves: {engine:?}");
            assert_eq!(second.asked.load(Ordering::SeqCst), asked);
        }
    }
}

#[test]
fn published_words_are_counted_as_if_asked_for() {
    let counted = |(time, engine)| {
        let (vm, vcpu) = guest(time, engine, &repeated(&[LDR_W, ADD_X3]));
        let bus = Constant::new(ANSWER);
        vm.set_mmio_bus(Some(bus.clone()));
        sum(&vcpu, WORD, Some(&bus));
        let (_, exits, retired) = vcpu.statistics();
        (exits.device_mmio + exits.user_mmio, retired)
    };
    let mut all = ways().map(counted);
    let first = all.next();
    assert!(first.is_some_and(|(accesses, _)| accesses == 9) && all.all(|other| Some(other) == first));
}

const L1: u64 = RAM + 0x2_0000;
const L2: u64 = RAM + 0x3_0000;
const L3: u64 = RAM + 0x4_0000;
const PAGE: u64 = RAM + 0x5_0000;
/// Valid, and AF; bit 2 of AttrIndx.
const LEAF: u64 = 1 | 1 << 10;
const NORMAL: u64 = 1 << 2;

/// The MMU on: RAM and the report as they are, the page of [`PORT`] by a descriptor of level 3.
fn map(vm: &VmFd, vcpu: &VcpuFd) {
    let write = |address, descriptor: u64| vm.memory().write_bytes(address, &descriptor.to_le_bytes()).expect("RAM");
    write(L1, L2 | 3);
    write(L1 + 8, RAM | LEAF | NORMAL);
    write(L2 + 8 * (DEVICE >> 21), DEVICE | LEAF);
    write(L2 + 8 * (PORT >> 21), L3 | 3);
    write(L3, PORT | LEAF | 2);
    vm.memory().write_bytes(PAGE, &CONTENT.to_le_bytes()).expect("RAM");
    let set = |register: SysReg, value| vcpu.set_reg_u64(register.encoding().kvm_id(), value).expect("KVM_SET_ONE_REG");
    set(SysReg::TCR_EL1, 25 | 1 << 23 | 2 << 32);
    set(SysReg::TTBR0_EL1, L1);
    set(SysReg::MAIR_EL1, 0xff << 8);
    set(SysReg::SCTLR_EL1, 0x30d0_0801);
}

/// `body` eight times.
fn eight_times(body: &[u32]) -> Vec<u32> {
    let all = repeated(body);
    [&[MOV_X9], &all[..all.len() - 1]].concat()
}

#[test]
fn a_page_becomes_memory_and_a_device_again() {
    let to = |register: u32, tlbi: u32| [str(register, 6, 0), DSB, tlbi, DSB, ISB];
    let code = |tlbi| {
        let parts = [
            eight_times(&[LDR_W, ADD_X3]),
            to(5, tlbi).to_vec(),
            eight_times(&[LDR_W, ADD_X4]),
            to(8, tlbi).to_vec(),
            eight_times(&[LDR_W, ADD_X3]),
            vec![str(1, 20, 0)],
        ];
        parts.concat()
    };
    for (time, engine) in ways() {
        for tlbi in [TLBI_VAE1, TLBI_VAE1IS] {
            let (vm, vcpu) = guest(time, engine, &code(tlbi));
            map(&vm, &vcpu);
            let bus = Constant::new(ANSWER);
            vm.set_mmio_bus(Some(bus.clone()));
            let registers = [(2, PORT), (3, 0), (4, 0), (5, PAGE | LEAF | NORMAL | 2), (6, L3), (7, PORT >> 12), (8, PORT | LEAF | 2)];
            registers.into_iter().for_each(|(register, value)| set(&vcpu, register, value));
            run(&vcpu, Some(&bus));
            assert_eq!((x(&vcpu, 3), x(&vcpu, 4)), (16 * u64::from(ANSWER), 8 * u64::from(CONTENT)), "{engine:?} {tlbi:#x}");
            assert_eq!(bus.asked.load(Ordering::SeqCst), 16, "{engine:?}");
        }
    }
}

#[test]
fn another_vcpu_has_a_page_become_memory() {
    for (time, engine) in ways() {
        let (vm, vcpu) = guest(time, engine, &repeated(&[LDR_W, ADD_X3]));
        map(&vm, &vcpu);
        let bus = Constant::new(ANSWER);
        vm.set_mmio_bus(Some(bus.clone()));
        assert_eq!(sum(&vcpu, PORT, Some(&bus)), 8 * u64::from(ANSWER), "{engine:?}");
        let other = vm.create_vcpu(1).expect("a vCPU");
        let mut init = vm.get_preferred_target();
        init.features[0] |= vcpu_feature::PSCI_0_2;
        other.vcpu_init(&init).expect("KVM_ARM_VCPU_INIT");
        map(&vm, &other);
        let elsewhere = CODE + 0x1000;
        let code: Vec<u8> = [str(5, 6, 0), DSB, TLBI_VAE1IS, DSB, str(1, 20, 0)].iter().flat_map(|word| word.to_le_bytes()).collect();
        vm.memory().write_bytes(elsewhere, &code).expect("RAM");
        let registers = [(5, PAGE | LEAF | NORMAL | 2), (6, L3), (7, PORT >> 12), (20, DEVICE)];
        registers.into_iter().for_each(|(register, value)| set(&other, register, value));
        other.set_reg_u64(core_regs::PC, elsewhere).expect("PC");
        assert!(matches!(other.run_bounded(100), Ok(VcpuExit::MmioWrite { address: DEVICE, .. })), "{engine:?}");
        assert_eq!(sum(&vcpu, PORT, Some(&bus)), 8 * u64::from(CONTENT), "{engine:?}");
    }
}

/// A stage 2 abort comes before a watchpoint (Arm ARM, D1.3.5): a watched device is asked as any other.
#[test]
fn a_watched_device_is_asked() {
    let watch = [
        (Encoding::new(2, 0, 0, 0, 6), PORT),
        // E, PAC, LSC, BAS of the first word.
        (Encoding::new(2, 0, 0, 0, 7), 1 | 3 << 1 | 3 << 3 | 0xf << 5),
    ];
    for (time, engine) in ways() {
        let (vm, vcpu) = guest(time, engine, &repeated(&[LDR_W, ADD_X3, STR_W]));
        map(&vm, &vcpu);
        let bus = Constant::new(ANSWER);
        vm.set_mmio_bus(Some(bus.clone()));
        for (register, value) in watch {
            vcpu.set_reg_u64(register.kvm_id(), value).expect("KVM_SET_ONE_REG");
        }
        // KDE and MDE; PSTATE.D clear.
        vcpu.set_reg_u64(SysReg::MDSCR_EL1.encoding().kvm_id(), 1 << 13 | 1 << 15).expect("MDSCR_EL1");
        vcpu.set_reg_u64(core_regs::PSTATE, 0x1c5).expect("PSTATE");
        assert_eq!(sum(&vcpu, PORT, Some(&bus)), 8 * u64::from(ANSWER), "{engine:?}");
        assert_eq!(*bus.written.lock().expect("no panic"), [u64::from(ANSWER); 8], "{engine:?}");
    }
}

/// Stores to a page that had a fast way are seen by a log that begins then, whatever TLB maintenance comes between.
#[test]
fn a_log_begins_under_a_page_that_is_stored_to() {
    for (time, engine) in ways() {
        for words in [&[STR_W][..], &[STR_W, TLBI_VAE1, DSB]] {
            let (vm, vcpu) = guest(time, engine, &repeated(words));
            map(&vm, &vcpu);
            set(&vcpu, 7, PAGE >> 12);
            sum(&vcpu, PAGE, None);
            vm.log_dirty_pages(0, true).expect("a log");
            for _ in 0..2 {
                sum(&vcpu, PAGE, None);
                let log = vm.get_dirty_log(0).expect("KVM_GET_DIRTY_LOG");
                let page = (PAGE - RAM) as usize >> 12;
                assert_ne!(log[page / 64] >> (page % 64) & 1, 0, "{engine:?}");
            }
        }
    }
}
