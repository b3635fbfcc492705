//! Loads and stores of two registers.

use super::ldst::{self, Access, Extension, Mode, Shape, end, load_general, load_lane, store_general, store_lane};
use crate::insn::Insn;
use crate::jit::asm::{Mem, P66, RDX, Vop, Xmm};
use crate::jit::translate::Translator;

fn begin(t: &mut Translator, insn: &Insn, mode: Mode, write: bool, size: u8) -> (Access, Mem) {
    let access = ldst::begin(t, insn, mode, Shape { registers: 2, ..Shape::one(write, size) });
    let second = access.place.further(1 << size);
    (access, second)
}

pub fn load(t: &mut Translator, insn: &Insn, mode: Mode, size: u8, extension: Extension) {
    let (access, second) = begin(t, insn, mode, false, size);
    if size == 3 && t.host.atomic_pairs {
        // FEAT_LSE2: sixteen aligned bytes are one access.
        t.asm.vload(Xmm(0), access.place);
        let high = t.target(insn.ra, RDX);
        t.asm.v_general(Vop(P66, 3, 0x16), true, 0, 0, high);
        t.asm.byte_after(1);
        t.finish(insn.ra, high);
        let low = t.target(insn.rd, RDX);
        t.asm.v_general(Vop(P66, 1, 0x7e), true, 0, 0, low);
        t.finish(insn.rd, low);
        return end(t, insn, mode, &access);
    }
    let high = t.target(insn.ra, RDX);
    load_general(t, high, second, size, extension);
    t.finish(insn.ra, high);
    let low = t.target(insn.rd, RDX);
    load_general(t, low, access.place, size, extension);
    t.finish(insn.rd, low);
    end(t, insn, mode, &access);
}

pub fn store(t: &mut Translator, insn: &Insn, mode: Mode, size: u8) {
    let (access, second) = begin(t, insn, mode, true, size);
    if size == 3 && t.host.atomic_pairs {
        let low = t.source(insn.rd, RDX);
        t.asm.v_general(Vop(P66, 1, 0x6e), true, 0, 0, low);
        let high = t.source(insn.ra, RDX);
        t.asm.v_general(Vop(P66, 3, 0x22), true, 0, 0, high);
        t.asm.byte_after(1);
        t.asm.vstore(access.place, Xmm(0));
        return end(t, insn, mode, &access);
    }
    let low = t.source(insn.rd, RDX);
    store_general(t, access.place, low, size);
    let high = t.source(insn.ra, RDX);
    store_general(t, second, high, size);
    end(t, insn, mode, &access);
}

pub fn vector_load(t: &mut Translator, insn: &Insn, mode: Mode, size: u8) {
    let (access, second) = begin(t, insn, mode, false, size);
    load_lane(t, insn.rd, access.place, size);
    load_lane(t, insn.ra, second, size);
    end(t, insn, mode, &access);
}

pub fn vector_store(t: &mut Translator, insn: &Insn, mode: Mode, size: u8) {
    let (access, second) = begin(t, insn, mode, true, size);
    store_lane(t, insn.rd, access.place, size);
    store_lane(t, insn.ra, second, size);
    end(t, insn, mode, &access);
}
