//! A Linux personality for aarch64 programs: `invar exec` runs one on x86-64, in this process. Its instructions are `emu`'s
//! business, at EL0 with the host's addresses; its system calls are the host's where both architectures agree, and are converted
//! where they do not ([`table`]); its /dev/kvm is `kvm` ([`door`]). Not a sandbox: the program does what its user may.
//!
//! | what | where |
//! | --- | --- |
//! | system calls as data | [`table`], `dispatch`, `strace`, `decode` |
//! | the program's file and first stack | `elf`, `start` |
//! | memory | `arena` (which addresses may be the program's), `space` (what is mapped), `memory` (mmap and the like) |
//! | threads, fork, exec | `thread`, `threads`, `programs` |
//! | restartable sequences | `rseq` |
//! | filters of system calls | `seccomp` |
//! | signals | `inbox` (as they come), `signals` (what becomes of them), `frame` (what a handler sees) |
//! | files | `files`, `paths`, `flags`, `waiting`, `vectors` |
//! | the host's kernel | `host` |

mod arena;
mod decode;
mod dispatch;
mod door;
mod elf;
mod files;
mod flags;
mod frame;
mod host;
mod inbox;
mod load;
mod lost_pages;
mod memory;
mod paths;
mod process;
mod programs;
mod rseq;
mod seccomp;
mod signals;
mod space;
mod start;
mod strace;
pub mod table;
mod thread;
mod threads;
mod vectors;
mod waiting;

use std::path::PathBuf;

pub use load::{Program, exec};
pub use process::Settings;

/// Why a program cannot be run.
#[derive(Debug, thiserror::Error)]
pub enum ExecError {
    /// Its file cannot be read.
    #[error("`{path}` cannot be read: {source}", path = path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The file is something else.
    #[error("`{path}` is {what}", path = path.display())]
    NotAProgram {
        /// The file.
        path: PathBuf,
        /// What it is.
        what: &'static str,
    },
    /// The file ends before a segment does.
    #[error("`{path}` is cut off: segment {segment} needs {needs} bytes of the file, which has {has}", path = path.display())]
    CutOff {
        /// The file.
        path: PathBuf,
        /// The segment, by its number among the program headers.
        segment: usize,
        /// Where it ends.
        needs: u64,
        /// Where the file does.
        has: u64,
    },
    /// A dynamic program whose interpreter is not there.
    #[error("`{path}` needs the interpreter `{interpreter}`, which is neither under `{sysroot}` nor on this machine for aarch64", path = path.display(), sysroot = sysroot.display())]
    NoInterpreter {
        /// The program.
        path: PathBuf,
        /// PT_INTERP.
        interpreter: String,
        /// Where it was looked for first.
        sysroot: PathBuf,
    },
    /// The filters of the program that executed this one are to go on, and are not there.
    #[error("descriptor {descriptor} has no seccomp filters")]
    NoFilters {
        /// The descriptor.
        descriptor: i32,
    },
    /// Its addresses are not free.
    #[error("`{path}` has no room in this process: {errno}", path = path.display())]
    NoRoom {
        /// The program.
        path: PathBuf,
        /// What mmap answered.
        errno: kvm::errno::Errno,
    },
    /// The CPU model leaves something unknown that execution depends on.
    #[error(transparent)]
    Cpu(#[from] emu::cpu::UnknownIdRegister),
}
