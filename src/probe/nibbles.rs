//! NIB, WHOLE and NIBGET rows: every value in every nibble of every identification register of a vCPU that has never run.

use super::configurations::encoding;
use super::machine::{PSCI, Probe, sysreg};
use super::program::{DATA, Fd};
use super::request as r;

/// Demultiplexed CCSIDR_EL1 values, and firmware pseudo-registers.
const DEMUX: u64 = 0x6020_0000_0011_0000;
pub const FIRMWARE: u64 = 0x6030_0000_0014_0000;
/// KVM_CAP_ARM_WRITABLE_IMP_ID_REGS.
const WRITABLE_IMPLEMENTATION: u64 = 239;

impl Probe {
    pub(super) fn nibbles(&mut self) {
        let full = self.full;
        self.nibbles_of("psci", PSCI, false, false);
        if full != PSCI {
            self.nibbles_of("full", full, false, false);
        }
        self.nibbles_of("psci_vgic3", PSCI, true, false);
        self.nibbles_of("impid", PSCI, false, true);
    }

    fn nibbles_of(&mut self, name: &str, features: u64, gic: bool, implementation: bool) {
        let mut machine = self.open();
        if implementation {
            let result = self.with(machine.vm, r::ENABLE_CAP, &[WRITABLE_IMPLEMENTATION]);
            self.err("enable_WRITABLE_IMP_ID_REGS(239)_before_vcpu", result);
            if result != 0 {
                return self.close(machine);
            }
        }
        machine.vcpu = self.ioctl(machine.vm, r::CREATE_VCPU, 0);
        if gic {
            self.add_gic(&mut machine);
        }
        let mut result = self.init_preferred(machine.vcpu, features);
        if result == 0 {
            result = self.finalize(machine.vcpu, features);
        }
        if result != 0 {
            self.row(format_args!("NIBINIT\t{name}\t{result}"));
            return self.close(machine);
        }
        if gic {
            self.init_gic(machine.gic);
        }
        for op1 in [0, 1, 3] {
            for crm in 0..if implementation { 1 } else { 8 } {
                for op2 in 0..8 {
                    self.nibbles_of_register(name, machine.vcpu, sysreg(3, op1, 0, crm, op2));
                }
            }
        }
        if !implementation {
            self.nibbles_of_register(name, machine.vcpu, sysreg(3, 2, 0, 0, 0));
            let others = (0..15).map(|cache| DEMUX + cache).chain((0..5).map(|number| FIRMWARE + number));
            others.for_each(|id| self.nibbles_of_register(name, machine.vcpu, id));
        }
        self.close(machine);
    }

    fn nibbles_of_register(&mut self, name: &str, vcpu: Fd, id: u64) {
        self.program.store(DATA, &[], 256);
        let result = self.with(vcpu, r::GET_ONE_REG, &[id, DATA]);
        let shown = encoding(id);
        if result < 0 {
            return self.row(format_args!("NIBGET\t{name}\t{id:#018x}\t{shown}\t{result}"));
        }
        let original = self.program.load(DATA, 8);
        let same = self.set(vcpu, id, original);
        let zero = self.set(vcpu, id, 0);
        let after_zero = self.value(vcpu, id);
        self.set(vcpu, id, original);
        let ones = self.set(vcpu, id, u64::MAX);
        let after_ones = self.value(vcpu, id);
        let restored = self.set(vcpu, id, original);
        self.row(format_args!(
            "WHOLE\t{name}\t{id:#018x}\t{shown}\t{original:#x}\t{same}\t{zero}\t{after_zero:#x}\t{ones}\t{after_ones:#x}\t{restored}"
        ));
        let size = 1 << (id >> 52 & 15);
        (0..2 * size).for_each(|nibble| self.nibble(name, vcpu, id, original, nibble));
    }

    fn nibble(&mut self, name: &str, vcpu: Fd, id: u64, original: u64, nibble: u32) {
        let shown = encoding(id);
        let mask = if id >> 52 & 15 == 2 { u64::from(u32::MAX) } else { u64::MAX };
        let (mut results, mut odd) = (Vec::new(), String::new());
        for value in 0..16 {
            let wanted = original & !(15 << (4 * nibble)) | value << (4 * nibble);
            let result = self.set(vcpu, id, wanted);
            let back = self.value(vcpu, id) & mask;
            if result == 0 && back != wanted {
                odd += &format!("{value:x}:{back:#x} ");
            }
            results.push(result.to_string());
            let restored = self.set(vcpu, id, original);
            let now = self.value(vcpu, id) & mask;
            if restored != 0 || now != original {
                self.row(format_args!("NIBWARN\t{name}\t{shown}\t{nibble}\t{value}\trestore={restored}\tnow={now:#x}"));
            }
        }
        let before = original >> (4 * nibble) & 15;
        let odd = if odd.is_empty() { "-" } else { &odd };
        self.row(format_args!("NIB\t{name}\t{id:#018x}\t{shown}\t{nibble}\t{before:x}\t{}\t{odd}", results.join(",")));
    }
}
