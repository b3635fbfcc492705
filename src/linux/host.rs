#![expect(unsafe_code)]
//! The kernel under us: raw system calls of x86-64 with a program's arguments, and copies to and from the program's memory.
//! Knows no arm64 structure.
//!
//! Obligation: a call's arguments are the program's own, whose memory lies where it says because addresses are the host's;
//! what a call may do to this process is the caller's business. Copies go through the kernel, which fails where a load would
//! crash.

use std::sync::atomic::AtomicU32;

use kvm::errno::{EFAULT, Errno};
use libc::{c_long, iovec};

/// What a system call answers.
pub type Answer = Result<u64, Errno>;

/// The call did not begin, or began and left without effect, because a signal waits: deliver it and call again.
pub const RESTART: Errno = Errno(512);

// A signal that comes after the look at the flag and before the call would be noticed only when the call returns, which may be
// never. So the handler moves whoever it finds between the two to `abandon`. The kernel itself moves a call that is to be
// restarted back to the instruction, and so it comes to the same place.
std::arch::global_asm!(
    ".pushsection .text",
    ".balign 16",
    "invar_linux_call:",
    "push rbx",
    "push rbp",
    "mov rbx, rdi",
    "mov rax, rsi",
    "mov rbp, rdx",
    "mov rdi, [rbp]",
    "mov rsi, [rbp + 8]",
    "mov rdx, [rbp + 16]",
    "mov r10, [rbp + 24]",
    "mov r8, [rbp + 32]",
    "mov r9, [rbp + 40]",
    "invar_linux_call_begin:",
    "cmp dword ptr [rbx], 0",
    "jne invar_linux_call_abandon",
    "syscall",
    "invar_linux_call_end:",
    "pop rbp",
    "pop rbx",
    "ret",
    "invar_linux_call_abandon:",
    "mov rax, -512",
    "pop rbp",
    "pop rbx",
    "ret",
    ".popsection",
);

unsafe extern "C" {
    fn invar_linux_call(flag: *const AtomicU32, number: c_long, arguments: *const [u64; 6]) -> i64;
    fn invar_linux_call_begin();
    fn invar_linux_call_end();
    fn invar_linux_call_abandon();
}

/// Where a thread goes on that a signal found at `address`, when that is between looking for signals and calling.
pub fn abandoned(address: i64) -> Option<i64> {
    let place = |label: unsafe extern "C" fn()| label as *const () as i64;
    let window = place(invar_linux_call_begin)..place(invar_linux_call_end);
    window.contains(&address).then(|| place(invar_linux_call_abandon))
}

fn answer(result: i64) -> Answer {
    if (-4095..0).contains(&result) { Err(Errno(-result as i32)) } else { Ok(result as u64) }
}

/// A system call that does not begin when `flag` is not zero, which a signal handler makes it.
///
/// # Errors
/// What the kernel answers, and [`RESTART`].
pub fn call_unless(flag: &AtomicU32, number: c_long, arguments: [u64; 6]) -> Answer {
    // SAFETY: the function keeps to the calling convention; for the call itself see the file's obligation.
    answer(unsafe { invar_linux_call(flag, number, &arguments) })
}

/// A system call that signals do not keep from beginning.
///
/// # Errors
/// What the kernel answers.
pub fn call(number: c_long, arguments: [u64; 6]) -> Answer {
    static NEVER: AtomicU32 = AtomicU32::new(0);
    call_unless(&NEVER, number, arguments)
}

fn remote(address: u64, length: usize) -> iovec {
    iovec { iov_base: std::ptr::with_exposed_provenance_mut(address as usize), iov_len: length }
}

/// What is not the program's may be the emulator's.
fn check(address: u64, length: usize) -> Result<(), Errno> {
    if super::arena::holds(address, length) { Ok(()) } else { Err(EFAULT) }
}

fn complete(copied: isize, length: usize) -> Result<(), Errno> {
    if usize::try_from(copied) == Ok(length) { Ok(()) } else { Err(EFAULT) }
}

/// Copies from the program's memory.
///
/// # Errors
/// EFAULT.
pub fn copy_in(address: u64, out: &mut [u8]) -> Result<(), Errno> {
    check(address, out.len())?;
    let local = iovec { iov_base: out.as_mut_ptr().cast(), iov_len: out.len() };
    // SAFETY: the kernel writes to `out` and nowhere else.
    complete(unsafe { libc::process_vm_readv(libc::gettid(), &local, 1, &remote(address, out.len()), 1, 0) }, out.len())
}

/// Copies to the program's memory.
///
/// # Errors
/// EFAULT.
pub fn copy_out(address: u64, data: &[u8]) -> Result<(), Errno> {
    check(address, data.len())?;
    let local = iovec { iov_base: data.as_ptr().cast_mut().cast(), iov_len: data.len() };
    // SAFETY: the kernel reads `data`; it writes where the program asked for something to be written.
    complete(unsafe { libc::process_vm_writev(libc::gettid(), &local, 1, &remote(address, data.len()), 1, 0) }, data.len())
}

/// A number of the program's.
///
/// # Errors
/// EFAULT.
pub fn read_u64(address: u64) -> Result<u64, Errno> {
    let mut bytes = [0; 8];
    copy_in(address, &mut bytes)?;
    Ok(u64::from_le_bytes(bytes))
}

/// The same with four bytes.
///
/// # Errors
/// EFAULT.
pub fn read_u32(address: u64) -> Result<u32, Errno> {
    let mut bytes = [0; 4];
    copy_in(address, &mut bytes)?;
    Ok(u32::from_le_bytes(bytes))
}

/// A string of the program's without its zero.
///
/// # Errors
/// EFAULT, and ENAMETOOLONG for one that is longer than `limit`.
pub fn read_string(address: u64, limit: usize) -> Result<Vec<u8>, Errno> {
    let mut text = Vec::new();
    let mut at = address;
    while text.len() <= limit {
        // To the end of a page at most: what is beyond may not be there.
        let mut chunk = vec![0; (0x1000 - (at & 0xfff) as usize).min(256)];
        copy_in(at, &mut chunk)?;
        if let Some(end) = chunk.iter().position(|&byte| byte == 0) {
            text.extend_from_slice(&chunk[..end]);
            return Ok(text);
        }
        at = at.wrapping_add(chunk.len() as u64);
        text.append(&mut chunk);
    }
    Err(Errno(libc::ENAMETOOLONG))
}
