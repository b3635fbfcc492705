//! KVM_GET_VCPU_EVENTS and KVM_SET_VCPU_EVENTS: what is pending at a vCPU besides interrupts.

use emu::cpu::Attention;
use sysregs::SysReg;

use super::VcpuFd;
use crate::abi::VcpuEvents;
use crate::abi::cap::CAP_INJECT_EXT_DABT;
use crate::errno::{EINVAL, ENOEXEC, Errno};
use crate::vm::lock;

/// Bits of ESR_ELx.ISS.
const ISS: u64 = 0x01ff_ffff;

/// An SError without a syndrome of its own: IDS, which KVM finds by the name ISV (`kvm_inject_vabt`).
const NO_SYNDROME: u64 = 1 << 24;

impl VcpuFd {
    /// True once KVM_ARM_VCPU_INIT succeeded.
    pub fn is_initialised(&self) -> bool {
        lock(&self.vcpu.state).features.is_some()
    }

    /// ENOEXEC where the kernel wants an initialised vCPU and this is none.
    pub(crate) fn check_events_allowed(&self) -> Result<(), Errno> {
        let needed = self.vm.host.personality.traits().events_need_init;
        if needed && !self.is_initialised() { Err(ENOEXEC) } else { Ok(()) }
    }

    /// KVM_GET_VCPU_EVENTS.
    ///
    /// # Errors
    /// ENOEXEC before KVM_ARM_VCPU_INIT, on kernels that care.
    pub fn get_vcpu_events(&self) -> Result<VcpuEvents, Errno> {
        self.check_events_allowed()?;
        let state = lock(&self.vcpu.state);
        let pending = self.vcpu.signal.bits() & Attention::SError as u32 != 0;
        let has_esr = self.has_serror_syndrome();
        let esr = if pending && has_esr { state.cpu.sys(SysReg::VSESR_EL2) & ISS } else { 0 };
        Ok(VcpuEvents { serror_pending: pending, serror_has_esr: has_esr, ext_dabt_pending: false, serror_esr: esr })
    }

    /// KVM_SET_VCPU_EVENTS.
    ///
    /// # Errors
    /// ENOEXEC before KVM_ARM_VCPU_INIT, on kernels that care; EINVAL for a syndrome that the host cannot set or that is none.
    pub fn set_vcpu_events(&self, events: &VcpuEvents) -> Result<(), Errno> {
        self.check_events_allowed()?;
        // Padding on kernels that cannot inject it (before 5.5).
        if events.ext_dabt_pending && self.vm.host.personality.capability(CAP_INJECT_EXT_DABT).is_none() {
            return Err(EINVAL);
        }
        let mut state = lock(&self.vcpu.state);
        // Since `commit_pending_events` the abort comes first, whatever is wrong with the SError, and masks it.
        let abort_first = self.vm.host.personality.traits().serrors_taken;
        if events.ext_dabt_pending && abort_first {
            self.ask_for_abort(&mut state);
        }
        if events.serror_pending {
            let syndrome = self.serror_syndrome(events)?;
            self.inject_serror(&mut state, syndrome);
        }
        if events.ext_dabt_pending && !abort_first {
            self.ask_for_abort(&mut state);
        }
        Ok(())
    }

    fn serror_syndrome(&self, events: &VcpuEvents) -> Result<u64, Errno> {
        let has_syndrome = self.has_serror_syndrome();
        match (events.serror_has_esr, events.serror_esr) {
            (false, _) => Ok(NO_SYNDROME),
            (true, esr) if has_syndrome && esr & !ISS == 0 => Ok(esr),
            (true, _) => Err(EINVAL),
        }
    }

    /// The host has the RAS extension (KVM_CAP_ARM_INJECT_SERROR_ESR).
    pub(super) fn has_serror_syndrome(&self) -> bool {
        use crate::abi::cap::CAP_INJECT_SERROR_ESR;
        crate::idregs::capability::check_extension(self.vm.host.personality, &self.vm.host_ids, CAP_INJECT_SERROR_ESR, true) == Ok(1)
    }
}
