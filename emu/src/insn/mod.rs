//! The instruction table and what reads it: operations, operand forms, decoder, disassembler.
//!
//! One row of `table/*.rs` says everything there is to know about an instruction *before* it executes. The decoder, the
//! interpreter's dispatch, the disassembler, the coverage report and the random-test generator all come from the same
//! rows. This module does not execute anything: the meaning of a row is the function named in its fourth column.

pub mod decode;
pub mod disasm;
pub mod formats;
mod relative;
#[macro_use]
mod table;

use sysregs::Feature;

/// What an instruction touches besides its operands; a set of bits, combined with `|` in the table.
pub mod effects {
    /// Only the named operands.
    pub const NONE: u16 = 0;
    /// Writes PSTATE.NZCV.
    pub const SETS_FLAGS: u16 = 1 << 0;
    /// Reads PSTATE.NZCV.
    pub const READS_FLAGS: u16 = 1 << 1;
    /// Sets the program counter itself; always the last of its block.
    pub const BRANCH: u16 = 1 << 2;
    /// May change translation, privilege or the instruction stream: the last of its block, execution goes on at pc + 4.
    pub const SYSTEM: u16 = 1 << 3;
    /// Reads memory.
    pub const LOAD: u16 = 1 << 4;
    /// Writes memory.
    pub const STORE: u16 = 1 << 5;
    /// A single-register load or store without write-back: a data abort carries a valid syndrome (ESR_ELx.ISS.ISV).
    pub const ISV: u16 = 1 << 6;
    /// Needs the FP/SIMD unit: subject to CPACR_EL1.FPEN and CPTR_EL2 traps.
    pub const FP: u16 = 1 << 7;
    /// The row names an encoding that this build knows but does not execute: it is UNDEFINED, and says so.
    pub const UNIMPLEMENTED: u16 = 1 << 8;
}

/// The fixed and variable bits of an encoding, read from the table's pattern string.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pattern {
    /// Bits that are fixed.
    pub mask: u32,
    /// Their values.
    pub value: u32,
}

impl Pattern {
    /// Reads a pattern of 32 characters out of `0`, `1` (fixed) and any letter (variable); spaces separate groups.
    ///
    /// # Panics
    /// At compile time, when the pattern does not have exactly 32 bits.
    pub const fn parse(text: &str) -> Pattern {
        let bytes = text.as_bytes();
        let (mut mask, mut value, mut bits, mut index) = (0u32, 0u32, 0, 0);
        while index < bytes.len() {
            let byte = bytes[index];
            index += 1;
            if byte == b' ' {
                continue;
            }
            let fixed = byte == b'0' || byte == b'1';
            mask = (mask << 1) | fixed as u32;
            value = (value << 1) | (byte == b'1') as u32;
            bits += 1;
        }
        assert!(bits == 32, "an encoding has 32 bits");
        Pattern { mask, value }
    }

    /// True when the fixed bits of `word` have this pattern's values.
    pub const fn matches(&self, word: u32) -> bool {
        word & self.mask == self.value
    }
}

/// Extracts operands; false when the combination is UNALLOCATED. `insn.word` and `pc` are set already.
pub type Format = fn(insn: &mut Insn, pc: u64) -> bool;

/// One row of the instruction table.
pub struct Row {
    /// The operation.
    pub op: Op,
    /// Its name: the Arm ARM mnemonic and variant.
    pub name: &'static str,
    /// The pattern text as written in the table, with field letters.
    pub text: &'static str,
    /// Fixed bits.
    pub pattern: Pattern,
    /// Operand extraction.
    pub format: Format,
    /// Disassembly template, see [`disasm`].
    pub syntax: &'static str,
    /// The FEAT_ that the host CPU must implement, else the encoding is UNDEFINED.
    pub feature: Feature,
    /// See [`effects`].
    pub effects: u16,
}

/// A decoded instruction: the operation and its operands in the form the interpreter wants.
///
/// General registers are indices into [`crate::cpu::Cpu::x`]: 0..=30, [`SP`], [`ZR`] (reads as zero) or [`SINK`]
/// (a write to XZR), chosen by the format, so that executing never asks what register 31 means.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub struct Insn {
    /// The operation.
    pub op: Op,
    /// Destination (or the transferred register of a load or store).
    pub rd: u8,
    /// First source, or base.
    pub rn: u8,
    /// Second source, or offset.
    pub rm: u8,
    /// Third source, or second transferred register.
    pub ra: u8,
    /// Operand width: for integer operations 1 = 64-bit, 0 = 32-bit; for others what the format says.
    pub size: u8,
    /// A small operand that the format names: shift kind, extend, condition, index.
    pub opt: u8,
    /// Immediate, already decoded (sign-extended, shifted, bitmask expanded; absolute address when pc-relative).
    pub imm: u64,
    /// The instruction word.
    pub word: u32,
    /// A second small immediate that the format names.
    pub aux: u32,
}

/// Index of the current stack pointer in `Cpu::x`.
pub const SP: u8 = 31;
/// Index of the register that always reads as zero.
pub const ZR: u8 = 32;
/// Index that takes writes to XZR.
pub const SINK: u8 = 33;

impl Insn {
    /// An instruction without operands.
    pub fn new(op: Op, word: u32) -> Insn {
        Insn { op, rd: 0, rn: 0, rm: 0, ra: 0, size: 0, opt: 0, imm: 0, word, aux: 0 }
    }

    /// Bits `hi..=lo` of the instruction word.
    #[inline(always)]
    pub const fn bits(&self, hi: u32, lo: u32) -> u32 {
        (self.word >> lo) & (u32::MAX >> (31 - (hi - lo)))
    }

    /// Bit `n` of the instruction word.
    #[inline(always)]
    pub const fn bit(&self, n: u32) -> bool {
        (self.word >> n) & 1 != 0
    }

    /// What the operation touches besides its operands: see [`effects`].
    #[inline]
    pub fn effects(&self) -> u16 {
        EFFECTS[self.op as usize]
    }

    /// The table row of this operation.
    pub fn row(&self) -> &'static Row {
        self.op.row()
    }
}

macro_rules! define_operations {
    ($($name:ident $text:literal $format:ident $exec:path, $syntax:literal $feature:ident $effects:expr;)*) => {
        /// Every operation: one a row of the table.
        #[allow(non_camel_case_types, reason = "row names are the architecture's mnemonics")]
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[repr(u16)]
        pub enum Op { $(#[doc = $syntax] $name),* }

        /// All rows, in table order.
        pub static ROWS: &[Row] = {
            use effects::*;
            &[$(Row {
                op: Op::$name,
                name: stringify!($name),
                text: $text,
                pattern: Pattern::parse($text),
                format: formats::$format,
                syntax: $syntax,
                feature: Feature::$feature,
                effects: $effects,
            }),*]
        };

        /// The effects of all rows, which engines ask for so often that they have a place of their own.
        static EFFECTS: &[u16] = {
            use effects::*;
            &[$($effects),*]
        };
    };
}

with_instructions!(define_operations);

impl Op {
    /// The table row.
    #[inline]
    pub fn row(self) -> &'static Row {
        &ROWS[self as usize]
    }
}
