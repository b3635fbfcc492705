//! MMIO of big-endian guests: the data of KVM_EXIT_MMIO and of the GIC's frames is in the device's order (`vcpu_data_guest_to_host`).
//! Compares with no recording; accesses to memory are the guests' affair (examples/guests/endian).

use std::sync::Arc;

use kvm::{Host, Kvm, VcpuExit, VcpuFd, VmFd, core_regs};
use sysregs::SysReg;
use vm_memory::MmapRegion;

use crate::program::{CODE, DEVICE, RAM, mrs, str};

/// SCTLR_EL1: the bits that are one on every CPU, E0E, EE.
const SCTLR: u64 = 0x30d0_0800;
const E0E: u64 = 1 << 24;
const EE: u64 = 1 << 25;
const EL1H: u64 = 0x3c5;
const EL0T: u64 = 0x3c0;

const LDRSH_X: u32 = 0x7980_0282;
const LDR_W: u32 = 0xb940_0282;
const STRH: u32 = 0x7900_0281;
const STRB: u32 = 0x3900_0281;

fn guest(kernel: &str, word: u32, sctlr: u64, pstate: u64) -> (VmFd, VcpuFd) {
    let vm = Kvm::new(Host::new("max", kernel).expect("known")).create_vm().expect("a VM");
    vm.add_memory(0, RAM, Arc::new(MmapRegion::new(0x20_0000).expect("memory"))).expect("a slot");
    let vcpu = vm.create_vcpu(0).expect("a vCPU");
    vcpu.vcpu_init(&vm.get_preferred_target()).expect("KVM_ARM_VCPU_INIT");
    vm.memory().write_bytes(CODE, &word.to_le_bytes()).expect("RAM");
    let set = |id, value| vcpu.set_reg_u64(id, value).expect("KVM_SET_ONE_REG");
    set(core_regs::PC, CODE);
    set(core_regs::PSTATE, pstate);
    set(core_regs::x(1), 0x1122_3344_5566_7788);
    set(core_regs::x(20), DEVICE);
    set(SysReg::SCTLR_EL1.encoding().kvm_id(), SCTLR | sctlr);
    (vm, vcpu)
}

/// What a store of X1 brings to the device.
fn stored(kernel: &str, word: u32, sctlr: u64, pstate: u64) -> u64 {
    let (_vm, vcpu) = guest(kernel, word, sctlr, pstate);
    match vcpu.run() {
        Ok(VcpuExit::MmioWrite { data, length, .. }) => {
            assert_eq!(vcpu.run_page().mmio_data() & (u64::MAX >> (64 - 8 * length)), data);
            data
        }
        other => panic!("{other:?}"),
    }
}

/// X2 after a load for which the device has these data.
fn loaded(kernel: &str, word: u32, sctlr: u64, data: u64) -> u64 {
    let (_vm, vcpu) = guest(kernel, word, sctlr, EL1H);
    assert!(matches!(vcpu.run(), Ok(VcpuExit::MmioRead { .. })));
    vcpu.set_mmio_data(data);
    assert_eq!(vcpu.run_for(1), Ok(VcpuExit::Quantum));
    vcpu.get_reg_u64(core_regs::x(2)).expect("X2")
}

#[test]
fn stores_to_devices() {
    let str_x = str(1, 20, 0);
    for (word, little, big) in [(str_x, 0x1122_3344_5566_7788, 0x8877_6655_4433_2211), (STRH, 0x7788, 0x8877), (STRB, 0x88, 0x88)] {
        for kernel in ["4.20", "6.12"] {
            assert_eq!(stored(kernel, word, 0, EL1H), little, "{word:#x} on {kernel}");
            assert_eq!(stored(kernel, word, E0E, EL1H), little, "{word:#x} on {kernel}: E0E is EL0's");
            assert_eq!(stored(kernel, word, EE, EL1H), big, "{word:#x} on {kernel}");
        }
        // Kernels before 5.16 looked at EE only.
        assert_eq!(stored("6.12", word, E0E, EL0T), big);
        assert_eq!(stored("6.12", word, EE, EL0T), little);
        assert_eq!(stored("5.10", word, E0E, EL0T), little);
        assert_eq!(stored("5.10", word, EE, EL0T), big);
    }
}

#[test]
fn loads_from_devices() {
    assert_eq!(loaded("6.12", LDR_W, 0, 0x1122_3344), 0x1122_3344);
    assert_eq!(loaded("6.12", LDR_W, EE, 0x1122_3344), 0x4433_2211);
    // The sign is that of the value in the guest's order, for kernels that extend at all.
    for (kernel, expected) in [("6.12", 0x8000), ("7.0", 0x8000), ("7.2", 0xffff_ffff_ffff_8000), ("7.3", 0xffff_ffff_ffff_8000)] {
        assert_eq!(loaded(kernel, LDRSH_X, EE, 0x0080), expected, "{kernel}");
    }
}

/// The instructions of the guest are little-endian all the same.
#[test]
fn instructions_are_little_endian() {
    let (_vm, vcpu) = guest("6.12", mrs(SysReg::SCTLR_EL1, 3), EE | E0E, EL1H);
    assert_eq!(vcpu.run_for(1), Ok(VcpuExit::Quantum));
    assert_eq!(vcpu.get_reg_u64(core_regs::x(3)), Ok(SCTLR | EE | E0E));
}
