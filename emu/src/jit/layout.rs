//! Where generated code finds the guest's state: displacements from RBP, which points into the middle of `Cpu::x`.

use std::mem::offset_of;

use super::asm::{Gpr, Mem, RBP};
use super::emit::groups::{NOTHING, SLOTS};
use super::interpreted::Interpreted;
use crate::cpu::{Cpu, Folded, Monitor, Pstate};
use crate::mem::{Halves, Reliance, SPACES};

/// RBP minus the address of the PE: short displacements then reach all general registers.
pub const BIAS: i32 = offset_of!(Cpu, x) as i32 + 128;

/// What generated code keeps in the PE besides architectural state.
#[derive(Debug)]
#[repr(C)]
pub struct JitState {
    /// What vector instructions take from memory, by [`Constant`].
    constants: [u128; 6],
    /// Operands of a deferred comparison whose registers have been overwritten.
    pub saved: [u64; 2],
    /// Addends of pages that several accesses of a block lie in, or [`NOTHING`](super::emit::groups::NOTHING).
    pub slots: [u64; SLOTS],
    /// The site that the interpreter's function was last called for.
    pub site: u64,
    /// The frame of the region whose stub was left by, and RAX there.
    pub frame: u64,
    pub kept_rax: u64,
    /// Addresses of what loads the registers of a region, and of where execution goes on then.
    pub resume_reload: u64,
    pub resume: u64,
    /// Address of the current mode's TLB entries.
    pub entries: u64,
    /// Address of the attention bits.
    pub attention: u64,
    /// Address of what instructions made of pointers lately.
    pub pac_memo: u64,
    /// The translations that look-ups by virtual address rely on, by address space.
    pub reliance: [Reliance; SPACES],
    /// What of them has been invalidated, and not been forgotten by those look-ups yet.
    pub stale: [Halves; SPACES],
    /// A DSB has to wait for other PEs' TLB maintenance.
    pub maintenance_pending: bool,
    /// What was not done by generated code.
    pub interpreted: Interpreted,
}

/// Vector constants.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(usize)]
pub enum Constant {
    One32,
    One64,
    Sign32,
    Sign64,
    Magnitude32,
    Magnitude64,
}

impl Default for JitState {
    fn default() -> Self {
        let words = |word: u32| u128::from(word) * 0x0000_0001_0000_0001_0000_0001_0000_0001;
        let doublewords = |word: u64| u128::from(word) << 64 | u128::from(word);
        let constants = [words(1), doublewords(1), words(1 << 31), doublewords(1 << 63), words(u32::MAX >> 1), doublewords(u64::MAX >> 1)];
        JitState {
            constants,
            saved: [0; 2],
            slots: [NOTHING.into(); SLOTS],
            site: 0,
            frame: 0,
            kept_rax: 0,
            resume_reload: 0,
            resume: 0,
            entries: 0,
            attention: 0,
            pac_memo: 0,
            reliance: Default::default(),
            stale: Default::default(),
            maintenance_pending: false,
            interpreted: Interpreted::default(),
        }
    }
}

const fn at(offset: usize) -> Mem {
    Mem::at(RBP, offset as i32 - BIAS)
}

pub const PC: Mem = at(offset_of!(Cpu, pc));
pub const NZCV: Mem = at(offset_of!(Cpu, nzcv));
pub const FPCR: Mem = at(offset_of!(Cpu, fpcr));

/// The fields of the exclusive monitor.
pub mod monitor {
    use super::{Cpu, Mem, Monitor, at, offset_of};

    pub const ADDRESS: Mem = at(offset_of!(Cpu, monitor) + offset_of!(Monitor, address));
    pub const SIZE: Mem = at(offset_of!(Cpu, monitor) + offset_of!(Monitor, size));
    pub const VALUE: Mem = at(offset_of!(Cpu, monitor) + offset_of!(Monitor, value));
    pub const VALUE_ABOVE: Mem = Mem::at(VALUE.base, VALUE.disp + 8);
}

/// The mark of what a Z register has above its V register, a byte.
pub const fn upper_live(number: u32) -> Mem {
    at(offset_of!(Cpu, upper_live) + number as usize)
}

/// PSTATE.BTYPE, a byte.
pub const BTYPE: Mem = at(offset_of!(Cpu, pstate) + offset_of!(Pstate, btype));
/// PSTATE.UAO, a byte.
pub const UAO: Mem = at(offset_of!(Cpu, pstate) + offset_of!(Pstate, uao));
/// PSTATE.DAIF, a byte.
pub const DAIF: Mem = at(offset_of!(Cpu, pstate) + offset_of!(Pstate, daif));
/// The address of the values of system registers.
pub const SYSTEM: Mem = at(offset_of!(Cpu, sys));
/// The address of the answers to trapped reads.
pub const FOLDED: Mem = at(offset_of!(Cpu, folded));
/// [`JitState::maintenance_pending`].
pub const MAINTENANCE_PENDING: Mem = at(offset_of!(Cpu, jit) + offset_of!(JitState, maintenance_pending));
/// The address of the attention bits.
pub const ATTENTION: Mem = at(offset_of!(Cpu, jit) + offset_of!(JitState, attention));

/// [`JitState::pac_memo`].
pub const PAC_MEMO: Mem = at(offset_of!(Cpu, jit) + offset_of!(JitState, pac_memo));

/// The count of an answer, from the address in [`FOLDED`].
pub const fn folded_count(base: Gpr, place: usize) -> Mem {
    Mem::at(base, (offset_of!(Folded, counts) + 8 * place) as i32)
}

/// A slot for an operand of a deferred comparison.
pub const fn saved(index: usize) -> Mem {
    at(offset_of!(Cpu, jit) + offset_of!(JitState, saved) + 8 * index)
}

/// A slot for the addend of a page.
pub const fn slot(index: usize) -> Mem {
    at(offset_of!(Cpu, jit) + offset_of!(JitState, slots) + 8 * index)
}

/// The site that the interpreter's function was last called for.
pub const SITE: Mem = at(offset_of!(Cpu, jit) + offset_of!(JitState, site));

/// [`JitState::frame`].
pub const FRAME: Mem = at(offset_of!(Cpu, jit) + offset_of!(JitState, frame));
/// [`JitState::kept_rax`].
pub const KEPT_RAX: Mem = at(offset_of!(Cpu, jit) + offset_of!(JitState, kept_rax));
/// [`JitState::resume_reload`].
pub const RESUME_RELOAD: Mem = at(offset_of!(Cpu, jit) + offset_of!(JitState, resume_reload));
/// [`JitState::resume`].
pub const RESUME: Mem = at(offset_of!(Cpu, jit) + offset_of!(JitState, resume));

/// A vector constant.
pub const fn constant(which: Constant) -> Mem {
    at(offset_of!(Cpu, jit) + offset_of!(JitState, constants) + 16 * which as usize)
}

/// Holds the address of the TLB entries.
pub const ENTRIES: Mem = at(offset_of!(Cpu, jit) + offset_of!(JitState, entries));

/// Displacement of the tags for loads or stores that the current mode's addresses index.
pub const fn tags(mode: usize, write: bool) -> i32 {
    (offset_of!(Cpu, tlb) + crate::mem::tlb_layout::tags(mode, write)) as i32 - BIAS
}

/// A general register's home.
pub const fn gpr(guest: u8) -> Mem {
    at(offset_of!(Cpu, x) + 8 * guest as usize)
}

/// The same, as its distance from RBP.
pub const fn near_gpr(guest: u8) -> i8 {
    const { assert!(gpr(0).disp == i8::MIN as i32) };
    gpr(guest & 31).disp as i8
}

/// A vector register's home.
pub const fn vector(guest: u8) -> Mem {
    at(offset_of!(Cpu, v) + 16 * guest as usize)
}
