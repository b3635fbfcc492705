//! Descriptors of ours in the process of a program that numbers its own: they are kept out of its way, so that a number which it has closed
//! is nobody's, and its next file has the number that it would have without us. Opens nothing itself.

use std::os::fd::OwnedFd;
use std::sync::{Mutex, MutexGuard};

use rustix::io::fcntl_dupfd_cloexec;

use crate::vm::lock;

/// Below the usual limit, and above what programs reach.
const FIRST: i32 = 512;

/// Held while one of ours has a low number.
static LOW: Mutex<()> = Mutex::new(());

/// Work that opens files, or looks whether a number of the program's is what it says.
pub fn unseen<T>(work: impl FnOnce() -> T) -> T {
    let _nobody_looks = hold();
    work()
}

/// Nobody is at such work while this is held, as it has to be over fork(2): the child would wait for ever.
pub fn hold() -> MutexGuard<'static, ()> {
    lock(&LOW)
}

/// The same file under a number out of the way, where there is one left.
pub fn out_of_the_way(file: OwnedFd) -> OwnedFd {
    fcntl_dupfd_cloexec(&file, FIRST).unwrap_or(file)
}
