//! Rules of the kernel about which no recording asks: power states, memory that a guest shares, interrupts' numbers, capabilities with
//! arguments, structures of older kernels. Compares with no recording; the kernel's functions are named with each.

use std::sync::Arc;

use kvm::abi::{DeviceAttr, VcpuEvents, device_type, system_event, vcpu_attribute, vcpu_feature};
use kvm::errno::{EBUSY, EEXIST, EFAULT, EINVAL, ENODEV, ENOEXEC};
use kvm::ioctl::{KvmFile, UserSpace, ioctl};
use kvm::{Host, Kvm, TimeSource, VcpuExit, VcpuFd, VmFd, core_regs};
use sysregs::SysReg;
use vm_memory::MmapRegion;

use crate::ioctl_fuzz::{MEMORY, Program};
use crate::program::{CODE, DEVICE, RAM, mrs, str};

const NOP: u32 = 0xd503_201f;
const RUNNABLE: u32 = 0;
const SUSPENDED: u32 = 10;
/// KVM_ARM_IRQ_TYPE_CPU, vCPU 0, KVM_ARM_IRQ_CPU_IRQ.
const IRQ: u32 = 0;

fn host(cpu: &str, kernel: &str) -> Host {
    Host { time: TimeSource::Virtual, nested: cpu == "max", ..Host::new(cpu, kernel).expect("known") }
}

fn vm(cpu: &str, kernel: &str) -> VmFd {
    Kvm::new(host(cpu, kernel)).create_vm().expect("a VM")
}

fn memory() -> Arc<MmapRegion> {
    Arc::new(MmapRegion::new(0x20_0000).expect("memory"))
}

fn guest(cpu: &str, kernel: &str, features: u32, words: &[u32]) -> (VmFd, VcpuFd) {
    guest_of(vm(cpu, kernel), features, words)
}

fn guest_of(vm: VmFd, features: u32, words: &[u32]) -> (VmFd, VcpuFd) {
    vm.add_memory(0, RAM, memory()).expect("a slot");
    let bytes: Vec<u8> = words.iter().flat_map(|word| word.to_le_bytes()).collect();
    vm.memory().write_bytes(CODE, &bytes).expect("RAM");
    let vcpu = vm.create_vcpu(0).expect("a vCPU");
    let mut init = vm.get_preferred_target();
    init.features[0] |= features;
    vcpu.vcpu_init(&init).expect("KVM_ARM_VCPU_INIT");
    vcpu.set_reg_u64(core_regs::PC, CODE).expect("PC");
    (vm, vcpu)
}

fn pc(vcpu: &VcpuFd) -> u64 {
    vcpu.get_reg_u64(core_regs::PC).expect("PC").wrapping_sub(CODE)
}

/// `kvm_vcpu_suspend`: an interrupt is told to user space, which alone ends the state.
#[test]
fn a_suspended_vcpu_tells_of_interrupts() {
    let (vm, vcpu) = guest("neoverse-n1", "6.12", 0, &[NOP; 8]);
    vcpu.set_mp_state(SUSPENDED).expect("known since 5.19");
    assert_eq!((vcpu.run_for(100), vcpu.idle()), (Ok(VcpuExit::Yield), true));
    vm.set_irq_line(IRQ, true).expect("a line");
    let wakeup = || VcpuExit::SystemEvent { kind: system_event::WAKEUP, flags: 0 };
    for _ in 0..2 {
        assert_eq!((vcpu.run(), vcpu.get_mp_state(), pc(&vcpu)), (Ok(wakeup()), SUSPENDED, 0));
    }
    vcpu.set_mp_state(RUNNABLE).expect("known");
    assert_eq!((vcpu.run_for(2), pc(&vcpu)), (Ok(VcpuExit::Quantum), 8));
    // One that comes while it sleeps.
    vm.set_irq_line(IRQ, false).expect("a line");
    vcpu.set_mp_state(SUSPENDED).expect("known");
    std::thread::scope(|scope| {
        scope.spawn(|| vm.set_irq_line(IRQ, true).expect("a line"));
        assert_eq!((vcpu.run(), pc(&vcpu)), (Ok(wakeup()), 8));
    });
}

#[test]
fn older_kernels_know_less() {
    for (kernel, suspends, aborts) in [("4.20", false, false), ("5.10", false, true), ("6.1", true, true)] {
        let (_vm, vcpu) = guest("cortex-a57", kernel, 0, &[NOP]);
        assert_eq!(vcpu.set_mp_state(SUSPENDED).is_ok(), suspends, "{kernel}");
        let events = VcpuEvents { ext_dabt_pending: true, ..VcpuEvents::default() };
        assert_eq!(vcpu.set_vcpu_events(&events).is_ok(), aborts, "{kernel}");
    }
}

/// KVM_ARM_VCPU_FINALIZE is an unknown request before 5.2; KVM_IRQ_LINE_STATUS is KVM_IRQ_LINE, and the structure comes back.
#[test]
fn requests_by_number() {
    const FINALIZE: u32 = 0x4004_aec2;
    const IRQ_LINE: u32 = 0x4008_ae61;
    const IRQ_LINE_STATUS: u32 = 0xc008_ae67;
    for (kernel, unknown) in [("4.20", EINVAL), ("5.10", ENOEXEC)] {
        let vm = vm("cortex-a57", kernel);
        let mut program = Program::new(Kvm::new(Host::new("cortex-a57", kernel).expect("known")));
        let vcpu = KvmFile::Vcpu(vm.create_vcpu(0).expect("a vCPU"));
        assert_eq!(ioctl(&vcpu, FINALIZE, MEMORY, &mut program), Err(unknown), "{kernel}");
        // Its first vCPU's, which is high.
        program.copy_out(MEMORY, &[0, 0, 0, 0, 1, 0, 0, 0]).expect("memory");
        for request in [IRQ_LINE, IRQ_LINE_STATUS] {
            assert_eq!(ioctl(&KvmFile::Vm(vm.clone()), request, MEMORY, &mut program), Ok(0), "{kernel}");
        }
        assert_eq!(ioctl(&KvmFile::Vm(vm), IRQ_LINE_STATUS, 8, &mut program), Err(EFAULT));
    }
}

/// `kvm_arch_vcpu_ioctl_run` completes what `exit_reason` still says.
#[test]
fn an_access_that_user_space_takes_back_is_made_again() {
    // Stores X1 where X0 points, and goes on.
    for (taken_back, executed) in [(false, 4), (true, 0)] {
        let (_vm, vcpu) = guest("neoverse-n1", "6.12", 0, &[str(1, 0, 0), NOP, NOP]);
        vcpu.set_reg_u64(core_regs::x(0), DEVICE).expect("X0");
        let store = vcpu.run();
        assert!(matches!(store, Ok(VcpuExit::MmioWrite { .. })), "{store:?}");
        if taken_back {
            vcpu.run_page().set_exit_reason(0);
        }
        vcpu.run_page().set_immediate_exit(true);
        assert!(vcpu.run().is_err());
        assert_eq!(pc(&vcpu), executed);
    }
}

/// `kvm_vm_ioctl_enable_cap`: a size of KVM_CAP_ARM_SUPPORTED_BLOCK_SIZES, while there is no memory; other arguments of other capabilities.
#[test]
fn capabilities_take_arguments() {
    const MANUAL_DIRTY_LOG: u32 = 168;
    const HALT_POLL: u32 = 182;
    const EAGER_SPLIT: u32 = 228;
    let vm = vm("neoverse-n1", "6.12");
    let enable = |capability, argument| vm.enable_cap(capability, 0, [argument, 7, 7, 7]);
    for (bytes, taken) in [(0x20_0000, true), (0x1000, true), (0x4000, false), (0x20_1000, false), (0x4000_0000, true)] {
        let before = vm.check_extension(EAGER_SPLIT);
        assert_eq!(enable(EAGER_SPLIT, bytes).is_ok(), taken, "{bytes:#x}");
        assert_eq!(vm.check_extension(EAGER_SPLIT), if taken { Ok(bytes as i64) } else { before });
    }
    assert_eq!(enable(EAGER_SPLIT, 0), Ok(()));
    vm.add_memory(0, RAM, memory()).expect("a slot");
    assert_eq!(enable(EAGER_SPLIT, 0), Err(EINVAL), "too late");
    assert_eq!((enable(MANUAL_DIRTY_LOG, 1), enable(MANUAL_DIRTY_LOG, 2)), (Ok(()), Err(EINVAL)));
    assert_eq!((enable(HALT_POLL, 0xffff_ffff), enable(HALT_POLL, 1 << 32)), (Ok(()), Err(EINVAL)));
}

/// `kvm_arm_pvtime_set_attr`
#[test]
fn stolen_time_is_written() {
    let (vm, vcpu) = guest("neoverse-n1", "6.12", 0, &[NOP]);
    vm.add_rom(1, RAM + 0x100_0000, memory()).expect("a slot");
    let base = |address| vcpu.set_device_attr(&DeviceAttr { flags: 0, group: vcpu_attribute::PVTIME, attr: 0 }, address);
    assert_eq!((base(RAM + 0x100_0000), base(RAM)), (Err(EINVAL), Ok(())));
}

/// `kvm_vm_ioctl_set_device_addr`: what is asked of no GIC is asked of the wrong one.
#[test]
fn addresses_are_a_gicv2s() {
    let vm = vm("neoverse-n1", "6.12");
    assert_eq!((vm.set_device_address(0, 0x800_0000), vm.set_device_address(1 << 16, 0x800_0000)), (Err(ENODEV), Err(ENODEV)));
    let _gic = vm.create_device(device_type::VGIC_V3).expect("a GIC");
    assert_eq!(vm.set_device_address(0, 0x800_0000), Err(ENODEV));
}

/// `kvm_smccc_set_filter`: values first, then whether it is too late.
#[test]
fn a_filter_after_the_first_run() {
    let (vm, vcpu) = guest("neoverse-n1", "6.12", 0, &[NOP; 4]);
    assert_eq!(vcpu.run_for(1), Ok(VcpuExit::Quantum));
    assert_eq!((vm.set_smccc_filter(0x8400_0000, 0, 1), vm.set_smccc_filter(0x8400_0000, 1, 3)), (Err(EINVAL), Err(EINVAL)));
    assert_eq!(vm.set_smccc_filter(0x8400_0000, 1, 1), Err(EBUSY));
}

/// `kvm_smccc_set_filter`: no functions from 0 on are all of them, which meet the architecture's, until 7.2.
#[test]
fn a_filter_of_nothing() {
    for (kernel, refused, after) in [("6.12", EEXIST, EBUSY), ("7.0", EEXIST, EBUSY), ("7.2", EINVAL, EINVAL)] {
        let (vm, vcpu) = guest("neoverse-n1", kernel, 0, &[NOP]);
        assert_eq!(vm.set_smccc_filter(0, 0, 1), Err(refused), "{kernel}");
        assert_eq!(vm.set_smccc_filter(1, 0, 1), Err(EINVAL), "{kernel}");
        assert_eq!(vcpu.run_for(1), Ok(VcpuExit::Quantum));
        assert_eq!(vm.set_smccc_filter(0, 0, 1), Err(after), "{kernel}");
    }
}

/// `set_core_reg`: modes by features, and what AArch32 leaves of registers that are written.
#[test]
fn modes_and_the_width_of_registers() {
    const EL2H: u64 = 0x3c9;
    let (_vm, vcpu) = guest("max", "6.16", vcpu_feature::HAS_EL2, &[NOP]);
    assert_eq!(vcpu.get_reg_u64(core_regs::PSTATE), Ok(EL2H));
    for (pstate, taken) in [(EL2H, true), (0x3c8, true), (0x3c5, true), (0x1df, false)] {
        assert_eq!(vcpu.set_reg_u64(core_regs::PSTATE, pstate).is_ok(), taken, "{pstate:#x}");
    }
    let (_vm, vcpu) = guest("cortex-a57", "6.12", 0, &[NOP]);
    assert_eq!(vcpu.set_reg_u64(core_regs::PSTATE, EL2H), Err(EINVAL));
    let (_vm, vcpu) = guest("cortex-a57", "6.12", vcpu_feature::EL1_32BIT, &[NOP]);
    // System and User mode have fifteen registers, Supervisor mode all.
    for (pstate, last) in [(0x1df, u64::MAX), (0x1d0, u64::MAX), (0x1d3, 0xffff_ffff)] {
        vcpu.set_reg_u64(core_regs::PSTATE, pstate).expect("AArch32");
        for register in [core_regs::x(14), core_regs::x(20), core_regs::PC] {
            vcpu.set_reg_u64(register, u64::MAX).expect("any value");
        }
        let kept = [core_regs::x(14), core_regs::x(20), core_regs::PC].map(|register| vcpu.get_reg_u64(register));
        assert_eq!(kept, [Ok(0xffff_ffff), Ok(last), Ok(0xffff_ffff)], "{pstate:#x}");
    }
}

/// FEAT_LS64, which guests are told of since 7.0: KVM_EXIT_ARM_LDST64B where there is no memory, and user space executes it; hidden, it is
/// UNDEFINED (`io_mem_abort`, `vcpu_set_hcrx`). ST64BV0 always is.
#[test]
fn loads_and_stores_of_64_bytes() {
    // LD64B X0, [X20]; ST64B X2, [X20]; ST64BV X9, X0, [X20]; ST64BV0 X9, X0, [X20].
    let words = [0xf83f_d280, 0xf83f_9282, 0xf829_b280, 0xf829_a280];
    let isar = SysReg::ID_AA64ISAR1_EL1;
    const ABORT: u64 = 0x24 << 26 | 1 << 25 | 1 << 24 | 3 << 22 | 1 << 15;
    let leaves = [Some(ABORT | 2 << 11), Some(ABORT | 1 << 6 | 2 << 16 | 2 << 11), Some(9 << 32 | ABORT | 1 << 6 | 1 << 11), None];
    for (kernel, hidden, told) in [("6.19", false, 0), ("7.0", false, 4), ("7.3", false, 4), ("7.3", true, 0)] {
        for (word, expected) in words.into_iter().zip(leaves) {
            let mut ids = sysregs::models::by_name("max").expect("known").ids();
            ids.set(isar, ids.get(isar).expect("known") & !(0xf << 60) | 3 << 60);
            let vm = Kvm::new(Host { time: TimeSource::Virtual, ..Host::with_ids("64 bytes", ids, kernel).expect("known") });
            let (_vm, vcpu) = guest_of(vm.create_vm().expect("a VM"), 0, &[word]);
            if hidden {
                let value = vcpu.get_reg_u64(isar.encoding().kvm_id()).expect("KVM_GET_ONE_REG");
                vcpu.set_reg_u64(isar.encoding().kvm_id(), value & !(0xf << 60)).expect("lower");
            }
            vcpu.set_reg_u64(core_regs::x(20), DEVICE).expect("X20");
            let left = vcpu.run_for(1);
            let Some(esr) = expected.filter(|_| told != 0) else {
                assert_eq!(left, Ok(VcpuExit::Quantum), "{kernel} {word:#x}");
                assert_eq!(vcpu.get_reg_u64(SysReg::ESR_EL1.encoding().kvm_id()), Ok(1 << 25), "{kernel} {word:#x}");
                continue;
            };
            assert_eq!(left, Ok(VcpuExit::LoadStore64 { esr, ipa: DEVICE }), "{kernel} {word:#x}");
            let page = vcpu.run_page();
            assert_eq!((page.exit_reason(), page.read(32, 8), page.read(40, 8), pc(&vcpu)), (42, esr, DEVICE, 0), "{kernel}");
            // Again, unless user space moves on or asks for an abort.
            assert_eq!(vcpu.run_for(1), Ok(VcpuExit::LoadStore64 { esr, ipa: DEVICE }));
            vcpu.set_vcpu_events(&VcpuEvents { ext_dabt_pending: true, ..VcpuEvents::default() }).expect("initialised");
            assert_eq!(vcpu.get_reg_u64(SysReg::FAR_EL1.encoding().kvm_id()), Ok(DEVICE));
        }
    }
}

/// ESR_EL1 after one step of a guest.
fn syndrome(vcpu: &VcpuFd) -> u64 {
    assert_eq!(vcpu.run_for(1), Ok(VcpuExit::Quantum));
    vcpu.get_reg_u64(SysReg::ESR_EL1.encoding().kvm_id()).expect("ESR_EL1")
}

/// `triage_sysreg_trap` (7.0): an ID register that a VM lacks is reported as trapped. `inject_abt64` (7.2): IL is always one.
#[test]
fn syndromes_by_kernel() {
    for (kernel, class, length) in [("6.17", 0, 0), ("6.19", 0, 0), ("7.0", 0x18, 0), ("7.2", 0x18, 1), ("7.3", 0x18, 1)] {
        let (_vm, vcpu) = guest("max", kernel, 0, &[mrs(SysReg::SMIDR_EL1, 3)]);
        assert_eq!(syndrome(&vcpu) >> 26, class, "{kernel}");
        let (_vm, vcpu) = guest("max", kernel, 0, &[NOP]);
        vcpu.set_vcpu_events(&VcpuEvents { ext_dabt_pending: true, ..VcpuEvents::default() }).expect("initialised");
        assert_eq!(vcpu.get_reg_u64(SysReg::ESR_EL1.encoding().kvm_id()).expect("ESR_EL1") >> 25, 0x25 << 1 | length, "{kernel}");
    }
}

/// `inject_abt64`: what a guest is told whose tables are nowhere; 39 bits of addresses begin at level 1.
#[test]
fn tables_without_memory() {
    for (kernel, status) in [("6.12", 0x10), ("6.17", 0x10), ("7.0", 0x15), ("7.3", 0x15)] {
        let (_vm, vcpu) = guest("max", kernel, 0, &[NOP]);
        for (register, value) in [(SysReg::TCR_EL1, 25), (SysReg::TTBR0_EL1, DEVICE), (SysReg::SCTLR_EL1, 0x30d0_0801)] {
            vcpu.set_reg_u64(register.encoding().kvm_id(), value).expect("KVM_SET_ONE_REG");
        }
        assert_eq!(syndrome(&vcpu) & 0x3f, status, "{kernel}");
    }
}

/// `kvm_calculate_traps` with what the ID registers say at the first run: from 6.9 on hidden instructions and registers are UNDEFINED.
#[test]
fn what_is_hidden_is_undefined() {
    const FOLLOWS: [bool; 5] = [false, true, true, true, true];
    const NEWER: [bool; 5] = [false, false, false, true, true];
    let feature = |register, field: u64| (register, 15u64 << field);
    // MRS X1, TCR2_EL1 and PIR_EL1; SETP [X0]!, X2!, X1 of nothing; TLBI VMALLE1OS and RVAE1; AT S1E1RP; DC CVADP; MRS X1,
    // ERRIDR_EL1.
    let cases = [
        (feature(SysReg::ID_AA64MMFR3_EL1, 0), mrs(SysReg::TCR2_EL1, 1), FOLLOWS),
        (feature(SysReg::ID_AA64MMFR3_EL1, 8), mrs(SysReg::PIR_EL1, 1), FOLLOWS),
        (feature(SysReg::ID_AA64ISAR2_EL1, 16), 0x19c1_0440, FOLLOWS),
        (feature(SysReg::ID_AA64ISAR0_EL1, 56), 0xd508_811f, FOLLOWS),
        (feature(SysReg::ID_AA64ISAR0_EL1, 56), 0xd508_8620, FOLLOWS),
        (feature(SysReg::ID_AA64MMFR1_EL1, 20), 0xd508_7900, FOLLOWS),
        (feature(SysReg::ID_AA64ISAR1_EL1, 0), 0xd50b_7d20, NEWER),
        (feature(SysReg::ID_AA64PFR0_EL1, 28), mrs(SysReg::ERRIDR_EL1, 1), NEWER),
    ];
    for ((register, mask), word, undefined) in cases {
        for (kernel, undefined) in ["6.8", "6.12", "6.14", "6.17", "7.3"].into_iter().zip(undefined) {
            for hidden in [false, true] {
                let (_vm, vcpu) = guest("max", kernel, 0, &[word, NOP]);
                vcpu.set_reg_u64(core_regs::x(0), CODE).expect("X0");
                let id = register.encoding().kvm_id();
                let shown = vcpu.get_reg_u64(id).expect("an ID register");
                if shown & mask == 0 || hidden && vcpu.set_reg_u64(id, shown & !mask).is_err() {
                    continue;
                }
                vcpu.run_for(1).expect("no exit");
                // A trapped one that KVM emulates does not count.
                let executed = (CODE + 4..=CODE + 8).contains(&vcpu.get_reg_u64(core_regs::PC).expect("PC"));
                assert_eq!(executed, !(hidden && undefined), "{kernel} {word:#x} {hidden}");
            }
        }
    }
}

/// `access_dcsw` and, in kernels after 6.3, `access_dcgsw`: maintenance by set and way does nothing, that of tags for guests that have some.
#[test]
fn maintenance_by_set_and_way() {
    const MTE: u32 = 205;
    // DC CISW and CIGSW, X0.
    const CISW: u32 = 0xd508_7e40;
    const CIGSW: u32 = 0xd508_7e80;
    let cases = [
        ("6.3", true, CISW, true),
        ("6.3", true, CIGSW, false),
        ("6.6", true, CIGSW, true),
        ("6.6", false, CIGSW, false),
        ("7.3", true, CIGSW, true),
        ("7.3", false, CISW, true),
    ];
    for (kernel, tags, word, done) in cases {
        let mut host = host("max", kernel);
        assert!(host.add_tag_memory(), "max has MTE");
        let vm = Kvm::new(host).create_vm().expect("a VM");
        if tags {
            vm.enable_cap(MTE, 0, [0; 4]).expect("KVM_CAP_ARM_MTE");
        }
        let (_vm, vcpu) = guest_of(vm, 0, &[word, NOP]);
        assert_eq!(vcpu.run_for(1), Ok(VcpuExit::Quantum));
        assert_eq!(pc(&vcpu) == 4, done, "{kernel} {tags} {word:#x}");
    }
}
