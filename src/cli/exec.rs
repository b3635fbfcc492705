//! `invar exec`. Reads options, and hands over to the library.

use std::ffi::OsString;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::PathBuf;

use clap::Args;

use super::Failure;
use super::engine::Engine;
use crate::linux::{ExecError, Program, Settings, exec};

/// Exit status of a shell's when a program cannot be run, and when there is none.
const CANNOT_RUN: u8 = 126;
const NOT_FOUND: u8 = 127;

#[derive(Args)]
pub struct ExecArgs {
    /// The modelled host: a CPU model or host file, and the version of its kernel, such as neoverse-n1@6.12; +gicv2 behind it when its KVM
    /// offers a GICv2, too
    #[arg(long, default_value = "neoverse-n1@6.12", value_name = "CPU@KERNEL[+gicv2]")]
    host: String,
    /// Where files of an arm64 system are looked for first, the dynamic linker among them
    #[arg(long, default_value = "/usr/aarch64-linux-gnu", value_name = "DIR")]
    sysroot: PathBuf,
    /// Write every system call to standard error
    #[arg(long)]
    strace: bool,
    /// The board has tag memory, so that MTE shows (models that have it)
    #[arg(long)]
    mte: bool,
    /// KVM runs with kvm-arm.mode=nested
    #[arg(long)]
    nested: bool,
    /// What executes the program's instructions, and its guests'
    #[arg(long, value_enum, default_value = "jit", value_name = "NAME")]
    engine: Engine,
    /// The program's name for itself, instead of its file's
    #[arg(long, value_name = "NAME")]
    argv0: Option<OsString>,
    /// The descriptor with the seccomp filters of the program that executed this one
    #[arg(long, value_name = "DESCRIPTOR", hide = true)]
    seccomp: Option<i32>,
    /// The program, an aarch64 ELF file, and its arguments
    #[arg(required = true, trailing_var_arg = true, allow_hyphen_values = true, value_name = "PROGRAM")]
    program: Vec<OsString>,
}

/// Runs the verb.
pub fn run(args: &ExecArgs) -> Result<i32, Failure> {
    let (cpu, kernel) = args.host.rsplit_once('@').unwrap_or((&args.host, "6.12"));
    let mut host = hosts::behind_program(cpu, kernel)?;
    host.engine = args.engine.kind();
    host.nested = args.nested;
    if args.mte && !host.add_tag_memory() {
        return Err(Failure::usage(format!("{cpu} has no memory tagging"), "leave out --mte"));
    }
    let mut command: Vec<String> = vec!["invar".into(), "exec".into(), "--host".into(), args.host.clone()];
    command.extend(["--sysroot".into(), args.sysroot.display().to_string()]);
    command.extend(["--engine".into(), args.engine.name().into()]);
    for (option, given) in [("--strace", args.strace), ("--mte", args.mte), ("--nested", args.nested)] {
        if given {
            command.push(option.into());
        }
    }
    let settings = Settings { engine: host.engine, host, sysroot: args.sysroot.clone(), strace: args.strace, command };
    let Some((path, rest)) = args.program.split_first() else { return Err(Failure::usage("there is no program to run", "")) };
    let name = args.argv0.as_ref().unwrap_or(path);
    let arguments = std::iter::once(name).chain(rest).map(|text| text.as_bytes().to_vec()).collect();
    let environment = std::env::vars_os().map(|(name, value)| [name.into_vec(), value.into_vec()].join(&b'=')).collect();
    let program = Program { path: path.into(), arguments, environment, filters: args.seccomp };
    exec(&program, settings).map_err(|error| failure(&error))
}

fn failure(error: &ExecError) -> Failure {
    let (status, hint) = match error {
        ExecError::Unreadable { source, .. } if source.kind() == std::io::ErrorKind::NotFound => {
            (NOT_FOUND, "the program is a path; PATH is not searched")
        }
        ExecError::NoInterpreter { .. } => {
            (CANNOT_RUN, "install Debian's libc6-arm64-cross, name another system's root by --sysroot, or link the program statically")
        }
        _ => (CANNOT_RUN, ""),
    };
    Failure::with_status(status, error.to_string(), hint)
}
