//! An ioctl of a process on one of its descriptors. Decodes nothing: `kvm` does.

use std::ffi::c_ulong;

use kvm::errno::{EIO, Errno};
use kvm::ioctl::{KvmFile, RUN};

use crate::memory::Program;
use crate::signals;
use crate::table::{self, Entry};

/// FIONBIO, FIONCLEX, FIOCLEX and FIOASYNC: the kernel answers these before it asks any file.
pub fn is_of_every_file(request: c_ulong) -> bool {
    matches!(request as u32, 0x5421 | 0x5450..=0x5452)
}

/// ioctl(2).
///
/// # Errors
/// EIO for a VM that belongs to another process, and what KVM answers.
pub fn ioctl(entry: &Entry, request: c_ulong, argument: u64) -> Result<i64, Errno> {
    let request = request as u32;
    let ask = || kvm::ioctl::ioctl(&entry.file, request, argument, &mut Program);
    match &entry.file {
        KvmFile::System(_) => ask(),
        _ if entry.owner != table::process() => Err(EIO),
        KvmFile::Vcpu(vcpu) if request == RUN => signals::interruptible(vcpu, ask),
        _ => ask(),
    }
}
