//! Advanced SIMD by element, vector and scalar. Decodes nothing.

use crate::math::simd::{Doubling, Widen, dot, signed_byte, unsigned_byte};

lanewise! { three_element =>
    mul unsigned_hs T |_, n, m| n.wrapping_mul(m);
    mla unsigned_hs T |d, n, m| d.wrapping_add(n.wrapping_mul(m));
    mls unsigned_hs T |d, n, m| d.wrapping_sub(n.wrapping_mul(m));
    sdot u32 T |d, n, m| d.wrapping_add(dot(n, m, signed_byte, signed_byte));
    udot u32 T |d, n, m| d.wrapping_add(dot(n, m, unsigned_byte, unsigned_byte));
    usdot u32 T |d, n, m| d.wrapping_add(dot(n, m, unsigned_byte, signed_byte));
    sudot u32 T |d, n, m| d.wrapping_add(dot(n, m, signed_byte, unsigned_byte));
}

lanewise! { three_element_saturating =>
    sqdmulh signed_hs T |_, n, m| n.doubling_high(m);
    sqrdmulh signed_hs T |_, n, m| n.doubling_high_rounded(m);
    sqrdmlah signed_hs T |d, n, m| d.add_doubling_high(n, m);
    sqrdmlsh signed_hs T |d, n, m| d.sub_doubling_high(n, m);
}

lanewise! { long_element =>
    smull signed_hs T |_, n, m| n.multiply_long(m);
    umull unsigned_hs T |_, n, m| n.multiply_long(m);
    smlal signed_hs T |d, n, m| d.wrapping_add(n.multiply_long(m));
    umlal unsigned_hs T |d, n, m| d.wrapping_add(n.multiply_long(m));
    smlsl signed_hs T |d, n, m| d.wrapping_sub(n.multiply_long(m));
    umlsl unsigned_hs T |d, n, m| d.wrapping_sub(n.multiply_long(m));
}

lanewise! { long_element_saturating =>
    sqdmull signed_hs T |_, n, m| n.doubling_long(m);
    sqdmlal signed_hs T |d, n, m| T::doubling_long_added(d, n, m);
    sqdmlsl signed_hs T |d, n, m| T::doubling_long_subtracted(d, n, m);
}
