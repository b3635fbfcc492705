//! Device types, and interrupt lines of VMs without an interrupt controller.

use super::super::machine::{Machine, PSCI, Probe, VGIC_V3, sysreg};
use super::super::request as r;

const PFR0: u64 = sysreg(3, 0, 0, 4, 0);
/// KVM_CREATE_DEVICE_TEST.
const TEST: u64 = 1;

impl Probe {
    pub(super) fn device_types(&mut self) {
        let machine = self.open();
        for kind in 0..16 {
            let (result, _) = self.device(machine.vm, kind, TEST);
            self.err(format_args!("dev.test_type{kind}"), result);
        }
        for (name, kind, flags) in [("badflags", VGIC_V3, 2), ("type99", 99, 0), ("vgicv2", 5, 0)] {
            let (result, _) = self.device(machine.vm, kind, flags);
            self.err(format_args!("dev.{name}"), result);
        }
        let result = self.ioctl(machine.vm, r::CREATE_IRQCHIP, 0);
        self.err("irqchip.create", result);
        self.close(machine);
    }

    /// KVM_IRQ_LINE to one.
    pub(super) fn raise(&mut self, machine: &Machine, name: &str, line: u64) {
        let result = self.with(machine.vm, r::IRQ_LINE, &[line | 1 << 32]);
        self.err(name, result);
    }

    pub(super) fn irqfd(&mut self, machine: &Machine, name: &str, event: i32, line: u64, flags: u64) {
        let result = self.with(machine.vm, r::IRQFD, &[u64::from(event as u32) | line << 32, flags]);
        self.err(name, result);
    }

    pub(super) fn interrupt_lines(&mut self) {
        let mut machine = self.open();
        self.raise(&machine, "irqline.spi_novgic", 1 << 24 | 32);
        self.raise(&machine, "irqline.ppi_novgic", 2 << 24 | 20);
        self.raise(&machine, "irqline.cpu_novcpu", 0);
        let result = self.with(machine.vm, r::SIGNAL_MSI, &[0]);
        self.err("msi.novgic", result);
        let event = self.program.eventfd();
        self.irqfd(&machine, "irqfd.novgic", event, 1, 0);
        let result = self.with(machine.vm, r::SET_GSI_ROUTING, &[0]);
        self.err("gsi_routing.novgic_n0", result);
        machine.vcpu = self.ioctl(machine.vm, r::CREATE_VCPU, 0);
        self.init_preferred(machine.vcpu, PSCI);
        self.raise(&machine, "irqline.cpu_irq", 0);
        self.with(machine.vm, r::IRQ_LINE, &[0]);
        self.raise(&machine, "irqline.cpu_num2", 2);
        self.raise(&machine, "irqline.cpu_vcpu1", 1 << 16);
        self.raise(&machine, "irqline.type3", 3 << 24);
        let (result, gic) = self.device(machine.vm, VGIC_V3, 0);
        machine.gic = gic;
        self.err("vgic.create", result);
        let (result, _) = self.device(machine.vm, VGIC_V3, 0);
        self.err("vgic.create_dup", result);
        let value = self.value(machine.vcpu, PFR0);
        self.err_hex("vgic.pfr0_late", value);
        let result = self.init_gic(gic);
        self.err("vgic.ctrl_init_noaddr", result);
        self.close(machine);
    }
}
