//! What can be wrong with a stream of sections. Explains no destination's refusal.

use super::{Kind, UNTAGGED, VERSION};

/// Why a stream cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum StreamError {
    /// It begins with something else.
    #[error("this is no capture of a machine: it does not begin with INVARVM")]
    NotOurs,
    /// Another version of the format.
    #[error("this capture has format version {found}, and this invar reads versions {UNTAGGED} to {VERSION}; a newer invar reads it")]
    Newer {
        /// Its version.
        found: u32,
    },
    /// An older version of the format.
    #[error("this capture has format version {found}, which this invar does not read any more")]
    Older {
        /// Its version.
        found: u32,
    },
    /// A checksum is wrong.
    #[error("the capture is damaged: the checksum of {place} is wrong")]
    Damaged {
        /// Where.
        place: Place,
    },
    /// It ends too early.
    #[error("the capture is cut off in {place}")]
    CutOff {
        /// Where.
        place: Place,
    },
    /// Something follows the last section.
    #[error("the capture goes on after its end")]
    Trailing,
    /// A section that does not belong here.
    #[error("the capture has a section of kind {found} where {expected} should be")]
    Unexpected {
        /// Its kind.
        found: u32,
        /// What could be there.
        expected: &'static str,
    },
    /// A section claims to be larger than any is.
    #[error("{place} claims to be {size} bytes long")]
    TooLarge {
        /// Where.
        place: Place,
        /// As claimed.
        size: u64,
    },
    /// What a section holds cannot be understood.
    #[error("{place} cannot be understood: {why}")]
    Content {
        /// Where.
        place: Place,
        /// Why.
        why: String,
    },
    /// The file or connection fails.
    #[error("reading or writing fails: {0}")]
    Io(#[from] std::io::Error),
}

/// A place in a stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// The stream's header.
    Header,
    /// The header of a section, by number from 0.
    SectionHeader(u64),
    /// A section.
    Section(u64, Kind),
    /// The last section, which vouches for all.
    Trailer,
}

impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Place::Header => f.write_str("its header"),
            Place::SectionHeader(number) => write!(f, "the header of section {number}"),
            Place::Section(number, kind) => write!(f, "section {number} ({kind:?})"),
            Place::Trailer => f.write_str("its trailer"),
        }
    }
}
