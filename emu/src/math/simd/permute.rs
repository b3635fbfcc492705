//! Rearranging lanes and bytes. Looks at no value but table indices.

use super::Lane;

/// ZIP1 and ZIP2: lanes of `n` and `m` alternate, beginning with lane `start` of both.
#[inline(always)]
pub fn interleave<T: Lane>(n: &u128, m: &u128, start: usize) -> T::Vector {
    let (left, right) = (T::view(n).as_ref(), T::view(m).as_ref());
    let (left, right) = (left.get(start..).unwrap_or_default(), right.get(start..).unwrap_or_default());
    let mut out = T::Vector::default();
    for ((pair, &left), &right) in out.as_mut().chunks_exact_mut(2).zip(left).zip(right) {
        pair.copy_from_slice(&[left, right]);
    }
    out
}

/// TRN1 and TRN2: the even (`odd` false) or odd lanes of `n` and `m` alternate.
#[inline(always)]
pub fn transpose<T: Lane>(n: &u128, m: &u128, odd: bool) -> T::Vector {
    let pairs = T::view(n).as_ref().chunks_exact(2).zip(T::view(m).as_ref().chunks_exact(2));
    let mut out = T::Vector::default();
    for (pair, (left, right)) in out.as_mut().chunks_exact_mut(2).zip(pairs) {
        if let ([n0, n1], [m0, m1]) = (left, right) {
            pair.copy_from_slice(&if odd { [*n1, *m1] } else { [*n0, *m0] });
        }
    }
    out
}

/// EXT: `bytes` bytes of the concatenation m:n from byte `from` on.
#[inline(always)]
pub const fn extract(n: u128, m: u128, from: u32, bytes: u32) -> u128 {
    let n = n & (u128::MAX >> (128 - 8 * bytes));
    match from {
        0 => n,
        _ => n >> (8 * from) | m << (8 * (bytes - from)),
    }
}

/// TBL and TBX: for each byte of `indices` the byte of the first `length` of `table` that it names, or that of `otherwise`.
#[inline(always)]
pub fn table_lookup(table: &[u8; 64], length: usize, indices: &u128, otherwise: &u128) -> [u8; 16] {
    let mut out = *u8::view(otherwise);
    for (byte, &index) in out.iter_mut().zip(u8::view(indices)) {
        let found = table[usize::from(index & 63)];
        *byte = if usize::from(index) < length { found } else { *byte };
    }
    out
}
