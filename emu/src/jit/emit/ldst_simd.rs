//! Advanced SIMD structure loads and stores that move whole registers: LD1 and ST1 of one to four. Those that take structures apart
//! are the interpreter's.

use super::ldst::{Access, Mode, Shape, access, address, load_lane, store_lane};
use crate::insn::{Insn, ZR};
use crate::jit::asm::{Mem, RAX, RCX};
use crate::jit::translate::Translator;

/// log2 of a register's bytes.
fn size(insn: &Insn) -> u8 {
    3 + insn.aux as u8
}

fn begin(t: &mut Translator, insn: &Insn, write: bool) -> Access {
    let back = t.asm.label();
    address(t, insn, Mode::Post, back);
    access(t, Shape { registers: insn.ra, ..Shape::one(write, size(insn)) }, back)
}

/// The registers in turn, and where each is in memory.
fn places(insn: &Insn, access: &Access) -> impl Iterator<Item = (u8, Mem)> {
    let (first, step, place) = (insn.rd, 1 << size(insn), access.place);
    (0..insn.ra).map(move |index| ((first + index) & 31, place.further(step * i32::from(index))))
}

/// Write-back: by the bytes transferred, for which register 31 stands, or by a register.
fn end(t: &mut Translator, insn: &Insn, post: bool, access: &Access) {
    if post {
        if insn.rm == ZR {
            let length = i32::from(insn.ra) << size(insn);
            let base = t.target(insn.rn, RAX);
            t.asm.lea(true, base, Mem::at(RAX, length));
            t.finish(insn.rn, base);
        } else {
            let step = t.source(insn.rm, RCX);
            t.asm.lea(true, RAX, Mem::indexed(RAX, step, 0, 0));
            t.write(insn.rn, RAX);
        }
    }
    t.asm.bind(access.back);
}

pub fn ld1_multiple(t: &mut Translator, insn: &Insn, post: bool) {
    let access = begin(t, insn, false);
    for (register, place) in places(insn, &access) {
        load_lane(t, register, place, size(insn));
    }
    end(t, insn, post, &access);
}

pub fn st1_multiple(t: &mut Translator, insn: &Insn, post: bool) {
    let access = begin(t, insn, true);
    for (register, place) in places(insn, &access) {
        store_lane(t, register, place, size(insn));
    }
    end(t, insn, post, &access);
}
