//! Reading a stopped machine through KVM's ioctls, as a VMM does before it moves one. Changes nothing of the guest but the tables
//! that it has given its interrupt controller.

use kvm::abi::{DeviceAttr, VcpuInit, vcpu_attribute, vcpu_feature};
use kvm::errno::{EINTR, Errno};
use kvm::{TAGS_PER_PAGE, VcpuFd, VmFd};

use super::gic;
use super::state::{
    Counters, Devices, HostState, ImplementationState, MachineState, Memory, PAGE_SIZE, PageTags, Register, Snapshot, VcpuEvents,
    VcpuState, VmState,
};
use crate::hosts;
use crate::machine::{MachineConfig, OpenFile, Running, Scheduling};

/// KVM_REG_ARM_TIMER_CNT, which by an old mistake has the name of the virtual timer's compare value.
pub const TIMER_CNT: u64 = 0x6030_0000_0013_df1a;
/// KVM_REG_ARM_PTIMER_CNT.
pub const PTIMER_CNT: u64 = 0x6030_0000_0013_df01;
/// KVM_REG_ARM_COPROC_MASK and KVM_REG_ARM_CORE.
const COPROCESSOR: u64 = 0x0fff_0000;
const CORE: u64 = 0x0010_0000;
/// Core registers by size.
const CORE_U32: u64 = 0x6020_0000_0010_0000;
const CORE_U64: u64 = 0x6030_0000_0010_0000;
const CORE_U128: u64 = 0x6040_0000_0010_0000;
/// Bytes of the widest register.
const WIDEST: usize = 256;

/// Why a machine could not be captured.
#[derive(Debug, thiserror::Error)]
pub enum CaptureError {
    /// The run is over.
    #[error("the guest has ended; there is nothing to capture")]
    Ended,
    /// Semihosting gave the guest a file of this host.
    #[error(
        "the guest has the host's file `{path}` open by semihosting (handle {handle}), which no capture can hold; try again when it is closed"
    )]
    OpenFile {
        /// The guest's handle.
        handle: u64,
        /// By which name it was opened.
        path: String,
    },
    /// KVM refused a step.
    #[error("{step} of vCPU {vcpu} was refused with {errno}")]
    Refused {
        /// The vCPU.
        vcpu: u64,
        /// The ioctl, in words.
        step: &'static str,
        /// KVM's answer.
        errno: Errno,
    },
    /// A register is listed but cannot be read.
    #[error("register {id:#018x} of vCPU {vcpu} is in KVM_GET_REG_LIST, but KVM_GET_ONE_REG gives {errno}")]
    Register {
        /// The vCPU.
        vcpu: u64,
        /// The register.
        id: u64,
        /// KVM's answer.
        errno: Errno,
    },
    /// The interrupt controller cannot be read.
    #[error("{step} was refused with {errno}")]
    Gic {
        /// What.
        step: &'static str,
        /// KVM's answer.
        errno: Errno,
    },
    /// The host file cannot be read again.
    #[error("the host file `{path}` cannot be read: {source}")]
    HostFile {
        /// The file.
        path: String,
        /// Why.
        source: std::io::Error,
    },
}

/// Captures a machine in a pause, with its RAM.
///
/// # Errors
/// What KVM refuses, and guests that cannot be captured.
pub fn capture(running: &Running) -> Result<Snapshot, CaptureError> {
    let mut snapshot = capture_state(running)?;
    snapshot.memory = read_memory(running.vm());
    Ok(snapshot)
}

/// Captures everything but RAM. To be called before RAM is read: the tables of the GIC, which hold pending LPIs and the mappings
/// of the ITS, are written there.
///
/// # Errors
/// As [`capture`].
pub fn capture_state(running: &Running) -> Result<Snapshot, CaptureError> {
    if running.outcome().is_some() {
        return Err(CaptureError::Ended);
    }
    if let Some((_, Some(OpenFile { handle, path }))) = running.semihosting() {
        return Err(CaptureError::OpenFile { handle, path });
    }
    running.vcpus().iter().zip(0..).try_for_each(|(vcpu, id)| settle(vcpu, id))?;
    for device in [Some(running.gic()), running.its()].into_iter().flatten() {
        device.save_tables().map_err(|errno| CaptureError::Gic { step: "saving the GIC's tables to RAM", errno })?;
    }
    read_state(running)
}

/// The state of a machine that has ended: to look at, not to restore.
///
/// # Errors
/// What KVM refuses.
pub fn capture_ended(running: &Running) -> Result<Snapshot, CaptureError> {
    let mut snapshot = read_state(running)?;
    snapshot.memory = read_memory(running.vm());
    Ok(snapshot)
}

/// Reads everything but RAM, whether or not it could be restored.
pub fn read_state(running: &Running) -> Result<Snapshot, CaptureError> {
    let config = running.config();
    running.vcpus().iter().zip(0..).try_for_each(|(vcpu, id)| settle(vcpu, id))?;
    let mut vcpus = Vec::new();
    for ((vcpu, init), id) in running.vcpus().iter().zip(running.inits()).zip(0..) {
        vcpus.push(capture_vcpu(vcpu, id, init)?);
    }
    // Console input that comes now changes both or none.
    let (gic, bus) = running.with_devices(|bus| (gic::save(running.gic()), bus.clone()));
    let gic = gic.map_err(|errno| CaptureError::Gic { step: "saving the GIC", errno })?;
    let its = running.its().map(gic::save).transpose().map_err(|errno| CaptureError::Gic { step: "saving the ITS", errno })?;
    Ok(Snapshot {
        host: host_state(config)?,
        machine: machine_state(config),
        vm: vm_state(running, vcpus.first())?,
        vcpus,
        gic,
        its: its.unwrap_or_default(),
        devices: Devices { bus, semihosting: running.semihosting().map(|(state, _)| state) },
        memory: Memory::default(),
    })
}

/// Finishes the MMIO access that a vCPU left for: KVM_RUN with `immediate_exit`, as the API documents.
fn settle(vcpu: &VcpuFd, id: u64) -> Result<(), CaptureError> {
    vcpu.run_page().set_immediate_exit(true);
    match vcpu.run() {
        Err(EINTR) => Ok(()),
        Err(errno) => Err(CaptureError::Refused { vcpu: id, step: "KVM_RUN with immediate_exit", errno }),
        Ok(_) => Ok(()),
    }
}

/// Reads a vCPU that is not running.
///
/// # Errors
/// What KVM refuses.
pub fn capture_vcpu(vcpu: &VcpuFd, id: u64, init: &VcpuInit) -> Result<VcpuState, CaptureError> {
    let refused = |step| move |errno| CaptureError::Refused { vcpu: id, step, errno };
    let list = register_list(vcpu, init.features[0]).map_err(refused("KVM_GET_REG_LIST"))?;
    let read = |register| read_register(vcpu, register).map_err(|errno| CaptureError::Register { vcpu: id, id: register, errno });
    let registers = list.into_iter().map(read).collect::<Result<_, _>>()?;
    let events = vcpu.get_vcpu_events().map_err(refused("KVM_GET_VCPU_EVENTS"))?;
    let pmu_irq = if init.features[0] & vcpu_feature::PMU_V3 != 0 {
        let attr = DeviceAttr { flags: 0, group: vcpu_attribute::PMU_V3, attr: vcpu_attribute::PMU_IRQ };
        Some(vcpu.get_device_attr(&attr).map_err(refused("KVM_GET_DEVICE_ATTR of the PMU's interrupt"))?.0 as u32)
    } else {
        None
    };
    Ok(VcpuState {
        id,
        target: init.target,
        features: init.features,
        registers,
        events: VcpuEvents { serror_pending: events.serror_pending, serror_has_esr: events.serror_has_esr, serror_esr: events.serror_esr },
        mp_state: vcpu.get_mp_state(),
        pmu_irq,
        hidden: vcpu.hidden_state(),
    })
}

/// The registers of a vCPU with these features that a capture has, in order.
///
/// # Errors
/// KVM_GET_REG_LIST's.
pub fn register_list(vcpu: &VcpuFd, features: u32) -> Result<Vec<u64>, Errno> {
    let mut list = vcpu.get_reg_list()?;
    // Kernels before 5.2 list core registers that do not exist, and not all that do: they are known anyway.
    list.retain(|register| register & COPROCESSOR != CORE);
    list.extend(core_registers(features & vcpu_feature::SVE != 0));
    list.sort_unstable();
    Ok(list)
}

/// `struct kvm_regs` by its registers. With SVE, V0 to V31 are parts of the Z registers instead.
pub fn core_registers(sve: bool) -> impl Iterator<Item = u64> {
    let general = (0..=80).step_by(2).map(|word| CORE_U64 | word);
    let vectors = (84..212).step_by(4).map(|word| CORE_U128 | word);
    general.chain(vectors.filter(move |_| !sve)).chain([CORE_U32 | 212, CORE_U32 | 213])
}

fn read_register(vcpu: &VcpuFd, id: u64) -> Result<Register, Errno> {
    let mut value = vec![0; WIDEST];
    let size = vcpu.get_one_reg(id, &mut value)?;
    value.truncate(size);
    Ok(Register { id, value })
}

fn host_state(config: &MachineConfig) -> Result<HostState, CaptureError> {
    let read = |path: &String| std::fs::read_to_string(path).map_err(|source| CaptureError::HostFile { path: path.clone(), source });
    let file = match &config.host_file {
        Some(text) => Some(text.clone()),
        None => hosts::is_file(&config.cpu).then(|| read(&config.cpu)).transpose()?,
    };
    Ok(HostState { cpu: config.cpu.clone(), kernel: config.host_kernel.clone(), file })
}

fn machine_state(config: &MachineConfig) -> MachineState {
    MachineState {
        memory: config.memory,
        gic: config.gic,
        deterministic: config.scheduling == Scheduling::Deterministic,
        seed: config.seed,
        mte: config.mte,
        semihosting: config.semihosting,
        implementations: config.implementations.iter().map(ImplementationState::from).collect(),
    }
}

fn vm_state(running: &Running, boot: Option<&VcpuState>) -> Result<VmState, CaptureError> {
    let missing = CaptureError::Register { vcpu: 0, id: TIMER_CNT, errno: kvm::errno::ENOENT };
    let counter = |id| boot.and_then(|boot| boot.register(id)?.number());
    let virtual_count = counter(TIMER_CNT).ok_or(missing)?;
    let clock = running.vm().clock();
    let deterministic = clock.is_virtual();
    Ok(VmState {
        counters: Counters { virtual_count, physical_count: counter(PTIMER_CNT), frequency: clock.frequency() },
        virtual_time: deterministic.then(|| clock.nanoseconds()),
        turn: deterministic.then(|| running.turn()),
    })
}

/// Whether a VM has Allocation Tags: only then may they be copied (KVM_ARM_MTE_COPY_TAGS of nothing).
pub fn has_tags(vm: &VmFd) -> bool {
    vm.mte_copy_tags_from_guest(0, &mut []).is_ok()
}

/// The Allocation Tags of a page of RAM in a VM that has some; None when they are all zero, or nothing is there.
pub fn read_tags(vm: &VmFd, address: u64) -> Option<PageTags> {
    let mut bytes = [0; TAGS_PER_PAGE];
    vm.mte_copy_tags_from_guest(address, &mut bytes).ok()?;
    let tags = std::array::from_fn(|pair| bytes[2 * pair] | bytes[2 * pair + 1] << 4);
    (bytes != [0; TAGS_PER_PAGE]).then_some(tags)
}

/// Copies RAM and its Allocation Tags, without pages of zeros.
pub fn read_memory(vm: &VmFd) -> Memory {
    let (source, mut memory, tagged) = (vm.memory(), Memory::default(), has_tags(vm));
    for slot in source.slots().iter() {
        for address in (slot.base..slot.base + slot.size).step_by(PAGE_SIZE) {
            let mut page = [0; PAGE_SIZE];
            if source.read_bytes(address, &mut page).is_ok() && page != [0; PAGE_SIZE] {
                memory.pages.insert(address, Box::new(page));
            }
            if let Some(tags) = if tagged { read_tags(vm, address) } else { None } {
                memory.tags.insert(address, tags);
            }
        }
    }
    memory
}
