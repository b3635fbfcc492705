//! Formats of memory tagging. Executes nothing.

use crate::insn::Insn;

/// Tag offsets are scaled by the granule.
const GRANULE_BITS: u32 = 4;

/// ADDG, SUBG: `imm` is the offset of the address, `aux` that of the tag.
pub fn tag_add(insn: &mut Insn, _: u64) -> bool {
    (insn.rd, insn.rn) = (insn.or_sp(0), insn.or_sp(5));
    insn.imm = u64::from(insn.bits(21, 16)) << GRANULE_BITS;
    insn.aux = insn.bits(13, 10);
    true
}

/// IRG: address to address, and a mask.
pub fn tag_random(insn: &mut Insn, _: u64) -> bool {
    (insn.rd, insn.rn, insn.rm) = (insn.or_sp(0), insn.or_sp(5), insn.source(16));
    true
}

/// GMI.
pub fn tag_mask(insn: &mut Insn, _: u64) -> bool {
    (insn.rd, insn.rn, insn.rm) = (insn.target(0), insn.or_sp(5), insn.source(16));
    true
}

/// SUBP, SUBPS.
pub fn tag_subtract(insn: &mut Insn, _: u64) -> bool {
    (insn.rd, insn.rn, insn.rm) = (insn.target(0), insn.or_sp(5), insn.or_sp(16));
    true
}

fn tag_offset(insn: &mut Insn) {
    insn.rn = insn.or_sp(5);
    insn.imm = (insn.signed(20, 12) << GRANULE_BITS) as u64;
}

/// LDG: `rd` and `rm` are Rt as it is written and read.
pub fn tag_load(insn: &mut Insn, _: u64) -> bool {
    (insn.rd, insn.rm) = (insn.target(0), insn.source(0));
    tag_offset(insn);
    true
}

/// STG, STZG (`opt` 1) and ST2G, STZ2G (`opt` 2).
pub fn tag_store(insn: &mut Insn, _: u64) -> bool {
    insn.rd = insn.or_sp(0);
    insn.opt = insn.bit(23).into();
    insn.opt += 1;
    tag_offset(insn);
    true
}

/// LDGM, STGM, STZGM: `rd` and `rm` are Rt as it is written and read.
pub fn tag_multiple(insn: &mut Insn, _: u64) -> bool {
    (insn.rd, insn.rm, insn.rn) = (insn.target(0), insn.source(0), insn.or_sp(5));
    true
}

/// STGP: `imm` is the offset.
pub fn tag_pair(insn: &mut Insn, _: u64) -> bool {
    (insn.rd, insn.ra, insn.rn) = (insn.source(0), insn.source(10), insn.or_sp(5));
    insn.imm = (insn.signed(21, 15) << GRANULE_BITS) as u64;
    true
}
