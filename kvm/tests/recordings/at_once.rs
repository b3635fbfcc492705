//! Exits that are answered without leaving the guest, against the same ones that leave: guests in virtual time always leave. Compares
//! with no recording.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use emu::engine::{EngineKind, JitLevel};
use kvm::abi::{DeviceAttr, device_type, mp_state, vcpu_feature};
use kvm::{ExitStats, Host, Kvm, MmioBus, TimeSource, VcpuExit, VcpuFd, VmFd, core_regs};
use sysregs::{Encoding, SysReg};
use vm_memory::MmapRegion;

use crate::program::{CODE, DEVICE, RAM, str};

const HVC: u32 = 0xd400_0002;
/// MOV X0, X10; MOV X1, X11.
const MOV_X0_X10: u32 = 0xaa0a_03e0;
const MOV_X1_X11: u32 = 0xaa0b_03e1;
/// SUB X9, X9, #1.
const SUB_X9: u32 = 0xd100_0529;
/// Times that a guest does the same, so that the JIT has code for it.
const TIMES: u64 = 8;
const DISTRIBUTOR: u64 = 0x800_0000;
const REDISTRIBUTOR: u64 = 0x80a_0000;

/// CBNZ X9, so many instructions back.
fn again(back: u32) -> u32 {
    0xb500_0009 | (back.wrapping_neg() & 0x7_ffff) << 5
}

/// `body` so many times, then a store to [`DEVICE`].
pub fn repeated(body: &[u32]) -> Vec<u32> {
    let mut words = body.to_vec();
    words.extend([SUB_X9, again(body.len() as u32 + 1), str(1, 20, 0)]);
    words
}

pub fn engines() -> [EngineKind; 3] {
    [EngineKind::Interpreter, EngineKind::Jit(JitLevel::V3), EngineKind::Jit(JitLevel::Calls)]
}

pub fn guest(time: TimeSource, engine: EngineKind, words: &[u32]) -> (VmFd, VcpuFd) {
    let host = Host { time, engine, exact_traps: true, ..Host::new("cortex-a57", "6.12").expect("known") };
    let vm = Kvm::new(host).create_vm().expect("a VM");
    vm.add_memory(0, RAM, Arc::new(MmapRegion::new(0x20_0000).expect("memory"))).expect("a slot");
    let bytes: Vec<u8> = words.iter().flat_map(|word| word.to_le_bytes()).collect();
    vm.memory().write_bytes(CODE, &bytes).expect("RAM");
    let vcpu = vm.create_vcpu(0).expect("a vCPU");
    let mut init = vm.get_preferred_target();
    init.features[0] |= vcpu_feature::PSCI_0_2;
    vcpu.vcpu_init(&init).expect("KVM_ARM_VCPU_INIT");
    for (id, value) in [(core_regs::PC, CODE), (core_regs::x(9), TIMES), (core_regs::x(20), DEVICE)] {
        vcpu.set_reg_u64(id, value).expect("KVM_SET_ONE_REG");
    }
    (vm, vcpu)
}

/// How a run ended, what the guest sees then, and what was counted.
#[derive(Debug, PartialEq)]
struct Seen {
    exits: String,
    registers: Vec<u64>,
    counted: ExitStats,
    id_reads: Vec<(u16, u64)>,
    retired: u64,
}

fn seen(vcpu: &VcpuFd, exits: String) -> Seen {
    let registers = (0..31).map(core_regs::x).chain([core_regs::PC]).map(|id| vcpu.get_reg_u64(id).expect("KVM_GET_ONE_REG")).collect();
    let (_, counted, retired) = vcpu.statistics();
    Seen { exits, registers, counted, id_reads: vcpu.id_register_reads().into_iter().collect(), retired }
}

#[test]
fn hypercalls() {
    let functions = (0x8000_0000..0x8000_0003)
        .chain([0x8000_8000, 0x8000_7fff, 0x8000_3fff, 0x95c1_ba5f, 0x95c1_ba60, 0x8400_0050, 0x8400_0051, 0x8400_0052])
        .chain((0..0x18).flat_map(|id| [0x8400_0000 | id, 0xc400_0000 | id]))
        .chain([0xc500_0020, 0xc500_0021, 0x8600_ff01, 0x8600_0000, 0x8600_0001, 0, 0xc400_1234, 0xffff_ffff]);
    let words = repeated(&[MOV_X0_X10, MOV_X1_X11, HVC]);
    // Not those that wait: CPU_SUSPEND, CPU_OFF. Nor KVM's PTP clock, which is the time.
    let waiting = |function: &u64| matches!(function & !(1 << 30), 0x8400_0001 | 0x8400_0002 | 0x8600_0001);
    for function in functions.filter(|function| !waiting(function)) {
        let run = |time, engine| {
            let (_vm, vcpu) = guest(time, engine, &words);
            vcpu.set_reg_u64(core_regs::x(10), function).expect("X10");
            let arguments = [0, 0x8400_0003, 0xc400_000e, 0x8400_0012, 0x8000_8000, 0x8400_0053, 0x1_8400_0000];
            arguments.map(|argument| {
                for (id, value) in [(core_regs::PC, CODE), (core_regs::x(9), TIMES), (core_regs::x(11), argument)] {
                    vcpu.set_reg_u64(id, value).expect("KVM_SET_ONE_REG");
                }
                // Some calls turn it off.
                vcpu.set_mp_state(mp_state::RUNNABLE).expect("KVM_SET_MP_STATE");
                let exit = vcpu.run_bounded(200);
                seen(&vcpu, format!("{exit:?}"))
            })
        };
        let leaving = run(TimeSource::Virtual, EngineKind::Interpreter);
        for engine in engines() {
            assert_eq!(run(TimeSource::Host, engine), leaving, "{function:#x} {engine:?}");
        }
    }
}

#[test]
fn identification() {
    let space = (0..64).map(|at| Encoding::new(3, 0, 0, at >> 3, at & 7));
    let others = [SysReg::CTR_EL0, SysReg::CLIDR_EL1, SysReg::CCSIDR_EL1, SysReg::AIDR_EL1, SysReg::CSSELR_EL1].map(SysReg::encoding);
    for encoding in space.chain(others) {
        let bits = u32::from(encoding.0 & 0x7fff);
        let words = repeated(&[0xd530_0001 | (bits & 0x7fff) << 5]);
        let run = |time, engine| {
            let (_vm, vcpu) = guest(time, engine, &words);
            let exit = vcpu.run_bounded(100);
            seen(&vcpu, format!("{exit:?}"))
        };
        let leaving = run(TimeSource::Virtual, EngineKind::Interpreter);
        for engine in engines() {
            assert_eq!(run(TimeSource::Host, engine), leaving, "{encoding} {engine:?}");
        }
    }
}

/// LDR and STR of every size and extension, X1 from or to [X2]: rows of size and opc.
fn transfers() -> impl Iterator<Item = u32> {
    let forms = [(0, 0), (0, 1), (0, 2), (0, 3), (1, 0), (1, 1), (1, 2), (1, 3), (2, 0), (2, 1), (2, 2), (3, 0), (3, 1)];
    forms.into_iter().map(|(size, opc)| 0x3900_0041 | size << 30 | opc << 22)
}

fn with_gic(vm: &VmFd) {
    let gic = vm.create_device(device_type::VGIC_V3).expect("KVM_CREATE_DEVICE");
    for (attr, address) in [(2, DISTRIBUTOR), (3, REDISTRIBUTOR)] {
        gic.set_device_attr(&DeviceAttr { group: 0, attr, ..DeviceAttr::default() }, address).expect("an address");
    }
    gic.set_device_attr(&DeviceAttr { group: 4, attr: 0, ..DeviceAttr::default() }, 0).expect("KVM_DEV_ARM_VGIC_CTRL_INIT");
}

#[test]
fn frames_of_the_interrupt_controller() {
    for word in transfers() {
        // GICD, then GICR: CTLR, TYPER, ISENABLER, PRIORITYR, IROUTER, PIDR2.
        for address in [0x0, 0x4, 0x8, 0x104, 0x420, 0x6100, 0xffe8, 0xa_0000, 0xa_0008, 0xb_0100, 0xb_0400] {
            let run = |time, engine| {
                let (vm, vcpu) = guest(time, engine, &repeated(&[word]));
                with_gic(&vm);
                vcpu.set_reg_u64(core_regs::x(1), 0x81).expect("X1");
                vcpu.set_reg_u64(core_regs::x(2), DISTRIBUTOR + address).expect("X2");
                let exit = vcpu.run_bounded(100);
                seen(&vcpu, format!("{exit:?}"))
            };
            let leaving = run(TimeSource::Virtual, EngineKind::Interpreter);
            for engine in engines() {
                assert_eq!(run(TimeSource::Host, engine), leaving, "{word:#x} {address:#x} {engine:?}");
            }
        }
    }
}

/// Address, length, and what was written.
type Log = Vec<(u64, u32, Option<u64>)>;

/// A device that notes what is done to it, and whose second half nobody answers for.
#[derive(Default)]
struct Noting {
    log: Mutex<Log>,
    reads: AtomicU64,
}

const PORT: u64 = 0x2000_0000;
const HALF: u64 = 0x800;

impl Noting {
    fn read_value(&self, address: u64, length: u32) -> u64 {
        self.log.lock().expect("no panic").push((address, length, None));
        0x8899_aabb_ccdd_ee80u64.rotate_left(8 * self.reads.fetch_add(1, Ordering::SeqCst) as u32)
    }

    fn note_write(&self, address: u64, length: u32, data: u64) {
        self.log.lock().expect("no panic").push((address, length, Some(data)));
    }
}

impl MmioBus for Noting {
    fn read(&self, address: u64, length: u32) -> Option<u64> {
        (PORT..PORT + HALF).contains(&address).then(|| self.read_value(address, length))
    }

    fn write(&self, address: u64, length: u32, data: u64) -> bool {
        let ours = (PORT..PORT + HALF).contains(&address);
        if ours {
            self.note_write(address, length, data);
        }
        ours
    }
}

/// The guest's accesses, answered by the VMM's loop where they leave.
fn access(time: TimeSource, engine: EngineKind, word: u32, address: u64) -> (Seen, Log, usize) {
    let (vm, vcpu) = guest(time, engine, &repeated(&[word]));
    let device = Arc::new(Noting::default());
    vm.set_mmio_bus(Some(device.clone()));
    vcpu.set_reg_u64(core_regs::x(1), 0x0123_4567_89ab_cdef).expect("X1");
    vcpu.set_reg_u64(core_regs::x(2), address).expect("X2");
    let mut left = 0;
    let last = loop {
        match vcpu.run_bounded(1000) {
            Ok(VcpuExit::MmioRead { address, length }) => vcpu.set_mmio_data(device.read_value(address, length)),
            Ok(VcpuExit::MmioWrite { address, length, data }) if address != DEVICE => device.note_write(address, length, data),
            other => break format!("{other:?}"),
        }
        left += 1;
    };
    vm.set_mmio_bus(None);
    let log = device.log.lock().expect("no panic").clone();
    let mut seen = seen(&vcpu, last);
    // Who answered is not counted alike.
    seen.counted = ExitStats::default();
    (seen, log, left)
}

#[test]
fn devices_of_the_vmm() {
    for word in transfers() {
        let (leaving, log, left) = access(TimeSource::Virtual, EngineKind::Interpreter, word, PORT + 0x10);
        assert_eq!((log.len(), left), (TIMES as usize, TIMES as usize), "{word:#x}");
        for engine in engines() {
            let (seen, there, left) = access(TimeSource::Host, engine, word, PORT + 0x10);
            assert_eq!((&seen, &there, left), (&leaving, &log, 0), "{word:#x} {engine:?}");
        }
        // What nobody answers for leaves.
        let (_, log, left) = access(TimeSource::Host, EngineKind::Jit(JitLevel::V3), word, PORT + HALF);
        assert_eq!((log.len(), left), (TIMES as usize, TIMES as usize), "{word:#x}");
    }
}

/// A bus is the VMM's, and the VMM has the VM: neither keeps the other alive.
#[test]
fn nothing_is_kept_alive() {
    let (vm, vcpu) = guest(TimeSource::Host, EngineKind::Interpreter, &repeated(&[HVC]));
    let device = Arc::new(Noting::default());
    vm.set_mmio_bus(Some(device.clone()));
    vcpu.run_bounded(100).expect("it runs");
    let memory = Arc::downgrade(&vm.memory());
    vm.set_mmio_bus(None);
    assert_eq!(Arc::strong_count(&device), 1);
    drop((vm, vcpu));
    assert!(memory.upgrade().is_none());
}
