//! SVE predicates: making, combining, counting and testing them, comparisons of vectors, loop control. Lengths of vectors. Comparisons
//! of floating-point values are not here.

mod breaks;
mod compare;
mod counter;
mod counts;
mod logic;
mod loops;
mod make;
mod moves;

pub use breaks::*;
pub use compare::*;
pub use counter::*;
pub use counts::*;
pub use logic::*;
pub use loops::*;
pub use make::*;
pub use moves::*;

use super::set_predicate_flags;
use crate::cpu::{Cpu, Predicate};
use crate::insn::Insn;

/// Elements of one byte.
const BYTES: u8 = 0;

/// Every bit of a predicate of the current length.
fn all(cpu: &Cpu) -> Predicate {
    Predicate([u64::MAX; 4]).within(cpu.vector_bytes())
}

/// The index of the last active element of 2^`size` bytes.
pub(super) fn last_active(cpu: &Cpu, mask: &Predicate, size: u8) -> Option<usize> {
    (0..cpu.elements(size)).rev().find(|&index| mask.active(size, index))
}

/// LastActive(): what `value` has in the place of the last active byte of `mask`.
fn at_last_active(cpu: &Cpu, mask: &Predicate, value: &Predicate) -> bool {
    last_active(cpu, mask, BYTES).is_some_and(|byte| value.bit(byte))
}

/// Writes Pd, and the flags when the instruction (`aux`) says so.
fn set_bytes(cpu: &mut Cpu, insn: &Insn, mask: &Predicate, result: &Predicate) {
    cpu.set_p(insn.rd, result);
    if insn.aux == 1 {
        set_predicate_flags(cpu, mask, result, BYTES);
    }
}
