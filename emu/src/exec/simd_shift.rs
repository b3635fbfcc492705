//! Advanced SIMD shifts by immediate, vector and scalar, and modified immediates. Decodes nothing.

use crate::math::simd::{Arithmetic, Signed, Widen};

lanewise! { shift =>
    sshr signed T |_, n, by| n.shift_right(by);
    ushr unsigned T |_, n, by| n.shift_right(by);
    srshr signed T |_, n, by| n.shift_right_rounded(by);
    urshr unsigned T |_, n, by| n.shift_right_rounded(by);
    ssra signed T |d, n, by| d.wrapping_add(n.shift_right(by));
    usra unsigned T |d, n, by| d.wrapping_add(n.shift_right(by));
    srsra signed T |d, n, by| d.wrapping_add(n.shift_right_rounded(by));
    ursra unsigned T |d, n, by| d.wrapping_add(n.shift_right_rounded(by));
    shl unsigned T |_, n, by| n.wrapping_shl(by);
    sli unsigned T |d, n, by| n.wrapping_shl(by) | d & !T::MAX.wrapping_shl(by);
    sri unsigned T |d, n, by| n.shift_right(by) | d & !T::MAX.shift_right(by);
}

lanewise! { shift_saturating =>
    sqshl signed T |n, by| n.shift_left_saturating(by);
    uqshl unsigned T |n, by| n.shift_left_saturating(by);
    sqshlu unsigned T |n, by| if (n as Signed<T>) < 0 { (0, true) } else { n.shift_left_saturating(by) };
}

lanewise! { narrow_shift =>
    shrn unsigned_bhs T |n, by| T::low(n.shift_right(by));
    rshrn unsigned_bhs T |n, by| T::low(n.shift_right_rounded(by));
}

lanewise! { narrow_saturating =>
    sqshrn signed_bhs T |n, by| T::clip(n.shift_right(by));
    uqshrn unsigned_bhs T |n, by| T::clip(n.shift_right(by));
    sqrshrn signed_bhs T |n, by| T::clip(n.shift_right_rounded(by));
    uqrshrn unsigned_bhs T |n, by| T::clip(n.shift_right_rounded(by));
}

lanewise! { narrow_signed_saturating =>
    sqshrun unsigned_bhs T |n, by| T::clip_signed(n.shift_right(by));
    sqrshrun unsigned_bhs T |n, by| T::clip_signed(n.shift_right_rounded(by));
}

lanewise! { shift_long =>
    sshll signed_bhs T |n, by| n.wide() << by;
    ushll unsigned_bhs T |n, by| n.wide() << by;
}

lanewise! { immediate =>
    movi u64 T |_, imm| imm;
    mvni u64 T |_, imm| !imm;
    orr_imm u64 T |d, imm| d | imm;
    bic_imm u64 T |d, imm| d & !imm;
}
