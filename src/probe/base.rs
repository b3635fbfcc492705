//! META, PREF and CAP rows: the host, and what KVM_CHECK_EXTENSION answers. Creates no vCPU.

use super::machine::Probe;
use super::program::DATA;
use super::request as r;

/// Capabilities that are asked for.
const CAPABILITIES: u64 = 321;

impl Probe {
    pub(super) fn base(&mut self) {
        let personality = self.host.personality;
        let (release, version) = personality.build().unwrap_or((personality.name(), "unknown build"));
        self.row(format_args!("META\tkernel\t{release}"));
        self.row(format_args!("META\tversion\t{version}"));
        for (key, request) in [("api", r::GET_API_VERSION), ("mmap_size", r::GET_VCPU_MMAP_SIZE)] {
            let value = self.ioctl(0, request, 0);
            self.row(format_args!("META\t{key}\t{value}"));
        }
        let machine = self.open();
        // The structure is full of ones before, so that it shows what is written.
        self.program.store(DATA, &[u64::MAX; 4], 32);
        let result = self.ioctl(machine.vm, r::ARM_PREFERRED_TARGET, DATA);
        let target = self.program.load(DATA, 4);
        let features: String = (1..8).map(|word| format!("\t{:#x}", self.program.load(DATA + 4 * word, 4))).collect();
        self.row(format_args!("PREF\t{result}\t{target}{features}"));
        for (name, fd) in [("dev", 0), ("vm", machine.vm)] {
            for capability in 0..CAPABILITIES {
                let value = self.ioctl(fd, r::CHECK_EXTENSION, capability);
                self.row(format_args!("CAP\t{name}\t{capability}\t{value}"));
            }
        }
        self.close(machine);
        let full = self.full;
        self.row(format_args!("META\tfull_features\t{full:#x}"));
    }
}
