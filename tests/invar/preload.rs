//! Programs under `libinvar_kvm.so`: the examples that users copy, and one that does what a process may do to its files.
//! Needs gcc, Debian's linux-libc-dev-arm64-cross and python3; a test says that it was skipped where its tool is missing.
//! What KVM answers is tested elsewhere.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use super::command::{root, scratch};
use super::programs::{compiled_by, prints};

/// The library as cargo built it for this very test: beside it, or one folder up.
fn library() -> PathBuf {
    let test = std::env::current_exe().expect("a path");
    let found = test.ancestors().skip(1).take(2).map(|folder| folder.join("libinvar_kvm.so")).find(|path| path.exists());
    found.expect("cargo builds libinvar_kvm.so, a dev-dependency")
}

/// Compiles a program of the repository; None, after saying so, where that cannot be done.
fn compiled(source: &str) -> Option<PathBuf> {
    compiled_from(&root().join(source))
}

/// The same with a program anywhere.
pub fn compiled_from(source: &Path) -> Option<PathBuf> {
    compiled_by("examples/preload/build.sh", "preload", None, source)
}

fn under(program: impl AsRef<std::ffi::OsStr>, arguments: &[PathBuf], environment: &[(&str, &str)]) -> Output {
    let mut command = Command::new(program);
    for name in ["INVAR_CPU", "INVAR_HOST_KERNEL", "INVAR_LOG"] {
        command.env_remove(name);
    }
    command.args(arguments).env("LD_PRELOAD", library()).envs(environment.iter().copied()).output().expect("the program starts")
}

/// Neoverse N1 under 6.12, as recorded: 259 registers for a vCPU with PSCI alone, and AES may be hidden.
const REGISTERS: &str = "registers 259, readable 259
MIDR_EL1 0x414fd0c1
set MIDR_EL1: Invalid argument
set X0: accepted
X0 0x1122334455667788
set ID_AA64ISAR0_EL1 without AES: accepted
ID_AA64ISAR0_EL1 0x100010211100
";

const HOST: [(&str, &str); 2] = [("INVAR_CPU", "neoverse-n1"), ("INVAR_HOST_KERNEL", "6.12")];

#[test]
fn a_c_program_lists_reads_and_writes_registers() {
    let Some(program) = compiled("examples/preload/registers.c") else { return };
    prints(&under(&program, &[], &HOST), REGISTERS);
    // That is the default host, too.
    prints(&under(&program, &[], &[]), REGISTERS);
}

/// What `tags.c` prints.
pub const TAGS: &str = "capability 1, without it -22
enabled 0
to the guest 0x2000, beyond its memory -14
from the guest: 0x4000, tags 0 9 0
after mprotect: 0x4000, tags 0 9 0
what is gone: 0xfffffffffffffff2, tags ff ff ff
after mremap: 0x4000, tags 0 9 0
after mmap: 0x4000, tags 0 0 0
too late -22
";

/// A host with memory tagging, in a file.
pub fn tagged_host(folder: &str) -> PathBuf {
    let host = scratch(folder).join("tagged.toml");
    let text = "base = \"max\"\n[set]\n\"ID_AA64PFR1_EL1.MTE\" = 3\nGMID_EL1 = 6\n";
    std::fs::write(&host, text).expect("a file");
    host
}

#[test]
fn a_program_copies_memory_tags() {
    let Some(program) = compiled("tests/data/preload/tags.c") else { return };
    let host = tagged_host("preload-tags");
    let environment = [("INVAR_CPU", host.to_str().expect("UTF-8")), ("INVAR_HOST_KERNEL", "7.3")];
    prints(&under(&program, &[], &environment), TAGS);
}

#[test]
fn a_python_script_lists_reads_and_writes_registers() {
    if Command::new("python3").arg("--version").output().is_err() {
        println!("SKIPPED: no python3");
        return;
    }
    prints(&under("python3", &[root().join("examples/preload/registers.py")], &HOST), REGISTERS);
}

#[test]
fn the_environment_chooses_the_host() {
    let Some(program) = compiled("examples/preload/registers.c") else { return };
    // Up to 6.5 no field of an ID register may change.
    let old = under(&program, &[], &[("INVAR_CPU", "cortex-a57"), ("INVAR_HOST_KERNEL", "6.1")]);
    let out = String::from_utf8_lossy(&old.stdout);
    assert!(out.contains("MIDR_EL1 0x411fd070\n") && out.contains("without AES: Invalid argument\n"), "{out}");
    let file = scratch("preload-host").join("mine.toml");
    std::fs::write(&file, "base = \"neoverse-n1\"\nset = { MIDR_EL1 = 0x410fd0c0 }\n").expect("writes");
    let mine = under(&program, &[], &[("INVAR_CPU", file.to_str().expect("UTF-8"))]);
    assert!(String::from_utf8_lossy(&mine.stdout).contains("MIDR_EL1 0x410fd0c0\n"), "{mine:?}");
    for (name, value, complaint) in [
        ("INVAR_CPU", "neoverse-n0", "there is no CPU model named `neoverse-n0`"),
        ("INVAR_CPU", "/nowhere/host.toml", "`/nowhere/host.toml` cannot be read"),
        ("INVAR_HOST_KERNEL", "2.6", "there is no host kernel named `2.6`"),
    ] {
        let refused = under(&program, &[], &[(name, value)]);
        let said = String::from_utf8_lossy(&refused.stderr);
        assert_eq!(refused.status.code(), Some(1), "{said}");
        assert!(said.contains(complaint) && said.contains("/dev/kvm: No such device"), "{said}");
    }
}

#[test]
fn a_guest_runs_in_the_programs_memory() {
    let Some(program) = compiled("examples/preload/guest.c") else { return };
    prints(&under(&program, &[], &HOST), "hello\n");
}

#[test]
fn a_process_may_do_what_it_may_with_files_of_kvm() {
    let Some(program) = compiled("tests/data/preload/process.c") else { return };
    prints(&under(&program, &[], &HOST), "all as it should be\n");
}

#[test]
fn a_guests_memory_has_a_descriptor() {
    let Some(program) = compiled("tests/data/preload/guest_memfd.c") else { return };
    let host = [("INVAR_CPU", "neoverse-n1"), ("INVAR_HOST_KERNEL", "6.18")];
    prints(&under(&program, &[], &host), "all as it should be\n");
}

#[test]
fn dirty_rings_and_signals_that_only_kvm_run_notices() {
    let Some(program) = compiled("tests/data/preload/rings.c") else { return };
    prints(&under(&program, &[], &HOST), "all as it should be\n");
}

#[test]
fn unknown_requests_are_named_when_asked() {
    let Some(program) = compiled("tests/data/preload/process.c") else { return };
    let output = under(&program, &[], &[("INVAR_LOG", "warn")]);
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(said.contains("no such ioctl here request=request 0x0000aefe (type 0xae, number 0xfe, 0 bytes)"), "{said}");
}
