//! ioctls of an in-kernel device.

use super::request as r;
use super::{UserSpace, device_attr, unknown};
use crate::DeviceFd;
use crate::errno::{ENOTTY, Errno};

pub(super) fn ioctl(device: &DeviceFd, request: u32, argument: u64, user: &mut dyn UserSpace) -> Result<i64, Errno> {
    if !matches!(request, r::SET_DEVICE_ATTR | r::GET_DEVICE_ATTR | r::HAS_DEVICE_ATTR) {
        return Err(unknown(request, ENOTTY));
    }
    let (named, address) = device_attr(user, argument)?;
    match request {
        r::HAS_DEVICE_ATTR => device.has_device_attr(&named)?,
        r::GET_DEVICE_ATTR => {
            let size = device.payload_size(&named)?;
            let given = if device.reads_payload(&named) { payload(address, size, user)? } else { 0 };
            let value = device.get_device_attr_with(&named, given)?;
            user.copy_out(address, value.to_le_bytes().get(..size).unwrap_or_default())?;
        }
        _ => {
            let value = payload(address, device.payload_size(&named)?, user)?;
            device.set_device_attr(&named, value)?;
        }
    }
    Ok(0)
}

/// What an attribute's address points to.
fn payload(address: u64, size: usize, user: &mut dyn UserSpace) -> Result<u64, Errno> {
    let mut bytes = [0; 8];
    user.copy_in(address, bytes.get_mut(..size).unwrap_or_default())?;
    Ok(u64::from_le_bytes(bytes))
}
