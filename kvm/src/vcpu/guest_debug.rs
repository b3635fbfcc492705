//! KVM_SET_GUEST_DEBUG: single step, breakpoints and watchpoints for user space (arch/arm64/kvm/debug.c). What matches is the
//! CPU's business; here is whose registers it looks at, and the exit.

use emu::cpu::{Cpu, DebugRegisters, HypervisorDebug};

use super::{VcpuExit, VcpuFd};
use crate::abi::guest_debug as control;
use crate::errno::{EINVAL, Errno};
use crate::vm::lock;

/// Every control that KVM has (KVM_GUESTDBG_VALID_MASK).
const VALID: u32 = control::ENABLE | control::SINGLESTEP | control::USE_SW_BP | control::USE_HW;
/// ESR_EL2.EC of a software step and of a watchpoint.
const SOFTWARE_STEP: u64 = 0x32;
const WATCHPOINT: u64 = 0x34;

/// `struct kvm_guest_debug`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct GuestDebug {
    /// KVM_GUESTDBG_*.
    pub control: u32,
    /// `arch`, for KVM_GUESTDBG_USE_HW.
    pub registers: DebugRegisters,
}

/// What is remembered between runs.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct DebugState {
    control: u32,
    /// The instruction of the step has executed, its exception is still to come (DBG_SS_ACTIVE_PENDING).
    pending: bool,
    /// The guest's PSTATE.SS while ours is in its place.
    guest_step: bool,
}

impl DebugState {
    fn stepping(self) -> bool {
        self.control & control::SINGLESTEP != 0
    }

    /// Before the guest runs (`kvm_arm_setup_debug`).
    pub fn begin(&mut self, cpu: &mut Cpu) {
        if self.stepping() {
            self.guest_step = cpu.pstate.ss;
            cpu.pstate.ss = false;
            if !self.pending {
                cpu.arm_step();
            }
        }
    }

    /// After it ran (`kvm_arm_clear_debug`).
    pub fn end(&mut self, cpu: &mut Cpu) {
        if self.stepping() {
            self.pending |= !cpu.pstate.ss;
            cpu.pstate.ss = self.guest_step;
        }
    }

    /// The exit of a debug exception (`kvm_handle_guest_debug`).
    pub fn exit(&mut self, cpu: &mut Cpu, esr: u64, far: u64) -> VcpuExit {
        let class = esr >> 26;
        if class == SOFTWARE_STEP {
            // Not to be taken for a step that is pending.
            cpu.arm_step();
            self.pending = false;
        }
        VcpuExit::Debug { esr, far: if class == WATCHPOINT { far } else { 0 } }
    }
}

impl VcpuFd {
    /// KVM_SET_GUEST_DEBUG.
    ///
    /// # Errors
    /// EINVAL for controls that KVM does not have.
    pub fn set_guest_debug(&self, debug: &GuestDebug) -> Result<(), Errno> {
        if debug.control & !VALID != 0 {
            return Err(EINVAL);
        }
        let enabled = debug.control & control::ENABLE != 0;
        let mut state = lock(&self.vcpu.state);
        state.debug = DebugState { control: if enabled { debug.control } else { 0 }, ..DebugState::default() };
        state.cpu.debug.hypervisor = enabled.then(|| {
            let registers = (debug.control & control::USE_HW != 0).then(|| Box::new(debug.registers));
            Box::new(HypervisorDebug { step: debug.control & control::SINGLESTEP != 0, registers })
        });
        state.cpu.update_debug();
        Ok(())
    }
}
