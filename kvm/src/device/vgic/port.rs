//! The wires between a GIC and its vCPUs: output lines to attention bits, system registers and timers back. Holds no state of
//! an interrupt.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use emu::cpu::{Attention, VcpuSignal};
use emu::gic::{Gic, Notify};
use emu::sys::InterruptPort;
use emu::timer::TimerId;

use crate::irqfd::IrqFds;
use crate::vm::TimerIrqs;

/// Wires the GIC's outputs to the vCPUs' attention bits, and tells irqfds of deactivations.
pub(super) struct Wires {
    pub signals: Vec<Arc<VcpuSignal>>,
    pub irqfds: Arc<IrqFds>,
}

impl Notify for Wires {
    fn irq_changed(&self, vcpu: usize, irq: bool, fiq: bool) {
        let Some(signal) = self.signals.get(vcpu) else { return };
        for (attention, level) in [(Attention::Irq, irq), (Attention::Fiq, fiq)] {
            if level { signal.mark(attention) } else { signal.clear(attention) }
        }
    }

    fn wake(&self, vcpu: usize) {
        if let Some(signal) = self.signals.get(vcpu) {
            signal.wake();
        }
    }

    fn deactivated(&self, _: usize, intid: u32) {
        self.irqfds.deactivated(intid);
    }
}

/// A vCPU's connection to the GIC.
pub(super) struct Port {
    pub gic: Arc<Gic>,
    pub index: usize,
    /// The CPU interface is system registers (v3).
    pub registers: bool,
    /// PPIs of the timers.
    pub timer_irqs: TimerIrqs,
}

impl InterruptPort for Port {
    fn has_registers(&self) -> bool {
        self.registers
    }

    fn read(&mut self, encoding: u16) -> Option<u64> {
        self.gic.sysreg_read(self.index, encoding)
    }

    fn write(&mut self, encoding: u16, value: u64) -> Option<()> {
        self.gic.sysreg_write(self.index, encoding, value)
    }

    fn timer_line(&mut self, timer: TimerId, level: bool) {
        let number = self.timer_irqs[timer as usize].load(Ordering::Relaxed);
        // These numbers are PPIs of an existing vCPU, which the GIC always has.
        let _ = self.gic.set_owned_line(Some(self.index), number, level);
    }
}
