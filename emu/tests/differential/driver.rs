//! Builds and talks to `driver.c`, which runs instructions under qemu-aarch64, and `unicorn.c`, which runs them in Unicorn. It judges
//! nothing.

use std::io::{BufReader, BufWriter, Read, Write};
use std::path::PathBuf;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use super::state::{CHANGES, Outcome, State, WINDOW_WORDS};

/// What an instruction starts from: registers, and the window of memory.
#[derive(Clone, Debug)]
pub struct Case {
    pub state: State,
    pub window: [u64; WINDOW_WORDS],
}

/// Who executes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// qemu-aarch64 of this major version; 0 if it did not say.
    Qemu(u32),
    Unicorn,
}

pub struct Driver {
    // Ends when its standard input is closed.
    child: Child,
    input: BufWriter<ChildStdin>,
    output: BufReader<ChildStdout>,
    pub side: Side,
}

const COMPILER: &str = "aarch64-linux-gnu-gcc";
/// Without SVE, because QEMU restores vector registers from the SVE part of a signal frame when there is one.
const CPU: &str = "max,sve=off,sme=off";

fn emulator() -> String {
    std::env::var("INVAR_QEMU_AARCH64").unwrap_or_else(|_| "qemu-aarch64".into())
}

fn emulator_version() -> Result<u32, String> {
    let emulator = emulator();
    let output = Command::new(&emulator).arg("--version").output().map_err(|error| format!("{emulator}: {error}"))?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let number = text.split_whitespace().skip_while(|word| *word != "version").nth(1);
    Ok(number.and_then(|version| version.split('.').next()?.parse().ok()).unwrap_or(0))
}

fn build(name: &str, compiler: &str, source: &str, more: &[&str]) -> Result<PathBuf, String> {
    let program = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("differential-{name}-{}", std::process::id()));
    let output = Command::new(compiler)
        .args(["-O1", source, "-o"])
        .arg(&program)
        .args(more)
        .output()
        .map_err(|error| format!("{compiler}: {error}"))?;
    let first_line = || String::from_utf8_lossy(&output.stderr).lines().next().unwrap_or_default().to_string();
    if output.status.success() { Ok(program) } else { Err(format!("{compiler} failed: {}", first_line())) }
}

impl Driver {
    /// Starts the driver under qemu-aarch64, or tells which tool is missing. `name` tells the drivers of one process apart.
    pub fn start(name: &str) -> Result<Self, String> {
        Driver::start_qemu(name, CPU)
    }

    /// As [`Driver::start`], with vectors of `bytes`.
    pub fn start_scalable(name: &str, bytes: usize) -> Result<Self, String> {
        Driver::start_qemu(name, &format!("max,sme=off,sve-default-vector-length={bytes}"))
    }

    fn start_qemu(name: &str, cpu: &str) -> Result<Self, String> {
        let version = emulator_version()?;
        let program = build(name, COMPILER, concat!(env!("CARGO_MANIFEST_DIR"), "/tests/differential/driver.c"), &["-static"])?;
        let mut command = Command::new(emulator());
        command.args(["-cpu", cpu]).arg(&program);
        Driver::launch(command, program, Side::Qemu(version))
    }

    /// Starts the one over Unicorn (Debian: libunicorn-dev).
    pub fn start_unicorn(name: &str) -> Result<Self, String> {
        let source = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/differential/unicorn.c");
        let program = build(name, "cc", source, &["-lunicorn"])?;
        Driver::launch(Command::new(&program), program, Side::Unicorn)
    }

    fn launch(mut command: Command, program: PathBuf, side: Side) -> Result<Self, String> {
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().map_err(|error| error.to_string())?;
        let input = BufWriter::new(child.stdin.take().ok_or("no pipe to the driver")?);
        let output = BufReader::new(child.stdout.take().ok_or("no pipe from the driver")?);
        let mut driver = Self { child, input, output, side };
        // It answers only once it has been loaded, so the program file is no longer needed then.
        const NOP: u32 = 0xd503_201f;
        let case = Case { state: State::default(), window: [0; WINDOW_WORDS] };
        let outcomes = driver.run(&[NOP], &[case]);
        std::fs::remove_file(program).map_err(|error| error.to_string())?;
        if outcomes.len() == 1 { Ok(driver) } else { Err("the driver does not execute NOP".into()) }
    }

    /// What the instructions did to each case.
    ///
    /// # Panics
    /// When the driver has died: an instruction did something to the process that it cannot survive.
    pub fn run(&mut self, words: &[u32], cases: &[Case]) -> Vec<Outcome> {
        self.exchange(words, cases).unwrap_or_else(|error| panic!("{words:08x?}: the driver went away: {error}, {:?}", self.child.wait()))
    }

    fn exchange(&mut self, words: &[u32], cases: &[Case]) -> std::io::Result<Vec<Outcome>> {
        let mut out = Vec::new();
        out.extend((words.len() as u32).to_le_bytes());
        out.extend((cases.len() as u32).to_le_bytes());
        words.iter().for_each(|word| out.extend(word.to_le_bytes()));
        for case in cases {
            case.state.write(&mut out);
            case.window.iter().for_each(|value| out.extend(value.to_le_bytes()));
        }
        self.input.write_all(&out)?;
        self.input.flush()?;
        cases.iter().map(|_| self.outcome()).collect()
    }

    fn outcome(&mut self) -> std::io::Result<Outcome> {
        let mut state = State::default();
        for value in &mut state.x {
            *value = u64::from_le_bytes(array(&mut self.output)?);
        }
        state.sp = u64::from_le_bytes(array(&mut self.output)?);
        state.pc = u64::from_le_bytes(array(&mut self.output)?);
        for field in [&mut state.nzcv, &mut state.fpcr, &mut state.fpsr] {
            *field = u32::from_le_bytes(array(&mut self.output)?);
        }
        let signal = u32::from_le_bytes(array(&mut self.output)?);
        let fault_address = u64::from_le_bytes(array(&mut self.output)?);
        for value in &mut state.v {
            *value = u128::from_le_bytes(array(&mut self.output)?);
        }
        for value in state.upper.iter_mut().flatten() {
            *value = u128::from_le_bytes(array(&mut self.output)?);
        }
        for value in &mut state.p {
            *value = u64::from_le_bytes(array(&mut self.output)?);
        }
        let count = u64::from_le_bytes(array(&mut self.output)?);
        let mut changes = Vec::new();
        for index in 0..CHANGES as u64 {
            let change = (u64::from_le_bytes(array(&mut self.output)?), u64::from_le_bytes(array(&mut self.output)?));
            if index < count {
                changes.push(change);
            }
        }
        Ok(Outcome { state, signal, fault_address, changes })
    }
}

fn array<const N: usize>(input: &mut impl Read) -> std::io::Result<[u8; N]> {
    let mut bytes = [0; N];
    input.read_exact(&mut bytes)?;
    Ok(bytes)
}
