//! Code that all regions share: the way in and out, the call of an interpreter function, and the second look at the TLB for
//! unaligned accesses. Emitted once, at the start of the code memory.

use super::asm::{Alu, Assembler, Cc, Gpr, Mem, R12, R13, R14, R15, RAX, RBP, RBX, RCX, RDI, RDX, RSI, RSP, Shift};
use super::entry::execute_site;
use super::layout;
use crate::mem::tlb_layout;

/// Offsets in the code memory.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Thunks {
    /// Called from Rust.
    pub enter: u32,
    /// Jumped to with the reason in RAX.
    pub exit: u32,
    /// Called with a site in RSI: compares the outcome with "done".
    pub execute: u32,
    /// By log2 of the size, for loads and for stores: address in RAX; ZF, and in RCX the address as if the common addend were
    /// the page's, when the bytes are in one page that may be accessed so.
    pub probe: [[u32; 6]; 2],
    /// The same for naturally aligned addresses, of Device memory too.
    pub probe_aligned: [[u32; 6]; 2],
}

const SAVED: [Gpr; 6] = [RBX, RBP, R12, R13, R14, R15];

/// The code, and where its parts are.
pub fn build() -> (Vec<u8>, Thunks) {
    let mut asm = Assembler::default();
    let mut thunks = Thunks { enter: asm.position(), ..Thunks::default() };
    for register in SAVED {
        asm.push(register);
    }
    asm.alu_imm(Alu::Sub, true, RSP, 8);
    asm.mov(true, RBP, RDI);
    asm.mov(true, R14, RDX);
    asm.mov(true, R15, RCX);
    asm.jmp_to(RSI);

    thunks.exit = asm.position();
    asm.mov(true, RDX, R14);
    asm.alu_imm(Alu::Add, true, RSP, 8);
    for register in SAVED.into_iter().rev() {
        asm.pop(register);
    }
    asm.ret();

    thunks.execute = asm.position();
    asm.alu_imm(Alu::Sub, true, RSP, 8);
    asm.lea(true, RDI, Mem::at(RBP, -layout::BIAS));
    asm.mov_imm(RAX, execute_site as *const () as usize as u64);
    asm.call_to(RAX);
    asm.alu_imm(Alu::Add, true, RSP, 8);
    asm.alu_imm(Alu::Cmp, false, RAX, 1);
    asm.ret();

    for (write, probes) in thunks.probe.iter_mut().enumerate() {
        for (size, offset) in probes.iter_mut().enumerate() {
            *offset = asm.position();
            probe(&mut asm, 1 << size, write != 0, true);
        }
    }
    for (write, probes) in thunks.probe_aligned.iter_mut().enumerate() {
        for (size, offset) in probes.iter_mut().enumerate() {
            *offset = asm.position();
            probe(&mut asm, 1 << size, write != 0, false);
        }
    }
    // Only short jumps inside: nothing to resolve but those of the probes.
    asm.resolve();
    (asm.code, thunks)
}

fn probe(asm: &mut Assembler, bytes: i32, write: bool, unaligned: bool) {
    let tag = if write { tlb_layout::WRITE } else { tlb_layout::READ };
    let fail = asm.label();
    asm.mov(false, RCX, RAX);
    asm.shift(Shift::Shr, false, RCX, tlb_layout::ENTRY_SHIFT);
    asm.alu_imm(Alu::And, false, RCX, tlb_layout::ENTRY_MASK);
    asm.alu(Alu::Add, true, RCX, layout::ENTRIES);
    if unaligned {
        asm.lea(true, RDX, Mem::at(RAX, bytes - 1));
        asm.alu_imm(Alu::And, true, RDX, !0xfff);
    } else {
        asm.mov(true, RDX, RAX);
        asm.alu_imm(Alu::And, true, RDX, !0xfff | (bytes - 1));
    }
    asm.alu(Alu::Cmp, true, RDX, Mem::at(RCX, tag));
    asm.jcc(Cc::Ne, fail);
    if unaligned {
        asm.test_imm8(Mem::at(RCX, tlb_layout::PHYSICAL), tlb_layout::DEVICE);
        asm.jcc(Cc::Ne, fail);
    }
    asm.mov(true, RCX, Mem::at(RCX, tlb_layout::ADDEND));
    asm.alu(Alu::Sub, true, RCX, R15);
    asm.alu(Alu::Add, true, RCX, RAX);
    // Equal again: arithmetic has changed the flags.
    asm.alu(Alu::Cmp, false, RAX, RAX);
    asm.bind(fail);
    asm.ret();
}
