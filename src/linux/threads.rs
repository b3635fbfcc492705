#![expect(unsafe_code)]
//! clone(2) and what threads have of their own: their end, robust futexes, fork. Runs no instruction.
//!
//! Obligation: fork(2) is called with every lock held that a child needs.

use std::sync::atomic::Ordering;
use std::sync::mpsc;

use kvm::errno::{EAGAIN, EFAULT, EINVAL, Errno};
use kvm_process::{all_blocked, table};
use sysregs::SysReg;

use super::host::{self, Answer};
use super::inbox;
use super::thread::Thread;

/// Host stack of a thread: what the emulator needs, not the program. Creating a vCPU moves its state over it.
const HOST_STACK: usize = 8 << 20;
/// Flags that a thread of the C library's has, each of which means that it shares something.
const THREAD: u64 = (libc::CLONE_VM | libc::CLONE_SIGHAND | libc::CLONE_THREAD | libc::CLONE_FS | libc::CLONE_FILES) as u64;
/// Flags that threads and children may have besides.
const COMMON: u64 =
    (libc::CLONE_SETTLS | libc::CLONE_PARENT_SETTID | libc::CLONE_CHILD_CLEARTID | libc::CLONE_CHILD_SETTID | libc::CLONE_DETACHED) as u64;
/// CLONE_CLEAR_SIGHAND, which children of posix_spawn(3) have.
const CLEAR_SIGHAND: u64 = 1 << 32;
const EXIT_SIGNAL: u64 = 0xff;
/// Entries of a robust list that are looked at (ROBUST_LIST_LIMIT).
const ROBUST_LIMIT: usize = 2048;
const FUTEX_WAITERS: u32 = 0x8000_0000;
const FUTEX_OWNER_DIED: u32 = 0x4000_0000;
const FUTEX_TID: u32 = 0x3fff_ffff;

/// What clone(2) and clone3(2) ask for.
struct Request {
    flags: u64,
    stack: u64,
    parent_tid: u64,
    child_tid: u64,
    tls: u64,
}

/// clone(2), with arm64's order of arguments.
pub fn clone(thread: &mut Thread, [flags, stack, parent_tid, tls, child_tid, _]: [u64; 6]) -> Answer {
    start(thread, &Request { flags, stack, parent_tid, child_tid, tls })
}

/// clone3(2).
pub fn clone3(thread: &mut Thread, [arguments, size, ..]: [u64; 6]) -> Answer {
    if size < 64 {
        return Err(EINVAL);
    }
    if size > 4096 {
        return Err(kvm::errno::E2BIG);
    }
    // flags, pidfd, child_tid, parent_tid, exit_signal, stack, stack_size, tls, set_tid, set_tid_size, cgroup, and what may come.
    let mut words = [0; 8];
    for (index, word) in words.iter_mut().enumerate() {
        *word = host::read_u64(arguments.wrapping_add(8 * index as u64))?;
    }
    let [flags, _, child_tid, parent_tid, exit_signal, stack, stack_size, tls] = words;
    for index in 8..size / 8 {
        if host::read_u64(arguments.wrapping_add(8 * index))? != 0 {
            tracing::warn!(word = index, "clone3 with thread ids or a control group is not supported");
            return Err(EINVAL);
        }
    }
    if flags & EXIT_SIGNAL != 0 || exit_signal & !EXIT_SIGNAL != 0 || (stack == 0) != (stack_size == 0) {
        return Err(EINVAL);
    }
    let stack = if stack == 0 { 0 } else { stack.checked_add(stack_size).ok_or(EINVAL)? };
    start(thread, &Request { flags: flags | exit_signal, stack, parent_tid, child_tid, tls })
}

fn start(thread: &mut Thread, request: &Request) -> Answer {
    let flags = request.flags & !EXIT_SIGNAL;
    let extra = flags & !COMMON;
    if extra & !(libc::CLONE_SYSVSEM as u64) == THREAD {
        return start_thread(thread, request);
    }
    let as_vfork = (libc::CLONE_VM | libc::CLONE_VFORK) as u64;
    if extra & !CLEAR_SIGHAND == 0 || extra & !CLEAR_SIGHAND == libc::CLONE_VFORK as u64 || extra & !CLEAR_SIGHAND == as_vfork {
        return fork(thread, request);
    }
    tracing::warn!(flags = format_args!("{flags:#x}"), "clone with these flags is not supported");
    Err(EINVAL)
}

fn start_thread(thread: &mut Thread, request: &Request) -> Answer {
    let mut child = thread.duplicate();
    child.cpu.pc = child.cpu.pc.wrapping_add(4);
    child.cpu.x[0] = 0;
    prepare(&mut child, request);
    let (flags, parent_tid, child_tid) = (request.flags, request.parent_tid, request.child_tid);
    let (tell, told) = mpsc::sync_channel(1);
    let (go, gone) = mpsc::sync_channel::<()>(1);
    let (signal, seccomp) = (child.cpu.signal.clone(), child.seccomp.clone());
    thread.process.threads.fetch_add(1, Ordering::SeqCst);
    let body = move || {
        // The other side waits for it.
        let _ = tell.send(inbox::thread_id());
        if gone.recv().is_ok() {
            let code = child.run();
            leave(&child, code);
        }
    };
    let started = all_blocked(|| std::thread::Builder::new().stack_size(HOST_STACK).spawn(body));
    let id = started.ok().and_then(|_| told.recv().ok());
    let Some(id) = id else {
        thread.process.threads.fetch_sub(1, Ordering::SeqCst);
        thread.process.space.peers.remove(&signal);
        return Err(EAGAIN);
    };
    thread.process.seccomp.join(id, &seccomp, Some(&thread.seccomp));
    tell_ids(flags, parent_tid, child_tid, id);
    // Its receiver is there until it has received.
    let _ = go.send(());
    Ok(id)
}

/// What the child has of its own from the beginning.
fn prepare(child: &mut Thread, request: &Request) {
    if request.stack != 0 {
        child.cpu.x[31] = request.stack;
    }
    if request.flags & libc::CLONE_SETTLS as u64 != 0 {
        child.cpu.set_sys(SysReg::TPIDR_EL0, request.tls);
    }
    if request.flags & libc::CLONE_CHILD_CLEARTID as u64 != 0 {
        child.clear_tid = request.child_tid;
    }
}

fn tell_ids(flags: u64, parent_tid: u64, child_tid: u64, id: u64) {
    for (flag, address) in [(libc::CLONE_PARENT_SETTID, parent_tid), (libc::CLONE_CHILD_SETTID, child_tid)] {
        if flags & flag as u64 != 0 {
            // As the kernel does: an address that cannot be written to is not told to anyone.
            let _ = host::copy_out(address, &(id as u32).to_le_bytes());
        }
    }
}

/// fork(2), and vfork(2): memory is not shared meanwhile, but the parent waits until the child has executed a program or ended.
fn fork(thread: &mut Thread, request: &Request) -> Answer {
    let waits = request.flags & libc::CLONE_VFORK as u64 != 0;
    let pipe = if waits { Some(std::io::pipe().map_err(|_| EAGAIN)?) } else { None };
    let child = fork_with_locks(thread)?;
    if child == 0 {
        thread.after_fork();
        if request.flags & CLEAR_SIGHAND != 0 {
            thread.clear_handlers();
        }
        thread.robust_list = 0;
        thread.clear_tid = 0;
        prepare(thread, request);
        tell_ids(request.flags & libc::CLONE_CHILD_SETTID as u64, 0, request.child_tid, inbox::thread_id());
        if let Some((reader, writer)) = pipe {
            drop(reader);
            // It closes when the child executes a program, or ends.
            std::mem::forget(writer);
        }
        return Ok(0);
    }
    tell_ids(request.flags & libc::CLONE_PARENT_SETTID as u64, request.parent_tid, 0, child);
    if let Some((mut reader, writer)) = pipe {
        drop(writer);
        let mut nothing = [0];
        let _ = std::io::Read::read(&mut reader, &mut nothing);
    }
    Ok(child)
}

fn fork_with_locks(thread: &Thread) -> Result<u64, Errno> {
    let process = thread.process.clone();
    process.space.begin_fork();
    let _brk = process.lock_brk();
    let changing = process.space.change();
    let _actions = process.lock_actions();
    let _seccomp = process.seccomp.lock();
    let _events = std::io::stderr().lock();
    table::hold();
    // SAFETY: the child is this thread alone, and our locks are its own.
    let child = process.space.stopped(&changing, || unsafe { libc::fork() });
    if child == 0 {
        table::set_process(std::process::id());
    }
    table::release();
    if child < 0 { Err(EAGAIN) } else { Ok(child as u64) }
}

/// The end of a thread, as `mm_release` has it: robust futexes first, then whoever waits for it.
pub fn end(thread: &mut Thread) {
    if thread.robust_list != 0 {
        // A broken list is as good as its beginning.
        let _ = release_robust(thread.robust_list);
    }
    if thread.clear_tid != 0 {
        // The thread is gone, so nobody can be told of a bad address.
        let _ = host::copy_out(thread.clear_tid, &[0; 4]);
        let _ = host::call(libc::SYS_futex, [thread.clear_tid, libc::FUTEX_WAKE as u64, 1, 0, 0, 0]);
    }
}

/// `exit_robust_list`: futexes that the thread holds say that their owner died.
fn release_robust(head: u64) -> Result<(), Errno> {
    let first = host::read_u64(head)?;
    let offset = host::read_u64(head.wrapping_add(8))?;
    let pending = host::read_u64(head.wrapping_add(16))?;
    let mut entry = first;
    for _ in 0..ROBUST_LIMIT {
        if entry & !1 == head {
            break;
        }
        // Read before the futex is free.
        let next = host::read_u64(entry & !1);
        if entry & !1 != pending & !1 {
            owner_died((entry & !1).wrapping_add(offset))?;
        }
        entry = next?;
    }
    if pending & !1 != 0 { owner_died((pending & !1).wrapping_add(offset)) } else { Ok(()) }
}

fn owner_died(futex: u64) -> Result<(), Errno> {
    if !futex.is_multiple_of(4) {
        return Err(EFAULT);
    }
    let value = host::read_u32(futex)?;
    if value & FUTEX_TID == inbox::thread_id() as u32 {
        host::copy_out(futex, &(value & FUTEX_WAITERS | FUTEX_OWNER_DIED).to_le_bytes())?;
        if value & FUTEX_WAITERS != 0 {
            host::call(libc::SYS_futex, [futex, libc::FUTEX_WAKE as u64, 1, 0, 0, 0])?;
        }
    }
    Ok(())
}

/// After its end: the last thread ends the process, the first leaves without returning to who started us.
pub fn leave(thread: &Thread, code: i32) {
    let first = inbox::thread_id() == u64::from(std::process::id());
    let process = &thread.process;
    if first {
        process.leader_code.store(code, Ordering::SeqCst);
    }
    if process.threads.fetch_sub(1, Ordering::SeqCst) == 1 {
        match process.leader_code.load(Ordering::SeqCst) {
            signal @ ..0 => thread.die(-signal),
            code => exit_process(code),
        }
    }
    if first {
        // The threads that are left need nothing of this one's.
        let _ = host::call(libc::SYS_exit, [code as u64, 0, 0, 0, 0, 0]);
    }
}

/// exit_group(2) on the host.
pub fn exit_process(code: i32) -> ! {
    loop {
        // It does not return.
        let _ = host::call(libc::SYS_exit_group, [code as u64, 0, 0, 0, 0, 0]);
    }
}

/// exit(2).
pub fn exit(thread: &mut Thread, [code, ..]: [u64; 6]) -> Answer {
    thread.exit_code = Some(code as i32 & 0xff);
    Ok(0)
}

/// exit_group(2).
pub fn exit_group(_: &mut Thread, [code, ..]: [u64; 6]) -> Answer {
    exit_process(code as i32)
}

/// set_tid_address(2).
pub fn set_tid_address(thread: &mut Thread, [address, ..]: [u64; 6]) -> Answer {
    thread.clear_tid = address;
    Ok(inbox::thread_id())
}

/// set_robust_list(2).
pub fn set_robust_list(thread: &mut Thread, [head, size, ..]: [u64; 6]) -> Answer {
    if size != 24 {
        return Err(EINVAL);
    }
    thread.robust_list = head;
    Ok(0)
}
