//! What binutils calls a word. It judges nothing.

use std::path::PathBuf;
use std::process::Command;

const OBJDUMP: &str = "aarch64-linux-gnu-objdump";

/// One line of assembly for each word, without aliases and comments, or why that is not to be had here.
pub fn disassemble(words: &[u32], label: &str) -> Result<Vec<String>, String> {
    let file = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("fp-words-{}-{label}", std::process::id()));
    let bytes: Vec<u8> = words.iter().flat_map(|word| word.to_le_bytes()).collect();
    std::fs::write(&file, bytes).map_err(|error| error.to_string())?;
    let output = Command::new(OBJDUMP).args(["-D", "-z", "-b", "binary", "-m", "aarch64", "-M", "no-aliases"]).arg(&file).output();
    std::fs::remove_file(&file).map_err(|error| error.to_string())?;
    let output = output.map_err(|error| format!("{OBJDUMP}: {error}"))?;
    let text = String::from_utf8(output.stdout).map_err(|error| error.to_string())?;
    // Address, word, mnemonic and operands are separated by tabs; a comment or a label may follow.
    let lines: Vec<String> = text
        .lines()
        .filter_map(|line| line.split_once('\t')?.1.split_once('\t'))
        .map(|(_, assembly)| assembly.split("//").next().unwrap_or_default().trim().replace('\t', " "))
        .collect();
    if lines.len() == words.len() { Ok(lines) } else { Err(format!("{OBJDUMP} gave {} lines for {} words", lines.len(), words.len())) }
}
