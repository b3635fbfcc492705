//! Operands worth trying: a small random generator that prefers edges. The sequence for a seed must never change, as
//! the recorded digests depend on it.

use emu::math::fp::{Bf16, F16, F32, F64, Format, Fpcr, IXC};

/// FNV-1a over whole words: names to seeds, results to digests.
pub fn hash(words: impl IntoIterator<Item = u64>) -> u64 {
    words.into_iter().fold(0xcbf2_9ce4_8422_2325, |hash, word| {
        let mixed = (hash ^ word).wrapping_mul(0x0000_0100_0000_01b3);
        mixed ^ (mixed >> 29)
    })
}

/// SplitMix64.
pub struct Random(u64);

impl Random {
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    pub fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound
    }

    pub fn one_in(&mut self, bound: u64) -> bool {
        self.below(bound) == 0
    }
}

/// The operand type of an instruction.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Type {
    H,
    S,
    D,
    B,
    /// A 64-bit integer.
    X,
}

#[derive(Clone, Copy, Debug)]
pub struct Case {
    pub operands: [u64; 3],
    pub fpcr: u32,
    pub fpsr: u32,
}

/// `count` cases for the operation of that name. With `alternate`, a quarter of them use FEAT_AFP and FEAT_EBF16.
pub fn cases(name: &str, types: [Type; 3], seed: u64, count: usize, alternate: bool) -> Vec<Case> {
    let mut random = Random::new(seed ^ hash(name.bytes().map(u64::from)));
    let mut next = || {
        let alternate = alternate && random.one_in(4);
        case(&mut random, types, alternate)
    };
    (0..count).map(|_| next()).collect()
}

fn case(random: &mut Random, types: [Type; 3], alternate: bool) -> Case {
    let fpcr = fpcr(random, alternate);
    let fpsr = if random.one_in(2) { IXC } else { 0 };
    let first = operand(random, types[0]);
    let related = |random: &mut Random, kind: Type| {
        if kind == types[0] && random.one_in(4) { near(random, first) } else { operand(random, kind) }
    };
    let second = related(random, types[1]);
    let third = related(random, types[2]);
    Case { operands: [first, second, third], fpcr, fpsr }
}

pub fn fpcr(random: &mut Random, alternate: bool) -> u32 {
    let mut fpcr = if random.one_in(2) { 0 } else { (random.below(4) as u32) << 22 };
    for bit in [Fpcr::FZ, Fpcr::FZ16, Fpcr::DN, Fpcr::AHP] {
        if random.one_in(4) {
            fpcr |= bit;
        }
    }
    if alternate {
        fpcr |= [Fpcr::AH, 0, Fpcr::FIZ, Fpcr::AH | Fpcr::FIZ][random.below(4) as usize];
        fpcr |= [Fpcr::EBF, 0][random.below(2) as usize];
    }
    fpcr
}

/// The same value a few units away, or with another sign.
fn near(random: &mut Random, bits: u64) -> u64 {
    let moved = bits.wrapping_add(random.below(5)).wrapping_sub(2);
    if random.one_in(2) { moved } else { bits ^ (1 << random.below(64)) }
}

pub fn operand(random: &mut Random, kind: Type) -> u64 {
    match kind {
        Type::H => float::<F16>(random),
        Type::S => float::<F32>(random),
        Type::D => float::<F64>(random),
        Type::B => float::<Bf16>(random),
        Type::X => integer(random),
    }
}

/// A vector register: lanes of one type.
pub fn vector(random: &mut Random, kind: Type) -> u128 {
    let bits = match kind {
        Type::H | Type::B => 16,
        Type::S => 32,
        Type::D | Type::X => 64,
    };
    (0..128 / bits).fold(0, |vector, lane| vector | u128::from(operand(random, kind) & (u64::MAX >> (64 - bits))) << (lane * bits))
}

/// Integers of every length, with runs of equal bits.
fn integer(random: &mut Random) -> u64 {
    let shift = random.below(64);
    let bits = match random.below(4) {
        0 => random.next(),
        1 => random.below(16).wrapping_sub(8),
        2 => u64::MAX,
        _ => random.next() & random.next() & random.next(),
    };
    let shifted = if random.one_in(2) { bits >> shift } else { ((bits as i64) >> shift) as u64 };
    if random.one_in(4) { shifted.wrapping_neg() } else { shifted }
}

fn float<F: Format>(random: &mut Random) -> u64 {
    let one = (F::BIAS as u64) << F::FRACTION;
    let specials = [
        0,
        1,
        2,
        F::FRACTION_MASK,
        F::FRACTION_MASK >> 1,
        F::QUIET,
        1 << F::FRACTION,
        (1 << F::FRACTION) + 1,
        2 << F::FRACTION,
        one,
        one - 1,
        one + 1,
        one + F::QUIET,
        one - (1 << F::FRACTION),
        F::MAX_NORMAL,
        F::INFINITY,
        F::INFINITY | F::QUIET,
        F::INFINITY | F::QUIET | 5,
        F::INFINITY | 1,
        F::INFINITY | (F::QUIET >> 1),
    ];
    let fraction = fraction::<F>(random);
    let magnitude = match random.below(16) {
        0..3 => specials[random.below(specials.len() as u64) as usize],
        3..5 => random.next() & (F::MASK >> 1),
        // Both ends of the exponent range.
        5 => (random.below(4) << F::FRACTION) | fraction,
        6 => ((F::EXPONENT_ONES - random.below(4)) << F::FRACTION) | fraction,
        // Where products and quotients of two operands meet the ends.
        7 => ((F::EXPONENT_ONES / 4 + random.below(4)) << F::FRACTION) | fraction,
        8 => ((F::EXPONENT_ONES / 4 * 3 + random.below(4)) << F::FRACTION) | fraction,
        // Integers, halves and the limits of integer types.
        9..12 => one.wrapping_add(random.below(u64::from(F::FRACTION) + 16) << F::FRACTION) + fraction,
        _ => one.wrapping_sub(8 << F::FRACTION).wrapping_add(random.below(16) << F::FRACTION) + fraction,
    };
    let sign = if random.one_in(2) { F::SIGN } else { 0 };
    (magnitude & (F::MASK >> 1)) | sign
}

/// A fraction field: random, short, or nearly all ones or zeros.
fn fraction<F: Format>(random: &mut Random) -> u64 {
    let bits = match random.below(5) {
        0 => random.next(),
        1 => random.below(8) << (F::FRACTION - 3),
        2 => u64::MAX << random.below(64),
        3 => u64::MAX >> random.below(64),
        _ => 1 << random.below(u64::from(F::FRACTION)),
    };
    bits & F::FRACTION_MASK
}
