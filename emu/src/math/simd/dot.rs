//! Sums of products of bytes (FEAT_DotProd, FEAT_I8MM). Never saturates.

use super::{Lane, half};

/// A byte as a signed number.
#[inline(always)]
pub fn signed_byte(byte: u8) -> i32 {
    (byte as i8).into()
}

/// A byte as an unsigned number.
#[inline(always)]
pub fn unsigned_byte(byte: u8) -> i32 {
    byte.into()
}

/// The sum of the products of the four bytes of `n` and `m`.
#[inline(always)]
pub fn dot(n: u32, m: u32, left: impl Fn(u8) -> i32, right: impl Fn(u8) -> i32) -> u32 {
    sum_of_products(&n.to_le_bytes(), &m.to_le_bytes(), left, right)
}

#[inline(always)]
fn sum_of_products(n: &[u8], m: &[u8], left: impl Fn(u8) -> i32, right: impl Fn(u8) -> i32) -> u32 {
    n.iter().zip(m).map(|(&n, &m)| left(n) * right(m)).sum::<i32>() as u32
}

/// The product of two 2x8 matrices of bytes, the second transposed: a 2x2 matrix of words, row by row.
#[inline(always)]
pub fn matrix_multiply(n: &u128, m: &u128, left: impl Fn(u8) -> i32, right: impl Fn(u8) -> i32) -> u128 {
    let cell = |row, column| sum_of_products(half::<u8>(n, row), half::<u8>(m, column), &left, &right);
    u32::join([cell(false, false), cell(false, true), cell(true, false), cell(true, true)])
}
