//! States and words for SVE's rows: vectors, predicates, and where loads and stores go.

use emu::insn::effects::{LOAD, STORE};
use emu::insn::{Insn, Row};

use super::cases;
use super::driver::Case;
use super::random::Random;
use super::state::DATA;

/// True for rows of SVE's part of the encoding space.
pub fn is_row(row: &Row) -> bool {
    row.pattern.mask >> 25 & 15 == 15 && row.pattern.value >> 25 & 15 == 0b0010
}

/// Rows that QEMU 7.2 does not have.
pub fn unknown_to_qemu(row: &Row) -> bool {
    const NAMES: &[&str] = &[];
    NAMES.contains(&row.name)
}

/// Advanced SIMD rows (by the beginning of the name) after which QEMU 7.2 still has the old upper part of the vector, which a write of a V
/// register clears.
pub fn keeps_upper_in_qemu(row: &Row) -> bool {
    const STARTS: &[&str] = &[
        "ADDP_vector",
        "BCAX",
        "EOR3",
        "FADDP_vec",
        "FCVTL",
        "FMAXNMP_vec",
        "FMAXP_vec",
        "FMINNMP_vec",
        "FMINP_vec",
        "REV32_vector",
        "REV64_vector",
        "SABAL",
        "SABDL",
        "SADALP",
        "SADDL",
        "SADDW",
        "SHLL",
        "SM3SS1",
        "SMLAL",
        "SMLSL",
        "SMULL",
        "SQDMLAL",
        "SQDMLSL",
        "SQDMULL",
        "SSHLL",
        "SSUBL",
        "SSUBW",
        "UABAL",
        "UABDL",
        "UADALP",
        "UADDL",
        "UADDW",
        "UMLAL",
        "UMLSL",
        "UMULL",
        "USHLL",
        "USUBL",
        "USUBW",
    ];
    STARTS.iter().any(|start| row.name.starts_with(start))
}

/// A predicate: all, none, few, most, or anything.
fn predicate(random: &mut Random) -> u64 {
    match random.below(5) {
        0 => u64::MAX,
        1 => 0,
        2 => random.next() & random.next() & random.next(),
        3 => random.next() | random.next() | random.next(),
        _ => random.next(),
    }
}

pub fn case_for(insn: &Insn, bytes: usize, random: &mut Random) -> Case {
    let mut case = cases::case_for(insn, random);
    let state = &mut case.state;
    for upper in &mut state.upper {
        upper[..bytes / 16 - 1].fill_with(|| random.vector());
    }
    for value in &mut state.p {
        *value = predicate(random) & (u64::MAX >> (64 - bytes));
    }
    if bytes < 64 {
        state.p.iter_mut().for_each(|value| *value &= (1 << bytes) - 1);
    }
    // FFR is all ones, then zeros.
    let ffr = random.below(bytes as u64 / 8 + 1) * 8;
    state.p[16] = if ffr == 64 { u64::MAX } else { (1 << ffr) - 1 };
    if insn.row().effects & (LOAD | STORE) != 0 {
        aim(insn, &mut case, random);
    }
    case
}

/// Base in the window, index registers and vectors of offsets small.
fn aim(insn: &Insn, case: &mut Case, random: &mut Random) {
    let base = DATA + 0xf00 + random.below(0x200);
    match insn.rn {
        31 => case.state.sp = base & !15,
        number => case.state.x[usize::from(number)] = base,
    }
    let index = insn.bits(20, 16) as usize;
    if index < 31 && index != usize::from(insn.rn) {
        case.state.x[index] = random.below(17).wrapping_sub(8);
    }
}
