//! What a captured machine's semihosting is: plain data. A file of the host that the guest has open is none, and is only named.

use serde::{Deserialize, Serialize};

use super::files::{Files, Open};
use super::{Semihosting, Setup, Stream};

/// Semihosting of a captured machine.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SemihostingState {
    /// What SYS_GET_CMDLINE gives.
    pub command_line: String,
    /// Start and end of what SYS_HEAPINFO gives.
    pub free_memory: (u64, u64),
    /// The run in SYS_TMPNAM's names.
    pub run: u64,
    /// What SYS_ERRNO gives.
    pub errno: i32,
    /// Open handles that are no file of the host, ascending.
    pub handles: Vec<(u64, Handle)>,
}

/// What a handle stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Handle {
    /// The console's input.
    Input,
    /// Its output.
    Output,
    /// Its output for errors.
    Error,
    /// The list of extensions, read up to here.
    Features(u64),
}

/// A file of the host that the guest has open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenFile {
    /// The guest's handle.
    pub handle: u64,
    /// The name by which it was opened.
    pub path: String,
}

impl Semihosting {
    /// The state, without files of the host.
    pub fn state(&self) -> SemihostingState {
        let handle = |open: &Open| match open {
            Open::Input => Some(Handle::Input),
            Open::Output(Stream::Output) => Some(Handle::Output),
            Open::Output(Stream::Error) => Some(Handle::Error),
            Open::Features { position } => Some(Handle::Features(*position)),
            Open::File { .. } => None,
        };
        SemihostingState {
            command_line: self.setup.command_line.clone(),
            free_memory: (self.setup.free_memory.start, self.setup.free_memory.end),
            run: self.setup.run,
            errno: self.errno,
            handles: self.files.open.iter().filter_map(|(number, open)| Some((*number, handle(open)?))).collect(),
        }
    }

    /// A file of the host that is open.
    pub fn open_file(&self) -> Option<OpenFile> {
        self.files.open.iter().find_map(|(handle, open)| match open {
            Open::File { name, .. } => Some(OpenFile { handle: *handle, path: String::from_utf8_lossy(name).into_owned() }),
            _ => None,
        })
    }

    /// Semihosting that goes on from a state.
    pub fn restored(state: &SemihostingState) -> Semihosting {
        let open = |handle: &Handle| match handle {
            Handle::Input => Open::Input,
            Handle::Output => Open::Output(Stream::Output),
            Handle::Error => Open::Output(Stream::Error),
            Handle::Features(position) => Open::Features { position: *position },
        };
        let setup =
            Setup { command_line: state.command_line.clone(), free_memory: state.free_memory.0..state.free_memory.1, run: state.run };
        let open = state.handles.iter().map(|(number, handle)| (*number, open(handle))).collect();
        Semihosting { setup, files: Files { open }, errno: state.errno }
    }
}
