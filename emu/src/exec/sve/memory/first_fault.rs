//! First-fault and non-fault loads: an element that cannot be loaded ends the load without a fault, and FFR says where. Only the first
//! active element of a first-fault load faults.

use super::gather::Places;
use super::{Address, Addressing, Scalar, Vectors, address, any_active, by_memory_size, widened};
use crate::cpu::{Cpu, Predicate, ScalableVector};
use crate::exec::ldst::Done;
use crate::insn::Insn;
use crate::mem::{Tags, Word};

/// Loads the active elements, each from where `place` says. `faults` while the next is one that faults.
#[inline(always)]
fn load<T: Word>(cpu: &mut Cpu, insn: &Insn, pg: &Predicate, (mut faults, tags): (bool, Tags), place: impl Fn(usize) -> u64) -> Done {
    let mut out = ScalableVector::ZERO;
    for index in (0..cpu.elements(insn.size)).filter(|&index| pg.active(insn.size, index)) {
        let value: T = if faults {
            cpu.load(place(index), tags)?
        } else if let Some(value) = cpu.load_without_fault(place(index), tags) {
            value
        } else {
            let loaded = cpu.ffr().within(index << insn.size);
            cpu.set_ffr(&loaded);
            break;
        };
        faults = false;
        out.set(insn.size, index, widened(insn, value));
    }
    cpu.set_z(insn.rd, &out);
    Ok(())
}

fn load_run<T: Word>(cpu: &mut Cpu, insn: &Insn, pg: &Predicate, start: u64, how: (bool, Tags)) -> Done {
    load::<T>(cpu, insn, pg, how, |index| start.wrapping_add(index as u64 * T::SIZE))
}

/// LDFF1, base plus register.
pub fn ldff1(cpu: &mut Cpu, insn: &Insn) -> Done {
    cpu.check_sve()?;
    let pg = cpu.p(insn.opt);
    let any = any_active(cpu, insn, &pg);
    let start = address::<Scalar>(cpu, insn, any)?;
    by_memory_size!(insn, load_run(cpu, insn, &pg, start, (true, Scalar::tags(insn))))
}

/// LDNF1.
pub fn ldnf1(cpu: &mut Cpu, insn: &Insn) -> Done {
    cpu.check_sve()?;
    let pg = cpu.p(insn.opt);
    let any = any_active(cpu, insn, &pg);
    let start = address::<Vectors>(cpu, insn, any)?;
    by_memory_size!(insn, load_run(cpu, insn, &pg, start, (false, Vectors::tags(insn))))
}

fn load_gathered<T: Word, A: Addressing>(cpu: &mut Cpu, insn: &Insn, pg: &Predicate, places: &Places) -> Done {
    load::<T>(cpu, insn, pg, (true, Tags::Checked), |index| places.of::<A>(insn, index))
}

/// LDFF1 with vectors of offsets or addresses.
pub fn gather_first_fault<A: Addressing>(cpu: &mut Cpu, insn: &Insn) -> Done {
    cpu.check_sve()?;
    let pg = cpu.p(insn.opt);
    let places = Places::new::<A>(cpu, insn, &pg)?;
    by_memory_size!(insn, load_gathered::<A>(cpu, insn, &pg, &places))
}
