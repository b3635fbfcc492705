//! From a decoded region to x86-64 code. One pass measures which guest registers the emitters touch, one assignment of guest
//! to host registers then holds for the whole region, and a second pass emits. Does not place or run the code.
//!
//! A block exists once for each state of the flags in which it is entered (see [`super::flags`]), so that a loop keeps its
//! comparison in registers across the back edge.

use std::ops::Range;

use super::asm::{Alu, Assembler, Cc, Label, R14, STUB_BYTES};
use super::emit::groups::Groups;
use super::emit::{self, Lookups};
use super::exits::{LinkSite, Parts, Tag};
use super::flags::{Comparison, Flags};
use super::layout;
use super::outline::{Draft, Entry, Frame, Outline};
use super::region::{BasicBlock, End, Region, Site};
use super::registers::{Dirty, NONE};
use super::touched::{KnownTouched, Touched};
use super::{Context, Host, Thunks};
use crate::insn::{Insn, effects};

/// Versions of a block with different pending comparisons; further ones store their flags.
const VERSIONS: usize = 3;

/// A block as entered with a state of the flags.
#[derive(Clone, Copy)]
struct Version {
    flags: Flags,
    /// In front of what takes its instructions off the count, and behind it.
    counted: Label,
    body: Label,
    /// Where to go when they do not fit.
    budget: Label,
    /// Another version of the block.
    next: Option<u32>,
}

/// A branch whose target is still to be emitted.
pub(super) struct Pending {
    label: Label,
    target: u64,
    flags: Flags,
    dirty: Dirty,
}

/// Translates one region after the other. What it needs for one is kept for the next, because allocating it again takes as long as
/// translating.
pub struct Translator {
    pub asm: Assembler,
    pub host: Host,
    pub context: Context,
    /// Z registers may be longer than the V registers that are written.
    pub long_vectors: bool,
    pub region: Region,
    pub thunks: Thunks,
    /// Offset of the code in the code memory.
    pub origin: u32,
    pub touched: Touched,
    pub known: KnownTouched,
    pub(super) facts: Vec<Touched>,
    /// The writes of all of them.
    pub(super) all: Dirty,
    /// By block, what may be in host registers only when it ends.
    pub(super) dirty_after: Vec<Dirty>,
    /// The same of the block being emitted.
    pub(super) dirty: Dirty,
    pub(super) map: [u8; 64],
    pub(super) vector_map: [u8; 32],
    pub flags: Flags,
    /// The host's flags are those of the pending comparison, until the next instruction is emitted.
    pub eflags: bool,
    /// The same at the start of the instruction being emitted.
    pub eflags_at_start: bool,
    /// The site being emitted.
    pub current: usize,
    pub(super) start_of_block: usize,
    pub(super) end_of_block: usize,
    /// Where the block being emitted ends in the guest's memory.
    end_of_code: u64,
    pub stack_checked: bool,
    /// The constant that the site of the given number wrote.
    pub(super) constant: Option<(usize, u8, u64)>,
    /// Vector registers whose bits above 63 (bit 0) and above 31 (bit 1) are known to be zero.
    pub upper_zero: [u8; 32],
    /// The same of X2, by an emitter that knows.
    pub scratch_upper_zero: u8,
    /// The site of an FCVTZS and the register it wrote, when X3 is what SCVTF makes of that.
    pub(super) converted: Option<(usize, u8)>,
    versions: Vec<Version>,
    /// By block, the first of its versions.
    version_of: Vec<Option<u32>>,
    pub(super) weights: Vec<u32>,
    /// From block to block.
    pub(super) edges: Vec<(u32, u32)>,
    pub(super) pending: Vec<Pending>,
    /// See [`Self::address_constant`].
    pub constants: Vec<u32>,
    pub fixed: bool,
    /// Code to be made later, and the states of the flags that it starts with.
    pub(super) drafts: Vec<Draft>,
    pub outlines: Vec<Outline>,
    pub comparisons: Vec<Comparison>,
    /// Sites that code names, and the number of the first.
    pub kept: Vec<Site>,
    pub first_site: usize,
    pub links: Vec<LinkSite>,
    /// By link, where it goes when it is not linked.
    pub(super) unlinked: Vec<Label>,
    /// Number of the first link.
    pub first_link: usize,
    /// Blocks that may be entered from outside: number, and the labels of [`Version`].
    entered: Vec<(usize, Label, Label)>,
    /// Entries that are made, with their offsets in the code memory, and others.
    pub entries: Vec<(u64, u32)>,
    pub late_entries: Vec<Entry>,
    pub(super) frame_number: u32,
    pub parts: Parts,
    /// Where code that is needed again is: what registers come from home by, and what they go home by.
    pub(super) reload: Option<Range<usize>>,
    pub(super) spills: Vec<(Dirty, Range<usize>)>,
    /// Accesses that look at the TLB together.
    pub(super) groups: Groups,
    /// By block, see [`Groups::start`].
    pub(super) shared_bases: Vec<u32>,
    /// Code of look-ups in the TLB.
    pub lookups: Lookups,
    /// Where an indirect branch that finds its way by the table starts to.
    pub indirect: Option<Label>,
    pub jump_table: u64,
}

/// Where a region's code will be, and what it is for.
pub struct Place {
    pub context: Context,
    /// Offset of the code in the code memory.
    pub origin: u32,
    /// Numbers of the first link and of the first site.
    pub first_link: usize,
    pub first_site: usize,
    /// Number of the region's frame.
    pub frame: usize,
    pub jump_table: u64,
}

impl Translator {
    pub fn new(host: Host, thunks: Thunks) -> Self {
        Translator {
            asm: Assembler::new(host.v3),
            known: KnownTouched::default(),
            host,
            context: Context::default(),
            long_vectors: false,
            region: Region::default(),
            thunks,
            origin: 0,
            touched: Touched::default(),
            facts: Vec::new(),
            all: Dirty::default(),
            dirty_after: Vec::new(),
            dirty: Dirty::default(),
            map: [NONE; 64],
            vector_map: [NONE; 32],
            flags: Flags::Stored,
            eflags: false,
            eflags_at_start: false,
            current: 0,
            start_of_block: 0,
            end_of_block: 0,
            end_of_code: 0,
            stack_checked: false,
            constant: None,
            upper_zero: [0; 32],
            scratch_upper_zero: 0,
            converted: None,
            versions: Vec::new(),
            version_of: Vec::new(),
            weights: Vec::new(),
            edges: Vec::new(),
            pending: Vec::new(),
            constants: Vec::new(),
            fixed: false,
            drafts: Vec::new(),
            outlines: Vec::new(),
            comparisons: Vec::new(),
            kept: Vec::new(),
            first_site: 0,
            links: Vec::new(),
            unlinked: Vec::new(),
            first_link: 0,
            entered: Vec::new(),
            entries: Vec::new(),
            late_entries: Vec::new(),
            frame_number: 0,
            parts: Parts::default(),
            reload: None,
            spills: Vec::new(),
            groups: Groups::default(),
            shared_bases: Vec::new(),
            lookups: Lookups::default(),
            indirect: None,
            jump_table: 0,
        }
    }

    /// Translates the region; false when a jump went nowhere, which is a bug of the translator.
    pub fn translate(&mut self, place: &Place) -> bool {
        (self.context, self.origin) = (place.context, place.origin);
        self.frame_number = place.frame as u32;
        (self.first_link, self.first_site, self.jump_table) = (place.first_link, place.first_site, place.jump_table);
        self.run()
    }

    /// Forgets the region before.
    fn start(&mut self) {
        (self.all, self.dirty) = (Dirty::default(), Dirty::default());
        (self.map, self.vector_map) = ([NONE; 64], [NONE; 32]);
        self.facts.clear();
        self.dirty_after.clear();
        self.groups.start(0);
        self.shared_bases.clear();
        self.indirect = None;
        self.versions.clear();
        self.version_of.clear();
        self.version_of.resize(self.region.blocks.len(), None);
        self.drop_drafts();
        self.entered.clear();
        self.entries.clear();
        self.late_entries.clear();
    }

    /// Nothing is emitted.
    pub(super) fn drop_code(&mut self) {
        self.asm.clear();
        self.constants.clear();
        self.fixed = false;
        self.spills.clear();
        self.reload = None;
    }

    /// Nothing is left for later.
    pub(super) fn drop_drafts(&mut self) {
        self.drafts.clear();
        self.comparisons.clear();
        self.kept.clear();
        self.links.clear();
        self.unlinked.clear();
        self.pending.clear();
    }

    fn run(&mut self) -> bool {
        self.start();
        self.measure();
        self.assign();
        self.find_dirty();
        self.drop_code();
        self.emit_parts();
        if self.facts.iter().any(Touched::called) {
            self.emit_interpret();
        }
        if self.region.blocks.iter().any(|block| block.end == End::Step) {
            self.emit_leave();
        }
        // The entry first.
        for at in (0..self.region.roots.len()).rev() {
            let label = self.asm.label();
            self.pending.push(Pending { label, target: self.region.roots[at], flags: Flags::Stored, dirty: Dirty::default() });
        }
        while let Some(edge) = self.pending.pop() {
            (self.flags, self.dirty) = (edge.flags, edge.dirty);
            // The host's are whatever the branch looked at.
            self.eflags = false;
            match self.region.block_at(edge.target).and_then(|block| self.version(block)) {
                // It is emitted already, where the branch can go itself.
                Some(version) => self.asm.bind_to(edge.label, version.counted),
                None => {
                    self.asm.bind(edge.label);
                    self.go(edge.target);
                }
            }
        }
        self.emit_entries();
        self.emit_unlinked();
        self.emit_stubs();
        self.asm.resolve()
    }

    /// Entries that are sure to be used, and what others are made of.
    fn emit_entries(&mut self) {
        for number in 0..self.entered.len() {
            let (index, counted, body) = self.entered[number];
            let block = self.region.blocks[index];
            let place = |label: Label| self.origin + self.asm.offset_of(label).unwrap_or_default();
            let entry =
                Entry { pc: block.pc, counted: place(counted), body: place(body), count: block.count as u32, frame: self.frame_number };
            if !block.root {
                self.late_entries.push(entry);
                continue;
            }
            let site = if self.clears_branch_type(entry.count) { self.keep_site(block.first) } else { 0 };
            let offset = self.emit_entry(&entry, site);
            self.entries.push((block.pc, offset));
        }
    }

    /// What code that is made later has to know.
    pub(super) fn frame(&self) -> Frame {
        let stubs = self.here() - STUB_BYTES * self.drafts.len() as u32;
        let (assignment, all, parts, context) = (self.assignment(), self.all, self.parts, self.context);
        Frame { assignment, all, parts, context, page: self.region.page, table: 0, stubs, first_outline: 0, first_comparison: 0 }
    }

    /// Emits what executes at `target`, and on along the fall-through path.
    fn go(&mut self, target: u64) {
        let mut next = Some(target);
        while let Some(target) = next {
            next = self.go_block(target);
        }
    }

    /// One block, unless it is there already or outside; what follows it.
    fn go_block(&mut self, target: u64) -> Option<u64> {
        let Some(index) = self.region.block_at(target) else {
            self.leave_for(target);
            return None;
        };
        let block = self.region.blocks[index];
        if let Some(version) = self.version_or_stored(index) {
            self.enter_block(&block, &version);
            return None;
        }
        let version = self.add_version(index, &block);
        self.asm.bind(version.counted);
        if block.count > 0 {
            self.asm.alu_imm(Alu::Sub, true, R14, block.count as i32);
            self.asm.jcc(Cc::B, version.budget);
        }
        self.asm.bind(version.body);
        self.dirty = self.dirty_after[index];
        self.groups.start(self.shared_bases[index]);
        self.emit_block(&block)
    }

    fn add_version(&mut self, index: usize, block: &BasicBlock) -> Version {
        let (counted, body) = (self.asm.label(), self.asm.label());
        // A block without instructions takes nothing off the count.
        let budget = if block.count > 0 { self.budget(block.first) } else { counted };
        let version = Version { flags: self.flags, counted, body, budget, next: self.version_of[index] };
        self.version_of[index] = Some(self.versions.len() as u32);
        self.versions.push(version);
        if self.flags == Flags::Stored {
            self.entered.push((index, counted, body));
        }
        version
    }

    /// The versions of a block that are emitted.
    fn versions(&self, block: usize) -> impl Iterator<Item = &Version> {
        let version = |number: Option<u32>| number.map(|number| &self.versions[number as usize]);
        std::iter::successors(version(self.version_of[block]), move |last| version(last.next))
    }

    /// A block in the present state of the flags, when it is emitted.
    fn version(&self, block: usize) -> Option<Version> {
        self.versions(block).find(|version| version.flags == self.flags).copied()
    }

    /// The same; stores the flags when the block has enough versions.
    fn version_or_stored(&mut self, block: usize) -> Option<Version> {
        let found = self.version(block);
        if found.is_none() && self.flags != Flags::Stored && self.versions(block).count() >= VERSIONS {
            self.store_flags();
            return self.version(block);
        }
        found
    }

    /// Goes on in a block that is emitted already.
    fn enter_block(&mut self, block: &BasicBlock, version: &Version) {
        let loops = block.pc < self.end_of_code;
        if block.count == 0 || !loops {
            self.asm.jmp(version.counted);
            return;
        }
        // One branch in each round.
        self.asm.alu_imm(Alu::Sub, true, R14, block.count as i32);
        self.asm.jcc(Cc::Ae, version.body);
        self.asm.jmp(version.budget);
    }

    fn emit_block(&mut self, block: &BasicBlock) -> Option<u64> {
        self.stack_checked = false;
        self.upper_zero = [0; 32];
        (self.constant, self.converted) = (None, None);
        self.eflags = false;
        (self.start_of_block, self.end_of_block) = (block.first, block.first + block.count);
        self.end_of_code = block.pc + 4 * block.count as u64;
        let body = block.count - usize::from(block.end == End::Branch);
        for index in block.first..block.first + body {
            self.instruction(index);
        }
        let end = block.first + block.count;
        match block.end {
            End::Fall => Some(self.end_of_code),
            End::Branch => {
                self.current = end - 1;
                self.eflags_at_start = std::mem::take(&mut self.eflags);
                let Site { insn, pc, .. } = self.region.sites[end - 1];
                emit::branch::terminator(self, &insn, pc)
            }
            End::Step => {
                self.exit_to_rust(end, Tag::Step);
                None
            }
        }
    }

    fn instruction(&mut self, index: usize) {
        let (facts, insn) = (self.facts[index], self.region.sites[index].insn);
        self.current = index;
        if facts.called() {
            self.store_flags();
            self.eflags = false;
            let site = self.keep_site(index);
            self.call_interpret(site);
            self.stack_checked = false;
            self.upper_zero = [0; 32];
            return;
        }
        if let Flags::Pending(comparison) = self.flags {
            self.keep_comparison(index, &facts, &comparison);
        }
        self.eflags_at_start = std::mem::take(&mut self.eflags);
        self.scratch_upper_zero = 0;
        emit::emit(self, &insn);
        if self.long_vectors {
            self.clear_upper(facts.vector_writes);
        }
        // What the emitter did not say of a vector register it wrote is not known.
        if facts.writes >> 31 & 1 != 0 && !emit::keeps_stack_aligned(&insn) {
            self.stack_checked = false;
        }
    }

    /// V registers that were written: their Z registers have nothing above them any more. Changes no flags.
    fn clear_upper(&mut self, mut written: u32) {
        while written != 0 {
            let number = written.trailing_zeros();
            written &= written - 1;
            self.asm.store8_imm(layout::upper_live(number), 0);
        }
    }

    /// True when someone may look at the flags between instruction `index` and the next that sets them.
    pub fn flags_needed_after(&self, index: usize) -> bool {
        for at in index + 1..self.end_of_block {
            let effects = self.region.sites[at].insn.effects();
            if self.facts[at].called()
                || effects & (effects::READS_FLAGS | effects::LOAD | effects::STORE | effects::BRANCH | effects::SYSTEM) != 0
            {
                return true;
            }
            if effects & effects::SETS_FLAGS != 0 {
                return false;
            }
        }
        true
    }

    /// Edges of a conditional branch; `cc` is the host condition under which it is taken. What follows is the other edge.
    pub fn two_way(&mut self, cc: Cc, taken: u64, fall: u64) -> Option<u64> {
        match self.region.block_at(taken).and_then(|block| self.version(block)) {
            Some(version) => self.asm.jcc(cc, version.counted),
            None => {
                let label = self.asm.label();
                self.asm.jcc(cc, label);
                self.pending.push(Pending { label, target: taken, flags: self.flags, dirty: self.dirty });
            }
        }
        Some(fall)
    }

    /// A jump or call to a thunk at an offset of the code memory: `opcode` E9 or E8.
    pub fn far(&mut self, opcode: u8, target: u32) {
        let end = self.here() + 5;
        self.asm.relative(opcode, target.wrapping_sub(end) as i32);
    }

    /// The instruction's effects may leave the block early.
    pub fn is_access(insn: &Insn) -> bool {
        insn.effects() & (effects::LOAD | effects::STORE) != 0
    }
}
