//! Runs the instruction vectors of `tests/insn/*.ins` on every engine. Does not know what any instruction means.
//!
//! A case is one line: `WORD disassembly | inputs => outputs`, a line that starts with `#` is a comment.
//! * WORD: the instruction in hexadecimal, as a number.
//! * inputs, outputs: `x0=1 sp=20000 nzcv=8 q3=…32 digits… p2=ffff ffr=ffff fpcr=… fpsr=… pstate.el=0 [20010]=0123456789abcdef` (memory, 8
//!   bytes as a little-endian number at that address); all values hexadecimal. Inputs not named: registers 0, sp = 28000,
//!   nzcv 0. RAM is 20000..30000 (MMU off is avoided: pages are Normal memory, identity-mapped, accessible to EL0 and EL1).
//! * `z3=…`, `p3=…` and `ffr=…` are whole scalable registers (of up to 512 and 64 digits; what is not written is zero); bit n of
//!   `lengths=…` says that there are vectors of n + 1 times 128 bits (only the shortest when it is not given).
//! * `guarded=1` makes the page of code one for FEAT_BTI; system registers go by their names.
//! * outputs that are not named must be unchanged, except `pc`, which is the address after the instruction unless given;
//!   the instruction is at 10000.
//! * an exception is written `esr=…` (and `far=…`); `undef` is short for `esr=2000000`.
//! * an exit because the hypervisor traps FP is written `trapped`.
//! * a first line `cpu NAME` in the file chooses the host model (default max); `NAME+FEATURE` gives it one more feature, and
//!   `NAME+tags` memory for tags (FEAT_MTE2): data pages are Tagged, accesses to them are checked synchronously, `tag[20010]=a` is a tag.

#[path = "insn_vectors/harness.rs"]
mod harness;

use std::collections::HashSet;
use std::path::Path;

use emu::insn::decode::decode;
use emu::insn::{ROWS, effects};

/// One line of a file of vectors.
struct Vector {
    place: String,
    cpu: String,
    line: String,
}

fn vectors() -> Vec<Vector> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/insn");
    let mut files: Vec<_> = std::fs::read_dir(&folder).expect("a readable folder of vectors").flatten().map(|entry| entry.path()).collect();
    files.sort();
    let mut vectors = Vec::new();
    for file in files.iter().filter(|file| file.extension().is_some_and(|extension| extension == "ins")) {
        let text = std::fs::read_to_string(file).expect("a readable folder of vectors");
        let name = file.file_name().expect("a readable folder of vectors").to_string_lossy().into_owned();
        let mut cpu = "max";
        for (index, line) in text.lines().map(str::trim).enumerate().filter(|(_, line)| !line.is_empty() && !line.starts_with('#')) {
            match line.strip_prefix("cpu ") {
                Some(model) => cpu = model.trim(),
                None => vectors.push(Vector { place: format!("{name}:{}", index + 1), cpu: cpu.into(), line: line.into() }),
            }
        }
    }
    assert!(!vectors.is_empty(), "no vectors found");
    vectors
}

#[test]
fn every_vector_passes() {
    let vectors = vectors();
    let run = |vector: &Vector| {
        let why = harness::run_case(&vector.cpu, &vector.line).err()?;
        Some(format!("{}: {}\n    {why}", vector.place, vector.line))
    };
    let failures: Vec<_> = vectors.iter().filter_map(run).collect();
    assert!(failures.is_empty(), "{} of {} vectors fail:\n{}", failures.len(), vectors.len(), failures.join("\n"));
}

/// Rows that always leave for the hypervisor, which a vector cannot say: the guests of `examples/guests` execute them.
const WITHOUT_VECTOR: &[&str] = &["WFE", "WFI", "YIELD"];

#[test]
fn every_row_has_a_vector() {
    let words = vectors().into_iter().filter_map(|vector| u32::from_str_radix(vector.line.split(' ').next()?, 16).ok());
    let tested: HashSet<_> = words.filter_map(|word| decode(word, 0x1_0000)).map(|insn| insn.op).collect();
    let implemented = ROWS.iter().filter(|row| row.effects & effects::UNIMPLEMENTED == 0);
    let missing: Vec<_> =
        implemented.filter(|row| !tested.contains(&row.op) && !WITHOUT_VECTOR.contains(&row.name)).map(|row| row.name).collect();
    assert!(missing.is_empty(), "{} rows without a vector: {}", missing.len(), missing.join(" "));
}
