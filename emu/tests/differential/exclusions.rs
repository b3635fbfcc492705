//! What is not compared, each with its reason. An entry here is a debt: the reason must say who is right.

use emu::insn::Insn;
use sysregs::Feature;

use super::driver::Case;
use super::state::{Outcome, SIGBUS};

/// Features of our `max` that the other side's CPU lacks.
pub fn absent(version: u32) -> &'static [Feature] {
    use Feature as F;
    match version {
        ..8 => &[F::LSE2, F::CSSC, F::LSE128, F::FAMINMAX, F::LUT, F::CMPBR, F::MOPS, F::HBC, F::WFxT],
        8 => &[F::LSE2, F::CSSC, F::LSE128, F::FAMINMAX, F::LUT, F::CMPBR, F::WFxT],
        9 | 10 => &[F::CSSC, F::LSE128, F::FAMINMAX, F::LUT, F::CMPBR],
        _ => &[],
    }
}

/// Rows by name.
const ROWS: &[(&str, &str)] = &[
    ("HINT", "some hints use pointer authentication, whose keys differ"),
    ("MRS", "the other side is a Linux process and reads what Linux shows"),
];

/// Why a row is not compared.
pub fn of_row(name: &str) -> Option<&'static str> {
    let pauth = ["PAC", "AUT", "XPAC", "LDRA"].iter().any(|start| name.starts_with(start));
    if pauth {
        return Some("FEAT_PAuth: the other side has keys and address sizes of its own");
    }
    ROWS.iter().find(|(row, _)| *row == name).map(|(_, reason)| *reason)
}

/// Where the other side is known to be wrong, or both are right.
pub fn excused(insn: &Insn, ours: &Outcome, theirs: &Outcome, case: &Case, version: u32) -> bool {
    let name = insn.row().name;
    match name {
        // A store-exclusive without a monitor: QEMU does not look at the alignment, the Arm ARM looks at it first.
        "STXR" | "STLXR" | "STXP" | "STLXP" => ours.signal == SIGBUS && theirs.signal != SIGBUS,
        // QEMU 7.2 does not check the alignment of LDAPR.
        "LDAPRH" | "LDAPR_w" | "LDAPR_x" => version < 9 && ours.signal == SIGBUS,
        // QEMU 7.2 sets Z for a denormal flushed to zero (FPToFixedJS clears it).
        "FJCVTZS" => version < 10 && case.state.fpcr >> 24 & 1 != 0,
        // QEMU 7.2 sign-extends the result over the upper part of the register.
        "FCVTZS_fix_scalar_h" => version < 10,
        _ => false,
    }
}

/// Words without rows that are left out: mask, value, reason.
const WORDS: &[(u32, u32, &str)] =
    &[(0xdf7e_0c00, 0x5e78_0800, "unallocated scalar FP16 operations of two registers: some make QEMU 7.2 abort")];

/// Why a word that has no row is not compared.
pub fn of_word(word: u32) -> Option<&'static str> {
    WORDS.iter().find(|(mask, value, _)| word & mask == *value).map(|(_, _, reason)| *reason)
}
