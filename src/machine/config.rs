//! What a machine is made of, and why it could not be made. Makes nothing.

use emu::engine::EngineKind;
use std::path::PathBuf;
use std::time::Duration;

use sysregs::errata::Implementation;

use super::fdt::{FdtError, GicVersion};

/// How vCPUs are scheduled and time passes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Scheduling {
    /// One thread a vCPU, host time.
    #[default]
    Threads,
    /// One thread, fixed quanta, an instruction is a nanosecond: the same inputs give the same run.
    Deterministic,
}

/// A machine, and the guest it starts with.
#[derive(Clone, Debug)]
pub struct MachineConfig {
    /// CPU model of the host, or the path of a host file.
    pub cpu: String,
    /// The text of a host file that came with the guest. `cpu` is no path here then.
    pub host_file: Option<String>,
    /// Kernel of the host.
    pub host_kernel: String,
    /// The guest has memory tags: the board has memory for them, and the VM KVM_CAP_ARM_MTE.
    pub mte: bool,
    /// Scalable vectors for the guest (KVM_ARM_VCPU_SVE).
    pub sve: bool,
    /// Performance counters for the guest (KVM_ARM_VCPU_PMU_V3).
    pub pmu: bool,
    /// Number of CPUs.
    pub smp: u64,
    /// Bytes of RAM, a multiple of 4 KiB.
    pub memory: u64,
    /// Interrupt controller.
    pub gic: GicVersion,
    /// Name of the guest program: the first word of what semihosting's SYS_GET_CMDLINE gives.
    pub program: String,
    /// Kernel command line; also the rest of what SYS_GET_CMDLINE gives.
    pub append: String,
    /// Initial RAM disk.
    pub initrd: Option<Vec<u8>>,
    /// A device tree instead of the generated one.
    pub dtb: Option<Vec<u8>>,
    /// Where a raw binary goes.
    pub load_addr: Option<u64>,
    /// Replaces the entry point.
    pub entry: Option<u64>,
    /// Semihosting calls are served.
    pub semihosting: bool,
    /// Implementations that the guest is told of before it boots, where KVM and VMM have calls for that (DISCOVER_IMPL_CPUS).
    pub implementations: Vec<Implementation>,
    /// Reads of ID registers trap each time, instead of being answered in place and counted.
    pub exact_traps: bool,
    /// What executes the instructions.
    pub engine: EngineKind,
    /// Scheduling and time.
    pub scheduling: Scheduling,
    /// Seed of everything random.
    pub seed: u64,
    /// Stop after so many instructions of all CPUs together.
    pub max_instructions: Option<u64>,
    /// Stop after so much real time.
    pub timeout: Option<Duration>,
    /// Events to record, and where.
    pub trace: Option<TraceConfig>,
}

/// Bytes that a guest's file may have: those of its RAM, and what an ELF file says to debuggers besides.
#[must_use]
pub fn image_max(memory: u64) -> u64 {
    memory.max(1 << 30)
}

/// What to trace.
#[derive(Clone, Debug, Default)]
pub struct TraceConfig {
    /// Every instruction, disassembled.
    pub instructions: bool,
    /// Exceptions and interrupts.
    pub exceptions: bool,
    /// System register accesses.
    pub system_registers: bool,
    /// MMIO, hypercalls and other exits.
    pub exits: bool,
    /// The file; standard error without one.
    pub file: Option<PathBuf>,
}

impl Default for MachineConfig {
    fn default() -> Self {
        MachineConfig {
            cpu: "neoverse-n1".into(),
            host_file: None,
            host_kernel: "6.12".into(),
            mte: false,
            sve: false,
            pmu: false,
            smp: 1,
            memory: 512 << 20,
            gic: GicVersion::V3,
            program: String::new(),
            append: String::new(),
            initrd: None,
            dtb: None,
            load_addr: None,
            entry: None,
            semihosting: false,
            implementations: Vec::new(),
            exact_traps: false,
            engine: EngineKind::default(),
            scheduling: Scheduling::default(),
            seed: 0,
            max_instructions: None,
            timeout: None,
            trace: None,
        }
    }
}

/// Why a machine could not be made or cannot go on.
#[derive(Debug, thiserror::Error)]
pub enum MachineError {
    /// The guest file, DTB or initrd is bad.
    #[error(transparent)]
    Load(#[from] loader::LoadError),
    /// The device tree could not be made.
    #[error(transparent)]
    Fdt(#[from] FdtError),
    /// The host description is bad.
    #[error(transparent)]
    Host(#[from] kvm::HostError),
    /// The host file is bad.
    #[error(transparent)]
    HostFile(#[from] crate::hosts::HostsError),
    /// Not a number of CPUs that the board has.
    #[error("{count} CPUs were asked for, but the board has 1 to {max} with this interrupt controller")]
    CpuCount {
        /// As asked.
        count: u64,
        /// The limit.
        max: u64,
    },
    /// Not an amount of memory that the board has.
    #[error("{size:#x} bytes of memory were asked for, but the board has {min:#x} to {max:#x}, in units of 4 KiB")]
    MemorySize {
        /// As asked.
        size: u64,
        /// The least.
        min: u64,
        /// The most.
        max: u64,
    },
    /// The host did not give the memory.
    #[error("{size:#x} bytes of guest memory cannot be mapped: {source}")]
    Map {
        /// As asked.
        size: u64,
        /// The host's reason.
        source: std::io::Error,
    },
    /// The CPU model or host file lacks values that a host needs.
    #[error("the CPU `{cpu}` is known only in part, and {step} was refused with {errno}; not recorded: {}", Few(missing))]
    PartlyKnown {
        /// The model, or the file's path.
        cpu: String,
        /// What is unknown.
        missing: Vec<&'static str>,
        /// The ioctl, in words.
        step: &'static str,
        /// KVM's answer.
        errno: kvm::errno::Errno,
    },
    /// The host has no scalable vectors for guests.
    #[error("--sve needs a CPU with FEAT_SVE and a kernel whose KVM gives it to guests: KVM_CAP_ARM_SVE is 0 on `{cpu}` under {kernel}")]
    Vectors {
        /// The host's CPU.
        cpu: String,
        /// Its kernel.
        kernel: String,
    },
    /// The host has no performance counters for guests.
    #[error("--pmu needs a CPU with FEAT_PMUv3: KVM_CAP_ARM_PMU_V3 is 0 on `{cpu}` under {kernel}")]
    Counters {
        /// The host's CPU.
        cpu: String,
        /// Its kernel.
        kernel: String,
    },
    /// The host has no memory tagging for guests.
    #[error("--mte needs a CPU with FEAT_MTE2, and KVM_ENABLE_CAP of KVM_CAP_ARM_MTE was refused with {errno} on `{cpu}` under {kernel}")]
    Tags {
        /// The host's CPU.
        cpu: String,
        /// Its kernel.
        kernel: String,
        /// KVM's answer.
        errno: kvm::errno::Errno,
    },
    /// KVM refused a step of making the machine.
    #[error("{step} was refused with {errno}")]
    Refused {
        /// The ioctl, in words.
        step: &'static str,
        /// KVM's answer.
        errno: kvm::errno::Errno,
    },
    /// A trace file could not be written.
    #[error("the trace file {} cannot be written: {source}", path.display())]
    Trace {
        /// The file.
        path: PathBuf,
        /// The host's reason.
        source: std::io::Error,
    },
    /// A thread could not be made.
    #[error("a thread for a vCPU cannot be made: {0}")]
    Thread(std::io::Error),
}

/// Some names, and how many more.
struct Few<'a>(&'a [&'static str]);

impl std::fmt::Display for Few<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (shown, rest) = self.0.split_at(self.0.len().min(3));
        f.write_str(&shown.join(", "))?;
        if rest.is_empty() { Ok(()) } else { write!(f, " and {} more", rest.len()) }
    }
}

impl MachineError {
    /// What to do about it, one sentence.
    pub fn hint(&self) -> &'static str {
        match self {
            MachineError::Load(error) => error.hint(),
            MachineError::Fdt(_) => "leave --dtb out to use the generated device tree",
            MachineError::Host(_) => "`--cpu` takes the name of a host model, `--host-kernel` the version of a host kernel",
            MachineError::HostFile(_) => "`invar cpu show FILE` and `invar cpu check FILE` read the same file",
            MachineError::CpuCount { count: 0, .. } => "a machine has at least one CPU: use --smp 1",
            MachineError::CpuCount { .. } => "use a smaller --smp; --gic 3 serves more CPUs than --gic 2",
            MachineError::MemorySize { .. } => "write --memory with a unit, such as 512M or 2G",
            MachineError::Map { .. } => "use a smaller --memory",
            MachineError::PartlyKnown { .. } => {
                "`invar cpu list` says which models are complete; what a host file does not say, it can take from one as its `base`"
            }
            MachineError::Vectors { .. } => "leave --sve out, or use a --cpu with FEAT_SVE and a kernel from 5.2 on",
            MachineError::Counters { .. } => "leave --pmu out, or use another --cpu",
            MachineError::Tags { .. } => "leave --mte out, or use a --cpu with FEAT_MTE2 and a kernel from 5.13 on",
            MachineError::Refused { .. } => "another --cpu or --host-kernel may allow it",
            MachineError::Trace { .. } => "give --trace-file a place that can be written",
            MachineError::Thread(_) => "use a smaller --smp, or --deterministic, which needs no threads",
        }
    }
}

/// How a run ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// PSCI SYSTEM_OFF.
    PowerOff,
    /// PSCI SYSTEM_RESET or SYSTEM_RESET2.
    Reset,
    /// Semihosting SYS_EXIT with the guest's status.
    Exit(i32),
    /// The time limit.
    Timeout,
    /// The instruction limit.
    InstructionLimit,
    /// All CPUs wait for something that cannot come (deterministic runs only).
    Deadlock,
    /// A replay did not follow its recording.
    Diverged {
        /// Where the recording has console input that found no taker.
        instructions: u64,
    },
    /// The user quit.
    Quit,
    /// The guest did something that cannot be carried out.
    Stuck(Box<Stuck>),
}

/// Where and why the guest is stuck.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stuck {
    /// The CPU.
    pub vcpu: u64,
    /// Its program counter.
    pub pc: u64,
    /// The instruction there, if it can be read.
    pub word: Option<u32>,
    /// In words.
    pub why: String,
}

impl Outcome {
    /// The process exit status: the guest's own, or 0 power off, 3 reset, 70 stuck or diverged, 124 time or instruction limit or
    /// deadlock, 130 quit by the user.
    pub fn status(&self) -> i32 {
        match self {
            Outcome::PowerOff => 0,
            Outcome::Exit(code) => *code,
            Outcome::Reset => 3,
            Outcome::Stuck(_) | Outcome::Diverged { .. } => 70,
            Outcome::Timeout | Outcome::InstructionLimit | Outcome::Deadlock => 124,
            Outcome::Quit => 130,
        }
    }
}
