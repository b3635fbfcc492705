#![expect(unsafe_code)]
//! QARMA-64 with a cell in each byte of a vector: S-boxes, shuffles of cells and rotations inside them are byte shuffles (SSSE3). Chooses
//! nothing.
//!
//! Obligation: code for SSSE3 runs on hosts that have it, which [`encipher`] asks first.

use std::arch::x86_64::{
    __m128i, _mm_and_si128, _mm_cvtsi64_si128, _mm_cvtsi128_si64, _mm_maddubs_epi16, _mm_packus_epi16, _mm_set_epi64x, _mm_set1_epi8,
    _mm_set1_epi16, _mm_shuffle_epi8, _mm_srli_epi64, _mm_unpacklo_epi8, _mm_xor_si128,
};

use super::{ALPHA, Keys, ROUND_CONSTANTS, SHUFFLE, TWEAK_LFSR, TWEAK_SHUFFLE, Variant, changed_by_lfsr, inverse};

/// Places of cells, or what becomes of the sixteen values of one.
type Bytes = [u8; 16];

const INVERSE_SHUFFLE: Bytes = inverse(&SHUFFLE);

/// The places of the three rows that `mix` takes a cell from, in front of which cells are shuffled by `before`, and behind which by
/// `after`.
const fn rows(before: &Bytes, after: &Bytes) -> [Bytes; 3] {
    let mut rows = [[0; 16]; 3];
    let mut cell = 0;
    while cell < 16 {
        let mut row = 0;
        while row < 3 {
            rows[row][cell] = before[(after[cell] as usize + 4 * (row + 1)) % 16];
            row += 1;
        }
        cell += 1;
    }
    rows
}

const SAME: Bytes = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15];
const FORWARD: [Bytes; 3] = rows(&SHUFFLE, &SAME);
const BACKWARD: [Bytes; 3] = rows(&SAME, &INVERSE_SHUFFLE);
const REFLECT: [Bytes; 3] = rows(&SHUFFLE, &INVERSE_SHUFFLE);

/// The values of a cell rotated left.
const fn rotated(by: u32) -> Bytes {
    let mut values = [0; 16];
    let mut value = 0;
    while value < 16 {
        values[value] = ((value << by | value >> (4 - by)) & 15) as u8;
        value += 1;
    }
    values
}

const LFSR_CHANGES: Bytes = {
    let mut values = [0; 16];
    let mut value = 0;
    while value < 16 {
        values[value] = changed_by_lfsr(value as u64) as u8;
        value += 1;
    }
    values
};

const LFSR_CELLS: Bytes = {
    let mut cells = [0; 16];
    let mut index = 0;
    while index < TWEAK_LFSR.len() {
        cells[TWEAK_LFSR[index] as usize] = 15;
        index += 1;
    }
    cells
};

/// Enciphers a block; None on a host without SSSE3.
pub fn encipher(variant: &Variant, block: u64, tweak: u64, keys: &Keys) -> Option<u64> {
    // SAFETY: the host has the feature.
    is_x86_feature_detected!("ssse3").then(|| unsafe { encipher_cells(variant, block, tweak, keys) })
}

#[target_feature(enable = "ssse3")]
fn encipher_cells(variant: &Variant, block: u64, tweak: u64, keys: &Keys) -> u64 {
    let (sbox, inverse_sbox) = (vector(variant.sbox), vector(&variant.inverse));
    let [w0, w1, k0] = [keys.w0, keys.w1, keys.k0].map(|key| cells(key));
    let alpha = cells(ALPHA);
    let mut tweaks = [cells(tweak); ROUND_CONSTANTS.len() + 1];
    for index in 0..variant.rounds {
        tweaks[index + 1] = next_tweak(tweaks[index]);
    }
    let round_key = |index: usize| xor(xor(k0, tweaks[index]), cells(ROUND_CONSTANTS[index]));

    let mut state = lookup(sbox, xor(xor(cells(block), w0), round_key(0)));
    for index in 1..variant.rounds {
        state = lookup(sbox, mix(xor(state, round_key(index)), &FORWARD));
    }
    let last = tweaks[variant.rounds];
    state = lookup(sbox, mix(xor(state, xor(w1, last)), &FORWARD));
    // The reflector.
    state = xor(mix(state, &REFLECT), _mm_shuffle_epi8(k0, vector(&INVERSE_SHUFFLE)));
    state = xor(mix(lookup(inverse_sbox, state), &BACKWARD), xor(w0, last));
    for index in (1..variant.rounds).rev() {
        state = xor(mix(lookup(inverse_sbox, state), &BACKWARD), xor(round_key(index), alpha));
    }
    state = xor(lookup(inverse_sbox, state), xor(round_key(0), alpha));
    word(xor(state, w1))
}

#[target_feature(enable = "ssse3")]
fn xor(left: __m128i, right: __m128i) -> __m128i {
    _mm_xor_si128(left, right)
}

#[target_feature(enable = "ssse3")]
fn lookup(values: __m128i, state: __m128i) -> __m128i {
    _mm_shuffle_epi8(values, state)
}

#[target_feature(enable = "ssse3")]
fn mix(state: __m128i, [first, second, third]: &[Bytes; 3]) -> __m128i {
    let (one, two) = (lookup(vector(&rotated(1)), state), lookup(vector(&rotated(2)), state));
    let outer = xor(_mm_shuffle_epi8(one, vector(first)), _mm_shuffle_epi8(one, vector(third)));
    xor(outer, _mm_shuffle_epi8(two, vector(second)))
}

#[target_feature(enable = "ssse3")]
fn next_tweak(tweak: __m128i) -> __m128i {
    let shuffled = _mm_shuffle_epi8(tweak, vector(&TWEAK_SHUFFLE));
    xor(shuffled, _mm_and_si128(lookup(vector(&LFSR_CHANGES), shuffled), vector(&LFSR_CELLS)))
}

#[target_feature(enable = "ssse3")]
fn vector(bytes: &Bytes) -> __m128i {
    let value = u128::from_le_bytes(*bytes);
    _mm_set_epi64x((value >> 64) as i64, value as i64)
}

/// A word's cells: cell 0 is the most significant.
#[target_feature(enable = "ssse3")]
fn cells(word: u64) -> __m128i {
    let bytes = _mm_cvtsi64_si128(word.swap_bytes() as i64);
    let cell = _mm_set1_epi8(15);
    _mm_unpacklo_epi8(_mm_and_si128(_mm_srli_epi64(bytes, 4), cell), _mm_and_si128(bytes, cell))
}

#[target_feature(enable = "ssse3")]
fn word(cells: __m128i) -> u64 {
    // The first cell of two counts sixteen times.
    let pairs = _mm_maddubs_epi16(cells, _mm_set1_epi16(1 << 8 | 16));
    (_mm_cvtsi128_si64(_mm_packus_epi16(pairs, pairs)) as u64).swap_bytes()
}
