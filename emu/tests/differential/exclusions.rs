//! What is not compared, each with its reason. An entry here is a debt: the reason must say who is right.

use emu::insn::Insn;
use sysregs::Feature;

use super::driver::Case;
use super::state::{Outcome, SIGBUS};

/// Features of our `max` that the other side's CPU lacks.
pub fn absent(version: u32) -> &'static [Feature] {
    match version {
        ..9 => &[Feature::LSE2, Feature::CSSC, Feature::LSE128],
        9 | 10 => &[Feature::CSSC, Feature::LSE128],
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

/// Allocated encodings without rows: mask, value, reason.
const WORDS: &[(u32, u32, &str)] = &[
    (0xfe40_0000, 0x6800_0000, "FEAT_MTE: STGP"),
    (0xff20_0000, 0xd920_0000, "FEAT_MTE: STG, LDG and the like"),
    (0xbfc0_0000, 0x9180_0000, "FEAT_MTE: ADDG, SUBG"),
    (0xdfe0_fc00, 0x9ac0_0000, "FEAT_MTE: SUBP, SUBPS"),
    (0xffe0_f800, 0x9ac0_1000, "FEAT_MTE: IRG, GMI"),
    (0xffe0_fc00, 0x9ac0_3000, "FEAT_PAuth: PACGA"),
    (0xffff_0000, 0xdac1_0000, "FEAT_PAuth: PACIA and the like"),
    (0xff20_0400, 0xf820_0400, "FEAT_PAuth: LDRAA, LDRAB"),
];

/// Why a word that has no row is not compared.
pub fn of_word(word: u32) -> Option<&'static str> {
    WORDS.iter().find(|(mask, value, _)| word & mask == *value).map(|(_, _, reason)| *reason)
}
