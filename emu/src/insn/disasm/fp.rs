//! Operand kinds of the floating-point groups: scalar and vector registers, elements, immediates. What `size`, `opt`, `aux`
//! and `imm` mean there is said in `formats::fp` and `formats::simd_fp`.

use std::fmt::Write;

use super::kinds::register;
use crate::insn::Insn;
use crate::math::fp::{F16, F32, F64, FpEnv, convert};

/// Writes an operand; false when the kind is unknown.
pub(super) fn write(out: &mut String, insn: &Insn, kind: &str, value: u64) -> bool {
    let lanes = u32::from(insn.opt);
    let result = match kind {
        // A scalar register of the instruction's precision, or of a named one.
        "f" => write!(out, "{}{value}", letter(insn.size)),
        "fh" | "fs" | "fd" => write!(out, "{}{value}", &kind[1..]),
        // A general register whose width is in `opt`.
        "rsf" => out.write_str(&register(value as u8, insn.opt == 1)),
        // A SIMD&FP register with an integer whose width is in `opt`.
        "fint" => write!(out, "{}{value}", letter(2 + insn.opt)),
        "top" => write!(out, "v{value}.d[1]"),
        // A vector register, or a scalar one when there is one lane.
        "fv" if lanes == 1 => write!(out, "{}{value}", letter(insn.size)),
        "fv" => vector(out, value, lanes, insn.size),
        // As many lanes of half the width, in the lower or upper half of the register.
        "fvnarrow" => vector(out, value, lanes << insn.aux, insn.size - 1),
        "ftwo" => out.write_str(if value == 0 { "" } else { "2" }),
        // As many 16-bit lanes, or twice as many.
        "fvh" => vector(out, value, lanes, 1),
        "fvh2" => vector(out, value, 2 * lanes, 1),
        // The bytes of the vector, or of a quarter of its lanes in the lower or upper half of the register.
        "fvbytes" => vector(out, value, lanes << insn.size, 0),
        "fvquarter" => vector(out, value, 8 << insn.aux, 0),
        "fbelem" => write!(out, "v{value}.b[{}]", insn.imm),
        "fbpairelem" => write!(out, "v{value}.2b[{}]", insn.imm),
        "felem" => write!(out, "v{value}.{}[{}]", letter(insn.size), insn.imm),
        "fhelem" => write!(out, "v{value}.h[{}]", insn.imm),
        "fpelem" => write!(out, "v{value}.2h[{}]", insn.imm),
        "fcelem" => write!(out, "v{value}.{}[{}]", letter(insn.size), insn.aux),
        "fimm" => immediate(out, value, insn.size),
        _ => return false,
    };
    result.is_ok()
}

fn letter(size: u8) -> char {
    match size {
        0 => 'b',
        1 => 'h',
        2 => 's',
        _ => 'd',
    }
}

fn vector(out: &mut String, number: u64, lanes: u32, size: u8) -> std::fmt::Result {
    write!(out, "v{number}.{lanes}{}", letter(size))
}

/// An expanded immediate as C's `%.18e` shows it.
fn immediate(out: &mut String, pattern: u64, size: u8) -> std::fmt::Result {
    let env = &mut FpEnv::default();
    let double = match size {
        1 => convert::<F16, F64>(pattern, env),
        2 => convert::<F32, F64>(pattern, env),
        _ => pattern,
    };
    let text = format!("{:.18e}", f64::from_bits(double));
    let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    let (sign, digits) = exponent.strip_prefix('-').map_or(('+', exponent), |digits| ('-', digits));
    write!(out, "{mantissa}e{sign}{digits:0>2}")
}
