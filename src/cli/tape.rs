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

/// What became of a recording or a replay.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Taped {
    /// All that was asked for.
    Well,
    /// The recording could not be written.
    Lost,
    /// The replay ended otherwise than its recording.
    Otherwise,
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

    /// Writes the recording, or compares with it, and tells.
    pub fn finish(self, running: &Running) -> Result<Taped, Failure> {
        if let Tape::Live = self {
            return Ok(Taped::Well);
        }
        let state = state_hash(running).map_err(|error| unreadable(&error))?;
        let end = End::new(running.executed(), state, &running.outcome().unwrap_or(Outcome::Quit));
        match self {
            Tape::Live => Ok(Taped::Well),
            Tape::Record(path, run) => {
                let Err(error) = Recording::new(*run, running.recorded(), end).save(&path) else { return Ok(Taped::Well) };
                tell(failed(&error));
                Ok(Taped::Lost)
            }
            Tape::Replay(recording) if recording.interrupted() == Some(end.instructions) => {
                tell(format_args!(
                    "invar: replayed {} instructions, up to where the recorded run was interrupted; the state there was not compared",
                    end.instructions
                ));
                Ok(Taped::Well)
            }
            Tape::Replay(recording) if recording.end == end => {
                tell(format_args!("invar: replayed {} instructions, and the state is the recorded one: {}", end.instructions, end.state));
                Ok(Taped::Well)
            }
            Tape::Replay(recording) => {
                let [recorded, replayed] = [&recording.end, &end].map(in_words);
                tell(format_args!("error: the replay ended otherwise than the recording\n recorded: {recorded}\n replayed: {replayed}"));
                Ok(Taped::Otherwise)
            }
        }
    }
}

/// Outcomes as recordings have them, by how they begin.
const OUTCOMES: [(&str, &str); 8] = [
    ("PowerOff", "the guest powered off"),
    ("Exit", "the guest exited"),
    ("Reset", "the guest asked for a reset"),
    ("Timeout", "stopped by --timeout"),
    ("InstructionLimit", "stopped by --max-instructions"),
    ("Deadlock", "every CPU waited for what could not come"),
    ("Diverged", "recorded input found no taker"),
    ("Quit", "quit"),
];

fn in_words(end: &End) -> String {
    let known = OUTCOMES.iter().find(|(name, _)| end.outcome.starts_with(name));
    let status = end.outcome.strip_prefix("Exit(").and_then(|rest| rest.strip_suffix(')'));
    let with = status.map_or_else(String::new, |status| format!(" with {status}"));
    let how = known.map_or("a CPU could not go on", |(_, words)| words);
    format!("{how}{with} after {} instructions, in state {}", end.instructions, end.state)
}

/// Tells the state's hash.
pub fn tell_state(running: &Running) -> Result<(), Failure> {
    let state = state_hash(running).map_err(|error| unreadable(&error))?;
    tell(format_args!("invar: state {state:032x} after {} instructions", running.executed()));
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ends_in_words() {
        for (outcome, words) in [
            (Outcome::Exit(7), "the guest exited with 7 after 5 instructions, in state 0000000000000000000000000000000a"),
            (Outcome::PowerOff, "the guest powered off after 5 instructions, in state 0000000000000000000000000000000a"),
            (Outcome::Diverged { instructions: 3 }, "recorded input found no taker after 5"),
            (Outcome::Deadlock, "every CPU waited for what could not come after 5"),
        ] {
            let told = in_words(&End::new(5, 10, &outcome));
            assert!(told.starts_with(words), "{told}");
        }
    }
}
