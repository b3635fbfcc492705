//! `invar resume` and `invar receive`: guests that began elsewhere. Restores nothing itself.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;

use super::moves::{MoveArgs, drive};
use super::output::tell;
use super::{Failure, cpu_names, run, sizes};
use crate::machine::{ConsoleTo, InputSource, Machine, StopWhen};
use crate::migrate::live::{Address, Listener, receive};
use crate::migrate::{Destination, restore, snapshot, strict};

/// Exit status when a guest was not taken.
const NOT_TAKEN: u8 = 1;

#[derive(Args)]
struct HostArgs {
    /// CPU model or host file of this host [default: the source's]
    #[arg(long, long_help = cpu_names::help())]
    cpu: Option<String>,
    /// Kernel of this host [default: the source's]
    #[arg(long, value_name = "VERSION")]
    host_kernel: Option<String>,
    /// Take a guest with semihosting, which can then use this host's files
    #[arg(long)]
    semihosting: bool,
    /// Stop after so many instructions more, with exit status 124
    #[arg(long, value_name = "N", value_parser = sizes::number)]
    max_instructions: Option<u64>,
    /// Stop after so many seconds, with exit status 124
    #[arg(long, value_name = "SECONDS", value_parser = sizes::seconds)]
    timeout: Option<Duration>,
    #[command(flatten)]
    moves: MoveArgs,
}

#[derive(Args)]
pub struct ResumeArgs {
    /// A file that `invar run --snapshot` wrote
    file: PathBuf,
    #[command(flatten)]
    host: HostArgs,
}

#[derive(Args)]
pub struct ReceiveArgs {
    /// Where to wait for `invar run --send`: unix:PATH or tcp:127.0.0.1:PORT
    address: Address,
    #[command(flatten)]
    host: HostArgs,
}

impl HostArgs {
    fn destination(&self) -> Destination {
        Destination { cpu: self.cpu.clone(), kernel: self.host_kernel.clone(), semihosting: self.semihosting, ..Destination::default() }
    }

    fn limited(&self, machine: Machine) -> Machine {
        machine.limited(self.max_instructions, self.timeout)
    }
}

/// Goes on with a captured guest; the status is its own or as documented.
pub fn resume(args: &ResumeArgs) -> Result<i32, Failure> {
    args.host.moves.probe()?;
    let captured = snapshot::load(&args.file).map_err(|error| Failure::usage(error.to_string(), ""))?;
    let machine = restore(&captured, &args.host.destination(), &mut strict).map_err(|error| {
        let wrong_file = || Failure::usage(format!("`{}`: {error}", args.file.display()), "");
        if error.is_of_capture() { wrong_file() } else { not_taken(&error.to_string()) }
    })?;
    drop(captured);
    go_on(args.host.limited(machine), &args.host.moves, || ())
}

/// Waits for a guest and goes on with it.
pub fn receive_guest(args: &ReceiveArgs) -> Result<i32, Failure> {
    args.host.moves.probe()?;
    let place = |error: std::io::Error| Failure::usage(format!("{} cannot be used: {error}", args.address), "");
    let listener = Listener::bind(&args.address).map_err(place)?;
    tell(format_args!("invar: waits for a guest at {}", listener.address().map_err(place)?));
    let connection = listener.accept().map_err(place)?;
    drop(listener);
    let received = receive(connection, &args.host.destination(), &mut strict).map_err(|error| not_taken(&error.to_string()))?;
    let answer = received.answer;
    go_on(args.host.limited(received.machine), &args.host.moves, || answer.take_over())
}

fn not_taken(why: &str) -> Failure {
    Failure::with_status(NOT_TAKEN, format!("the guest cannot run here: {why}"), "")
}

/// Runs a machine that is not at its beginning; `committed` is called when nothing can fail any more.
fn go_on(machine: Machine, moves: &MoveArgs, committed: impl FnOnce()) -> Result<i32, Failure> {
    let running = machine.start(ConsoleTo::Stdio, InputSource::Live)?;
    committed();
    let left = drive(&running, moves, StopWhen::Asked)?;
    Ok(run::conclude(running, left))
}
