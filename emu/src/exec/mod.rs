//! What each instruction does: one function a row of the table, named in the row. Decoding is done; operands are in the
//! [`Insn`]. A function that returns `Err(Stop)` has changed nothing that the guest can see.

mod branch;
mod completion;
mod dp_flags;
mod dp_imm;
mod dp_reg;
mod fp;
mod ldst;
mod ldst_excl;
mod ldst_pair;
mod ldst_simd;
mod ls64;
mod lse;
mod mops;
mod mte;
mod pauth;
mod rcpc3;
mod shortcut;
#[macro_use]
mod simd;
mod simd_crypto;
mod simd_element;
mod simd_fp;
mod simd_permute;
mod simd_shift;
mod simd_three;
mod simd_three_diff;
mod simd_two_reg;
mod sve;
mod system;

pub use completion::finish_stop;
pub use shortcut::{Shortcut, load_published, shortcut};

use crate::cpu::{Cpu, Stop};
use crate::insn::{Insn, Op, effects};
use ldst::{Literal, Offset, Ordered, Post, Pre, Register, Unprivileged};
use ldst_simd::{Advance, Stay};
use pauth::{DA, DB, IA, IB};
use sve::memory::{Addresses, Bytes, Moved, Offsets, Scalar, Vectors};

macro_rules! define_dispatch {
    ($($name:ident $text:literal $format:ident $exec:path, $syntax:literal $feature:ident $effects:expr;)*) => {
        /// Executes one instruction.
        #[inline(always)]
        fn dispatch(cpu: &mut Cpu, insn: &Insn) -> Result<(), Stop> {
            match insn.op { $(Op::$name => $exec(cpu, insn)),* }
        }
    };
}

with_instructions!(define_dispatch);

/// Executes `insns`, which lie one after the other from address `start`, until the end or the first that stops.
///
/// Returns how many completed. After a stop, `cpu.pending` says why and `cpu.pc` is the address of the one that stopped.
/// Instructions with the effect `BRANCH` or `SYSTEM` see their own address in `cpu.pc` and are the last of a block; after
/// the last instruction `cpu.pc` is the address of the next.
#[inline(never)]
pub fn run_slice(cpu: &mut Cpu, insns: &[Insn], start: u64) -> usize {
    let Some((last, body)) = insns.split_last() else { return 0 };
    let mut rest = body.iter();
    while let Some(insn) = rest.next() {
        if dispatch(cpu, insn).is_err() {
            let index = body.len() - rest.len() - 1;
            cpu.pc = start + 4 * index as u64;
            return index;
        }
    }
    let index = body.len();
    cpu.pc = start + 4 * index as u64;
    cpu.block_retired = cpu.retired + index as u64;
    if dispatch(cpu, last).is_err() {
        return index;
    }
    if last.effects() & effects::BRANCH == 0 {
        cpu.pc += 4;
    }
    insns.len()
}
