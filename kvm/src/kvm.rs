//! /dev/kvm: the system file descriptor. Creates VMs and tells what the host can do.

use std::sync::Arc;

use crate::errno::Errno;
use crate::host::Host;
use crate::idregs::capability::check_extension;
use crate::idregs::{HostFacts, HostIds};
use crate::vm::VmFd;

/// An open /dev/kvm of a modelled host.
#[derive(Clone)]
pub struct Kvm {
    host: Arc<Host>,
    ids: Arc<HostIds>,
}

impl Kvm {
    /// Opens the /dev/kvm of `host`.
    pub fn new(host: Host) -> Kvm {
        let cpus: Vec<_> = std::iter::once(&host.ids).chain(&host.other_clusters).cloned().collect();
        let online = host.cpus.unwrap_or_else(|| u32::try_from(cpus.len()).unwrap_or(u32::MAX));
        let facts = HostFacts { cpus: online, nested: host.nested, ..HostFacts::default() };
        let ids = Arc::new(HostIds::new(cpus, facts));
        Kvm { host: Arc::new(host), ids }
    }

    /// KVM_GET_API_VERSION.
    pub fn get_api_version(&self) -> i32 {
        12
    }

    /// KVM_GET_VCPU_MMAP_SIZE.
    pub fn get_vcpu_mmap_size(&self) -> usize {
        crate::abi::MMAP_SIZE
    }

    /// KVM_CHECK_EXTENSION.
    ///
    /// # Errors
    /// EINVAL for the few capabilities that only a VM can answer.
    pub fn check_extension(&self, capability: u32) -> Result<i64, Errno> {
        check_extension(self.host.personality, &self.ids, capability, false)
    }

    /// KVM_CREATE_VM with 40 bits of guest physical address.
    ///
    /// # Errors
    /// EINVAL when the host has fewer.
    pub fn create_vm(&self) -> Result<VmFd, Errno> {
        VmFd::new(self.host.clone(), self.ids.clone(), 0)
    }

    /// KVM_CREATE_VM with a machine type: the number of guest physical address bits.
    ///
    /// # Errors
    /// EINVAL for a size that the host does not support.
    pub fn create_vm_with_ipa_size(&self, bits: u32) -> Result<VmFd, Errno> {
        self.create_vm_with_type(bits.into())
    }

    /// KVM_CREATE_VM with its argument as it is.
    ///
    /// # Errors
    /// EINVAL for a size that the host does not support and for any other bit.
    pub fn create_vm_with_type(&self, machine_type: u64) -> Result<VmFd, Errno> {
        VmFd::new(self.host.clone(), self.ids.clone(), machine_type)
    }

    /// The host behind it.
    pub fn host(&self) -> &Host {
        &self.host
    }
}
