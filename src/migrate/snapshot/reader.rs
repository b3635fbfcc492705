//! Reading sections; nothing is handed out before its checksum is right. Foreign data: no length is believed further than a
//! section may be long. Restores nothing.

use std::io::{ErrorKind, Read};

use serde::de::DeserializeOwned;

use super::error::{Place, StreamError};
use super::pages::decode_pages;
use super::tags::decode_tags;
use super::{HEADER, Kind, MAGIC, SECTION_HEADER, SECTION_MAX, UNTAGGED, VERSION, hash};
use crate::migrate::state::{Memory, PAGE_SIZE, Snapshot, StreamHead, TAG_BYTES};

/// A section that was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Section {
    /// What it holds.
    pub kind: Kind,
    /// Its number, from 0.
    pub number: u64,
    /// Its content.
    pub plain: Vec<u8>,
}

impl Section {
    /// Its content as JSON.
    ///
    /// # Errors
    /// It is none, or of something else.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T, StreamError> {
        serde_json::from_slice(&self.plain).map_err(|error| self.wrong(error.to_string()))
    }

    /// An error about its content.
    pub fn wrong(&self, why: impl Into<String>) -> StreamError {
        StreamError::Content { place: Place::Section(self.number, self.kind), why: why.into() }
    }

    /// An error about its kind.
    pub fn unexpected(&self, expected: &'static str) -> StreamError {
        StreamError::Unexpected { found: self.kind as u32, expected }
    }
}

/// A stream that is being read.
pub struct StreamReader<R> {
    from: R,
    version: u32,
    sections: u64,
    hashes: Vec<u8>,
    decompressor: zstd::bulk::Decompressor<'static>,
    /// A section as it is stored.
    stored: Vec<u8>,
}

fn number(bytes: &[u8]) -> u64 {
    bytes.iter().rev().fold(0, |value, &byte| value << 8 | u64::from(byte))
}

fn read_exact(from: &mut impl Read, buffer: &mut [u8], place: Place) -> Result<(), StreamError> {
    from.read_exact(buffer).map_err(|error| match error.kind() {
        ErrorKind::UnexpectedEof => StreamError::CutOff { place },
        _ => StreamError::Io(error),
    })
}

impl<R: Read> StreamReader<R> {
    /// Reads a stream's header.
    ///
    /// # Errors
    /// It is none, damaged, or of another version.
    pub fn new(mut from: R) -> Result<StreamReader<R>, StreamError> {
        let mut header = [0; HEADER];
        read_exact(&mut from, &mut header[..8], Place::Header)?;
        if header[..8] != MAGIC {
            return Err(StreamError::NotOurs);
        }
        read_exact(&mut from, &mut header[8..], Place::Header)?;
        if number(&header[16..]) != hash(0, &header[..16]) {
            return Err(StreamError::Damaged { place: Place::Header });
        }
        match number(&header[8..12]) as u32 {
            version @ UNTAGGED..=VERSION => {
                let decompressor = zstd::bulk::Decompressor::new()?;
                Ok(StreamReader { from, version, sections: 0, hashes: Vec::new(), decompressor, stored: Vec::new() })
            }
            found if found > VERSION => Err(StreamError::Newer { found }),
            found => Err(StreamError::Older { found }),
        }
    }

    /// The next section. The last one is only handed out when it vouches for all before it.
    ///
    /// # Errors
    /// It is damaged, cut off, or not what a stream can have.
    pub fn next_section(&mut self) -> Result<Section, StreamError> {
        let place = Place::SectionHeader(self.sections);
        let mut header = [0; SECTION_HEADER];
        read_exact(&mut self.from, &mut header, place)?;
        let head_sum = &header[32..];
        if number(head_sum) != hash(self.sections, &header[..32]) || number(&header[8..16]) != self.sections {
            return Err(StreamError::Damaged { place });
        }
        let found = number(&header[..4]) as u32;
        let kind = Kind::from_number(found, self.version).filter(|_| number(&header[4..8]) == 0);
        let kind = kind.ok_or(StreamError::Unexpected { found, expected: "one of a known kind" })?;
        let place = Place::Section(self.sections, kind);
        let (stored, plain) = (number(&header[16..24]), number(&header[24..32]));
        if let Some(&size) = [stored, plain].iter().find(|size| **size > SECTION_MAX + 4096) {
            return Err(StreamError::TooLarge { place, size });
        }
        let plain = self.content(place, stored as usize, plain as usize, head_sum)?;
        let section = Section { kind, number: self.sections, plain };
        self.sections += 1;
        Ok(section)
    }

    fn content(&mut self, place: Place, stored: usize, plain: usize, head_sum: &[u8]) -> Result<Vec<u8>, StreamError> {
        // Grows as bytes come: a length alone takes no memory.
        self.stored.clear();
        self.from.by_ref().take(stored as u64).read_to_end(&mut self.stored)?;
        if self.stored.len() < stored {
            return Err(StreamError::CutOff { place });
        }
        let mut sum = [0; 8];
        read_exact(&mut self.from, &mut sum, place)?;
        if number(&sum) != hash(self.sections, &self.stored) {
            return Err(StreamError::Damaged { place });
        }
        let content =
            self.decompressor.decompress(&self.stored, plain).map_err(|error| StreamError::Content { place, why: error.to_string() })?;
        if content.len() != plain {
            return Err(StreamError::Content { place, why: "it is shorter than it says".into() });
        }
        if let Place::Section(_, Kind::End) = place {
            self.check_trailer(&content)?;
        }
        self.hashes.extend(head_sum);
        self.hashes.extend(sum);
        Ok(content)
    }

    fn check_trailer(&self, trailer: &[u8]) -> Result<(), StreamError> {
        let mut expected = self.sections.to_le_bytes().to_vec();
        expected.extend(hash(self.sections, &self.hashes).to_le_bytes());
        if trailer == expected { Ok(()) } else { Err(StreamError::Damaged { place: Place::Trailer }) }
    }

    /// Nothing may follow the last section of a file.
    ///
    /// # Errors
    /// Something does.
    pub fn finish(mut self) -> Result<(), StreamError> {
        match self.from.read(&mut [0])? {
            0 => Ok(()),
            _ => Err(StreamError::Trailing),
        }
    }
}

/// Reads a whole capture from a file.
///
/// # Errors
/// Whatever is wrong with it.
pub fn read_snapshot(from: impl Read) -> Result<Snapshot, StreamError> {
    let mut stream = StreamReader::new(from)?;
    let first = stream.next_section()?;
    if first.kind != Kind::Machine {
        return Err(first.unexpected("the machine"));
    }
    let head: StreamHead = first.json()?;
    let mut memory = Memory::default();
    let mut snapshot = loop {
        let section = stream.next_section()?;
        match section.kind {
            Kind::Memory => read_pages(&section, &mut memory)?,
            Kind::Tags => read_tags(&section, &mut memory)?,
            Kind::State => break section.json::<Snapshot>()?,
            _ => return Err(section.unexpected("memory or state")),
        }
    };
    if StreamHead::of(&snapshot) != head {
        return Err(first.wrong("it describes another machine than the state does"));
    }
    let last = stream.next_section()?;
    if last.kind != Kind::End {
        return Err(last.unexpected("the end"));
    }
    stream.finish()?;
    snapshot.memory = memory;
    Ok(snapshot)
}

/// In a file, unlike in a stream of a guest that runs meanwhile, nothing is told twice.
fn once<T>(earlier: Option<&T>, address: u64) -> Result<(), String> {
    if earlier.is_some() { Err(format!("the page at {address:#x} is there twice")) } else { Ok(()) }
}

fn read_tags(section: &Section, memory: &mut Memory) -> Result<(), StreamError> {
    let take = |address, tags: Option<_>| once(memory.tags.insert(address, tags.unwrap_or([0; TAG_BYTES])).as_ref(), address);
    decode_tags(&section.plain, take).map_err(|why| section.wrong(why))
}

fn read_pages(section: &Section, memory: &mut Memory) -> Result<(), StreamError> {
    let take = |address, page: Option<&[u8; PAGE_SIZE]>| {
        let page = page.map_or_else(|| Box::new([0; PAGE_SIZE]), |page| Box::new(*page));
        once(memory.pages.insert(address, page).as_ref(), address)
    };
    decode_pages(&section.plain, take).map_err(|why| section.wrong(why))
}
