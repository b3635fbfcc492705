//! Advanced SIMD three registers of different widths, vector and scalar. Decodes nothing.

use crate::cpu::{Cpu, Stop};
use crate::insn::Insn;
use crate::math::polynomial;
use crate::math::simd::{Doubling, Lane, Wide, Widen};

lanewise! { long =>
    saddl signed_bhs T |_, n, m| n.wide() + m.wide();
    uaddl unsigned_bhs T |_, n, m| n.wide() + m.wide();
    ssubl signed_bhs T |_, n, m| n.wide() - m.wide();
    usubl unsigned_bhs T |_, n, m| n.wide().wrapping_sub(m.wide());
    sabdl signed_bhs T |_, n, m| n.difference_long(m);
    uabdl unsigned_bhs T |_, n, m| n.difference_long(m);
    sabal signed_bhs T |d, n, m| d.wrapping_add(n.difference_long(m));
    uabal unsigned_bhs T |d, n, m| d.wrapping_add(n.difference_long(m));
    smull signed_bhs T |_, n, m| n.multiply_long(m);
    umull unsigned_bhs T |_, n, m| n.multiply_long(m);
    smlal signed_bhs T |d, n, m| d.wrapping_add(n.multiply_long(m));
    umlal unsigned_bhs T |d, n, m| d.wrapping_add(n.multiply_long(m));
    smlsl signed_bhs T |d, n, m| d.wrapping_sub(n.multiply_long(m));
    umlsl unsigned_bhs T |d, n, m| d.wrapping_sub(n.multiply_long(m));
    pmull u8 T |_, n, m| polynomial::multiply8(n, m);
}

lanewise! { wide =>
    saddw signed_bhs T |n, m| n.wrapping_add(m.wide());
    uaddw unsigned_bhs T |n, m| n.wrapping_add(m.wide());
    ssubw signed_bhs T |n, m| n.wrapping_sub(m.wide());
    usubw unsigned_bhs T |n, m| n.wrapping_sub(m.wide());
}

/// Half a unit of the last place that a narrowing to the high half of a wide lane keeps.
macro_rules! half_unit {
    ($lane:ident) => {
        (1 as Wide<$lane>) << ($lane::BITS - 1)
    };
}

lanewise! { narrow =>
    addhn unsigned_bhs T |n, m| T::high(n.wrapping_add(m));
    subhn unsigned_bhs T |n, m| T::high(n.wrapping_sub(m));
    raddhn unsigned_bhs T |n, m| T::high(n.wrapping_add(m).wrapping_add(half_unit!(T)));
    rsubhn unsigned_bhs T |n, m| T::high(n.wrapping_sub(m).wrapping_add(half_unit!(T)));
}

lanewise! { long_saturating =>
    sqdmull signed_hs T |_, n, m| n.doubling_long(m);
    sqdmlal signed_hs T |d, n, m| T::doubling_long_added(d, n, m);
    sqdmlsl signed_hs T |d, n, m| T::doubling_long_subtracted(d, n, m);
}

/// PMULL from 64 to 128 bits.
#[inline(never)]
pub fn pmull_1q(cpu: &mut Cpu, insn: &Insn) -> Result<(), Stop> {
    cpu.check_fp()?;
    let lane = |register| u64::element(register, insn.opt.into());
    let product = polynomial::multiply64(lane(cpu.q(insn.rn)), lane(cpu.q(insn.rm)));
    cpu.set_q(insn.rd, product);
    Ok(())
}
