//! Builds and talks to `driver.c`, which runs single instructions under qemu-aarch64. It judges nothing.

use std::io::{BufReader, BufWriter, Read, Write};
use std::path::PathBuf;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

/// Registers before the instruction.
#[derive(Clone, Copy, Default, Debug)]
pub struct Record {
    pub fpcr: u32,
    pub fpsr: u32,
    pub nzcv: u32,
    pub x1: u64,
    pub v: [u128; 4],
}

/// Registers after it.
#[derive(Clone, Copy, Default, Debug, PartialEq, Eq)]
pub struct Reply {
    pub v0: u128,
    pub x0: u64,
    pub fpsr: u32,
    pub nzcv: u32,
}

pub struct Oracle {
    // Ends when its standard input is closed.
    _child: Child,
    input: BufWriter<ChildStdin>,
    output: BufReader<ChildStdout>,
    /// Major version of QEMU; 0 if it did not say.
    pub version: u32,
}

const COMPILER: &str = "aarch64-linux-gnu-gcc";

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

fn build() -> Result<PathBuf, String> {
    let source = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fp_oracle/driver.c");
    let thread = format!("{:?}", std::thread::current().id()).replace(|c: char| !c.is_ascii_digit(), "");
    let program = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("fp-driver-{}-{thread}", std::process::id()));
    let status = Command::new(COMPILER)
        .args(["-O1", "-static", source, "-o"])
        .arg(&program)
        .status()
        .map_err(|error| format!("{COMPILER}: {error}"))?;
    if status.success() { Ok(program) } else { Err(format!("{COMPILER} failed: {status}")) }
}

impl Oracle {
    /// Starts the driver, or tells which tool is missing.
    pub fn start() -> Result<Self, String> {
        let version = emulator_version()?;
        let program = build()?;
        let mut child = Command::new(emulator())
            .args(["-cpu", "max"])
            .arg(&program)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|error| error.to_string())?;
        let input = BufWriter::new(child.stdin.take().ok_or("no pipe to the driver")?);
        let output = BufReader::new(child.stdout.take().ok_or("no pipe from the driver")?);
        let mut oracle = Self { _child: child, input, output, version };
        // It answers only once it has been loaded, so the program file is no longer needed then.
        const NOP: u32 = 0xd503_201f;
        oracle.run(NOP, &[Record::default()]).ok_or("the driver does not execute NOP")?;
        std::fs::remove_file(program).map_err(|error| error.to_string())?;
        Ok(oracle)
    }

    /// The replies to all records, or `None` when the instruction is undefined there.
    pub fn run(&mut self, instruction: u32, records: &[Record]) -> Option<Vec<Reply>> {
        self.exchange(instruction, records).expect("the oracle went away")
    }

    fn exchange(&mut self, instruction: u32, records: &[Record]) -> std::io::Result<Option<Vec<Reply>>> {
        self.input.write_all(&instruction.to_le_bytes())?;
        self.input.write_all(&(records.len() as u32).to_le_bytes())?;
        for record in records {
            for word in [record.fpcr, record.fpsr, record.nzcv, 0] {
                self.input.write_all(&word.to_le_bytes())?;
            }
            self.input.write_all(&record.x1.to_le_bytes())?;
            self.input.write_all(&[0; 8])?;
            for vector in record.v {
                self.input.write_all(&vector.to_le_bytes())?;
            }
        }
        self.input.flush()?;
        if u32::from_le_bytes(self.array()?) != 0 {
            return Ok(None);
        }
        let mut replies = Vec::with_capacity(records.len());
        for _ in records {
            replies.push(Reply {
                v0: u128::from_le_bytes(self.array()?),
                x0: u64::from_le_bytes(self.array()?),
                fpsr: u32::from_le_bytes(self.array()?),
                nzcv: u32::from_le_bytes(self.array()?),
            });
        }
        Ok(Some(replies))
    }

    fn array<const N: usize>(&mut self) -> std::io::Result<[u8; N]> {
        let mut bytes = [0; N];
        self.output.read_exact(&mut bytes)?;
        Ok(bytes)
    }
}
