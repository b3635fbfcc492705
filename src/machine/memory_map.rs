//! Where things are: the guest physical addresses and interrupt numbers of QEMU's `virt` board (hw/arm/virt.c, the table
//! `base_memmap` and the `a15irqmap`), which bare-metal programs hard-code. What is absent here is listed at the end.

/// A range of guest physical addresses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Region {
    pub base: u64,
    pub size: u64,
}

impl Region {
    const fn new(base: u64, size: u64) -> Self {
        Self { base, size }
    }

    /// The distance of `address` from the base, if it is inside.
    #[must_use]
    pub const fn offset(self, address: u64) -> Option<u64> {
        match address.checked_sub(self.base) {
            Some(offset) if offset < self.size => Some(offset),
            _ => None,
        }
    }

    /// The first address after the region.
    #[must_use]
    pub const fn end(self) -> u64 {
        self.base + self.size
    }
}

/// Start of RAM; its size is the user's.
pub const RAM_BASE: u64 = 0x4000_0000;
/// RAM ends at or below this: QEMU's classic limit of 255 GiB, above which its high redistributors and PCIe windows lie.
pub const RAM_SIZE_MAX: u64 = 255 << 30;

pub const GIC_DISTRIBUTOR: Region = Region::new(0x0800_0000, 0x1_0000);
/// GICv2 only.
pub const GIC_CPU_INTERFACE: Region = Region::new(0x0801_0000, 0x1_0000);
/// GICv3 only, and only if the machine has one.
pub const GIC_ITS: Region = Region::new(0x0808_0000, 0x2_0000);
/// GICv3 only: one frame pair of [`GIC_REDISTRIBUTOR_STRIDE`] for each CPU.
pub const GIC_REDISTRIBUTORS: Region = Region::new(0x080a_0000, 0x00f6_0000);
pub const GIC_REDISTRIBUTOR_STRIDE: u64 = 0x2_0000;
/// How many redistributors fit: 123.
pub const GIC_V3_CPUS_MAX: usize = (GIC_REDISTRIBUTORS.size / GIC_REDISTRIBUTOR_STRIDE) as usize;
/// The GICv2 architecture's own limit.
pub const GIC_V2_CPUS_MAX: usize = 8;
/// What QEMU gives KVM as the number of interrupts: 256 SPIs and the 32 private ones.
pub const GIC_INTERRUPTS: u32 = 256 + 32;

pub const PL011: Region = Region::new(0x0900_0000, 0x1000);
pub const PL031: Region = Region::new(0x0901_0000, 0x1000);
/// Slot n is at `base + n * VIRTIO_MMIO_STRIDE`.
pub const VIRTIO_MMIO: Region = Region::new(0x0a00_0000, VIRTIO_MMIO_STRIDE * VIRTIO_MMIO_SLOTS);
pub const VIRTIO_MMIO_STRIDE: u64 = 0x200;
pub const VIRTIO_MMIO_SLOTS: u64 = 32;

/// Shared peripheral interrupts, as the device tree counts them (interrupt ID minus 32).
pub const SPI_PL011: u32 = 1;
pub const SPI_PL031: u32 = 2;
/// Slot n has SPI 16 + n.
pub const SPI_VIRTIO_MMIO: u32 = 16;

/// Private peripheral interrupts of the generic timer, as the device tree counts them (interrupt ID minus 16).
pub const PPI_TIMER_SECURE: u32 = 13;
pub const PPI_TIMER_PHYSICAL: u32 = 14;
pub const PPI_TIMER_VIRTUAL: u32 = 11;
pub const PPI_TIMER_HYPERVISOR: u32 = 10;
pub const PPI_PMU: u32 = 7;

/// The GIC's number of an SPI.
#[must_use]
pub const fn spi_to_intid(spi: u32) -> u32 {
    spi + 32
}

/// What QEMU's board has and this one does not: name and region. Accesses there find no device.
pub const ABSENT: &[(&str, Region)] = &[
    ("flash", Region::new(0, 0x0800_0000)),
    ("GICv2m frame", Region::new(0x0802_0000, 0x1000)),
    ("fw_cfg", Region::new(0x0902_0000, 0x18)),
    ("PL061 GPIO (power key)", Region::new(0x0903_0000, 0x1000)),
    ("platform bus", Region::new(0x0c00_0000, 0x0200_0000)),
    ("PCIe MMIO window", Region::new(0x1000_0000, 0x2eff_0000)),
    ("PCIe I/O window", Region::new(0x3eff_0000, 0x1_0000)),
    ("PCIe configuration space", Region::new(0x3f00_0000, 0x0100_0000)),
];

/// The name of what QEMU has at an address where this board has nothing.
#[must_use]
pub fn absent_device(address: u64) -> Option<&'static str> {
    ABSENT.iter().find(|(_, region)| region.offset(address).is_some()).map(|(name, _)| *name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn regions_do_not_overlap() {
        let mut regions = vec![GIC_DISTRIBUTOR, GIC_CPU_INTERFACE, GIC_ITS, GIC_REDISTRIBUTORS, PL011, PL031, VIRTIO_MMIO];
        regions.push(Region::new(RAM_BASE, RAM_SIZE_MAX));
        regions.extend(ABSENT.iter().map(|(_, region)| *region));
        regions.sort_by_key(|region| region.base);
        for pair in regions.windows(2) {
            assert!(pair[0].end() <= pair[1].base, "{pair:x?}");
        }
    }

    #[test]
    fn numbers() {
        assert_eq!(GIC_V3_CPUS_MAX, 123);
        assert_eq!(spi_to_intid(SPI_PL011), 33);
        assert_eq!(absent_device(0x0902_0008), Some("fw_cfg"));
        assert_eq!(absent_device(0x0900_0000), None);
        assert_eq!(PL011.offset(0x0900_0fff), Some(0xfff));
        assert_eq!(PL011.offset(0x0900_1000), None);
        assert_eq!(PL011.offset(0x08ff_ffff), None);
    }
}
