//! Lines that devices in the kernel own, the timers' and the PMU's: what user space writes there, and what it cannot. Compares with no
//! recording.

use std::sync::Arc;

use kvm::abi::{DeviceAttr, VcpuInit, device_type, vcpu_attribute, vcpu_feature, vgic};
use kvm::errno::Errno;
use kvm::{DeviceFd, Host, Kvm, TimeSource, VcpuExit, VcpuFd, VmFd, core_regs};
use sysregs::SysReg;
use vm_memory::MmapRegion;

use crate::program::{CODE, DEVICE, RAM, mrs, str};

/// B to two instructions before.
const B_BACK: u32 = 0x17ff_fffe;
/// PSTATE: EL1h, all masked.
const EL1H: u64 = 0x3c5;
/// Offsets in a redistributor.
const ISENABLER0: u64 = 0x1_0100;
const ISACTIVER0: u64 = 0x1_0300;
const ICACTIVER0: u64 = 0x1_0380;
/// ICC_PMR_EL1 and ICC_IGRPEN1_EL1.
const PMR: u64 = 0xc230;
const IGRPEN1: u64 = 0xc667;
/// KVM_IRQ_LINE's type of a PPI and of an SPI.
const PPI: u32 = 2 << 24;
const SPI: u32 = 1 << 24;
const VIRTUAL: u32 = 27;
const PHYSICAL: u32 = 30;
const SPURIOUS: u32 = 1023;

/// A guest that reports its highest pending interrupt over and over. Time is virtual, so that the timers say what they are told.
struct Guest {
    vm: VmFd,
    vcpu: VcpuFd,
    gic: DeviceFd,
}

impl Guest {
    fn new(cpu: &str) -> Guest {
        Guest::with(cpu, 0)
    }

    fn with(cpu: &str, features: u32) -> Guest {
        let host = Host { time: TimeSource::Virtual, ..Host::new(cpu, "6.12").expect("known") };
        let vm = Kvm::new(host).create_vm().expect("a VM");
        vm.add_memory(0, RAM, Arc::new(MmapRegion::new(0x20_0000).expect("memory"))).expect("a slot");
        let words = [mrs(SysReg::ICC_HPPIR1_EL1, 1), str(1, 20, 0), B_BACK];
        let bytes: Vec<u8> = words.iter().flat_map(|word| word.to_le_bytes()).collect();
        vm.memory().write_bytes(CODE, &bytes).expect("RAM");
        let vcpu = vm.create_vcpu(0).expect("a vCPU");
        vcpu.vcpu_init(&VcpuInit { features: [features, 0, 0, 0, 0, 0, 0], ..vm.get_preferred_target() }).expect("KVM_ARM_VCPU_INIT");
        for (register, value) in [(core_regs::PC, CODE), (core_regs::PSTATE, EL1H), (core_regs::x(20), DEVICE)] {
            vcpu.set_reg_u64(register, value).expect("KVM_SET_ONE_REG");
        }
        let gic = vm.create_device(device_type::VGIC_V3).expect("a GICv3");
        let guest = Guest { vm, vcpu, gic };
        for (group, attr, value) in [
            (vgic::GRP_ADDR, vgic::V3_ADDR_TYPE_DIST, 0x0800_0000),
            (vgic::GRP_ADDR, vgic::V3_ADDR_TYPE_REDIST, 0x080a_0000),
            (vgic::GRP_CTRL, vgic::CTRL_INIT, 0),
            (vgic::GRP_DIST_REGS, 0, 2),
            // GICD_ISENABLER1, ICFGR2: SPI 40, a level.
            (vgic::GRP_DIST_REGS, 0x104, 1 << 8),
            (vgic::GRP_DIST_REGS, 0xc08, 0),
            (vgic::GRP_REDIST_REGS, ISENABLER0, 1 << VIRTUAL | 1 << PHYSICAL),
            (vgic::GRP_CPU_SYSREGS, PMR, 0xf8),
            (vgic::GRP_CPU_SYSREGS, IGRPEN1, 1),
        ] {
            guest.write(group, attr, value).expect("KVM_SET_DEVICE_ATTR");
        }
        guest
    }

    fn write(&self, group: u32, attr: u64, value: u64) -> Result<(), Errno> {
        self.gic.set_device_attr(&DeviceAttr { flags: 0, group, attr }, value)
    }

    fn read(&self, group: u32, attr: u64) -> u64 {
        self.gic.get_device_attr(&DeviceAttr { flags: 0, group, attr }).expect("KVM_GET_DEVICE_ATTR")
    }

    /// CNTx_CTL_EL0; the compare value is zero, which is past.
    fn timer(&self, register: SysReg, control: u64) {
        self.vcpu.set_reg_u64(register.encoding().kvm_id(), control).expect("KVM_SET_ONE_REG");
    }

    fn pending(&self) -> u32 {
        match self.vcpu.run_for(1000) {
            Ok(VcpuExit::MmioWrite { data, .. }) => data as u32,
            other => panic!("{other:?}"),
        }
    }
}

/// `kvm_timer_vcpu_load_gic`: a line that user space lowers or raises is what the timer says again at the next KVM_RUN.
#[test]
fn timers_say_again_what_their_lines_are() {
    let guest = Guest::new("neoverse-n1");
    guest.timer(SysReg::CNTV_CTL_EL0, 1);
    assert_eq!(guest.pending(), VIRTUAL);
    guest.write(vgic::GRP_LEVEL_INFO, 0, 0).expect("levels");
    assert_eq!(guest.read(vgic::GRP_LEVEL_INFO, 0), 0);
    assert_eq!(guest.pending(), VIRTUAL);
    guest.timer(SysReg::CNTV_CTL_EL0, 0);
    assert_eq!(guest.pending(), SPURIOUS);
    guest.write(vgic::GRP_LEVEL_INFO, 0, 1 << VIRTUAL | 1 << 22).expect("levels");
    assert_eq!(guest.pending(), SPURIOUS);
    assert_eq!(guest.read(vgic::GRP_LEVEL_INFO, 0), 1 << 22, "nobody's but user space's");
}

/// `vgic_validate_injection`: the timers own their PPIs from the first run on, and nothing is said about it.
#[test]
fn user_space_does_not_move_a_timers_line() {
    let guest = Guest::new("neoverse-n1");
    assert_eq!(guest.vm.set_irq_line(PPI | VIRTUAL, true), Ok(()));
    assert_eq!(guest.read(vgic::GRP_LEVEL_INFO, 0), 1 << VIRTUAL, "nobody's yet");
    guest.timer(SysReg::CNTP_CTL_EL0, 1);
    assert_eq!(guest.pending(), PHYSICAL, "the virtual timer has taken its line over");
    assert_eq!(guest.vm.set_irq_line(PPI | VIRTUAL, true), Ok(()));
    assert_eq!(guest.vm.set_irq_line(PPI | PHYSICAL, false), Ok(()));
    assert_eq!(guest.pending(), PHYSICAL);
    guest.timer(SysReg::CNTP_CTL_EL0, 0);
    assert_eq!(guest.pending(), SPURIOUS);
    assert_eq!(guest.vm.set_irq_line(SPI | 40, true), Ok(()));
    assert_eq!(guest.pending(), 40);
}

/// The PMU owns its interrupt from KVM_ARM_VCPU_PMU_V3_INIT on.
#[test]
fn user_space_does_not_move_the_pmus_line() {
    let guest = Guest::with("neoverse-n1", vcpu_feature::PMU_V3);
    let pmu = |attr, value| guest.vcpu.set_device_attr(&DeviceAttr { flags: 0, group: vcpu_attribute::PMU_V3, attr }, value);
    assert_eq!(pmu(vcpu_attribute::PMU_IRQ, 40), Ok(()));
    assert_eq!(guest.vm.set_irq_line(SPI | 40, true), Ok(()));
    assert_eq!(pmu(vcpu_attribute::PMU_INIT, 0), Ok(()));
    assert_eq!(guest.vm.set_irq_line(SPI | 40, false), Ok(()));
    assert_eq!(guest.read(vgic::GRP_LEVEL_INFO, 32), 1 << 8, "too late to lower it");
}

/// `vgic_hw_irq_change_active`: of an interrupt that is hardware's, too, user space does not say whether it is active. The physical
/// timer's is one where the host has VHE.
#[test]
fn user_space_does_not_activate_a_timers_interrupt() {
    for (cpu, mapped) in [("neoverse-n1", 1 << VIRTUAL | 1 << PHYSICAL), ("cortex-a72", 1 << VIRTUAL)] {
        let guest = Guest::new(cpu);
        let all = 1 << VIRTUAL | 1 << PHYSICAL | 1 << 22;
        guest.write(vgic::GRP_REDIST_REGS, ISACTIVER0, all).expect("before the first run");
        assert_eq!(guest.read(vgic::GRP_REDIST_REGS, ISACTIVER0), all);
        guest.pending();
        guest.write(vgic::GRP_REDIST_REGS, ICACTIVER0, all).expect("ignored in part");
        assert_eq!(guest.read(vgic::GRP_REDIST_REGS, ISACTIVER0), mapped, "{cpu}");
        let guest = Guest::new(cpu);
        guest.pending();
        guest.write(vgic::GRP_REDIST_REGS, ISACTIVER0, all).expect("ignored in part");
        assert_eq!(guest.read(vgic::GRP_REDIST_REGS, ISACTIVER0), all & !mapped, "{cpu}");
    }
}

/// `kvm_timer_vcpu_reset`: a mapped interrupt is as new after KVM_ARM_VCPU_INIT.
#[test]
fn a_reset_timer_has_no_interrupt() {
    let guest = Guest::new("neoverse-n1");
    guest.timer(SysReg::CNTV_CTL_EL0, 1);
    assert_eq!(guest.pending(), VIRTUAL);
    guest.write(vgic::GRP_REDIST_REGS, 0x1_0200, 1 << VIRTUAL | 1 << 22).expect("GICR_ISPENDR0");
    guest.vcpu.vcpu_init(&guest.vm.get_preferred_target()).expect("again");
    assert_eq!(guest.read(vgic::GRP_LEVEL_INFO, 0), 0);
    assert_eq!(guest.read(vgic::GRP_REDIST_REGS, 0x1_0200), 1 << 22);
}
