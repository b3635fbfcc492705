//! Integer products added to a vector, and products with one element of each quadword. Decodes nothing.

use crate::math::simd::Lane;

/// The product, exactly.
#[inline(always)]
pub(super) fn product<T: Into<i128>>(n: T, m: T) -> i128 {
    n.into() * m.into()
}

/// The high half of `addend` : 0 + 2 `product`, rounded or not, clipped to signed elements.
#[inline(always)]
pub(super) fn doubled_high<T: Lane + Into<i128>>(addend: T, product: i128, rounded: bool) -> T {
    // Everything is even before the halves are taken, so the factor 2 is left out and the shift is one less: sums of doublewords
    // stay inside the type.
    let round = if rounded { 1 << (T::BITS - 2) } else { 0 };
    let high = ((addend.into() << (T::BITS - 1)) + product + round) >> (T::BITS - 1);
    let limit = 1i128 << (T::BITS - 1);
    T::truncate(high.clamp(-limit, limit - 1) as u128)
}

scalable! { three_merging =>
    mla_merging unsigned T |d, n, m| d.wrapping_add(n.wrapping_mul(m));
    mls_merging unsigned T |d, n, m| d.wrapping_sub(n.wrapping_mul(m));
    // The addend is in Zn's place.
    mad unsigned T |d, a, m| a.wrapping_add(d.wrapping_mul(m));
    msb unsigned T |d, a, m| a.wrapping_sub(d.wrapping_mul(m));
}

scalable! { three_indexed =>
    mul_indexed [u16 u16 u32 u64] T |_, n, m| n.wrapping_mul(m);
    mla_indexed [u16 u16 u32 u64] T |d, n, m| d.wrapping_add(n.wrapping_mul(m));
    mls_indexed [u16 u16 u32 u64] T |d, n, m| d.wrapping_sub(n.wrapping_mul(m));
    sqdmulh_indexed [i16 i16 i32 i64] T |_, n, m| doubled_high(0, product(n, m), false);
    sqrdmulh_indexed [i16 i16 i32 i64] T |_, n, m| doubled_high(0, product(n, m), true);
    sqrdmlah_indexed [i16 i16 i32 i64] T |d, n, m| doubled_high(d, product(n, m), true);
    sqrdmlsh_indexed [i16 i16 i32 i64] T |d, n, m| doubled_high(d, -product(n, m), true);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_doubled_square_of_the_least_number_is_too_large() {
        assert_eq!(doubled_high(0, product(i64::MIN, i64::MIN), false), i64::MAX);
        assert_eq!(doubled_high(0, product(i64::MIN, i64::MAX), false), -i64::MAX);
        assert_eq!(doubled_high(i64::MAX, product(i64::MIN, i64::MIN), true), i64::MAX);
        assert_eq!(doubled_high(i64::MIN, -product(i64::MIN, i64::MIN), true), i64::MIN);
        assert_eq!((doubled_high(0_i8, 64, true), doubled_high(0_i8, 63, true), doubled_high(0_i8, 127, false)), (1, 0, 0));
    }
}
