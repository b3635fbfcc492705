//! Predicated integer operations of one and two sources, but for shifts and saturation. Decodes nothing.

use crate::math::simd::Arithmetic;

scalable! { two_merging =>
    add unsigned T |n, m| n.wrapping_add(m);
    sub unsigned T |n, m| n.wrapping_sub(m);
    subr unsigned T |n, m| m.wrapping_sub(n);
    smax signed T |n, m| n.max(m);
    umax unsigned T |n, m| n.max(m);
    smin signed T |n, m| n.min(m);
    umin unsigned T |n, m| n.min(m);
    sabd signed T |n, m| n.difference(m);
    uabd unsigned T |n, m| n.difference(m);
    mul unsigned T |n, m| n.wrapping_mul(m);
    smulh signed T |n, m| ((i128::from(n) * i128::from(m)) >> T::BITS) as T;
    umulh unsigned T |n, m| ((u128::from(n) * u128::from(m)) >> T::BITS) as T;
    // Division by zero gives zero.
    sdiv [i32 i32 i32 i64] T |n, m| if m == 0 { 0 } else { n.wrapping_div(m) };
    udiv [u32 u32 u32 u64] T |n, m| n.checked_div(m).unwrap_or(0);
    sdivr [i32 i32 i32 i64] T |n, m| if n == 0 { 0 } else { m.wrapping_div(n) };
    udivr [u32 u32 u32 u64] T |n, m| m.checked_div(n).unwrap_or(0);
    orr unsigned T |n, m| n | m;
    eor unsigned T |n, m| n ^ m;
    and unsigned T |n, m| n & m;
    bic unsigned T |n, m| n & !m;
    shadd signed T |n, m| n.halving_add(m);
    uhadd unsigned T |n, m| n.halving_add(m);
    srhadd signed T |n, m| n.rounding_halving_add(m);
    urhadd unsigned T |n, m| n.rounding_halving_add(m);
    shsub signed T |n, m| n.halving_sub(m);
    uhsub unsigned T |n, m| n.halving_sub(m);
    shsubr signed T |n, m| m.halving_sub(n);
    uhsubr unsigned T |n, m| m.halving_sub(n);
}

scalable! { one_merging =>
    sxtb [i16 i16 i32 i64] T |n| n as i8 as T;
    uxtb [u16 u16 u32 u64] T |n| n as u8 as T;
    sxth [i32 i32 i32 i64] T |n| n as i16 as T;
    uxth [u32 u32 u32 u64] T |n| n as u16 as T;
    sxtw i64 T |n| n as i32 as T;
    uxtw u64 T |n| n as u32 as T;
    abs signed T |n| n.wrapping_abs();
    neg signed T |n| n.wrapping_neg();
    // A copy of the sign in every place makes the bits that follow it and equal it leading zeros.
    cls signed T |n| ((n ^ n >> 1) << 1 | 1).leading_zeros() as T;
    clz unsigned T |n| n.leading_zeros() as T;
    cnt unsigned T |n| n.count_ones() as T;
    cnot unsigned T |n| (n == 0).into();
    not unsigned T |n| !n;
}
