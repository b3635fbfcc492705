//! How operands of SVE rows are written that only these have: integer.

use std::fmt::{Result, Write};

use super::sve::vector;
use crate::insn::Insn;

/// Writes an operand; false when the kind is unknown.
pub(super) fn write(out: &mut String, insn: &Insn, kind: &str, value: u64) -> bool {
    let result = match kind {
        "zquarter" => out.write_str(&vector(value, insn.size.wrapping_sub(2))),
        "zoffset" => offset(out, insn, value),
        "zbits" => write!(out, "{:#x}", value & u64::MAX >> (64 - (8 << (insn.size & 3)))),
        "zshifted" => shifted(out, insn, value),
        "orr_or_mov" => orr_or_mov(out, insn),
        _ => return false,
    };
    result.is_ok()
}

/// ADR's vector of offsets.
fn offset(out: &mut String, insn: &Insn, register: u64) -> Result {
    out.write_str(&vector(register, insn.size))?;
    match (insn.opt, insn.imm) {
        (0 | 1, _) => out.write_str([", sxtw", ", uxtw"][usize::from(insn.opt & 1)])?,
        (_, 0) => {}
        _ => out.write_str(", lsl")?,
    }
    if insn.imm == 0 { Ok(()) } else { write!(out, " #{}", insn.imm) }
}

/// The number that it stands for; only zero says how it was shifted.
fn shifted(out: &mut String, insn: &Insn, value: u64) -> Result {
    if value == 0 && insn.bit(13) { out.write_str("0, lsl #8") } else { write!(out, "{value}") }
}

/// ORR of a register with itself is a move.
fn orr_or_mov(out: &mut String, insn: &Insn) -> Result {
    let [d, n, m] = [insn.rd, insn.rn, insn.rm].map(|register| vector(register.into(), 3));
    if insn.rn == insn.rm { write!(out, "mov {d}, {n}") } else { write!(out, "orr {d}, {n}, {m}") }
}
