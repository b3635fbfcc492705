//! The state of a captured machine as plain data: everything that a VMM can read through KVM's ioctls, the board's devices and
//! RAM. How it is read, written and stored is elsewhere.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use sysregs::errata::Implementation;

use crate::machine::fdt::GicVersion;
use crate::machine::{Bus, SemihostingState};

/// Bytes of a page of guest memory.
pub const PAGE_SIZE: usize = 4096;

/// A captured machine, complete.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Snapshot {
    /// The host it ran on.
    pub host: HostState,
    /// What the board was made of.
    pub machine: MachineState,
    /// What belongs to the VM as a whole.
    pub vm: VmState,
    /// In the order of their creation.
    pub vcpus: Vec<VcpuState>,
    /// The interrupt controller.
    pub gic: GicState,
    /// The ITS of a GICv3. Its tables are in RAM.
    pub its: GicState,
    /// The board's devices.
    pub devices: Devices,
    /// RAM. Stored apart from the rest.
    #[serde(skip)]
    pub memory: Memory,
}

/// What a stream says first: enough to make the VM.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StreamHead {
    /// The source.
    pub host: HostState,
    /// What the board is made of.
    pub machine: MachineState,
    /// Features of each vCPU.
    pub features: Vec<[u32; 7]>,
}

impl StreamHead {
    /// A capture's.
    #[must_use]
    pub fn of(snapshot: &Snapshot) -> StreamHead {
        let features = snapshot.vcpus.iter().map(|vcpu| vcpu.features).collect();
        StreamHead { host: snapshot.host.clone(), machine: snapshot.machine.clone(), features }
    }
}

/// A host.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HostState {
    /// CPU model, or the path of a host file.
    pub cpu: String,
    /// Version of the kernel.
    pub kernel: String,
    /// The text of the host file, if it is one.
    pub file: Option<String>,
}

impl std::fmt::Display for HostState {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}@{}", self.cpu, self.kernel)
    }
}

/// What a board is made of. The guest's files are not needed again: they are in RAM.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MachineState {
    /// Bytes of RAM.
    pub memory: u64,
    /// Interrupt controller.
    pub gic: GicVersion,
    /// Deterministic scheduling and time.
    pub deterministic: bool,
    /// Seed of everything random.
    pub seed: u64,
    /// The board has memory for Allocation Tags, and the VM KVM_CAP_ARM_MTE.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub mte: bool,
    /// Semihosting calls are served.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub semihosting: bool,
    /// Implementations that the VMM has announced to the guest.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub implementations: Vec<ImplementationState>,
}

/// An implementation that a guest was told of (DISCOVER_IMPL_CPUS).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImplementationState {
    /// MIDR_EL1.
    pub midr: Hex,
    /// REVIDR_EL1, if known.
    pub revidr: Option<Hex>,
}

impl ImplementationState {
    /// As the machine has it.
    #[must_use]
    pub fn known(&self) -> Implementation {
        Implementation { midr: self.midr.0, revidr: self.revidr.map(|revidr| revidr.0) }
    }
}

impl From<&Implementation> for ImplementationState {
    fn from(cpu: &Implementation) -> ImplementationState {
        ImplementationState { midr: Hex(cpu.midr), revidr: cpu.revidr.map(Hex) }
    }
}

/// What belongs to the VM as a whole.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct VmState {
    /// The guest's counters.
    pub counters: Counters,
    /// Nanoseconds of virtual time, in deterministic runs.
    pub virtual_time: Option<u64>,
    /// Whose turn it is, in deterministic runs.
    pub turn: Option<crate::machine::Turn>,
}

/// The guest's counters when it was stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counters {
    /// CNTVCT_EL0.
    pub virtual_count: u64,
    /// CNTPCT_EL0, on kernels that tell.
    pub physical_count: Option<u64>,
    /// Ticks per second (CNTFRQ_EL0 of the source).
    pub frequency: u64,
}

/// One vCPU.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct VcpuState {
    /// KVM_CREATE_VCPU's argument.
    pub id: u64,
    /// Target of KVM_ARM_VCPU_INIT.
    pub target: u32,
    /// Features of KVM_ARM_VCPU_INIT.
    pub features: [u32; 7],
    /// Every register of KVM_GET_REG_LIST, sorted by id.
    pub registers: Vec<Register>,
    /// KVM_GET_VCPU_EVENTS.
    pub events: VcpuEvents,
    /// KVM_GET_MP_STATE.
    pub mp_state: u32,
    /// Interrupt of the PMU, with KVM_ARM_VCPU_PMU_V3.
    pub pmu_irq: Option<u32>,
    /// What no ioctl tells: needed to go on with the very same instructions, ignored by a real VMM.
    pub hidden: kvm::HiddenState,
}

impl VcpuState {
    /// The register of that id.
    #[must_use]
    pub fn register(&self, id: u64) -> Option<&Register> {
        let at = self.registers.binary_search_by_key(&id, |register| register.id).ok()?;
        self.registers.get(at)
    }
}

/// A register as KVM_GET_ONE_REG gives it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "(Hex, String)", into = "(Hex, String)")]
pub struct Register {
    /// Its id.
    pub id: u64,
    /// Its bytes, little-endian, as many as the id says.
    pub value: Vec<u8>,
}

impl Register {
    /// The value of a register of at most 64 bits.
    #[must_use]
    pub fn number(&self) -> Option<u64> {
        (self.value.len() <= 8).then(|| self.value.iter().rev().fold(0, |value, &byte| value << 8 | u64::from(byte)))
    }
}

impl From<Register> for (Hex, String) {
    fn from(register: Register) -> (Hex, String) {
        let digits: String = register.value.iter().rev().map(|byte| format!("{byte:02x}")).collect();
        (Hex(register.id), format!("0x{digits}"))
    }
}

impl TryFrom<(Hex, String)> for Register {
    type Error = String;

    fn try_from((id, text): (Hex, String)) -> Result<Register, String> {
        let wrong = || format!("`{text}` is not the value of a register");
        let digits = text.strip_prefix("0x").filter(|digits| digits.len() % 2 == 0 && digits.is_ascii()).ok_or_else(wrong)?;
        let byte = |at: usize| digits.get(at..at + 2).and_then(|byte| u8::from_str_radix(byte, 16).ok()).ok_or_else(wrong);
        let value = (0..digits.len()).step_by(2).rev().map(byte).collect::<Result<_, _>>()?;
        Ok(Register { id: id.0, value })
    }
}

/// `struct kvm_vcpu_events`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct VcpuEvents {
    /// An SError is pending.
    pub serror_pending: bool,
    /// It can have a syndrome.
    pub serror_has_esr: bool,
    /// Its syndrome.
    pub serror_esr: u64,
}

/// An interrupt controller or ITS: attributes of the KVM device, in the order in which they are to be set.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct GicState {
    /// The registers.
    pub registers: Vec<GicRegister>,
}

/// One attribute of KVM_GET_DEVICE_ATTR.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GicRegister {
    /// Group.
    pub group: u32,
    /// Attribute.
    pub attr: Hex,
    /// Value.
    pub value: Hex,
}

/// The board's devices.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Devices {
    /// UART, clock and what they have to say.
    pub bus: Bus,
    /// Semihosting, where the machine has it: without files of the host.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub semihosting: Option<SemihostingState>,
}

/// A page.
pub type Page = Box<[u8; PAGE_SIZE]>;

/// Bytes of a page's Allocation Tags.
pub const TAG_BYTES: usize = PAGE_SIZE / 32;

/// The Allocation Tags of a page, two a byte, the lower granule's in the lower bits.
pub type PageTags = [u8; TAG_BYTES];

/// RAM by guest physical address of each page; pages of zeros are absent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Memory {
    /// The pages.
    pub pages: BTreeMap<u64, Page>,
    /// Allocation Tags of pages that have some.
    pub tags: BTreeMap<u64, PageTags>,
}

/// A number that is stored in hexadecimal.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Hex(pub u64);

impl From<Hex> for String {
    fn from(number: Hex) -> String {
        format!("{:#x}", number.0)
    }
}

impl TryFrom<String> for Hex {
    type Error = String;

    fn try_from(text: String) -> Result<Hex, String> {
        let digits = text.strip_prefix("0x").ok_or_else(|| format!("`{text}` is not a number that starts with 0x"))?;
        u64::from_str_radix(digits, 16).map(Hex).map_err(|error| format!("`{text}` is not a hexadecimal number: {error}"))
    }
}
