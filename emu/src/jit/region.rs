//! A region: the basic blocks of one page that direct branches reach from an entry, decoded. Emits nothing.

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

/// A page of the guest's code.
pub struct Page(pub [u8; PAGE_BYTES]);

impl Page {
    fn word(&self, index: usize) -> u32 {
        self.0.as_chunks().0.get(index).map_or(0, |bytes| u32::from_le_bytes(*bytes))
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

/// Decoded blocks.
#[derive(Default)]
pub struct Region {
    pub sites: Vec<Site>,
    pub blocks: Vec<BasicBlock>,
    /// Where execution enters from outside: the entry, return addresses, what follows an instruction of the interpreter.
    pub roots: Vec<u64>,
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
        // The planner has found a way that needs nobody else.
        Op::MRS | Op::MSR_reg | Op::MSR_imm | Op::ISB | Op::DSB | Op::SYS if insn.opt != 0 => Kind::Plain,
        // Does not come back, or changes registers only.
        Op::HVC => Kind::Plain,
        // Most system registers trap or need the exact count of instructions.
        Op::MRS => Kind::Step,
        _ if insn.effects() & (effects::BRANCH | effects::SYSTEM | effects::UNIMPLEMENTED) != 0 => Kind::Step,
        _ => Kind::Plain,
    }
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

/// Finds the blocks that `entry` reaches inside its page, which is `page` and guarded (FEAT_BTI) or not.
/// `plan` marks system instructions that need not leave for Rust; `known` says where there is code already, which a region that is
/// long enough goes on to instead of repeating it.
pub fn discover(
    page: &Page,
    entry: u64,
    features: &FeatureSet,
    native: bool,
    guarded: bool,
    plan: &dyn Fn(&mut Insn),
    known: &dyn Fn(u64) -> bool,
) -> Region {
    let start_of_page = entry & !0xfff;
    let index_of = |pc: u64| (pc & !0xfff == start_of_page).then_some((pc & 0xfff) as usize / 4);
    let mut decoded = Decoded { insns: Vec::with_capacity(2 * ENOUGH), places: [0; WORDS], first: WORDS, end: 0 };
    let mut leaders = [false; WORDS];
    let mut work = vec![entry];
    let mut roots = vec![entry];
    while let Some(start) = work.pop() {
        let Some(mut at) = index_of(start) else { continue };
        let total = decoded.insns.len();
        if decoded.at(at).is_none() && (total >= LARGEST || total >= ENOUGH && known(start)) {
            continue;
        }
        leaders[at] = true;
        while at < WORDS && decoded.at(at).is_none() && decoded.insns.len() < LARGEST {
            let insn = decoded.add(at);
            decode_for_into(insn, features, page.word(at), start_of_page + 4 * at as u64, guarded);
            if native {
                plan(insn);
            }
            let kind = kind(insn, native);
            at += 1;
            let next = start_of_page.wrapping_add(4 * at as u64);
            match kind {
                // Who called may go on here later.
                Kind::Plain if insn.op == Op::HVC => {
                    work.push(next);
                    roots.push(next);
                    break;
                }
                Kind::Plain => {}
                Kind::Step => {
                    if insn.effects() & effects::BRANCH == 0 || matches!(insn.op, Op::SVC | Op::SMC | Op::BLR) {
                        work.push(next);
                        roots.push(next);
                    }
                    break;
                }
                Kind::Branch => {
                    let (target, goes_on) = direct_target(insn);
                    if goes_on {
                        work.push(next);
                        if target.is_none() {
                            roots.push(next);
                        }
                    }
                    work.extend(target);
                    break;
                }
            }
        }
    }
    let mut region = form_blocks(&decoded, &leaders, start_of_page, native);
    roots.retain(|&root| match region.blocks.binary_search_by_key(&root, |block| block.pc) {
        Ok(block) => !std::mem::replace(&mut region.blocks[block].root, true),
        Err(_) => false,
    });
    region.roots = roots;
    region
}

/// The instructions that are reached, and where each word's is, plus one.
struct Decoded {
    insns: Vec<Insn>,
    places: [u16; WORDS],
    /// The first word that is reached, and the one behind the last.
    first: usize,
    end: usize,
}

impl Decoded {
    /// Room for the instruction at a word, which follows those that are there.
    fn add(&mut self, at: usize) -> &mut Insn {
        let number = self.insns.len();
        self.places[at] = number as u16 + 1;
        (self.first, self.end) = (self.first.min(at), self.end.max(at + 1));
        self.insns.push(Insn::new(Op::UDF, 0));
        &mut self.insns[number]
    }

    fn at(&self, at: usize) -> Option<&Insn> {
        self.insns.get(usize::from(*self.places.get(at)?).checked_sub(1)?)
    }
}

fn form_blocks(decoded: &Decoded, leaders: &[bool; WORDS], page: u64, native: bool) -> Region {
    let mut region = Region { sites: Vec::with_capacity(decoded.insns.len()), blocks: Vec::new(), roots: Vec::new() };
    let mut at = decoded.first;
    while at < decoded.end {
        if decoded.places[at] == 0 {
            at += 1;
            continue;
        }
        let mut block = BasicBlock { pc: page + 4 * at as u64, first: region.sites.len(), count: 0, end: End::Fall, root: false };
        while let Some(&insn) = decoded.at(at) {
            if block.count == LONGEST || (leaders[at] && page + 4 * at as u64 != block.pc) {
                break;
            }
            region.sites.push(Site { insn, pc: page + 4 * at as u64, remaining: 0 });
            at += 1;
            match kind(&insn, native) {
                Kind::Plain => block.count += 1,
                Kind::Branch => {
                    block.count += 1;
                    block.end = End::Branch;
                    break;
                }
                Kind::Step => {
                    block.end = End::Step;
                    break;
                }
            }
        }
        for index in 0..block.count {
            region.sites[block.first + index].remaining = (block.count - index) as u32;
        }
        region.blocks.push(block);
    }
    region
}

impl Region {
    /// The bytes of the page from its first instruction to the end of its last.
    pub fn range(&self) -> std::ops::Range<usize> {
        let offset = |site: &Site| (site.pc & 0xfff) as usize;
        self.sites.first().map_or(0, offset)..self.sites.last().map_or(0, |last| offset(last) + 4)
    }
}
