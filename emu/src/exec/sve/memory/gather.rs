//! Gathers and scatters: an address for each element. LDNT1 and STNT1 are no different here.

use super::{Addressing, any_active, by_memory_size, widened};
use crate::cpu::{Cpu, Predicate, ScalableVector, Stop};
use crate::exec::ldst::Done;
use crate::insn::Insn;
use crate::mem::{Tags, Word};

/// The addresses of all elements of an instruction.
pub(super) struct Places {
    vector: ScalableVector,
    start: u64,
}

impl Places {
    pub(super) fn new<A: Addressing>(cpu: &mut Cpu, insn: &Insn, pg: &Predicate) -> Result<Places, Stop> {
        let any = any_active(cpu, insn, pg);
        let (vector, start) = A::parts(cpu, insn, any)?;
        Ok(Places { vector, start })
    }

    #[inline(always)]
    pub(super) fn of<A: Addressing>(&self, insn: &Insn, index: usize) -> u64 {
        self.start.wrapping_add(A::extend(insn, self.vector.get(insn.size, index)))
    }
}

fn load<T: Word, A: Addressing>(cpu: &mut Cpu, insn: &Insn, pg: &Predicate, places: &Places) -> Result<ScalableVector, Stop> {
    let mut out = ScalableVector::ZERO;
    for index in (0..cpu.elements(insn.size)).filter(|&index| pg.active(insn.size, index)) {
        let value: T = cpu.load(places.of::<A>(insn, index), Tags::Checked)?;
        out.set(insn.size, index, widened(insn, value));
    }
    Ok(out)
}

/// LD1 and LDNT1 with vectors of offsets or addresses.
pub fn gather<A: Addressing>(cpu: &mut Cpu, insn: &Insn) -> Done {
    cpu.check_sve()?;
    let pg = cpu.p(insn.opt);
    let places = Places::new::<A>(cpu, insn, &pg)?;
    let out = by_memory_size!(insn, load::<A>(cpu, insn, &pg, &places))?;
    cpu.set_z(insn.rd, &out);
    Ok(())
}

fn store<T: Word, A: Addressing>(cpu: &mut Cpu, insn: &Insn, pg: &Predicate, places: &Places) -> Done {
    let (data, count) = (cpu.z(insn.rd), cpu.elements(insn.size));
    for index in (0..count).filter(|&index| pg.active(insn.size, index)) {
        cpu.prepare_store::<T>(places.of::<A>(insn, index), Tags::Checked)?;
    }
    for index in (0..count).filter(|&index| pg.active(insn.size, index)) {
        cpu.store(places.of::<A>(insn, index), T::truncate(data.get(insn.size, index).into()), Tags::Checked)?;
    }
    Ok(())
}

/// ST1 and STNT1 with vectors of offsets or addresses. Where elements meet, the last stays.
pub fn scatter<A: Addressing>(cpu: &mut Cpu, insn: &Insn) -> Done {
    cpu.check_sve()?;
    let pg = cpu.p(insn.opt);
    let places = Places::new::<A>(cpu, insn, &pg)?;
    by_memory_size!(insn, store::<A>(cpu, insn, &pg, &places))
}

/// The active quadwords of LD1Q and ST1Q, and where they are: at the lower doubleword of each of Zn, plus Xm.
fn quadword_places(cpu: &Cpu, insn: &Insn) -> impl Iterator<Item = (usize, u64)> + use<> {
    let (pg, n, offset) = (cpu.p(insn.opt), cpu.z(insn.rn), cpu.r(insn.rm));
    let active = (0..cpu.elements(4)).filter(move |&index| pg.active(4, index));
    active.map(move |index| (index, n.get(3, 2 * index).wrapping_add(offset)))
}

/// LD1Q.
pub fn gather_quadwords(cpu: &mut Cpu, insn: &Insn) -> Done {
    cpu.check_sve()?;
    let mut out = ScalableVector::ZERO;
    for (index, address) in quadword_places(cpu, insn) {
        out.set_quadword(index, cpu.load::<u128>(address, Tags::Checked)?);
    }
    cpu.set_z(insn.rd, &out);
    Ok(())
}

/// ST1Q. Where quadwords meet, the last stays.
pub fn scatter_quadwords(cpu: &mut Cpu, insn: &Insn) -> Done {
    cpu.check_sve()?;
    let data = cpu.z(insn.rd);
    for (_, address) in quadword_places(cpu, insn) {
        cpu.prepare_store::<u128>(address, Tags::Checked)?;
    }
    for (index, address) in quadword_places(cpu, insn) {
        cpu.store(address, data.quadword(index), Tags::Checked)?;
    }
    Ok(())
}
