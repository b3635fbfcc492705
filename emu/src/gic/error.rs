//! What can go wrong when a host talks to the GIC. Guests never see these: their accesses read as
//! zero, are ignored, or UNDEF.

use thiserror::Error;

/// Creation, injection and restore.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum GicError {
    /// KVM answers EINVAL.
    #[error("{0} interrupts: must be a multiple of 32 from 64 to 992")]
    NrIrqs(u32),
    /// More vCPUs than the model has room for.
    #[error("{count} vCPUs: this GIC takes {limit}")]
    VcpuCount {
        /// What was asked.
        count: usize,
        /// What is possible.
        limit: usize,
    },
    /// Two vCPUs would answer to one affinity.
    #[error("MPIDR affinity {0:#x} given to two vCPUs")]
    DuplicateAffinity(u64),
    /// Values that no `ICH_VTR_EL2` has.
    #[error("host CPU interface with {priority} priority, {preemption} preemption bits, IDbits {id}")]
    HostInterface {
        /// Priority bits.
        priority: u8,
        /// Preemption bits.
        preemption: u8,
        /// `IDbits` encoding.
        id: u8,
    },
    /// No such input line: an SGI, beyond `nr_irqs`, a PPI without a vCPU or an SPI with one.
    #[error("no interrupt input line {intid} (vCPU {vcpu:?})")]
    NoLine {
        /// The interrupt.
        intid: u32,
        /// The vCPU, for PPIs.
        vcpu: Option<usize>,
    },
    /// A state taken from a GIC of another shape.
    #[error("saved GIC state does not fit: {0}")]
    StateMismatch(&'static str),
}

/// User-space register access.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum UserError {
    /// No such register; KVM answers ENXIO, or ENOENT for CPU system registers.
    #[error("no such GIC register")]
    UnknownRegister,
    /// The value or the register index is refused; KVM answers EINVAL.
    #[error("value refused by the GIC register")]
    InvalidValue,
}
