//! Which guest registers the emitters touch, found out by running them without registers: once for each way in which an instruction
//! uses its operands, because most of a program are few of them. Keeps no code.

use super::Context;
use super::emit::{self, groups};
use super::flags::Flags;
use super::translate::Translator;
use crate::insn::{Insn, Op, ZR, effects};

/// X30.
const LINK: u8 = 30;

/// What an instruction's emitter touched.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub struct Touched {
    pub reads: u64,
    pub writes: u64,
    pub vector_reads: u32,
    pub vector_writes: u32,
    /// See [`groups::base_of`].
    pub base: u32,
}

/// In [`Touched::reads`]: no emitter, the interpreter's function is called.
pub const CALLED: u64 = 1 << 63;

/// The guest's registers in [`Touched`]'s sets.
const REGISTERS: u64 = u32::MAX as u64;

impl Touched {
    /// No emitter: the interpreter's function is called.
    pub fn called(&self) -> bool {
        self.reads & CALLED != 0
    }

    /// What [`emit::branch`] touches: what is tested, the target, the return address.
    fn of_branch(insn: &Insn) -> Touched {
        let (read, written) = match insn.op {
            Op::CBZ | Op::CBNZ | Op::TBZ | Op::TBNZ => (Some(insn.rd), None),
            Op::BR | Op::RET => (Some(insn.rn), None),
            Op::BLR => (Some(insn.rn), Some(LINK)),
            Op::BL => (None, Some(LINK)),
            _ => (None, None),
        };
        let bit = |register: Option<u8>| register.filter(|&register| register < ZR).map_or(0, |register| 1 << register);
        Touched { reads: bit(read), writes: bit(written), ..Touched::default() }
    }
}

/// Which operands are read and written.
#[derive(Clone, Copy, Default)]
struct Roles {
    reads: Operands,
    writes: Operands,
    vector_reads: Operands,
    vector_writes: Operands,
    called: bool,
    /// See [`groups::base_of`]: of an access, but for which register it is.
    base: u32,
}

/// Some of Rd, Rn, Rm, Ra, a byte each: zero, or [`Self::OUTSIDE`] for one that is not among them.
#[derive(Clone, Copy, Default)]
struct Operands(u32);

impl Operands {
    /// With it a register's number is none.
    const OUTSIDE: u8 = 32;

    /// From a set of [`Roles::TRIED`]; None when there are others in it.
    fn of(set: u64) -> Option<Operands> {
        let all = Roles::TRIED.iter().fold(0, |all, register| all | 1 << register);
        let bytes = Roles::TRIED.map(|register| if set >> register & 1 != 0 { 0 } else { Self::OUTSIDE });
        (set & !all == 0).then_some(Operands(u32::from_le_bytes(bytes)))
    }

    /// The registers of an instruction, as a set; those that are none of the guest's are left out.
    #[inline(always)]
    fn registers(self, insn: &Insn) -> u64 {
        let numbers = u32::from_le_bytes([insn.rd, insn.rn, insn.rm, insn.ra]) | self.0;
        numbers.to_le_bytes().into_iter().fold(0, |set, number| set | 1 << (number & 63)) & REGISTERS
    }
}

impl Roles {
    /// The operands with which [`Self::learned`] finds out.
    const TRIED: [u8; 4] = [1, 2, 3, 4];

    /// From what was touched with them; None when other registers were.
    fn learned(touched: &Touched) -> Option<Roles> {
        Some(Roles {
            reads: Operands::of(touched.reads & !CALLED)?,
            writes: Operands::of(touched.writes)?,
            vector_reads: Operands::of(touched.vector_reads.into())?,
            vector_writes: Operands::of(touched.vector_writes.into())?,
            called: touched.called(),
            base: 0,
        })
    }

    /// What an instruction touches.
    #[inline(always)]
    fn touched(&self, insn: &Insn) -> Touched {
        let called = if self.called { CALLED } else { 0 };
        let mut touched = Touched { reads: self.reads.registers(insn) | called, writes: self.writes.registers(insn), ..Touched::default() };
        touched.base = if self.called { u32::MAX } else { self.base << (insn.rn & 31) };
        let none = u32::from_le_bytes([Operands::OUTSIDE; 4]);
        if self.vector_reads.0 & self.vector_writes.0 != none {
            touched.vector_reads = self.vector_reads.registers(insn) as u32;
            touched.vector_writes = self.vector_writes.registers(insn) as u32;
        }
        touched
    }
}

/// Places for each kind of what is remembered.
const ROLES: usize = 1024;
const WORDS: usize = 4096;

/// What the emitters touched for instructions met before. A key is not zero, which a free place has.
pub struct KnownTouched {
    roles: Box<[(u32, Roles); ROLES]>,
    /// Of instructions whose registers do not follow from the operands.
    words: Vec<(u64, Touched)>,
}

impl Default for KnownTouched {
    fn default() -> Self {
        KnownTouched { roles: Box::new([(0, Roles::default()); ROLES]), words: Vec::new() }
    }
}

/// What of the context emitters ask for.
fn floating(context: Context) -> u8 {
    u8::from(context.fp_enabled()) | u8::from(context.fp_plain()) << 1
}

/// What the use of operands depends on, but for branches, which know. Emitters of FP, SIMD and system instructions may also ask for what
/// only the word tells; those of integers and their loads and stores use the same operands with any constant.
fn roles_key(insn: &Insn, context: Context) -> Option<u32> {
    // CAS has a fourth register where others have a constant.
    let follows = insn.effects() & (effects::FP | effects::SYSTEM | effects::BRANCH) == 0 && insn.op != Op::CAS;
    let operation = insn.op as u32 & 0xfff | u32::from(floating(context)) << 12;
    follows.then_some(operation | u32::from(insn.opt) << 14 | u32::from(insn.size) << 22 | 1 << 31)
}

fn roles_place(key: u32) -> usize {
    (key.wrapping_mul(0x9e37_79b9) >> 22) as usize % ROLES
}

/// The word, how it was planned, and the context.
fn word_key(insn: &Insn, context: Context) -> u64 {
    u64::from(insn.word) | u64::from(insn.opt) << 32 | u64::from(floating(context)) << 40 | 1 << 63
}

fn word_place(key: u64) -> usize {
    (key.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 52) as usize % WORDS
}

impl KnownTouched {
    fn by_roles(&self, key: u32, insn: &Insn) -> Option<Touched> {
        let (known, roles) = &self.roles[roles_place(key)];
        (*known == key).then(|| roles.touched(insn))
    }

    fn by_word(&self, key: u64) -> Option<Touched> {
        let &(known, touched) = self.words.get(word_place(key))?;
        (known == key).then_some(touched)
    }

    fn remember(&mut self, key: u64, touched: Touched) {
        self.words.resize(WORDS, Default::default());
        self.words[word_place(key)] = (key, touched);
    }
}

impl Translator {
    /// The first pass: what every instruction touches.
    pub fn measure(&mut self) {
        for index in 0..self.region.sites.len() {
            let insn = &self.region.sites[index].insn;
            let known = roles_key(insn, self.context).and_then(|key| self.known.by_roles(key, insn));
            let touched = known.unwrap_or_else(|| self.touched_by(index));
            self.facts.push(touched);
        }
    }

    fn touched_by(&mut self, index: usize) -> Touched {
        let insn = self.region.sites[index].insn;
        // Who is called by HVC comes back.
        if insn.effects() & effects::BRANCH != 0 && insn.op != Op::HVC {
            return Touched::of_branch(&insn);
        }
        let roles = roles_key(&insn, self.context);
        if let Some(known) = roles.and_then(|key| self.known.by_roles(key, &insn)) {
            return known;
        }
        let word = word_key(&insn, self.context);
        if let Some(known) = self.known.by_word(word) {
            return known;
        }
        self.learn(index, &insn, roles, word)
    }

    #[cold]
    fn learn(&mut self, index: usize, insn: &Insn, roles: Option<u32>, word: u64) -> Touched {
        if let Some(key) = roles {
            let [rd, rn, rm, ra] = Roles::TRIED;
            let tried = Insn { rd, rn, rm, ra, ..*insn };
            if let Some(roles) = Roles::learned(&self.run_emitter(index, &tried)) {
                let roles = Roles { base: groups::base_of(&tried, roles.called) >> rn, ..roles };
                self.known.roles[roles_place(key)] = (key, roles);
                return roles.touched(insn);
            }
        }
        let touched = self.run_emitter(index, insn);
        self.known.remember(word, touched);
        touched
    }

    /// Runs an emitter whose code is dropped, as the only instruction of its block.
    fn run_emitter(&mut self, index: usize, insn: &Insn) -> Touched {
        self.drop_code();
        (self.current, self.flags, self.eflags, self.eflags_at_start) = (index, Flags::Stored, false, false);
        (self.stack_checked, self.constant, self.converted) = (false, None, None);
        (self.upper_zero, self.scratch_upper_zero) = ([0; 32], 0);
        (self.start_of_block, self.end_of_block) = (index, index + 1);
        self.touched = Touched::default();
        if !emit::emit(self, insn) {
            self.touched = Touched { reads: CALLED, ..Touched::default() };
        }
        self.drop_drafts();
        self.touched.base = groups::base_of(insn, self.touched.called());
        self.touched
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::insn::{ROWS, decode};
    use crate::jit::region::Site;
    use crate::jit::{Host, Thunks};

    /// What was learned with other operands holds for those at hand.
    #[test]
    fn operands_tell_what_emitters_touch() {
        let host = Host { native: true, v3: true, atomic_pairs: true, branch_types: false };
        let (mut known, mut fresh) = (Translator::new(host, Thunks::default()), Translator::new(host, Thunks::default()));
        let mut state = 0x1234_5678_9abc_def1u64;
        let (mut checked, mut learned) = (0, 0);
        for row in ROWS {
            for _ in 0..40 {
                state = state.wrapping_mul(0x5851_f42d_4c95_7f2d).wrapping_add(0x1405_7b7e_f767_814f);
                let word = (state >> 32) as u32 & !row.pattern.mask | row.pattern.value;
                let Some(insn) = decode::decode(word, 0x1000) else { continue };
                if insn.effects() & effects::BRANCH != 0 {
                    continue;
                }
                let direct = {
                    fresh.region.sites = vec![Site { insn, pc: 0x1000, remaining: 1 }];
                    fresh.run_emitter(0, &insn)
                };
                known.region.sites = vec![Site { insn, pc: 0x1000, remaining: 1 }];
                let told = known.touched_by(0);
                let within = |some: u64, all: u64| some & REGISTERS & !all == 0;
                assert!(
                    direct.called() == told.called()
                        && direct.base == told.base
                        && within(direct.reads, told.reads)
                        && within(direct.writes, told.writes)
                        && within(direct.vector_reads.into(), told.vector_reads.into())
                        && within(direct.vector_writes.into(), told.vector_writes.into()),
                    "{} {word:#010x}: {direct:x?}, told {told:x?}",
                    row.name
                );
                // Who has no emitter touches nothing here.
                if !direct.called() {
                    checked += 1;
                    learned += u32::from(roles_key(&insn, known.context).is_some_and(|key| known.known.by_roles(key, &insn).is_some()));
                }
            }
        }
        assert!(checked > 7_000 && learned > checked / 4, "{learned} of {checked}");
    }
}
