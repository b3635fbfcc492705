//! How operands are written, by kind. Everything is GNU syntax.

use std::fmt::Write;

use super::{aliases, fp, memory, simd, sve, system};
use crate::insn::{Insn, SINK, SP, ZR};

const CONDITIONS: [&str; 16] = ["eq", "ne", "cs", "cc", "mi", "pl", "vs", "vc", "hi", "ls", "ge", "lt", "gt", "le", "al", "nv"];

/// Writes an operand; false when the kind is unknown.
pub(super) fn write(out: &mut String, insn: &Insn, kind: &str, value: u64) -> bool {
    let result = match kind {
        "r" | "rsp" => out.write_str(&register(value as u8, insn.size == 1)),
        "x" => out.write_str(&register(value as u8, true)),
        "w" => out.write_str(&register(value as u8, false)),
        "shift" => shifted(out, insn, value as u8),
        "extend" => extended(out, insn, value as u8),
        "rt" => out.write_str(&register(value as u8, insn.opt & 2 != 0)),
        "off" | "simm" | "index" | "vt" | "vlist" | "velement" | "vpost" | "prfop" | "bh" | "order" | "cas_order" | "rtpair" | "cpy"
        | "set" => memory::write(out, insn, kind, value),
        "xopt" => optional_register(out, insn, value as u8),
        "u" => write!(out, "{value}"),
        "word" => write!(out, "{value:#010x}"),
        "hex" => write!(out, "{value:#x}"),
        "sh12" if insn.bit(22) => write!(out, "{:#x}, lsl #12", value >> 12),
        "sh12" => write!(out, "{value:#x}"),
        "mov" if insn.aux != 0 => write!(out, "{:#x}, lsl #{}", value >> insn.aux, insn.aux),
        "mov" => write!(out, "{value:#x}"),
        "addr" => write!(out, "{value:#x}"),
        "inverse" => out.write_str(CONDITIONS[(value & 15 ^ 1) as usize]),
        "cond" => out.write_str(CONDITIONS[(value & 15) as usize]),
        "barrier" => out.write_str(&barrier(value)),
        "isb" | "clrex" => {
            if value == 15 {
                Ok(())
            } else {
                write!(out, "#{value:#x}")
            }
        }
        "dcps" => {
            if value == 0 {
                Ok(())
            } else {
                write!(out, "#{value:#x}")
            }
        }
        "sysreg" => out.write_str(&system::register_name(insn.aux as u16)),
        "sys" => out.write_str(&system::operation_name(insn.aux as u16)),
        "sysl" => out.write_str(&system::operation_fields(insn.aux as u16)),
        "hint" => out.write_str(&system::hint_name(value)),
        "pstate" => out.write_str(&system::pstate_field(insn)),
        _ => {
            return aliases::write(out, insn, kind, value)
                || simd::write(out, insn, kind, value)
                || fp::write(out, insn, kind, value)
                || sve::write(out, insn, kind, value);
        }
    };
    result.is_ok()
}

/// A general register by operand index.
pub(super) fn register(index: u8, wide: bool) -> String {
    match (index, wide) {
        (SP, true) => "sp".into(),
        (SP, false) => "wsp".into(),
        (ZR | SINK, true) => "xzr".into(),
        (ZR | SINK, false) => "wzr".into(),
        (number, true) => format!("x{number}"),
        (number, false) => format!("w{number}"),
    }
}

/// Rm with its shift, which is left out when it is LSL #0.
fn shifted(out: &mut String, insn: &Insn, index: u8) -> std::fmt::Result {
    out.write_str(&register(index, insn.size == 1))?;
    match (insn.opt, insn.imm) {
        (0, 0) => Ok(()),
        (kind, amount) => write!(out, ", {} #{amount}", ["lsl", "lsr", "asr", "ror"][(kind & 3) as usize]),
    }
}

/// Rm with its extension. When SP takes part, the extension of the operand width is written as LSL.
fn extended(out: &mut String, insn: &Insn, index: u8) -> std::fmt::Result {
    const NAMES: [&str; 8] = ["uxtb", "uxth", "uxtw", "uxtx", "sxtb", "sxth", "sxtw", "sxtx"];
    let wide = insn.size == 1;
    out.write_str(&register(index, wide && insn.opt & 3 == 3))?;
    let plain = insn.opt == if wide { 3 } else { 2 };
    let name = if plain && (insn.rd == SP || insn.rn == SP) { "lsl" } else { NAMES[(insn.opt & 7) as usize] };
    match (name, insn.imm) {
        ("lsl", 0) => Ok(()),
        (name, 0) => write!(out, ", {name}"),
        (name, amount) => write!(out, ", {name} #{amount}"),
    }
}

/// The register of a SYS.
fn optional_register(out: &mut String, insn: &Insn, index: u8) -> std::fmt::Result {
    if !system::shows_register(insn.aux as u16, index == ZR) {
        return Ok(());
    }
    write!(out, ", {}", register(index, true))
}

fn barrier(value: u64) -> String {
    const NAMES: [&str; 16] = ["", "oshld", "oshst", "osh", "", "nshld", "nshst", "nsh", "", "ishld", "ishst", "ish", "", "ld", "st", "sy"];
    match NAMES[(value & 15) as usize] {
        "" => format!("#{value:#04x}"),
        name => name.into(),
    }
}
