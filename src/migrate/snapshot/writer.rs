//! Writing sections. Knows no file.

use std::io::Write;

use serde::Serialize;

use super::error::{Place, StreamError};
use super::pages::{PageBatch, Zeros};
use super::tags::{CHUNK_TAGS, TagUpdate, encode_tags};
use super::{HEADER, Kind, MAGIC, SECTION_HEADER, SECTION_MAX, UNTAGGED, VERSION, hash};
use crate::migrate::state::{Snapshot, StreamHead};

/// Fast enough to keep up with a socket.
const LEVEL: i32 = 1;

/// A stream that is being written.
pub struct StreamWriter<W> {
    to: W,
    /// Sections so far.
    sections: u64,
    /// Their hashes.
    hashes: Vec<u8>,
    written: u64,
    compressor: zstd::bulk::Compressor<'static>,
    /// A section as it is stored.
    stored: Vec<u8>,
}

impl<W: Write> StreamWriter<W> {
    /// Begins a stream that has no Allocation Tags.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn new(to: W) -> Result<StreamWriter<W>, StreamError> {
        StreamWriter::with_version(to, UNTAGGED)
    }

    /// Begins a stream that may have [`Kind::Tags`].
    ///
    /// # Errors
    /// As [`Self::new`].
    pub fn with_tags(to: W) -> Result<StreamWriter<W>, StreamError> {
        StreamWriter::with_version(to, VERSION)
    }

    fn with_version(mut to: W, version: u32) -> Result<StreamWriter<W>, StreamError> {
        let mut header = [0; HEADER];
        header[..8].copy_from_slice(&MAGIC);
        header[8..12].copy_from_slice(&version.to_le_bytes());
        let sum = hash(0, &header[..16]);
        header[16..].copy_from_slice(&sum.to_le_bytes());
        to.write_all(&header)?;
        let compressor = zstd::bulk::Compressor::new(LEVEL)?;
        Ok(StreamWriter { to, sections: 0, hashes: Vec::new(), written: HEADER as u64, compressor, stored: Vec::new() })
    }

    /// Bytes so far.
    pub fn written(&self) -> u64 {
        self.written
    }

    /// Writes a section.
    ///
    /// # Errors
    /// When it cannot be written, or is too large.
    pub fn section(&mut self, kind: Kind, plain: &[u8]) -> Result<(), StreamError> {
        let place = Place::Section(self.sections, kind);
        if plain.len() as u64 > SECTION_MAX {
            return Err(StreamError::TooLarge { place, size: plain.len() as u64 });
        }
        self.stored.clear();
        self.stored.reserve(zstd::zstd_safe::compress_bound(plain.len()));
        self.compressor.compress_to_buffer(plain, &mut self.stored)?;
        let mut header = [0; SECTION_HEADER];
        header[..4].copy_from_slice(&(kind as u32).to_le_bytes());
        header[8..16].copy_from_slice(&self.sections.to_le_bytes());
        header[16..24].copy_from_slice(&(self.stored.len() as u64).to_le_bytes());
        header[24..32].copy_from_slice(&(plain.len() as u64).to_le_bytes());
        let head_sum = hash(self.sections, &header[..32]).to_le_bytes();
        header[32..].copy_from_slice(&head_sum);
        let sum = hash(self.sections, &self.stored).to_le_bytes();
        self.to.write_all(&header)?;
        self.to.write_all(&self.stored)?;
        self.to.write_all(&sum)?;
        self.hashes.extend(head_sum);
        self.hashes.extend(sum);
        self.sections += 1;
        self.written += (SECTION_HEADER + self.stored.len() + sum.len()) as u64;
        Ok(())
    }

    /// Writes a section of JSON.
    ///
    /// # Errors
    /// As [`Self::section`].
    pub fn json(&mut self, kind: Kind, value: &impl Serialize) -> Result<(), StreamError> {
        let place = Place::Section(self.sections, kind);
        let text = serde_json::to_vec(value).map_err(|error| StreamError::Content { place, why: error.to_string() })?;
        self.section(kind, &text)
    }

    /// Writes the pages that a batch has, and empties it.
    ///
    /// # Errors
    /// As [`Self::section`].
    pub fn pages(&mut self, batch: &mut PageBatch) -> Result<(), StreamError> {
        batch.take(|content| self.section(Kind::Memory, content))
    }

    /// Writes Allocation Tags.
    ///
    /// # Errors
    /// As [`Self::section`].
    pub fn tags(&mut self, pages: &[TagUpdate<'_>]) -> Result<(), StreamError> {
        pages.chunks(CHUNK_TAGS).try_for_each(|chunk| self.section(Kind::Tags, &encode_tags(chunk)))
    }

    /// Writes the trailer.
    ///
    /// # Errors
    /// As [`Self::section`].
    pub fn end(&mut self) -> Result<(), StreamError> {
        let mut trailer = self.sections.to_le_bytes().to_vec();
        trailer.extend(hash(self.sections, &self.hashes).to_le_bytes());
        self.section(Kind::End, &trailer)?;
        self.flush()
    }

    /// Sends what waits.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn flush(&mut self) -> Result<(), StreamError> {
        Ok(self.to.flush()?)
    }

    /// What it writes to.
    pub fn into_inner(self) -> W {
        self.to
    }
}

/// Writes a whole capture.
///
/// # Errors
/// When it cannot be written.
pub fn write_snapshot<W: Write>(to: W, snapshot: &Snapshot) -> Result<W, StreamError> {
    let tagged = snapshot.machine.mte || !snapshot.memory.tags.is_empty();
    let mut stream = if tagged { StreamWriter::with_tags(to)? } else { StreamWriter::new(to)? };
    stream.json(Kind::Machine, &StreamHead::of(snapshot))?;
    let mut batch = PageBatch::default();
    for (&address, page) in &snapshot.memory.pages {
        batch.add(address, page, Zeros::Known);
        if batch.is_full() {
            stream.pages(&mut batch)?;
        }
    }
    stream.pages(&mut batch)?;
    let tags: Vec<_> = snapshot.memory.tags.iter().map(|(&address, tags)| TagUpdate { address, tags: Some(tags) }).collect();
    stream.tags(&tags)?;
    stream.json(Kind::State, snapshot)?;
    stream.end()?;
    Ok(stream.into_inner())
}
