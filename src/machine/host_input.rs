//! Console input on its way to the guest: as it comes, as it comes and written down, or as it was written down. A look at the
//! input is named by the instructions executed before it and its number among the looks at that count, which are the same in
//! every run of a deterministic machine. Waits for nothing.

use serde::{Deserialize, Serialize};

use super::console::Console;

/// Bytes that the guest's machine was given at one look.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Delivery {
    /// Instructions of all CPUs before it.
    pub instructions: u64,
    /// Which look since that count changed, from 0.
    pub look: u64,
    /// The bytes.
    pub bytes: Vec<u8>,
}

/// Where console input comes from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum InputSource {
    /// The console.
    #[default]
    Live,
    /// The console, and every delivery is kept.
    Record(Vec<Delivery>),
    /// These deliveries, in their order; the console's input is left alone.
    Replay(std::collections::VecDeque<Delivery>),
}

/// A replay that does not follow its recording: this delivery found no look at its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Diverged {
    /// Where the recording has the delivery.
    pub instructions: u64,
}

/// An [`InputSource`] in use.
#[derive(Debug, Default)]
pub struct HostInput {
    source: InputSource,
    /// The last look.
    at: Option<(u64, u64)>,
}

impl HostInput {
    pub fn new(source: InputSource) -> HostInput {
        HostInput { source, at: None }
    }

    /// A look after `executed` instructions, with room for `max` bytes.
    ///
    /// # Errors
    /// A replay has missed a delivery, or has no room for it.
    pub fn take(&mut self, max: usize, executed: u64, console: &Console) -> Result<Vec<u8>, Diverged> {
        let look = match self.at {
            Some((instructions, look)) if instructions == executed => look + 1,
            _ => 0,
        };
        self.at = Some((executed, look));
        match &mut self.source {
            InputSource::Live => Ok(console.take_input(max)),
            InputSource::Record(log) => {
                let bytes = console.take_input(max);
                if !bytes.is_empty() {
                    log.push(Delivery { instructions: executed, look, bytes: bytes.clone() });
                }
                Ok(bytes)
            }
            InputSource::Replay(log) => {
                let Some(next) = log.front() else { return Ok(Vec::new()) };
                let due = (next.instructions, next.look);
                if due > (executed, look) {
                    return Ok(Vec::new());
                }
                if due < (executed, look) || next.bytes.len() > max {
                    return Err(Diverged { instructions: next.instructions });
                }
                Ok(log.pop_front().map(|next| next.bytes).unwrap_or_default())
            }
        }
    }

    /// Bytes wait to be taken.
    pub fn waiting(&self, console: &Console) -> bool {
        if let InputSource::Replay(log) = &self.source { !log.is_empty() } else { console.pending_input() > 0 }
    }

    /// Nothing waits, and nothing will come.
    pub fn ended(&self, console: &Console) -> bool {
        if let InputSource::Replay(log) = &self.source { log.is_empty() } else { console.input_ended() }
    }

    /// What was recorded.
    pub fn recorded(&self) -> &[Delivery] {
        if let InputSource::Record(log) = &self.source { log } else { &[] }
    }
}
