//! The plan: what bytes go where, and how the boot CPU starts. It says nothing about how memory is written.

use std::borrow::Cow;
use std::ops::Range;

use crate::{LoadError, Symbols};

/// What the caller knows beside the file itself.
#[derive(Clone, Debug)]
pub struct Options<'a> {
    /// Guest physical RAM; one contiguous range, as on the `virt` board.
    pub ram: Range<u64>,
    /// Where a raw binary goes; moves an `Image` or a position-independent ELF.
    pub load_addr: Option<u64>,
    /// Replaces the file's own entry point.
    pub entry: Option<u64>,
    /// Initial RAM disk.
    pub initrd: Option<&'a [u8]>,
    /// A finished device tree blob.
    pub dtb: Option<&'a [u8]>,
}

impl Options<'_> {
    /// Options with nothing but RAM.
    #[must_use]
    pub fn new(ram: Range<u64>) -> Self {
        Self { ram, load_addr: None, entry: None, initrd: None, dtb: None }
    }
}

/// What kind of file the plan came from; decides the initial registers and where the DTB may go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Bare-metal ELF64.
    Elf,
    /// Linux arm64 `Image` (or any flat file with that header).
    LinuxImage,
    /// Bytes at the address the user gave.
    Raw,
}

/// What a segment is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Part of the guest program.
    Image,
    /// The initial RAM disk.
    Initrd,
    /// The device tree blob.
    Dtb,
}

/// Bytes at a guest physical address, followed by zeros up to `mem_size`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Segment<'a> {
    pub role: Role,
    pub gpa: u64,
    pub bytes: Cow<'a, [u8]>,
    /// Never smaller than `bytes`; the tail is zero.
    pub mem_size: u64,
}

impl<'a> Segment<'a> {
    pub(crate) fn new(role: Role, gpa: u64, bytes: impl Into<Cow<'a, [u8]>>) -> Self {
        let bytes = bytes.into();
        let mem_size = bytes.len() as u64;
        Self { role, gpa, bytes, mem_size }
    }

    /// The segment's extent; saturates, though [`crate::load`] has refused segments that wrap.
    #[must_use]
    pub fn range(&self) -> Range<u64> {
        self.gpa..self.gpa.saturating_add(self.mem_size)
    }
}

/// The boot CPU's first program counter and x0 to x3; every other register has its reset value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InitialRegisters {
    pub pc: u64,
    pub x: [u64; 4],
}

/// Everything that must be true of guest memory and the boot CPU before its first instruction.
#[derive(Clone, Debug)]
pub struct Plan<'a> {
    pub kind: Kind,
    pub entry: u64,
    /// Sorted by address, not overlapping, inside RAM.
    pub segments: Vec<Segment<'a>>,
    pub ram: Range<u64>,
    /// Where the initrd went.
    pub initrd: Option<Range<u64>>,
    /// Where the DTB went; `None` until placed, and for an ELF that leaves no room for it.
    pub dtb: Option<u64>,
    /// Names for addresses, for traces.
    pub symbols: Symbols,
    /// Oddities that do not stop the load, one sentence each, for the caller to show.
    pub notes: Vec<String>,
}

impl<'a> Plan<'a> {
    pub(crate) fn new(kind: Kind, options: &Options<'a>) -> Self {
        Self {
            kind,
            entry: 0,
            segments: Vec::new(),
            ram: options.ram.clone(),
            initrd: None,
            dtb: None,
            symbols: Symbols::default(),
            notes: Vec::new(),
        }
    }

    pub(crate) fn push(&mut self, segment: Segment<'a>) {
        let at = self.segments.partition_point(|s| s.gpa <= segment.gpa);
        self.segments.insert(at, segment);
    }

    /// How the boot CPU starts.
    ///
    /// The Linux boot protocol (Documentation/arch/arm64/booting.rst) puts the DTB's address in x0 and zero in x1 to x3.
    /// QEMU's `virt` does that for everything but an ELF, which starts with x0 = 0 and looks for the DTB at the start of
    /// RAM (measured with qemu-system-aarch64 7.2: x0 to x3 and sp are zero for ELF files at any address).
    #[must_use]
    pub fn registers(&self) -> InitialRegisters {
        let x0 = match self.kind {
            Kind::Elf => 0,
            Kind::LinuxImage | Kind::Raw => self.dtb.unwrap_or(0),
        };
        InitialRegisters { pc: self.entry, x: [x0, 0, 0, 0] }
    }

    /// The rules every format shares: no wrap, inside RAM, no overlap, an entry that can be fetched.
    pub(crate) fn check(&self) -> Result<(), LoadError> {
        for segment in &self.segments {
            self.check_segment(segment)?;
        }
        for (low, high) in self.segments.iter().zip(self.segments.iter().skip(1)) {
            if low.range().end > high.gpa {
                return Err(LoadError::SegmentsOverlap { first: low.range().into(), second: high.range().into() });
            }
        }
        self.check_entry()
    }

    fn check_segment(&self, segment: &Segment<'_>) -> Result<(), LoadError> {
        let ram_size = self.ram.end - self.ram.start;
        if segment.gpa.checked_add(segment.mem_size).is_none() {
            return Err(LoadError::SegmentWraps { address: segment.gpa, size: segment.mem_size });
        }
        if segment.mem_size > ram_size {
            return Err(LoadError::ImageTooLarge { size: segment.mem_size, ram_size });
        }
        if segment.gpa < self.ram.start || segment.range().end > self.ram.end {
            return Err(LoadError::SegmentOutsideRam { segment: segment.range().into(), ram: self.ram.clone().into() });
        }
        Ok(())
    }

    fn check_entry(&self) -> Result<(), LoadError> {
        if !self.segments.iter().any(|s| s.range().contains(&self.entry)) {
            let low = self.segments.first().map_or(0, |s| s.gpa);
            let high = self.segments.last().map_or(0, |s| s.range().end);
            return Err(LoadError::EntryOutsideImage { entry: self.entry, image: (low..high).into() });
        }
        if !self.entry.is_multiple_of(4) {
            return Err(LoadError::EntryMisaligned { entry: self.entry });
        }
        Ok(())
    }
}
