//! Conversions between half, single and double precision, in every rounding mode, and FCVTXN's rounding to odd.
//! Alternative half precision has no counterpart in SoftFloat.

use emu::math::fp::{self, F16, F32, F64, Fpcr, Rounding};

use crate::arm::{self, Controls, Purpose, expected};
use crate::berkeley::{self, Berkeley};
use crate::driver::{Comparison, combinations, many_specials, random};

fn conversion<S: Berkeley, D: Berkeley>(theirs: fn(u64) -> u64) {
    Comparison {
        name: format!("{} to {}", S::NAME, D::NAME),
        controls: &arm::controls(),
        ours: &|[a], env| fp::convert::<S, D>(a, env),
        expected: &|operands, controls| expected::<S, D, 1>(operands, Purpose::Conversion, controls.rounding(), controls, |[a]| theirs(a)),
    }
    .run(combinations(&many_specials::<S>()), random::<S, 1>);
    // Modes that FPCR cannot ask for.
    for mode in [Rounding::Odd, Rounding::TieAway] {
        let to_nearest: Vec<Controls> = arm::controls().into_iter().filter(|controls| !controls.fpcr.has(Fpcr::RMODE)).collect();
        Comparison {
            name: format!("{} to {}, {mode:?}", S::NAME, D::NAME),
            controls: &to_nearest,
            ours: &|[a], env| fp::convert_with::<S, D>(a, mode, env),
            expected: &|operands, controls| expected::<S, D, 1>(operands, Purpose::Conversion, mode, controls, |[a]| theirs(a)),
        }
        .run(combinations(&many_specials::<S>()), random::<S, 1>);
    }
}

#[test]
fn widening() {
    conversion::<F16, F32>(berkeley::half_to_single);
    conversion::<F16, F64>(berkeley::half_to_double);
    conversion::<F32, F64>(berkeley::single_to_double);
}

#[test]
fn narrowing() {
    conversion::<F32, F16>(berkeley::single_to_half);
    conversion::<F64, F16>(berkeley::double_to_half);
    conversion::<F64, F32>(berkeley::double_to_single);
}
