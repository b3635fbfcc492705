//! What KVM_GET_STATS_FD tells of a vCPU: its exits, and how it halted (`kvm_vcpu_halt`). Two stay zero: halt_poll_invalid, as no wake-up is
//! invalid on arm64, and wfe_exit_stat, as WFE does not trap while nobody else wants the CPU.

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
    /// Halts by nanoseconds.
    by_length: [u64; BUCKETS],
    /// Those that polling has ended, and those after which the vCPU slept.
    successful: Polls,
    failed: Polls,
    /// When the vCPU went to sleep, while it sleeps.
    since: Option<u64>,
}

impl Halts {
    fn end(&mut self, now: u64, woken: bool) {
        let Some(since) = self.since.take() else { return };
        let waited = now.saturating_sub(since);
        self.wakeups += u64::from(woken);
        self.waited += waited;
        self.by_length[bucket(waited)] += 1;
    }

    /// The vCPU has polled (`update_halt_poll_stats`).
    pub(super) fn polled(&mut self, nanoseconds: u64, successful: bool) {
        let polls = if successful { &mut self.successful } else { &mut self.failed };
        polls.count += 1;
        polls.nanoseconds += nanoseconds;
        polls.by_length[bucket(nanoseconds)] += 1;
    }
}

/// Of one outcome.
#[derive(Clone, Copy, Debug, Default)]
struct Polls {
    count: u64,
    nanoseconds: u64,
    by_length: [u64; BUCKETS],
}

/// Where a time is counted: with all that have as many bits (`kvm_stats_log_hist_update`).
fn bucket(nanoseconds: u64) -> usize {
    let bits = (u64::BITS - nanoseconds.leading_zeros()) as usize;
    bits.min(BUCKETS - 1)
}

impl VcpuState {
    /// The VM's time in nanoseconds.
    pub(super) fn now(&mut self) -> u64 {
        self.cpu.sync_time(self.cpu.retired);
        self.cpu.timers.clock.nanoseconds() + self.cpu.timers.quantum_nanoseconds
    }
}

impl Vcpu {
    /// Writes the counts down for who reads them.
    pub(super) fn tell_statistics(&self, state: &VcpuState) {
        let Some(statistics) = self.statistics.get() else { return };
        let (exits, halts) = (&state.exits, &state.halts);
        let called = exits.hypercall - exits.workaround;
        let all = exits.sysreg + called + exits.device_mmio + exits.user_mmio + exits.wfi + exits.signal;
        statistics.update(&[
            ("halt_successful_poll", &[halts.successful.count]),
            ("halt_attempted_poll", &[halts.successful.count + halts.failed.count]),
            ("halt_poll_success_ns", &[halts.successful.nanoseconds]),
            ("halt_poll_fail_ns", &[halts.failed.nanoseconds]),
            ("halt_poll_success_hist", &halts.successful.by_length),
            ("halt_poll_fail_hist", &halts.failed.by_length),
            ("halt_wakeup", &[halts.wakeups]),
            ("halt_wait_ns", &[halts.waited]),
            ("halt_wait_hist", &halts.by_length),
            ("blocking", &[halts.since.is_some().into()]),
            ("hvc_exit_stat", &[called - exits.smc]),
            ("wfi_exit_stat", &[exits.wfi]),
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
