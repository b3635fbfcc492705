//! Where generated code finds the guest's state: displacements from RBP, which points into the middle of `Cpu::x`.

use std::mem::offset_of;

use super::asm::{Mem, RBP};
use crate::cpu::Cpu;

/// RBP minus the address of the PE: short displacements then reach all general registers.
pub const BIAS: i32 = offset_of!(Cpu, x) as i32 + 128;

/// What generated code keeps in the PE besides architectural state.
#[derive(Clone, Copy, Debug, Default)]
#[repr(C)]
pub struct JitState {
    /// Operands of a deferred comparison whose registers have been overwritten.
    pub saved: [u64; 2],
}

const fn at(offset: usize) -> Mem {
    Mem::at(RBP, offset as i32 - BIAS)
}

pub const PC: Mem = at(offset_of!(Cpu, pc));
pub const NZCV: Mem = at(offset_of!(Cpu, nzcv));

/// A slot for an operand of a deferred comparison.
pub const fn saved(index: usize) -> Mem {
    at(offset_of!(Cpu, jit) + offset_of!(JitState, saved) + 8 * index)
}

/// A general register's home.
pub const fn gpr(guest: u8) -> Mem {
    at(offset_of!(Cpu, x) + 8 * guest as usize)
}

/// A vector register's home.
pub const fn vector(guest: u8) -> Mem {
    at(offset_of!(Cpu, v) + 16 * guest as usize)
}
