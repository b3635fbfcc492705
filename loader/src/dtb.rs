//! Reads a flattened device tree blob (Devicetree Specification 0.4, chapter 5) into a tree, checking every offset. It does
//! not know what any node means and does not write blobs.

use std::fmt;

const MAGIC: u32 = 0xd00d_feed;
const HEADER_SIZE: usize = 40;
/// Version 17 is the current one; a reader of 17 understands 16, and newer blobs name the oldest version they fit.
const VERSION: u32 = 17;
const OLDEST_VERSION: u32 = 16;
/// Deeper trees are refused: no real one comes close, and it bounds recursion (also in dropping the tree).
const DEPTH_MAX: usize = 64;
/// Bound on node and property names; the specification says 31, firmware exceeds that, nothing exceeds this.
const NAME_MAX: usize = 256;

const BEGIN_NODE: u32 = 1;
const END_NODE: u32 = 2;
const PROP: u32 = 3;
const NOP: u32 = 4;
const END: u32 = 9;

/// What is wrong with a blob.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DtbError {
    #[error("it has {len:#x} bytes, less than its 0x28-byte header")]
    TooShort { len: usize },
    #[error("it starts with {found:#010x}, not with the magic 0xd00dfeed")]
    BadMagic { found: u32 },
    #[error("its header says {total_size:#x} bytes, the file has {len:#x}")]
    Truncated { total_size: u32, len: usize },
    #[error("its header says {total_size:#x} bytes, less than the header itself")]
    TotalSize { total_size: u32 },
    #[error("it has version {version}, compatible with {last_compatible}; this reader knows 16 and 17")]
    Version { version: u32, last_compatible: u32 },
    #[error("its {block} block ({offset:#x}, {size:#x} bytes) is not inside of its {total_size:#x} bytes")]
    BlockOutside { block: Block, offset: u32, size: u32, total_size: u32 },
    #[error("its {block} block starts at {offset:#x}, which is not a multiple of {align}")]
    BlockMisaligned { block: Block, offset: u32, align: u32 },
    #[error("its memory reservation block has no end")]
    ReservationsUnterminated,
    #[error("its structure block ends in the middle of a token at {offset:#x}")]
    StructureTruncated { offset: usize },
    #[error("it has the unknown token {token:#x} at {offset:#x} of its structure block")]
    UnknownToken { token: u32, offset: usize },
    #[error("a token at {offset:#x} of its structure block is out of place")]
    UnexpectedToken { offset: usize },
    #[error("its nodes are nested more than 64 deep at {offset:#x} of its structure block")]
    TooDeep { offset: usize },
    #[error("a name at {offset:#x} of its {block} block is not text of less than 256 bytes ending in NUL")]
    BadName { block: Block, offset: usize },
    #[error("it has no root node")]
    NoRoot,
}

/// A block of the blob.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Block {
    Structure,
    Strings,
    Reservations,
}

impl fmt::Display for Block {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Structure => "structure",
            Self::Strings => "strings",
            Self::Reservations => "memory reservation",
        })
    }
}

/// A node with its properties in the blob's order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Node<'a> {
    pub name: &'a str,
    pub properties: Vec<(&'a str, &'a [u8])>,
    pub children: Vec<Node<'a>>,
}

/// A valid blob.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fdt<'a> {
    total_size: u32,
    boot_cpuid: u32,
    reservations: Vec<(u64, u64)>,
    root: Node<'a>,
}

impl<'a> Node<'a> {
    /// The value of a property.
    #[must_use]
    pub fn property(&self, name: &str) -> Option<&'a [u8]> {
        self.properties.iter().find(|(known, _)| *known == name).map(|(_, value)| *value)
    }

    /// A property as big-endian cells; `None` if absent or not a whole number of cells.
    #[must_use]
    pub fn cells(&self, name: &str) -> Option<Vec<u32>> {
        let value = self.property(name)?;
        let (cells, rest) = value.as_chunks::<4>();
        rest.is_empty().then(|| cells.iter().map(|cell| u32::from_be_bytes(*cell)).collect())
    }

    /// A property as NUL-separated strings.
    #[must_use]
    pub fn strings(&self, name: &str) -> Option<Vec<&'a str>> {
        let value = std::str::from_utf8(self.property(name)?).ok()?;
        Some(value.strip_suffix('\0')?.split('\0').collect())
    }

    /// A direct child by its full name, or by its name without unit address when that is unique enough to be first.
    #[must_use]
    pub fn child(&self, name: &str) -> Option<&Self> {
        let bare = |node: &&Self| node.name.split('@').next() == Some(name);
        self.children.iter().find(|node| node.name == name).or_else(|| self.children.iter().find(bare))
    }
}

impl<'a> Fdt<'a> {
    /// Validates the header and walks the whole structure block.
    ///
    /// # Errors
    /// One [`DtbError`] for each way a blob can be bad.
    pub fn parse(blob: &'a [u8]) -> Result<Self, DtbError> {
        let header = Header::read(blob)?;
        let reservations = header.reservations(blob)?;
        let mut walk = Walk { structure: header.structure(blob)?, strings: header.strings(blob)?, at: 0 };
        let root = walk.tree()?;
        Ok(Self { total_size: header.total_size, boot_cpuid: header.boot_cpuid, reservations, root })
    }

    /// The size that the header states, which may be less than the file's.
    #[must_use]
    pub fn total_size(&self) -> u64 {
        u64::from(self.total_size)
    }

    /// `boot_cpuid_phys` of the header.
    #[must_use]
    pub fn boot_cpuid(&self) -> u32 {
        self.boot_cpuid
    }

    /// Memory reservations: address and size.
    #[must_use]
    pub fn reservations(&self) -> &[(u64, u64)] {
        &self.reservations
    }

    #[must_use]
    pub fn root(&self) -> &Node<'a> {
        &self.root
    }

    /// A node by its path, such as `/cpus/cpu@0`; unit addresses may be left away.
    #[must_use]
    pub fn node(&self, path: &str) -> Option<&Node<'a>> {
        let mut parts = path.split('/').filter(|part| !part.is_empty());
        parts.try_fold(&self.root, |node, part| node.child(part))
    }
}

struct Header {
    total_size: u32,
    off_struct: u32,
    size_struct: u32,
    off_strings: u32,
    size_strings: u32,
    off_reservations: u32,
    boot_cpuid: u32,
}

fn be32(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..at.checked_add(4)?)?.try_into().ok().map(u32::from_be_bytes)
}

fn be64(bytes: &[u8], at: usize) -> Option<u64> {
    bytes.get(at..at.checked_add(8)?)?.try_into().ok().map(u64::from_be_bytes)
}

impl Header {
    fn read(blob: &[u8]) -> Result<Self, DtbError> {
        let len = blob.len();
        let field = |index: usize| be32(blob, index * 4).ok_or(DtbError::TooShort { len });
        let found = field(0)?;
        if found != MAGIC {
            return Err(DtbError::BadMagic { found });
        }
        if len < HEADER_SIZE {
            return Err(DtbError::TooShort { len });
        }
        let total_size = field(1)?;
        let (version, last_compatible) = (field(5)?, field(6)?);
        if version < OLDEST_VERSION || last_compatible > VERSION {
            return Err(DtbError::Version { version, last_compatible });
        }
        if (total_size as usize) < HEADER_SIZE {
            return Err(DtbError::TotalSize { total_size });
        }
        if total_size as usize > len {
            return Err(DtbError::Truncated { total_size, len });
        }
        let off_struct = field(2)?;
        // Version 16 has no size_dt_struct: the block then ends where its END token is.
        let size_struct = if version >= VERSION { field(9)? } else { total_size.saturating_sub(off_struct) };
        Ok(Self {
            total_size,
            off_struct,
            size_struct,
            off_strings: field(3)?,
            size_strings: field(8)?,
            off_reservations: field(4)?,
            boot_cpuid: field(7)?,
        })
    }

    fn block<'a>(&self, blob: &'a [u8], block: Block, offset: u32, size: u32) -> Result<&'a [u8], DtbError> {
        let total_size = self.total_size;
        let align = match block {
            Block::Structure => 4,
            Block::Strings => 1,
            Block::Reservations => 8,
        };
        if !offset.is_multiple_of(align) {
            return Err(DtbError::BlockMisaligned { block, offset, align });
        }
        let outside = DtbError::BlockOutside { block, offset, size, total_size };
        let end = offset.checked_add(size).filter(|end| *end <= total_size).ok_or(outside)?;
        if (offset as usize) < HEADER_SIZE {
            return Err(outside);
        }
        blob.get(offset as usize..end as usize).ok_or(outside)
    }

    fn structure<'a>(&self, blob: &'a [u8]) -> Result<&'a [u8], DtbError> {
        self.block(blob, Block::Structure, self.off_struct, self.size_struct)
    }

    fn strings<'a>(&self, blob: &'a [u8]) -> Result<&'a [u8], DtbError> {
        self.block(blob, Block::Strings, self.off_strings, self.size_strings)
    }

    fn reservations(&self, blob: &[u8]) -> Result<Vec<(u64, u64)>, DtbError> {
        let size = self.total_size.saturating_sub(self.off_reservations);
        let block = self.block(blob, Block::Reservations, self.off_reservations, size)?;
        let mut found = Vec::new();
        for at in (0..).step_by(16) {
            let pair = be64(block, at).zip(be64(block, at + 8));
            match pair.ok_or(DtbError::ReservationsUnterminated)? {
                (0, 0) => break,
                pair => found.push(pair),
            }
        }
        Ok(found)
    }
}

struct Walk<'a> {
    structure: &'a [u8],
    strings: &'a [u8],
    at: usize,
}

impl<'a> Walk<'a> {
    /// The next token that is not NOP, and where it was.
    fn token(&mut self) -> Result<(u32, usize), DtbError> {
        loop {
            let offset = self.at;
            let token = be32(self.structure, offset).ok_or(DtbError::StructureTruncated { offset })?;
            self.at += 4;
            if token != NOP {
                return Ok((token, offset));
            }
        }
    }

    fn tree(&mut self) -> Result<Node<'a>, DtbError> {
        let (token, _) = self.token()?;
        if token != BEGIN_NODE {
            return Err(DtbError::NoRoot);
        }
        let root = self.node(0)?;
        match self.token()? {
            (END, _) => Ok(root),
            (_, offset) => Err(DtbError::UnexpectedToken { offset }),
        }
    }

    /// The rest of a node whose BEGIN_NODE was just read.
    fn node(&mut self, depth: usize) -> Result<Node<'a>, DtbError> {
        if depth >= DEPTH_MAX {
            return Err(DtbError::TooDeep { offset: self.at });
        }
        let name = name_at(self.structure, self.at, Block::Structure)?;
        self.advance(name.len() + 1);
        let mut node = Node { name, properties: Vec::new(), children: Vec::new() };
        loop {
            match self.token()? {
                (BEGIN_NODE, _) => node.children.push(self.node(depth + 1)?),
                (END_NODE, _) => return Ok(node),
                // "All property definitions come before subnodes" (5.4.2).
                (PROP, offset) if !node.children.is_empty() => {
                    return Err(DtbError::UnexpectedToken { offset });
                }
                (PROP, _) => node.properties.push(self.property()?),
                (END, offset) => return Err(DtbError::UnexpectedToken { offset }),
                (token, offset) => return Err(DtbError::UnknownToken { token, offset }),
            }
        }
    }

    fn property(&mut self) -> Result<(&'a str, &'a [u8]), DtbError> {
        let offset = self.at;
        let truncated = DtbError::StructureTruncated { offset };
        let len = be32(self.structure, offset).ok_or(truncated)? as usize;
        let name = be32(self.structure, offset + 4).ok_or(truncated)? as usize;
        let start = offset + 8;
        let end = start.checked_add(len).ok_or(truncated)?;
        let value = self.structure.get(start..end).ok_or(truncated)?;
        self.at = start;
        self.advance(len);
        Ok((name_at(self.strings, name, Block::Strings)?, value))
    }

    /// Past `len` bytes and their padding; lengths are bounded by the block, so this cannot overflow.
    fn advance(&mut self, len: usize) {
        self.at += len.next_multiple_of(4);
    }
}

fn name_at(block_bytes: &[u8], offset: usize, block: Block) -> Result<&str, DtbError> {
    let bad = DtbError::BadName { block, offset };
    let rest = block_bytes.get(offset..).ok_or(bad)?;
    let bounded = rest.get(..NAME_MAX).unwrap_or(rest);
    let end = bounded.iter().position(|b| *b == 0).ok_or(bad)?;
    let name = bounded.get(..end).ok_or(bad)?;
    std::str::from_utf8(name).map_err(|_| bad)
}
