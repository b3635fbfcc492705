//! Predicates-as-counter (FEAT_SVE2p1): how many elements of up to four vectors are active, or are not. Loops that make them are in `loops`.

use crate::cpu::{Cpu, Predicate, Stop};
use crate::insn::Insn;

/// Set where the elements before `count` are the inactive ones.
const INVERTED: u32 = 15;
/// Vectors that a counter is about at most.
const MOST_VECTORS: usize = 4;

/// CounterToPredicate(): which elements are active.
#[derive(Clone, Copy)]
pub(in crate::exec::sve) struct Counter {
    /// Of its elements: 2^`size` bytes.
    size: u8,
    count: usize,
    inverted: bool,
}

impl Counter {
    /// Reads P0..P15; without an active element there is none.
    pub(in crate::exec::sve) fn read(cpu: &Cpu, register: u8) -> Option<Counter> {
        let bits = cpu.whole_p(register).0[0] as u32 & 0xffff;
        let size = bits.trailing_zeros();
        // The count has the bits that the bytes of four vectors take.
        let above = (MOST_VECTORS * cpu.vector_bytes()).next_power_of_two() << 1;
        let count = (bits as usize & (above - 1)) >> (size + 1);
        (size <= 3).then_some(Counter { size: size as u8, count, inverted: bits >> INVERTED != 0 })
    }

    /// EncodePredCount(): the first `count` of `elements` of 2^`size` bytes are active, or the last.
    pub(super) fn encode(size: u8, elements: usize, count: usize, inverted: bool) -> Predicate {
        let (stored, inverted) = match inverted {
            true => (elements - count, true),
            false if count == elements => (0, true),
            false => (count, false),
        };
        let bits = u64::from(inverted) << INVERTED | (stored as u64) << (size + 1) | 1 << size;
        if count == 0 { Predicate::NONE } else { Predicate([bits, 0, 0, 0]) }
    }

    /// Whether the element `index`, of 2^`size` bytes, of all vectors is active.
    pub(in crate::exec::sve) fn active(&self, size: u8, index: usize) -> bool {
        let byte = index << size;
        byte & ((1 << self.size) - 1) == 0 && (byte >> self.size < self.count) != self.inverted
    }
}

/// PredCountTest(): the flags of `count` active elements of `elements`, the first of them or, inverted, the last.
pub(super) fn set_count_flags(cpu: &mut Cpu, elements: usize, count: usize, inverted: bool) {
    let (none, every) = (count == 0, count == elements);
    let (first, last) = if inverted { (every, !none) } else { (!none, every) };
    cpu.nzcv = u32::from(first) << 31 | u32::from(none) << 30 | u32::from(!last) << 29;
}

/// PTRUE (predicate as counter).
pub fn ptrue_counter(cpu: &mut Cpu, insn: &Insn) -> Result<(), Stop> {
    cpu.check_sve()?;
    let elements = cpu.elements(insn.size);
    cpu.set_p(insn.rd, &Counter::encode(insn.size, elements, elements, false));
    Ok(())
}

/// CNTP (predicate as counter): active elements of two or four vectors (`opt`).
pub fn cntp_counter(cpu: &mut Cpu, insn: &Insn) -> Result<(), Stop> {
    cpu.check_sve()?;
    let elements = usize::from(insn.opt) * cpu.elements(insn.size);
    let counter = Counter::read(cpu, insn.rn);
    let count = counter.map_or(0, |counter| (0..elements).filter(|&index| counter.active(insn.size, index)).count());
    cpu.set_r(insn.rd, count as u64);
    Ok(())
}

/// PEXT: the predicates of `ra` vectors, the first of which is the part `imm` of four.
pub fn pext(cpu: &mut Cpu, insn: &Insn) -> Result<(), Stop> {
    cpu.check_sve()?;
    let (counter, elements) = (Counter::read(cpu, insn.rn), cpu.elements(insn.size));
    for number in 0..insn.ra {
        let first = (insn.imm as usize + usize::from(number)) * elements;
        let mut out = Predicate::NONE;
        for index in 0..elements {
            out.set(insn.size, index, counter.is_some_and(|counter| counter.active(insn.size, first + index)));
        }
        cpu.set_p((insn.rd + number) & 15, &out);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_elements_are_none_inverted() {
        assert_eq!(Counter::encode(2, 16, 16, false).0[0], 0x8004);
        assert_eq!(Counter::encode(2, 16, 16, true).0[0], 0x8004);
        assert_eq!(Counter::encode(0, 64, 3, false).0[0], 0x0007);
        assert_eq!(Counter::encode(3, 8, 3, true).0[0], 0x8058);
        assert_eq!(Counter::encode(1, 32, 0, true), Predicate::NONE);
    }
}
