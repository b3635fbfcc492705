//! Atomic memory operations (FEAT_LSE, FEAT_LSE128): LDADD and the like, SWP. Decodes nothing.
//!
//! All of them are sequentially consistent on the host, so that acquire and release need nothing more.

use super::ldst::{Done, base, base_tags};
use crate::cpu::{Cpu, Stop};
use crate::insn::Insn;
use crate::mem::Word;

/// Memory becomes `update(memory, Rs)`; Rt what was there.
fn update<T: Word + Into<u64>>(cpu: &mut Cpu, insn: &Insn, update: impl Fn(T, T) -> T) -> Result<u64, Stop> {
    let operand = T::truncate(cpu.r(insn.rm).into());
    let address = base(cpu, insn)?;
    Ok(cpu.fetch_update::<T>(address, base_tags(insn), |old| update(old, operand))?.into())
}

/// One expression for the four sizes.
macro_rules! operations {
    ($($name:ident = |$old:ident, $operand:ident| $result:expr;)*) => {$(
        pub fn $name(cpu: &mut Cpu, insn: &Insn) -> Done {
            let old = match insn.size {
                0 => update::<u8>(cpu, insn, |$old, $operand| $result)?,
                1 => update::<u16>(cpu, insn, |$old, $operand| $result)?,
                2 => update::<u32>(cpu, insn, |$old, $operand| $result)?,
                _ => update::<u64>(cpu, insn, |$old, $operand| $result)?,
            };
            cpu.set_r(insn.rd, old);
            Ok(())
        }
    )*};
}

operations! {
    ldadd = |old, operand| old.wrapping_add(operand);
    ldclr = |old, operand| old & !operand;
    ldeor = |old, operand| old ^ operand;
    ldset = |old, operand| old | operand;
    ldsmax = |old, operand| if old.cast_signed() > operand.cast_signed() { old } else { operand };
    ldsmin = |old, operand| if old.cast_signed() < operand.cast_signed() { old } else { operand };
    ldumax = |old, operand| old.max(operand);
    ldumin = |old, operand| old.min(operand);
    swp = |_old, operand| operand;
}

/// Atomic operations on sixteen bytes (FEAT_LSE128). When Rt = Rt2, which is CONSTRAINED UNPREDICTABLE, the upper half stays.
macro_rules! pair_operations {
    ($($name:ident = |$old:ident, $operand:ident| $result:expr;)*) => {$(
        pub fn $name(cpu: &mut Cpu, insn: &Insn) -> Done {
            let $operand = cpu.pair_order(u128::from(cpu.r(insn.ra)) << 64 | u128::from(cpu.r(insn.rd)));
            let address = base(cpu, insn)?;
            let old = cpu.fetch_update::<u128>(address, base_tags(insn), |$old| $result)?;
            let old = cpu.pair_order(old);
            cpu.set_r(insn.rd, old as u64);
            cpu.set_r(insn.ra, (old >> 64) as u64);
            Ok(())
        }
    )*};
}

pair_operations! {
    ldclrp = |old, operand| old & !operand;
    ldsetp = |old, operand| old | operand;
    swpp = |_old, operand| operand;
}
