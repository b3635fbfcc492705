//! The device tree that the board shows its guests: node names, compatibles and properties of QEMU's `virt` (compared with
//! qemu-system-aarch64 7.2, `-M virt,dumpdtb=…`), without the devices that this board does not have. It places nothing: the
//! blob's own address is the loader's decision.

use std::ops::Range;

use serde::{Deserialize, Serialize};
use vm_fdt::FdtWriter;

use super::memory_map::{self as map, Region};

const PHANDLE_CLOCK: u32 = 0x8000;
const PHANDLE_GIC: u32 = 0x8001;
const PHANDLE_ITS: u32 = 0x8002;
/// CPU n has this plus n; QEMU numbers differently, and nobody may rely on a phandle's value.
const PHANDLE_CPU: u32 = 0x8100;

// Interrupt specifiers of arm,gic.yaml: type, number, flags.
const GIC_SPI: u32 = 0;
const GIC_PPI: u32 = 1;
const EDGE_RISING: u32 = 1;
const LEVEL_HIGH: u32 = 4;

/// MPIDR_EL1.Aff3, and all four affinity fields.
const MPIDR_AFF3: u64 = 0xff << 32;
const MPIDR_AFFINITY: u64 = MPIDR_AFF3 | 0x00ff_ffff;

/// Which interrupt controller the guest sees.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum GicVersion {
    V2,
    V3,
}

/// What the tree says that the board does not fix.
#[derive(Clone, Debug)]
pub struct FdtConfig<'a> {
    /// MPIDR_EL1 of each CPU; only the affinity fields count.
    pub mpidrs: &'a [u64],
    /// The CPUs' compatible, such as `arm,cortex-a57`.
    pub cpu_compatible: &'a str,
    pub memory_size: u64,
    pub gic: GicVersion,
    /// GICv3 only: an interrupt translation service is present.
    pub its: bool,
    /// The CPUs have a PMUv3 whose overflow interrupt is wired.
    pub pmu: bool,
    /// The kernel's command line; empty means none.
    pub command_line: &'a str,
    pub initrd: Option<Range<u64>>,
    /// What `rng-seed` and `kaslr-seed` are made of: the same seed gives the same tree.
    pub seed: u64,
}

/// Why there is no tree.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum FdtError {
    #[error("the board needs at least one CPU")]
    NoCpu,
    #[error("{count} CPUs are more than the {max} that this interrupt controller serves")]
    TooManyCpus { count: usize, max: usize },
    #[error("two CPUs have the affinity {mpidr:#x}")]
    DuplicateCpu { mpidr: u64 },
    #[error("a GICv2 has no ITS")]
    ItsWithoutGicV3,
    #[error("memory of {size:#x} bytes exceeds the {max:#x} that the memory map has room for")]
    TooMuchMemory { size: u64, max: u64 },
    #[error("the device tree cannot be written: {0}")]
    Writer(#[from] vm_fdt::Error),
    #[error("the device tree blob is bad: {0}")]
    Blob(#[from] loader::DtbError),
    #[error("the device tree counts addresses or sizes in {cells} cells; 1 or 2 can be written")]
    Cells { cells: u32 },
    #[error("the edited device tree would exceed 4 GiB")]
    TooLarge,
}

/// Builds the blob.
///
/// # Errors
/// When the configuration cannot be a board.
pub fn build(config: &FdtConfig<'_>) -> Result<Vec<u8>, FdtError> {
    config.check()?;
    let mut fdt = FdtWriter::new()?;
    let root = fdt.begin_node("")?;
    fdt.property_u32("interrupt-parent", PHANDLE_GIC)?;
    fdt.property_string("model", "linux,dummy-virt")?;
    cells(&mut fdt, 2, 2)?;
    fdt.property_string("compatible", "linux,dummy-virt")?;
    psci(&mut fdt)?;
    memory(&mut fdt, config.memory_size)?;
    virtio_mmio(&mut fdt)?;
    rtc(&mut fdt)?;
    uart(&mut fdt)?;
    if config.pmu {
        let node = fdt.begin_node("pmu")?;
        fdt.property_array_u32("interrupts", &[GIC_PPI, map::PPI_PMU, config.ppi_flags()])?;
        fdt.property_string("compatible", "arm,armv8-pmuv3")?;
        fdt.end_node(node)?;
    }
    gic(&mut fdt, config)?;
    cpus(&mut fdt, config)?;
    timer(&mut fdt, config)?;
    clock(&mut fdt)?;
    chosen(&mut fdt, config)?;
    fdt.end_node(root)?;
    Ok(fdt.finish()?)
}

impl FdtConfig<'_> {
    fn check(&self) -> Result<(), FdtError> {
        let (count, max) = match self.gic {
            GicVersion::V2 => (self.mpidrs.len(), map::GIC_V2_CPUS_MAX),
            GicVersion::V3 => (self.mpidrs.len(), map::GIC_V3_CPUS_MAX),
        };
        if count == 0 {
            return Err(FdtError::NoCpu);
        }
        if count > max {
            return Err(FdtError::TooManyCpus { count, max });
        }
        if self.its && self.gic == GicVersion::V2 {
            return Err(FdtError::ItsWithoutGicV3);
        }
        if self.memory_size > map::RAM_SIZE_MAX {
            return Err(FdtError::TooMuchMemory { size: self.memory_size, max: map::RAM_SIZE_MAX });
        }
        let mut affinities: Vec<u64> = self.mpidrs.iter().map(|mpidr| mpidr & MPIDR_AFFINITY).collect();
        affinities.sort_unstable();
        match affinities.windows(2).find_map(|pair| match pair {
            [a, b] if a == b => Some(*a),
            _ => None,
        }) {
            Some(mpidr) => Err(FdtError::DuplicateCpu { mpidr }),
            None => Ok(()),
        }
    }

    /// A GICv2 says in the flags which CPUs a private interrupt goes to.
    fn ppi_flags(&self) -> u32 {
        match self.gic {
            GicVersion::V2 => LEVEL_HIGH | ((1 << self.mpidrs.len()) - 1) << 8,
            GicVersion::V3 => LEVEL_HIGH,
        }
    }
}

type Written = Result<(), vm_fdt::Error>;

fn cells(fdt: &mut FdtWriter, address: u32, size: u32) -> Written {
    fdt.property_u32("#size-cells", size)?;
    fdt.property_u32("#address-cells", address)
}

fn reg(fdt: &mut FdtWriter, regions: &[Region]) -> Written {
    let cells: Vec<u64> = regions.iter().flat_map(|region| [region.base, region.size]).collect();
    fdt.property_array_u64("reg", &cells)
}

fn strings(fdt: &mut FdtWriter, name: &str, values: &[&str]) -> Written {
    fdt.property_string_list(name, values.iter().map(|value| (*value).to_owned()).collect())
}

/// PSCI 1.0 by HVC. The function numbers are for drivers of PSCI 0.1, which QEMU serves too.
fn psci(fdt: &mut FdtWriter) -> Written {
    let node = fdt.begin_node("psci")?;
    fdt.property_u32("migrate", 0xc400_0005)?;
    fdt.property_u32("cpu_on", 0xc400_0003)?;
    fdt.property_u32("cpu_off", 0x8400_0002)?;
    fdt.property_u32("cpu_suspend", 0xc400_0001)?;
    fdt.property_string("method", "hvc")?;
    strings(fdt, "compatible", &["arm,psci-1.0", "arm,psci-0.2", "arm,psci"])?;
    fdt.end_node(node)
}

fn memory(fdt: &mut FdtWriter, size: u64) -> Written {
    let node = fdt.begin_node(&format!("memory@{:x}", map::RAM_BASE))?;
    fdt.property_array_u64("reg", &[map::RAM_BASE, size])?;
    fdt.property_string("device_type", "memory")?;
    fdt.end_node(node)
}

fn virtio_mmio(fdt: &mut FdtWriter) -> Written {
    for (slot, spi) in (0..map::VIRTIO_MMIO_SLOTS).zip(map::SPI_VIRTIO_MMIO..) {
        let base = map::VIRTIO_MMIO.base + slot * map::VIRTIO_MMIO_STRIDE;
        let node = fdt.begin_node(&format!("virtio_mmio@{base:x}"))?;
        fdt.property_null("dma-coherent")?;
        fdt.property_array_u32("interrupts", &[GIC_SPI, spi, EDGE_RISING])?;
        reg(fdt, &[Region { base, size: map::VIRTIO_MMIO_STRIDE }])?;
        fdt.property_string("compatible", "virtio,mmio")?;
        fdt.end_node(node)?;
    }
    Ok(())
}

fn rtc(fdt: &mut FdtWriter) -> Written {
    let node = fdt.begin_node(&format!("pl031@{:x}", map::PL031.base))?;
    fdt.property_string("clock-names", "apb_pclk")?;
    fdt.property_u32("clocks", PHANDLE_CLOCK)?;
    fdt.property_array_u32("interrupts", &[GIC_SPI, map::SPI_PL031, LEVEL_HIGH])?;
    reg(fdt, &[map::PL031])?;
    strings(fdt, "compatible", &["arm,pl031", "arm,primecell"])?;
    fdt.end_node(node)
}

fn uart_name() -> String {
    format!("pl011@{:x}", map::PL011.base)
}

fn uart(fdt: &mut FdtWriter) -> Written {
    let node = fdt.begin_node(&uart_name())?;
    strings(fdt, "clock-names", &["uartclk", "apb_pclk"])?;
    fdt.property_array_u32("clocks", &[PHANDLE_CLOCK, PHANDLE_CLOCK])?;
    fdt.property_array_u32("interrupts", &[GIC_SPI, map::SPI_PL011, LEVEL_HIGH])?;
    reg(fdt, &[map::PL011])?;
    strings(fdt, "compatible", &["arm,pl011", "arm,primecell"])?;
    fdt.end_node(node)
}

fn gic(fdt: &mut FdtWriter, config: &FdtConfig<'_>) -> Written {
    let node = fdt.begin_node(&format!("intc@{:x}", map::GIC_DISTRIBUTOR.base))?;
    fdt.property_phandle(PHANDLE_GIC)?;
    match config.gic {
        GicVersion::V2 => {
            reg(fdt, &[map::GIC_DISTRIBUTOR, map::GIC_CPU_INTERFACE])?;
            fdt.property_string("compatible", "arm,cortex-a15-gic")?;
        }
        GicVersion::V3 => {
            reg(fdt, &[map::GIC_DISTRIBUTOR, map::GIC_REDISTRIBUTORS])?;
            fdt.property_u32("#redistributor-regions", 1)?;
            fdt.property_string("compatible", "arm,gic-v3")?;
        }
    }
    fdt.property_null("ranges")?;
    cells(fdt, 2, 2)?;
    fdt.property_null("interrupt-controller")?;
    fdt.property_u32("#interrupt-cells", 3)?;
    if config.its {
        let its = fdt.begin_node(&format!("its@{:x}", map::GIC_ITS.base))?;
        fdt.property_phandle(PHANDLE_ITS)?;
        reg(fdt, &[map::GIC_ITS])?;
        fdt.property_u32("#msi-cells", 1)?;
        fdt.property_null("msi-controller")?;
        fdt.property_string("compatible", "arm,gic-v3-its")?;
        fdt.end_node(its)?;
    }
    fdt.end_node(node)
}

fn cpus(fdt: &mut FdtWriter, config: &FdtConfig<'_>) -> Written {
    // arm/cpus.yaml: one cell holds Aff2 to Aff0, two are needed as soon as one CPU has an Aff3.
    let wide = config.mpidrs.iter().any(|mpidr| mpidr & MPIDR_AFF3 != 0);
    let node = fdt.begin_node("cpus")?;
    cells(fdt, if wide { 2 } else { 1 }, 0)?;
    cpu_map(fdt, config.mpidrs.len())?;
    for (mpidr, phandle) in config.mpidrs.iter().zip(PHANDLE_CPU..) {
        let affinity = mpidr & MPIDR_AFFINITY;
        let cpu = fdt.begin_node(&format!("cpu@{affinity:x}"))?;
        fdt.property_phandle(phandle)?;
        if wide {
            fdt.property_u64("reg", affinity)?;
        } else {
            fdt.property_u32("reg", affinity as u32)?;
        }
        if config.mpidrs.len() > 1 {
            fdt.property_string("enable-method", "psci")?;
        }
        fdt.property_string("compatible", config.cpu_compatible)?;
        fdt.property_string("device_type", "cpu")?;
        fdt.end_node(cpu)?;
    }
    fdt.end_node(node)
}

/// One socket, one cluster, as `-smp N` gives.
fn cpu_map(fdt: &mut FdtWriter, count: usize) -> Written {
    let map = fdt.begin_node("cpu-map")?;
    let socket = fdt.begin_node("socket0")?;
    let cluster = fdt.begin_node("cluster0")?;
    for (index, phandle) in (0..count).zip(PHANDLE_CPU..) {
        let core = fdt.begin_node(&format!("core{index}"))?;
        fdt.property_u32("cpu", phandle)?;
        fdt.end_node(core)?;
    }
    fdt.end_node(cluster)?;
    fdt.end_node(socket)?;
    fdt.end_node(map)
}

fn timer(fdt: &mut FdtWriter, config: &FdtConfig<'_>) -> Written {
    let ppis = [map::PPI_TIMER_SECURE, map::PPI_TIMER_PHYSICAL, map::PPI_TIMER_VIRTUAL, map::PPI_TIMER_HYPERVISOR];
    let interrupts: Vec<u32> = ppis.iter().flat_map(|ppi| [GIC_PPI, *ppi, config.ppi_flags()]).collect();
    let node = fdt.begin_node("timer")?;
    fdt.property_array_u32("interrupts", &interrupts)?;
    fdt.property_null("always-on")?;
    strings(fdt, "compatible", &["arm,armv8-timer", "arm,armv7-timer"])?;
    fdt.end_node(node)
}

fn clock(fdt: &mut FdtWriter) -> Written {
    let node = fdt.begin_node("apb-pclk")?;
    fdt.property_phandle(PHANDLE_CLOCK)?;
    fdt.property_string("clock-output-names", "clk24mhz")?;
    fdt.property_u32("clock-frequency", 24_000_000)?;
    fdt.property_u32("#clock-cells", 0)?;
    fdt.property_string("compatible", "fixed-clock")?;
    fdt.end_node(node)
}

fn chosen(fdt: &mut FdtWriter, config: &FdtConfig<'_>) -> Written {
    let mut random = SplitMix64(config.seed);
    let node = fdt.begin_node("chosen")?;
    if let Some(initrd) = &config.initrd {
        fdt.property_u64("linux,initrd-end", initrd.end)?;
        fdt.property_u64("linux,initrd-start", initrd.start)?;
    }
    if !config.command_line.is_empty() {
        fdt.property_string("bootargs", config.command_line)?;
    }
    fdt.property_string("stdout-path", &format!("/{}", uart_name()))?;
    fdt.property_array_u64("rng-seed", &[random.next(), random.next(), random.next(), random.next()])?;
    fdt.property_u64("kaslr-seed", random.next())?;
    fdt.end_node(node)
}

/// Steele, Lea and Flood's SplitMix64: expands the user's seed. No secret depends on it; a guest that must not be guessed
/// needs a seed that is not.
struct SplitMix64(u64);

impl SplitMix64 {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }
}

#[cfg(test)]
#[path = "fdt_tests.rs"]
mod tests;
