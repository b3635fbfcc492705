//! How operands of SVE rows are written that only these have: predicates and counts; their aliases.

use std::fmt::Write;

use super::kinds::register;
use super::sve::{LANES, pattern};
use crate::insn::{Insn, Op};

/// Writes an operand; false when the kind is unknown.
pub(super) fn write(out: &mut String, insn: &Insn, kind: &str, value: u64) -> bool {
    let result = match kind {
        "bhwd" => out.write_char(['b', 'h', 'w', 'd'][value as usize & 3]),
        "rwide" => out.write_str(&register(value as u8, insn.aux == 1)),
        // A predicate-as-counter, and two predicates.
        "pn" => write!(out, "pn{value}.{}", LANES[usize::from(insn.size) % LANES.len()]),
        "pnz" => write!(out, "pn{value}/z"),
        "pnreg" => write!(out, "pn{value}"),
        "pspan" => write!(out, "{{p{value}.{lane}-p{}.{lane}}}", (value + 1) % 16, lane = LANES[usize::from(insn.size) % LANES.len()]),
        // The part of a vector that holds as many bits as it has elements.
        "zpart" if insn.imm == 0 => write!(out, "z{value}"),
        "zpart" => write!(out, "z{value}[{}]", insn.imm),
        "ph" => write!(out, "p{value}.h"),
        // A pattern and its multiplier, without those that are the defaults.
        "times" if insn.aux != 1 => write!(out, ", {}, mul #{}", pattern(value), insn.aux),
        "times" if value == 31 => Ok(()),
        "times" => write!(out, ", {}", pattern(value)),
        _ => return false,
    };
    result.is_ok()
}

/// The template of the alias that is preferred over the row's syntax.
pub(super) fn alias(insn: &Insn) -> Option<&'static str> {
    let (same, governs) = (insn.rn == insn.rm, insn.opt == insn.rm);
    match insn.op {
        Op::ORR_p_p_pp if same && governs => Some("mov {d:pb}, {n:pb}"),
        Op::ORRS_p_p_pp if same && governs => Some("movs {d:pb}, {n:pb}"),
        Op::AND_p_p_pp if same => Some("mov {d:pb}, {o:pz}, {n:pb}"),
        Op::ANDS_p_p_pp if same => Some("movs {d:pb}, {o:pz}, {n:pb}"),
        Op::EOR_p_p_pp if governs => Some("not {d:pb}, {o:pz}, {n:pb}"),
        Op::EORS_p_p_pp if governs => Some("nots {d:pb}, {o:pz}, {n:pb}"),
        Op::SEL_p_p_pp if insn.rd == insn.rm => Some("mov {d:pb}, {o:pm}, {n:pb}"),
        _ => None,
    }
}
