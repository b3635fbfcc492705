//! Formats of the loads and stores of one and two registers. Executes nothing.
//!
//! All of them: `rd` is the transferred register, `size` log2 of the bytes in memory; for general registers `opt` is what the
//! instruction syndrome of an abort wants (see [`effects::ISV`](crate::insn::effects::ISV)).

use crate::insn::Insn;

/// In `opt`: the loaded value is sign-extended.
const SIGN_EXTENDS: u8 = 1;
/// In `opt`: the register is 64 bits wide.
const WIDE: u8 = 2;
/// In `opt`: acquire or release.
const ORDERED: u8 = 4;

/// A general register: a store reads it.
fn general(insn: &mut Insn, load: bool) {
    insn.rd = if load { insn.target(0) } else { insn.source(0) };
}

/// Size in bits 31:30, opc in 23:22: store, load, load signed to 64 bits, load signed to 32 bits.
fn single(insn: &mut Insn) {
    let opc = insn.bits(23, 22);
    insn.size = insn.bits(31, 30) as u8;
    insn.rn = insn.or_sp(5);
    insn.opt = match opc {
        2 => SIGN_EXTENDS | WIDE,
        3 => SIGN_EXTENDS,
        _ if insn.size == 3 => WIDE,
        _ => 0,
    };
    general(insn, opc != 0);
}

/// SIMD&FP registers: opc<1> is the top bit of the size.
fn vector(insn: &mut Insn) {
    insn.size = (insn.bits(23, 23) << 2 | insn.bits(31, 30)) as u8;
    insn.rn = insn.or_sp(5);
    insn.rd = insn.field5(0);
}

fn prefetch(insn: &mut Insn) {
    insn.size = 3;
    insn.rn = insn.or_sp(5);
    insn.rd = insn.field5(0);
}

fn scaled_offset(insn: &mut Insn) -> bool {
    insn.imm = u64::from(insn.bits(21, 10)) << insn.size;
    true
}

fn signed_offset(insn: &mut Insn) -> bool {
    insn.imm = insn.signed(20, 12) as u64;
    true
}

/// Rm: `aux` is the extension, `imm` the shift.
fn register_offset(insn: &mut Insn) -> bool {
    insn.rm = insn.source(16);
    insn.aux = insn.bits(15, 13);
    insn.imm = if insn.bit(12) { insn.size.into() } else { 0 };
    true
}

fn pc_relative(insn: &mut Insn, pc: u64) -> bool {
    insn.imm = pc.wrapping_add_signed(insn.signed(23, 5) << 2);
    true
}

/// `imm` is the unsigned offset in bytes.
pub fn single_uoff(insn: &mut Insn, _: u64) -> bool {
    single(insn);
    scaled_offset(insn)
}

/// `imm` is the signed offset.
pub fn single_imm9(insn: &mut Insn, _: u64) -> bool {
    single(insn);
    signed_offset(insn)
}

/// Register offset.
pub fn single_reg(insn: &mut Insn, _: u64) -> bool {
    single(insn);
    register_offset(insn)
}

/// Load from a label: `imm` is the address.
pub fn single_lit(insn: &mut Insn, pc: u64) -> bool {
    insn.rd = insn.target(0);
    (insn.size, insn.opt) = match insn.bits(31, 30) {
        0 => (2, 0),
        1 => (3, WIDE),
        _ => (2, SIGN_EXTENDS | WIDE),
    };
    pc_relative(insn, pc)
}

/// As [`single_uoff`].
pub fn vector_uoff(insn: &mut Insn, _: u64) -> bool {
    vector(insn);
    scaled_offset(insn)
}

/// As [`single_imm9`].
pub fn vector_imm9(insn: &mut Insn, _: u64) -> bool {
    vector(insn);
    signed_offset(insn)
}

/// As [`single_reg`].
pub fn vector_reg(insn: &mut Insn, _: u64) -> bool {
    vector(insn);
    register_offset(insn)
}

/// As [`single_lit`].
pub fn vector_lit(insn: &mut Insn, pc: u64) -> bool {
    insn.rd = insn.field5(0);
    insn.size = insn.bits(31, 30) as u8 + 2;
    pc_relative(insn, pc)
}

/// `rd` is the prefetch operation.
pub fn prefetch_uoff(insn: &mut Insn, _: u64) -> bool {
    prefetch(insn);
    scaled_offset(insn)
}

/// As [`prefetch_uoff`].
pub fn prefetch_imm9(insn: &mut Insn, _: u64) -> bool {
    prefetch(insn);
    signed_offset(insn)
}

/// As [`prefetch_uoff`].
pub fn prefetch_reg(insn: &mut Insn, _: u64) -> bool {
    prefetch(insn);
    register_offset(insn)
}

/// As [`prefetch_uoff`].
pub fn prefetch_lit(insn: &mut Insn, pc: u64) -> bool {
    prefetch(insn);
    pc_relative(insn, pc)
}

fn pair_offset(insn: &mut Insn) -> bool {
    insn.rn = insn.or_sp(5);
    insn.imm = (insn.signed(21, 15) << insn.size) as u64;
    true
}

/// Two general registers, `rd` and `ra`; `size` is that of one.
pub fn single_pair(insn: &mut Insn, _: u64) -> bool {
    let load = insn.bit(22);
    general(insn, load);
    insn.ra = if load { insn.target(10) } else { insn.source(10) };
    (insn.size, insn.opt) = match insn.bits(31, 30) {
        0 => (2, 0),
        1 => (2, SIGN_EXTENDS | WIDE),
        _ => (3, WIDE),
    };
    pair_offset(insn)
}

/// Two SIMD&FP registers.
pub fn vector_pair(insn: &mut Insn, _: u64) -> bool {
    (insn.rd, insn.ra) = (insn.field5(0), insn.field5(10));
    insn.size = insn.bits(31, 30) as u8 + 2;
    pair_offset(insn)
}

/// Load-acquire and store-release without an offset.
pub fn ordered(insn: &mut Insn, _: u64) -> bool {
    insn.size = insn.bits(31, 30) as u8;
    insn.rn = insn.or_sp(5);
    insn.opt = ORDERED | if insn.size == 3 { WIDE } else { 0 };
    // LDAPR is in another group, where bit 22 is the R bit.
    general(insn, insn.bit(22) || insn.bits(29, 27) == 0b111);
    true
}

/// Load-acquire and store-release with a signed offset.
pub fn ordered_imm9(insn: &mut Insn, pc: u64) -> bool {
    let allocated = single_imm9(insn, pc);
    insn.opt |= ORDERED;
    allocated
}

/// Width of the general registers for the disassembler: bit 1 of `opt`.
fn width(insn: &mut Insn) {
    insn.size = insn.bits(31, 30) as u8;
    insn.rn = insn.or_sp(5);
    insn.opt = if insn.size == 3 { WIDE } else { 0 };
}

/// Exclusives: `rm` receives the status of a store, `ra` is the second of a pair.
pub fn exclusive(insn: &mut Insn, _: u64) -> bool {
    width(insn);
    let load = insn.bit(22);
    general(insn, load);
    insn.rm = insn.target(16);
    insn.ra = if load { insn.target(10) } else { insn.source(10) };
    true
}

/// CAS: `rm` is compared, `aux` the same register as destination, `rd` is stored.
pub fn compare_swap(insn: &mut Insn, _: u64) -> bool {
    width(insn);
    insn.rm = insn.source(16);
    insn.aux = insn.target(16).into();
    insn.rd = insn.source(0);
    true
}

/// CASP: register numbers, `opt` of the first compared, `ra` of the first stored; `size` is that of one register.
pub fn compare_swap_pair(insn: &mut Insn, _: u64) -> bool {
    insn.size = insn.bits(30, 30) as u8 + 2;
    insn.rn = insn.or_sp(5);
    (insn.opt, insn.ra) = (insn.field5(16), insn.field5(0));
    insn.opt & 1 == 0 && insn.ra & 1 == 0
}

/// LDADD and the like: `rm` is the operand, `rd` receives what was there.
pub fn atomic(insn: &mut Insn, _: u64) -> bool {
    width(insn);
    insn.rm = insn.source(16);
    insn.rd = insn.target(0);
    true
}

/// LDCLRP and the like: registers `rd`, `ra` hold the operand and receive what was there. XZR is not among them.
pub fn atomic_pair(insn: &mut Insn, _: u64) -> bool {
    (insn.size, insn.opt) = (3, WIDE);
    insn.rn = insn.or_sp(5);
    (insn.rd, insn.ra) = (insn.field5(0), insn.field5(16));
    insn.rd != 31 && insn.ra != 31
}
