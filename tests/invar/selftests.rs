//! The kernel's own KVM selftests under `invar exec`, by the manifest `tests/data/selftests.toml`: each gives what it gave on real
//! KVM. They are built by `.ci/selftests`; INVAR_SELFTESTS names the folder, and without it nothing is run. The table in
//! `docs/selftests.md` is the manifest's; that of times there is of a run with INVAR_SELFTESTS_MEASURE, which writes
//! `tests/data/selftests-times.tsv`. No time decides anything. Judges no output beyond the lines that the manifest names.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use serde::Deserialize;

use super::command::root;

const MANIFEST: &str = include_str!("../data/selftests.toml");
const TIMES: &str = "tests/data/selftests-times.tsv";
const DOCUMENT: &str = "docs/selftests.md";
const ENGINES: [&str; 2] = ["jit", "interp"];
/// Kselftest's exit statuses, and that of a failed assertion in these tests.
const PASS: i32 = 0;
const SKIP: i32 = 4;
const FAIL: i32 = 254;

#[derive(Deserialize)]
struct Manifest {
    test: Vec<Selftest>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Selftest {
    name: String,
    kernels: Vec<String>,
    hosts: Vec<String>,
    #[serde(default)]
    arguments: Vec<String>,
    result: Verdict,
    /// What it prints besides: the reason of a skip, the assertion that fails on real KVM, too.
    #[serde(default)]
    says: String,
    /// Why a test is not run yet.
    #[serde(default)]
    cause: String,
    /// A file of this machine's with which the result is not known.
    #[serde(default)]
    unless: String,
    /// The interpreter takes minutes: it runs this when INVAR_SELFTESTS_LONG is set.
    #[serde(default)]
    long: bool,
    /// Seconds on one engine.
    #[serde(default = "two_minutes")]
    limit: u64,
    /// Seconds that it took on real KVM, by kernel.
    #[serde(default)]
    recorded: BTreeMap<String, String>,
}

impl Selftest {
    /// With its arguments.
    fn full_name(&self) -> String {
        [std::slice::from_ref(&self.name), &self.arguments].concat().join(" ")
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
enum Verdict {
    #[serde(rename = "pass")]
    Pass,
    #[serde(rename = "skip")]
    Skip,
    /// As on real KVM.
    #[serde(rename = "fail")]
    Fail,
    #[serde(rename = "not yet")]
    NotYet,
}

fn two_minutes() -> u64 {
    120
}

fn manifest() -> Manifest {
    toml::from_str(MANIFEST).expect("the manifest is TOML")
}

/// One run.
struct Run<'a> {
    test: &'a Selftest,
    program: PathBuf,
    host: String,
    engine: &'static str,
}

fn runs<'a>(manifest: &'a Manifest, folder: &Path) -> Vec<Run<'a>> {
    let mut runs = Vec::new();
    let everything = std::env::var_os("INVAR_SELFTESTS_LONG").is_some();
    let known = |test: &&Selftest| test.result != Verdict::NotYet && (test.unless.is_empty() || !Path::new(&test.unless).exists());
    for test in manifest.test.iter().filter(known) {
        for kernel in &test.kernels {
            for host in &test.hosts {
                for engine in ENGINES.into_iter().filter(|&engine| engine != "interp" || !test.long || everything) {
                    let program = folder.join(kernel).join(&test.name);
                    runs.push(Run { test, program, host: format!("{host}@{kernel}"), engine });
                }
            }
        }
    }
    runs
}

/// Waits for a program, but not for ever.
fn output(mut command: Command, limit: Duration) -> Option<Output> {
    let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the command starts");
    let (out, err) = (child.stdout.take().expect("piped"), child.stderr.take().expect("piped"));
    let read = |mut from: Box<dyn std::io::Read + Send>| {
        std::thread::spawn(move || {
            let mut bytes = Vec::new();
            from.read_to_end(&mut bytes).map(|_| bytes).unwrap_or_default()
        })
    };
    let (out, err) = (read(Box::new(out)), read(Box::new(err)));
    let end = Instant::now() + limit;
    let status = loop {
        match child.try_wait().expect("a child") {
            Some(status) => break Some(status),
            None if Instant::now() > end => {
                child.kill().expect("a child");
                child.wait().expect("a child");
                break None;
            }
            None => std::thread::sleep(Duration::from_millis(20)),
        }
    };
    let (stdout, stderr) = (out.join().expect("no panic"), err.join().expect("no panic"));
    status.map(|status| Output { status, stdout, stderr })
}

impl Run<'_> {
    fn judge(&self) -> Result<Duration, String> {
        let mut command = Command::new(env!("CARGO_BIN_EXE_invar"));
        command.args(["exec", "--host", &self.host, "--engine", self.engine, "--"]).arg(&self.program).args(&self.test.arguments);
        let start = Instant::now();
        let what = format!("{} {} on {}, {}", self.test.name, self.test.arguments.join(" "), self.host, self.engine);
        let Some(output) = output(command, Duration::from_secs(self.test.limit)) else {
            return Err(format!("{what}: not done after {} seconds", self.test.limit));
        };
        let text = [output.stdout, output.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).concat();
        let expected = match self.test.result {
            Verdict::Pass | Verdict::NotYet => PASS,
            Verdict::Skip => SKIP,
            Verdict::Fail => FAIL,
        };
        if output.status.code() != Some(expected) || !text.contains(&self.test.says) {
            return Err(format!("{what}: {:?}, expected {:?} and `{}`\n{text}", output.status, self.test.result, self.test.says));
        }
        Ok(start.elapsed())
    }
}

#[test]
fn each_gives_what_it_gives_on_real_kvm() {
    let Some(folder) = std::env::var_os("INVAR_SELFTESTS") else {
        println!("SKIPPED: INVAR_SELFTESTS names no folder with the selftests (.ci/selftests builds them)");
        return;
    };
    let manifest = manifest();
    let runs = runs(&manifest, Path::new(&folder));
    let (next, problems) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                while let Some(run) = runs.get(next.fetch_add(1, Ordering::Relaxed)) {
                    match run.judge() {
                        Ok(time) => println!("{:40} {:20} {:6} {:7.2} s", run.test.name, run.host, run.engine, time.as_secs_f64()),
                        Err(problem) => problems.lock().expect("no panic before").push(problem),
                    }
                }
            });
        }
    });
    let problems = problems.into_inner().expect("no panic before");
    assert!(problems.is_empty(), "{} of {} runs:\n{}", problems.len(), runs.len(), problems.join("\n"));
}

/// The manifest as a table.
fn table(manifest: &Manifest) -> String {
    let mut text = String::from("| test | kernel | host | result | |\n| --- | --- | --- | --- | --- |\n");
    for test in &manifest.test {
        let name = test.full_name();
        let (result, why) = match test.result {
            Verdict::Pass => ("pass", &test.says),
            Verdict::Skip => ("skip", &test.says),
            Verdict::Fail => ("fails, as on real KVM", &test.says),
            Verdict::NotYet => ("not yet", &test.cause),
        };
        // A string takes everything.
        let _ = writeln!(
            text,
            "| `{name}` | {} | {} | {result} | {} |",
            test.kernels.join(", "),
            test.hosts.join(", "),
            why.replace('|', "\\|")
        );
    }
    text
}

#[test]
fn the_document_has_the_manifests_table() {
    let manifest = manifest();
    let gaps: Vec<&str> = manifest
        .test
        .iter()
        .filter(|test| (test.result == Verdict::NotYet) == test.cause.is_empty())
        .map(|test| test.name.as_str())
        .collect();
    assert!(gaps.is_empty(), "a cause belongs to what is not yet, and to nothing else: {gaps:?}");
    let document = std::fs::read_to_string(root().join(DOCUMENT)).expect("the document");
    for table in [table(&manifest), times_table(&manifest)] {
        assert!(document.contains(&table), "{DOCUMENT} should have this table:\n{table}");
    }
}

/// Measured seconds by test, kernel and engine.
fn times() -> BTreeMap<(String, String, String), f64> {
    let text = std::fs::read_to_string(root().join(TIMES)).expect("the times");
    let row = |line: &str| {
        let [test, kernel, engine, seconds] = line.split('\t').collect::<Vec<_>>().try_into().expect("four columns");
        let [test, kernel, engine] = [test, kernel, engine].map(str::to_owned);
        ((test, kernel, engine), seconds.parse().expect("seconds"))
    };
    text.lines().filter(|line| !line.starts_with('#')).map(row).collect()
}

/// What has been recorded, and what was measured here.
fn times_table(manifest: &Manifest) -> String {
    let times = times();
    let mut text = String::from("| test | kernel | recorded | JIT | interpreter |\n| --- | --- | --- | --- | --- |\n");
    for test in &manifest.test {
        for kernel in &test.kernels {
            let measured = ENGINES.map(|engine| times.get(&(test.full_name(), kernel.clone(), engine.to_owned())));
            if measured.iter().all(Option::is_none) {
                continue;
            }
            let [jit, interpreter] = measured.map(|seconds| seconds.map_or_else(|| "-".to_owned(), |seconds| format!("{seconds:.2} s")));
            let recorded = test.recorded.get(kernel).map_or_else(|| "-".to_owned(), |seconds| format!("{seconds} s"));
            // A string takes everything.
            let _ = writeln!(text, "| `{}` | {kernel} | {recorded} | {jit} | {interpreter} |", test.full_name());
        }
    }
    text
}

/// The median of three runs, one after the other, of the tests in INVAR_SELFTESTS_MEASURE, or with `all` of every test with a recorded time.
#[test]
fn times_are_measured_when_asked() {
    let (Some(folder), Ok(more)) = (std::env::var_os("INVAR_SELFTESTS"), std::env::var("INVAR_SELFTESTS_MEASURE")) else { return };
    let manifest = manifest();
    let mut text = String::from("# Seconds, the median of three runs on host max: test, kernel, engine. See INVAR_SELFTESTS_MEASURE.\n");
    for run in runs(&manifest, Path::new(&folder)) {
        let Some(kernel) = run.host.strip_prefix("max@") else { continue };
        let wanted = more.split(',').any(|name| name == run.test.name) || more == "all" && run.test.recorded.contains_key(kernel);
        if !wanted {
            continue;
        }
        let mut seconds: Vec<f64> = (0..3).map(|_| run.judge().expect("it passes").as_secs_f64()).collect();
        seconds.sort_by(f64::total_cmp);
        // A string takes everything.
        let _ = writeln!(text, "{}\t{kernel}\t{}\t{:.2}", run.test.full_name(), run.engine, seconds[1]);
    }
    std::fs::write(root().join(TIMES), text).expect("writes");
}
