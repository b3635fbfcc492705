//! Addresses that lie in memory: the vectors of readv(2) and its like, the messages of sendmsg(2) and its like, userfaultfd's requests.
//! The host's kernel gets copies with addresses that it may see; what it writes into a message comes back. Moves no data itself.

use std::sync::atomic::Ordering;

use kvm::errno::{EFAULT, EINVAL, Errno};

use super::host::{self, Answer};
use super::space::Space;
use super::thread::Thread;
use super::{arena, inbox};

/// UIO_MAXIOV: the kernel refuses more before it looks at any.
const MOST: u64 = 1024;
/// Bytes of `struct iovec`, `struct msghdr` and `struct mmsghdr`.
const VECTOR: usize = 16;
const MESSAGE: usize = 56;
const COUNTED_MESSAGE: usize = 64;

/// Several structures, one after the other, that are the host's to read and write.
pub struct Copy(Vec<u64>);

impl Copy {
    /// None where the kernel refuses the number, or finds nothing at the address: it says so itself.
    fn of(space: &Space, address: u64, count: u64, size: usize) -> Option<Copy> {
        if count == 0 || count > MOST {
            return None;
        }
        let mut bytes = vec![0; size * count as usize];
        if !space.copy_in(address, &mut bytes) {
            host::copy_in(address, &mut bytes).ok()?;
        }
        Some(Copy(bytes.chunks_exact(8).map(|word| word.iter().rev().fold(0, |all, &byte| all << 8 | u64::from(byte))).collect()))
    }

    /// Vectors.
    pub fn of_vectors(space: &Space, address: u64, count: u64) -> Option<Copy> {
        let mut copy = Copy::of(space, address, count, VECTOR)?;
        copy.0.iter_mut().step_by(2).for_each(|address| *address = arena::own(*address));
        Some(copy)
    }

    /// For the host.
    pub fn address(&mut self) -> u64 {
        self.0.as_mut_ptr().expose_provenance() as u64
    }
}

/// Messages with what they point to.
struct Messages {
    copy: Copy,
    /// Words of one.
    words: usize,
    /// Alive while the host reads them.
    _vectors: Vec<Option<Copy>>,
}

impl Messages {
    fn of(space: &Space, address: u64, count: u64, size: usize) -> Option<Messages> {
        let mut copy = Copy::of(space, address, count, size)?;
        let mut vectors = Vec::new();
        for message in copy.0.chunks_exact_mut(size / 8) {
            // Name, its length, vectors, their number, control data, its length, flags.
            let [name, _, vector, number, control, ..] = message else { continue };
            (*name, *control) = (arena::own(*name), arena::own(*control));
            let mut own = Copy::of_vectors(space, *vector, *number);
            *vector = own.as_mut().map_or(arena::own(*vector), Copy::address);
            vectors.push(own);
        }
        Some(Messages { copy, words: size / 8, _vectors: vectors })
    }

    /// What the host wrote into the first ones.
    fn give_back(&self, address: u64, count: u64, received: bool) -> Result<(), Errno> {
        let size = 8 * self.words as u64;
        for (message, at) in self.copy.0.chunks_exact(self.words).zip((address..).step_by(size as usize)).take(count as usize) {
            let put = |word: usize, length: usize| {
                let bytes = message.get(word).copied().unwrap_or_default().to_le_bytes();
                host::copy_out(at + 8 * word as u64, bytes.get(..length).unwrap_or_default())
            };
            if received {
                // Length of the name, length of the control data, flags.
                put(1, 4)?;
                put(5, 8)?;
                put(6, 4)?;
            }
            if self.words == COUNTED_MESSAGE / 8 {
                put(7, 4)?;
            }
        }
        Ok(())
    }
}

/// One message: the second argument.
fn one(space: &Space, number: libc::c_long, mut arguments: [u64; 6], received: bool) -> Answer {
    let address = arguments[1];
    let Some(mut message) = Messages::of(space, address, 1, MESSAGE) else { return inbox::call(number, arguments) };
    arguments[1] = message.copy.address();
    let answer = inbox::call(number, arguments)?;
    message.give_back(address, 1, received)?;
    Ok(answer)
}

/// Many: the second argument, and the third is how many. More than the kernel looks at it does not count.
fn many(space: &Space, number: libc::c_long, mut arguments: [u64; 6], received: bool) -> Answer {
    let (address, count) = (arguments[1], u64::from(arguments[2] as u32).min(MOST));
    let Some(mut messages) = Messages::of(space, address, count, COUNTED_MESSAGE) else { return inbox::call(number, arguments) };
    (arguments[1], arguments[2]) = (messages.copy.address(), count);
    let answer = inbox::call(number, arguments)?;
    messages.give_back(address, answer, received)?;
    Ok(answer)
}

/// sendmsg(2).
pub fn sendmsg(thread: &mut Thread, arguments: [u64; 6]) -> Answer {
    one(&thread.process.space, libc::SYS_sendmsg, arguments, false)
}

/// recvmsg(2).
pub fn recvmsg(thread: &mut Thread, arguments: [u64; 6]) -> Answer {
    one(&thread.process.space, libc::SYS_recvmsg, arguments, true)
}

/// sendmmsg(2).
pub fn sendmmsg(thread: &mut Thread, arguments: [u64; 6]) -> Answer {
    many(&thread.process.space, libc::SYS_sendmmsg, arguments, false)
}

/// recvmmsg(2).
pub fn recvmmsg(thread: &mut Thread, arguments: [u64; 6]) -> Answer {
    many(&thread.process.space, libc::SYS_recvmmsg, arguments, true)
}

/// Between this process and another, or itself, in which case the other side's addresses are the program's, too.
fn between(space: &Space, number: libc::c_long, mut arguments: [u64; 6]) -> Answer {
    let process = arguments[0] as i32;
    let is_ours = std::path::Path::new(&format!("/proc/self/task/{process}")).exists();
    let mut local = Copy::of_vectors(space, arguments[1], arguments[2]);
    let mut remote = if is_ours { Copy::of_vectors(space, arguments[3], arguments[4]) } else { None };
    for (argument, own) in [(1, &mut local), (3, &mut remote)] {
        if let (Some(argument), Some(own)) = (arguments.get_mut(argument), own) {
            *argument = own.address();
        }
    }
    inbox::call(number, arguments)
}

/// process_vm_readv(2).
pub fn process_vm_readv(thread: &mut Thread, arguments: [u64; 6]) -> Answer {
    between(&thread.process.space, libc::SYS_process_vm_readv, arguments)
}

/// process_vm_writev(2).
pub fn process_vm_writev(thread: &mut Thread, arguments: [u64; 6]) -> Answer {
    between(&thread.process.space, libc::SYS_process_vm_writev, arguments)
}

/// What userfaultfd(2) is asked to do: nothing to the emulator's memory. EINVAL for a range, EFAULT for a source, as for addresses that
/// no program has.
///
/// # Errors
/// See above.
pub fn check_request(space: &Space, request: u32, argument: u64) -> Result<(), Errno> {
    /// Type and number of UFFDIO_REGISTER to UFFDIO_CONTINUE; UFFDIO_COPY has a source, too.
    const REQUESTS: std::ops::RangeInclusive<u32> = 0xaa00..=0xaa07;
    const COPY: u32 = 0xaa03;
    let foreign = |address: u64| arena::own(address) != address;
    if !REQUESTS.contains(&(request & 0xffff)) {
        return Ok(());
    }
    // UFFDIO_REGISTER, at the latest.
    space.awaits_pages.store(true, Ordering::Relaxed);
    match host::read_u64(argument) {
        Ok(start) if foreign(start) => Err(EINVAL),
        Ok(_) if request & 0xffff == COPY && host::read_u64(argument + 8).is_ok_and(foreign) => Err(EFAULT),
        _ => Ok(()),
    }
}
