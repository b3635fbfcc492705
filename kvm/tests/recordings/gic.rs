//! The probe's interrupt controllers, repeated through the raw entry point: KVM_CREATE_DEVICE, attributes and their misuse, the
//! registers of a fresh GICv3, KVM_IRQ_LINE. What needs an eventfd is not here.

use kvm::Kvm;

use crate::exceptions::{Verdict, over_all};
use crate::load::{Recording, number};
use crate::raw::{BAD, DATA, GET_ATTR, HAS_ATTR, IRQ_LINE, Probe, RUN, SET_ATTR};
use crate::real::kvm_of;

const CREATE_VCPU: u32 = 0xae41;
const CREATE_IRQCHIP: u32 = 0xae60;
const CREATE_DEVICE: u32 = 0xc00c_aee0;
const GET_ONE_REG: u32 = 0x4010_aeab;
const PFR0: u64 = 0x6030_0000_0013_c020;
const V3: u64 = 7;
const ADDR: u64 = 0;
const DIST: u64 = 1;
const NR_IRQS: u64 = 3;
const CTRL: u64 = 4;
const REDIST: u64 = 5;
const SYSREGS: u64 = 6;
const LEVELS: u64 = 7;
const ITS: u64 = 8;
const ITS_ADDR: u64 = 4;
const ITS_BASE: u64 = 0x0808_0000;
const SIGNAL_MSI: u32 = 0x4020_aea5;
const DIST_BASE: u64 = 0x0800_0000;
const REDIST_BASE: u64 = 0x080a_0000;

impl Probe {
    /// The device, or the errno.
    fn device(&mut self, vm: usize, kind: u64, flags: u64) -> Result<usize, i64> {
        match self.with(vm, CREATE_DEVICE, &[kind, flags]) {
            0 => Ok(self.word(crate::raw::ARGUMENT + 4, 4) as usize),
            errno => Err(errno),
        }
    }

    fn set_attr(&mut self, device: usize, group: u64, attr: u64, value: u64) -> i64 {
        self.attribute(device, SET_ATTR, group, attr, value)
    }

    /// Result and value.
    fn get_attr(&mut self, device: usize, group: u64, attr: u64, before: u64) -> (i64, u64) {
        let result = self.attribute(device, GET_ATTR, group, attr, before);
        (result, self.word(DATA, 8))
    }

    fn irq_line(&mut self, name: &str, vm: usize, irq: u64) {
        let result = self.with(vm, IRQ_LINE, &[irq | 1 << 32]);
        self.print(name, result);
    }

    fn pfr0(&mut self, name: &str, vcpu: usize) {
        self.with(vcpu, GET_ONE_REG, &[PFR0, DATA]);
        let value = self.word(DATA, 8);
        self.print_hex(name, value);
    }
}

fn creation(probe: &mut Probe) {
    let bare = probe.call(0, 0xae01, 0) as usize;
    for kind in 0..16 {
        let result = probe.device(bare, kind, 1).map_or_else(|errno| errno, |_| 0);
        probe.print(&format!("dev.test_type{kind}"), result);
    }
    let msi = probe.with(bare, SIGNAL_MSI, &[0; 4]);
    probe.print("msi.novgic", msi);
    let (vm, vcpu) = probe.create();
    probe.init(vcpu, vm, 4);
    for kind in [5, 99] {
        let result = probe.device(vm, kind, 0).map_or_else(|errno| errno, |_| 0);
        probe.print(if kind == 5 { "dev.vgicv2" } else { "dev.type99" }, result);
    }
    let irqchip = probe.call(vm, CREATE_IRQCHIP, 0);
    probe.print("irqchip.create", irqchip);
    let gic = probe.device(vm, V3, 0);
    probe.print("vgic.create", gic.map_or_else(|errno| errno, |_| 0));
    let again = probe.device(vm, V3, 0).map_or_else(|errno| errno, |_| 0);
    probe.print("vgic.create_dup", again);
    probe.pfr0("vgic.pfr0_late", vcpu);
    let init = probe.set_attr(gic.expect("created"), CTRL, 0, 0);
    probe.print("vgic.ctrl_init_noaddr", init);
}

/// What exists before the initialisation.
fn attributes(probe: &mut Probe, gic: usize) {
    for (name, group, attr) in [
        ("has_v2dist", ADDR, 0),
        ("has_v3dist", ADDR, 2),
        ("has_redist", ADDR, 3),
        ("has_its", ADDR, 4),
        ("has_redist_region", ADDR, 5),
        ("has_grp99", 99, 0),
        ("has_ctrl_init", CTRL, 0),
        ("has_ctrl_savepend", CTRL, 3),
        ("has_maint", 9, 0),
    ] {
        let result = probe.attribute(gic, HAS_ATTR, group, attr, 0);
        probe.print(&format!("vgic.{name}"), result);
    }
    for group in 0..12 {
        let result = probe.attribute(gic, HAS_ATTR, group, 0, 0);
        probe.print(&format!("vgic.has_grp{group}_attr0"), result);
    }
}

fn addresses(probe: &mut Probe, gic: usize) {
    for (name, attr) in [("dist", 2), ("redist", 3)] {
        let (result, value) = probe.get_attr(gic, ADDR, attr, 0);
        probe.print(&format!("vgic.get_{name}_unset"), result);
        probe.print_hex(&format!("vgic.{name}_unset"), value);
    }
    let bad = probe.with(gic, SET_ATTR, &[ADDR << 32, 2, BAD]);
    probe.print("vgic.dist_badptr", bad);
    for (name, attr, value) in [
        ("dist_misaligned", 2, 0x0800_0100),
        ("dist_4kaligned", 2, 0x0800_1000),
        ("dist_beyond_ipa", 2, 1 << 41),
        ("dist_cross_ipa", 2, (1 << 40) - 0x8000),
        ("v2dist_on_v3", 0, DIST_BASE),
        ("dist_ok", 2, DIST_BASE),
        ("dist_again", 2, DIST_BASE),
        ("redist_overlap_dist", 3, DIST_BASE),
        ("redist_ok", 3, REDIST_BASE),
        ("redist_again", 3, REDIST_BASE),
        ("region_after_redist", 5, REDIST_BASE | 1 << 52),
    ] {
        let result = probe.set_attr(gic, ADDR, attr, value);
        probe.print(&format!("vgic.{name}"), result);
    }
}

fn interrupt_counts(probe: &mut Probe) {
    for count in [0, 32, 63, 64, 65, 96, 1023, 1024, 1025, 2048] {
        let vm = probe.call(0, 0xae01, 0) as usize;
        let gic = probe.device(vm, V3, 0).expect("a GICv3");
        let result = probe.set_attr(gic, NR_IRQS, 0, count);
        probe.print(&format!("vgic.nr_irqs_{count}"), result);
        if count == 64 {
            let again = probe.set_attr(gic, NR_IRQS, 0, count);
            probe.print("vgic.nr_irqs_64_again", again);
        }
    }
}

fn initialisation(probe: &mut Probe, vm: usize, gic: usize) {
    let (result, count) = probe.get_attr(gic, NR_IRQS, 0, 0);
    probe.print("vgic.get_nr_irqs_default", result);
    probe.print("vgic.nr_irqs_default", count as i64);
    interrupt_counts(probe);
    let (early, _) = probe.get_attr(gic, DIST, 0, 0);
    probe.print("vgic.grp_dist_regs_preinit", early);
    for name in ["init_ok", "init_again"] {
        let result = probe.set_attr(gic, CTRL, 0, 0);
        probe.print(&format!("vgic.{name}"), result);
    }
    let late = probe.set_attr(gic, NR_IRQS, 0, 128);
    probe.print("vgic.nr_irqs_after_init", late);
    let (result, count) = probe.get_attr(gic, NR_IRQS, 0, 0);
    probe.print("vgic.get_nr_irqs", result);
    probe.print("vgic.nr_irqs", count as i64);
    let vcpu = probe.call(vm, CREATE_VCPU, 1);
    probe.print("vgic.vcpu_create_after_init", vcpu);
    let (result, _) = probe.get_attr(gic, SYSREGS, 7 << 32 | 0xc230, 0);
    probe.print("vgic.cpusys_badmpidr", result);
}

fn lines(probe: &mut Probe, vm: usize) {
    let (spi, ppi) = (1 << 24, 2 << 24);
    for (name, irq) in [
        ("spi32", spi | 32),
        ("spi31", spi | 31),
        ("spi1020", spi | 1020),
        ("ppi16", ppi | 16),
        ("sgi15", ppi | 15),
        ("ppi16_vcpu1", ppi | 1 << 16 | 16),
        ("cpu", 0),
    ] {
        probe.irq_line(&format!("vgic.irqline_{name}"), vm, irq);
    }
}

/// KVM_SIGNAL_MSI and the ITS, of a VM with an initialised GIC.
fn its(probe: &mut Probe, vm: usize) -> usize {
    let msi = probe.with(vm, SIGNAL_MSI, &[0; 4]);
    probe.print("vgic.msi_noits", msi);
    let created = probe.device(vm, ITS, 0);
    probe.print("its.create", created.map_or_else(|errno| errno, |_| 0));
    let its = created.expect("an ITS");
    let init = probe.set_attr(its, CTRL, 0, 0);
    probe.print("its.init_noaddr", init);
    for (name, base) in [("misaligned", 0x0808_0100), ("ok", ITS_BASE), ("again", ITS_BASE)] {
        let result = probe.set_attr(its, ADDR, ITS_ADDR, base);
        probe.print(&format!("its.addr_{name}"), result);
    }
    for attr in 0..8 {
        let result = probe.attribute(its, HAS_ATTR, CTRL, attr, 0);
        probe.print(&format!("its.has_ctrl_{attr}"), result);
    }
    its
}

/// Runs that are refused before they begin.
fn runs(probe: &mut Probe) {
    for (name, placed) in [("vgic_uninit", true), ("vgic_noaddr", false)] {
        let (vm, vcpu) = probe.create();
        probe.init(vcpu, vm, 4);
        let gic = probe.device(vm, V3, 0).expect("a GICv3");
        if placed {
            probe.set_attr(gic, ADDR, 2, DIST_BASE);
            probe.set_attr(gic, ADDR, 3, REDIST_BASE);
        } else {
            probe.set_attr(gic, CTRL, 0, 0);
        }
        let result = probe.call(vcpu, RUN, 0);
        probe.print(&format!("{name}.run"), result);
    }
}

/// A GICv3 with one vCPU, asked as the probe asks; VM, vCPU, device.
fn gic(probe: &mut Probe) -> [usize; 3] {
    let (vm, vcpu) = probe.create();
    probe.init(vcpu, vm, 4);
    let gic = probe.device(vm, V3, 0).expect("a GICv3");
    attributes(probe, gic);
    addresses(probe, gic);
    initialisation(probe, vm, gic);
    [vm, vcpu, gic]
}

fn misuse(kvm: &Kvm, recording: &Recording, verdict: &mut Verdict) {
    let mut probe = Probe::new(kvm);
    creation(&mut probe);
    let [vm, vcpu, _] = gic(&mut probe);
    lines(&mut probe, vm);
    its(&mut probe, vm);
    probe.pfr0("vgic.pfr0_after_init", vcpu);
    runs(&mut probe);
    let mut asked = 0;
    for row in recording.rows("ERR") {
        if let Some(ours) = probe.printed.get(row[0]) {
            asked += 1;
            verdict.compare(&format_args!("ERR {}", row[0]), row[1], ours);
        }
    }
    assert!(asked == probe.printed.len(), "{}: of {} answers only {asked} are recorded", recording.name, probe.printed.len());
}

/// `get=` and value of a register.
fn words(probe: &mut Probe, gic: usize, group: u64, attr: u64, before: u64) -> String {
    let (result, value) = probe.get_attr(gic, group, attr, before);
    let value = if group == SYSREGS { value } else { value & 0xffff_ffff };
    format!("get={result} {value:#x}")
}

fn registers(kvm: &Kvm, recording: &Recording, verdict: &mut Verdict) {
    let mut probe = Probe::new(kvm);
    let [vm, _, gic] = gic(&mut probe);
    for (record, group) in [("VGICD", DIST), ("VGICR", REDIST)] {
        for row in recording.rows(record) {
            let offset = number(row[0]);
            let has = probe.attribute(gic, HAS_ATTR, group, offset, 0);
            let ours = format!("has={has} {}", words(&mut probe, gic, group, offset, 0xeeee_eeee));
            verdict.compare(&format_args!("{record} {}", row[0]), &row[1..].join(" "), &ours);
        }
    }
    for row in recording.rows("VGICC") {
        let fields: Vec<u64> = row[0].split(',').map(number).collect();
        let [op0, op1, crn, crm, op2] = fields[..] else { panic!("{}", row[0]) };
        let attr = op0 << 14 | op1 << 11 | crn << 7 | crm << 3 | op2;
        let ours = words(&mut probe, gic, SYSREGS, attr, 0);
        verdict.compare(&format_args!("VGICC {}", row[0]), &row[1..].join(" "), &ours);
    }
    for row in recording.rows("VGICL") {
        let intid = number(row[0].trim_start_matches("intid"));
        let ours = words(&mut probe, gic, LEVELS, intid, 0);
        verdict.compare(&format_args!("VGICL {}", row[0]), &row[1..].join(" "), &ours);
    }
    let its = its(&mut probe, vm);
    for row in recording.rows("ITS") {
        let (result, value) = probe.get_attr(its, ITS, number(row[0]), 0);
        verdict.compare(&format_args!("ITS {}", row[0]), &row[1..].join(" "), &format!("get={result} {value:#x}"));
    }
}

#[test]
fn misuse_of_the_gic() {
    over_all(16, |recording, verdict| {
        let Some(kvm) = kvm_of(recording).filter(|_| recording.rows("ERR").len() > 100) else { return };
        misuse(&kvm, recording, verdict);
    });
}

#[test]
fn registers_of_a_fresh_gic() {
    over_all(16, |recording, verdict| {
        let Some(kvm) = kvm_of(recording).filter(|_| !recording.rows("VGICD").is_empty()) else { return };
        registers(&kvm, recording, verdict);
    });
}
