//! How operands of SVE loads and stores are written that only these have: types of elements, lists, offsets.

use std::fmt::{Result, Write};

use super::sve::{LANES, vector};
use crate::insn::Insn;
use crate::insn::formats::SXTW;

/// Writes an operand; false when the kind is unknown.
pub(super) fn write(out: &mut String, insn: &Insn, kind: &str, value: u64) -> bool {
    let result = match kind {
        "mtype" => element_type(out, insn),
        "mulvl" if value == 0 => Ok(()),
        "mulvl" => write!(out, ", #{}, mul vl", value as i64),
        "mscale" => shift(out, ", lsl", insn.memory_size().into()),
        "mextend" => extension(out, insn),
        "transferred" => list(out, insn),
        // As later versions of binutils write any list.
        "zrange" => write!(out, "{{{}-{}}}", vector(value, insn.size), vector((value + u64::from(insn.ra) - 1) % 32, insn.size)),
        "zprfop" => prefetch(out, value),
        _ => return false,
    };
    result.is_ok()
}

/// The end of a mnemonic: how an element is in memory.
fn element_type(out: &mut String, insn: &Insn) -> Result {
    let sign = if insn.memory_signed() { "s" } else { "" };
    write!(out, "{sign}{}", ["b", "h", "w", "d", "q"][usize::from(insn.memory_size()) % 5])
}

fn shift(out: &mut String, name: &str, amount: u32) -> Result {
    if amount == 0 { Ok(()) } else { write!(out, "{name} #{amount}") }
}

fn extension(out: &mut String, insn: &Insn) -> Result {
    match insn.offset_extension() {
        0 => return shift(out, ", lsl", insn.offset_shift()),
        SXTW => out.write_str(", sxtw")?,
        _ => out.write_str(", uxtw")?,
    }
    shift(out, "", insn.offset_shift())
}

/// A list of registers: a range when there are more than two and the numbers do not wrap.
fn list(out: &mut String, insn: &Insn) -> Result {
    let (first, count, lane) = (u32::from(insn.rd), u32::from(insn.ra), LANES[usize::from(insn.size) % LANES.len()]);
    if count > 2 && first + count <= 32 {
        return write!(out, "{{z{first}.{lane}-z{}.{lane}}}", first + count - 1);
    }
    let names: Vec<_> = (first..first + count).map(|number| format!("z{}.{lane}", number % 32)).collect();
    write!(out, "{{{}}}", names.join(", "))
}

fn prefetch(out: &mut String, value: u64) -> Result {
    let (store, level, stream) = (value >> 3 & 1, value >> 1 & 3, value & 1);
    if level == 3 {
        return write!(out, "#{value}");
    }
    write!(out, "{}l{}{}", ["pld", "pst"][store as usize], level + 1, ["keep", "strm"][stream as usize])
}
