//! POSTRUN rows and the ERR rows of what comes too late: a vCPU has run, is off, or cannot run for want of a complete GIC.

use super::code::{LOOP, str};
use super::configurations::operands;
use super::machine::{Machine, PC, PFR0, POWER_OFF, PSCI, Probe, VGIC_V3, only_errors, sysreg};
use super::nibbles::FIRMWARE;
use super::request as r;

/// Firmware feature bitmaps.
pub const BITMAPS: u64 = 0x6030_0000_0016_0000;
const ISAR0: u64 = sysreg(3, 0, 0, 6, 0);

impl Probe {
    pub(super) fn after_the_first_run(&mut self) {
        let (machine, _) = self.make(PSCI, true, false);
        self.first_run(&machine);
        for op1 in [0, 1, 3] {
            for low in 0..64 {
                self.identification_after_run(&machine, sysreg(3, op1, 0, 0, 0) | low);
            }
        }
        self.firmware_after_run(&machine);
        self.too_late(&machine);
        self.close(machine);
        self.powered_off();
        self.incomplete_gics();
    }

    fn one_store(&mut self, machine: &Machine) {
        self.vectors(machine, 4);
        self.load_guest(machine, &[str(0, 20, 0), LOOP]);
    }

    fn first_run(&mut self, machine: &Machine) {
        self.one_store(machine);
        let vcpu = machine.vcpu;
        let pc = self.value(vcpu, PC);
        self.err_hex("postrun.pc_before", pc);
        if let Some(vcpu) = self.program.vcpu(vcpu) {
            vcpu.run_page().set_immediate_exit(true);
        }
        let result = self.run(vcpu);
        self.err("postrun.immediate_exit_first", result);
        if let Some(vcpu) = self.program.vcpu(vcpu) {
            vcpu.run_page().set_immediate_exit(false);
        }
        let value = self.value(vcpu, PFR0);
        let result = self.set(vcpu, PFR0, value);
        self.err("postrun.after_immexit.set_unchanged_pfr0", result);
        let value = self.value(vcpu, ISAR0);
        let result = self.set(vcpu, ISAR0, 0);
        self.err("postrun.after_immexit.set_isar0_0", result);
        self.set(vcpu, ISAR0, value);
        let result = self.run(vcpu);
        self.err("postrun.run", result);
        let reason = self.exit_reason(vcpu);
        self.err("postrun.exit_reason", reason.into());
        let pc = self.value(vcpu, PC);
        self.err_hex("postrun.pc_on_mmio_write_exit", pc);
    }

    fn identification_after_run(&mut self, machine: &Machine, id: u64) {
        let vcpu = machine.vcpu;
        if self.get(vcpu, id) < 0 {
            return;
        }
        let value = self.buffer();
        let same = self.set(vcpu, id, value);
        let changed = self.set(vcpu, id, value ^ 1);
        let restored = self.set(vcpu, id, value);
        // The column promises bits 7:4; the recorder's expression clears bits 3:0 with them.
        let cleared = self.set(vcpu, id, value & !0xff);
        self.set(vcpu, id, value);
        let ones = self.set(vcpu, id, u64::MAX);
        self.set(vcpu, id, value);
        let shown = operands(id);
        self.row(format_args!(
            "POSTRUN\t{shown}\t{value:#x}\tsame={same}\txor1={changed}\trestore={restored}\tclrnib1={cleared}\tones={ones}"
        ));
    }

    fn firmware_after_run(&mut self, machine: &Machine) {
        let vcpu = machine.vcpu;
        let result = self.set(vcpu, FIRMWARE, 0x1_0000);
        self.err("postrun.set_fw0_psci_1.0", result);
        for number in 0..3 {
            let value = self.value(vcpu, BITMAPS + number);
            let result = self.set(vcpu, BITMAPS + number, value);
            self.err(format_args!("postrun.fwbmap{number}.same"), result);
            let result = self.set(vcpu, BITMAPS + number, 0);
            self.err(format_args!("postrun.fwbmap{number}.set0"), result);
        }
        let result = self.init_preferred(vcpu, PSCI);
        self.err("postrun.reinit_same", result);
        let pc = self.value(vcpu, PC);
        self.err_hex("postrun.reinit.pc", pc);
    }

    fn too_late(&mut self, machine: &Machine) {
        let (created, _) = self.device(machine.vm, VGIC_V3, 0);
        self.err("postrun.create_vgic", created);
        let result = self.set_attribute(machine.vcpu, 1, 0, 20);
        self.err("postrun.vtimer_irq", result);
        let second = self.ioctl(machine.vm, r::CREATE_VCPU, 1);
        self.program.close(second);
        self.err("postrun.create_vcpu1", only_errors(second));
        // 199 is not KVM_CAP_ARM_MTE; the recorder meant it.
        for (name, capability) in [("enable_mte", 199), ("enable_nisv", 177), ("enable_impid", 239)] {
            let result = self.with(machine.vm, r::ENABLE_CAP, &[capability]);
            self.err(format_args!("postrun.{name}"), result);
        }
        let result = self.with(machine.vm, r::ARM_SET_COUNTER_OFFSET, &[1000, 0]);
        self.err("postrun.set_counter_offset", result);
        let result = self.with(machine.vm, r::ARM_SET_COUNTER_OFFSET, &[1000, 1]);
        self.err("postrun.set_counter_offset_res", result);
    }

    fn powered_off(&mut self) {
        let (machine, _) = self.make(PSCI | POWER_OFF, true, false);
        let state = self.mp_state(machine.vcpu, 9);
        self.err("poweroff.mp", state as i64);
        let result = self.run(machine.vcpu);
        self.err("poweroff.run_blocks(EINTR by alarm)", result);
        let result = self.with(machine.vcpu, r::SET_MP_STATE, &[0]);
        self.err("poweroff.set_runnable", result);
        self.close(machine);
    }

    /// A GIC that is not initialised, and one without addresses.
    fn incomplete_gics(&mut self) {
        for (name, addresses) in [("vgic_uninit", true), ("vgic_noaddr", false)] {
            let mut machine = self.open();
            self.add_ram(&machine);
            machine.vcpu = self.ioctl(machine.vm, r::CREATE_VCPU, 0);
            if addresses {
                self.add_gic(&mut machine);
            } else {
                machine.gic = self.device(machine.vm, VGIC_V3, 0).1;
            }
            self.init_preferred(machine.vcpu, PSCI);
            self.one_store(&machine);
            let result = self.run(machine.vcpu);
            self.err(format_args!("{name}.run"), result);
            let reason = self.exit_reason(machine.vcpu);
            self.err(format_args!("{name}.exit"), reason.into());
            self.close(machine);
        }
    }
}
