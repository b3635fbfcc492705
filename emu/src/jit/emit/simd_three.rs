//! Advanced SIMD integer operations on three registers of one lane size.

use super::vector::{PADD, PAND, PANDN, PCMPEQ, PCMPGT, POR, PSUB, PUNPCKHQDQ, PUNPCKLQDQ, PXOR, X0, X1, X2};
use crate::insn::Insn;
use crate::jit::asm::{P66, Vop};
use crate::jit::translate::Translator;

/// PMULLW, PMULLD by lane size; bytes and doublewords have none.
pub const PMULL: [Option<Vop>; 4] = [None, Some(Vop(P66, 1, 0xd5)), Some(Vop(P66, 2, 0x40)), None];
const PMAXU: [Option<Vop>; 4] = [Some(Vop(P66, 1, 0xde)), Some(Vop(P66, 2, 0x3e)), Some(Vop(P66, 2, 0x3f)), None];
const PMAXS: [Option<Vop>; 4] = [Some(Vop(P66, 2, 0x3c)), Some(Vop(P66, 1, 0xee)), Some(Vop(P66, 2, 0x3d)), None];
const PMINU: [Option<Vop>; 4] = [Some(Vop(P66, 1, 0xda)), Some(Vop(P66, 2, 0x3a)), Some(Vop(P66, 2, 0x3b)), None];
const PMINS: [Option<Vop>; 4] = [Some(Vop(P66, 2, 0x38)), Some(Vop(P66, 1, 0xea)), Some(Vop(P66, 2, 0x39)), None];

fn lane(insn: &Insn) -> usize {
    (insn.size & 3).into()
}

pub fn and(t: &mut Translator, insn: &Insn) {
    t.three_write(PAND, insn);
}

pub fn orr(t: &mut Translator, insn: &Insn) {
    if insn.rn == insn.rm {
        // MOV.
        let source = t.vector_source(insn.rn, X0);
        return t.write_vector(insn.rd, source, insn.aux);
    }
    t.three_write(POR, insn);
}

pub fn eor(t: &mut Translator, insn: &Insn) {
    t.three_write(PXOR, insn);
}

/// PANDN complements its first operand, which is Rm.
pub fn bic(t: &mut Translator, insn: &Insn) {
    let (left, right) = (t.vector_source(insn.rm, X0), t.vector_operand(insn.rn));
    t.asm.v3(PANDN, X2, left, right);
    t.write_vector(insn.rd, X2, insn.aux);
}

pub fn orn(t: &mut Translator, insn: &Insn) {
    t.ones(X2);
    let (right, left) = (t.vector_operand(insn.rm), t.vector_operand(insn.rn));
    t.asm.v3(PXOR, X2, X2, right);
    t.asm.v3(POR, X2, X2, left);
    t.write_vector(insn.rd, X2, insn.aux);
}

/// Rd = c ^ ((a ^ b) & mask).
fn bitwise_select(t: &mut Translator, insn: &Insn, first: u8, second: u8, mask: u8, complement: bool, base: u8) {
    let (first, second) = (t.vector_source(first, X0), t.vector_operand(second));
    t.asm.v3(PXOR, X2, first, second);
    if complement {
        let mask = t.vector_source(mask, X1);
        t.asm.v3(PANDN, X1, mask, X2);
        t.asm.vmov(X2, X1);
    } else {
        let mask = t.vector_operand(mask);
        t.asm.v3(PAND, X2, X2, mask);
    }
    let base = t.vector_operand(base);
    t.asm.v3(PXOR, X2, X2, base);
    t.write_vector(insn.rd, X2, insn.aux);
}

pub fn bsl(t: &mut Translator, insn: &Insn) {
    bitwise_select(t, insn, insn.rn, insn.rm, insn.rd, false, insn.rm);
}

pub fn bit(t: &mut Translator, insn: &Insn) {
    bitwise_select(t, insn, insn.rd, insn.rn, insn.rm, false, insn.rd);
}

pub fn bif(t: &mut Translator, insn: &Insn) {
    bitwise_select(t, insn, insn.rd, insn.rn, insn.rm, true, insn.rd);
}

pub fn add(t: &mut Translator, insn: &Insn) {
    t.three_write(PADD[lane(insn)], insn);
}

pub fn sub(t: &mut Translator, insn: &Insn) {
    t.three_write(PSUB[lane(insn)], insn);
}

pub fn cmeq(t: &mut Translator, insn: &Insn) {
    t.three_write(PCMPEQ[lane(insn)], insn);
}

pub fn cmgt(t: &mut Translator, insn: &Insn) {
    t.three_write(PCMPGT[lane(insn)], insn);
}

/// X2 complemented becomes Rd.
pub fn write_complement(t: &mut Translator, insn: &Insn) {
    t.ones(X0);
    t.asm.v3(PXOR, X2, X2, X0);
    t.write_vector(insn.rd, X2, insn.aux);
}

/// Not less.
pub fn cmge(t: &mut Translator, insn: &Insn) {
    let (left, right) = (t.vector_source(insn.rm, X0), t.vector_operand(insn.rn));
    t.asm.v3(PCMPGT[lane(insn)], X2, left, right);
    write_complement(t, insn);
}

/// The larger is the first.
pub fn cmhs(t: &mut Translator, insn: &Insn) -> bool {
    let Some(max) = PMAXU[lane(insn)] else { return false };
    t.three(max, insn);
    let left = t.vector_operand(insn.rn);
    t.asm.v3(PCMPEQ[lane(insn)], X2, X2, left);
    t.write_vector(insn.rd, X2, insn.aux);
    true
}

/// The larger is not the second.
pub fn cmhi(t: &mut Translator, insn: &Insn) -> bool {
    let Some(max) = PMAXU[lane(insn)] else { return false };
    t.three(max, insn);
    let right = t.vector_operand(insn.rm);
    t.asm.v3(PCMPEQ[lane(insn)], X2, X2, right);
    write_complement(t, insn);
    true
}

pub fn cmtst(t: &mut Translator, insn: &Insn) {
    t.three(PAND, insn);
    t.zeros(X0);
    t.asm.v3(PCMPEQ[lane(insn)], X2, X2, X0);
    write_complement(t, insn);
}

fn optional(t: &mut Translator, insn: &Insn, ops: &[Option<Vop>; 4]) -> bool {
    let Some(op) = ops[lane(insn)] else { return false };
    t.three_write(op, insn);
    true
}

pub fn mul(t: &mut Translator, insn: &Insn) -> bool {
    optional(t, insn, &PMULL)
}

pub fn smax(t: &mut Translator, insn: &Insn) -> bool {
    optional(t, insn, &PMAXS)
}

pub fn umax(t: &mut Translator, insn: &Insn) -> bool {
    optional(t, insn, &PMAXU)
}

pub fn smin(t: &mut Translator, insn: &Insn) -> bool {
    optional(t, insn, &PMINS)
}

pub fn umin(t: &mut Translator, insn: &Insn) -> bool {
    optional(t, insn, &PMINU)
}

fn accumulate(t: &mut Translator, insn: &Insn, ops: &[Vop; 4]) -> bool {
    let Some(op) = PMULL[lane(insn)] else { return false };
    t.three(op, insn);
    let sum = t.vector_source(insn.rd, X0);
    t.asm.v3_safe(ops[lane(insn)], X2, sum, X2, X1);
    t.write_vector(insn.rd, X2, insn.aux);
    true
}

pub fn mla(t: &mut Translator, insn: &Insn) -> bool {
    accumulate(t, insn, &PADD)
}

pub fn mls(t: &mut Translator, insn: &Insn) -> bool {
    accumulate(t, insn, &PSUB)
}

/// Pairs of whole registers of halfwords, words, doublewords.
pub fn addp(t: &mut Translator, insn: &Insn) -> bool {
    match (lane(insn), insn.aux) {
        (0, 0) => return pairs_of_bytes(t, insn, PADD[0]),
        (1, 0) => t.three_write(Vop(P66, 2, 0x01), insn),
        (2, 0) => t.three_write(Vop(P66, 2, 0x02), insn),
        (3, 0) => {
            let (left, right) = (t.vector_source(insn.rn, X0), t.vector_operand(insn.rm));
            t.asm.v3(PUNPCKLQDQ, X2, left, right);
            t.asm.v3(PUNPCKHQDQ, X1, left, right);
            t.asm.v3(PADD[3], X2, X2, X1);
            t.write_vector(insn.rd, X2, 0);
        }
        _ => return false,
    }
    true
}

/// Pairs of whole registers of bytes: `op` of each byte and its upper neighbour, packed.
pub fn pairs_of_bytes(t: &mut Translator, insn: &Insn, op: Vop) -> bool {
    if insn.size != 0 || insn.aux != 0 {
        return false;
    }
    for (guest, half) in [(insn.rn, X0), (insn.rm, X1)] {
        let source = t.vector_source(guest, X2);
        t.asm.v_shift(0x71, 2, half, source, 8);
        t.asm.v3(op, half, half, source);
        t.asm.v_shift(0x71, 6, half, half, 8);
        t.asm.v_shift(0x71, 2, half, half, 8);
    }
    t.asm.v3(Vop(P66, 1, 0x67), X2, X0, X1);
    t.write_vector(insn.rd, X2, 0);
    true
}

/// The largest and smallest across four words.
pub fn across(t: &mut Translator, insn: &Insn, op: Vop) -> bool {
    if insn.size != 2 || insn.aux != 0 {
        return false;
    }
    let source = t.vector_source(insn.rn, X0);
    t.asm.v2_imm(super::vector::PSHUFD, X2, source, 0x4e);
    t.asm.v3(op, X2, X2, source);
    t.asm.v2_imm(super::vector::PSHUFD, X1, X2, 0xb1);
    t.asm.v3(op, X2, X2, X1);
    t.write_vector(insn.rd, X2, 96);
    true
}

pub fn smaxv(t: &mut Translator, insn: &Insn) -> bool {
    across(t, insn, Vop(P66, 2, 0x3d))
}

pub fn umaxv(t: &mut Translator, insn: &Insn) -> bool {
    across(t, insn, Vop(P66, 2, 0x3f))
}

pub fn sminv(t: &mut Translator, insn: &Insn) -> bool {
    across(t, insn, Vop(P66, 2, 0x39))
}

pub fn uminv(t: &mut Translator, insn: &Insn) -> bool {
    across(t, insn, Vop(P66, 2, 0x3b))
}

pub fn addv(t: &mut Translator, insn: &Insn) -> bool {
    across(t, insn, PADD[2])
}
