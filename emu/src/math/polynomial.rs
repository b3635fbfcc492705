//! Multiplication of polynomials over {0, 1} (PMUL, PMULL). No reduction.

/// The 15-bit product of two bytes.
#[inline(always)]
pub const fn multiply8(left: u8, right: u8) -> u16 {
    let (wide, mut product, mut bit) = (left as u16, 0, 0);
    while bit < 8 {
        product ^= (wide << bit) & ((right >> bit & 1) as u16).wrapping_neg();
        bit += 1;
    }
    product
}

/// The 127-bit product of two doublewords, four bits of `right` at a time.
pub const fn multiply64(left: u64, right: u64) -> u128 {
    let mut multiples = [0u128; 16];
    let mut index = 1;
    while index < 16 {
        multiples[index] = multiples[index / 2] << 1 ^ if index & 1 == 1 { left as u128 } else { 0 };
        index += 1;
    }
    let (mut product, mut shift) = (0, 64);
    while shift > 0 {
        shift -= 4;
        product = product << 4 ^ multiples[(right >> shift & 15) as usize];
    }
    product
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn products_have_no_carries() {
        assert_eq!(multiply8(0xff, 0xff), 0x5555);
        assert_eq!(multiply8(0x80, 0x80), 0x4000);
        assert_eq!(multiply64(u64::MAX, u64::MAX), 0x5555_5555_5555_5555_5555_5555_5555_5555);
        assert_eq!(multiply64(3, 1 << 63), 0b11 << 63);
    }
}
