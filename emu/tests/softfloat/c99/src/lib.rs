//! `int_fast32_t` and its siblings as glibc has them on x86-64, under the names by which `softfloat-sys` imports them. It knows no
//! other platform, as the build script of `softfloat-sys` does not either.
#![no_std]
#![allow(non_camel_case_types, reason = "C's names")]

pub type int_fast32_t = i64;
pub type int_fast64_t = i64;
pub type uint_fast8_t = u8;
pub type uint_fast32_t = u64;
pub type uint_fast64_t = u64;
