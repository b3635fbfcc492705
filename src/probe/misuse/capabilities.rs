//! ENCAP rows: KVM_ENABLE_CAP of every capability on a VM and on a vCPU; and machine types of KVM_CREATE_VM.

use super::super::machine::{Machine, Probe, only_errors};
use super::super::request as r;

/// Capabilities that are tried.
const CAPABILITIES: u64 = 280;
const EINVAL: i64 = -22;
const ENOTTY: i64 = -25;

impl Probe {
    pub(super) fn enable_capabilities(&mut self, machine: &Machine) {
        for capability in 0..CAPABILITIES {
            let result = self.with(machine.vm, r::ENABLE_CAP, &[capability]);
            if result != EINVAL {
                self.row(format_args!("ENCAP\tvm\t{capability}\t{result}"));
            }
        }
        let result = self.with(machine.vm, r::ENABLE_CAP, &[177 | 1 << 32]);
        self.err("encap.flags1", result);
    }

    pub(super) fn enable_vcpu_capabilities(&mut self) {
        let machine = self.open_with_vcpu();
        let mut no_such_ioctl = false;
        for capability in 0..CAPABILITIES {
            match self.with(machine.vcpu, r::ENABLE_CAP, &[capability]) {
                EINVAL => {}
                ENOTTY if no_such_ioctl => {}
                ENOTTY => {
                    no_such_ioctl = true;
                    self.row(format_args!("ENCAP\tvcpu\tany\t{ENOTTY}"));
                }
                result => self.row(format_args!("ENCAP\tvcpu\t{capability}\t{result}")),
            }
        }
        self.close(machine);
    }

    pub(super) fn machine_types(&mut self) {
        let named = [("0x100", 0x100), ("1<<31", 1 << 31), ("1<<32", 1 << 32)].map(|(name, kind)| (name.to_owned(), kind));
        for (name, kind) in (0..70).map(|kind| (kind.to_string(), kind)).chain(named) {
            let vm = self.ioctl(0, r::CREATE_VM, kind);
            self.program.close(vm);
            self.err(format_args!("create_vm.type_{name}"), only_errors(vm));
        }
    }
}
