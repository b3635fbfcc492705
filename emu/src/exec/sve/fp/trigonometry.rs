//! The instructions that help with sine, cosine and the exponential function. The functions themselves are the guest's to write.

use super::{Done, by_format, one, two, unpredicated};
use crate::cpu::Cpu;
use crate::insn::Insn;
use crate::math::fp::{self, Format};

/// Coefficients of the series of a format: eight for the sine, then eight for the cosine.
trait Series: Format {
    const COEFFICIENTS: [u64; 16];
}

impl Series for fp::F16 {
    const COEFFICIENTS: [u64; 16] = [0x3c00, 0xb155, 0x2030, 0, 0, 0, 0, 0, 0x3c00, 0xb800, 0x293a, 0, 0, 0, 0, 0];
}

impl Series for fp::F32 {
    const COEFFICIENTS: [u64; 16] = [
        0x3f80_0000,
        0xbe2a_aaab,
        0x3c08_8886,
        0xb950_08b9,
        0x3636_9d6d,
        0,
        0,
        0,
        0x3f80_0000,
        0xbf00_0000,
        0x3d2a_aaa6,
        0xbab6_0705,
        0x37cd_37cc,
        0,
        0,
        0,
    ];
}

impl Series for fp::F64 {
    const COEFFICIENTS: [u64; 16] = [
        0x3ff0_0000_0000_0000,
        0xbfc5_5555_5555_5543,
        0x3f81_1111_1110_f30c,
        0xbf2a_01a0_19b9_2fc6,
        0x3ec7_1de3_51f3_d22b,
        0xbe5a_e5e2_b60f_7b91,
        0x3de5_d840_8868_552f,
        0,
        0x3ff0_0000_0000_0000,
        0xbfe0_0000_0000_0000,
        0x3fa5_5555_5555_5536,
        0xbf56_c16c_16c1_3a0b,
        0x3efa_01a0_19b1_e8d8,
        0xbe92_7e4f_7282_f468,
        0x3e21_ee96_d264_1b13,
        0xbda8_f763_80fb_b401,
    ];
}

/// `FPTrigMAdd`: Zdn times the magnitude of Zm, plus the coefficient `imm` of the series that the sign of Zm chooses.
pub fn ftmad(cpu: &mut Cpu, insn: &Insn) -> Done {
    by_format!(insn, F => unpredicated(cpu, insn, |from, index, env| {
        let m = from.m.get(insn.size, index);
        let series = if m & F::SIGN != 0 { 8 } else { 0 };
        let coefficient = F::COEFFICIENTS[series | insn.imm as usize & 7];
        fp::mul_add::<F>(coefficient, from.d.get(insn.size, index), fp::abs::<F>(m, env), env)
    }))
}

/// `FPTrigSMul`: the square of Zn, with the lowest bit of Zm as its sign unless it is a NaN.
pub fn ftsmul(cpu: &mut Cpu, insn: &Insn) -> Done {
    by_format!(insn, F => two(cpu, insn, |a, b, env| {
        let square = fp::mul::<F>(a, a, env);
        if fp::is_nan::<F>(square) { square } else { square & !F::SIGN | b << (F::BITS - 1) & F::SIGN }
    }))
}

/// `FPTrigSSel`: Zn, or one where bit 0 of Zm is set; negated where bit 1 is.
pub fn ftssel(cpu: &mut Cpu, insn: &Insn) -> Done {
    by_format!(insn, F => two(cpu, insn, |a, b, env| {
        let chosen = if b & 1 != 0 { (F::BIAS as u64) << F::FRACTION } else { a };
        if b & 2 != 0 { fp::neg::<F>(chosen, env) } else { chosen }
    }))
}

/// 2^(index/64) with 63 bits behind the point.
const fn power_of_two(index: u64) -> u64 {
    let (mut result, mut root, mut bit) = (1u128 << 63, 1u128 << 64, 6);
    while bit > 0 {
        bit -= 1;
        // Roots of two: the square root, its square root, and so on, each to the nearest.
        let square = root << 63;
        root = square.isqrt();
        if square - root * root > root {
            root += 1;
        }
        if index >> bit & 1 != 0 {
            result = (result * root + (1 << 62)) >> 63;
        }
    }
    result as u64
}

/// 2^(index/64) for every index, as the table of `FPExpA` has it.
const POWERS: [u64; 64] = {
    let (mut powers, mut index) = ([0; 64], 0);
    while index < 64 {
        powers[index] = power_of_two(index as u64);
        index += 1;
    }
    powers
};

/// `FPExpA`: the exponent is in Zn above the index of the fraction, which has five bits in half precision and six in others.
pub fn fexpa(cpu: &mut Cpu, insn: &Insn) -> Done {
    by_format!(insn, F => one(cpu, insn, |a, _| {
        let index_bits = if F::IS_HALF { 5 } else { 6 };
        let index = a << (6 - index_bits) & 63;
        let unused = 63 - F::FRACTION;
        let fraction = (POWERS[index as usize] + (1 << (unused - 1))) >> unused & F::FRACTION_MASK;
        (a >> index_bits & F::EXPONENT_ONES) << F::FRACTION | fraction
    }))
}
