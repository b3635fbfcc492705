//! Which format a file has, by its first bytes. It recognises formats it refuses so that the refusal can name them; it
//! validates nothing.

use crate::LoadError;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Format {
    Elf,
    Image,
    Raw,
}

/// Offset and value of the arm64 `Image` magic (booting.rst: "ARM\x64").
const IMAGE_MAGIC: (usize, &[u8]) = (56, b"ARM\x64");

/// Compressed containers that people hand over for an `Image`. The magics are long enough not to be a likely first
/// instruction of a raw binary: two bytes would not do (`5d 00 00 14` is a branch, `23 21 00 91` an addition).
const COMPRESSED: &[(usize, &[u8], &str)] = &[
    (0, b"\x1f\x8b\x08", "gzip"),
    (0, b"\x28\xb5\x2f\xfd", "zstd"),
    (0, b"\xfd7zXZ\x00", "xz"),
    (4, b"1AY&SY", "bzip2"),
    (0, b"\x04\x22\x4d\x18", "lz4"),
    (0, b"\x02\x21\x4c\x18", "lz4 (legacy)"),
    (0, b"\x89LZO", "lzo"),
    (0, b"\x5d\x00\x00\x80\x00", "lzma"),
    (4, b"zimg", "EFI zboot image"),
];

/// Other things that are not a guest for this machine.
const WRONG: &[(usize, &[u8], &str)] = &[
    (0, b"\xd0\x0d\xfe\xed", "a device tree blob or FIT image"),
    (0, b"\x27\x05\x19\x56", "a U-Boot legacy image (uImage)"),
    (0x202, b"HdrS", "an x86 Linux kernel (bzImage)"),
    (0x24, b"\x18\x28\x6f\x01", "a 32-bit Arm Linux kernel (zImage)"),
    (0x30, b"RISCV\x00\x00\x00", "a RISC-V Linux kernel Image"),
    (0, b"\xcf\xfa\xed\xfe", "a Mach-O file"),
    (0, b"!<arch>\n", "a static library (ar archive)"),
    (0, b"#!/", "a script"),
    (0, b"070701", "a cpio archive (an initrd?)"),
    (0, b"QFI\xfb", "a qcow2 disk image"),
];

fn has(bytes: &[u8], offset: usize, magic: &[u8]) -> bool {
    bytes.get(offset..).is_some_and(|rest| rest.starts_with(magic))
}

/// Says what the file is, or refuses what it certainly is not.
pub(crate) fn format(bytes: &[u8]) -> Result<Format, LoadError> {
    if bytes.is_empty() {
        return Err(LoadError::EmptyFile);
    }
    if has(bytes, 0, b"\x7fELF") {
        return Ok(Format::Elf);
    }
    if has(bytes, IMAGE_MAGIC.0, IMAGE_MAGIC.1) {
        return Ok(Format::Image);
    }
    if let Some((_, _, format)) = COMPRESSED.iter().find(|(at, magic, _)| has(bytes, *at, magic)) {
        return Err(LoadError::Compressed { format });
    }
    if let Some((_, _, what)) = WRONG.iter().find(|(at, magic, _)| has(bytes, *at, magic)) {
        return Err(LoadError::WrongFormat { what });
    }
    Ok(Format::Raw)
}

/// The first bytes in hex, for messages.
pub(crate) fn first_bytes(bytes: &[u8]) -> String {
    let shown: Vec<String> = bytes.iter().take(8).map(|b| format!("{b:02x}")).collect();
    shown.join(" ")
}
