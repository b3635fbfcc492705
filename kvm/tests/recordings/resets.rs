//! What KVM_ARM_VCPU_INIT leaves and drops, what is put back by the choice of a PMU, and which of two mistakes is told. Compares with no
//! recording.

use std::sync::Arc;

use kvm::abi::{DeviceAttr, VcpuEvents, VcpuInit, device_type, vcpu_attribute, vcpu_feature, vgic};
use kvm::errno::{EBUSY, EFAULT, EINVAL, ENOENT, Errno};
use kvm::ioctl::{KvmFile, ioctl};
use kvm::{Host, Kvm, TimeSource, VcpuExit, VcpuFd, VmFd, core_regs};
use sysregs::SysReg;
use vm_memory::MmapRegion;

use crate::ioctl_fuzz::{MEMORY, Program};
use crate::program::RAM;

const SET_ONE_REG: u32 = 0x4010_aeac;
const SET_DEVICE_ATTR: u32 = 0x4018_aee1;
const WFI: u32 = 0xd503_207f;
/// Where no program has memory.
const NOWHERE: u64 = 0x10;

/// A VM in virtual time with one vCPU, whose guest waits.
fn guest(kernel: &str, features: u32) -> (VmFd, VcpuFd, VcpuInit) {
    let host = Host { time: TimeSource::Virtual, ..Host::new("neoverse-n1", kernel).expect("known") };
    let vm = Kvm::new(host).create_vm().expect("a VM");
    vm.add_memory(0, RAM, Arc::new(MmapRegion::new(0x1_0000).expect("memory"))).expect("a slot");
    vm.memory().write_bytes(RAM, &WFI.to_le_bytes()).expect("RAM");
    let vcpu = vm.create_vcpu(0).expect("a vCPU");
    let init = VcpuInit { features: [features, 0, 0, 0, 0, 0, 0], ..vm.get_preferred_target() };
    vcpu.vcpu_init(&init).expect("KVM_ARM_VCPU_INIT");
    vcpu.set_reg_u64(core_regs::PC, RAM).expect("PC");
    (vm, vcpu, init)
}

/// `vcpu_reset_hcr`
#[test]
fn what_is_pending_when_a_vcpu_is_initialised_again() {
    for (kernel, has_run, stays) in [("6.1", false, false), ("6.1", true, false), ("6.12", false, false), ("6.12", true, true)] {
        let (vm, vcpu, init) = guest(kernel, 0);
        if has_run {
            assert_eq!(vcpu.run_for(10), Ok(VcpuExit::Yield));
        }
        let events = VcpuEvents { serror_pending: true, serror_has_esr: true, serror_esr: 0x77, ..VcpuEvents::default() };
        vcpu.set_vcpu_events(&events).expect("an SError");
        // The CPU's own line.
        vm.set_irq_line(0, true).expect("no GIC in the kernel");
        vcpu.vcpu_init(&init).expect("again");
        vcpu.set_reg_u64(core_regs::PC, RAM).expect("PC");
        let told = vcpu.get_vcpu_events().map(|events| (events.serror_pending, events.serror_esr));
        assert_eq!(told, Ok((stays, if stays { 0x77 } else { 0 })), "{kernel}");
        // Masked, an interrupt ends the wait all the same.
        let waits = Ok(if stays { VcpuExit::Quantum } else { VcpuExit::Yield });
        assert_eq!((vcpu.run_for(1), vcpu.idle()), (waits, !stays), "{kernel}");
    }
}

/// `kvm_arm_set_pmu`
#[test]
fn a_chosen_pmu_has_all_its_counters() {
    for (kernel, left) in [("6.6", 2), ("6.8", 6), ("6.12", 6)] {
        let (_vm, vcpu, _) = guest(kernel, vcpu_feature::PMU_V3);
        let id = SysReg::PMCR_EL0.encoding().kvm_id();
        let counters = || vcpu.get_reg_u64(id).expect("PMCR_EL0") >> 11 & 0x1f;
        let whole = vcpu.get_reg_u64(id).expect("PMCR_EL0");
        assert_eq!(counters(), 6);
        vcpu.set_reg_u64(id, whole & !(0x1f << 11) | 2 << 11).expect("fewer");
        assert_eq!(counters(), 2, "{kernel}");
        let attr = DeviceAttr { flags: 0, group: vcpu_attribute::PMU_V3, attr: vcpu_attribute::PMU_SET_PMU };
        assert_eq!(vcpu.set_device_attr(&attr, 8), Ok(()));
        assert_eq!(counters(), left, "{kernel}");
    }
}

/// An ioctl with a structure of 64-bit words.
fn call(file: &KvmFile, request: u32, words: &[u64]) -> Result<i64, Errno> {
    let kvm = Kvm::new(Host::new("neoverse-n1", "6.12").expect("known"));
    let mut program = Program::new(kvm);
    let bytes: Vec<u8> = words.iter().flat_map(|word| word.to_le_bytes()).collect();
    kvm::ioctl::UserSpace::copy_out(&mut program, MEMORY, &bytes).expect("in memory");
    ioctl(file, request, MEMORY, &mut program)
}

/// `kvm_sys_reg_set_user` reads the value first, since 6.0.
#[test]
fn a_value_that_cannot_be_read_and_a_register_that_does_not_exist() {
    // op0=3, op1=7, CRn=15, CRm=15, op2=7; a core register beyond all.
    let (unknown, core) = (0x6030_0000_0013_ffff, 0x6030_0000_0010_0fff);
    for (kernel, first) in [("5.10", ENOENT), ("6.1", EFAULT), ("6.12", EFAULT)] {
        let (_vm, vcpu, _) = guest(kernel, 0);
        let file = KvmFile::Vcpu(vcpu);
        assert_eq!(call(&file, SET_ONE_REG, &[unknown, NOWHERE]), Err(first), "{kernel}");
        assert_eq!(call(&file, SET_ONE_REG, &[unknown, MEMORY]), Err(ENOENT), "{kernel}");
        assert_ne!(call(&file, SET_ONE_REG, &[core, NOWHERE]), Err(EFAULT), "{kernel}");
    }
}

/// Of a CPU system register the GIC's state is asked first, of others the value (`vgic_v3_attr_regs_access`).
#[test]
fn a_value_that_cannot_be_read_and_a_gic_that_is_not_initialised() {
    let (vm, _vcpu, _) = guest("6.12", 0);
    let gic = KvmFile::Device(vm.create_device(device_type::VGIC_V3).expect("a GICv3"));
    let set = |group: u32, attr: u64| call(&gic, SET_DEVICE_ATTR, &[u64::from(group) << 32, attr, NOWHERE]);
    assert_eq!(set(vgic::GRP_CPU_SYSREGS, 0xc230), Err(EBUSY));
    assert_eq!(set(vgic::GRP_DIST_REGS, 0), Err(EFAULT));
    assert_eq!(set(vgic::GRP_CPU_SYSREGS, 7 << 32 | 0xc230), Err(EINVAL), "no such vCPU");
}

/// The timers' PPIs: each vCPU's before 6.4, so that one that comes late has others, and no vCPU runs.
#[test]
fn timer_interrupts_of_a_vm_or_of_its_vcpus() {
    for (kernel, of_vm) in [("6.1", false), ("6.12", true)] {
        let (vm, first, init) = guest(kernel, 0);
        let made = |id| {
            let vcpu = vm.create_vcpu(id).expect("a vCPU");
            vcpu.vcpu_init(&init).expect("KVM_ARM_VCPU_INIT");
            vcpu
        };
        let second = made(1);
        let gic = vm.create_device(device_type::VGIC_V3).expect("a GICv3");
        let timer = |attr| DeviceAttr { flags: 0, group: vcpu_attribute::TIMER, attr };
        assert_eq!(first.set_device_attr(&timer(0), 20), Ok(()));
        let third = made(2);
        let numbers = [&first, &second, &third].map(|vcpu| vcpu.get_device_attr(&timer(0)).expect("a number").0);
        assert_eq!(numbers, [20, 20, if of_vm { 20 } else { 27 }], "{kernel}");
        for (group, attr, value) in [(vgic::GRP_ADDR, 2, 0x0800_0000), (vgic::GRP_ADDR, 3, 0x080a_0000), (vgic::GRP_CTRL, 0, 0)] {
            gic.set_device_attr(&DeviceAttr { flags: 0, group, attr }, value).expect("placed and initialised");
        }
        assert_eq!(first.run_for(10), if of_vm { Ok(VcpuExit::Yield) } else { Err(EINVAL) }, "{kernel}");
        if of_vm {
            assert_eq!(second.set_device_attr(&timer(0), 21), Err(EBUSY));
            continue;
        }
        assert_eq!(third.set_device_attr(&timer(0), 20), Ok(()));
        assert_eq!(first.run_for(10), Ok(VcpuExit::Yield));
        assert_eq!(first.set_device_attr(&timer(0), 21), Err(EBUSY), "it has run");
        assert_eq!(second.set_device_attr(&timer(0), 21), Ok(()), "it has not");
    }
}
