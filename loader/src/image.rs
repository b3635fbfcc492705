//! The Linux arm64 `Image` header (Documentation/arch/arm64/booting.rst). It does not decompress and it ignores the PE/COFF
//! header that EFI stub kernels carry: the entry is the first instruction either way.

use crate::error::ImageFault;
use crate::{Kind, LoadError, Options, Plan, Role, Segment};

const MIB: u64 = 1 << 20;
/// Base alignment that the boot protocol demands.
const BASE_ALIGN: u64 = 2 * MIB;
/// Kernels before 3.17 leave `image_size` zero and mean this offset whatever `text_offset` says.
const OLD_TEXT_OFFSET: u64 = 0x8_0000;
/// QEMU keeps its boot stub in the first page of RAM and moves images that would cover it up by 2 MiB. Placing them at the
/// same address keeps guests' printed addresses comparable.
const STUB_SIZE: u64 = 0x1000;

const FLAG_BIG_ENDIAN: u64 = 1 << 0;

struct Header {
    code0: u32,
    text_offset: u64,
    image_size: u64,
    flags: u64,
}

/// Plans an image whose magic was already recognised, so at least 60 bytes are there.
pub(crate) fn plan<'a>(bytes: &'a [u8], options: &Options<'a>) -> Result<Plan<'a>, LoadError> {
    let header = Header::read(bytes).ok_or(LoadError::ImageHeader { reason: ImageFault::NoCode })?;
    header.check()?;
    let gpa = header.address(options)?;
    let mut segment = Segment::new(Role::Image, gpa, bytes);
    segment.mem_size = segment.mem_size.max(header.image_size);
    let mut plan = Plan::new(Kind::LinuxImage, options);
    if header.image_size != 0 && header.image_size < bytes.len() as u64 {
        plan.notes.push(format!(
            "the Image header says {:#x} bytes, the file has {:#x}: all of the file is loaded",
            header.image_size,
            bytes.len()
        ));
    }
    plan.entry = options.entry.unwrap_or(gpa);
    plan.push(segment);
    Ok(plan)
}

impl Header {
    fn read(bytes: &[u8]) -> Option<Self> {
        let word = |at: usize| bytes.get(at..at + 8)?.try_into().ok().map(u64::from_le_bytes);
        Some(Self { code0: (word(0)? & 0xffff_ffff) as u32, text_offset: word(8)?, image_size: word(16)?, flags: word(24)? })
    }

    fn check(&self) -> Result<(), LoadError> {
        let bad = |reason| Err(LoadError::ImageHeader { reason });
        if self.flags & FLAG_BIG_ENDIAN != 0 {
            return Err(LoadError::ImageBigEndian { flags: self.flags });
        }
        if self.code0 == 0 {
            return bad(ImageFault::NoCode);
        }
        if !self.text_offset.is_multiple_of(4) {
            return bad(ImageFault::TextOffset(self.text_offset));
        }
        if self.image_size.checked_add(self.text_offset).is_none() {
            return bad(ImageFault::SizeOverflow { image_size: self.image_size, text_offset: self.text_offset });
        }
        Ok(())
    }

    /// 2 MiB-aligned base plus `text_offset`, as close to the start of RAM as the protocol and QEMU's habit allow.
    fn address(&self, options: &Options<'_>) -> Result<u64, LoadError> {
        let offset = if self.image_size == 0 { OLD_TEXT_OFFSET } else { self.text_offset };
        let base = match options.load_addr {
            Some(load_addr) if !load_addr.is_multiple_of(BASE_ALIGN) => {
                return Err(LoadError::ImageMisaligned { load_addr });
            }
            Some(load_addr) => load_addr,
            None => {
                let lowest = options.ram.start.checked_next_multiple_of(BASE_ALIGN);
                let lowest = lowest.ok_or(LoadError::AddressOverflow { base: options.ram.start, offset: BASE_ALIGN })?;
                if offset < STUB_SIZE { lowest.saturating_add(BASE_ALIGN) } else { lowest }
            }
        };
        base.checked_add(offset).ok_or(LoadError::AddressOverflow { base, offset })
    }
}
