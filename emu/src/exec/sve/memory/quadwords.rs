//! Elements of 128 bits: LD1W, LD1D, ST1W and ST1D, of which memory holds the low bits; LD2Q to LD4Q and ST2Q to ST4Q, structures of
//! quadwords. LD1Q and ST1Q are in `gather`.

use super::structures::{MOST, read_registers, register, registers};
use super::{Address, QUADWORD, address, any_active, by_memory_size};
use crate::cpu::{Cpu, Predicate, ScalableVector, Stop};
use crate::exec::ldst::Done;
use crate::insn::Insn;
use crate::mem::{Tags, Word};

/// log2 of the bytes of an element.
const SIZE: u8 = 4;

/// Index and address of every active element, `bytes` apart in memory.
fn places(cpu: &Cpu, pg: &Predicate, start: u64, bytes: u64) -> impl Iterator<Item = (usize, u64)> + use<> {
    let pg = *pg;
    let active = (0..cpu.elements(SIZE)).filter(move |&index| pg.active(SIZE, index));
    active.map(move |index| (index, start.wrapping_add(index as u64 * bytes)))
}

fn load<T: Word>(cpu: &mut Cpu, pg: &Predicate, start: u64, tags: Tags) -> Result<ScalableVector, Stop> {
    let mut out = ScalableVector::ZERO;
    for (index, address) in places(cpu, pg, start, T::SIZE) {
        let value: T = cpu.load(address, tags)?;
        out.set_quadword(index, value.extend());
    }
    Ok(out)
}

/// LD1W, LD1D.
pub fn ld1_to_quadwords<A: Address>(cpu: &mut Cpu, insn: &Insn) -> Done {
    cpu.check_sve()?;
    let pg = cpu.p(insn.opt);
    let any = any_active(cpu, insn, &pg);
    let start = address::<A>(cpu, insn, any)?;
    let out = by_memory_size!(insn, load(cpu, &pg, start, A::tags(insn)))?;
    cpu.set_z(insn.rd, &out);
    Ok(())
}

fn store<T: Word>(cpu: &mut Cpu, insn: &Insn, pg: &Predicate, start: u64, tags: Tags) -> Done {
    let data = cpu.z(insn.rd);
    for (_, address) in places(cpu, pg, start, T::SIZE) {
        cpu.prepare_store::<T>(address, tags)?;
    }
    for (index, address) in places(cpu, pg, start, T::SIZE) {
        cpu.store(address, T::truncate(data.quadword(index)), tags)?;
    }
    Ok(())
}

/// ST1W, ST1D.
pub fn st1_of_quadwords<A: Address>(cpu: &mut Cpu, insn: &Insn) -> Done {
    cpu.check_sve()?;
    let pg = cpu.p(insn.opt);
    let any = any_active(cpu, insn, &pg);
    let start = address::<A>(cpu, insn, any)?;
    by_memory_size!(insn, store(cpu, insn, &pg, start, A::tags(insn)))
}

/// Index, register and address of every quadword of an active structure, in memory's order.
fn structures(cpu: &Cpu, insn: &Insn, pg: &Predicate, start: u64) -> impl Iterator<Item = (usize, usize, u64)> + use<> {
    let count = registers(insn);
    places(cpu, pg, start, (count * QUADWORD) as u64)
        .flat_map(move |(index, first)| (0..count).map(move |number| (index, number, first.wrapping_add((number * QUADWORD) as u64))))
}

/// LD2Q, LD3Q, LD4Q.
pub fn load_quadword_structures<A: Address>(cpu: &mut Cpu, insn: &Insn) -> Done {
    cpu.check_sve()?;
    let pg = cpu.p(insn.opt);
    let any = any_active(cpu, insn, &pg);
    let (start, mut out) = (address::<A>(cpu, insn, any)?, [ScalableVector::ZERO; MOST]);
    for (index, number, address) in structures(cpu, insn, &pg, start) {
        out[number].set_quadword(index, cpu.load::<u128>(address, A::tags(insn))?);
    }
    for (number, vector) in out.iter().enumerate().take(registers(insn)) {
        cpu.set_z(register(insn, number), vector);
    }
    Ok(())
}

/// ST2Q, ST3Q, ST4Q.
pub fn store_quadword_structures<A: Address>(cpu: &mut Cpu, insn: &Insn) -> Done {
    cpu.check_sve()?;
    let pg = cpu.p(insn.opt);
    let any = any_active(cpu, insn, &pg);
    let (start, data) = (address::<A>(cpu, insn, any)?, read_registers(cpu, insn));
    for (_, _, address) in structures(cpu, insn, &pg, start) {
        cpu.prepare_store::<u128>(address, A::tags(insn))?;
    }
    for (index, number, address) in structures(cpu, insn, &pg, start) {
        cpu.store(address, data[number].quadword(index), A::tags(insn))?;
    }
    Ok(())
}
