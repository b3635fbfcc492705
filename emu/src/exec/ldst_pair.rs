//! Loads and stores of two registers. Decodes nothing. See `ldst` for what is CONSTRAINED UNPREDICTABLE.

use super::ldst::{Done, Mode};
use crate::cpu::{Cpu, Stop};
use crate::insn::Insn;
use crate::mem::{Tags, Word};

/// Both words, or a fault and neither.
#[inline(always)]
fn load_both<T: Word>(cpu: &mut Cpu, address: u64, tags: Tags) -> Result<(T, T), Stop> {
    let low = cpu.load::<T>(address, tags)?;
    Ok((low, cpu.load::<T>(address.wrapping_add(T::SIZE), tags)?))
}

#[inline(always)]
fn load_into<M: Mode, T: Word>(cpu: &mut Cpu, insn: &Insn, extend: impl Fn(T) -> u64) -> Done {
    let address = M::address(cpu, insn)?;
    let (low, high) = load_both(cpu, address, M::tags(insn))?;
    cpu.set_r(insn.ra, extend(high));
    cpu.set_r(insn.rd, extend(low));
    M::write_back(cpu, insn, address);
    Ok(())
}

#[inline(always)]
pub fn ldp_w<M: Mode>(cpu: &mut Cpu, insn: &Insn) -> Done {
    load_into::<M, u32>(cpu, insn, u64::from)
}

#[inline(always)]
pub fn ldpsw<M: Mode>(cpu: &mut Cpu, insn: &Insn) -> Done {
    load_into::<M, u32>(cpu, insn, |value| value as i32 as u64)
}

/// One access when aligned to the whole pair: faster, and single-copy atomic as FEAT_LSE2 wants it.
#[inline(always)]
pub fn ldp_x<M: Mode>(cpu: &mut Cpu, insn: &Insn) -> Done {
    let address = M::address(cpu, insn)?;
    let (low, high) = if address & 15 == 0 {
        let pair = cpu.load_doublewords(address, M::tags(insn))?;
        (pair as u64, (pair >> 64) as u64)
    } else {
        load_both::<u64>(cpu, address, M::tags(insn))?
    };
    cpu.set_r(insn.ra, high);
    cpu.set_r(insn.rd, low);
    M::write_back(cpu, insn, address);
    Ok(())
}

#[inline(always)]
pub fn stp_w<M: Mode>(cpu: &mut Cpu, insn: &Insn) -> Done {
    let address = M::address(cpu, insn)?;
    let (low, high) = (cpu.w(insn.rd), cpu.w(insn.ra));
    cpu.store_pair(address, low, high, M::tags(insn))?;
    M::write_back(cpu, insn, address);
    Ok(())
}

/// As [`ldp_x`].
#[inline(always)]
pub fn stp_x<M: Mode>(cpu: &mut Cpu, insn: &Insn) -> Done {
    let address = M::address(cpu, insn)?;
    let (low, high) = (cpu.r(insn.rd), cpu.r(insn.ra));
    if address & 15 == 0 {
        cpu.store_doublewords(address, u128::from(high) << 64 | u128::from(low), M::tags(insn))?;
    } else {
        cpu.store_pair(address, low, high, M::tags(insn))?;
    }
    M::write_back(cpu, insn, address);
    Ok(())
}

macro_rules! vector_pairs {
    ($($load:ident $store:ident = $type:ty;)*) => {$(
        #[inline(always)]
        pub fn $load<M: Mode>(cpu: &mut Cpu, insn: &Insn) -> Done {
            cpu.check_fp()?;
            let address = M::address(cpu, insn)?;
            let (low, high) = load_both::<$type>(cpu, address, M::tags(insn))?;
            cpu.set_q(insn.rd, low.into());
            cpu.set_q(insn.ra, high.into());
            M::write_back(cpu, insn, address);
            Ok(())
        }

        #[inline(always)]
        pub fn $store<M: Mode>(cpu: &mut Cpu, insn: &Insn) -> Done {
            cpu.check_fp()?;
            let address = M::address(cpu, insn)?;
            let (low, high) = (cpu.q(insn.rd) as $type, cpu.q(insn.ra) as $type);
            cpu.store_pair(address, low, high, M::tags(insn))?;
            M::write_back(cpu, insn, address);
            Ok(())
        }
    )*};
}

vector_pairs! {
    ldp_s stp_s = u32;
    ldp_d stp_d = u64;
    ldp_q stp_q = u128;
}
