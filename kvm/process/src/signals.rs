#![expect(unsafe_code)]
//! Threads of our own, which handle no signal of the program's. Handles none either.
//!
//! Obligation: none; the sets are valid.

use std::mem::MaybeUninit;

/// Does something that signals must not interrupt; a thread started meanwhile never handles any.
pub fn all_blocked<T>(work: impl FnOnce() -> T) -> T {
    let mut all = MaybeUninit::<libc::sigset_t>::zeroed();
    let mut before = MaybeUninit::<libc::sigset_t>::zeroed();
    // SAFETY: the first call initialises a set, the second reads it and fills the other.
    unsafe {
        libc::sigfillset(all.as_mut_ptr());
        libc::pthread_sigmask(libc::SIG_SETMASK, all.as_ptr(), before.as_mut_ptr());
    }
    let result = work();
    // SAFETY: filled above.
    unsafe { libc::pthread_sigmask(libc::SIG_SETMASK, before.as_ptr(), std::ptr::null_mut()) };
    result
}
