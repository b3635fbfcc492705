//! A VM's capabilities: what KVM_CHECK_EXTENSION answers there, and what KVM_ENABLE_CAP turns on. Acts on none of them: whoever
//! behaves otherwise looks at [`EnabledCaps`].

use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};

use crate::VmFd;
use crate::abi::cap::*;
use crate::abi::refusal::CAP_INVAR_REFUSAL_INFO;
use crate::errno::{EINVAL, Errno};
use crate::idregs::VgicKind;
use crate::idregs::capability::check_extension;
use crate::personality::capability::Enable;

const GICV2_VCPUS: i64 = 8;

/// Capabilities that KVM_ENABLE_CAP turned on; nothing turns one off.
#[derive(Debug, Default)]
pub(crate) struct EnabledCaps {
    /// KVM_CAP_ARM_MTE.
    pub mte: AtomicBool,
    /// KVM_CAP_ARM_WRITABLE_IMP_ID_REGS.
    pub writable_implementation: AtomicBool,
    /// KVM_CAP_ARM_NISV_TO_USER.
    pub nisv_to_user: AtomicBool,
    /// KVM_CAP_ARM_SYSTEM_SUSPEND.
    pub system_suspend: AtomicBool,
    /// KVM_CAP_ARM_SEA_TO_USER.
    pub sea_to_user: AtomicBool,
    /// KVM_CAP_INVAR_REFUSAL_INFO.
    pub refusal_info: AtomicBool,
    /// Flags of KVM_CAP_MANUAL_DIRTY_LOG_PROTECT2.
    pub manual_dirty_log: AtomicU64,
    /// Bytes of KVM_CAP_ARM_EAGER_SPLIT_CHUNK_SIZE. There are no large mappings to split here: it is told, and no more.
    pub eager_split: AtomicU64,
    /// KVM_CAP_HALT_POLL.
    pub halt_poll: HaltPollLimit,
}

/// The most nanoseconds that a vCPU polls before it sleeps.
#[derive(Debug)]
pub(crate) struct HaltPollLimit(AtomicU32);

impl Default for HaltPollLimit {
    /// Every VM's, unless it says otherwise: halt_poll_ns (KVM_HALT_POLL_NS_DEFAULT).
    fn default() -> HaltPollLimit {
        HaltPollLimit(AtomicU32::new(500_000))
    }
}

impl HaltPollLimit {
    pub fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed).into()
    }

    fn set(&self, nanoseconds: u64) -> Result<(), Errno> {
        self.0.store(u32::try_from(nanoseconds).map_err(|_| EINVAL)?, Ordering::Relaxed);
        Ok(())
    }
}

impl VmFd {
    /// KVM_CHECK_EXTENSION on a VM.
    ///
    /// # Errors
    /// None today: what is unknown is 0.
    pub fn check_extension(&self, capability: u32) -> Result<i64, Errno> {
        match capability {
            // The VM's own size is the limit, but not of what KVM_CAP_NR_VCPUS recommends.
            CAP_MAX_VCPUS | CAP_MAX_VCPU_ID if self.vm.vgic.get().is_some_and(|vgic| vgic.kind() == VgicKind::V2) => {
                let host = check_extension(self.vm.host.personality, &self.vm.host_ids, capability, true)?;
                Ok(host.min(GICV2_VCPUS))
            }
            // `msis_require_devid`
            CAP_MSI_DEVID if !self.vm.its().is_empty() => Ok(1),
            CAP_EAGER_SPLIT_CHUNK_SIZE => Ok(self.vm.enabled.eager_split.load(Ordering::SeqCst) as i64),
            _ => check_extension(self.vm.host.personality, &self.vm.host_ids, capability, true),
        }
    }

    /// KVM_ENABLE_CAP.
    ///
    /// # Errors
    /// EINVAL for flags, for a capability that this kernel or host lacks or that is not for enabling, and when it is too late;
    /// E2BIG for dirty rings that are too large.
    pub fn enable_cap(&self, capability: u32, flags: u32, arguments: [u64; 4]) -> Result<(), Errno> {
        if capability == CAP_INVAR_REFUSAL_INFO && flags == 0 {
            self.vm.enabled.refusal_info.store(true, Ordering::SeqCst);
            return Ok(());
        }
        let offered = self.check_extension(capability)? != 0;
        // `kvm_vm_ioctl_enable_cap_generic` looks at flags case by case, and not at this one's.
        let flags_matter = capability != CAP_DIRTY_LOG_RING_ACQ_REL;
        let row = self.vm.host.personality.capability(capability).filter(|_| flags == 0 || !flags_matter).ok_or(EINVAL)?;
        match row.enable {
            Enable::Yes | Enable::BeforeVcpus if !offered => return Err(EINVAL),
            Enable::BeforeVcpus if !self.vm.vcpus().is_empty() => return Err(EINVAL),
            Enable::No => return Err(EINVAL),
            Enable::Yes | Enable::BeforeVcpus | Enable::Arguments => {}
        }
        let enabled = &self.vm.enabled;
        let excluded = self.vm.host.personality.traits().guest_memfd_excludes_tags && self.has_guest_memfd_slots();
        let cell = match capability {
            CAP_MTE if excluded => return Err(EINVAL),
            CAP_MTE => &enabled.mte,
            CAP_WRITABLE_IMP_ID_REGS => &enabled.writable_implementation,
            CAP_NISV_TO_USER => &enabled.nisv_to_user,
            CAP_SYSTEM_SUSPEND => &enabled.system_suspend,
            CAP_SEA_TO_USER => &enabled.sea_to_user,
            CAP_MANUAL_DIRTY_LOG_PROTECT2 => return self.enable_manual_dirty_log(arguments[0]),
            CAP_DIRTY_LOG_RING_ACQ_REL => return self.enable_dirty_rings(arguments[0]),
            CAP_DIRTY_LOG_RING_WITH_BITMAP => return self.enable_dirty_bitmaps(),
            CAP_HALT_POLL => return enabled.halt_poll.set(arguments[0]),
            CAP_EAGER_SPLIT_CHUNK_SIZE => return self.set_eager_split(arguments[0]),
            _ => {
                tracing::debug!(capability, row.name, "KVM_ENABLE_CAP of something that this shim does not do");
                return Err(EINVAL);
            }
        };
        cell.store(true, Ordering::SeqCst);
        Ok(())
    }

    /// None, or one of KVM_CAP_ARM_SUPPORTED_BLOCK_SIZES, while there is no memory (`kvm_vm_ioctl_enable_cap`).
    fn set_eager_split(&self, bytes: u64) -> Result<(), Errno> {
        let sizes = self.check_extension(CAP_SUPPORTED_BLOCK_SIZES)? as u64;
        let known = bytes == 0 || bytes.is_power_of_two() && bytes & sizes != 0;
        if !known || !self.vm.memory.slots().is_empty() {
            return Err(EINVAL);
        }
        self.vm.enabled.eager_split.store(bytes, Ordering::SeqCst);
        Ok(())
    }

    /// KVM_DIRTY_LOG_MANUAL_PROTECT_ENABLE alone, or with KVM_DIRTY_LOG_INITIALLY_SET; without the first nothing is allowed.
    fn enable_manual_dirty_log(&self, flags: u64) -> Result<(), Errno> {
        if !matches!(flags, 0 | 1 | 3) {
            return Err(EINVAL);
        }
        self.vm.enabled.manual_dirty_log.store(flags, Ordering::SeqCst);
        Ok(())
    }
}
