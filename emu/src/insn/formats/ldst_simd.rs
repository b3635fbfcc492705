//! Formats of the Advanced SIMD structure loads and stores; the operands are those that `exec::ldst_simd` explains.
//! Executes nothing.

use crate::insn::Insn;

fn common(insn: &mut Insn) {
    insn.rd = insn.field5(0);
    insn.rn = insn.or_sp(5);
    insn.rm = insn.source(16);
}

fn multiple(insn: &mut Insn, structure: u8, repeats: u8) -> bool {
    common(insn);
    (insn.opt, insn.ra) = (structure, repeats);
    insn.size = insn.bits(11, 10) as u8;
    insn.aux = insn.bits(30, 30);
    // One 64-bit element a register leaves nothing to interleave.
    structure == 1 || insn.size != 3 || insn.aux == 1
}

/// LD1, ST1 of one register.
pub fn registers1(insn: &mut Insn, _: u64) -> bool {
    multiple(insn, 1, 1)
}

/// LD1, ST1 of two registers.
pub fn registers2(insn: &mut Insn, _: u64) -> bool {
    multiple(insn, 1, 2)
}

/// LD1, ST1 of three registers.
pub fn registers3(insn: &mut Insn, _: u64) -> bool {
    multiple(insn, 1, 3)
}

/// LD1, ST1 of four registers.
pub fn registers4(insn: &mut Insn, _: u64) -> bool {
    multiple(insn, 1, 4)
}

/// LD2, ST2.
pub fn structures2(insn: &mut Insn, _: u64) -> bool {
    multiple(insn, 2, 1)
}

/// LD3, ST3.
pub fn structures3(insn: &mut Insn, _: u64) -> bool {
    multiple(insn, 3, 1)
}

/// LD4, ST4.
pub fn structures4(insn: &mut Insn, _: u64) -> bool {
    multiple(insn, 4, 1)
}

/// Registers of a structure: opcode<0>:R, plus one.
fn selected(insn: &Insn) -> u8 {
    (insn.bits(13, 13) << 1 | insn.bits(21, 21)) as u8 + 1
}

/// One element: `aux` is its index, from Q:S:size as far as the element's size leaves bits.
pub fn structure_single(insn: &mut Insn, _: u64) -> bool {
    common(insn);
    (insn.opt, insn.ra) = (selected(insn), 1);
    let place = insn.bits(30, 30) << 3 | insn.bits(12, 10);
    let (size, index, unallocated) = match insn.bits(15, 14) {
        0 => (0, place, false),
        1 => (1, place >> 1, place & 1 != 0),
        2 if place & 1 == 0 => (2, place >> 2, place & 2 != 0),
        2 => (3, place >> 3, place & 6 != 0),
        _ => (0, 0, true),
    };
    (insn.size, insn.aux) = (size, index);
    !unallocated
}

/// LD1R..LD4R: `aux` is 1 for 128-bit vectors.
pub fn structure_replicate(insn: &mut Insn, _: u64) -> bool {
    common(insn);
    (insn.opt, insn.ra) = (selected(insn), 1);
    insn.size = insn.bits(11, 10) as u8;
    insn.aux = insn.bits(30, 30);
    true
}
