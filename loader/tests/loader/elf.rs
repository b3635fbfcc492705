//! ELF files: what a good one becomes, and each way to be bad.

use loader::{Kind, LoadError, load};

use crate::build::{ET_CORE, ET_DYN, ET_REL, Elf, NOP, PT_INTERP, Ph, elf};
use crate::options;

#[test]
fn segments_entry_and_zero_fill() {
    let file = elf()
        .with(|e| {
            e.segments.push(Ph::load(0x4010_0000, b"data").mem_size(0x2000));
            e.segments.insert(0, Ph::load(0x4020_0000, &[]).mem_size(0x10));
            e.segments.push(Ph::load(0x10, &[])); // no size: not loaded, so not outside of RAM
        })
        .build();
    let plan = load(&file, &options()).unwrap();
    assert_eq!(plan.kind, Kind::Elf);
    assert_eq!(plan.entry, 0x4008_0000);
    let segments: Vec<_> = plan.segments.iter().map(|s| (s.gpa, s.bytes.len(), s.mem_size)).collect();
    assert_eq!(segments, [(0x4008_0000, 8, 8), (0x4010_0000, 4, 0x2000), (0x4020_0000, 0, 0x10)]);
    assert_eq!(plan.registers().pc, 0x4008_0000);
    assert_eq!(plan.registers().x, [0; 4]);
    assert!(plan.notes.is_empty());
}

#[test]
fn linked_high_loaded_low() {
    let file = elf()
        .with(|e| {
            e.entry = 0xffff_0000_4008_0004;
            e.segments[0].vaddr = 0xffff_0000_4008_0000;
            e.symbols = vec![(".Llocal", 0xffff_0000_4008_0004, 0), ("_start", 0xffff_0000_4008_0004, 0)];
        })
        .build();
    let plan = load(&file, &options()).unwrap();
    assert_eq!(plan.entry, 0x4008_0004, "the MMU is off at entry, so pc is physical");
    assert_eq!(plan.symbols.lookup(0x4008_0004), Some(("_start", 0)));
    assert_eq!(plan.symbols.lookup(0xffff_0000_4008_0006), Some(("_start", 2)));
}

#[test]
fn position_independent_moves() {
    let file = elf()
        .with(|e| {
            e.elf_type = ET_DYN;
            e.entry = 4;
            e.segments = vec![Ph::load(0, &[NOP, NOP].concat()), Ph::load(0x1000, b"x")];
            e.symbols = vec![("main", 4, 4), ("$x", 0, 0), ("", 0, 0)];
        })
        .build();
    let mut options = options();
    options.load_addr = Some(0x4020_0000);
    let plan = load(&file, &options).unwrap();
    assert_eq!(plan.entry, 0x4020_0004);
    assert_eq!(plan.segments[1].gpa, 0x4020_1000);
    assert_eq!(plan.symbols.lookup(0x4020_0004), Some(("main", 0)));
    assert_eq!(plan.symbols.len(), 1, "mapping symbols and empty names are left out");
}

#[test]
fn entry_option_wins() {
    let mut options = options();
    options.entry = Some(0x4008_0004);
    let file = elf().with(|e| e.entry = 0).build();
    assert_eq!(load(&file, &options).unwrap().entry, 0x4008_0004);
}

#[test]
fn damaged_symbols_are_a_note_only() {
    let mut file = elf().with(|e| e.symbols = vec![("main", 0x4008_0000, 4)]).build();
    let headers = file.len() - 3 * 64;
    file[headers + 64 + 32..][..8].copy_from_slice(&u64::MAX.to_le_bytes()); // the table's size
    let plan = load(&file, &options()).unwrap();
    assert!(plan.symbols.is_empty());
    assert_eq!(plan.notes.len(), 1);
}

/// A name, a change to the good file, and the message it must give.
type Case = (&'static str, fn(&mut Elf), &'static str);

const BAD: &[Case] = &[
    ("32-bit", |e| (e.class, e.machine) = (1, 40), "32-bit (machine: 32-bit Arm (e_machine 0x28))"),
    ("big-endian", |e| e.data = 2, "big-endian (machine: AArch64 (e_machine 0xb7))"),
    ("class", |e| e.class = 9, "class 0x9, data encoding 0x1, version 0x1"),
    ("version", |e| e.version = 0, "version 0x0"),
    ("x86-64", |e| e.machine = 62, "is for x86-64 (e_machine 0x3e), not for AArch64"),
    ("riscv", |e| e.machine = 243, "is for RISC-V (e_machine 0xf3)"),
    ("machine 999", |e| e.machine = 999, "an unknown machine (e_machine 0x3e7)"),
    ("object", |e| e.elf_type = ET_REL, "ET_REL (an object file)"),
    ("core", |e| e.elf_type = ET_CORE, "ET_CORE (a core dump)"),
    ("type", |e| e.elf_type = 0x1234, "0x1234 (unknown)"),
    ("no phdrs", |e| e.segments.clear(), "no PT_LOAD segment"),
    ("no PT_LOAD", |e| e.segments[0].p_type = 4, "no PT_LOAD segment"),
    ("phentsize", |e| e.phentsize = 32, "have 0x20 bytes each, not 0x38"),
    ("filesz > memsz", |e| e.segments[0].mem_size = Some(4), "segment 0 has more bytes in the file (0x8) than in memory (0x4)"),
    ("file range wraps", |e| e.segments[0].offset = Some(u64::MAX - 3), "0xfffffffffffffffc + 0x8 is an address, which exceeds 64 bits"),
    ("segment beyond file", |e| e.segments[0].offset = Some(0x1000), "segment 0 needs 0x1008 bytes, the file has 0x80"),
    ("overlap", |e| e.segments.push(Ph::load(0x4008_0004, &NOP)), "0x40080000..0x40080008 and 0x40080004..0x40080008 overlap"),
    (
        "overlap by zero fill",
        |e| {
            e.segments.push(Ph::load(0x4007_0000, &NOP).mem_size(0x1_0001));
        },
        "0x40070000..0x40080001 and 0x40080000..0x40080008 overlap",
    ),
    ("below RAM", |e| e.segments.push(Ph::load(0x40_0000, &NOP)), "segment 0x400000..0x400004 is outside of RAM (0x40000000..0x44000000)"),
    ("above RAM", |e| e.segments.push(Ph::load(0x43ff_fffe, &NOP)), "segment 0x43fffffe..0x44000002 is outside of RAM"),
    ("wraps", |e| e.segments.push(Ph::load(u64::MAX - 1, &NOP)), "0x4 bytes at 0xfffffffffffffffe goes past the end of the address space"),
    ("too large", |e| e.segments[0].mem_size = Some(0x400_0001), "larger than memory: it needs 0x4000001 bytes, RAM has 0x4000000"),
    ("entry zero", |e| e.entry = 0, "entry point 0x0 is outside of the image (0x40080000..0x40080008)"),
    ("entry past code", |e| e.entry = 0x4008_0008, "entry point 0x40080008 is outside"),
    ("entry odd", |e| e.entry = 0x4008_0002, "0x40080002 is not a multiple of 4"),
    (
        "interpreter",
        |e| {
            let mut ph = Ph::load(0x4010_0000, b"/lib/ld-linux-aarch64.so.1\0");
            ph.p_type = PT_INTERP;
            e.segments.push(ph);
        },
        "\"/lib/ld-linux-aarch64.so.1\"",
    ),
];

#[test]
fn bad_files_say_why() {
    for (name, change, expected) in BAD {
        let file = elf().with(change).build();
        let error = load(&file, &options()).expect_err(name);
        assert!(error.to_string().contains(expected), "{name}: {error}");
        assert!(!error.hint().is_empty(), "{name}");
        assert!(!error.to_string().contains('\n'), "{name}: one paragraph");
    }
}

/// Wherever a good file is cut, the answer is an error that says so, never a smaller program.
#[test]
fn truncation_anywhere() {
    let file = elf().with(|e| e.symbols = vec![("main", 0x4008_0000, 8)]).build();
    for len in 4..file.len() {
        match load(&file[..len], &options()) {
            Err(LoadError::ElfTruncated { len: found, .. }) => assert_eq!(found, len as u64),
            other => panic!("cut at {len}: {other:?}"),
        }
    }
    load(&file, &options()).unwrap();
}

#[test]
fn load_address_of_a_fixed_file() {
    let mut options = options();
    options.load_addr = Some(0x4020_0000);
    assert_eq!(load(&elf().build(), &options).unwrap_err(), LoadError::LoadAddressFixed { load_addr: 0x4020_0000 });
    options.load_addr = Some(u64::MAX - 4);
    let file = elf()
        .with(|e| {
            e.elf_type = ET_DYN;
            e.segments.push(Ph::load(0x4009_0000, &NOP));
        })
        .build();
    assert_eq!(load(&file, &options).unwrap_err(), LoadError::AddressOverflow { base: u64::MAX - 4, offset: 0x1_0000 });
}

/// A program header count of 0xffff sends the reader to section header 0, which must exist.
#[test]
fn extended_program_header_count() {
    let mut file = elf().build();
    file[56..58].copy_from_slice(&0xffffu16.to_le_bytes());
    assert_eq!(load(&file, &options()).unwrap_err(), LoadError::ProgramHeaderCount);
}

/// The headers are read wherever they lie: a byte slice owes nobody alignment.
#[test]
fn unaligned_bytes() {
    let file = elf().build();
    let mut shifted = vec![0u8];
    shifted.extend(&file);
    assert_eq!(load(&shifted[1..], &options()).unwrap().entry, 0x4008_0000);
}
