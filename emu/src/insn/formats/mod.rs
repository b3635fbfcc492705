//! Operand formats: from the bits of a word to the operands of an [`Insn`].
//!
//! A format refuses (returns false for) combinations that the Arm ARM calls UNALLOCATED; it never looks at features or
//! at CPU state. Group files hold the formats of their group; the helpers here are shared by all.

mod branch;
mod dp_imm;
mod dp_reg;
mod fp;
mod ldst;
mod ldst_simd;
mod marked;
mod mops;
mod mte;
mod pauth;
mod rcpc3;
mod simd;
mod simd_fp;
mod simd_fp8;
mod simd_imm;
mod sve;
mod sve2;
mod sve2p1;
mod sve_fp;
mod sve_fp8;
mod sve_integer;
mod sve_memory;
mod sve_multiple;
mod sve_permute;
mod sve_predicate;
pub use branch::*;
pub use dp_imm::*;
pub use dp_reg::*;
pub use fp::*;
pub use ldst::*;
pub use ldst_simd::*;
pub use marked::*;
pub use mops::*;
pub use mte::*;
pub use pauth::*;
pub use rcpc3::*;
pub use simd::*;
pub use simd_fp::*;
pub use simd_fp8::*;
pub use simd_imm::*;
pub use sve::*;
pub use sve_fp::*;
pub use sve_fp8::*;
pub use sve_integer::*;
pub use sve_memory::*;
pub use sve_multiple::*;
pub use sve_permute::*;
pub use sve_predicate::*;
pub use sve2::*;
pub use sve2p1::*;

use super::{Insn, SINK, SP, ZR};

/// No operands to extract.
pub fn no_operands(_: &mut Insn, _: u64) -> bool {
    true
}

impl Insn {
    /// The five-bit register field at bit `lo`, unchanged (SIMD&FP registers, immediates).
    #[inline]
    pub(crate) const fn field5(&self, lo: u32) -> u8 {
        ((self.word >> lo) & 31) as u8
    }

    /// A general register that is read; 31 is XZR.
    #[inline]
    pub(crate) const fn source(&self, lo: u32) -> u8 {
        let number = self.field5(lo);
        if number == 31 { ZR } else { number }
    }

    /// A general register that is written; 31 is XZR.
    #[inline]
    pub(crate) const fn target(&self, lo: u32) -> u8 {
        let number = self.field5(lo);
        if number == 31 { SINK } else { number }
    }

    /// A general register or the stack pointer; 31 is SP.
    #[inline]
    pub(crate) const fn or_sp(&self, lo: u32) -> u8 {
        let number = self.field5(lo);
        if number == 31 { SP } else { number }
    }

    /// Bits `hi..=lo`, sign-extended.
    #[inline]
    pub(crate) const fn signed(&self, hi: u32, lo: u32) -> i64 {
        let width = hi - lo + 1;
        ((self.bits(hi, lo) as i64) << (64 - width)) >> (64 - width)
    }
}
