//! Ordered loads and stores with write-back and of pairs (FEAT_LRCPC3). Decodes nothing.

use super::ldst::{Done, Mode, Post, Pre};
use crate::cpu::Cpu;
use crate::insn::Insn;
use crate::mem::Tags;

/// LDAPR of one register, post-index.
macro_rules! steps {
    ($($load:ident $store:ident = $type:ty;)*) => {$(
        pub fn $load(cpu: &mut Cpu, insn: &Insn) -> Done {
            let address = Post::address(cpu, insn)?;
            let value = cpu.load_ordered::<$type>(address, Tags::Checked)?;
            cpu.set_r(insn.rd, value.into());
            Post::write_back(cpu, insn, address);
            Ok(())
        }

        pub fn $store(cpu: &mut Cpu, insn: &Insn) -> Done {
            let address = Pre::address(cpu, insn)?;
            cpu.store_ordered(address, cpu.r(insn.rd) as $type, Tags::Checked)?;
            Pre::write_back(cpu, insn, address);
            Ok(())
        }
    )*};
}

steps! {
    ldapr_w stlr_w = u32;
    ldapr_x stlr_x = u64;
}

/// LDIAPP: a pair is ordered, aligned and (x86 orders loads) acquired as one access.
pub fn ldiapp<M: Mode>(cpu: &mut Cpu, insn: &Insn) -> Done {
    let address = M::address(cpu, insn)?;
    let (low, high) = if insn.size == 3 {
        let pair = cpu.load_ordered::<u128>(address, M::tags(insn))?;
        let pair = cpu.pair_order(pair);
        (pair as u64, (pair >> 64) as u64)
    } else {
        let pair = cpu.load_ordered::<u64>(address, M::tags(insn))?;
        let pair = cpu.pair_order(pair);
        (pair & 0xffff_ffff, pair >> 32)
    };
    cpu.set_r(insn.rd, low);
    cpu.set_r(insn.ra, high);
    M::write_back(cpu, insn, address);
    Ok(())
}

/// STILP.
pub fn stilp<M: Mode>(cpu: &mut Cpu, insn: &Insn) -> Done {
    let address = M::address(cpu, insn)?;
    let (low, high) = (cpu.r(insn.rd), cpu.r(insn.ra));
    if insn.size == 3 {
        cpu.store_ordered(address, cpu.pair_order(u128::from(high) << 64 | u128::from(low)), M::tags(insn))?;
    } else {
        cpu.store_ordered(address, cpu.pair_order(high << 32 | low & 0xffff_ffff), M::tags(insn))?;
    }
    M::write_back(cpu, insn, address);
    Ok(())
}
