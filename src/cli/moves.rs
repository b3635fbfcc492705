//! What can happen to a running guest besides its end: a snapshot, a move to another process, a recording. How these are done
//! is `migrate`'s.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;

use super::output::{self, tell};
use super::progress::Bar;
use super::{Failure, sizes};
use crate::machine::{Paused, Running, StopWhen};
use crate::migrate::live::{Address, Limits, send};
use crate::migrate::{capture, snapshot};

#[derive(Args)]
pub struct MoveArgs {
    /// When to take --snapshot or to start --send: 1000000 (instructions), marker[:N] (hypercall 0xc6004d56), console:TEXT, 20ms (of the
    /// guest's time), seconds:N
    #[arg(long, value_name = "POINT", requires = "capture")]
    at: Option<StopWhen>,
    /// Capture the machine to FILE, and stop
    #[arg(long, value_name = "FILE", group = "capture", requires = "at", conflicts_with_all = ["send", "downtime", "rounds"])]
    snapshot: Option<PathBuf>,
    /// Move the running guest to `invar receive`, at unix:PATH or tcp:127.0.0.1:PORT
    #[arg(long, value_name = "ADDRESS", group = "capture", requires = "at")]
    send: Option<Address>,
    /// How long the guest may stand still for --send
    #[arg(long, value_name = "SECONDS", requires = "send", default_value = "0.1", value_parser = sizes::seconds)]
    downtime: Duration,
    /// Rounds in which --send copies pages before it stops the guest, at most
    #[arg(long, value_name = "N", requires = "send", default_value_t = Limits::default().rounds)]
    rounds: u32,
}

impl MoveArgs {
    /// Fails where a snapshot could not be written, before the guest runs to where it would be.
    pub fn probe(&self) -> Result<(), Failure> {
        self.snapshot.as_deref().map_or(Ok(()), output::probe)
    }

    fn limits(&self) -> Limits {
        Limits { downtime: self.downtime, rounds: self.rounds }
    }
}

/// What is left of the guest here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Left {
    /// It has ended.
    Ended,
    /// It has ended, and what was to happen to it before that did not.
    Kept,
    /// It is in a file, or somebody else's.
    Gone,
}

/// Runs the guest as far as it is to run here, or up to `stop`. What cannot be done to it is told, and the guest goes on.
pub fn drive(running: &Running, args: &MoveArgs, stop: StopWhen) -> Result<Left, Failure> {
    let Some(point) = args.at.clone().filter(|_| args.snapshot.is_some() || args.send.is_some()) else {
        running.run(stop)?;
        return Ok(Left::Ended);
    };
    if running.run(point.clone())? == Paused::Ended {
        let done = if args.send.is_some() { "moved" } else { "captured" };
        tell(format_args!("error: the guest ended before `--at {point}`; nothing was {done}"));
        return Ok(Left::Kept);
    }
    let done = match (&args.snapshot, &args.send) {
        (Some(path), _) => take_snapshot(running, path),
        (None, Some(address)) => move_to(running, address, args.limits()),
        (None, None) => return Ok(Left::Ended),
    };
    if let Err(why) = done {
        tell(format_args!("error: {why}\n note: the guest goes on here"));
        if running.outcome().is_none() {
            running.run(StopWhen::Asked)?;
        }
        return Ok(Left::Kept);
    }
    Ok(Left::Gone)
}

fn take_snapshot(running: &Running, path: &std::path::Path) -> Result<(), String> {
    let captured = capture(running).map_err(|error| error.to_string())?;
    snapshot::save(path, &captured).map_err(|error| error.to_string())?;
    tell(format_args!("invar: captured after {} instructions in `{}`", running.executed(), path.display()));
    Ok(())
}

fn move_to(running: &Running, address: &Address, limits: Limits) -> Result<(), String> {
    let mut bar = Bar::default();
    let sent = send(running, address, limits, &mut bar);
    bar.finish();
    let sent = sent.map_err(|error| error.to_string())?;
    let rate = sent.bytes as f64 / sent.total.as_secs_f64().max(1e-9) / f64::from(1 << 20);
    tell(format_args!(
        "invar: moved to {address}: {} pages in {} rounds, {} bytes in {:.3} s ({rate:.0} MiB/s), the guest stood still for {:.1} ms",
        sent.pages,
        sent.rounds,
        sent.bytes,
        sent.total.as_secs_f64(),
        sent.downtime.as_secs_f64() * 1e3,
    ));
    Ok(())
}
