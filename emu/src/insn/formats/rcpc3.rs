//! Formats of the loads and stores of FEAT_LRCPC3. Executes nothing.

use crate::insn::Insn;

/// In `opt`: 64-bit registers.
const WIDE: u8 = 2;

fn common(insn: &mut Insn) {
    insn.size = insn.bits(31, 30) as u8;
    insn.rn = insn.or_sp(5);
    insn.opt = if insn.size == 3 { WIDE } else { 0 };
}

/// The bytes transferred as write-back offset: after a load, before a store.
fn step(insn: &mut Insn, bytes: i64, load: bool) {
    insn.imm = if load { bytes } else { -bytes } as u64;
    insn.rd = if load { insn.target(0) } else { insn.source(0) };
}

/// LDIAPP, STILP: `rd` and `ra`; without write-back the offset is zero.
pub fn ordered_pair(insn: &mut Insn, _: u64) -> bool {
    common(insn);
    let load = insn.bit(22);
    step(insn, 2 << insn.size, load);
    insn.ra = if load { insn.target(16) } else { insn.source(16) };
    if insn.bit(12) {
        insn.imm = 0;
    }
    true
}

/// LDAPR (post-index), STLR (pre-index).
pub fn ordered_step(insn: &mut Insn, _: u64) -> bool {
    common(insn);
    let load = insn.bit(22);
    step(insn, 1 << insn.size, load);
    true
}
