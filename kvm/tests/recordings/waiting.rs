//! WFIT and WFET, memory copies that another PE began, and VMs that a failed first run ends. Compares with no recording.

use std::sync::Arc;

use emu::engine::{EngineKind, JitLevel};
use kvm::abi::{DeviceAttr, device_type, vcpu_attribute, vcpu_feature};
use kvm::errno::{EBUSY, EINTR, EIO, ENXIO};
use kvm::ioctl::{KvmFile, ioctl};
use kvm::{Host, Kvm, TimeSource, VcpuExit, VcpuFd, VmFd, core_regs};
use sysregs::SysReg;
use vm_memory::MmapRegion;

use crate::ioctl_fuzz::Program;
use crate::program::{CODE, DEVICE, RAM, mrs, msr, str};

pub const NOP: u32 = 0xd503_201f;
const SEV: u32 = 0xd503_209f;
pub const WFET_X0: u32 = 0xd503_1000;
pub const WFIT_X0: u32 = 0xd503_1020;
/// CPYP, CPYM, CPYE and SETP, SETM, SETE [X0]!, ([X1]!,) X2! (, X1).
const COPY: [u32; 3] = [0x1d01_0440, 0x1d41_0440, 0x1d81_0440];
const SET: [u32; 3] = [0x19c1_0440, 0x19c1_4440, 0x19c1_8440];
/// PSTATE: EL1h, all masked; C and N.
const EL1H: u64 = 0x3c5;
const C: u64 = 1 << 29;
const N: u64 = 1 << 31;

pub fn guest(time: TimeSource, vcpus: u64, words: &[u32]) -> (VmFd, Vec<VcpuFd>) {
    guest_on("max", EngineKind::Interpreter, time, vcpus, words)
}

fn guest_on(cpu: &str, engine: EngineKind, time: TimeSource, vcpus: u64, words: &[u32]) -> (VmFd, Vec<VcpuFd>) {
    let host = Host { time, engine, ..Host::new(cpu, "6.12").expect("known") };
    let vm = Kvm::new(host).create_vm().expect("a VM");
    vm.add_memory(0, RAM, Arc::new(MmapRegion::new(0x20_0000).expect("memory"))).expect("a slot");
    let bytes: Vec<u8> = words.iter().flat_map(|word| word.to_le_bytes()).collect();
    vm.memory().write_bytes(CODE, &bytes).expect("RAM");
    let made = |id| {
        let vcpu = vm.create_vcpu(id).expect("a vCPU");
        vcpu.vcpu_init(&vm.get_preferred_target()).expect("KVM_ARM_VCPU_INIT");
        vcpu.set_reg_u64(core_regs::PC, CODE).expect("PC");
        vcpu
    };
    let vcpus = (0..vcpus).map(made).collect();
    (vm, vcpus)
}

fn pc(vcpu: &VcpuFd) -> u64 {
    vcpu.get_reg_u64(core_regs::PC).expect("PC") - CODE
}

/// Turns end when the guest waits, and it is idle until its time has come.
#[test]
fn waits_in_turns_until_the_time() {
    for word in [WFIT_X0, WFET_X0] {
        let (vm, vcpus) = guest(TimeSource::Virtual, 1, &[word, NOP, word, NOP]);
        let vcpu = &vcpus[0];
        let frequency = vm.clock().frequency();
        vcpu.set_reg_u64(core_regs::x(0), frequency / 1000).expect("X0");
        assert_eq!((vcpu.run_for(100), vcpu.idle(), pc(vcpu)), (Ok(VcpuExit::Yield), true, 4));
        let ahead = vcpu.next_deadline().expect("a deadline");
        assert!(ahead > frequency / 1001 && ahead <= frequency / 1000, "{ahead}");
        vm.clock().advance(999_000);
        assert!(vcpu.idle(), "{word:#x}");
        vm.clock().advance(1000);
        assert!(!vcpu.idle(), "{word:#x}");
        // The time of the second is over already.
        assert_eq!((vcpu.run_for(3), pc(vcpu)), (Ok(VcpuExit::Quantum), 16));
        assert_eq!(vcpu.next_deadline(), None);
    }
}

/// An event from another PE ends WFET, and not WFIT.
#[test]
fn events_end_wfet() {
    for (word, ends) in [(WFET_X0, true), (WFIT_X0, false)] {
        let (_vm, vcpus) = guest(TimeSource::Virtual, 2, &[word, SEV]);
        vcpus[0].set_reg_u64(core_regs::x(0), u64::MAX).expect("X0");
        assert_eq!((vcpus[0].run_for(100), vcpus[0].idle()), (Ok(VcpuExit::Yield), true));
        vcpus[1].set_reg_u64(core_regs::PC, CODE + 4).expect("PC");
        assert_eq!(vcpus[1].run_for(1), Ok(VcpuExit::Quantum));
        assert_eq!(vcpus[0].idle(), !ends, "{word:#x}");
    }
}

/// What a moved guest waits for moves with it.
#[test]
fn a_wait_is_part_of_the_state() {
    let (vm, vcpus) = guest(TimeSource::Virtual, 1, &[WFIT_X0, NOP]);
    vcpus[0].set_reg_u64(core_regs::x(0), 1000).expect("X0");
    assert_eq!(vcpus[0].run_for(100), Ok(VcpuExit::Yield));
    let (_, others) = guest(TimeSource::Virtual, 1, &[NOP]);
    others[0].set_hidden_state(&vcpus[0].hidden_state());
    assert!(others[0].idle() && others[0].next_deadline().is_some());
    drop(vm);
}

/// With the host's clock KVM_RUN sleeps: the guest tells the count after its wait, which is not below what it waited for.
#[test]
fn waits_in_real_time() {
    for word in [WFIT_X0, WFET_X0] {
        let (vm, vcpus) = guest(TimeSource::Host, 1, &[word, mrs(SysReg::CNTVCT_EL0, 1), str(1, 20, 0)]);
        let count = vcpus[0].get_reg_u64(SysReg::CNTVCT_EL0.encoding().kvm_id());
        let until = count.unwrap_or(0) + vm.clock().frequency() / 200;
        vcpus[0].set_reg_u64(core_regs::x(0), until).expect("X0");
        vcpus[0].set_reg_u64(core_regs::x(20), DEVICE).expect("X20");
        match vcpus[0].run() {
            Ok(VcpuExit::MmioWrite { data, .. }) => assert!(data >= until, "{word:#x}: {data} {until}"),
            other => panic!("{other:?}"),
        }
    }
}

/// From, to, size and flags of a sequence that a PE with option B has left half done; PC is at the main instruction or the epilogue.
#[test]
fn memory_copies_of_another_option_begin_again() {
    let (to, from, size) = (RAM + 0x1000, RAM + 0x3000, 0x500);
    // Forward: what remains, from here on. Backward: with N, the addresses are past the end.
    for (main, flags, ends) in [(4, C, 0), (8, C, 0), (4, C | N, size), (8, C | N, size)] {
        let (vm, vcpus) = guest(TimeSource::Virtual, 1, &COPY);
        let vcpu = &vcpus[0];
        let pattern: Vec<u8> = (0..size).map(|byte| byte as u8 ^ 0x5a).collect();
        vm.memory().write_bytes(from, &pattern).expect("RAM");
        for (id, value) in [(core_regs::PC, CODE + main), (core_regs::PSTATE, EL1H | flags)] {
            vcpu.set_reg_u64(id, value).expect("KVM_SET_ONE_REG");
        }
        for (number, value) in [(0, to + ends), (1, from + ends), (2, size)] {
            vcpu.set_reg_u64(core_regs::x(number), value).expect("KVM_SET_ONE_REG");
        }
        assert_eq!(vcpu.run_for(3), Ok(VcpuExit::Quantum));
        let mut copied = vec![0; size as usize];
        vm.memory().read_bytes(to, &mut copied).expect("RAM");
        assert_eq!((copied == pattern, pc(vcpu)), (true, 12), "{main} {flags:#x}");
    }
    let (vm, vcpus) = guest(TimeSource::Virtual, 1, &SET);
    let values =
        [(core_regs::PC, CODE + 4), (core_regs::PSTATE, EL1H | C), (core_regs::x(0), to), (core_regs::x(1), 0x77), (core_regs::x(2), size)];
    for (id, value) in values {
        vcpus[0].set_reg_u64(id, value).expect("KVM_SET_ONE_REG");
    }
    assert_eq!((vcpus[0].run_for(3), pc(&vcpus[0])), (Ok(VcpuExit::Quantum), 12));
    assert_eq!(vm.memory().read::<u64>(to + size - 8), Some(0x7777_7777_7777_7777));
    assert_eq!(vm.memory().read::<u64>(to + size), Some(0));
}

/// A first run that fails at the GIC ends the VM, on kernels that have it so: its own errno, then EIO for every file of the VM.
#[test]
fn a_failed_first_run_is_final() {
    const CHECK_EXTENSION: u32 = 0xae03;
    for (kernel, last) in [("5.10", EBUSY), ("6.1", EIO), ("6.12", EIO), ("7.3", EIO)] {
        let kvm = Kvm::new(Host::new("max", kernel).expect("known"));
        let vm = kvm.create_vm().expect("a VM");
        let vcpu = vm.create_vcpu(0).expect("a vCPU");
        vcpu.vcpu_init(&vm.get_preferred_target()).expect("KVM_ARM_VCPU_INIT");
        let gic = vm.create_device(device_type::VGIC_V3).expect("a GIC");
        let set = |attr, value: u64| gic.set_device_attr(&DeviceAttr { flags: 0, group: 0, attr }, value).expect("an address");
        set(2, 0x0800_0000);
        set(3, 0x080a_0000);
        assert_eq!(vcpu.run(), Err(EBUSY), "{kernel}: not initialised");
        assert_eq!(vcpu.run(), Err(last), "{kernel}");
        let mut program = Program::new(kvm.clone());
        for file in [KvmFile::Vm(vm), KvmFile::Vcpu(vcpu), KvmFile::Device(gic)] {
            let answer = ioctl(&file, CHECK_EXTENSION, 0, &mut program);
            assert_eq!(answer == Err(EIO), last == EIO, "{kernel}");
        }
        assert!(ioctl(&KvmFile::System(kvm), CHECK_EXTENSION, 0, &mut program).is_ok());
    }
}

/// KVM_ARM_VCPU_PMU_V3_SET_PMU: the host's PMU has perf type 8; after the first run it is EBUSY, and on kernels before 5.18 unknown.
#[test]
fn the_pmu_of_a_vm() {
    let attribute = |attr| DeviceAttr { flags: 0, group: vcpu_attribute::PMU_V3, attr };
    for (kernel, known) in [("4.20", false), ("5.10", false), ("6.1", true), ("7.3", true)] {
        let vm = Kvm::new(Host::new("neoverse-n1", kernel).expect("known")).create_vm().expect("a VM");
        vm.add_memory(0, RAM, Arc::new(MmapRegion::new(0x20_0000).expect("memory"))).expect("a slot");
        let mut init = vm.get_preferred_target();
        init.features[0] = vcpu_feature::PMU_V3;
        let made = |id| {
            let vcpu = vm.create_vcpu(id).expect("a vCPU");
            vcpu.vcpu_init(&init).expect("KVM_ARM_VCPU_INIT");
            vcpu
        };
        let (vcpu, runner) = (made(0), made(1));
        let set = |perf_type: u64| vcpu.set_device_attr(&attribute(vcpu_attribute::PMU_SET_PMU), perf_type);
        assert_eq!(vcpu.has_device_attr(&attribute(vcpu_attribute::PMU_SET_PMU)).is_ok(), known, "{kernel}");
        if !known {
            assert_eq!(set(8), Err(ENXIO), "{kernel}");
            continue;
        }
        assert_eq!((set(8), set(9), set(4), set(u64::from(u32::MAX))), (Ok(()), Err(ENXIO), Err(ENXIO), Err(ENXIO)), "{kernel}");
        // A filter for the PMU that is chosen stands in no one's way.
        vcpu.set_device_attr(&attribute(vcpu_attribute::PMU_FILTER), 0x0000_0000_0001_0011).expect("a filter");
        assert_eq!(set(8), Ok(()), "{kernel}");
        runner.set_device_attr(&attribute(vcpu_attribute::PMU_INIT), 0).expect("KVM_ARM_VCPU_PMU_V3_INIT");
        runner.set_reg_u64(core_regs::PC, RAM).expect("PC");
        vm.memory().write_bytes(RAM, &NOP.to_le_bytes()).expect("RAM");
        assert_eq!(runner.run_for(1), Ok(VcpuExit::Quantum));
        assert_eq!((set(8), set(9)), (Err(EBUSY), Err(ENXIO)), "{kernel}");
    }
}

/// The choice binds the VM to the CPUs with that PMU: on others KVM_RUN fails to enter the guest (KVM_EXIT_FAIL_ENTRY_CPU_UNSUPPORTED), as often as
/// it is tried; a guest that has been moved back goes on.
#[test]
fn a_chosen_pmu_keeps_vcpus_on_its_cpus() {
    let mut host = Host::new("cortex-a53", "6.12").expect("known");
    host.other_clusters.push(sysregs::models::by_name("cortex-a72").expect("known").ids());
    let vm = Kvm::new(host).create_vm().expect("a VM");
    vm.add_memory(0, RAM, Arc::new(MmapRegion::new(0x20_0000).expect("memory"))).expect("a slot");
    let vcpu = vm.create_vcpu(0).expect("a vCPU");
    let mut init = vm.get_preferred_target();
    init.features[0] = vcpu_feature::PMU_V3;
    vcpu.vcpu_init(&init).expect("KVM_ARM_VCPU_INIT");
    let set = |attr, value| vcpu.set_device_attr(&DeviceAttr { flags: 0, group: vcpu_attribute::PMU_V3, attr }, value);
    set(vcpu_attribute::PMU_SET_PMU, 9).expect("the second kind's PMU");
    set(vcpu_attribute::PMU_INIT, 0).expect("KVM_ARM_VCPU_PMU_V3_INIT");
    vcpu.set_reg_u64(core_regs::PC, RAM).expect("PC");
    vm.memory().write_bytes(RAM, &NOP.to_le_bytes()).expect("RAM");
    for _ in 0..2 {
        assert_eq!(vcpu.run_for(1), Ok(VcpuExit::FailEntry { reason: 1, cpu: 0 }));
    }
    assert_eq!((vcpu.run_page().exit_reason(), vcpu.run_page().read(32, 8), vcpu.run_page().read(40, 4)), (9, 1, 0));
    assert_eq!(vcpu.get_reg_u64(core_regs::PC), Ok(RAM));
    vcpu.move_to_cluster(1).expect("the host has two");
    assert_eq!(vcpu.run_for(1), Ok(VcpuExit::Quantum));
}

/// In virtual time a timer fires at the same instruction on every engine, wherever in a block the guest has set it.
#[test]
fn timers_fire_at_an_instruction() {
    const B_SELF: u32 = 0x1400_0000;
    const ADD_X0_100: u32 = 0x9101_9000;
    const MOV_X1_1: u32 = 0xd280_0021;
    const MOV_X9_10: u32 = 0xd280_0149;
    const SUB_X9_1: u32 = 0xd100_0529;
    // A tick is sixteen instructions there.
    for before in 0..40 {
        // Ten times, so that the JIT has code for it: MOV X1, #1; NOPs; MRS, ADD; MSR; MSR; SUB X9; CBNZ X9.
        let mut words = vec![MOV_X9_10, MOV_X1_1];
        words.extend(vec![NOP; before]);
        words.extend([mrs(SysReg::CNTVCT_EL0, 0), ADD_X0_100, NOP, msr(SysReg::CNTV_CVAL_EL0, 0), NOP, msr(SysReg::CNTV_CTL_EL0, 1)]);
        let back = (words.len() as u32 - 1).wrapping_neg() & 0x7_ffff;
        words.extend([SUB_X9_1, 0xb500_0009 | back << 5, B_SELF]);
        let fired = [EngineKind::Interpreter, EngineKind::Jit(JitLevel::V3), EngineKind::Jit(JitLevel::Calls)].map(|engine| {
            let (vm, vcpus) = guest_on("neoverse-n2", engine, TimeSource::Virtual, 1, &words);
            let vcpu = &vcpus[0];
            assert_eq!(vcpu.run_for(100_000), Err(EINTR));
            let ticks = vm.clock().ticks(vm.clock().nanoseconds());
            (vcpu.retired(), ticks - vcpu.get_reg_u64(core_regs::x(0)).expect("X0"))
        });
        assert!(fired.iter().all(|&(retired, late)| retired == fired[0].0 && late == 0), "{before}: {fired:?}");
    }
}
