//! How a captured machine is stored: sections with checksums, in a file that is there whole or not at all. `docs/snapshot.md`
//! describes the format. What a section says about a machine is not judged here.

mod error;
mod file;
mod pages;
mod reader;
mod tags;
mod writer;

pub use error::StreamError;
pub use file::{FileError, load, probe_file, replace_file, save};
pub use pages::{CHUNK_PAGES, PageBatch, Zeros, decode_pages};
pub use reader::{Section, StreamReader, read_snapshot};
pub use tags::{CHUNK_TAGS, TagUpdate, decode_tags, encode_tags};
pub use writer::{StreamWriter, write_snapshot};

/// What every stream begins with.
pub const MAGIC: [u8; 8] = *b"INVARVM\n";
/// The newest version of this format. A reader takes the versions up to its own that it knows.
pub const VERSION: u32 = 2;
/// The version of a stream of a machine without Allocation Tags.
const UNTAGGED: u32 = 1;
/// A section is never larger, stored or not.
pub const SECTION_MAX: u64 = 64 << 20;
/// Bytes of the stream's header: magic, version, a reserved word and their hash.
const HEADER: usize = 24;
/// Bytes of a section's header: kind, reserved, number, stored length, plain length and their hash.
const SECTION_HEADER: usize = 40;

/// What a section holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u32)]
pub enum Kind {
    /// JSON: host, machine, and the features of each vCPU. Always the first section.
    Machine = 1,
    /// Pages of RAM.
    Memory = 2,
    /// JSON: a pre-copy round is over.
    Round = 3,
    /// JSON: everything else.
    State = 4,
    /// Allocation Tags of pages; from version 2 on.
    Tags = 6,
    /// The number of sections before it, and the hash over their hashes. Always the last section.
    End = 5,
    /// From a destination: it can make the machine.
    Accepted = 16,
    /// From a destination, JSON: it cannot take the guest, and why.
    Refused = 17,
    /// From a destination: the guest is its own from now on.
    Running = 18,
    /// From a destination: every page of a round is in its place.
    Taken = 19,
}

impl Kind {
    const ALL: [Kind; 10] = [
        Kind::Machine,
        Kind::Memory,
        Kind::Round,
        Kind::State,
        Kind::End,
        Kind::Tags,
        Kind::Accepted,
        Kind::Refused,
        Kind::Running,
        Kind::Taken,
    ];

    fn from_number(number: u32, version: u32) -> Option<Kind> {
        let known = |kind: &Kind| *kind as u32 == number && (*kind != Kind::Tags || version > UNTAGGED);
        Kind::ALL.into_iter().find(known)
    }
}

/// The hash of a stored piece, which also depends on its place.
fn hash(place: u64, bytes: &[u8]) -> u64 {
    xxhash_rust::xxh3::xxh3_64_with_seed(bytes, place)
}
