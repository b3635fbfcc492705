//! What differs between one virtual GIC and another: size, model, host CPU interface, kernel rules.
//!
//! Not here: state that a guest or user space can change after creation (see `state`).

use super::error::GicError;

/// Private interrupts (SGIs 0-15 and PPIs 16-31) of every vCPU.
pub const PRIVATE_IRQS: u32 = 32;
/// KVM's `vgic_init` gives 256 interrupts to a VM that never set `KVM_DEV_ARM_VGIC_GRP_NR_IRQS`.
pub const DEFAULT_IRQS: u32 = 256;
/// `GICD_SGIR` and `GICD_ITARGETSR` have eight bits for CPUs.
pub const MAX_VCPUS_V2: usize = 8;
/// `VGIC_V3_MAX_CPUS`.
pub const MAX_VCPUS_V3: usize = 512;

/// The architecture version that the guest sees.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GicModel {
    /// GICv2: memory-mapped distributor and CPU interface.
    V2,
    /// GICv3: distributor, redistributors, system-register CPU interface.
    V3,
}

/// What the host's `ICH_VTR_EL2` says, and hence what guests see in `ICC_CTLR_EL1`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HostInterface {
    /// Priority bits of the virtual CPU interface, 5 to 8.
    pub priority_bits: u8,
    /// Preemption bits, 5 to 7 and at most `priority_bits`; they size the active-priority registers.
    pub preemption_bits: u8,
    /// `ICC_CTLR_EL1.IDbits` encoding: 0 = 16 bits, 1 = 24 bits.
    pub id_bits: u8,
    /// Aff3 is valid.
    pub a3v: bool,
    /// The CPU interface generates SEIs.
    pub seis: bool,
    /// The CPU has the GICv3.3 NMI registers.
    pub nmi: bool,
}

impl Default for HostInterface {
    /// Neoverse N1 and the other hosts of the recordings: `ICC_CTLR_EL1` reads 0x8c00.
    fn default() -> Self {
        Self { priority_bits: 5, preemption_bits: 5, id_bits: 1, a3v: true, seis: false, nmi: false }
    }
}

/// How the host kernel treats a user-space write of `GICD_IIDR` (`vgic_mmio_uaccess_write_v3_misc`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IidrWrite {
    /// Only the current value is accepted (before Linux 5.19).
    MustMatch,
    /// Any revision field is accepted, and the revision stays what it was: those kernels take the
    /// new revision from the old value.
    KeepsRevision,
    /// The written revision is selected if it lies between this one and the newest: a correction
    /// that stable series have, too.
    SelectsRevision {
        /// Oldest revision that may be selected.
        oldest: u8,
    },
}

/// Everything fixed at creation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GicConfig {
    /// GICv2 or GICv3.
    pub model: GicModel,
    /// Interrupts including the 32 private ones.
    pub nr_irqs: u32,
    /// Newest implementation revision of the kernel, also the initial one (2 before 5.19, then 3).
    pub revision: u8,
    /// Rule for user-space writes of `GICD_IIDR`.
    pub iidr_write: IidrWrite,
    /// Properties of the host's virtual CPU interface.
    pub host: HostInterface,
    /// An SGI to all but the sender goes to all but the vCPU at the position that is the sender's number (before 6.7).
    pub broadcast_by_number: bool,
    /// `GICC_DIR`/`ICC_DIR_EL1` deactivates an SPI that another vCPU acknowledged. The architecture
    /// says so; KVM does it from 6.19 on, older kernels ignore the write.
    pub remote_deactivation: bool,
    /// User space reads `GICR_TYPER.Last` (not on older kernels).
    pub last_for_user: bool,
    /// `GICR_INVLPIR`, `GICR_INVALLR` and `GICR_SYNCR` exist (since 5.19).
    pub invalidation_registers: bool,
    /// `GICV_IIDR` of the host GIC, which a GICv2 guest reads as `GICC_IIDR`.
    pub gicv_iidr: u32,
}

impl GicConfig {
    /// The newest rules on an ordinary host; the fields may be changed afterwards.
    pub fn new(model: GicModel, nr_irqs: u32) -> Self {
        Self {
            model,
            nr_irqs,
            revision: 3,
            iidr_write: IidrWrite::SelectsRevision { oldest: 2 },
            host: HostInterface::default(),
            broadcast_by_number: false,
            remote_deactivation: true,
            last_for_user: true,
            invalidation_registers: true,
            // GIC-400 r0p1 (its TRM, GICV_IIDR).
            gicv_iidr: 0x0202_143b,
        }
    }

    /// The limits that KVM puts on `KVM_DEV_ARM_VGIC_GRP_NR_IRQS`, and those of the fields here.
    pub(super) fn check(&self, vcpus: usize) -> Result<(), GicError> {
        if !(64..=992).contains(&self.nr_irqs) || !self.nr_irqs.is_multiple_of(32) {
            return Err(GicError::NrIrqs(self.nr_irqs));
        }
        let limit = match self.model {
            GicModel::V2 => MAX_VCPUS_V2,
            GicModel::V3 => MAX_VCPUS_V3,
        };
        if vcpus > limit {
            return Err(GicError::VcpuCount { count: vcpus, limit });
        }
        let host = &self.host;
        let preemption_fits =
            (5..=7).contains(&host.preemption_bits) && host.preemption_bits <= host.priority_bits && host.priority_bits <= 8;
        if !preemption_fits || host.id_bits > 1 {
            return Err(GicError::HostInterface { priority: host.priority_bits, preemption: host.preemption_bits, id: host.id_bits });
        }
        Ok(())
    }
}
