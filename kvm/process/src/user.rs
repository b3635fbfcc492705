#![expect(unsafe_code)]
//! The program's memory as ioctl arguments see it. A bad address is EFAULT and never a crash: the kernel copies, between this
//! process and itself.
//!
//! Obligation: the local side of a copy is a Rust slice of the length given. The remote side may be anything.

use kvm::{GuestMemFd, HostPageIs, HostProbe, VmFd};
use std::fs::File;
use std::os::fd::{FromRawFd, OwnedFd};
use std::sync::OnceLock;

use kvm::abi::MemoryRegion;
use kvm::errno::{EAGAIN, EBADF, EFAULT, EINVAL, Errno};
use kvm::ioctl::{EventFd, KvmFile, UserSpace};
use kvm::own_files::{out_of_the_way, unseen};
use libc::iovec;

use crate::table::{self, Entry};
use crate::{files, signals};

/// The calling program.
pub struct Program;

/// errno.
pub(crate) fn last_error() -> Errno {
    Errno(std::io::Error::last_os_error().raw_os_error().unwrap_or_default())
}

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

/// Where somebody says which pages are the program's, others are not to be touched: they may be the emulator's.
fn check(address: u64, length: usize) -> Result<(), Errno> {
    let Some(probe) = PROBE.get().filter(|_| length != 0) else { return Ok(()) };
    let last = address.checked_add(length as u64 - 1).ok_or(EFAULT)?;
    let mut pages = (address >> 12)..=(last >> 12);
    if pages.any(|page| probe(page << 12) == HostPageIs::Absent) { Err(EFAULT) } else { Ok(()) }
}

impl UserSpace for Program {
    fn copy_in(&mut self, address: u64, out: &mut [u8]) -> Result<(), Errno> {
        check(address, out.len())?;
        let local = iovec { iov_base: out.as_mut_ptr().cast(), iov_len: out.len() };
        // SAFETY: the kernel writes to `out` and nowhere else; the thread's own id names this process even when the first
        // thread is gone.
        let copied = unsafe { libc::process_vm_readv(libc::gettid(), &local, 1, &remote(address, out.len()), 1, 0) };
        complete(copied, out.len())
    }

    fn copy_out(&mut self, address: u64, data: &[u8]) -> Result<(), Errno> {
        check(address, data.len())?;
        let local = iovec { iov_base: data.as_ptr().cast_mut().cast(), iov_len: data.len() };
        // SAFETY: the kernel reads `data`, and writes where the program asked it to, as for any ioctl.
        let copied = unsafe { libc::process_vm_writev(libc::gettid(), &local, 1, &remote(address, data.len()), 1, 0) };
        complete(copied, data.len())
    }

    fn install(&mut self, file: KvmFile) -> Result<i32, Errno> {
        if let KvmFile::Statistics(statistics) = &file {
            let statistics = statistics.clone();
            return files::open_readable(Entry { file, owner: table::process() }, &statistics);
        }
        if let KvmFile::Vm(vm) = &file {
            vm.memory().set_probe(PROBE.get().copied().unwrap_or(is_readable));
            table::lock().insert_vm(vm);
        }
        // `kvm_gmem_create` alone leaves it open over execve(2).
        let close_on_exec = !matches!(file, KvmFile::GuestMemory(_));
        files::open_as(Entry { file, owner: table::process() }, close_on_exec)
    }

    fn guest_memfd(&mut self, fd: i32) -> Result<GuestMemFd, Errno> {
        // SAFETY: no pointer is passed.
        let is_open = unsafe { libc::fcntl(fd, libc::F_GETFD) } >= 0;
        files::guest_memory(fd).ok_or(if is_open { EINVAL } else { EBADF })
    }

    fn event_fd(&mut self, fd: i32) -> Result<EventFd, Errno> {
        unseen(|| {
            // SAFETY: the descriptor is borrowed for one call, which refuses what is none.
            let copy = unsafe { libc::fcntl(fd, libc::F_DUPFD_CLOEXEC, 0) };
            if copy < 0 {
                return Err(EBADF);
            }
            // SAFETY: the copy is ours alone.
            let copy = out_of_the_way(unsafe { OwnedFd::from_raw_fd(copy) });
            EventFd::new(File::from(copy)).ok_or(EINVAL)
        })
    }

    fn spawn(&mut self, work: Box<dyn FnOnce() + Send>) -> Result<(), Errno> {
        signals::all_blocked(|| std::thread::Builder::new().spawn(work)).map(|_| ()).map_err(|_| EAGAIN)
    }

    fn set_memory_region(&mut self, vm: &VmFd, region: &MemoryRegion) -> Result<(), Errno> {
        // access_ok: what a program on arm64 can have, and also what a program here can have.
        if region.userspace_addr.checked_add(region.memory_size).is_none_or(|end| end > USER_END) {
            return Err(EINVAL);
        }
        // SAFETY: a slot is the program's own memory, and that it stays is the program's promise, as to any VMM. Where it does
        // not, most of what KVM answers with EFAULT is caught: pages are probed before they are used, and what the program
        // unmaps through the C library is let go of first. Not caught: memory that free(3) or a system call of the program's
        // own unmaps while a vCPU uses it, and stores to memory that may be read alone.
        unsafe { vm.set_user_memory_region(region) }?;
        files::note_slot(region);
        Ok(())
    }
}

/// End of user addresses, on x86-64 with four levels of page tables.
const USER_END: u64 = 0x7fff_ffff_f000;

/// Says whether a page of a slot is the program's.
static PROBE: OnceLock<HostProbe> = OnceLock::new();

/// Slots are the program's memory as far as `probe` says so; otherwise whatever can be read is. To be called before the first VM.
pub fn set_probe(probe: HostProbe) {
    PROBE.get_or_init(|| probe);
}

/// Whether a page may be written cannot be asked without writing.
fn is_readable(address: u64) -> HostPageIs {
    if Program.copy_in(address, &mut [0]).is_ok() { HostPageIs::Writable } else { HostPageIs::Absent }
}
