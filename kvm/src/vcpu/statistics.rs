//! What KVM_GET_STATS_FD tells of a vCPU: its exits, and how it halted (`kvm_vcpu_halt`). Nobody polls before sleeping, so the
//! numbers of polling stay zero.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use super::{INTERRUPTED, Vcpu, VcpuFd, VcpuState};
use crate::errno::{EINVAL, Errno};
use crate::stats::{BUCKETS, Statistics};
use crate::vm::lock;

/// The halts of a vCPU, counted whether anybody has asked or not: who asks late is told of all.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Halts {
    /// Those that something else than a signal ended.
    wakeups: u64,
    /// Nanoseconds in all.
    waited: u64,
    /// Halts by nanoseconds: as many as have so many bits.
    by_length: [u64; BUCKETS],
    /// When the vCPU went to sleep, while it sleeps.
    since: Option<u64>,
}

impl Halts {
    fn end(&mut self, now: u64, woken: bool) {
        let Some(since) = self.since.take() else { return };
        let waited = now.saturating_sub(since);
        self.wakeups += u64::from(woken);
        self.waited += waited;
        // `kvm_stats_log_hist_update`
        let bits = (u64::BITS - waited.leading_zeros()) as usize;
        self.by_length[bits.min(BUCKETS - 1)] += 1;
    }
}

impl VcpuState {
    /// The VM's time in nanoseconds.
    fn now(&mut self) -> u64 {
        self.cpu.sync_time(self.cpu.retired);
        self.cpu.timers.clock.nanoseconds() + self.cpu.timers.quantum_nanoseconds
    }
}

impl Vcpu {
    /// Writes the counts down for who reads them.
    pub(super) fn tell_statistics(&self, state: &VcpuState) {
        let Some(statistics) = self.statistics.get() else { return };
        let (exits, halts) = (&state.exits, &state.halts);
        let all = exits.sysreg + exits.hypercall + exits.device_mmio + exits.user_mmio + exits.wait + exits.signal;
        statistics.update(&[
            ("halt_wakeup", &[halts.wakeups]),
            ("halt_wait_ns", &[halts.waited]),
            ("halt_wait_hist", &halts.by_length),
            ("blocking", &[halts.since.is_some().into()]),
            ("hvc_exit_stat", &[exits.hypercall]),
            ("wfi_exit_stat", &[exits.wait]),
            ("mmio_exit_user", &[exits.user_mmio]),
            ("mmio_exit_kernel", &[exits.device_mmio]),
            ("signal_exits", &[exits.signal]),
            ("exits", &[all]),
        ]);
    }
}

impl VcpuFd {
    /// KVM_GET_STATS_FD.
    pub(crate) fn statistics_file(&self) -> Result<Arc<std::fs::File>, Errno> {
        if self.vcpu.statistics.get().is_none() {
            // Who comes second throws his away.
            let _ = self.vcpu.statistics.set(Statistics::of_vcpu(self.vcpu.id)?);
            self.vcpu.tell_statistics(&lock(&self.vcpu.state));
        }
        self.vcpu.statistics.get().ok_or(EINVAL)?.open()
    }

    /// The vCPU goes to sleep, unless it did before. WFET sleeps here only: KVM yields (`kvm_handle_wfx`), which is no halt.
    pub(super) fn begin_halt(&self, state: &mut VcpuState) {
        if state.halts.since.is_some() || state.cpu.timers.alarm.is_some_and(|alarm| alarm.events) {
            return;
        }
        let now = state.now();
        state.halts.since = Some(now);
        self.vcpu.tell_statistics(state);
    }

    /// The vCPU goes on, if it slept.
    pub(super) fn end_halt(&self, state: &mut VcpuState) {
        if state.halts.since.is_none() {
            return;
        }
        let (now, woken) = (state.now(), !self.signal_ended_sleep(state));
        state.halts.end(now, woken);
        self.vcpu.tell_statistics(state);
    }

    /// True when nothing but a signal has ended the sleep: that wakes the thread, and not the vCPU (`kvm_vcpu_wake_up`).
    fn signal_ended_sleep(&self, state: &mut VcpuState) -> bool {
        let signalled = self.vcpu.run.immediate_exit() || INTERRUPTED.with(|interrupted| interrupted.load(Ordering::SeqCst));
        signalled && !state.cpu.interrupt_pending()
    }
}
