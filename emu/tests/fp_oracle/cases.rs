//! Cases worth trying: operands, FPCR and FPSR. The sequence for a seed must never change, as the recorded digests depend on it.

use emu::math::fp::{Fpcr, IXC};

use crate::random::Random;
use crate::random::operands::{Type, near, operand};

/// FNV-1a over whole words: names to seeds, results to digests.
pub fn hash(words: impl IntoIterator<Item = u64>) -> u64 {
    words.into_iter().fold(0xcbf2_9ce4_8422_2325, |hash, word| {
        let mixed = (hash ^ word).wrapping_mul(0x0000_0100_0000_01b3);
        mixed ^ (mixed >> 29)
    })
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
