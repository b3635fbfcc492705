//! The tree read back, compared with what qemu-system-aarch64 7.2 writes for the same board, and decompiled by dtc if it is
//! installed.

use std::io::Write as _;
use std::process::{Command, Stdio};

use loader::{Fdt, Node};

use super::*;

fn config() -> FdtConfig<'static> {
    FdtConfig {
        mpidrs: &[0x8000_0000, 0x8000_0001],
        cpu_compatible: "arm,cortex-a57",
        memory_size: 512 << 20,
        gic: GicVersion::V3,
        its: true,
        pmu: true,
        command_line: "",
        initrd: None,
        seed: 0,
    }
}

/// A value in dts notation, as far as the expectations below need it.
enum Value {
    Cells(&'static [u32]),
    Text(&'static [&'static str]),
    Flag,
}
use Value::{Cells, Flag, Text};

type Expected = (&'static str, &'static str, Value);

fn assert_property(node: &Node<'_>, path: &str, name: &str, expected: &Value) {
    match expected {
        Cells(cells) => assert_eq!(node.cells(name).as_deref(), Some(*cells), "{path} {name}"),
        Text(text) => assert_eq!(node.strings(name).as_deref(), Some(*text), "{path} {name}"),
        Flag => assert_eq!(node.property(name), Some(&[][..]), "{path} {name}"),
    }
}

fn assert_tree(blob: &[u8], expected: &[Expected]) {
    let fdt = Fdt::parse(blob).unwrap();
    for (path, name, value) in expected {
        let node = fdt.node(path).unwrap_or_else(|| panic!("no {path}"));
        assert_property(node, path, name, value);
    }
}

/// Copied as values from the dump of `-M virt,gic-version=3 -cpu cortex-a57 -smp 2 -m 512`; phandles left out.
const QEMU_GICV3: &[Expected] = &[
    ("/", "model", Text(&["linux,dummy-virt"])),
    ("/", "compatible", Text(&["linux,dummy-virt"])),
    ("/", "#size-cells", Cells(&[2])),
    ("/", "#address-cells", Cells(&[2])),
    ("/psci", "migrate", Cells(&[0xc400_0005])),
    ("/psci", "cpu_on", Cells(&[0xc400_0003])),
    ("/psci", "cpu_off", Cells(&[0x8400_0002])),
    ("/psci", "cpu_suspend", Cells(&[0xc400_0001])),
    ("/psci", "method", Text(&["hvc"])),
    ("/psci", "compatible", Text(&["arm,psci-1.0", "arm,psci-0.2", "arm,psci"])),
    ("/memory@40000000", "reg", Cells(&[0, 0x4000_0000, 0, 0x2000_0000])),
    ("/memory@40000000", "device_type", Text(&["memory"])),
    ("/virtio_mmio@a000000", "interrupts", Cells(&[0, 0x10, 1])),
    ("/virtio_mmio@a000000", "reg", Cells(&[0, 0xa00_0000, 0, 0x200])),
    ("/virtio_mmio@a000000", "dma-coherent", Flag),
    ("/virtio_mmio@a003e00", "interrupts", Cells(&[0, 0x2f, 1])),
    ("/virtio_mmio@a003e00", "compatible", Text(&["virtio,mmio"])),
    ("/pl031@9010000", "interrupts", Cells(&[0, 2, 4])),
    ("/pl031@9010000", "reg", Cells(&[0, 0x901_0000, 0, 0x1000])),
    ("/pl031@9010000", "compatible", Text(&["arm,pl031", "arm,primecell"])),
    ("/pl031@9010000", "clock-names", Text(&["apb_pclk"])),
    ("/pl011@9000000", "interrupts", Cells(&[0, 1, 4])),
    ("/pl011@9000000", "reg", Cells(&[0, 0x900_0000, 0, 0x1000])),
    ("/pl011@9000000", "compatible", Text(&["arm,pl011", "arm,primecell"])),
    ("/pl011@9000000", "clock-names", Text(&["uartclk", "apb_pclk"])),
    ("/pmu", "interrupts", Cells(&[1, 7, 4])),
    ("/pmu", "compatible", Text(&["arm,armv8-pmuv3"])),
    ("/intc@8000000", "reg", Cells(&[0, 0x800_0000, 0, 0x1_0000, 0, 0x80a_0000, 0, 0xf6_0000])),
    ("/intc@8000000", "#redistributor-regions", Cells(&[1])),
    ("/intc@8000000", "compatible", Text(&["arm,gic-v3"])),
    ("/intc@8000000", "ranges", Flag),
    ("/intc@8000000", "#size-cells", Cells(&[2])),
    ("/intc@8000000", "#address-cells", Cells(&[2])),
    ("/intc@8000000", "interrupt-controller", Flag),
    ("/intc@8000000", "#interrupt-cells", Cells(&[3])),
    ("/intc@8000000/its@8080000", "reg", Cells(&[0, 0x808_0000, 0, 0x2_0000])),
    ("/intc@8000000/its@8080000", "#msi-cells", Cells(&[1])),
    ("/intc@8000000/its@8080000", "msi-controller", Flag),
    ("/intc@8000000/its@8080000", "compatible", Text(&["arm,gic-v3-its"])),
    ("/cpus", "#size-cells", Cells(&[0])),
    ("/cpus", "#address-cells", Cells(&[1])),
    ("/cpus/cpu@0", "reg", Cells(&[0])),
    ("/cpus/cpu@1", "reg", Cells(&[1])),
    ("/cpus/cpu@1", "enable-method", Text(&["psci"])),
    ("/cpus/cpu@1", "compatible", Text(&["arm,cortex-a57"])),
    ("/cpus/cpu@1", "device_type", Text(&["cpu"])),
    ("/timer", "interrupts", Cells(&[1, 13, 4, 1, 14, 4, 1, 11, 4, 1, 10, 4])),
    ("/timer", "always-on", Flag),
    ("/timer", "compatible", Text(&["arm,armv8-timer", "arm,armv7-timer"])),
    ("/apb-pclk", "clock-output-names", Text(&["clk24mhz"])),
    ("/apb-pclk", "clock-frequency", Cells(&[0x16e_3600])),
    ("/apb-pclk", "#clock-cells", Cells(&[0])),
    ("/apb-pclk", "compatible", Text(&["fixed-clock"])),
    ("/chosen", "stdout-path", Text(&["/pl011@9000000"])),
];

/// Where `gic-version=2` differs.
const QEMU_GICV2: &[Expected] = &[
    ("/pmu", "interrupts", Cells(&[1, 7, 0x304])),
    ("/intc@8000000", "reg", Cells(&[0, 0x800_0000, 0, 0x1_0000, 0, 0x801_0000, 0, 0x1_0000])),
    ("/intc@8000000", "compatible", Text(&["arm,cortex-a15-gic"])),
    ("/timer", "interrupts", Cells(&[1, 13, 0x304, 1, 14, 0x304, 1, 11, 0x304, 1, 10, 0x304])),
];

#[test]
fn says_what_qemu_says() {
    let blob = build(&config()).unwrap();
    assert_tree(&blob, QEMU_GICV3);
    let blob = build(&FdtConfig { gic: GicVersion::V2, its: false, ..config() }).unwrap();
    assert_tree(&blob, QEMU_GICV2);
    assert!(Fdt::parse(&blob).unwrap().node("/intc/its").is_none());
}

#[test]
fn phandles_resolve() {
    let blob = build(&config()).unwrap();
    let fdt = Fdt::parse(&blob).unwrap();
    let phandle = |path: &str| fdt.node(path).unwrap().cells("phandle").unwrap()[0];
    assert_eq!(fdt.root().cells("interrupt-parent").unwrap(), [phandle("/intc")]);
    for device in ["/pl011", "/pl031"] {
        let clocks = fdt.node(device).unwrap().cells("clocks").unwrap();
        assert!(clocks.iter().all(|clock| *clock == phandle("/apb-pclk")), "{device}");
    }
    let cluster = "/cpus/cpu-map/socket0/cluster0";
    for (core, cpu) in [("core0", "/cpus/cpu@0"), ("core1", "/cpus/cpu@1")] {
        assert_eq!(fdt.node(&format!("{cluster}/{core}")).unwrap().cells("cpu").unwrap(), [phandle(cpu)]);
    }
}

#[test]
fn one_cpu_needs_no_enable_method() {
    let blob = build(&FdtConfig { mpidrs: &[0], ..config() }).unwrap();
    let fdt = Fdt::parse(&blob).unwrap();
    assert!(fdt.node("/cpus/cpu@0").unwrap().property("enable-method").is_none());
}

#[test]
fn high_affinity_takes_two_cells() {
    let blob = build(&FdtConfig { mpidrs: &[0x8000_0000, 0x81_8000_0102], ..config() }).unwrap();
    assert_tree(
        &blob,
        &[
            ("/cpus", "#address-cells", Cells(&[2])),
            ("/cpus/cpu@0", "reg", Cells(&[0, 0])),
            ("/cpus/cpu@8100000102", "reg", Cells(&[0x81, 0x102])),
        ],
    );
}

#[test]
fn chosen_carries_the_boot() {
    let with = FdtConfig { command_line: "console=ttyAMA0 quiet", initrd: Some(0x4800_0000..0x4812_3456), ..config() };
    let blob = build(&with).unwrap();
    assert_tree(
        &blob,
        &[
            ("/chosen", "bootargs", Text(&["console=ttyAMA0 quiet"])),
            ("/chosen", "linux,initrd-start", Cells(&[0, 0x4800_0000])),
            ("/chosen", "linux,initrd-end", Cells(&[0, 0x4812_3456])),
        ],
    );
    let blob = build(&config()).unwrap();
    let fdt = Fdt::parse(&blob).unwrap();
    let chosen = fdt.node("/chosen").unwrap();
    assert!(chosen.property("bootargs").is_none() && chosen.property("linux,initrd-start").is_none());
    assert_eq!(chosen.property("rng-seed").unwrap().len(), 32);
    assert_eq!(chosen.property("kaslr-seed").unwrap().len(), 8);
}

#[test]
fn seeds_decide_the_random_properties() {
    let blob = |seed| build(&FdtConfig { seed, ..config() }).unwrap();
    assert_eq!(blob(7), blob(7));
    assert_ne!(blob(7), blob(8));
    // First output for seed 0 of the reference implementation (Vigna, splitmix64.c).
    assert_eq!(SplitMix64(0).next(), 0xe220_a839_7b1d_cdaf);
}

#[test]
fn impossible_boards() {
    let many: Vec<u64> = (0..124).collect();
    let nine = &many[..9];
    let cases = [
        (FdtConfig { mpidrs: &[], ..config() }, FdtError::NoCpu),
        (FdtConfig { mpidrs: &many, ..config() }, FdtError::TooManyCpus { count: 124, max: 123 }),
        (FdtConfig { mpidrs: nine, gic: GicVersion::V2, its: false, ..config() }, FdtError::TooManyCpus { count: 9, max: 8 }),
        (FdtConfig { mpidrs: &[1, 0x8000_0001], ..config() }, FdtError::DuplicateCpu { mpidr: 1 }),
        (FdtConfig { gic: GicVersion::V2, ..config() }, FdtError::ItsWithoutGicV3),
        (FdtConfig { memory_size: 256 << 30, ..config() }, FdtError::TooMuchMemory { size: 256 << 30, max: 255 << 30 }),
        (FdtConfig { command_line: "a\0b", ..config() }, FdtError::Writer(vm_fdt::Error::InvalidString)),
    ];
    for (config, expected) in cases {
        assert_eq!(build(&config), Err(expected));
    }
    build(&FdtConfig { mpidrs: &many[..123], ..config() }).unwrap();
}

/// dtc accepts the blob without a warning.
#[test]
fn dtc_agrees() {
    for gic in [GicVersion::V2, GicVersion::V3] {
        let blob = build(&FdtConfig { gic, its: gic == GicVersion::V3, ..config() }).unwrap();
        let dtc = Command::new("dtc")
            .args(["-I", "dtb", "-O", "dts", "-"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn();
        let Ok(mut dtc) = dtc else {
            eprintln!("dtc is not installed: this check did not run");
            return;
        };
        dtc.stdin.take().unwrap().write_all(&blob).unwrap();
        let answer = dtc.wait_with_output().unwrap();
        let warnings = String::from_utf8_lossy(&answer.stderr);
        assert!(answer.status.success(), "{warnings}");
        assert!(String::from_utf8_lossy(&answer.stdout).contains("intc@8000000 {"));
        assert_eq!(warnings.lines().collect::<Vec<_>>(), Vec::<&str>::new());
    }
}
