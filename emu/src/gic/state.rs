//! The GIC's state as plain data: what `save` returns and `restore` takes.
//!
//! Not here: anything that can be computed from it (routing masks, output lines), and any rule.

use super::config::GicModel;
use super::lpi::Lpis;

/// Thirty-two interrupts, one bit each. KVM keeps five bits of priority for each, whatever the host has
/// (`VGIC_PRI_BITS`).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct IrqBank {
    /// Group 1.
    pub group: u32,
    /// Enabled.
    pub enabled: u32,
    /// Input line level (level-sensitive ones; kept whatever the configuration).
    pub line: u32,
    /// Pending by an edge, a software write or an SGI.
    pub latch: u32,
    /// Active.
    pub active: u32,
    /// Edge-triggered; clear means level-sensitive.
    pub edge: u32,
    /// Priorities as bit planes: the first word holds bit 7 of each, the last bit 3. So the most urgent
    /// of many interrupts is found in five steps.
    pub priority_planes: [u32; 5],
}

impl IrqBank {
    /// Priority of one interrupt; the low three bits are zero.
    pub fn priority(&self, bit: u32) -> u8 {
        self.priority_planes.iter().fold(0, |p, plane| p << 1 | (plane >> (bit % 32) & 1) as u8) << 3
    }

    /// Changes the priority of one interrupt; the low three bits are dropped.
    pub fn set_priority(&mut self, bit: u32, priority: u8) {
        for (plane, from) in self.priority_planes.iter_mut().zip((3..8).rev()) {
            *plane = *plane & !(1 << (bit % 32)) | u32::from(priority >> from & 1) << (bit % 32);
        }
    }

    /// The lowest priority value among some interrupts, and the lowest-numbered one that has it.
    pub fn most_urgent(&self, set: u32) -> Option<(u8, u32)> {
        let (mut left, mut priority) = (set, 0);
        for plane in self.priority_planes {
            let lower = left & !plane;
            priority = priority << 1 | u8::from(lower == 0);
            left = if lower == 0 { left } else { lower };
        }
        (set != 0).then(|| (priority << 3, left.trailing_zeros()))
    }

    /// Pending state as the guest sees it (`irq_is_pending`).
    pub fn pending(&self) -> u32 {
        self.latch | (self.line & !self.edge)
    }

    /// What may be forwarded: an active interrupt waits for its deactivation.
    pub fn deliverable(&self) -> u32 {
        self.pending() & self.enabled & !self.active
    }

    /// Interrupts of the groups that a CPU interface has enabled.
    pub fn in_groups(&self, group0: bool, group1: bool) -> u32 {
        let zero = if group0 { !self.group } else { 0 };
        let one = if group1 { self.group } else { 0 };
        zero | one
    }
}

/// The virtual CPU interface: what KVM keeps in `ICH_VMCR_EL2`, `ICH_AP0Rn` and `ICH_AP1Rn`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CpuInterface {
    /// Priority mask.
    pub pmr: u8,
    /// Binary point of group 0 as last written; hardware raises it to its minimum.
    pub bpr0: u8,
    /// Binary point of group 1 (GICv2: `ABPR`).
    pub bpr1: u8,
    /// Group 0 enabled.
    pub group0: bool,
    /// Group 1 enabled.
    pub group1: bool,
    /// BPR0 serves both groups.
    pub cbpr: bool,
    /// EOI drops priority only.
    pub eoi_split: bool,
    /// GICv2: group 0 raises FIQ.
    pub fiq_enable: bool,
    /// GICv2: IAR acknowledges group 1 too.
    pub ack_ctl: bool,
    /// Active priorities, group 0.
    pub ap0: [u32; 4],
    /// Active priorities, group 1 (GICv2: of both groups).
    pub ap1: [u32; 4],
    /// Priority bits that user space selected through `ICC_CTLR_EL1`.
    pub user_priority_bits: u8,
    /// `IDbits` that user space selected.
    pub user_id_bits: u8,
}

/// One vCPU's part.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VcpuState {
    /// Affinity fields of `MPIDR_EL1`.
    pub affinity: u64,
    /// SGIs and PPIs.
    pub private: IrqBank,
    /// GICv2: processor numbers that sent each pending SGI.
    pub sgi_source: [u8; 16],
    /// GICv2: processor number that sent each active SGI.
    pub sgi_active_source: [u8; 16],
    /// `GICR_PENDBASER`.
    pub pendbaser: u64,
    /// `GICR_TYPER.Processor_Number`, and the sender of a GICv2's SGIs.
    pub number: u16,
    /// `GICR_TYPER.Last`.
    pub last_redistributor: bool,
    /// `GICR_CTLR.EnableLPIs`.
    pub lpis_enabled: bool,
    /// CPU interface.
    pub cpu: CpuInterface,
}

/// A whole GIC. Everything is public: it is data to be stored, moved and compared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GicState {
    /// Model.
    pub model: GicModel,
    /// Forwarding enabled (`GICD_CTLR`).
    pub enabled: bool,
    /// Implementation revision in `GICD_IIDR`.
    pub revision: u8,
    /// User space wrote `GICD_IIDR` of a GICv2, and may hence write its groups.
    pub v2_groups_writable: bool,
    /// `GICR_PROPBASER`, one for all redistributors.
    pub propbaser: u64,
    /// There is an ITS, and hence there are LPIs.
    pub has_its: bool,
    /// Mapped LPIs.
    pub lpis: Lpis,
    /// SPIs, 32 a bank, from INTID 32.
    pub spis: Vec<IrqBank>,
    /// GICv3: `GICD_IROUTER` of each SPI, Aff2.Aff1.Aff0; None for one that was never written, which reads as zero.
    pub routers: Vec<Option<u32>>,
    /// GICv2: `GICD_ITARGETSR` of each SPI.
    pub targets: Vec<u8>,
    /// vCPU on which each SPI is active, meaningful only while it is.
    pub active_on: Vec<Option<u16>>,
    /// vCPUs, by index.
    pub vcpus: Vec<VcpuState>,
}
