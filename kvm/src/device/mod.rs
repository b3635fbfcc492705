//! In-kernel devices and their file descriptors.

mod vgic;

use std::sync::Arc;

pub(crate) use vgic::Vgic;

use crate::abi::DeviceAttr;
use crate::errno::Errno;
use crate::vm::Vm;

/// A device file descriptor (KVM_CREATE_DEVICE).
#[derive(Clone)]
pub struct DeviceFd {
    pub(crate) vm: Arc<Vm>,
    pub(crate) vgic: Arc<Vgic>,
}

impl DeviceFd {
    /// KVM_SET_DEVICE_ATTR; `value` is what the attribute's address points to.
    ///
    /// # Errors
    /// ENXIO for an unknown attribute, and what the attribute itself refuses.
    pub fn set_device_attr(&self, attr: &DeviceAttr, value: u64) -> Result<(), Errno> {
        self.vgic.set_attr(&self.vm, attr, value)
    }

    /// KVM_HAS_DEVICE_ATTR.
    ///
    /// # Errors
    /// ENXIO for an unknown attribute.
    pub fn has_device_attr(&self, attr: &DeviceAttr) -> Result<(), Errno> {
        self.vgic.has_attr(attr)
    }

    /// KVM_GET_DEVICE_ATTR.
    ///
    /// # Errors
    /// ENXIO for an unknown attribute.
    pub fn get_device_attr(&self, attr: &DeviceAttr) -> Result<u64, Errno> {
        self.vgic.get_attr(attr)
    }
}
