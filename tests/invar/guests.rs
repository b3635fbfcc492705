//! Runs the guests of `examples/guests` by the manifest `tests/data/guests.toml` and compares what they print. Needs Debian's
//! `gcc-aarch64-linux-gnu`; without a cross compiler the test says that it was skipped.

use std::path::Path;
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, OnceLock};

use serde::Deserialize;

use super::command::{invar, root};

#[derive(Deserialize)]
struct Manifest {
    guest: Vec<Guest>,
}

#[derive(Deserialize, Clone)]
#[serde(deny_unknown_fields)]
struct Guest {
    name: String,
    verdict: Option<String>,
    image: String,
    cpu: Vec<String>,
    #[serde(default = "one")]
    smp: u64,
    #[serde(default = "two")]
    gic: u64,
    #[serde(default = "memory")]
    memory: u64,
    #[serde(default)]
    append: String,
    initrd: Option<String>,
    not_yet: Option<String>,
    #[serde(default)]
    mte: bool,
    #[serde(default)]
    sve: bool,
    #[serde(default)]
    semihosting: bool,
    #[serde(default)]
    exit: i32,
    expect: Option<String>,
    bytes: Option<usize>,
    fnv1a64: Option<String>,
    #[serde(default = "minute")]
    timeout: u64,
    /// Only for the recording of transcripts.
    #[serde(default)]
    #[expect(dead_code, reason = "documents where QEMU differs")]
    qemu_differs: Vec<String>,
}

fn one() -> u64 {
    1
}
fn two() -> u64 {
    2
}
fn memory() -> u64 {
    512
}
fn minute() -> u64 {
    60
}

/// Exit status of build.sh when there is no cross compiler.
const NO_COMPILER: i32 = 3;

/// Builds the guests once a run; false without a compiler.
pub fn built() -> bool {
    static BUILT: OnceLock<bool> = OnceLock::new();
    *BUILT.get_or_init(build)
}

fn build() -> bool {
    let built = Command::new("bash").arg(root().join("examples/guests/build.sh")).output().expect("bash runs");
    if built.status.code() == Some(NO_COMPILER) {
        println!("SKIPPED: {}", String::from_utf8_lossy(&built.stderr).trim());
        return false;
    }
    assert!(built.status.success(), "the guests do not build:\n{}", String::from_utf8_lossy(&built.stderr));
    true
}

/// Why a guest was left out: it needs more than the compiler (examples/guests/build.sh).
fn left_out(guest: &Guest) -> Option<String> {
    let all = std::fs::read_to_string(root().join("examples/guests/build/left-out")).unwrap_or_default();
    all.lines().find_map(|line| line.strip_prefix(guest.name.as_str())?.strip_prefix(' ')).map(Into::into)
}

fn fnv1a64(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, &byte| (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3))
}

fn check(guest: &Guest, cpu: &str, extra: &[&str]) -> Result<(), String> {
    let image = root().join("examples/guests/build").join(&guest.image);
    let mut args = vec!["run".to_string(), image.display().to_string(), "--cpu".into(), cpu.into()];
    args.extend(["--smp".into(), guest.smp.to_string(), "--gic".into(), guest.gic.to_string()]);
    args.extend(["--memory".into(), format!("{}M", guest.memory), "--timeout".into(), guest.timeout.to_string()]);
    if !guest.append.is_empty() {
        args.extend(["--append".into(), guest.append.clone()]);
    }
    if let Some(initrd) = &guest.initrd {
        args.extend(["--initrd".into(), root().join("tests/data").join(initrd).display().to_string()]);
    }
    if guest.mte {
        args.push("--mte".into());
    }
    if guest.sve {
        args.push("--sve".into());
    }
    if guest.semihosting {
        args.push("--semihosting".into());
    }
    args.extend(extra.iter().map(|text| (*text).to_string()));
    let output = invar(&args);
    let text = String::from_utf8_lossy(&output.stdout).replace('\r', "");
    let complain = |why: String| {
        Err(format!("{why}\n--- command: invar {}\n--- standard error:\n{}", args.join(" "), String::from_utf8_lossy(&output.stderr)))
    };
    if let Some(file) = &guest.expect {
        let expected = std::fs::read_to_string(root().join("tests/data/guests").join(file))
            .map_err(|error| format!("{file}: {error}"))?
            .replace('\r', "");
        if let Some(difference) = first_difference(&expected, &text) {
            return complain(difference);
        }
    }
    let verdict = format!("PASS {}", guest.verdict.as_ref().unwrap_or(&guest.name));
    if text.lines().last() != Some(&verdict) {
        return complain(format!("the last line is {:?}, not {verdict:?}", text.lines().last().unwrap_or_default()));
    }
    if guest.bytes.is_some_and(|bytes| bytes != text.len())
        || guest.fnv1a64.as_ref().is_some_and(|hash| *hash != format!("{:#018x}", fnv1a64(text.as_bytes())))
    {
        return complain(format!(
            "{} bytes with hash {:016x}, expected {:?} and {:?}",
            text.len(),
            fnv1a64(text.as_bytes()),
            guest.bytes,
            guest.fnv1a64
        ));
    }
    if output.status.code() != Some(guest.exit) {
        return complain(format!("exit status {:?}, not {}", output.status.code(), guest.exit));
    }
    Ok(())
}

fn first_difference(expected: &str, actual: &str) -> Option<String> {
    let mut lines = actual.lines();
    for (number, wanted) in expected.lines().enumerate() {
        let got = lines.next().unwrap_or("<end>");
        if got != wanted {
            return Some(format!("line {}:\n  expected {wanted}\n  got      {got}", number + 1));
        }
    }
    lines.next().map(|line| format!("more than expected: {line}"))
}

fn manifest() -> Vec<Guest> {
    let text = std::fs::read_to_string(root().join("tests/data/guests.toml")).expect("the manifest");
    toml::from_str::<Manifest>(&text).unwrap_or_else(|error| panic!("tests/data/guests.toml: {}", error.message())).guest
}

fn run_all(extra: &[&str]) {
    if !built() {
        return;
    }
    // INVAR_GUEST=NAME runs one guest.
    let only = std::env::var("INVAR_GUEST").ok();
    let guests: Vec<Guest> = manifest().into_iter().filter(|guest| only.as_ref().is_none_or(|name| guest.name == *name)).collect();
    for guest in &guests {
        if let Some(why) = &guest.not_yet {
            println!("NOT YET: {}: {why}", guest.name);
        }
        if let Some(why) = left_out(guest) {
            println!("SKIPPED: {}: {why}", guest.name);
        }
    }
    let guests = guests.into_iter().filter(|guest| guest.not_yet.is_none() && left_out(guest).is_none());
    let cases: Vec<(Guest, String)> = guests.flat_map(|guest| guest.cpu.clone().into_iter().map(move |cpu| (guest.clone(), cpu))).collect();
    let (next, failures) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                while let Some((guest, cpu)) = cases.get(next.fetch_add(1, Ordering::SeqCst)) {
                    if let Err(why) = check(guest, cpu, extra) {
                        failures.lock().expect("no run panics").push(format!("{} on {cpu}: {why}", guest.name));
                    }
                }
            });
        }
    });
    let failures = failures.into_inner().expect("no run panics");
    assert!(failures.is_empty(), "{} of {} guest runs fail:\n{}", failures.len(), cases.len(), failures.join("\n\n"));
    assert!(!cases.is_empty(), "no guest was run");
    println!("{} guest runs passed", cases.len());
}

#[test]
fn guests_print_what_the_architecture_says() {
    run_all(&[]);
}

#[test]
fn guests_run_on_the_interpreter() {
    run_all(&["--engine", "interp"]);
}

#[test]
fn guests_run_without_the_newer_host_instructions() {
    run_all(&["--engine", "jit-v2"]);
}

#[test]
fn guests_run_deterministically_too() {
    run_all(&["--deterministic"]);
}

#[test]
fn manifest_names_existing_transcripts() {
    for guest in manifest() {
        if let Some(file) = &guest.expect {
            assert!(Path::new(&root().join("tests/data/guests").join(file)).exists(), "{}: {file}", guest.name);
        }
    }
}
