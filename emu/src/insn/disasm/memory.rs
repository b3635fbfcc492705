//! Operands of loads and stores. Knows no general registers' names but through `kinds`.

use std::fmt::{Result, Write};

use super::kinds::register;
use crate::insn::{Insn, ZR};

/// Options of memory copies: which access is unprivileged (T) or non-temporal (N).
const COPY_OPTIONS: [&str; 16] = ["", "wt", "rt", "t", "wn", "wtwn", "rtwn", "twn", "rn", "wtrn", "rtrn", "trn", "n", "wtn", "rtn", "tn"];

/// Writes an operand of one of the kinds that `kinds` sends here.
pub(super) fn write(out: &mut String, insn: &Insn, kind: &str, value: u64) -> Result {
    match kind {
        "off" if value == 0 => Ok(()),
        "off" => write!(out, ", #{}", value as i64),
        "simm" => write!(out, "{}", value as i64),
        "index" => index(out, insn, value as u8),
        "vt" => write!(out, "{}{value}", ["b", "h", "s", "d", "q"][usize::from(insn.size % 5)]),
        "vlist" => list(out, insn, arrangement(insn)),
        "velement" => {
            list(out, insn, ["b", "h", "s", "d"][usize::from(insn.size & 3)])?;
            write!(out, "[{}]", insn.aux)
        }
        "vpost" => post_index(out, insn, value as u8),
        "cpy" => out.write_str(COPY_OPTIONS[(value >> 12 & 15) as usize]),
        "set" => out.write_str(["", "t", "n", "tn"][(value >> 12 & 3) as usize]),
        "prfop" => prefetch(out, value),
        "bh" => out.write_str(["b", "h", "", ""][(value & 3) as usize]),
        "order" => out.write_str(["", "l", "a", "al"][(value >> 22 & 3) as usize]),
        "cas_order" => out.write_str(["", "l", "a", "al"][(value >> 21 & 2 | value >> 15 & 1) as usize]),
        "rtpair" => {
            // Numbers, not operand indices: 31 is XZR.
            let name = |number: u8| register(if number == 31 { ZR } else { number }, insn.size == 3);
            write!(out, "{}, {}", name(value as u8), name(value as u8 + 1))
        }
        _ => Ok(()),
    }
}

/// An offset register: LSL #0 is written for the explicit form of byte accesses only.
fn index(out: &mut String, insn: &Insn, number: u8) -> Result {
    out.write_str(&register(number, insn.aux & 1 != 0))?;
    let shifts = insn.bit(12);
    match (insn.aux, shifts) {
        (3, false) => Ok(()),
        (3, true) => write!(out, ", lsl #{}", insn.imm),
        (kind, _) => {
            out.write_str(match kind {
                2 => ", uxtw",
                6 => ", sxtw",
                _ => ", sxtx",
            })?;
            if shifts { write!(out, " #{}", insn.imm) } else { Ok(()) }
        }
    }
}

fn arrangement(insn: &Insn) -> &'static str {
    ["8b", "16b", "4h", "8h", "2s", "4s", "1d", "2d"][usize::from(insn.size & 3) * 2 + (insn.aux & 1) as usize]
}

/// A list of registers: a range when there are more than two and the numbers do not wrap.
fn list(out: &mut String, insn: &Insn, suffix: &str) -> Result {
    let count = u32::from(insn.opt) * u32::from(insn.ra);
    let (first, last) = (u32::from(insn.rd), (u32::from(insn.rd) + count + 31) % 32);
    if count > 2 && last > first {
        return write!(out, "{{v{first}.{suffix}-v{last}.{suffix}}}");
    }
    let names: Vec<_> = (first..first + count).map(|number| format!("v{}.{suffix}", number % 32)).collect();
    write!(out, "{{{}}}", names.join(", "))
}

/// The step of a post-indexed structure access: a register, or the bytes transferred.
fn post_index(out: &mut String, insn: &Insn, number: u8) -> Result {
    if number != ZR {
        return write!(out, ", {}", register(number, true));
    }
    let one = !insn.bit(24);
    let bytes = if one { 8 << insn.aux } else { 1 << insn.size };
    write!(out, ", #{}", bytes * u32::from(insn.opt) * u32::from(insn.ra))
}

fn prefetch(out: &mut String, value: u64) -> Result {
    let (kind, level, stream) = (value >> 3 & 3, value >> 1 & 3, value & 1 != 0);
    if kind == 3 || level == 3 {
        return write!(out, "#{value:#04x}");
    }
    let policy = if stream { "strm" } else { "keep" };
    write!(out, "{}l{}{policy}", ["pld", "pli", "pst"][kind as usize], level + 1)
}
