//! NZCV, as late as possible: a comparison is remembered by its operands and done again where somebody looks. Only where code
//! leaves the region, or an operand is about to go, does anything reach memory. Knows no instruction by name.

use super::asm::{Alu, Assembler, Cc, Gpr, NP, P66, RAX, RCX, Shift, Vop, Xmm, x64};
use super::layout;
use super::touched::Touched;
use super::translate::Translator;
use crate::insn::effects;

/// What kind of comparison the flags come from.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// left - right.
    Sub,
    /// left + right.
    Add,
    /// left & right; C and V are zero.
    And,
    /// Floating point of the operands' vector registers; invalid for quiet NaNs too when signalling.
    Float { double: bool, signalling: bool },
}

/// How the host's flags are Arm's.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Like {
    Difference,
    /// Of a sum, or a logical operation.
    Sum,
    Float,
}

impl Like {
    pub const ALL: [Like; 3] = [Like::Difference, Like::Sum, Like::Float];
}

impl Kind {
    fn like(self) -> Like {
        match self {
            Kind::Sub => Like::Difference,
            Kind::Add | Kind::And => Like::Sum,
            Kind::Float { .. } => Like::Float,
        }
    }
}

/// Where an operand of a comparison is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Operand {
    /// A guest register (a vector register for [`Kind::Float`]).
    Register(u8),
    Immediate(u64),
    /// A slot, because its register has changed since.
    Saved(u8),
    /// The left operand, which the result in this register has replaced.
    UnderResult(u8),
}

/// A comparison that can be done again.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Comparison {
    pub kind: Kind,
    pub wide: bool,
    pub left: Operand,
    pub right: Operand,
}

/// The state of NZCV.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Flags {
    /// In `Cpu::nzcv`.
    Stored,
    /// Of a comparison.
    Pending(Comparison),
}

const N: i32 = i32::MIN;
const Z: i32 = 1 << 30;
const C: i32 = 1 << 29;
const V: i32 = 1 << 28;

/// When a condition holds, in terms of the host's flags.
pub enum Test {
    Holds(Cc),
    Always,
}

impl Translator {
    /// The pending comparison's operands survive instruction `index`, or the flags are stored first.
    pub fn keep_comparison(&mut self, index: usize, facts: &Touched, &comparison: &Comparison) {
        let insn = &self.region.sites[index].insn;
        let float = matches!(comparison.kind, Kind::Float { .. });
        let overwritten = |operand: Operand| match operand {
            Operand::Register(register) if float => facts.vector_writes >> register & 1 != 0,
            Operand::Register(register) | Operand::UnderResult(register) => facts.writes >> register & 1 != 0,
            Operand::Immediate(_) | Operand::Saved(_) => false,
        };
        let (left, right) = (overwritten(comparison.left), overwritten(comparison.right));
        if !left && !right {
            return;
        }
        let effects = insn.effects();
        if effects & effects::SETS_FLAGS != 0 && !Self::reads_flags(insn) {
            return;
        }
        if !Self::is_access(insn) && !self.flags_needed_after(index) && !Self::reads_flags(insn) {
            return;
        }
        let simple = |operand| matches!(operand, Operand::Register(_));
        let under_result = matches!(comparison.left, Operand::UnderResult(_));
        if float || (left && !simple(comparison.left)) || (right && (under_result || !simple(comparison.right))) {
            return self.store_flags();
        }
        let mut kept = comparison;
        for (slot, gone, operand) in [(0, left, &mut kept.left), (1, right, &mut kept.right)] {
            if gone && let Operand::Register(register) = *operand {
                let value = self.source(register, RAX);
                self.asm.store(true, layout::saved(slot), value);
                *operand = Operand::Saved(slot as u8);
            }
        }
        self.flags = Flags::Pending(kept);
    }

    fn reads_flags(insn: &crate::insn::Insn) -> bool {
        insn.effects() & effects::READS_FLAGS != 0
    }

    /// An emitter has stored the flags itself.
    pub fn stored_flags(&mut self) {
        (self.flags, self.eflags) = (Flags::Stored, false);
    }

    /// True when a pending comparison has the general register as an operand.
    pub fn flags_use(&self, guest: u8) -> bool {
        let Flags::Pending(comparison) = self.flags else { return false };
        let float = matches!(comparison.kind, Kind::Float { .. });
        let uses = |operand| matches!(operand, Operand::Register(register) | Operand::UnderResult(register) if register == guest);
        !float && (uses(comparison.left) || uses(comparison.right))
    }

    /// NZCV becomes that of a comparison that no code was emitted for.
    pub fn defer(&mut self, comparison: Comparison) {
        self.flags = Flags::Pending(comparison);
        self.eflags = false;
    }

    /// NZCV becomes that of a comparison whose host flags are there.
    pub fn defer_live(&mut self, comparison: Comparison) {
        self.flags = Flags::Pending(comparison);
        self.eflags = true;
    }

    /// The host's flags become those of the comparison. Clobbers RAX and RCX.
    fn compare(&mut self, comparison: &Comparison) {
        let Comparison { kind, wide, left, right } = *comparison;
        if let Kind::Float { double, signalling } = kind {
            return self.compare_float(double, signalling, left, right);
        }
        let left = self.comparison_left(kind, wide, left, right);
        let op = match kind {
            Kind::Add => Alu::Add,
            Kind::And => Alu::And,
            _ => Alu::Cmp,
        };
        let left = if kind == Kind::Sub || left == RAX {
            left
        } else {
            self.asm.mov(true, RAX, left);
            RAX
        };
        match right {
            Operand::Immediate(value) => self.alu_constant(op, wide, left, value, RCX),
            Operand::Register(register) => {
                let right = self.operand(register);
                self.asm.alu(op, wide, left, right);
            }
            Operand::Saved(slot) => self.asm.alu(op, wide, left, layout::saved(slot.into())),
            Operand::UnderResult(register) => {
                let right = self.operand(register);
                self.asm.alu(op, wide, left, right);
            }
        }
    }

    fn comparison_left(&mut self, kind: Kind, wide: bool, left: Operand, right: Operand) -> Gpr {
        match left {
            Operand::Register(register) => self.source(register, RAX),
            Operand::Saved(slot) => {
                self.asm.mov(true, RAX, layout::saved(slot.into()));
                RAX
            }
            Operand::Immediate(value) => {
                self.asm.mov_imm(RAX, value);
                RAX
            }
            Operand::UnderResult(result) => {
                // left = result + right after a subtraction, result - right after an addition.
                self.copy(result, RAX);
                let undo = if kind == Kind::Sub { Alu::Add } else { Alu::Sub };
                match right {
                    Operand::Immediate(value) => self.alu_constant(undo, wide, RAX, value, RCX),
                    Operand::Register(register) | Operand::UnderResult(register) => {
                        let right = self.operand(register);
                        self.asm.alu(undo, wide, RAX, right);
                    }
                    Operand::Saved(slot) => self.asm.alu(undo, wide, RAX, layout::saved(slot.into())),
                }
                RAX
            }
        }
    }

    fn compare_float(&mut self, double: bool, signalling: bool, left: Operand, right: Operand) {
        let (Operand::Register(left), right) = (left, right) else { return };
        let left = self.vector_source(left, Xmm(0));
        let right = match right {
            Operand::Register(register) => self.vector_source(register, Xmm(1)),
            _ => {
                self.asm.v3(Vop(NP, 1, 0x57), Xmm(1), Xmm(1), Xmm(1));
                Xmm(1)
            }
        };
        self.ordered_compare(double, signalling, left, right);
    }

    /// UCOMIS or COMIS.
    pub fn ordered_compare(&mut self, double: bool, signalling: bool, left: Xmm, right: Xmm) {
        self.asm.v2(Vop(if double { P66 } else { NP }, 1, if signalling { 0x2f } else { 0x2e }), left, right);
    }

    /// Puts a pending comparison's flags into `Cpu::nzcv`. Clobbers RAX, RCX, RDX and the host's flags.
    pub fn store_flags(&mut self) {
        let Flags::Pending(comparison) = self.flags else { return };
        if !self.eflags {
            self.compare(&comparison);
        }
        self.eflags = false;
        self.store_host_flags(comparison.kind);
        self.flags = Flags::Stored;
    }

    /// The same out of line, by calling a thunk.
    pub fn store_flags_shortly(&mut self) {
        let Flags::Pending(comparison) = self.flags else { return };
        self.compare(&comparison);
        self.far(0xe8, self.thunks.store_flags[comparison.kind.like() as usize]);
        (self.flags, self.eflags) = (Flags::Stored, false);
    }

    /// The same from the host's flags as they are.
    pub fn store_host_flags(&mut self, kind: Kind) {
        store_host_flags(&mut self.asm, kind.like());
    }

    /// The host's carry becomes PSTATE.C.
    pub fn carry(&mut self) {
        self.store_flags();
        self.asm.bit_test(false, layout::NZCV, 29);
    }

    /// Evaluates a condition (B.cond's encoding). Clobbers RAX, RCX, RDX.
    pub fn condition(&mut self, condition: u8) -> Test {
        if condition >= 14 {
            return Test::Always;
        }
        match self.flags {
            Flags::Stored => Test::Holds(self.stored_condition(condition)),
            Flags::Pending(comparison) => {
                if let Kind::Float { double, signalling } = comparison.kind {
                    return Test::Holds(self.float_condition(condition, double, signalling, &comparison));
                }
                if comparison.kind == Kind::Add && condition & 14 == 8 {
                    // HI and LS of a sum have no host condition.
                    self.eflags |= self.eflags_at_start;
                    self.store_flags();
                    return Test::Holds(self.stored_condition(condition));
                }
                if !self.eflags_at_start {
                    self.compare(&comparison);
                }
                Test::Holds(integer_condition(condition, comparison.kind))
            }
        }
    }

    fn float_condition(&mut self, condition: u8, double: bool, signalling: bool, comparison: &Comparison) -> Cc {
        let swapped = matches!(condition, 4 | 5 | 8 | 9);
        if swapped && let (Operand::Register(left), right) = (comparison.left, comparison.right) {
            // Less (MI), not less or equal (HI): the host has them for the operands the other way round.
            let left = self.vector_source(left, Xmm(0));
            let right = match right {
                Operand::Register(register) => self.vector_source(register, Xmm(1)),
                _ => {
                    self.asm.v3(Vop(NP, 1, 0x57), Xmm(1), Xmm(1), Xmm(1));
                    Xmm(1)
                }
            };
            self.ordered_compare(double, signalling, right, left);
        } else {
            self.compare(comparison);
        }
        match condition {
            // Equal and not unordered.
            0 | 1 => {
                self.asm.set(Cc::Np, RAX);
                self.asm.set(Cc::E, RCX);
                self.asm.alu(Alu::And, false, RAX, RCX);
                self.asm.test_imm8(RAX, 1);
                if condition == 0 { Cc::Ne } else { Cc::E }
            }
            // Greater, equal or unordered; less.
            2 => {
                self.asm.set(Cc::Ae, RAX);
                self.asm.set(Cc::P, RCX);
                self.asm.alu(Alu::Or, false, RAX, RCX);
                self.asm.test_imm8(RAX, 1);
                Cc::Ne
            }
            3 => {
                self.asm.set(Cc::Ae, RAX);
                self.asm.set(Cc::P, RCX);
                self.asm.alu(Alu::Or, false, RAX, RCX);
                self.asm.test_imm8(RAX, 1);
                Cc::E
            }
            4 => Cc::A,
            5 => Cc::Be,
            6 => Cc::P,
            7 => Cc::Np,
            8 => Cc::B,
            9 => Cc::Ae,
            10 => Cc::Ae,
            11 => Cc::B,
            12 => Cc::A,
            _ => Cc::Be,
        }
    }

    /// From `Cpu::nzcv`.
    fn stored_condition(&mut self, condition: u8) -> Cc {
        let inverted = condition & 1 != 0;
        let holds = match condition >> 1 {
            0..=3 => {
                let bit = [Z, C, N, V][(condition >> 1) as usize];
                self.asm.test_imm(false, layout::NZCV, bit);
                Cc::Ne
            }
            4 => {
                self.asm.mov(false, RAX, layout::NZCV);
                self.asm.alu_imm(Alu::And, false, RAX, C | Z);
                self.asm.alu_imm(Alu::Cmp, false, RAX, C);
                Cc::E
            }
            5 => {
                self.asm.mov(false, RAX, layout::NZCV);
                self.asm.mov(false, RCX, RAX);
                self.asm.shift(Shift::Shl, false, RCX, 3);
                self.asm.alu(Alu::Xor, false, RAX, RCX);
                Cc::Ns
            }
            _ => {
                self.asm.mov(false, RAX, layout::NZCV);
                self.asm.mov(false, RCX, RAX);
                self.asm.shift(Shift::Shl, false, RCX, 3);
                self.asm.alu(Alu::Xor, false, RCX, RAX);
                self.asm.alu_imm(Alu::And, false, RCX, N);
                self.asm.alu_imm(Alu::And, false, RAX, Z);
                self.asm.alu(Alu::Or, false, RAX, RCX);
                Cc::E
            }
        };
        if inverted { holds.inverted() } else { holds }
    }
}

/// Puts the host's flags, which are those of a comparison, into `Cpu::nzcv`. Clobbers RAX and RCX.
pub fn store_host_flags(asm: &mut Assembler, like: Like) {
    if like == Like::Float {
        // CF and ZF index greater 0010, less 1000, equal 0110, unordered 0011.
        x64!(asm
            ; lahf
            ; shr eax, 8
            ; mov ecx, eax
            ; and ecx, 1
            ; shr eax, 5
            ; and eax, 2
            ; or ecx, eax
            ; shl ecx, 2
            ; mov eax, 0x3682
            ; shr eax, cl
            ; shl eax, 28
        );
    } else {
        // Arm's carry of a subtraction is the complement of the host's borrow.
        if like == Like::Difference {
            x64!(asm ; cmc);
        }
        // S in bit 15, Z 14, C 8, O 0 to bits 31, 30, 29, 28.
        x64!(asm
            ; lahf
            ; seto al
            ; and eax, 0xc101
            ; imul eax, eax, 0x1021_0000
            ; and eax, 0xf000_0000u32 as i32
        );
    }
    x64!(asm ; mov [rbp + layout::NZCV.disp], eax);
}

/// A condition after a comparison of integers on the host.
fn integer_condition(condition: u8, kind: Kind) -> Cc {
    let subtraction = kind == Kind::Sub;
    match condition {
        0 => Cc::E,
        1 => Cc::Ne,
        2 => {
            if subtraction {
                Cc::Ae
            } else {
                Cc::B
            }
        }
        3 => {
            if subtraction {
                Cc::B
            } else {
                Cc::Ae
            }
        }
        4 => Cc::S,
        5 => Cc::Ns,
        6 => Cc::O,
        7 => Cc::No,
        // After a logical operation C is clear: HI never holds, and the host's carry is clear, too.
        8 => {
            if subtraction {
                Cc::A
            } else {
                Cc::B
            }
        }
        9 => {
            if subtraction {
                Cc::Be
            } else {
                Cc::Ae
            }
        }
        10 => Cc::Ge,
        11 => Cc::L,
        12 => Cc::G,
        _ => Cc::Le,
    }
}
