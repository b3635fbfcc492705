//! The modelled host: which CPU it has, which kernel it runs, how its time passes. Answers nothing by itself.

use emu::gic::HostInterface;
use sysregs::IdValues;

use crate::personality::{self, Personality};

/// How guests' time passes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum TimeSource {
    /// The real clock of this machine.
    #[default]
    Host,
    /// Retired instructions: one nanosecond each. vCPUs are then to be run one at a time ([`crate::VcpuFd::run_for`]).
    Virtual,
}

/// A host.
#[derive(Clone, Debug)]
pub struct Host {
    /// Name of the CPU model.
    pub cpu: String,
    /// Raw ID values of the boot CPU and those of its kind.
    pub ids: IdValues,
    /// Those of the host's other kinds of CPU (big.LITTLE); a vCPU runs on the boot CPU's kind until
    /// [`crate::VcpuFd::move_to_cluster`] says otherwise.
    pub other_clusters: Vec<IdValues>,
    /// CPUs that are online, as KVM_CAP_NR_VCPUS tells them; None for one of each kind.
    pub cpus: Option<u32>,
    /// KVM runs with kvm-arm.mode=nested, on CPUs that can.
    pub nested: bool,
    /// The personality: the kernel version whose KVM answers.
    pub personality: &'static Personality,
    /// Time.
    pub time: TimeSource,
    /// The GIC offers the GICv2 compatibility interface.
    pub gicv2_compatible: bool,
    /// What executes the guests' instructions.
    pub engine: emu::engine::EngineKind,
    /// The virtual CPU interface (`ICH_VTR_EL2`).
    pub gic_interface: HostInterface,
    /// HLT #0xF000 leaves as a semihosting call instead of being UNDEFINED. Real KVM has no such thing; off by default.
    pub semihosting: bool,
    /// Reads of ID registers trap each time, instead of being answered (and counted) in place once the vCPU has run. The guest
    /// cannot tell, but for the time it takes.
    pub exact_traps: bool,
    /// Seed of everything random that the guest can see.
    pub seed: u64,
}

/// What is wrong with a host description.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HostError {
    /// No such CPU model.
    #[error("there is no CPU model named `{name}`; the models are {known}")]
    UnknownCpu {
        /// As given.
        name: String,
        /// All names.
        known: String,
    },
    /// No such personality.
    #[error("there is no host kernel named `{name}`{nearest}; the personalities are {known}")]
    UnknownKernel {
        /// As given.
        name: String,
        /// The nearest versions, after a colon, if it is a version.
        nearest: String,
        /// All names.
        known: String,
    },
    /// The model leaves something unknown that is needed.
    #[error(transparent)]
    UnknownValue(#[from] emu::cpu::UnknownIdRegister),
}

impl Host {
    /// A host with CPU model `cpu` and the KVM of kernel `kernel`.
    ///
    /// # Errors
    /// Unknown names.
    pub fn new(cpu: &str, kernel: &str) -> Result<Host, HostError> {
        let names = || sysregs::models::all().iter().map(|model| model.name).collect::<Vec<_>>().join(", ");
        let model = sysregs::models::by_name(cpu).ok_or_else(|| HostError::UnknownCpu { name: cpu.into(), known: names() })?;
        Host::with_ids(cpu, model.ids(), kernel)
    }

    /// A host with one kind of CPU, `ids`, under any name, and the KVM of kernel `kernel`.
    ///
    /// # Errors
    /// An unknown kernel.
    pub fn with_ids(name: &str, ids: IdValues, kernel: &str) -> Result<Host, HostError> {
        let known = || personality::all().iter().map(Personality::name).collect::<Vec<_>>().join(", ");
        let nearest = || personality::version::nearest(kernel).map_or_else(String::new, |clause| format!(": {clause}"));
        let unknown = || HostError::UnknownKernel { name: kernel.into(), nearest: nearest(), known: known() };
        let personality = personality::by_name(kernel).ok_or_else(unknown)?;
        Ok(Host {
            cpu: name.into(),
            ids,
            other_clusters: Vec::new(),
            cpus: None,
            nested: false,
            personality,
            time: TimeSource::Host,
            gicv2_compatible: false,
            gic_interface: HostInterface::default(),
            semihosting: false,
            exact_traps: false,
            engine: emu::engine::EngineKind::default(),
            seed: 0,
        })
    }

    /// Puts memory for Allocation Tags on the board, which CPU models are recorded without; true when the CPU can use it. A host of
    /// other values says by ID_AA64PFR1_EL1.MTE and GMID_EL1 what it has.
    pub fn add_tag_memory(&mut self) -> bool {
        let with_tags = sysregs::models::by_name(&self.cpu).and_then(sysregs::models::HostModel::ids_with_tag_memory);
        if let Some(ids) = with_tags {
            self.ids = ids;
        }
        sysregs::FeatureSet::from_ids(&self.ids).contains(sysregs::Feature::MTE2)
    }

    /// The ID values of a kind of CPU; 0 is the boot CPU's.
    pub(crate) fn cluster(&self, index: usize) -> Option<&IdValues> {
        if index == 0 { Some(&self.ids) } else { self.other_clusters.get(index - 1) }
    }

    /// Timer frequency in Hz, 62.5 MHz when the model does not say.
    pub(crate) fn frequency(&self) -> u64 {
        self.ids.get(sysregs::SysReg::CNTFRQ_EL0).filter(|&frequency| frequency != 0).unwrap_or(62_500_000)
    }
}
