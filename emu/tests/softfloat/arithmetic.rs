//! Addition, subtraction, multiplication, division and square root. Fused operations: see `fused`.

use emu::math::fp::{self, F16, F32, F64, FpEnv};

use crate::arm::{self, is_infinity, is_zero};
use crate::berkeley::Berkeley;
use crate::driver::{Comparison, combinations, many_specials, random, specials};

/// FPMulX: a multiplication to which zero times infinity is two.
fn mul_extended<F: Berkeley>(a: u64, b: u64) -> u64 {
    let no_product = (is_zero::<F>(a) && is_infinity::<F>(b)) || (is_infinity::<F>(a) && is_zero::<F>(b));
    if no_product { (a ^ b) & F::SIGN | F::add(arm::one::<F>(), arm::one::<F>()) } else { F::mul(a, b) }
}

type Ours = fn(u64, u64, &mut FpEnv) -> u64;
type Theirs = fn(u64, u64) -> u64;

fn operations<F: Berkeley>() {
    let rows: [(&str, Ours, Theirs); 5] = [
        ("add", fp::add::<F>, F::add),
        ("sub", fp::sub::<F>, F::sub),
        ("mul", fp::mul::<F>, F::mul),
        ("mulx", fp::mulx::<F>, mul_extended::<F>),
        ("div", fp::div::<F>, F::div),
    ];
    for (name, ours, theirs) in rows {
        Comparison {
            name: format!("{name} {}", F::NAME),
            controls: &arm::controls(),
            ours: &|[a, b], env| ours(a, b, env),
            expected: &|operands, controls| arm::arithmetic::<F, 2>(operands, controls, |[a, b]| theirs(a, b)),
        }
        .run(combinations(&specials::<F>()), random::<F, 2>);
    }
    Comparison {
        name: format!("sqrt {}", F::NAME),
        controls: &arm::controls(),
        ours: &|[a], env| fp::sqrt::<F>(a, env),
        expected: &|operands, controls| arm::arithmetic::<F, 1>(operands, controls, |[a]| F::sqrt(a)),
    }
    .run(combinations(&many_specials::<F>()), random::<F, 1>);
}

#[test]
fn half() {
    operations::<F16>();
}

#[test]
fn single() {
    operations::<F32>();
}

#[test]
fn double() {
    operations::<F64>();
}
