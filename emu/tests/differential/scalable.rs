//! States and words for SVE's rows: vectors, predicates, and where loads and stores go.

use emu::insn::effects::{LOAD, STORE};
use emu::insn::{Insn, Row};
use sysregs::Feature;

use super::cases;
use super::driver::Case;
use super::random::Random;
use super::state::{DATA, DATA_SIZE, State};

/// True for rows of SVE's part of the encoding space, and of SVE2.1's in that of SME.
pub fn is_row(row: &Row) -> bool {
    row.feature == Feature::SVE2p1 || row.pattern.mask >> 25 & 15 == 15 && row.pattern.value >> 25 & 15 == 0b0010
}

/// Rows whose floating-point reductions leave out quadwords in QEMU 11.1 where the number of these is no power of two.
pub fn loses_quadwords_in_qemu(row: &Row, bytes: usize) -> bool {
    !bytes.is_power_of_two() && row.name.starts_with('F') && row.name.contains("QV_")
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
        aim(insn, &mut case, bytes, random);
    }
    case
}

/// FPMR: mostly formats that there are, any overflow behaviour, scales that leave numbers or do not.
pub fn fpmr(random: &mut Random) -> u64 {
    let formats = match random.below(8) {
        0 => random.next() & 0o777,
        _ => random.next() & 0o111,
    };
    let scales = match random.below(3) {
        0 => 0,
        1 => random.next() & 0x3_0303,
        _ => random.next() & 0x3f_ff7f,
    };
    formats | random.next() & 3 << 14 | scales << 16
}

/// Whether the elements after the first do not fault. QEMU 7.2 has rules of its own for them, all permitted: it loads nothing from the
/// next page, and takes the predicate from a wrong place unless the first active element is among the first eight bytes.
fn is_quiet(insn: &Insn) -> bool {
    insn.row().name.starts_with("LDFF1") || insn.row().name.starts_with("LDNF1")
}

/// Brings the accesses to where something may happen.
fn aim(insn: &Insn, case: &mut Case, bytes: usize, random: &mut Random) {
    let (name, state) = (insn.row().name, &mut case.state);
    match name.split('_').nth(3) {
        Some("bz") => aim_offsets(insn, state, bytes, random),
        Some("ai" | "ar") => aim_addresses(insn, state, bytes, random),
        _ => aim_run(insn, state, bytes as u64, random),
    }
    if is_quiet(insn) && !name.contains("_bz_") && !name.contains("_ai_") {
        state.p[insn.bits(12, 10) as usize] |= 1;
    }
    if is_quiet(insn) && random.one_in(2) {
        state.p[16] = u64::MAX >> (64 - bytes);
    }
}

fn set_base(insn: &Insn, state: &mut State, base: u64) {
    match insn.bits(9, 5) {
        31 => state.sp = base,
        number => state.x[number as usize] = base,
    }
}

/// Where a run of elements starts: in the window, mostly across pages, at either end of what is mapped, or nowhere.
fn run(insn: &Insn, length: u64, random: &mut Random) -> u64 {
    let end = DATA + DATA_SIZE as u64;
    let (window, middle) = (DATA + 0xe00, DATA + 0x1000);
    let structure = u64::from(insn.ra.max(1)) << (insn.aux & 7);
    match random.below(16) {
        0 => random.below(0x8000),
        1 => random.next() | 1 << 55,
        2..4 => DATA - random.below(length),
        // QEMU 7.2 aborts when a structure crosses into an unmapped page and one before it does not.
        4..8 => end - random.below(2 * length / structure + 1) * structure,
        8..12 if is_quiet(insn) => middle - length - random.below(0x80),
        8..12 => middle - random.below(length),
        _ if is_quiet(insn) => middle + random.below(0x1c0),
        _ => window + random.below(0x300),
    }
}

/// One base, and elements one after the other.
fn aim_run(insn: &Insn, state: &mut State, bytes: u64, random: &mut Random) {
    let (name, shift) = (insn.row().name, insn.aux & 7);
    let target = run(insn, bytes * u64::from(insn.ra.max(1)), random);
    let base = insn.bits(9, 5);
    let offset = match insn.bits(20, 16) {
        31 if name.ends_with("_br") => 0,
        number if name.ends_with("_br") && number == base => {
            // The sum of a register and its multiple, which has no place of its own choice.
            let sum = DATA + if is_quiet(insn) { 0x1008 } else { 0xf00 } + random.below(0x100);
            return set_base(insn, state, sum / (1 + (1 << shift)));
        }
        number if name.ends_with("_br") => {
            let value = random.value();
            state.x[number as usize] = value;
            value << shift
        }
        _ if name.starts_with("LD1R") => insn.imm,
        _ if name.ends_with("_z_bi") => insn.imm.wrapping_mul(bytes),
        _ if name.ends_with("_p_bi") && !name.contains("_z_") => insn.imm.wrapping_mul(bytes / 8),
        _ => insn.imm.wrapping_mul(bytes >> insn.size << shift),
    };
    set_base(insn, state, target.wrapping_sub(offset));
}

/// Where an element is: mostly in the window. Those of some instructions are in one page each.
fn place(insn: &Insn, faults: bool, random: &mut Random) -> u64 {
    let end = DATA + DATA_SIZE as u64;
    let place = match random.below(32) {
        0 if faults => random.below(0x8000),
        1 if faults => end - 8 + random.below(32),
        2 if faults => DATA - random.below(16),
        3..6 if faults && is_quiet(insn) => end + random.below(64),
        3..8 => DATA + 0x1000 - random.below(16),
        8 => end - 16,
        _ => DATA + 0xe00 + random.below(0x3f8),
    };
    if is_quiet(insn) || random.one_in(2) { place & !7 } else { place }
}

fn set_element(state: &mut State, register: u32, size: u8, index: usize, value: u64) {
    let (register, at) = (register as usize & 31, index << size);
    let part = if at < 16 { &mut state.v[register] } else { &mut state.upper[register][at / 16 - 1] };
    let shift = 8 * (at % 16);
    let mask = u128::from(u64::MAX >> (64 - (8 << size))) << shift;
    *part = *part & !mask | u128::from(value) << shift & mask;
}

/// One base and a vector of offsets, which have as many bits as their extension takes.
fn aim_offsets(insn: &Insn, state: &mut State, bytes: usize, random: &mut Random) {
    let (shift, faults) = (if insn.bit(21) { insn.aux & 7 } else { 0 }, random.one_in(2));
    let base = match insn.aux >> 4 & 3 {
        // Nothing below a base is reached with words that are not signed.
        1 => random.below(DATA) & !7,
        2 => DATA.wrapping_add((random.next() as i32 as u64) & !7),
        _ => random.next() & !7,
    };
    let base = if random.one_in(4) { DATA & !0xff } else { base };
    for index in 0..bytes >> insn.size {
        let offset = place(insn, faults, random).wrapping_sub(base) as i64 >> shift;
        // What is above a word does not count.
        let above = if insn.aux >> 4 & 3 == 0 { 0 } else { random.next() << 32 };
        let offset = if above == 0 { offset as u64 } else { above | u64::from(offset as u32) };
        set_element(state, insn.bits(20, 16), insn.size, index, offset);
    }
    set_base(insn, state, base);
}

/// A vector of addresses, and what is added to all.
fn aim_addresses(insn: &Insn, state: &mut State, bytes: usize, random: &mut Random) {
    let (scalar, faults) = (insn.row().name.contains("_ar_"), random.one_in(2));
    let added = match insn.bits(20, 16) as usize {
        31 if scalar => 0,
        number if scalar => {
            // A vector of words holds addresses that are not negative.
            state.x[number] = if insn.size == 2 { (random.below(0x100) * 8).wrapping_sub(0x400) } else { random.value() };
            state.x[number]
        }
        _ => insn.imm,
    };
    // Quadwords have theirs in every other doubleword.
    let size = insn.size.min(3);
    for index in 0..bytes >> size {
        let address = place(insn, faults, random).wrapping_sub(added);
        set_element(state, insn.bits(9, 5), size, index, address);
    }
}
