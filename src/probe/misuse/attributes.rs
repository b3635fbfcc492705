//! Attributes of vCPUs and VMs: timers, steal time, the PMU step by step, the SMCCC filter.

use super::super::machine::{Machine, PMU, PSCI, Probe, sysreg};
use super::super::program::Fd;

const PMCR: u64 = sysreg(3, 3, 9, 12, 0);
/// Groups of a vCPU's attributes, and attributes of the PMU.
const PMU_GROUP: u64 = 0;
const TIMER: u64 = 1;
const STEAL_TIME: u64 = 2;
const IRQ: u64 = 0;
const FILTER: u64 = 2;
const SET_PMU: u64 = 3;
const COUNTERS: u64 = 4;
/// `kvm_pmu_event_filter` of events 0 to 3: allowed, and an action that does not exist.
const ALLOW: u64 = 4 << 16;
const ACTION_2: u64 = ALLOW | 2 << 32;

impl Probe {
    pub(super) fn vcpu_attributes(&mut self, machine: &Machine) {
        let vcpu = machine.vcpu;
        for group in 0..5 {
            for attribute in 0..8 {
                let result = self.has_attribute(vcpu, group, attribute);
                self.err(format_args!("vcpuattr.has_{group}_{attribute}"), result);
            }
        }
        for attribute in 0..4 {
            let (result, value) = self.get_attribute(vcpu, TIMER, attribute, 0, 4);
            self.err(format_args!("vcpuattr.timer_get_{attribute}"), result);
            self.err(format_args!("vcpuattr.timer_val_{attribute}"), value as i64);
        }
        for interrupt in [15, 32, 27, 30] {
            let result = self.set_attribute(vcpu, TIMER, 0, interrupt);
            self.err(format_args!("vcpuattr.vtimer_{interrupt}"), result);
        }
        let (result, address) = self.get_attribute(vcpu, STEAL_TIME, 0, 0, 8);
        self.err("vcpuattr.pvtime_get", result);
        self.err_hex("vcpuattr.pvtime_ipa", address);
        for (name, address) in [("misal", 0x1_2345), ("nomem", 0x9000_0000)] {
            let result = self.set_attribute(vcpu, STEAL_TIME, 0, address);
            self.err(format_args!("vcpuattr.pvtime_{name}"), result);
        }
        for group in 0..3 {
            for attribute in 0..4 {
                let result = self.has_attribute(machine.vm, group, attribute);
                self.err(format_args!("vmattr.has_{group}_{attribute}"), result);
            }
        }
    }

    fn set_pmu(&mut self, vcpu: Fd, name: &str, attribute: u64, value: u64) {
        let result = self.set_attribute(vcpu, PMU_GROUP, attribute, value);
        self.err(format_args!("pmu.{name}"), result);
    }

    fn init_pmu(&mut self, vcpu: Fd, name: &str) {
        let result = self.pmu_init(vcpu);
        self.err(format_args!("pmu.{name}"), result);
    }

    pub(super) fn pmu(&mut self) {
        if self.capability(126) <= 0 {
            let machine = self.open_with_vcpu();
            self.init_preferred(machine.vcpu, PSCI);
            let result = self.has_attribute(machine.vcpu, PMU_GROUP, 0);
            self.err("nopmu.has_0", result);
            let result = self.pmu_init(machine.vcpu);
            self.err("nopmu.init", result);
            return self.close(machine);
        }
        self.pmu_without_gic();
        self.pmu_with_gic();
        let machine = self.open_with_vcpu();
        let vcpu = machine.vcpu;
        self.init_preferred(vcpu, PSCI | PMU);
        self.set_pmu(vcpu, "filter_ok", FILTER, ALLOW);
        self.set_pmu(vcpu, "filter_action2", FILTER, ACTION_2);
        self.set_pmu(vcpu, "set_pmu_-5", SET_PMU, 0xffff_fffb);
        self.set_pmu(vcpu, "set_nr_counters_2", COUNTERS, 2);
        self.set_pmu(vcpu, "set_nr_counters_99", COUNTERS, 99);
        let value = self.value(vcpu, PMCR);
        self.err_hex("pmu.pmcr_reset", value);
        self.close(machine);
    }

    fn pmu_without_gic(&mut self) {
        let machine = self.open_with_vcpu();
        let vcpu = machine.vcpu;
        self.init_preferred(vcpu, PSCI | PMU);
        for attribute in 0..6 {
            let result = self.has_attribute(vcpu, PMU_GROUP, attribute);
            self.err(format_args!("pmu.has_{attribute}"), result);
        }
        let result = self.run(vcpu);
        self.err("pmu.run_uninit", result);
        self.set_pmu(vcpu, "irq23_novgic", IRQ, 23);
        self.init_pmu(vcpu, "init_novgic");
        self.init_pmu(vcpu, "init_again");
        self.close(machine);
    }

    fn pmu_with_gic(&mut self) {
        let mut machine = self.open_with_vcpu();
        let vcpu = machine.vcpu;
        self.add_gic(&mut machine);
        self.init_preferred(vcpu, PSCI | PMU);
        self.init_pmu(vcpu, "init_before_irq_vgic_uninit");
        self.set_pmu(vcpu, "irq15", IRQ, 15);
        let (result, _) = self.get_attribute(vcpu, PMU_GROUP, IRQ, 0, 4);
        self.err("pmu.get_irq_unset", result);
        self.set_pmu(vcpu, "irq23", IRQ, 23);
        self.set_pmu(vcpu, "irq23_again", IRQ, 23);
        let (result, irq) = self.get_attribute(vcpu, PMU_GROUP, IRQ, 0, 4);
        self.err("pmu.get_irq", result);
        self.err("pmu.irq", irq as i64);
        self.init_pmu(vcpu, "init_vgic_not_inited");
        self.init_gic(machine.gic);
        self.init_pmu(vcpu, "init_ok");
        self.init_pmu(vcpu, "init_again2");
        self.set_pmu(vcpu, "filter_after_init", FILTER, ALLOW);
        self.close(machine);
    }
}
