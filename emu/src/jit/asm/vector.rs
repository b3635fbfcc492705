//! Instructions on vector registers. An opcode is data, so that one row serves the SSE and the AVX form: that is a choice that
//! `dynasm!`, which has one mnemonic for each, does not offer. No choice of instructions here.

use super::{Assembler, Mem, NP, P66, PF3, Rm, Vop, Xmm};

impl Assembler {
    fn vector(&mut self, wide: bool, op: Vop, reg: u8, second: u8, rm: Rm) {
        if self.avx {
            return self.vex(wide, op, reg, second, rm);
        }
        let prefix = [0, 0x66, 0xf3, 0xf2][op.0 as usize];
        self.legacy(prefix, wide, op.1, op.2, reg, rm, false);
    }

    /// Two operands: `to` = op(`from`).
    pub fn v2(&mut self, op: Vop, to: Xmm, from: impl Into<Rm>) {
        self.vector(false, op, to.0, 0, from.into());
    }

    pub fn v2_imm(&mut self, op: Vop, to: Xmm, from: impl Into<Rm>, imm: u8) {
        self.v2(op, to, from);
        self.byte(imm);
    }

    /// Three operands. Without AVX `to` must not be `second` unless it is also `first`; [`Self::v3`]'s callers use
    /// [`Self::v3_safe`] when they cannot tell.
    pub fn v3(&mut self, op: Vop, to: Xmm, first: Xmm, second: impl Into<Rm>) {
        if !self.avx && to != first {
            self.vmov(to, first);
        }
        self.vector(false, op, to.0, first.0, second.into());
    }

    /// Three operands, any of which may be the same; `spare` is clobbered.
    pub fn v3_safe(&mut self, op: Vop, to: Xmm, first: Xmm, second: impl Into<Rm>, spare: Xmm) {
        let mut second = second.into();
        if !self.avx && to != first && second.is_vector(to) {
            self.vmov(spare, to);
            second = spare.into();
        }
        self.v3(op, to, first, second);
    }

    pub fn v3_imm(&mut self, op: Vop, to: Xmm, first: Xmm, second: impl Into<Rm>, imm: u8, spare: Xmm) {
        self.v3_safe(op, to, first, second, spare);
        self.byte(imm);
    }

    /// A shift by immediate: opcode and /digit.
    pub fn v_shift(&mut self, opcode: u8, digit: u8, to: Xmm, from: Xmm, amount: u8) {
        if self.avx {
            self.vex(false, Vop(P66, 1, opcode), digit, to.0, from.into());
        } else {
            self.vmov(to, from);
            self.legacy(0x66, false, 1, opcode, digit, to.into(), false);
        }
        self.byte(amount);
    }

    /// FMA3, 64-bit lanes when `wide`.
    pub fn fma(&mut self, opcode: u8, wide: bool, to: Xmm, second: Xmm, third: impl Into<Rm>) {
        self.vex(wide, Vop(P66, 2, opcode), to.0, second.0, third.into());
    }

    /// Between general and vector registers, or conversions of 64-bit integers: REX.W as given.
    pub fn v_general(&mut self, op: Vop, wide: bool, reg: u8, second: u8, rm: impl Into<Rm>) {
        self.vector(wide, op, reg, second, rm.into());
    }

    pub fn vmov(&mut self, to: Xmm, from: Xmm) {
        if to != from {
            self.v2(Vop(NP, 1, 0x28), to, from);
        }
    }

    /// All sixteen bytes, any alignment.
    pub fn vload(&mut self, to: Xmm, from: Mem) {
        self.v2(Vop(PF3, 1, 0x6f), to, from);
    }

    pub fn vstore(&mut self, to: Mem, from: Xmm) {
        self.v2(Vop(PF3, 1, 0x7f), from, to);
    }

    /// Eight bytes, zero above.
    pub fn vmovq(&mut self, to: Xmm, from: impl Into<Rm>) {
        self.v2(Vop(PF3, 1, 0x7e), to, from);
    }

    pub fn byte_after(&mut self, imm: u8) {
        self.byte(imm);
    }
}
