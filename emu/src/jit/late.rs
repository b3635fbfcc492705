//! Code that is made when it is needed first ([`super::outline`]), and where it goes: behind everything else, or, when there is no
//! room, in a place where it stays until the next is made. Executes nothing.

use std::time::Instant;

use sysregs::FeatureSet;

use super::asm::STUB_BYTES;
use super::cache::SCRATCH;
use super::flags::Flags;
use super::kept::Kept;
use super::outline::{Outline, What};
use super::pieces::{Piece, behind};
use super::region::Site;
use super::store::Code;
use super::translate::Translator;
use crate::cpu::Cpu;
use crate::engine::decode_for;
use crate::insn::{Insn, Op};

/// The last site is one that goes with its code.
const LAST_SITE: usize = Kept::<Site>::ROOM - 1;

/// What has been made, for counters.
#[derive(Clone, Copy, Debug, Default)]
pub struct Late {
    pub pieces: u64,
    pub bytes: u64,
    pub nanoseconds: u64,
}

/// Code that was made.
struct Made {
    start: u32,
    /// Until everything goes.
    stays: bool,
}

impl Code {
    /// Makes the code for which execution left the stub in front of `address`, and has the PE go on there: what to enter for that. None when
    /// no stub is there, which is a bug of the translator.
    pub fn make_outline(&mut self, cpu: &mut Cpu, address: u64) -> Option<u64> {
        let (behind, number) = (self.memory.offset(address), cpu.jit.frame as usize);
        let frame = *self.frames.get(number)?;
        let outline = *self.outlines.get((frame.first_outline + (behind - frame.stubs) / STUB_BYTES) as usize - 1)?;
        let flags = match outline.comparison() {
            Some(comparison) => Flags::Pending(*self.comparisons.get(frame.first_comparison as usize + usize::from(comparison))?),
            None => Flags::Stored,
        };
        let stays = self.has_room();
        let (site, insn) = self.site_of(number, &outline, &cpu.features)?;
        let made = self.make(number, stays, |translator| translator.emit_outline(&outline, flags, site, &insn))?;
        if made.stays {
            let stub = behind - STUB_BYTES;
            self.memory.make_jump(stub, made.start);
            // Who comes by a stub's jump waits for two.
            if let What::Access { jump, .. } | What::Follow { hit: jump, .. } = outline.what() {
                self.memory.redirect(jump, stub, made.start);
            }
        }
        cpu.jit.resume_reload = self.memory.address(frame.parts.reload);
        cpu.jit.resume = self.memory.address(made.start);
        Some(self.memory.address(self.thunks.resume))
    }

    /// Makes an entry; None when there is no room for it.
    pub(super) fn make_entry(&mut self, number: usize) -> Option<u32> {
        let entry = *self.late_entries.get(number)?;
        if !self.has_room() {
            return None;
        }
        // A place is all that an exit in front of the block needs.
        let site = self.keep_site(entry.frame as usize, Site { insn: Insn::new(Op::UDF, 0), pc: entry.pc, remaining: entry.count })?;
        let made = self.make(entry.frame as usize, true, |translator| translator.emit_entry(&entry, site))?;
        Some(made.start)
    }

    /// What is made now can stay.
    fn has_room(&self) -> bool {
        !self.cramped && self.memory.fits(SCRATCH) && self.sites.len() < LAST_SITE
    }

    fn make(&mut self, frame: usize, stays: bool, emit: impl FnOnce(&mut Translator) -> u32) -> Option<Made> {
        let started = Instant::now();
        let made = self.make_uncounted(frame, stays, emit);
        self.late.pieces += 1;
        self.late.bytes += u64::from(self.translator.asm.position());
        self.late.nanoseconds += started.elapsed().as_nanos() as u64;
        made
    }

    fn make_uncounted(&mut self, frame: usize, stays: bool, emit: impl FnOnce(&mut Translator) -> u32) -> Option<Made> {
        let translator = &mut self.translator;
        let origin = if stays { self.memory.next() } else { self.memory.scratch() };
        translator.adopt(self.frames.get(frame)?, origin);
        let start = emit(translator);
        if !translator.asm.resolve() {
            return None;
        }
        if stays {
            self.memory.append(translator.asm.code())?;
            self.frames[frame].parts = translator.parts;
        } else {
            self.memory.put_in_scratch(translator.asm.code())?;
        }
        Some(Made { start, stays })
    }

    /// Names the site of an outline; and its instruction, unless that was planned.
    fn site_of(&mut self, frame: usize, outline: &Outline, features: &FeatureSet) -> Option<(i32, Insn)> {
        if outline.what() == What::RedoPlanned {
            return Some((outline.word as i32, Insn::new(Op::UDF, 0)));
        }
        let pc = outline.pc(self.frames.get(frame)?.page);
        let insn = decode_for(features, outline.word, pc, false);
        Some((self.keep_site(frame, Site { insn, pc, remaining: outline.remaining() })?, insn))
    }

    fn keep_site(&mut self, frame: usize, site: Site) -> Option<i32> {
        self.sites.truncate(LAST_SITE);
        let movable = self.pages.movable(self.frames.get(frame)?.table);
        if !movable.pieces.is_empty() && self.sites.len() < LAST_SITE {
            movable.pieces.push(Piece { sites: behind(&self.sites, &[()]), ..Piece::default() });
        }
        self.sites.extend(&[site])?;
        Some(((self.sites.len() - 1) * size_of::<Site>()) as i32)
    }
}

#[cfg(test)]
impl Code {
    /// Of each access whose code for a miss was made: where its jump goes, and where that code is.
    pub fn misses(&self) -> Vec<(u32, u32)> {
        let target = |end: u32| end.wrapping_add(u32::from_le_bytes(self.memory.read(end - 4)));
        let mut misses = Vec::new();
        for (number, frame) in self.frames.iter().enumerate() {
            let last = self.frames.get(number + 1).map_or(self.outlines.len(), |next| next.first_outline as usize);
            for (outline, stub) in self.outlines[frame.first_outline as usize..last].iter().zip(0..) {
                let behind = frame.stubs + STUB_BYTES * (stub + 1);
                // A jump in place of the call.
                if let (What::Access { jump, .. }, [0xe9]) = (outline.what(), self.memory.read(behind - STUB_BYTES)) {
                    misses.push((target(jump), target(behind)));
                }
            }
        }
        misses
    }
}
