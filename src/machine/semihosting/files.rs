//! Handles: the console by its special name, the list of extensions, and files of the host. A guest with semihosting may
//! open what the user may open, as under QEMU; nothing is confined here.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs::{File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use rustix::io::Errno;

use super::parameters::{Block, CHUNK};
use super::{Host, Semihosting, Stream};

/// The console: input, output or error by the mode.
const CONSOLE: &[u8] = b":tt";
/// A pseudo-file that lists the optional features.
const FEATURES: &[u8] = b":semihosting-features";
/// Magic, then SH_EXT_EXIT_EXTENDED and SH_EXT_STDOUT_STDERR.
const FEATURE_BYTES: [u8; 5] = [0x53, 0x48, 0x46, 0x42, 0b11];
/// Files a guest can hold open.
const HANDLES_MAX: usize = 256;

/// What a handle stands for.
pub enum Open {
    Input,
    Output(Stream),
    Features { position: u64 },
    File { file: File, name: Vec<u8> },
}

/// The open handles; none is zero, as a guest may take that for a failure.
#[derive(Default)]
pub struct Files {
    pub(super) open: BTreeMap<u64, Open>,
}

/// The number of an error, for SYS_ERRNO.
pub fn errno_of(error: &io::Error) -> Errno {
    let by_kind = if error.kind() == io::ErrorKind::InvalidInput { Errno::INVAL } else { Errno::IO };
    Errno::from_io_error(error).unwrap_or(by_kind)
}

fn host_path(name: &[u8]) -> &Path {
    Path::new(OsStr::from_bytes(name))
}

/// Modes 0 to 11 are fopen's r, rb, r+, r+b, w, wb, w+, w+b, a, ab, a+, a+b.
fn open_file(name: &[u8], mode: u64) -> Result<Open, Errno> {
    let update = mode & 2 != 0;
    let mut options = OpenOptions::new();
    match mode >> 2 {
        0 => options.read(true).write(update),
        1 => options.read(update).write(true).create(true).truncate(true),
        _ => options.read(update).append(true).create(true),
    };
    // A FIFO without another end must not stop the machine.
    options.custom_flags(rustix::fs::OFlags::NONBLOCK.bits() as i32);
    options.open(host_path(name)).map(|file| Open::File { file, name: name.into() }).map_err(|error| errno_of(&error))
}

impl Files {
    fn add(&mut self, open: Open) -> Result<u64, Errno> {
        if self.open.len() >= HANDLES_MAX {
            return Err(Errno::MFILE);
        }
        let free = (1..).find(|handle| !self.open.contains_key(handle)).ok_or(Errno::MFILE)?;
        self.open.insert(free, open);
        Ok(free)
    }

    pub fn get(&mut self, handle: u64) -> Result<&mut Open, Errno> {
        self.open.get_mut(&handle).ok_or(Errno::BADF)
    }

    pub fn close(&mut self, handle: u64) -> Result<u64, Errno> {
        self.open.remove(&handle).map(|_| 0).ok_or(Errno::BADF)
    }

    /// SYS_ISTTY. Always true for the console, whatever it is connected to: the same run must not depend on that.
    pub fn is_console(&mut self, handle: u64) -> Result<bool, Errno> {
        Ok(matches!(self.get(handle)?, Open::Input | Open::Output(_)))
    }

    /// SYS_FLEN; a console has no length, and C libraries expect zero.
    pub fn length(&mut self, handle: u64) -> Result<u64, Errno> {
        match self.get(handle)? {
            Open::Input | Open::Output(_) => Ok(0),
            Open::Features { .. } => Ok(FEATURE_BYTES.len() as u64),
            Open::File { file, .. } => file.metadata().map(|data| data.len()).map_err(|error| errno_of(&error)),
        }
    }
}

impl Open {
    /// Reads into `buffer`; 0 at the end. Not for the console.
    pub fn read(&mut self, buffer: &mut [u8]) -> Result<usize, Errno> {
        match self {
            Open::Input | Open::Output(_) => Err(Errno::BADF),
            Open::Features { position } => {
                let rest = FEATURE_BYTES.get(*position as usize..).unwrap_or_default();
                let count = rest.len().min(buffer.len());
                buffer.iter_mut().zip(rest).for_each(|(to, from)| *to = *from);
                *position += count as u64;
                Ok(count)
            }
            Open::File { file, .. } => file.read(buffer).map_err(|error| errno_of(&error)),
        }
    }

    fn write(&mut self, bytes: &[u8], host: &dyn Host) -> Result<(), Errno> {
        let result = match self {
            Open::Input | Open::Features { .. } => return Err(Errno::BADF),
            Open::Output(stream) => host.put(*stream, bytes),
            Open::File { file, .. } => file.write_all(bytes),
        };
        result.map_err(|error| errno_of(&error))
    }

    fn seek(&mut self, to: u64) -> Result<(), Errno> {
        match self {
            Open::Input | Open::Output(_) => Err(Errno::SPIPE),
            Open::Features { .. } if to > FEATURE_BYTES.len() as u64 => Err(Errno::INVAL),
            Open::Features { position } => {
                *position = to;
                Ok(())
            }
            Open::File { file, .. } => file.seek(SeekFrom::Start(to)).map(|_| ()).map_err(|error| errno_of(&error)),
        }
    }
}

impl Semihosting {
    /// SYS_OPEN: name, mode, length of the name.
    pub(super) fn open(&mut self, block: &Block) -> Result<u64, Errno> {
        let (name, mode) = (block.name(0, 2)?, block.field(1)?);
        let open = match (name.as_slice(), mode) {
            (_, 12..) => return Err(Errno::INVAL),
            (CONSOLE, 0..4) => Open::Input,
            (CONSOLE, 4..8) => Open::Output(Stream::Output),
            (CONSOLE, _) => Open::Output(Stream::Error),
            (FEATURES, 0 | 1) => Open::Features { position: 0 },
            (FEATURES, _) => return Err(Errno::ACCESS),
            (path, _) => open_file(path, mode)?,
        };
        self.files.add(open)
    }

    /// SYS_WRITE: handle, buffer, length. The result is how many bytes were not written.
    pub(super) fn write(&mut self, block: &Block, host: &dyn Host) -> Result<u64, Errno> {
        let (handle, address, length) = (block.field(0)?, block.field(1)?, block.field(2)?);
        let open = self.files.get(handle)?;
        let mut buffer = vec![0; length.min(CHUNK as u64) as usize];
        let mut done = 0;
        while done < length {
            let count = (length - done).min(CHUNK as u64) as usize;
            let part = buffer.get_mut(..count).unwrap_or_default();
            let moved = block.guest().read(address.wrapping_add(done), part).and_then(|()| open.write(part, host));
            if let Err(errno) = moved {
                self.errno = errno.raw_os_error();
                break;
            }
            done += count as u64;
        }
        Ok(length - done)
    }

    /// SYS_SEEK: handle, position from the start.
    pub(super) fn seek(&mut self, block: &Block) -> Result<u64, Errno> {
        let (handle, to) = (block.field(0)?, block.field(1)?);
        self.files.get(handle)?.seek(to).map(|()| 0)
    }
}

/// SYS_REMOVE: name, length.
pub fn remove(block: &Block) -> Result<u64, Errno> {
    let name = block.name(0, 1)?;
    std::fs::remove_file(host_path(&name)).map(|()| 0).map_err(|error| errno_of(&error))
}

/// SYS_RENAME: old name, length, new name, length.
pub fn rename(block: &Block) -> Result<u64, Errno> {
    let (old, new) = (block.name(0, 1)?, block.name(2, 3)?);
    std::fs::rename(host_path(&old), host_path(&new)).map(|()| 0).map_err(|error| errno_of(&error))
}
