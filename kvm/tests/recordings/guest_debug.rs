//! KVM_SET_GUEST_DEBUG: user space steps a guest and puts breakpoints into it. Compares with no recording: the rules are those of
//! arch/arm64/kvm/debug.c and handle_exit.c.

use std::sync::Arc;

use kvm::abi::guest_debug::{ENABLE, SINGLESTEP, USE_HW, USE_SW_BP};
use kvm::errno::EINVAL;
use kvm::{GuestDebug, Host, Kvm, VcpuExit, VcpuFd, VmFd, core_regs};
use sysregs::SysReg;
use vm_memory::MmapRegion;

use crate::program::{CODE, DEVICE, RAM, mrs, str};

const NOP: u32 = 0xd503_201f;
const HVC: u32 = 0xd400_0002;
const BRK: u32 = 0xd420_00a0;

fn guest(words: &[u32]) -> (VmFd, VcpuFd) {
    let vm = Kvm::new(Host::new("max", "6.12").expect("known")).create_vm().expect("a VM");
    vm.add_memory(0, RAM, Arc::new(MmapRegion::new(0x20_0000).expect("memory"))).expect("a slot");
    let vcpu = vm.create_vcpu(0).expect("a vCPU");
    vcpu.vcpu_init(&vm.get_preferred_target()).expect("KVM_ARM_VCPU_INIT");
    let bytes: Vec<u8> = words.iter().flat_map(|word| word.to_le_bytes()).collect();
    vm.memory().write_bytes(CODE, &bytes).expect("RAM");
    vcpu.set_reg_u64(core_regs::PC, CODE).expect("PC");
    vcpu.set_reg_u64(core_regs::x(20), DEVICE).expect("X20");
    vcpu.set_reg_u64(core_regs::x(19), RAM + 0x8000).expect("X19");
    (vm, vcpu)
}

fn pc(vcpu: &VcpuFd) -> u64 {
    vcpu.get_reg_u64(core_regs::PC).expect("PC") - CODE
}

fn debug(vcpu: &VcpuFd, control: u32) -> GuestDebug {
    let debug = GuestDebug { control, ..GuestDebug::default() };
    vcpu.set_guest_debug(&debug).expect("KVM_SET_GUEST_DEBUG");
    debug
}

/// ESR_EL2.EC of a KVM_EXIT_DEBUG.
fn class(exit: &VcpuExit) -> u64 {
    match exit {
        VcpuExit::Debug { esr, .. } => esr >> 26,
        other => panic!("{other:?}"),
    }
}

/// One instruction a run: plain ones, what the hypervisor emulates, a hypercall, and an MMIO access, whose step comes after it is done.
#[test]
fn single_step() {
    let (_vm, vcpu) = guest(&[NOP, mrs(SysReg::ID_AA64PFR0_EL1, 1), HVC, str(1, 20, 0), NOP, NOP]);
    debug(&vcpu, ENABLE | SINGLESTEP);
    for expected in [4, 8, 12] {
        let exit = vcpu.run().expect("KVM_RUN");
        assert_eq!((class(&exit), pc(&vcpu)), (0x32, expected));
        assert_eq!(vcpu.run_page().exit_reason(), 4);
        assert_eq!(vcpu.run_page().read(32, 4) >> 26, 0x32);
    }
    assert!(matches!(vcpu.run().expect("KVM_RUN"), VcpuExit::MmioWrite { .. }));
    for expected in [16, 20] {
        assert_eq!((class(&vcpu.run().expect("KVM_RUN")), pc(&vcpu)), (0x32, expected));
    }
    assert_eq!(vcpu.get_reg_u64(core_regs::PSTATE).expect("PSTATE") >> 21 & 1, 0, "PSTATE.SS stays the guest's");
    debug(&vcpu, 0);
    assert_eq!(vcpu.run_for(1), Ok(VcpuExit::Quantum));
}

#[test]
fn software_breakpoints() {
    let (_vm, vcpu) = guest(&[NOP, BRK, NOP]);
    debug(&vcpu, ENABLE | USE_SW_BP);
    let exit = vcpu.run().expect("KVM_RUN");
    assert_eq!(exit, VcpuExit::Debug { esr: 0x3c << 26 | 1 << 25 | 5, far: 0 });
    assert_eq!(pc(&vcpu), 4);
    assert_eq!(vcpu.run().expect("KVM_RUN"), exit, "it is not skipped");
}

#[test]
fn hardware_breakpoints_and_watchpoints() {
    let (_vm, vcpu) = guest(&[NOP, NOP, str(1, 19, 0x10), NOP, 0x1400_0000]);
    let mut wish = GuestDebug { control: ENABLE | USE_HW, ..GuestDebug::default() };
    // As QEMU programs them: all levels, all bytes, loads and stores.
    wish.registers.breakpoints[1].value = CODE + 4;
    wish.registers.breakpoints[1].control = 1 | 3 << 1 | 0xf << 5;
    wish.registers.watchpoints[0].value = RAM + 0x8010;
    wish.registers.watchpoints[0].control = 1 | 3 << 1 | 3 << 3 | 0xff << 5;
    vcpu.set_guest_debug(&wish).expect("KVM_SET_GUEST_DEBUG");
    let exit = vcpu.run().expect("KVM_RUN");
    assert_eq!((class(&exit), pc(&vcpu)), (0x30, 4));
    wish.registers.breakpoints[1].control = 0;
    vcpu.set_guest_debug(&wish).expect("KVM_SET_GUEST_DEBUG");
    let exit = vcpu.run().expect("KVM_RUN");
    assert_eq!(exit, VcpuExit::Debug { esr: 0x34 << 26 | 1 << 25 | 1 << 6 | 0x22, far: RAM + 0x8010 });
    assert_eq!((pc(&vcpu), vcpu.run_page().read(40, 8)), (8, RAM + 0x8010));
    debug(&vcpu, 0);
    assert_eq!(vcpu.run_for(2), Ok(VcpuExit::Quantum));
    assert_eq!(pc(&vcpu), 16);
}

#[test]
fn unknown_controls_are_refused() {
    let (_vm, vcpu) = guest(&[NOP]);
    for control in [4, ENABLE | 1 << 18, 1 << 31] {
        assert_eq!(vcpu.set_guest_debug(&GuestDebug { control, ..GuestDebug::default() }), Err(EINVAL), "{control:#x}");
    }
}

/// A signal that ends KVM_RUN before the guest is entered leaves the guest its PSTATE.SS, and the step is still to come.
#[test]
fn a_step_that_a_signal_prevents() {
    let (_vm, vcpu) = guest(&[NOP, NOP]);
    debug(&vcpu, ENABLE | SINGLESTEP);
    vcpu.set_interrupted(true);
    assert_eq!(vcpu.run(), Err(kvm::errno::EINTR));
    assert_eq!((vcpu.get_reg_u64(core_regs::PSTATE).expect("PSTATE") >> 21 & 1, pc(&vcpu)), (0, 0));
    assert_eq!((class(&vcpu.run().expect("KVM_RUN")), pc(&vcpu)), (0x32, 4));
}
