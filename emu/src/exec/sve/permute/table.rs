//! Table look-up: TBL of one or two vectors, TBX. Indices are elements.

use crate::cpu::{Cpu, ScalableVector, Stop};
use crate::insn::Insn;

/// Each element of `out` is that of the tables which Zm names; it stays where they have none.
fn look_up(cpu: &mut Cpu, insn: &Insn, tables: &[ScalableVector], mut out: ScalableVector) {
    let (m, elements) = (cpu.z(insn.rm), cpu.elements(insn.size));
    for index in 0..elements {
        // An index that no usize holds is in no table.
        let wanted = usize::try_from(m.get(insn.size, index)).unwrap_or(usize::MAX);
        if let Some(table) = tables.get(wanted / elements) {
            out.set(insn.size, index, table.get(insn.size, wanted % elements));
        }
    }
    cpu.set_z(insn.rd, &out);
}

/// TBL of one vector.
pub fn tbl(cpu: &mut Cpu, insn: &Insn) -> Result<(), Stop> {
    cpu.check_sve()?;
    let table = [cpu.z(insn.rn)];
    look_up(cpu, insn, &table, ScalableVector::ZERO);
    Ok(())
}

/// TBL of two consecutive vectors.
pub fn tbl_two(cpu: &mut Cpu, insn: &Insn) -> Result<(), Stop> {
    cpu.check_sve()?;
    let tables = [cpu.z(insn.rn), cpu.z((insn.rn + 1) & 31)];
    look_up(cpu, insn, &tables, ScalableVector::ZERO);
    Ok(())
}

/// TBX.
pub fn tbx(cpu: &mut Cpu, insn: &Insn) -> Result<(), Stop> {
    cpu.check_sve()?;
    let (table, d) = ([cpu.z(insn.rn)], cpu.z(insn.rd));
    look_up(cpu, insn, &table, d);
    Ok(())
}
