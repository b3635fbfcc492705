#![expect(unsafe_code)]
//! The names of the C library that a program finds here first. No logic: see the other files.
//!
//! Obligation: each function has the C library's type. `open`, `openat`, `ioctl` and `fcntl` are variadic in C; on x86-64 a
//! variadic argument is where the same argument of an ordinary function is, and one that was not passed is not looked at.

use std::ffi::{c_char, c_int, c_uint, c_ulong, c_void};

use kvm::errno::ENOSYS;
use kvm_process::files::range_changes;
use kvm_process::{ioctl, table};
use libc::{mode_t, off_t, sighandler_t, size_t};

use crate::answer::{failed, number};
use crate::call::{close_many, duplicate, duplicate_to, is_device, open_device};
use crate::{call, next, signals};

/// The next function with these arguments, which are the program's own.
macro_rules! pass {
    ($name:ident($($argument:expr),*)) => {
        match next::$name() {
            // SAFETY: the program made this very call.
            Some(function) => unsafe { function($($argument),*) },
            None => failed(ENOSYS),
        }
    };
}

fn open_any(path: *const c_char, flags: c_int, mode: mode_t) -> c_int {
    if is_device(path) { open_device(flags) } else { pass!(open(path, flags, mode)) }
}

fn openat_any(directory: c_int, path: *const c_char, flags: c_int, mode: mode_t) -> c_int {
    if is_device(path) { open_device(flags) } else { pass!(openat(directory, path, flags, mode)) }
}

macro_rules! exported {
    ($(fn $name:ident($($argument:ident: $kind:ty),*) -> $result:ty $body:block)*) => {
        $(
            // SAFETY: the name is meant to stand before the C library's, and the function has its type.
            #[unsafe(no_mangle)]
            extern "C" fn $name($($argument: $kind),*) -> $result $body
        )*
    };
}

exported! {
    fn open(path: *const c_char, flags: c_int, mode: mode_t) -> c_int { open_any(path, flags, mode) }
    fn open64(path: *const c_char, flags: c_int, mode: mode_t) -> c_int { open_any(path, flags, mode) }
    fn __open_2(path: *const c_char, flags: c_int) -> c_int { open_any(path, flags, 0) }
    fn __open64_2(path: *const c_char, flags: c_int) -> c_int { open_any(path, flags, 0) }
    fn openat(directory: c_int, path: *const c_char, flags: c_int, mode: mode_t) -> c_int {
        openat_any(directory, path, flags, mode)
    }
    fn openat64(directory: c_int, path: *const c_char, flags: c_int, mode: mode_t) -> c_int {
        openat_any(directory, path, flags, mode)
    }
    fn __openat_2(directory: c_int, path: *const c_char, flags: c_int) -> c_int { openat_any(directory, path, flags, 0) }
    fn __openat64_2(directory: c_int, path: *const c_char, flags: c_int) -> c_int { openat_any(directory, path, flags, 0) }
    fn access(path: *const c_char, mode: c_int) -> c_int {
        if is_device(path) { 0 } else { pass!(access(path, mode)) }
    }

    fn ioctl(fd: c_int, request: c_ulong, argument: *mut c_void) -> c_int {
        let number_of = request as u32;
        match table::find(fd).filter(|_| !ioctl::is_of_every_file(number_of)) {
            Some(entry) => number(ioctl::ioctl(&entry, number_of, argument.expose_provenance() as u64, signals::interruptible)),
            None => pass!(ioctl(fd, request, argument)),
        }
    }

    fn mmap(address: *mut c_void, length: size_t, protection: c_int, flags: c_int, fd: c_int, offset: off_t) -> *mut c_void {
        call::mmap(address, length, protection, flags, fd, offset)
    }
    fn mmap64(address: *mut c_void, length: size_t, protection: c_int, flags: c_int, fd: c_int, offset: off_t) -> *mut c_void {
        call::mmap(address, length, protection, flags, fd, offset)
    }

    fn munmap(address: *mut c_void, length: size_t) -> c_int {
        range_changes(address.addr() as u64, length as u64, false);
        pass!(munmap(address, length))
    }
    fn mprotect(address: *mut c_void, length: size_t, protection: c_int) -> c_int {
        range_changes(address.addr() as u64, length as u64, true);
        pass!(mprotect(address, length, protection))
    }
    fn mremap(address: *mut c_void, old: size_t, new: size_t, flags: c_int, target: *mut c_void) -> *mut c_void {
        call::mremap(address, old, new, flags, target)
    }

    fn fallocate(fd: c_int, mode: c_int, offset: off_t, length: off_t) -> c_int {
        call::fallocate(fd, mode, offset, length).unwrap_or_else(|| pass!(fallocate(fd, mode, offset, length)))
    }
    fn fallocate64(fd: c_int, mode: c_int, offset: off_t, length: off_t) -> c_int {
        call::fallocate(fd, mode, offset, length).unwrap_or_else(|| pass!(fallocate(fd, mode, offset, length)))
    }
    fn fstat(fd: c_int, stat: *mut c_void) -> c_int { call::described(fd, |fd| pass!(fstat(fd, stat))) }
    fn fstat64(fd: c_int, stat: *mut c_void) -> c_int { call::described(fd, |fd| pass!(fstat(fd, stat))) }

    fn lseek(fd: c_int, offset: off_t, whence: c_int) -> off_t { call::seek(fd, offset, whence) }
    fn lseek64(fd: c_int, offset: off_t, whence: c_int) -> off_t { call::seek(fd, offset, whence) }

    fn close(fd: c_int) -> c_int { call::close(fd) }
    fn close_range(first: c_uint, last: c_uint, flags: c_int) -> c_int {
        let real = || pass!(close_range(first, last, flags));
        if flags as c_uint & libc::CLOSE_RANGE_CLOEXEC != 0 { real() } else { close_many(first, last, real) }
    }
    fn closefrom(first: c_int) -> () {
        let first = first.max(0) as c_uint;
        close_many(first, c_uint::MAX, || pass!(close_range(first, c_uint::MAX, 0)));
    }
    fn dup(fd: c_int) -> c_int { duplicate(fd, || pass!(dup(fd))) }
    fn dup2(old: c_int, new: c_int) -> c_int { duplicate_to(old, new, || pass!(dup2(old, new))) }
    fn dup3(old: c_int, new: c_int, flags: c_int) -> c_int { duplicate_to(old, new, || pass!(dup3(old, new, flags))) }
    fn fcntl(fd: c_int, command: c_int, argument: *mut c_void) -> c_int { fcntl_any(fd, command, argument) }
    fn fcntl64(fd: c_int, command: c_int, argument: *mut c_void) -> c_int { fcntl_any(fd, command, argument) }

    fn signal(signal: c_int, handler: sighandler_t) -> sighandler_t { signals::signal(signal, handler, libc::SA_RESTART) }
    fn bsd_signal(signal: c_int, handler: sighandler_t) -> sighandler_t { signals::signal(signal, handler, libc::SA_RESTART) }
    fn sysv_signal(signal: c_int, handler: sighandler_t) -> sighandler_t { signals::signal(signal, handler, ONCE) }
    fn __sysv_signal(signal: c_int, handler: sighandler_t) -> sighandler_t { signals::signal(signal, handler, ONCE) }
    fn sigaction(signal: c_int, new: *const libc::sigaction, old: *mut libc::sigaction) -> c_int {
        // SAFETY: the program's own arguments.
        unsafe { signals::sigaction(signal, new, old) }
    }
}

/// System V's signal(3).
const ONCE: c_int = libc::SA_RESETHAND | libc::SA_NODEFER;

fn fcntl_any(fd: c_int, command: c_int, argument: *mut c_void) -> c_int {
    let real = || pass!(fcntl(fd, command, argument));
    if matches!(command, libc::F_DUPFD | libc::F_DUPFD_CLOEXEC) { duplicate(fd, real) } else { real() }
}
