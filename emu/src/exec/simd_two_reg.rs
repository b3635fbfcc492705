//! Advanced SIMD two registers and across lanes, vector and scalar. Decodes nothing.

use crate::cpu::{Cpu, Stop};
use crate::exec::simd::{active, put, register};
use crate::insn::Insn;
use crate::math::fp;
use crate::math::simd::{AddMixed, Lane, Wide, Widen, reduce, reverse};

type Done = Result<(), Stop>;

lanewise! { three =>
    not u64 T |_, n, _| !n;
    rbit u8 T |_, n, _| n.reverse_bits();
    cnt u8 T |_, n, _| n.count_ones() as T;
    cls signed_bhs T |_, n, _| ((n ^ n >> 1) << 1 | 1).leading_zeros() as T;
    clz unsigned_bhs T |_, n, _| n.leading_zeros() as T;
    abs signed T |_, n, _| n.wrapping_abs();
    neg signed T |_, n, _| n.wrapping_neg();
    cmgt_zero signed T |_, n, _| T::mask(n > 0);
    cmge_zero signed T |_, n, _| T::mask(n >= 0);
    cmeq_zero signed T |_, n, _| T::mask(n == 0);
    cmle_zero signed T |_, n, _| T::mask(n <= 0);
    cmlt_zero signed T |_, n, _| T::mask(n < 0);
    urecpe u32 T |_, n, _| fp::unsigned_recip_estimate(n);
    ursqrte u32 T |_, n, _| fp::unsigned_rsqrt_estimate(n);
}

lanewise! { three_saturating =>
    sqabs signed T |_, n, _| (n.saturating_abs(), n == T::MIN);
    sqneg signed T |_, n, _| (n.saturating_neg(), n == T::MIN);
    suqadd signed T |d, n, _| d.add_mixed_saturating(n);
    usqadd unsigned T |d, n, _| d.add_mixed_saturating(n);
}

lanewise! { narrow =>
    xtn unsigned_bhs T |n, _| T::low(n);
}

lanewise! { narrow_saturating =>
    sqxtn signed_bhs T |n, _| T::clip(n);
    uqxtn unsigned_bhs T |n, _| T::clip(n);
}

lanewise! { narrow_signed_saturating =>
    sqxtun unsigned_bhs T |n, _| T::clip_signed(n);
}

lanewise! { shift_long =>
    shll unsigned_bhs T |n, _| n.wide() << T::BITS;
}

lanewise! { pairs_long =>
    saddlp signed_bhs T |_, left, right| left.wide() + right.wide();
    uaddlp unsigned_bhs T |_, left, right| left.wide() + right.wide();
    sadalp signed_bhs T |d, left, right| d.wrapping_add(left.wide() + right.wide());
    uadalp unsigned_bhs T |d, left, right| d.wrapping_add(left.wide() + right.wide());
}

/// REV16, REV32, REV64: lanes of `size` in groups of 2, 4 or 8 bytes.
#[inline(always)]
fn reversed(cpu: &mut Cpu, insn: &Insn, bytes: usize) -> Done {
    cpu.check_fp()?;
    each_size!(insn unsigned_bhs T {
        let out = reverse::<T>(register(cpu, insn.rn), 8 * bytes / T::BITS as usize);
        put::<T>(cpu, insn, out);
    });
    Ok(())
}

#[inline(never)]
pub fn rev16(cpu: &mut Cpu, insn: &Insn) -> Done {
    reversed(cpu, insn, 2)
}

#[inline(never)]
pub fn rev32(cpu: &mut Cpu, insn: &Insn) -> Done {
    reversed(cpu, insn, 4)
}

#[inline(never)]
pub fn rev64(cpu: &mut Cpu, insn: &Insn) -> Done {
    reversed(cpu, insn, 8)
}

/// Functions that combine all lanes of a vector into a scalar of the same width.
macro_rules! across {
    ($($name:ident $lanes:ident $lane:ident |$left:ident, $right:ident| $result:expr;)*) => {$(
        #[inline(never)]
        pub fn $name(cpu: &mut Cpu, insn: &Insn) -> Done {
            cpu.check_fp()?;
            each_size!(insn $lanes $lane {
                let result = reduce::<$lane>(register(cpu, insn.rn), active::<$lane>(insn), |$left, $right| $result);
                cpu.set_q(insn.rd, result.zero_extend());
            });
            Ok(())
        }
    )*};
}

across! {
    addv unsigned_bhs T |left, right| left.wrapping_add(right);
    smaxv signed_bhs T |left, right| left.max(right);
    umaxv unsigned_bhs T |left, right| left.max(right);
    sminv signed_bhs T |left, right| left.min(right);
    uminv unsigned_bhs T |left, right| left.min(right);
}

/// Sums of all lanes, twice as wide.
macro_rules! across_long {
    ($($name:ident $lanes:ident;)*) => {$(
        #[inline(never)]
        pub fn $name(cpu: &mut Cpu, insn: &Insn) -> Done {
            cpu.check_fp()?;
            each_size!(insn $lanes T {
                let lanes = T::view(register(cpu, insn.rn)).as_ref().iter().take(active::<T>(insn));
                let sum: Wide<T> = lanes.map(|lane| lane.wide()).sum();
                cpu.set_q(insn.rd, sum.zero_extend());
            });
            Ok(())
        }
    )*};
}

across_long! { saddlv signed_bhs; uaddlv unsigned_bhs; }

/// ADDP (scalar): the sum of both doublewords.
#[inline(never)]
pub fn addp_scalar(cpu: &mut Cpu, insn: &Insn) -> Done {
    cpu.check_fp()?;
    let pair = cpu.q(insn.rn);
    let sum = u64::element(pair, 0).wrapping_add(u64::element(pair, 1));
    cpu.set_q(insn.rd, sum.into());
    Ok(())
}
