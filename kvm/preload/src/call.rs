#![expect(unsafe_code)]
//! What the program does with descriptors: the real call, and the table along with it. Does no ioctl.
//!
//! Obligation: the program's arguments go to the C library as they came, so that they are as valid as without us.

use std::ffi::{c_int, c_uint, c_void};
use std::os::fd::AsRawFd;

use kvm::errno::{ENOSYS, Errno};
use kvm::ioctl::{KvmFile, UserSpace};
use libc::{off_t, size_t};

use crate::answer::{failed, last_error};
use kvm_process::Program;
use kvm_process::files::{self, range_changes};
use kvm_process::table::{self, Entry};

use crate::{fork, host, log, next};

const DEVICE: &[u8] = b"/dev/kvm\0";

/// Whether a path is /dev/kvm. One that cannot be read is not, and left for the kernel to refuse.
pub fn is_device(path: *const std::ffi::c_char) -> bool {
    let mut found = [0; DEVICE.len()];
    Program.copy_in(path.expose_provenance() as u64, &mut found).is_ok() && found == *DEVICE
}

/// open(2) of /dev/kvm.
pub fn open_device(flags: c_int) -> c_int {
    log::prepare();
    fork::prepare();
    let opened = host::open().and_then(|kvm| {
        let entry = Entry { file: KvmFile::System(kvm), owner: table::process() };
        files::open_as(entry, flags & libc::O_CLOEXEC != 0)
    });
    opened.unwrap_or_else(failed)
}

/// A call's result, as Rust has it.
fn result(value: c_int) -> Result<c_int, Errno> {
    if value < 0 { Err(last_error()) } else { Ok(value) }
}

/// close(2).
pub fn close(fd: c_int) -> c_int {
    let Some(close) = next::close() else { return failed(ENOSYS) };
    // SAFETY: the program's own call.
    files::close(fd, || unsafe { close(fd) })
}

/// close_range(2), or something else that closes these and nothing else of ours: `real` does it.
pub fn close_many(first: c_uint, last: c_uint, real: impl FnOnce() -> c_int) -> c_int {
    files::close_many(first, last, || result(real())).unwrap_or_else(failed)
}

/// dup(2), fcntl(2) with F_DUPFD: `real` makes the duplicate.
pub fn duplicate(fd: c_int, real: impl FnOnce() -> c_int) -> c_int {
    files::duplicate(fd, || result(real())).unwrap_or_else(failed)
}

/// dup2(2) and dup3(2), which close `new` first.
pub fn duplicate_to(old: c_int, new: c_int, real: impl FnOnce() -> c_int) -> c_int {
    files::duplicate_to(old, new, || result(real())).unwrap_or_else(failed)
}

/// mmap(2): a vCPU's descriptor means its run pages; other files of KVM cannot be mapped, nor can what stands for them.
pub fn mmap(address: *mut c_void, length: size_t, protection: c_int, flags: c_int, fd: c_int, offset: off_t) -> *mut c_void {
    let Some(mmap) = next::mmap() else {
        failed(ENOSYS);
        return libc::MAP_FAILED;
    };
    if flags & libc::MAP_FIXED != 0 {
        range_changes(address.addr() as u64, length as u64, false);
    }
    let pages = if flags & libc::MAP_ANONYMOUS == 0 { files::mapped(fd) } else { None };
    let (shared, executed) = (flags & libc::MAP_SHARED != 0, protection & libc::PROT_EXEC != 0);
    let place = pages.as_ref().map(|pages| pages.at(offset as u64, shared, executed)).transpose();
    let place = match place {
        Ok(place) => place,
        Err(errno) => {
            failed(errno);
            return libc::MAP_FAILED;
        }
    };
    let (fd, offset) = place.map_or((fd, offset), |(fd, offset)| (fd, offset as off_t));
    // SAFETY: the program's own call; the file stays open because `pages` does.
    unsafe { mmap(address, length, protection, flags, fd, offset) }
}

/// fallocate(2) of a guest_memfd; None for other descriptors.
pub fn fallocate(fd: c_int, mode: c_int, offset: off_t, length: off_t) -> Option<c_int> {
    let memory = files::guest_memory(fd)?;
    Some(memory.fallocate(mode as u32, offset, length).map_or_else(failed, |()| 0))
}

/// The descriptor that fstat(2) is to be asked of, which is another only for a guest_memfd.
pub fn described<R>(fd: c_int, ask: impl FnOnce(c_int) -> R) -> R {
    match files::guest_memory(fd) {
        Some(memory) => ask(memory.file().as_raw_fd()),
        None => ask(fd),
    }
}

/// lseek(2).
pub fn seek(fd: c_int, offset: off_t, whence: c_int) -> off_t {
    let Some(lseek) = next::lseek() else { return failed(ENOSYS).into() };
    let (offset, whence) = match files::seek(fd) {
        files::Seek::Stays if (libc::SEEK_SET..=libc::SEEK_HOLE).contains(&whence) => (0, libc::SEEK_CUR),
        files::Seek::Refused => return failed(Errno(libc::ESPIPE)).into(),
        _ => (offset, whence),
    };
    // SAFETY: no pointer is passed.
    unsafe { lseek(fd, offset, whence) }
}

/// mremap(2).
pub fn mremap(address: *mut c_void, old: size_t, new: size_t, flags: c_int, target: *mut c_void) -> *mut c_void {
    let Some(mremap) = next::mremap() else {
        failed(ENOSYS);
        return libc::MAP_FAILED;
    };
    let to = (flags & libc::MREMAP_FIXED != 0).then(|| target.addr() as u64);
    let mut moved = libc::MAP_FAILED;
    let real = || {
        // SAFETY: the program's own call.
        moved = unsafe { mremap(address, old, new, flags, target) };
        if moved == libc::MAP_FAILED { Err(last_error()) } else { Ok(moved.addr() as u64) }
    };
    // Its errno is the one that is set.
    let _ = files::remap(address.addr() as u64, old as u64, new as u64, to, real);
    moved
}
