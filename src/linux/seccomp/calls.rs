//! seccomp(2), and what of prctl(2) is about it. Judges no call, and runs no filter.

use kvm::errno::{EINVAL, EOPNOTSUPP, Errno};
use libc::{SECCOMP_FILTER_FLAG_LOG, SECCOMP_FILTER_FLAG_SPEC_ALLOW, SECCOMP_FILTER_FLAG_TSYNC, SECCOMP_FILTER_FLAG_TSYNC_ESRCH};
use libc::{SECCOMP_GET_ACTION_AVAIL, SECCOMP_GET_NOTIF_SIZES, SECCOMP_MODE_FILTER, SECCOMP_MODE_STRICT};
use libc::{SECCOMP_RET_ALLOW, SECCOMP_RET_ERRNO, SECCOMP_RET_KILL_PROCESS, SECCOMP_RET_KILL_THREAD, SECCOMP_RET_LOG, SECCOMP_RET_TRACE};
use libc::{SECCOMP_SET_MODE_FILTER, SECCOMP_SET_MODE_STRICT};

use super::bpf::{Instruction, LONGEST, Program};
use super::filters::Sync;
use crate::linux::host::{self, Answer};
use crate::linux::thread::Thread;

/// Those that are not about listeners.
const FLAGS: u64 = SECCOMP_FILTER_FLAG_TSYNC | SECCOMP_FILTER_FLAG_LOG | SECCOMP_FILTER_FLAG_SPEC_ALLOW | SECCOMP_FILTER_FLAG_TSYNC_ESRCH;
/// Actions that filters here may take: all but SECCOMP_RET_USER_NOTIF, to which nobody listens.
const ACTIONS: [u32; 7] = [
    SECCOMP_RET_KILL_PROCESS,
    SECCOMP_RET_KILL_THREAD,
    libc::SECCOMP_RET_TRAP,
    SECCOMP_RET_ERRNO,
    SECCOMP_RET_TRACE,
    SECCOMP_RET_LOG,
    SECCOMP_RET_ALLOW,
];
/// `struct seccomp_notif_sizes`.
const NOTIFICATION_SIZES: [u16; 3] = [80, 24, 64];
/// `struct sock_fprog`: a length, and a pointer at 8.
const PROGRAM_POINTER: u64 = 8;
/// _LINUX_CAPABILITY_VERSION_3, with two words of each set.
const CAPABILITIES: u32 = 0x2008_0522;
/// CAP_SYS_ADMIN.
const SYS_ADMIN: u32 = 21;

/// seccomp(2).
pub fn seccomp(thread: &mut Thread, [operation, flags, arguments, ..]: [u64; 6]) -> Answer {
    let (operation, flags) = (operation as u32, u64::from(flags as u32));
    match operation {
        SECCOMP_SET_MODE_STRICT if flags == 0 && arguments == 0 => set_strict(thread),
        SECCOMP_SET_MODE_FILTER => set_filter(thread, flags, arguments),
        SECCOMP_GET_ACTION_AVAIL if flags == 0 => {
            let action = host::read_u32(arguments)?;
            if ACTIONS.contains(&action) { Ok(0) } else { Err(EOPNOTSUPP) }
        }
        SECCOMP_GET_NOTIF_SIZES if flags == 0 => {
            let bytes: Vec<u8> = NOTIFICATION_SIZES.into_iter().flat_map(u16::to_le_bytes).collect();
            host::copy_out(arguments, &bytes).map(|()| 0)
        }
        _ => Err(EINVAL),
    }
}

/// PR_SET_SECCOMP.
pub fn set_by_prctl(thread: &mut Thread, mode: u64, program: u64) -> Answer {
    match u32::try_from(mode) {
        Ok(SECCOMP_MODE_STRICT) => set_strict(thread),
        Ok(SECCOMP_MODE_FILTER) => set_filter(thread, 0, program),
        _ => Err(EINVAL),
    }
}

fn set_strict(thread: &Thread) -> Answer {
    thread.seccomp.set_strict().map(|()| 0)
}

fn set_filter(thread: &Thread, flags: u64, program: u64) -> Answer {
    if flags & !FLAGS != 0 {
        tracing::warn!(flags = format_args!("{flags:#x}"), "seccomp with these flags is not supported");
        return Err(EINVAL);
    }
    let no_new_privileges = has_no_new_privileges();
    let program = read(program, no_new_privileges || may_administer())?;
    let sync = Sync { without_id: flags & SECCOMP_FILTER_FLAG_TSYNC_ESRCH != 0, no_new_privileges };
    let sync = (flags & SECCOMP_FILTER_FLAG_TSYNC != 0).then_some(sync);
    thread.process.seccomp.install(&thread.seccomp, program, flags & SECCOMP_FILTER_FLAG_LOG != 0, sync)
}

/// `seccomp_prepare_user_filter`, with its order of refusals.
fn read(address: u64, allowed: bool) -> Result<Program, Errno> {
    let length = host::read_u32(address)? as u16 as usize;
    let start = host::read_u64(address.wrapping_add(PROGRAM_POINTER))?;
    if length == 0 || length > LONGEST {
        return Err(EINVAL);
    }
    if !allowed {
        return Err(Errno(libc::EACCES));
    }
    if start == 0 {
        return Err(EINVAL);
    }
    let mut bytes = vec![0; length * Instruction::SIZE];
    host::copy_in(start, &mut bytes)?;
    let (instructions, _) = bytes.as_chunks();
    Program::new(instructions.iter().copied().map(Instruction::from_bytes).collect()).ok_or(EINVAL)
}

/// Of this thread, as prctl(2) has set it.
fn has_no_new_privileges() -> bool {
    host::call(libc::SYS_prctl, [libc::PR_GET_NO_NEW_PRIVS as u64, 0, 0, 0, 0, 0]) == Ok(1)
}

/// Whether the thread has CAP_SYS_ADMIN in its user namespace.
fn may_administer() -> bool {
    let (header, mut sets) = ([CAPABILITIES, 0], [0u32; 6]);
    let addresses = [header.as_ptr().expose_provenance() as u64, sets.as_mut_ptr().expose_provenance() as u64];
    // Effective, permitted, inheritable.
    host::call(libc::SYS_capget, [addresses[0], addresses[1], 0, 0, 0, 0]).is_ok() && sets[0] >> SYS_ADMIN & 1 != 0
}
