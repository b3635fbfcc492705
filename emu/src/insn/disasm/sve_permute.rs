//! How operands of SVE rows are written that only these have: elements, pairs of vectors, immediates; their aliases.

use std::fmt::Write;

use super::kinds::register;
use super::sve::{LANES, vector};
use crate::insn::{Insn, Op};

/// Writes an operand; false when the kind is unknown.
pub(super) fn write(out: &mut String, insn: &Insn, kind: &str, value: u64) -> bool {
    let lane = LANES[usize::from(insn.size) % LANES.len()];
    let result = match kind {
        // A general register that holds an element.
        "rlane" => out.write_str(&register(value as u8, insn.size == 3)),
        "zelement" if insn.imm == 0 => write!(out, "{lane}{value}"),
        "zelement" => write!(out, "z{value}.{lane}[{}]", insn.imm),
        "zlist" => write!(out, "{{{}}}", vector(value, insn.size)),
        "zpair" => write!(out, "{{{}, {}}}", vector(value, insn.size), vector((value + 1) % 32, insn.size)),
        "shifted" if value == 0 && insn.bit(13) => write!(out, "0, lsl #8"),
        "shifted" => write!(out, "{}", value as i64),
        "word32" => write!(out, "{}", value as i32),
        "lanehex" => write!(out, "{:#x}", value & u64::MAX >> (64 - (8u32 << (insn.size & 3)))),
        _ => return false,
    };
    result.is_ok()
}

/// The template of the alias that is preferred over the row's syntax.
pub(super) fn alias(insn: &Insn) -> Option<&'static str> {
    match insn.op {
        Op::SEL_z_p_zz if insn.rd == insn.rm => Some("mov {d:z}, {o:pm}, {n:z}"),
        Op::DUPM if !dup_makes(insn) => Some("mov {d:z}, #{i:lanehex}"),
        _ => None,
    }
}

/// SVEMoveMaskPreferred() inverted: DUP (immediate) makes the mask, from a signed byte, or one shifted left by a byte.
fn dup_makes(insn: &Insn) -> bool {
    let unused = 64 - (8u32 << (insn.size & 3));
    let element = (insn.imm << unused) as i64 >> unused;
    let fits = |value: i64| i8::try_from(value).is_ok();
    insn.size == 0 || fits(element) || element & 0xff == 0 && fits(element >> 8)
}
