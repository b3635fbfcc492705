//! How operands of SVE rows are written that only these have: floating point. Registers and predicates are in `sve`.

use std::fmt::Write;

use super::sve::vector;
use crate::insn::Insn;
use crate::math::fp::{F16, F32, F64, FpEnv, convert};

/// Writes an operand; false when the kind is unknown.
pub(super) fn write(out: &mut String, insn: &Insn, kind: &str, value: u64) -> bool {
    let result = match kind {
        // An element of a vector; the index is in `imm`, or of pairs in `aux`.
        "zelem" => write!(out, "{}[{}]", vector(value, insn.size), insn.imm),
        "zpairelem" => write!(out, "{}[{}]", vector(value, insn.size), insn.aux),
        "zbelem" => write!(out, "{}[{}]", vector(value, 0), insn.imm),
        "zhelem" => write!(out, "{}[{}]", vector(value, 1), insn.imm),
        "zfimm" => write!(out, "#{:.1}", f64::from_bits(double(value, insn.size))),
        _ => return false,
    };
    result.is_ok()
}

/// A pattern of 2^`size` bytes in double precision.
fn double(pattern: u64, size: u8) -> u64 {
    let env = &mut FpEnv::default();
    match size {
        1 => convert::<F16, F64>(pattern, env),
        2 => convert::<F32, F64>(pattern, env),
        _ => pattern,
    }
}
