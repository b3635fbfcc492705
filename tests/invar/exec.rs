//! `invar exec`: small C programs that check what Linux does with them, on both engines; what it says when there is nothing to
//! run; the recording program, whose answers are compared with those of real KVM. Needs Debian's gcc-aarch64-linux-gnu; a test
//! says that it was skipped without. What a system call answers is the kernel's business and not tested here.

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use super::command::{root, scratch};
use super::preload::{TAGS, tagged_host};
use super::programs::{compiled_by, prints};

const ENGINES: [&str; 2] = ["jit", "interp"];
const AS_IT_SHOULD_BE: &str = "all as it should be\n";

/// Compiles a program of the repository; None, after saying so, where that cannot be done.
pub fn compiled(source: &str, how: &str) -> Option<PathBuf> {
    compiled_from(&root().join(source), how)
}

/// The same with a program anywhere.
fn compiled_from(source: &Path, how: &str) -> Option<PathBuf> {
    compiled_by("tests/data/exec/build.sh", "exec", Some(how), source)
}

/// `invar exec` with options, then the program and its arguments.
pub fn command(options: &[&str], program: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_invar"));
    command.arg("exec").args(options).arg("--").arg(program).args(arguments).stdin(Stdio::null());
    command
}

fn exec(options: &[&str], program: &Path, arguments: &[&str]) -> Output {
    command(options, program, arguments).output().expect("the command starts")
}

/// Runs a program of tests/data on both engines.
fn passes(source: &str, arguments: impl Fn(&Path) -> Vec<String>) {
    let Some(program) = compiled(source, "static") else { return };
    let arguments = arguments(&program);
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    for engine in ENGINES {
        prints(&exec(&["--engine", engine], &program, &arguments), AS_IT_SHOULD_BE);
    }
}

#[test]
fn threads_futexes_and_clocks() {
    passes("tests/data/exec/threads.c", |_| Vec::new());
}

/// Programs choose by the auxiliary vector what they execute, as the C library does for its memcpy.
#[test]
fn announced_features_are_executed() {
    let Some(program) = compiled("tests/data/exec/features.c", "static") else { return };
    for host in ["cortex-a57@4.20", "neoverse-n1@6.12", "neoverse-v1@6.12", "neoverse-n2@6.18", "max@7.3"] {
        for engine in ENGINES {
            prints(&exec(&["--host", host, "--engine", engine], &program, &[]), AS_IT_SHOULD_BE);
        }
    }
}

#[test]
fn signals_and_faults() {
    passes("tests/data/exec/signals.c", |_| Vec::new());
}

#[test]
fn files_and_what_the_kernel_says_of_them() {
    passes("tests/data/exec/files.c", |program| vec![program.canonicalize().expect("a file").display().to_string()]);
}

#[test]
fn memory_and_code_that_changes() {
    passes("tests/data/exec/memory.c", |_| Vec::new());
}

#[test]
fn processes() {
    passes("tests/data/exec/process.c", |_| Vec::new());
}

#[test]
fn wild_pointers_jumps_and_mappings_are_what_linux_makes_of_them() {
    passes("tests/data/exec/hostile.c", |_| Vec::new());
}

#[test]
fn addresses_in_structures_and_ends_of_buffers() {
    passes("tests/data/exec/pointers.c", |_| Vec::new());
}

#[test]
fn restartable_sequences() {
    passes("tests/data/exec/rseq.c", |_| Vec::new());
}

#[test]
fn seccomp_is_as_this_machine_has_it() {
    passes("tests/data/exec/seccomp.c", |_| Vec::new());
    // The expectations are right: this machine's own kernel meets them.
    let Some(native) = native("seccomp") else { return };
    prints(&Command::new(native).output().expect("it runs"), AS_IT_SHOULD_BE);
}

/// `INVAR_FUZZ_SEED` takes other programs, `INVAR_FUZZ_CASES` more.
#[test]
fn random_filters_answer_as_on_this_machine() {
    let (Some(program), Some(native)) = (compiled("tests/data/exec/filters.c", "static"), native("filters")) else { return };
    let setting = |name, default: &str| std::env::var(name).unwrap_or_else(|_| default.into());
    let arguments = [setting("INVAR_FUZZ_SEED", "1"), setting("INVAR_FUZZ_CASES", "400")];
    let expected = Command::new(native).args(&arguments).output().expect("it runs");
    assert!(expected.status.success());
    let arguments = arguments.each_ref().map(String::as_str);
    prints(&exec(&[], &program, &arguments), &String::from_utf8_lossy(&expected.stdout));
}

/// A program of tests/data for this machine's own kernel.
fn native(name: &str) -> Option<PathBuf> {
    let native = scratch(&format!("exec-native-{name}")).join(name);
    let source = root().join("tests/data/exec").join(name).with_extension("c");
    let built = Command::new("cc").args(["-O1", "-w"]).arg(&source).arg("-o").arg(&native).arg("-lpthread").output();
    if !built.is_ok_and(|built| built.status.success()) {
        println!("SKIPPED: no compiler for this machine, or no headers of seccomp's");
        return None;
    }
    Some(native)
}

#[test]
fn a_program_with_filters_executes_no_other_machines_programs() {
    let Some(program) = compiled("tests/data/exec/seccomp.c", "static") else { return };
    let output = exec(&[], &program, &["execute", "/bin/true"]);
    let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success() && out == AS_IT_SHOULD_BE, "{out}{err}");
    assert!(err.starts_with("invar exec: `/bin/true` is not executed: it is no aarch64 program"), "{err}");
    let bad = exec(&["--seccomp", "0"], &program, &[]);
    let said = String::from_utf8_lossy(&bad.stderr);
    assert_eq!(bad.status.code(), Some(126), "{said}");
    assert!(said.contains("descriptor 0 has no seccomp filters"), "{said}");
}

#[test]
fn a_child_has_nothing_locked_by_threads_that_it_lacks() {
    passes("tests/data/exec/forks.c", |_| Vec::new());
}

/// Random calls on descriptors, from one thread and from several. `INVAR_FUZZ_SEED` repeats one seed, `INVAR_FUZZ_CASES` asks for more.
#[test]
fn random_calls_on_descriptors_find_no_panic() {
    let Some(program) = compiled("tests/data/exec/fuzz.c", "static") else { return };
    let setting = |name| std::env::var(name).ok().and_then(|text| text.parse::<u64>().ok());
    let first = setting("INVAR_FUZZ_SEED");
    let cases = setting("INVAR_FUZZ_CASES").unwrap_or(if first.is_some() { 1 } else { 12 });
    let start = first.unwrap_or(1);
    for seed in start..start + cases {
        let threads = (seed % 4 + 1).to_string();
        let engine = ENGINES[(seed / 4 % 2) as usize];
        let host = ["max@6.12", "max@7.3", "neoverse-n1@6.1"][(seed % 3) as usize];
        let output = exec(&["--engine", engine, "--host", host], &program, &[&seed.to_string(), "1500", &threads]);
        let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        let well = output.status.success() && out == AS_IT_SHOULD_BE && err.is_empty();
        assert!(well, "INVAR_FUZZ_SEED={seed}: {:?}\n{out}{err}", output.status);
    }
}

/// What `libinvar_kvm.so` is tested with, too.
#[test]
fn a_process_may_do_what_it_may_with_files_of_kvm() {
    passes("tests/data/preload/process.c", |_| Vec::new());
}

#[test]
fn a_guests_memory_has_a_descriptor() {
    let Some(program) = compiled("tests/data/preload/guest_memfd.c", "static") else { return };
    for engine in ENGINES {
        prints(&exec(&["--engine", engine, "--host", "max@6.18"], &program, &[]), AS_IT_SHOULD_BE);
    }
}

#[test]
fn files_that_a_program_and_kvm_share() {
    let Some(program) = compiled("tests/data/exec/kvm_files.c", "static") else { return };
    for engine in ENGINES {
        prints(&exec(&["--engine", engine, "--host", "neoverse-n1@7.3"], &program, &[]), AS_IT_SHOULD_BE);
    }
}

#[test]
fn a_program_copies_memory_tags() {
    let Some(program) = compiled("tests/data/preload/tags.c", "static") else { return };
    let host = format!("{}@7.3", tagged_host("exec-tags").display());
    for engine in ENGINES {
        prints(&exec(&["--engine", engine, "--host", &host], &program, &[]), TAGS);
    }
}

#[test]
fn dirty_rings_and_signals_that_only_kvm_run_notices() {
    passes("tests/data/preload/rings.c", |_| Vec::new());
}

#[test]
fn what_goes_wrong_with_kvm_is_an_errno() {
    passes("tests/data/exec/kvm.c", |_| Vec::new());
}

#[test]
fn a_guest_runs_in_the_programs_memory() {
    let Some(program) = compiled("examples/preload/guest.c", "static") else { return };
    prints(&exec(&["--host", "cortex-a72@6.1"], &program, &[]), "hello\n");
}

#[test]
fn dynamic_programs_find_their_interpreter_under_the_sysroot() {
    let Some(program) = compiled("tests/data/exec/threads.c", "dynamic") else { return };
    let missing = exec(&["--sysroot", "/nowhere"], &program, &[]);
    let said = String::from_utf8_lossy(&missing.stderr);
    assert_eq!(missing.status.code(), Some(126), "{said}");
    assert!(said.contains("needs the interpreter `/lib/ld-linux-aarch64.so.1`") && said.contains("--sysroot"), "{said}");
    if !Path::new("/usr/aarch64-linux-gnu/lib/ld-linux-aarch64.so.1").exists() {
        println!("SKIPPED: no dynamic linker (Debian: libc6-arm64-cross)");
        return;
    }
    for engine in ENGINES {
        prints(&exec(&["--engine", engine], &program, &[]), AS_IT_SHOULD_BE);
    }
}

#[test]
fn numbers_are_those_of_the_arm64_headers() {
    use std::fmt::Write;
    let mut program = String::from("#include <asm/unistd.h>\n#include <stdio.h>\nint main(void) {\n");
    for row in invar::linux::table::ROWS {
        writeln!(program, "#ifdef __NR_{0}\nprintf(\"{0} %d\\n\", __NR_{0});\n#endif", row.name).expect("a string");
    }
    program.push_str("return 0;\n}\n");
    let source = scratch("exec-numbers").join("numbers.c");
    std::fs::write(&source, program).expect("writes");
    let Some(program) = compiled_from(&source, "static") else { return };
    let output = exec(&[], &program, &[]);
    let text = String::from_utf8_lossy(&output.stdout);
    let expected: String = invar::linux::table::ROWS.iter().map(|row| format!("{} {}\n", row.name, row.number)).collect();
    let differ: Vec<&str> = text.lines().filter(|line| !expected.contains(&format!("{line}\n"))).collect();
    assert!(differ.is_empty() && text.lines().count() > 190, "{differ:?} of {} numbers", text.lines().count());
}

#[test]
fn what_cannot_be_run_is_named() {
    let script = scratch("exec-bad").join("script");
    std::fs::write(&script, "#!/bin/sh\n").expect("writes");
    for (program, code, complaint) in [
        (Path::new("/nowhere/program"), 127, "`/nowhere/program` cannot be read"),
        (Path::new("/tmp"), 126, "cannot be read"),
        (script.as_path(), 126, "is not an ELF file"),
        (Path::new("/proc/self/exe"), 126, "is an ELF file, but not for aarch64"),
    ] {
        let output = exec(&[], program, &[]);
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(code), "{said}");
        assert!(said.contains(complaint), "{said}");
    }
    let host = exec(&["--host", "cortex-a00@6.1"], Path::new("/nowhere"), &[]);
    assert_eq!(host.status.code(), Some(2), "{}", String::from_utf8_lossy(&host.stderr));
}

#[test]
fn system_calls_are_written_down_when_asked() {
    let Some(program) = compiled("examples/preload/registers.c", "static") else { return };
    let output = exec(&["--strace"], &program, &[]);
    let said = String::from_utf8_lossy(&output.stderr);
    for line in [
        "openat(AT_FDCWD, \"/dev/kvm\", O_RDWR|O_CLOEXEC, 0o0) = ",
        "brk(NULL) = 0x",
        ", PROT_READ) = 0",
        "KVM_CREATE_VM, NULL) = ",
        "KVM_ARM_VCPU_INIT, {target=5, features=[",
        "KVM_GET_REG_LIST, ",
        "KVM_GET_ONE_REG MIDR_EL1, ",
        "KVM_SET_ONE_REG MIDR_EL1, 0x",
        ") = 0, 0x00000000414fd0c1\n",
        ") = -1 EINVAL (Invalid argument)",
        "exit_group(0)",
    ] {
        assert!(said.contains(line), "no `{line}` in:\n{said}");
    }
}

#[test]
fn system_calls_that_are_not_here_are_named() {
    let source = scratch("exec-unknown").join("unknown.c");
    let text =
        "#include <errno.h>\n#include <unistd.h>\nint main(void) {\nreturn syscall(425, 1, 0) == -1 && errno == ENOSYS ? 0 : 1;\n}\n";
    std::fs::write(&source, text).expect("writes");
    let Some(program) = compiled_from(&source, "static") else { return };
    let output = command(&[], &program, &[]).env_clear().output().expect("starts");
    assert!(output.status.success() && output.stderr.is_empty());
    let mut noisy = Command::new(env!("CARGO_BIN_EXE_invar"));
    let output = noisy.args(["--log", "warn", "exec", "--"]).arg(&program).output().expect("starts");
    // io_uring_setup(2).
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(said.contains("no such system call here number=425"), "{said}");
}

#[test]
fn a_program_that_is_cut_off_is_called_that() {
    let file = scratch("cut-off").join("program");
    // One PT_LOAD of a megabyte, of which nothing is there.
    let mut program = vec![0; 120];
    let parts: [(usize, &[u8]); 9] = [
        (0, b"\x7fELF\x02\x01\x01"),
        (16, &[2, 0, 183, 0, 1]),
        (24, &0x40_0000_u64.to_le_bytes()),
        (32, &64_u64.to_le_bytes()),
        (54, &[56, 0, 1]),
        (64, &[1, 0, 0, 0, 5]),
        (80, &0x40_0000_u64.to_le_bytes()),
        (96, &0x10_0000_u64.to_le_bytes()),
        (104, &0x10_0000_u64.to_le_bytes()),
    ];
    for (at, bytes) in parts {
        program[at..at + bytes.len()].copy_from_slice(bytes);
    }
    std::fs::write(&file, program).expect("written");
    let output = exec(&[], &file, &[]);
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(said.contains("program` is cut off: segment 0 needs 1048576 bytes of the file, which has 120"), "{said}");
}
