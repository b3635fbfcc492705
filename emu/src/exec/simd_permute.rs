//! Advanced SIMD copies between lanes and registers, permutations, extraction and table look-up. Computes nothing.

use crate::cpu::{Cpu, Stop};
use crate::exec::simd::{put, register};
use crate::insn::Insn;
use crate::math::simd::{Lane, extract, interleave, splat, table_lookup, transpose};

type Done = Result<(), Stop>;

/// DUP (element): vector, and scalar as one that keeps a single lane.
#[inline(never)]
pub fn dup_element(cpu: &mut Cpu, insn: &Insn) -> Done {
    cpu.check_fp()?;
    each_size!(insn unsigned T {
        let value = T::element(cpu.q(insn.rn), insn.imm as u32);
        put::<T>(cpu, insn, splat(value));
    });
    Ok(())
}

#[inline(never)]
pub fn dup_general(cpu: &mut Cpu, insn: &Insn) -> Done {
    cpu.check_fp()?;
    let value = cpu.r(insn.rn);
    each_size!(insn unsigned T put::<T>(cpu, insn, splat(value as T)));
    Ok(())
}

/// Writes the lane of `rd` that the instruction names and no other.
#[inline(always)]
fn put_lane<T: Lane>(cpu: &mut Cpu, insn: &Insn, value: T) {
    let lanes = T::view_mut(cpu.v_mut(insn.rd));
    if let Some(lane) = lanes.as_mut().get_mut(insn.imm as usize) {
        *lane = value;
    }
}

#[inline(never)]
pub fn ins_general(cpu: &mut Cpu, insn: &Insn) -> Done {
    cpu.check_fp()?;
    let value = cpu.r(insn.rn);
    each_size!(insn unsigned T put_lane::<T>(cpu, insn, value as T));
    Ok(())
}

#[inline(never)]
pub fn ins_element(cpu: &mut Cpu, insn: &Insn) -> Done {
    cpu.check_fp()?;
    let from = cpu.q(insn.rn);
    each_size!(insn unsigned T put_lane::<T>(cpu, insn, T::element(from, insn.opt.into())));
    Ok(())
}

#[inline(never)]
pub fn smov(cpu: &mut Cpu, insn: &Insn) -> Done {
    cpu.check_fp()?;
    let value = each_size!(insn signed_bhs T i64::from(T::element(cpu.q(insn.rn), insn.imm as u32)));
    cpu.set_sized(insn.rd, insn.opt, value as u64);
    Ok(())
}

#[inline(never)]
pub fn umov(cpu: &mut Cpu, insn: &Insn) -> Done {
    cpu.check_fp()?;
    let value = each_size!(insn unsigned T T::element(cpu.q(insn.rn), insn.imm as u32).zero_extend() as u64);
    cpu.set_r(insn.rd, value);
    Ok(())
}

#[inline(never)]
pub fn zip1(cpu: &mut Cpu, insn: &Insn) -> Done {
    cpu.check_fp()?;
    each_size!(insn unsigned T {
        let out = interleave::<T>(register(cpu, insn.rn), register(cpu, insn.rm), 0);
        put::<T>(cpu, insn, out);
    });
    Ok(())
}

/// ZIP2: from the middle of the lanes that take part.
#[inline(never)]
pub fn zip2(cpu: &mut Cpu, insn: &Insn) -> Done {
    cpu.check_fp()?;
    each_size!(insn unsigned T {
        let lanes = (16 >> insn.size) / if insn.aux == 0 { 2 } else { 4 };
        let out = interleave::<T>(register(cpu, insn.rn), register(cpu, insn.rm), lanes);
        put::<T>(cpu, insn, out);
    });
    Ok(())
}

lanewise! { pairs =>
    uzp1 unsigned T |even, _| even;
    uzp2 unsigned T |_, odd| odd;
}

#[inline(always)]
fn transposed(cpu: &mut Cpu, insn: &Insn, odd: bool) -> Done {
    cpu.check_fp()?;
    each_size!(insn unsigned T {
        let out = transpose::<T>(register(cpu, insn.rn), register(cpu, insn.rm), odd);
        put::<T>(cpu, insn, out);
    });
    Ok(())
}

#[inline(never)]
pub fn trn1(cpu: &mut Cpu, insn: &Insn) -> Done {
    transposed(cpu, insn, false)
}

#[inline(never)]
pub fn trn2(cpu: &mut Cpu, insn: &Insn) -> Done {
    transposed(cpu, insn, true)
}

#[inline(never)]
pub fn ext(cpu: &mut Cpu, insn: &Insn) -> Done {
    cpu.check_fp()?;
    let bytes = 16 - (insn.aux & 127) / 8;
    let out = extract(cpu.q(insn.rn), cpu.q(insn.rm), insn.imm as u32, bytes);
    put::<u64>(cpu, insn, *u64::view(&out));
    Ok(())
}

/// The table of TBL and TBX: one to four registers, the numbers modulo 32.
#[inline(always)]
fn look_up(cpu: &mut Cpu, insn: &Insn, otherwise: u128) {
    let mut table = [0u8; 64];
    let registers = insn.imm as usize & 7;
    for (number, bytes) in table.chunks_exact_mut(16).take(registers).enumerate() {
        bytes.copy_from_slice(u8::view(register(cpu, insn.rn.wrapping_add(number as u8))));
    }
    let out = table_lookup(&table, 16 * registers, register(cpu, insn.rm), &otherwise);
    put::<u8>(cpu, insn, out);
}

#[inline(never)]
pub fn tbl(cpu: &mut Cpu, insn: &Insn) -> Done {
    cpu.check_fp()?;
    look_up(cpu, insn, 0);
    Ok(())
}

#[inline(never)]
pub fn tbx(cpu: &mut Cpu, insn: &Insn) -> Done {
    cpu.check_fp()?;
    look_up(cpu, insn, cpu.q(insn.rd));
    Ok(())
}

/// Elements of 8 << `size` bits from a table, by the indices of `width` bits in one part of rm.
fn look_up_indexed(cpu: &mut Cpu, insn: &Insn, width: u32) {
    let bits = 8u32 << insn.size;
    let lanes = 128 / bits;
    let (indices, table) = (cpu.q(insn.rm), [cpu.q(insn.rn), cpu.q((insn.rn + 1) & 31)]);
    let result = (0..lanes).fold(0, |vector: u128, lane| {
        let index = (indices >> ((u32::from(insn.ra) * lanes + lane) * width)) as u32 & ((1 << width) - 1);
        let element = table[(index / lanes) as usize & 1] >> (index % lanes * bits) & (u128::MAX >> (128 - bits));
        vector | element << (lane * bits)
    });
    cpu.set_q(insn.rd, result);
}

pub fn luti2(cpu: &mut Cpu, insn: &Insn) -> Done {
    cpu.check_fp()?;
    look_up_indexed(cpu, insn, 2);
    Ok(())
}

pub fn luti4(cpu: &mut Cpu, insn: &Insn) -> Done {
    cpu.check_fp()?;
    look_up_indexed(cpu, insn, 4);
    Ok(())
}
