//! Which words are instructions: ours against aarch64-linux-gnu-objdump, over random words of every top-level encoding group
//! and over words near every row (one fixed bit flipped). Skips loudly without it.
//!
//! `INVAR_COVERAGE_WORDS` (for each group), `INVAR_COVERAGE_SEED` change how much is compared. Does not compare texts; that is
//! `disassembly`'s.

#[path = "objdump/mod.rs"]
mod objdump;
mod random;

use std::collections::BTreeMap;

use emu::insn::ROWS;
use emu::insn::decode::decode;
use objdump::{setting, undefined_there};
use random::Random;

fn mnemonic(text: &str) -> &str {
    text.split(' ').next().unwrap_or_default()
}

/// Why the sides may disagree about a word that only objdump knows.
fn excused(word: u32, text: &str) -> Option<&'static str> {
    match mnemonic(text) {
        "fmlal" | "fmlal2" | "fmlsl" | "fmlsl2" if word >> 22 & 1 != 0 => Some("objdump does not look at bit 22"),
        "mrs" | "msr" if text.contains("s0_") => Some("objdump names any op0; MSR (immediate) has Rt = 31 and MRS op0 = 2 or 3"),
        "psel" if word & 0x210 != 0 => Some("objdump 2.40 does not look at bits 9 and 4"),
        "mov" if word & 0xfff0_2000 == 0x0510_2000 => Some("objdump takes immediates of bytes that are shifted by a byte"),
        "ld64b" | "st64b" | "st64bv" | "st64bv0" => Some("objdump takes odd registers, and those above 22"),
        _ => None,
    }
}

/// Random words of each value of the main group (bits 28:25), and of the neighbourhood of each row.
fn words(random: &mut Random) -> Vec<u32> {
    let mut words = Vec::new();
    for group in 0..16u32 {
        for _ in 0..setting("INVAR_COVERAGE_WORDS", 4000) {
            words.push(random.next() as u32 & !(15 << 25) | group << 25);
        }
    }
    for row in ROWS {
        for bit in (0..32).filter(|bit| row.pattern.mask >> bit & 1 != 0) {
            words.push((row.pattern.value | random.next() as u32 & !row.pattern.mask) ^ 1 << bit);
        }
        words.push(row.pattern.value | random.next() as u32 & !row.pattern.mask);
    }
    words
}

#[test]
fn the_same_words_are_instructions() {
    let mut random = Random(setting("INVAR_COVERAGE_SEED", 1));
    let words = words(&mut random);
    let theirs = match objdump::disassemble(&words, 0, "coverage") {
        Ok(theirs) => theirs,
        Err(reason) => {
            eprintln!("SKIPPED: coverage was NOT compared with objdump: {reason}");
            return;
        }
    };
    let mut failures: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (&word, text) in words.iter().zip(&theirs) {
        let ours = decode(word, 0).map(|insn| insn.row().name);
        let known = !text.starts_with(".inst") && !text.contains("undefined");
        let key = match ours {
            // The whole space is one row.
            Some("SME") => continue,
            Some(name) if !known && undefined_there(name).is_none() => format!("only we decode {name}"),
            None if known && excused(word, text).is_none() => {
                format!("only objdump decodes {}", mnemonic(text))
            }
            _ => continue,
        };
        failures.entry(key).or_default().push(format!("{word:08x} {text}"));
    }
    let lines: Vec<String> = failures.iter().map(|(key, list)| format!("{key} ({}): {}", list.len(), list[0])).collect();
    assert!(lines.is_empty(), "{} of {} words:\n{}", failures.values().map(Vec::len).sum::<usize>(), words.len(), lines.join("\n"));
}
