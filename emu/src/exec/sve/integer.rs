//! SVE integer arithmetic, logic, shifts, multiplications and reductions, predicated and not.

use super::{binary, binary_merging};
use crate::cpu::{Cpu, Stop};
use crate::insn::Insn;

/// Rows that are one function of two elements of the same size, one a line.
macro_rules! merging {
    ($($name:ident |$a:ident, $b:ident| $result:expr;)*) => {$(
        pub fn $name(cpu: &mut Cpu, insn: &Insn) -> Result<(), Stop> {
            binary_merging(cpu, insn, |$a, $b| $result)
        }
    )*};
}

macro_rules! unpredicated {
    ($($name:ident |$a:ident, $b:ident| $result:expr;)*) => {$(
        pub fn $name(cpu: &mut Cpu, insn: &Insn) -> Result<(), Stop> {
            binary(cpu, insn, |$a, $b| $result)
        }
    )*};
}

merging! {
    add_merging |a, b| a.wrapping_add(b);
}

unpredicated! {
    add |a, b| a.wrapping_add(b);
}
