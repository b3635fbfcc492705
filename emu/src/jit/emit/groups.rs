//! Accesses of a block at constant distances from one register: the first looks at the TLB for all of them, and where their page is, is
//! kept in a slot for the others. Emits nothing itself.
//!
//! What the first has found holds for the rest of the block: nothing in it changes translations (an instruction that may ends the
//! search for others), and after a call of Rust's, which may, the slots say nothing any more.

use super::ldst::Mode;
use crate::insn::{Insn, Op, SP, effects};
use crate::jit::touched::Touched;
use crate::jit::translate::Translator;

/// Slots, of so many groups at a time.
pub const SLOTS: usize = 4;

/// What a slot has, in its lowest bit, that says nothing: an addend is a multiple of a page.
pub const NOTHING: u8 = 1;

/// Bytes from the first to the last of a group: the more, the more often they lie in two pages. Distances are short constants.
const LONGEST: i64 = 112;

/// Instructions in which others are looked for.
const AHEAD: usize = 24;

/// Sites of a block.
const SITES: usize = 64;

/// Which accesses of the block being emitted are found by which slot.
pub struct Groups {
    /// By the site's place in the block, the slot plus one.
    slot_of: [u8; SITES],
    /// By slot, the site of the last access.
    until: [usize; SLOTS],
    /// The last site of all, if there is one; zero is in no group.
    last: usize,
    /// Registers that more than one access has as its base.
    shared: u32,
}

impl Default for Groups {
    fn default() -> Self {
        Groups { slot_of: [0; SITES], until: [0; SLOTS], last: 0, shared: 0 }
    }
}

impl Groups {
    /// Another block, in which more than one access has these registers as its base.
    pub fn start(&mut self, shared: u32) {
        if self.last != 0 {
            *self = Groups::default();
        }
        self.shared = shared;
    }

    /// Some access behind a site has a slot.
    pub fn pending(&self, site: usize) -> bool {
        self.last > site
    }
}

/// What the first of a group asks the TLB.
#[derive(Clone, Copy)]
pub struct Lead {
    pub slot: usize,
    /// Distances from the first access to where the bytes of all begin, and to the last that is as aligned as the largest.
    pub first: i8,
    pub last: i8,
    /// log2 of the bytes of the largest.
    pub size: u8,
    /// Some of them are stores.
    pub write: bool,
}

impl Lead {
    /// Numbers of what decides what code it takes, but for the distances.
    pub const NUMBERS: usize = 16;

    pub fn number(&self) -> usize {
        (usize::from(self.write) << 3 | usize::from(self.size)) % Self::NUMBERS
    }
}

/// An access at a constant distance from its base.
#[derive(Clone, Copy)]
struct Constant {
    mode: Mode,
    /// log2 of the bytes of a register.
    size: u8,
    registers: u8,
}

#[inline]
fn constant_access(op: Op) -> Option<Constant> {
    use Op::*;
    let (mode, size, registers) = match op {
        LDRB_uoff | LDURB | LDRSB_w_uoff | LDURSB_w | LDRSB_x_uoff | LDURSB_x | STRB_uoff | STURB => (Mode::Offset, 0, 1),
        LDRH_uoff | LDURH | LDRSH_w_uoff | LDURSH_w | LDRSH_x_uoff | LDURSH_x | STRH_uoff | STURH => (Mode::Offset, 1, 1),
        LDR_w_uoff | LDUR_w | LDRSW_uoff | LDURSW | STR_w_uoff | STUR_w => (Mode::Offset, 2, 1),
        LDR_x_uoff | LDUR_x | STR_x_uoff | STUR_x => (Mode::Offset, 3, 1),
        LDR_s_uoff | LDUR_s | STR_s_uoff | STUR_s => (Mode::Offset, 2, 1),
        LDR_d_uoff | LDUR_d | STR_d_uoff | STUR_d => (Mode::Offset, 3, 1),
        LDR_q_uoff | LDUR_q | STR_q_uoff | STUR_q => (Mode::Offset, 4, 1),
        LDP_w_off | LDPSW_off | STP_w_off | LDP_s_off | STP_s_off => (Mode::Offset, 2, 2),
        LDP_x_off | STP_x_off | LDP_d_off | STP_d_off => (Mode::Offset, 3, 2),
        LDP_q_off | STP_q_off => (Mode::Offset, 4, 2),
        LDR_x_pre | STR_x_pre | LDR_d_pre | STR_d_pre => (Mode::Pre, 3, 1),
        LDR_x_post | STR_x_post | LDR_d_post | STR_d_post => (Mode::Post, 3, 1),
        LDP_x_pre | STP_x_pre | LDP_d_pre | STP_d_pre => (Mode::Pre, 3, 2),
        LDP_x_post | STP_x_post | LDP_d_post | STP_d_post => (Mode::Post, 3, 2),
        _ => return None,
    };
    Some(Constant { mode, size, registers })
}

/// In [`Touched::base`](crate::jit::touched::Touched::base): the base of an access that may be one of a group, or all, of an instruction
/// that ends groups.
pub fn base_of(insn: &Insn, called: bool) -> u32 {
    if called || insn.effects() & (effects::SYSTEM | effects::BRANCH) != 0 {
        u32::MAX
    } else if constant_access(insn.op).is_some() && insn.rn <= SP {
        1 << insn.rn
    } else {
        0
    }
}

/// An access of a group adds its distance to the base where it is; others need the address for write-back, or their base is one of two
/// registers that they load.
pub fn adds_to_base(insn: &Insn, mode: Mode, registers: u8) -> bool {
    mode == Mode::Offset && (registers == 1 || insn.ra != insn.rn)
}

/// The same of an instruction whose emitter is not at hand.
pub fn is_direct(insn: &Insn) -> bool {
    constant_access(insn.op).is_some_and(|Constant { mode, registers, .. }| adds_to_base(insn, mode, registers))
}

/// The bytes of a group, from the base register.
#[derive(Clone, Copy)]
struct Extent {
    start: i64,
    end: i64,
    size: u8,
}

impl Extent {
    /// With another access; None when they do not belong together: too far apart, or the other is less aligned than the base.
    fn with(self, offset: i64, size: u8, registers: u8) -> Option<Extent> {
        let end = offset + (i64::from(registers) << size);
        let all = Extent { start: self.start.min(offset), end: self.end.max(end), size: self.size.max(size) };
        // Sixteen bytes are often less aligned than that, which the others should not suffer from.
        let alike = self.start == self.end || (self.size == 4) == (size == 4);
        (alike && offset & ((1 << size) - 1) == 0 && all.end - all.start <= LONGEST).then_some(all)
    }
}

impl Translator {
    /// The slot of the present access.
    pub fn slot(&self) -> Option<usize> {
        if self.groups.last < self.current || self.groups.last == 0 {
            return None;
        }
        usize::from(*self.groups.slot_of.get(self.current - self.start_of_block)?).checked_sub(1)
    }

    /// Makes the present access the first of a group, if there are others, and a slot for them.
    pub fn lead(&mut self, insn: &Insn) -> Option<Lead> {
        if self.groups.shared >> (insn.rn & 31) & 1 == 0 {
            return None;
        }
        let Constant { mode, size, registers } = constant_access(insn.op)?;
        let slot = self.groups.until.iter().position(|&last| last <= self.current)?;
        let base = insn.rn;
        // The distance from what the base register is afterwards.
        let own = match mode {
            Mode::Pre => 0,
            Mode::Post => (insn.imm as i64).wrapping_neg(),
            _ => insn.imm as i64,
        };
        if base > SP || self.loses(self.current, base, mode) {
            return None;
        }
        let mut all = Extent { start: own, end: own, size: 0 }.with(own, size, registers)?;
        let mut write = insn.effects() & effects::STORE != 0;
        let mut found = false;
        let end = self.end_of_block.min(self.current + 1 + AHEAD);
        for site in self.current + 1..end {
            let Touched { writes, base: bases, .. } = self.facts[site];
            if (u64::from(bases) | writes) >> base & 1 == 0 {
                continue;
            }
            if bases == u32::MAX {
                break;
            }
            let other = self.region.sites[site].insn;
            if other.rn == base
                && let Some(Constant { mode, size, registers }) = constant_access(other.op)
                && let Some(with) = all.with(if mode == Mode::Post { 0 } else { other.imm as i64 }, size, registers)
                && self.mark(site, slot)
            {
                (all, found) = (with, true);
                write |= other.effects() & effects::STORE != 0;
            }
            if writes >> base & 1 != 0 {
                break;
            }
        }
        let unit = 1i64 << all.size;
        let (first, last) = ((all.start & -unit) - own, ((all.end - 1) & -unit) - own);
        found.then_some(Lead { slot, first: first as i8, last: last as i8, size: all.size, write })
    }

    /// After the access at a site its base register is not at a known distance from what it was, or may not be a base.
    fn loses(&self, site: usize, base: u8, mode: Mode) -> bool {
        let insn = &self.region.sites[site].insn;
        match mode {
            Mode::Offset => self.facts[site].writes >> base & 1 != 0,
            // Or SP is one that faults.
            _ => insn.rd == base || insn.ra == base || base == SP && insn.imm & 15 != 0,
        }
    }

    /// Gives an access a slot, unless it has one.
    fn mark(&mut self, site: usize, slot: usize) -> bool {
        let Some(mark) = self.groups.slot_of.get_mut(site - self.start_of_block).filter(|mark| **mark == 0) else { return false };
        *mark = slot as u8 + 1;
        self.groups.until[slot] = site;
        self.groups.last = self.groups.last.max(site);
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::insn::ROWS;

    /// Arm ARM, "Loads and Stores": register pairs have opc in bits 31:30, single registers size there and opc in bits 23:22.
    #[test]
    fn sizes_and_modes_are_those_of_the_encodings() {
        let mut rows = 0;
        for row in ROWS {
            let Some(Constant { mode, size, registers }) = constant_access(row.op) else { continue };
            let word = row.pattern.value;
            let (pair, vector) = (word >> 27 & 7 == 5, word >> 26 & 1 != 0);
            let top = (word >> 30) as u8;
            let expected = match (pair, vector) {
                (true, true) => 2 + top,
                (true, false) => 2 + top / 2,
                // A quadword's is 16 bytes.
                (false, true) if top == 0 && word >> 23 & 1 != 0 => 4,
                _ => top,
            };
            let single = if word >> 24 & 1 != 0 {
                Mode::Offset
            } else {
                [Mode::Offset, Mode::Post, Mode::Register, Mode::Pre][(word >> 10 & 3) as usize]
            };
            let of_pair = [Mode::Offset, Mode::Post, Mode::Offset, Mode::Pre][(word >> 23 & 3) as usize];
            // LDPSW is two words whose bits 31:30 are 01.
            let expected = if row.op == Op::LDPSW_off { 2 } else { expected };
            assert!(size == expected && registers == 1 + u8::from(pair), "{}: {size}, {registers}", row.name);
            assert!(mode == if pair { of_pair } else { single }, "{}", row.name);
            assert!(row.effects & (effects::LOAD | effects::STORE) != 0 && row.effects & (effects::SYSTEM | effects::BRANCH) == 0);
            rows += 1;
        }
        assert!(rows > 60, "{rows}");
    }
}
