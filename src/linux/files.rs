//! Files: what differs from passing a call on. Names, flags, `struct stat`, and descriptors that are KVM's.

use std::ffi::{CString, OsStr};
use std::os::fd::AsRawFd;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use kvm::errno::{EFAULT, EINVAL, Errno};
use kvm::ioctl::KvmFile;
use kvm_process::{files, table};

use super::host::{self, Answer};
use super::paths::{self, Named};
use super::process::Process;
use super::thread::Thread;
use super::{door, flags, inbox};

/// Size of arm64's `struct stat`.
const STAT: usize = 128;

/// openat(2).
pub fn openat(thread: &mut Thread, [directory, path, flags, mode, ..]: [u64; 6]) -> Answer {
    open(thread, path, flags::to_host(flags), |name, flags| inbox::call(libc::SYS_openat, [directory, name, flags, mode, 0, 0]))
}

/// openat2(2), whose flags are in a structure.
pub fn openat2(thread: &mut Thread, [directory, path, how, size, ..]: [u64; 6]) -> Answer {
    if !(24..=4096).contains(&size) {
        return Err(EINVAL);
    }
    let mut bytes = vec![0; size as usize];
    host::copy_in(how, &mut bytes)?;
    let wanted = flags::to_host(host::read_u64(how)?);
    bytes.iter_mut().zip(wanted.to_le_bytes()).for_each(|(to, from)| *to = from);
    open(thread, path, wanted, |name, _| {
        inbox::call(libc::SYS_openat2, [directory, name, bytes.as_ptr().expose_provenance() as u64, size, 0, 0])
    })
}

fn open(thread: &mut Thread, path: u64, flags: u64, open: impl FnOnce(u64, u64) -> Answer) -> Answer {
    match thread.process.named_at(path)? {
        Named::Kvm => door::open(&thread.process, flags & libc::O_CLOEXEC as u64 != 0),
        Named::Own("exe") => {
            let name = CString::new(thread.process.executable.as_os_str().as_bytes()).map_err(|_| EINVAL)?;
            open(paths::address(&name), flags)
        }
        Named::Own(name) => own_file(&own_content(&thread.process, name)?, flags),
        Named::Status(name) if thread.seccomp.is_on() => own_file(&status(thread, &name)?, flags),
        Named::File(name) | Named::Status(name) => open(paths::address(&name), flags),
    }
}

/// What a file of /proc/self says of the program.
fn own_content(process: &Process, name: &str) -> Result<Vec<u8>, Errno> {
    match name {
        "maps" => maps(process),
        "auxv" => Ok(process.auxiliary.clone()),
        _ => Ok(process.arguments.iter().flat_map(|argument| argument.iter().copied().chain([0])).collect()),
    }
}

/// /proc/self/status, with the caller's filters instead of the host's.
fn status(thread: &Thread, name: &CString) -> Result<Vec<u8>, Errno> {
    let all = std::fs::read_to_string(Path::new(OsStr::from_bytes(name.as_bytes()))).map_err(|_| EFAULT)?;
    let line = |line: &str| match line.split_once(':') {
        Some((key @ "Seccomp", _)) => format!("{key}:\t{}\n", thread.seccomp.mode()),
        Some((key @ "Seccomp_filters", _)) => format!("{key}:\t{}\n", thread.seccomp.count()),
        _ => format!("{line}\n"),
    };
    Ok(all.lines().map(line).collect::<String>().into_bytes())
}

/// A file of /proc/self as it is now.
fn own_file(content: &[u8], flags: u64) -> Answer {
    let close = flags & libc::O_CLOEXEC as u64 != 0;
    let fd = host::call(libc::SYS_memfd_create, [paths::address(&c"proc".to_owned()), u64::from(close), 0, 0, 0, 0])?;
    let mut written = 0;
    while let Some(rest) = content.get(written..).filter(|rest| !rest.is_empty()) {
        let from = rest.as_ptr().expose_provenance() as u64;
        written += host::call(libc::SYS_pwrite64, [fd, from, rest.len() as u64, written as u64, 0, 0])? as usize;
    }
    Ok(fd)
}

/// The lines of /proc/self/maps that are the program's.
fn maps(process: &Process) -> Result<Vec<u8>, Errno> {
    let all = std::fs::read_to_string("/proc/self/maps").map_err(|_| EFAULT)?;
    let mut text = String::new();
    for line in all.lines() {
        let Some((range, rest)) = line.split_once(' ') else { continue };
        let Some((start, end)) = range.split_once('-') else { continue };
        let (Ok(start), Ok(end)) = (u64::from_str_radix(start, 16), u64::from_str_radix(end, 16)) else { continue };
        for (part, protection) in process.space.parts(&(start..end)) {
            let sign = |bit: u32, sign: char| if protection & bit != 0 { sign } else { '-' };
            let shared = rest.chars().nth(3).unwrap_or('p');
            let rest = rest.get(4..).unwrap_or_default();
            let rights = format!("{}{}{}{shared}", sign(1, 'r'), sign(2, 'w'), sign(4, 'x'));
            text.push_str(&format!("{:08x}-{:08x} {rights}{rest}\n", part.start, part.end));
        }
    }
    Ok(text.into_bytes())
}

/// close(2).
pub fn close(_: &mut Thread, arguments: [u64; 6]) -> Answer {
    files::close(arguments[0] as i32, || host::call(libc::SYS_close, arguments))
}

/// close_range(2).
pub fn close_range(_: &mut Thread, arguments: [u64; 6]) -> Answer {
    let [first, last, flags, ..] = arguments;
    let real = || host::call(libc::SYS_close_range, arguments);
    if flags & u64::from(libc::CLOSE_RANGE_CLOEXEC) != 0 { real() } else { files::close_many(first as u32, last as u32, real) }
}

fn descriptor(answer: Answer) -> Result<i32, Errno> {
    answer.map(|fd| fd as i32)
}

/// dup(2).
pub fn dup(_: &mut Thread, arguments: [u64; 6]) -> Answer {
    files::duplicate(arguments[0] as i32, || descriptor(host::call(libc::SYS_dup, arguments))).map(|fd| fd as u64)
}

/// dup3(2).
pub fn dup3(_: &mut Thread, arguments: [u64; 6]) -> Answer {
    let [old, new, ..] = arguments;
    files::duplicate_to(old as i32, new as i32, || descriptor(host::call(libc::SYS_dup3, arguments))).map(|fd| fd as u64)
}

/// fcntl(2).
pub fn fcntl(_: &mut Thread, [fd, command, argument, ..]: [u64; 6]) -> Answer {
    let real = |argument| inbox::call(libc::SYS_fcntl, [fd, command, argument, 0, 0, 0]);
    match command as i32 {
        libc::F_DUPFD | libc::F_DUPFD_CLOEXEC => files::duplicate(fd as i32, || descriptor(real(argument))).map(|fd| fd as u64),
        libc::F_GETFL if table::is_ours(fd as i32) => {
            // Files without a name have no O_LARGEFILE.
            let named = table::find(fd as i32).is_some_and(|entry| matches!(entry.file, KvmFile::System(_)));
            let kept = (libc::O_ACCMODE | libc::O_NONBLOCK | libc::O_ASYNC) as u64;
            Ok(real(argument)? & kept | if named { 0x2_0000 } else { 0 })
        }
        libc::F_GETFL => real(argument).map(flags::from_host),
        libc::F_SETFL => real(flags::to_host(argument)),
        _ => real(argument),
    }
}

/// lseek(2).
pub fn lseek(_: &mut Thread, [fd, offset, whence, ..]: [u64; 6]) -> Answer {
    let (offset, whence) = match files::seek(fd as i32) {
        files::Seek::Stays if (libc::SEEK_SET..=libc::SEEK_HOLE).contains(&(whence as i32)) => (0, libc::SEEK_CUR as u64),
        files::Seek::Refused => return Err(Errno(libc::ESPIPE)),
        _ => (offset, whence),
    };
    host::call(libc::SYS_lseek, [fd, offset, whence, 0, 0, 0])
}

/// pipe2(2).
pub fn pipe2(_: &mut Thread, [pipe, flags, ..]: [u64; 6]) -> Answer {
    host::call(libc::SYS_pipe2, [pipe, flags::to_host(flags), 0, 0, 0, 0])
}

/// arm64's `struct stat` of the host's.
fn convert(stat: &[u8; 144]) -> [u8; STAT] {
    let word = |at: usize| stat.iter().skip(at).take(8).rev().fold(0, |all, &byte| all << 8 | u64::from(byte));
    let (dev, ino, nlink, mode_uid, gid, rdev) = (word(0), word(8), word(16), word(24), word(32) as u32, word(40));
    let mut bytes = [0; STAT];
    let mut put = |at: usize, value: &[u8]| bytes.iter_mut().skip(at).zip(value).for_each(|(to, from)| *to = *from);
    put(0, &dev.to_le_bytes());
    put(8, &ino.to_le_bytes());
    put(16, &(mode_uid as u32).to_le_bytes());
    put(20, &(nlink as u32).to_le_bytes());
    put(24, &((mode_uid >> 32) as u32).to_le_bytes());
    put(28, &gid.to_le_bytes());
    put(32, &rdev.to_le_bytes());
    put(48, &word(48).to_le_bytes());
    put(56, &(word(56) as u32).to_le_bytes());
    put(64, &word(64).to_le_bytes());
    // Access, modification and status change, in seconds and nanoseconds.
    for at in (72..120).step_by(8) {
        put(at, &word(at).to_le_bytes());
    }
    bytes
}

fn stat(out: u64, call: impl FnOnce(u64) -> Answer) -> Answer {
    let mut bytes = [0; 144];
    call(bytes.as_mut_ptr().expose_provenance() as u64)?;
    host::copy_out(out, &convert(&bytes))?;
    Ok(0)
}

/// Asks something of a descriptor, or of a folder that a name begins at: of what is behind a guest_memfd.
fn described(fd: u64, ask: impl FnOnce(u64) -> Answer) -> Answer {
    match files::guest_memory(fd as i32) {
        Some(memory) => ask(memory.file().as_raw_fd() as u64),
        None => ask(fd),
    }
}

/// newfstatat(2).
pub fn newfstatat(thread: &mut Thread, [directory, path, out, flags, ..]: [u64; 6]) -> Answer {
    let name = thread.process.looked_at(path)?;
    let call = |directory, bytes| host::call(libc::SYS_newfstatat, [directory, paths::address(&name), bytes, flags, 0, 0]);
    stat(out, |bytes| described(directory, |directory| call(directory, bytes)))
}

/// fstat(2).
pub fn fstat(_: &mut Thread, [fd, out, ..]: [u64; 6]) -> Answer {
    stat(out, |bytes| described(fd, |fd| host::call(libc::SYS_fstat, [fd, bytes, 0, 0, 0, 0])))
}

/// fallocate(2).
pub fn fallocate(_: &mut Thread, arguments: [u64; 6]) -> Answer {
    let [fd, mode, offset, length, ..] = arguments;
    match files::guest_memory(fd as i32) {
        Some(memory) => memory.fallocate(mode as u32, offset as i64, length as i64).map(|()| 0),
        None => inbox::call(libc::SYS_fallocate, arguments),
    }
}

/// statx(2), whose structure is the same everywhere.
pub fn statx(thread: &mut Thread, [directory, path, flags, mask, out, _]: [u64; 6]) -> Answer {
    let name = thread.process.looked_at(path)?;
    described(directory, |directory| host::call(libc::SYS_statx, [directory, paths::address(&name), flags, mask, out, 0]))
}

/// statfs(2).
pub fn statfs(thread: &mut Thread, [path, out, ..]: [u64; 6]) -> Answer {
    let name = thread.process.looked_at(path)?;
    host::call(libc::SYS_statfs, [paths::address(&name), out, 0, 0, 0, 0])
}

/// faccessat(2).
pub fn faccessat(thread: &mut Thread, [directory, path, mode, ..]: [u64; 6]) -> Answer {
    let name = thread.process.looked_at(path)?;
    host::call(libc::SYS_faccessat, [directory, paths::address(&name), mode, 0, 0, 0])
}

/// faccessat2(2).
pub fn faccessat2(thread: &mut Thread, [directory, path, mode, flags, ..]: [u64; 6]) -> Answer {
    let name = thread.process.looked_at(path)?;
    host::call(libc::SYS_faccessat2, [directory, paths::address(&name), mode, flags, 0, 0])
}

/// readlinkat(2).
pub fn readlinkat(thread: &mut Thread, [directory, path, out, size, ..]: [u64; 6]) -> Answer {
    match thread.process.named_at(path)? {
        Named::Own("exe") => {
            if size as i32 <= 0 {
                return Err(EINVAL);
            }
            let name = thread.process.executable.as_os_str().as_bytes();
            let length = name.len().min(size as usize);
            host::copy_out(out, name.get(..length).unwrap_or_default())?;
            Ok(length as u64)
        }
        Named::File(name) | Named::Status(name) => host::call(libc::SYS_readlinkat, [directory, paths::address(&name), out, size, 0, 0]),
        // Not links.
        Named::Own(_) | Named::Kvm => Err(EINVAL),
    }
}

/// ioctl(2).
pub fn ioctl(thread: &mut Thread, arguments: [u64; 6]) -> Answer {
    let [fd, request, argument, ..] = arguments;
    match table::find(fd as i32).filter(|_| !kvm_process::ioctl::is_of_every_file(request as u32)) {
        Some(entry) => door::ioctl(thread, &entry, request as u32, argument),
        None => {
            super::vectors::check_request(&thread.process.space, request as u32, argument)?;
            inbox::call(libc::SYS_ioctl, [fd, request, super::arena::own(argument), 0, 0, 0])
        }
    }
}
