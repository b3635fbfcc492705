//! How operands of SVE2 rows are written that only these have.

use std::fmt::Write;

use super::sve::vector;
use crate::insn::Insn;

/// Writes an operand; false when the kind is unknown.
pub(super) fn write(out: &mut String, insn: &Insn, kind: &str, value: u64) -> bool {
    match kind {
        // One narrow element of every 128 bits.
        "sve2_element" => write!(out, "{}[{}]", vector(value, insn.size.wrapping_sub(1)), insn.imm).is_ok(),
        // Two consecutive vectors.
        "zspan" => write!(out, "{{{}-{}}}", vector(value, insn.size), vector((value + 1) % 32, insn.size)).is_ok(),
        "zindexed" => write!(out, "{}[{}]", vector(value, insn.size), insn.imm).is_ok(),
        // The quadword of a reduction, as Advanced SIMD writes it.
        "vlanes" => write!(out, "v{value}.{}", ["16b", "8h", "4s", "2d"][usize::from(insn.size & 3)]).is_ok(),
        _ => false,
    }
}
