//! Operations of a vector and an immediate. Decodes nothing.

use crate::math::simd::Unsigned;

scalable! { with_immediate =>
    orr u64 T |n, imm| n | imm;
    eor u64 T |n, imm| n ^ imm;
    and u64 T |n, imm| n & imm;
    add unsigned T |n, imm| n.wrapping_add(imm);
    sub unsigned T |n, imm| n.wrapping_sub(imm);
    subr unsigned T |n, imm| imm.wrapping_sub(n);
    // The immediate is unsigned whatever the elements are.
    sqadd signed T |n, imm| n.saturating_add_unsigned(imm as Unsigned<T>);
    uqadd unsigned T |n, imm| n.saturating_add(imm);
    sqsub signed T |n, imm| n.saturating_sub_unsigned(imm as Unsigned<T>);
    uqsub unsigned T |n, imm| n.saturating_sub(imm);
    smax signed T |n, imm| n.max(imm);
    umax unsigned T |n, imm| n.max(imm);
    smin signed T |n, imm| n.min(imm);
    umin unsigned T |n, imm| n.min(imm);
    mul unsigned T |n, imm| n.wrapping_mul(imm);
}
