//! Exceptions that the hypervisor injects into the guest (arch/arm64/kvm/inject_fault.c). Decides on none.

use super::{Completion, VcpuFd, VcpuState};
use crate::personality::traits::AbortSyndrome;
use crate::vm::lock;
use emu::cpu::{Exception, ExceptionClass, ExceptionLevel, SysRegTrap};

/// Synchronous external abort, not on a table walk.
const EXTERNAL: u64 = 0x10;
/// The same on a table walk, level 0; the levels are one after the other, from -1 on.
const EXTERNAL_ON_WALK: u64 = 0x14;
/// ESR_ELx.IL.
const IL: u64 = 1 << 25;

impl VcpuFd {
    /// `kvm_inject_dabt` and `kvm_inject_pabt`: a synchronous external abort at `address`, or on a table walk for it at a level.
    pub(super) fn inject_abort(&self, state: &mut VcpuState, fetch: bool, address: u64, walk_level: Option<i32>) {
        let told = walk_level.filter(|_| self.vm.host.personality.traits().walk_aborts_tell_level);
        let status = told.map_or(EXTERNAL, |level| EXTERNAL_ON_WALK.wrapping_add_signed(level.into()));
        self.inject_fault(state, fetch, address, status);
    }

    /// `kvm_inject_size_fault`: an address size fault, level 0.
    pub(super) fn inject_size_fault(&self, state: &mut VcpuState, fetch: bool, address: u64) {
        self.inject_fault(state, fetch, address, 0);
    }

    fn inject_fault(&self, state: &mut VcpuState, fetch: bool, address: u64, status: u64) {
        let user = state.cpu.pstate.el == ExceptionLevel::EL0;
        let class = match (fetch, user) {
            (true, true) => ExceptionClass::InstructionAbortLower,
            (true, false) => ExceptionClass::InstructionAbortSame,
            (false, true) => ExceptionClass::DataAbortLower,
            (false, false) => ExceptionClass::DataAbortSame,
        };
        // A folded read of an ID register counts as the trap that it stands for.
        let trapped = state.trapped || state.cpu.folded_reads().next().is_some();
        let length = |known: bool| if known { IL } else { 0 };
        let syndrome = |il: u64| (class as u64) << 26 | il | status;
        let esr = match self.vm.host.personality.traits().abort_syndrome {
            AbortSyndrome::OfLastTrap => syndrome(length(trapped)),
            AbortSyndrome::SignExtended => i64::from(syndrome(length(trapped)) as u32 as i32) as u64,
            AbortSyndrome::WithLength => syndrome(IL),
        };
        let mut exception = Exception::new(class, 0).at(address);
        exception.esr = esr;
        state.inject(&exception);
    }

    /// KVM_SET_VCPU_EVENTS with `ext_dabt_pending`: the MMIO access that left ends in a synchronous external abort.
    pub fn inject_external_abort(&self) {
        lock(&self.vcpu.state).pend_external_abort();
    }
}

impl VcpuState {
    /// The next KVM_RUN begins with a data abort, instead of what it would have completed.
    fn pend_external_abort(&mut self) {
        let left = std::mem::take(&mut self.completion);
        if let Completion::MmioRead(transfer) | Completion::MmioWrite(transfer) = left {
            self.trace_mmio(&transfer, None);
        }
        self.completion = Completion::ExternalAbort(self.mmio_address);
    }

    /// `kvm_inject_undefined`.
    pub(super) fn inject_undefined(&mut self) {
        self.inject(&Exception::unknown());
    }

    /// The syndrome of a trapped read, handed on to EL1.
    pub(super) fn inject_system_register_trap(&mut self, trap: &SysRegTrap) {
        let rt = if trap.rt >= 31 { 31 } else { trap.rt };
        self.inject(&Exception::system_register(trap.encoding, rt, trap.read));
    }

    fn inject(&mut self, exception: &Exception) {
        let pc = self.cpu.pc;
        self.cpu.take_exception(exception, pc);
        // `enter_exception64` makes up the new PSTATE by itself, and has not heard of FEAT_NMI.
        self.cpu.pstate.allint = false;
        self.cpu.retired += 1;
        self.cpu.budget = self.cpu.budget.saturating_sub(1);
    }
}
