//! The round steps of AES (FIPS 197) on a state of 16 bytes, byte 0 least significant. No key schedule, no modes.

/// Multiplication by x in GF(2^8) modulo x^8 + x^4 + x^3 + x + 1.
const fn double(value: u8) -> u8 {
    value << 1 ^ if value & 0x80 != 0 { 0x1b } else { 0 }
}

const fn multiply(left: u8, right: u8) -> u8 {
    let (mut product, mut multiple, mut bit) = (0, left, 0);
    while bit < 8 {
        if right >> bit & 1 != 0 {
            product ^= multiple;
        }
        multiple = double(multiple);
        bit += 1;
    }
    product
}

/// The inverse in the field, as the power 254; zero for zero.
const fn inverse(value: u8) -> u8 {
    let (mut result, mut square, mut bit) = (1, value, 1);
    while bit < 8 {
        square = multiply(square, square);
        result = multiply(result, square);
        bit += 1;
    }
    result
}

/// SubBytes.
const SUBSTITUTE: [u8; 256] = {
    let (mut table, mut index) = ([0; 256], 0);
    while index < 256 {
        let value = inverse(index as u8);
        table[index] = value ^ value.rotate_left(1) ^ value.rotate_left(2) ^ value.rotate_left(3) ^ value.rotate_left(4) ^ 0x63;
        index += 1;
    }
    table
};

/// InvSubBytes.
const SUBSTITUTE_BACK: [u8; 256] = {
    let (mut table, mut index) = ([0; 256], 0);
    while index < 256 {
        table[SUBSTITUTE[index] as usize] = index as u8;
        index += 1;
    }
    table
};

/// Byte `row + 4 * column` of the result comes from the column `row * step` further on.
fn permuted(state: u128, table: &[u8; 256], step: usize) -> u128 {
    let bytes = state.to_le_bytes();
    let mut out = [0; 16];
    for (index, byte) in out.iter_mut().enumerate() {
        *byte = table[usize::from(bytes[(index + 4 * step * (index % 4)) % 16])];
    }
    u128::from_le_bytes(out)
}

/// ShiftRows and SubBytes.
pub fn shift_and_substitute(state: u128) -> u128 {
    permuted(state, &SUBSTITUTE, 1)
}

/// InvShiftRows and InvSubBytes.
pub fn shift_and_substitute_back(state: u128) -> u128 {
    permuted(state, &SUBSTITUTE_BACK, 3)
}

/// [`double`] on sixteen bytes.
const fn double_all(state: u128) -> u128 {
    const ONES: u128 = u128::MAX / 0xff;
    let high = state >> 7 & ONES;
    ((state & (0x7f * ONES)) << 1) ^ (high * 0x1b)
}

/// Each column rotated so that byte `by` comes to byte 0.
const fn rotate_columns(state: u128, by: u32) -> u128 {
    const COLUMNS: u128 = u128::MAX / 0xffff_ffff;
    let low = (u32::MAX >> (8 * by)) as u128 * COLUMNS;
    state >> (8 * by) & low | state << (32 - 8 * by) & !low
}

/// MixColumns.
pub const fn mix_columns(state: u128) -> u128 {
    let next = rotate_columns(state, 1);
    double_all(state ^ next) ^ next ^ rotate_columns(state, 2) ^ rotate_columns(state, 3)
}

/// InvMixColumns: MixColumns after a column of 5, 0, 4, 0.
pub const fn mix_columns_back(state: u128) -> u128 {
    let quadruple = double_all(double_all(state ^ rotate_columns(state, 2)));
    mix_columns(state ^ quadruple)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// FIPS 197 appendix B, round 1: start, after ShiftRows, after MixColumns (bytes in order).
    #[test]
    fn first_round_of_the_standard() {
        let start = u128::from_be_bytes(0x193d_e3be_a0f4_e22b_9ac6_8d2a_e9f8_4808_u128.to_le_bytes());
        let shifted = u128::from_be_bytes(0xd4bf_5d30_e0b4_52ae_b841_11f1_1e27_98e5_u128.to_le_bytes());
        let mixed = u128::from_be_bytes(0x0466_81e5_e0cb_199a_48f8_d37a_2806_264c_u128.to_le_bytes());
        assert_eq!(shift_and_substitute(start), shifted);
        assert_eq!(mix_columns(shifted), mixed);
        assert_eq!(mix_columns_back(mixed), shifted);
        assert_eq!(shift_and_substitute_back(shifted), start);
    }
}
