//! Advanced SIMD three registers of the same type, vector and scalar. Decodes nothing.
//!
//! Scalar rows share the functions of the vector rows: their format says that all but the lowest lane become zero.

use crate::cpu::{Cpu, Stop};
use crate::exec::simd::{put, register};
use crate::insn::Insn;
use crate::math::polynomial;
use crate::math::simd::{Arithmetic, Doubling, Lane, dot, map, matrix_multiply, signed_byte, unsigned_byte};

type Done = Result<(), Stop>;

lanewise! { three =>
    and u64 T |_, n, m| n & m;
    bic u64 T |_, n, m| n & !m;
    orr u64 T |_, n, m| n | m;
    orn u64 T |_, n, m| n | !m;
    eor u64 T |_, n, m| n ^ m;
    bsl u64 T |d, n, m| m ^ (d & (n ^ m));
    bit u64 T |d, n, m| d ^ (m & (d ^ n));
    bif u64 T |d, n, m| d ^ (!m & (d ^ n));
    add unsigned T |_, n, m| n.wrapping_add(m);
    sub unsigned T |_, n, m| n.wrapping_sub(m);
    mul unsigned_bhs T |_, n, m| n.wrapping_mul(m);
    mla unsigned_bhs T |d, n, m| d.wrapping_add(n.wrapping_mul(m));
    mls unsigned_bhs T |d, n, m| d.wrapping_sub(n.wrapping_mul(m));
    pmul u8 T |_, n, m| polynomial::multiply8(n, m) as T;
    cmgt signed T |_, n, m| T::mask(n > m);
    cmge signed T |_, n, m| T::mask(n >= m);
    cmhi unsigned T |_, n, m| T::mask(n > m);
    cmhs unsigned T |_, n, m| T::mask(n >= m);
    cmeq unsigned T |_, n, m| T::mask(n == m);
    cmtst unsigned T |_, n, m| T::mask(n & m != 0);
    shadd signed_bhs T |_, n, m| n.halving_add(m);
    uhadd unsigned_bhs T |_, n, m| n.halving_add(m);
    srhadd signed_bhs T |_, n, m| n.rounding_halving_add(m);
    urhadd unsigned_bhs T |_, n, m| n.rounding_halving_add(m);
    shsub signed_bhs T |_, n, m| n.halving_sub(m);
    uhsub unsigned_bhs T |_, n, m| n.halving_sub(m);
    smax signed_bhs T |_, n, m| n.max(m);
    umax unsigned_bhs T |_, n, m| n.max(m);
    smin signed_bhs T |_, n, m| n.min(m);
    umin unsigned_bhs T |_, n, m| n.min(m);
    sabd signed_bhs T |_, n, m| n.difference(m);
    uabd unsigned_bhs T |_, n, m| n.difference(m);
    saba signed_bhs T |d, n, m| d.wrapping_add(n.difference(m));
    uaba unsigned_bhs T |d, n, m| d.wrapping_add(n.difference(m));
    sshl signed T |_, n, m| n.shift(m);
    ushl unsigned T |_, n, m| n.shift(m);
    srshl signed T |_, n, m| n.shift_rounded(m);
    urshl unsigned T |_, n, m| n.shift_rounded(m);
}

lanewise! { three_saturating =>
    sqadd signed T |_, n, m| n.add_saturating(m);
    uqadd unsigned T |_, n, m| n.add_saturating(m);
    sqsub signed T |_, n, m| n.sub_saturating(m);
    uqsub unsigned T |_, n, m| n.sub_saturating(m);
    sqshl signed T |_, n, m| n.shift_saturating(m);
    uqshl unsigned T |_, n, m| n.shift_saturating(m);
    sqrshl signed T |_, n, m| n.shift_rounded_saturating(m);
    uqrshl unsigned T |_, n, m| n.shift_rounded_saturating(m);
    sqdmulh signed_hs T |_, n, m| n.doubling_high(m);
    sqrdmulh signed_hs T |_, n, m| n.doubling_high_rounded(m);
    sqrdmlah signed_hs T |d, n, m| d.add_doubling_high(n, m);
    sqrdmlsh signed_hs T |d, n, m| d.sub_doubling_high(n, m);
}

lanewise! { pairs =>
    addp unsigned T |left, right| left.wrapping_add(right);
    smaxp signed_bhs T |left, right| left.max(right);
    umaxp unsigned_bhs T |left, right| left.max(right);
    sminp signed_bhs T |left, right| left.min(right);
    uminp unsigned_bhs T |left, right| left.min(right);
}

lanewise! { three =>
    sdot u32 T |d, n, m| d.wrapping_add(dot(n, m, signed_byte, signed_byte));
    udot u32 T |d, n, m| d.wrapping_add(dot(n, m, unsigned_byte, unsigned_byte));
    usdot u32 T |d, n, m| d.wrapping_add(dot(n, m, unsigned_byte, signed_byte));
}

/// Adds the product of two 2x8 matrices of bytes (the second transposed) to a 2x2 matrix of words.
#[inline(always)]
fn matrix(cpu: &mut Cpu, insn: &Insn, left: fn(u8) -> i32, right: fn(u8) -> i32) -> Done {
    cpu.check_fp()?;
    let product = matrix_multiply(register(cpu, insn.rn), register(cpu, insn.rm), left, right);
    let sum = map::<u32>(register(cpu, insn.rd), &product, &product, |d, product, _| d.wrapping_add(product));
    put::<u32>(cpu, insn, sum);
    Ok(())
}

#[inline(never)]
pub fn smmla(cpu: &mut Cpu, insn: &Insn) -> Done {
    matrix(cpu, insn, signed_byte, signed_byte)
}

#[inline(never)]
pub fn ummla(cpu: &mut Cpu, insn: &Insn) -> Done {
    matrix(cpu, insn, unsigned_byte, unsigned_byte)
}

#[inline(never)]
pub fn usmmla(cpu: &mut Cpu, insn: &Insn) -> Done {
    matrix(cpu, insn, unsigned_byte, signed_byte)
}
