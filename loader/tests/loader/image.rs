//! Linux `Image` and raw files, and the formats that are recognised only to be refused.

use loader::{Kind, LoadError, Options, load};

use crate::build::{NOP, image};
use crate::options;

/// text_offset, image_size, length, load address, expected address and memory size. The addresses without a load address
/// are those of qemu-system-aarch64 7.2 -M virt.
type Placed = (u64, u64, usize, Option<u64>, u64, u64);
const PLACED: &[Placed] = &[
    (0, 0x2_0000, 0x100, None, 0x4020_0000, 0x2_0000),
    (0x8_0000, 0x2_0000, 0x100, None, 0x4008_0000, 0x2_0000),
    (0, 0, 0x100, None, 0x4008_0000, 0x100), // before 3.17: image_size 0 means text_offset 0x80000
    (0, 0x2_0000, 0x100, Some(0x4000_0000), 0x4000_0000, 0x2_0000),
    (0x1000, 0x2_0000, 0x100, Some(0x4040_0000), 0x4040_1000, 0x2_0000),
    (0, 0x80, 0x100, None, 0x4020_0000, 0x100), // image_size smaller than the file: all of the file
];

#[test]
fn image_placement() {
    for (text_offset, image_size, len, load_addr, gpa, mem_size) in PLACED {
        let file = image(*text_offset, *image_size, 0b1010, *len);
        let plan = load(&file, &Options { load_addr: *load_addr, ..options() }).unwrap();
        let segment = &plan.segments[0];
        assert_eq!((segment.gpa, segment.mem_size, segment.bytes.len()), (*gpa, *mem_size, *len));
        assert_eq!((plan.kind, plan.entry), (Kind::LinuxImage, *gpa));
        assert_eq!(plan.notes.is_empty(), *image_size == 0 || *image_size >= *len as u64);
    }
}

#[test]
fn bad_images() {
    let mut no_code = image(0, 0x1000, 0, 64);
    no_code[..4].fill(0);
    let cases: &[(&str, Vec<u8>, Option<u64>, &str)] = &[
        ("big-endian", image(0, 0x1000, 1, 64), None, "big-endian (flags 0x1)"),
        ("no code", no_code, None, "first instruction word is zero"),
        ("odd text_offset", image(0x8_0002, 0x1000, 0, 64), None, "text_offset 0x80002 is not a multiple of 4"),
        ("overflow", image(u64::MAX - 3, 0x1000, 0, 64), None, "image_size 0x1000 plus text_offset 0xfffffffffffffffc exceeds"),
        ("too large", image(0, 0x1000_0000, 0, 64), None, "needs 0x10000000 bytes, RAM has 0x4000000"),
        ("past the end", image(0x3ff_f000, 0x1001, 0, 64), None, "0x43fff000..0x44000001 is outside of RAM"),
        ("misaligned", image(0, 0x1000, 0, 64), Some(0x4010_0000), "cannot go to 0x40100000"),
        (
            "high",
            image(0x8000, 0x1000, 0, 64),
            Some(0u64.wrapping_sub(0x20_0000)),
            "0xffffffffffe08000..0xffffffffffe09000 is outside of RAM",
        ),
    ];
    for (name, file, load_addr, expected) in cases {
        let error = load(file, &Options { load_addr: *load_addr, ..options() }).expect_err(name);
        assert!(error.to_string().contains(expected), "{name}: {error}");
        assert!(!error.hint().is_empty(), "{name}");
    }
}

#[test]
fn raw_needs_an_address() {
    let code = [NOP, NOP].concat();
    let error = load(&code, &options()).unwrap_err();
    assert_eq!(error, LoadError::LoadAddressMissing { first: "1f 20 03 d5 1f 20 03 d5".to_owned() });
    let plan = load(&code, &Options { load_addr: Some(0x4008_0000), entry: Some(0x4008_0004), ..options() }).unwrap();
    assert_eq!((plan.kind, plan.entry, plan.segments[0].gpa), (Kind::Raw, 0x4008_0004, 0x4008_0000));
    for (load_addr, expected) in [(0x1000, "outside of RAM"), (u64::MAX, "goes past the end"), (0x4000_0002, "not a multiple of 4")] {
        let error = load(&code, &Options { load_addr: Some(load_addr), ..options() }).unwrap_err();
        assert!(error.to_string().contains(expected), "{load_addr:#x}: {error}");
    }
}

#[test]
fn memory_of_no_size() {
    for ram in [0x4000_0000..0x4000_0000, std::ops::Range { start: 0x4000_0000, end: 0x3000_0000 }] {
        assert_eq!(load(&image(0, 0x1000, 0, 64), &Options::new(ram)).unwrap_err(), LoadError::ZeroMemory);
    }
}

/// First bytes (at an offset) and what the message must call the file.
const REFUSED: &[(usize, &[u8], &str)] = &[
    (0, b"\x1f\x8b\x08\x00", "compressed (gzip)"),
    (0, b"\x28\xb5\x2f\xfd", "compressed (zstd)"),
    (0, b"\xfd7zXZ\x00", "compressed (xz)"),
    (0, b"BZh91AY&SY", "compressed (bzip2)"),
    (0, b"\x04\x22\x4d\x18", "compressed (lz4)"),
    (0, b"MZ\x00\x00zimg", "compressed (EFI zboot image)"),
    (0, b"\xd0\x0d\xfe\xed", "a device tree blob"),
    (0, b"\x27\x05\x19\x56", "uImage"),
    (0x202, b"HdrS", "x86 Linux kernel"),
    (0x24, b"\x18\x28\x6f\x01", "32-bit Arm Linux kernel"),
    (0, b"070701", "cpio"),
    (0, b"#!/bin/sh", "a script"),
];

#[test]
fn known_other_formats() {
    for (offset, magic, expected) in REFUSED {
        let mut file = vec![0xd5u8; 0x400];
        file[*offset..][..magic.len()].copy_from_slice(magic);
        // A load address does not make them code.
        let error = load(&file, &Options { load_addr: Some(0x4008_0000), ..options() }).expect_err(expected);
        assert!(error.to_string().contains(expected), "{expected}: {error}");
    }
    assert_eq!(load(&[], &options()).unwrap_err(), LoadError::EmptyFile);
}

/// Raw binaries start with instructions; the ones that resemble a magic most are accepted.
#[test]
fn code_is_not_taken_for_a_container() {
    for first in [0x1400_005du32, 0x9100_2123, 0x3868_5a42, 0x9108_8b1e] {
        let mut file = first.to_le_bytes().to_vec();
        file.extend(NOP);
        load(&file, &Options { load_addr: Some(0x4008_0000), ..options() }).unwrap();
    }
}
