//! The steps of SHA-1, SHA-256 and SHA-512 (FIPS 180-4) that the A64 instructions execute. No constants, no padding.

/// The four words of a register, word 0 first.
pub type Words = [u32; 4];
/// The two doublewords of a register.
pub type Doublewords = [u64; 2];

/// The function of a SHA-1 round.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sha1 {
    /// Rounds 0..20: y where x is set, else z.
    Choose,
    /// Rounds 20..40 and 60..80: the exclusive or.
    Parity,
    /// Rounds 40..60: what two of the three have.
    Majority,
}

macro_rules! bitwise {
    ($($choose:ident $majority:ident $type:ty),*) => {$(
        const fn $choose(x: $type, y: $type, z: $type) -> $type {
            z ^ x & (y ^ z)
        }
        const fn $majority(x: $type, y: $type, z: $type) -> $type {
            x & y | (x | y) & z
        }
    )*};
}

bitwise! { choose32 majority32 u32, choose64 majority64 u64 }

/// Four rounds of SHA-1: the new a, b, c, d from a..d in `x`, e in `y` and the schedule with constants in `w`.
pub fn sha1_hash(function: Sha1, mut x: Words, mut y: u32, w: Words) -> Words {
    for word in w {
        let [a, b, c, d] = x;
        let t = match function {
            Sha1::Choose => choose32(b, c, d),
            Sha1::Parity => b ^ c ^ d,
            Sha1::Majority => majority32(b, c, d),
        };
        let new = y.wrapping_add(a.rotate_left(5)).wrapping_add(t).wrapping_add(word);
        (x, y) = ([new, a, b.rotate_left(30), c], d);
    }
    x
}

/// SHA1SU0: the exclusive or of three of the four words that a schedule word depends on.
pub const fn sha1_schedule0(d: u128, n: u128, m: u128) -> u128 {
    (n << 64 | d >> 64) ^ d ^ m
}

/// SHA1SU1: the fourth word, and the rotation.
pub fn sha1_schedule1(d: Words, n: Words) -> Words {
    let t0 = (d[0] ^ n[1]).rotate_left(1);
    let (t1, t2) = ((d[1] ^ n[2]).rotate_left(1), (d[2] ^ n[3]).rotate_left(1));
    [t0, t1, t2, d[3].rotate_left(1) ^ t0.rotate_left(1)]
}

/// Four rounds of SHA-256 on a..d in `x` and e..h in `y`: the new values of both.
pub fn sha256_hash(mut x: Words, mut y: Words, w: Words) -> (Words, Words) {
    for word in w {
        let ([a, b, c, d], [e, f, g, h]) = (x, y);
        let sigma1 = e.rotate_right(6) ^ e.rotate_right(11) ^ e.rotate_right(25);
        let sigma0 = a.rotate_right(2) ^ a.rotate_right(13) ^ a.rotate_right(22);
        let t = h.wrapping_add(sigma1).wrapping_add(choose32(e, f, g)).wrapping_add(word);
        let new = t.wrapping_add(sigma0).wrapping_add(majority32(a, b, c));
        (x, y) = ([new, a, b, c], [d.wrapping_add(t), e, f, g]);
    }
    (x, y)
}

/// SHA256SU0.
pub fn sha256_schedule0(d: Words, n: Words) -> Words {
    let next = [d[1], d[2], d[3], n[0]];
    std::array::from_fn(|lane| {
        let word = next[lane];
        (word.rotate_right(7) ^ word.rotate_right(18) ^ word >> 3).wrapping_add(d[lane])
    })
}

/// SHA256SU1.
pub fn sha256_schedule1(d: Words, n: Words, m: Words) -> Words {
    let older = [n[1], n[2], n[3], m[0]];
    let mix = |word: u32, lane: usize| {
        (word.rotate_right(17) ^ word.rotate_right(19) ^ word >> 10).wrapping_add(d[lane]).wrapping_add(older[lane])
    };
    let (first, second) = (mix(m[2], 0), mix(m[3], 1));
    [first, second, mix(first, 2), mix(second, 3)]
}

const fn sigma1(value: u64) -> u64 {
    value.rotate_right(14) ^ value.rotate_right(18) ^ value.rotate_right(41)
}

const fn sigma0(value: u64) -> u64 {
    value.rotate_right(28) ^ value.rotate_right(34) ^ value.rotate_right(39)
}

/// SHA512H: the part of two rounds that does not depend on a..d.
pub const fn sha512_hash(d: Doublewords, n: Doublewords, m: Doublewords) -> Doublewords {
    let high = choose64(m[1], n[0], n[1]).wrapping_add(sigma1(m[1])).wrapping_add(d[1]);
    let e = high.wrapping_add(m[0]);
    [choose64(e, m[1], n[0]).wrapping_add(sigma1(e)).wrapping_add(d[0]), high]
}

/// SHA512H2: the part of two rounds that depends on a..d.
pub const fn sha512_hash2(d: Doublewords, n: Doublewords, m: Doublewords) -> Doublewords {
    let high = majority64(n[0], m[1], m[0]).wrapping_add(sigma0(m[0])).wrapping_add(d[1]);
    [majority64(high, m[0], m[1]).wrapping_add(sigma0(high)).wrapping_add(d[0]), high]
}

/// SHA512SU0.
pub const fn sha512_schedule0(d: Doublewords, n: Doublewords) -> Doublewords {
    const fn mix(value: u64) -> u64 {
        value.rotate_right(1) ^ value.rotate_right(8) ^ value >> 7
    }
    [d[0].wrapping_add(mix(d[1])), d[1].wrapping_add(mix(n[0]))]
}

/// SHA512SU1.
pub const fn sha512_schedule1(d: Doublewords, n: Doublewords, m: Doublewords) -> Doublewords {
    const fn mix(value: u64) -> u64 {
        value.rotate_right(19) ^ value.rotate_right(61) ^ value >> 6
    }
    [d[0].wrapping_add(mix(n[0])).wrapping_add(m[0]), d[1].wrapping_add(mix(n[1])).wrapping_add(m[1])]
}

#[cfg(test)]
mod tests {
    use super::*;

    const K: [u32; 64] = {
        // The fractional parts of the cube roots of the first 64 primes, by integer search: floor(2^32 * cbrt(p)) mod 2^32.
        let (mut table, mut found, mut candidate) = ([0; 64], 0, 2u128);
        while found < 64 {
            let (mut divisor, mut prime) = (2, true);
            while divisor * divisor <= candidate {
                if candidate % divisor == 0 {
                    prime = false;
                }
                divisor += 1;
            }
            if prime {
                let (mut root, mut bit) = (0u128, 1u128 << 36);
                while bit > 0 {
                    let next = root + bit;
                    if next * next * next <= candidate << 96 {
                        root = next;
                    }
                    bit >>= 1;
                }
                table[found] = root as u32;
                found += 1;
            }
            candidate += 1;
        }
        table
    };

    /// SHA-256 of "abc" (FIPS 180-4's example), driven as software drives the instructions.
    #[test]
    fn sha256_of_abc() {
        let mut schedule: [Words; 4] = [[0x6162_6380, 0, 0, 0], [0; 4], [0; 4], [0, 0, 0, 24]];
        let start = ([0x6a09_e667, 0xbb67_ae85, 0x3c6e_f372, 0xa54f_f53a], [0x510e_527f, 0x9b05_688c, 0x1f83_d9ab, 0x5be0_cd19]);
        let (mut x, mut y) = start;
        for round in 0..16 {
            let words = schedule[0];
            let w = std::array::from_fn(|lane| words[lane].wrapping_add(K[4 * round + lane]));
            (x, y) = sha256_hash(x, y, w);
            let next = sha256_schedule1(sha256_schedule0(schedule[0], schedule[1]), schedule[2], schedule[3]);
            schedule = [schedule[1], schedule[2], schedule[3], next];
        }
        let digest: Vec<u32> = start.0.iter().chain(&start.1).zip(x.iter().chain(&y)).map(|(a, b)| a.wrapping_add(*b)).collect();
        assert_eq!(digest, [0xba78_16bf, 0x8f01_cfea, 0x4141_40de, 0x5dae_2223, 0xb003_61a3, 0x9617_7a9c, 0xb410_ff61, 0xf200_15ad]);
    }

    /// SHA-1 of "abc".
    #[test]
    fn sha1_of_abc() {
        let constants = [0x5a82_7999_u32, 0x6ed9_eba1, 0x8f1b_bcdc, 0xca62_c1d6];
        let functions = [Sha1::Choose, Sha1::Parity, Sha1::Majority, Sha1::Parity];
        let join = |words: Words| words.iter().rev().fold(0, |all, &word| all << 32 | u128::from(word));
        let split = |all: u128| std::array::from_fn(|lane| (all >> (32 * lane)) as u32);
        let mut schedule: [Words; 4] = [[0x6162_6380, 0, 0, 0], [0; 4], [0; 4], [0, 0, 0, 24]];
        let start: Words = [0x6745_2301, 0xefcd_ab89, 0x98ba_dcfe, 0x1032_5476];
        let (mut x, mut e) = (start, 0xc3d2_e1f0_u32);
        for round in 0..20 {
            let w = schedule[0].map(|word| word.wrapping_add(constants[round / 5]));
            let next_e = x[0].rotate_left(30);
            x = sha1_hash(functions[round / 5], x, e, w);
            e = next_e;
            let partial = split(sha1_schedule0(join(schedule[0]), join(schedule[1]), join(schedule[2])));
            schedule = [schedule[1], schedule[2], schedule[3], sha1_schedule1(partial, schedule[3])];
        }
        let digest: Words = std::array::from_fn(|lane| start[lane].wrapping_add(x[lane]));
        assert_eq!((digest, e.wrapping_add(0xc3d2_e1f0)), ([0xa999_3e36, 0x4706_816a, 0xba3e_2571, 0x7850_c26c], 0x9cd0_d89d));
    }
}
