//! `invar run`. Reads files and options, and hands over to the machine.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use clap::{Args, ValueEnum};

use super::check::{self, DIFFERENT};
use super::engine::{Engine, Traps};
use super::failure::INCOMPLETE;
use super::moves::{Left, MoveArgs, drive};
use super::output::{self, tell};
use super::tape::{self, Tape, Taped};
use super::{Failure, cpu_names, sizes, stats};
use crate::machine::fdt::GicVersion;
use crate::machine::memory_map::GIC_V2_CPUS_MAX;
use crate::machine::{ConsoleTo, Finished, Machine, MachineConfig, Outcome, Running, Scheduling, TraceConfig, image_max};

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Gic {
    #[value(name = "2")]
    V2,
    #[value(name = "3")]
    V3,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum TraceKind {
    /// Every instruction, disassembled
    Instructions,
    /// Exceptions and interrupts
    Exceptions,
    /// System register accesses
    Sysregs,
    /// MMIO and other exits to the hypervisor
    Mmio,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum StatsFormat {
    /// A table on standard error
    Human,
    /// One JSON object on standard error
    Json,
}

#[derive(Args)]
pub struct RunArgs {
    /// The guest: bare-metal ELF64, Linux arm64 Image, or raw binary (then --load-addr is needed)
    image: PathBuf,
    #[arg(long, default_value = "neoverse-n1", help = cpu_names::help())]
    cpu: String,
    /// Host kernel whose KVM the guest runs on, such as 6.12
    #[arg(long, default_value = "6.12", value_name = "VERSION")]
    host_kernel: String,
    /// Memory tagging for the guest (KVM_CAP_ARM_MTE), on a board with memory for tags; the CPU must have FEAT_MTE2
    #[arg(long)]
    mte: bool,
    /// Scalable vectors for the guest (KVM_ARM_VCPU_SVE), of all lengths of the CPU, which must have FEAT_SVE
    #[arg(long)]
    sve: bool,
    /// Performance counters for the guest (KVM_ARM_VCPU_PMU_V3); the CPU must have FEAT_PMUv3
    #[arg(long)]
    pmu: bool,
    /// Number of CPUs
    #[arg(long, default_value_t = 1, value_name = "N")]
    smp: u64,
    /// RAM, such as 512M or 2G
    #[arg(long, short = 'm', default_value = "512M", value_parser = sizes::size)]
    memory: u64,
    /// Kernel command line
    #[arg(long, default_value = "", value_name = "TEXT", allow_hyphen_values = true)]
    append: String,
    /// Initial RAM disk
    #[arg(long, value_name = "FILE")]
    initrd: Option<PathBuf>,
    /// Device tree to use instead of the generated one
    #[arg(long, value_name = "FILE")]
    dtb: Option<PathBuf>,
    /// Write the device tree that the guest gets to FILE, and do not run
    #[arg(long, value_name = "FILE")]
    dump_dtb: Option<PathBuf>,
    /// Where a raw binary goes, or an Image or position-independent ELF is moved to
    #[arg(long, value_name = "ADDRESS", value_parser = sizes::number)]
    load_addr: Option<u64>,
    /// First instruction, instead of the file's own
    #[arg(long, value_name = "ADDRESS", value_parser = sizes::number)]
    entry: Option<u64>,
    /// Serve semihosting calls (HLT #0xF000); the guest can then use the host's files, as under QEMU
    #[arg(long)]
    semihosting: bool,
    /// GIC version [default: 2 as on QEMU's virt, 3 with more than eight CPUs]
    #[arg(long, value_enum)]
    gic: Option<Gic>,
    /// Record events; several kinds separated by commas
    #[arg(long, value_enum, value_delimiter = ',', value_name = "KIND")]
    trace: Vec<TraceKind>,
    /// Where the trace goes [default: standard error]
    #[arg(long, value_name = "FILE", requires = "trace")]
    trace_file: Option<PathBuf>,
    /// Stop after so many instructions of all CPUs together, with exit status 124
    #[arg(long, value_name = "N", value_parser = sizes::number)]
    max_instructions: Option<u64>,
    /// Stop after so many seconds, with exit status 124
    #[arg(long, value_name = "SECONDS", value_parser = sizes::seconds)]
    timeout: Option<Duration>,
    /// Same inputs, same run: time is the count of instructions, CPUs take turns
    #[arg(long)]
    deterministic: bool,
    /// Seed of everything random the guest sees
    #[arg(long, default_value_t = 0, value_name = "N")]
    seed: u64,
    /// What executes the instructions
    #[arg(long, value_enum, default_value = "jit")]
    engine: Engine,
    /// How reads of ID registers trap; the guest cannot tell, but for the time it takes
    #[arg(long, value_enum, default_value = "fold")]
    traps: Traps,
    /// Run the interpreter and --engine side by side, deterministically, and stop where they first differ (exit status 1)
    #[arg(long, conflicts_with_all = ["trace", "dump_dtb", "stats", "state_hash", "record", "replay", "at"])]
    check: bool,
    /// Tell at the end what was done
    #[arg(long, value_enum, value_name = "FORMAT", num_args = 0..=1, default_missing_value = "human")]
    stats: Option<StatsFormat>,
    /// Tell at the end what the state of the machine is, as a hash
    #[arg(long)]
    state_hash: bool,
    /// Write down console input and the end of the run, for --replay
    #[arg(long, value_name = "FILE", requires = "deterministic", conflicts_with_all = ["replay", "snapshot", "send"])]
    record: Option<PathBuf>,
    /// Do a recorded run again: console input comes from FILE
    #[arg(long, value_name = "FILE", requires = "deterministic", conflicts_with_all = ["snapshot", "send"])]
    replay: Option<PathBuf>,
    #[command(flatten)]
    moves: MoveArgs,
}

fn read(path: &Path, what: &str, most: u64) -> Result<Vec<u8>, Failure> {
    crate::hosts::read_file(path, most)
        .map_err(|error| Failure::usage(format!("the {what} `{}` cannot be read: {error}", path.display()), ""))
}

impl RunArgs {
    fn config(&self) -> Result<MachineConfig, Failure> {
        let has = |kind: TraceKind| self.trace.contains(&kind);
        let trace = (!self.trace.is_empty()).then(|| TraceConfig {
            instructions: has(TraceKind::Instructions),
            exceptions: has(TraceKind::Exceptions),
            system_registers: has(TraceKind::Sysregs),
            exits: has(TraceKind::Mmio),
            file: self.trace_file.clone(),
        });
        Ok(MachineConfig {
            cpu: self.cpu.clone(),
            host_file: None,
            host_kernel: self.host_kernel.clone(),
            mte: self.mte,
            sve: self.sve,
            pmu: self.pmu,
            smp: self.smp,
            memory: self.memory,
            gic: match self.gic {
                Some(Gic::V2) => GicVersion::V2,
                Some(Gic::V3) => GicVersion::V3,
                None if self.smp > GIC_V2_CPUS_MAX as u64 => GicVersion::V3,
                None => GicVersion::V2,
            },
            program: self.image.to_string_lossy().into_owned(),
            append: self.append.clone(),
            initrd: self.initrd.as_deref().map(|path| read(path, "initrd", image_max(self.memory))).transpose()?,
            dtb: self.dtb.as_deref().map(|path| read(path, "device tree", crate::hosts::TEXT_MAX)).transpose()?,
            load_addr: self.load_addr,
            entry: self.entry,
            semihosting: self.semihosting,
            implementations: Vec::new(),
            engine: self.engine.kind(),
            exact_traps: self.traps == Traps::Exact,
            scheduling: if self.deterministic { Scheduling::Deterministic } else { Scheduling::Threads },
            seed: self.seed,
            max_instructions: self.max_instructions,
            timeout: self.timeout,
            trace,
        })
    }
}

/// Runs the guest; the status is its own or as documented.
pub fn run(args: &RunArgs) -> Result<i32, Failure> {
    let image = read(&args.image, "guest image", image_max(args.memory))?;
    let config = args.config()?;
    if args.check {
        return check::run(&config, &image);
    }
    args.moves.probe()?;
    let tape = Tape::new(args.record.as_deref(), args.replay.as_deref(), &config, &image)?;
    let machine = Machine::new(config, &image)?;
    drop(image);
    if let Some(path) = &args.dump_dtb {
        return output::write(path, machine.device_tree()).map(|()| 0);
    }
    for note in machine.notes() {
        tell(format_args!("note: {note}"));
    }
    let start = Instant::now();
    let running = machine.start(ConsoleTo::Stdio, tape.source())?;
    let left = drive(&running, &args.moves, tape.stop())?;
    let elapsed = start.elapsed();
    if args.state_hash {
        tape::tell_state(&running)?;
    }
    let taped = tape.finish(&running)?;
    let (status, finished) = conclude_with(running, left);
    match args.stats {
        Some(StatsFormat::Human) => tell(stats::human(&finished, elapsed).trim_end()),
        Some(StatsFormat::Json) => tell(stats::json(&finished, elapsed)),
        None => {}
    }
    Ok(match taped {
        Taped::Well => status,
        Taped::Lost => unless_zero(status),
        Taped::Otherwise => DIFFERENT,
    })
}

/// Tells how a run ended; the exit status.
pub fn conclude(running: Running, left: Left) -> i32 {
    conclude_with(running, left).0
}

fn conclude_with(running: Running, left: Left) -> (i32, Finished) {
    let finished = running.finish();
    crate::machine::console::restore_terminal();
    let status = if left == Left::Gone { 0 } else { finished.outcome.status() };
    if left != Left::Gone {
        tell_outcome(&finished.outcome);
    }
    if let Some(error) = &finished.trace_error {
        tell(format_args!("error: the trace is not complete: {error}\n hint: {}", error.hint()));
    }
    let missing = left == Left::Kept || finished.trace_error.is_some();
    (if missing { unless_zero(status) } else { status }, finished)
}

/// What the guest itself says comes first.
fn unless_zero(status: i32) -> i32 {
    if status == 0 { INCOMPLETE } else { status }
}

/// Says how the run ended, where that is not the guest's own doing.
fn tell_outcome(outcome: &Outcome) {
    match outcome {
        Outcome::PowerOff | Outcome::Exit(_) => {}
        Outcome::Reset => tell(format_args!("invar: the guest asked for a reset")),
        Outcome::Timeout => tell(format_args!("invar: stopped by --timeout")),
        Outcome::InstructionLimit => tell(format_args!("invar: stopped by --max-instructions")),
        Outcome::Deadlock => {
            tell(format_args!("invar: every CPU waits for an interrupt or event, and nothing is left that could send one"));
        }
        Outcome::Diverged { instructions } => {
            tell(format_args!(
                "invar: the replay does not follow its recording: console input of instruction {instructions} found no taker"
            ));
        }
        Outcome::Quit => tell(format_args!("invar: quit")),
        Outcome::Stuck(stuck) => {
            let word = stuck.word.map_or_else(String::new, |word| {
                let bytes = word.to_le_bytes().map(|byte| format!("{byte:02x}")).join(" ");
                format!(", instruction {word:#010x} (bytes {bytes}): {}", emu::insn::disasm::disassemble_word(word, stuck.pc))
            });
            tell(format_args!("error: CPU {} cannot go on: {}\n   at: pc {:#x}{word}", stuck.vcpu, stuck.why, stuck.pc));
        }
    }
}
