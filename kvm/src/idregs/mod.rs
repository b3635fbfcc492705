//! The ID registers of a VM as KVM of one kernel version keeps them on one host: values, limits, writes, guest reads.
//! Pure policy: no file descriptor, no CPU, no guest memory.

pub mod capability;
mod field_rule;
mod file;
pub mod firmware;
mod guest;
mod host;
pub mod mitigations;
mod nested;
mod one_reg;
mod parts;
mod refusal;
mod reg_list;
mod reset;
mod stored;
#[cfg(test)]
mod tests;
mod vcpu;
pub mod vcpu_init;

pub use field_rule::kvm_rule;
pub use file::{VgicKind, VmIds, writable_masks};
pub use guest::GuestRead;
pub use host::{HostFacts, HostIds};
pub use one_reg::{OneReg, lookup};
pub use refusal::{Reason, Refusal};
pub(crate) use reg_list::lists;
pub use reg_list::{CACHE_SIZES, SVE_VECTOR_LENGTHS, one_reg_id, reg_list};
pub(crate) use reset::event_type_bits;
pub use reset::{AtReset, at_reset};
pub use stored::stored;
pub use vcpu::VcpuIds;

/// What a VM and its vCPUs were created with, as far as ID registers depend on it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct VmFeatures {
    /// KVM_ARM_VCPU_PSCI_0_2
    pub psci_0_2: bool,
    /// KVM_ARM_VCPU_PMU_V3
    pub pmu: bool,
    /// KVM_ARM_VCPU_SVE
    pub sve: bool,
    /// KVM_ARM_VCPU_PTRAUTH_ADDRESS and KVM_ARM_VCPU_PTRAUTH_GENERIC
    pub pointer_auth: bool,
    /// KVM_CAP_ARM_MTE
    pub mte: bool,
    /// KVM_ARM_VCPU_EL1_32BIT
    pub el1_32bit: bool,
    /// KVM_ARM_VCPU_HAS_EL2
    pub el2: bool,
    /// KVM_ARM_VCPU_HAS_EL2_E2H0
    pub e2h0: bool,
    /// KVM_CAP_ARM_WRITABLE_IMP_ID_REGS
    pub writable_implementation: bool,
}
