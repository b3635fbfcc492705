//! Pointer authentication: what became of the same pointer lately, else the interpreter's function. Computes no codes.

use super::super::asm::{Cc, RAX, RDX};
use super::super::translate::Translator;
use crate::cpu::PauthKey;
use crate::insn::{Insn, SINK, ZR};

/// PACIA and the like.
pub fn pac(t: &mut Translator, insn: &Insn, key: PauthKey) {
    let thunk = t.thunks.pac[0][key as usize & 3];
    outcome(t, insn, thunk);
}

/// AUTIA and the like.
pub fn aut(t: &mut Translator, insn: &Insn, key: PauthKey) {
    let thunk = t.thunks.pac[1][key as usize & 3];
    outcome(t, insn, thunk);
}

fn outcome(t: &mut Translator, insn: &Insn, thunk: u32) {
    let back = t.asm.label();
    let slow = t.redo(back);
    t.copy(if insn.rd == SINK { ZR } else { insn.rd }, RAX);
    t.copy(insn.rn, RDX);
    t.far(0xe8, thunk);
    t.asm.jcc(Cc::Ne, slow);
    t.write(insn.rd, RAX);
    t.asm.bind(back);
}
