//! Reading: SYS_READ of files and of the console, and SYS_READC. Console input that is not there yet makes the call wait; the
//! waiting itself is the caller's.

use rustix::io::Errno;

use super::files::Open;
use super::parameters::{Block, CHUNK};
use super::{FAILED, Host, Reply, Semihosting};

impl Semihosting {
    /// SYS_READ: handle, buffer, length. The result is how many bytes were not read; all of them at the end of the file.
    pub(super) fn read(&mut self, block: &Block, host: &dyn Host) -> Result<Reply, Errno> {
        let (handle, address, length) = (block.field(0)?, block.field(1)?, block.field(2)?);
        match self.files.get(handle)? {
            Open::Input => read_console(block, address, length, host),
            open => {
                let (done, failure) = read_file(open, block, address, length);
                self.errno = failure.map_or(self.errno, Errno::raw_os_error);
                Ok(Reply::Result(length - done))
            }
        }
    }

    /// SYS_READC: a byte of console input. The specification knows no end of input; it is told as a failure.
    pub(super) fn read_character(&mut self, host: &dyn Host) -> Result<Reply, Errno> {
        match host.take_input(1).first() {
            Some(&byte) => Ok(Reply::Result(byte.into())),
            None if host.input_ended() => Ok(Reply::Result(FAILED)),
            None => Ok(Reply::Wait),
        }
    }
}

/// What waits, up to `length`; a call for nothing, and the end of the input, do not wait.
fn read_console(block: &Block, address: u64, length: u64, host: &dyn Host) -> Result<Reply, Errno> {
    if length == 0 {
        return Ok(Reply::Result(0));
    }
    let bytes = host.take_input(length.min(CHUNK as u64) as usize);
    if bytes.is_empty() {
        return Ok(if host.input_ended() { Reply::Result(length) } else { Reply::Wait });
    }
    block.guest().write(address, &bytes)?;
    Ok(Reply::Result(length - bytes.len() as u64))
}

/// Reads until `length`, the end, or a failure; how far it came is what counts.
fn read_file(open: &mut Open, block: &Block, address: u64, length: u64) -> (u64, Option<Errno>) {
    let mut buffer = vec![0; length.min(CHUNK as u64) as usize];
    let mut done = 0;
    while done < length {
        let wanted = (length - done).min(CHUNK as u64) as usize;
        let part = buffer.get_mut(..wanted).unwrap_or_default();
        let count = match open.read(part) {
            Ok(0) => break,
            Ok(count) => count,
            Err(Errno::INTR) => continue,
            Err(errno) => return (done, Some(errno)),
        };
        if let Err(errno) = block.guest().write(address.wrapping_add(done), part.get(..count).unwrap_or_default()) {
            return (done, Some(errno));
        }
        done += count as u64;
    }
    (done, None)
}
