//! Advanced SIMD registers as arrays of lanes, and functions mapped over them. Knows no instruction and no CPU.
//!
//! A register is a `u128`; lane 0 is its least significant. The maps read lanes in place (a register *reference* viewed as
//! an array), because a `u128` that is taken apart by shifts stays in general registers and never becomes a vector
//! operation of the machine below.

mod arithmetic;
mod dot;
mod permute;

pub use arithmetic::{AddMixed, Arithmetic, Doubling, Signed, Unsigned, Wide, Widen};
pub use dot::{dot, matrix_multiply, signed_byte, unsigned_byte};
pub use permute::{extract, interleave, table_lookup, transpose};
use zerocopy::{transmute, transmute_mut, transmute_ref};

// Lane 0 is the first in memory only on a little-endian machine.
const _: () = assert!(cfg!(target_endian = "little"), "lanes are viewed in memory order");

/// An element type: `u8` to `u64`, `i8` to `i64`.
pub trait Lane: Copy + Default + PartialEq {
    /// All lanes of a 128-bit register.
    type Vector: Copy + Default + AsRef<[Self]> + AsMut<[Self]>;
    /// Bits of a lane.
    const BITS: u32;
    /// The lanes of a register.
    fn view(register: &u128) -> &Self::Vector;
    /// The lanes of a register, to write.
    fn view_mut(register: &mut u128) -> &mut Self::Vector;
    /// The register that holds `vector`.
    fn join(vector: Self::Vector) -> u128;
    /// One lane; `index` counts modulo the number of lanes.
    fn element(register: u128, index: u32) -> Self;
    /// The low bits of `value`.
    fn truncate(value: u128) -> Self;
    /// The value, zero-extended from its own width.
    fn zero_extend(self) -> u128;
    /// The bits that both have.
    fn and(self, other: Self) -> Self;
    /// All ones or all zeros: the result of a comparison.
    fn mask(set: bool) -> Self;
}

macro_rules! lanes {
    ($($lane:ident $unsigned:ident)*) => {$(
        impl Lane for $lane {
            type Vector = [$lane; 128 / $lane::BITS as usize];
            const BITS: u32 = $lane::BITS;
            #[inline(always)]
            fn view(register: &u128) -> &Self::Vector {
                transmute_ref!(register)
            }
            #[inline(always)]
            fn view_mut(register: &mut u128) -> &mut Self::Vector {
                transmute_mut!(register)
            }
            #[inline(always)]
            fn join(vector: Self::Vector) -> u128 {
                transmute!(vector)
            }
            #[inline(always)]
            fn element(register: u128, index: u32) -> Self {
                (register >> ((index * $lane::BITS) & 127)) as $lane
            }
            #[inline(always)]
            fn truncate(value: u128) -> Self {
                value as $lane
            }
            #[inline(always)]
            fn zero_extend(self) -> u128 {
                (self as $unsigned).into()
            }
            #[inline(always)]
            fn and(self, other: Self) -> Self {
                self & other
            }
            #[inline(always)]
            fn mask(set: bool) -> Self {
                if set { !0 } else { 0 }
            }
        }
    )*};
}

lanes! { u8 u8 u16 u16 u32 u32 u64 u64 i8 u8 i16 u16 i32 u32 i64 u64 }

/// The lower or upper half of a register's lanes.
#[inline(always)]
pub fn half<T: Lane>(register: &u128, upper: bool) -> &[T] {
    let lanes = T::view(register).as_ref();
    let (low, high) = lanes.split_at(lanes.len() / 2);
    if upper { high } else { low }
}

/// Triples of lanes of `d` (an accumulator), `n` and `m`.
#[inline(always)]
pub fn map<T: Lane>(d: &u128, n: &u128, m: &u128, f: impl Fn(T, T, T) -> T) -> T::Vector {
    let mut out = *T::view(d);
    for ((lane, &left), &right) in out.as_mut().iter_mut().zip(T::view(n).as_ref()).zip(T::view(m).as_ref()) {
        *lane = f(*lane, left, right);
    }
    out
}

/// [`map`] for functions that may saturate; also says whether one of the first `active` lanes did.
#[inline(always)]
pub fn map_saturating<T: Lane>(d: &u128, n: &u128, m: &u128, active: usize, f: impl Fn(T, T, T) -> (T, bool)) -> (T::Vector, bool) {
    let (mut out, mut saturated) = (*T::view(d), false);
    for (index, ((lane, &left), &right)) in out.as_mut().iter_mut().zip(T::view(n).as_ref()).zip(T::view(m).as_ref()).enumerate() {
        let (value, clipped) = f(*lane, left, right);
        *lane = value;
        saturated |= clipped & (index < active);
    }
    (out, saturated)
}

/// Neighbours in the concatenation m:n: the first half of the result from `n`, the second from `m`.
#[inline(always)]
pub fn pairwise<T: Lane>(n: &u128, m: &u128, f: impl Fn(T, T) -> T) -> T::Vector {
    let mut out = T::Vector::default();
    let pairs = T::view(n).as_ref().chunks_exact(2).chain(T::view(m).as_ref().chunks_exact(2));
    for (lane, pair) in out.as_mut().iter_mut().zip(pairs) {
        if let [left, right] = pair {
            *lane = f(*left, *right);
        }
    }
    out
}

/// Pairs of lanes of two half registers, with a result twice as wide, onto the lanes of the accumulator `d`.
#[inline(always)]
pub fn lengthen<T: Widen>(d: &u128, n: &[T], m: &[T], f: impl Fn(T::Wide, T, T) -> T::Wide) -> <T::Wide as Lane>::Vector {
    let mut out = *T::Wide::view(d);
    for ((lane, &left), &right) in out.as_mut().iter_mut().zip(n).zip(m) {
        *lane = f(*lane, left, right);
    }
    out
}

/// [`lengthen`] for functions that may saturate; also says whether one of the first `active` wide lanes did.
#[inline(always)]
pub fn lengthen_saturating<T: Widen>(
    d: &u128,
    n: &[T],
    m: &[T],
    active: usize,
    f: impl Fn(T::Wide, T, T) -> (T::Wide, bool),
) -> (<T::Wide as Lane>::Vector, bool) {
    let (mut out, mut saturated) = (*T::Wide::view(d), false);
    for (index, ((lane, &left), &right)) in out.as_mut().iter_mut().zip(n).zip(m).enumerate() {
        let (value, clipped) = f(*lane, left, right);
        *lane = value;
        saturated |= clipped & (index < active);
    }
    (out, saturated)
}

/// Lanes of `n` with half as wide lanes of `m`.
#[inline(always)]
pub fn widen<T: Widen>(n: &u128, m: &[T], f: impl Fn(T::Wide, T) -> T::Wide) -> <T::Wide as Lane>::Vector {
    let mut out = *T::Wide::view(n);
    for (lane, &right) in out.as_mut().iter_mut().zip(m) {
        *lane = f(*lane, right);
    }
    out
}

/// Pairs of wide lanes with a result half as wide, in the lower half of the register; the upper half is zero.
#[inline(always)]
pub fn narrow<W: Lane, T: Lane>(n: &u128, m: &u128, f: impl Fn(W, W) -> T) -> T::Vector {
    let mut out = T::Vector::default();
    for ((lane, &left), &right) in out.as_mut().iter_mut().zip(W::view(n).as_ref()).zip(W::view(m).as_ref()) {
        *lane = f(left, right);
    }
    out
}

/// Wide lanes of `n`, narrowed with saturation, in the lower half; also whether one of the first `active` did saturate.
#[inline(always)]
pub fn narrow_saturating<W: Lane, T: Lane>(n: &u128, active: usize, f: impl Fn(W) -> (T, bool)) -> (T::Vector, bool) {
    let (mut out, mut saturated) = (T::Vector::default(), false);
    for (index, (lane, &wide)) in out.as_mut().iter_mut().zip(W::view(n).as_ref()).enumerate() {
        let (value, clipped) = f(wide);
        *lane = value;
        saturated |= clipped & (index < active);
    }
    (out, saturated)
}

/// Neighbouring narrow lanes of `n`, added to the wide lanes of `d` by `f`.
#[inline(always)]
pub fn pairwise_long<T: Widen>(d: &u128, n: &u128, f: impl Fn(T::Wide, T, T) -> T::Wide) -> <T::Wide as Lane>::Vector {
    let mut out = *T::Wide::view(d);
    for (lane, pair) in out.as_mut().iter_mut().zip(T::view(n).as_ref().chunks_exact(2)) {
        if let [left, right] = pair {
            *lane = f(*lane, *left, *right);
        }
    }
    out
}

/// REV16, REV32, REV64: the order of the lanes of each group of `group` (a power of two) reversed.
#[inline(always)]
pub fn reverse<T: Lane>(n: &u128, group: usize) -> T::Vector {
    let lanes = T::view(n).as_ref();
    let mut out = T::Vector::default();
    for (index, lane) in out.as_mut().iter_mut().enumerate() {
        *lane = lanes.get(index ^ (group - 1)).copied().unwrap_or_default();
    }
    out
}

/// All of the first `active` lanes, combined.
#[inline(always)]
pub fn reduce<T: Lane>(n: &u128, active: usize, f: impl Fn(T, T) -> T) -> T {
    T::view(n).as_ref().iter().take(active).copied().reduce(f).unwrap_or_default()
}

/// The same value in every lane.
#[inline(always)]
pub fn splat<T: Lane>(value: T) -> T::Vector {
    let mut out = T::Vector::default();
    out.as_mut().fill(value);
    out
}

/// The vector without the top `bits` bits, a multiple of 8 below 128.
#[inline(always)]
pub fn without_top<T: Lane>(mut vector: T::Vector, bits: u32) -> T::Vector {
    // By a mask and not by a shift or a store of zeros, so that the result stays one vector: a register written in two
    // parts is slow to read back as a whole.
    static MASKS: [u128; 16] = {
        let (mut masks, mut index) = ([0; 16], 0);
        while index < 16 {
            masks[index] = u128::MAX >> (8 * index);
            index += 1;
        }
        masks
    };
    for (lane, &mask) in vector.as_mut().iter_mut().zip(T::view(&MASKS[((bits / 8) & 15) as usize]).as_ref()) {
        *lane = lane.and(mask);
    }
    vector
}

/// The lower half of `low` under the lower half of `high`.
#[inline(always)]
pub fn join_halves<T: Lane>(low: &u128, high: T::Vector) -> T::Vector {
    let mut out = *T::view(low);
    let middle = out.as_ref().len() / 2;
    for (lane, &from) in out.as_mut().iter_mut().skip(middle).zip(high.as_ref()) {
        *lane = from;
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lane_zero_is_the_least_significant() {
        let register = 0x0f0e_0d0c_0b0a_0908_0706_0504_0302_0100_u128;
        assert_eq!(u8::view(&register)[3], 3);
        assert_eq!(u16::element(register, 7), 0x0f0e);
        assert_eq!(i32::join(*i32::view(&register)), register);
        assert_eq!(half::<u32>(&register, true), [0x0b0a_0908, 0x0f0e_0d0c]);
        assert_eq!(u16::join(without_top::<u16>(*u16::view(&register), 104)), 0x02_0100);
        assert_eq!(u8::join(join_halves::<u8>(&register, [1; 16])), 0x0101_0101_0101_0101_0706_0504_0302_0100);
    }

    #[test]
    fn inactive_lanes_do_not_saturate() {
        let top = u128::MAX << 64;
        let run = |active| map_saturating::<u32>(&0, &top, &top, active, |_, n, m| n.add_saturating(m)).1;
        assert!(run(4) && run(3) && !run(2));
    }
}
