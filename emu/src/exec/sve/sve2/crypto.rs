//! Cryptography, 128 bits at a time. The algorithms are in [`crate::math`].

use crate::cpu::{Cpu, ScalableVector, Stop};
use crate::exec::sve::binary;
use crate::insn::Insn;
use crate::math::aes;
use crate::math::simd::Lane;
use crate::math::sm;

/// log2 of the bytes of what these functions work on.
const QUADWORD: u8 = 4;

/// Every 128 bits of Zd = f(those of `left`, those of `right`).
#[inline(always)]
fn quadwords(cpu: &mut Cpu, insn: &Insn, left: u8, right: u8, f: impl Fn(u128, u128) -> u128) -> Result<(), Stop> {
    cpu.check_sve()?;
    let (left, right, mut out) = (cpu.z(left), cpu.z(right), ScalableVector::ZERO);
    for index in 0..cpu.elements(QUADWORD) {
        out.set_quadword(index, f(left.quadword(index), right.quadword(index)));
    }
    cpu.set_z(insn.rd, &out);
    Ok(())
}

/// AESE.
pub fn aese(cpu: &mut Cpu, insn: &Insn) -> Result<(), Stop> {
    quadwords(cpu, insn, insn.rd, insn.rm, |d, m| aes::shift_and_substitute(d ^ m))
}

/// AESD.
pub fn aesd(cpu: &mut Cpu, insn: &Insn) -> Result<(), Stop> {
    quadwords(cpu, insn, insn.rd, insn.rm, |d, m| aes::shift_and_substitute_back(d ^ m))
}

/// AESMC.
pub fn aesmc(cpu: &mut Cpu, insn: &Insn) -> Result<(), Stop> {
    quadwords(cpu, insn, insn.rd, insn.rd, |d, _| aes::mix_columns(d))
}

/// AESIMC.
pub fn aesimc(cpu: &mut Cpu, insn: &Insn) -> Result<(), Stop> {
    quadwords(cpu, insn, insn.rd, insn.rd, |d, _| aes::mix_columns_back(d))
}

/// SM4E: Zdn is the state, Zm has the round keys.
pub fn sm4e(cpu: &mut Cpu, insn: &Insn) -> Result<(), Stop> {
    quadwords(cpu, insn, insn.rd, insn.rm, |d, m| u32::join(sm::sm4_encrypt(*u32::view(&d), *u32::view(&m))))
}

/// SM4EKEY.
pub fn sm4ekey(cpu: &mut Cpu, insn: &Insn) -> Result<(), Stop> {
    quadwords(cpu, insn, insn.rn, insn.rm, |n, m| u32::join(sm::sm4_next_keys(*u32::view(&n), *u32::view(&m))))
}

/// RAX1: Zn and Zm rotated left by one, exclusive or.
pub fn rax1(cpu: &mut Cpu, insn: &Insn) -> Result<(), Stop> {
    binary(cpu, &Insn { size: 3, ..*insn }, |n, m| n ^ m.rotate_left(1))
}
