//! `emu::math::fp` against real instructions run by qemu-aarch64, and against digests and cases recorded from it.
//! The live comparison needs qemu-aarch64 and aarch64-linux-gnu-gcc and says so when it cannot run; the recorded one
//! always runs.
//!
//! `INVAR_FP_CASES` (cases for each operation), `INVAR_FP_WORDS` (words for each row), `INVAR_FP_ONLY` (part of a name),
//! `INVAR_FP_SEED`, `INVAR_QEMU_AARCH64` (path), `INVAR_FP_RECORD` (file to write the recording to) and
//! `INVAR_FP_VECTORS` (folder to write instruction vectors to) change the live comparison.

#[path = "fp_oracle/cases.rs"]
mod cases;
#[path = "fp_oracle/driver.rs"]
mod driver;
#[path = "fp_oracle/objdump.rs"]
mod objdump;
#[path = "fp_oracle/ops.rs"]
mod ops;
#[path = "fp_oracle/pe.rs"]
mod pe;
mod random;
#[path = "fp_oracle/recording.rs"]
mod recording;
#[path = "fp_oracle/rows.rs"]
mod rows;
#[path = "fp_oracle/vectors.rs"]
mod vectors;

use cases::Case;
use driver::{Oracle, Record, Reply};
use emu::insn::Row;
use emu::math::fp::{FpEnv, Fpcr};
use ops::{Op, Shape};
use random::Random;
use random::operands::Type;

fn setting(name: &str, default: u64) -> u64 {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(default)
}

/// Result (as `Op::model` gives it) and FPSR.
type Outcome = (u64, u32);

fn width_mask(kind: Type) -> u64 {
    match kind {
        Type::H | Type::B => 0xffff,
        Type::S => 0xffff_ffff,
        Type::D | Type::X => u64::MAX,
    }
}

fn operands(op: &Op, case: &Case) -> [u64; 3] {
    [0, 1, 2].map(|i| case.operands[i] & width_mask(op.types[i]))
}

fn record(op: &Op, case: &Case) -> Record {
    let values = operands(op, case).map(u128::from);
    let mut record = Record { fpcr: case.fpcr, fpsr: case.fpsr, ..Record::default() };
    match op.shape {
        Shape::FromGeneral => record.x1 = values[0] as u64,
        Shape::Accumulate => record.v[..3].copy_from_slice(&values),
        _ => record.v[1..].copy_from_slice(&values),
    }
    record
}

fn observed(op: &Op, reply: &Reply) -> Outcome {
    let value = match op.shape {
        Shape::Vector | Shape::Accumulate | Shape::FromGeneral => reply.v0 as u64,
        Shape::ToGeneral => reply.x0,
        Shape::Flags => u64::from(reply.nzcv),
        Shape::ToGeneralAndFlags => reply.x0 | (u64::from(reply.nzcv) << 32),
    };
    (value & op.mask, reply.fpsr)
}

fn modelled(op: &Op, case: &Case) -> Outcome {
    let mut env = FpEnv::new(case.fpcr, case.fpsr);
    ((op.model)(operands(op, case), &mut env) & op.mask, env.fpsr)
}

/// Where a QEMU is known to be wrong, judged by the Arm ARM.
fn oracle_errs(op: &Op, case: &Case, version: u32) -> bool {
    match op.name.as_str() {
        // 7.2 sign-extends the scalar half-precision form's result over the upper part of the register.
        "fcvtzs16#5" => version < 10,
        // 7.2 sets Z for a denormal flushed to zero (FPToFixedJS clears it).
        "fjcvtzs" => version < 10 && case.fpcr & Fpcr::FZ != 0,
        _ => false,
    }
}

fn compare(op: &Op, seed: u64, count: usize, oracle: &mut Oracle) -> Result<recording::Section, String> {
    let alternate = oracle.version >= 10;
    let cases = cases::cases(&op.name, op.types, seed, count, alternate);
    let records: Vec<Record> = cases.iter().map(|case| record(op, case)).collect();
    let replies = oracle.run(op.instruction, &records).ok_or(format!("{:08x} is undefined there", op.instruction))?;
    let outcomes: Vec<Outcome> = replies.iter().map(|reply| observed(op, reply)).collect();
    let mut wrong = Vec::new();
    for (case, theirs) in cases.iter().zip(&outcomes) {
        let ours = modelled(op, case);
        if ours != *theirs && !oracle_errs(op, case, oracle.version) {
            wrong.push(format!(
                "{:x?} fpcr {:08x} fpsr {:02x}: ours {:x} fpsr {:02x}, oracle {:x} fpsr {:02x}",
                case.operands, case.fpcr, case.fpsr, ours.0, ours.1, theirs.0, theirs.1
            ));
        }
    }
    if wrong.is_empty() {
        return Ok(recording::Section::new(op, seed, &cases, &outcomes));
    }
    Err(format!("{} of {count} wrong\n  {}", wrong.len(), wrong[..wrong.len().min(5)].join("\n  ")))
}

#[test]
fn agrees_with_qemu() {
    let mut oracle = match Oracle::start() {
        Ok(oracle) => oracle,
        Err(reason) => {
            eprintln!("SKIPPED: floating point was NOT compared with qemu-aarch64: {reason}");
            return;
        }
    };
    let seed = setting("INVAR_FP_SEED", 1);
    let count = setting("INVAR_FP_CASES", 4_000) as usize;
    let only = std::env::var("INVAR_FP_ONLY").unwrap_or_default();
    eprintln!("qemu {}, seed {seed}, {count} cases for each operation", oracle.version);
    let mut sections = Vec::new();
    let mut failures = Vec::new();
    for op in ops::all().iter().filter(|op| op.name.contains(&only)) {
        match compare(op, seed, count, &mut oracle) {
            Ok(section) => sections.push(section.to_string()),
            Err(failure) => failures.push(format!("{}: {failure}", op.name)),
        }
    }
    assert!(failures.is_empty(), "seed {seed}:\n{}", failures.join("\n"));
    if let Ok(path) = std::env::var("INVAR_FP_RECORD") {
        assert!(oracle.version >= 10, "record with QEMU 10 or newer, which has FEAT_AFP");
        std::fs::write(path, sections.concat()).expect("the recording cannot be written");
    }
}

#[test]
fn agrees_with_recording() {
    let ops = ops::all();
    let sections = recording::parse(include_str!("data/fp_recorded.txt"));
    for op in &ops {
        let section = sections.iter().find(|section| section.name == op.name);
        let section = section.unwrap_or_else(|| panic!("{} has no recording", op.name));
        for (case, outcome) in &section.examples {
            assert_eq!(modelled(op, case), *outcome, "{} {case:x?}", op.name);
        }
        let cases = cases::cases(&op.name, op.types, section.seed, section.count, true);
        let outcomes: Vec<Outcome> = cases.iter().map(|case| modelled(op, case)).collect();
        assert_eq!(
            recording::digest(&outcomes),
            section.digest,
            "{}: one of {} cases of seed {} is wrong; agrees_with_qemu tells which",
            op.name,
            section.count,
            section.seed
        );
    }
    assert_eq!(sections.len(), ops.len(), "a recording has no operation");
}

/// Where a QEMU is known to execute an instruction wrongly, judged by the Arm ARM.
fn row_errs(row: &Row, record: &Record, version: u32) -> bool {
    let afp_alternate = record.fpcr & Fpcr::AH != 0;
    match row.name {
        // FPAbs() and FPNeg() leave NaNs alone under FPCR.AH; 10.0 does that in the scalar forms only.
        "FABS_vec" | "FABS_vec_h" | "FNEG_vec" | "FNEG_vec_h" => afp_alternate,
        // See `oracle_errs`.
        "FJCVTZS" => version < 10 && record.fpcr & Fpcr::FZ != 0,
        name if name.ends_with("_fix_scalar_h") => version < 10,
        _ => false,
    }
}

/// Compares one instance of a row on both sides; the error tells the first differences.
fn compare_word(row: &Row, word: u32, records: &[Record], oracle: &mut Oracle, pe: &mut pe::Pe) -> Result<(), String> {
    let (ours, theirs) = match (pe.run(word, records), oracle.run(word, records)) {
        (None, None) => return Ok(()),
        (Some(_), None) => return Err("undefined there only".into()),
        (None, Some(_)) => return Err("undefined here only".into()),
        (Some(ours), Some(theirs)) => (ours, theirs),
    };
    let wrong: Vec<String> = records
        .iter()
        .zip(ours.iter().zip(&theirs))
        .filter(|(record, (ours, theirs))| ours != theirs && !row_errs(row, record, oracle.version))
        .map(|(record, (ours, theirs))| format!("\n  {record:x?}\n    ours   {ours:x?}\n    oracle {theirs:x?}"))
        .collect();
    if wrong.is_empty() { Ok(()) } else { Err(format!("{} of {}{}", wrong.len(), records.len(), wrong[..wrong.len().min(2)].concat())) }
}

#[test]
fn rows_agree_with_qemu() {
    let mut oracle = match Oracle::start() {
        Ok(oracle) => oracle,
        Err(reason) => {
            eprintln!("SKIPPED: floating-point instructions were NOT compared with qemu-aarch64: {reason}");
            return;
        }
    };
    let seed = setting("INVAR_FP_SEED", 1);
    let (words, count) = (setting("INVAR_FP_WORDS", 6), setting("INVAR_FP_CASES", 4_000) / 40);
    eprintln!("qemu {}, seed {seed}, {words} words for each row, {count} cases for each word", oracle.version);
    let only = std::env::var("INVAR_FP_ONLY").unwrap_or_default();
    let mut pe = pe::Pe::new("max");
    let mut failures = Vec::new();
    let mut vectors = vectors::Vectors::default();
    for row in rows::floating_point().filter(|row| row.name.contains(&only)) {
        let mut random = Random::new(seed ^ cases::hash(row.name.bytes().map(u64::from)));
        for _ in 0..words {
            let word = rows::word(row, &mut random);
            let size = emu::insn::decode::decode(word, 0).map_or(0, |insn| insn.size);
            let records: Vec<Record> = (0..count).map(|_| rows::record(size, &mut random, oracle.version >= 10)).collect();
            if let Err(failure) = compare_word(row, word, &records, &mut oracle, &mut pe) {
                let text = emu::insn::disasm::disassemble_word(word, 0);
                failures.push(format!("{} {word:08x} {text}: {failure}", row.name));
                break;
            }
        }
        record_vectors(row, &mut random, &mut oracle, &mut vectors);
    }
    assert!(failures.is_empty(), "seed {seed}, {} rows differ:\n{}", failures.len(), failures.join("\n"));
    if let Ok(folder) = std::env::var("INVAR_FP_VECTORS") {
        for (file, text) in [("fp.ins", vectors.scalar), ("simd_fp.ins", vectors.simd)] {
            std::fs::write(format!("{folder}/{file}"), text).expect("the vectors cannot be written");
        }
    }
}

/// Two instances of the row with one set of registers each, as the oracle answers.
fn record_vectors(row: &Row, random: &mut Random, oracle: &mut Oracle, vectors: &mut vectors::Vectors) {
    let mut left = 2;
    while left > 0 {
        let word = rows::word(row, random);
        let Some(insn) = emu::insn::decode::decode(word, 0).filter(|insn| insn.op == row.op) else { continue };
        let record = rows::record(insn.size, random, false);
        if !row_errs(row, &record, oracle.version)
            && let Some(replies) = oracle.run(word, &[record])
        {
            vectors.add(word, &record, &replies[0]);
        }
        left -= 1;
    }
}

#[test]
fn syntax_agrees_with_binutils() {
    let mut random = Random::new(setting("INVAR_FP_SEED", 1));
    let words: Vec<u32> = rows::floating_point().flat_map(|row| [0; 20].map(|_| rows::word(row, &mut random))).collect();
    let theirs = match objdump::disassemble(&words, "syntax") {
        Ok(lines) => lines,
        Err(reason) => {
            eprintln!("SKIPPED: disassembly was NOT compared with objdump: {reason}");
            return;
        }
    };
    let wrong: Vec<String> = words
        .iter()
        .zip(&theirs)
        .map(|(&word, theirs)| (word, emu::insn::disasm::disassemble_word(word, 0), theirs))
        .filter(|(_, ours, theirs)| ours != *theirs && !(ours.starts_with(".inst") && theirs.starts_with(".inst")))
        .map(|(word, ours, theirs)| format!("{word:08x} ours `{ours}`, objdump `{theirs}`"))
        .collect();
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), words.len(), wrong[..wrong.len().min(40)].join("\n"));
}

/// Words that differ from floating-point rows in one fixed bit: whether they execute, and that none is forgotten.
#[test]
fn allocation_agrees_with_qemu() {
    let mut oracle = match Oracle::start() {
        Ok(oracle) => oracle,
        Err(reason) => {
            eprintln!("SKIPPED: allocated encodings were NOT compared with qemu-aarch64: {reason}");
            return;
        }
    };
    if oracle.version < 10 {
        eprintln!("SKIPPED: allocated encodings were NOT compared: QEMU {} aborts on some reserved ones", oracle.version);
        return;
    }
    let seed = setting("INVAR_FP_SEED", 1);
    let mut random = Random::new(seed);
    let mut pe = pe::Pe::new("max");
    let (mut unknown, mut wrong) = (Vec::new(), Vec::new());
    for row in rows::floating_point() {
        for bit in (0..32).filter(|bit| row.pattern.mask >> bit & 1 != 0) {
            let word = rows::word(row, &mut random) ^ 1 << bit;
            // Keep to the groups of SIMD and floating point: nothing there touches memory.
            if word >> 25 & 7 != 7 {
                continue;
            }
            let record = [Record::default()];
            // Other groups answer for their own rows.
            let ours = emu::insn::decode::decode(word, 0);
            let floating = ours.is_none_or(|insn| rows::is_floating_point(insn.row()));
            match (pe.run(word, &record), oracle.run(word, &record)) {
                (Some(_), None) if floating => wrong.push(format!("{word:08x} {}", emu::insn::disasm::disassemble_word(word, 0))),
                (None, Some(_)) => unknown.push(word),
                _ => {}
            }
        }
    }
    assert!(wrong.is_empty(), "seed {seed}: undefined in the oracle only:\n{}", wrong.join("\n"));
    match objdump::disassemble(&unknown, "unknown") {
        Ok(lines) => {
            let floating = |line: &&String| ["f", "bf", "scvtf", "ucvtf"].iter().any(|start| line.starts_with(start));
            let missing: Vec<_> = lines.iter().filter(floating).collect();
            assert!(missing.is_empty(), "seed {seed}: no row for {missing:#?}");
        }
        Err(reason) => eprintln!("SKIPPED: {} words that only the oracle executes were NOT looked at: {reason}", unknown.len()),
    }
}
