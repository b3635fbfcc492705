//! SVE loads and stores: contiguous, structures, broadcasts, gathers and scatters, first-fault and non-fault loads, whole registers.
//! Here is what they share: addresses, and elements on their way between memory and registers. Checks no access; that is `mem`'s.
//!
//! Operands are those of `formats/sve_memory`. Inactive elements make no access. A store is checked as a whole before it begins.
//!
//! CONSTRAINED UNPREDICTABLE: without an active element nothing is checked, not even SP. After an element that was not loaded, and
//! wherever FFR was clear before, a first-fault or non-fault load gives zeros for what it has not loaded and data for what it has.

mod contiguous;
mod first_fault;
mod gather;
mod multiple;
mod quadwords;
mod structures;
mod whole;

pub use contiguous::{ld1, ld1r, ld1ro, ld1rq, st1};
pub use first_fault::{gather_first_fault, ldff1, ldnf1};
pub use gather::{gather, gather_quadwords, scatter, scatter_quadwords};
pub use multiple::{ld1_multiple, st1_multiple};
pub use quadwords::{ld1_to_quadwords, load_quadword_structures, st1_of_quadwords, store_quadword_structures};
pub use structures::{load_structures, store_structures};
pub use whole::{ldr_predicate, ldr_vector, prefetch, str_predicate, str_vector};

use crate::cpu::{Cpu, Predicate, ScalableVector, Stop};
use crate::exec::ldst::{base, base_tags};
use crate::insn::formats::{SXTW, UXTW};
use crate::insn::{Insn, SP};
use crate::mem::{Tags, Word};

/// Bytes of the shortest vector.
const QUADWORD: usize = 16;

/// How an instruction with one base forms its address.
pub(in crate::exec) trait Address {
    /// What is added to the base.
    fn offset(cpu: &Cpu, insn: &Insn) -> u64;

    /// Whether accesses are Tag Checked.
    fn tags(insn: &Insn) -> Tags {
        base_tags(insn)
    }
}

/// Base plus a multiple of what the instruction transfers.
pub(in crate::exec) struct Vectors;
/// Base plus bytes.
pub(in crate::exec) struct Bytes;
/// Base plus a register that counts elements.
pub(in crate::exec) struct Scalar;

impl Address for Vectors {
    fn offset(cpu: &Cpu, insn: &Insn) -> u64 {
        insn.imm.wrapping_mul((cpu.elements(insn.size) as u64) << insn.memory_size())
    }
}

impl Address for Bytes {
    fn offset(_: &Cpu, insn: &Insn) -> u64 {
        insn.imm
    }
}

impl Address for Scalar {
    fn offset(cpu: &Cpu, insn: &Insn) -> u64 {
        cpu.r(insn.rm) << insn.memory_size()
    }

    fn tags(_: &Insn) -> Tags {
        Tags::Checked
    }
}

/// How an instruction with an address for each element forms them.
pub(in crate::exec) trait Addressing {
    /// The vector, and what is added to its elements.
    fn parts(cpu: &mut Cpu, insn: &Insn, any: bool) -> Result<(ScalableVector, u64), Stop>;

    /// An element of the vector, extended and scaled.
    #[inline(always)]
    fn extend(_: &Insn, element: u64) -> u64 {
        element
    }
}

/// Base plus a vector of offsets.
pub(in crate::exec) struct Offsets;
/// A vector of addresses plus bytes.
pub(in crate::exec) struct Addresses;
/// A vector of addresses plus a register.
pub(in crate::exec) struct Moved;

impl Addressing for Offsets {
    fn parts(cpu: &mut Cpu, insn: &Insn, any: bool) -> Result<(ScalableVector, u64), Stop> {
        let start = if any { base(cpu, insn)? } else { 0 };
        Ok((cpu.z(insn.rm), start))
    }

    #[inline(always)]
    fn extend(insn: &Insn, element: u64) -> u64 {
        let offset = match insn.offset_extension() {
            UXTW => u64::from(element as u32),
            SXTW => element as i32 as u64,
            _ => element,
        };
        offset << insn.offset_shift()
    }
}

impl Addressing for Addresses {
    fn parts(cpu: &mut Cpu, insn: &Insn, _: bool) -> Result<(ScalableVector, u64), Stop> {
        Ok((cpu.z(insn.rn), insn.imm))
    }
}

impl Addressing for Moved {
    fn parts(cpu: &mut Cpu, insn: &Insn, _: bool) -> Result<(ScalableVector, u64), Stop> {
        Ok((cpu.z(insn.rn), cpu.r(insn.rm)))
    }
}

/// Calls `$function` with the type of an element in memory as its first parameter.
macro_rules! by_memory_size {
    ($insn:expr, $function:ident $(::<$type:ident>)? ($($argument:expr),*)) => {
        match $insn.memory_size() {
            0 => $function::<u8 $(, $type)?>($($argument),*),
            1 => $function::<u16 $(, $type)?>($($argument),*),
            2 => $function::<u32 $(, $type)?>($($argument),*),
            _ => $function::<u64 $(, $type)?>($($argument),*),
        }
    };
}
use by_memory_size;

/// Some element of those of this instruction is active.
fn any_active(cpu: &Cpu, insn: &Insn, pg: &Predicate) -> bool {
    (0..cpu.elements(insn.size)).any(|index| pg.active(insn.size, index))
}

/// The address of an instruction with one base. Without an active element it is of no use, and SP is not looked at.
fn address<A: Address>(cpu: &mut Cpu, insn: &Insn, any: bool) -> Result<u64, Stop> {
    let start = if any || insn.rn != SP { base(cpu, insn)? } else { 0 };
    Ok(start.wrapping_add(A::offset(cpu, insn)))
}

/// A value from memory as it is in the register.
#[inline(always)]
fn widened<T: Word>(insn: &Insn, value: T) -> u64 {
    let value = value.extend() as u64;
    let unused = 64 - 8 * T::SIZE as u32;
    if insn.memory_signed() { ((value << unused) as i64 >> unused) as u64 } else { value }
}
