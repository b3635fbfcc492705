//! Comparisons, quiet and signalling, and the minimum and maximum families, which SoftFloat has only as a comparison and a choice.

use emu::math::fp::{self, F16, F32, F64, FpEnv, Fpcr, IDC, Rounding};

use crate::arm::{Controls, Purpose, arithmetic, is_denormal, is_nan, is_signalling, is_zero, operand};
use crate::berkeley::{Berkeley, Tininess, ask};
use crate::driver::{Comparison, Outcome, combinations, random, specials};

/// A predicate on operands as the comparison sees them.
fn predicate<F: Berkeley, T>([a, b]: [u64; 2], controls: Controls, theirs: impl Fn(u64, u64) -> T) -> (T, u32) {
    let mut flags = controls.fpsr;
    let [a, b] = [a, b].map(|bits| operand::<F>(bits, Purpose::Arithmetic, controls, &mut flags));
    let (answer, raised) = ask(Rounding::TieEven, Tininess::BeforeRounding, || theirs(a, b));
    let ordered = !is_nan::<F>(a) && !is_nan::<F>(b);
    if controls.fpcr.has(Fpcr::AH) && !F::IS_HALF && ordered && (is_denormal::<F>(a) || is_denormal::<F>(b)) {
        flags |= IDC;
    }
    (answer, flags | raised)
}

/// NZCV of FCMP, or of FCMPE, to which quiet NaNs are invalid too.
fn condition<F: Berkeley>(a: u64, b: u64, signalling: bool) -> u64 {
    let less = if signalling { F::less(a, b) } else { F::less_quiet(a, b) };
    if less {
        0b1000
    } else if F::equal(a, b) {
        0b0110
    } else if F::less_quiet(b, a) {
        0b0010
    } else {
        0b0011
    }
}

type Ours = fn(u64, u64, &mut FpEnv) -> u64;
type Theirs = fn(u64, u64) -> u64;

fn comparisons<F: Berkeley>(controls: &[Controls]) {
    let rows: [(&str, Ours, Theirs); 5] = [
        ("fcmp", |a, b, env| fp::compare::<F>(a, b, false, env).into(), |a, b| condition::<F>(a, b, false)),
        ("fcmpe", |a, b, env| fp::compare::<F>(a, b, true, env).into(), |a, b| condition::<F>(a, b, true)),
        ("fcmeq", |a, b, env| fp::compare_eq::<F>(a, b, env).into(), |a, b| F::equal(a, b).into()),
        ("fcmge", |a, b, env| fp::compare_ge::<F>(a, b, env).into(), |a, b| F::less_or_equal(b, a).into()),
        ("fcmgt", |a, b, env| fp::compare_gt::<F>(a, b, env).into(), |a, b| F::less(b, a).into()),
    ];
    for (name, ours, theirs) in rows {
        Comparison {
            name: format!("{name} {}", F::NAME),
            controls,
            ours: &|[a, b], env| ours(a, b, env),
            expected: &|operands, controls| predicate::<F, u64>(operands, controls, theirs),
        }
        .run(combinations(&specials::<F>()), random::<F, 2>);
    }
}

/// FPMax and FPMin: NaNs as in an addition; of two zeros the positive is the larger.
fn extremum<F: Berkeley>(operands: [u64; 2], controls: Controls, maximum: bool) -> Outcome {
    arithmetic::<F, 2>(operands, controls, |[a, b]| {
        if is_nan::<F>(a) || is_nan::<F>(b) {
            return F::add(a, b);
        }
        if is_zero::<F>(a) && is_zero::<F>(b) {
            return if maximum { a & b } else { a | b };
        }
        if F::less(a, b) == maximum { b } else { a }
    })
}

/// FPMaxNum and FPMinNum: a single quiet NaN loses against a number.
fn number_extremum<F: Berkeley>([a, b]: [u64; 2], controls: Controls, maximum: bool) -> Outcome {
    let quiet = |bits| is_nan::<F>(bits) && !is_signalling::<F>(bits);
    let loser = if maximum { F::SIGN | F::INFINITY } else { F::INFINITY };
    let operands = match (quiet(a), quiet(b)) {
        (true, false) => [loser, b],
        (false, true) => [a, loser],
        _ => [a, b],
    };
    extremum::<F>(operands, controls, maximum)
}

/// FPAbsMax and FPAbsMin (FEAT_FAMINMAX): of the magnitudes, denormals and NaNs as if FPCR asked for nothing but default NaNs.
fn absolute_extremum<F: Berkeley>(operands: [u64; 2], controls: Controls, maximum: bool) -> Outcome {
    let plain = Controls { fpcr: Fpcr(controls.fpcr.0 & (Fpcr::DN | Fpcr::RMODE)), ..controls };
    if operands.iter().any(|&bits| is_nan::<F>(bits)) {
        return extremum::<F>(operands, plain, maximum);
    }
    extremum::<F>(operands.map(|bits| bits & !F::SIGN), plain, maximum)
}

type Extremum = fn([u64; 2], Controls, bool) -> Outcome;

fn extrema<F: Berkeley>(controls: &[Controls]) {
    // FPCR.AH gives FMAX and FMIN rules of their own, which `fp_oracle` compares.
    let plain: Vec<Controls> = controls.iter().copied().filter(|controls| !controls.fpcr.has(Fpcr::AH)).collect();
    let rows: [(&str, Ours, Extremum, bool, &[Controls]); 6] = [
        ("fmax", fp::max::<F>, extremum::<F>, true, &plain),
        ("fmin", fp::min::<F>, extremum::<F>, false, &plain),
        ("fmaxnm", fp::max_num::<F>, number_extremum::<F>, true, &plain),
        ("fminnm", fp::min_num::<F>, number_extremum::<F>, false, &plain),
        ("famax", fp::abs_max::<F>, absolute_extremum::<F>, true, controls),
        ("famin", fp::abs_min::<F>, absolute_extremum::<F>, false, controls),
    ];
    for (name, ours, theirs, maximum, controls) in rows {
        Comparison {
            name: format!("{name} {}", F::NAME),
            controls,
            ours: &|[a, b], env| ours(a, b, env),
            expected: &|operands, controls| theirs(operands, controls, maximum),
        }
        .run(combinations(&specials::<F>()), random::<F, 2>);
    }
}

/// Rounding modes do not matter here.
fn controls() -> Vec<Controls> {
    crate::arm::controls().into_iter().filter(|controls| controls.fpcr.rounding() == Rounding::TieEven).collect()
}

#[test]
fn half() {
    comparisons::<F16>(&controls());
    extrema::<F16>(&controls());
}

#[test]
fn single() {
    comparisons::<F32>(&controls());
    extrema::<F32>(&controls());
}

#[test]
fn double() {
    comparisons::<F64>(&controls());
    extrema::<F64>(&controls());
}
