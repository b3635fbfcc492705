//! From a decoded region to x86-64 code. One pass measures which guest registers the emitters touch, one assignment of guest
//! to host registers then holds for the whole region, and a second pass emits. Does not place or run the code.
//!
//! A block exists once for each state of the flags in which it is entered (see [`super::flags`]), so that a loop keeps its
//! comparison in registers across the back edge.

use super::asm::{Alu, Assembler, Cc, Gpr, Label, Mem, R14, RAX, RCX, Rm, Xmm};
use super::emit;
use super::exits::{Cold, LinkSite, Parts, Tag};
use super::flags::Flags;
use super::layout;
use super::region::{BasicBlock, End, Region};
use super::{Context, Host, Thunks};
use crate::insn::{Insn, SINK, ZR, effects};

/// Host registers that hold guest registers; the rest are scratch (RAX, RCX, RDX), state (RBP), TLB (R15), the count (R14).
const GPRS: [u8; 9] = [3, 12, 13, 8, 9, 10, 11, 6, 7];
/// Vector registers 0..=3 are scratch.
const FIRST_XMM: u8 = 4;
const NONE: u8 = 0xff;
/// Versions of a block with different pending comparisons; further ones store their flags.
const VERSIONS: usize = 3;

/// What an instruction's emitter touched.
#[derive(Clone, Copy, Default)]
pub struct Touched {
    pub reads: u64,
    pub writes: u64,
    pub vector_reads: u32,
    pub vector_writes: u32,
    /// No emitter: the interpreter's function is called.
    pub called: bool,
}

/// A block as entered with a state of the flags.
struct Version {
    block: usize,
    flags: Flags,
    label: Label,
}

/// A branch whose target is still to be emitted.
struct Pending {
    label: Label,
    target: u64,
    flags: Flags,
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
    facts: Vec<Touched>,
    /// The writes of all of them.
    all: Touched,
    map: [u8; 64],
    vector_map: [u8; 32],
    pub flags: Flags,
    /// The host's flags are those of the pending comparison, until the next instruction is emitted.
    pub eflags: bool,
    /// The same at the start of the instruction being emitted.
    pub eflags_at_start: bool,
    /// The site being emitted.
    pub current: usize,
    end_of_block: usize,
    pub stack_checked: bool,
    /// The constant that the site of the given number wrote.
    constant: Option<(usize, u8, u64)>,
    /// Vector registers whose bits above 63 (bit 0) and above 31 (bit 1) are known to be zero.
    pub upper_zero: [u8; 32],
    /// The same of X2, by an emitter that knows.
    pub scratch_upper_zero: u8,
    /// The site of an FCVTZS and the register it wrote, when X3 is what SCVTF makes of that.
    converted: Option<(usize, u8)>,
    versions: Vec<Version>,
    pending: Vec<Pending>,
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
            host,
            context,
            region,
            thunks,
            origin,
            touched: Touched::default(),
            facts: Vec::with_capacity(region.sites.len()),
            all: Touched::default(),
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
        self.asm.clear();
        for &root in &self.region.roots {
            let label = self.asm.label();
            self.pending.push(Pending { label, target: root, flags: Flags::Stored });
        }
        // The entry first.
        self.pending.reverse();
        while let Some(edge) = self.pending.pop() {
            self.asm.bind(edge.label);
            self.flags = edge.flags;
            self.go(edge.target);
        }
        self.emit_cold();
        self.asm.resolve()
    }

    /// The first pass: every emitter runs once, without registers, and its code is dropped.
    fn measure(&mut self) {
        for index in 0..self.region.sites.len() {
            self.asm.clear();
            self.touched = Touched::default();
            (self.current, self.flags, self.eflags_at_start, self.stack_checked) = (index, Flags::Stored, false, false);
            (self.constant, self.upper_zero, self.scratch_upper_zero, self.converted) = (None, [0; 32], 0, None);
            self.end_of_block = index + 1;
            self.touched.called = !emit::emit(self, &self.region.sites[index].insn);
            if self.touched.called {
                self.touched = Touched { called: true, ..Touched::default() };
            }
            self.all.writes |= self.touched.writes;
            self.all.vector_writes |= self.touched.vector_writes;
            self.facts.push(self.touched);
        }
        self.cold.clear();
        self.links.clear();
        self.pending.clear();
        self.failed.clear();
        self.parts = Parts::default();
        self.eflags = false;
    }

    /// Loops count eight times as much as what is around them.
    fn weights(&self) -> Vec<u32> {
        let mut weights = vec![1u32; self.region.blocks.len()];
        for (index, block) in self.region.blocks.iter().enumerate() {
            if block.end != End::Branch {
                continue;
            }
            let (target, _) = super::region::direct_target(&self.region.sites[block.first + block.count - 1].insn);
            let Some(start) = target.and_then(|target| self.region.block_at(target)).filter(|&start| start <= index) else { continue };
            for weight in &mut weights[start..=index] {
                *weight = (*weight * 8).min(512);
            }
        }
        weights
    }

    /// Gives the most used guest registers to the host's.
    fn assign(&mut self) {
        let weights = self.weights();
        let (mut general, mut vector) = ([0u32; 64], [0u32; 32]);
        for (block, weight) in self.region.blocks.iter().zip(weights) {
            for facts in &self.facts[block.first..block.first + block.count] {
                for_bits(facts.reads, |bit| general[bit] += weight);
                for_bits(facts.writes, |bit| general[bit] += weight);
                for_bits(facts.vector_reads.into(), |bit| vector[bit] += weight);
                for_bits(facts.vector_writes.into(), |bit| vector[bit] += weight);
            }
        }
        for (guest, host) in most_used(&general[..32]).zip(GPRS) {
            self.map[guest] = host;
        }
        for (guest, host) in most_used(&vector).zip(FIRST_XMM..16) {
            self.vector_map[guest] = host;
        }
    }

    // ---- control flow inside the region

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
                self.pending.push(Pending { label, target: taken, flags: self.flags });
            }
        }
        Some(fall)
    }

    // ---- operands

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
                self.asm.mov(true, scratch, layout::gpr(guest));
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
            self.asm.store(true, layout::gpr(guest), value);
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
        let Touched { writes, vector_writes, .. } = self.all;
        for guest in 0..32u8 {
            if writes >> guest & 1 != 0
                && let Some(host) = self.host_of(guest)
            {
                self.asm.store(true, layout::gpr(guest), host);
            }
            if vector_writes >> guest & 1 != 0
                && let Some(host) = self.host_vector(guest)
            {
                self.asm.vstore(layout::vector(guest), host);
            }
        }
    }

    /// All assigned registers come from home. Leaves the host's flags and RAX, RCX, RDX alone.
    pub fn reload_all(&mut self) {
        for guest in 0..32u8 {
            if let Some(host) = self.host_of(guest) {
                self.asm.mov(true, host, layout::gpr(guest));
            }
            if let Some(host) = self.host_vector(guest) {
                self.asm.vload(host, layout::vector(guest));
            }
        }
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

/// Calls `each` for every set bit.
pub fn for_bits(mut set: u64, mut each: impl FnMut(usize)) {
    while set != 0 {
        each(set.trailing_zeros() as usize);
        set &= set - 1;
    }
}

/// Indices of the counts that are not zero, the largest first.
fn most_used(counts: &[u32]) -> impl Iterator<Item = usize> {
    let mut order: Vec<usize> = (0..counts.len()).filter(|&index| counts[index] > 0).collect();
    order.sort_by_key(|&index| std::cmp::Reverse(counts[index]));
    order.into_iter()
}
