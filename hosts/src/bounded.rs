//! Files that people name, read up to a bound: a device without an end must not take all memory. Knows no content.

use std::fs::File;
use std::io::{Error, ErrorKind, Read, Result};
use std::path::Path;

/// Bytes of a text or a device tree: far more than any has.
pub const TEXT_MAX: u64 = 16 << 20;

/// Reads a file of at most `most` bytes.
///
/// # Errors
/// It is larger, or cannot be read.
pub fn read_file(path: &Path, most: u64) -> Result<Vec<u8>> {
    read(File::open(path)?, most)
}

/// Reads a text of at most [`TEXT_MAX`] bytes.
///
/// # Errors
/// It is larger, no text, or cannot be read.
pub fn read_text(path: &Path) -> Result<String> {
    text(File::open(path)?)
}

/// The same of what is open already.
///
/// # Errors
/// As [`read_text`].
pub fn text(from: impl Read) -> Result<String> {
    String::from_utf8(read(from, TEXT_MAX)?).map_err(|error| Error::new(ErrorKind::InvalidData, error))
}

fn read(from: impl Read, most: u64) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    from.take(most.saturating_add(1)).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > most {
        return Err(Error::new(ErrorKind::FileTooLarge, format!("it has more than {} MiB, which is too much", most >> 20)));
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_more_than_the_bound() {
        assert_eq!(read(&[0; 8][..], 8).expect("it fits"), [0; 8]);
        assert_eq!(read(&[0; 9][..], 8).expect_err("a byte too many").kind(), ErrorKind::FileTooLarge);
        assert!(read_text(Path::new("/dev/zero")).expect_err("it has no end").to_string().contains("16 MiB"));
    }
}
