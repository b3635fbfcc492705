//! The disassembler against aarch64-linux-gnu-objdump, over random words of every row. Skips loudly without it.
//!
//! `INVAR_DISASM_CASES` (words for each row), `INVAR_DISASM_SEED`, `INVAR_DISASM_ONLY` (part of a row's name) change what is
//! compared. Does not judge what is executed.

use std::process::Command;

use emu::insn::decode::decode;
use emu::insn::disasm::disassemble_word;
use emu::insn::{ROWS, Row};

const OBJDUMP: &str = "aarch64-linux-gnu-objdump";
const START: u64 = 0x1000_0000;

/// Rows (by the beginning of the name) some words of which objdump calls undefined, each with the reason.
const UNDEFINED_THERE: &[(&str, &str)] = &[
    ("LDPSW_", "CONSTRAINED UNPREDICTABLE use of registers"),
    ("LDAR", "fields that should be ones, and are not"),
    ("LDCLRP", "FEAT_LSE128 is newer than binutils 2.40"),
    ("LDSETP", "FEAT_LSE128 is newer than binutils 2.40"),
    ("SWPP", "FEAT_LSE128 is newer than binutils 2.40"),
    ("FAMAX_", "FEAT_FAMINMAX is newer than binutils 2.40"),
    ("FAMIN_", "FEAT_FAMINMAX is newer than binutils 2.40"),
];

/// True when the texts may differ.
fn excused(row: &Row, ours: &str, theirs: &str) -> bool {
    let generic = |text: &str| text.contains("sys #") || text.contains(" s2_") || text.contains(" s3_");
    match row.name {
        // A register or operation that only one side has a name for: newer than binutils, or of another profile.
        "SYS" | "MRS" | "MSR_reg" => generic(ours) || generic(theirs),
        // FEAT_SME's smstart and smstop.
        "MSR_imm" => theirs.starts_with("smst"),
        name => theirs.starts_with(".inst") && UNDEFINED_THERE.iter().any(|(start, _)| name.starts_with(start)),
    }
}

fn setting(name: &str, default: u64) -> u64 {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(default)
}

/// SplitMix64.
fn next(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mut z = *state;
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// A word of the row. Register fields are often 31 or equal, which is where aliases are.
fn word_of(row: &Row, random: &mut u64) -> Option<u32> {
    (0..200).find_map(|_| {
        let mut fields = next(random) as u32;
        match next(random) % 6 {
            0 => fields |= 31,
            1 => fields |= 31 << 5,
            2 => fields |= 31 << 10 | 31 << 16,
            3 => fields = fields & !(31 << 5) | (fields >> 16 & 31) << 5,
            4 => fields &= !(0xfff << 10),
            _ => {}
        }
        let word = row.pattern.value | fields & !row.pattern.mask;
        decode(word, START).is_some_and(|insn| insn.op == row.op).then_some(word)
    })
}

/// objdump's text for each word, comments and spacing evened out.
fn objdump(words: &[u32]) -> Result<Vec<String>, String> {
    let path = std::path::PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("disassembly-{}.bin", std::process::id()));
    let bytes: Vec<u8> = words.iter().flat_map(|word| word.to_le_bytes()).collect();
    std::fs::write(&path, bytes).map_err(|error| error.to_string())?;
    let output = Command::new(OBJDUMP)
        .args(["-D", "-z", "-b", "binary", "-m", "aarch64", &format!("--adjust-vma={START:#x}")])
        .arg(&path)
        .output()
        .map_err(|error| format!("{OBJDUMP}: {error}"));
    std::fs::remove_file(&path).map_err(|error| error.to_string())?;
    let text = String::from_utf8_lossy(&output?.stdout).into_owned();
    let lines = text.lines().filter_map(|line| line.split_once(":\t")?.1.split_once('\t'));
    Ok(lines.map(|(_, text)| text.split("//").next().unwrap_or_default().trim().replace('\t', " ")).collect())
}

#[test]
fn agrees_with_objdump() {
    let only = std::env::var("INVAR_DISASM_ONLY").unwrap_or_default();
    let mut random = setting("INVAR_DISASM_SEED", 1);
    let mut words = Vec::new();
    for row in ROWS.iter().filter(|row| row.name.contains(&only)) {
        for _ in 0..setting("INVAR_DISASM_CASES", 24) {
            words.extend(word_of(row, &mut random).map(|word| (row, word)));
        }
    }
    let theirs = match objdump(&words.iter().map(|(_, word)| *word).collect::<Vec<_>>()) {
        Ok(theirs) => theirs,
        Err(reason) => {
            eprintln!("SKIPPED: the disassembler was NOT compared with objdump: {reason}");
            return;
        }
    };
    assert_eq!(theirs.len(), words.len(), "objdump skipped words");
    let mut failures = Vec::new();
    for (index, ((row, word), theirs)) in words.iter().zip(&theirs).enumerate() {
        let ours = disassemble_word(*word, START + 4 * index as u64);
        if ours != *theirs && !excused(row, &ours, theirs) {
            failures.push(format!("{} {word:08x}: ours `{ours}`, objdump `{theirs}`", row.name));
        }
    }
    assert!(failures.is_empty(), "{} of {} words:\n{}", failures.len(), words.len(), failures.join("\n"));
}
