//! Stolen time (arch/arm64/kvm/pvtime.c): how long the thread of a vCPU waited for a host CPU, in a structure in guest memory.
//! Waits for nothing itself.

use std::sync::atomic::Ordering;

use super::hypercall::{NOT_SUPPORTED, SUCCESS, function};
use super::{NO_STEAL_TIME, VcpuFd, VcpuState};
use crate::host::TimeSource;

/// `struct pvclock_vcpu_stolen_time`: revision and attributes, both zero, then the time in nanoseconds.
const SIZE: usize = 64;
const TIME: u64 = 8;

/// How long this thread has waited while it could run; a kernel that does not say has let it wait never.
fn waited() -> u64 {
    let facts = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    facts.split_whitespace().nth(1).and_then(|nanoseconds| nanoseconds.parse().ok()).unwrap_or(0)
}

impl VcpuFd {
    fn stolen_time(&self) -> Option<u64> {
        Some(self.vcpu.steal_time.load(Ordering::SeqCst)).filter(|&base| base != NO_STEAL_TIME)
    }

    /// What the thread has waited; nothing where time is work.
    fn waited(&self) -> u64 {
        if self.vm.host.time == TimeSource::Virtual { 0 } else { waited() }
    }

    /// PV_TIME_FEATURES (`kvm_hypercall_pv_features`).
    pub(super) fn stolen_time_features(&self, feature: u32) -> u64 {
        let known = matches!(feature, function::PV_TIME_FEATURES | function::PV_TIME_ST);
        if known && self.stolen_time().is_some() { SUCCESS } else { NOT_SUPPORTED }
    }

    /// PV_TIME_ST (`kvm_init_stolen_time`): where the structure is, which begins anew.
    pub(super) fn start_stolen_time(&self, state: &mut VcpuState) -> u64 {
        let Some(base) = self.stolen_time() else { return NOT_SUPPORTED };
        state.stolen = self.waited();
        // As with the kernel, a slot that is gone is the guest's loss.
        let _ = self.vm.memory.write_bytes(base, &[0; SIZE]);
        base
    }

    /// Before the guest is entered (`kvm_update_stolen_time`).
    pub(super) fn record_stolen_time(&self, state: &mut VcpuState) {
        let Some(base) = self.stolen_time() else { return };
        let Some(told) = self.vm.memory.read::<u64>(base + TIME) else { return };
        let now = self.waited();
        let time = told.wrapping_add(now - state.stolen.min(now));
        state.stolen = now;
        // It could be read a moment ago.
        let _ = self.vm.memory.write_bytes(base + TIME, &time.to_le_bytes());
    }
}
