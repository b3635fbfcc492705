//! Counting: elements that a pattern names, elements that are active, bytes of vectors; added to registers and vectors or taken from
//! them, wrapping or saturating (which sets no QC).

use crate::cpu::{Cpu, Stop};
use crate::insn::Insn;

/// RDVL.
pub fn rdvl(cpu: &mut Cpu, insn: &Insn) -> Result<(), Stop> {
    cpu.check_sve()?;
    cpu.set_r(insn.rd, (cpu.vector_bytes() as u64).wrapping_mul(insn.imm));
    Ok(())
}

/// ADDVL.
pub fn addvl(cpu: &mut Cpu, insn: &Insn) -> Result<(), Stop> {
    cpu.check_sve()?;
    let bytes = cpu.vector_bytes() as u64;
    cpu.set_r(insn.rd, cpu.r(insn.rn).wrapping_add(bytes.wrapping_mul(insn.imm)));
    Ok(())
}

/// ADDPL.
pub fn addpl(cpu: &mut Cpu, insn: &Insn) -> Result<(), Stop> {
    cpu.check_sve()?;
    let bytes = cpu.vector_bytes() as u64 / 8;
    cpu.set_r(insn.rd, cpu.r(insn.rn).wrapping_add(bytes.wrapping_mul(insn.imm)));
    Ok(())
}

/// DecodePredCount(): how many elements a pattern names, of those that there are.
pub(in crate::exec::sve) fn pattern_count(pattern: u32, elements: usize) -> usize {
    let fixed = match pattern {
        0 => return 1 << elements.ilog2(),
        1..=8 => pattern as usize,
        9..=13 => 16 << (pattern - 9),
        29 => return elements - elements % 4,
        30 => return elements - elements % 3,
        31 => return elements,
        _ => return 0,
    };
    if fixed <= elements { fixed } else { 0 }
}

/// What a pattern and its multiplier name.
fn named(cpu: &Cpu, insn: &Insn) -> u64 {
    pattern_count(insn.imm as u32, cpu.elements(insn.size)) as u64 * u64::from(insn.aux)
}

/// Active elements of Pm.
fn active(cpu: &Cpu, insn: &Insn) -> u64 {
    let mask = cpu.p(insn.rm);
    (0..cpu.elements(insn.size)).filter(|&index| mask.active(insn.size, index)).count() as u64
}

/// CNTB, CNTH, CNTW, CNTD.
pub fn cnt(cpu: &mut Cpu, insn: &Insn) -> Result<(), Stop> {
    cpu.check_sve()?;
    cpu.set_r(insn.rd, named(cpu, insn));
    Ok(())
}

/// CNTP.
pub fn cntp(cpu: &mut Cpu, insn: &Insn) -> Result<(), Stop> {
    cpu.check_sve()?;
    let (mask, value) = (cpu.p(insn.opt), cpu.p(insn.rn));
    let both = mask.map(&value, |mask, value| mask & value);
    cpu.set_r(insn.rd, (0..cpu.elements(insn.size)).filter(|&index| both.active(insn.size, index)).count() as u64);
    Ok(())
}

/// `value` and `count` in the direction of the instruction (`opt` bit 1), modulo 2^64.
fn wrapping(insn: &Insn, value: u64, count: u64) -> u64 {
    if insn.opt & 2 != 0 { value.wrapping_sub(count) } else { value.wrapping_add(count) }
}

/// The same on the low `bits` of `value`, signed or not (`opt` bit 0), saturated and extended to 64 bits.
fn saturating(insn: &Insn, value: u64, count: u64, bits: u32) -> u64 {
    let unused = 64 - bits;
    let (value, low, high) = match insn.opt & 1 {
        0 => (i128::from((value << unused) as i64 >> unused), i128::from(i64::MIN >> unused), i128::from(i64::MAX >> unused)),
        _ => (i128::from(value << unused >> unused), 0, i128::from(u64::MAX >> unused)),
    };
    let count = i128::from(count);
    (if insn.opt & 2 != 0 { value - count } else { value + count }).clamp(low, high) as u64
}

type Count = fn(&Cpu, &Insn) -> u64;

fn general(cpu: &mut Cpu, insn: &Insn, count: Count, f: impl Fn(u64, u64) -> u64) -> Result<(), Stop> {
    cpu.check_sve()?;
    cpu.set_r(insn.rd, f(cpu.r(insn.rn), count(cpu, insn)));
    Ok(())
}

fn vector(cpu: &mut Cpu, insn: &Insn, count: Count, f: impl Fn(u64, u64) -> u64) -> Result<(), Stop> {
    cpu.check_sve()?;
    let (count, mut out) = (count(cpu, insn), cpu.z(insn.rd));
    for index in 0..cpu.elements(insn.size) {
        out.set(insn.size, index, f(out.get(insn.size, index), count));
    }
    cpu.set_z(insn.rd, &out);
    Ok(())
}

/// Each for what a pattern names and for what is active.
macro_rules! steps {
    ($($named:ident $active:ident $target:ident |$insn:ident, $value:ident, $count:ident| $result:expr;)*) => {$(
        pub fn $named(cpu: &mut Cpu, $insn: &Insn) -> Result<(), Stop> {
            $target(cpu, $insn, named, |$value, $count| $result)
        }

        pub fn $active(cpu: &mut Cpu, $insn: &Insn) -> Result<(), Stop> {
            $target(cpu, $insn, active, |$value, $count| $result)
        }
    )*};
}

steps! {
    increment increment_active general |insn, value, count| wrapping(insn, value, count);
    increment_z increment_z_active vector |insn, value, count| wrapping(insn, value, count);
    saturate_w saturate_w_active general |insn, value, count| saturating(insn, value, count, 32);
    saturate_x saturate_x_active general |insn, value, count| saturating(insn, value, count, 64);
    saturate_z saturate_z_active vector |insn, value, count| saturating(insn, value, count, 8 << insn.size);
}
