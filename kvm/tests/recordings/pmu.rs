//! The emulated PMU: counting by event and exception level, overflow with its interrupt, chained counters, software increments, event
//! filters. Compares with no recording: the rules are those of arch/arm64/kvm/pmu-emul.c, and an instruction is a cycle.

use std::sync::Arc;

use kvm::abi::{DeviceAttr, device_type, vcpu_attribute, vcpu_feature, vgic};
use kvm::errno::EINVAL;
use kvm::{DeviceFd, Host, Kvm, VcpuExit, VcpuFd, VmFd, core_regs};
use sysregs::SysReg;
use vm_memory::MmapRegion;

use crate::program::{CODE, RAM, mrs, msr};

const NOP: u32 = 0xd503_201f;
const ISB: u32 = 0xd503_3fdf;
const LOOP: u32 = 0x1400_0000;
const PPI: u32 = 23;

struct Guest {
    vm: VmFd,
    vcpu: VcpuFd,
    _gic: Option<DeviceFd>,
}

fn guest(model: &str, words: &[u32]) -> Guest {
    guest_under("6.12", model, words)
}

fn guest_under(kernel: &str, model: &str, words: &[u32]) -> Guest {
    let guest = unready_guest(kernel, model, true);
    guest.attribute(vcpu_attribute::PMU_IRQ, PPI.into());
    guest.load(words);
    guest
}

/// One whose PMU is not set up, with a GIC or without.
fn bare_guest(gic: bool) -> Guest {
    let guest = unready_guest("6.12", "neoverse-n1", gic);
    guest.load(&[LOOP]);
    guest
}

fn unready_guest(kernel: &str, model: &str, gic: bool) -> Guest {
    let vm = Kvm::new(Host::new(model, kernel).expect("known")).create_vm().expect("a VM");
    vm.add_memory(0, RAM, Arc::new(MmapRegion::new(0x20_0000).expect("memory"))).expect("a slot");
    let vcpu = vm.create_vcpu(0).expect("a vCPU");
    let mut init = vm.get_preferred_target();
    init.features[0] = vcpu_feature::PMU_V3 | vcpu_feature::PSCI_0_2;
    vcpu.vcpu_init(&init).expect("KVM_ARM_VCPU_INIT");
    let gic = gic.then(|| initialised_gic(&vm));
    Guest { vm, vcpu, _gic: gic }
}

fn initialised_gic(vm: &VmFd) -> DeviceFd {
    let gic = vm.create_device(device_type::VGIC_V3).expect("a GIC");
    let set = |group, attr, value: u64| gic.set_device_attr(&DeviceAttr { flags: 0, group, attr }, value).expect("an attribute");
    set(vgic::GRP_ADDR, vgic::V3_ADDR_TYPE_DIST, 0x0800_0000);
    set(vgic::GRP_ADDR, vgic::V3_ADDR_TYPE_REDIST, 0x080a_0000);
    set(vgic::GRP_CTRL, vgic::CTRL_INIT, 0);
    gic
}

impl Guest {
    fn attribute(&self, attr: u64, value: u64) {
        let attr = DeviceAttr { flags: 0, group: vcpu_attribute::PMU_V3, attr };
        self.vcpu.set_device_attr(&attr, value).expect("a PMU attribute");
    }

    fn load(&self, words: &[u32]) {
        let bytes: Vec<u8> = words.iter().flat_map(|word| word.to_le_bytes()).collect();
        self.vm.memory().write_bytes(CODE, &bytes).expect("RAM");
        self.vcpu.set_reg_u64(core_regs::PC, CODE).expect("PC");
    }

    fn set(&self, register: SysReg, value: u64) {
        self.vcpu.set_reg_u64(register.encoding().kvm_id(), value).expect("KVM_SET_ONE_REG");
    }

    fn get(&self, register: SysReg) -> u64 {
        self.vcpu.get_reg_u64(register.encoding().kvm_id()).expect("KVM_GET_ONE_REG")
    }

    fn x(&self, number: u64) -> u64 {
        self.vcpu.get_reg_u64(core_regs::x(number)).expect("X")
    }

    /// Registers that KVM leaves UNKNOWN become zero.
    fn start(&self) {
        use SysReg as R;
        self.attribute(vcpu_attribute::PMU_INIT, 0);
        for register in [R::PMCCNTR_EL0, R::PMEVCNTR0_EL0, R::PMEVCNTR1_EL0, R::PMCCFILTR_EL0, R::PMEVTYPER0_EL0, R::PMEVTYPER1_EL0] {
            self.set(register, 0);
        }
        for register in [R::PMOVSCLR_EL0, R::PMCNTENCLR_EL0, R::PMINTENCLR_EL1] {
            self.set(register, u64::MAX);
        }
    }

    fn run(&self, instructions: u64) {
        assert_eq!(self.vcpu.run_for(instructions), Ok(VcpuExit::Quantum));
    }
}

/// MOVZ Xd, #value.
fn movz(rd: u32, value: u32) -> u32 {
    0xd280_0000 | value << 5 | rd
}

/// Enables the PMU and the counters of X1: two writes.
fn enable() -> Vec<u32> {
    vec![movz(0, 1), msr(SysReg::PMCR_EL0, 0), msr(SysReg::PMCNTENSET_EL0, 1)]
}

#[test]
fn cycles_and_instructions() {
    let mut code = vec![movz(2, 8), msr(SysReg::PMEVTYPER0_EL0, 2), 0xd2b0_0001, 0x9100_0421];
    code.extend(enable());
    code.extend([NOP, NOP, NOP, mrs(SysReg::PMCCNTR_EL0, 3), mrs(SysReg::PMEVCNTR0_EL0, 4), mrs(SysReg::PMEVCNTR0_EL0, 5), LOOP]);
    let guest = guest("neoverse-n1", &code);
    guest.start();
    guest.run(20);
    // The write that enables retires when counting is on already; a read counts itself only afterwards.
    assert_eq!((guest.x(3), guest.x(4), guest.x(5)), (4, 5, 6));
    guest.run(1000);
    assert!(guest.get(SysReg::PMCCNTR_EL0) > 1000, "user space sees it, too");
}

/// PMCCFILTR_EL0.P and U: neither EL1 nor EL0.
#[test]
fn exception_levels() {
    for (filter, expected) in [(0u64, true), (1 << 31, false), (1 << 30, true)] {
        let guest = guest("max", &[NOP, NOP, LOOP]);
        guest.start();
        guest.set(SysReg::PMCCFILTR_EL0, filter);
        guest.set(SysReg::PMCNTENSET_EL0, 1 << 31);
        guest.set(SysReg::PMCR_EL0, guest.get(SysReg::PMCR_EL0) | 1);
        guest.run(100);
        assert_eq!(guest.get(SysReg::PMCCNTR_EL0), if expected { 100 } else { 0 }, "{filter:#x}");
    }
}

/// Opens the GIC for the PMU's PPI: GICD_CTLR, GICR_IGROUPR0, GICR_ISENABLER0, the CPU interface.
fn open_gic() -> Vec<u32> {
    const STR_W: u32 = 0xb900_0000;
    let high = |rd: u32, value: u32| 0xd2a0_0000 | value << 5 | rd;
    vec![
        high(10, 0x0800),
        movz(11, 0x12),
        STR_W | 10 << 5 | 11,
        high(10, 0x080b),
        high(11, 1 << (PPI - 16)),
        STR_W | (0x80 / 4) << 10 | 10 << 5 | 11,
        STR_W | (0x100 / 4) << 10 | 10 << 5 | 11,
        movz(11, 0xff),
        msr(SysReg::ICC_PMR_EL1, 11),
        movz(11, 1),
        msr(SysReg::ICC_IGRPEN1_EL1, 11),
        ISB,
    ]
}

#[test]
fn overflow_interrupts_at_its_instruction() {
    let mut code = open_gic();
    let prelude = code.len() as u64;
    code.push(LOOP);
    let guest = guest("max", &code);
    guest.start();
    guest.run(prelude);
    guest.set(SysReg::PMCNTENSET_EL0, 1 << 31);
    guest.set(SysReg::PMINTENSET_EL1, 1 << 31);
    guest.set(SysReg::PMCCNTR_EL0, 0xffff_ff00);
    guest.set(SysReg::PMCR_EL0, guest.get(SysReg::PMCR_EL0) | 1);
    guest.run(0xff);
    assert_eq!((guest.get(SysReg::PMOVSSET_EL0), guest.vcpu.interrupt_pending()), (0, false));
    guest.run(1);
    assert_eq!((guest.get(SysReg::PMOVSSET_EL0), guest.vcpu.interrupt_pending()), (1 << 31, true));
}

/// `kvm_pmu_overflow_status`: an overflow whose counter is off, and what is left of registers that were UNKNOWN when the guest clears them.
#[test]
fn overflows_of_counters_that_are_off() {
    use SysReg as R;
    for (kernel, interrupts) in
        [("4.20", false), ("5.10", true), ("6.1", true), ("6.3", false), ("6.8", false), ("6.12", true), ("6.14", true), ("7.3", true)]
    {
        let mut code = open_gic();
        let clear = [R::PMCNTENCLR_EL0, R::PMINTENCLR_EL1, R::PMOVSCLR_EL0].map(|register| msr(register, 2));
        code.extend(clear.into_iter().chain([mrs(R::PMCR_EL0, 3), 0xb240_0063, msr(R::PMCR_EL0, 3)]));
        let cleared = code.len() as u64;
        code.extend([movz(4, 1), msr(R::PMINTENSET_EL1, 4), msr(R::PMOVSSET_EL0, 4), ISB, LOOP]);
        let guest = guest_under(kernel, "neoverse-n1", &code);
        guest.attribute(vcpu_attribute::PMU_INIT, 0);
        guest.vcpu.set_reg_u64(core_regs::x(2), 0xffff_ffff).expect("X2");
        guest.run(cleared + 1);
        assert!(!guest.vcpu.interrupt_pending(), "{kernel}: nothing has overflowed");
        guest.run(4);
        assert_eq!(guest.vcpu.interrupt_pending(), interrupts, "{kernel}");
    }
}

#[test]
fn chained_counters_and_software_increments() {
    let code = [
        movz(0, 1),
        msr(SysReg::PMSWINC_EL0, 0),
        msr(SysReg::PMSWINC_EL0, 0),
        msr(SysReg::PMSWINC_EL0, 0),
        ISB,
        mrs(SysReg::PMEVCNTR0_EL0, 1),
        mrs(SysReg::PMEVCNTR1_EL0, 2),
        LOOP,
    ];
    let guest = guest("neoverse-n1", &code);
    guest.start();
    guest.set(SysReg::PMEVTYPER0_EL0, 0);
    guest.set(SysReg::PMEVTYPER1_EL0, 0x1e);
    guest.set(SysReg::PMEVCNTR0_EL0, 0xffff_fffe);
    guest.set(SysReg::PMCNTENSET_EL0, 3);
    guest.set(SysReg::PMCR_EL0, guest.get(SysReg::PMCR_EL0) | 1);
    guest.run(20);
    assert_eq!((guest.x(1), guest.x(2), guest.get(SysReg::PMOVSSET_EL0)), (1, 1, 1));
}

/// KVM_ARM_VCPU_PMU_V3_FILTER: denied events do not count; the first filter that allows denies all others.
#[test]
fn event_filters() {
    for (base, action, cycles, instructions) in [(0x11u64, 1u64, 0, 50), (0x11, 0, 50, 0), (0x08, 1, 50, 0)] {
        let guest = guest("max", &[NOP, LOOP]);
        guest.attribute(vcpu_attribute::PMU_FILTER, action << 32 | 1 << 16 | base);
        guest.start();
        guest.set(SysReg::PMEVTYPER0_EL0, 0x08);
        guest.set(SysReg::PMCNTENSET_EL0, 1 << 31 | 1);
        guest.set(SysReg::PMCR_EL0, guest.get(SysReg::PMCR_EL0) | 1);
        guest.run(50);
        assert_eq!((guest.get(SysReg::PMCCNTR_EL0), guest.get(SysReg::PMEVCNTR0_EL0)), (cycles, instructions), "{base:#x} {action}");
    }
}

/// A counter whose overflow is that of 64 bits is not chained (`kvm_pmu_counter_can_chain`).
#[test]
fn wide_counters_are_not_chained() {
    const LP: u64 = 1 << 7;
    for (long, chained) in [(0, 1), (LP, 0)] {
        let guest = guest("neoverse-n2", &[movz(0, 1), msr(SysReg::PMSWINC_EL0, 0), ISB, mrs(SysReg::PMEVCNTR1_EL0, 2), LOOP]);
        guest.start();
        guest.set(SysReg::PMEVTYPER0_EL0, 0);
        guest.set(SysReg::PMEVTYPER1_EL0, 0x1e);
        guest.set(SysReg::PMEVCNTR0_EL0, u64::MAX);
        guest.set(SysReg::PMCNTENSET_EL0, 3);
        guest.set(SysReg::PMCR_EL0, guest.get(SysReg::PMCR_EL0) & !LP | long | 1);
        guest.run(20);
        assert_eq!(guest.x(2), chained, "{long:#x}");
    }
}

/// `access_pmcr` and `kvm_pmu_handle_pmcr`: LC stays where there is no AArch32, LP is there with 64-bit counters. What PMCCFILTR_EL0 keeps
/// (`kvm_pmu_set_counter_event_type`) is what an event type keeps.
#[test]
fn what_a_guest_can_set() {
    for (model, cleared, filled) in [("neoverse-n1", 0x00, 0x79), ("a64fx", 0x40, 0x79), ("neoverse-n2", 0x00, 0xf9)] {
        let code = [
            msr(SysReg::PMCR_EL0, 31),
            mrs(SysReg::PMCR_EL0, 1),
            msr(SysReg::PMCR_EL0, 3),
            mrs(SysReg::PMCR_EL0, 2),
            msr(SysReg::PMCCFILTR_EL0, 4),
            mrs(SysReg::PMCCFILTR_EL0, 4),
            LOOP,
        ];
        let guest = guest(model, &code);
        guest.start();
        guest.vcpu.set_reg_u64(core_regs::x(3), 0xff).expect("X3");
        guest.vcpu.set_reg_u64(core_regs::x(4), u64::MAX).expect("X4");
        guest.run(20);
        assert_eq!((guest.x(1) & 0xff, guest.x(2) & 0xff, guest.x(4) & 0xffff), (cleared, filled, 0xffff), "{model}");
    }
}

/// `set_pmreg`: before 6.15 a register does what its name says. Restored in the order of the list, what the first had set is gone.
#[test]
fn masks_are_added_removed_or_assigned() {
    use SysReg as R;
    let pairs = [(R::PMCNTENSET_EL0, R::PMCNTENCLR_EL0), (R::PMINTENSET_EL1, R::PMINTENCLR_EL1), (R::PMOVSSET_EL0, R::PMOVSCLR_EL0)];
    for (kernel, expected) in [("6.6", [2, 1, 1]), ("6.8", [3, 2, 0]), ("6.12", [3, 2, 0]), ("6.14", [3, 2, 0]), ("6.16", [2, 1, 1])] {
        let guest = guest_under(kernel, "neoverse-n1", &[LOOP]);
        guest.attribute(vcpu_attribute::PMU_INIT, 0);
        for (set, clear) in pairs {
            // By either rule nothing is left.
            guest.set(clear, u64::MAX);
            guest.set(clear, 0);
            guest.set(set, 1);
            guest.set(set, 2);
            let added = guest.get(set);
            guest.set(clear, 1);
            let removed = guest.get(clear);
            guest.set(set, removed);
            guest.set(clear, removed);
            assert_eq!([added, removed, guest.get(set)], expected, "{} under {kernel}", set.name());
        }
    }
}

/// What `kvm_vgic_set_owner` and `kvm_arm_pmu_v3_enable` refuse.
#[test]
fn an_interrupt_has_a_line_and_one_owner() {
    let set = |guest: &Guest, attr, value: u64| {
        let attr = DeviceAttr { flags: 0, group: vcpu_attribute::PMU_V3, attr };
        guest.vcpu.set_device_attr(&attr, value)
    };
    // The virtual and the physical timer's, and one that is free.
    for (irq, runs) in [(27, false), (30, false), (22, true)] {
        let guest = bare_guest(true);
        assert_eq!((set(&guest, vcpu_attribute::PMU_IRQ, irq), set(&guest, vcpu_attribute::PMU_INIT, 0)), (Ok(()), Ok(())));
        assert_eq!(guest.vcpu.run_for(1), if runs { Ok(VcpuExit::Quantum) } else { Err(EINVAL) }, "{irq}");
    }
    for (irq, made) in [(255, Ok(())), (256, Err(EINVAL))] {
        let guest = bare_guest(true);
        assert_eq!((set(&guest, vcpu_attribute::PMU_IRQ, irq), set(&guest, vcpu_attribute::PMU_INIT, 0)), (Ok(()), made), "{irq}");
    }
    // Made before there is a GIC, the PMU has no interrupt.
    let guest = bare_guest(false);
    assert_eq!(set(&guest, vcpu_attribute::PMU_INIT, 0), Ok(()));
    let _gic = initialised_gic(&guest.vm);
    assert_eq!(guest.vcpu.run_for(1), Err(EINVAL));
}
