//! `--record`, `--replay` and `--state-hash`: files and messages. What a recording is, `migrate` knows.

use std::path::{Path, PathBuf};

use super::Failure;
use super::output::{self, tell};
use crate::machine::{InputSource, MachineConfig, Outcome, Running, StopWhen};
use crate::migrate::{End, RecordError, Recording, Run, state_hash};

/// What happens to console input.
pub enum Tape {
    /// Nothing.
    Live,
    /// It is written down.
    Record(PathBuf, Box<Run>),
    /// It comes from here.
    Replay(Box<Recording>),
}

fn failed(error: &RecordError) -> Failure {
    let hint = match error {
        RecordError::Other { .. } => "a replay needs the same guest and the same options as its recording",
        _ => "",
    };
    Failure::usage(error.to_string(), hint)
}

fn unreadable(error: &crate::migrate::CaptureError) -> Failure {
    Failure::usage(error.to_string(), "")
}

impl Tape {
    pub fn new(record: Option<&Path>, replay: Option<&Path>, config: &MachineConfig, image: &[u8]) -> Result<Tape, Failure> {
        let run = || Run::new(config, image).map_err(|error| failed(&error));
        Ok(match (record, replay) {
            (Some(path), _) => {
                output::probe(path)?;
                Tape::Record(path.into(), Box::new(run()?))
            }
            (None, Some(path)) => {
                let recording = Recording::load(path).map_err(|error| failed(&error))?;
                recording.check(&run()?).map_err(|error| failed(&error))?;
                Tape::Replay(Box::new(recording))
            }
            (None, None) => Tape::Live,
        })
    }

    pub fn source(&self) -> InputSource {
        match self {
            Tape::Live => InputSource::Live,
            Tape::Record(..) => InputSource::Record(Vec::new()),
            Tape::Replay(recording) => InputSource::Replay(recording.input.iter().cloned().collect()),
        }
    }

    /// When the run is to end, if not by itself.
    pub fn stop(&self) -> StopWhen {
        match self {
            Tape::Replay(recording) => recording.interrupted().map_or(StopWhen::Asked, StopWhen::Instructions),
            _ => StopWhen::Asked,
        }
    }

    /// Writes the recording, or compares with it: false when the replay ended otherwise.
    pub fn finish(self, running: &Running) -> Result<bool, Failure> {
        if let Tape::Live = self {
            return Ok(true);
        }
        let state = state_hash(running).map_err(|error| unreadable(&error))?;
        let end = End::new(running.executed(), state, &running.outcome().unwrap_or(Outcome::Quit));
        match self {
            Tape::Live => Ok(true),
            Tape::Record(path, run) => {
                let recording = Recording::new(*run, running.recorded(), end);
                recording.save(&path).map_err(|error| failed(&error))?;
                Ok(true)
            }
            Tape::Replay(recording) if recording.interrupted() == Some(end.instructions) => {
                tell(format_args!("invar: replayed {} instructions, up to where the recorded run was interrupted", end.instructions));
                Ok(true)
            }
            Tape::Replay(recording) if recording.end == end => {
                tell(format_args!("invar: replayed {} instructions, and the state is the recorded one: {}", end.instructions, end.state));
                Ok(true)
            }
            Tape::Replay(recording) => {
                tell(format_args!("error: the replay ended otherwise than the recording\n recorded: {:?}\n replayed: {end:?}", recording.end));
                Ok(false)
            }
        }
    }
}

/// Tells the state's hash.
pub fn tell_state(running: &Running) -> Result<(), Failure> {
    let state = state_hash(running).map_err(|error| unreadable(&error))?;
    tell(format_args!("invar: state {state:032x} after {} instructions", running.executed()));
    Ok(())
}
