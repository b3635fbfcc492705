#![expect(unsafe_code)]
//! Results as C functions give them: -1 and errno. Decides no error.
//!
//! Obligation: none; errno is the calling thread's own.

use kvm::errno::Errno;

/// errno.
pub fn last_error() -> Errno {
    // SAFETY: the address is valid for as long as the thread lives.
    Errno(unsafe { *libc::__errno_location() })
}

/// -1, after setting errno.
pub fn failed(errno: Errno) -> i32 {
    // SAFETY: as above.
    unsafe { *libc::__errno_location() = errno.0 };
    -1
}

/// The value, or -1 with errno.
pub fn number(result: Result<i64, Errno>) -> i32 {
    // Every ioctl's value fits an int.
    result.map_or_else(failed, |value| value as i32)
}
