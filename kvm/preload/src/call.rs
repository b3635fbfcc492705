#![expect(unsafe_code)]
//! What the program does with descriptors: the real call, and the table along with it. Does no ioctl.
//!
//! Obligation: the program's arguments go to the C library as they came, so that they are as valid as without us.

use std::ffi::{c_int, c_uint, c_void};

use kvm::errno::{ENOSYS, Errno};
use kvm::ioctl::{KvmFile, UserSpace};
use libc::{off_t, size_t};

use crate::answer::{failed, last_error};
use crate::memory::{Program, range_changes};
use crate::table::{self, Entry};
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
        open_as(entry, flags & libc::O_CLOEXEC != 0)
    });
    opened.unwrap_or_else(failed)
}

/// A new descriptor, without which the entry is gone.
///
/// # Errors
/// EMFILE and the like.
pub fn open_as(entry: Entry, close_on_exec: bool) -> Result<i32, Errno> {
    let mut table = table::lock();
    // An epoll instance: no read, write or mmap, as KVM's files, and nothing that holds memory.
    // SAFETY: no pointer is passed.
    let fd = unsafe { libc::epoll_create1(if close_on_exec { libc::EPOLL_CLOEXEC } else { 0 }) };
    if fd < 0 {
        return Err(last_error());
    }
    let stale = table.insert(fd, entry);
    drop(table);
    drop(stale);
    Ok(fd)
}

/// close(2).
pub fn close(fd: c_int) -> c_int {
    let Some(close) = next::close() else { return failed(ENOSYS) };
    if !table::is_ours(fd) || fork::borrowed_memory() {
        // SAFETY: the program's own call.
        return unsafe { close(fd) };
    }
    let mut table = table::lock();
    let entry = table.remove(fd);
    // SAFETY: as above.
    let result = unsafe { close(fd) };
    drop(table);
    drop(entry);
    result
}

/// close_range(2), or something else that closes these and nothing else of ours: `real` does it.
pub fn close_many(first: c_uint, last: c_uint, real: impl FnOnce() -> c_int) -> c_int {
    if fork::borrowed_memory() {
        return real();
    }
    let number = |fd: c_uint| i32::try_from(fd).unwrap_or(i32::MAX);
    let mut table = table::lock();
    let result = real();
    let mut gone = Vec::new();
    if result == 0 {
        gone.extend(table.numbers(number(first), number(last)).into_iter().filter_map(|fd| table.remove(fd)));
    }
    drop(table);
    drop(gone);
    result
}

/// dup(2), fcntl(2) with F_DUPFD: `real` makes the duplicate.
pub fn duplicate(fd: c_int, real: impl FnOnce() -> c_int) -> c_int {
    if !table::is_ours(fd) || fork::borrowed_memory() {
        return real();
    }
    let mut table = table::lock();
    let new = real();
    let stale = if new >= 0 { table.get(fd).and_then(|entry| table.insert(new, entry)) } else { None };
    drop(table);
    drop(stale);
    new
}

/// dup2(2) and dup3(2), which close `new` first.
pub fn duplicate_to(old: c_int, new: c_int, real: impl FnOnce() -> c_int) -> c_int {
    if !(table::is_ours(old) || table::is_ours(new)) || fork::borrowed_memory() {
        return real();
    }
    let mut table = table::lock();
    let result = real();
    let mut closed = None;
    if result >= 0 && old != new {
        closed = match table.get(old) {
            Some(entry) => table.insert(new, entry),
            None => table.remove(new),
        };
    }
    drop(table);
    drop(closed);
    result
}

/// mmap(2): a vCPU's descriptor means its run pages; other files of KVM cannot be mapped, nor can what stands for them.
pub fn mmap(address: *mut c_void, length: size_t, protection: c_int, flags: c_int, fd: c_int, offset: off_t) -> *mut c_void {
    use std::os::fd::AsRawFd;
    let Some(mmap) = next::mmap() else {
        failed(ENOSYS);
        return libc::MAP_FAILED;
    };
    if flags & libc::MAP_FIXED != 0 {
        range_changes(address.addr() as u64, length as u64, false);
    }
    let entry = if flags & libc::MAP_ANONYMOUS == 0 { table::find(fd) } else { None };
    let fd = match &entry {
        Some(Entry { file: KvmFile::Vcpu(vcpu), .. }) => vcpu.run_page().file().as_raw_fd(),
        _ => fd,
    };
    // SAFETY: the program's own call; the file stays open because `entry` does.
    unsafe { mmap(address, length, protection, flags, fd, offset) }
}

/// mremap(2), as it is.
pub fn mremap(address: *mut c_void, old: size_t, new: size_t, flags: c_int, target: *mut c_void) -> *mut c_void {
    let Some(mremap) = next::mremap() else {
        failed(ENOSYS);
        return libc::MAP_FAILED;
    };
    // SAFETY: the program's own call.
    unsafe { mremap(address, old, new, flags, target) }
}
