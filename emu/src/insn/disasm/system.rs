//! Names of system registers, system operations and PSTATE fields.

use sysregs::{Encoding, SysOp, SysReg};

use crate::insn::Insn;

/// A register by encoding: its name in lower case, or the generic `s3_0_c0_c0_0`.
pub(super) fn register_name(encoding: u16) -> String {
    let encoding = Encoding(encoding);
    let name = SysReg::from_encoding(encoding).map_or_else(|| encoding.generic_name().to_string(), |register| register.name().to_string());
    name.to_lowercase()
}

/// A SYS operation: `tlbi vmalle1`, `dc zva`, or the generic `sys #op1, Cn, Cm, #op2`.
pub(super) fn operation_name(encoding: u16) -> String {
    match SysOp::from_encoding(Encoding(encoding)) {
        Some(op) => op.name().to_lowercase().replacen('_', " ", 1),
        None => format!("sys {}", operation_fields(encoding)),
    }
}

/// `#op1, Cn, Cm, #op2`.
pub(super) fn operation_fields(encoding: u16) -> String {
    let encoding = Encoding(encoding);
    format!("#{}, C{}, C{}, #{}", encoding.op1(), encoding.crn(), encoding.crm(), encoding.op2())
}

/// True when the register operand is written: when the operation takes one; of an unknown one, unless it is XZR.
pub(super) fn shows_register(encoding: u16, zero: bool) -> bool {
    SysOp::from_encoding(Encoding(encoding)).map_or(!zero, |op| op.row().takes_register)
}

/// The operands of MSR (immediate).
pub(super) fn pstate_field(insn: &Insn) -> String {
    let generic = format!("s0_{}_c4_c{}_{}, xzr", insn.aux >> 3, insn.imm, insn.aux & 7);
    let name = match insn.aux {
        // One bit wide.
        0b000_011..=0b000_101 | 0b001_000 | 0b011_001 | 0b011_010 | 0b011_100 if insn.imm > 1 => return generic,
        0b000_011 => "uao",
        0b000_100 => "pan",
        0b000_101 => "spsel",
        0b001_000 => "allint",
        0b011_001 => "ssbs",
        0b011_010 => "dit",
        0b011_100 => "tco",
        0b011_110 => "daifset",
        0b011_111 => "daifclr",
        _ => return generic,
    };
    format!("{name}, #{:#x}", insn.imm)
}

/// The instruction that a hint number stands for, or the generic `hint #n`.
pub(super) fn hint_name(number: u64) -> String {
    let name = match number {
        0 => "nop",
        7 => "xpaclri",
        8 => "pacia1716",
        10 => "pacib1716",
        12 => "autia1716",
        14 => "autib1716",
        16 => "esb",
        17 => "psb csync",
        18 => "tsb csync",
        20 => "csdb",
        22 => "clearbhb",
        24 => "paciaz",
        25 => "paciasp",
        26 => "pacibz",
        27 => "pacibsp",
        28 => "autiaz",
        29 => "autiasp",
        30 => "autibz",
        31 => "autibsp",
        32 => "bti",
        34 => "bti c",
        36 => "bti j",
        38 => "bti jc",
        _ => return format!("hint #{number:#x}"),
    };
    name.into()
}
