//! A region: the basic blocks of one page that direct branches reach from an entry, decoded. Emits nothing.

use std::ops::Range;

use sysregs::FeatureSet;

use crate::engine::decode_for_into;
use crate::insn::{Insn, Op, effects};

/// Bytes and words of a page.
pub const PAGE_BYTES: usize = 4096;
pub const WORDS: usize = PAGE_BYTES / 4;

/// Instructions of a region.
const LARGEST: usize = 256;
/// Instructions of a region that is not joined to other regions' code: short functions are whole.
const ENOUGH: usize = 48;
/// Instructions of a block, as in the interpreter.
const LONGEST: usize = 64;

/// An instruction in its place. Generated code holds pointers to these.
#[derive(Clone, Copy, Debug)]
#[repr(C, align(8))]
pub struct Site {
    pub insn: Insn,
    pub pc: u64,
    /// Instructions from this one to the end of its block.
    pub remaining: u32,
}

/// How a block ends.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum End {
    /// At the next instruction in memory.
    Fall,
    /// Its last instruction is a branch that the translator knows.
    Branch,
    /// The instruction after it, a site of its own, is one for the interpreter.
    Step,
}

/// A page of the guest's code, of which pieces are read when they are asked for: a region has few of them.
pub struct Page {
    bytes: Box<[u8; PAGE_BYTES]>,
    /// The pieces that were read, as bits.
    read: u32,
}

/// Bytes of a piece, and their number.
const PIECE: usize = PAGE_BYTES / PIECES;
const PIECES: usize = 16;

/// Reads bytes of a page from a place on; false when there is no memory.
pub type ReadPage<'a> = dyn Fn(usize, &mut [u8]) -> bool + 'a;

impl Default for Page {
    fn default() -> Self {
        Page { bytes: Box::new([0; PAGE_BYTES]), read: 0 }
    }
}

impl Page {
    /// Another page.
    pub fn forget(&mut self) {
        self.read = 0;
    }

    fn word(&mut self, index: usize, read: &ReadPage) -> Option<u32> {
        let piece = 4 * index / PIECE;
        if self.read >> piece & 1 == 0 {
            self.read |= 1 << piece;
            if !read(piece * PIECE, &mut self.bytes[piece * PIECE..(piece + 1) * PIECE]) {
                return None;
            }
        }
        self.bytes.as_chunks().0.get(index).map(|bytes| u32::from_le_bytes(*bytes))
    }

    /// What was read is still there.
    pub fn is_unchanged(&self, read: &ReadPage) -> bool {
        (0..PIECES).filter(|piece| self.read >> piece & 1 != 0).all(|piece| {
            let mut again = [0; PIECE];
            read(piece * PIECE, &mut again) && again == self.bytes[piece * PIECE..(piece + 1) * PIECE]
        })
    }
}

/// Straight-line code.
#[derive(Clone, Copy, Debug)]
pub struct BasicBlock {
    pub pc: u64,
    /// Its first site.
    pub first: usize,
    /// Instructions, without the one of [`End::Step`].
    pub count: usize,
    pub end: End,
    /// Among [`Region::roots`].
    pub root: bool,
}

/// The word of its page that an address is in.
pub fn word_of(pc: u64) -> usize {
    (pc & 0xfff) as usize / 4
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Plain,
    Branch,
    Step,
}

fn kind(insn: &Insn, native: bool) -> Kind {
    match insn.op {
        Op::B_uncond | Op::BL | Op::B_cond | Op::BC_cond | Op::CBZ | Op::CBNZ | Op::TBZ | Op::TBNZ | Op::BR | Op::BLR | Op::RET
            if native =>
        {
            Kind::Branch
        }
        op if insn.opt != 0 && is_planned(op) => Kind::Plain,
        // Does not come back, or changes registers only.
        Op::HVC => Kind::Plain,
        // Most system registers trap or need the exact count of instructions.
        Op::MRS => Kind::Step,
        _ if insn.effects() & (effects::BRANCH | effects::SYSTEM | effects::UNIMPLEMENTED) != 0 => Kind::Step,
        _ => Kind::Plain,
    }
}

/// The planner may find a way for it that needs nobody else.
fn is_planned(op: Op) -> bool {
    matches!(op, Op::MRS | Op::MSR_reg | Op::MSR_imm | Op::ISB | Op::DSB | Op::SYS)
}

/// The target of a direct branch, and whether execution may go on after it.
pub fn direct_target(insn: &Insn) -> (Option<u64>, bool) {
    match insn.op {
        Op::B_uncond => (Some(insn.imm), false),
        // The callee is another region, the return address an entry of this one.
        Op::BL | Op::BLR => (None, true),
        Op::BR | Op::RET => (None, false),
        _ => (Some(insn.imm), true),
    }
}

/// Instructions that were found one after the other.
#[derive(Clone, Copy)]
struct Run {
    /// The word of the page that they start at, and their number among the sites.
    word: usize,
    first: usize,
    /// Instructions.
    words: usize,
    end: End,
}

/// Decoded blocks. One region is found after the other, and what that takes is kept: to allocate it again takes as long as decoding.
pub struct Region {
    /// The address of the page.
    pub page: u64,
    /// The instructions; those of a block follow one another.
    pub sites: Vec<Site>,
    /// By address.
    pub blocks: Vec<BasicBlock>,
    /// Where execution enters from outside: the entry, return addresses, what follows an instruction of the interpreter.
    pub roots: Vec<u64>,
    /// By word of the page, the block that starts there, plus one.
    block_of: Box<[u16; WORDS]>,
    /// Words of the page with an instruction of the region, and words where blocks start.
    found: Words,
    leaders: Words,
    runs: Vec<Run>,
    work: Vec<u64>,
}

impl Default for Region {
    fn default() -> Self {
        Region {
            page: 0,
            sites: Vec::with_capacity(LARGEST),
            blocks: Vec::with_capacity(LARGEST),
            roots: Vec::new(),
            block_of: Box::new([0; WORDS]),
            found: Words::default(),
            leaders: Words::default(),
            runs: Vec::new(),
            work: Vec::new(),
        }
    }
}

/// A set of words of a page.
#[derive(Clone, Copy, Default)]
struct Words([u64; WORDS / 64]);

impl Words {
    fn add(&mut self, word: usize) {
        self.0[word / 64 % (WORDS / 64)] |= 1 << (word % 64);
    }

    fn has(&self, word: usize) -> bool {
        self.0[word / 64 % (WORDS / 64)] >> (word % 64) & 1 != 0
    }

    /// The first in a range, or its end.
    fn first_in(&self, range: Range<usize>) -> usize {
        let mut at = range.start;
        while at < range.end {
            let rest = self.0[at / 64 % (WORDS / 64)] >> (at % 64);
            if rest != 0 {
                return (at + rest.trailing_zeros() as usize).min(range.end);
            }
            at = (at / 64 + 1) * 64;
        }
        range.end
    }
}

/// Where a region is, and what decoding it depends on.
pub struct Finding<'a> {
    pub page: &'a mut Page,
    pub read: &'a ReadPage<'a>,
    pub entry: u64,
    pub features: &'a FeatureSet,
    pub native: bool,
    /// FEAT_BTI.
    pub guarded: bool,
    /// Marks system instructions that need not leave for Rust.
    pub plan: &'a dyn Fn(&mut Insn),
    /// Says where there is code already, which a region that is long enough goes on to instead of repeating it.
    pub known: &'a dyn Fn(u64) -> bool,
}

impl Region {
    /// Finds the blocks that the entry reaches inside its page. What was here before is forgotten.
    pub fn find(&mut self, finding: &mut Finding) {
        self.clear();
        self.page = finding.entry & !0xfff;
        self.work.push(finding.entry);
        self.roots.push(finding.entry);
        while let Some(start) = self.work.pop() {
            if start & !0xfff != self.page {
                continue;
            }
            let (word, total) = (word_of(start), self.sites.len());
            if !self.found.has(word) {
                if total >= LARGEST || total >= ENOUGH && (finding.known)(start) {
                    continue;
                }
                self.run(finding, word);
            }
            self.leaders.add(word);
        }
        self.form_blocks();
        let Region { roots, blocks, block_of, .. } = self;
        roots.retain(|&root| {
            let block = usize::from(block_of[word_of(root)]).checked_sub(1).filter(|_| root & !0xfff == finding.entry & !0xfff);
            block.is_some_and(|block| !std::mem::replace(&mut blocks[block].root, true))
        });
    }

    fn clear(&mut self) {
        for block in self.blocks.drain(..) {
            self.block_of[word_of(block.pc)] = 0;
        }
        (self.found, self.leaders) = (Words::default(), Words::default());
        self.sites.clear();
        self.roots.clear();
        self.runs.clear();
        self.work.clear();
    }

    /// Decodes from a word on, to a branch or to what is there already.
    fn run(&mut self, finding: &mut Finding, word: usize) {
        let first = self.sites.len();
        let mut at = word;
        let mut end = None;
        while end.is_none() && at < WORDS && !self.found.has(at) && self.sites.len() < LARGEST {
            let pc = self.page + 4 * at as u64;
            let Some(bits) = finding.page.word(at, finding.read) else { break };
            self.found.add(at);
            self.sites.push(Site { insn: Insn::new(Op::UDF, 0), pc, remaining: 0 });
            let Some(Site { insn, .. }) = self.sites.last_mut() else { return };
            decode_for_into(insn, finding.features, bits, pc, finding.guarded);
            if finding.native && is_planned(insn.op) {
                (finding.plan)(insn);
            }
            at += 1;
            let next = pc.wrapping_add(4);
            end = match kind(insn, finding.native) {
                // Who called may go on here later.
                Kind::Plain if insn.op == Op::HVC => {
                    self.work.push(next);
                    self.roots.push(next);
                    Some(End::Fall)
                }
                Kind::Plain => None,
                Kind::Step => {
                    if insn.effects() & effects::BRANCH == 0 || matches!(insn.op, Op::SVC | Op::SMC | Op::BLR) {
                        self.work.push(next);
                        self.roots.push(next);
                    }
                    Some(End::Step)
                }
                Kind::Branch => {
                    let (target, goes_on) = direct_target(insn);
                    if goes_on {
                        self.work.push(next);
                        self.roots.extend(target.is_none().then_some(next));
                    }
                    self.work.extend(target);
                    Some(End::Branch)
                }
            };
        }
        if at == word {
            return;
        }
        self.runs.push(Run { word, first, words: at - word, end: end.unwrap_or(End::Fall) });
    }

    /// Splits runs where blocks start.
    fn form_blocks(&mut self) {
        for &Run { word, first, words, end } in &self.runs {
            let counted = words - usize::from(end == End::Step);
            let mut done = 0;
            while done < words {
                let stop = (self.leaders.first_in(word + done + 1..word + words) - word).min(done + LONGEST);
                let count = stop.min(counted) - done;
                let sites = &mut self.sites[first + done..first + done + count];
                sites.iter_mut().rev().zip(1..).for_each(|(site, remaining)| site.remaining = remaining);
                let pc = self.page + 4 * (word + done) as u64;
                let end = if stop == words { end } else { End::Fall };
                self.blocks.push(BasicBlock { pc, first: first + done, count, end, root: false });
                done = stop;
            }
        }
        self.blocks.sort_unstable_by_key(|block| block.pc);
        for (index, block) in self.blocks.iter().enumerate() {
            self.block_of[word_of(block.pc)] = index as u16 + 1;
        }
    }

    /// The block that starts at `pc`.
    pub fn block_at(&self, pc: u64) -> Option<usize> {
        if pc & !0xfff != self.page {
            return None;
        }
        usize::from(self.block_of[word_of(pc)]).checked_sub(1)
    }
}
