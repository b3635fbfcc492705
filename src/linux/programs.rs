//! Calls about the process as a whole: uname(2), prctl(2), and execve(2), which goes on with another emulator where the program
//! is one for arm64. Starts no thread.

use std::ffi::CString;
use std::io::Read;
use std::os::unix::ffi::OsStrExt;

use kvm::errno::{E2BIG, EINVAL, ENOENT, ENOEXEC, EPERM, Errno};

use super::elf;
use super::host::{self, Answer};
use super::paths::{self, Named};
use super::seccomp;
use super::thread::Thread;

/// Bytes of one string, and how many there may be.
const LONGEST: usize = 128 * 1024;
const MOST: usize = 1 << 16;
/// A field of `struct new_utsname`; the machine is the fifth.
const NAME: usize = 65;

/// uname(2): this machine's name, the modelled host's kernel.
pub fn uname(thread: &mut Thread, [out, ..]: [u64; 6]) -> Answer {
    let mut bytes = [0u8; 6 * NAME];
    host::call(libc::SYS_uname, [bytes.as_mut_ptr().expose_provenance() as u64, 0, 0, 0, 0, 0])?;
    let kernel = thread.process.settings.host.personality.build();
    let fields = kernel.map(|(release, version)| [(2, release), (3, version)]).into_iter().flatten();
    for (index, text) in fields.chain([(4, "aarch64")]) {
        let field = &mut bytes[index * NAME..(index + 1) * NAME];
        field.fill(0);
        field.iter_mut().take(NAME - 1).zip(text.bytes()).for_each(|(to, from)| *to = from);
    }
    host::copy_out(out, &bytes)?;
    Ok(0)
}

/// Requests of prctl(2) that mean the same here: death signal, dumpable, capabilities, name, slack, reaper, privileges, memory failures.
const SAME: [i32; 23] = [
    libc::PR_SET_PDEATHSIG,
    libc::PR_GET_PDEATHSIG,
    libc::PR_GET_DUMPABLE,
    libc::PR_SET_DUMPABLE,
    libc::PR_GET_KEEPCAPS,
    libc::PR_SET_KEEPCAPS,
    libc::PR_SET_NAME,
    libc::PR_GET_NAME,
    libc::PR_CAPBSET_READ,
    libc::PR_CAPBSET_DROP,
    libc::PR_GET_SECUREBITS,
    libc::PR_SET_SECUREBITS,
    libc::PR_SET_TIMERSLACK,
    libc::PR_GET_TIMERSLACK,
    libc::PR_SET_CHILD_SUBREAPER,
    libc::PR_GET_CHILD_SUBREAPER,
    libc::PR_SET_NO_NEW_PRIVS,
    libc::PR_GET_NO_NEW_PRIVS,
    libc::PR_SET_THP_DISABLE,
    libc::PR_GET_THP_DISABLE,
    libc::PR_CAP_AMBIENT,
    libc::PR_MCE_KILL,
    libc::PR_MCE_KILL_GET,
];

/// prctl(2). What is arm64's own is of features that no program is told of.
pub fn prctl(thread: &mut Thread, arguments: [u64; 6]) -> Answer {
    let request = arguments[0] as i32;
    match request {
        libc::PR_GET_SECCOMP => return Ok(thread.seccomp.mode().into()),
        libc::PR_SET_SECCOMP => return seccomp::set_by_prctl(thread, arguments[1], arguments[2]),
        _ => {}
    }
    if SAME.contains(&request) {
        return host::call(libc::SYS_prctl, arguments);
    }
    if request == libc::PR_SET_VMA {
        // A name for memory, which the kernel may not have been built for either.
        return Err(EINVAL);
    }
    tracing::warn!(request, "prctl with this request is not supported");
    Err(EINVAL)
}

/// A vector of strings that ends with a null pointer.
fn strings(mut address: u64) -> Result<Vec<Vec<u8>>, Errno> {
    let mut all = Vec::new();
    while address != 0 && all.len() < MOST {
        match host::read_u64(address)? {
            0 => return Ok(all),
            text => all.push(host::read_string(text, LONGEST).map_err(|errno| if errno.0 == libc::ENAMETOOLONG { E2BIG } else { errno })?),
        }
        address = address.wrapping_add(8);
    }
    if address == 0 { Ok(all) } else { Err(E2BIG) }
}

/// What a file is to execve(2).
enum Kind {
    /// For this emulator.
    Arm64,
    /// A script: its interpreter, and perhaps an argument.
    Script(Vec<Vec<u8>>),
    /// The host's business.
    Other,
}

fn kind(name: &CString) -> Kind {
    let mut head = [0; 256];
    let path = std::path::Path::new(std::ffi::OsStr::from_bytes(name.as_bytes()));
    let Ok(length) = std::fs::File::open(path).and_then(|mut file| file.read(&mut head)) else { return Kind::Other };
    let head = head.get(..length).unwrap_or_default();
    if elf::is_arm64(head) {
        return Kind::Arm64;
    }
    let Some(line) = head.strip_prefix(b"#!").and_then(|rest| rest.split(|&byte| byte == b'\n').next()) else { return Kind::Other };
    let line = line.trim_ascii();
    let (interpreter, argument) = line.split_at(line.iter().position(|byte| matches!(byte, b' ' | b'\t')).unwrap_or(line.len()));
    let argument = argument.trim_ascii();
    let parts = [interpreter, argument].into_iter().filter(|part| !part.is_empty());
    Kind::Script(parts.map(Into::into).collect())
}

/// execve(2).
pub fn execve(thread: &mut Thread, [path, arguments, environment, ..]: [u64; 6]) -> Answer {
    let name = match thread.process.named_at(path)? {
        Named::File(name) => name,
        Named::Own("exe") => CString::new(thread.process.executable.as_os_str().as_bytes()).map_err(|_| ENOENT)?,
        _ => return Err(kvm::errno::Errno(libc::EACCES)),
    };
    // The kernel's own checks: that it is there, a file, and may be executed.
    host::call(libc::SYS_faccessat, [libc::AT_FDCWD as u64, paths::address(&name), libc::X_OK as u64, 0, 0, 0])?;
    let (mut arguments, environment) = (strings(arguments)?, strings(environment)?);
    if arguments.is_empty() {
        arguments.push(Vec::new());
    }
    let mut program = name;
    if let Kind::Script(interpreter) = kind(&program) {
        let Some(first) = interpreter.first() else { return Err(ENOEXEC) };
        let Named::File(file) = thread.process.named(first)? else { return Err(ENOEXEC) };
        let script = program.into_bytes();
        arguments.splice(..1, interpreter.iter().cloned().chain([script]));
        program = file;
    }
    match kind(&program) {
        Kind::Arm64 => {
            let mut command: Vec<Vec<u8>> = thread.process.settings.command.iter().map(|part| part.clone().into_bytes()).collect();
            let filters = thread.seccomp.is_on().then(|| seccomp::hand_over(&thread.process.seccomp, &thread.seccomp)).transpose()?;
            if let Some(filters) = &filters {
                command.extend([b"--seccomp".to_vec(), filters.descriptor.to_string().into_bytes()]);
            }
            command.extend([b"--argv0".to_vec(), arguments.first().cloned().unwrap_or_default(), b"--".to_vec(), program.into_bytes()]);
            command.extend(arguments.into_iter().skip(1));
            execute(&c"/proc/self/exe".to_owned(), &command, &environment)
        }
        Kind::Script(_) => Err(ENOEXEC),
        Kind::Other if thread.seccomp.is_on() => {
            let name = String::from_utf8_lossy(program.as_bytes());
            let told = format!(
                "invar exec: `{name}` is not executed: it is no aarch64 program, and nobody would hold it to this one's seccomp filters\n"
            );
            // The errno says that something is wrong where this cannot.
            let _ = std::io::Write::write_all(&mut std::io::stderr(), told.as_bytes());
            Err(EPERM)
        }
        Kind::Other => execute(&program, &arguments, &environment),
    }
}

fn execute(program: &CString, arguments: &[Vec<u8>], environment: &[Vec<u8>]) -> Answer {
    let owned = |texts: &[Vec<u8>]| texts.iter().map(|text| CString::new(text.clone())).collect::<Result<Vec<_>, _>>();
    let (arguments, environment) = (owned(arguments).map_err(|_| EINVAL)?, owned(environment).map_err(|_| EINVAL)?);
    let pointers = |texts: &[CString]| texts.iter().map(paths::address).chain([0]).collect::<Vec<u64>>();
    let (arguments, environment) = (pointers(&arguments), pointers(&environment));
    let address = |pointers: &[u64]| pointers.as_ptr().expose_provenance() as u64;
    host::call(libc::SYS_execve, [paths::address(program), address(&arguments), address(&environment), 0, 0, 0])
}
