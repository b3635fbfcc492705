//! Where source and destination part, for a terminal and as JSON. Decides nothing.

use std::fmt::Write;

use emu::insn::disasm;
use serde_json::{Value, json};

use super::Paint;
use crate::machine::{Outcome, exception_class};
use crate::migrate::lab::{Parting, any_name_of};
use crate::migrate::{Difference, Divergence, Step, Taken, TakenKind, Word, attribute};

/// Words of memory that are shown.
const WORDS: usize = 8;

/// For people.
pub fn parting_text(parting: &Parting, paint: Paint) -> String {
    let mut out = String::new();
    // Writing to a String cannot fail.
    let _ = write_parting(&mut out, parting, paint);
    out
}

fn write_parting(out: &mut String, parting: &Parting, paint: Paint) -> std::fmt::Result {
    let Some(found) = &parting.divergence else {
        let how = if parting.limit == 0 { "" } else { ", up to the guest's end or the limit" };
        return writeln!(out, "\n{}", paint.bold(paint.green(format!("source and destination do not part{how}"))));
    };
    let after = found.instructions.saturating_sub(parting.moved_at);
    let head = if after == 0 {
        "source and destination differ before any instruction".into()
    } else {
        format!("source and destination part at instruction {after} after the move, {} since power-on", found.instructions)
    };
    writeln!(out, "\n{}", paint.bold(paint.yellow(head)))?;
    let [source, destination] = &found.steps;
    if source == destination {
        if let Some(step) = source {
            writeln!(out, "    both       {}", step_text(step, parting.cpus))?;
        }
    } else {
        for (side, step) in [("source", source), ("destination", destination)] {
            let text = step.as_ref().map_or_else(|| "executes nothing more".into(), |step| step_text(step, parting.cpus));
            writeln!(out, "    {side:<11}{text}")?;
        }
    }
    for (side, end) in ["source", "destination"].into_iter().zip(&found.ends) {
        if let Some(end) = end {
            writeln!(out, "    {side:<11}has ended: {}", outcome(end))?;
        }
    }
    for difference in &found.differences {
        let Some(Row { what, source, destination }) = row(difference, &found.memory, parting.cpus) else { continue };
        writeln!(out, "      {}: {source} -> {destination}", paint.cyan(what))?;
    }
    for Word { address, a, b } in found.memory.iter().take(WORDS) {
        writeln!(out, "      {}: {a:#018x} -> {b:#018x}", paint.cyan(format!("memory {address:#x}")))?;
    }
    if found.memory.len() > WORDS {
        writeln!(out, "      and {} more words of memory", found.memory.len() - WORDS)?;
    }
    Ok(())
}

fn instruction(step: &Step) -> String {
    step.word.map_or_else(|| "(not readable)".into(), |word| disasm::disassemble_word(word, step.pc))
}

fn step_text(step: &Step, cpus: usize) -> String {
    let vcpu = if cpus > 1 { format!("vCPU {} ", step.vcpu) } else { String::new() };
    let word = step.word.map_or_else(String::new, |word| format!(" {word:08x}"));
    let taken: String = step.exceptions.iter().map(|taken| format!(", takes {}", taken_text(taken))).collect();
    format!("{vcpu}at {:#x}{word} {}{taken}", step.pc, instruction(step))
}

fn taken_text(taken: &Taken) -> String {
    let class = (taken.esr >> 26 & 0x3f) as u8;
    match taken.kind {
        TakenKind::Interrupt => "an interrupt".into(),
        TakenKind::SError => format!("an SError (ESR_EL1 {:#x})", taken.esr),
        TakenKind::Synchronous => format!("an exception: {} (ESR_EL1 {:#x})", exception_class::name(class), taken.esr),
    }
}

fn outcome(end: &Outcome) -> String {
    match end {
        Outcome::PowerOff => "power off".into(),
        Outcome::Reset => "reset".into(),
        Outcome::Exit(status) => format!("exit with status {status}"),
        Outcome::Deadlock => "it waits for ever".into(),
        Outcome::Stuck(stuck) => stuck.why.clone(),
        Outcome::Timeout | Outcome::InstructionLimit | Outcome::Quit | Outcome::Diverged { .. } => "stopped".into(),
    }
}

/// A difference in words.
struct Row {
    what: String,
    source: String,
    destination: String,
}

fn bytes(value: Option<&Vec<u8>>) -> String {
    value.map_or_else(
        || "none".into(),
        |value| {
            let digits: String = value.iter().rev().map(|byte| format!("{byte:02x}")).collect();
            let short = digits.trim_start_matches('0');
            format!("0x{}", if short.is_empty() { "0" } else { short })
        },
    )
}

/// Pages are told by their words, where these differ.
fn row(difference: &Difference, words: &[Word], cpus: usize) -> Option<Row> {
    let of = |vcpu: u64| if cpus > 1 { format!(" of vCPU {vcpu}") } else { String::new() };
    let number = |value: &Option<u64>| value.map_or_else(|| "none".into(), |value| format!("{value:#x}"));
    let plain = |what: String| Row { what, source: "one".into(), destination: "another".into() };
    Some(match difference {
        Difference::Register { vcpu, id, a, b } => {
            Row { what: format!("{}{}", any_name_of(*id), of(*vcpu)), source: bytes(a.as_ref()), destination: bytes(b.as_ref()) }
        }
        Difference::Gic { group, attr, a, b } => Row { what: attribute::name(*group, *attr), source: number(a), destination: number(b) },
        Difference::Vcpu { vcpu } => plain(format!("pending events, power or waiting{}", of(*vcpu))),
        Difference::Devices => plain("state of the board's devices".into()),
        Difference::Time => plain("time".into()),
        Difference::Page { address } if words.iter().any(|word| word.address & !0xfff == *address) => return None,
        Difference::Page { address } => plain(format!("Allocation Tags of the page at {address:#x}")),
    })
}

/// For programs.
pub fn parting_json(parting: &Parting) -> Value {
    let Some(found) = &parting.divergence else {
        return json!({ "parts": false, "moved_at": parting.moved_at, "limit": parting.limit });
    };
    json!({
        "parts": true,
        "moved_at": parting.moved_at,
        "limit": parting.limit,
        "instructions": found.instructions,
        "source": side_json(found, 0),
        "destination": side_json(found, 1),
        "differences": found.differences.iter().filter_map(|difference| row(difference, &found.memory, parting.cpus)).map(|row| json!({
            "what": row.what, "source": row.source, "destination": row.destination,
        })).collect::<Vec<_>>(),
        "memory": found.memory.iter().map(|word| json!({
            "address": format!("{:#x}", word.address), "source": format!("{:#018x}", word.a), "destination": format!("{:#018x}", word.b),
        })).collect::<Vec<_>>(),
    })
}

fn side_json(found: &Divergence, side: usize) -> Value {
    let end = found.ends.get(side).and_then(Option::as_ref).map(outcome);
    let step = found.steps.get(side).and_then(Option::as_ref);
    json!({
        "vcpu": step.map(|step| step.vcpu),
        "pc": step.map(|step| format!("{:#x}", step.pc)),
        "word": step.and_then(|step| step.word).map(|word| format!("{word:#010x}")),
        "instruction": step.map(instruction),
        "exceptions": step.map(|step| step.exceptions.iter().map(taken_text).collect::<Vec<_>>()),
        "ended": end,
    })
}
