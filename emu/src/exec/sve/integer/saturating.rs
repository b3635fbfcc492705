//! SVE2's predicated operations that saturate or round, and the estimates. Decodes nothing.

use crate::math::fp;
use crate::math::simd::{AddMixed, Arithmetic, Lane, Signed};

/// A signed shift amount, clipped to one more than the bits of an element: SVE2 looks at the whole element, Advanced SIMD at its
/// low byte.
#[inline(always)]
fn limited<T: Lane>(amount: T) -> T {
    let (unused, bits) = (128 - T::BITS, i128::from(T::BITS));
    let amount = (amount.zero_extend() << unused) as i128 >> unused;
    T::truncate(amount.clamp(-bits - 1, bits) as u128)
}

scalable! { two_merging =>
    srshl signed T |n, m| n.shift_rounded(limited(m));
    urshl unsigned T |n, m| n.shift_rounded(limited(m));
    srshlr signed T |n, m| m.shift_rounded(limited(n));
    urshlr unsigned T |n, m| m.shift_rounded(limited(n));
    sqshl signed T |n, m| n.shift_saturating(limited(m)).0;
    uqshl unsigned T |n, m| n.shift_saturating(limited(m)).0;
    sqrshl signed T |n, m| n.shift_rounded_saturating(limited(m)).0;
    uqrshl unsigned T |n, m| n.shift_rounded_saturating(limited(m)).0;
    sqshlr signed T |n, m| m.shift_saturating(limited(n)).0;
    uqshlr unsigned T |n, m| m.shift_saturating(limited(n)).0;
    sqrshlr signed T |n, m| m.shift_rounded_saturating(limited(n)).0;
    uqrshlr unsigned T |n, m| m.shift_rounded_saturating(limited(n)).0;
    sqadd signed T |n, m| n.saturating_add(m);
    uqadd unsigned T |n, m| n.saturating_add(m);
    sqsub signed T |n, m| n.saturating_sub(m);
    uqsub unsigned T |n, m| n.saturating_sub(m);
    sqsubr signed T |n, m| m.saturating_sub(n);
    uqsubr unsigned T |n, m| m.saturating_sub(n);
    suqadd signed T |n, m| n.add_mixed_saturating(m).0;
    usqadd unsigned T |n, m| n.add_mixed_saturating(m).0;
}

scalable! { one_merging =>
    urecpe u32 T |n| fp::unsigned_recip_estimate(n) as T;
    ursqrte u32 T |n| fp::unsigned_rsqrt_estimate(n) as T;
    sqabs signed T |n| n.saturating_abs();
    sqneg signed T |n| n.saturating_neg();
}

scalable! { shift_merging =>
    sqshl_immediate signed T |n, by| n.shift_left_saturating(by).0;
    uqshl_immediate unsigned T |n, by| n.shift_left_saturating(by).0;
    srshr_immediate signed T |n, by| n.shift_right_rounded(by);
    urshr_immediate unsigned T |n, by| n.shift_right_rounded(by);
    sqshlu_immediate unsigned T |n, by| if (n as Signed<T>) < 0 { 0 } else { n.shift_left_saturating(by).0 };
}
