//! VMs as the probe makes them: one vCPU, 2 MiB of RAM, perhaps a GICv3. Decides nothing about what is asked of them.

use std::fmt::Write;

use kvm::abi::exit;
use kvm::errno::Errno;
use kvm::{Host, Kvm, VcpuExit};

use super::program::{ARGUMENT, BUFFER, DATA, Fd, Program};
use super::request as r;

/// Guest physical addresses: RAM, and a device that is not there.
pub const RAM: u64 = 0x4000_0000;
pub const RAM_SIZE: usize = 0x20_0000;
pub const DEVICE: u64 = 0x1000_0000;
/// Bits of KVM_ARM_VCPU_INIT.
pub const POWER_OFF: u64 = 1;
pub const EL1_32: u64 = 2;
pub const PSCI: u64 = 4;
pub const PMU: u64 = 8;
pub const SVE: u64 = 0x10;
pub const PTRAUTH: u64 = 0x60;
pub const EL2: u64 = 0x80;
/// Register ids.
pub const CORE: u64 = 0x6030_0000_0010_0000;
pub const PC: u64 = CORE + 0x40;
pub const PSTATE: u64 = CORE + 0x42;
/// KVM_ARM_VCPU_SVE for KVM_ARM_VCPU_FINALIZE.
const FINALIZE_SVE: u64 = 4;
/// KVM_DEV_TYPE_ARM_VGIC_V3.
pub const VGIC_V3: u64 = 7;
/// No descriptor yet.
pub const NONE: Fd = -1;
/// Instructions that a guest may execute before the alarm rings: more than any of the guests needs.
const PATIENCE: u64 = 20_000;

/// X0 to X30.
pub const fn x(number: u64) -> u64 {
    CORE + 2 * number
}

/// A system register's id.
pub const fn sysreg(op0: u64, op1: u64, crn: u64, crm: u64, op2: u64) -> u64 {
    0x6030_0000_0013_0000 | op0 << 14 | op1 << 11 | crn << 7 | crm << 3 | op2
}

/// ID_AA64PFR0_EL1, the register that misuse is tried on.
pub const PFR0: u64 = sysreg(3, 0, 0, 4, 0);

/// Descriptors of a VM.
#[derive(Clone, Copy)]
pub struct Machine {
    pub vm: Fd,
    pub vcpu: Fd,
    pub second: Fd,
    pub gic: Fd,
}

/// A probe in progress: the program, and the rows that it has printed.
pub struct Probe {
    pub program: Program,
    pub rows: Vec<String>,
    pub host: Host,
    /// What KVM_ARM_PREFERRED_TARGET says.
    pub target: u64,
    /// Every vCPU feature that the host's capabilities allow.
    pub full: u64,
}

/// A cooperative run that ended without an exit of KVM's: the guest waits, or its instructions are used up.
fn gave_up(exit: &Result<VcpuExit, Errno>) -> bool {
    matches!(exit, Ok(VcpuExit::Quantum | VcpuExit::Yield))
}

/// A result: what an ioctl returned, descriptors being 0.
pub fn only_errors(result: i64) -> i64 {
    result.min(0)
}

impl Probe {
    pub fn new(host: &Host) -> Probe {
        let program = Program::new(Kvm::new(host.clone()));
        let mut probe = Probe { program, rows: Vec::new(), host: host.clone(), target: 0, full: PSCI };
        let machine = probe.open();
        probe.ioctl(machine.vm, r::ARM_PREFERRED_TARGET, DATA);
        probe.target = probe.program.load(DATA, 4);
        probe.close(machine);
        for (feature, capabilities) in [(PMU, &[126][..]), (SVE, &[170]), (PTRAUTH, &[171, 172])] {
            if capabilities.iter().all(|&capability| probe.capability(capability) > 0) {
                probe.full |= feature;
            }
        }
        probe
    }

    /// Prints a row of columns.
    pub fn row(&mut self, columns: std::fmt::Arguments<'_>) {
        self.rows.push(columns.to_string());
    }

    /// Prints the result of one question.
    pub fn err(&mut self, name: impl std::fmt::Display, result: i64) {
        self.row(format_args!("ERR\t{name}\t{result}"));
    }

    /// Prints a value that a question gave.
    pub fn err_hex(&mut self, name: &str, value: u64) {
        self.row(format_args!("ERR\t{name}\t{value:#x}"));
    }

    pub fn ioctl(&mut self, fd: Fd, request: u32, argument: u64) -> i64 {
        self.program.ioctl(fd, request, argument)
    }

    /// With a structure that begins with these words.
    pub fn with(&mut self, fd: Fd, request: u32, words: &[u64]) -> i64 {
        self.program.store(ARGUMENT, words, 0x400);
        self.ioctl(fd, request, ARGUMENT)
    }

    /// KVM_CHECK_EXTENSION of the system.
    pub fn capability(&mut self, number: u64) -> i64 {
        self.ioctl(0, r::CHECK_EXTENSION, number)
    }

    pub fn open(&mut self) -> Machine {
        let vm = self.ioctl(0, r::CREATE_VM, 0);
        Machine { vm, vcpu: NONE, second: NONE, gic: NONE }
    }

    /// A VM with a vCPU that is not initialised.
    pub fn open_with_vcpu(&mut self) -> Machine {
        let mut machine = self.open();
        machine.vcpu = self.ioctl(machine.vm, r::CREATE_VCPU, 0);
        machine
    }

    pub fn close(&mut self, machine: Machine) {
        for fd in [machine.second, machine.vcpu, machine.gic, machine.vm] {
            self.program.close(fd);
        }
    }

    /// KVM_SET_USER_MEMORY_REGION.
    pub fn slot(&mut self, vm: Fd, slot: u64, flags: u64, guest: u64, size: u64, address: u64) -> i64 {
        self.with(vm, r::SET_USER_MEMORY_REGION, &[slot | flags << 32, guest, size, address])
    }

    /// KVM_ARM_VCPU_INIT.
    pub fn init(&mut self, vcpu: Fd, target: u64, features: u64) -> i64 {
        self.with(vcpu, r::ARM_VCPU_INIT, &[target | features << 32])
    }

    /// KVM_ARM_VCPU_INIT with the preferred target.
    pub fn init_preferred(&mut self, vcpu: Fd, features: u64) -> i64 {
        self.init(vcpu, self.target, features)
    }

    /// An attribute whose data is at `address`.
    pub fn attribute_at(&mut self, fd: Fd, request: u32, group: u64, attribute: u64, address: u64) -> i64 {
        self.with(fd, request, &[group << 32, attribute, address])
    }

    /// KVM_HAS_DEVICE_ATTR.
    pub fn has_attribute(&mut self, fd: Fd, group: u64, attribute: u64) -> i64 {
        self.attribute_at(fd, r::HAS_DEVICE_ATTR, group, attribute, 0)
    }

    /// KVM_SET_DEVICE_ATTR of this value.
    pub fn set_attribute(&mut self, fd: Fd, group: u64, attribute: u64, value: u64) -> i64 {
        self.program.store(DATA, &[value], 8);
        self.attribute_at(fd, r::SET_DEVICE_ATTR, group, attribute, DATA)
    }

    /// KVM_GET_DEVICE_ATTR into `size` bytes that held `before`; the result and the bytes.
    pub fn get_attribute(&mut self, fd: Fd, group: u64, attribute: u64, before: u64, size: usize) -> (i64, u64) {
        self.program.store(DATA, &[before], 8);
        let result = self.attribute_at(fd, r::GET_DEVICE_ATTR, group, attribute, DATA);
        (result, self.program.load(DATA, size))
    }

    /// KVM_CREATE_DEVICE: the result and the descriptor.
    pub fn device(&mut self, vm: Fd, kind: u64, flags: u64) -> (i64, Fd) {
        let result = self.with(vm, r::CREATE_DEVICE, &[kind | 0xffff_ffff << 32, flags]);
        let fd = self.program.load(ARGUMENT + 4, 4) as u32 as i32;
        (result, fd.into())
    }

    /// PMUv3 INIT.
    pub fn pmu_init(&mut self, vcpu: Fd) -> i64 {
        self.attribute_at(vcpu, r::SET_DEVICE_ATTR, 0, 1, 0)
    }

    /// A GICv3 with its frames, not initialised.
    pub fn add_gic(&mut self, machine: &mut Machine) -> i64 {
        let (created, gic) = self.device(machine.vm, VGIC_V3, 0);
        if created < 0 {
            return created;
        }
        machine.gic = gic;
        for (attribute, base) in [(2, 0x0800_0000), (3, 0x080a_0000)] {
            let result = self.set_attribute(gic, 0, attribute, base);
            if result < 0 {
                return result;
            }
        }
        self.set_attribute(gic, 3, 0, 96);
        0
    }

    /// Initialises the GIC.
    pub fn init_gic(&mut self, gic: Fd) -> i64 {
        self.attribute_at(gic, r::SET_DEVICE_ATTR, 4, 0, 0)
    }

    pub fn add_ram(&mut self, machine: &Machine) {
        let address = self.program.map(RAM_SIZE, 0);
        self.slot(machine.vm, 0, 0, RAM, RAM_SIZE as u64, address);
        // The VM keeps its memory.
        self.program.unmap(address);
    }

    /// A VM whose vCPU is ready, and the result of the step that failed or of the last one.
    pub fn make(&mut self, features: u64, ram: bool, gic: bool) -> (Machine, i64) {
        let mut machine = self.open();
        if ram {
            self.add_ram(&machine);
        }
        machine.vcpu = self.ioctl(machine.vm, r::CREATE_VCPU, 0);
        let result = self.prepare(&mut machine, features, gic);
        (machine, result)
    }

    fn prepare(&mut self, machine: &mut Machine, features: u64, gic: bool) -> i64 {
        if gic {
            let result = self.add_gic(machine);
            if result < 0 {
                return result;
            }
        }
        let mut result = self.init_preferred(machine.vcpu, features);
        if result < 0 {
            return result;
        }
        result = self.finalize(machine.vcpu, features);
        if gic {
            result = self.init_gic(machine.gic);
        }
        if features & PMU != 0 {
            if gic {
                self.set_attribute(machine.vcpu, 0, 0, 23);
            }
            self.pmu_init(machine.vcpu);
        }
        result
    }

    /// KVM_ARM_VCPU_FINALIZE where the features need it.
    pub fn finalize(&mut self, vcpu: Fd, features: u64) -> i64 {
        if features & SVE != 0 { self.with(vcpu, r::ARM_VCPU_FINALIZE, &[FINALIZE_SVE]) } else { 0 }
    }

    /// KVM_GET_ONE_REG into the buffer.
    pub fn get(&mut self, vcpu: Fd, id: u64) -> i64 {
        self.with(vcpu, r::GET_ONE_REG, &[id, BUFFER])
    }

    /// The first word of the buffer.
    pub fn buffer(&self) -> u64 {
        self.program.load(BUFFER, 8)
    }

    /// A register's low 64 bits, or the errno in the low half of `0xdead…`.
    pub fn value(&mut self, vcpu: Fd, id: u64) -> u64 {
        self.program.store(DATA, &[], 256);
        let result = self.with(vcpu, r::GET_ONE_REG, &[id, DATA]);
        if result < 0 { 0xdead_0000_0000_0000 | result.unsigned_abs() } else { self.program.load(DATA, 8) }
    }

    /// KVM_SET_ONE_REG of a value, zero-extended to any size.
    pub fn set(&mut self, vcpu: Fd, id: u64, value: u64) -> i64 {
        self.program.store(DATA, &[value], 256);
        self.with(vcpu, r::SET_ONE_REG, &[id, DATA])
    }

    /// KVM_GET_MP_STATE, `before` where that fails.
    pub fn mp_state(&mut self, vcpu: Fd, before: u64) -> u64 {
        self.program.store(DATA, &[before], 8);
        self.ioctl(vcpu, r::GET_MP_STATE, DATA);
        self.program.load(DATA, 4)
    }

    /// KVM_RUN with an alarm. Waiting for an interrupt that cannot come, and looping, end with EINTR.
    pub fn run(&mut self, vcpu: Fd) -> i64 {
        let Some(vcpu) = self.program.vcpu(vcpu) else { return -9 };
        let mut exit = vcpu.run_for(PATIENCE);
        // WFE and YIELD give the quantum up and go on.
        for _ in 0..2 {
            if gave_up(&exit) && !vcpu.idle() {
                exit = vcpu.run_for(PATIENCE);
            }
        }
        if gave_up(&exit) {
            vcpu.kick();
            exit = vcpu.run();
            vcpu.run_page().set_immediate_exit(false);
        }
        if let Ok(VcpuExit::Unsupported { .. }) = exit {
            vcpu.run_page().set_exit_reason(exit::INTERNAL_ERROR);
        }
        exit.map_or_else(|errno| -i64::from(errno.0), |_| 0)
    }

    /// The run page's `exit_reason`.
    pub fn exit_reason(&self, vcpu: Fd) -> u32 {
        self.program.vcpu(vcpu).map_or(0, |vcpu| vcpu.run_page().exit_reason())
    }

    /// A field of the run page.
    pub fn page(&self, vcpu: Fd, offset: usize, size: usize) -> u64 {
        self.program.vcpu(vcpu).map_or(0, |vcpu| vcpu.run_page().read(offset, size))
    }

    /// `mmio.phys_addr`, and as many bytes of `mmio.data` as `mmio.len` says.
    pub fn mmio(&self, vcpu: Fd) -> (u64, u64) {
        let length = self.page(vcpu, 48, 4).clamp(1, 8);
        (self.page(vcpu, 32, 8), self.page(vcpu, 40, 8) & (u64::MAX >> (64 - 8 * length)))
    }

    /// The first six words of the exit payload.
    pub fn payload(&self, vcpu: Fd) -> String {
        (0..6).fold(String::new(), |mut text, word| {
            // Writing to a string cannot fail.
            let _ = write!(text, " {:x}", self.page(vcpu, 32 + 8 * word, 8));
            text
        })
    }

    /// Puts words into the guest's RAM.
    pub fn write_guest(&self, vm: Fd, address: u64, words: &[u32]) {
        let bytes: Vec<u8> = words.iter().flat_map(|word| word.to_le_bytes()).collect();
        if let Some(vm) = self.program.vm(vm) {
            // The addresses are in RAM.
            let _ = vm.memory().write_bytes(address, &bytes);
        }
    }
}
