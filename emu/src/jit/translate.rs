//! From a decoded region to x86-64 code. One pass measures which guest registers the emitters touch, one assignment of guest
//! to host registers then holds for the whole region, and a second pass emits. Does not place or run the code.
//!
//! A block exists once for each state of the flags in which it is entered (see [`super::flags`]), so that a loop keeps its
//! comparison in registers across the back edge.

use super::asm::{Alu, Assembler, Cc, Gpr, Label, Mem, R14, RAX, RCX};
use super::emit;
use super::exits::{Cold, LinkSite, Parts, Tag};
use super::flags::Flags;
use super::region::{BasicBlock, End, Region};
use super::registers::{Dirty, KnownTouched, NONE, Touched};
use super::{Context, Host, Thunks};
use crate::insn::{Insn, effects};

/// Versions of a block with different pending comparisons; further ones store their flags.
const VERSIONS: usize = 3;

/// A block as entered with a state of the flags.
struct Version {
    block: usize,
    flags: Flags,
    label: Label,
}

/// A branch whose target is still to be emitted.
pub(super) struct Pending {
    label: Label,
    target: u64,
    flags: Flags,
    dirty: Dirty,
}

/// Translates one region.
pub struct Translator<'a> {
    pub asm: Assembler,
    pub host: Host,
    pub context: Context,
    pub region: &'a Region,
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
    pub(super) end_of_block: usize,
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
    pub(super) pending: Vec<Pending>,
    pub cold: Vec<Cold>,
    pub links: Vec<LinkSite>,
    /// Number of the first link.
    pub first_link: usize,
    /// Entries from outside: address and place.
    pub entries: Vec<(u64, Label)>,
    pub parts: Parts,
    /// Where instructions that were interpreted end, by the flags.
    pub failed: Vec<(Flags, Label)>,
    pub jump_table: u64,
}

impl<'a> Translator<'a> {
    pub fn new(
        asm: Assembler,
        known: KnownTouched,
        host: Host,
        context: Context,
        region: &'a Region,
        thunks: Thunks,
        origin: u32,
        first_link: usize,
        jump_table: u64,
    ) -> Self {
        Translator {
            asm,
            known,
            host,
            context,
            region,
            thunks,
            origin,
            touched: Touched::default(),
            facts: Vec::with_capacity(region.sites.len()),
            all: Dirty::default(),
            dirty_after: Vec::new(),
            dirty: Dirty::default(),
            map: [NONE; 64],
            vector_map: [NONE; 32],
            flags: Flags::Stored,
            eflags: false,
            eflags_at_start: false,
            current: 0,
            end_of_block: 0,
            stack_checked: false,
            constant: None,
            upper_zero: [0; 32],
            scratch_upper_zero: 0,
            converted: None,
            versions: Vec::new(),
            pending: Vec::new(),
            cold: Vec::new(),
            links: Vec::new(),
            first_link,
            entries: Vec::new(),
            parts: Parts::default(),
            failed: Vec::new(),
            jump_table,
        }
    }

    /// Translates everything; false when a jump went nowhere, which is a bug of the translator.
    pub fn run(&mut self) -> bool {
        self.measure();
        self.assign();
        self.find_dirty();
        self.asm.clear();
        for &root in &self.region.roots {
            let label = self.asm.label();
            self.pending.push(Pending { label, target: root, flags: Flags::Stored, dirty: Dirty::default() });
        }
        // The entry first.
        self.pending.reverse();
        while let Some(edge) = self.pending.pop() {
            self.asm.bind(edge.label);
            (self.flags, self.dirty) = (edge.flags, edge.dirty);
            self.go(edge.target);
        }
        self.emit_cold();
        self.asm.resolve()
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
        if let Some(label) = self.version(index) {
            self.enter_block(&block, label);
            return None;
        }
        let label = self.asm.label();
        if block.count > 0 {
            self.asm.alu_imm(Alu::Sub, true, R14, block.count as i32);
            let out = self.budget_exit(&block);
            self.asm.jcc(Cc::B, out);
        }
        self.asm.bind(label);
        self.versions.push(Version { block: index, flags: self.flags, label });
        if self.flags == Flags::Stored {
            let entry = self.asm.label();
            self.entries.push((block.pc, entry));
            self.cold.push(Cold::Entry { entry, block: index, label });
        }
        self.dirty = self.dirty_after[index];
        self.emit_block(&block)
    }

    /// The label of a block in the present state of the flags; stores them when the block has enough versions.
    fn version(&mut self, block: usize) -> Option<Label> {
        let find = |translator: &Self| {
            translator
                .versions
                .iter()
                .find(|version| version.block == block && version.flags == translator.flags)
                .map(|version| version.label)
        };
        if let Some(label) = find(self) {
            return Some(label);
        }
        if self.flags != Flags::Stored && self.versions.iter().filter(|version| version.block == block).count() >= VERSIONS {
            self.store_flags();
            return find(self);
        }
        None
    }

    /// Goes on in a block that is emitted already.
    fn enter_block(&mut self, block: &BasicBlock, label: Label) {
        if block.count == 0 {
            self.asm.jmp(label);
            return;
        }
        self.asm.alu_imm(Alu::Sub, true, R14, block.count as i32);
        self.asm.jcc(Cc::Ae, label);
        let out = self.budget_exit(block);
        self.asm.jmp(out);
    }

    /// A label for the exit in front of a block whose instructions do not fit the count any more.
    fn budget_exit(&mut self, block: &BasicBlock) -> Label {
        let label = self.asm.label();
        self.cold.push(Cold::Budget { label, first: block.first, flags: self.flags });
        label
    }

    fn emit_block(&mut self, block: &BasicBlock) -> Option<u64> {
        self.stack_checked = false;
        self.upper_zero = [0; 32];
        (self.constant, self.converted) = (None, None);
        self.eflags = false;
        self.end_of_block = block.first + block.count;
        let body = block.count - usize::from(block.end == End::Branch);
        for index in block.first..block.first + body {
            self.instruction(index);
        }
        let end = block.first + block.count;
        match block.end {
            End::Fall => Some(block.pc + 4 * block.count as u64),
            End::Branch => {
                self.current = end - 1;
                self.eflags_at_start = std::mem::take(&mut self.eflags);
                let site = &self.region.sites[end - 1];
                emit::branch::terminator(self, &site.insn, site.pc)
            }
            End::Step => {
                self.exit_to_rust(end, Tag::Step);
                None
            }
        }
    }

    fn instruction(&mut self, index: usize) {
        let (facts, site) = (self.facts[index], &self.region.sites[index]);
        self.current = index;
        if facts.called {
            self.store_flags();
            self.eflags = false;
            self.call_interpreter(index);
            self.stack_checked = false;
            self.upper_zero = [0; 32];
            return;
        }
        self.keep_comparison(index, &facts);
        self.eflags_at_start = std::mem::take(&mut self.eflags);
        self.scratch_upper_zero = 0;
        emit::emit(self, &site.insn);
        // What the emitter did not say of a vector register it wrote is not known.
        if facts.writes >> 31 & 1 != 0 && !emit::keeps_stack_aligned(&site.insn) {
            self.stack_checked = false;
        }
    }

    /// True when someone may look at the flags between instruction `index` and the next that sets them.
    pub fn flags_needed_after(&self, index: usize) -> bool {
        for at in index + 1..self.end_of_block {
            let effects = self.region.sites[at].insn.row().effects;
            if self.facts[at].called
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
        let known = self
            .region
            .block_at(taken)
            .filter(|&index| self.versions.iter().any(|version| version.block == index && version.flags == self.flags));
        match known {
            Some(index) => {
                let over = self.asm.label();
                self.asm.jcc(cc.inverted(), over);
                let block = self.region.blocks[index];
                if let Some(label) = self.version(index) {
                    self.enter_block(&block, label);
                }
                self.asm.bind(over);
            }
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
        let end = self.origin + self.asm.position() + 5;
        self.asm.relative(opcode, target.wrapping_sub(end) as i32);
    }

    /// A 64-bit constant as a sign-extended one, or by way of `scratch`.
    pub fn alu_constant(&mut self, op: Alu, wide: bool, to: Gpr, value: u64, scratch: Gpr) {
        match i32::try_from(if wide { value as i64 } else { i64::from(value as i32) }) {
            Ok(short) => self.asm.alu_imm(op, wide, to, short),
            Err(_) => {
                self.asm.mov_imm(scratch, value);
                self.asm.alu(op, wide, to, scratch);
            }
        }
    }

    /// Calls the interpreter's function in place.
    fn call_interpreter(&mut self, index: usize) {
        let back = self.asm.label();
        self.interpret_site(index, back, Flags::Stored);
        self.asm.bind(back);
    }

    /// Address arithmetic shared by emitters: base register plus constant into RAX.
    pub fn address(&mut self, base: Gpr, offset: u64) {
        match i32::try_from(offset as i64) {
            Ok(0) if base == RAX => {}
            Ok(0) => self.asm.mov(true, RAX, base),
            Ok(offset) => self.asm.lea(true, RAX, Mem::at(base, offset)),
            Err(_) => {
                self.asm.mov_imm(RCX, offset);
                self.asm.lea(true, RAX, Mem::indexed(base, RCX, 0, 0));
            }
        }
    }

    /// The instruction's effects may leave the block early.
    pub fn is_access(insn: &Insn) -> bool {
        insn.row().effects & (effects::LOAD | effects::STORE) != 0
    }
}
