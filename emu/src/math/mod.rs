//! Arithmetic as pure functions: no CPU, no instruction words, no state but what is passed in.

pub mod aes;
pub mod bits;
pub mod crc;
pub mod fp;
pub mod polynomial;
pub mod qarma;
pub mod sha;
pub mod simd;
pub mod sm;
pub mod tags;
