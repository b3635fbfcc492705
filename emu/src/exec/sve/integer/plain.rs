//! Integer operations of two or three vectors without a predicate. Decodes nothing.

use super::multiply::{doubled_high, product};
use crate::math::polynomial;

scalable! { two =>
    add unsigned T |n, m| n.wrapping_add(m);
    sub unsigned T |n, m| n.wrapping_sub(m);
    sqadd signed T |n, m| n.saturating_add(m);
    uqadd unsigned T |n, m| n.saturating_add(m);
    sqsub signed T |n, m| n.saturating_sub(m);
    uqsub unsigned T |n, m| n.saturating_sub(m);
    and u64 T |n, m| n & m;
    orr u64 T |n, m| n | m;
    eor u64 T |n, m| n ^ m;
    bic u64 T |n, m| n & !m;
    mul unsigned T |n, m| n.wrapping_mul(m);
    pmul u8 T |n, m| polynomial::multiply8(n, m) as T;
    smulh signed T |n, m| ((i128::from(n) * i128::from(m)) >> T::BITS) as T;
    umulh unsigned T |n, m| ((u128::from(n) * u128::from(m)) >> T::BITS) as T;
    sqdmulh signed T |n, m| doubled_high(0, product(n, m), false);
    sqrdmulh signed T |n, m| doubled_high(0, product(n, m), true);
}

scalable! { three =>
    sclamp signed T |d, n, m| d.max(n).min(m);
    uclamp unsigned T |d, n, m| d.max(n).min(m);
}
