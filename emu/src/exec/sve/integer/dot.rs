//! Sums of products of the four parts of elements, or the two, and of matrices of bytes. Never saturates; complex numbers are not here.

use crate::cpu::{Cpu, ScalableVector, Stop};
use crate::insn::Insn;
use crate::math::simd::{Lane, map, matrix_multiply, signed_byte, unsigned_byte};

/// Whether the parts of an element are signed.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Parts {
    Signed,
    Unsigned,
}
use Parts::{Signed, Unsigned};

/// Part `index` of four.
#[inline(always)]
fn part<T: Lane>(element: T, index: u32, parts: Parts) -> i64 {
    let bits = T::BITS / 4;
    let value = (element.zero_extend() as u64) << (64 - bits * (index + 1));
    if parts == Signed { value as i64 >> (64 - bits) } else { (value >> (64 - bits)) as i64 }
}

/// `d` and the products of the parts of `n` and `m`.
#[inline(always)]
fn dot<T: Lane>(d: T, n: T, m: T, left: Parts, right: Parts) -> T {
    let products = (0..4).map(|index| part(n, index, left) * part(m, index, right));
    T::truncate(products.fold(d.zero_extend() as i64, i64::wrapping_add) as u128)
}

scalable! { three =>
    sdot [u32 u32 u32 u64] T |d, n, m| dot(d, n, m, Signed, Signed);
    udot [u32 u32 u32 u64] T |d, n, m| dot(d, n, m, Unsigned, Unsigned);
    usdot u32 T |d, n, m| dot::<T>(d, n, m, Unsigned, Signed);
}

scalable! { three_indexed =>
    sdot_indexed [u32 u32 u32 u64] T |d, n, m| dot(d, n, m, Signed, Signed);
    udot_indexed [u32 u32 u32 u64] T |d, n, m| dot(d, n, m, Unsigned, Unsigned);
    usdot_indexed u32 T |d, n, m| dot::<T>(d, n, m, Unsigned, Signed);
    sudot_indexed u32 T |d, n, m| dot::<T>(d, n, m, Signed, Unsigned);
}

/// `d` and the products of the halves of `n` and `m`.
#[inline(always)]
fn dot_halves(d: u32, n: u32, m: u32, half: fn(u32) -> i64) -> u32 {
    let products = half(n) * half(m) + half(n >> 16) * half(m >> 16);
    d.wrapping_add(products as u32)
}

fn signed_half(value: u32) -> i64 {
    i64::from(value as i16)
}

fn unsigned_half(value: u32) -> i64 {
    i64::from(value as u16)
}

scalable! { three =>
    sdot_two u32 T |d, n, m| dot_halves(d, n, m, signed_half);
    udot_two u32 T |d, n, m| dot_halves(d, n, m, unsigned_half);
}

scalable! { three_indexed =>
    sdot_two_indexed u32 T |d, n, m| dot_halves(d, n, m, signed_half);
    udot_two_indexed u32 T |d, n, m| dot_halves(d, n, m, unsigned_half);
}

/// Adds, for each quadword, the product of two 2x8 matrices of bytes (the second transposed) to a 2x2 matrix of words.
#[inline(always)]
fn matrix(cpu: &mut Cpu, insn: &Insn, left: fn(u8) -> i32, right: fn(u8) -> i32) -> Result<(), Stop> {
    cpu.check_sve()?;
    let (d, n, m, mut out) = (cpu.z(insn.rd), cpu.z(insn.rn), cpu.z(insn.rm), ScalableVector::ZERO);
    for index in 0..cpu.elements(4) {
        let product = matrix_multiply(&n.quadword(index), &m.quadword(index), left, right);
        let sum = map::<u32>(&d.quadword(index), &product, &product, |d, product, _| d.wrapping_add(product));
        out.set_quadword(index, u32::join(sum));
    }
    cpu.set_z(insn.rd, &out);
    Ok(())
}

#[inline(never)]
pub fn smmla(cpu: &mut Cpu, insn: &Insn) -> Result<(), Stop> {
    matrix(cpu, insn, signed_byte, signed_byte)
}

#[inline(never)]
pub fn ummla(cpu: &mut Cpu, insn: &Insn) -> Result<(), Stop> {
    matrix(cpu, insn, unsigned_byte, unsigned_byte)
}

#[inline(never)]
pub fn usmmla(cpu: &mut Cpu, insn: &Insn) -> Result<(), Stop> {
    matrix(cpu, insn, unsigned_byte, signed_byte)
}
