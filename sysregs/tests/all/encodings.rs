//! The register and operation tables against outside sources: LLVM's list, KVM's list, binutils.
//! Does not compare access rights or features, which no such list carries.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use sysregs::{Encoding, SysOp, SysReg};

const LLVM: &str = include_str!("../data/llvm-registers.tsv");
const KVM: &str = include_str!("../data/kvm-listed.txt");

/// Rows of ours that LLVM 18 does not name: three newer registers, and the reserved encodings.
fn unknown_to_llvm(register: SysReg) -> bool {
    let newer = [SysReg::ACTLR_EL12, SysReg::SCR2_EL3, SysReg::TRBMPAM_EL1].contains(&register);
    newer || register.name() == register.encoding().generic_name().to_string()
}

#[test]
fn encodings_ascend_and_names_are_unique() {
    for pair in SysReg::ALL.windows(2) {
        assert!(pair[0].encoding() < pair[1].encoding(), "{} {}", pair[0], pair[1]);
    }
    for pair in SysOp::ALL.windows(2) {
        assert!(pair[0].encoding() < pair[1].encoding(), "{:?} {:?}", pair[0], pair[1]);
    }
    let names: BTreeSet<String> = SysReg::ALL.iter().map(|r| r.name().to_ascii_uppercase()).collect();
    assert_eq!(names.len(), SysReg::COUNT);
}

#[test]
fn lookups_invert_each_other() {
    for &register in SysReg::ALL {
        assert_eq!(SysReg::from_encoding(register.encoding()), Some(register));
        assert_eq!(SysReg::from_name(&register.name().to_lowercase()), Some(register));
        assert_eq!(SysReg::from_name(&register.encoding().generic_name().to_string()), Some(register));
    }
    for &op in SysOp::ALL {
        assert_eq!(SysOp::from_encoding(op.encoding()), Some(op));
        assert_eq!(SysOp::from_name(&op.name().replacen('_', " ", 1)), Some(op));
    }
    let known: BTreeSet<u16> = SysReg::ALL.iter().map(|r| r.encoding().0).collect();
    for bits in 0..=u16::MAX {
        let found = SysReg::from_encoding(Encoding(bits));
        assert_eq!(found.is_some(), known.contains(&bits), "{}", Encoding(bits));
    }
}

#[test]
fn llvm_agrees_on_every_name_and_encoding() {
    let mut named = BTreeSet::new();
    for line in LLVM.lines().filter(|l| !l.starts_with('#')) {
        let (name, encoding) = line.split_once('\t').expect("two columns");
        let encoding: Encoding = encoding.parse().expect("an encoding");
        let register = SysReg::from_name(name).unwrap_or_else(|| panic!("{name} ({encoding}) has no row"));
        assert_eq!(register.encoding(), encoding, "{name}");
        named.insert(register);
    }
    for &register in SysReg::ALL {
        assert!(named.contains(&register) || unknown_to_llvm(register), "{register} is unknown to LLVM");
    }
}

#[test]
fn every_register_that_kvm_lists_has_a_row() {
    for line in KVM.lines().filter(|l| !l.starts_with('#')) {
        let encoding: Encoding = line.parse().expect("an encoding");
        assert!(SysReg::from_encoding(encoding).is_some(), "{encoding}");
    }
}

/// Assembles words and returns what objdump says of each, or `None` without the cross binutils.
fn disassemble(name: &str, words: &[u32]) -> Option<Vec<String>> {
    let object = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    let mut assembler = Command::new("aarch64-linux-gnu-as")
        .arg("-o")
        .arg(&object)
        .arg("-")
        .stdin(Stdio::piped())
        .spawn()
        .inspect_err(|e| {
            eprintln!("SKIPPED: aarch64-linux-gnu-as: {e}; the table was not compared with binutils");
        })
        .ok()?;
    let mut input = assembler.stdin.take().expect("piped");
    for word in words {
        writeln!(input, ".inst {word:#x}").expect("assembler reads");
    }
    drop(input);
    assert!(assembler.wait().expect("assembler ends").success());
    let dump = Command::new("aarch64-linux-gnu-objdump").args(["-d", "-z"]).arg(&object).output().expect("objdump runs");
    assert!(dump.status.success());
    let text = String::from_utf8(dump.stdout).expect("objdump prints text");
    let lines: Vec<String> =
        text.lines().filter_map(|line| line.split_once(":\t")?.1.split_once('\t').map(|(_, code)| code.to_owned())).collect();
    assert_eq!(lines.len(), words.len());
    Some(lines)
}

/// Registers of the R profile, ThumbEE and the withdrawn CSRE extension, which binutils knows as well.
fn other_profile(name: &str) -> bool {
    ["prbar", "prlar", "prenr", "prselr", "mpuir", "tee", "csr"].iter().any(|prefix| name.starts_with(prefix))
}

#[test]
fn binutils_agrees_on_every_register_it_names() {
    let encodings: Vec<Encoding> = (0x8000..=u16::MAX).map(Encoding).collect();
    // MRS and MSR (register): bits 19:5 are the encoding without op0's upper bit.
    let field = |e: &Encoding| u32::from(e.0 & 0x7fff) << 5;
    let words: Vec<u32> = encodings.iter().flat_map(|e| [0xd530_0000 | field(e), 0xd510_0000 | field(e)]).collect();
    let Some(lines) = disassemble("registers.o", &words) else {
        return;
    };
    let mut compared = 0;
    for (encoding, pair) in encodings.iter().zip(lines.chunks(2)) {
        let read = operand(&pair[0], 1);
        let written = operand(&pair[1], 0);
        for name in [read, written] {
            let generic = name == encoding.generic_name().to_string().to_lowercase();
            if generic || other_profile(&name) {
                continue;
            }
            let register = SysReg::from_encoding(*encoding).unwrap_or_else(|| panic!("{name} ({encoding}) has no row"));
            assert_eq!(SysReg::from_name(&name), Some(register), "{encoding}");
            compared += 1;
        }
    }
    assert!(compared > 1500, "only {compared} names compared: did objdump's format change?");
}

/// The n-th operand of a disassembled line, without the tool's remarks.
fn operand(line: &str, index: usize) -> String {
    let operands = line.split_once('\t').map_or("", |(_, rest)| rest);
    let operand = operands.split(", ").nth(index).unwrap_or_default();
    operand.split_whitespace().next().unwrap_or_default().to_owned()
}

#[test]
fn binutils_agrees_on_every_operation_it_names() {
    let encodings: Vec<Encoding> = (0x4000..0x8000).map(Encoding).collect();
    let words: Vec<u32> = encodings.iter().map(|e| 0xd508_0000 | u32::from(e.0 & 0x3fff) << 5).collect();
    let Some(lines) = disassemble("operations.o", &words) else {
        return;
    };
    let mut theirs = BTreeMap::new();
    for (encoding, line) in encodings.iter().zip(&lines) {
        let (mnemonic, rest) = line.split_once('\t').unwrap_or((line, ""));
        if matches!(mnemonic, "ic" | "dc" | "at" | "tlbi" | "cfp" | "cpp" | "dvp") {
            let name = rest.split([',', ' ']).next().unwrap_or_default();
            theirs.insert(*encoding, (format!("{mnemonic} {name}"), rest.contains("x0")));
        }
    }
    assert!(theirs.len() > 130, "only {} operations named", theirs.len());
    for (encoding, (name, operand)) in &theirs {
        let op = SysOp::from_encoding(*encoding).unwrap_or_else(|| panic!("{name} ({encoding}) has no row"));
        assert_eq!(SysOp::from_name(name), Some(op), "{name}");
        assert_eq!(op.row().takes_register, *operand, "{name}");
    }
}

#[test]
fn an_xs_operation_mirrors_its_plain_one() {
    for &op in SysOp::ALL {
        let Some(plain) = op.name().strip_suffix("nXS") else {
            continue;
        };
        let plain = SysOp::from_name(plain).expect("the operation without nXS");
        let e = plain.encoding();
        assert_eq!(op.encoding(), Encoding::new(1, e.op1(), 9, e.crm(), e.op2()), "{}", op.name());
        assert_eq!((op.row().el, op.row().takes_register), (plain.row().el, plain.row().takes_register));
    }
}
