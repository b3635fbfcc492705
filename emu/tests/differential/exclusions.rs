//! What is not compared, each with its reason. An entry here is a debt: the reason must say who is right.

use emu::insn::effects::{LOAD, STORE};
use emu::insn::{Insn, Row};
use sysregs::Feature;

use super::driver::{Case, Side};
use super::state::{Outcome, SIGBUS};

/// Features of our `max` that the other side's CPU lacks.
pub fn absent(side: Side) -> Vec<Feature> {
    let version = match side {
        Side::Qemu(version) => version,
        Side::Unicorn => UNICORN_IS,
    };
    SINCE.iter().filter(|(_, since)| version < *since).map(|&(feature, _)| feature).collect()
}

/// Unicorn 2.0 is QEMU 5.0.
const UNICORN_IS: u32 = 5;

/// The first version of QEMU whose `max` has a feature.
const SINCE: &[(Feature, u32)] = &[
    (Feature::BF16, 6),
    (Feature::EBF16, 6),
    (Feature::I8MM, 6),
    (Feature::MTE, 6),
    (Feature::AFP, 6),
    (Feature::MOPS, 8),
    (Feature::HBC, 8),
    (Feature::LSE2, 9),
    (Feature::WFxT, 9),
    (Feature::CSSC, 11),
    (Feature::LSE128, 11),
    (Feature::FAMINMAX, 11),
    (Feature::LUT, 11),
    (Feature::CMPBR, 11),
    (Feature::FPRCVT, 11),
    (Feature::FP8, 11),
    (Feature::FP8FMA, 11),
    (Feature::FP8DOT2, 11),
    (Feature::FP8DOT4, 11),
    (Feature::F8F16MM, 11),
    (Feature::F8F32MM, 11),
    (Feature::SVE2p1, 11),
    (Feature::SVE_B16B16, 11),
];

/// False for rows that the other side does not have and would not call undefined either.
pub fn comparable(row: &Row, side: Side) -> bool {
    side != Side::Unicorn || UNICORN_ROWS.iter().all(|(start, _)| !row.name.starts_with(start))
}

/// Rows (by the beginning of the name) that are not compared with Unicorn.
const UNICORN_ROWS: &[(&str, &str)] = &[
    ("FAMAX_", "it aborts"),
    ("FAMIN_", "it aborts"),
    ("FSCALE_", "it aborts"),
    ("LDSMAX", "it compares the whole operand register with a narrower word; QEMU 7.2 does not"),
    ("LDSMIN", "as LDSMAX"),
    ("LDUMAX", "as LDSMAX"),
    ("LDUMIN", "as LDSMAX"),
    ("FCMLA_elem_h", "its 64-bit form raises the flags of lanes that it does not have; QEMU 7.2 does not"),
];

/// True for rows that may be part of a sequence: those about which both sides always agree, and whose words are all executed.
pub fn sequential(row: &Row, side: Side) -> bool {
    let excused = ["STXR", "STLXR", "STXP", "STLXP", "LDAPR", "FJCVTZS", "FCVTZS_fix_scalar_h"];
    // An index register would lead anywhere, into the driver's own memory, too.
    let anywhere = row.effects & (LOAD | STORE) != 0 && row.name.ends_with("_reg");
    !anywhere && comparable(row, side) && excused.iter().all(|start| !row.name.starts_with(start)) && !absent(side).contains(&row.feature)
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
pub fn excused(insn: &Insn, ours: &Outcome, theirs: &Outcome, case: &Case, side: Side) -> bool {
    // Unicorn has the faults of its QEMU.
    let version = if let Side::Qemu(version) = side { version } else { 5 };
    if side == Side::Unicorn && ours.signal == SIGBUS {
        // It checks no alignment.
        return true;
    }
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
        // QEMU leaves what lies behind the last whole matrix (zero, says the Arm ARM), and QEMU 7.2 finds no vector too short for one. So
        // only the longest vectors, four quadwords, are compared.
        "FMMLA_z_zzz_d" => case.state.upper.iter().all(|upper| upper[2] == 0),
        // QEMU divides an odd number of quadwords by two. So only the longest vectors, of four, are compared.
        "UZP1_z_zz_q" | "UZP2_z_zz_q" => case.state.upper.iter().all(|upper| upper[2] == 0),
        // QEMU calls addresses apart that are less than an element apart, the Arm ARM divides first.
        "WHILERW" | "WHILEWR" => [&case.state, &ours.state].iter().any(|state| {
            let distance = state.general(insn.bits(9, 5)).abs_diff(state.general(insn.bits(20, 16)));
            distance != 0 && distance < 1 << insn.size
        }),
        // QEMU 11.1 divides the whole X register by the number of elements where that is no power of two; the Arm ARM looks at W.
        "PSEL_p_ppi" => case.state.general(insn.ra.into()) >> 32 != 0,
        // QEMU 11.1 writes the upper half of a source while it still reads it.
        "FCVTN_fp8_s" if insn.aux == 1 && (insn.rd == insn.rn || insn.rd == insn.rm) => true,
        // An infinity overflows the formats of eight bits (Arm ARM, "FP8 instruction behaviors"); QEMU 11.1 raises nothing for it.
        "FCVTN_fp8_h" | "FCVTN_fp8_s" | "FCVTN_z8_mz2_h" | "FCVTNB_z8_mz2_s" | "BFCVTN_z8_mz2_h" | "FCVTNT_z8_mz2_s" => {
            let flags = emu::math::fp::OFC | emu::math::fp::IXC;
            let mut state = theirs.state.clone();
            state.fpsr |= ours.state.fpsr & flags;
            ours.state.fpsr & flags != 0 && state == ours.state
        }
        _ => false,
    }
}

/// Words without rows that are left out: mask, value, reason.
const WORDS: &[(u32, u32, &str)] = &[
    (0x8f7e_0c00, 0x0e78_0800, "unallocated FP16 operations of two registers: some make QEMU 7.2 abort"),
    (0xbff8_fc00, 0x2f00_fc00, "QEMU 7.2 executes FMOV (vector, half-precision) with op set; objdump calls it undefined, as we do"),
    (0x8f7f_0c00, 0x0e70_0800, "QEMU 7.2 ignores bit 22 of half-precision FMAXV, FMAXP and their like; objdump does not"),
];

/// Why a word that has no row is not compared.
pub fn of_word(word: u32) -> Option<&'static str> {
    WORDS.iter().find(|(mask, value, _)| word & mask == *value).map(|(_, _, reason)| *reason)
}
