//! The register maps: which offsets exist, how wide accesses may be, and what each is.
//!
//! Facts from IHI 0048/0069 and from which of them KVM implements (`vgic_v2_dist_registers`,
//! `vgic_v3_dist_registers`, `vgic_v3_rd_registers`). Not here: what an access does.

/// A group of registers with one behaviour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reg {
    /// `GICD_CTLR`, `TYPER`, `IIDR` and, on GICv3, `TYPER2`.
    Misc,
    /// Reads as zero, ignores writes.
    Zero,
    /// `GICD_STATUSR`: KVM reads all ones.
    Ones,
    Group,
    SetEnable,
    ClearEnable,
    SetPending,
    ClearPending,
    SetActive,
    ClearActive,
    Priority,
    /// GICv2 `GICD_ITARGETSR`.
    Target,
    Config,
    /// GICv3 `GICD_IROUTER`.
    Router,
    /// GICv2 `GICD_SGIR`.
    SoftwareSgi,
    /// GICv2 `GICD_CPENDSGIR`.
    SgiPendingClear,
    /// GICv2 `GICD_SPENDSGIR`.
    SgiPendingSet,
    /// `PIDR`/`CIDR`.
    Identity,
    RedistCtlr,
    RedistIidr,
    RedistTyper,
    PropBase,
    /// `GICR_INVLPIR`, write-only.
    InvalidateLpi,
    /// `GICR_INVALLR`, write-only.
    InvalidateAll,
    /// `GICR_SYNCR`: never busy.
    Sync,
    PendBase,
}

impl Reg {
    /// Those that came with revision 3.
    pub fn invalidates(self) -> bool {
        matches!(self, Reg::InvalidateLpi | Reg::InvalidateAll | Reg::Sync)
    }
}

/// Byte sizes that may access a region, or'ed.
const W: u8 = 4;
const BW: u8 = 1 | 4;
const WD: u8 = 4 | 8;

/// One row of a register map.
#[derive(Clone, Copy, Debug)]
pub struct Region {
    pub offset: u32,
    pub len: u32,
    /// Allowed access sizes in bytes, or'ed.
    pub sizes: u8,
    /// Bits for each interrupt; 0 for registers that are not per interrupt, or whose number of
    /// interrupts does not depend on the VM.
    pub bits: u32,
    /// Interrupt at `offset`.
    pub first: u32,
    pub reg: Reg,
}

impl Region {
    /// The interrupt that an offset into a per-interrupt region talks about.
    pub fn intid(&self, offset: u32) -> u32 {
        (offset.saturating_sub(self.offset) * 8).checked_div(self.bits).map_or(0, |n| self.first + n)
    }
}

const fn plain(offset: u32, len: u32, sizes: u8, reg: Reg) -> Region {
    irqs(offset, len, sizes, 0, 0, reg)
}

const fn irqs(offset: u32, len: u32, sizes: u8, bits: u32, first: u32, reg: Reg) -> Region {
    Region { offset, len, sizes, bits, first, reg }
}

/// GICv3 distributor registers of the private interrupts: they live in the redistributors.
const fn private(offset: u32, bits: u32, sizes: u8) -> Region {
    irqs(offset, bits * 4, sizes, bits, 0, Reg::Zero)
}

/// GICv3 distributor registers of the shared interrupts.
const fn shared(offset: u32, bits: u32, sizes: u8, reg: Reg) -> Region {
    irqs(offset + bits * 4, bits * 124, sizes, bits, 32, reg)
}

/// GICv2 distributor registers, private ones banked by CPU.
const fn banked(offset: u32, bits: u32, sizes: u8, reg: Reg) -> Region {
    irqs(offset, bits * 128, sizes, bits, 0, reg)
}

/// A redistributor's SGI frame.
const fn sgi(offset: u32, bits: u32, sizes: u8, reg: Reg) -> Region {
    irqs(0x1_0000 + offset, bits * 4, sizes, bits, 0, reg)
}

pub static DIST_V2: &[Region] = &[
    plain(0x000, 12, W, Reg::Misc),
    banked(0x080, 1, W, Reg::Group),
    banked(0x100, 1, W, Reg::SetEnable),
    banked(0x180, 1, W, Reg::ClearEnable),
    banked(0x200, 1, W, Reg::SetPending),
    banked(0x280, 1, W, Reg::ClearPending),
    banked(0x300, 1, W, Reg::SetActive),
    banked(0x380, 1, W, Reg::ClearActive),
    banked(0x400, 8, BW, Reg::Priority),
    banked(0x800, 8, BW, Reg::Target),
    banked(0xc00, 2, W, Reg::Config),
    plain(0xf00, 4, W, Reg::SoftwareSgi),
    plain(0xf10, 16, BW, Reg::SgiPendingClear),
    plain(0xf20, 16, BW, Reg::SgiPendingSet),
];

pub static DIST_V3: &[Region] = &[
    plain(0x0000, 16, W, Reg::Misc),
    plain(0x0010, 4, W, Reg::Ones),
    private(0x0080, 1, W),
    shared(0x0080, 1, W, Reg::Group),
    private(0x0100, 1, W),
    shared(0x0100, 1, W, Reg::SetEnable),
    private(0x0180, 1, W),
    shared(0x0180, 1, W, Reg::ClearEnable),
    private(0x0200, 1, W),
    shared(0x0200, 1, W, Reg::SetPending),
    private(0x0280, 1, W),
    shared(0x0280, 1, W, Reg::ClearPending),
    private(0x0300, 1, W),
    shared(0x0300, 1, W, Reg::SetActive),
    private(0x0380, 1, W),
    shared(0x0380, 1, W, Reg::ClearActive),
    private(0x0400, 8, BW),
    shared(0x0400, 8, BW, Reg::Priority),
    private(0x0800, 8, BW),
    shared(0x0800, 8, BW, Reg::Zero), // ITARGETSR, without meaning when ARE is 1
    private(0x0c00, 2, W),
    shared(0x0c00, 2, W, Reg::Config),
    private(0x0d00, 1, W),
    shared(0x0d00, 1, W, Reg::Zero), // IGRPMODR
    private(0x6000, 64, WD),
    shared(0x6000, 64, WD, Reg::Router),
    plain(0xffd0, 48, W, Reg::Identity),
];

/// `GICR_STATUSR` is missing on purpose: KVM's own table has it out of order, where its binary
/// search does not find it, so that `KVM_HAS_DEVICE_ATTR` says no.
pub static REDIST: &[Region] = &[
    plain(0x0000, 4, W, Reg::RedistCtlr),
    plain(0x0004, 4, W, Reg::RedistIidr),
    plain(0x0008, 8, WD, Reg::RedistTyper),
    plain(0x0014, 4, W, Reg::Zero), // WAKER: always awake
    plain(0x0070, 8, WD, Reg::PropBase),
    plain(0x0078, 8, WD, Reg::PendBase),
    plain(0x00a0, 8, WD, Reg::InvalidateLpi),
    plain(0x00b0, 8, WD, Reg::InvalidateAll),
    plain(0x00c0, 4, W, Reg::Sync),
    plain(0xffd0, 48, W, Reg::Identity),
    sgi(0x0080, 1, W, Reg::Group),
    sgi(0x0100, 1, W, Reg::SetEnable),
    sgi(0x0180, 1, W, Reg::ClearEnable),
    sgi(0x0200, 1, W, Reg::SetPending),
    sgi(0x0280, 1, W, Reg::ClearPending),
    sgi(0x0300, 1, W, Reg::SetActive),
    sgi(0x0380, 1, W, Reg::ClearActive),
    sgi(0x0400, 8, BW, Reg::Priority),
    sgi(0x0c00, 2, W, Reg::Config),
    plain(0x1_0d00, 4, W, Reg::Zero), // IGRPMODR0
    plain(0x1_0e00, 4, W, Reg::Zero), // NSACR
];

/// The region of an access, if such a register exists in a VM with `nr_irqs` interrupts and takes
/// accesses of this size and alignment (`vgic_get_mmio_region`).
#[inline]
pub fn find(map: &'static [Region], nr_irqs: u32, offset: u64, size: u8) -> Option<&'static Region> {
    let offset = u32::try_from(offset).ok()?;
    let after = map.partition_point(|r| r.offset <= offset);
    let region = map.get(after.checked_sub(1)?)?;
    let width_ok = region.sizes & size == size && size.is_power_of_two();
    let inside = offset - region.offset < region.len && offset.is_multiple_of(u32::from(size).max(1));
    let present = region.bits == 0 || region.intid(offset) < nr_irqs;
    (width_ok && inside && present).then_some(region)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn maps_are_sorted_and_do_not_overlap() {
        for map in [DIST_V2, DIST_V3, REDIST] {
            for pair in map.windows(2) {
                assert!(pair[0].offset + pair[0].len <= pair[1].offset, "{pair:x?} overlap");
            }
        }
    }

    #[test]
    fn size_and_alignment_decide() {
        let has = |offset, size| find(DIST_V3, 96, offset, size).is_some();
        for (offset, size, expected) in [
            (0x104, 4, true),
            (0x104, 1, false),
            (0x104, 2, false),
            (0x104, 8, false),
            (0x104, 0, false),
            (0x105, 4, false),
            (0x106, 4, false),
            (0x421, 1, true),
            (0x420, 2, false),
            (0x6100, 8, true),
            (0x6104, 4, true),
            (0x6104, 8, false),
            (0x62f8, 8, true),  // INTID 95
            (0x6300, 8, false), // INTID 96 does not exist
            (0x10c, 4, false),
            (0xe00, 4, false),
            (0xffff_ffff_ffff_fffc, 4, false),
        ] {
            assert_eq!(has(offset, size), expected, "{offset:#x} size {size}");
        }
    }
}
