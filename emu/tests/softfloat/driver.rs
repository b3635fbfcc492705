//! Which operands an operation is tried on, and the comparison. It knows no operation.

use emu::math::fp::{Format, FpEnv};

use crate::arm::Controls;
use crate::berkeley::Berkeley;
use crate::random::Random;
use crate::random::operands::{Type, near, operand};

pub fn setting(name: &str, default: u64) -> u64 {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(default)
}

/// Result and FPSR.
pub type Outcome = (u64, u32);

/// Exponent fields at which something happens.
fn exponents<F: Format>() -> [u64; 11] {
    let (bias, fraction) = (F::BIAS as u64, u64::from(F::FRACTION));
    [0, 1, 2, fraction, bias - fraction - 1, bias - 1, bias, bias + 1, bias + fraction, F::EXPONENT_ONES - 2, F::EXPONENT_ONES - 1]
}

fn with_signs<F: Format>(magnitudes: impl IntoIterator<Item = u64>) -> Vec<u64> {
    let mut all: Vec<u64> = magnitudes.into_iter().flat_map(|bits| [bits, bits | F::SIGN]).collect();
    all.sort_unstable();
    all.dedup();
    all
}

/// Infinity, and NaNs of both kinds with small and large payloads.
fn not_finite<F: Format>() -> [u64; 5] {
    [0, 1, F::QUIET - 1, F::QUIET, F::FRACTION_MASK].map(|fraction| F::INFINITY | fraction)
}

/// Special operands for operations on two.
pub fn specials<F: Format>() -> Vec<u64> {
    let fractions = [0, 1, F::QUIET, F::FRACTION_MASK - 1, F::FRACTION_MASK];
    let finite = exponents::<F>().into_iter().flat_map(|exponent| fractions.map(|fraction| exponent << F::FRACTION | fraction));
    with_signs::<F>(finite.chain(not_finite::<F>()))
}

/// A few, for operations on three.
pub fn few_specials<F: Format>() -> Vec<u64> {
    let one = (F::BIAS as u64) << F::FRACTION;
    let finite = [0, 1, F::FRACTION_MASK, 1 << F::FRACTION, (1 << F::FRACTION) + 1, one - 1, one, one + 1, one + F::QUIET, F::MAX_NORMAL];
    with_signs::<F>(finite.into_iter().chain([F::INFINITY, F::INFINITY | 1, F::INFINITY | F::QUIET | 5]))
}

/// Many, for operations on one: walking bits and runs of ones at every exponent; of a half, all there are.
pub fn many_specials<F: Format>() -> Vec<u64> {
    if F::BITS == 16 {
        return (0..=0xffff).collect();
    }
    let fractions = (0..F::FRACTION).flat_map(|bit| [1 << bit, F::FRACTION_MASK >> bit, F::FRACTION_MASK & F::FRACTION_MASK << bit]);
    let fractions: Vec<u64> = fractions.chain([0]).collect();
    let finite = (0..=F::EXPONENT_ONES).flat_map(|exponent| fractions.iter().map(move |fraction| exponent << F::FRACTION | fraction));
    // Every exponent once, the interesting ones with every fraction.
    let interesting = exponents::<F>();
    let chosen = finite.filter(|bits| {
        let (exponent, fraction) = (bits >> F::FRACTION, bits & F::FRACTION_MASK);
        fraction == 0 || fraction == F::FRACTION_MASK || interesting.contains(&exponent) || exponent.abs_diff(F::BIAS as u64 + 31) < 36
    });
    with_signs::<F>(chosen.chain(not_finite::<F>()))
}

/// All combinations of `N` of these.
pub fn combinations<const N: usize>(specials: &[u64]) -> impl Iterator<Item = [u64; N]> {
    let count = specials.len().pow(N as u32);
    (0..count).map(|number| std::array::from_fn(|index| specials[number / specials.len().pow(index as u32) % specials.len()]))
}

pub fn kind<F: Berkeley>() -> Type {
    match F::BITS {
        16 => Type::H,
        32 => Type::S,
        _ => Type::D,
    }
}

/// Random operands of a format; now and then two are close.
pub fn random<F: Berkeley, const N: usize>(random: &mut Random) -> [u64; N] {
    let mut operands = [0; N];
    for index in 0..N {
        let related = index > 0 && random.one_in(4);
        operands[index] = F::MASK & if related { near(random, operands[index - 1]) } else { operand(random, kind::<F>()) };
    }
    operands
}

/// One comparison: an operation of `emu::math::fp`, and what it should give.
pub struct Comparison<'a, const N: usize> {
    pub name: String,
    pub controls: &'a [Controls],
    pub ours: &'a dyn Fn([u64; N], &mut FpEnv) -> u64,
    pub expected: &'a dyn Fn([u64; N], Controls) -> Outcome,
}

impl<const N: usize> Comparison<'_, N> {
    /// The special operands under all controls, then random ones under random controls.
    pub fn run(&self, specials: impl Iterator<Item = [u64; N]>, random_operands: fn(&mut Random) -> [u64; N]) {
        let mut cases: u64 = 0;
        for operands in specials {
            for controls in self.controls {
                self.one(operands, *controls, "special");
                cases += 1;
            }
        }
        let seed = setting("INVAR_SOFTFLOAT_SEED", 1);
        let mut random = Random::new(self.name.bytes().fold(seed, |seed, byte| Random(seed ^ u64::from(byte)).next()));
        let label = format!("seed {seed}");
        let count = setting("INVAR_SOFTFLOAT_CASES", 50_000);
        for _ in 0..count {
            let controls = random.pick(self.controls);
            self.one(random_operands(&mut random), controls, &label);
        }
        println!("{}: {} cases, {label}", self.name, cases + count);
    }

    fn one(&self, operands: [u64; N], controls: Controls, label: &str) {
        let mut env = FpEnv { fpcr: controls.fpcr, fpsr: controls.fpsr };
        let ours = ((self.ours)(operands, &mut env), env.fpsr);
        let expected = (self.expected)(operands, controls);
        assert!(
            ours == expected,
            "{} ({label}) of {operands:x?}, FPCR {:08x}, FPSR {:02x}: {:x} FPSR {:02x}, and SoftFloat {:x} FPSR {:02x}",
            self.name,
            controls.fpcr.0,
            controls.fpsr,
            ours.0,
            ours.1,
            expected.0,
            expected.1
        );
    }
}
