//! What the emitters of vector instructions share: operands, the bits above a result, constants. Emits no row.

use crate::insn::Insn;
use crate::jit::asm::{NP, P66, PF3, RAX, Rm, Vop, Xmm};
use crate::jit::translate::Translator;

pub const X0: Xmm = Xmm(0);
pub const X1: Xmm = Xmm(1);
pub const X2: Xmm = Xmm(2);
pub const X3: Xmm = Xmm(3);

pub const PXOR: Vop = Vop(P66, 1, 0xef);
pub const PAND: Vop = Vop(P66, 1, 0xdb);
pub const PANDN: Vop = Vop(P66, 1, 0xdf);
pub const POR: Vop = Vop(P66, 1, 0xeb);
pub const PSHUFD: Vop = Vop(P66, 1, 0x70);
pub const PUNPCKLQDQ: Vop = Vop(P66, 1, 0x6c);
pub const PUNPCKHQDQ: Vop = Vop(P66, 1, 0x6d);
pub const INSERTPS: Vop = Vop(P66, 3, 0x21);
pub const PTEST: Vop = Vop(P66, 2, 0x17);

/// By log2 of the lane's bytes.
pub const PADD: [Vop; 4] = [Vop(P66, 1, 0xfc), Vop(P66, 1, 0xfd), Vop(P66, 1, 0xfe), Vop(P66, 1, 0xd4)];
pub const PSUB: [Vop; 4] = [Vop(P66, 1, 0xf8), Vop(P66, 1, 0xf9), Vop(P66, 1, 0xfa), Vop(P66, 1, 0xfb)];
pub const PCMPEQ: [Vop; 4] = [Vop(P66, 1, 0x74), Vop(P66, 1, 0x75), Vop(P66, 1, 0x76), Vop(P66, 2, 0x29)];
pub const PCMPGT: [Vop; 4] = [Vop(P66, 1, 0x64), Vop(P66, 1, 0x65), Vop(P66, 1, 0x66), Vop(P66, 2, 0x37)];
pub const PMOVSX: [Vop; 3] = [Vop(P66, 2, 0x20), Vop(P66, 2, 0x23), Vop(P66, 2, 0x25)];
pub const PMOVZX: [Vop; 3] = [Vop(P66, 2, 0x30), Vop(P66, 2, 0x33), Vop(P66, 2, 0x35)];

impl Translator {
    /// All bits zero.
    pub fn zeros(&mut self, to: Xmm) {
        self.asm.v3(PXOR, to, to, to);
    }

    /// All bits one.
    pub fn ones(&mut self, to: Xmm) {
        self.asm.v3(PCMPEQ[2], to, to, to);
    }

    /// A doubleword, in both halves.
    pub fn both_halves(&mut self, to: Xmm, value: u64) {
        match value {
            0 => self.zeros(to),
            u64::MAX => self.ones(to),
            _ => {
                self.asm.mov_imm(RAX, value);
                self.asm.v_general(Vop(P66, 1, 0x6e), true, to.0, 0, RAX);
                self.asm.v3(PUNPCKLQDQ, to, to, to);
            }
        }
    }

    /// Writes a result of which the `above` upper bits become zero: 0, 64 or 96.
    pub fn write_vector(&mut self, guest: u8, value: Xmm, above: u32) {
        let known = self.upper_zero_of(value);
        let target = self.vector_target(guest, X2);
        match above {
            0 => self.asm.vmov(target, value),
            64 if known & 1 != 0 => self.asm.vmov(target, value),
            64 => self.asm.vmovq(target, value),
            _ if known & 2 != 0 => self.asm.vmov(target, value),
            // Lane 0 stays, the others are cleared.
            _ => self.asm.v3_imm(INSERTPS, target, value, value, 0x0e, X3),
        }
        self.vector_finish(guest, target);
        self.set_upper_zero(guest, above);
    }

    /// After [`Self::write_vector`] or by an emitter that knows.
    pub fn set_upper_zero(&mut self, guest: u8, above: u32) {
        self.upper_zero[(guest & 31) as usize] = match above {
            96.. => 3,
            64.. => 1,
            _ => 0,
        };
    }

    /// What is known of a scratch register: what the emitter said last.
    fn upper_zero_of(&mut self, value: Xmm) -> u8 {
        if value == X2 { std::mem::take(&mut self.scratch_upper_zero) } else { 0 }
    }

    /// The result in X2 has its upper bits from this guest register.
    pub fn upper_bits_of(&mut self, guest: u8) {
        self.scratch_upper_zero = self.upper_zero[(guest & 31) as usize];
    }

    /// X2 = op(Rn, Rm).
    pub fn three(&mut self, op: Vop, insn: &Insn) {
        let left = self.vector_source(insn.rn, X0);
        let right = self.vector_operand(insn.rm);
        self.asm.v3(op, X2, left, right);
    }

    /// The same, and Rd = X2 with the format's zero bits.
    pub fn three_write(&mut self, op: Vop, insn: &Insn) {
        let (left, right) = (self.vector_source(insn.rn, X0), self.vector_operand(insn.rm));
        if insn.aux == 0 {
            let target = self.vector_target(insn.rd, X2);
            self.asm.v3_safe(op, target, left, right, X3);
            return self.vector_finish(insn.rd, target);
        }
        self.asm.v3(op, X2, left, right);
        self.write_vector(insn.rd, X2, insn.aux);
    }

    /// `to` = `from` with its upper half in the lower one.
    pub fn upper_half(&mut self, to: Xmm, from: impl Into<Rm>) {
        self.asm.v2_imm(PSHUFD, to, from, 0xee);
    }

    /// MOVSHDUP and others are not needed: single lanes by PSHUFD.
    pub fn lane32(&mut self, to: Xmm, from: impl Into<Rm>, lane: u8) {
        self.asm.v2_imm(PSHUFD, to, from, lane * 0x55);
    }
}

/// MOVMSKPS and the ordered compare of a float with itself.
pub const UNORDERED: u8 = 3;
pub const fn cmp_packed(double: bool) -> Vop {
    Vop(if double { P66 } else { NP }, 1, 0xc2)
}

/// Scalar or packed arithmetic of the 0F map.
pub const fn float(opcode: u8, double: bool, packed: bool) -> Vop {
    let prefix = match (packed, double) {
        (true, true) => P66,
        (true, false) => NP,
        (false, true) => crate::jit::asm::PF2,
        (false, false) => PF3,
    };
    Vop(prefix, 1, opcode)
}
