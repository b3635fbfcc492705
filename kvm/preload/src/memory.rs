#![expect(unsafe_code)]
//! The program's memory as ioctl arguments see it. A bad address is EFAULT and never a crash: the kernel copies, between this
//! process and itself.
//!
//! Obligation: the local side of a copy is a Rust slice of the length given. The remote side may be anything.

use kvm::VmFd;
use kvm::abi::MemoryRegion;
use kvm::errno::{EFAULT, Errno};
use kvm::ioctl::{KvmFile, UserSpace};
use libc::iovec;

use crate::answer::last_error;
use crate::call;
use crate::table::{self, Entry};

/// The calling program.
pub struct Program;

fn remote(address: u64, length: usize) -> iovec {
    iovec { iov_base: std::ptr::with_exposed_provenance_mut(address as usize), iov_len: length }
}

/// A copy must be complete; what was copied before a bad page stays, as with copy_to_user.
fn complete(copied: isize, length: usize) -> Result<(), Errno> {
    match usize::try_from(copied) {
        Ok(copied) if copied == length => Ok(()),
        Ok(_) => Err(EFAULT),
        Err(_) => {
            let errno = last_error();
            if errno != EFAULT {
                tracing::error!(%errno, "process_vm_readv and process_vm_writev do not work here, so no ioctl has arguments");
            }
            Err(EFAULT)
        }
    }
}

impl UserSpace for Program {
    fn copy_in(&mut self, address: u64, out: &mut [u8]) -> Result<(), Errno> {
        let local = iovec { iov_base: out.as_mut_ptr().cast(), iov_len: out.len() };
        // SAFETY: the kernel writes to `out` and nowhere else; the thread's own id names this process even when the first
        // thread is gone.
        let copied = unsafe { libc::process_vm_readv(libc::gettid(), &local, 1, &remote(address, out.len()), 1, 0) };
        complete(copied, out.len())
    }

    fn copy_out(&mut self, address: u64, data: &[u8]) -> Result<(), Errno> {
        let local = iovec { iov_base: data.as_ptr().cast_mut().cast(), iov_len: data.len() };
        // SAFETY: the kernel reads `data`, and writes where the program asked it to, as for any ioctl.
        let copied = unsafe { libc::process_vm_writev(libc::gettid(), &local, 1, &remote(address, data.len()), 1, 0) };
        complete(copied, data.len())
    }

    fn install(&mut self, file: KvmFile) -> Result<i32, Errno> {
        call::open_as(Entry { file, owner: table::process() }, true)
    }

    fn set_memory_region(&mut self, vm: &VmFd, region: &MemoryRegion) -> Result<(), Errno> {
        // SAFETY: that the memory stays is the program's promise, as it is with every VMM: a slot names memory of the
        // program's own. What KVM would answer with EFAULT, a page that is not there, is looked at before it is used.
        unsafe { vm.set_user_memory_region(region) }
    }
}
