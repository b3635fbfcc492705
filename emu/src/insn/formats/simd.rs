//! Formats of Advanced SIMD register operands: sizes, halves, lanes. Executes nothing.
//!
//! What they fill: `size` log2 of the bytes of a lane (the narrow one when two widths take part), `aux` the number of bits at
//! the top of `rd` that become zero (0 for 128-bit results, 64 for 64-bit ones, more for scalars), `opt` 1 for the upper half
//! (the "2" forms), `imm` a lane index.

use crate::insn::Insn;

/// Bits above a 64- or 128-bit result.
const fn above(q: bool) -> u32 {
    if q { 0 } else { 64 }
}

fn registers(insn: &mut Insn) {
    (insn.rd, insn.rn, insn.rm) = (insn.field5(0), insn.field5(5), insn.field5(16));
}

/// The size field; true when it is one of the sizes of which `sizes` has the bit.
fn sized(insn: &mut Insn, sizes: u8) -> bool {
    registers(insn);
    insn.size = insn.bits(23, 22) as u8;
    sizes >> insn.size & 1 != 0
}

const B: u8 = 1;
const H: u8 = 2;
const S: u8 = 4;
const D: u8 = 8;

fn vector(insn: &mut Insn, sizes: u8) -> bool {
    let quad = insn.bit(30);
    insn.aux = above(quad);
    sized(insn, sizes) && (quad || insn.size != 3)
}

fn scalar(insn: &mut Insn, sizes: u8) -> bool {
    let allowed = sized(insn, sizes);
    insn.aux = 128 - (8 << insn.size);
    allowed
}

/// Narrow lanes of one half of a register, chosen by Q.
fn halves(insn: &mut Insn, sizes: u8) -> bool {
    insn.opt = insn.bit(30).into();
    sized(insn, sizes)
}

/// Vectors of any lane but .1D.
pub fn simd_bhsd(insn: &mut Insn, _: u64) -> bool {
    vector(insn, B | H | S | D)
}

/// Vectors of bytes, halfwords, words.
pub fn simd_bhs(insn: &mut Insn, _: u64) -> bool {
    vector(insn, B | H | S)
}

/// Vectors of bytes, halfwords.
pub fn simd_bh(insn: &mut Insn, _: u64) -> bool {
    vector(insn, B | H)
}

/// Vectors of halfwords, words.
pub fn simd_hs(insn: &mut Insn, _: u64) -> bool {
    vector(insn, H | S)
}

/// Vectors of bytes; the size field must say so.
pub fn simd_b(insn: &mut Insn, _: u64) -> bool {
    vector(insn, B)
}

/// Vectors of words; the size field must say so.
pub fn simd_s(insn: &mut Insn, _: u64) -> bool {
    vector(insn, S)
}

/// Vectors of bytes, whatever bits 23:22 mean.
pub fn simd_bytes(insn: &mut Insn, _: u64) -> bool {
    registers(insn);
    insn.aux = above(insn.bit(30));
    true
}

/// Scalars of any size.
pub fn simd_scalar_bhsd(insn: &mut Insn, _: u64) -> bool {
    scalar(insn, B | H | S | D)
}

/// Scalars of 8 to 32 bits.
pub fn simd_scalar_bhs(insn: &mut Insn, _: u64) -> bool {
    scalar(insn, B | H | S)
}

/// Scalars of 16 or 32 bits.
pub fn simd_scalar_hs(insn: &mut Insn, _: u64) -> bool {
    scalar(insn, H | S)
}

/// Scalars of 64 bits.
pub fn simd_scalar_d(insn: &mut Insn, _: u64) -> bool {
    scalar(insn, D)
}

/// One half of narrow lanes: bytes, halfwords, words.
pub fn simd_half_bhs(insn: &mut Insn, _: u64) -> bool {
    halves(insn, B | H | S)
}

/// One half of narrow lanes: halfwords, words.
pub fn simd_half_hs(insn: &mut Insn, _: u64) -> bool {
    halves(insn, H | S)
}

/// One half of narrow lanes: bytes.
pub fn simd_half_b(insn: &mut Insn, _: u64) -> bool {
    halves(insn, B)
}

/// One half of narrow lanes: doublewords (PMULL to 128 bits).
pub fn simd_half_d(insn: &mut Insn, _: u64) -> bool {
    halves(insn, D)
}

/// Scalars of 16 or 32 bits with a result twice as wide.
pub fn simd_scalar_long_hs(insn: &mut Insn, _: u64) -> bool {
    let allowed = sized(insn, H | S);
    insn.aux = 128 - (16 << insn.size);
    allowed
}

/// Across the lanes of a vector: .2S does not exist.
pub fn simd_across(insn: &mut Insn, _: u64) -> bool {
    vector(insn, B | H | S) && (insn.size != 2 || insn.bit(30))
}

/// A lane of the second operand: index H:L:M with a register of four bits, or H:L with one of five.
fn element(insn: &mut Insn) -> bool {
    let (h, l, m) = (insn.bits(11, 11), insn.bits(21, 21), insn.bits(20, 20));
    let allowed = sized(insn, H | S);
    if insn.size == 1 {
        insn.rm &= 15;
        insn.imm = ((h << 2) | (l << 1) | m).into();
    } else {
        insn.imm = ((h << 1) | l).into();
    }
    allowed
}

/// Vector by element, halfwords and words.
pub fn simd_element(insn: &mut Insn, _: u64) -> bool {
    insn.aux = above(insn.bit(30));
    element(insn)
}

/// One half of narrow lanes by element.
pub fn simd_half_element(insn: &mut Insn, _: u64) -> bool {
    insn.opt = insn.bit(30).into();
    element(insn)
}

/// Scalar by element.
pub fn simd_scalar_element(insn: &mut Insn, _: u64) -> bool {
    let allowed = element(insn);
    insn.aux = 128 - (8 << insn.size);
    allowed
}

/// Scalar by element with a result twice as wide.
pub fn simd_scalar_long_element(insn: &mut Insn, _: u64) -> bool {
    let allowed = element(insn);
    insn.aux = 128 - (16 << insn.size);
    allowed
}

/// A dot product by element: the lane is a word whatever the size field says.
pub fn simd_dot_element(insn: &mut Insn, _: u64) -> bool {
    registers(insn);
    insn.size = 2;
    insn.aux = above(insn.bit(30));
    insn.imm = ((insn.bits(11, 11) << 1) | insn.bits(21, 21)).into();
    true
}

/// EXT: `imm` is the first byte.
pub fn simd_extract(insn: &mut Insn, pc: u64) -> bool {
    insn.imm = insn.bits(14, 11).into();
    simd_bytes(insn, pc) && (insn.aux == 0 || insn.imm < 8)
}

/// TBL, TBX: `imm` is the number of table registers.
pub fn simd_table(insn: &mut Insn, pc: u64) -> bool {
    insn.imm = (insn.bits(14, 13) + 1).into();
    simd_bytes(insn, pc)
}

/// LUTI2, LUTI4: `size` of the elements, `imm` table registers, `ra` which part of the register of indices.
pub fn lookup_indexed(insn: &mut Insn, _: u64) -> bool {
    registers(insn);
    let (two_bits, halves) = (insn.bit(23), if insn.bit(23) { insn.bit(22) } else { insn.bit(12) });
    insn.size = halves.into();
    insn.imm = if halves && !two_bits { 2 } else { 1 };
    insn.ra = match (two_bits, halves) {
        (true, true) => insn.bits(14, 12) as u8,
        (false, false) => insn.bits(14, 14) as u8,
        _ => insn.bits(14, 13) as u8,
    };
    true
}

/// The copy group: `size` and `imm` (lane index) from imm5.
fn copy(insn: &mut Insn) -> bool {
    registers(insn);
    let imm5 = insn.bits(20, 16);
    insn.size = imm5.trailing_zeros() as u8;
    insn.imm = u64::from(imm5) >> 1 >> (insn.size & 31);
    imm5 & 15 != 0
}

/// DUP (element), vector.
pub fn simd_dup_element(insn: &mut Insn, _: u64) -> bool {
    insn.aux = above(insn.bit(30));
    copy(insn) && (insn.size != 3 || insn.aux == 0)
}

/// DUP (element), scalar.
pub fn simd_dup_scalar(insn: &mut Insn, _: u64) -> bool {
    let allowed = copy(insn);
    insn.aux = 128 - (8 << (insn.size & 3));
    allowed
}

/// DUP (general).
pub fn simd_dup_general(insn: &mut Insn, _: u64) -> bool {
    insn.aux = above(insn.bit(30));
    let allowed = copy(insn) && (insn.size != 3 || insn.aux == 0);
    insn.rn = insn.source(5);
    allowed
}

/// INS (general): `imm` is the lane that is replaced.
pub fn simd_insert_general(insn: &mut Insn, _: u64) -> bool {
    let allowed = copy(insn);
    insn.rn = insn.source(5);
    allowed
}

/// INS (element): `imm` is the lane that is replaced, `opt` the lane it comes from.
pub fn simd_insert_element(insn: &mut Insn, _: u64) -> bool {
    let allowed = copy(insn);
    insn.opt = (insn.bits(14, 11) >> (insn.size & 3)) as u8;
    allowed
}

/// SMOV: `opt` 1 is a 64-bit destination.
pub fn simd_signed_move(insn: &mut Insn, _: u64) -> bool {
    let allowed = copy(insn);
    insn.rd = insn.target(0);
    insn.opt = insn.bit(30).into();
    allowed && u32::from(insn.size) < 2 + insn.bits(30, 30)
}

/// UMOV: Q says whether the destination has 64 bits, and only a doubleword needs that.
pub fn simd_unsigned_move(insn: &mut Insn, _: u64) -> bool {
    let allowed = copy(insn);
    insn.rd = insn.target(0);
    insn.opt = insn.bit(30).into();
    allowed && (insn.size == 3) == (insn.opt == 1)
}

/// Three-register operations on whole 128-bit registers (the cryptographic ones).
pub fn simd_three_q(insn: &mut Insn, _: u64) -> bool {
    registers(insn);
    true
}

/// Four-register operations on whole 128-bit registers.
pub fn simd_four_q(insn: &mut Insn, _: u64) -> bool {
    registers(insn);
    insn.ra = insn.field5(10);
    true
}

/// SM3TT1A and its like: `imm` is a word lane of `rm`.
pub fn simd_three_imm2(insn: &mut Insn, _: u64) -> bool {
    registers(insn);
    insn.imm = insn.bits(13, 12).into();
    true
}

/// XAR: `imm` is the rotation.
pub fn simd_three_imm6(insn: &mut Insn, _: u64) -> bool {
    registers(insn);
    insn.imm = insn.bits(15, 10).into();
    true
}
