//! LD1 and ST1 of consecutive elements (LDNT1 and STNT1 are the same here), and loads that repeat what they have loaded.

use super::{Address, QUADWORD, address, any_active, by_memory_size, widened};
use crate::cpu::{Cpu, LONGEST_VECTOR, Predicate, ScalableVector, Stop};
use crate::exec::ldst::Done;
use crate::insn::Insn;
use crate::mem::{Tags, Word};

/// Every element is active and has the size that it has in memory: the register is one run.
fn is_run(cpu: &Cpu, insn: &Insn, pg: &Predicate) -> bool {
    insn.size == insn.memory_size() && (0..cpu.elements(insn.size)).all(|index| pg.active(insn.size, index))
}

/// Bytes of a run.
fn run_bytes(cpu: &Cpu) -> usize {
    cpu.vector_bytes().min(LONGEST_VECTOR)
}

/// Loads the active ones of `count` elements from `start` on; the others are zero.
fn load<T: Word>(cpu: &mut Cpu, insn: &Insn, pg: &Predicate, (start, count): (u64, usize), tags: Tags) -> Result<ScalableVector, Stop> {
    let mut out = ScalableVector::ZERO;
    for index in (0..count).filter(|&index| pg.active(insn.size, index)) {
        let value: T = cpu.load(start.wrapping_add(index as u64 * T::SIZE), tags)?;
        out.set(insn.size, index, widened(insn, value));
    }
    Ok(out)
}

/// LD1, LDNT1.
pub fn ld1<A: Address>(cpu: &mut Cpu, insn: &Insn) -> Done {
    cpu.check_sve()?;
    let pg = cpu.p(insn.opt);
    let any = any_active(cpu, insn, &pg);
    let (start, tags) = (address::<A>(cpu, insn, any)?, A::tags(insn));
    let out = if is_run(cpu, insn, &pg) {
        let (mut out, bytes) = (ScalableVector::ZERO, run_bytes(cpu));
        cpu.load_elements(start, 1 << insn.size, &mut out.0[..bytes], tags)?;
        out
    } else {
        let elements = (start, cpu.elements(insn.size));
        by_memory_size!(insn, load(cpu, insn, &pg, elements, tags))?
    };
    cpu.set_z(insn.rd, &out);
    Ok(())
}

fn store<T: Word>(cpu: &mut Cpu, insn: &Insn, pg: &Predicate, start: u64, tags: Tags) -> Done {
    let (data, count) = (cpu.z(insn.rd), cpu.elements(insn.size));
    let place = |index: usize| start.wrapping_add(index as u64 * T::SIZE);
    for index in (0..count).filter(|&index| pg.active(insn.size, index)) {
        cpu.prepare_store::<T>(place(index), tags)?;
    }
    for index in (0..count).filter(|&index| pg.active(insn.size, index)) {
        cpu.store(place(index), T::truncate(data.get(insn.size, index).into()), tags)?;
    }
    Ok(())
}

/// ST1, STNT1.
pub fn st1<A: Address>(cpu: &mut Cpu, insn: &Insn) -> Done {
    cpu.check_sve()?;
    let pg = cpu.p(insn.opt);
    let any = any_active(cpu, insn, &pg);
    let (start, tags) = (address::<A>(cpu, insn, any)?, A::tags(insn));
    if is_run(cpu, insn, &pg) {
        let (mut data, bytes) = (cpu.z(insn.rd), run_bytes(cpu));
        return cpu.store_elements(start, 1 << insn.size, &mut data.0[..bytes], tags);
    }
    by_memory_size!(insn, store(cpu, insn, &pg, start, tags))
}

fn load_one<T: Word>(cpu: &mut Cpu, insn: &Insn, start: u64, tags: Tags) -> Result<u64, Stop> {
    let value: T = cpu.load(start, tags)?;
    Ok(widened(insn, value))
}

/// LD1R: one element for all that are active.
pub fn ld1r(cpu: &mut Cpu, insn: &Insn) -> Done {
    cpu.check_sve()?;
    let (pg, mut out) = (cpu.p(insn.opt), ScalableVector::ZERO);
    if any_active(cpu, insn, &pg) {
        let start = address::<super::Bytes>(cpu, insn, true)?;
        let value = by_memory_size!(insn, load_one(cpu, insn, start, super::Bytes::tags(insn)))?;
        for index in (0..cpu.elements(insn.size)).filter(|&index| pg.active(insn.size, index)) {
            out.set(insn.size, index, value);
        }
    }
    cpu.set_z(insn.rd, &out);
    Ok(())
}

/// Loads a block of `bytes`, of which the first elements of Pg are the predicate, and repeats it; what is left is zero.
fn load_block<A: Address>(cpu: &mut Cpu, insn: &Insn, bytes: usize) -> Done {
    let pg = cpu.p(insn.opt).within(bytes);
    let any = any_active(cpu, insn, &pg);
    let (start, tags) = (address::<A>(cpu, insn, any)?, A::tags(insn));
    let elements = (start, bytes >> insn.size);
    let mut out = by_memory_size!(insn, load(cpu, insn, &pg, elements, tags))?;
    let whole = cpu.vector_bytes() / bytes * bytes;
    for quadword in bytes / QUADWORD..whole / QUADWORD {
        out.set_quadword(quadword, out.quadword(quadword % (bytes / QUADWORD)));
    }
    cpu.set_z(insn.rd, &out);
    Ok(())
}

/// LD1RQ.
pub fn ld1rq<A: Address>(cpu: &mut Cpu, insn: &Insn) -> Done {
    cpu.check_sve()?;
    load_block::<A>(cpu, insn, QUADWORD)
}

/// LD1RO: UNDEFINED with vectors that have no room for a block.
pub fn ld1ro<A: Address>(cpu: &mut Cpu, insn: &Insn) -> Done {
    cpu.check_sve()?;
    if cpu.vector_bytes() < 2 * QUADWORD {
        return Err(cpu.undefined());
    }
    load_block::<A>(cpu, insn, 2 * QUADWORD)
}
