//! Formats of memory copy and memory set. Executes nothing.
//!
//! `rd` is the destination address, `rm` the source address or value, `rn` the size; all are read and written, but the value.

use crate::insn::Insn;

fn registers(insn: &mut Insn) {
    (insn.rd, insn.rn, insn.rm) = (insn.field5(0), insn.field5(5), insn.source(16));
}

/// CPY: three different registers, none of them 31.
pub fn memory_copy(insn: &mut Insn, _: u64) -> bool {
    registers(insn);
    let (d, n, s) = (insn.field5(0), insn.field5(5), insn.field5(16));
    d != n && d != s && n != s && d != 31 && n != 31 && s != 31
}

/// SET: three different registers; the value may be XZR.
pub fn memory_set(insn: &mut Insn, _: u64) -> bool {
    registers(insn);
    let (d, n, s) = (insn.field5(0), insn.field5(5), insn.field5(16));
    d != n && d != s && n != s && d != 31 && n != 31
}
