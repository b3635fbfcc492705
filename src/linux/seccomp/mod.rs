//! seccomp of the program: its filters see its system calls as arm64's kernel would show them, and decide about each before anything else
//! looks at it. What the emulator calls for itself is not the program's, and no filter sees it.
//!
//! | what | where |
//! | --- | --- |
//! | filters as programs | `bpf` |
//! | which filters each thread has | `filters` |
//! | seccomp(2) and prctl(2) | `calls` |
//! | across execve(2) | `handover` |
//! | what becomes of a call | here |

mod bpf;
#[cfg(test)]
mod bpf_tests;
mod calls;
mod filters;
mod handover;

use kvm::errno::{ENOSYS, Errno};
use libc::{SECCOMP_RET_ALLOW, SECCOMP_RET_ERRNO, SECCOMP_RET_KILL_PROCESS, SECCOMP_RET_KILL_THREAD, SECCOMP_RET_LOG, SECCOMP_RET_TRACE};
use libc::{SECCOMP_RET_TRAP, SECCOMP_RET_USER_NOTIF};

pub use calls::{seccomp, set_by_prctl};
pub use filters::{Installed, Members};
pub use handover::{hand_over, take_over};

use super::host::{self, Answer};
use super::signals::Fault;
use super::thread::{KEEP, Thread};
use super::{strace, table};

/// AUDIT_ARCH_AARCH64.
const ARCHITECTURE: u32 = 0xc000_00b7;
/// `si_code` of SIGSYS.
const SYS_SECCOMP: i32 = 1;
/// What strict mode allows: read, write, exit, rt_sigreturn.
const STRICT: [u64; 4] = [63, 64, 93, 139];
const LARGEST_ERRNO: u32 = 4095;
/// Size of an instruction: filters and signals have the address behind SVC.
const SVC: u64 = 4;

/// What becomes of a call of a thread that [`Installed::is_on`]: its answer, where it is not to be made.
pub fn judge(thread: &mut Thread, number: u64, arguments: &[u64; 6]) -> Option<Answer> {
    if thread.seccomp.take_privileges() {
        // It cannot fail.
        let _ = host::call(libc::SYS_prctl, [libc::PR_SET_NO_NEW_PRIVS as u64, 1, 0, 0, 0, 0]);
    }
    if thread.seccomp.mode() == libc::SECCOMP_MODE_STRICT {
        return if STRICT.contains(&number) { None } else { Some(end_thread(thread, number, libc::SIGKILL)) };
    }
    // Filters come before the mode, so there are some.
    let Some(newest) = thread.seccomp.newest() else { end_process(thread, number) };
    let (answer, log) = newest.run(&data(thread.cpu.pc.wrapping_add(SVC), number, arguments));
    let (action, value) = (answer & libc::SECCOMP_RET_ACTION_FULL, answer & libc::SECCOMP_RET_DATA);
    if log || action == SECCOMP_RET_LOG {
        tracing::info!(call = name(number), number, answer = format_args!("{answer:#x}"), "seccomp: logged");
    }
    match action {
        SECCOMP_RET_ALLOW | SECCOMP_RET_LOG => None,
        SECCOMP_RET_ERRNO => Some(refusal(value.min(LARGEST_ERRNO))),
        // There is neither a tracer nor a listener.
        SECCOMP_RET_TRACE | SECCOMP_RET_USER_NOTIF => Some(Err(ENOSYS)),
        SECCOMP_RET_TRAP => Some(trap(thread, number, value)),
        SECCOMP_RET_KILL_THREAD if !thread.process.alone() => Some(end_thread(thread, number, libc::SIGSYS)),
        SECCOMP_RET_KILL_THREAD | SECCOMP_RET_KILL_PROCESS => end_process(thread, number),
        // Not an action: the kernel takes it for the strictest.
        _ => end_process(thread, number),
    }
}

/// `struct seccomp_data`.
fn data(pc: u64, number: u64, arguments: &[u64; 6]) -> bpf::Data {
    let halves = |value: u64| [value as u32, (value >> 32) as u32];
    let words = [number as u32, ARCHITECTURE].into_iter().chain(halves(pc)).chain(arguments.iter().copied().flat_map(halves));
    let mut data = bpf::Data::default();
    data.iter_mut().zip(words).for_each(|(to, word)| *to = word);
    data
}

/// An errno of a filter's choice, which need not be one.
fn refusal(value: u32) -> Answer {
    match value {
        0 => Ok(0),
        1..512 => Err(Errno(value as i32)),
        // From here on are those that mean something else to us.
        _ => Ok(u64::from(value).wrapping_neg()),
    }
}

fn trap(thread: &mut Thread, number: u64, value: u32) -> Answer {
    thread.cpu.pc = thread.cpu.pc.wrapping_add(SVC);
    let fault = Fault { number: libc::SIGSYS, code: SYS_SECCOMP, address: thread.cpu.pc, syndrome: None };
    let mut info = fault.info();
    // si_errno, and behind si_call_addr si_syscall and si_arch.
    for (offset, word) in [(4, value), (24, number as u32), (28, ARCHITECTURE)] {
        info.iter_mut().skip(offset).zip(word.to_le_bytes()).for_each(|(to, from)| *to = from);
    }
    thread.force(&fault, &info);
    Err(KEEP)
}

fn end_thread(thread: &mut Thread, number: u64, signal: i32) -> Answer {
    tracing::warn!(call = name(number), number, signal, "seccomp ends the thread");
    if thread.process.settings.strace {
        strace::ended(name(number), signal);
    }
    thread.exit_code = Some(-signal);
    Err(KEEP)
}

fn end_process(thread: &Thread, number: u64) -> ! {
    tracing::warn!(call = name(number), number, signal = libc::SIGSYS, "seccomp ends the program");
    if thread.process.settings.strace {
        strace::ended(name(number), libc::SIGSYS);
    }
    thread.die(libc::SIGSYS)
}

fn name(number: u64) -> &'static str {
    table::find(number).map_or("?", |row| row.name)
}
