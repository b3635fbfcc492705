//! LD2 to LD4, ST2 to ST4: elements of several registers, one of each in turn.

use super::{Address, address, any_active, by_memory_size};
use crate::cpu::{Cpu, Predicate, ScalableVector, Stop};
use crate::exec::ldst::Done;
use crate::insn::Insn;
use crate::mem::{Tags, Word};

/// Registers of a structure at most.
pub(super) const MOST: usize = 4;

/// The register `number` of the list.
pub(super) fn register(insn: &Insn, number: usize) -> u8 {
    (insn.rd + number as u8) & 31
}

/// How many registers the list has.
pub(super) fn registers(insn: &Insn) -> usize {
    usize::from(insn.ra).min(MOST)
}

/// Index, register and address of every element of an active structure, in memory's order.
fn places<T: Word>(cpu: &Cpu, insn: &Insn, pg: &Predicate, start: u64) -> impl Iterator<Item = (usize, usize, u64)> + use<T> {
    let (pg, count, size) = (*pg, registers(insn), insn.size);
    (0..cpu.elements(size)).filter(move |&index| pg.active(size, index)).flat_map(move |index| {
        (0..count).map(move |register| (index, register, start.wrapping_add((index * count + register) as u64 * T::SIZE)))
    })
}

fn load<T: Word>(cpu: &mut Cpu, insn: &Insn, pg: &Predicate, start: u64, tags: Tags) -> Result<[ScalableVector; MOST], Stop> {
    let mut out = [ScalableVector::ZERO; MOST];
    for (index, register, address) in places::<T>(cpu, insn, pg, start) {
        let value: T = cpu.load(address, tags)?;
        out[register].set(insn.size, index, value.extend() as u64);
    }
    Ok(out)
}

/// LD2, LD3, LD4.
pub fn load_structures<A: Address>(cpu: &mut Cpu, insn: &Insn) -> Done {
    cpu.check_sve()?;
    let pg = cpu.p(insn.opt);
    let any = any_active(cpu, insn, &pg);
    let start = address::<A>(cpu, insn, any)?;
    let out = by_memory_size!(insn, load(cpu, insn, &pg, start, A::tags(insn)))?;
    for (number, vector) in out.iter().enumerate().take(registers(insn)) {
        cpu.set_z(register(insn, number), vector);
    }
    Ok(())
}

/// The vectors of the list.
pub(super) fn read_registers(cpu: &Cpu, insn: &Insn) -> [ScalableVector; MOST] {
    let mut data = [ScalableVector::ZERO; MOST];
    for (number, vector) in data.iter_mut().enumerate().take(registers(insn)) {
        *vector = cpu.z(register(insn, number));
    }
    data
}

fn store<T: Word>(cpu: &mut Cpu, insn: &Insn, pg: &Predicate, start: u64, tags: Tags) -> Done {
    let data = read_registers(cpu, insn);
    for (_, _, address) in places::<T>(cpu, insn, pg, start) {
        cpu.prepare_store::<T>(address, tags)?;
    }
    for (index, register, address) in places::<T>(cpu, insn, pg, start) {
        cpu.store(address, T::truncate(data[register].get(insn.size, index).into()), tags)?;
    }
    Ok(())
}

/// ST2, ST3, ST4.
pub fn store_structures<A: Address>(cpu: &mut Cpu, insn: &Insn) -> Done {
    cpu.check_sve()?;
    let pg = cpu.p(insn.opt);
    let any = any_active(cpu, insn, &pg);
    let start = address::<A>(cpu, insn, any)?;
    by_memory_size!(insn, store(cpu, insn, &pg, start, A::tags(insn)))
}
