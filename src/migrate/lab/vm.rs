//! A small VMM with one vCPU on a modelled host, through KVM's file descriptors alone: set up, run to a point, read all registers,
//! write all registers. Judges nothing; deterministic, as all time is the count of instructions.

use kvm::abi::{DeviceAttr, RunPage, vcpu_attribute, vcpu_feature};
use kvm::errno::{EINTR, Errno};
use kvm::idregs::SVE_VECTOR_LENGTHS;
use kvm::{DeviceFd, VcpuExit, VcpuFd, VmFd, core_regs};
use sysregs::errata::Implementation;

use super::host::LabHost;
use super::observe::Observer;
use super::policy::{Rules, VENDOR_HYP_BITMAP_2};
use super::view::View;
use crate::machine::fdt::GicVersion;
use crate::machine::{Bus, Choices, Hardware, MachineConfig, MachineError, Scheduling, build, configured, memory_map};
use crate::migrate::gic;

/// Instructions between two looks at whether the point is reached.
const SLICE: u64 = 10_000;
const CAP_MTE: u32 = 205;
const CAP_WRITABLE_IMP_ID_REGS: u32 = 239;
const FINALIZE_SVE: i32 = 4;
/// DISCOVER_IMPL_VER, and DISCOVER_IMPL_CPUS after it.
const DISCOVER_IMPL_VER: u32 = 0xc600_0040;
const DISCOVER_IMPL_CPUS: u32 = 0xc600_0041;
/// Both bits in the vendor hypervisor services' second bitmap.
const DISCOVER_IMPL_BITS: u64 = 3;
/// SMCCC INVALID_PARAMETER.
const INVALID_PARAMETER: u64 = -3_i64 as u64;
/// PPI 7.
const PMU_INTERRUPT: u64 = 23;
/// Nanoseconds since 1970 at which guests' time starts.
const EPOCH: u64 = 1_704_067_200_000_000_000;

/// A step that KVM refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{step} was refused with {errno}")]
pub struct Refused {
    pub step: String,
    pub errno: Errno,
}

fn refused(step: impl Into<String>) -> impl FnOnce(Errno) -> Refused {
    move |errno| Refused { step: step.into(), errno }
}

/// How a stretch of a run ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stopped {
    /// The point was reached.
    There,
    PowerOff,
    /// Everybody waits for ever.
    Waiting,
    /// So many instructions, and the point was not reached.
    Limit,
    /// The guest did what this machine cannot do.
    Stuck(String),
}

/// A register's bytes, by id.
pub type Stream = Vec<(u64, Vec<u8>)>;

/// A VM with one vCPU.
pub struct Lab {
    pub vm: VmFd,
    pub vcpu: VcpuFd,
    gic: DeviceFd,
    pub observer: Observer,
    pub console: Vec<u8>,
    bus: Bus,
    targets: Vec<Implementation>,
    config: MachineConfig,
}

/// The board: deterministic, one CPU.
fn config_of(host: &LabHost, memory: u64, seed: u64) -> MachineConfig {
    let name = &host.description.name;
    let cpu = if sysregs::models::by_name(name).is_some() { name.clone() } else { "max".into() };
    let gic = if host.gic_v2 { GicVersion::V2 } else { GicVersion::V3 };
    MachineConfig { cpu, memory, seed, gic, scheduling: Scheduling::Deterministic, ..MachineConfig::default() }
}

/// KVM_ARM_VCPU_INIT's features for a vCPU as the rules' side describes it.
fn init_bits(view: &View) -> u32 {
    let features = view.vm.features();
    let pointer_auth = vcpu_feature::PTRAUTH_ADDRESS | vcpu_feature::PTRAUTH_GENERIC;
    let rows = [(features.pointer_auth, pointer_auth), (features.sve, vcpu_feature::SVE), (features.pmu, vcpu_feature::PMU_V3)];
    rows.into_iter().filter(|(wanted, _)| *wanted).fold(vcpu_feature::PSCI_0_2, |bits, (_, bit)| bits | bit)
}

/// A PMU as the board's device tree would have it.
fn create_pmu(vcpu: &VcpuFd) -> Result<(), MachineError> {
    let set = |attr, value| vcpu.set_device_attr(&DeviceAttr { flags: 0, group: vcpu_attribute::PMU_V3, attr }, value);
    let done = set(vcpu_attribute::PMU_IRQ, PMU_INTERRUPT).and_then(|()| set(vcpu_attribute::PMU_INIT, 0));
    done.map_err(|errno| MachineError::Refused { step: "KVM_SET_DEVICE_ATTR of the PMU", errno })
}

impl Lab {
    /// A VM of which no vCPU has run. What finalises SVE is left to the caller.
    ///
    /// # Errors
    /// What KVM refuses.
    pub fn new(host: &LabHost, view: &View, rules: &Rules, memory: u64, seed: u64) -> Result<Lab, MachineError> {
        let config = config_of(host, memory, seed);
        let mut modelled = host.description.with_kernel(host.kernel.name())?;
        modelled = configured(modelled, &config);
        let features = view.vm.features();
        let wanted = [(features.mte, CAP_MTE), (features.writable_implementation, CAP_WRITABLE_IMP_ID_REGS)];
        let capabilities: Vec<u32> = wanted.into_iter().filter(|(wanted, _)| *wanted).map(|(_, capability)| capability).collect();
        let bits = [[init_bits(view), 0, 0, 0, 0, 0, 0]];
        let choices = Choices { capabilities: &capabilities, features: Some(&bits) };
        let Hardware { vm, mut vcpus, gic, .. } = Hardware::new(modelled, &config, &choices)?;
        // The board has one CPU.
        let vcpu = vcpus.pop().ok_or(MachineError::CpuCount { count: 0, max: 1 })?;
        let step = |step: &'static str| move |errno| MachineError::Refused { step, errno };
        vcpu.move_to_cluster(host.cluster).map_err(step("moving the vCPU to its cluster"))?;
        if features.pmu {
            create_pmu(&vcpu)?;
        }
        let targets = rules.targets.clone();
        Ok(Lab { vm, vcpu, gic, observer: Observer::default(), console: Vec::new(), bus: Bus::new(), targets, config })
    }

    /// Finishes SVE, if the vCPU has it, with these vector lengths or all.
    ///
    /// # Errors
    /// Lengths that the host does not have.
    pub fn finalize(&self, view: &View, lengths: Option<&[u8]>) -> Result<(), Refused> {
        if !view.vm.features().sve {
            return Ok(());
        }
        if let Some(lengths) = lengths {
            self.vcpu.set_one_reg(SVE_VECTOR_LENGTHS, lengths).map_err(refused("KVM_SET_ONE_REG of KVM_REG_ARM64_SVE_VLS"))?;
        }
        self.vcpu.vcpu_finalize(FINALIZE_SVE).map_err(refused("KVM_ARM_VCPU_FINALIZE"))
    }

    /// What a VMM does before the guest boots: register values, and the list of implementations.
    ///
    /// # Errors
    /// What KVM refuses.
    pub fn configure(&self, rules: &Rules) -> Result<(), Refused> {
        for &(id, value) in &rules.before_first_run {
            let name = super::explain::name_of(id);
            let step = format!("KVM_SET_ONE_REG of {name} = {value:#x} before the first run");
            self.vcpu.set_reg_u64(id, value).map_err(refused(step))?;
        }
        self.announce()
    }

    /// The services by which a guest learns its target implementations: two bits in the firmware bitmap, and their calls
    /// forwarded to this VMM.
    fn announce(&self) -> Result<(), Refused> {
        if self.targets.is_empty() {
            return Ok(());
        }
        let set = self.vcpu.set_reg_u64(VENDOR_HYP_BITMAP_2, DISCOVER_IMPL_BITS);
        set.map_err(refused("announcing DISCOVER_IMPL_CPUS (KVM_REG_ARM_VENDOR_HYP_BMAP_2)"))?;
        self.forward_discovery()
    }

    /// A destination forwards the calls as the source did; its bitmap travels with the registers.
    ///
    /// # Errors
    /// A kernel without filters.
    pub fn forward_discovery(&self) -> Result<(), Refused> {
        if self.targets.is_empty() {
            return Ok(());
        }
        self.vm.set_smccc_filter(DISCOVER_IMPL_VER, 2, 2).map_err(refused("KVM_ARM_VM_SMCCC_FILTER"))
    }

    /// Loads a guest file, raw binaries at `load_addr`, and its device tree.
    ///
    /// # Errors
    /// What is wrong with the file.
    pub fn load(&self, image: &[u8], load_addr: Option<u64>, append: &str) -> Result<(), MachineError> {
        let config = MachineConfig { load_addr, append: append.into(), ..self.config.clone() };
        let mut plan = build::load(&config, image)?;
        let vcpus = [self.vcpu.clone()];
        let dtb = build::device_tree(&config, &plan, &vcpus)?;
        plan.place_dtb(dtb)?;
        build::write_segments(&self.vm, &plan)?;
        build::start(&vcpus, &plan)
    }

    /// Runs until `there` says so, looked at after every exit and every slice.
    pub fn run(&mut self, limit: u64, there: &mut dyn FnMut(&Lab) -> bool, exact: Option<u64>) -> Stopped {
        let start = self.retired();
        loop {
            let done = self.retired() - start;
            if exact.is_some_and(|exact| self.retired() >= exact) || there(self) {
                return Stopped::There;
            }
            if done >= limit {
                return Stopped::Limit;
            }
            let left = exact.map_or(SLICE, |exact| (exact - self.retired()).min(SLICE)).min(limit - done);
            let exit = self.vcpu.run_for(left);
            if let Some(stopped) = self.handle(exit) {
                return stopped;
            }
        }
    }

    fn now(&self) -> u64 {
        EPOCH + self.vm.clock().nanoseconds()
    }

    /// Answers an exit; `Some` ends the run.
    fn handle(&mut self, exit: Result<VcpuExit, Errno>) -> Option<Stopped> {
        let now = self.now();
        match exit {
            Ok(VcpuExit::Quantum) if self.vcpu.idle() && !self.vcpu.interrupt_pending() => return self.skip_idle_time(),
            Ok(VcpuExit::Quantum) => {}
            Ok(VcpuExit::MmioRead { address, length }) => match self.bus.read(address, length as usize, now) {
                Ok(data) => self.vcpu.set_mmio_data(data),
                Err(_) => self.vcpu.inject_external_abort(),
            },
            Ok(VcpuExit::MmioWrite { address, length, data }) => {
                if self.bus.write(address, length as usize, data, now).is_err() {
                    self.vcpu.inject_external_abort();
                }
                self.console.extend(self.bus.take_output());
            }
            Ok(VcpuExit::Hypercall { number, .. }) => self.discovery(number as u32),
            Ok(VcpuExit::SystemEvent { kind: kvm::abi::system_event::SHUTDOWN, .. }) => return Some(Stopped::PowerOff),
            // The tracer's kick at the marker.
            Err(EINTR) => RunPage::set_immediate_exit(self.vcpu.run_page(), false),
            Ok(VcpuExit::Unsupported { what, .. }) => return Some(Stopped::Stuck(what)),
            Ok(other) => return Some(Stopped::Stuck(format!("this machine has no answer to the exit {other:?}"))),
            Err(errno) => return Some(Stopped::Stuck(format!("KVM_RUN gives {errno}"))),
        }
        None
    }

    fn skip_idle_time(&self) -> Option<Stopped> {
        let clock = self.vm.clock();
        let Some(ticks) = self.vcpu.next_deadline() else { return Some(Stopped::Waiting) };
        clock.advance((clock.duration(ticks).as_nanos() as u64).max(1));
        None
    }

    /// DISCOVER_IMPL_VER and DISCOVER_IMPL_CPUS, answered in X0 to X3.
    fn discovery(&self, function: u32) {
        let index = self.vcpu.get_reg_u64(core_regs::x(1)).unwrap_or_default();
        let results = match function {
            DISCOVER_IMPL_VER => [0, 1 << 16, self.targets.len() as u64, 0],
            DISCOVER_IMPL_CPUS => match usize::try_from(index).ok().and_then(|index| self.targets.get(index)) {
                Some(target) => [0, target.midr, target.revidr.unwrap_or_default(), 0],
                None => [INVALID_PARAMETER, 0, 0, 0],
            },
            _ => [u64::MAX, 0, 0, 0],
        };
        for (number, value) in results.into_iter().enumerate() {
            // General registers take every value.
            let _ = self.vcpu.set_reg_u64(core_regs::x(number as u64), value);
        }
    }

    pub fn retired(&self) -> u64 {
        self.vcpu.statistics().2
    }

    /// Every register that can be read, in KVM's order.
    ///
    /// # Errors
    /// KVM_GET_REG_LIST's.
    pub fn capture(&self) -> Result<Stream, Refused> {
        let mut stream = Vec::new();
        for id in self.vcpu.get_reg_list().map_err(refused("KVM_GET_REG_LIST"))? {
            let mut bytes = vec![0; 256];
            // Old kernels list words of `struct kvm_regs` that are no registers.
            if let Ok(size) = self.vcpu.get_one_reg(id, &mut bytes) {
                bytes.truncate(size);
                stream.push((id, bytes));
            }
        }
        Ok(stream)
    }

    /// Memory, devices and interrupt controller of another VM of the same size.
    ///
    /// # Errors
    /// Memory that is not there, and what the GIC refuses.
    pub fn take_over(&mut self, other: &Lab) -> Result<(), MachineError> {
        let size = self.config.memory;
        let failed = |error| MachineError::Map { size, source: std::io::Error::other(error) };
        let step = |step: &'static str| move |errno| MachineError::Refused { step, errno };
        let mut page = vec![0; 1 << 16];
        for offset in (0..size).step_by(page.len()) {
            let address = memory_map::RAM_BASE + offset;
            let length = (size - offset).min(page.len() as u64) as usize;
            let Some(piece) = page.get_mut(..length) else { continue };
            other.vm.memory().read_bytes(address, piece).map_err(failed)?;
            if piece.iter().any(|byte| *byte != 0) {
                self.vm.memory().write_bytes(address, piece).map_err(failed)?;
            }
        }
        self.bus = other.bus.clone();
        let saved = gic::save(&other.gic).map_err(step("KVM_GET_DEVICE_ATTR of the GIC"))?;
        let restored = gic::restore(&self.gic, &saved, &mut |_, _| false);
        restored.map_err(|(_, errno)| MachineError::Refused { step: "KVM_SET_DEVICE_ATTR of the GIC", errno })?;
        self.vcpu.set_mp_state(other.vcpu.get_mp_state()).map_err(step("KVM_SET_MP_STATE"))
    }

    /// The instruction word at a virtual address of the guest's.
    pub fn word_at(&self, address: u64) -> Option<u32> {
        let mut bytes = [0; 4];
        self.vcpu.read_virtual(address, &mut bytes).ok().map(|()| u32::from_le_bytes(bytes))
    }
}

impl Drop for Lab {
    /// The tracer holds the vCPU that holds it.
    fn drop(&mut self) {
        self.vcpu.set_trace(None);
    }
}
