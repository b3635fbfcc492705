//! Calls that wait for descriptors, with a mask of their own meanwhile, and epoll's events, which x86-64 packs.

use kvm::errno::{EFAULT, EINVAL, Errno};

use super::host::{self, Answer};
use super::inbox;
use super::thread::Thread;

/// Bytes of `struct epoll_event` on arm64, where the data is aligned, and on x86-64, where it is not.
const EVENT: usize = 16;
const HOST_EVENT: usize = 12;
/// The most events of one call (EP_MAX_EVENTS is more, and nobody gets them).
const MOST: usize = 1 << 20;

/// The mask at an address, if there is one.
fn mask(address: u64) -> Result<Option<u64>, Errno> {
    if address == 0 { Ok(None) } else { host::read_u64(address).map(Some) }
}

/// ppoll(2).
pub fn ppoll(thread: &mut Thread, arguments: [u64; 6]) -> Answer {
    let mask = mask(arguments[3])?;
    thread.with_mask(mask, || inbox::call(libc::SYS_ppoll, arguments))
}

/// pselect6(2): the last argument points to the mask's address and size.
pub fn pselect6(thread: &mut Thread, arguments: [u64; 6]) -> Answer {
    let set = if arguments[5] == 0 { 0 } else { host::read_u64(arguments[5])? };
    let mask = mask(set)?;
    thread.with_mask(mask, || inbox::call(libc::SYS_pselect6, arguments))
}

/// epoll_ctl(2).
pub fn epoll_ctl(_: &mut Thread, [epoll, operation, fd, event, ..]: [u64; 6]) -> Answer {
    let mut packed = [0; HOST_EVENT];
    let mut address = 0;
    if operation as i32 != libc::EPOLL_CTL_DEL {
        let mut bytes = [0; EVENT];
        host::copy_in(event, &mut bytes)?;
        packed[..4].copy_from_slice(&bytes[..4]);
        packed[4..].copy_from_slice(&bytes[8..]);
        address = packed.as_ptr().expose_provenance() as u64;
    }
    host::call(libc::SYS_epoll_ctl, [epoll, operation, fd, address, 0, 0])
}

fn wait(thread: &mut Thread, number: libc::c_long, [epoll, events, most, timeout, set, size]: [u64; 6]) -> Answer {
    let count = usize::try_from(most as i32).map_err(|_| EINVAL)?.min(MOST);
    let mask = mask(set)?;
    let mut packed = vec![0u8; HOST_EVENT * count];
    let address = packed.as_mut_ptr().expose_provenance() as u64;
    let found = thread.with_mask(mask, || inbox::call(number, [epoll, address, count as u64, timeout, set, size]))?;
    let mut bytes = vec![0u8; EVENT * found as usize];
    for (to, from) in bytes.chunks_exact_mut(EVENT).zip(packed.chunks_exact(HOST_EVENT)) {
        to[..4].copy_from_slice(&from[..4]);
        to[8..].copy_from_slice(&from[4..]);
    }
    host::copy_out(events, &bytes).map_err(|_| EFAULT)?;
    Ok(found)
}

/// epoll_pwait(2).
pub fn epoll_pwait(thread: &mut Thread, arguments: [u64; 6]) -> Answer {
    wait(thread, libc::SYS_epoll_pwait, arguments)
}

/// epoll_pwait2(2).
pub fn epoll_pwait2(thread: &mut Thread, arguments: [u64; 6]) -> Answer {
    wait(thread, libc::SYS_epoll_pwait2, arguments)
}
