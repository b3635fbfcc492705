//! Exceptions that the hypervisor injects into the guest (arch/arm64/kvm/inject_fault.c). Decides on none.

use super::{Completion, VcpuFd, VcpuState};
use crate::abi::exit;
use crate::personality::traits::{AbortSyndrome, AskedAbort};
use crate::vm::lock;
use emu::cpu::{Attention, Exception, ExceptionClass, ExceptionLevel, SysRegTrap, Vector, daif};
use sysregs::SysReg;

/// Synchronous external abort, not on a table walk.
const EXTERNAL: u64 = 0x10;
/// The same on a table walk, level 0; the levels are one after the other, from -1 on.
const EXTERNAL_ON_WALK: u64 = 0x14;
/// ESR_ELx.IL.
const IL: u64 = 1 << 25;
/// SCTLR2_EL1: external aborts are SErrors, and SErrors are not masked.
const SCTLR2_EASE: u64 = 1 << 5;
const SCTLR2_NMEA: u64 = 1 << 2;

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
        self.write_fault(state, fetch, address, status);
        state.enter(self.abort_vector(state));
        state.count_injection();
    }

    /// ESR_EL1 and FAR_EL1 of an abort.
    fn write_fault(&self, state: &mut VcpuState, fetch: bool, address: u64, status: u64) {
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
        state.cpu.set_sys(SysReg::ESR_EL1, esr);
        state.cpu.set_sys(SysReg::FAR_EL1, address);
    }

    /// Where an abort goes: to the SErrors, if the guest wants that (`effective_sctlr2_ease`).
    fn abort_vector(&self, state: &VcpuState) -> Vector {
        let knows = self.vm.host.personality.traits().serrors_taken;
        if knows && state.cpu.sys(SysReg::SCTLR2_EL1) & SCTLR2_EASE != 0 { Vector::SError } else { Vector::Synchronous }
    }

    /// KVM_SET_VCPU_EVENTS with `ext_dabt_pending`, by a VMM that takes its MMIO exit back first: whatever the kernel does with an access that is
    /// still open, the guest has the abort and not the data.
    pub fn inject_external_abort(&self) {
        self.vcpu.run.set_exit_reason(exit::UNKNOWN);
        self.ask_for_abort(&mut lock(&self.vcpu.state));
    }

    /// `kvm_inject_dabt` or `kvm_inject_sea_dabt` for user space, which last left for an access to a device, perhaps.
    pub(super) fn ask_for_abort(&self, state: &mut VcpuState) {
        self.write_fault(state, false, state.fault_address, EXTERNAL);
        let asked = self.vm.host.personality.traits().asked_abort;
        // A state that the CPU cannot be in runs nothing, either.
        if matches!(asked, AskedAbort::Taken | AskedAbort::TakenThenCompleted) && state.adopt_pstate() {
            if asked == AskedAbort::Taken {
                state.abandon_access();
            }
            state.enter(self.abort_vector(state));
            return;
        }
        state.completion = match (asked, state.completion) {
            (AskedAbort::LostToCompletion, Completion::MmioRead(transfer) | Completion::MmioWrite(transfer)) => {
                Completion::LostAbort(transfer)
            }
            (AskedAbort::LostToCompletion, Completion::LostAbort(transfer)) => Completion::LostAbort(transfer),
            _ => {
                state.abandon_access();
                Completion::Abort
            }
        };
    }

    /// `kvm_inject_serror_esr`, and `kvm_set_sei_esr` before it.
    pub(super) fn inject_serror(&self, state: &mut VcpuState, syndrome: u64) {
        let traits = self.vm.host.personality.traits();
        let masked = state.cpu.pstate.daif & daif::A != 0 && state.cpu.sys(SysReg::SCTLR2_EL1) & SCTLR2_NMEA == 0;
        if !traits.serrors_taken || masked || !state.adopt_pstate() {
            // A CPU without the register makes something up.
            state.cpu.set_sys(SysReg::VSESR_EL2, if self.has_serror_syndrome() { syndrome } else { 0 });
            self.vcpu.signal.set(Attention::SError);
            return;
        }
        let length = if traits.abort_syndrome == AbortSyndrome::WithLength { IL } else { 0 };
        state.cpu.set_sys(SysReg::ESR_EL1, (ExceptionClass::SError as u64) << 26 | length | syndrome);
        state.abandon_access();
        state.enter(Vector::SError);
    }
}

impl VcpuState {
    /// The access that left is not completed.
    fn abandon_access(&mut self) {
        let left = std::mem::take(&mut self.completion);
        if let Completion::MmioRead(transfer) | Completion::MmioWrite(transfer) = left {
            self.trace_mmio(&transfer, None);
        }
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
        self.cpu.set_sys(SysReg::ESR_EL1, exception.esr);
        self.enter(Vector::Synchronous);
        self.count_injection();
    }

    /// Enters EL1, whose ESR_EL1 is written.
    pub(super) fn enter(&mut self, vector: Vector) {
        self.cpu.take_interrupt(vector);
        // `enter_exception64` makes up the new PSTATE by itself, and has not heard of FEAT_NMI.
        self.cpu.pstate.allint = false;
    }

    /// In KVM_RUN an exception counts as an instruction.
    pub(super) fn count_injection(&mut self) {
        self.cpu.retired += 1;
        self.cpu.budget = self.cpu.budget.saturating_sub(1);
    }
}
