//! How operands of SVE rows are written that only these have: memory.

use crate::insn::Insn;

/// Writes an operand; false when the kind is unknown.
pub(super) fn write(_out: &mut String, _insn: &Insn, _kind: &str, _value: u64) -> bool {
    false
}
