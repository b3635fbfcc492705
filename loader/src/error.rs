//! Why a file was refused: one variant per cause, with the numbers, and a hint. It does not print anything.

use std::fmt;
use std::ops::Range;

use crate::DtbError;

/// A half-open address range that prints as `0x40000000..0x40001000`.
#[derive(Clone, PartialEq, Eq)]
pub struct Span(pub Range<u64>);

impl From<Range<u64>> for Span {
    fn from(range: Range<u64>) -> Self {
        Self(range)
    }
}

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:#x}..{:#x}", self.0.start, self.0.end)
    }
}

impl fmt::Debug for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Why the guest cannot be loaded.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LoadError {
    #[error("the guest has no memory: the size of RAM is 0")]
    ZeroMemory,
    #[error("the guest file is empty")]
    EmptyFile,
    #[error("the guest file is compressed ({format}); a CPU cannot start in it")]
    Compressed { format: &'static str },
    #[error("the guest file is {what}, which this machine cannot start")]
    WrongFormat { what: &'static str },
    #[error("the guest file is neither ELF nor a Linux Image (it starts with {first}), and no load address was given")]
    LoadAddressMissing { first: String },
    #[error("a load address ({load_addr:#x}) was given for an ELF file that is linked at a fixed address (type ET_EXEC)")]
    LoadAddressFixed { load_addr: u64 },

    #[error("the ELF file is truncated: {what} needs {end:#x} bytes, the file has {len:#x}")]
    ElfTruncated { what: ElfPart, end: u64, len: u64 },
    #[error("the ELF file is 32-bit (machine: {machine}); only ELF64 for AArch64 can run")]
    Elf32 { machine: Machine },
    #[error("the ELF file is big-endian (machine: {machine}); only little-endian guests can run")]
    ElfBigEndian { machine: Machine },
    #[error("the ELF identification is invalid: class {class:#x}, data encoding {data:#x}, version {version:#x}")]
    ElfIdentInvalid { class: u8, data: u8, version: u8 },
    #[error("the ELF file is for {machine}, not for AArch64")]
    NotAArch64 { machine: Machine },
    #[error("the ELF file is of type {elf_type}, which cannot be started")]
    ElfType { elf_type: ElfType },
    #[error("the ELF file is a Linux user-space program: it asks for the interpreter {interpreter:?}")]
    UserProgram { interpreter: String },
    #[error("ELF program headers have {found:#x} bytes each, not {expected:#x}")]
    ProgramHeaderSize { found: u16, expected: u16 },
    #[error("the ELF file has more than 65534 program headers and no section header to count them")]
    ProgramHeaderCount,
    #[error("the ELF file has no PT_LOAD segment with a size, so there is nothing to run")]
    NothingToLoad,
    #[error("ELF segment {index} has more bytes in the file ({file_size:#x}) than in memory ({mem_size:#x})")]
    FileSizeExceedsMemorySize { index: usize, file_size: u64, mem_size: u64 },

    #[error("the file's header says that {base:#x} + {offset:#x} is an address, which exceeds 64 bits")]
    AddressOverflow { base: u64, offset: u64 },
    #[error("a segment of {size:#x} bytes at {address:#x} goes past the end of the address space")]
    SegmentWraps { address: u64, size: u64 },
    #[error("the segments {first} and {second} overlap")]
    SegmentsOverlap { first: Span, second: Span },
    #[error("the image is larger than memory: it needs {size:#x} bytes, RAM has {ram_size:#x}")]
    ImageTooLarge { size: u64, ram_size: u64 },
    #[error("the segment {segment} is outside of RAM ({ram})")]
    SegmentOutsideRam { segment: Span, ram: Span },
    #[error("the entry point {entry:#x} is outside of the image ({image})")]
    EntryOutsideImage { entry: u64, image: Span },
    #[error("the entry point {entry:#x} is not a multiple of 4, so no instruction can be fetched there")]
    EntryMisaligned { entry: u64 },

    #[error("the Linux Image is big-endian (flags {flags:#x}); only little-endian kernels can run")]
    ImageBigEndian { flags: u64 },
    #[error("the Linux Image header is bad: {reason}")]
    ImageHeader { reason: ImageFault },
    #[error("the Linux Image cannot go to {load_addr:#x}: its base must be a multiple of 2 MiB")]
    ImageMisaligned { load_addr: u64 },

    #[error("the initrd is empty")]
    InitrdEmpty,
    #[error("the initrd ({size:#x} bytes) does not fit into RAM ({ram}) beside the image")]
    InitrdDoesNotFit { size: u64, ram: Span },
    #[error("the device tree blob is bad: {0}")]
    Dtb(#[from] DtbError),
    #[error("the device tree blob has {size:#x} bytes; the arm64 boot rules allow {max:#x}")]
    DtbTooLarge { size: u64, max: u64 },
    #[error("the device tree blob ({size:#x} bytes) does not fit into RAM ({ram}) beside image and initrd")]
    DtbDoesNotFit { size: u64, ram: Span },
    #[error("the device tree blob was already placed at {at:#x}")]
    DtbTwice { at: u64 },
}

/// The part of an ELF file that goes past its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ElfPart {
    Header,
    ProgramHeaders,
    SectionHeaders,
    Segment(usize),
}

impl fmt::Display for ElfPart {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Header => f.write_str("the file header"),
            Self::ProgramHeaders => f.write_str("the program header table"),
            Self::SectionHeaders => f.write_str("the section header table"),
            Self::Segment(index) => write!(f, "segment {index}"),
        }
    }
}

/// What is wrong with an `Image` header.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ImageFault {
    #[error("its first instruction word is zero, which is UDF")]
    NoCode,
    #[error("text_offset {0:#x} is not a multiple of 4")]
    TextOffset(u64),
    #[error("image_size {image_size:#x} plus text_offset {text_offset:#x} exceeds 64 bits")]
    SizeOverflow { image_size: u64, text_offset: u64 },
}

/// An ELF `e_machine` value; prints a name where the value is well known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Machine(pub u16);

impl fmt::Display for Machine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = match self.0 {
            2 | 43 => "SPARC",
            3 => "x86 (32-bit)",
            8 => "MIPS",
            20 => "PowerPC",
            21 => "PowerPC 64",
            22 => "s390",
            40 => "32-bit Arm",
            62 => "x86-64",
            183 => "AArch64",
            243 => "RISC-V",
            247 => "BPF",
            258 => "LoongArch",
            _ => "an unknown machine",
        };
        write!(f, "{name} (e_machine {:#x})", self.0)
    }
}

/// An ELF `e_type` value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ElfType(pub u16);

impl fmt::Display for ElfType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            1 => f.write_str("ET_REL (an object file)"),
            4 => f.write_str("ET_CORE (a core dump)"),
            other => write!(f, "{other:#x} (unknown)"),
        }
    }
}

impl LoadError {
    /// What to try next, one sentence; option names are those of `invar run`.
    #[must_use]
    pub fn hint(&self) -> &'static str {
        match self {
            Self::ZeroMemory => "give the guest memory, for example --memory 512M",
            Self::EmptyFile => "check that the build that makes this file succeeded",
            Self::Compressed { .. } => "decompress it first (gunzip, zstd -d, xz -d) and give the resulting Image or ELF",
            Self::WrongFormat { .. } => "give an AArch64 ELF, an uncompressed Linux arm64 Image, or a raw binary with --load-addr",
            Self::LoadAddressMissing { .. } => "if it is a raw binary, say where it goes, for example --load-addr 0x40080000",
            Self::LoadAddressFixed { .. } => {
                "leave --load-addr away, link the program at that address, or link it position-independent (-static-pie)"
            }
            Self::ElfTruncated { .. } => "the file was cut short: copy or build it again",
            Self::Elf32 { .. } | Self::ElfBigEndian { .. } | Self::NotAArch64 { .. } => {
                "build it with an AArch64 little-endian toolchain, for example aarch64-linux-gnu-gcc or --target aarch64-unknown-none"
            }
            Self::ElfIdentInvalid { .. } => "the file is damaged: it has the ELF magic but no valid identification",
            Self::ElfType { .. } => "link it into an executable first, for example with aarch64-linux-gnu-ld -T board.ld",
            Self::UserProgram { .. } => "this command boots bare-metal programs and kernels; run Linux programs with `invar exec`",
            Self::ProgramHeaderSize { .. } | Self::ProgramHeaderCount => "the file is damaged: build it again",
            Self::NothingToLoad => "check the linker script: it must put .text into a loadable segment",
            Self::FileSizeExceedsMemorySize { .. } => "the file is damaged or its linker script is wrong: build it again",
            Self::AddressOverflow { .. } | Self::SegmentWraps { .. } => {
                "the addresses make no sense for this board, whose RAM starts at 0x40000000: check the linker script"
            }
            Self::SegmentsOverlap { .. } => "check the linker script: two segments have the same physical addresses (LMA)",
            Self::ImageTooLarge { .. } => "give the guest more memory, for example --memory 1G",
            Self::SegmentOutsideRam { .. } => {
                "link the program into RAM, which starts at 0x40000000 on this board, or give it more with --memory; a Linux user program needs `invar exec`"
            }
            Self::EntryOutsideImage { .. } => {
                "the first instruction is what ENTRY(_start) names in the linker script, or --entry: either must be in the image"
            }
            Self::EntryMisaligned { .. } => "A64 instructions are 4-byte aligned: check --entry or the symbol that ENTRY names",
            Self::ImageBigEndian { .. } => "build the kernel with CONFIG_CPU_LITTLE_ENDIAN=y",
            Self::ImageHeader { .. } => "the file is damaged: take arch/arm64/boot/Image of a finished kernel build",
            Self::ImageMisaligned { .. } => "choose a --load-addr that is a multiple of 0x200000, or leave it away",
            Self::InitrdEmpty => "check that the archive was written, or leave --initrd away",
            Self::InitrdDoesNotFit { .. } | Self::DtbDoesNotFit { .. } => "give the guest more memory, for example --memory 1G",
            Self::Dtb(_) => "compile the tree with dtc -I dts -O dtb, or leave --dtb away to have one generated",
            Self::DtbTooLarge { .. } => "make the tree smaller: booting.rst limits it to 2 MiB",
            Self::DtbTwice { .. } => "give the device tree blob once",
        }
    }
}
