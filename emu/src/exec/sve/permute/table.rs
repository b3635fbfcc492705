//! Table look-up: TBL of one or two vectors, TBX, whose indices are elements; LUTI2 and LUTI4, whose indices have two or four bits.

use crate::cpu::{Cpu, ScalableVector, Stop};
use crate::insn::Insn;

/// Elements of one byte.
const BYTES: u8 = 0;

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

/// Every element is that of `table`, the first quadwords of vectors, which its index of `width` bits names. The indices are the part
/// `imm` of Zm, of as many parts as there are of that size.
fn look_up_packed(cpu: &mut Cpu, insn: &Insn, width: usize, table: &ScalableVector) {
    let (m, elements, mut out) = (cpu.z(insn.rm), cpu.elements(insn.size), ScalableVector::ZERO);
    for index in 0..elements {
        let first_bit = (insn.imm as usize * elements + index) * width;
        let wanted = m.get(BYTES, first_bit / 8) as usize >> (first_bit % 8) & ((1 << width) - 1);
        out.set(insn.size, index, table.get(insn.size, wanted));
    }
    cpu.set_z(insn.rd, &out);
}

/// LUTI2: four elements.
pub fn luti2(cpu: &mut Cpu, insn: &Insn) -> Result<(), Stop> {
    cpu.check_sve()?;
    let table = cpu.z(insn.rn);
    look_up_packed(cpu, insn, 2, &table);
    Ok(())
}

/// LUTI4 of bytes: sixteen elements.
pub fn luti4(cpu: &mut Cpu, insn: &Insn) -> Result<(), Stop> {
    cpu.check_sve()?;
    let table = cpu.z(insn.rn);
    look_up_packed(cpu, insn, 4, &table);
    Ok(())
}

/// LUTI4 of halfwords in one vector: UNDEFINED with vectors that do not hold a table.
pub fn luti4_wide(cpu: &mut Cpu, insn: &Insn) -> Result<(), Stop> {
    cpu.check_sve()?;
    if cpu.elements(insn.size) < 16 {
        return Err(cpu.undefined());
    }
    let table = cpu.z(insn.rn);
    look_up_packed(cpu, insn, 4, &table);
    Ok(())
}

/// LUTI4 of halfwords in the lower quadwords of two vectors.
pub fn luti4_two(cpu: &mut Cpu, insn: &Insn) -> Result<(), Stop> {
    cpu.check_sve()?;
    let (mut table, second) = (cpu.z(insn.rn), cpu.z((insn.rn + 1) & 31));
    table.set_quadword(1, second.quadword(0));
    look_up_packed(cpu, insn, 4, &table);
    Ok(())
}
