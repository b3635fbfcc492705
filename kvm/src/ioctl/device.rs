//! ioctls of an in-kernel device.

use super::request as r;
use super::{Fields, UserSpace, unknown};
use crate::DeviceFd;
use crate::abi::{DeviceAttr, vgic};
use crate::errno::{ENOTTY, Errno};

pub(super) fn ioctl(device: &DeviceFd, request: u32, argument: u64, user: &mut dyn UserSpace) -> Result<i64, Errno> {
    if !matches!(request, r::SET_DEVICE_ATTR | r::GET_DEVICE_ATTR | r::HAS_DEVICE_ATTR) {
        return Err(unknown(request, ENOTTY));
    }
    let attr = Fields::<24>::read(user, argument)?;
    let named = DeviceAttr { flags: attr.u32(0), group: attr.u32(4), attr: attr.u64(8) };
    let address = attr.u64(16);
    let size = value_size(named.group);
    match request {
        r::HAS_DEVICE_ATTR => device.has_device_attr(&named)?,
        r::GET_DEVICE_ATTR => {
            let value = device.get_device_attr(&named)?;
            user.copy_out(address, value.to_le_bytes().get(..size).unwrap_or_default())?;
        }
        _ => {
            device.has_device_attr(&named)?;
            let mut bytes = [0; 8];
            user.copy_in(address, bytes.get_mut(..size).unwrap_or_default())?;
            device.set_device_attr(&named, u64::from_le_bytes(bytes))?;
        }
    }
    Ok(0)
}

/// Bytes that an attribute's address points to.
fn value_size(group: u32) -> usize {
    match group {
        vgic::GRP_CTRL => 0,
        vgic::GRP_ADDR | vgic::GRP_CPU_SYSREGS => 8,
        _ => 4,
    }
}
