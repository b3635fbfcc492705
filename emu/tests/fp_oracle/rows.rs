//! Words and register values for the floating-point rows of the instruction table.

use emu::insn::decode::decode;
use emu::insn::{ROWS, Row, effects};
use sysregs::Feature;

use crate::cases::fpcr;
use crate::driver::Record;
use crate::random::Random;
use crate::random::operands::{Type, operand, vector};

/// FPCR.NEP.
const NEP: u32 = 1 << 2;

/// Features that Debian's tools do not know.
const LACKING: [Feature; 8] = [
    Feature::FAMINMAX,
    Feature::FPRCVT,
    Feature::FP8,
    Feature::FP8FMA,
    Feature::FP8DOT2,
    Feature::FP8DOT4,
    Feature::F8F16MM,
    Feature::F8F32MM,
];

/// Whether this build executes the row, its mnemonic is a floating-point one, and the tools of Debian 12 know it.
pub fn is_floating_point(row: &Row) -> bool {
    row.effects & effects::FP != 0
        && !LACKING.contains(&row.feature)
        && row.effects & (effects::UNIMPLEMENTED | effects::LOAD | effects::STORE) == 0
        && ["f", "bf", "scvtf", "ucvtf"].iter().any(|start| row.syntax.starts_with(start))
}

/// The rows of the floating-point groups.
pub fn floating_point() -> impl Iterator<Item = &'static Row> {
    // Scalable ones are the differential test's: what answers here has no predicates.
    ROWS.iter().filter(|row| is_floating_point(row) && row.pattern.value >> 25 & 15 != 0b0010)
}

/// The bits that a field letter has in a pattern.
fn field(row: &Row, letter: char) -> u32 {
    row.text.chars().filter(|c| *c != ' ').fold(0, |mask, c| mask << 1 | u32::from(c == letter))
}

/// An instance of the row: destination 0, sources 0..=3, everything else random.
pub fn word(row: &Row, random: &mut Random) -> u32 {
    let mut word = row.pattern.value | random.next() as u32 & !row.pattern.mask & !field(row, 'd');
    for letter in ['n', 'm', 'a'] {
        let mask = field(row, letter);
        // Sources are four or five bits wide; the lowest two stay random.
        word &= !(mask & mask << 2);
    }
    // The top bit of an element's register number; an index bit where that is not so, which then stays 0.
    match decode(word, 0) {
        Some(insn) if insn.rm > 3 && insn.op == row.op => word & !field(row, 'M'),
        _ => word,
    }
}

pub fn record(size: u8, random: &mut Random, alternate: bool) -> Record {
    let own = match size {
        1 => Type::H,
        2 => Type::S,
        _ => Type::D,
    };
    let kind = |random: &mut Random| {
        if random.one_in(4) { [Type::H, Type::S, Type::D, Type::B][random.below(4) as usize] } else { own }
    };
    let v = [0; 4].map(|_: u128| {
        let kind = kind(random);
        vector(random, kind)
    });
    let alternate = alternate && random.one_in(3);
    let mut fpcr = fpcr(random, alternate);
    if alternate && random.one_in(2) {
        fpcr |= NEP;
    }
    let fpsr = if random.one_in(2) { emu::math::fp::IXC } else { 0 };
    Record { fpcr, fpsr, nzcv: (random.below(16) as u32) << 28, x1: operand(random, Type::X), v }
}
