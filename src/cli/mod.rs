//! The command line: one file a verb, no logic. What a verb does is in the library.

mod baseline;
mod bench;
mod bench_suite;
mod check;
mod color;
mod cpu;
mod cpu_names;
mod demo;
mod engine;
mod exec;
mod failure;
mod kvm;
mod log;
mod migrate;
mod moves;
mod output;
mod plan;
mod progress;
mod resume;
mod run;
mod sizes;
mod stats;
mod tape;

use std::process::ExitCode;

use clap::{Parser, Subcommand};
pub use failure::Failure;

/// An Arm KVM host on any x86-64 Linux machine.
#[derive(Parser)]
#[command(name = "invar", version, about, max_term_width = 110, disable_help_subcommand = true)]
struct Cli {
    /// Events of the hypervisor to show on standard error: refused registers, unknown ioctls and the like
    #[arg(long, global = true, value_enum, default_value = "off", value_name = "LEVEL")]
    log: log::Level,
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Subcommand)]
enum Verb {
    /// Run an aarch64 guest: bare-metal ELF, Linux Image or raw binary
    Run(Box<run::RunArgs>),
    /// Go on with a guest that `run --snapshot` captured
    Resume(Box<resume::ResumeArgs>),
    /// Wait for a running guest that `run --send` moves here
    Receive(Box<resume::ReceiveArgs>),
    /// Run the embedded guest, which reads every ID register, and compare host CPU and guest view
    Demo(demo::DemoArgs),
    /// Host CPUs: list, show, compare, convert, check
    Cpu(cpu::CpuArgs),
    /// Run an aarch64 Linux program here; what it does with /dev/kvm is answered by a modelled host
    Exec(exec::ExecArgs),
    /// The emulated /dev/kvm of a host
    Kvm(kvm::KvmArgs),
    /// Move a guest between two modelled hosts: verdict, findings, remedy
    Migrate(Box<migrate::MigrateArgs>),
    /// Judge every pair of a fleet's hosts
    Plan(plan::PlanArgs),
    /// Solve for the largest ID file that every host of a fleet accepts
    Baseline(baseline::BaselineArgs),
    /// Measure the engine: compute kernels against native twins, and traps
    Bench(bench::BenchArgs),
}

/// Parses the command line and runs the verb; the exit status is the guest's, or as documented in the README.
pub fn main() -> ExitCode {
    let cli = Cli::parse();
    log::show(cli.log);
    let result = match cli.verb {
        Verb::Run(args) => run::run(&args),
        Verb::Resume(args) => resume::resume(&args),
        Verb::Receive(args) => resume::receive_guest(&args),
        Verb::Cpu(args) => cpu::run(&args),
        Verb::Demo(args) => demo::run(&args),
        Verb::Exec(args) => exec::run(&args),
        Verb::Kvm(args) => kvm::run(&args),
        Verb::Migrate(args) => migrate::run(&args),
        Verb::Plan(args) => plan::run(&args),
        Verb::Baseline(args) => baseline::run(&args),
        Verb::Bench(args) => bench::run(&args),
    };
    match result {
        Ok(status) => exit_code(status),
        Err(failure) => {
            crate::machine::console::restore_terminal();
            output::tell(&failure);
            ExitCode::from(failure.status)
        }
    }
}

/// Guest statuses are any 32-bit number; a process has eight bits, and a failure must not become success.
fn exit_code(status: i32) -> ExitCode {
    let low = (status & 0xff) as u8;
    ExitCode::from(if low == 0 && status != 0 { 1 } else { low })
}
