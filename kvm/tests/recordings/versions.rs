//! What kernel versions answer differently to the same question, where no recording asks it, or none is of the older kernel. Compares with
//! no recording; the kernel's functions are named with each.

use std::sync::Arc;

use kvm::abi::{DeviceAttr, mp_state, vcpu_attribute, vcpu_feature};
use kvm::errno::{EBUSY, EINVAL, ENODEV, ENOENT, ENXIO, Errno};
use kvm::{Host, Kvm, TimeSource, VcpuExit, VcpuFd, VmFd, core_regs};
use sysregs::SysReg;
use vm_memory::MmapRegion;

use crate::program::{CODE, RAM, mrs, msr};

const HVC: u32 = 0xd400_0002;
const LOOP: u32 = 0x1400_0000;
const VECTORS: u64 = RAM + 0x8000;
/// EL0t, everything masked.
const USER: u64 = 0x3c0;
/// KVM_ARM_VCPU_PMU_V3_STRICT.
const STRICT: u32 = 1 << 9;

fn vm(cpu: &str, kernel: &str) -> VmFd {
    vm_of(Host::new(cpu, kernel).expect("known"))
}

fn vm_of(host: Host) -> VmFd {
    let vm = Kvm::new(Host { time: TimeSource::Virtual, ..host }).create_vm().expect("a VM");
    vm.add_memory(0, RAM, Arc::new(MmapRegion::new(0x2_0000).expect("memory"))).expect("a slot");
    vm
}

fn vcpu(vm: &VmFd, id: u64, features: u32) -> VcpuFd {
    let vcpu = vm.create_vcpu(id).expect("a vCPU");
    let mut init = vm.get_preferred_target();
    init.features[0] = features;
    vcpu.vcpu_init(&init).expect("KVM_ARM_VCPU_INIT");
    vcpu
}

/// A VM and its first vCPU: [`guest_of`].
fn guest(cpu: &str, kernel: &str, features: u32, words: &[u32]) -> (VmFd, VcpuFd) {
    let vm = vm(cpu, kernel);
    let vcpu = guest_of(&vm, features, words);
    (vm, vcpu)
}

/// The VM's first vCPU, which executes the words and then stays; exceptions have their vectors.
fn guest_of(vm: &VmFd, features: u32, words: &[u32]) -> VcpuFd {
    let vcpu = vcpu(vm, 0, features);
    let bytes: Vec<u8> = words.iter().chain(&[LOOP]).flat_map(|word| word.to_le_bytes()).collect();
    vm.memory().write_bytes(CODE, &bytes).expect("RAM");
    for vector in 0..16 {
        vm.memory().write_bytes(VECTORS + 0x80 * vector, &LOOP.to_le_bytes()).expect("RAM");
    }
    vcpu.set_reg_u64(SysReg::VBAR_EL1.encoding().kvm_id(), VECTORS).expect("VBAR_EL1");
    vcpu.set_reg_u64(core_regs::PC, CODE).expect("PC");
    vcpu
}

fn set_x(vcpu: &VcpuFd, values: &[u64]) {
    (0..).zip(values).for_each(|(number, value)| vcpu.set_reg_u64(core_regs::x(number), *value).expect("X"));
}

fn x(vcpu: &VcpuFd, number: u64) -> u64 {
    vcpu.get_reg_u64(core_regs::x(number)).expect("X")
}

/// Runs the guest; false when it took an exception.
fn goes_on(vcpu: &VcpuFd) -> bool {
    assert_eq!(vcpu.run_for(20), Ok(VcpuExit::Quantum));
    vcpu.get_reg_u64(core_regs::PC).expect("PC") & !0xffff == CODE
}

/// A hypercall that returns to the guest: X0.
fn hypercall(vcpu: &VcpuFd, arguments: &[u64]) -> u64 {
    set_x(vcpu, arguments);
    vcpu.set_reg_u64(core_regs::PC, CODE).expect("PC");
    assert_eq!(vcpu.run_for(4), Ok(VcpuExit::Quantum));
    x(vcpu, 0)
}

/// `kvm_vm_ioctl_get_reg_writable_masks`: 6.8's is not the register's own.
#[test]
fn the_mask_of_a_register_that_is_no_id_register() {
    let e = SysReg::CLIDR_EL1.encoding();
    let index = usize::from(e.op1()) << 6 | usize::from(e.crm()) << 3 | usize::from(e.op2());
    for (kernel, mask) in [("6.8", u64::MAX), ("6.12", (1 << 47) - 1), ("7.3", (1 << 47) - 1)] {
        let masks = vm("neoverse-n1", kernel).get_reg_writable_masks().expect("known");
        assert_eq!(masks[index], mask, "{kernel}");
    }
}

/// `kvm_arm_pmu_v3_ready`
#[test]
fn a_pmu_that_is_not_set_up() {
    use SysReg as R;
    let read = [R::PMCR_EL0, R::PMCEID0_EL0, R::PMUSERENR_EL0, R::PMCCNTR_EL0, R::PMCNTENSET_EL0, R::PMEVCNTR0_EL0, R::PMCCFILTR_EL0];
    for (kernel, zero) in [("4.20", true), ("rfc-einvariant", true), ("5.10", true), ("6.1", false), ("6.12", false)] {
        for register in read {
            for user in [false, true] {
                let (_vm, vcpu) = guest("neoverse-n1", kernel, 0, &[mrs(register, 1)]);
                set_x(&vcpu, &[0, 7]);
                if user {
                    vcpu.set_reg_u64(core_regs::PSTATE, USER).expect("PSTATE");
                }
                let answer = (goes_on(&vcpu), x(&vcpu, 1));
                assert_eq!(answer, if zero { (true, 0) } else { (false, 7) }, "{} under {kernel}", register.name());
            }
        }
        let (_vm, vcpu) = guest("neoverse-n1", kernel, 0, &[msr(R::PMSWINC_EL0, 1), msr(R::PMXEVTYPER_EL0, 1)]);
        assert_eq!(goes_on(&vcpu), zero, "{kernel}");
    }
}

/// `kvm_arm_pmu_v3_enable`: asked for, but not set up, or too late.
#[test]
fn a_pmu_that_is_set_up_late() {
    let code = [mrs(SysReg::PMCR_EL0, 1), mrs(SysReg::PMCR_EL0, 1)];
    let set_up = DeviceAttr { flags: 0, group: vcpu_attribute::PMU_V3, attr: vcpu_attribute::PMU_INIT };
    for (kernel, runs) in [("4.20", true), ("5.10", true), ("6.1", false), ("6.12", false)] {
        let (_vm, vcpu) = guest("neoverse-n1", kernel, vcpu_feature::PMU_V3, &code);
        let first = vcpu.run_for(1);
        assert_eq!(first, if runs { Ok(VcpuExit::Quantum) } else { Err(EINVAL) }, "{kernel}");
        assert_eq!(vcpu.set_device_attr(&set_up, 0), Ok(()));
        assert_eq!((goes_on(&vcpu), x(&vcpu, 1) == 0), (true, runs), "{kernel}");
    }
}

/// `trap_oslsr_el1`, `trap_oslar_el1`
#[test]
fn an_os_lock_or_none() {
    for (kernel, locked) in [("4.20", 8), ("5.10", 8), ("6.1", 10), ("6.12", 10)] {
        let (_vm, vcpu) = guest("neoverse-n1", kernel, 0, &[msr(SysReg::OSLAR_EL1, 1), mrs(SysReg::OSLSR_EL1, 2)]);
        set_x(&vcpu, &[0, 1]);
        assert_eq!((goes_on(&vcpu), x(&vcpu, 2)), (true, locked), "{kernel}");
    }
}

/// `kvm_prepare_system_event`, `kvm_psci_system_suspend`: type and number of data in a word, then the first of the data.
#[test]
fn events_with_and_without_data() {
    const SYSTEM_EVENT: usize = 32;
    const SUSPEND: u32 = 216;
    const ONE: u64 = 1 << 32;
    let calls = [(0x8400_0008, 1), (0x8400_0009, 2), (0x8400_000e, 5)];
    for (kernel, answers) in [("4.20", &[1, 2][..]), ("5.10", &[1, 2]), ("6.1", &[1 | ONE, 2 | ONE, 5]), ("7.3", &[1 | ONE, 2 | ONE, 5])] {
        for ((function, kind), answer) in calls.into_iter().zip(answers) {
            let (vm, vcpu) = guest("cortex-a72", kernel, vcpu_feature::PSCI_0_2, &[HVC]);
            if kind == 5 {
                vm.enable_cap(SUSPEND, 0, [0; 4]).expect("known since 5.19");
            }
            set_x(&vcpu, &[function]);
            let page = vcpu.run_page();
            [SYSTEM_EVENT, SYSTEM_EVENT + 8].into_iter().for_each(|word| page.write(word, 8, u64::MAX));
            assert_eq!(vcpu.run(), Ok(VcpuExit::SystemEvent { kind, flags: 0 }), "{kernel}");
            assert_eq!((page.read(SYSTEM_EVENT, 8), page.read(SYSTEM_EVENT + 8, 8)), (*answer, 0), "{function:#x} under {kernel}");
        }
    }
}

/// `kvm_psci_valid_affinity`: bits that no MPIDR has.
#[test]
fn affinities_with_other_bits() {
    const AFFINITY_INFO: u64 = 0xc400_0004;
    const CPU_ON: u64 = 0xc400_0003;
    const ODD: u64 = 1 << 31;
    let invalid = -2_i64 as u64;
    for (kernel, checked) in [("4.20", false), ("5.10", false), ("6.1", true), ("6.12", true), ("7.3", true)] {
        let answer = |otherwise| if checked { invalid } else { otherwise };
        let (vm, first) = guest("cortex-a53", kernel, vcpu_feature::PSCI_0_2, &[HVC]);
        let second = vcpu(&vm, 1, vcpu_feature::PSCI_0_2 | vcpu_feature::POWER_OFF);
        let info = |affinity| hypercall(&first, &[AFFINITY_INFO, affinity, 0]);
        assert_eq!((info(0), info(ODD), info(ODD | 1)), (0, answer(0), answer(1)), "{kernel}");
        assert_eq!(hypercall(&first, &[CPU_ON, ODD | 1, CODE, 0]), answer(0), "{kernel}");
        assert_eq!(second.get_mp_state(), if checked { mp_state::STOPPED } else { mp_state::RUNNABLE }, "{kernel}");
    }
}

/// `kvm_hvc_call_handler`: in 32 bits before 5.10, by the CPU's part, and whether it has PSTATE.SSBS.
#[test]
fn workarounds_by_part_and_by_firmware() {
    const ARCH_FEATURES: u64 = 0x8000_0001;
    const WORKAROUND_1: u64 = 0x8000_8000;
    const SHORT: u64 = 0xffff_ffff;
    const WORKAROUND_2: u64 = 0x8000_7fff;
    for (cpu, kernel, unknown, workaround_1, workaround_2) in [
        ("cortex-a72", "4.20", SHORT, 0, SHORT),
        ("cortex-a57", "rfc-einvariant", SHORT, 0, SHORT),
        ("cortex-a53", "4.20", SHORT, SHORT, SHORT),
        ("neoverse-n1", "4.20", SHORT, SHORT, 0),
        ("cortex-a72", "5.10", u64::MAX, u64::MAX, u64::MAX),
        ("cortex-a53", "5.10", u64::MAX, 1, u64::MAX - 1),
    ] {
        let (_vm, vcpu) = guest(cpu, kernel, vcpu_feature::PSCI_0_2, &[HVC]);
        let answers = [0x1234, WORKAROUND_1, WORKAROUND_2].map(|function| hypercall(&vcpu, &[ARCH_FEATURES, function]));
        assert_eq!(answers, [unknown, workaround_1, workaround_2], "{cpu} under {kernel}");
    }
}

/// `kvm_arm_get_fw_reg`, `kvm_arm_set_fw_reg`
#[test]
fn firmware_registers_that_do_not_exist() {
    const FIRMWARE: u64 = 0x6030_0000_0014_0000;
    const BITMAP: u64 = 0x6030_0000_0016_0000;
    for (kernel, last, unknown) in [("4.20", 0, EINVAL), ("rfc-einvariant", 0, EINVAL), ("5.10", 3, ENOENT), ("6.12", 3, ENOENT)] {
        let (_vm, vcpu) = guest("cortex-a53", kernel, vcpu_feature::PSCI_0_2, &[]);
        assert!(vcpu.get_reg_u64(FIRMWARE + last).is_ok(), "{kernel}");
        for id in [FIRMWARE + last + 1, FIRMWARE + 0x77] {
            assert_eq!((vcpu.get_reg_u64(id), vcpu.set_reg_u64(id, 0)), (Err(unknown), Err(unknown)), "{id:#x} under {kernel}");
        }
        assert_eq!(vcpu.get_reg_u64(BITMAP + 0x77), Err(ENOENT), "{kernel}");
    }
}

/// `reset_pmcr`: 7 bits that software writes before 5.7, LC as it comes before 5.4; N alone since 6.2.
#[test]
fn the_counters_control_after_reset() {
    for (cpu, kernel, expected) in [
        ("neoverse-n1", "4.20", 0x410c_302c),
        ("neoverse-n1", "5.10", 0x410c_30ac),
        ("neoverse-n1", "6.1", 0x410c_30ac),
        ("neoverse-n1", "6.3", 0x3000),
        ("a64fx", "4.20", 0x4601_402c),
        ("a64fx", "rfc-einvariant", 0x4601_402c),
        ("a64fx", "5.10", 0x4601_40ec),
        ("a64fx", "6.3", 0x4040),
    ] {
        let vm = vm(cpu, kernel);
        let vcpu = vcpu(&vm, 0, vcpu_feature::PMU_V3);
        assert_eq!(vcpu.get_reg_u64(SysReg::PMCR_EL0.encoding().kvm_id()), Ok(expected), "{cpu} under {kernel}");
    }
}

/// `access_pmcr`, `kvm_pmu_handle_pmcr`: what is left of ones and of zeros, for the guest and for user space.
#[test]
fn what_a_guest_leaves_in_the_counters_control() {
    let set_up = DeviceAttr { flags: 0, group: vcpu_attribute::PMU_V3, attr: vcpu_attribute::PMU_INIT };
    let code = [msr(SysReg::PMCR_EL0, 31), mrs(SysReg::PMCR_EL0, 1), msr(SysReg::PMCR_EL0, 3), mrs(SysReg::PMCR_EL0, 2)];
    for (cpu, kernel, zeros, ones, stored) in [
        ("neoverse-n1", "4.20", 0, 0x79, 0x7f),
        ("a64fx", "4.20", 0, 0x79, 0x7f),
        ("neoverse-n1", "5.10", 0, 0xf9, 0xff),
        ("a64fx", "5.10", 0x40, 0xf9, 0xff),
        ("neoverse-n1", "6.1", 0, 0xf9, 0xf9),
        ("neoverse-n1", "6.3", 0, 0x79, 0x79),
        ("a64fx", "6.12", 0x40, 0x79, 0x79),
    ] {
        let (_vm, vcpu) = guest(cpu, kernel, vcpu_feature::PMU_V3, &code);
        vcpu.set_device_attr(&set_up, 0).expect("KVM_ARM_VCPU_PMU_V3_INIT");
        set_x(&vcpu, &[0, 0, 0, 0xff]);
        assert!(goes_on(&vcpu));
        let left = vcpu.get_reg_u64(SysReg::PMCR_EL0.encoding().kvm_id()).expect("PMCR_EL0");
        assert_eq!([x(&vcpu, 1) & 0xff, x(&vcpu, 2) & 0xff, left & 0xff], [zeros, ones, stored], "{cpu} under {kernel}");
    }
}

/// KVM_ARM_VCPU_INIT.
fn init(vm: &VmFd, vcpu: &VcpuFd, features: u32) -> Result<(), Errno> {
    let mut init = vm.get_preferred_target();
    init.features[0] = features;
    vcpu.vcpu_init(&init)
}

/// `kvm_vcpu_set_target`, and `kvm_vcpu_init_check_features` of later kernels, which take all features at once.
#[test]
fn features_one_after_the_other_or_at_once() {
    const UNKNOWN: u32 = 1 << 15;
    const PSCI: u32 = vcpu_feature::PSCI_0_2;
    let psci_version = 0x6030_0000_0014_0000;
    for (kernel, changed, left) in
        [("4.20", EINVAL, 0x1_0000), ("5.10", EINVAL, 0x1_0000), ("6.1", EINVAL, 0x1_0001), ("6.3", EINVAL, 0x1_0001), ("6.6", ENOENT, 1)]
    {
        let vm = vm("cortex-a57", kernel);
        let initialised = vcpu(&vm, 0, PSCI);
        assert_eq!(init(&vm, &initialised, UNKNOWN), Err(changed), "{kernel}");
        assert_eq!(init(&vm, &initialised, UNKNOWN | PSCI), Err(ENOENT), "{kernel}");
        assert_eq!(init(&vm, &initialised, PSCI), Ok(()), "{kernel}");
        // Refused one by one, and as a whole.
        for (refusals, version) in [(&[UNKNOWN | PSCI][..], left), (&[UNKNOWN | PSCI, vcpu_feature::PTRAUTH_ADDRESS], 1)] {
            // The first to be initialised has the VM's firmware registers made.
            let vm = self::vm("cortex-a57", kernel);
            let vcpu = vm.create_vcpu(0).expect("a vCPU");
            for features in refusals {
                // Unknown before 5.0, and then what was left stays.
                let unknown = features & UNKNOWN != 0 || kernel == "4.20";
                assert_eq!(init(&vm, &vcpu, *features), Err(if unknown { ENOENT } else { EINVAL }), "{kernel}");
            }
            assert_eq!(init(&vm, &vcpu, 0), Ok(()), "{kernel}");
            let expected = if kernel == "4.20" { left } else { version };
            assert_eq!(vcpu.get_reg_u64(psci_version), Ok(expected), "{kernel}");
        }
    }
}

/// `vcpu_allowed_register_width`, `kvm_set_vm_width`: a vCPU with AArch32 at EL1, before and after one without, of two or one after the other.
#[test]
fn register_widths_in_one_vm() {
    const NARROW: u32 = vcpu_feature::EL1_32BIT;
    let refused = Err(EINVAL);
    for (kernel, of_two, second, late) in [
        ("4.20", Ok(()), Ok(()), Ok(())),
        ("5.10", refused, Ok(()), refused),
        ("6.1", Ok(()), refused, refused),
        ("6.6", Ok(()), refused, refused),
    ] {
        let vm = vm("cortex-a53", kernel);
        let vcpus = [0, 1].map(|id| vm.create_vcpu(id).expect("a vCPU"));
        assert_eq!([init(&vm, &vcpus[0], NARROW), init(&vm, &vcpus[1], 0)], [of_two, second], "{kernel}");
        let vm = self::vm("cortex-a53", kernel);
        let _first = vcpu(&vm, 0, NARROW);
        let vcpu = vm.create_vcpu(1).expect("a vCPU");
        assert_eq!((init(&vm, &vcpu, 0), init(&vm, &vcpu, NARROW)), (late, if kernel == "4.20" { refused } else { Ok(()) }), "{kernel}");
    }
}

/// `kvm_reset_vcpu`, `kvm_arm_pmu_v3_set_attr`: KVM_ARM_VCPU_PMU_V3 where the host has no PMU.
#[test]
fn a_pmu_on_a_host_without() {
    use sysregs::fields::aarch64::ID_AA64DFR0_EL1;
    let set_up = DeviceAttr { flags: 0, group: vcpu_attribute::PMU_V3, attr: vcpu_attribute::PMU_INIT };
    for (kernel, accepted) in [("4.20", true), ("5.10", true), ("6.1", false), ("6.12", false)] {
        let mut ids = sysregs::models::by_name("neoverse-n1").expect("known").ids();
        let debug = ids.get(SysReg::ID_AA64DFR0_EL1).expect("known");
        ids.set(SysReg::ID_AA64DFR0_EL1, ID_AA64DFR0_EL1::PMUVer.insert(debug, 0));
        let vm = Kvm::new(Host::with_ids("bare", ids, kernel).expect("known")).create_vm().expect("a VM");
        let vcpu = vm.create_vcpu(0).expect("a vCPU");
        assert_eq!(init(&vm, &vcpu, vcpu_feature::PMU_V3).is_ok(), accepted, "{kernel}");
        if accepted {
            assert_eq!((vcpu.has_device_attr(&set_up), vcpu.set_device_attr(&set_up, 0)), (Err(ENXIO), Err(ENODEV)), "{kernel}");
        }
    }
}

/// `kvm_arm_pmu_v3_set_attr`: a filter when the VM has run, and what it does to a guest that runs on.
#[test]
fn event_filters_of_a_vm_that_has_run() {
    let attribute = |attr| DeviceAttr { flags: 0, group: vcpu_attribute::PMU_V3, attr };
    // Allows CPU_CYCLES alone.
    let filter = 1 << 16 | 0x11;
    for (kernel, taken) in [("5.10", Ok(())), ("6.1", Err(EBUSY)), ("6.12", Err(EBUSY))] {
        let (vm, first) = guest("neoverse-n1", kernel, vcpu_feature::PMU_V3, &[mrs(SysReg::PMCEID0_EL0, 1), mrs(SysReg::PMCEID0_EL0, 2)]);
        first.set_device_attr(&attribute(vcpu_attribute::PMU_INIT), 0).expect("KVM_ARM_VCPU_PMU_V3_INIT");
        assert_eq!(first.run_for(1), Ok(VcpuExit::Quantum));
        let second = vcpu(&vm, 1, vcpu_feature::PMU_V3);
        assert_eq!(second.set_device_attr(&attribute(vcpu_attribute::PMU_FILTER), filter), taken, "{kernel}");
        assert!(goes_on(&first));
        let before = x(&first, 1);
        assert_eq!(x(&first, 2), if taken.is_ok() { before & 1 << 0x11 } else { before }, "{kernel}");
        assert_ne!(before, 1 << 0x11);
    }
}

/// `kvm_pmu_get_pmceid`: the events of PMMIR_EL1, and those that user space filters.
#[test]
fn common_events() {
    let attribute = |attr| DeviceAttr { flags: 0, group: vcpu_attribute::PMU_V3, attr };
    const ALL: u64 = u64::MAX;
    const SLOT: u64 = 1 << 31;
    const SLOTS: u64 = 7 << 29;
    for (kernel, features, filtered, expected) in [
        ("4.20", 0, false, ALL),
        ("5.10", 0, false, ALL),
        ("6.1", 0, false, ALL & !SLOT),
        ("6.3", 0, false, ALL & !SLOT),
        ("6.6", 0, false, ALL & !SLOT),
        ("6.8", 0, false, ALL & !SLOTS),
        ("7.3", 0, false, ALL & !SLOTS),
        ("7.3", STRICT, false, ALL),
        ("5.10", 0, true, ALL & !0x10),
        ("6.12", 0, true, ALL & !SLOTS & !0x10),
    ] {
        let mut ids = sysregs::models::by_name("neoverse-n2").expect("known").ids();
        ids.set(SysReg::PMCEID1_EL0, u64::MAX);
        let vm = vm_of(Host::with_ids("all events", ids, kernel).expect("known"));
        let vcpu = guest_of(&vm, vcpu_feature::PMU_V3 | features, &[mrs(SysReg::PMCEID1_EL0, 1)]);
        if features & STRICT != 0 {
            vcpu.set_device_attr(&attribute(vcpu_attribute::PMU_SET_PMU), 8).expect("the host's PMU");
        }
        if filtered {
            // Denies STALL_BACKEND.
            vcpu.set_device_attr(&attribute(vcpu_attribute::PMU_FILTER), 1 << 32 | 1 << 16 | 0x24).expect("a filter");
        }
        vcpu.set_device_attr(&attribute(vcpu_attribute::PMU_INIT), 0).expect("KVM_ARM_VCPU_PMU_V3_INIT");
        assert!(goes_on(&vcpu));
        assert_eq!(x(&vcpu, 1), expected, "{kernel}");
    }
}

/// KVM_ARM_VCPU_PMU_V3_STRICT: there is no PMU before user space chooses one, and how many counters it has is an attribute's affair
/// (`kvm_setup_vcpu`, `kvm_arm_pmu_v3_set_attr`, `set_pmcr`).
#[test]
fn a_strict_pmu() {
    let id = |register: SysReg| register.encoding().kvm_id();
    let vm = vm("neoverse-n2", "7.3");
    let vcpu = guest_of(&vm, vcpu_feature::PMU_V3 | STRICT, &[mrs(SysReg::PMCR_EL0, 1)]);
    let set = |attr, value| vcpu.set_device_attr(&DeviceAttr { flags: 0, group: vcpu_attribute::PMU_V3, attr }, value);
    let get = |register| vcpu.get_reg_u64(id(register)).expect("KVM_GET_ONE_REG");
    let counters = || get(SysReg::PMCR_EL0) >> 11 & 0x1f;
    const FILTER: u64 = 1 << 32 | 1 << 16 | 0x24;
    let early = [(vcpu_attribute::PMU_INIT, 0), (vcpu_attribute::PMU_FILTER, FILTER), (vcpu_attribute::PMU_SET_NR_COUNTERS, 0)];
    assert_eq!(early.map(|(attr, value)| set(attr, value)), [Err(ENXIO), Err(ENXIO), Err(EINVAL)]);
    assert_eq!((counters(), get(SysReg::PMCNTENSET_EL0)), (0, 1 << 31));
    assert_eq!(set(vcpu_attribute::PMU_SET_PMU, 8), Ok(()));
    let all = counters();
    assert!(all > 2, "{all}");
    assert_eq!(get(SysReg::PMCNTENSET_EL0), 1 << 31, "as it was reset");
    vcpu.set_reg_u64(id(SysReg::PMCR_EL0), 2 << 11).expect("no error");
    assert_eq!(counters(), all, "ignored");
    assert_eq!([all + 1, 2].map(|number| set(vcpu_attribute::PMU_SET_NR_COUNTERS, number)), [Err(EINVAL), Ok(())]);
    assert_eq!(counters(), 2);
    assert_eq!([vcpu_attribute::PMU_FILTER, vcpu_attribute::PMU_INIT].map(|attr| set(attr, FILTER)), [Ok(()); 2]);
    assert!(goes_on(&vcpu));
    assert_eq!(x(&vcpu, 1) >> 11 & 0x1f, 2);
}

/// PMMIR_EL1.SLOTS is that of a PMU that was chosen strictly, and can be given up until the VM runs (`kvm_arm_pmu_v3_set_pmu`, `set_pmmir`).
#[test]
fn slots_of_a_strict_pmu() {
    let mut ids = sysregs::models::by_name("neoverse-n2").expect("known").ids();
    ids.set(SysReg::PMMIR_EL1, 0x1105);
    let pmmir = SysReg::PMMIR_EL1.encoding().kvm_id();
    for (features, written, expected) in [
        (0, None, 0),
        (STRICT, None, 5),
        (STRICT, Some((5, Ok(()))), 5),
        (STRICT, Some((0, Ok(()))), 0),
        (STRICT, Some((4, Err(EINVAL))), 5),
        (STRICT, Some((0x105, Err(EINVAL))), 5),
        (0, Some((5, Err(EINVAL))), 0),
        (0, Some((0, Ok(()))), 0),
    ] {
        let vm = vm_of(Host::with_ids("slots", ids.clone(), "7.3").expect("known"));
        let vcpu = guest_of(&vm, vcpu_feature::PMU_V3 | features, &[mrs(SysReg::PMMIR_EL1, 1)]);
        let set = |attr, value| vcpu.set_device_attr(&DeviceAttr { flags: 0, group: vcpu_attribute::PMU_V3, attr }, value);
        assert_eq!(vcpu.get_reg_u64(pmmir), Ok(0));
        set(vcpu_attribute::PMU_SET_PMU, 8).expect("the host's PMU");
        if let Some((value, answer)) = written {
            assert_eq!(vcpu.set_reg_u64(pmmir, value), answer, "{features:#x} {value}");
        }
        set(vcpu_attribute::PMU_INIT, 0).expect("KVM_ARM_VCPU_PMU_V3_INIT");
        assert!(goes_on(&vcpu));
        assert_eq!((x(&vcpu, 1), vcpu.get_reg_u64(pmmir)), (expected, Ok(expected)), "{features:#x} {written:?}");
        assert_eq!([expected, 3, 0x100].map(|value| vcpu.set_reg_u64(pmmir, value)), [Ok(()), Err(EBUSY), Err(EINVAL)]);
    }
}

/// `kvm_arm_pmu_v3_set_nr_counters` asks for no first run: another vCPU changes what a running one has.
#[test]
fn counters_that_change_late() {
    let attribute = |attr| DeviceAttr { flags: 0, group: vcpu_attribute::PMU_V3, attr };
    for kernel in ["6.16", "6.18", "7.3"] {
        let vm = vm("neoverse-n1", kernel);
        let first = guest_of(&vm, vcpu_feature::PMU_V3, &[mrs(SysReg::PMCR_EL0, 1), mrs(SysReg::PMCR_EL0, 2)]);
        let second = vcpu(&vm, 1, vcpu_feature::PMU_V3);
        first.set_device_attr(&attribute(vcpu_attribute::PMU_INIT), 0).expect("KVM_ARM_VCPU_PMU_V3_INIT");
        assert_eq!(first.run_for(1), Ok(VcpuExit::Quantum));
        assert_eq!(second.set_device_attr(&attribute(vcpu_attribute::PMU_SET_NR_COUNTERS), 3), Ok(()), "{kernel}");
        assert_eq!(first.set_device_attr(&attribute(vcpu_attribute::PMU_SET_NR_COUNTERS), 2), Err(EBUSY), "{kernel}");
        assert!(goes_on(&first));
        assert_eq!([1, 2].map(|register| x(&first, register) >> 11 & 0x1f), [6, 3], "{kernel}");
    }
}

/// PMMIR_EL1 has a row since 5.12 (`sys_reg_descs`).
#[test]
fn slots_of_a_pmu() {
    for (kernel, known) in [("5.10", false), ("6.1", true), ("6.12", true)] {
        for features in [0, vcpu_feature::PMU_V3] {
            let (_vm, vcpu) = guest("neoverse-n2", kernel, features, &[mrs(SysReg::PMMIR_EL1, 1)]);
            if features != 0 {
                let attr = DeviceAttr { flags: 0, group: vcpu_attribute::PMU_V3, attr: vcpu_attribute::PMU_INIT };
                vcpu.set_device_attr(&attr, 0).expect("KVM_ARM_VCPU_PMU_V3_INIT");
            }
            assert_eq!(goes_on(&vcpu), known, "{kernel}");
        }
    }
}

/// `kvm_psci_narrow_to_32bit`: SYSTEM_SUSPEND leaves its arguments to user space as it took them.
#[test]
fn arguments_of_a_suspend_call() {
    const SUSPEND: u32 = 216;
    let given = [0x1122_3344_5566_7788, 2 << 32 | 3, u64::MAX];
    for (kernel, function, seen) in [
        ("6.1", 0x8400_000e, given.map(|value| value & 0xffff_ffff)),
        ("7.3", 0x8400_000e, given.map(|value| value & 0xffff_ffff)),
        ("6.1", 0xc400_000e, given),
    ] {
        let (vm, vcpu) = guest("cortex-a53", kernel, vcpu_feature::PSCI_0_2, &[HVC]);
        vm.enable_cap(SUSPEND, 0, [0; 4]).expect("known since 5.19");
        set_x(&vcpu, &[function, given[0], given[1], given[2]]);
        assert!(matches!(vcpu.run(), Ok(VcpuExit::SystemEvent { kind: 5, .. })));
        assert_eq!([x(&vcpu, 1), x(&vcpu, 2), x(&vcpu, 3)], seen, "{function:#x} under {kernel}");
    }
}
