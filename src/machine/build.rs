//! Making a machine: KVM file descriptors, memory, vCPUs, GIC, device tree, guest. Runs nothing.

use std::ops::Range;
use std::sync::Arc;

use kvm::abi::{DeviceAttr, VcpuInit, vcpu_feature, vgic};
use kvm::{Host, Kvm, TimeSource, VcpuFd, VmFd, core_regs};
use loader::{Options, Plan};
use vm_memory::MmapRegion;

use super::config::{MachineConfig, MachineError, Scheduling};
use super::fdt::{self, FdtConfig, GicVersion};
use super::fdt_amend::{self, Amendment};
use super::memory_map as map;
use crate::hosts;

/// The smallest RAM: less has no room for a program and its stack.
const MEMORY_MIN: u64 = 1 << 20;
const PAGE: u64 = 0x1000;

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
}

fn refused(step: &'static str) -> impl Fn(kvm::errno::Errno) -> MachineError {
    move |errno| MachineError::Refused { step, errno }
}

/// The steps in which KVM looks at the host's ID values, some of which may be unknown.
fn refused_host(cpu: &str, step: &'static str) -> impl Fn(kvm::errno::Errno) -> MachineError {
    move |errno| {
        let model = sysregs::models::by_name(cpu);
        let missing: Vec<_> = model.map(|model| model.missing().iter().map(|register| register.name()).collect()).unwrap_or_default();
        let cpu = cpu.to_owned();
        if missing.is_empty() { MachineError::Refused { step, errno } } else { MachineError::PartlyKnown { cpu, missing, step, errno } }
    }
}

/// The modelled host of a machine.
pub fn host(config: &MachineConfig) -> Result<Host, MachineError> {
    let mut host = hosts::modelled(&config.cpu, &config.host_kernel).map_err(|error| match error {
        hosts::HostsError::Host(error) => MachineError::Host(error),
        error => MachineError::HostFile(error),
    })?;
    host.time = match config.scheduling {
        Scheduling::Threads => TimeSource::Host,
        Scheduling::Deterministic => TimeSource::Virtual,
    };
    host.gicv2_compatible = config.gic == GicVersion::V2;
    host.semihosting = config.semihosting;
    host.engine = config.engine;
    host.seed = config.seed;
    Ok(host)
}

/// Makes the machine with `image` loaded.
///
/// # Errors
/// Whatever is wrong with configuration or files.
pub fn build(config: &MachineConfig, image: &[u8]) -> Result<Built, MachineError> {
    check(config)?;
    let host = host(config)?;
    let mut plan = load(config, image)?;
    let kvm = Kvm::new(host);
    let vm = kvm.create_vm().map_err(refused_host(&config.cpu, "KVM_CREATE_VM"))?;
    let memory = add_ram(&vm, config.memory)?;
    let vcpus = create_vcpus(&vm, config)?;
    create_gic(&vm, config)?;
    let dtb = device_tree(config, &plan, &vcpus)?;
    if plan.place_dtb(dtb.clone())?.is_none() && config.dtb.is_some() {
        plan.notes.push("the image leaves no room for the device tree below it: the guest will not find one".into());
    }
    write_segments(&vm, &plan, &memory)?;
    start(&vcpus, &plan)?;
    let free_memory = free_memory(&plan, config.memory);
    let (symbols, notes) = (Arc::new(std::mem::take(&mut plan.symbols)), std::mem::take(&mut plan.notes));
    drop(plan);
    Ok(Built { vm, vcpus, dtb, free_memory, symbols, notes })
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

fn add_ram(vm: &VmFd, size: u64) -> Result<Arc<MmapRegion>, MachineError> {
    let region = MmapRegion::new(size as usize).map_err(|error| MachineError::Map { size, source: std::io::Error::other(error) })?;
    let region = Arc::new(region);
    vm.add_memory(0, map::RAM_BASE, region.clone()).map_err(refused("KVM_SET_USER_MEMORY_REGION"))?;
    Ok(region)
}

fn create_vcpus(vm: &VmFd, config: &MachineConfig) -> Result<Vec<VcpuFd>, MachineError> {
    let mut vcpus = Vec::new();
    for id in 0..config.smp {
        let vcpu = vm.create_vcpu(id).map_err(refused_host(&config.cpu, "KVM_CREATE_VCPU"))?;
        let power = if id == 0 { 0 } else { vcpu_feature::POWER_OFF };
        let mut init: VcpuInit = vm.get_preferred_target();
        init.features[0] = vcpu_feature::PSCI_0_2 | power | optional_features(vm);
        vcpu.vcpu_init(&init).map_err(refused_host(&config.cpu, "KVM_ARM_VCPU_INIT"))?;
        vcpus.push(vcpu);
    }
    Ok(vcpus)
}

/// Features that every VMM turns on when the host has them.
fn optional_features(vm: &VmFd) -> u32 {
    if vm.supports_pointer_authentication() { vcpu_feature::PTRAUTH_ADDRESS | vcpu_feature::PTRAUTH_GENERIC } else { 0 }
}

fn create_gic(vm: &VmFd, config: &MachineConfig) -> Result<(), MachineError> {
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
    if v2 { Ok(()) } else { create_its(vm) }
}

fn create_its(vm: &VmFd) -> Result<(), MachineError> {
    use kvm::abi::{device_type, its};
    let device = vm.create_device(device_type::VGIC_ITS).map_err(refused("KVM_CREATE_DEVICE for the ITS"))?;
    [(its::GRP_ADDR, its::ADDR_TYPE, map::GIC_ITS.base), (its::GRP_CTRL, its::CTRL_INIT, 0)].into_iter().try_for_each(
        |(group, attr, value)| {
            let attr = DeviceAttr { flags: 0, group, attr };
            device.set_device_attr(&attr, value).map_err(refused("KVM_SET_DEVICE_ATTR of the ITS"))
        },
    )
}

fn device_tree(config: &MachineConfig, plan: &Plan<'_>, vcpus: &[VcpuFd]) -> Result<Vec<u8>, MachineError> {
    if let Some(blob) = &config.dtb {
        let amendment = Amendment { memory_size: config.memory, command_line: &config.append, initrd: plan.initrd.clone() };
        return Ok(fdt_amend::amend(blob, &amendment)?);
    }
    let mpidrs: Vec<u64> = vcpus.iter().map(VcpuFd::mpidr).collect();
    let compatible = format!("arm,{}", config.cpu);
    Ok(fdt::build(&FdtConfig {
        mpidrs: &mpidrs,
        cpu_compatible: if config.cpu == "max" || hosts::is_file(&config.cpu) { "arm,armv8" } else { &compatible },
        memory_size: config.memory,
        gic: config.gic,
        its: config.gic == GicVersion::V3,
        pmu: false,
        command_line: &config.append,
        initrd: plan.initrd.clone(),
        seed: config.seed,
    })?)
}

fn write_segments(vm: &VmFd, plan: &Plan<'_>, _ram: &MmapRegion) -> Result<(), MachineError> {
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
