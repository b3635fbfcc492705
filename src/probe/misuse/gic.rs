//! A GICv3 step by step: attributes before and after its initialisation, its registers, lines, irqfds, and an ITS.

use super::super::configurations::operands;
use super::super::machine::{Machine, PFR0, PSCI, Probe, VGIC_V3, only_errors};
use super::super::program::Fd;
use super::super::request as r;
use super::BAD;

const ENXIO: i64 = -6;
/// Groups of attributes.
const ADDRESS: u64 = 0;
const DISTRIBUTOR: u64 = 1;
const INTERRUPTS: u64 = 3;
const CONTROL: u64 = 4;
const REDISTRIBUTOR: u64 = 5;
const CPU_INTERFACE: u64 = 6;
const LEVELS: u64 = 7;
const ITS_REGISTERS: u64 = 8;
/// KVM_DEV_TYPE_ARM_VGIC_ITS.
const ITS: u64 = 8;

/// Offsets that are read, of all kinds of register, and between them.
const DISTRIBUTOR_OFFSETS: [u64; 43] = [
    0x0, 0x4, 0x8, 0xc, 0x10, 0x80, 0x84, 0x100, 0x104, 0x180, 0x184, 0x200, 0x204, 0x280, 0x284, 0x300, 0x304, 0x380, 0x400, 0x420, 0x800,
    0x820, 0xc00, 0xc08, 0xd00, 0xe00, 0xf00, 0xf10, 0x6000, 0x6100, 0xffd0, 0xffd4, 0xffe0, 0xffe4, 0xffe8, 0xffec, 0xfff0, 0xfff4,
    0xfff8, 0xfffc, 0x1000, 0x2, 0xfe0,
];
const REDISTRIBUTOR_OFFSETS: [u64; 29] = [
    0x0, 0x4, 0x8, 0xc, 0x10, 0x14, 0x70, 0x74, 0x78, 0x7c, 0x1_0080, 0x1_0100, 0x1_0180, 0x1_0200, 0x1_0280, 0x1_0300, 0x1_0380, 0x1_0400,
    0x1_041c, 0x1_0c00, 0x1_0c04, 0x1_0d00, 0x1_0e00, 0xffd0, 0xffe0, 0xffe4, 0xffe8, 0xfffc, 0x2_0000,
];
const ITS_OFFSETS: [u64; 9] = [0, 4, 8, 0x80, 0x88, 0x90, 0x100, 0x108, 0xffe8];

impl Probe {
    pub(super) fn gic(&mut self) {
        let mut machine = self.open_with_vcpu();
        self.init_preferred(machine.vcpu, PSCI);
        machine.gic = self.device(machine.vm, VGIC_V3, 0).1;
        self.gic_attributes(machine.gic);
        self.gic_addresses(machine.gic);
        self.gic_sizes(&machine);
        self.gic_registers(machine.gic);
        self.gic_lines(&machine);
        self.its(&machine);
        let value = self.value(machine.vcpu, PFR0);
        self.err_hex("vgic.pfr0_after_init", value);
        self.vcpu_attributes(&machine);
        self.close(machine);
    }

    fn gic_attributes(&mut self, gic: Fd) {
        let named = [
            ("v2dist", ADDRESS, 0),
            ("v3dist", ADDRESS, 2),
            ("redist", ADDRESS, 3),
            ("its", ADDRESS, 4),
            ("redist_region", ADDRESS, 5),
            ("grp99", 99, 0),
            ("ctrl_init", CONTROL, 0),
            ("ctrl_savepend", CONTROL, 3),
            ("maint", 9, 0),
        ];
        for (name, group, attribute) in named {
            let result = self.has_attribute(gic, group, attribute);
            self.err(format_args!("vgic.has_{name}"), result);
        }
        for group in 0..12 {
            let result = self.has_attribute(gic, group, 0);
            self.err(format_args!("vgic.has_grp{group}_attr0"), result);
        }
        for (name, attribute) in [("dist", 2), ("redist", 3)] {
            let (result, value) = self.get_attribute(gic, ADDRESS, attribute, 0, 8);
            self.err(format_args!("vgic.get_{name}_unset"), result);
            self.err_hex(&format!("vgic.{name}_unset"), value);
        }
    }

    fn gic_addresses(&mut self, gic: Fd) {
        let place = |probe: &mut Probe, name: &str, attribute, address| {
            let result = probe.set_attribute(gic, ADDRESS, attribute, address);
            probe.err(format_args!("vgic.{name}"), result);
        };
        place(self, "dist_misaligned", 2, 0x0800_0100);
        place(self, "dist_4kaligned", 2, 0x0800_1000);
        place(self, "dist_beyond_ipa", 2, 1 << 41);
        place(self, "dist_cross_ipa", 2, (1 << 40) - 0x8000);
        let result = self.attribute_at(gic, r::SET_DEVICE_ATTR, ADDRESS, 2, BAD);
        self.err("vgic.dist_badptr", result);
        place(self, "v2dist_on_v3", 0, 0x0800_0000);
        place(self, "dist_ok", 2, 0x0800_0000);
        place(self, "dist_again", 2, 0x0800_0000);
        place(self, "redist_overlap_dist", 3, 0x0800_0000);
        place(self, "redist_ok", 3, 0x080a_0000);
        place(self, "redist_again", 3, 0x080a_0000);
        place(self, "region_after_redist", 5, 0x080a_0000 | 1 << 52);
    }

    fn gic_sizes(&mut self, machine: &Machine) {
        let gic = machine.gic;
        let (result, value) = self.get_attribute(gic, INTERRUPTS, 0, 0, 4);
        self.err("vgic.get_nr_irqs_default", result);
        self.err("vgic.nr_irqs_default", value as i64);
        for interrupts in [0, 32, 63, 64, 65, 96, 1023, 1024, 1025, 2048] {
            let mut other = self.open();
            other.gic = self.device(other.vm, VGIC_V3, 0).1;
            let result = self.set_attribute(other.gic, INTERRUPTS, 0, interrupts);
            self.err(format_args!("vgic.nr_irqs_{interrupts}"), result);
            if interrupts == 64 {
                let result = self.set_attribute(other.gic, INTERRUPTS, 0, interrupts);
                self.err("vgic.nr_irqs_64_again", result);
            }
            self.close(other);
        }
        let (result, _) = self.get_attribute(gic, DISTRIBUTOR, 0, 0, 4);
        self.err("vgic.grp_dist_regs_preinit", result);
        for name in ["init_ok", "init_again"] {
            let result = self.init_gic(gic);
            self.err(format_args!("vgic.{name}"), result);
        }
        let result = self.set_attribute(gic, INTERRUPTS, 0, 128);
        self.err("vgic.nr_irqs_after_init", result);
        let (result, value) = self.get_attribute(gic, INTERRUPTS, 0, 0, 4);
        self.err("vgic.get_nr_irqs", result);
        self.err("vgic.nr_irqs", value as i64);
        let second = self.ioctl(machine.vm, r::CREATE_VCPU, 1);
        self.program.close(second);
        self.err("vgic.vcpu_create_after_init", only_errors(second));
    }

    fn gic_registers(&mut self, gic: Fd) {
        let frames = [("VGICD", DISTRIBUTOR, &DISTRIBUTOR_OFFSETS[..]), ("VGICR", REDISTRIBUTOR, &REDISTRIBUTOR_OFFSETS[..])];
        for (record, group, offsets) in frames {
            for &offset in offsets {
                let (result, value) = self.get_attribute(gic, group, offset, 0xeeee_eeee, 4);
                let has = self.has_attribute(gic, group, offset);
                self.row(format_args!("{record}\t{offset:#x}\thas={has}\tget={result}\t{value:#x}"));
            }
        }
        for crm in 0..16 {
            for crn in [4, 12] {
                for low in 0..56 {
                    let encoding = 3 << 14 | low >> 3 << 11 | crn << 7 | crm << 3 | low & 7;
                    let (result, value) = self.get_attribute(gic, CPU_INTERFACE, encoding, 0, 8);
                    if result != ENXIO {
                        let shown = operands(encoding);
                        self.row(format_args!("VGICC\t{shown}\tget={result}\t{value:#x}"));
                    }
                }
            }
        }
        for interrupt in [0, 32, 64] {
            let (result, value) = self.get_attribute(gic, LEVELS, interrupt, 0, 4);
            self.row(format_args!("VGICL\tintid{interrupt}\tget={result}\t{value:#x}"));
        }
        let (result, _) = self.get_attribute(gic, CPU_INTERFACE, 7 << 32 | 0xc230, 0, 8);
        self.err("vgic.cpusys_badmpidr", result);
    }

    fn gic_lines(&mut self, machine: &Machine) {
        let lines = [
            ("spi32", 1 << 24 | 32),
            ("spi31", 1 << 24 | 31),
            ("spi1020", 1 << 24 | 1020),
            ("ppi16", 2 << 24 | 16),
            ("sgi15", 2 << 24 | 15),
            ("ppi16_vcpu1", 2 << 24 | 1 << 16 | 16),
            ("cpu", 0),
        ];
        for (name, line) in lines {
            self.raise(machine, &format!("vgic.irqline_{name}"), line);
        }
        let first = self.program.eventfd();
        self.irqfd(machine, "vgic.irqfd_gsi1", first, 1, 0);
        self.irqfd(machine, "vgic.irqfd_dup", first, 1, 0);
        let second = self.program.eventfd();
        self.irqfd(machine, "vgic.irqfd_gsi5000", second, 5000, 0);
        self.irqfd(machine, "vgic.irqfd_deassign_none", second, 5000, 1);
        self.irqfd(machine, "vgic.irqfd_badflag", second, 5000, 8);
        let result = self.with(machine.vm, r::SIGNAL_MSI, &[0]);
        self.err("vgic.msi_noits", result);
    }

    fn its(&mut self, machine: &Machine) {
        let (result, its) = self.device(machine.vm, ITS, 0);
        self.err("its.create", result);
        if its < 0 {
            return;
        }
        let result = self.init_gic(its);
        self.err("its.init_noaddr", result);
        for (name, address) in [("misaligned", 0x0808_0100), ("ok", 0x0808_0000), ("again", 0x0808_0000)] {
            let result = self.set_attribute(its, ADDRESS, 4, address);
            self.err(format_args!("its.addr_{name}"), result);
        }
        for attribute in 0..8 {
            let result = self.has_attribute(its, CONTROL, attribute);
            self.err(format_args!("its.has_ctrl_{attribute}"), result);
        }
        for offset in ITS_OFFSETS {
            let (result, value) = self.get_attribute(its, ITS_REGISTERS, offset, 0, 8);
            self.row(format_args!("ITS\t{offset:#x}\tget={result}\t{value:#x}"));
        }
        self.program.close(its);
    }
}
