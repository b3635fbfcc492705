//! The tweakable block cipher QARMA-64 (Avanzi, "The QARMA Block Cipher Family", 2017), which FEAT_PACQARMA5 and FEAT_PACQARMA3
//! compute pointer authentication codes with. Knows nothing of pointers.
//!
//! Cell 0 is the most significant nibble, as in the paper.

mod ssse3;

use std::sync::LazyLock;

/// Which member of the family.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Variant {
    /// Forward rounds (and as many backward ones).
    rounds: usize,
    /// The S-box, and its inverse.
    sbox: &'static [u8; 16],
    inverse: [u8; 16],
}

impl Variant {
    const fn new(rounds: usize, sbox: &'static [u8; 16]) -> Variant {
        Variant { rounds, sbox, inverse: inverse(sbox) }
    }
}

/// The paper's S-box 1, which is its own inverse.
pub const SIGMA1: [u8; 16] = [10, 13, 14, 6, 15, 7, 3, 5, 9, 8, 0, 12, 11, 1, 2, 4];
/// The paper's S-box 2.
pub const SIGMA2: [u8; 16] = [11, 6, 8, 15, 12, 0, 9, 14, 3, 7, 4, 5, 13, 2, 1, 10];
/// FEAT_PACQARMA5.
pub const QARMA5: Variant = Variant::new(5, &SIGMA2);
/// FEAT_PACQARMA3.
pub const QARMA3: Variant = Variant::new(3, &SIGMA1);

/// Cell `i` of the result of the state shuffle is cell `SHUFFLE[i]` of its input.
const SHUFFLE: [u8; 16] = [0, 11, 6, 13, 10, 1, 12, 7, 5, 14, 3, 8, 15, 4, 9, 2];
/// The same for the tweak.
const TWEAK_SHUFFLE: [u8; 16] = [6, 5, 14, 15, 0, 1, 2, 3, 7, 12, 13, 4, 8, 9, 10, 11];
/// Cells of the tweak that pass through the LFSR after the shuffle.
const TWEAK_LFSR: [u32; 7] = [0, 1, 3, 4, 8, 11, 13];
const ALPHA: u64 = 0xc0ac_29b7_c97c_50dd;
/// Digits of pi.
const ROUND_CONSTANTS: [u64; 7] = [
    0,
    0x1319_8a2e_0370_7344,
    0xa409_3822_299f_31d0,
    0x082e_fa98_ec4e_6c89,
    0x4528_21e6_38d0_1377,
    0xbe54_66cf_34e9_0c6c,
    0x3f84_d5b5_b547_0917,
];

fn cell(state: u64, index: u32) -> u64 {
    state >> (60 - 4 * index) & 15
}

fn place(value: u64, index: u32) -> u64 {
    value << (60 - 4 * index)
}

fn permute(state: u64, permutation: &[u8; 16]) -> u64 {
    (0..16).fold(0, |new, index| new | place(cell(state, permutation[index as usize].into()), index))
}

fn inverse_permute(state: u64, permutation: &[u8; 16]) -> u64 {
    (0..16).fold(0, |new, index| new | place(cell(state, index), permutation[index as usize].into()))
}

/// Every nibble rotated left by `by`.
fn rotate_cells(state: u64, by: u32) -> u64 {
    let low = 0x1111_1111_1111_1111 * ((1 << by) - 1);
    (state << by & !low) | (state >> (4 - by) & low)
}

/// The product with the matrix circ(0, rho, rho^2, rho), which is its own inverse: cell (r, c) of the result is made of the other
/// three rows of column c.
fn mix(state: u64) -> u64 {
    let (one, two) = (rotate_cells(state, 1), rotate_cells(state, 2));
    // Rows are 16 bits, the first on top: rotating brings the row below into place.
    one.rotate_left(16) ^ two.rotate_left(32) ^ one.rotate_left(48)
}

fn next_tweak(tweak: u64) -> u64 {
    let shuffled = permute(tweak, &TWEAK_SHUFFLE);
    TWEAK_LFSR.iter().fold(shuffled, |state, &index| state ^ place(changed_by_lfsr(cell(state, index)), index))
}

/// The bits of a cell that the LFSR changes.
const fn changed_by_lfsr(cell: u64) -> u64 {
    cell ^ (cell >> 1 | (cell ^ cell >> 1) << 3 & 8)
}

/// A linear map of the state, by bytes of its input.
struct Linear([[u64; 256]; 8]);

impl Linear {
    fn new(map: impl Fn(u64) -> u64) -> Box<Linear> {
        let mut tables = Box::new(Linear([[0; 256]; 8]));
        for (position, table) in tables.0.iter_mut().enumerate() {
            for (byte, entry) in table.iter_mut().enumerate() {
                *entry = map((byte as u64) << (8 * position));
            }
        }
        tables
    }

    fn apply(&self, state: u64) -> u64 {
        state.to_le_bytes().iter().zip(&self.0).fold(0, |sum, (&byte, table)| sum ^ table[usize::from(byte)])
    }
}

static FORWARD: LazyLock<Box<Linear>> = LazyLock::new(|| Linear::new(|state| mix(permute(state, &SHUFFLE))));
static BACKWARD: LazyLock<Box<Linear>> = LazyLock::new(|| Linear::new(|state| inverse_permute(mix(state), &SHUFFLE)));
static TWEAK: LazyLock<Box<Linear>> = LazyLock::new(|| Linear::new(next_tweak));

fn substitute(state: u64, sbox: &[u8; 16]) -> u64 {
    (0..16).fold(0, |new, index| new | u64::from(sbox[(state >> (4 * index) & 15) as usize]) << (4 * index))
}

/// Of an S-box, or of a shuffle of cells.
const fn inverse(permutation: &[u8; 16]) -> [u8; 16] {
    let mut inverse = [0; 16];
    let mut input = 0;
    while input < 16 {
        inverse[permutation[input] as usize] = input as u8;
        input += 1;
    }
    inverse
}

/// Whitening keys, of which the second follows from the first, and the core key.
struct Keys {
    w0: u64,
    w1: u64,
    k0: u64,
}

/// Enciphers `block` under `tweak` and the key halves `w0` (whitening) and `k0` (core).
pub fn encipher(variant: &Variant, block: u64, tweak: u64, w0: u64, k0: u64) -> u64 {
    let keys = Keys { w0, w1: w0.rotate_right(1) ^ w0 >> 63, k0 };
    ssse3::encipher(variant, block, tweak, &keys).unwrap_or_else(|| encipher_by_tables(variant, block, tweak, &keys))
}

fn encipher_by_tables(variant: &Variant, block: u64, tweak: u64, &Keys { w0, w1, k0 }: &Keys) -> u64 {
    let (sbox, inverse_sbox) = (variant.sbox, &variant.inverse);
    let constants = &ROUND_CONSTANTS[..variant.rounds];
    let mut tweaks = [tweak; ROUND_CONSTANTS.len() + 1];
    for index in 1..=constants.len() {
        tweaks[index] = TWEAK.apply(tweaks[index - 1]);
    }
    let mut state = block ^ w0;
    for (index, constant) in constants.iter().enumerate() {
        state ^= k0 ^ tweaks[index] ^ constant;
        if index > 0 {
            state = FORWARD.apply(state);
        }
        state = substitute(state, sbox);
    }
    let last = tweaks[constants.len()];
    state = substitute(FORWARD.apply(state ^ w1 ^ last), sbox);
    // The reflector.
    state = inverse_permute(mix(permute(state, &SHUFFLE)) ^ k0, &SHUFFLE);
    state = BACKWARD.apply(substitute(state, inverse_sbox)) ^ w0 ^ last;
    for (index, constant) in constants.iter().enumerate().rev() {
        state = substitute(state, inverse_sbox);
        if index > 0 {
            state = BACKWARD.apply(state);
        }
        state ^= k0 ^ tweaks[index] ^ constant ^ ALPHA;
    }
    state ^ w1
}

#[cfg(test)]
mod tests {
    use super::*;

    const SIGMA0: [u8; 16] = [0, 14, 2, 10, 9, 15, 8, 11, 6, 4, 3, 7, 13, 12, 1, 5];

    /// The paper's test vectors: one plaintext, tweak and key for every S-box and number of rounds.
    #[test]
    fn published_vectors() {
        let cases: [(usize, &'static [u8; 16], u64); 9] = [
            (5, &SIGMA0, 0x3ee9_9a6c_82af_0c38),
            (6, &SIGMA0, 0x9f5c_41ec_5256_03c9),
            (7, &SIGMA0, 0xbcaf_6c89_de93_0765),
            (5, &SIGMA1, 0x544b_0ab9_5bda_7c3a),
            (6, &SIGMA1, 0xa512_dd1e_4e3e_c582),
            (7, &SIGMA1, 0xedf6_7ff3_70a4_83f2),
            (5, &SIGMA2, 0xc003_b939_99b3_3765),
            (6, &SIGMA2, 0x270a_7872_75c4_8d10),
            (7, &SIGMA2, 0x5c06_a750_1b63_b2fd),
        ];
        for (rounds, sbox, expected) in cases {
            let cipher = encipher(
                &Variant::new(rounds, sbox),
                0xfb62_3599_da6e_8127,
                0x477d_469d_ec0b_8762,
                0x84be_85ce_9804_e94b,
                0xec28_02d4_e0a4_88e9,
            );
            assert_eq!(cipher, expected, "{rounds} rounds, S-box {sbox:?}: {cipher:#x}");
        }
    }

    #[test]
    fn tables_and_shuffles_agree() {
        let mut state = 1u64;
        let mut next = || {
            state = state.wrapping_mul(0x5851_f42d_4c95_7f2d).wrapping_add(0x1405_7b7e_f767_814f);
            state ^ state >> 29
        };
        for variant in [QARMA3, QARMA5, Variant::new(7, &SIGMA0)] {
            for _ in 0..1000 {
                let (block, tweak, keys) = (next(), next(), Keys { w0: next(), w1: next(), k0: next() });
                let by_tables = encipher_by_tables(&variant, block, tweak, &keys);
                assert_eq!(ssse3::encipher(&variant, block, tweak, &keys).unwrap_or(by_tables), by_tables, "{variant:?}");
            }
        }
    }

    #[test]
    fn the_parts_invert() {
        let state = 0x0123_4567_89ab_cdef;
        assert_eq!(mix(mix(state)), state);
        assert_eq!(inverse_permute(permute(state, &SHUFFLE), &SHUFFLE), state);
        assert_eq!(inverse(&SIGMA1), SIGMA1);
        assert_eq!(substitute(substitute(state, &SIGMA2), &inverse(&SIGMA2)), state);
    }
}
