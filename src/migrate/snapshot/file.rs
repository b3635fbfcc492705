//! Captures as files: written under another name, made durable, then renamed, so that the name never means half a file. Knows
//! no section.

use std::fs::{File, OpenOptions};
use std::io::{BufReader, BufWriter, Write};
use std::path::{Path, PathBuf};

use super::error::StreamError;
use super::{read_snapshot, write_snapshot};
use crate::migrate::state::Snapshot;

/// Why a file could not be written or read.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    /// It could not be written; what had that name before is as it was.
    #[error("`{}` cannot be written: {source}", path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// It could not be opened.
    #[error("`{}` cannot be read: {source}", path.display())]
    Open {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// It is no good.
    #[error("`{}`: {source}", path.display())]
    Stream {
        /// The file.
        path: PathBuf,
        /// Why.
        source: StreamError,
    },
}

/// Writes a capture to a file, all or nothing.
///
/// # Errors
/// The disk is full, the place cannot be written, and the like.
pub fn save(path: &Path, snapshot: &Snapshot) -> Result<(), FileError> {
    replace_file(path, |to| {
        write_snapshot(to, snapshot).map(|_| ()).map_err(|error| match error {
            StreamError::Io(error) => error,
            other => std::io::Error::other(other),
        })
    })
}

/// Reads a capture from a file.
///
/// # Errors
/// It cannot be read, or what is wrong with it.
pub fn load(path: &Path) -> Result<Snapshot, FileError> {
    let file = File::open(path).map_err(|source| FileError::Open { path: path.into(), source })?;
    read_snapshot(BufReader::with_capacity(1 << 20, file)).map_err(|source| FileError::Stream { path: path.into(), source })
}

/// Writes a file under another name in the same folder and gives it its name when it is whole and on the disk. What has that name and is
/// no file is written to as it is.
///
/// # Errors
/// What `fill` says, or the disk.
pub fn replace_file(path: &Path, fill: impl FnOnce(&mut dyn Write) -> std::io::Result<()>) -> Result<(), FileError> {
    if is_special(path) {
        return write_through(path, fill).map_err(|source| FileError::Write { path: path.into(), source });
    }
    let (folder, temporary) = beside(path);
    let written = write_and_rename(&temporary, path, folder, fill);
    if written.is_err() {
        // It may never have been made; the first error is the one to tell.
        let _ = std::fs::remove_file(&temporary);
    }
    written.map_err(|source| FileError::Write { path: path.into(), source })
}

/// Fails where [`replace_file`] could not even begin, so that a long run need not come to its end to find that out.
///
/// # Errors
/// The name is a folder's, or in its folder nothing can be made.
pub fn probe_file(path: &Path) -> Result<(), FileError> {
    let failed = |source| FileError::Write { path: path.into(), source };
    if path.is_dir() {
        return Err(failed(std::io::ErrorKind::IsADirectory.into()));
    }
    if is_special(path) {
        return Ok(());
    }
    let (_, temporary) = beside(path);
    File::create(&temporary).and_then(|_| std::fs::remove_file(&temporary)).map_err(failed)
}

/// Devices, pipes and the like, which must not become files; and links, such as /dev/stdout, which must stay links.
fn is_special(path: &Path) -> bool {
    std::fs::symlink_metadata(path).is_ok_and(|found| !found.is_file())
}

fn write_through(path: &Path, fill: impl FnOnce(&mut dyn Write) -> std::io::Result<()>) -> std::io::Result<()> {
    let file = OpenOptions::new().write(true).create(true).truncate(true).open(path)?;
    let mut buffered = BufWriter::with_capacity(1 << 20, file);
    fill(&mut buffered)?;
    buffered.flush()
}

/// The folder of a file, and the name there that its content has until it is whole.
fn beside(path: &Path) -> (&Path, PathBuf) {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    (folder, folder.join(format!(".{name}.{}.part", std::process::id())))
}

fn write_and_rename(
    temporary: &Path,
    path: &Path,
    folder: &Path,
    fill: impl FnOnce(&mut dyn Write) -> std::io::Result<()>,
) -> std::io::Result<()> {
    let file = OpenOptions::new().write(true).create(true).truncate(true).open(temporary)?;
    let mut buffered = BufWriter::with_capacity(1 << 20, file);
    fill(&mut buffered)?;
    let file = buffered.into_inner().map_err(std::io::IntoInnerError::into_error)?;
    file.sync_all()?;
    std::fs::rename(temporary, path)?;
    File::open(folder)?.sync_all()
}
