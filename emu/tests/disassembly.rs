//! The disassembler against aarch64-linux-gnu-objdump, over random words of every row. Skips loudly without it.
//!
//! `INVAR_DISASM_CASES` (words for each row), `INVAR_DISASM_SEED`, `INVAR_DISASM_ONLY` (part of a row's name) change what is
//! compared. Does not judge what is executed.

#[path = "objdump/mod.rs"]
mod objdump;
mod random;

use emu::insn::decode::decode;
use emu::insn::disasm::disassemble_word;
use emu::insn::{ROWS, Row};
use objdump::{setting, undefined_there};
use random::Random;

const START: u64 = 0x1000_0000;

/// True when the texts may differ.
fn excused(row: &Row, ours: &str, theirs: &str) -> bool {
    let generic = |text: &str| text.contains("sys #") || text.contains(" s2_") || text.contains(" s3_");
    match row.name {
        // A register or operation that only one side has a name for: newer than binutils, or of another profile.
        "SYS" | "MRS" | "MSR_reg" => generic(ours) || generic(theirs),
        // FEAT_SME's smstart and smstop.
        "MSR_imm" => theirs.starts_with("smst"),
        // The whole space is one row.
        "SME" => true,
        // objdump 2.40 takes some of them for PSEL.
        name => (theirs.starts_with(".inst") || theirs.starts_with("psel")) && undefined_there(name).is_some(),
    }
}

/// A word of the row. Register fields are often 31 or equal, which is where aliases are.
fn word_of(row: &Row, random: &mut Random) -> Option<u32> {
    (0..200).find_map(|_| {
        let mut fields = random.next() as u32;
        match random.next() % 6 {
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

#[test]
fn agrees_with_objdump() {
    let only = std::env::var("INVAR_DISASM_ONLY").unwrap_or_default();
    let mut random = Random(setting("INVAR_DISASM_SEED", 1));
    let mut words = Vec::new();
    for row in ROWS.iter().filter(|row| row.name.contains(&only)) {
        for _ in 0..setting("INVAR_DISASM_CASES", 24) {
            words.extend(word_of(row, &mut random).map(|word| (row, word)));
        }
    }
    let theirs = match objdump::disassemble(&words.iter().map(|(_, word)| *word).collect::<Vec<_>>(), START, "disassembly") {
        Ok(theirs) => theirs,
        Err(reason) => {
            eprintln!("SKIPPED: the disassembler was NOT compared with objdump: {reason}");
            return;
        }
    };
    let mut failures = Vec::new();
    for (index, ((row, word), theirs)) in words.iter().zip(&theirs).enumerate() {
        let ours = disassemble_word(*word, START + 4 * index as u64);
        if ours != *theirs && !excused(row, &ours, theirs) {
            failures.push(format!("{} {word:08x}: ours `{ours}`, objdump `{theirs}`", row.name));
        }
    }
    assert!(failures.is_empty(), "{} of {} words:\n{}", failures.len(), words.len(), failures.join("\n"));
}
