//! What the Advanced SIMD instructions do to one lane, as total functions. No flags: saturation is part of the result.

use super::Lane;

/// A lane that has a type twice as wide.
pub trait Widen: Arithmetic {
    /// Twice as wide, same signedness.
    type Wide: Arithmetic;
    /// The value, extended.
    fn wide(self) -> Self::Wide;
    /// The low half of a wide value.
    fn low(wide: Self::Wide) -> Self;
    /// The high half of a wide value.
    fn high(wide: Self::Wide) -> Self;
    /// The product of two lanes; cannot overflow.
    fn multiply_long(self, other: Self) -> Self::Wide;
    /// The difference of two lanes, made positive, as an unsigned value.
    fn difference_long(self, other: Self) -> Self::Wide;
    /// The nearest value to a wide one.
    fn clip(wide: Self::Wide) -> (Self, bool);
    /// The nearest value to a wide signed one.
    fn clip_signed(wide: Signed<Self::Wide>) -> (Self, bool);
}

/// Twice as wide as `T`.
pub type Wide<T> = <T as Widen>::Wide;
/// The unsigned type of `T`'s width.
pub type Unsigned<T> = <T as Arithmetic>::Unsigned;
/// The signed type of `T`'s width.
pub type Signed<T> = <T as Arithmetic>::Signed;

/// Lane arithmetic that primitive integers do not bring along. A `bool` in a result says that it saturated.
pub trait Arithmetic: Lane {
    /// The unsigned type of this width.
    type Unsigned: Arithmetic;
    /// The signed type of this width.
    type Signed: Arithmetic;
    /// (self + other) / 2 without loss of the carry, towards minus infinity.
    fn halving_add(self, other: Self) -> Self;
    /// (self + other + 1) / 2 without loss of the carry, towards minus infinity.
    fn rounding_halving_add(self, other: Self) -> Self;
    /// (self - other) / 2 without loss of the borrow, towards minus infinity.
    fn halving_sub(self, other: Self) -> Self;
    /// The sum, clipped.
    fn add_saturating(self, other: Self) -> (Self, bool);
    /// The difference, clipped.
    fn sub_saturating(self, other: Self) -> (Self, bool);
    /// The bits of the absolute difference.
    fn difference(self, other: Self) -> Self;
    /// A right shift by 1..=BITS.
    fn shift_right(self, amount: u32) -> Self;
    /// A right shift by 1..=BITS, rounded to nearest, ties up.
    fn shift_right_rounded(self, amount: u32) -> Self;
    /// A left shift by 0..BITS, clipped.
    fn shift_left_saturating(self, amount: u32) -> (Self, bool);
    /// A shift by a signed amount in the low byte of `amount`: left when positive.
    fn shift(self, amount: Self) -> Self;
    /// [`Arithmetic::shift`], right shifts rounded.
    fn shift_rounded(self, amount: Self) -> Self;
    /// [`Arithmetic::shift`], left shifts clipped.
    fn shift_saturating(self, amount: Self) -> (Self, bool);
    /// [`Arithmetic::shift`], right shifts rounded and left shifts clipped.
    fn shift_rounded_saturating(self, amount: Self) -> (Self, bool);
}

/// The end of the range that a nonzero value is on the side of.
#[inline(always)]
fn limit<T: Bounds + PartialOrd>(value: T) -> T {
    if value > T::default() { T::MAX } else { T::MIN }
}

trait Bounds: Lane {
    const MIN: Self;
    const MAX: Self;
}

macro_rules! arithmetic {
    ($($lane:ident $unsigned:ident $signed:ident;)*) => {$(
        impl Bounds for $lane {
            const MIN: Self = $lane::MIN;
            const MAX: Self = $lane::MAX;
        }
        impl Arithmetic for $lane {
            type Unsigned = $unsigned;
            type Signed = $signed;
            #[inline(always)]
            fn halving_add(self, other: Self) -> Self {
                // a + b = 2 (a & b) + (a ^ b)
                (self & other).wrapping_add((self ^ other) >> 1)
            }
            #[inline(always)]
            fn rounding_halving_add(self, other: Self) -> Self {
                // a + b = 2 (a | b) - (a ^ b)
                (self | other).wrapping_sub((self ^ other) >> 1)
            }
            #[inline(always)]
            fn halving_sub(self, other: Self) -> Self {
                // a - b = (a ^ b) - 2 (!a & b)
                ((self ^ other) >> 1).wrapping_sub(!self & other)
            }
            #[inline(always)]
            fn add_saturating(self, other: Self) -> (Self, bool) {
                let sum = self.saturating_add(other);
                (sum, sum != self.wrapping_add(other))
            }
            #[inline(always)]
            fn sub_saturating(self, other: Self) -> (Self, bool) {
                let difference = self.saturating_sub(other);
                (difference, difference != self.wrapping_sub(other))
            }
            #[inline(always)]
            fn difference(self, other: Self) -> Self {
                self.max(other).wrapping_sub(self.min(other))
            }
            #[inline(always)]
            fn shift_right(self, amount: u32) -> Self {
                // In two steps, because a shift by the whole width is legal here and not below.
                self.wrapping_shr(amount.wrapping_sub(1)) >> 1
            }
            #[inline(always)]
            fn shift_right_rounded(self, amount: u32) -> Self {
                let partial = self.wrapping_shr(amount.wrapping_sub(1));
                (partial >> 1).wrapping_add(partial & 1)
            }
            #[inline(always)]
            fn shift_left_saturating(self, amount: u32) -> (Self, bool) {
                let shifted = self.wrapping_shl(amount);
                if shifted.wrapping_shr(amount) == self { (shifted, false) } else { (limit(self), true) }
            }
            #[inline(always)]
            fn shift(self, amount: Self) -> Self {
                let amount = i32::from(amount as i8);
                match amount {
                    0.. => self.checked_shl(amount.unsigned_abs()).unwrap_or(0),
                    _ => self.shift_right(amount.unsigned_abs().min(Self::BITS)),
                }
            }
            #[inline(always)]
            fn shift_rounded(self, amount: Self) -> Self {
                let amount = i32::from(amount as i8);
                match amount {
                    0.. => self.checked_shl(amount.unsigned_abs()).unwrap_or(0),
                    _ if amount.unsigned_abs() > Self::BITS => 0,
                    _ => self.shift_right_rounded(amount.unsigned_abs()),
                }
            }
            #[inline(always)]
            fn shift_saturating(self, amount: Self) -> (Self, bool) {
                let left = i32::from(amount as i8).unsigned_abs();
                match amount as i8 {
                    0.. if self == 0 => (0, false),
                    0.. if left >= Self::BITS => (limit(self), true),
                    0.. => self.shift_left_saturating(left),
                    _ => (self.shift(amount), false),
                }
            }
            #[inline(always)]
            fn shift_rounded_saturating(self, amount: Self) -> (Self, bool) {
                if amount as i8 >= 0 { self.shift_saturating(amount) } else { (self.shift_rounded(amount), false) }
            }
        }
    )*};
}

arithmetic! {
    u8 u8 i8; u16 u16 i16; u32 u32 i32; u64 u64 i64;
    i8 u8 i8; i16 u16 i16; i32 u32 i32; i64 u64 i64;
}

macro_rules! widen {
    ($($lane:ident $wide:ident;)*) => {$(
        impl Widen for $lane {
            type Wide = $wide;
            #[inline(always)]
            fn wide(self) -> $wide {
                self.into()
            }
            #[inline(always)]
            fn low(wide: $wide) -> Self {
                wide as $lane
            }
            #[inline(always)]
            fn high(wide: $wide) -> Self {
                (wide >> $lane::BITS) as $lane
            }
            #[inline(always)]
            fn multiply_long(self, other: Self) -> $wide {
                $wide::from(self).wrapping_mul(other.into())
            }
            #[inline(always)]
            fn difference_long(self, other: Self) -> $wide {
                let (left, right) = ($wide::from(self), $wide::from(other));
                left.max(right).wrapping_sub(left.min(right))
            }
            #[inline(always)]
            fn clip(wide: $wide) -> (Self, bool) {
                let clipped = wide.clamp($lane::MIN.into(), $lane::MAX.into());
                (clipped as $lane, clipped != wide)
            }
            #[inline(always)]
            fn clip_signed(wide: Signed<$wide>) -> (Self, bool) {
                let clipped = wide.clamp($lane::MIN.into(), $lane::MAX.into());
                (clipped as $lane, clipped != wide)
            }
        }
    )*};
}

widen! { u8 u16; u16 u32; u32 u64; i8 i16; i16 i32; i32 i64; }

/// SUQADD and USQADD.
pub trait AddMixed: Arithmetic {
    /// The sum with a lane of the other signedness, clipped to this one.
    fn add_mixed_saturating(self, other: Self) -> (Self, bool);
}

macro_rules! add_mixed {
    ($($lane:ident $other:ident $add:ident;)*) => {$(
        impl AddMixed for $lane {
            #[inline(always)]
            fn add_mixed_saturating(self, other: Self) -> (Self, bool) {
                let sum = self.$add(other as $other);
                (sum, sum != self.wrapping_add(other))
            }
        }
    )*};
}

add_mixed! {
    i8 u8 saturating_add_unsigned; i16 u16 saturating_add_unsigned; i32 u32 saturating_add_unsigned; i64 u64 saturating_add_unsigned;
    u8 i8 saturating_add_signed; u16 i16 saturating_add_signed; u32 i32 saturating_add_signed; u64 i64 saturating_add_signed;
}

/// Saturating doubling multiplication (SQDMULH, SQDMULL, SQRDMLAH and their like), on `i16` and `i32`.
pub trait Doubling: Widen {
    /// The high half of 2 a b.
    fn doubling_high(self, other: Self) -> (Self, bool);
    /// The high half of 2 a b, rounded.
    fn doubling_high_rounded(self, other: Self) -> (Self, bool);
    /// The high half of self : 0 + 2 a b, rounded.
    fn add_doubling_high(self, left: Self, right: Self) -> (Self, bool);
    /// The high half of self : 0 - 2 a b, rounded.
    fn sub_doubling_high(self, left: Self, right: Self) -> (Self, bool);
    /// 2 a b.
    fn doubling_long(self, other: Self) -> (Self::Wide, bool);
    /// d + 2 a b; the product and the sum may saturate.
    fn doubling_long_added(d: Self::Wide, left: Self, right: Self) -> (Self::Wide, bool);
    /// d - 2 a b; the product and the difference may saturate.
    fn doubling_long_subtracted(d: Self::Wide, left: Self, right: Self) -> (Self::Wide, bool);
}

macro_rules! doubling {
    ($($lane:ident)*) => {$(
        // Everything is even before the halves are taken, so the factor 2 is left out and the shift is one less: this
        // keeps the sums inside the wide type.
        impl Doubling for $lane {
            #[inline(always)]
            fn doubling_high(self, other: Self) -> (Self, bool) {
                Self::clip(self.multiply_long(other) >> ($lane::BITS - 1))
            }
            #[inline(always)]
            fn doubling_high_rounded(self, other: Self) -> (Self, bool) {
                Self::clip((self.multiply_long(other) + (1 << ($lane::BITS - 2))) >> ($lane::BITS - 1))
            }
            #[inline(always)]
            fn add_doubling_high(self, left: Self, right: Self) -> (Self, bool) {
                let sum = (self.wide() << ($lane::BITS - 1)) + left.multiply_long(right) + (1 << ($lane::BITS - 2));
                Self::clip(sum >> ($lane::BITS - 1))
            }
            #[inline(always)]
            fn sub_doubling_high(self, left: Self, right: Self) -> (Self, bool) {
                let difference = (self.wide() << ($lane::BITS - 1)) - left.multiply_long(right) + (1 << ($lane::BITS - 2));
                Self::clip(difference >> ($lane::BITS - 1))
            }
            #[inline(always)]
            fn doubling_long(self, other: Self) -> (Self::Wide, bool) {
                let product = self.multiply_long(other);
                product.add_saturating(product)
            }
            #[inline(always)]
            fn doubling_long_added(d: Self::Wide, left: Self, right: Self) -> (Self::Wide, bool) {
                let (product, product_clipped) = left.doubling_long(right);
                let (sum, sum_clipped) = d.add_saturating(product);
                (sum, product_clipped | sum_clipped)
            }
            #[inline(always)]
            fn doubling_long_subtracted(d: Self::Wide, left: Self, right: Self) -> (Self::Wide, bool) {
                let (product, product_clipped) = left.doubling_long(right);
                let (difference, difference_clipped) = d.sub_saturating(product);
                (difference, product_clipped | difference_clipped)
            }
        }
    )*};
}

doubling! { i16 i32 }

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn halving_keeps_the_carry() {
        for (left, right) in [(i8::MIN, i8::MIN), (i8::MAX, i8::MAX), (i8::MIN, i8::MAX), (-1, 0), (-3, 2), (5, 2)] {
            let (wide_left, wide_right) = (i32::from(left), i32::from(right));
            assert_eq!(i32::from(left.halving_add(right)), (wide_left + wide_right) >> 1);
            assert_eq!(i32::from(left.rounding_halving_add(right)), (wide_left + wide_right + 1) >> 1);
            assert_eq!(left.halving_sub(right), ((wide_left - wide_right) >> 1) as i8);
        }
    }

    #[test]
    fn shifts_by_the_whole_width_and_more() {
        assert_eq!((-1_i8).shift(-8), -1);
        assert_eq!((-1_i8).shift(-128), -1);
        assert_eq!(0xff_u8.shift(0x80), 0);
        assert_eq!(0x80_u8.shift_rounded(0xf8), 1);
        assert_eq!((-128_i8).shift_rounded(-8), 0);
        assert_eq!(u64::MAX.shift_right_rounded(64), 1);
        assert_eq!(1_i16.shift(16), 0);
    }

    #[test]
    fn saturation_is_reported() {
        assert_eq!((-1_i16).shift_saturating(16), (i16::MIN, true));
        assert_eq!(0_i16.shift_saturating(127), (0, false));
        assert_eq!(1_u8.shift_saturating(8), (0xff, true));
        assert_eq!(i16::MIN.doubling_high(i16::MIN), (i16::MAX, true));
        assert_eq!(i32::MIN.doubling_long(i32::MIN), (i64::MAX, true));
        assert_eq!(i32::MAX.add_doubling_high(i32::MIN, i32::MIN), (i32::MAX, true));
        assert_eq!(i32::MIN.sub_doubling_high(i32::MIN, i32::MIN), (i32::MIN, true));
        assert_eq!(u8::clip_signed(-1), (0, true));
    }
}
