//! Making a machine again from a capture, on the same host or another, through KVM's ioctls. A machine is either restored whole
//! or not at all: whatever fails, the half-made VM is dropped. What to do about a refusal is the caller's policy.

use std::collections::HashSet;

use kvm::abi::{DeviceAttr, VcpuEvents, vcpu_attribute, vcpu_feature};
use kvm::errno::Errno;
use kvm::idregs::SVE_VECTOR_LENGTHS;
use kvm::{DeviceFd, Host, HostError, VcpuFd, VmFd};
use sysregs::SysReg;

use super::capture::{PTIMER_CNT, TIMER_CNT, core_registers, register_list};
use super::gic;
pub use super::refused::{Action, OnRefused, Place, Refused, strict};
use super::state::{
    Counters, GicRegister, GicState, HostState, ImplementationState, MachineState, PAGE_SIZE, PageTags, Register, Snapshot, VcpuState,
    VmState,
};
use crate::hosts::{self, HostsError};
use crate::machine::fdt::GicVersion;
use crate::machine::memory_map::spi_to_intid;
use crate::machine::{Choices, Hardware, Machine, MachineConfig, MachineError, Scheduling, configured};

/// KVM_ARM_VCPU_SVE as KVM_ARM_VCPU_FINALIZE names it.
const FINALIZE_SVE: i32 = 4;
/// KVM_CAP_COUNTER_OFFSET.
const CAP_COUNTER_OFFSET: u32 = 227;
/// KVM_IRQ_LINE type SPI.
const IRQ_TYPE_SPI: u32 = 1 << 24;
/// Counts beyond this are no machine's.
const COUNT_MAX: u64 = 1 << 56;

/// What becomes of the guest's counters.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Clock {
    /// CNTVCT_EL0 is written like any register: time stands still during the move
    #[default]
    Register,
    /// KVM_ARM_SET_COUNTER_OFFSET, after all registers
    Offset,
    /// Nobody restores it
    Forgotten,
}

/// Why a machine could not be restored.
#[derive(Debug, thiserror::Error)]
pub enum RestoreError {
    /// The capture contradicts itself.
    #[error("the capture is not of a machine: {0}")]
    Inconsistent(&'static str),
    /// A register of a vCPU is not in it.
    #[error("the capture is not of a machine: vCPU {vcpu} has no register {id:#018x}")]
    NoRegister {
        /// The vCPU.
        vcpu: u64,
        /// The register.
        id: u64,
    },
    /// The host is not known here.
    #[error(transparent)]
    Host(#[from] HostError),
    /// Semihosting was not allowed.
    #[error("the guest has semihosting, by which it can use this host's files: allow that with --semihosting")]
    Semihosting,
    /// The source's host file is bad.
    #[error(transparent)]
    HostFile(#[from] HostsError),
    /// The host that was chosen here is bad.
    #[error(transparent)]
    OwnHost(HostsError),
    /// The source's CPU is no built-in model, and nothing describes it.
    #[error(
        "the source's CPU `{0}` is none that this invar knows, and the source sends no host file that describes it: name one with --cpu"
    )]
    UnknownCpu(String),
    /// The VM could not be made.
    #[error(transparent)]
    Machine(#[from] MachineError),
    /// A value was refused.
    #[error("{0}")]
    Value(Refused),
}

impl RestoreError {
    /// The capture itself is no good, wherever it is restored.
    #[must_use]
    pub fn is_of_capture(&self) -> bool {
        matches!(self, RestoreError::Inconsistent(_) | RestoreError::NoRegister { .. })
    }
}

/// Where a machine is to be restored; what is not said is as on the source.
#[derive(Clone, Debug, Default)]
pub struct Destination {
    /// CPU model or host file.
    pub cpu: Option<String>,
    /// Version of the host kernel.
    pub kernel: Option<String>,
    /// Capabilities to enable on the new VM (KVM_ENABLE_CAP).
    pub capabilities: Vec<u32>,
    /// A host that no name and no file gives, instead of `cpu` and `kernel`, which only say what it is called.
    pub host: Option<Host>,
    /// Kind of CPU that the vCPUs run on, where the host has several.
    pub cluster: usize,
    /// A guest with semihosting is taken: it may then use this host's files.
    pub semihosting: bool,
    /// The counters; without a choice by the VM's offset where the kernel has it, else by register.
    pub clock: Option<Clock>,
    /// KVM_REG_ARM64_SVE_VLS is written among the other registers, which is too late.
    pub lengths_late: bool,
    /// The PMU's masks are written in the order of the list, each by both of its names, as VMMs do: kernels from 6.8 to 6.14 lose them by
    /// that (`set_pmreg`).
    pub masks_as_listed: bool,
}

/// Which registers a capture must have: as far as that is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Wanted {
    /// Those of this host, which is the source's.
    All,
    /// The source's host is another one: those that every vCPU has.
    Core,
    /// Who restores it has left some out.
    Any,
}

impl Destination {
    fn wanted(&self) -> Wanted {
        let chosen = self.cpu.is_some() || self.kernel.is_some() || !self.capabilities.is_empty() || self.cluster != 0;
        match (&self.host, chosen) {
            (Some(_), _) => Wanted::Any,
            (None, true) => Wanted::Core,
            (None, false) => Wanted::All,
        }
    }

    /// The host, and the machine's configuration on it.
    ///
    /// # Errors
    /// Unknown names.
    pub fn resolve(&self, source: &HostState, machine: &MachineState, smp: u64) -> Result<(Host, MachineConfig), RestoreError> {
        let config = MachineConfig {
            cpu: self.cpu.clone().unwrap_or_else(|| source.cpu.clone()),
            host_file: source.file.clone().filter(|_| self.cpu.is_none()),
            host_kernel: self.kernel.clone().unwrap_or_else(|| source.kernel.clone()),
            smp,
            memory: machine.memory,
            gic: machine.gic,
            scheduling: if machine.deterministic { Scheduling::Deterministic } else { Scheduling::Threads },
            seed: machine.seed,
            semihosting: machine.semihosting,
            mte: machine.mte,
            implementations: machine.implementations.iter().map(ImplementationState::known).collect(),
            ..MachineConfig::default()
        };
        if let Some(host) = &self.host {
            return Ok((configured(host.clone(), &config), config));
        }
        let host = match &self.cpu {
            Some(cpu) => hosts::modelled(cpu, &config.host_kernel).map_err(own)?,
            None => of_source(source, &config.host_kernel)?,
        };
        Ok((configured(host, &config), config))
    }
}

/// The source's host on another kernel. What a stream or file says names no file of this host: only `--cpu` does.
fn of_source(source: &HostState, kernel: &str) -> Result<Host, RestoreError> {
    match &source.file {
        Some(text) => Ok(hosts::parse(text, &source.cpu)?.with_kernel(kernel)?),
        None if sysregs::models::by_name(&source.cpu).is_some() => Ok(Host::new(&source.cpu, kernel)?),
        None => Err(RestoreError::UnknownCpu(source.cpu.clone())),
    }
}

fn own(error: HostsError) -> RestoreError {
    match error {
        HostsError::Host(error) => RestoreError::Host(error),
        error => RestoreError::OwnHost(error),
    }
}

/// A VM that waits for a machine's state.
pub struct Target {
    hardware: Hardware,
    config: MachineConfig,
    clock: Option<Clock>,
    lengths_late: bool,
    masks_as_listed: bool,
    wanted: Wanted,
}

/// The PMU's registers with a bit a counter, by the name that sets bits and the name that clears them.
const MASKS: [[u64; 2]; 3] = [
    [SysReg::PMCNTENSET_EL0.encoding().kvm_id(), SysReg::PMCNTENCLR_EL0.encoding().kvm_id()],
    [SysReg::PMINTENSET_EL1.encoding().kvm_id(), SysReg::PMINTENCLR_EL1.encoding().kvm_id()],
    [SysReg::PMOVSSET_EL0.encoding().kvm_id(), SysReg::PMOVSCLR_EL0.encoding().kvm_id()],
];

/// Which registers are written when.
#[derive(Clone, Copy)]
struct Order {
    /// The counters are registers like others.
    counters: bool,
    /// So are the vector lengths.
    lengths_late: bool,
    /// So are the PMU's masks.
    masks_as_listed: bool,
}

/// Restores a capture as a machine that can be started.
///
/// # Errors
/// Whatever the destination lacks or refuses; nothing is left of the attempt then.
pub fn restore(snapshot: &Snapshot, destination: &Destination, policy: OnRefused<'_>) -> Result<Machine, RestoreError> {
    let features: Vec<_> = snapshot.vcpus.iter().map(|vcpu| vcpu.features).collect();
    let target = Target::new(&snapshot.host, &snapshot.machine, &features, destination)?;
    for (&address, page) in &snapshot.memory.pages {
        target.write_page(address, page)?;
    }
    for (&address, tags) in &snapshot.memory.tags {
        target.write_tags(address, tags, policy)?;
    }
    target.finish(snapshot, policy)
}

impl Target {
    /// Makes the VM: memory, vCPUs, GIC.
    ///
    /// # Errors
    /// Unknown hosts, and what KVM refuses.
    pub fn new(
        source: &HostState,
        machine: &MachineState,
        features: &[[u32; 7]],
        destination: &Destination,
    ) -> Result<Target, RestoreError> {
        if machine.semihosting && !destination.semihosting {
            return Err(RestoreError::Semihosting);
        }
        let (host, config) = destination.resolve(source, machine, features.len() as u64)?;
        let choices = Choices {
            capabilities: &destination.capabilities,
            features: Some(features),
            cluster: destination.cluster,
            vector_lengths: None,
        };
        let hardware = Hardware::new(host, &config, &choices)?;
        let Destination { clock, lengths_late, masks_as_listed, .. } = *destination;
        Ok(Target { hardware, config, clock, lengths_late, masks_as_listed, wanted: destination.wanted() })
    }

    /// The VM.
    pub fn vm(&self) -> &VmFd {
        &self.hardware.vm
    }

    /// Its vCPUs.
    pub fn vcpus(&self) -> &[VcpuFd] {
        &self.hardware.vcpus
    }

    /// Fills a page of RAM.
    ///
    /// # Errors
    /// There is no RAM.
    pub fn write_page(&self, address: u64, page: &[u8; PAGE_SIZE]) -> Result<(), RestoreError> {
        let whole = address.is_multiple_of(PAGE_SIZE as u64);
        let written = whole && self.hardware.vm.memory().write_bytes(address, page.as_slice()).is_ok();
        if written { Ok(()) } else { Err(RestoreError::Inconsistent("a page is outside of RAM")) }
    }

    /// Gives a page of RAM its Allocation Tags.
    ///
    /// # Errors
    /// The VM has none, or there is no RAM, and `policy` does not forgive that.
    pub fn write_tags(&self, address: u64, tags: &PageTags, policy: OnRefused<'_>) -> Result<(), RestoreError> {
        let bytes: Vec<u8> = tags.iter().flat_map(|pair| [pair & 15, pair >> 4]).collect();
        let copied = self.hardware.vm.mte_copy_tags_to_guest(address, &bytes).map(drop);
        allow(policy, Place::Tags { address }, &[], copied)
    }

    /// Writes registers, GIC and devices.
    ///
    /// # Errors
    /// What KVM refuses and `policy` does not forgive.
    pub fn finish(self, snapshot: &Snapshot, policy: OnRefused<'_>) -> Result<Machine, RestoreError> {
        check(snapshot, self.hardware.vcpus.len())?;
        let vm = &self.hardware.vm;
        if let Some(nanoseconds) = snapshot.vm.virtual_time {
            vm.clock().advance(nanoseconds.saturating_sub(vm.clock().nanoseconds()));
        }
        let counters = matches!(self.clock, None | Some(Clock::Register));
        let order = Order { counters, lengths_late: self.lengths_late, masks_as_listed: self.masks_as_listed };
        for (vcpu, state) in self.hardware.vcpus.iter().zip(&snapshot.vcpus) {
            write_vcpu(vcpu, state, order, policy)?;
            complete(vcpu, state, self.wanted)?;
        }
        match self.clock {
            None if has_one_offset(vm, &snapshot.vm) => set_offset(vm, &snapshot.vm, policy)?,
            Some(Clock::Offset) => set_offset(vm, &snapshot.vm, policy)?,
            Some(Clock::Forgotten) => self.hardware.vcpus.iter().for_each(forget_counters),
            None | Some(Clock::Register) => {}
        }
        let kept = [Some((&self.hardware.gic, &snapshot.gic)), self.hardware.its.as_ref().map(|its| (its, &snapshot.its))];
        let whole = self.wanted != Wanted::All || kept.into_iter().flatten().all(|(device, state)| has_all(device, state));
        let mut forgive = |register: &GicRegister, errno| policy(&refused_attribute(register, errno)) != Action::Fail;
        let refused = |(register, errno)| RestoreError::Value(refused_attribute(&register, errno));
        gic::restore(&self.hardware.gic, &snapshot.gic, &mut forgive).map_err(refused)?;
        if let Some(its) = &self.hardware.its {
            gic::restore(its, &snapshot.its, &mut forgive).map_err(refused)?;
        }
        if !whole {
            return Err(RestoreError::Inconsistent("registers of its interrupt controller are missing"));
        }
        if self.config.gic == GicVersion::V2 {
            raise_lines(vm, snapshot);
        }
        let mut built = self.hardware.into_built(snapshot.devices.bus.clone(), snapshot.vm.turn.unwrap_or_default());
        built.semihosting.clone_from(&snapshot.devices.semihosting);
        Ok(Machine::from_parts(self.config, built))
    }
}

/// What a hostile capture could get wrong and no ioctl would notice.
fn check(snapshot: &Snapshot, vcpus: usize) -> Result<(), RestoreError> {
    let wrong = |what| Err(RestoreError::Inconsistent(what));
    if snapshot.vcpus.len() != vcpus || snapshot.vcpus.iter().zip(0..).any(|(vcpu, id)| vcpu.id != id) {
        return wrong("its vCPUs are not numbered from 0 on");
    }
    if snapshot.vcpus.iter().any(|vcpu| !vcpu.registers.is_sorted_by(|one, next| one.id < next.id)) {
        return wrong("the registers of a vCPU are not sorted, or one is there twice");
    }
    if snapshot.vm.turn.is_some_and(|turn| !turn.is_of(vcpus)) {
        return wrong("it is the turn of a vCPU that is not there");
    }
    if snapshot.vcpus.iter().any(|vcpu| vcpu.hidden.retired > COUNT_MAX) || snapshot.vm.virtual_time.unwrap_or(0) > COUNT_MAX {
        return wrong("it has run for longer than anything can");
    }
    if snapshot.machine.semihosting != snapshot.devices.semihosting.is_some() {
        return wrong("machines with semihosting, and only these, have its state");
    }
    if snapshot.machine.deterministic != (snapshot.vm.virtual_time.is_some() && snapshot.vm.turn.is_some()) {
        return wrong("deterministic runs, and only these, have virtual time");
    }
    Ok(())
}

/// A vCPU that was written has no register left over.
fn complete(vcpu: &VcpuFd, state: &VcpuState, wanted: Wanted) -> Result<(), RestoreError> {
    let core = || core_registers(state.features[0] & vcpu_feature::SVE != 0).collect();
    let list = match wanted {
        Wanted::Any => return Ok(()),
        Wanted::Core => core(),
        // Without a list it was not written, and that was forgiven.
        Wanted::All => register_list(vcpu, state.features[0]).unwrap_or_else(|_| core()),
    };
    match list.into_iter().find(|id| state.register(*id).is_none()) {
        Some(id) => Err(RestoreError::NoRegister { vcpu: state.id, id }),
        None => Ok(()),
    }
}

/// Whether an interrupt controller like this one, in which nothing is pending yet, has been captured with all that it keeps.
fn has_all(device: &DeviceFd, state: &GicState) -> bool {
    let known: HashSet<_> = state.registers.iter().map(|register| (register.group, register.attr)).collect();
    let fresh = gic::save(device).unwrap_or_default();
    fresh.registers.iter().all(|register| known.contains(&(register.group, register.attr)))
}

/// Writes a vCPU that has not run.
///
/// # Errors
/// What KVM refuses and `policy` does not forgive.
pub fn restore_vcpu(vcpu: &VcpuFd, state: &VcpuState, policy: OnRefused<'_>) -> Result<(), RestoreError> {
    write_vcpu(vcpu, state, Order { counters: true, lengths_late: false, masks_as_listed: false }, policy)
}

fn write_vcpu(vcpu: &VcpuFd, state: &VcpuState, order: Order, policy: OnRefused<'_>) -> Result<(), RestoreError> {
    prepare_features(vcpu, state, order, policy)?;
    // The counters move on while the rest is written, so they come last.
    let counter = |register: &&Register| matches!(register.id, TIMER_CNT | PTIMER_CNT);
    let first = state.registers.iter().filter(|register| (order.lengths_late || register.id != SVE_VECTOR_LENGTHS) && !counter(register));
    for register in first.chain(state.registers.iter().filter(|register| order.counters && counter(register))) {
        match (MASKS.iter().find(|mask| mask.contains(&register.id)), order.masks_as_listed) {
            (Some(&[set, clear]), false) if register.id == set => write_mask(vcpu, state.id, register, clear, policy)?,
            (Some(_), false) => {}
            _ => write_register(vcpu, state.id, register, policy)?,
        }
    }
    let events = VcpuEvents {
        serror_pending: state.events.serror_pending,
        serror_has_esr: state.events.serror_pending && state.events.serror_has_esr,
        ext_dabt_pending: false,
        serror_esr: state.events.serror_esr,
    };
    let place = Place::Events { vcpu: state.id };
    allow(policy, place, &events.serror_esr.to_le_bytes(), vcpu.set_vcpu_events(&events))?;
    allow(policy, Place::MpState { vcpu: state.id }, &state.mp_state.to_le_bytes(), vcpu.set_mp_state(state.mp_state))?;
    vcpu.set_hidden_state(&state.hidden);
    Ok(())
}

/// What one name of a mask assigns, adds or, by the other, removes, as the kernel likes: nothing is left of before, then the value.
fn write_mask(vcpu: &VcpuFd, id: u64, set: &Register, clear: u64, policy: OnRefused<'_>) -> Result<(), RestoreError> {
    let everything = Register { id: clear, value: vec![0xff; set.value.len()] };
    write_register(vcpu, id, &everything, policy)?;
    write_register(vcpu, id, set, policy)
}

/// What SVE and PMU need before anything else.
fn prepare_features(vcpu: &VcpuFd, state: &VcpuState, order: Order, policy: OnRefused<'_>) -> Result<(), RestoreError> {
    if state.features[0] & vcpu_feature::SVE != 0 {
        if let Some(lengths) = state.register(SVE_VECTOR_LENGTHS).filter(|_| !order.lengths_late) {
            write_register(vcpu, state.id, lengths, policy)?;
        }
        allow(policy, Place::Finalize { vcpu: state.id }, &[], vcpu.vcpu_finalize(FINALIZE_SVE))?;
    }
    if let Some(irq) = state.pmu_irq {
        let set = |attr, value| vcpu.set_device_attr(&DeviceAttr { flags: 0, group: vcpu_attribute::PMU_V3, attr }, value);
        let done = set(vcpu_attribute::PMU_IRQ, irq.into()).and_then(|()| set(vcpu_attribute::PMU_INIT, 0));
        allow(policy, Place::Pmu { vcpu: state.id }, &irq.to_le_bytes(), done)?;
    }
    Ok(())
}

/// Asks about a refusal of what has no value of the destination's to take instead.
fn allow(policy: OnRefused<'_>, place: Place, value: &[u8], result: Result<(), Errno>) -> Result<(), RestoreError> {
    let Err(errno) = result else { return Ok(()) };
    let refused = Refused { place, value: value.to_vec(), errno };
    if policy(&refused) == Action::Fail { Err(RestoreError::Value(refused)) } else { Ok(()) }
}

fn write_register(vcpu: &VcpuFd, id: u64, register: &Register, policy: OnRefused<'_>) -> Result<(), RestoreError> {
    let Err(errno) = vcpu.set_one_reg(register.id, &register.value) else { return Ok(()) };
    let refused = Refused { place: Place::Register { vcpu: id, id: register.id }, value: register.value.clone(), errno };
    match policy(&refused) {
        Action::Skip => Ok(()),
        Action::UseDestination if write_own(vcpu, register.id).is_ok() => Ok(()),
        Action::Fail | Action::UseDestination => Err(RestoreError::Value(refused)),
    }
}

/// Of an attribute there is only one value to have besides the source's: the one that the device has.
fn refused_attribute(register: &GicRegister, errno: Errno) -> Refused {
    let place = Place::Attribute { group: register.group, attr: register.attr.0 };
    Refused { place, value: register.value.0.to_le_bytes().to_vec(), errno }
}

fn write_own(vcpu: &VcpuFd, id: u64) -> Result<(), Errno> {
    let mut value = [0; 256];
    let size = vcpu.get_one_reg(id, &mut value)?;
    vcpu.set_one_reg(id, value.get(..size).unwrap_or_default()).map(|_| ())
}

/// The kernel has an offset for the VM (since 6.4), and both counters have the same: otherwise the registers that were written with the
/// vCPUs have done it.
fn has_one_offset(vm: &VmFd, state: &VmState) -> bool {
    let Counters { virtual_count, physical_count, frequency } = state.counters;
    // They were read one after the other: within a hundredth of a second they are the same.
    let same = physical_count.is_none_or(|physical| physical.wrapping_sub(virtual_count) <= frequency / 100);
    same && vm.check_extension(CAP_COUNTER_OFFSET) == Ok(1)
}

/// The guest's counters go on where they stopped, by the VM's offset.
fn set_offset(vm: &VmFd, state: &VmState, policy: OnRefused<'_>) -> Result<(), RestoreError> {
    let clock = vm.clock();
    let offset = clock.ticks(clock.nanoseconds()).wrapping_sub(state.counters.virtual_count);
    allow(policy, Place::CounterOffset, &offset.to_le_bytes(), vm.set_counter_offset(offset, 0))
}

/// The counters of a VM that nobody restores begin at zero when it is made. Deterministic machines share one time over a move, so
/// that has to be written.
fn forget_counters(vcpu: &VcpuFd) {
    for counter in [TIMER_CNT, PTIMER_CNT] {
        // Kernels without this register have no offset of the physical counter either.
        let _ = vcpu.set_reg_u64(counter, 0);
    }
}

/// A GICv2 does not tell user space of line levels: devices raise theirs again. An edge that was served stays served.
fn raise_lines(vm: &VmFd, snapshot: &Snapshot) {
    let levels = snapshot.devices.bus.levels();
    let raised = |spi: &u32| levels >> spi & 1 != 0 && gic::is_level(&snapshot.gic, spi_to_intid(*spi));
    for spi in (0..64).filter(raised) {
        // The SPIs of the board exist in the GIC that the board made.
        let _ = vm.set_irq_line(IRQ_TYPE_SPI | spi_to_intid(spi), true);
    }
}
