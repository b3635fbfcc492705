//! How Advanced SIMD operands are written: arrangements, lanes, register lists, and aliases that objdump prefers. Knows
//! nothing of FP immediates.

use std::fmt::{Result, Write};

use super::kinds::register;
use crate::insn::Insn;

const LANES: [char; 4] = ['b', 'h', 's', 'd'];

fn lane(size: u8) -> char {
    LANES[(size & 3) as usize]
}

/// `v1.4s`: a vector of lanes of 2^size bytes; lanes of 16 bytes are `q`.
fn vector(out: &mut String, number: u64, size: u8, quad: bool) -> Result {
    let bytes = if quad { 16 } else { 8 };
    let letter = if size == 4 { 'q' } else { lane(size) };
    write!(out, "v{number}.{}{letter}", bytes >> size)
}

/// `s1`: a scalar of 2^size bytes.
fn scalar(out: &mut String, number: u64, size: u8) -> Result {
    write!(out, "{}{number}", lane(size))
}

/// Writes an operand; false when the kind is unknown.
pub(super) fn write(out: &mut String, insn: &Insn, kind: &str, value: u64) -> bool {
    let quad = insn.aux == 0;
    let result = match kind {
        "v" => vector(out, value, insn.size, quad),
        "vbytes" => vector(out, value, 0, quad),
        "vwide" => vector(out, value, insn.size + 1, true),
        "vhalf" => vector(out, value, insn.size, insn.opt == 1),
        "vsum" => vector(out, value, insn.size + 1, quad),
        "scalar" => scalar(out, value, insn.size),
        "scalarwide" => scalar(out, value, insn.size + 1),
        "two" => out.write_str(if value == 1 { "2" } else { "" }),
        "lane" => write!(out, "v{value}.{}[{}]", lane(insn.size), insn.imm),
        "lane4b" => write!(out, "v{value}.4b[{}]", insn.imm),
        "lanefrom" => write!(out, "v{value}.{}[{}]", lane(insn.size), insn.opt),
        "lanebits" => write!(out, "{}", 8 << value),
        "rlane" => out.write_str(&register(value as u8, insn.size == 3)),
        "rq" => out.write_str(&register(value as u8, insn.opt == 1)),
        "table" => table(out, insn, value),
        "luttable" => lut_table(out, insn, value),
        "lsl" if value == 0 => Ok(()),
        "lsl" => write!(out, ", lsl #{value}"),
        "movreg" => out.write_str(if insn.rn == insn.rm { "mov" } else { "orr" }),
        "vunlessmov" if insn.rn == insn.rm => Ok(()),
        "vunlessmov" => vector(out, value, insn.size, quad),
        "umov" => out.write_str(if value >= 2 { "mov" } else { "umov" }),
        "xtl" => out.write_str(extension(insn)),
        "unlessxtl" if value == 0 => Ok(()),
        "unlessxtl" => write!(out, "#{value}"),
        _ => return false,
    };
    result.is_ok()
}

/// SSHLL and USHLL by nothing are extensions.
fn extension(insn: &Insn) -> &'static str {
    match (insn.imm, insn.bit(29)) {
        (0, false) => "sxtl",
        (0, true) => "uxtl",
        (_, false) => "sshll",
        (_, true) => "ushll",
    }
}

/// The table of LUTI2 and LUTI4: one register, or two.
fn lut_table(out: &mut String, insn: &Insn, first: u64) -> Result {
    let arrangement = if insn.size == 0 { "16b" } else { "8h" };
    write!(out, "{{v{first}.{arrangement}")?;
    if insn.imm == 2 {
        write!(out, ", v{}.{arrangement}", (first + 1) % 32)?;
    }
    out.write_str("}")
}

/// `{v1.16b-v3.16b}`: the registers of a table, numbers modulo 32. objdump writes two, and lists that wrap, one by one.
fn table(out: &mut String, insn: &Insn, first: u64) -> Result {
    let number = |index: u64| (first + index) % 32;
    match insn.imm {
        1 => write!(out, "{{v{first}.16b}}"),
        2 => write!(out, "{{v{first}.16b, v{}.16b}}", number(1)),
        count if number(count - 1) > first => write!(out, "{{v{first}.16b-v{}.16b}}", number(count - 1)),
        count => {
            let names: Vec<_> = (0..count).map(|index| format!("v{}.16b", number(index))).collect();
            write!(out, "{{{}}}", names.join(", "))
        }
    }
}
