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
        if events.serror_pending && !events.serror_has_esr {
            let syndrome = if self.has_serror_syndrome() { NO_SYNDROME } else { 0 };
            lock(&self.vcpu.state).cpu.set_sys(SysReg::VSESR_EL2, syndrome);
        }
        if events.serror_pending && events.serror_has_esr {
            if !self.has_serror_syndrome() || events.serror_esr & !ISS != 0 {
                return Err(EINVAL);
            }
            lock(&self.vcpu.state).cpu.set_sys(SysReg::VSESR_EL2, events.serror_esr);
        }
        if events.serror_pending {
            self.vcpu.signal.set(Attention::SError);
        }
        if events.ext_dabt_pending {
            self.inject_external_abort();
        }
        Ok(())
    }

    /// The host has the RAS extension (KVM_CAP_ARM_INJECT_SERROR_ESR).
    fn has_serror_syndrome(&self) -> bool {
        use crate::abi::cap::CAP_INJECT_SERROR_ESR;
        crate::idregs::capability::check_extension(self.vm.host.personality, &self.vm.host_ids, CAP_INJECT_SERROR_ESR, true) == Ok(1)
    }
}
