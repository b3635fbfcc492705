//! Operands on which arithmetic is hard: a random choice that prefers edges. It chooses no FPCR. The sequence for a seed must never
//! change, as recorded digests depend on it.

use emu::math::fp::{Bf16, F16, F32, F64, Format};

use super::Random;

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

/// The same value a few units away, or with another sign.
pub fn near(random: &mut Random, bits: u64) -> u64 {
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
