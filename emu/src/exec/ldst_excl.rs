//! Exclusive loads and stores, compare and swap. Decodes nothing. See `ldst` for what is CONSTRAINED UNPREDICTABLE.
//!
//! Acquire and release are free here: host atomics are sequentially consistent, plain x86-64 loads are acquire.

use super::ldst::{Done, base, base_tags};
use crate::cpu::{Cpu, Stop};
use crate::insn::Insn;
use crate::mem::{AccessKind, Word};

#[inline(always)]
fn load_marked<T: Word>(cpu: &mut Cpu, insn: &Insn, address: u64) -> Result<T, Stop> {
    let value = cpu.load_exclusive::<T>(address, base_tags(insn))?;
    cpu.monitor.mark(address, T::SIZE as u8, value.extend());
    Ok(value)
}

fn load_exclusive<T: Word + Into<u64>>(cpu: &mut Cpu, insn: &Insn) -> Done {
    let address = base(cpu, insn)?;
    let value = load_marked::<T>(cpu, insn, address)?;
    cpu.set_r(insn.rd, value.into());
    Ok(())
}

/// The status register becomes 0 when the store happened, 1 when the monitor or another PE prevented it. A store that the
/// local monitor prevents does not look at the translation, but always at the alignment.
fn store_exclusive<T: Word>(cpu: &mut Cpu, insn: &Insn, value: T) -> Done {
    let address = base(cpu, insn)?;
    cpu.check_atomic_alignment(address, T::SIZE, AccessKind::Write)?;
    let stored = match cpu.monitor.expected(address, T::SIZE as u8) {
        Some(old) => cpu.compare_exchange(address, T::truncate(old), value, AccessKind::Write, base_tags(insn))?.is_ok(),
        None => false,
    };
    cpu.monitor.clear();
    cpu.set_r(insn.rm, u64::from(!stored));
    Ok(())
}

/// LDXR, LDAXR and their narrow forms.
pub fn ldxr(cpu: &mut Cpu, insn: &Insn) -> Done {
    match insn.size {
        0 => load_exclusive::<u8>(cpu, insn),
        1 => load_exclusive::<u16>(cpu, insn),
        2 => load_exclusive::<u32>(cpu, insn),
        _ => load_exclusive::<u64>(cpu, insn),
    }
}

/// STXR, STLXR and their narrow forms.
pub fn stxr(cpu: &mut Cpu, insn: &Insn) -> Done {
    let value = cpu.r(insn.rd);
    match insn.size {
        0 => store_exclusive(cpu, insn, value as u8),
        1 => store_exclusive(cpu, insn, value as u16),
        2 => store_exclusive(cpu, insn, value as u32),
        _ => store_exclusive(cpu, insn, value),
    }
}

/// LDXP, LDAXP.
pub fn ldxp(cpu: &mut Cpu, insn: &Insn) -> Done {
    let address = base(cpu, insn)?;
    let (low, high) = if insn.size == 2 {
        let pair = load_marked::<u64>(cpu, insn, address)?;
        let pair = cpu.pair_order(pair);
        (u64::from(pair as u32), pair >> 32)
    } else {
        let pair = load_marked::<u128>(cpu, insn, address)?;
        let pair = cpu.pair_order(pair);
        (pair as u64, (pair >> 64) as u64)
    };
    cpu.set_r(insn.rd, low);
    cpu.set_r(insn.ra, high);
    Ok(())
}

fn pair64(low: u64, high: u64) -> u64 {
    high << 32 | low & 0xffff_ffff
}

fn pair128(low: u64, high: u64) -> u128 {
    u128::from(high) << 64 | u128::from(low)
}

/// STXP, STLXP.
pub fn stxp(cpu: &mut Cpu, insn: &Insn) -> Done {
    let (low, high) = (cpu.r(insn.rd), cpu.r(insn.ra));
    if insn.size == 2 {
        let pair = cpu.pair_order(pair64(low, high));
        store_exclusive(cpu, insn, pair)
    } else {
        let pair = cpu.pair_order(pair128(low, high));
        store_exclusive(cpu, insn, pair)
    }
}

/// Replaces memory when it equals `compared`; what was there.
fn swap_if_equal<T: Word>(cpu: &mut Cpu, insn: &Insn, compared: T, new: T) -> Result<T, Stop> {
    let address = base(cpu, insn)?;
    Ok(match cpu.compare_exchange(address, compared, new, AccessKind::Read, base_tags(insn))? {
        Ok(()) => compared,
        Err(seen) => seen,
    })
}

/// CAS and its narrow forms: `rm` is compared, and receives what was there.
pub fn cas(cpu: &mut Cpu, insn: &Insn) -> Done {
    let (compared, new) = (cpu.r(insn.rm), cpu.r(insn.rd));
    let old = match insn.size {
        0 => swap_if_equal(cpu, insn, compared as u8, new as u8)?.into(),
        1 => swap_if_equal(cpu, insn, compared as u16, new as u16)?.into(),
        2 => swap_if_equal(cpu, insn, compared as u32, new as u32)?.into(),
        _ => swap_if_equal(cpu, insn, compared, new)?,
    };
    cpu.set_r(insn.aux as u8, old);
    Ok(())
}

/// The same for a word that two registers hold.
fn swap_pair_if_equal<T: Word>(cpu: &mut Cpu, insn: &Insn, compared: T, new: T) -> Result<T, Stop> {
    let (compared, new) = (cpu.pair_order(compared), cpu.pair_order(new));
    let old = swap_if_equal(cpu, insn, compared, new)?;
    Ok(cpu.pair_order(old))
}

/// CASP: registers `opt`, `opt` + 1 are compared, `ra`, `ra` + 1 stored (numbers, 31 is XZR).
pub fn casp(cpu: &mut Cpu, insn: &Insn) -> Done {
    let pair = |cpu: &Cpu, number: u8| (cpu.r(number), if number == 30 { 0 } else { cpu.r(number + 1) });
    let (compared, new) = (pair(cpu, insn.opt), pair(cpu, insn.ra));
    let (low, high) = if insn.size == 2 {
        let old = swap_pair_if_equal(cpu, insn, pair64(compared.0, compared.1), pair64(new.0, new.1))?;
        (old & 0xffff_ffff, old >> 32)
    } else {
        let old = swap_pair_if_equal(cpu, insn, pair128(compared.0, compared.1), pair128(new.0, new.1))?;
        (old as u64, (old >> 64) as u64)
    };
    cpu.set_r(insn.opt, low);
    if insn.opt != 30 {
        cpu.set_r(insn.opt + 1, high);
    }
    Ok(())
}
