//! Where trace lines go: one file, or standard error, for all CPUs. A failure to write is kept for the end of the run, and ends
//! the trace but not the run.

use std::fs::File;
use std::io::{self, BufWriter, LineWriter, Write};
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use loader::Symbols;

use super::lines::Tracer;
use crate::machine::board::lock;
use crate::machine::config::{MachineError, TraceConfig};

/// A file gets large pieces; standard error gets lines, to stay in step with what else is printed there.
const FILE_BUFFER: usize = 1 << 18;
/// How messages call a trace without a file.
const STANDARD_ERROR: &str = "standard error";

struct State {
    writer: Box<dyn Write + Send>,
    failure: Option<io::Error>,
}

/// One machine's trace.
#[derive(Clone)]
pub struct TraceSink {
    path: PathBuf,
    state: Arc<Mutex<State>>,
}

impl TraceSink {
    /// Opens what `config` names.
    ///
    /// # Errors
    /// When the file cannot be made.
    pub fn open(config: &TraceConfig) -> Result<TraceSink, MachineError> {
        let Some(path) = &config.file else {
            return Ok(TraceSink::new(STANDARD_ERROR.into(), Box::new(LineWriter::new(io::stderr()))));
        };
        let file = File::create(path).map_err(|source| MachineError::Trace { path: path.clone(), source })?;
        Ok(TraceSink::new(path.clone(), Box::new(BufWriter::with_capacity(FILE_BUFFER, file))))
    }

    pub(super) fn new(path: PathBuf, writer: Box<dyn Write + Send>) -> TraceSink {
        TraceSink { path, state: Arc::new(Mutex::new(State { writer, failure: None })) }
    }

    /// The trace of one CPU.
    pub fn tracer(&self, cpu: u64, config: &TraceConfig, symbols: Arc<Symbols>) -> Box<dyn emu::trace::Trace> {
        Box::new(Tracer::new(self.clone(), cpu, config, symbols))
    }

    /// Writes a whole line.
    pub(super) fn line(&self, line: &str) {
        let mut state = lock(&self.state);
        if state.failure.is_none() {
            state.failure = state.writer.write_all(line.as_bytes()).err();
        }
    }

    /// Writes out what is held back.
    ///
    /// # Errors
    /// The first failure since the start.
    pub fn finish(&self) -> Result<(), MachineError> {
        let mut state = lock(&self.state);
        let flushed = state.writer.flush();
        let result = state.failure.take().map_or(flushed, Err);
        result.map_err(|source| MachineError::Trace { path: self.path.clone(), source })
    }
}
