//! Exclusive accesses, store-release, compare and swap, atomic memory operations: on the host's own atomics, which are sequentially
//! consistent. Pairs of registers are the interpreter's.

use super::ldst::{Access, Extension, Mode, Shape, access, address, end, load_general};
use crate::insn::{Insn, SINK};
use crate::jit::asm::{Alu, Cc, Gpr, Mem, RAX, RCX, RDX, x64};
use crate::jit::layout;
use crate::jit::translate::Translator;

/// An instruction on the word at RCX and a register, by log2 of the word's bytes.
macro_rules! on_word {
    ($t:ident, $size:expr, $($mnemonic:ident)+, $byte:tt $half:tt $word:tt $double:tt) => {
        match $size {
            0 => x64!($t.asm ; $($mnemonic)+ BYTE [rcx], $byte),
            1 => x64!($t.asm ; $($mnemonic)+ WORD [rcx], $half),
            2 => x64!($t.asm ; $($mnemonic)+ DWORD [rcx], $word),
            _ => x64!($t.asm ; $($mnemonic)+ QWORD [rcx], $double),
        }
    };
}

/// Looks an aligned word up; one that is not goes to the interpreter, which knows FEAT_LSE2's rules.
fn begin(t: &mut Translator, insn: &Insn, write: bool) -> Access {
    let back = t.asm.label();
    address(t, insn, Mode::Offset, back);
    access(t, Shape { aligned_only: true, ..Shape::one(write, insn.size) }, back)
}

/// RCX = the host address of the word.
fn host_address(t: &mut Translator, access: &Access) {
    t.asm.lea(true, RCX, access.place);
}

/// Bits above the word become zero.
fn extend(t: &mut Translator, register: Gpr, size: u8) {
    match size {
        0 => t.asm.zero_extend8(register, register),
        1 => t.asm.zero_extend16(register, register),
        2 => t.asm.mov(false, register, register),
        _ => {}
    }
}

/// Rt = the word in a register, and the end of the instruction.
fn finish(t: &mut Translator, guest: u8, register: Gpr, size: u8, access: &Access) {
    if guest != SINK {
        extend(t, register, size);
        t.write(guest, register);
    }
    t.asm.bind(access.back);
}

pub fn ldadd(t: &mut Translator, insn: &Insn) {
    let access = begin(t, insn, true);
    host_address(t, &access);
    t.copy(insn.rm, RDX);
    if insn.rd == SINK {
        on_word!(t, insn.size, lock add, dl dx edx rdx);
    } else {
        on_word!(t, insn.size, lock xadd, dl dx edx rdx);
    }
    finish(t, insn.rd, RDX, insn.size, &access);
}

pub fn swp(t: &mut Translator, insn: &Insn) {
    let access = begin(t, insn, true);
    host_address(t, &access);
    t.copy(insn.rm, RDX);
    on_word!(t, insn.size, xchg, dl dx edx rdx);
    finish(t, insn.rd, RDX, insn.size, &access);
}

/// LDSET, LDCLR, LDEOR. Without a destination they are one instruction, with one a loop.
fn bitwise(t: &mut Translator, insn: &Insn, op: Alu, complement: bool) {
    let access = begin(t, insn, true);
    host_address(t, &access);
    if insn.rd == SINK {
        t.copy(insn.rm, RDX);
        if complement {
            x64!(t.asm ; not rdx);
        }
        match op {
            Alu::Or => on_word!(t, insn.size, lock or, dl dx edx rdx),
            Alu::And => on_word!(t, insn.size, lock and, dl dx edx rdx),
            _ => on_word!(t, insn.size, lock xor, dl dx edx rdx),
        }
        return t.asm.bind(access.back);
    }
    load_general(t, RAX, Mem::at(RCX, 0), insn.size, Extension::Zero);
    let again = t.asm.label();
    t.asm.bind(again);
    t.copy(insn.rm, RDX);
    if complement {
        x64!(t.asm ; not rdx);
    }
    t.asm.alu(op, true, RDX, RAX);
    on_word!(t, insn.size, lock cmpxchg, dl dx edx rdx);
    t.asm.jcc(Cc::Ne, again);
    finish(t, insn.rd, RAX, insn.size, &access);
}

pub fn ldset(t: &mut Translator, insn: &Insn) {
    bitwise(t, insn, Alu::Or, false);
}

pub fn ldclr(t: &mut Translator, insn: &Insn) {
    bitwise(t, insn, Alu::And, true);
}

pub fn ldeor(t: &mut Translator, insn: &Insn) {
    bitwise(t, insn, Alu::Xor, false);
}

/// The host's accumulator is what was there, whether it was equal or not.
pub fn cas(t: &mut Translator, insn: &Insn) {
    let access = begin(t, insn, true);
    host_address(t, &access);
    t.copy(insn.rm, RAX);
    t.copy(insn.rd, RDX);
    on_word!(t, insn.size, lock cmpxchg, dl dx edx rdx);
    finish(t, insn.aux as u8, RAX, insn.size, &access);
}

/// STLR, STLUR: an exchange, so that no later load-acquire overtakes it.
pub fn store_release(t: &mut Translator, insn: &Insn) {
    let access = begin(t, insn, true);
    host_address(t, &access);
    t.copy(insn.rd, RDX);
    on_word!(t, insn.size, xchg, dl dx edx rdx);
    t.asm.bind(access.back);
}

/// LDAR, LDAPR, LDAPUR: on the host every load is a load-acquire.
pub fn load_acquire(t: &mut Translator, insn: &Insn, extension: Extension) {
    let access = begin(t, insn, false);
    let target = t.target(insn.rd, RDX);
    load_general(t, target, access.place, insn.size, extension);
    t.finish(insn.rd, target);
    end(t, insn, Mode::Offset, &access);
}

/// LDXR, LDAXR: the monitor remembers address, size and value.
pub fn ldxr(t: &mut Translator, insn: &Insn) {
    let access = begin(t, insn, false);
    load_general(t, RDX, access.place, insn.size, Extension::Zero);
    t.asm.store(true, layout::monitor::ADDRESS, RAX);
    t.asm.store(true, layout::monitor::VALUE, RDX);
    t.asm.store_imm(true, layout::monitor::VALUE_ABOVE, 0);
    t.asm.store_imm(true, layout::monitor::SIZE, 1 << insn.size);
    t.write(insn.rd, RDX);
    t.asm.bind(access.back);
}

/// STXR, STLXR. Where the monitor prevents the store the translation does not matter, but looking it up first changes nothing.
pub fn stxr(t: &mut Translator, insn: &Insn) {
    let access = begin(t, insn, true);
    let fail = t.asm.label();
    host_address_for(t, insn, &access, fail);
    on_word!(t, insn.size, lock cmpxchg, dl dx edx rdx);
    // Not equal, wherever that was found out.
    t.asm.bind(fail);
    x64!(t.asm ; setne al ; movzx eax, al);
    t.asm.store_imm(true, layout::monitor::SIZE, 0);
    t.write(insn.rm, RAX);
    t.asm.bind(access.back);
}

/// What the store of an exclusive needs, or a jump to `fail` with "not equal" when the monitor is open or marks something else.
fn host_address_for(t: &mut Translator, insn: &Insn, access: &Access, fail: crate::jit::asm::Label) {
    t.asm.alu(Alu::Cmp, true, RAX, layout::monitor::ADDRESS);
    t.asm.jcc(Cc::Ne, fail);
    t.asm.alu_imm(Alu::Cmp, true, layout::monitor::SIZE, 1 << insn.size);
    t.asm.jcc(Cc::Ne, fail);
    host_address(t, access);
    t.copy(insn.rd, RDX);
    t.asm.mov(true, RAX, layout::monitor::VALUE);
}

pub fn clrex(t: &mut Translator) {
    t.asm.store_imm(true, layout::monitor::SIZE, 0);
}
