//! How operands of SVE instructions are written that several groups have. Knows nothing of Advanced SIMD's arrangements.

use std::fmt::Write;

use super::{sve_fp, sve_integer, sve_memory, sve_permute, sve_predicate, sve2};
use crate::insn::Insn;

/// Sizes of elements: 2^n bytes.
pub(super) const LANES: [char; 5] = ['b', 'h', 's', 'd', 'q'];

/// `z3.s`: a vector of elements of 2^size bytes.
pub(super) fn vector(value: u64, size: u8) -> String {
    format!("z{value}.{}", LANES[usize::from(size) % LANES.len()])
}

/// Names of DecodePredCount()'s patterns; those without one are numbers.
pub(super) fn pattern(value: u64) -> String {
    const LENGTHS: [&str; 14] = ["pow2", "vl1", "vl2", "vl3", "vl4", "vl5", "vl6", "vl7", "vl8", "vl16", "vl32", "vl64", "vl128", "vl256"];
    match value {
        29 => "mul4".into(),
        30 => "mul3".into(),
        31 => "all".into(),
        _ => LENGTHS.get(value as usize).map_or_else(|| format!("#{value}"), |&name| name.into()),
    }
}

/// Writes an operand; false when the kind is unknown.
pub(super) fn write(out: &mut String, insn: &Insn, kind: &str, value: u64) -> bool {
    let result = match kind {
        "z" => out.write_str(&vector(value, insn.size)),
        "zwide" => out.write_str(&vector(value, insn.size + 1)),
        "znarrow" => out.write_str(&vector(value, insn.size.wrapping_sub(1))),
        "zb" => out.write_str(&vector(value, 0)),
        "zh" => out.write_str(&vector(value, 1)),
        "zs" => out.write_str(&vector(value, 2)),
        "zd" => out.write_str(&vector(value, 3)),
        "zq" => out.write_str(&vector(value, 4)),
        "zreg" => write!(out, "z{value}"),
        "p" => write!(out, "p{value}.{}", LANES[usize::from(insn.size) % LANES.len()]),
        "pb" => write!(out, "p{value}.b"),
        "preg" => write!(out, "p{value}"),
        "pm" => write!(out, "p{value}/m"),
        "pz" => write!(out, "p{value}/z"),
        "pattern" if value == 31 => Ok(()),
        "pattern" => write!(out, ", {}", pattern(value)),
        _ => {
            return [sve_predicate::write, sve_integer::write, sve_permute::write, sve_fp::write, sve_memory::write, sve2::write]
                .iter()
                .any(|write| write(out, insn, kind, value));
        }
    };
    result.is_ok()
}
