//! Formats of SVE rows: predicates, comparisons, counts. Whether flags are set is known from the row and, where two rows share a
//! function, from `aux`.

use crate::insn::Insn;

fn element_size(insn: &mut Insn) {
    insn.size = insn.bits(23, 22) as u8;
}

/// PTRUE, PTRUES: `imm` is the pattern, `opt` whether flags are set.
pub fn sve_ptrue(insn: &mut Insn, _: u64) -> bool {
    (insn.rd, insn.size) = (insn.bits(3, 0) as u8, insn.bits(23, 22) as u8);
    (insn.opt, insn.imm) = (insn.bits(16, 16) as u8, insn.bits(9, 5).into());
    true
}

/// Pd and one source, Pn or the governing predicate; `aux` is bit 22, which is S where there is no size.
pub fn predicate_one(insn: &mut Insn, _: u64) -> bool {
    (insn.rd, insn.rn) = (insn.bits(3, 0) as u8, insn.bits(8, 5) as u8);
    insn.aux = insn.bits(22, 22);
    element_size(insn);
    true
}

/// As [`predicate_one`], with Pm and the governing predicate (`opt`).
pub fn predicate_two(insn: &mut Insn, pc: u64) -> bool {
    (insn.rm, insn.opt) = (insn.bits(19, 16) as u8, insn.bits(13, 10) as u8);
    predicate_one(insn, pc)
}

/// ADDVL, ADDPL.
pub fn pred_add_length(insn: &mut Insn, _: u64) -> bool {
    (insn.rd, insn.rn, insn.imm) = (insn.or_sp(0), insn.or_sp(16), insn.signed(10, 5) as u64);
    true
}

/// CNTP.
pub fn pred_count_active(insn: &mut Insn, _: u64) -> bool {
    (insn.rd, insn.rn, insn.opt) = (insn.target(0), insn.bits(8, 5) as u8, insn.bits(13, 10) as u8);
    element_size(insn);
    true
}

/// A general register in its two roles.
fn general(insn: &mut Insn) {
    (insn.rd, insn.rn) = (insn.target(0), insn.source(0));
}

/// A vector, whose elements are not bytes.
fn vector(insn: &mut Insn) -> bool {
    insn.rd = insn.field5(0);
    insn.size != 0
}

/// The predicate whose active elements are counted (`rm`); of `opt`, bit 1 says decrement and bit 0 unsigned.
fn active(insn: &mut Insn, steps: u32) {
    element_size(insn);
    (insn.rm, insn.opt) = (insn.bits(8, 5) as u8, steps as u8);
}

/// INCP, DECP of a general register.
pub fn pred_active_step(insn: &mut Insn, _: u64) -> bool {
    active(insn, insn.bits(16, 16) << 1);
    general(insn);
    true
}

/// INCP, DECP of a vector.
pub fn pred_active_step_z(insn: &mut Insn, _: u64) -> bool {
    active(insn, insn.bits(16, 16) << 1);
    vector(insn)
}

/// Saturating, of a general register.
pub fn pred_active_sat(insn: &mut Insn, _: u64) -> bool {
    active(insn, insn.bits(17, 16));
    general(insn);
    true
}

/// Saturating, of a vector.
pub fn pred_active_sat_z(insn: &mut Insn, _: u64) -> bool {
    active(insn, insn.bits(17, 16));
    vector(insn)
}

/// The pattern (`imm`) and its multiplier (`aux`); `opt` as in [`active`].
fn named(insn: &mut Insn, steps: u32) {
    element_size(insn);
    (insn.imm, insn.aux, insn.opt) = (insn.bits(9, 5).into(), insn.bits(19, 16) + 1, steps as u8);
}

/// CNTB and the others, INCB, DECB and the others of a general register.
pub fn pred_named_step(insn: &mut Insn, _: u64) -> bool {
    named(insn, insn.bits(10, 10) << 1);
    general(insn);
    true
}

/// INCH, DECH and the others of a vector.
pub fn pred_named_step_z(insn: &mut Insn, _: u64) -> bool {
    named(insn, insn.bits(10, 10) << 1);
    vector(insn)
}

/// Saturating, of a general register.
pub fn pred_named_sat(insn: &mut Insn, _: u64) -> bool {
    named(insn, insn.bits(11, 10));
    general(insn);
    true
}

/// Saturating, of a vector.
pub fn pred_named_sat_z(insn: &mut Insn, _: u64) -> bool {
    named(insn, insn.bits(11, 10));
    vector(insn)
}

/// WHILELT and the others; `aux` is 1 for 64-bit registers.
pub fn pred_while_general(insn: &mut Insn, _: u64) -> bool {
    (insn.rd, insn.rn, insn.rm) = (insn.bits(3, 0) as u8, insn.source(5), insn.source(16));
    insn.aux = insn.bits(12, 12);
    element_size(insn);
    true
}

/// CTERMEQ, CTERMNE (`opt` is 1); `aux` as in [`pred_while_general`].
pub fn pred_loop_termination(insn: &mut Insn, _: u64) -> bool {
    (insn.rn, insn.rm) = (insn.source(5), insn.source(16));
    (insn.aux, insn.opt) = (insn.bits(22, 22), insn.bits(4, 4) as u8);
    true
}

/// Pd, the governing predicate (`opt`), Zn and Zm.
pub fn pred_compare(insn: &mut Insn, _: u64) -> bool {
    (insn.rd, insn.rn, insn.rm) = (insn.bits(3, 0) as u8, insn.field5(5), insn.field5(16));
    insn.opt = insn.bits(12, 10) as u8;
    element_size(insn);
    true
}

/// With doublewords: other elements than these.
pub fn pred_compare_wide(insn: &mut Insn, pc: u64) -> bool {
    pred_compare(insn, pc) && insn.size != 3
}

/// MATCH, NMATCH: bytes and halfwords.
pub fn pred_compare_match(insn: &mut Insn, pc: u64) -> bool {
    pred_compare(insn, pc) && insn.size < 2
}

/// With an unsigned immediate.
pub fn pred_compare_unsigned(insn: &mut Insn, pc: u64) -> bool {
    insn.imm = insn.bits(20, 14).into();
    pred_compare(insn, pc)
}

/// With a signed immediate.
pub fn pred_compare_signed(insn: &mut Insn, pc: u64) -> bool {
    insn.imm = insn.signed(20, 16) as u64;
    pred_compare(insn, pc)
}
