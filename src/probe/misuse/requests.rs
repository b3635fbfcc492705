//! Requests that do not belong where they are sent; events, power states, debugging and finalisation of a vCPU.

use super::super::machine::{Machine, Probe, only_errors};
use super::super::program::{ARGUMENT, BUFFER, DATA};
use super::super::request as r;
use super::BAD;

/// Which descriptor a request goes to.
#[derive(Clone, Copy)]
enum To {
    Kvm,
    Vm,
    Vcpu,
}

/// Requests with the buffer, or a small number, as argument.
const REQUESTS: [(&str, To, u32, u64); 24] = [
    ("kvm_unknown", To::Kvm, 0xaefe, 0),
    ("vm_unknown", To::Vm, 0xaefe, 0),
    ("vcpu_unknown", To::Vcpu, 0xaefe, 0),
    ("vcpu_wrongtype", To::Vcpu, 0x5801, 0),
    ("kvm_TCGETS", To::Kvm, 0x5401, BUFFER),
    ("GET_API_VERSION_arg1", To::Kvm, r::GET_API_VERSION, 1),
    ("GET_VCPU_MMAP_SIZE_arg1", To::Kvm, r::GET_VCPU_MMAP_SIZE, 1),
    ("vm_GET_API_VERSION", To::Vm, r::GET_API_VERSION, 0),
    // sizeof(struct kvm_regs) is 864.
    ("vcpu_GET_REGS", To::Vcpu, 0x8360_ae81, BUFFER),
    // Empty structures.
    ("vcpu_GET_SREGS", To::Vcpu, 0x8000_ae83, BUFFER),
    ("vcpu_GET_FPU", To::Vcpu, 0x8000_ae8c, BUFFER),
    ("vcpu_TRANSLATE", To::Vcpu, 0xc018_ae85, BUFFER),
    ("vcpu_INTERRUPT", To::Vcpu, 0x4004_ae86, BUFFER),
    ("vcpu_KVM_RUN_arg1", To::Vcpu, r::RUN, 1),
    ("vm_on_vcpu_CREATE_VCPU", To::Vcpu, r::CREATE_VCPU, 3),
    ("vcpu_on_vm_GET_ONE_REG", To::Vm, r::GET_ONE_REG, BUFFER),
    ("run_on_vm", To::Vm, r::RUN, 0),
    ("GET_CPUID2", To::Vcpu, 0xc008_ae91, BUFFER),
    ("GET_SUPPORTED_CPUID", To::Kvm, 0xc008_ae05, BUFFER),
    ("GET_MSR_INDEX_LIST", To::Kvm, 0xc004_ae02, BUFFER),
    ("kvm_PREFERRED_TARGET", To::Kvm, r::ARM_PREFERRED_TARGET, BUFFER),
    ("vm_PREFERRED_TARGET_badptr", To::Vm, r::ARM_PREFERRED_TARGET, BAD),
    ("SET_TSC_KHZ", To::Vcpu, 0xaea2, 1),
    ("GET_STATS_FD_vm", To::Vm, r::GET_STATS_FD, 0),
];

/// The same, after the signal masks.
const LATER: [(&str, To, u32, u64); 7] = [
    ("SMI", To::Vcpu, 0xaeb7, 0),
    ("NMI", To::Vcpu, 0xae9a, 0),
    ("MEMORY_ENCRYPT_OP", To::Vm, 0xc008_aeba, BUFFER),
    ("GET_CLOCK", To::Vm, 0x8030_ae7c, BUFFER),
    ("SET_TSS_ADDR", To::Vm, 0xae47, 0),
    ("KVMCLOCK_CTRL", To::Vcpu, 0xaead, 0),
    ("KVM_TRACE?", To::Kvm, 0xae06, 0),
];

impl Probe {
    fn odd_request(&mut self, machine: &Machine, (name, to, request, argument): (&str, To, u32, u64)) {
        let fd = match to {
            To::Kvm => 0,
            To::Vm => machine.vm,
            To::Vcpu => machine.vcpu,
        };
        let result = self.ioctl(fd, request, argument);
        let created = request == r::GET_STATS_FD && result >= 0;
        if created {
            self.program.close(result);
        }
        self.err(format_args!("ioc.{name}"), if created { only_errors(result) } else { result });
    }

    pub(super) fn odd_requests(&mut self, machine: &Machine) {
        REQUESTS.into_iter().for_each(|request| self.odd_request(machine, request));
        self.odd_request(machine, ("GET_STATS_FD_vcpu", To::Vcpu, r::GET_STATS_FD, 0));
        // Length, then the set.
        for (name, length) in [("8", 8), ("4", 4)] {
            let result = self.with(machine.vcpu, r::SET_SIGNAL_MASK, &[length]);
            self.err(format_args!("ioc.SET_SIGNAL_MASK_{name}"), result);
        }
        self.odd_request(machine, ("SET_SIGNAL_MASK_null", To::Vcpu, r::SET_SIGNAL_MASK, 0));
        LATER.into_iter().for_each(|request| self.odd_request(machine, request));
    }

    pub(super) fn events_and_states(&mut self, machine: &Machine) {
        let vcpu = machine.vcpu;
        self.program.store(DATA, &[], 64);
        let result = self.ioctl(vcpu, r::GET_VCPU_EVENTS, DATA);
        self.err("ev.get", result);
        let any = self.program.bytes(DATA, 64).iter().fold(0, |any, byte| any | byte);
        self.err("ev.nonzero", any.into());
        let events: [(&str, &[u64]); 4] =
            [("reserved", &[0, 0, 1]), ("pad", &[1 << 24]), ("hasesr_only", &[1 << 8]), ("badesr", &[1 << 8 | 1, 1 << 30])];
        for (name, words) in events {
            let result = self.with(vcpu, r::SET_VCPU_EVENTS, words);
            self.err(format_args!("ev.set_{name}"), result);
        }
        for state in 0..12 {
            let result = self.with(vcpu, r::SET_MP_STATE, &[state]);
            self.err(format_args!("mp.set_{state}"), result);
        }
        let state = self.mp_state(vcpu, 11);
        self.err("mp.after_all", state as i64);
        self.with(vcpu, r::SET_MP_STATE, &[0]);
        for bit in 0..32 {
            let result = self.with(vcpu, r::SET_GUEST_DEBUG, &[1 << bit]);
            self.err(format_args!("dbg.control_bit{bit}"), result);
        }
        self.with(vcpu, r::SET_GUEST_DEBUG, &[0]);
        for feature in 0..9 {
            let result = self.with(vcpu, r::ARM_VCPU_FINALIZE, &[feature]);
            self.err(format_args!("finalize.{feature}_nosve"), result);
        }
        // Nothing of the structures is left for the next question.
        self.program.store(ARGUMENT, &[], 0x400);
    }
}
