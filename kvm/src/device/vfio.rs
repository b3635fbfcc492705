//! The VFIO device of KVM, as a VM has it that was given no device of the host: it exists, and knows no file. Assigns nothing.

use crate::abi::DeviceAttr;
use crate::errno::{EBADF, ENXIO, EPERM, Errno};

const GRP_FILE: u32 = 1;
const FILE_ADD: u64 = 1;
const FILE_DEL: u64 = 2;

/// KVM_HAS_DEVICE_ATTR (`kvm_vfio_has_attr`).
pub(super) fn has_attr(attr: &DeviceAttr) -> Result<(), Errno> {
    if attr.group == GRP_FILE && matches!(attr.attr, FILE_ADD | FILE_DEL) { Ok(()) } else { Err(ENXIO) }
}

/// Bytes of a file descriptor.
pub(super) fn payload_size(attr: &DeviceAttr) -> Result<usize, Errno> {
    has_attr(attr).map(|()| 4)
}

/// KVM_SET_DEVICE_ATTR: no file descriptor is one of VFIO's.
pub(super) fn set_attr(attr: &DeviceAttr) -> Result<(), Errno> {
    has_attr(attr).and(Err(EBADF))
}

/// KVM_GET_DEVICE_ATTR, which the device does not have.
pub(super) fn get_attr() -> Result<u64, Errno> {
    Err(EPERM)
}
