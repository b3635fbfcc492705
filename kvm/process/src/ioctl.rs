//! An ioctl of a process on one of its descriptors. Decodes nothing: `kvm` does.

use kvm::VcpuFd;
use kvm::errno::{EIO, Errno};
use kvm::ioctl::{KvmFile, RUN};

use crate::Program;
use crate::table::{self, Entry};

/// FIONBIO, FIONCLEX, FIOCLEX and FIOASYNC: the kernel answers these before it asks any file.
pub fn is_of_every_file(request: u32) -> bool {
    matches!(request, 0x5421 | 0x5450..=0x5452)
}

/// ioctl(2). `run` does KVM_RUN, so that the program's signals end it.
///
/// # Errors
/// EIO for a VM that belongs to another process, and what KVM answers.
pub fn ioctl(
    entry: &Entry,
    request: u32,
    argument: u64,
    run: impl FnOnce(&VcpuFd, &dyn Fn() -> Result<i64, Errno>) -> Result<i64, Errno>,
) -> Result<i64, Errno> {
    let ask = || kvm::ioctl::ioctl(&entry.file, request, argument, &mut Program);
    match &entry.file {
        KvmFile::System(_) => ask(),
        _ if entry.owner != table::process() => Err(EIO),
        KvmFile::Vcpu(vcpu) if request == RUN => run(vcpu, &ask),
        _ => ask(),
    }
}
