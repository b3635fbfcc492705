//! Capture and restore: what was read is what is read again, and the guest does not notice.

use invar::machine::fdt::GicVersion;
use invar::machine::{Bus, ConsoleTo, InputSource, MachineConfig, Outcome, Paused, Running, StopWhen};
use invar::migrate::{Action, Destination, Place, Refused, RestoreError, Snapshot, capture, compare, restore, strict};
use kvm::abi::DeviceAttr;
use kvm::abi::vcpu_feature::PMU_V3;

use super::{config, guests, machine, start, workload};
use crate::random::Random;

/// A machine again, from its capture.
fn again(snapshot: &Snapshot) -> Running {
    let machine = restore(snapshot, &Destination::default(), &mut strict).expect("restored");
    machine.start(ConsoleTo::Memory(Vec::new()), InputSource::Live).expect("it starts")
}

#[test]
fn a_workload_ends_as_computed() {
    for gic in [GicVersion::V2, GicVersion::V3] {
        let workload = workload(4, gic);
        let running = machine(&workload);
        assert_eq!(running.run(StopWhen::Asked).expect("it runs"), Paused::Ended);
        let finished = running.finish();
        assert_eq!(finished.outcome, Outcome::PowerOff);
        assert_eq!(String::from_utf8_lossy(&finished.output), format!("GO\n{}\n", workload.result()));
    }
}

#[test]
fn a_restored_guest_goes_on_by_the_same_instructions() {
    for gic in [GicVersion::V2, GicVersion::V3] {
        let workload = workload(4, gic);
        for at in [1, 2_000, 33_333, 77_777, 250_001] {
            let original = machine(&workload);
            assert_eq!(original.run(StopWhen::Instructions(at)).expect("it runs"), Paused::Stopped, "{gic:?} {at}");
            assert_eq!(original.executed(), at);
            let first = capture(&original).expect("captured");
            let copy = again(&first);
            let second = capture(&copy).expect("captured");
            assert_eq!(compare(&first, &second, &Default::default()), [], "{gic:?} {at}");
            for machine in [&original, &copy] {
                machine.run(StopWhen::Instructions(at + 50_000)).expect("it runs");
            }
            let later = [&original, &copy].map(|machine| capture(machine).expect("captured"));
            assert_eq!(compare(&later[0], &later[1], &Default::default()), [], "{gic:?} {at}, later");
            assert_eq!(copy.run(StopWhen::Asked).expect("it runs"), Paused::Ended);
            assert!(String::from_utf8_lossy(&copy.output()).ends_with(&format!("{}\n", workload.result())));
        }
    }
}

/// On the host's clock and several threads; nothing about the moment is known.
#[test]
fn threads_may_be_interrupted_anywhere() {
    let workload = workload(4, GicVersion::V3);
    let image = workload.assemble().expect("it assembles");
    let threads = MachineConfig { scheduling: invar::machine::Scheduling::Threads, ..config(&workload) };
    let mut running = start(threads, &image);
    for at in (1..).map(|step| StopWhen::Instructions(100_000 * step)) {
        if running.run(at).expect("it runs") == Paused::Ended {
            break;
        }
        running = again(&capture(&running).expect("captured"));
    }
    assert!(String::from_utf8_lossy(&running.output()).ends_with(&format!("{}\n", workload.result())));
}

/// Writes random values wherever they are taken: registers, GIC, RAM.
fn disturb(running: &Running, random: &mut Random, before: &Snapshot) {
    for (vcpu, state) in running.vcpus().iter().zip(&before.vcpus) {
        for register in &state.registers {
            let bytes: Vec<u8> = register.value.iter().map(|_| random.next() as u8).collect();
            // Many values are none of the register's: then it keeps its own.
            let _ = vcpu.set_one_reg(register.id, &bytes);
        }
        let events = kvm::abi::VcpuEvents { serror_pending: random.below(2) != 0, ..Default::default() };
        vcpu.set_vcpu_events(&events).expect("taken");
        vcpu.set_mp_state([0, 5][random.below(2) as usize]).expect("taken");
    }
    for register in &before.gic.registers {
        let attr = DeviceAttr { flags: 0, group: register.group, attr: register.attr.0 };
        let _ = running.gic().set_device_attr(&attr, random.next());
    }
    for _ in 0..20 {
        let page = random.below(running.config().memory / 4096);
        let bytes: Vec<u8> = (0..4096).map(|_| random.next() as u8).collect();
        running.vm().memory().write_bytes(0x4000_0000 + page * 4096, &bytes).expect("RAM");
    }
}

fn disturb_devices(bus: &mut Bus, random: &mut Random) {
    for _ in 0..50 {
        let device = [0x0900_0000, 0x0901_0000][random.below(2) as usize];
        // Anything may be written to a register, and the output goes nowhere.
        let _ = bus.write(device + random.below(24) * 4, 4, random.next(), random.next());
        bus.take_output();
    }
    let input: Vec<u8> = (0..random.below(20)).map(|_| random.next() as u8).collect();
    let _ = bus.receive(&input);
    let _ = bus.level_changes();
}

#[test]
fn whatever_the_state_it_is_the_same_afterwards() {
    for (seed, gic, kernel) in (0..24).map(|seed| {
        let gic = if seed % 2 == 0 { GicVersion::V2 } else { GicVersion::V3 };
        (seed, gic, ["4.20", "5.10", "6.1", "6.12", "7.3"][seed as usize % 5])
    }) {
        let mut random = Random(seed);
        let workload = workload(2, gic);
        let running = start(MachineConfig { host_kernel: kernel.into(), ..config(&workload) }, &workload.assemble().expect("assembles"));
        if seed % 3 == 0 {
            running.run(StopWhen::Instructions(random.below(100_000))).expect("it runs");
        }
        let before = capture(&running).expect("captured");
        let mut devices = before.devices.clone();
        disturb_devices(&mut devices.bus, &mut random);
        for spi in 0..64 {
            running.vm().set_irq_line(1 << 24 | (32 + spi), devices.bus.levels() >> spi & 1 != 0).expect("an SPI");
        }
        disturb(&running, &mut random, &before);
        let first = Snapshot { devices, ..capture(&running).expect("captured") };
        let second = capture(&again(&first)).expect("captured");
        assert_eq!(compare(&first, &second, &Default::default()), [], "seed {seed}, {gic:?}, {kernel}");
        assert_eq!(first.devices, second.devices, "seed {seed}");
    }
}

/// Its interrupt goes along, and it counts on.
#[test]
fn a_guest_with_performance_counters() {
    const PMU_INTERRUPT: u32 = 23;
    let running = start(MachineConfig { pmu: true, ..config(&workload(1, GicVersion::V3)) }, &guests::pmu());
    running.run(StopWhen::Marker(1)).expect("it runs");
    let snapshot = capture(&running).expect("captured");
    assert_eq!((snapshot.vcpus[0].pmu_irq, snapshot.vcpus[0].features[0] & PMU_V3), (Some(PMU_INTERRUPT), PMU_V3));
    let machine = restore(&snapshot, &Destination::default(), &mut strict).expect("restored");
    let there = machine.start(ConsoleTo::Memory(Vec::new()), InputSource::Live).expect("it starts");
    there.run(StopWhen::Asked).expect("it runs");
    assert_eq!(String::from_utf8_lossy(&there.output()), "same\n");
}

#[test]
fn another_host_refuses_by_register_and_errno() {
    let running = machine(&workload(1, GicVersion::V3));
    running.run(StopWhen::Instructions(1000)).expect("it runs");
    let snapshot = capture(&running).expect("captured");
    let elsewhere = Destination { cpu: Some("cortex-a72".into()), kernel: Some("4.20".into()), ..Destination::default() };
    let Err(RestoreError::Value(refused)) = restore(&snapshot, &elsewhere, &mut strict) else { panic!("it is refused") };
    assert_eq!(refused.errno, kvm::errno::EINVAL);
    let Place::Register { vcpu: 0, id } = refused.place else { panic!("{refused:?}") };
    assert_eq!(snapshot.vcpus[0].register(id).expect("the source has it").value, refused.value);
    let mut seen = Vec::new();
    let machine = restore(&snapshot, &elsewhere, &mut |refused| {
        seen.push(refused.clone());
        Action::Skip
    });
    assert!(machine.is_ok());
    assert_eq!(seen[0], refused);
    // The old kernel's GIC has another revision (GICD_IIDR).
    assert!(seen.iter().any(|refused| refused.place == Place::Attribute { group: 1, attr: 8 }));
    // What the destination lacks has no value of its own there. Of firmware registers this kernel says it with EINVAL.
    const FIRMWARE: u64 = 0x6030_0000_0014;
    let lacks = |refused: &Refused| {
        refused.errno == kvm::errno::ENOENT || matches!(refused.place, Place::Register { id, .. } if id >> 16 == FIRMWARE)
    };
    let absent = seen.iter().filter(|refused| lacks(refused)).count();
    let own = restore(&snapshot, &elsewhere, &mut |refused| if lacks(refused) { Action::Skip } else { Action::UseDestination });
    assert!(own.is_ok() && absent > 0);
}

#[test]
fn a_capture_that_is_none_is_refused() {
    let running = machine(&workload(2, GicVersion::V3));
    let snapshot = capture(&running).expect("captured");
    let wrong: [fn(&mut Snapshot); 6] = [
        |snapshot| drop(snapshot.vcpus.pop()),
        |snapshot| snapshot.vcpus[1].id = 7,
        |snapshot| snapshot.vcpus[0].hidden.retired = u64::MAX,
        |snapshot| snapshot.vm.virtual_time = None,
        |snapshot| drop(snapshot.memory.pages.insert(0x1000, Box::new([1; 4096]))),
        |snapshot| snapshot.machine.memory = 12345,
    ];
    for (index, change) in wrong.iter().enumerate() {
        let mut changed = snapshot.clone();
        change(&mut changed);
        assert!(restore(&changed, &Destination::default(), &mut strict).is_err(), "change {index}");
    }
}

/// A refusal at whatever register or attribute: there is no machine then, and source and capture are what they were.
#[test]
fn a_refusal_anywhere_leaves_nothing_behind() {
    let workload = workload(2, GicVersion::V3);
    let running = machine(&workload);
    running.run(StopWhen::Instructions(20_000)).expect("it runs");
    let snapshot = capture(&running).expect("captured");
    let refused = |changed: &Snapshot, what: &str| {
        let result = restore(changed, &Destination::default(), &mut strict);
        assert!(matches!(result, Err(RestoreError::Value(_))), "{what}: {:?}", result.err());
    };
    for vcpu in 0..2 {
        for index in (vcpu..snapshot.vcpus[vcpu].registers.len()).step_by(17) {
            let mut changed = snapshot.clone();
            // ARM64_SYS_REG(3, 7, 15, 15, 7): no kernel has it.
            changed.vcpus[vcpu].registers[index].id = 0x6030_0000_0013_ffff;
            changed.vcpus[vcpu].registers.sort_by_key(|register| register.id);
            refused(&changed, &format!("register {index} of vCPU {vcpu}"));
        }
    }
    for index in (0..snapshot.gic.registers.len()).step_by(17) {
        let mut changed = snapshot.clone();
        // No GIC has such a group.
        changed.gic.registers[index].group = 99;
        refused(&changed, &format!("GIC register {index}"));
    }
    assert_eq!(compare(&snapshot, &capture(&again(&snapshot)).expect("captured"), &Default::default()), []);
    assert_eq!(running.run(StopWhen::Asked).expect("it runs"), Paused::Ended);
    assert_eq!(String::from_utf8_lossy(&running.finish().output), format!("GO\n{}\n", workload.result()));
}

/// What the board does not turn on: vectors of scalable length, and a PMU with its interrupt.
#[test]
fn optional_features_of_a_vcpu() {
    use invar::migrate::{capture_vcpu, restore_vcpu};
    use kvm::abi::{VcpuInit, vcpu_attribute, vcpu_feature, vgic};
    const SVE: i32 = 4;
    let make = || {
        let host = kvm::Host::new("neoverse-v1", "6.12").expect("known");
        let vm = kvm::Kvm::new(host).create_vm().expect("a VM");
        let vcpu = vm.create_vcpu(0).expect("a vCPU");
        let VcpuInit { target, mut features } = vm.get_preferred_target();
        features[0] = vcpu_feature::PSCI_0_2 | vcpu_feature::SVE | vcpu_feature::PMU_V3;
        let init = VcpuInit { target, features };
        vcpu.vcpu_init(&init).expect("initialised");
        let gic = vm.create_device(kvm::abi::device_type::VGIC_V3).expect("a GIC");
        for (group, attr, value) in [
            (vgic::GRP_ADDR, vgic::V3_ADDR_TYPE_DIST, 0x0800_0000),
            (vgic::GRP_ADDR, vgic::V3_ADDR_TYPE_REDIST, 0x080a_0000),
            (vgic::GRP_CTRL, vgic::CTRL_INIT, 0),
        ] {
            gic.set_device_attr(&DeviceAttr { flags: 0, group, attr }, value).expect("set");
        }
        (vm, vcpu, init)
    };
    let (_source_vm, source, init) = make();
    source.vcpu_finalize(SVE).expect("finalized");
    for (attr, value) in [(vcpu_attribute::PMU_IRQ, 23), (vcpu_attribute::PMU_INIT, 0)] {
        source.set_device_attr(&DeviceAttr { flags: 0, group: vcpu_attribute::PMU_V3, attr }, value).expect("set");
    }
    let mut random = Random(4);
    for id in source.get_reg_list().expect("listed") {
        let bytes: Vec<u8> = (0..256).map(|_| random.next() as u8).collect();
        let _ = source.set_one_reg(id, &bytes);
    }
    let state = capture_vcpu(&source, 0, &init).expect("captured");
    assert_eq!(state.pmu_irq, Some(23));
    assert!(state.registers.iter().any(|register| register.value.len() == 256), "a Z register");
    let (_vm, copy, init) = make();
    restore_vcpu(&copy, &state, &mut strict).expect("restored");
    let again = capture_vcpu(&copy, 0, &init).expect("captured");
    let counter = |id: u64| [invar::migrate::TIMER_CNT, invar::migrate::PTIMER_CNT].contains(&id);
    let differ = |(a, b): &(&invar::migrate::Register, &invar::migrate::Register)| a != b && !counter(a.id);
    let differing: Vec<_> = state.registers.iter().zip(&again.registers).filter(differ).collect();
    assert_eq!(differing, []);
}
