//! Bad files and options: each a precise message, exit status 2, and never a panic. What a good file does is tested elsewhere.

use std::path::Path;

use super::command::{invar, scratch};

/// A minimal bare-metal ELF64 for aarch64: one PT_LOAD of eight bytes (`b .`, twice) at `address`.
fn elf(address: u64) -> Vec<u8> {
    let mut file = vec![0u8; 120];
    file[..16].copy_from_slice(&[0x7f, b'E', b'L', b'F', 2, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
    put(&mut file, 16, &2u16.to_le_bytes());
    put(&mut file, 18, &183u16.to_le_bytes());
    put(&mut file, 20, &1u32.to_le_bytes());
    put(&mut file, 24, &address.to_le_bytes());
    put(&mut file, 32, &64u64.to_le_bytes());
    put(&mut file, 52, &64u16.to_le_bytes());
    put(&mut file, 54, &56u16.to_le_bytes());
    put(&mut file, 56, &1u16.to_le_bytes());
    put(&mut file, 64, &1u32.to_le_bytes());
    put(&mut file, 68, &5u32.to_le_bytes());
    put(&mut file, 72, &120u64.to_le_bytes());
    put(&mut file, 80, &address.to_le_bytes());
    put(&mut file, 88, &address.to_le_bytes());
    put(&mut file, 96, &8u64.to_le_bytes());
    put(&mut file, 104, &8u64.to_le_bytes());
    file.extend([0x00, 0x00, 0x00, 0x14, 0x00, 0x00, 0x00, 0x14]);
    file
}

fn put(file: &mut [u8], at: usize, bytes: &[u8]) {
    file[at..at + bytes.len()].copy_from_slice(bytes);
}

/// A second PT_LOAD over the first.
fn overlapping() -> Vec<u8> {
    let good = elf(0x4008_0000);
    let mut file = good[..120].to_vec();
    put(&mut file, 56, &2u16.to_le_bytes());
    let header = file[64..120].to_vec();
    file.extend(&header);
    file.extend([0; 8]);
    put(&mut file, 72, &176u64.to_le_bytes());
    put(&mut file, 128, &176u64.to_le_bytes());
    file
}

fn edited(at: usize, bytes: &[u8]) -> Vec<u8> {
    let mut file = elf(0x4008_0000);
    put(&mut file, at, bytes);
    file
}

struct Case {
    name: &'static str,
    image: Vec<u8>,
    args: &'static [&'static str],
    /// The message must contain this.
    says: &'static str,
}

fn cases() -> Vec<Case> {
    let good = || elf(0x4008_0000);
    let case = |name, image, args, says| Case { name, image, args, says };
    vec![
        case("truncated", good()[..100].to_vec(), &[], "truncated"),
        case("other-machine", edited(18, &62u16.to_le_bytes()), &[], "x86"),
        case("overlapping", overlapping(), &[], "overlap"),
        case("outside", elf(0x1000), &[], "0x1000"),
        case("entry", edited(24, &0x4100_0000u64.to_le_bytes()), &[], "entry"),
        case("entry-option", good(), &["--entry", "0x10"], "0x10"),
        case("entry-hint", good(), &["--entry", "0x10"], "either must be in the image"),
        case("raw-without-address", vec![0; 64], &[], "--load-addr"),
        case("larger-than-memory", vec![0x1f; 4 << 20], &["--load-addr", "0x40000000", "--memory", "2M"], "memory"),
        case("no-memory", good(), &["--memory", "0"], "memory"),
        case("odd-memory", good(), &["--memory", "0x100001"], "memory"),
        case("huge-memory", good(), &["--memory", "999999G"], "memory"),
        case("no-cpu", good(), &["--smp", "0"], "at least one CPU"),
        case("no-tags", good(), &["--mte"], "FEAT_MTE2"),
        case("too-many-cpus", good(), &["--smp", "9", "--gic", "2"], "CPU"),
        case("unknown-cpu", good(), &["--cpu", "neoverse-x9"], "neoverse-x9"),
        case("partly-known-cpu", good(), &["--cpu", "ampere-altra"], "not recorded"),
        case("unknown-kernel", good(), &["--host-kernel", "99.9"], "99.9"),
        case("empty", Vec::new(), &[], "empty"),
    ]
}

fn run(image: &Path, args: &[&str]) -> (Option<i32>, String) {
    let image = image.display().to_string();
    let all: Vec<&str> = ["run", &image, "--timeout", "5"].into_iter().chain(args.iter().copied()).collect();
    let output = invar(&all);
    (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
}

#[test]
fn bad_images_and_options_are_refused_precisely() {
    let folder = scratch("bad_input");
    let mut failures = Vec::new();
    for case in cases() {
        let file = folder.join(case.name);
        std::fs::write(&file, &case.image).unwrap();
        let (status, message) = run(&file, case.args);
        let wrong = status != Some(2)
            || !message.contains("error: ")
            || !message.to_lowercase().contains(&case.says.to_lowercase())
            || message.contains("panicked");
        if wrong {
            failures.push(format!("{}: status {status:?}, expected 2 and a message with `{}`:\n{message}", case.name, case.says));
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n\n"));
}

#[test]
fn garbage_device_trees_are_refused() {
    let folder = scratch("bad_dtb");
    let (image, dtb) = (folder.join("guest"), folder.join("dtb"));
    std::fs::write(&image, elf(0x4008_0000)).unwrap();
    let mut header_only = vec![0u8; 40];
    put(&mut header_only, 0, &0xd00d_feedu32.to_be_bytes());
    put(&mut header_only, 4, &0xffff_fff0u32.to_be_bytes());
    for bytes in [b"this is no device tree".to_vec(), Vec::new(), header_only] {
        std::fs::write(&dtb, &bytes).unwrap();
        let (status, message) = run(&image, &["--dtb", &dtb.display().to_string()]);
        assert_eq!(status, Some(2), "{message}");
        assert!(message.contains("error: ") && !message.contains("panicked"), "{message}");
    }
}

#[test]
fn missing_files_are_named() {
    let (status, message) = run(Path::new("/nonexistent/guest.elf"), &[]);
    assert_eq!(status, Some(2));
    assert!(message.contains("/nonexistent/guest.elf"), "{message}");
}

#[test]
fn limits_end_a_guest_that_does_not() {
    let folder = scratch("limits");
    let image = folder.join("loop");
    std::fs::write(&image, elf(0x4008_0000)).unwrap();
    let (status, message) = run(&image, &["--max-instructions", "1000", "--stats", "json"]);
    assert_eq!(status, Some(124), "{message}");
    assert!(message.contains("\"instructions\":1000,"), "exactly the limit is executed: {message}");
    let image = image.display().to_string();
    let output = invar(["run", &image, "--timeout", "0.2"]);
    assert_eq!(output.status.code(), Some(124));
}

/// An option that would have no effect is refused by name, not ignored.
#[test]
fn options_without_effect_are_refused() {
    let move_options: [&[&str]; 20] = [
        &["--policy", "strict"],
        &["--smp", "2"],
        &["--append", "x"],
        &["--at", "marker:2"],
        &["--cpu-host", "source"],
        &["--clock", "offset"],
        &["--set", "OSLSR_EL1=0"],
        &["--safe-to-miss", "TCR2_EL1"],
        &["--under-mask", "CTR_EL0=1"],
        &["--memory", "16"],
        &["--limit", "5"],
        &["--seed", "0"],
        &["--guest-kernel", "6.12"],
        &["--announce"],
        &["--writable-implementation"],
        &["--unknown-from", "max"],
        &["--semihosting"],
        &["--bisect"],
        &["--no-guest"],
        &["--console"],
    ];
    let scenarios: [&[&str]; 3] =
        [&["migrate", "neoverse-n1-stepping"], &["migrate", "--replay", "neoverse-n1-stepping"], &["migrate", "--list"]];
    let moves = scenarios.into_iter().flat_map(|verb| move_options.map(|option| [verb, option].concat()));
    let check_options: [&[&str]; 8] = [
        &["--at", "5", "--snapshot", "/tmp/x"],
        &["--at", "5", "--send", "unix:/tmp/x"],
        &["--deterministic", "--record", "/tmp/x"],
        &["--deterministic", "--replay", "/tmp/x"],
        &["--stats"],
        &["--state-hash"],
        &["--dump-dtb", "/tmp/x"],
        &["--trace", "mmio"],
    ];
    let checks = check_options.map(|option| [&["run", "guest", "--check"], option].concat());
    let captures = [
        vec!["run", "guest", "--at", "5"],
        vec!["resume", "guest", "--at", "5"],
        vec!["run", "guest", "--downtime", "1"],
        vec!["run", "guest", "--rounds", "3"],
        vec!["run", "guest", "--at", "5", "--snapshot", "/tmp/x", "--rounds", "3"],
    ];
    for arguments in moves.chain(checks).chain(captures) {
        let output = invar(&arguments);
        let message = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {message}");
        let named = message.contains("cannot be used with") || message.contains("required arguments were not provided");
        assert!(named, "{arguments:?}: {message}");
    }
}

/// A guest that is not there would be the next thing to be found.
#[test]
fn a_baseline_is_read_before_anything_is_measured() {
    let garbage = scratch("bad_baseline").join("baseline.json");
    std::fs::write(&garbage, "this is no report").unwrap();
    let garbage = garbage.to_str().unwrap();
    for (file, says) in [("/nonexistent/baseline", "`/nonexistent/baseline` cannot be read"), (garbage, "is not a report of bench")] {
        let output = invar(["bench", "--guest", "/nonexistent/guest", "--baseline", file]);
        let message = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{message}");
        assert!(message.contains(says), "{message}");
    }
}

/// What the command says to these arguments, which it does not take.
fn refused(args: &[&str]) -> String {
    let output = invar(args);
    let message = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(2), "{args:?}: {message}");
    message
}

#[test]
fn a_host_file_says_something_and_what_it_lacks_is_named() {
    let folder = scratch("bad_hosts");
    let (image, host) = (folder.join("guest"), folder.join("partial.toml"));
    std::fs::write(&image, elf(0x4008_0000)).unwrap();
    std::fs::write(&host, "set = { MIDR_EL1 = 0x413fd0c1 }\n").unwrap();
    let [image, host] = [&image, &host].map(|path| path.to_str().expect("UTF-8"));
    for verb in ["import", "check", "show"] {
        let message = refused(&["cpu", verb, "/dev/null"]);
        assert!(message.contains("`/dev/null`") && message.contains("no register is in it"), "{message}");
    }
    let message = refused(&["run", image, "--cpu", host]);
    assert!(message.contains(host) && message.contains("not recorded: ") && message.contains(" more"), "{message}");
}

#[test]
fn files_without_an_end_are_refused() {
    let image = scratch("endless").join("guest");
    std::fs::write(&image, elf(0x4008_0000)).unwrap();
    let image = image.to_str().expect("UTF-8");
    for args in [
        &["run", "/dev/zero"][..],
        &["run", image, "--dtb", "/dev/zero"],
        &["run", image, "--initrd", "/dev/zero"],
        &["run", image, "--deterministic", "--replay", "/dev/zero"],
        &["run", image, "--cpu", "/dev/zero"],
        &["cpu", "import", "/dev/zero"],
        &["migrate", "/dev/zero"],
        &["migrate", "--from", "max", "--to", "max", "--guest", "/dev/zero"],
    ] {
        let message = refused(args);
        assert!(message.contains("`/dev/zero`") && message.contains("MiB, which is too much"), "{args:?}: {message}");
    }
}

#[test]
fn performance_counters_that_a_host_lacks() {
    let folder = scratch("no_pmu");
    let (host, guest) = (folder.join("host.toml"), folder.join("guest.bin"));
    std::fs::write(&host, "base = \"neoverse-n1\"\nset = { ID_AA64DFR0_EL1 = { PMUVer = 0 } }\n").unwrap();
    std::fs::write(&guest, [0x1f, 0x20, 0x03, 0xd5]).unwrap();
    let [host, guest] = [&host, &guest].map(|path| path.to_str().expect("UTF-8"));
    let message = refused(&["run", "--pmu", "--cpu", host, "--load-addr", "0x40080000", guest]);
    assert!(message.contains("--pmu needs a CPU with FEAT_PMUv3"), "{message}");
}

#[test]
fn what_migrate_cannot_do_is_said_in_its_own_words() {
    let folder = scratch("bad_moves");
    let (lost, wrong) = (folder.join("lost.toml"), folder.join("wrong.toml"));
    std::fs::write(&lost, "title = \"x\"\ncase = { from = \"max\", to = \"max\", guest = \"missing.elf\" }\n").unwrap();
    std::fs::write(&wrong, "title = \"x\"\ncase = { form = \"max\" }\n").unwrap();
    let [lost, wrong] = [&lost, &wrong].map(|path| path.to_str().expect("UTF-8"));
    let message = refused(&["migrate", lost]);
    assert!(message.contains("the guest `") && message.contains("missing.elf` cannot be read"), "{message}");
    let message = refused(&["migrate", wrong]);
    assert!(message.contains(&format!("{wrong}: `form`")), "{message}");
    let message = refused(&["migrate", "--from", "neoverse-n1+sve", "--to", "max"]);
    assert!(message.contains("`+sve` behind a host's name"), "{message}");
    let message = refused(&["migrate", "--from", "max", "--to", "max", "--memory", "1"]);
    assert!(message.contains("needs 2 MiB of memory, and 1 were asked for"), "{message}");
    assert_eq!(invar(["migrate", "--from", "max", "--to", "max", "--memory", "2"]).status.code(), Some(0));
}

/// A scenario is a text, and not every path is one.
#[test]
fn a_path_that_is_no_text_is_not_kept() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;
    let folder = scratch("no_text");
    let (guest, tape) = (folder.join(OsStr::from_bytes(b"gu\xffest")), folder.join("tape.toml"));
    std::fs::write(&guest, elf(0x4008_0000)).unwrap();
    let mut args: Vec<&OsStr> =
        ["migrate", "--from", "max", "--to", "max", "--at", "10", "--limit", "1000", "--guest"].map(OsStr::new).into();
    args.extend([guest.as_os_str(), OsStr::new("--record"), tape.as_os_str()]);
    let output = invar(args);
    let message = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(2), "{message}");
    assert!(message.contains("is no UTF-8") && !tape.exists(), "{message}");
}
