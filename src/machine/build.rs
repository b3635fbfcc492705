//! Making a machine: KVM file descriptors, memory, vCPUs, GIC, device tree, guest. Runs nothing.

use std::ops::Range;
use std::sync::Arc;

use kvm::abi::{DeviceAttr, VcpuInit, vcpu_attribute, vcpu_feature, vgic};
use kvm::idregs::SVE_VECTOR_LENGTHS;
use kvm::{DeviceFd, Host, Kvm, TimeSource, VcpuFd, VmFd, core_regs};
use loader::{Options, Plan};
use vm_memory::MmapRegion;

use super::bus::Bus;
use super::config::{MachineConfig, MachineError, Scheduling};
use super::discovery;
use super::fdt::{self, FdtConfig, GicVersion};
use super::fdt_amend::{self, Amendment};
use super::memory_map as map;
use super::schedule::Turn;
use super::semihosting::SemihostingState;
use crate::hosts;

/// KVM_CAP_ARM_SVE.
const CAP_ARM_SVE: u32 = 170;
/// KVM_CAP_ARM_PMU_V3.
const CAP_ARM_PMU_V3: u32 = 126;
/// KVM_CAP_ARM_MTE.
const CAP_ARM_MTE: u32 = 205;
/// The smallest RAM: less has no room for a program and its stack.
const MEMORY_MIN: u64 = 1 << 20;
const PAGE: u64 = 0x1000;
/// KVM_ARM_VCPU_SVE as KVM_ARM_VCPU_FINALIZE names it.
const FINALIZE_SVE: i32 = 4;
/// The memory slot of RAM.
pub const RAM_SLOT: u32 = 0;

/// A machine before its first instruction.
pub struct Built {
    pub vm: VmFd,
    pub vcpus: Vec<VcpuFd>,
    /// The device tree the guest gets, if there was room for it.
    pub dtb: Vec<u8>,
    /// The largest piece of RAM that nothing was loaded to.
    pub free_memory: Range<u64>,
    /// Names for addresses.
    pub symbols: Arc<loader::Symbols>,
    /// Oddities of the guest file.
    pub notes: Vec<String>,
    /// What each vCPU was initialised with.
    pub inits: Vec<VcpuInit>,
    /// The interrupt controller.
    pub gic: DeviceFd,
    /// The ITS of a GICv3.
    pub its: Option<DeviceFd>,
    /// The board's devices.
    pub bus: Bus,
    /// Where the deterministic schedule stands.
    pub turn: Turn,
    /// Semihosting that goes on from somewhere.
    pub semihosting: Option<SemihostingState>,
}

/// KVM's part of a machine, without anything in its memory.
pub struct Hardware {
    pub vm: VmFd,
    pub vcpus: Vec<VcpuFd>,
    pub inits: Vec<VcpuInit>,
    pub gic: DeviceFd,
    pub its: Option<DeviceFd>,
}

/// What a VMM chooses that the board does not fix.
#[derive(Clone, Copy, Debug, Default)]
pub struct Choices<'a> {
    /// Capabilities to enable first.
    pub capabilities: &'a [u32],
    /// Features of each vCPU; without them they get what the host offers.
    pub features: Option<&'a [[u32; 7]]>,
    /// Kind of CPU of the host that the vCPUs run on, where it has several.
    pub cluster: usize,
    /// KVM_REG_ARM64_SVE_VLS; without it vCPUs have all vector lengths of the host.
    pub vector_lengths: Option<u64>,
}

impl Hardware {
    /// Makes VM, RAM, vCPUs and GIC.
    ///
    /// # Errors
    /// Sizes that the board does not have, and what KVM refuses.
    pub fn new(host: Host, config: &MachineConfig, choices: &Choices<'_>) -> Result<Hardware, MachineError> {
        check(config)?;
        let known = Known::new(&host, &config.cpu);
        let kvm = Kvm::new(host);
        let vm = kvm.create_vm().map_err(known.refused("KVM_CREATE_VM"))?;
        for &capability in choices.capabilities {
            vm.enable_cap(capability, 0, [0; 4]).map_err(known.refused("KVM_ENABLE_CAP"))?;
        }
        if config.mte {
            let tags = |errno| MachineError::Tags { cpu: config.cpu.clone(), kernel: config.host_kernel.clone(), errno };
            vm.enable_cap(CAP_ARM_MTE, 0, [0; 4]).map_err(tags)?;
        }
        if config.sve && vm.check_extension(CAP_ARM_SVE).unwrap_or(0) <= 0 {
            return Err(MachineError::Vectors { cpu: config.cpu.clone(), kernel: config.host_kernel.clone() });
        }
        if config.pmu && vm.check_extension(CAP_ARM_PMU_V3).unwrap_or(0) <= 0 {
            return Err(MachineError::Counters { cpu: config.cpu.clone(), kernel: config.host_kernel.clone() });
        }
        add_ram(&vm, config.memory)?;
        let (vcpus, inits) = create_vcpus(&vm, config, choices.features, &known)?;
        if choices.cluster != 0 {
            vcpus.iter().try_for_each(|vcpu| vcpu.move_to_cluster(choices.cluster)).map_err(refused("moving a vCPU to its cluster"))?;
        }
        let (gic, its) = create_gic(&vm, config)?;
        if !config.implementations.is_empty() {
            discovery::forward(&vm)?;
        }
        Ok(Hardware { vm, vcpus, inits, gic, its })
    }

    /// What a vCPU with SVE or PMU needs before it can run: its vector lengths, and the PMU's interrupt.
    fn finish_features(&self, vector_lengths: Option<u64>) -> Result<(), MachineError> {
        for (vcpu, init) in self.vcpus.iter().zip(&self.inits) {
            if let Some(lengths) = vector_lengths {
                // Eight words, of which lengths up to 2048 bits need a part of the first.
                let mut bytes = [0; 64];
                bytes[..8].copy_from_slice(&lengths.to_le_bytes());
                vcpu.set_one_reg(SVE_VECTOR_LENGTHS, &bytes).map_err(refused("KVM_SET_ONE_REG of KVM_REG_ARM64_SVE_VLS"))?;
            }
            if init.features[0] & vcpu_feature::SVE != 0 {
                vcpu.vcpu_finalize(FINALIZE_SVE).map_err(refused("KVM_ARM_VCPU_FINALIZE of SVE"))?;
            }
            if init.features[0] & vcpu_feature::PMU_V3 != 0 {
                for (attr, value) in [(vcpu_attribute::PMU_IRQ, u64::from(map::PPI_PMU) + 16), (vcpu_attribute::PMU_INIT, 0)] {
                    let attr = DeviceAttr { flags: 0, group: vcpu_attribute::PMU_V3, attr };
                    vcpu.set_device_attr(&attr, value).map_err(refused("KVM_SET_DEVICE_ATTR of the PMU"))?;
                }
            }
        }
        Ok(())
    }

    /// The machine, with its guest in memory and registers.
    pub fn into_built(self, bus: Bus, turn: Turn) -> Built {
        let Hardware { vm, vcpus, inits, gic, its } = self;
        Built {
            vm,
            vcpus,
            dtb: Vec::new(),
            free_memory: 0..0,
            symbols: Arc::default(),
            notes: Vec::new(),
            inits,
            gic,
            its,
            bus,
            turn,
            semihosting: None,
        }
    }
}

fn refused(step: &'static str) -> impl Fn(kvm::errno::Errno) -> MachineError {
    move |errno| MachineError::Refused { step, errno }
}

/// What is known of a host: some of its ID values may not be.
struct Known<'a> {
    cpu: &'a str,
    missing: Vec<&'static str>,
}

impl Known<'_> {
    fn new<'a>(host: &Host, cpu: &'a str) -> Known<'a> {
        let clusters = std::iter::once(&host.ids).chain(&host.other_clusters);
        let mut missing: Vec<_> = clusters.flat_map(hosts::missing).map(sysregs::SysReg::name).collect();
        // Clusters of one host mostly lack the same.
        let mut told = std::collections::BTreeSet::new();
        missing.retain(|name| told.insert(*name));
        Known { cpu, missing }
    }

    /// The steps in which KVM looks at the host's ID values.
    fn refused(&self, step: &'static str) -> impl Fn(kvm::errno::Errno) -> MachineError {
        move |errno| match self.missing.as_slice() {
            [] => MachineError::Refused { step, errno },
            missing => MachineError::PartlyKnown { cpu: self.cpu.into(), missing: missing.into(), step, errno },
        }
    }
}

/// The modelled host of a machine.
pub fn host(config: &MachineConfig) -> Result<Host, MachineError> {
    let host = hosts::modelled(&config.cpu, &config.host_kernel).map_err(|error| match error {
        hosts::HostsError::Host(error) => MachineError::Host(error),
        error => MachineError::HostFile(error),
    })?;
    Ok(configured(host, config))
}

/// A host with the machine's choices.
pub fn configured(mut host: Host, config: &MachineConfig) -> Host {
    host.time = match config.scheduling {
        Scheduling::Threads => TimeSource::Host,
        Scheduling::Deterministic => TimeSource::Virtual,
    };
    host.gicv2_compatible = config.gic == GicVersion::V2;
    host.semihosting = config.semihosting;
    host.exact_traps = config.exact_traps;
    host.engine = config.engine;
    host.seed = config.seed;
    if config.mte {
        // A CPU that cannot use it refuses the capability.
        host.add_tag_memory();
    }
    host
}

/// Makes the machine with `image` loaded.
///
/// # Errors
/// Whatever is wrong with configuration or files.
pub fn build(config: &MachineConfig, image: &[u8]) -> Result<Built, MachineError> {
    check(config)?;
    build_on(host(config)?, config, image, &Choices::default())
}

/// The same on a host that the configuration does not name, with choices.
///
/// # Errors
/// As [`build`].
pub fn build_on(host: Host, config: &MachineConfig, image: &[u8], choices: &Choices<'_>) -> Result<Built, MachineError> {
    check(config)?;
    let mut plan = load(config, image)?;
    let hardware = Hardware::new(host, config, choices)?;
    hardware.finish_features(choices.vector_lengths)?;
    let (vm, vcpus) = (&hardware.vm, &hardware.vcpus);
    if let Some(boot) = vcpus.first().filter(|_| !config.implementations.is_empty()) {
        discovery::announce(boot)?;
    }
    let pmu = hardware.inits.iter().all(|init| init.features[0] & vcpu_feature::PMU_V3 != 0);
    let dtb = device_tree(config, &plan, vcpus, pmu)?;
    if plan.place_dtb(dtb.clone())?.is_none() && config.dtb.is_some() {
        plan.notes.push("the image leaves no room for the device tree below it: the guest will not find one".into());
    }
    write_segments(vm, &plan)?;
    start(vcpus, &plan)?;
    let free_memory = free_memory(&plan, config.memory);
    let (symbols, notes) = (Arc::new(std::mem::take(&mut plan.symbols)), std::mem::take(&mut plan.notes));
    drop(plan);
    Ok(Built { dtb, free_memory, symbols, notes, ..hardware.into_built(Bus::new(), Turn::default()) })
}

fn check(config: &MachineConfig) -> Result<(), MachineError> {
    let max = match config.gic {
        GicVersion::V2 => map::GIC_V2_CPUS_MAX,
        GicVersion::V3 => map::GIC_V3_CPUS_MAX,
    } as u64;
    if !(1..=max).contains(&config.smp) {
        return Err(MachineError::CpuCount { count: config.smp, max });
    }
    if !(MEMORY_MIN..=map::RAM_SIZE_MAX).contains(&config.memory) || !config.memory.is_multiple_of(PAGE) {
        return Err(MachineError::MemorySize { size: config.memory, min: MEMORY_MIN, max: map::RAM_SIZE_MAX });
    }
    Ok(())
}

fn load<'a>(config: &'a MachineConfig, image: &'a [u8]) -> Result<Plan<'a>, MachineError> {
    let mut options = Options::new(map::RAM_BASE..map::RAM_BASE + config.memory);
    options.load_addr = config.load_addr;
    options.entry = config.entry;
    options.initrd = config.initrd.as_deref();
    Ok(loader::load(image, &options)?)
}

fn add_ram(vm: &VmFd, size: u64) -> Result<(), MachineError> {
    let region = MmapRegion::new(size as usize).map_err(|error| MachineError::Map { size, source: std::io::Error::other(error) })?;
    vm.add_memory(RAM_SLOT, map::RAM_BASE, Arc::new(region)).map_err(refused("KVM_SET_USER_MEMORY_REGION"))
}

type Vcpus = (Vec<VcpuFd>, Vec<VcpuInit>);

fn create_vcpus(vm: &VmFd, config: &MachineConfig, features: Option<&[[u32; 7]]>, known: &Known<'_>) -> Result<Vcpus, MachineError> {
    let (mut vcpus, mut inits) = (Vec::new(), Vec::new());
    for id in 0..config.smp {
        let vcpu = vm.create_vcpu(id).map_err(known.refused("KVM_CREATE_VCPU"))?;
        let power = if id == 0 { 0 } else { vcpu_feature::POWER_OFF };
        let mut init: VcpuInit = vm.get_preferred_target();
        init.features[0] = vcpu_feature::PSCI_0_2 | power | optional_features(vm, config);
        if let Some(features) = features.and_then(|features| features.get(id as usize)) {
            init.features = *features;
        }
        vcpu.vcpu_init(&init).map_err(known.refused("KVM_ARM_VCPU_INIT"))?;
        vcpus.push(vcpu);
        inits.push(init);
    }
    Ok((vcpus, inits))
}

/// Features that every VMM turns on when the host has them, and those that are wanted.
fn optional_features(vm: &VmFd, config: &MachineConfig) -> u32 {
    let pauth = vcpu_feature::PTRAUTH_ADDRESS | vcpu_feature::PTRAUTH_GENERIC;
    let chosen = [(vm.supports_pointer_authentication(), pauth), (config.sve, vcpu_feature::SVE), (config.pmu, vcpu_feature::PMU_V3)];
    chosen.iter().filter(|(wanted, _)| *wanted).fold(0, |bits, (_, feature)| bits | feature)
}

fn create_gic(vm: &VmFd, config: &MachineConfig) -> Result<(DeviceFd, Option<DeviceFd>), MachineError> {
    use kvm::abi::device_type;
    let v2 = config.gic == GicVersion::V2;
    let kind = if v2 { device_type::VGIC_V2 } else { device_type::VGIC_V3 };
    let gic = vm.create_device(kind).map_err(refused("KVM_CREATE_DEVICE for the GIC"))?;
    let set = |group: u32, attr: u64, value: u64| {
        gic.set_device_attr(&DeviceAttr { flags: 0, group, attr }, value).map_err(refused("KVM_SET_DEVICE_ATTR of the GIC"))
    };
    if v2 {
        set(vgic::GRP_ADDR, vgic::V2_ADDR_TYPE_DIST, map::GIC_DISTRIBUTOR.base)?;
        set(vgic::GRP_ADDR, vgic::V2_ADDR_TYPE_CPU, map::GIC_CPU_INTERFACE.base)?;
    } else {
        set(vgic::GRP_ADDR, vgic::V3_ADDR_TYPE_DIST, map::GIC_DISTRIBUTOR.base)?;
        set(vgic::GRP_ADDR, vgic::V3_ADDR_TYPE_REDIST, map::GIC_REDISTRIBUTORS.base)?;
    }
    set(vgic::GRP_NR_IRQS, 0, map::GIC_INTERRUPTS.into())?;
    set(vgic::GRP_CTRL, vgic::CTRL_INIT, 0)?;
    let its = if v2 { None } else { Some(create_its(vm)?) };
    Ok((gic, its))
}

fn create_its(vm: &VmFd) -> Result<DeviceFd, MachineError> {
    use kvm::abi::{device_type, its};
    let device = vm.create_device(device_type::VGIC_ITS).map_err(refused("KVM_CREATE_DEVICE for the ITS"))?;
    for (group, attr, value) in [(its::GRP_ADDR, its::ADDR_TYPE, map::GIC_ITS.base), (its::GRP_CTRL, its::CTRL_INIT, 0)] {
        let attr = DeviceAttr { flags: 0, group, attr };
        device.set_device_attr(&attr, value).map_err(refused("KVM_SET_DEVICE_ATTR of the ITS"))?;
    }
    Ok(device)
}

fn device_tree(config: &MachineConfig, plan: &Plan<'_>, vcpus: &[VcpuFd], pmu: bool) -> Result<Vec<u8>, MachineError> {
    if let Some(blob) = &config.dtb {
        let amendment = Amendment { memory_size: config.memory, command_line: &config.append, initrd: plan.initrd.clone() };
        return Ok(fdt_amend::amend(blob, &amendment)?);
    }
    let mpidrs: Vec<u64> = vcpus.iter().map(VcpuFd::mpidr).collect();
    let compatible = format!("arm,{}", config.cpu);
    Ok(fdt::build(&FdtConfig {
        mpidrs: &mpidrs,
        cpu_compatible: if config.cpu == "max" || sysregs::models::by_name(&config.cpu).is_none() { "arm,armv8" } else { &compatible },
        memory_size: config.memory,
        gic: config.gic,
        its: config.gic == GicVersion::V3,
        pmu,
        command_line: &config.append,
        initrd: plan.initrd.clone(),
        seed: config.seed,
    })?)
}

fn write_segments(vm: &VmFd, plan: &Plan<'_>) -> Result<(), MachineError> {
    let memory = vm.memory();
    for segment in &plan.segments {
        // Fresh RAM is zero, so the tail beyond the bytes needs nothing. The loader has checked that segments are in RAM.
        let written = memory.write_bytes(segment.gpa, &segment.bytes);
        written.map_err(|error| MachineError::Map { size: segment.mem_size, source: std::io::Error::other(error) })?;
    }
    Ok(())
}

/// The largest gap between segments, in whole pages.
fn free_memory(plan: &Plan<'_>, memory: u64) -> Range<u64> {
    let end = map::RAM_BASE + memory;
    // Segments are sorted; the end of RAM closes the last gap.
    let taken = plan.segments.iter().map(loader::Segment::range).chain(std::iter::once(end..end));
    let mut free = map::RAM_BASE..map::RAM_BASE;
    let mut from = map::RAM_BASE;
    for range in taken {
        let gap = from.next_multiple_of(PAGE)..range.start & !(PAGE - 1);
        if gap.end.saturating_sub(gap.start) > free.end - free.start {
            free = gap;
        }
        from = from.max(range.end);
    }
    free
}

fn start(vcpus: &[VcpuFd], plan: &Plan<'_>) -> Result<(), MachineError> {
    let registers = plan.registers();
    let Some(boot) = vcpus.first() else { return Ok(()) };
    let set = |id: u64, value: u64| boot.set_reg_u64(id, value).map_err(refused("KVM_SET_ONE_REG"));
    set(core_regs::PC, registers.pc)?;
    for (number, &value) in registers.x.iter().enumerate() {
        set(core_regs::x(number as u64), value)?;
    }
    Ok(())
}
