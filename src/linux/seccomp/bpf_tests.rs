//! Programs in a notation of their own, as close to `bpf_asm`'s as jumps by numbers allow.

use super::bpf::{Data, Instruction, LONGEST, Program};

/// Instructions of a text: `ld [0]; jeq #5, 0, 1; ret #3; ret a`. Anything else is a number: `0x15 0 1 5`.
pub fn program(text: &str) -> Vec<Instruction> {
    text.split(';').map(|line| instruction(line.trim())).collect()
}

fn number(text: &str) -> u32 {
    let text = text.trim();
    let parsed = text.strip_prefix("0x").map_or_else(|| text.parse(), |digits| u32::from_str_radix(digits, 16));
    parsed.unwrap_or_else(|_| panic!("`{text}` is not a number"))
}

fn instruction(line: &str) -> Instruction {
    let plain = |code, constant| Instruction { code, if_true: 0, if_false: 0, constant };
    let (name, rest) = line.split_once(' ').unwrap_or((line, ""));
    let mut parts = rest.split(',').map(str::trim);
    let operand = parts.next().unwrap_or_default();
    let bracketed = |from: &str| operand.strip_prefix(from).and_then(|rest| rest.strip_suffix(']')).map(number);
    if let Some(class) = ["ld", "ldx", "st", "stx"].iter().position(|&known| known == name) {
        let class = class as u16;
        return match (bracketed("["), bracketed("M["), operand.strip_prefix('#')) {
            (Some(offset), ..) => plain(0x20 | class, offset),
            (_, Some(cell), _) => plain(if class < 2 { 0x60 } else { 0 } | class, cell),
            (.., Some("len")) => plain(0x80 | class, 0),
            (.., Some(constant)) => plain(class, number(constant)),
            _ => panic!("`{line}`"),
        };
    }
    let (index, constant) = (u16::from(operand == "x") << 3, operand.strip_prefix('#').map_or(0, number));
    let calculations = ["add", "sub", "mul", "div", "or", "and", "lsh", "rsh", "neg", "mod", "xor"];
    if let Some(operation) = calculations.iter().position(|&known| known == name) {
        return plain((operation as u16) << 4 | index | 4, constant);
    }
    if let Some(test) = ["jeq", "jgt", "jge", "jset"].iter().position(|&known| known == name) {
        let mut jump = || parts.next().map_or(0, number) as u8;
        return Instruction { code: (test as u16 + 1) << 4 | index | 5, if_true: jump(), if_false: jump(), constant };
    }
    match (name, operand) {
        ("ja", over) => plain(5, number(over)),
        ("ret", "a") => plain(0x16, 0),
        ("ret", _) => plain(6, constant),
        ("tax", _) => plain(7, 0),
        ("txa", _) => plain(0x87, 0),
        _ => {
            let words: Vec<u32> = line.split(' ').map(number).collect();
            let byte = |index: usize| words.get(index).copied().unwrap_or_default();
            Instruction { code: words[0] as u16, if_true: byte(1) as u8, if_false: byte(2) as u8, constant: byte(3) }
        }
    }
}

/// Data whose word `n` is 0x100 + n.
fn data() -> Data {
    std::array::from_fn(|index| 0x100 + index as u32)
}

#[test]
fn good_programs_return() {
    for (text, expected) in [
        ("ret #7", 7),
        // Registers begin as zero.
        ("ret a", 0),
        ("txa; ret a", 0),
        // Every word of the data, and its size.
        ("ld [0]; ret a", 0x100),
        ("ld [60]; ret a", 0x10f),
        ("ld #len; ret a", 64),
        ("ldx #len; txa; ret a", 64),
        ("ld #5; tax; ld #0; txa; ret a", 5),
        ("ldx #6; txa; ret a", 6),
        // Memory.
        ("ld #9; st M[15]; ld #0; ld M[15]; ret a", 9),
        ("ldx #8; stx M[0]; ldx #0; ldx M[0]; txa; ret a", 8),
        ("ld #1; st M[3]; ld [0]; jeq #0x100, 0, 1; ja 0; ld M[3]; ret a", 1),
        // Calculations, with constants and with X.
        ("ld #0xffffffff; add #2; ret a", 1),
        ("ld #1; ldx #2; sub x; ret a", 0xffff_ffff),
        ("ld #0x10000; mul #0x10001; ret a", 0x10000),
        ("ld #7; ldx #2; div x; ret a", 3),
        ("ld #0xffffffff; div #2; ret a", 0x7fff_ffff),
        ("ld #0xf0; or #0x0f; ret a", 0xff),
        ("ld #0xf3; ldx #0x31; and x; ret a", 0x31),
        ("ld #0xf3; xor #0xff; ret a", 0x0c),
        ("ld #1; lsh #31; ret a", 0x8000_0000),
        ("ld #0x80000000; rsh #31; ret a", 1),
        ("ld #5; neg; ret a", 0xffff_fffb),
        // Shifts by X count modulo 32, and a division by zero ends the program with 0.
        ("ld #1; ldx #33; lsh x; ret a", 2),
        ("ld #4; ldx #0x21; rsh x; ret a", 2),
        ("ld #4; div x; ret #1", 0),
        // Jumps.
        ("ja 1; ret #1; ret #2", 2),
        ("ld [4]; jeq #0x101, 0, 1; ret #1; ret #2", 1),
        ("ld [4]; jeq #0x102, 0, 1; ret #1; ret #2", 2),
        ("ld #5; ldx #5; jeq x, 0, 1; ret #1; ret #2", 1),
        ("ld #5; jgt #5, 0, 1; ret #1; ret #2", 2),
        ("ld #0x80000000; jgt #5, 0, 1; ret #1; ret #2", 1),
        ("ld #5; jge #5, 0, 1; ret #1; ret #2", 1),
        ("ld #6; jset #9, 0, 1; ret #1; ret #2", 2),
        ("ld #6; jset #2, 0, 1; ret #1; ret #2", 1),
    ] {
        let program = Program::new(program(text)).unwrap_or_else(|| panic!("`{text}` is refused"));
        assert_eq!(program.run(&data()), expected, "{text}");
    }
}

#[test]
fn bad_programs_are_refused() {
    for text in [
        // No return at the end, although none is needed.
        "ld #0",
        "ret #0; ld #0",
        "ret #0; ja 0",
        // Loads that are not of a word inside the data.
        "ld [64]; ret a",
        "ld [2]; ret a",
        "ld [0xfffff000]; ret a",
        "0x28 0 0 0; ret a",
        "0x30 0 0 0; ret a",
        "0x40 0 0 0; ret a",
        "0x21 0 0 0; ret a",
        "0xb1 0 0 0; ret a",
        // Memory that does not exist, or was not written on every way.
        "st M[16]; ret #0",
        "stx M[16]; ret #0",
        "ld M[16]; ret a",
        "ld M[0]; ret a",
        "ldx M[1]; ret a",
        "st M[0]; ld M[1]; ret a",
        "ld [0]; jeq #0, 0, 1; st M[0]; ld M[0]; ret a",
        "ja 1; st M[0]; ld M[0]; ret a",
        // Calculations that the kernel knows to be wrong, or does not have here.
        "div #0; ret a",
        "lsh #32; ret a",
        "rsh #32; ret a",
        "mod #2; ret a",
        "mod x; ret a",
        // Jumps out of the program.
        "ja 1; ret #0",
        "ja 0xffffffff; ret #0",
        "ja 0xfffffffe; ret #0",
        "jeq #0, 1, 0; ret #0",
        "jeq #0, 0, 1; ret #0",
        "jset x, 255, 0; ret #0",
        // Codes with bits that mean nothing.
        "0x10 0 0 0; ret #0",
        "0x12 0 0 0; ret #0",
        "0x0d 0 0 0; ret #0",
        "0x55 0 0 0; ret #0",
        "0x8c 0 0 0; ret #0",
        "0xb4 0 0 1; ret #0",
        "0x104 0 0 1; ret #0",
        "0x8006 0 0 0; ret #0",
        "0x0e 0 0 0",
        "0x17 0 0 0; ret #0",
        "0xffff 0 0 0; ret #0",
    ] {
        assert!(Program::new(program(text)).is_none(), "{text}");
    }
}

/// As eBPF: three instructions come first.
#[test]
fn the_kernel_counts_more_instructions() {
    for (text, cost) in [
        ("ret #1", 5),
        ("ld #1; ret a", 5),
        ("ld #1; ldx #1; div x; ret a", 11),
        ("ld #1; div #2; ret a", 6),
        ("jeq #1, 1, 0; ret a; ret a", 6),
        ("jeq #1, 0, 1; ret a; ret a", 6),
        ("jset #1, 0, 1; ret a; ret a", 7),
        ("jgt #1, 1, 2; ret a; ret a; ret a", 8),
        ("jge #0x80000000, 1, 2; ret a; ret a; ret a", 9),
        ("jge x, 0, 0; ret a", 5),
        ("ja 0; ret a", 5),
    ] {
        assert_eq!(Program::new(program(text)).expect("a good program").cost(), cost, "{text}");
    }
}

#[test]
fn a_program_has_a_length() {
    let of = |length: usize| Program::new(vec![instruction("ret #1"); length]).is_some();
    assert_eq!((of(0), of(1), of(LONGEST), of(LONGEST + 1)), (false, true, true, false));
}
