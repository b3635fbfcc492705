//! Shifts by immediates, by vectors and by doublewords, and ADR, which adds shifted offsets. Decodes nothing; the shifts of SVE2 that
//! round or saturate are in `saturating`.

use super::two;
use crate::cpu::{Cpu, Stop};
use crate::insn::Insn;
use crate::math::simd::{Arithmetic, Unsigned};

/// A shift of any amount: what is shifted out is gone.
macro_rules! shifted {
    ($value:expr, $shift:ident, $amount:expr) => {
        u32::try_from($amount).ok().and_then(|amount| $value.$shift(amount)).unwrap_or(0)
    };
}

scalable! { two_merging =>
    asr signed T |n, m| n >> (m as Unsigned<T>).min(T::BITS as Unsigned<T> - 1);
    lsr unsigned T |n, m| shifted!(n, checked_shr, m);
    lsl unsigned T |n, m| shifted!(n, checked_shl, m);
    asrr signed T |n, m| m >> (n as Unsigned<T>).min(T::BITS as Unsigned<T> - 1);
    lsrr unsigned T |n, m| shifted!(m, checked_shr, n);
    lslr unsigned T |n, m| shifted!(m, checked_shl, n);
}

scalable! { two_wide_merging =>
    asr_wide_merging [i8 i16 i32] T |n, m| n >> m.min(u64::from(T::BITS) - 1);
    lsr_wide_merging [u8 u16 u32] T |n, m| shifted!(n, checked_shr, m);
    lsl_wide_merging [u8 u16 u32] T |n, m| shifted!(n, checked_shl, m);
}

scalable! { two_wide =>
    asr_wide [i8 i16 i32] T |n, m| n >> m.min(u64::from(T::BITS) - 1);
    lsr_wide [u8 u16 u32] T |n, m| shifted!(n, checked_shr, m);
    lsl_wide [u8 u16 u32] T |n, m| shifted!(n, checked_shl, m);
}

scalable! { shift_merging =>
    asr_immediate_merging signed T |n, by| n.shift_right(by);
    lsr_immediate_merging unsigned T |n, by| n.shift_right(by);
    lsl_immediate_merging unsigned T |n, by| n.wrapping_shl(by);
    // A quotient, rounded towards zero; the divisor need not fit in an element.
    asrd_immediate_merging signed T |n, by| (i128::from(n) / (1 << by)) as T;
}

scalable! { shift =>
    asr_immediate signed T |n, by| n.shift_right(by);
    lsr_immediate unsigned T |n, by| n.shift_right(by);
    lsl_immediate unsigned T |n, by| n.wrapping_shl(by);
}

/// ADR: offsets are signed or unsigned words of doublewords, or whole elements.
pub fn adr(cpu: &mut Cpu, insn: &Insn) -> Result<(), Stop> {
    cpu.check_sve()?;
    let by = insn.imm as u32;
    match insn.opt {
        0 => two::<u64>(cpu, insn, |n, m| n.wrapping_add((m as i32 as u64) << by)),
        1 => two::<u64>(cpu, insn, |n, m| n.wrapping_add(u64::from(m as u32) << by)),
        2 => two::<u32>(cpu, insn, |n, m| n.wrapping_add(m << by)),
        _ => two::<u64>(cpu, insn, |n, m| n.wrapping_add(m << by)),
    }
    Ok(())
}
