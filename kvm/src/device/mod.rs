//! In-kernel devices and their file descriptors.

mod its;
mod state;
mod vfio;
mod vgic;

#[cfg(test)]
mod tests;

use std::sync::Arc;

pub(crate) use its::VgicIts;
pub use state::{RestoreError, SavedRegister};
pub(crate) use vgic::{Frame, Vgic};

use crate::abi::{DeviceAttr, vgic as abi};
use crate::errno::Errno;
use crate::vm::Vm;

/// A device file descriptor (KVM_CREATE_DEVICE).
#[derive(Clone)]
pub struct DeviceFd {
    pub(crate) vm: Arc<Vm>,
    pub(crate) device: Device,
}

/// What is behind the descriptor.
#[derive(Clone)]
pub(crate) enum Device {
    Vgic(Arc<Vgic>),
    Its(Arc<VgicIts>),
    Vfio,
}

impl DeviceFd {
    /// Bytes that the attribute's address points to: 4, 8, or 0 for one that is an action.
    ///
    /// # Errors
    /// What KVM_SET_DEVICE_ATTR and KVM_GET_DEVICE_ATTR say before they look there: ENXIO for an unknown group, EINVAL for a
    /// vCPU that does not exist.
    pub fn payload_size(&self, attr: &DeviceAttr) -> Result<usize, Errno> {
        match &self.device {
            Device::Vgic(vgic) => vgic.payload_size(&self.vm, attr),
            Device::Its(_) => VgicIts::payload_size(attr),
            Device::Vfio => vfio::payload_size(attr),
        }
    }

    /// True when KVM_GET_DEVICE_ATTR reads what the address points to, too.
    pub fn reads_payload(&self, attr: &DeviceAttr) -> bool {
        matches!(self.device, Device::Vgic(_)) && attr.group == abi::GRP_ADDR && attr.attr == abi::V3_ADDR_TYPE_REDIST_REGION
    }

    /// KVM_SET_DEVICE_ATTR; `value` is what the attribute's address points to.
    ///
    /// # Errors
    /// ENXIO for an unknown attribute, EBUSY while a vCPU runs, and what the attribute itself refuses.
    pub fn set_device_attr(&self, attr: &DeviceAttr, value: u64) -> Result<(), Errno> {
        match &self.device {
            Device::Vgic(vgic) => vgic.set_attr(&self.vm, attr, value),
            Device::Its(its) => its.set_attr(&self.vm, attr, value),
            Device::Vfio => vfio::set_attr(attr),
        }
    }

    /// KVM_HAS_DEVICE_ATTR.
    ///
    /// # Errors
    /// ENXIO for an unknown attribute.
    pub fn has_device_attr(&self, attr: &DeviceAttr) -> Result<(), Errno> {
        match &self.device {
            Device::Vgic(vgic) => vgic.has_attr(&self.vm, attr),
            Device::Its(_) => VgicIts::has_attr(attr),
            Device::Vfio => vfio::has_attr(attr),
        }
    }

    /// KVM_GET_DEVICE_ATTR.
    ///
    /// # Errors
    /// ENXIO for an unknown attribute, EBUSY while a vCPU runs and before the device is initialised.
    pub fn get_device_attr(&self, attr: &DeviceAttr) -> Result<u64, Errno> {
        self.get_device_attr_with(attr, 0)
    }

    /// KVM_GET_DEVICE_ATTR of an attribute that reads `given` where its address points ([`Self::reads_payload`]): a
    /// redistributor region, by index.
    ///
    /// # Errors
    /// As [`Self::get_device_attr`], and ENOENT for a region that does not exist.
    pub fn get_device_attr_with(&self, attr: &DeviceAttr, given: u64) -> Result<u64, Errno> {
        match &self.device {
            Device::Vgic(vgic) => vgic.get_attr(&self.vm, attr, given),
            Device::Its(its) => its.get_attr(&self.vm, attr),
            Device::Vfio => vfio::get_attr(),
        }
    }
}
