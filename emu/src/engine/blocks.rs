//! Decoded blocks: straight-line code up to a branch, a page end or a length limit, found again by address. Executes nothing.

use std::num::NonZeroU64;
use std::ops::Range;

use rustc_hash::FxHashMap;

use sysregs::{Encoding, Feature, FeatureSet, SysReg};

use crate::cpu::branch_type;
use crate::insn::{Insn, Op, decode, effects};
use crate::mem::{Halves, SPACES, is_upper};

/// Longest block; keeps attention latency and re-decoding small.
const LONGEST: usize = 64;
/// Instructions kept before everything is dropped.
const CAPACITY: usize = 1 << 18;
const FAST_ENTRIES: usize = 4096;

/// Where a block's instructions are, in one word, because every block that is executed is looked up: start in bits 31:0, number in
/// 47:32, which is not zero, and in bit 48 whether the page is guarded (descriptor GP bit).
#[derive(Clone, Copy, Debug)]
pub(super) struct Block(NonZeroU64);

impl Block {
    /// In an empty slot, which is never found.
    const NONE: Self = Self(NonZeroU64::MIN);

    fn new(start: usize, length: usize, guarded: bool) -> Self {
        let word = start as u64 | (length as u64) << 32 | u64::from(guarded) << 48;
        NonZeroU64::new(word).map_or(Self::NONE, Self)
    }

    #[inline(always)]
    fn range(self) -> Range<usize> {
        let start = self.0.get() as u32 as usize;
        start..start + (self.0.get() >> 32) as u16 as usize
    }

    pub fn guarded(self) -> bool {
        self.0.get() >> 48 != 0
    }
}

/// Whose code the fast look-up is for, besides the half of the address space.
#[derive(Clone, Copy)]
pub(super) struct Part {
    /// EL0's.
    pub user: bool,
    /// The TLB's space.
    pub space: usize,
}

impl Part {
    #[inline(always)]
    fn index(self, upper: bool) -> usize {
        (usize::from(self.user) * SPACES + self.space) * 2 + usize::from(upper)
    }
}

/// A slot of the direct-mapped look-up by virtual address.
#[derive(Clone, Copy)]
struct FastEntry {
    pc: u64,
    block: Block,
}

/// An empty slot: its address belongs into another one, so that no look-up finds it here, whatever pc is.
fn empty(slot: usize) -> FastEntry {
    FastEntry { pc: if slot == 0 { 4 } else { 0 }, block: Block::NONE }
}

/// A block as it is at a virtual address: operands that are relative to pc are resolved.
#[derive(Clone, Copy)]
struct Located {
    pc: u64,
    block: Block,
}

type FastPart = [FastEntry; FAST_ENTRIES];

fn clear(part: &mut FastPart) {
    part.iter_mut().enumerate().for_each(|(slot, entry)| *entry = empty(slot));
}

/// All blocks of one PE.
pub(super) struct Blocks {
    instructions: Vec<Insn>,
    /// By physical address.
    index: FxHashMap<u64, Located>,
    /// Keys of `index` by physical page.
    pages: FxHashMap<u64, Vec<u64>>,
    /// By half of an address space, as they are forgotten apart.
    fast: Box<[FastPart; 4 * SPACES]>,
}

impl Default for Blocks {
    fn default() -> Self {
        Blocks {
            instructions: Vec::new(),
            index: FxHashMap::default(),
            pages: FxHashMap::default(),
            fast: Box::new([std::array::from_fn(empty); 4 * SPACES]),
        }
    }
}

/// What a word in a page that is guarded or not decodes to on a CPU with `features`: anything that must not execute becomes
/// `UDF`, a hint of a feature that the CPU lacks does nothing.
pub(crate) fn decode_for(features: &FeatureSet, word: u32, pc: u64, guarded: bool) -> Insn {
    let mut insn = Insn::new(Op::UDF, word);
    decode_for_into(&mut insn, features, word, pc, guarded);
    insn
}

/// As [`decode_for`], where the instruction will stay.
pub(crate) fn decode_for_into(insn: &mut Insn, features: &FeatureSet, word: u32, pc: u64, guarded: bool) {
    let feature = decode::decode_into(insn, word, pc);
    if feature.is_some_and(|feature| features.contains(feature)) {
        if features.contains(Feature::BTI) && insn.effects() & effects::BRANCH != 0 {
            insn.opt |= branch_type(insn, guarded);
        }
    } else {
        let hint = feature.is_some() && Op::HINT.row().pattern.matches(word);
        *insn = Insn::new(if hint { Op::HINT } else { Op::UDF }, word);
    }
}

/// True for the last instruction of a block.
fn ends_block(insn: &Insn) -> bool {
    if insn.effects() & (effects::BRANCH | effects::SYSTEM | effects::UNIMPLEMENTED) != 0 {
        return true;
    }
    // Reads of a counter need the exact instruction count, which engines know at the end of a block.
    insn.op == Op::MRS && SysReg::from_encoding(Encoding(insn.aux as u16)).is_some_and(|register| register.name().starts_with("CNT"))
}

impl Blocks {
    /// Looks up by virtual address only; valid until translations change.
    #[inline(always)]
    pub fn fast(&self, part: Part, pc: u64) -> Option<Block> {
        let entry = &self.fast[part.index(is_upper(pc)) % (4 * SPACES)][(pc >> 2) as usize % FAST_ENTRIES];
        (entry.pc == pc).then_some(entry.block)
    }

    /// Remembers a block by virtual address, which is a multiple of four.
    pub fn remember(&mut self, part: Part, pc: u64, block: Block) {
        self.fast[part.index(is_upper(pc)) % (4 * SPACES)][(pc >> 2) as usize % FAST_ENTRIES] = FastEntry { pc, block };
    }

    /// Forgets the virtual addresses of these halves of an address space.
    pub fn forget_addresses(&mut self, space: usize, halves: Halves) {
        for (stale, upper) in [(halves.lower, false), (halves.upper, true)] {
            if stale {
                for user in [false, true] {
                    clear(&mut self.fast[Part { user, space }.index(upper)]);
                }
            }
        }
    }

    /// Finds a block by physical address, to be executed at pc; bit 0 of the former is set in a guarded page.
    pub fn find(&mut self, physical: u64, pc: u64) -> Option<Block> {
        let located = self.index.get_mut(&physical)?;
        let Located { block, .. } = *located;
        if located.pc != pc {
            let before = std::mem::replace(&mut located.pc, pc);
            self.move_block(block, before, pc);
        }
        Some(block)
    }

    /// A block was met at another address than before, where its page is mapped now, or too.
    #[cold]
    fn move_block(&mut self, block: Block, before: u64, pc: u64) {
        self.forget_block(before);
        let insns = self.instructions.get_mut(block.range()).unwrap_or_default();
        insns.iter_mut().for_each(|insn| insn.move_by(pc.wrapping_sub(before)));
    }

    /// Nothing is found at an address by that alone.
    fn forget_block(&mut self, pc: u64) {
        let slot = (pc >> 2) as usize % FAST_ENTRIES;
        for part in self.fast.iter_mut().filter(|part| part[slot].pc == pc) {
            part[slot] = empty(slot);
        }
    }

    /// The instructions of a block.
    #[inline(always)]
    pub fn instructions(&self, block: Block) -> &[Insn] {
        self.instructions.get(block.range()).unwrap_or_default()
    }

    /// True when another block may not fit.
    pub fn full(&self) -> bool {
        self.instructions.len() + LONGEST > CAPACITY
    }

    /// Decodes a block from the words of the rest of its page. Bit 0 of `physical` says that the page is guarded.
    pub fn build(&mut self, physical: u64, pc: u64, words: &[u32], features: &FeatureSet) -> Block {
        let start = self.instructions.len();
        let guarded = physical & 1 != 0;
        for (index, &word) in words.iter().take(LONGEST).enumerate() {
            let insn = decode_for(features, word, pc.wrapping_add(4 * index as u64), guarded);
            self.instructions.push(insn);
            if ends_block(&insn) {
                break;
            }
        }
        let block = Block::new(start, self.instructions.len() - start, guarded);
        self.index.insert(physical, Located { pc, block });
        self.pages.entry(physical & !0xfff).or_default().push(physical);
        block
    }

    /// Drops the blocks of a physical page.
    pub fn drop_page(&mut self, page: u64) {
        let Some(keys) = self.pages.remove(&page) else { return };
        for physical in keys {
            if let Some(Located { pc, .. }) = self.index.remove(&physical) {
                self.forget_block(pc);
            }
        }
    }

    /// Drops everything.
    pub fn clear(&mut self) {
        self.instructions.clear();
        self.index.clear();
        self.pages.clear();
        self.fast.iter_mut().for_each(clear);
    }
}
