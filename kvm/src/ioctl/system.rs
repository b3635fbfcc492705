//! ioctls of /dev/kvm.

use super::request as r;
use super::{KvmFile, UserSpace, unknown};
use crate::Kvm;
use crate::errno::{EINVAL, Errno};

pub(super) fn ioctl(kvm: &Kvm, request: u32, argument: u64, user: &mut dyn UserSpace) -> Result<i64, Errno> {
    match request {
        r::GET_API_VERSION if argument == 0 => Ok(kvm.get_api_version().into()),
        r::GET_VCPU_MMAP_SIZE if argument == 0 => Ok(kvm.get_vcpu_mmap_size() as i64),
        r::GET_API_VERSION | r::GET_VCPU_MMAP_SIZE => Err(EINVAL),
        r::CREATE_VM => Ok(user.install(KvmFile::Vm(kvm.create_vm_with_type(argument)?))?.into()),
        r::CHECK_EXTENSION => u32::try_from(argument).map_or(Ok(0), |capability| kvm.check_extension(capability)),
        _ => Err(unknown(request, EINVAL)),
    }
}
