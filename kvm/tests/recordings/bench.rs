//! The probe's little machine: one page of code, vectors that report to a device, and KVM_RUN until something happens.
//! Compares nothing.

use std::sync::Arc;

use kvm::abi::{device_type, vgic};
use kvm::{Host, Kvm, VcpuExit, VcpuFd, VmFd, core_regs};
use sysregs::{Encoding, SysReg};
use vm_memory::{MmapRegion, VolatileMemory};

use crate::load::Recording;
use crate::machine::{feature_bits, host_of};

/// 2 MiB of RAM, the code in it, its vectors, and the device that guests report to.
pub const RAM: u64 = 0x4000_0000;
pub const CODE: u64 = RAM + 0x1_0000;
const VECTORS: u64 = RAM + 0x1000;
const RAM_SIZE: usize = 0x20_0000;
pub const DEVICE: u64 = 0x1000_0000;
pub const EXIT_MMIO: u32 = 6;
/// Start of the exit payload in `struct kvm_run`.
const PAYLOAD: usize = 32;
/// More instructions than any of the guests needs before it does something; then the alarm rings.
const PATIENCE: u64 = 20_000;

pub struct Bench {
    pub vm: VmFd,
    pub vcpu: VcpuFd,
    pub second: Option<VcpuFd>,
    features: u32,
}

/// STR Xt, [Xn, #offset].
pub fn str(rt: u32, rn: u32, offset: u32) -> u32 {
    0xf900_0000 | (offset / 8) << 10 | rn << 5 | rt
}

/// MRS Xt, register.
pub fn mrs(register: SysReg, rt: u32) -> u32 {
    0xd530_0000 | move_operand(register.encoding(), rt)
}

/// MSR register, Xt.
pub fn msr(register: SysReg, rt: u32) -> u32 {
    0xd510_0000 | move_operand(register.encoding(), rt)
}

fn move_operand(encoding: Encoding, rt: u32) -> u32 {
    let (op0, op1) = (u32::from(encoding.op0()), u32::from(encoding.op1()));
    let (crn, crm, op2) = (u32::from(encoding.crn()), u32::from(encoding.crm()), u32::from(encoding.op2()));
    (op0 - 2) << 19 | op1 << 16 | crn << 12 | crm << 8 | op2 << 5 | rt
}

impl Bench {
    pub fn new(recording: &Recording, cfg: &str) -> Bench {
        let mut host = Host::new(recording.cpu, recording.kernel).expect("a model and a personality");
        if recording.variant == Some("mte") {
            let pfr1 = SysReg::ID_AA64PFR1_EL1;
            host.ids.set(pfr1, host_of(recording).system(pfr1).expect("known"));
        }
        let vm = Kvm::new(host).create_vm().expect("a VM");
        let memory = Arc::new(MmapRegion::new(RAM_SIZE).expect("memory"));
        vm.add_memory(0, RAM, memory).expect("a slot");
        let vcpu = vm.create_vcpu(0).expect("a vCPU");
        let features = feature_bits(recording, cfg) as u32;
        let gic = (cfg == "psci_vgic3").then(|| vm.create_device(device_type::VGIC_V3).expect("a GIC"));
        let bench = Bench { vm, vcpu, second: None, features };
        bench.init(&bench.vcpu, 0);
        if let Some(gic) = gic {
            for (attr, base) in [(vgic::V3_ADDR_TYPE_DIST, 0x0800_0000), (vgic::V3_ADDR_TYPE_REDIST, 0x080a_0000)] {
                gic.set_device_attr(&kvm::abi::DeviceAttr { flags: 0, group: vgic::GRP_ADDR, attr }, base).expect("address");
            }
            gic.set_device_attr(&kvm::abi::DeviceAttr { flags: 0, group: vgic::GRP_CTRL, attr: vgic::CTRL_INIT }, 0).expect("init");
        }
        bench
    }

    fn init(&self, vcpu: &VcpuFd, more: u32) {
        let mut init = self.vm.get_preferred_target();
        init.features[0] = self.features | more;
        vcpu.vcpu_init(&init).expect("KVM_ARM_VCPU_INIT");
    }

    /// A second vCPU, powered off.
    pub fn add_second(&mut self) {
        let second = self.vm.create_vcpu(1).expect("a second vCPU");
        self.init(&second, 1);
        self.second = Some(second);
    }

    /// A read-only slot full of 0x5a.
    pub fn add_read_only(&self, address: u64) -> Result<(), kvm::errno::Errno> {
        let memory = MmapRegion::<()>::new(0x1_0000).expect("memory");
        memory.as_volatile_slice().copy_from(&[0x5a_u8; 0x1_0000]);
        self.vm.add_rom(3, address, Arc::new(memory))
    }

    /// The guest: `code`, then a report of X0, then a loop.
    pub fn load(&self, code: &[u32]) {
        let mut words = code.to_vec();
        words.extend([str(0, 20, 0), 0x1400_0000]);
        self.write(CODE, &words);
        for vector in 0..16 {
            self.write(VECTORS + 0x80 * u64::from(vector), &report(vector));
        }
        self.set_system(SysReg::VBAR_EL1, VECTORS);
        self.set_x(20, DEVICE);
        self.set(core_regs::PC, CODE);
    }

    fn write(&self, address: u64, words: &[u32]) {
        let bytes: Vec<u8> = words.iter().flat_map(|word| word.to_le_bytes()).collect();
        self.vm.memory().write_bytes(address, &bytes).expect("RAM");
    }

    /// KVM_RUN with an alarm: 0 or the errno, negative.
    pub fn run(&self) -> i64 {
        let mut exit = self.vcpu.run_for(PATIENCE);
        // WFE gives its quantum up and goes on.
        for _ in 0..2 {
            if matches!(exit, Ok(VcpuExit::Quantum | VcpuExit::Yield)) && !self.vcpu.idle() {
                exit = self.vcpu.run_for(PATIENCE);
            }
        }
        if matches!(exit, Ok(VcpuExit::Quantum | VcpuExit::Yield)) {
            self.vcpu.kick();
            exit = self.vcpu.run();
        }
        assert!(!matches!(exit, Ok(VcpuExit::Unsupported { .. })), "{exit:?}");
        exit.map_or_else(|errno| -i64::from(errno.0), |_| 0)
    }

    pub fn exit_reason(&self) -> u32 {
        self.vcpu.run_page().exit_reason()
    }

    pub fn mmio_address(&self) -> u64 {
        self.vcpu.run_page().read(PAYLOAD, 8)
    }

    /// `mmio.data`, as many bytes as `mmio.len` says.
    pub fn mmio_data(&self) -> u64 {
        let page = self.vcpu.run_page();
        let length = page.read(PAYLOAD + 16, 4).clamp(1, 8);
        page.mmio_data() & (u64::MAX >> (64 - 8 * length))
    }

    /// The first six words of the exit payload.
    pub fn payload(&self) -> String {
        (0..6).map(|word| format!(" {:x}", self.vcpu.run_page().read(PAYLOAD + 8 * word, 8))).collect()
    }

    pub fn pc(&self) -> u64 {
        self.pc_of(&self.vcpu)
    }

    pub fn pc_of(&self, vcpu: &VcpuFd) -> u64 {
        get(vcpu, core_regs::PC)
    }

    pub fn pstate_of(&self, vcpu: &VcpuFd) -> u64 {
        get(vcpu, core_regs::PSTATE)
    }

    pub fn x(&self, number: u64) -> u64 {
        self.x_of(&self.vcpu, number)
    }

    pub fn x_of(&self, vcpu: &VcpuFd, number: u64) -> u64 {
        get(vcpu, core_regs::x(number))
    }

    pub fn set_x(&self, number: u64, value: u64) {
        self.set(core_regs::x(number), value);
    }

    pub fn set_system(&self, register: SysReg, value: u64) {
        self.set(register.encoding().kvm_id(), value);
    }

    pub fn set(&self, id: u64, value: u64) {
        self.vcpu.set_reg_u64(id, value).expect("KVM_SET_ONE_REG");
    }
}

fn get(vcpu: &VcpuFd, id: u64) -> u64 {
    vcpu.get_reg_u64(id).expect("KVM_GET_ONE_REG")
}

/// A vector: its number and ESR_EL1 to the device, then on behind the instruction.
fn report(vector: u32) -> [u32; 9] {
    [
        mrs(SysReg::ESR_EL1, 21),
        0xd280_0000 | vector << 5 | 22,
        0xaa00_0000 | 22 << 16 | 56 << 10 | 21 << 5 | 21,
        str(21, 20, 0x10),
        mrs(SysReg::SPSR_EL1, 21),
        mrs(SysReg::ELR_EL1, 21),
        0x9100_0000 | 4 << 10 | 21 << 5 | 21,
        msr(SysReg::ELR_EL1, 21),
        0xd69f_03e0,
    ]
}
