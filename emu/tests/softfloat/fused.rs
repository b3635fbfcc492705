//! Fused multiply-add in its four signs, FMLAL's form with half-precision factors, and the step instructions, which are fused too.

use emu::math::fp::{self, F16, F32, F64, Format, Fpcr};

use crate::arm::{self, Controls, arithmetic, is_infinity, is_nan, is_zero};
use crate::berkeley::{Berkeley, half_to_single};
use crate::driver::{Comparison, combinations, few_specials, random, specials};
use crate::random::Random;

/// Under FPCR.AH a negation leaves NaNs alone.
fn negate<F: Berkeley>(bits: u64, controls: Controls) -> u64 {
    if controls.fpcr.has(Fpcr::AH) && is_nan::<F>(bits) { bits } else { bits ^ F::SIGN }
}

fn multiply_add<F: Berkeley>() {
    for (name, negate_addend, negate_factor) in
        [("fmadd", false, false), ("fmsub", false, true), ("fnmadd", true, true), ("fnmsub", true, false)]
    {
        Comparison {
            name: format!("{name} {}", F::NAME),
            controls: &arm::controls(),
            ours: &|[addend, a, b], env| {
                let addend = if negate_addend { fp::neg::<F>(addend, env) } else { addend };
                let a = if negate_factor { fp::neg::<F>(a, env) } else { a };
                fp::mul_add::<F>(addend, a, b, env)
            },
            expected: &|[addend, a, b], controls| {
                let addend = if negate_addend { negate::<F>(addend, controls) } else { addend };
                let a = if negate_factor { negate::<F>(a, controls) } else { a };
                arithmetic::<F, 3>([addend, a, b], controls, |[addend, a, b]| F::mul_add(a, b, addend))
            },
        }
        .run(combinations(&few_specials::<F>()), random::<F, 3>);
    }
}

/// Half the value, exactly: for one that has an exponent to spare.
fn halved<F: Berkeley>(bits: u64) -> Option<u64> {
    let exponent = (bits & F::INFINITY) >> F::FRACTION;
    (exponent > 1 && exponent < F::EXPONENT_ONES).then(|| bits - (1 << F::FRACTION))
}

/// FPRecipStepFused, 2 - a * b; a product of zero and infinity gives 2.
fn recip_step<F: Berkeley>([a, b]: [u64; 2]) -> u64 {
    let two = arm::one::<F>() + (1 << F::FRACTION);
    let no_product = (is_zero::<F>(a) && is_infinity::<F>(b)) || (is_infinity::<F>(a) && is_zero::<F>(b));
    if no_product { two } else { F::mul_add(a, b, two) }
}

/// FPRSqrtStepFused, (3 - a * b) / 2, as 1.5 - a/2 * b. When neither factor can be halved exactly, both are next to the smallest, or
/// one is zero or infinity: then half the product rounds like the product.
fn rsqrt_step<F: Berkeley>([a, b]: [u64; 2]) -> u64 {
    let one_and_half = arm::one::<F>() + F::QUIET;
    let no_product = (is_zero::<F>(a) && is_infinity::<F>(b)) || (is_infinity::<F>(a) && is_zero::<F>(b));
    if no_product {
        return one_and_half;
    }
    match (halved::<F>(a), halved::<F>(b)) {
        (Some(half), _) => F::mul_add(half, b, one_and_half),
        (None, Some(half)) => F::mul_add(a, half, one_and_half),
        (None, None) => F::mul_add(a, b, one_and_half),
    }
}

type Step = fn([u64; 2]) -> u64;

fn steps<F: Berkeley>() {
    type Ours = fn(u64, u64, &mut fp::FpEnv) -> u64;
    let rows: [(&str, Ours, Step); 2] =
        [("frecps", fp::recip_step::<F>, recip_step::<F>), ("frsqrts", fp::rsqrt_step::<F>, rsqrt_step::<F>)];
    // With FPCR.AH they have controls of their own: `fp_oracle` compares those.
    let controls: Vec<Controls> = arm::controls().into_iter().filter(|controls| !controls.fpcr.has(Fpcr::AH)).collect();
    for (name, ours, theirs) in rows {
        Comparison {
            name: format!("{name} {}", F::NAME),
            controls: &controls,
            ours: &|[a, b], env| ours(a, b, env),
            expected: &|[a, b], controls| {
                // NaNs as an addition treats them, so that the constant plays no part.
                if is_nan::<F>(a) || is_nan::<F>(b) {
                    return arithmetic::<F, 2>([a ^ F::SIGN, b], controls, |[a, b]| F::add(a, b));
                }
                arithmetic::<F, 2>([a ^ F::SIGN, b], controls, theirs)
            },
        }
        .run(combinations(&specials::<F>()), random::<F, 2>);
    }
}

/// FMLAL: the factors are halves. A NaN among them is one of single precision with the same payload.
fn halves_to_single() {
    // What flushing does to the factors is FZ16's matter, and to the addend FZ's.
    let controls: Vec<Controls> =
        arm::controls().into_iter().filter(|controls| !controls.fpcr.has(Fpcr::AH | Fpcr::FZ | Fpcr::FIZ)).collect();
    let operands = |random_source: &mut Random| {
        let [addend] = random::<F32, 1>(random_source);
        let [a, b] = random::<F16, 2>(random_source);
        [addend, a, b]
    };
    let specials = combinations::<3>(&few_specials::<F16>()).map(|[addend, a, b]| [widened(addend), a, b]).collect::<Vec<_>>();
    Comparison {
        name: "fmlal".into(),
        controls: &controls,
        ours: &|[addend, a, b], env| fp::mul_add_halves(addend, a, b, env),
        expected: &|[addend, a, b], controls| {
            arithmetic::<F32, 3>([addend, widened(a), widened(b)], controls, |[addend, a, b]| F32::mul_add(a, b, addend))
        },
    }
    .run(specials.into_iter(), operands);
}

/// A half as a single of the same value; a NaN stays as quiet as it was.
fn widened(half: u64) -> u64 {
    if is_nan::<F16>(half) {
        return (half & F16::SIGN) << 16 | F32::INFINITY | (half & F16::FRACTION_MASK) << (F32::FRACTION - F16::FRACTION);
    }
    half_to_single(half)
}

#[test]
fn half() {
    multiply_add::<F16>();
    steps::<F16>();
}

#[test]
fn single() {
    multiply_add::<F32>();
    steps::<F32>();
    halves_to_single();
}

#[test]
fn double() {
    multiply_add::<F64>();
    steps::<F64>();
}
