//! Conversions to and from integers and fixed point, and rounding to integral values, in every rounding mode.
//! SoftFloat, compiled for VFPv2, saturates as Arm does and makes zero of NaNs.

use emu::math::fp::{self, F16, F32, F64, Fpcr, IOC, IXC, Rounding};

use crate::arm::{self, Controls, Purpose, expected, is_nan, is_zero, operand};
use crate::berkeley::{Berkeley, INTEGERS, Integer, Quad, Tininess, ask};
use crate::driver::{Comparison, Outcome, combinations, many_specials, random};
use crate::random::Random;
use crate::random::operands::{Type, operand as random_operand};

const MODES: [Rounding; 5] = [Rounding::TieEven, Rounding::PlusInfinity, Rounding::MinusInfinity, Rounding::Zero, Rounding::TieAway];

/// The mode is the instruction's, and NaNs do not propagate: of FPCR only the flushing controls matter. FPCR.AH adds nothing but that
/// FPCR.FZ no longer flushes operands.
fn controls() -> Vec<Controls> {
    arm::controls().into_iter().filter(|controls| !controls.fpcr.has(Fpcr::RMODE | Fpcr::DN)).collect()
}

/// An answer of SoftFloat's about the operand as the operation sees it. Out of range is invalid and nothing else.
fn asked<F: Berkeley>(a: u64, controls: Controls, theirs: impl Fn(u64) -> u64) -> Outcome {
    let mut flags = controls.fpsr;
    let a = operand::<F>(a, Purpose::Arithmetic, controls, &mut flags);
    let (result, raised) = ask(Rounding::TieEven, Tininess::BeforeRounding, || theirs(a));
    (result, flags | if raised & IOC != 0 { IOC } else { raised })
}

fn to_integers<F: Berkeley>() {
    let controls = controls();
    let name = |integer: Integer| format!("{} to {}{}", F::NAME, if integer.unsigned { "u" } else { "i" }, integer.width);
    for integer in INTEGERS {
        for mode in MODES {
            Comparison {
                name: format!("{}, {mode:?}", name(integer)),
                controls: &controls,
                ours: &|[a], env| fp::to_fixed::<F>(a, integer.width, integer.unsigned, 0, mode, env),
                expected: &|[a], controls| asked::<F>(a, controls, |a| F::to_integer(a, integer, mode)),
            }
            .run(combinations(&many_specials::<F>()), random::<F, 1>);
        }
        // Fixed point: the multiple is exact in quadruple precision.
        for bits in [1, 7, 31, 32, 64].into_iter().filter(|&bits| bits <= integer.width) {
            Comparison {
                name: format!("{} with {bits} fraction bits", name(integer)),
                controls: &controls,
                ours: &|[a], env| fp::to_fixed::<F>(a, integer.width, integer.unsigned, bits, Rounding::Zero, env),
                expected: &|[a], controls| {
                    asked::<F>(a, controls, |a| F::to_quad(a).scaled(bits as i32).to_integer(integer, Rounding::Zero))
                },
            }
            .run(combinations(&many_specials::<F>()), random::<F, 1>);
        }
    }
}

/// Integers of 16 bits exist for half precision alone, all of whose values fit 32.
fn half_to_sixteen_bits() {
    for (unsigned, low, high) in [(false, -0x8000, 0x7fff), (true, 0, 0xffff)] {
        for mode in MODES {
            Comparison {
                name: format!("half to 16 bits, unsigned {unsigned}, {mode:?}"),
                controls: &controls(),
                ours: &|[a], env| fp::to_fixed::<F16>(a, 16, unsigned, 0, mode, env),
                expected: &|[a], controls| {
                    let (wide, fpsr) = asked::<F16>(a, controls, |a| F16::to_integer(a, Integer { width: 32, unsigned: false }, mode));
                    let wide = wide as i32;
                    let inside = (low..=high).contains(&wide);
                    let fpsr = if inside { fpsr } else { controls.fpsr | IOC };
                    (u64::from(wide.clamp(low, high) as u16), fpsr)
                },
            }
            .run(combinations(&many_specials::<F16>()), random::<F16, 1>);
        }
    }
}

/// Integers with one bit, with runs of ones, and next to these.
fn special_integers() -> Vec<u64> {
    let mut all = Vec::new();
    for bit in 0..64 {
        for shape in [1 << bit, u64::MAX << bit, u64::MAX >> bit] {
            for other in [0, 1, 1 << (bit / 2), u64::MAX] {
                all.extend([shape, shape.wrapping_add(other), shape.wrapping_neg().wrapping_sub(other), shape ^ other]);
            }
        }
    }
    all.sort_unstable();
    all.dedup();
    all
}

fn from_integers<F: Berkeley>() {
    // No operand is a float, but the result may be tiny when there are fraction bits.
    let controls: Vec<Controls> = arm::controls().into_iter().filter(|controls| !controls.fpcr.has(Fpcr::DN)).collect();
    let any: fn(&mut Random) -> [u64; 1] = |random| [random_operand(random, Type::X)];
    for integer in INTEGERS {
        // What the instruction hands on: extended to 64 bits.
        let extended = move |value: u64| match (integer.width, integer.unsigned) {
            (32, false) => value as i32 as u64,
            (32, true) => u64::from(value as u32),
            _ => value,
        };
        let name = format!("{}{} to {}", if integer.unsigned { "u" } else { "i" }, integer.width, F::NAME);
        Comparison {
            name: name.clone(),
            controls: &controls,
            ours: &|[value], env| fp::from_fixed::<F>(extended(value), integer.unsigned, 0, env),
            expected: &|[value], controls| {
                expected::<F64, F, 1>([0], Purpose::Arithmetic, controls.rounding(), controls, |_| F::from_integer(value, integer))
            },
        }
        .run(combinations(&special_integers()), any);
        for bits in [1, 7, 31, 32, 64].into_iter().filter(|&bits| bits <= integer.width) {
            Comparison {
                name: format!("{name} with {bits} fraction bits"),
                controls: &controls,
                ours: &|[value], env| fp::from_fixed::<F>(extended(value), integer.unsigned, bits, env),
                expected: &|[value], controls| {
                    expected::<F64, F, 1>([0], Purpose::Arithmetic, controls.rounding(), controls, |_| {
                        F::from_quad(Quad::from_integer(extended(value), integer.unsigned).scaled(-(bits as i32)))
                    })
                },
            }
            .run(combinations(&special_integers()), any);
        }
    }
}

fn to_integral<F: Berkeley>() {
    let controls: Vec<Controls> = arm::controls().into_iter().filter(|controls| !controls.fpcr.has(Fpcr::RMODE)).collect();
    for mode in MODES {
        for exact in [false, true] {
            Comparison {
                name: format!("{} to integral, {mode:?}, exact {exact}", F::NAME),
                controls: &controls,
                ours: &|[a], env| fp::round_int::<F>(a, mode, exact, env),
                expected: &|[a], controls| integral::<F>(a, controls, |a| F::round_to_integral(a, mode, exact)),
            }
            .run(combinations(&many_specials::<F>()), random::<F, 1>);
        }
    }
}

/// FRINT32X and its siblings, which have no half-precision form.
fn to_sized_integral<F: Berkeley>() {
    let controls: Vec<Controls> = arm::controls().into_iter().filter(|controls| !controls.fpcr.has(Fpcr::RMODE)).collect();
    for mode in MODES {
        for size in [32, 64] {
            Comparison {
                name: format!("{} to integral of {size} bits, {mode:?}", F::NAME),
                controls: &controls,
                ours: &|[a], env| fp::round_int_sized::<F>(a, mode, size, env),
                expected: &|[a], controls| sized_integral::<F>(a, mode, size, controls),
            }
            .run(combinations(&many_specials::<F>()), random::<F, 1>);
        }
    }
}

/// FPRoundInt: denormals do not report themselves under FPCR.AH, unlike in arithmetic.
fn integral<F: Berkeley>(a: u64, controls: Controls, theirs: impl Fn(u64) -> u64) -> Outcome {
    if is_nan::<F>(a) {
        return arm::arithmetic::<F, 1>([a], controls, |[a]| theirs(a));
    }
    asked::<F>(a, controls, theirs)
}

/// FPRoundIntN: what the integer type does not hold, or is no number, becomes its smallest value.
fn sized_integral<F: Berkeley>(a: u64, mode: Rounding, size: u32, controls: Controls) -> Outcome {
    let mut flags = controls.fpsr;
    let a = operand::<F>(a, Purpose::Arithmetic, controls, &mut flags);
    let integer = Integer { width: size, unsigned: false };
    let (_, raised) = ask(mode, Tininess::BeforeRounding, || F::to_integer(a, integer, mode));
    if raised & IOC != 0 {
        let (smallest, _) = ask(mode, Tininess::BeforeRounding, || F::from_integer(1 << (size - 1), integer));
        return (smallest, flags | IOC);
    }
    let (result, raised) = ask(mode, Tininess::BeforeRounding, || F::round_to_integral(a, mode, true));
    assert!(raised & !IXC == 0 && (!is_zero::<F>(a) || result == a), "SoftFloat rounds {a:x} to {result:x}");
    (result, flags | raised)
}

#[test]
fn half() {
    to_integers::<F16>();
    half_to_sixteen_bits();
    from_integers::<F16>();
    to_integral::<F16>();
}

#[test]
fn single() {
    to_integers::<F32>();
    from_integers::<F32>();
    to_integral::<F32>();
    to_sized_integral::<F32>();
}

#[test]
fn double() {
    to_integers::<F64>();
    from_integers::<F64>();
    to_integral::<F64>();
    to_sized_integral::<F64>();
}
