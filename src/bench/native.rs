//! The kernels' loops for this machine, written the way the guests do them. Each returns what its guest returns.

use std::hint::black_box;

/// Knuth's multiplier, as in the guest.
const MULTIPLIER: u64 = 0x9e37_79b9_7f4a_7c15;

/// One load, multiply, xor and store an iteration over 1,024 doublewords.
#[inline(never)]
pub fn memory_mix(iterations: u64) -> u64 {
    let mut table = black_box([0u64; 1024]);
    let mut hash = 1u64;
    for index in 0..iterations {
        let slot = &mut table[(index & 1023) as usize];
        hash = (hash ^ *slot).wrapping_mul(MULTIPLIER).wrapping_add(index);
        *slot = hash;
    }
    black_box(&table);
    hash
}

#[inline(never)]
fn fibonacci(n: u64) -> u64 {
    if n < 2 { n } else { fibonacci(black_box(n - 1)) + fibonacci(black_box(n - 2)) }
}

/// Sum of `iterations` times Fibonacci of 20.
#[inline(never)]
pub fn calls(iterations: u64) -> u64 {
    (0..iterations).fold(0u64, |sum, _| sum.wrapping_add(fibonacci(black_box(20))))
}

/// A multiplicative hash over the bytes of a 4 KiB buffer.
#[inline(never)]
pub fn bytes(iterations: u64) -> u64 {
    let buffer = black_box([0u8; 4096]);
    let mut hash = 1u64;
    for _ in 0..iterations {
        for &byte in &buffer {
            hash = (hash ^ u64::from(byte)).wrapping_mul(MULTIPLIER);
        }
    }
    hash
}
