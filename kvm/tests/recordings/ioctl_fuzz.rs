//! Hostile programs: random sequences of ioctls with structures half sensible, half not, and guests of random words. Nothing may
//! panic, hang or leave the program's memory; what the answers are is checked elsewhere.
//!
//! `INVAR_FUZZ_CASES` asks for more cases, `INVAR_FUZZ_SEED` says where they begin, or repeats one.

use std::sync::Arc;

use emu::insn::ROWS;
use kvm::errno::{EBADF, EFAULT, EINVAL, Errno};
use kvm::ioctl::{KvmFile, REQUESTS, UserSpace, ioctl};
use kvm::{GuestMemFd, Host, Kvm, TimeSource, VmFd, core_regs, personality};
use sysregs::{SysReg, models};
use vm_memory::MmapRegion;

use crate::program::RAM;
use crate::random::Random;

/// Where the program has its structures; anything else is EFAULT.
pub const MEMORY: u64 = 0x1_0000;
const MEMORY_SIZE: usize = 0x1_0000;
const RAM_SIZE: usize = 0x20_0000;
/// ioctls and runs of one case.
const STEPS: u32 = 250;
/// Files that one case may open.
const FILES: usize = 24;
/// Instructions of one run.
const QUANTUM: u64 = 300;
/// KVM_RUN may sleep; the runs here are [`kvm::VcpuFd::run_for`].
const RUN: u32 = kvm::ioctl::RUN;
const CREATE_DEVICE: u32 = 0xc00c_aee0;

impl Random {
    fn instruction(&mut self) -> u32 {
        let row = self.pick(&ROWS.iter().collect::<Vec<_>>());
        row.pattern.value | self.next() as u32 & !row.pattern.mask
    }
}

/// A program: its memory, its files, and what its VMs have as RAM.
pub struct Program {
    memory: Vec<u8>,
    files: Vec<KvmFile>,
    ram: Arc<MmapRegion>,
}

impl Program {
    /// A program with /dev/kvm open.
    pub fn new(kvm: Kvm) -> Program {
        let ram = Arc::new(MmapRegion::new(RAM_SIZE).expect("memory"));
        Program { memory: vec![0; MEMORY_SIZE], files: vec![KvmFile::System(kvm)], ram }
    }

    /// An open file.
    pub fn file(&self, fd: i64) -> Option<&KvmFile> {
        self.files.get(usize::try_from(fd).ok()?)
    }

    fn range(address: u64, length: usize) -> Result<std::ops::Range<usize>, Errno> {
        let start = address.checked_sub(MEMORY).ok_or(EFAULT)? as usize;
        let end = start.checked_add(length).filter(|end| *end <= MEMORY_SIZE).ok_or(EFAULT)?;
        Ok(start..end)
    }

    fn ram_address(&self) -> u64 {
        self.ram.as_ptr() as u64
    }
}

impl UserSpace for Program {
    fn copy_in(&mut self, address: u64, out: &mut [u8]) -> Result<(), Errno> {
        out.copy_from_slice(&self.memory[Program::range(address, out.len())?]);
        Ok(())
    }

    fn copy_out(&mut self, address: u64, data: &[u8]) -> Result<(), Errno> {
        self.memory[Program::range(address, data.len())?].copy_from_slice(data);
        Ok(())
    }

    fn install(&mut self, file: KvmFile) -> Result<i32, Errno> {
        if self.files.len() >= FILES {
            return Err(EBADF);
        }
        self.files.push(file);
        Ok(self.files.len() as i32 - 1)
    }

    fn guest_memfd(&mut self, fd: i32) -> Result<GuestMemFd, Errno> {
        match self.files.get(fd as usize) {
            Some(KvmFile::GuestMemory(memory)) => Ok(memory.clone()),
            Some(_) => Err(EINVAL),
            None => Err(EBADF),
        }
    }

    fn set_memory_region(&mut self, vm: &VmFd, region: &kvm::abi::MemoryRegion) -> Result<(), Errno> {
        let offset = region.userspace_addr.wrapping_sub(self.ram_address());
        let inside = offset.checked_add(region.memory_size).is_some_and(|end| end <= RAM_SIZE as u64);
        if !inside {
            return Err(EINVAL);
        }
        vm.set_owned_memory_region(region, Some(self.ram.clone()))
    }
}

/// A word of a structure: small numbers, bits, addresses and register ids more often than anything.
fn word(random: &mut Random, program: &Program) -> u64 {
    match random.below(14) {
        0 => random.next(),
        1 => 1 << random.below(64),
        2 => random.below(0x400) << 32 | random.below(0x400),
        3 => u64::MAX << random.below(64),
        4 => MEMORY + random.below(MEMORY_SIZE as u64),
        5 => program.ram_address() + (random.below(RAM_SIZE as u64) & !0xfff),
        6 => RAM + (random.below(0x100) << random.pick(&[0, 12, 16])),
        7 => random.below(0x200) << random.pick(&[12, 16, 20]),
        8 => random.pick(SysReg::ALL).encoding().kvm_id(),
        9 => core_regs::PC + random.below(64),
        // The second of two fields, as the group of an attribute.
        10 => random.below(10) << 32,
        11 => MEMORY + 8 * random.below(0x80),
        _ => random.below(40),
    }
}

fn host(random: &mut Random) -> Host {
    loop {
        let model = &models::all()[random.below(models::all().len() as u64) as usize];
        let kernel = &personality::all()[random.below(personality::all().len() as u64) as usize];
        // Some models are known only in part; a VM of such a host is refused.
        if let Ok(host) = Host::new(model.name, kernel.name()) {
            return Host { time: TimeSource::Virtual, gicv2_compatible: random.below(2) == 0, nested: random.below(4) == 0, ..host };
        }
    }
}

/// The calls that make something of the rest: a VM, memory, vCPUs and a GIC.
fn prepare(random: &mut Random, program: &mut Program) {
    let KvmFile::System(kvm) = &program.files[0] else { return };
    let Ok(vm) = kvm.create_vm() else { return };
    if random.below(4) == 0 {
        // Dirty rings, which older kernels refuse.
        let _ = vm.enable_cap(223, 0, [4096, 0, 0, 0]);
    }
    if let Ok(memory) = vm.create_guest_memfd(RAM_SIZE as u64, 3) {
        program.files.push(KvmFile::GuestMemory(memory));
    }
    let _ = vm.add_memory(0, RAM, program.ram.clone());
    let _ = vm.log_dirty_pages(0, random.below(2) == 0);
    program.files.push(KvmFile::Vm(vm.clone()));
    for id in 0..random.below(3) {
        let Ok(vcpu) = vm.create_vcpu(id) else { continue };
        let _ = vcpu.vcpu_init(&vm.get_preferred_target());
        let _ = vcpu.set_reg_u64(core_regs::PC, RAM + random.below(0x1000) * 4);
        program.files.push(KvmFile::Vcpu(vcpu));
    }
    if random.below(3) != 0 {
        // struct kvm_create_device: a GICv2, a GICv3, an ITS.
        let kind = random.pick(&[5u64, 7, 8]);
        program.memory[..8].copy_from_slice(&kind.to_le_bytes());
        program.memory[8..16].fill(0);
        let _ = ioctl(&KvmFile::Vm(vm), CREATE_DEVICE, MEMORY, program);
    }
}

fn step(random: &mut Random, program: &mut Program, requests: &[u32]) {
    let file = program.files[random.below(program.files.len() as u64) as usize].clone();
    if let KvmFile::Vcpu(vcpu) = &file
        && random.below(3) == 0
    {
        let _ = vcpu.run_for(random.below(QUANTUM));
        return;
    }
    let request = if random.below(40) == 0 { random.next() as u32 } else { random.pick(requests) };
    let argument = MEMORY + (random.below(0x400) & !7);
    for index in 0..random.below(16) {
        let value = word(random, program);
        let start = (argument - MEMORY + 8 * index) as usize;
        program.memory[start..start + 8].copy_from_slice(&value.to_le_bytes());
    }
    let argument = if random.below(8) == 0 { word(random, program) } else { argument };
    if let Err(errno) = ioctl(&file, request, argument, program) {
        assert!((1..=4095).contains(&errno.0), "errno {}", errno.0);
    }
}

fn run_case(seed: u64) {
    let mut random = Random(seed);
    let kvm = Kvm::new(host(&mut random));
    let mut program = Program::new(kvm);
    prepare(&mut random, &mut program);
    if let Some(KvmFile::Vm(vm)) = program.files.get(1) {
        let code: Vec<u8> = (0..0x1000).flat_map(|_| random.instruction().to_le_bytes()).collect();
        let _ = vm.memory().write_bytes(RAM, &code);
    }
    let requests: Vec<u32> =
        REQUESTS.iter().map(|&(_, number)| number).chain([kvm::ioctl::GET_ONE_REG]).filter(|&number| number != RUN).collect();
    for _ in 0..STEPS {
        step(&mut random, &mut program, &requests);
    }
}

fn setting(name: &str) -> Option<u64> {
    std::env::var(name).ok().and_then(|text| text.parse().ok())
}

/// `INVAR_FUZZ_CASES` from the seed `INVAR_FUZZ_SEED` on; a seed alone is one case.
fn seeds(usual: u64) -> std::ops::Range<u64> {
    let (first, cases) = (setting("INVAR_FUZZ_SEED"), setting("INVAR_FUZZ_CASES"));
    let cases = cases.unwrap_or(if first.is_some() { 1 } else { usual });
    first.unwrap_or(0)..first.unwrap_or(0) + cases
}

#[test]
fn hostile_programs_neither_panic_nor_hang() {
    for seed in seeds(200) {
        let result = std::panic::catch_unwind(|| run_case(seed));
        assert!(result.is_ok(), "INVAR_FUZZ_SEED={seed} panics");
    }
}
