//! Device tree blobs: what a good one reads as, and each way to be garbage.

use loader::Fdt;

use crate::build::{Token, dtb, small_tree};

#[test]
fn reads_back() {
    let blob = dtb(&small_tree());
    let fdt = Fdt::parse(&blob).unwrap();
    assert_eq!(fdt.total_size(), blob.len() as u64);
    assert_eq!(fdt.reservations(), [(0x4100_0000, 0x1000)]);
    assert_eq!(fdt.root().strings("compatible").unwrap(), ["test"]);
    let memory = fdt.node("/memory@40000000").unwrap();
    assert_eq!(memory.cells("reg").unwrap(), [0, 0x4000_0000, 0, 0x400_0000]);
    assert_eq!(fdt.node("/memory").unwrap(), memory);
    assert_eq!(fdt.node("/").unwrap(), fdt.root());
    assert!(fdt.node("/cpus").is_none());
    assert!(memory.cells("compatible").is_none());
    assert!(fdt.root().cells("compatible").is_none(), "five bytes are no cells");
}

/// A header field's index, a value, and what the message must say.
const HEADER: &[(usize, u32, &str)] = &[
    (0, 0xdead_beef, "starts with 0xdeadbeef"),
    (1, 0x100_0000, "says 0x1000000 bytes, the file has"),
    (1, 39, "less than the header itself"),
    (2, 0x10_0000, "structure block"),
    (2, 74, "structure block starts at 0x4a, which is not a multiple of 4"),
    (2, 0, "structure block (0x0"),
    (3, 0xffff_fff0, "strings block"),
    (4, 44, "memory reservation block starts at 0x2c"),
    (4, 0xffff_fff8, "memory reservation block"),
    (5, 3, "version 3"),
    (6, 18, "compatible with 18"),
    (8, 0xffff_ffff, "strings block"),
    (8, 3, "a name at 0x0 of its strings block"),
    (9, 0xffff_fffc, "structure block"),
    (9, 8, "ends in the middle of a token"),
];

#[test]
fn bad_headers_say_why() {
    for (index, value, expected) in HEADER {
        let mut blob = dtb(&small_tree());
        blob[index * 4..][..4].copy_from_slice(&value.to_be_bytes());
        let error = Fdt::parse(&blob).expect_err(expected);
        assert!(error.to_string().contains(expected), "field {index} = {value:#x}: {error}");
    }
}

#[test]
fn bad_structures_say_why() {
    use Token::{Begin, End, EndNode, Prop, Raw};
    let long: &'static str = Box::leak("n".repeat(256).into_boxed_str());
    let prop = || Prop("p", vec![1]);
    let mut deep = vec![Begin(""); 65];
    deep.extend(vec![EndNode; 65]);
    let cases: &[(&str, Vec<Token>, &str)] = &[
        ("no root", vec![End], "no root"),
        ("property first", vec![prop(), Begin(""), EndNode, End], "no root"),
        ("unclosed", vec![Begin("")], "ends in the middle of a token"),
        ("closed by END", vec![Begin(""), End], "out of place"),
        ("two roots", vec![Begin(""), EndNode, Begin(""), EndNode, End], "out of place"),
        ("no END", vec![Begin(""), EndNode], "ends in the middle"),
        ("unknown", vec![Begin(""), Raw(5), EndNode, End], "unknown token 0x5 at 0x8"),
        ("late property", vec![Begin(""), Begin("a"), EndNode, prop(), EndNode, End], "out of place"),
        ("long property", vec![Begin(""), Raw(3), Raw(0xffff_ffff), Raw(0), EndNode, End], "ends in the middle"),
        ("name offset", vec![Begin(""), Raw(3), Raw(0), Raw(77), EndNode, End], "a name at 0x4d of its strings block"),
        ("long name", vec![Begin(""), Begin(long), EndNode, EndNode, End], "a name at 0xc of its structure block"),
        ("deep", deep, "more than 64 deep"),
    ];
    for (name, tokens, expected) in cases {
        let error = Fdt::parse(&dtb(tokens)).expect_err(name).to_string();
        assert!(error.contains(expected), "{name}: {error}");
    }
}

#[test]
fn truncated_anywhere() {
    let blob = dtb(&small_tree());
    for len in 0..blob.len() {
        Fdt::parse(&blob[..len]).expect_err("cut short");
    }
}
