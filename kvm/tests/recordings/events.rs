//! KVM_SET_VCPU_EVENTS by kernel: aborts that user space asks for, SErrors, and what KVM_GET_VCPU_EVENTS tells then. Compares with no
//! recording; the kernel's functions are named with each.

use std::sync::Arc;

use kvm::abi::{VcpuEvents, exit};
use kvm::errno::{EINVAL, Errno};
use kvm::{Host, Kvm, TimeSource, VcpuExit, VcpuFd, VmFd, core_regs};
use sysregs::SysReg;
use vm_memory::MmapRegion;

use crate::program::{CODE, DEVICE, RAM};

const NOP: u32 = 0xd503_201f;
/// LDR X1, [X0] and STR X1, [X0].
const LOAD: u32 = 0xf940_0001;
const STORE: u32 = 0xf900_0001;
/// Vectors of synchronous exceptions and of SErrors from EL1.
const SYNCHRONOUS: u64 = RAM + 0x200;
const SERROR: u64 = RAM + 0x380;
/// EL1h, everything masked but SErrors, or all.
const UNMASKED: u64 = 0x2c5;
const MASKED: u64 = 0x3c5;
/// `elr_el1` of `struct kvm_regs`.
const ELR: u64 = core_regs::PC + 6;
/// What the device has, and what X1 has before.
const DATA: u64 = 0x1234;
const OLD: u64 = 0x77;
const ABORT: VcpuEvents = VcpuEvents { ext_dabt_pending: true, serror_pending: false, serror_has_esr: false, serror_esr: 0 };

fn guest(cpu: &str, kernel: &str, word: u32) -> (VmFd, VcpuFd) {
    let host = Host { time: TimeSource::Virtual, ..Host::new(cpu, kernel).expect("known") };
    let vm = Kvm::new(host).create_vm().expect("a VM");
    vm.add_memory(0, RAM, Arc::new(MmapRegion::new(0x2_0000).expect("memory"))).expect("a slot");
    for at in (RAM..CODE).step_by(4) {
        vm.memory().write_bytes(at, &NOP.to_le_bytes()).expect("RAM");
    }
    vm.memory().write_bytes(CODE, &[word, NOP].map(u32::to_le_bytes).concat()).expect("RAM");
    let vcpu = vm.create_vcpu(0).expect("a vCPU");
    vcpu.vcpu_init(&vm.get_preferred_target()).expect("KVM_ARM_VCPU_INIT");
    let vbar = SysReg::VBAR_EL1.encoding().kvm_id();
    for (register, value) in [(vbar, RAM), (core_regs::PC, CODE), (core_regs::x(0), DEVICE), (core_regs::x(1), OLD)] {
        vcpu.set_reg_u64(register, value).expect("KVM_SET_ONE_REG");
    }
    (vm, vcpu)
}

fn get(vcpu: &VcpuFd, register: u64) -> u64 {
    vcpu.get_reg_u64(register).expect("KVM_GET_ONE_REG")
}

fn system(vcpu: &VcpuFd, register: SysReg) -> u64 {
    get(vcpu, register.encoding().kvm_id())
}

fn pc(vcpu: &VcpuFd) -> u64 {
    get(vcpu, core_regs::PC)
}

/// What is seen of an abort after KVM_SET_VCPU_EVENTS, and after one instruction more: PC, and X1 after a load.
struct Seen {
    kernels: &'static [&'static str],
    asked: u64,
    run: u64,
    loaded: u64,
    again: bool,
}

/// `kvm_handle_mmio_return`, `__kvm_adjust_pc`, `commit_pending_events`
const ACCESSES: [Seen; 4] = [
    Seen { kernels: &["5.10"], asked: SYNCHRONOUS, run: SYNCHRONOUS + 4, loaded: DATA, again: false },
    Seen { kernels: &["6.1", "6.12", "6.14", "6.16"], asked: CODE, run: SYNCHRONOUS, loaded: OLD, again: false },
    Seen { kernels: &["6.3", "6.6", "6.8"], asked: CODE, run: CODE, loaded: DATA, again: true },
    Seen { kernels: &["6.17", "6.19", "7.0", "7.3"], asked: SYNCHRONOUS, run: SYNCHRONOUS + 4, loaded: OLD, again: false },
];

#[test]
fn an_access_that_user_space_aborts() {
    for (kernel, seen) in ACCESSES.iter().flat_map(|seen| seen.kernels.iter().map(move |&kernel| (kernel, seen))) {
        for word in [LOAD, STORE] {
            let (_vm, vcpu) = guest("neoverse-n1", kernel, word);
            let leaves = |exit| matches!(exit, Ok(VcpuExit::MmioRead { .. } | VcpuExit::MmioWrite { .. }));
            assert!(leaves(vcpu.run_for(2)), "{kernel}");
            vcpu.set_mmio_data(DATA);
            vcpu.set_vcpu_events(&ABORT).expect("KVM_SET_VCPU_EVENTS");
            assert_eq!((pc(&vcpu), system(&vcpu, SysReg::ESR_EL1) >> 26 & 0x3f), (seen.asked, 0x25), "{kernel}");
            assert_eq!((system(&vcpu, SysReg::FAR_EL1), vcpu.get_vcpu_events().map(|now| now.ext_dabt_pending)), (DEVICE, Ok(false)));
            assert_eq!(leaves(vcpu.run_for(1)), seen.again, "{kernel}");
            let loaded = if word == LOAD { seen.loaded } else { OLD };
            assert_eq!((pc(&vcpu), get(&vcpu, core_regs::x(1))), (seen.run, loaded), "{kernel}");
        }
    }
}

/// Without an access that is open, or with one that user space has taken back, the guest has the abort on every kernel.
#[test]
fn an_abort_that_aborts_nothing() {
    for (kernel, seen) in ACCESSES.iter().flat_map(|seen| seen.kernels.iter().map(move |&kernel| (kernel, seen))) {
        for taken_back in [false, true] {
            let (_vm, vcpu) = guest("neoverse-n1", kernel, if taken_back { LOAD } else { NOP });
            let _left = vcpu.run_for(1);
            vcpu.run_page().set_exit_reason(exit::UNKNOWN);
            let left_at = pc(&vcpu);
            vcpu.set_vcpu_events(&ABORT).expect("KVM_SET_VCPU_EVENTS");
            let asked = if seen.asked == CODE { left_at } else { SYNCHRONOUS };
            assert_eq!(pc(&vcpu), asked, "{kernel}");
            assert_eq!(vcpu.run_for(1), Ok(VcpuExit::Quantum));
            let run = if seen.asked == CODE { SYNCHRONOUS } else { SYNCHRONOUS + 4 };
            let registers = [get(&vcpu, ELR), system(&vcpu, SysReg::FAR_EL1)];
            assert_eq!((pc(&vcpu), registers), (run, [left_at, if taken_back { DEVICE } else { 0 }]), "{kernel}");
        }
    }
}

/// An addition of this shim: the abort of a VMM that knows what kernels do.
#[test]
fn the_typed_abort_is_never_lost() {
    for kernel in ["5.10", "6.1", "6.6", "6.12", "7.3"] {
        let (_vm, vcpu) = guest("neoverse-n1", kernel, LOAD);
        assert!(matches!(vcpu.run_for(1), Ok(VcpuExit::MmioRead { .. })));
        vcpu.inject_external_abort();
        assert_eq!(vcpu.run_for(1), Ok(VcpuExit::Quantum));
        let at = pc(&vcpu);
        assert!([SYNCHRONOUS, SYNCHRONOUS + 4].contains(&at), "{kernel}: {at:#x}");
        assert_eq!(get(&vcpu, core_regs::x(1)), OLD, "{kernel}");
    }
}

/// `kvm_inject_serror_esr` takes what is not masked; before it the CPU does, when it runs.
#[test]
fn serrors() {
    /// PC and ESR_EL1 at once, or the syndrome that is pending.
    type Outcome = Result<(u64, u64), u64>;
    const IDS: u64 = 1 << 24;
    let taken = |esr: u64| Outcome::Ok((SERROR, esr));
    let pending = Outcome::Err;
    // Kernel, CPU, PSTATE, the syndrome that is given.
    let cases = [
        ("6.16", "neoverse-n1", UNMASKED, None, pending(IDS)),
        ("6.16", "neoverse-n1", UNMASKED, Some(0x1234), pending(0x1234)),
        ("6.16", "cortex-a53", UNMASKED, None, pending(0)),
        ("6.17", "neoverse-n1", MASKED, None, pending(IDS)),
        ("6.17", "neoverse-n1", UNMASKED, None, taken(0x2f << 26 | IDS)),
        ("6.17", "neoverse-n1", UNMASKED, Some(0x1234), taken(0x2f << 26 | 0x1234)),
        ("6.17", "cortex-a53", UNMASKED, None, taken(0x2f << 26 | IDS)),
        ("7.0", "neoverse-n1", UNMASKED, Some(5), taken(0x2f << 26 | 5)),
        ("7.2", "neoverse-n1", UNMASKED, Some(5), taken(0x2f << 26 | 1 << 25 | 5)),
        ("7.3", "neoverse-n1", UNMASKED, None, taken(0x2f << 26 | 1 << 25 | IDS)),
        ("7.3", "neoverse-n1", MASKED, Some(0x1ff_ffff), pending(0x1ff_ffff)),
        ("7.3", "cortex-a53", MASKED, None, pending(0)),
        ("5.10", "neoverse-n1", MASKED, Some(9), pending(9)),
    ];
    for (kernel, cpu, pstate, syndrome, expected) in cases {
        let (_vm, vcpu) = guest(cpu, kernel, NOP);
        vcpu.set_reg_u64(core_regs::PSTATE, pstate).expect("PSTATE");
        let has_syndrome = cpu == "neoverse-n1";
        let events = VcpuEvents {
            serror_pending: true,
            serror_has_esr: syndrome.is_some(),
            serror_esr: syndrome.unwrap_or_default(),
            ..VcpuEvents::default()
        };
        vcpu.set_vcpu_events(&events).expect("KVM_SET_VCPU_EVENTS");
        let told = vcpu.get_vcpu_events().expect("KVM_GET_VCPU_EVENTS");
        let now = if told.serror_pending { Err(told.serror_esr) } else { Ok((pc(&vcpu), system(&vcpu, SysReg::ESR_EL1))) };
        assert_eq!((now, told.serror_has_esr), (expected, has_syndrome), "{kernel} {cpu} {pstate:#x} {syndrome:x?}");
        if let Err(syndrome) = expected {
            vcpu.set_reg_u64(core_regs::PSTATE, UNMASKED).expect("PSTATE");
            assert_eq!(vcpu.run_for(1), Ok(VcpuExit::Quantum));
            let esr = 0x2f << 26 | 1 << 25 | syndrome;
            assert_eq!((pc(&vcpu), system(&vcpu, SysReg::ESR_EL1)), (SERROR + 4, esr), "{kernel} {cpu}: the CPU takes it");
        }
    }
}

/// An abort and an SError in one structure, good or not: before 6.17 the SError's faults come first.
#[test]
fn an_abort_and_an_serror() {
    let refused: [Result<(), Errno>; 2] = [Ok(()), Err(EINVAL)];
    for (kernel, aborts) in [("6.16", [true, false]), ("6.17", [true, true]), ("7.3", [true, true])] {
        for ((esr, result), aborts) in [0x1234, 1 << 25].into_iter().zip(refused).zip(aborts) {
            let (_vm, vcpu) = guest("neoverse-n1", kernel, NOP);
            vcpu.set_reg_u64(core_regs::PSTATE, UNMASKED).expect("PSTATE");
            let events = VcpuEvents { serror_pending: true, serror_has_esr: true, serror_esr: esr, ..ABORT };
            assert_eq!(vcpu.set_vcpu_events(&events), result, "{kernel}");
            let told = vcpu.get_vcpu_events().expect("KVM_GET_VCPU_EVENTS");
            assert_eq!((told.serror_pending, told.serror_esr), if result.is_ok() { (true, 0x1234) } else { (false, 0) }, "{kernel}");
            assert_eq!(system(&vcpu, SysReg::ESR_EL1) >> 26 & 0x3f == 0x25, aborts, "{kernel}");
        }
    }
}

/// SCTLR2_EL1: NMEA unmasks SErrors, EASE makes them of aborts (`serror_is_masked`, `effective_sctlr2_ease`).
#[test]
fn the_guest_s_second_control_register() {
    for (control, events, vector) in [
        (0, ABORT, SYNCHRONOUS),
        (1 << 5, ABORT, SERROR),
        (0, VcpuEvents { serror_pending: true, ..VcpuEvents::default() }, CODE),
        (1 << 2, VcpuEvents { serror_pending: true, ..VcpuEvents::default() }, SERROR),
    ] {
        let (_vm, vcpu) = guest("max", "7.3", NOP);
        vcpu.set_reg_u64(SysReg::SCTLR2_EL1.encoding().kvm_id(), control).expect("a host with it");
        vcpu.set_vcpu_events(&events).expect("KVM_SET_VCPU_EVENTS");
        assert_eq!(pc(&vcpu), vector, "{control:#x}");
    }
}
