//! Before KVM_ARM_VCPU_INIT, KVM_ARM_VCPU_INIT itself with every target and feature, and vCPU ids.

use super::super::machine::{EL1_32, EL2, Machine, PC, PMU, POWER_OFF, PSCI, PTRAUTH, Probe, RAM, SVE, only_errors, sysreg};
use super::super::program::{ARGUMENT, DATA};
use super::super::request as r;
use super::BAD;

const MIDR: u64 = sysreg(3, 0, 0, 0, 0);
const MPIDR: u64 = sysreg(3, 0, 0, 0, 5);
/// KVM_ARM_VCPU_PTRAUTH_ADDRESS alone.
const PTRAUTH_ADDRESS: u64 = 0x20;

impl Probe {
    pub(super) fn before_init(&mut self, machine: &Machine) {
        let (vm, vcpu) = (machine.vm, machine.vcpu);
        let result = self.run(vcpu);
        self.err("pre_init.KVM_RUN", result);
        let result = self.get(vcpu, PC);
        self.err("pre_init.GET_ONE_REG_pc", result);
        let result = self.set(vcpu, PC, RAM);
        self.err("pre_init.SET_ONE_REG_pc", result);
        let result = self.get(vcpu, MIDR);
        self.err("pre_init.GET_ONE_REG_midr", result);
        let result = self.with(vcpu, r::GET_REG_LIST, &[0]);
        self.err("pre_init.GET_REG_LIST_n0", result);
        let count = self.program.load(ARGUMENT, 8);
        self.err("pre_init.GET_REG_LIST_n0.n", count as i64);
        self.program.store(DATA, &[77], 8);
        let result = self.ioctl(vcpu, r::GET_MP_STATE, DATA);
        self.err("pre_init.GET_MP_STATE", result);
        let state = self.program.load(DATA, 4);
        self.err("pre_init.mp_state", state as i64);
        let result = self.with(vcpu, r::SET_MP_STATE, &[0]);
        self.err("pre_init.SET_MP_STATE_0", result);
        let result = self.ioctl(vcpu, r::GET_VCPU_EVENTS, DATA);
        self.err("pre_init.GET_VCPU_EVENTS", result);
        // What was read goes back.
        let result = self.ioctl(vcpu, r::SET_VCPU_EVENTS, DATA);
        self.err("pre_init.SET_VCPU_EVENTS_0", result);
        let result = self.with(vcpu, r::ARM_VCPU_FINALIZE, &[4]);
        self.err("pre_init.FINALIZE_SVE", result);
        let result = self.with(vcpu, r::SET_GUEST_DEBUG, &[0]);
        self.err("pre_init.SET_GUEST_DEBUG_0", result);
        let result = self.with(vm, r::IRQ_LINE, &[1 << 32]);
        self.err("pre_init.IRQ_LINE_cpu0_irq", result);
        self.with(vm, r::IRQ_LINE, &[0]);
        self.attributes_before_init(vcpu);
    }

    fn attributes_before_init(&mut self, vcpu: i64) {
        let result = self.has_attribute(vcpu, 0, 1);
        self.err("pre_init.HAS_ATTR_pmu_init", result);
        let result = self.pmu_init(vcpu);
        self.err("pre_init.SET_ATTR_pmu_init", result);
        let result = self.has_attribute(vcpu, 1, 0);
        self.err("pre_init.HAS_ATTR_vtimer_irq", result);
        let result = self.set_attribute(vcpu, 1, 0, 27);
        self.err("pre_init.SET_ATTR_vtimer_irq27", result);
        let (result, irq) = self.get_attribute(vcpu, 1, 0, 0, 4);
        self.err("pre_init.GET_ATTR_vtimer_irq", result);
        self.err("pre_init.vtimer_irq", irq as i64);
    }

    /// KVM_ARM_VCPU_INIT on a fresh vCPU.
    fn fresh_init(&mut self, name: impl std::fmt::Display, target: u64, features: u64) {
        let machine = self.open_with_vcpu();
        let result = self.init(machine.vcpu, target, features);
        self.err(format_args!("init.{name}"), result);
        self.close(machine);
    }

    pub(super) fn misuse_of_init(&mut self, machine: &mut Machine) {
        let (target, vcpu) = (self.target, machine.vcpu);
        let result = self.init(vcpu, 0xffff_ffff, PSCI);
        self.err("init.target_ffffffff", result);
        (0..8).for_each(|other| self.fresh_init(format_args!("target_{other}"), other, PSCI));
        (0..32).for_each(|bit| self.fresh_init(format_args!("featbit_{bit}"), target, 1 << bit));
        let other = self.open_with_vcpu();
        // features[3]
        let result = self.with(other.vcpu, r::ARM_VCPU_INIT, &[target | PSCI << 32, 0, 1]);
        self.err("init.featword3", result);
        let result = self.ioctl(other.vcpu, r::ARM_VCPU_INIT, BAD);
        self.err("init.badptr", result);
        self.close(other);
        self.fresh_init("ptrauth_addr_only", target, PSCI | PTRAUTH_ADDRESS);
        self.fresh_init("sve_pmu_all", target, PSCI | PMU | SVE | PTRAUTH);
        self.fresh_init("32bit_sve", target, PSCI | EL1_32 | SVE);
        self.fresh_init("32bit_el2", target, PSCI | EL1_32 | EL2);
        self.repeated_init(machine);
    }

    fn repeated_init(&mut self, machine: &mut Machine) {
        let (target, vcpu) = (self.target, machine.vcpu);
        let again = |probe: &mut Probe, name: &str, features| {
            let result = probe.init(vcpu, target, features);
            probe.err(format_args!("init.{name}"), result);
        };
        again(self, "ok", PSCI);
        again(self, "again_same", PSCI);
        again(self, "again_other_feat_pmu", PSCI | PMU);
        again(self, "again_nofeat", 0);
        again(self, "again_poweroff_too", PSCI | POWER_OFF);
        let state = self.mp_state(vcpu, 0);
        self.err("init.after_poweroff.mp_state", state as i64);
        again(self, "again_same2", PSCI);
        let state = self.mp_state(vcpu, 0);
        self.err("init.after_same2.mp_state", state as i64);
        let result = self.init(vcpu, u64::from(target == 0), PSCI);
        self.err("init.again_other_target0", result);
        machine.second = self.ioctl(machine.vm, r::CREATE_VCPU, 1);
        for (name, features) in [("vcpu2_other_features(none)", 0), ("vcpu2_poweroff_same", PSCI | POWER_OFF)] {
            let result = self.init(machine.second, target, features);
            self.err(format_args!("init.{name}"), result);
        }
    }

    pub(super) fn vcpu_ids(&mut self, machine: &Machine) {
        for (name, id) in [("dup0", 0), ("id511", 511), ("id512", 512), ("id4096", 4096), ("id-1", u64::MAX), ("id_2^32", 1 << 32)] {
            let vcpu = self.ioctl(machine.vm, r::CREATE_VCPU, id);
            self.program.close(vcpu);
            self.err(format_args!("vcpu.{name}"), only_errors(vcpu));
        }
        for (name, capability) in [("max(cap66)", 66), ("nr(cap9)", 9), ("maxid(cap128)", 128)] {
            let value = self.capability(capability);
            self.err(format_args!("vcpu.{name}"), value);
        }
        let mpidr = self.value(machine.second, MPIDR);
        self.err_hex("vcpu.mpidr_of_1", mpidr);
    }
}
