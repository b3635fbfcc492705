//! The little state of a vCPU that no ioctl tells: without it a restored guest goes on correctly, with it by the very same
//! instructions. Nothing that KVM's interface covers is here.

use emu::cpu::Monitor;
use emu::timer::Alarm;
use serde::{Deserialize, Serialize};

use super::VcpuFd;
use crate::vm::lock;

/// State of this emulator's CPU that KVM's interface has no name for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct HiddenState {
    /// Instructions retired since the vCPU was made.
    pub retired: u64,
    /// State of the generator behind RNDR.
    pub random_state: u64,
    /// WFE's event register.
    pub event: bool,
    /// The guest waits in WFI, WFIT or WFET.
    pub idle: bool,
    /// CNTVCT_EL0 at which the WFIT or WFET ends, and whether it is a WFET.
    #[serde(default)]
    pub alarm: Option<(u64, bool)>,
    /// Address, size and value that a load-exclusive saw.
    pub monitor: Option<(u64, u8, u128)>,
}

impl VcpuFd {
    /// What KVM's interface does not tell of this vCPU. An addition of this shim.
    pub fn hidden_state(&self) -> HiddenState {
        let state = lock(&self.vcpu.state);
        let cpu = &state.cpu;
        HiddenState {
            retired: cpu.retired,
            random_state: cpu.random_state,
            event: cpu.event,
            idle: state.idle,
            alarm: cpu.timers.alarm.map(|alarm| (alarm.count, alarm.events)),
            monitor: cpu.monitor.marked(),
        }
    }

    /// Takes over what [`Self::hidden_state`] told of another vCPU. An addition of this shim.
    pub fn set_hidden_state(&self, hidden: &HiddenState) {
        let mut state = lock(&self.vcpu.state);
        state.idle = hidden.idle;
        let cpu = &mut state.cpu;
        cpu.retired = hidden.retired;
        cpu.next_timer_check = hidden.retired;
        cpu.quantum_start = hidden.retired;
        cpu.random_state = hidden.random_state;
        cpu.event = hidden.event;
        cpu.timers.alarm = hidden.alarm.map(|(count, events)| Alarm { count, events });
        cpu.monitor = Monitor::default();
        if let Some((address, size, value)) = hidden.monitor {
            cpu.monitor.mark(address, size, value);
        }
    }
}
