//! Which host registers hold which guest registers in a region, what of them may have changed, and how emitters get
//! at them. Emits no instruction of the guest's.

use super::asm::{Gpr, Rm, Xmm};
use super::layout;
use super::region::{BasicBlock, End};
use super::touched::Touched;
use super::translate::Translator;
use crate::insn::{Insn, Op, SINK, ZR};

/// Host registers that hold guest registers; the rest are scratch (RAX, RCX, RDX), state (RBP), TLB (R15), the count (R14).
const GPRS: [u8; 9] = [3, 12, 13, 8, 9, 10, 11, 6, 7];
/// Vector registers 0..=3 are scratch.
const FIRST_XMM: u8 = 4;
const XMMS: usize = 12;
/// A guest register without a host register.
pub const NONE: u8 = 0xff;

/// Which guest registers the host's hold, in their order.
#[derive(Clone, Copy)]
pub struct Assignment {
    general: [u8; GPRS.len()],
    vector: [u8; XMMS],
}

/// Guest registers whose value may be in a host register only.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub struct Dirty {
    general: u64,
    vector: u32,
}

impl Dirty {
    fn add(&mut self, touched: &Touched) {
        self.general |= touched.writes;
        self.vector |= touched.vector_writes;
    }

    fn join(&mut self, other: Dirty) {
        self.general |= other.general;
        self.vector |= other.vector;
    }
}

impl Translator {
    /// Loops count eight times as much as what is around them.
    fn weigh(&mut self) {
        self.weights.clear();
        self.weights.resize(self.region.blocks.len(), 1);
        for (index, block) in self.region.blocks.iter().enumerate() {
            if block.end != End::Branch {
                continue;
            }
            let (target, _) = super::region::direct_target(&self.region.sites[block.first + block.count - 1].insn);
            let Some(start) = target.and_then(|target| self.region.block_at(target)).filter(|&start| start <= index) else { continue };
            for weight in &mut self.weights[start..=index] {
                *weight = (*weight * 8).min(512);
            }
        }
    }

    /// Gives the most used guest registers to the host's.
    pub fn assign(&mut self) {
        self.weigh();
        let (mut general, mut vector) = (Uses::default(), Uses::default());
        for (block, &weight) in self.region.blocks.iter().zip(&self.weights) {
            let mut written = Dirty::default();
            let (mut bases, mut shared) = (0, 0);
            for facts in &self.facts[block.first..block.first + block.count] {
                general.add((facts.reads | facts.writes) as u32, weight);
                if facts.vector_reads | facts.vector_writes != 0 {
                    vector.add(facts.vector_reads | facts.vector_writes, weight);
                }
                written.add(facts);
                shared |= bases & facts.base;
                bases |= facts.base;
            }
            self.shared_bases.push(shared);
            self.dirty_after.push(written);
            self.all.join(written);
        }
        for (guest, host) in general.most::<{ GPRS.len() }>().zip(GPRS) {
            self.map[usize::from(guest)] = host;
        }
        for (guest, host) in vector.most::<XMMS>().zip(FIRST_XMM..) {
            self.vector_map[usize::from(guest)] = host;
        }
    }

    /// What [`Self::assign`] has done.
    pub(super) fn assignment(&self) -> Assignment {
        let mut assignment = Assignment { general: [NONE; GPRS.len()], vector: [NONE; XMMS] };
        for guest in 0..32u8 {
            if let Some(host) = self.host_of(guest)
                && let Some(at) = GPRS.iter().position(|&known| known == host.0)
            {
                assignment.general[at] = guest;
            }
            if let Some(host) = self.host_vector(guest) {
                assignment.vector[usize::from(host.0 - FIRST_XMM) % XMMS] = guest;
            }
        }
        assignment
    }

    /// Does again what [`Self::assign`] has done.
    pub(super) fn apply(&mut self, assignment: &Assignment) {
        (self.map, self.vector_map) = ([NONE; 64], [NONE; 32]);
        for (&guest, host) in assignment.general.iter().zip(GPRS).filter(|&(&guest, _)| guest != NONE) {
            self.map[usize::from(guest) % 64] = host;
        }
        for (&guest, host) in assignment.vector.iter().zip(FIRST_XMM..).filter(|&(&guest, _)| guest != NONE) {
            self.vector_map[usize::from(guest) % 32] = host;
        }
    }

    /// Finds out what may be dirty where blocks end. Code is entered with nothing dirty, and what leaves it for the interpreter and comes
    /// back changes nothing here.
    pub fn find_dirty(&mut self) {
        self.edges.clear();
        for (index, block) in self.region.blocks.iter().enumerate() {
            for to in self.successors(block).into_iter().flatten() {
                self.edges.push((index as u32, to as u32));
            }
        }
        // Down the page most of it is known at once; loops take another round.
        let mut changed = true;
        while changed {
            changed = false;
            for &(from, to) in &self.edges {
                let mut joined = self.dirty_after[to as usize];
                joined.join(self.dirty_after[from as usize]);
                changed |= joined != self.dirty_after[to as usize];
                self.dirty_after[to as usize] = joined;
            }
        }
    }

    /// The blocks of the region that code goes on to at the end of one.
    fn successors(&self, block: &BasicBlock) -> [Option<usize>; 2] {
        let next = block.pc + 4 * block.count as u64;
        match block.end {
            End::Fall => [self.region.block_at(next), None],
            End::Step => [None; 2],
            End::Branch => {
                let insn = &self.region.sites[block.first + block.count - 1].insn;
                match insn.op {
                    Op::BR | Op::BLR | Op::RET => [None; 2],
                    Op::BL | Op::B_uncond => [self.region.block_at(insn.imm), None],
                    _ => [self.region.block_at(insn.imm), self.region.block_at(next)],
                }
            }
        }
    }

    /// Counts a guest register as read, without code: a deferred comparison reads it later.
    pub fn touch(&mut self, guest: u8) {
        if guest != ZR {
            self.touched.reads |= 1 << guest;
        }
    }

    /// A guest register was written with a constant.
    pub fn note_constant(&mut self, guest: u8, value: u64) {
        self.constant = Some((self.current, guest, value));
    }

    /// The constant that the instruction just before wrote to a guest register.
    pub fn known_constant(&self, guest: u8) -> Option<u64> {
        self.constant.filter(|&(site, register, _)| site + 1 == self.current && register == guest).map(|(_, _, value)| value)
    }

    /// The instruction after the present one, when nothing can come between them.
    pub fn next_in_block(&self) -> Option<&Insn> {
        let next = self.current + 1;
        (next < self.end_of_block).then(|| &self.region.sites[next].insn)
    }

    /// X3 holds the floating-point value of the integer that the present instruction writes to a vector register.
    pub fn note_converted(&mut self, guest: u8) {
        self.converted = Some((self.current, guest));
    }

    /// The instruction just before did so.
    pub fn is_converted(&self, guest: u8) -> bool {
        self.converted.is_some_and(|(site, register)| site + 1 == self.current && register == guest)
    }

    fn host_of(&self, guest: u8) -> Option<Gpr> {
        let host = self.map[(guest & 63) as usize];
        (host != NONE).then_some(Gpr(host))
    }

    /// A register that holds a guest register's value: its own, or `scratch`. Leaves the host's flags alone.
    pub fn source(&mut self, guest: u8, scratch: Gpr) -> Gpr {
        if guest == ZR {
            self.asm.mov_imm(scratch, 0);
            return scratch;
        }
        self.touched.reads |= 1 << guest;
        match self.host_of(guest) {
            Some(host) => host,
            None => {
                self.asm.load_near(scratch, layout::near_gpr(guest));
                scratch
            }
        }
    }

    /// A copy of a guest register in `to`.
    pub fn copy(&mut self, guest: u8, to: Gpr) {
        let from = self.source(guest, to);
        if from != to {
            self.asm.mov(true, to, from);
        }
    }

    /// A guest register as an operand, wherever it is.
    pub fn operand(&mut self, guest: u8) -> Rm {
        if guest != ZR {
            self.touched.reads |= 1 << guest;
        }
        match self.host_of(guest) {
            Some(host) => host.into(),
            None => layout::gpr(guest).into(),
        }
    }

    /// Where to compute a guest register's new value: its own register, or `scratch`. [`Self::finish`] ends it.
    pub fn target(&mut self, guest: u8, scratch: Gpr) -> Gpr {
        if guest != SINK {
            self.touched.writes |= 1 << guest;
        }
        self.host_of(guest).unwrap_or(scratch)
    }

    /// Completes a write that [`Self::target`] began. Leaves the host's flags alone.
    pub fn finish(&mut self, guest: u8, value: Gpr) {
        if guest != SINK && self.host_of(guest).is_none() {
            self.asm.store_near(layout::near_gpr(guest), value);
        }
    }

    /// Writes a guest register from a host register.
    pub fn write(&mut self, guest: u8, value: Gpr) {
        let target = self.target(guest, value);
        if target != value {
            self.asm.mov(true, target, value);
        }
        self.finish(guest, value);
    }

    fn host_vector(&self, guest: u8) -> Option<Xmm> {
        let host = self.vector_map[(guest & 31) as usize];
        (host != NONE).then_some(Xmm(host))
    }

    /// As [`Self::source`] for a vector register.
    pub fn vector_source(&mut self, guest: u8, scratch: Xmm) -> Xmm {
        self.touched.vector_reads |= 1 << guest;
        match self.host_vector(guest) {
            Some(host) => host,
            None => {
                self.asm.vload(scratch, layout::vector(guest));
                scratch
            }
        }
    }

    /// As [`Self::operand`] for a vector register; memory is aligned.
    pub fn vector_operand(&mut self, guest: u8) -> Rm {
        self.touched.vector_reads |= 1 << guest;
        match self.host_vector(guest) {
            Some(host) => host.into(),
            None => layout::vector(guest).into(),
        }
    }

    /// As [`Self::target`] for a vector register; forgets what was known of its upper bits.
    pub fn vector_target(&mut self, guest: u8, scratch: Xmm) -> Xmm {
        self.touched.vector_writes |= 1 << guest;
        self.upper_zero[(guest & 31) as usize] = 0;
        self.host_vector(guest).unwrap_or(scratch)
    }

    /// As [`Self::finish`] for a vector register.
    pub fn vector_finish(&mut self, guest: u8, value: Xmm) {
        if self.host_vector(guest).is_none() {
            self.asm.vstore(layout::vector(guest), value);
        }
    }

    /// Registers that the region may have changed go home. Leaves the host's flags alone.
    pub fn spill_all(&mut self) {
        self.spill(self.all);
    }

    /// Registers that may have changed since code was entered, at the end of the block being emitted, go home. Leaves the host's flags
    /// alone.
    pub fn spill_dirty(&mut self) {
        self.spill(self.dirty);
    }

    fn spill(&mut self, dirty: Dirty) {
        if let Some((_, code)) = self.spills.iter().find(|(known, _)| *known == dirty) {
            return self.asm.repeat(code.clone());
        }
        let start = self.asm.position() as usize;
        self.emit_spill(dirty);
        self.spills.push((dirty, start..self.asm.position() as usize));
    }

    fn emit_spill(&mut self, dirty: Dirty) {
        for_bits(dirty.general as u32, |guest| {
            if let Some(host) = self.host_of(guest) {
                self.asm.store_near(layout::near_gpr(guest), host);
            }
        });
        for_bits(dirty.vector, |guest| {
            if let Some(host) = self.host_vector(guest) {
                self.asm.vstore(layout::vector(guest), host);
            }
        });
    }

    /// All assigned registers come from home. Leaves the host's flags and RAX, RCX, RDX alone.
    pub fn reload_all(&mut self) {
        if let Some(code) = &self.reload {
            return self.asm.repeat(code.clone());
        }
        let start = self.asm.position() as usize;
        self.emit_reload();
        self.reload = Some(start..self.asm.position() as usize);
    }

    fn emit_reload(&mut self) {
        for guest in 0..32u8 {
            if let Some(host) = self.host_of(guest) {
                self.asm.load_near(host, layout::near_gpr(guest));
            }
            if let Some(host) = self.host_vector(guest) {
                self.asm.vload(host, layout::vector(guest));
            }
        }
    }
}

/// Calls `each` for every set bit.
fn for_bits(mut set: u32, mut each: impl FnMut(u8)) {
    while set != 0 {
        each(set.trailing_zeros() as u8);
        set &= set - 1;
    }
}

/// How often registers are used.
struct Uses {
    /// By register, and of none.
    counts: [u32; 33],
}

impl Default for Uses {
    fn default() -> Self {
        Uses { counts: [0; 33] }
    }
}

impl Uses {
    /// Most instructions have at most three registers: a number of rounds that does not depend on them cannot be foretold wrongly.
    #[inline(always)]
    fn add(&mut self, mut registers: u32, weight: u32) {
        for _ in 0..3 {
            self.counts[registers.trailing_zeros() as usize] += weight;
            registers &= registers.wrapping_sub(1);
        }
        while registers != 0 {
            self.counts[registers.trailing_zeros() as usize] += weight;
            registers &= registers - 1;
        }
    }

    /// The `COUNT` that are used most, the first of them first; of equals those with low numbers.
    fn most<const COUNT: usize>(&self) -> impl Iterator<Item = u8> {
        let mut order = [(0, 0); COUNT];
        let mut found = 0;
        for (register, &count) in (0..32u8).zip(&self.counts) {
            if count == 0 || found == COUNT && count <= order[COUNT - 1].0 {
                continue;
            }
            let mut at = found.min(COUNT - 1);
            found = (found + 1).min(COUNT);
            while at > 0 && order[at - 1].0 < count {
                order[at] = order[at - 1];
                at -= 1;
            }
            order[at] = (count, register);
        }
        order.into_iter().take(found).map(|(_, register)| register)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_most_used_come_first() {
        let mut uses = Uses::default();
        uses.add(0b1011, 2);
        uses.add(1 << 31 | 0b1111_0000, 1);
        uses.add(0b1000, 3);
        uses.add(0, 9);
        assert_eq!(uses.most::<4>().collect::<Vec<_>>(), [3, 0, 1, 4]);
        assert_eq!(uses.most::<12>().collect::<Vec<_>>(), [3, 0, 1, 4, 5, 6, 7, 31]);
    }
}
