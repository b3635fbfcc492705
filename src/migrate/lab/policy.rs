//! What a VMM does with the registers of a stream: whose contract it follows and which exceptions it makes.
//! Judges nothing by itself.

use kvm::idregs::{OneReg, SVE_VECTOR_LENGTHS};
use sysregs::SysReg;
use sysregs::errata::Implementation;
use sysregs::fields::aarch64::ID_AA64MMFR3_EL1;

use super::view::{View, id_of};
use super::vmm::Habit;
pub use crate::migrate::Clock;

/// Whose contract.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Policy {
    /// QEMU's: every register of the source must exist and accept the source's value; the destination may have more
    #[default]
    Qemu,
    /// As qemu, and the destination may not have registers that the source lacks
    Strict,
    /// Firecracker's: vCPUs with PSCI alone, the first refused register ends the restore
    Firecracker,
    /// QEMU with the 2018 proposal: on errno 96 the destination's own value is kept
    RfcEinvariant,
    /// QEMU on today's kernels: implementation registers are written, what the guest was never told of may be missing
    Upstream,
}

impl Policy {
    pub const ALL: [Policy; 5] = [Policy::Qemu, Policy::Strict, Policy::Firecracker, Policy::RfcEinvariant, Policy::Upstream];

    pub const fn name(self) -> &'static str {
        match self {
            Policy::Qemu => "qemu",
            Policy::Strict => "strict",
            Policy::Firecracker => "firecracker",
            Policy::RfcEinvariant => "rfc-einvariant",
            Policy::Upstream => "upstream",
        }
    }
}

/// What `-cpu host` means on the destination.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CpuHost {
    /// The source host is passed through: its ID registers travel and are written
    #[default]
    Source,
    /// This host is passed through: the destination's own ID registers stay
    This,
}

/// An exception for one register.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tolerance {
    /// May be missing on the destination.
    SafeToMiss { id: u64 },
    /// Is compared under this mask instead of being written.
    UnderMask { id: u64, mask: u64 },
}

/// Everything that decides how a move goes besides the two hosts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rules {
    pub policy: Policy,
    pub cpu_host: CpuHost,
    pub clock: Clock,
    pub tolerances: Vec<Tolerance>,
    /// KVM_SET_ONE_REG on the source before the guest first runs, by id.
    pub before_first_run: Vec<(u64, u64)>,
    /// KVM_CAP_ARM_WRITABLE_IMP_ID_REGS on both sides, where the kernels have it.
    pub writable_implementation: bool,
    /// Implementations that the guest is told of before it boots (DISCOVER_IMPL_CPUS).
    pub targets: Vec<Implementation>,
    /// Values that the VMM sends instead of the source's, by id.
    pub stream: Vec<(u64, u64)>,
    /// What the VMM does otherwise than KVM wants it.
    pub vmm: Vec<Habit>,
    /// Linux version by whose tables the guest chooses work-arounds; the newest known if empty.
    pub guest_kernel: String,
}

/// KVM_REG_ARM_VENDOR_HYP_BMAP_2
pub const VENDOR_HYP_BITMAP_2: u64 = 0x6030_0000_0016_0003;

impl Rules {
    /// KVM_REG_ARM64_SVE_VLS, which is written before KVM_ARM_VCPU_FINALIZE, where the VMM chooses.
    pub fn vector_lengths(&self) -> Option<u64> {
        self.before_first_run.iter().find(|(id, _)| *id == SVE_VECTOR_LENGTHS).map(|&(_, lengths)| lengths)
    }

    /// The version of the errata tables.
    pub fn guest_kernel(&self) -> &str {
        if self.guest_kernel.is_empty() { sysregs::errata::KERNELS.last().copied().unwrap_or_default() } else { &self.guest_kernel }
    }

    /// The capability is on: asked for, or part of the policy.
    pub fn uses_writable_implementation(&self) -> bool {
        self.writable_implementation || self.policy == Policy::Upstream
    }

    /// Why a register may be missing on the destination; `None` if it may not.
    pub fn may_miss(&self, source: &View, id: u64) -> Option<&'static str> {
        if self.tolerances.contains(&Tolerance::SafeToMiss { id }) {
            return Some("listed as safe to miss");
        }
        (self.policy == Policy::Upstream && never_told(source, id)).then_some("safe to miss: the guest was never told of it")
    }

    /// The mask under which a register is compared.
    pub fn mask(&self, id: u64) -> Option<u64> {
        self.tolerances.iter().find_map(|tolerance| match *tolerance {
            Tolerance::UnderMask { id: masked, mask } if masked == id => Some(mask),
            _ => None,
        })
    }

    /// The destination keeps its own value of the register without asking.
    pub fn keeps_own(&self, register: OneReg) -> bool {
        let identifies = match register {
            OneReg::Id(register) => register != SysReg::MPIDR_EL1,
            OneReg::CacheSize(_) => true,
            _ => false,
        };
        self.cpu_host == CpuHost::This && identifies
    }
}

/// Registers of the kernel's that the source's guest has no way to know of.
fn never_told(source: &View, id: u64) -> bool {
    let announced = |field| source.vm.field(field) > 0;
    if id == VENDOR_HYP_BITMAP_2 {
        return source.get(id) == Some(0);
    }
    let is = |register: SysReg| id_of(register) == id;
    (is(SysReg::TCR2_EL1) && !announced(&ID_AA64MMFR3_EL1::TCRX))
        || ((is(SysReg::PIR_EL1) || is(SysReg::PIRE0_EL1)) && !announced(&ID_AA64MMFR3_EL1::S1PIE))
}
