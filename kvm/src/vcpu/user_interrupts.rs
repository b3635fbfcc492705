//! A VM without an interrupt controller in the kernel: interrupt lines straight to the PE (KVM_IRQ_LINE), and timers whose lines
//! user space learns of through `kvm_run` (`kvm_timer_should_notify_user`). Delivers no timer interrupt itself.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use emu::cpu::{Attention, VcpuSignal};
use emu::sys::InterruptPort;
use emu::timer::TimerId;

use super::{Vcpu, VcpuFd};
use crate::errno::{EINVAL, Errno};

/// KVM_ARM_IRQ_CPU_IRQ and KVM_ARM_IRQ_CPU_FIQ.
const CPU_IRQ: u32 = 0;
const CPU_FIQ: u32 = 1;

/// The timers' end of `device_irq_level`.
struct TimerLines {
    lines: Arc<AtomicU64>,
    signal: Arc<VcpuSignal>,
}

impl InterruptPort for TimerLines {
    fn has_registers(&self) -> bool {
        false
    }

    fn read(&mut self, _encoding: u16) -> Option<u64> {
        None
    }

    fn write(&mut self, _encoding: u16, _value: u64) -> Option<()> {
        None
    }

    fn timer_line(&mut self, timer: TimerId, level: bool) {
        let bit = match timer {
            TimerId::Virtual => 1,
            TimerId::Physical => 2,
        };
        let before = if level { self.lines.fetch_or(bit, Ordering::SeqCst) } else { self.lines.fetch_and(!bit, Ordering::SeqCst) };
        if (before & bit != 0) != level {
            self.signal.set(Attention::Kick);
        }
    }
}

impl Vcpu {
    /// The timers' lines go to user space.
    pub(super) fn user_timer_port(&self) -> Box<dyn InterruptPort> {
        Box::new(TimerLines { lines: self.timer_lines.clone(), signal: self.signal.clone() })
    }

    /// KVM_IRQ_LINE with a CPU's own line.
    pub(crate) fn set_cpu_line(&self, number: u32, level: bool) -> Result<(), Errno> {
        let attention = match number {
            CPU_IRQ => Attention::Irq,
            CPU_FIQ => Attention::Fiq,
            _ => return Err(EINVAL),
        };
        if level {
            self.signal.set(attention);
        } else {
            self.signal.clear(attention);
        }
        Ok(())
    }
}

impl VcpuFd {
    /// Timer lines that user space has not been told of.
    pub(super) fn timers_to_report(&self) -> bool {
        self.vcpu.timer_lines.load(Ordering::SeqCst) != self.vcpu.run.device_irq_level()
    }

    /// `kvm_timer_update_run`.
    pub(super) fn report_timers(&self) {
        self.vcpu.run.set_device_irq_level(self.vcpu.timer_lines.load(Ordering::SeqCst));
    }
}
