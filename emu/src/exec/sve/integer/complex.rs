//! Integer products of complex numbers, one factor rotated by a multiple of 90 degrees (`opt` quarters). Decodes nothing.

use super::multiply::{doubled_high, product};
use super::{each, get, three, three_indexed};
use crate::cpu::{Cpu, Stop};
use crate::insn::Insn;
use crate::math::simd::Lane;

type Done = Result<(), Stop>;

/// Part `index` of four, signed.
#[inline(always)]
fn part<T: Lane>(element: T, index: u32) -> i64 {
    let bits = T::BITS / 4;
    ((element.zero_extend() << (128 - bits * (index + 1))) as i128 >> (128 - bits)) as i64
}

/// `d` and the real parts of the products of two complex numbers in `n` with those in `m`, or the imaginary parts (`quarters` odd);
/// the conjugates of `m`'s, or not, as the rotation says.
#[inline(always)]
fn dot<T: Lane>(d: T, n: T, m: T, quarters: u8) -> T {
    let (crossed, subtracted) = (u32::from(quarters & 1), matches!(quarters, 0 | 3));
    let sum = [0, 2].into_iter().fold(d.zero_extend() as i64, |sum, real| {
        let direct = part(n, real) * part(m, real + crossed);
        let other = part(n, real + 1) * part(m, real + 1 - crossed);
        sum.wrapping_add(direct).wrapping_add(if subtracted { -other } else { other })
    });
    T::truncate(sum as u128)
}

#[inline(never)]
pub fn cdot(cpu: &mut Cpu, insn: &Insn) -> Done {
    cpu.check_sve()?;
    let quarters = insn.opt;
    each_size!(insn [u32 u32 u32 u64] T three::<T>(cpu, insn, |d, n, m| dot(d, n, m, quarters)));
    Ok(())
}

#[inline(never)]
pub fn cdot_indexed(cpu: &mut Cpu, insn: &Insn) -> Done {
    cpu.check_sve()?;
    let quarters = insn.opt;
    each_size!(insn [u32 u32 u32 u64] T three_indexed::<T>(cpu, insn, |d, n, m| dot(d, n, m, quarters)));
    Ok(())
}

/// Pairs of elements, the real part first. Arguments: an element of Zda, the factors of a product, and whether it is subtracted. With
/// `indexed`, Zm's pair is the one with the number `imm` in each quadword.
#[inline(always)]
fn pairs<T: Lane>(cpu: &mut Cpu, insn: &Insn, indexed: bool, f: impl Fn(T, T, T, bool) -> T) {
    let (d, n, m) = (cpu.z(insn.rd), cpu.z(insn.rn), cpu.z(insn.rm));
    let (others, chosen) = if indexed { (!(128 / T::BITS as usize - 1), 2 * insn.imm as usize) } else { (!1, 0) };
    let (crossed, half_turn) = (usize::from(insn.opt & 1), insn.opt & 2 != 0);
    each(cpu, insn, |index| {
        let imaginary = index & 1;
        let factor = get(&m, (index & others | chosen) + (crossed ^ imaginary));
        // Turned by 90 degrees, the real part loses what the imaginary part wins.
        let subtracted = half_turn ^ (crossed == 1 && imaginary == 0);
        f(get(&d, index), get(&n, index & !1 | crossed), factor, subtracted)
    });
}

#[inline(always)]
fn multiply_add(cpu: &mut Cpu, insn: &Insn, indexed: bool) -> Done {
    cpu.check_sve()?;
    each_size!(insn unsigned T pairs::<T>(cpu, insn, indexed, |d, n, m, subtracted| {
        let product = n.wrapping_mul(m);
        if subtracted { d.wrapping_sub(product) } else { d.wrapping_add(product) }
    }));
    Ok(())
}

#[inline(always)]
fn multiply_add_high(cpu: &mut Cpu, insn: &Insn, indexed: bool) -> Done {
    cpu.check_sve()?;
    each_size!(insn signed T pairs::<T>(cpu, insn, indexed, |d, n, m, subtracted| {
        doubled_high(d, if subtracted { -product(n, m) } else { product(n, m) }, true)
    }));
    Ok(())
}

#[inline(never)]
pub fn cmla(cpu: &mut Cpu, insn: &Insn) -> Done {
    multiply_add(cpu, insn, false)
}

#[inline(never)]
pub fn cmla_indexed(cpu: &mut Cpu, insn: &Insn) -> Done {
    multiply_add(cpu, insn, true)
}

#[inline(never)]
pub fn sqrdcmlah(cpu: &mut Cpu, insn: &Insn) -> Done {
    multiply_add_high(cpu, insn, false)
}

#[inline(never)]
pub fn sqrdcmlah_indexed(cpu: &mut Cpu, insn: &Insn) -> Done {
    multiply_add_high(cpu, insn, true)
}
