//! Every row of the instruction table, sequences of them, and random words of the encoding space, against qemu-aarch64, and all but the
//! words against Unicorn: whole register states, memory, and faults as the signals that Linux makes of them. Does not know what any instruction means.
//!
//! Needs qemu-aarch64 and aarch64-linux-gnu-gcc, or libunicorn-dev, and says so when it cannot run. `INVAR_DIFF_CASES` (cases for each
//! row), `INVAR_DIFF_WORDS` (random words), `INVAR_DIFF_SEQUENCES` (of twelve instructions, four cases each), `INVAR_DIFF_SEED`, `INVAR_DIFF_ONLY` (part of a row's name) and `INVAR_QEMU_AARCH64`
//! (path) change what is done.

#[path = "differential/cases.rs"]
mod cases;
#[path = "differential/driver.rs"]
mod driver;
#[path = "differential/exclusions.rs"]
mod exclusions;
#[path = "differential/machine.rs"]
mod machine;
mod random;
#[path = "differential/scalable.rs"]
mod scalable;
#[path = "differential/state.rs"]
mod state;

use driver::{Case, Driver};
use emu::insn::decode::decode;
use emu::insn::disasm::disassemble_word;
use emu::insn::effects::{BRANCH, LOAD, STORE, SYSTEM, UNIMPLEMENTED};
use emu::insn::{Insn, ROWS, Row};
use machine::Machine;
use random::Random;
use state::{CODE, Outcome, SIGSEGV};

fn setting(name: &str, default: u64) -> u64 {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(default)
}

/// Both sides, or None (and a message) without the tools.
fn sides(name: &str) -> Option<(Machine, Driver)> {
    prepared(Driver::start(name), "qemu-aarch64")
}

fn prepared(driver: Result<Driver, String>, other: &str) -> Option<(Machine, Driver)> {
    match driver {
        Ok(driver) => Some((Machine::new(&exclusions::absent(driver.side)), driver)),
        Err(reason) => {
            eprintln!("SKIPPED: instructions were NOT compared with {other}: {reason}");
            None
        }
    }
}

/// Why the outcomes disagree; None when they do not. After a fault of a single instruction nothing may have changed.
fn disagreement(words: &[u32], case: &Case, ours: &Outcome, theirs: &Outcome) -> Option<String> {
    if ours.signal != theirs.signal {
        return Some(format!("signal: ours {}, theirs {}", ours.signal, theirs.signal));
    }
    let single = words.len() == 1;
    if ours.signal != 0 && !single {
        // What the faulting one has done by then is compared by itself, not here.
        return (ours.state.pc != theirs.state.pc).then(|| format!("fault at: ours {:x}, theirs {:x}", ours.state.pc, theirs.state.pc));
    }
    let mut list = ours.state.differences(if ours.signal == 0 { &theirs.state } else { &case.state });
    if ours.signal != 0 {
        // Of an access that crosses into an unmapped page, either its own address or that of the page is reported; tags are
        // not. An x86 host does not tell addresses of more than 47 bits.
        let (our_address, their_address) = (ours.fault_address & !0 >> 8, theirs.fault_address & !0 >> 8);
        if ours.signal == SIGSEGV && our_address >> 47 == 0 && our_address.abs_diff(their_address) >= 64 {
            list.push(format!("fault address: ours {:x}, theirs {:x}", ours.fault_address, theirs.fault_address));
        }
        if !ours.changes.is_empty() {
            list.push(format!("a faulting instruction stored {:x?}", ours.changes));
        }
    }
    if ours.changes != theirs.changes && ours.signal == 0 {
        list.push(format!("memory: ours {:x?}, theirs {:x?}", ours.changes, theirs.changes));
    }
    (!list.is_empty()).then(|| list.join("; "))
}

fn compare(machine: &mut Machine, driver: &mut Driver, words: &[u32], cases: &[Case], failures: &mut Vec<String>) {
    let (ours, theirs) = (machine.run(words, cases), driver.run(words, cases));
    for ((case, ours), theirs) in cases.iter().zip(&ours).zip(&theirs) {
        let Some(why) = disagreement(words, case, ours, theirs) else { continue };
        let excused = |word: &u32| decode(*word, CODE).is_some_and(|insn| exclusions::excused(&insn, ours, theirs, case, driver.side));
        if words.iter().any(excused) {
            continue;
        }
        failures.push(format!("{}\n    {why}", described(words, case)));
        break;
    }
}

/// The instructions, and the operands of the first.
fn described(words: &[u32], case: &Case) -> String {
    let texts: Vec<_> = words.iter().map(|&word| format!("{word:08x} `{}`", disassemble_word(word, CODE))).collect();
    let (s, word) = (&case.state, words[0]);
    let name = decode(word, CODE).map_or("unallocated", |insn| insn.row().name);
    let (rn, rm) = ((word >> 5 & 31) as usize, (word >> 16 & 31) as usize);
    let general = |n: usize| s.x.get(n).copied().unwrap_or(s.sp);
    format!(
        "{name} {} nzcv={:x} fpcr={:x} n: {:x} {:x} m: {:x} {:x} d: {:x}",
        texts.join("; "),
        s.nzcv,
        s.fpcr,
        general(rn),
        s.v[rn],
        general(rm),
        s.v[rm],
        s.v[(word & 31) as usize],
    )
}

fn report(failures: &[String], seed: u64, compared: usize) {
    let shown = failures.len().min(setting("INVAR_DIFF_SHOW", 60) as usize);
    assert!(
        failures.is_empty(),
        "{} cases differ of {compared} executed instructions with seed {seed}:\n{}",
        failures.len(),
        failures[..shown].join("\n")
    );
    eprintln!("{compared} executed instructions agree with seed {seed}");
}

fn eligible(row: &Row, only: &str) -> bool {
    row.effects & (BRANCH | SYSTEM | UNIMPLEMENTED) == 0
        && row.name.contains(only)
        && !scalable::is_row(row)
        && exclusions::of_row(row.name).is_none()
}

fn compare_rows(machine: &mut Machine, driver: &mut Driver) {
    let seed = setting("INVAR_DIFF_SEED", 1);
    let words = setting("INVAR_DIFF_CASES", 24).div_ceil(4);
    let only = std::env::var("INVAR_DIFF_ONLY").unwrap_or_default();
    let (mut failures, mut compared) = (Vec::new(), 0);
    let side = driver.side;
    for row in ROWS.iter().filter(|row| eligible(row, &only) && exclusions::comparable(row, side)) {
        let mut random = Random(seed ^ u64::from(row.pattern.value) << 32);
        for _ in 0..words {
            let Some(insn) = cases::word_of(row, &mut random) else {
                failures.push(format!("{}: no word decodes to it", row.name));
                break;
            };
            let list: Vec<_> = (0..4).map(|_| cases::case_for(&insn, &mut random)).collect();
            compared += list.len();
            compare(machine, driver, &[insn.word], &list, &mut failures);
        }
    }
    report(&failures, seed, compared);
}

#[test]
fn rows_agree_with_qemu() {
    if let Some((mut machine, mut driver)) = sides("rows") {
        compare_rows(&mut machine, &mut driver);
    }
}

#[test]
fn rows_agree_with_unicorn() {
    if let Some((mut machine, mut driver)) = prepared(Driver::start_unicorn("unicorn-rows"), "Unicorn") {
        compare_rows(&mut machine, &mut driver);
    }
}

/// Sequences of instructions, each of a row at random: what one leaves (registers, flags, memory, the state of a fault) is what the next
/// one finds.
fn compare_sequences(machine: &mut Machine, driver: &mut Driver) {
    const LENGTH: usize = 12;
    let seed = setting("INVAR_DIFF_SEED", 1);
    let mut random = Random(seed ^ 0x5e90_e9ce);
    let rows: Vec<_> = ROWS.iter().filter(|row| eligible(row, "") && exclusions::sequential(row, driver.side)).collect();
    let (mut failures, mut compared) = (Vec::new(), 0);
    for _ in 0..setting("INVAR_DIFF_SEQUENCES", 2000) {
        let mut insns = Vec::new();
        while insns.len() < LENGTH {
            let row = rows[random.below(rows.len() as u64) as usize];
            let usable = |insn: &Insn| row.effects & (LOAD | STORE) == 0 || insn.bits(9, 5) != 31;
            insns.extend(cases::word_of(row, &mut random).filter(usable));
        }
        let words: Vec<_> = insns.iter().flat_map(|insn| cases::with_base(insn, &mut random)).collect();
        let list: Vec<_> = (0..4).map(|at| cases::case_for(&insns[at % LENGTH], &mut random)).collect();
        compared += words.len() * list.len();
        compare(machine, driver, &words, &list, &mut failures);
    }
    report(&failures, seed, compared);
}

#[test]
fn sequences_agree_with_qemu() {
    if let Some((mut machine, mut driver)) = sides("sequences") {
        compare_sequences(&mut machine, &mut driver);
    }
}

#[test]
fn sequences_agree_with_unicorn() {
    if let Some((mut machine, mut driver)) = prepared(Driver::start_unicorn("unicorn-sequences"), "Unicorn") {
        compare_sequences(&mut machine, &mut driver);
    }
}

/// A random word in the groups of the encoding space that the table has: data processing, loads and stores, SIMD and FP.
fn any_word(random: &mut Random) -> u32 {
    loop {
        let word = random.next() as u32;
        let top = word >> 25 & 15;
        // Branches and system instructions would leave the page; reserved and SVE space has no rows.
        if top >= 4 && top != 0b1010 && top != 0b1011 {
            return word;
        }
    }
}

#[test]
fn words_agree_with_qemu() {
    let Some((mut machine, mut driver)) = sides("words") else { return };
    let seed = setting("INVAR_DIFF_SEED", 1);
    let mut random = Random(seed);
    let (mut failures, mut compared) = (Vec::new(), 0);
    for _ in 0..setting("INVAR_DIFF_WORDS", 20_000) {
        let word = any_word(&mut random);
        let insn = decode(word, CODE);
        let row = insn.map(|insn| insn.row());
        if row.is_some_and(|row| !eligible(row, "")) || row.is_none() && exclusions::of_word(word).is_some() {
            continue;
        }
        let case = match insn {
            Some(insn) => cases::case_for(&insn, &mut random),
            None => Case { state: state::State { pc: CODE, ..Default::default() }, window: [0; state::WINDOW_WORDS] },
        };
        compared += 1;
        compare(&mut machine, &mut driver, &[word], &[case], &mut failures);
    }
    report(&failures, seed, compared);
}

/// SVE's rows with vectors of one length.
fn compare_scalable_rows(name: &str, bytes: usize) {
    let Some((_, mut driver)) = prepared(Driver::start_scalable(name, bytes), "qemu-aarch64") else { return };
    let mut machine = Machine::scalable(&exclusions::absent(driver.side), bytes);
    let seed = setting("INVAR_DIFF_SEED", 1);
    let only = std::env::var("INVAR_DIFF_ONLY").unwrap_or_default();
    let (mut failures, mut compared) = (Vec::new(), 0);
    let rows = ROWS.iter().filter(|row| scalable::is_row(row) && row.effects & UNIMPLEMENTED == 0 && row.name.contains(&only));
    for row in rows.filter(|row| !scalable::loses_quadwords_in_qemu(row, bytes)) {
        let mut random = Random(seed ^ u64::from(row.pattern.value) << 32 ^ bytes as u64);
        for _ in 0..setting("INVAR_DIFF_CASES", 24).div_ceil(4) {
            let Some(insn) = cases::word_of(row, &mut random) else {
                failures.push(format!("{}: no word decodes to it", row.name));
                break;
            };
            let list: Vec<_> = (0..4).map(|_| scalable::case_for(&insn, bytes, &mut random)).collect();
            compared += list.len();
            compare(&mut machine, &mut driver, &[insn.word], &list, &mut failures);
        }
    }
    report(&failures, seed, compared);
}

#[test]
fn scalable_rows_agree_with_qemu() {
    compare_scalable_rows("scalable-64", 64);
}

#[test]
fn scalable_rows_of_odd_lengths_agree_with_qemu() {
    compare_scalable_rows("scalable-48", 48);
}

#[test]
fn scalable_rows_of_the_shortest_length_agree_with_qemu() {
    compare_scalable_rows("scalable-16", 16);
}

/// Rows of 8-bit floating point, scalable or not, with any formats and scales in FPMR.
#[test]
fn eight_bit_rows_agree_with_qemu() {
    use sysregs::Feature::{F8F16MM, F8F32MM, FP8, FP8DOT2, FP8DOT4, FP8FMA};
    const MSR_FPMR_X5: u32 = 0xd51b_4445;
    let bytes = 64;
    let Some((_, mut driver)) = prepared(Driver::start_scalable("eight-bit", bytes), "qemu-aarch64") else { return };
    let absent = exclusions::absent(driver.side);
    let mut machine = Machine::scalable(&absent, bytes);
    let seed = setting("INVAR_DIFF_SEED", 1);
    let (mut failures, mut compared) = (Vec::new(), 0);
    let rows = ROWS.iter().filter(|row| [FP8, FP8FMA, FP8DOT2, FP8DOT4, F8F16MM, F8F32MM].contains(&row.feature));
    for row in rows.filter(|row| !absent.contains(&row.feature)) {
        let mut random = Random(seed ^ u64::from(row.pattern.value) << 32);
        for _ in 0..setting("INVAR_DIFF_CASES", 24) {
            let Some(insn) = cases::word_of(row, &mut random) else { continue };
            let mut list: Vec<_> = (0..4).map(|_| scalable::case_for(&insn, bytes, &mut random)).collect();
            list.iter_mut().for_each(|case| case.state.x[5] = scalable::fpmr(&mut random));
            compared += list.len();
            compare(&mut machine, &mut driver, &[MSR_FPMR_X5, insn.word], &list, &mut failures);
        }
    }
    report(&failures, seed, compared);
}

/// Scalable and Advanced SIMD instructions on the same registers.
#[test]
fn scalable_sequences_agree_with_qemu() {
    const LENGTH: usize = 12;
    let bytes = 64;
    let Some((_, mut driver)) = prepared(Driver::start_scalable("scalable-sequences", bytes), "qemu-aarch64") else { return };
    let mut machine = Machine::scalable(&exclusions::absent(driver.side), bytes);
    let seed = setting("INVAR_DIFF_SEED", 1);
    let mut random = Random(seed ^ 0x5e90_e9ce);
    let quiet = |row: &&&Row| row.effects & (LOAD | STORE | BRANCH | SYSTEM | UNIMPLEMENTED) == 0;
    let (long, short): (Vec<_>, Vec<_>) = ROWS.iter().filter(|row| quiet(&row)).partition(|row| scalable::is_row(row));
    let short: Vec<&Row> = short.into_iter().filter(|row| eligible(row, "") && exclusions::sequential(row, driver.side)).collect();
    let short: Vec<&Row> = short.into_iter().filter(|row| !scalable::keeps_upper_in_qemu(row)).collect();
    let (mut failures, mut compared) = (Vec::new(), 0);
    for _ in 0..setting("INVAR_DIFF_SEQUENCES", 2000) / 4 {
        let mut insns: Vec<Insn> = Vec::new();
        while insns.len() < LENGTH {
            let rows = if random.one_in(3) { &short } else { &long };
            insns.extend(cases::word_of(rows[random.below(rows.len() as u64) as usize], &mut random));
        }
        let words: Vec<_> = insns.iter().map(|insn| insn.word).collect();
        let list: Vec<_> = (0..4).map(|at| scalable::case_for(&insns[at], bytes, &mut random)).collect();
        compared += words.len() * list.len();
        compare(&mut machine, &mut driver, &words, &list, &mut failures);
    }
    report(&failures, seed, compared);
}
