//! The steps of SM3 (GB/T 32905) and SM4 (GB/T 32907) that the A64 instructions execute. No constants, no key handling.

use super::sha::Words;

/// The two halves of an SM3 compression round and their early (0..16) and late functions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sm3 {
    /// TT1, rounds 0..16.
    Tt1a,
    /// TT1, rounds 16..64.
    Tt1b,
    /// TT2, rounds 0..16.
    Tt2a,
    /// TT2, rounds 16..64.
    Tt2b,
}

/// SM3SS1: the value of the top words, rotated and added.
pub const fn sm3_ss1(n: u32, m: u32, a: u32) -> u32 {
    n.rotate_left(12).wrapping_add(m).wrapping_add(a).rotate_left(7)
}

/// SM3TT1A .. SM3TT2B: the next state words from those in `d`, the top word `n` (SS1) and the schedule word `w`.
pub const fn sm3_round(function: Sm3, d: Words, n: u32, w: u32) -> Words {
    let [d0, d1, d2, d3] = d;
    let mixed = match function {
        Sm3::Tt1a | Sm3::Tt2a => d1 ^ d2 ^ d3,
        Sm3::Tt1b => d3 & d1 | d3 & d2 | d1 & d2,
        Sm3::Tt2b => d3 & d2 | !d3 & d1,
    };
    let sum = mixed.wrapping_add(d0).wrapping_add(w);
    match function {
        Sm3::Tt1a | Sm3::Tt1b => [d1, d2.rotate_left(9), d3, sum.wrapping_add(n ^ d3.rotate_left(12))],
        Sm3::Tt2a | Sm3::Tt2b => {
            let sum = sum.wrapping_add(n);
            [d1, d2.rotate_left(19), d3, sum ^ sum.rotate_left(9) ^ sum.rotate_left(17)]
        }
    }
}

const fn permute1(value: u32) -> u32 {
    value ^ value.rotate_left(15) ^ value.rotate_left(23)
}

/// SM3PARTW1.
pub fn sm3_schedule1(d: Words, n: Words, m: Words) -> Words {
    let first = |lane: usize| permute1(d[lane] ^ n[lane] ^ m[lane + 1].rotate_left(15));
    let low = first(0);
    [low, first(1), first(2), permute1(d[3] ^ n[3] ^ low.rotate_left(15))]
}

/// SM3PARTW2.
pub fn sm3_schedule2(d: Words, n: Words, m: Words) -> Words {
    let mixed: Words = std::array::from_fn(|lane| n[lane] ^ m[lane].rotate_left(7));
    let top = permute1(mixed[0].rotate_left(15));
    [d[0] ^ mixed[0], d[1] ^ mixed[1], d[2] ^ mixed[2], d[3] ^ mixed[3] ^ top]
}

/// A product in GF(2^8) modulo x^8 + x^7 + x^6 + x^5 + x^4 + x^2 + 1.
const fn multiply(left: u8, right: u8) -> u8 {
    let (mut product, mut multiple, mut bit) = (0, left, 0);
    while bit < 8 {
        if right >> bit & 1 != 0 {
            product ^= multiple;
        }
        multiple = multiple << 1 ^ if multiple & 0x80 != 0 { 0xf5 } else { 0 };
        bit += 1;
    }
    product
}

/// The affine map on both sides of the inversion: bit i of the result is the parity of 0xa7 rotated against the value.
const fn affine(value: u8) -> u8 {
    let (mut result, mut bit) = (0, 0);
    while bit < 8 {
        result |= ((0xa7_u8.rotate_left(bit) & value).count_ones() as u8 & 1) << bit;
        bit += 1;
    }
    result ^ 0xd3
}

const SUBSTITUTE: [u8; 256] = {
    let (mut table, mut index) = ([0; 256], 0);
    while index < 256 {
        // The inverse is the power 254 = 2 + 4 + ... + 128.
        let (mut result, mut square, mut bit) = (1, affine(index as u8), 1);
        while bit < 8 {
            square = multiply(square, square);
            result = multiply(result, square);
            bit += 1;
        }
        table[index] = affine(result);
        index += 1;
    }
    table
};

fn substitute(word: u32) -> u32 {
    u32::from_le_bytes(word.to_le_bytes().map(|byte| SUBSTITUTE[usize::from(byte)]))
}

/// SM4E: four rounds of encryption with four round keys.
pub fn sm4_encrypt(state: Words, keys: Words) -> Words {
    four_rounds(state, keys, |word| word ^ word.rotate_left(2) ^ word.rotate_left(10) ^ word.rotate_left(18) ^ word.rotate_left(24))
}

/// SM4EKEY: four round keys from the last four and four constants.
pub fn sm4_next_keys(keys: Words, constants: Words) -> Words {
    four_rounds(keys, constants, |word| word ^ word.rotate_left(13) ^ word.rotate_left(23))
}

fn four_rounds(mut state: Words, inputs: Words, diffuse: impl Fn(u32) -> u32) -> Words {
    for input in inputs {
        let [s0, s1, s2, s3] = state;
        state = [s1, s2, s3, s0 ^ diffuse(substitute(s1 ^ s2 ^ s3 ^ input))];
    }
    state
}

#[cfg(test)]
mod tests {
    use super::*;

    /// GB/T 32907 appendix A example 1: plaintext and key are the same sixteen bytes.
    #[test]
    fn sm4_of_the_standard() {
        const BLOCK: Words = [0x0123_4567, 0x89ab_cdef, 0xfedc_ba98, 0x7654_3210];
        let family = [0xa3b1_bac6, 0x56aa_3350, 0x677d_9197, 0xb270_22dc];
        let mut keys: Words = std::array::from_fn(|lane| BLOCK[lane] ^ family[lane]);
        let mut state = BLOCK;
        for round in 0..8 {
            let constant = |word: u32| (0..4).fold(0, |all, byte| all << 8 | (28 * word + 7 * byte) & 0xff);
            keys = sm4_next_keys(keys, std::array::from_fn(|lane| constant(4 * round + lane as u32)));
            state = sm4_encrypt(state, keys);
        }
        state.reverse();
        assert_eq!(state, [0x681e_df34, 0xd206_965e, 0x86b3_e94f, 0x536e_4246]);
    }
}
