//! LD1 and ST1 of two or four registers, one after the other, whose elements a predicate-as-counter governs (LDNT1 and STNT1 are the same
//! here).

use super::structures::{MOST, read_registers, register, registers};
use super::{Address, address, by_memory_size};
use crate::cpu::{Cpu, ScalableVector, Stop};
use crate::exec::ldst::Done;
use crate::exec::sve::predicate::Counter;
use crate::insn::Insn;
use crate::mem::{Tags, Word};

/// Register and index of every active element.
fn active(cpu: &Cpu, insn: &Insn) -> impl Iterator<Item = (usize, usize)> + use<> {
    let (counter, elements, size) = (Counter::read(cpu, insn.opt), cpu.elements(insn.size), insn.size);
    let all = (0..registers(insn)).flat_map(move |number| (0..elements).map(move |index| (number, index)));
    all.filter(move |&(number, index)| counter.is_some_and(|counter| counter.active(size, number * elements + index)))
}

/// The same, with the address of each.
fn places<T: Word>(cpu: &Cpu, insn: &Insn, start: u64) -> impl Iterator<Item = (usize, usize, u64)> + use<T> {
    let elements = cpu.elements(insn.size);
    active(cpu, insn).map(move |(number, index)| (number, index, start.wrapping_add((number * elements + index) as u64 * T::SIZE)))
}

fn load<T: Word>(cpu: &mut Cpu, insn: &Insn, start: u64, tags: Tags) -> Result<[ScalableVector; MOST], Stop> {
    let mut out = [ScalableVector::ZERO; MOST];
    for (number, index, address) in places::<T>(cpu, insn, start) {
        let value: T = cpu.load(address, tags)?;
        out[number].set(insn.size, index, value.extend() as u64);
    }
    Ok(out)
}

/// LD1, LDNT1.
pub fn ld1_multiple<A: Address>(cpu: &mut Cpu, insn: &Insn) -> Done {
    cpu.check_sve()?;
    let any = active(cpu, insn).next().is_some();
    let start = address::<A>(cpu, insn, any)?;
    let out = by_memory_size!(insn, load(cpu, insn, start, A::tags(insn)))?;
    for (number, vector) in out.iter().enumerate().take(registers(insn)) {
        cpu.set_z(register(insn, number), vector);
    }
    Ok(())
}

fn store<T: Word>(cpu: &mut Cpu, insn: &Insn, start: u64, tags: Tags) -> Done {
    let data = read_registers(cpu, insn);
    for (_, _, address) in places::<T>(cpu, insn, start) {
        cpu.prepare_store::<T>(address, tags)?;
    }
    for (number, index, address) in places::<T>(cpu, insn, start) {
        cpu.store(address, T::truncate(data[number].get(insn.size, index).into()), tags)?;
    }
    Ok(())
}

/// ST1, STNT1.
pub fn st1_multiple<A: Address>(cpu: &mut Cpu, insn: &Insn) -> Done {
    cpu.check_sve()?;
    let any = active(cpu, insn).next().is_some();
    let start = address::<A>(cpu, insn, any)?;
    by_memory_size!(insn, store(cpu, insn, start, A::tags(insn)))
}
