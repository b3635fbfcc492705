//! First runs whose preparation fails on older kernels, which do not go through it again (`kvm_vcpu_first_run_init`). Compares with no
//! recording.

use std::sync::Arc;

use kvm::abi::{DeviceAttr, device_type, vcpu_attribute, vgic};
use kvm::errno::{EBUSY, EEXIST, EINVAL, EIO, ENXIO, Errno};
use kvm::{DeviceFd, Host, Kvm, VcpuExit, VcpuFd, VmFd, core_regs};
use sysregs::SysReg;
use vm_memory::MmapRegion;

use crate::program::{CODE, DEVICE, RAM, msr, str};

const OLD: [&str; 3] = ["4.20", "rfc-einvariant", "5.10"];
const DIST: u64 = 0x0800_0000;
const REDIST: u64 = 0x080a_0000;
const IIDR: u64 = 8;

/// A vCPU whose guest stores X1 where X0 points, twice.
fn guest(kernel: &str) -> (VmFd, VcpuFd) {
    let host = Host { gicv2_compatible: true, ..Host::new("neoverse-n1", kernel).expect("known") };
    let vm = Kvm::new(host).create_vm().expect("a VM");
    vm.add_memory(0, RAM, Arc::new(MmapRegion::new(0x20_0000).expect("memory"))).expect("a slot");
    let bytes: Vec<u8> = [str(1, 0, 0); 2].iter().flat_map(|word| word.to_le_bytes()).collect();
    vm.memory().write_bytes(CODE, &bytes).expect("RAM");
    let vcpu = vm.create_vcpu(0).expect("a vCPU");
    vcpu.vcpu_init(&vm.get_preferred_target()).expect("KVM_ARM_VCPU_INIT");
    vcpu.set_reg_u64(core_regs::PC, CODE).expect("PC");
    vcpu.set_reg_u64(core_regs::x(0), DEVICE).expect("X0");
    (vm, vcpu)
}

fn set(device: &DeviceFd, group: u32, attr: u64, value: u64) -> Result<(), Errno> {
    device.set_device_attr(&DeviceAttr { flags: 0, group, attr }, value)
}

fn get(device: &DeviceFd, group: u32, attr: u64) -> Result<u64, Errno> {
    device.get_device_attr(&DeviceAttr { flags: 0, group, attr })
}

/// Where the guest stored, if that is why it left.
fn stored(vcpu: &VcpuFd) -> Option<u64> {
    match vcpu.run_bounded(4) {
        Ok(VcpuExit::MmioWrite { address, .. }) => Some(address),
        _ => None,
    }
}

/// `kvm_vgic_map_resources` destroys what it cannot map: a GIC that is not initialised, and one without a distributor.
#[test]
fn a_gic_that_fails_is_given_up() {
    for kernel in OLD {
        for (distributor, initialised, errno) in [(true, false, EBUSY), (false, true, ENXIO), (false, false, ENXIO)] {
            let (vm, vcpu) = guest(kernel);
            let gic = vm.create_device(device_type::VGIC_V3).expect("a GIC");
            set(&gic, vgic::GRP_ADDR, vgic::V3_ADDR_TYPE_REDIST, REDIST).expect("an address");
            if distributor {
                set(&gic, vgic::GRP_ADDR, vgic::V3_ADDR_TYPE_DIST, DIST).expect("an address");
            }
            if initialised {
                set(&gic, vgic::GRP_CTRL, vgic::CTRL_INIT, 0).expect("initialised");
                assert!(get(&gic, vgic::GRP_DIST_REGS, IIDR).is_ok());
            }
            assert_eq!(vcpu.run(), Err(errno), "{kernel}");
            assert_eq!(get(&gic, vgic::GRP_ADDR, vgic::V3_ADDR_TYPE_REDIST), Ok(u64::MAX), "{kernel}: no region");
            assert_eq!(get(&gic, vgic::GRP_NR_IRQS, 0), Ok(32), "{kernel}: no shared interrupts");
            assert_eq!(get(&gic, vgic::GRP_DIST_REGS, IIDR), Err(EBUSY), "{kernel}: not initialised");
            assert_eq!(vm.set_irq_line(1 << 24 | 40, true), Err(EBUSY), "{kernel}");
            assert_eq!(vm.create_device(device_type::VGIC_V3).err(), Some(kvm::errno::EEXIST), "{kernel}");
            assert_eq!(stored(&vcpu), Some(DEVICE), "{kernel}: the guest is entered");
            // It has no distributor.
            vcpu.set_reg_u64(core_regs::x(0), DIST).expect("X0");
            assert_eq!(stored(&vcpu), Some(DIST), "{kernel}");
        }
    }
}

/// After it 6.2 to 6.8 forget all of it, and the VM goes on once it is set up again; where the VM is dead it does not.
#[test]
fn a_gic_that_fails_is_set_up_again() {
    for (kernel, lives) in [("6.1", false), ("6.3", true), ("6.6", true), ("6.8", true), ("6.12", false), ("7.3", false)] {
        let (vm, vcpu) = guest(kernel);
        let gic = vm.create_device(device_type::VGIC_V3).expect("a GIC");
        let addresses = [(vgic::V3_ADDR_TYPE_REDIST, REDIST), (vgic::V3_ADDR_TYPE_DIST, DIST)];
        let place = || addresses.map(|(kind, address)| set(&gic, vgic::GRP_ADDR, kind, address));
        assert_eq!(place(), [Ok(()); 2], "{kernel}");
        assert_eq!(vcpu.run(), Err(EBUSY), "{kernel}: not initialised");
        assert_eq!(vcpu.run(), Err(if lives { ENXIO } else { EIO }), "{kernel}");
        if lives {
            assert_eq!(addresses.map(|(kind, _)| get(&gic, vgic::GRP_ADDR, kind)), [Ok(u64::MAX); 2], "{kernel}");
            assert_eq!(place(), [Ok(()); 2], "{kernel}");
            set(&gic, vgic::GRP_CTRL, vgic::CTRL_INIT, 0).expect("initialised");
            assert_eq!(stored(&vcpu), Some(DEVICE), "{kernel}");
        }
    }
}

/// The next vCPU's first run asks the GIC again: one that was initialised since has all it needs, and works for both.
#[test]
fn another_vcpu_may_succeed() {
    for kernel in OLD {
        let (vm, vcpu) = guest(kernel);
        let other = vm.create_vcpu(1).expect("a vCPU");
        other.vcpu_init(&vm.get_preferred_target()).expect("KVM_ARM_VCPU_INIT");
        other.set_reg_u64(core_regs::PC, CODE).expect("PC");
        other.set_reg_u64(core_regs::x(0), DEVICE).expect("X0");
        let gic = vm.create_device(device_type::VGIC_V3).expect("a GIC");
        set(&gic, vgic::GRP_ADDR, vgic::V3_ADDR_TYPE_REDIST, REDIST).expect("an address");
        set(&gic, vgic::GRP_ADDR, vgic::V3_ADDR_TYPE_DIST, DIST).expect("an address");
        assert_eq!(vcpu.run(), Err(EBUSY), "{kernel}");
        set(&gic, vgic::GRP_CTRL, vgic::CTRL_INIT, 0).expect("initialised");
        assert_eq!(stored(&other), Some(DEVICE), "{kernel}: its redistributor has its place");
        vcpu.set_reg_u64(core_regs::x(0), DIST).expect("X0");
        assert_eq!(stored(&vcpu), None, "{kernel}: there is a distributor");
    }
}

/// `kvm_timer_enable`: two timers cannot have one interrupt.
#[test]
fn timers_that_fail_are_not_asked_again() {
    for kernel in OLD {
        let (vm, vcpu) = guest(kernel);
        let gic = vm.create_device(device_type::VGIC_V3).expect("a GIC");
        set(&gic, vgic::GRP_ADDR, vgic::V3_ADDR_TYPE_REDIST, REDIST).expect("an address");
        set(&gic, vgic::GRP_ADDR, vgic::V3_ADDR_TYPE_DIST, DIST).expect("an address");
        set(&gic, vgic::GRP_CTRL, vgic::CTRL_INIT, 0).expect("initialised");
        for attr in [0, 1] {
            vcpu.set_device_attr(&DeviceAttr { flags: 0, group: vcpu_attribute::TIMER, attr }, 27).expect("a PPI");
        }
        assert_eq!(vcpu.run(), Err(EINVAL), "{kernel}");
        assert_eq!(stored(&vcpu), Some(DEVICE), "{kernel}");
        assert_eq!(get(&gic, vgic::GRP_ADDR, vgic::V3_ADDR_TYPE_REDIST), Ok(REDIST), "{kernel}: the GIC is as it was");
    }
}

/// `vgic_init` after `__kvm_vgic_destroy`: a GIC that was initialised, and given up for want of an address, is initialised again, with as many
/// interrupts as user space says now. Private interrupts and GICD_CTLR are as they were.
#[test]
fn a_gic_that_was_initialised_is_initialised_again() {
    const CTLR: u64 = 0;
    const TYPER: u64 = 4;
    const PENDING: u64 = 0x204;
    const PRIORITY: u64 = 0x410;
    // GICR_ISENABLER0 and GICR_IPRIORITYR4 in SGI_base.
    const PRIVATE: [(u64, u64); 2] = [(0x1_0100, 0x10_ffff), (0x1_0410, 0x4030_2010)];
    let mask = SysReg::ICC_PMR_EL1.encoding().0.into();
    for (kernel, places_stay) in [("4.20", true), ("5.10", true), ("6.3", false), ("6.6", false), ("6.8", false)] {
        let (vm, vcpu) = guest(kernel);
        let other = vm.create_vcpu(1).expect("a vCPU");
        other.vcpu_init(&vm.get_preferred_target()).expect("KVM_ARM_VCPU_INIT");
        other.set_reg_u64(core_regs::PC, CODE).expect("PC");
        let gic = vm.create_device(device_type::VGIC_V3).expect("a GIC");
        set(&gic, vgic::GRP_ADDR, vgic::V3_ADDR_TYPE_REDIST, REDIST).expect("an address");
        set(&gic, vgic::GRP_CTRL, vgic::CTRL_INIT, 0).expect("initialised");
        set(&gic, vgic::GRP_DIST_REGS, CTLR, 2).expect("a register");
        set(&gic, vgic::GRP_DIST_REGS, PRIORITY, 0x5050_5050).expect("a register");
        for (register, value) in PRIVATE {
            set(&gic, vgic::GRP_REDIST_REGS, register, value).expect("a register");
        }
        for (register, value) in [(mask, 0xff), (SysReg::ICC_IGRPEN1_EL1.encoding().0.into(), 1)] {
            set(&gic, vgic::GRP_CPU_SYSREGS, register, value).expect("a register");
        }
        vm.set_irq_line(2 << 24 | 20, true).expect("a line");
        assert!(vcpu.interrupt_pending(), "{kernel}");
        assert_eq!(vcpu.run(), Err(ENXIO), "{kernel}: no distributor");
        assert!(!vcpu.interrupt_pending(), "{kernel}");
        assert_eq!(set(&gic, vgic::GRP_NR_IRQS, 0, 64), Ok(()), "{kernel}");
        assert_eq!(set(&gic, vgic::GRP_ADDR, vgic::V3_ADDR_TYPE_DIST, DIST), Ok(()), "{kernel}");
        if !places_stay {
            assert_eq!(set(&gic, vgic::GRP_ADDR, vgic::V3_ADDR_TYPE_REDIST, REDIST), Ok(()), "{kernel}");
        }
        assert_eq!(set(&gic, vgic::GRP_CTRL, vgic::CTRL_INIT, 0), Ok(()), "{kernel}");
        assert_eq!(set(&gic, vgic::GRP_NR_IRQS, 0, 64), Err(EBUSY), "{kernel}");
        let dist = |register| get(&gic, vgic::GRP_DIST_REGS, register);
        assert_eq!((dist(CTLR), dist(PRIORITY)), (Ok(0x52), Ok(0)), "{kernel}");
        assert_eq!(dist(TYPER).map(|word| word & 0x1f), Ok(1), "{kernel}: as many as there are now");
        assert_eq!(
            PRIVATE.map(|(register, _)| get(&gic, vgic::GRP_REDIST_REGS, register)),
            PRIVATE.map(|(_, value)| Ok(value)),
            "{kernel}"
        );
        assert_eq!(vm.set_irq_line(1 << 24 | 40, true), Ok(()), "{kernel}");
        assert_eq!(dist(PENDING), Ok(1 << 8), "{kernel}");
        // The private interrupt was on its way when the list of those was dropped: pending for ever.
        for (register, value) in [(mask, 0xff), (SysReg::ICC_IGRPEN1_EL1.encoding().0.into(), 1)] {
            set(&gic, vgic::GRP_CPU_SYSREGS, register, value).expect("a register");
        }
        assert_eq!(get(&gic, vgic::GRP_LEVEL_INFO, 0), Ok(1 << 20), "{kernel}");
        for level in [false, true] {
            vm.set_irq_line(2 << 24 | 20, level).expect("a line");
            assert!(!vcpu.interrupt_pending(), "{kernel}");
        }
        // Whoever has not run asks for it again, and finds all it needs.
        let runs = if places_stay { &other } else { &vcpu };
        runs.set_reg_u64(core_regs::x(0), DEVICE).expect("X0");
        assert_eq!(stored(runs), Some(DEVICE), "{kernel}");
        vcpu.set_reg_u64(core_regs::x(0), DIST).expect("X0");
        assert_eq!(stored(&vcpu), None, "{kernel}: there is a distributor");
        // The one that has failed, too, has its CPU interface there.
        vm.memory().write_bytes(CODE + 0x1000, &msr(SysReg::ICC_PMR_EL1, 1).to_le_bytes()).expect("RAM");
        for (id, value) in [(core_regs::PC, CODE + 0x1000), (core_regs::x(1), 0x88)] {
            vcpu.set_reg_u64(id, value).expect("KVM_SET_ONE_REG");
        }
        assert_eq!(vcpu.run_bounded(1), Ok(VcpuExit::Quantum), "{kernel}");
        assert_eq!(get(&gic, vgic::GRP_CPU_SYSREGS, mask), Ok(0x88), "{kernel}");
    }
}

/// The same of a GICv2, which is initialised by whoever needs it: a line, or the next run.
#[test]
fn a_gicv2_that_was_initialised_is_initialised_on_demand() {
    for (kernel, places_stay) in [("4.20", true), ("5.10", true), ("6.3", false), ("6.6", false), ("6.8", false)] {
        for line_first in [false, true] {
            let (vm, vcpu) = guest(kernel);
            let other = vm.create_vcpu(1).expect("a vCPU");
            other.vcpu_init(&vm.get_preferred_target()).expect("KVM_ARM_VCPU_INIT");
            other.set_reg_u64(core_regs::PC, CODE).expect("PC");
            other.set_reg_u64(core_regs::x(0), DEVICE).expect("X0");
            let gic = vm.create_device(device_type::VGIC_V2).expect("a GIC");
            set(&gic, vgic::GRP_ADDR, vgic::V2_ADDR_TYPE_DIST, DIST).expect("an address");
            set(&gic, vgic::GRP_CTRL, vgic::CTRL_INIT, 0).expect("initialised");
            assert_eq!(vcpu.run(), Err(ENXIO), "{kernel}: no CPU interface");
            assert_eq!(get(&gic, vgic::GRP_NR_IRQS, 0), Ok(32), "{kernel}");
            if line_first {
                assert_eq!(vm.set_irq_line(1 << 24 | 40, true), Ok(()), "{kernel}");
                assert_eq!(get(&gic, vgic::GRP_NR_IRQS, 0), Ok(256), "{kernel}");
            }
            set(&gic, vgic::GRP_ADDR, vgic::V2_ADDR_TYPE_CPU, DIST + 0x1_0000).expect("an address");
            let again = set(&gic, vgic::GRP_ADDR, vgic::V2_ADDR_TYPE_DIST, DIST);
            assert_eq!(again, if places_stay { Err(EEXIST) } else { Ok(()) }, "{kernel}");
            let runs = if places_stay { &other } else { &vcpu };
            assert_eq!(stored(runs), Some(DEVICE), "{kernel}");
            assert_eq!(get(&gic, vgic::GRP_DIST_REGS, 0x204), Ok(u64::from(line_first) << 8), "{kernel}");
        }
    }
}
