//! Where the initrd and the device tree blob go. It follows the arm64 boot rules (booting.rst) and, where those leave a
//! choice, the addresses that QEMU's `virt` board gives; it does not edit the tree.

use std::borrow::Cow;
use std::ops::Range;

use crate::{Fdt, Kind, LoadError, Plan, Role, Segment};

const MIB: u64 = 1 << 20;
const PAGE: u64 = 0x1000;
/// booting.rst: the DTB "must not exceed 2 megabytes in size".
pub const DTB_MAX_SIZE: u64 = 2 * MIB;
/// Early kernels map the DTB by whole 2 MiB blocks, so it gets one of its own while there is room.
const DTB_ALIGN: u64 = 2 * MIB;
/// QEMU puts the initrd here (from the start of RAM), or in the middle of RAM if that is lower: high enough for a kernel to
/// grow below it, low enough to be in every kernel's reach.
const INITRD_OFFSET: u64 = 128 * MIB;

impl<'a> Plan<'a> {
    /// Places the initrd, page-aligned, at QEMU's address or at the next free one.
    ///
    /// # Errors
    /// When it is empty or there is no room.
    pub fn place_initrd(&mut self, initrd: impl Into<Cow<'a, [u8]>>) -> Result<Range<u64>, LoadError> {
        let initrd = initrd.into();
        let size = initrd.len() as u64;
        if size == 0 {
            return Err(LoadError::InitrdEmpty);
        }
        let no_room = || LoadError::InitrdDoesNotFit { size, ram: self.ram.clone().into() };
        let at = self.room(self.preferred_initrd(), size, PAGE).ok_or_else(no_room)?;
        self.push(Segment::new(Role::Initrd, at, initrd));
        let range = at..at + size;
        self.initrd = Some(range.clone());
        Ok(range)
    }

    /// Validates and places the device tree blob.
    ///
    /// For an `Image` or a raw binary it follows the initrd, 2 MiB-aligned. For an ELF it goes to the start of RAM, where
    /// bare-metal programs for this board look for it, if it fits below the first segment; otherwise it is not placed, as
    /// the program owns that memory, and the answer is `None`; a caller whose user gave the blob should say so.
    ///
    /// # Errors
    /// When the blob is malformed, too large, or there is no room.
    pub fn place_dtb(&mut self, dtb: impl Into<Cow<'a, [u8]>>) -> Result<Option<u64>, LoadError> {
        let dtb = dtb.into();
        if let Some(at) = self.dtb {
            return Err(LoadError::DtbTwice { at });
        }
        let size = Fdt::parse(&dtb)?.total_size();
        if size > DTB_MAX_SIZE {
            return Err(LoadError::DtbTooLarge { size, max: DTB_MAX_SIZE });
        }
        let at = match self.kind {
            Kind::Elf => self.room_at_start(size),
            Kind::LinuxImage | Kind::Raw => {
                let no_room = || LoadError::DtbDoesNotFit { size, ram: self.ram.clone().into() };
                Some(self.room_for_dtb(size).ok_or_else(no_room)?)
            }
        };
        let Some(at) = at else {
            return Ok(None);
        };
        let mut segment = Segment::new(Role::Dtb, at, dtb);
        // A file may be longer than the tree it carries.
        if let Ok(size) = usize::try_from(size) {
            match &mut segment.bytes {
                Cow::Owned(bytes) => bytes.truncate(size),
                Cow::Borrowed(bytes) => *bytes = bytes.get(..size).unwrap_or(bytes),
            }
        }
        segment.mem_size = size;
        self.push(segment);
        self.dtb = Some(at);
        Ok(Some(at))
    }

    fn preferred_initrd(&self) -> u64 {
        let size = self.ram.end - self.ram.start;
        self.ram.start + INITRD_OFFSET.min(size / 2)
    }

    fn room_at_start(&self, size: u64) -> Option<u64> {
        let end = self.ram.start.checked_add(size)?;
        let limit = self.segments.first().map_or(self.ram.end, |s| s.gpa);
        (end <= limit).then_some(self.ram.start)
    }

    /// A 2 MiB block after the initrd; in small memories any page.
    fn room_for_dtb(&self, size: u64) -> Option<u64> {
        let preferred = self.initrd.as_ref().map_or_else(|| self.preferred_initrd(), |initrd| initrd.end);
        self.room(preferred, size, DTB_ALIGN).or_else(|| self.room(preferred, size, PAGE))
    }

    /// The lowest aligned free place at or above `preferred`, else the lowest anywhere.
    fn room(&self, preferred: u64, size: u64, align: u64) -> Option<u64> {
        let gaps = self.gaps();
        let fit = |from: u64| {
            gaps.iter().find_map(|gap| {
                let at = gap.start.max(from).checked_next_multiple_of(align)?;
                (at.checked_add(size)? <= gap.end).then_some(at)
            })
        };
        fit(preferred).or_else(|| fit(self.ram.start))
    }

    /// RAM that no segment covers; segments are sorted and do not overlap.
    fn gaps(&self) -> Vec<Range<u64>> {
        let mut gaps = Vec::with_capacity(self.segments.len() + 1);
        let mut free = self.ram.start;
        for segment in &self.segments {
            gaps.push(free..segment.gpa);
            free = segment.range().end;
        }
        gaps.push(free..self.ram.end);
        gaps
    }
}
