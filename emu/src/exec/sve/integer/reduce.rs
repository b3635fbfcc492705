//! Reductions of a vector to a scalar, and sums and extremes of neighbours. Decodes nothing.

use super::{get, size};
use crate::cpu::{Cpu, ScalableVector, Stop};
use crate::insn::Insn;
use crate::math::simd::Lane;

/// The active elements of Zn, combined; the scalar is Zd's lowest element of 2^`size` bytes and the rest of Zd becomes zero.
#[inline(always)]
fn across<T: Lane>(cpu: &mut Cpu, insn: &Insn, result_size: u8, identity: u64, f: impl Fn(u64, T) -> u64) {
    let (pg, n) = (cpu.p(insn.opt), cpu.z(insn.rn));
    let active = (0..cpu.elements(size::<T>())).filter(|&index| pg.active(size::<T>(), index));
    let result = active.fold(identity, |result, index| f(result, get(&n, index)));
    let mut out = ScalableVector::ZERO;
    out.set(result_size, 0, result);
    cpu.set_z(insn.rd, &out);
}

/// Functions of reductions, with what they are of no elements.
macro_rules! reductions {
    ($($name:ident $lanes:tt $lane:ident $identity:expr, |$left:ident, $right:ident| $result:expr;)*) => {$(
        #[inline(never)]
        pub fn $name(cpu: &mut Cpu, insn: &Insn) -> Result<(), Stop> {
            cpu.check_sve()?;
            each_size!(insn $lanes $lane {
                let identity: $lane = $identity;
                across(cpu, insn, insn.size, identity as u64, |left, $right: $lane| {
                    let $left = left as $lane;
                    ($result) as u64
                });
            });
            Ok(())
        }
    )*};
}

reductions! {
    smaxv signed T T::MIN, |left, right| left.max(right);
    umaxv unsigned T T::MIN, |left, right| left.max(right);
    sminv signed T T::MAX, |left, right| left.min(right);
    uminv unsigned T T::MAX, |left, right| left.min(right);
    orv unsigned T 0, |left, right| left | right;
    eorv unsigned T 0, |left, right| left ^ right;
    andv unsigned T T::MAX, |left, right| left & right;
}

/// Functions of sums of 64 bits.
macro_rules! sums {
    ($($name:ident $lanes:tt $lane:ident;)*) => {$(
        #[inline(never)]
        pub fn $name(cpu: &mut Cpu, insn: &Insn) -> Result<(), Stop> {
            cpu.check_sve()?;
            each_size!(insn $lanes $lane across(cpu, insn, 3, 0, |sum, element: $lane| sum.wrapping_add(element as u64)));
            Ok(())
        }
    )*};
}

sums! { saddv [i8 i16 i32] T; uaddv unsigned T; }

scalable! { pairs_merging =>
    addp unsigned T |left, right| left.wrapping_add(right);
    smaxp signed T |left, right| left.max(right);
    umaxp unsigned T |left, right| left.max(right);
    sminp signed T |left, right| left.min(right);
    uminp unsigned T |left, right| left.min(right);
}

// Both halves of an element of the second source are added to one of the first.
scalable! { two_merging =>
    sadalp [i16 i16 i32 i64] T |d, n| d.wrapping_add(n << (T::BITS / 2) >> (T::BITS / 2)).wrapping_add(n >> (T::BITS / 2));
    uadalp [u16 u16 u32 u64] T |d, n| d.wrapping_add(n << (T::BITS / 2) >> (T::BITS / 2)).wrapping_add(n >> (T::BITS / 2));
}
