//! Loads and stores of one register: the software TLB inline, everything else out of line. Alignment, faults, devices and
//! watched pages are the interpreter function's, which the slow path calls.

use std::ops::Range;

use super::dp_reg::extend;
use super::groups::{self, Lead};
use crate::insn::{Insn, SP};
use crate::jit::asm::{Alu, Cc, Gpr, Label, Mem, P66, PIECE, R15, RAX, RBP, RCX, RDX, Shift, Vop, Xmm, x64};
use crate::jit::translate::Translator;
use crate::jit::{Context, layout};
use crate::mem::tlb_layout;

/// How an instruction forms its address.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    Offset,
    Post,
    Pre,
    Register,
    Literal,
}

/// MOVD and MOVQ between memory or general registers and vector registers.
const MOVD_LOAD: Vop = Vop(P66, 1, 0x6e);
const MOVD_STORE: Vop = Vop(P66, 1, 0x7e);
const MOVQ_STORE: Vop = Vop(P66, 1, 0xd6);

/// An access in progress: where it is, and where its slow path comes back to.
pub struct Access {
    pub place: Mem,
    pub back: Label,
}

/// What an access needs of the TLB.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Shape {
    pub write: bool,
    /// log2 of the bytes of one register.
    pub size: u8,
    /// Registers that lie one after the other.
    pub registers: u8,
    /// Unaligned addresses are for the interpreter.
    pub aligned_only: bool,
    /// With EL0's permissions, unless PSTATE.UAO is set.
    pub unprivileged: bool,
    /// The address is needed afterwards, in RAX.
    pub keeps_address: bool,
}

impl Shape {
    /// Numbers of what decides how an access is looked up, but for the unprivileged.
    pub const NUMBERS: usize = 256;

    fn number(self) -> usize {
        let kind = usize::from(self.keeps_address) << 7 | usize::from(self.write) << 6 | usize::from(self.aligned_only) << 5;
        (kind | usize::from(self.registers - 1) << 3 | usize::from(self.size)) % Self::NUMBERS
    }

    /// Only write-back needs the address afterwards.
    pub fn in_mode(self, mode: Mode) -> Shape {
        Shape { keeps_address: matches!(mode, Mode::Pre | Mode::Post), ..self }
    }

    /// One register, the plain way.
    pub fn one(write: bool, size: u8) -> Shape {
        Shape { write, size, registers: 1, aligned_only: false, unprivileged: false, keeps_address: true }
    }
}

/// The address into RAX; an SP that is not aligned leaves for the interpreter at `back`.
pub fn address(t: &mut Translator, insn: &Insn, mode: Mode, back: Label) {
    if mode == Mode::Literal {
        return t.address_constant(RAX, insn.imm);
    }
    let base = t.source(insn.rn, RAX);
    if insn.rn == SP && !t.stack_checked {
        let redo = t.redo(back);
        t.asm.test_imm8(base, 15);
        t.asm.jcc(Cc::Ne, redo);
        t.stack_checked = true;
    }
    match mode {
        Mode::Offset | Mode::Pre => t.address(base, insn.imm),
        Mode::Register => register_offset(t, insn, base),
        _ => t.address(base, 0),
    }
}

fn register_offset(t: &mut Translator, insn: &Insn, base: Gpr) {
    let (kind, amount) = (insn.aux as u8 & 7, insn.imm as u8 & 7);
    let mut index = t.source(insn.rm, RCX);
    if kind & 3 != 3 {
        extend(t, kind, RCX, index);
        index = RCX;
    }
    if amount > 3 {
        if index != RCX {
            t.asm.mov(true, RCX, index);
        }
        t.asm.shift(Shift::Shl, true, RCX, amount);
        t.asm.lea(true, RAX, Mem::indexed(base, RCX, 0, 0));
    } else {
        t.asm.lea(true, RAX, Mem::indexed(base, index, amount, 0));
    }
}

/// The thunk that takes a second look, at unaligned addresses or pages that have another addend; zero for none.
fn probe(t: &Translator, shape: Shape) -> u32 {
    let whole = usize::from(shape.size + shape.registers.ilog2() as u8);
    let aligned_only = shape.aligned_only || t.context.aligned_only() || whole == 0;
    if shape.unprivileged || !shape.registers.is_power_of_two() || whole > 5 || t.context.scattered() && aligned_only {
        return 0;
    }
    let probes = match (t.context.scattered(), aligned_only) {
        (true, _) => &t.thunks.probe_scattered,
        (false, true) => &t.thunks.probe_aligned,
        (false, false) => &t.thunks.probe,
    };
    probes[usize::from(shape.write)][whole]
}

/// Looks the address in RAX up. Clobbers RCX, RDX and the host's flags; RAX stays.
pub fn access(t: &mut Translator, shape: Shape, back: Label) -> Access {
    let known = &t.lookups.known[shape.number()];
    if known.bytes == 0 || t.lookups.context != t.context || shape.unprivileged {
        return first_access(t, shape, back);
    }
    let (start, jump, probe) = (t.asm.position(), u32::from(known.jump), known.probe);
    t.asm.piece(&known.code, known.bytes.into());
    let miss = t.miss(probe.into(), back);
    t.asm.jump_from(start + jump, miss);
    t.set_hit(start + jump, t.asm.position());
    Access { place: host_place(t, shape), back }
}

/// Code of a look-up, which is the same everywhere in a context.
#[derive(Clone, Copy)]
struct Lookup {
    code: [u8; PIECE],
    /// Zero when it is not known yet.
    bytes: u8,
    /// Where the jump for a miss ends.
    jump: u8,
    /// Of an access by itself, the thunk that looks again; of a group's first, where the slot's displacement is.
    probe: u16,
    slot: u8,
}

impl Lookup {
    const NONE: Lookup = Lookup { code: [0; PIECE], bytes: 0, jump: 0, probe: 0, slot: 0 };
}

/// Those of a context: by [`Shape::number`], and by [`Lead::number`].
pub struct Lookups {
    context: Context,
    known: Box<[Lookup; Shape::NUMBERS]>,
    leads: Box<[Lookup; Lead::NUMBERS]>,
}

impl Default for Lookups {
    fn default() -> Self {
        let (known, leads) = (Box::new([Lookup::NONE; Shape::NUMBERS]), Box::new([Lookup::NONE; Lead::NUMBERS]));
        Lookups { context: Context::default(), known, leads }
    }
}

impl Lookups {
    fn forget(&mut self) {
        self.known.iter_mut().chain(self.leads.iter_mut()).for_each(|lookup| lookup.bytes = 0);
    }
}

#[inline(never)]
fn first_access(t: &mut Translator, shape: Shape, back: Label) -> Access {
    let probe = probe(t, shape);
    let miss = t.miss(probe, back);
    if shape.unprivileged && tlb_layout::user_set(t.context.tlb_set()) != t.context.tlb_set() {
        t.asm.test_imm8(layout::UAO, 1);
        t.asm.jcc(Cc::Ne, miss);
    }
    let start = t.asm.position();
    // Several registers lie in one page when the last one does.
    let last = (shape.registers - 1) << shape.size;
    x64!(t.asm ; mov ecx, eax);
    index_tag(t);
    if last == 0 {
        x64!(t.asm ; mov rdx, rax);
    } else {
        x64!(t.asm ; lea rdx, [BYTE rax + last as i8]);
    }
    compare_tag(t, shape);
    t.asm.jcc(Cc::Ne, miss);
    let jump = t.asm.position() - start;
    if t.context.scattered() {
        let field = if shape.write { tlb_layout::WRITE } else { tlb_layout::READ };
        t.asm.mov(true, RCX, tag(t, shape).further(tlb_layout::ADDEND - field));
    } else if shape.keeps_address {
        x64!(t.asm ; mov rcx, rax);
    }
    let end = t.asm.position();
    t.set_hit(start + jump, end);
    if !shape.unprivileged {
        let lookup = Lookup { jump: jump as u8, probe: probe as u16, ..Lookup::NONE };
        remember(t, start..end, lookup, |lookups| &mut lookups.known[shape.number()]);
    }
    Access { place: host_place(t, shape), back }
}

/// Keeps the code of a look-up for others.
fn remember(t: &mut Translator, place: Range<u32>, mut lookup: Lookup, known: impl FnOnce(&mut Lookups) -> &mut Lookup) {
    if t.lookups.context != t.context {
        t.lookups.forget();
        t.lookups.context = t.context;
    }
    if let Some(code) = t.asm.code().get(place.start as usize..place.end as usize)
        && let Some(to) = lookup.code.get_mut(..code.len())
    {
        to.copy_from_slice(code);
        lookup.bytes = code.len() as u8;
        *known(&mut t.lookups) = lookup;
    }
}

/// Where the guest's memory is after a look-up, in most contexts: by the address in RAX, or a copy of it.
const HOST: Mem = Mem::indexed(RAX, R15, 0, 0);
const HOST_BY_COPY: Mem = Mem::indexed(RCX, R15, 0, 0);

fn host_place(t: &Translator, shape: Shape) -> Mem {
    match (t.context.scattered(), shape.keeps_address) {
        (true, _) => Mem::indexed(RCX, RAX, 0, 0),
        (false, true) => HOST_BY_COPY,
        (false, false) => HOST,
    }
}

/// Where the tag is, once RCX is the distance of the address's entry.
fn tag(t: &Translator, shape: Shape) -> Mem {
    let set = t.context.tlb_set();
    let set_of_access = if shape.unprivileged { tlb_layout::user_set(set) } else { set };
    if t.context.scattered() {
        let field = if shape.write { tlb_layout::WRITE } else { tlb_layout::READ };
        let other_set = (set_of_access as i32 - set as i32) * tlb_layout::SET_BYTES;
        Mem::indexed(R15, RCX, 0, other_set + field)
    } else {
        Mem::indexed(RBP, RCX, 0, layout::tags(set_of_access, shape.write))
    }
}

/// ECX becomes the distance of the entry of the address in it.
fn index_tag(t: &mut Translator) {
    let (shift, index_mask) = if t.context.scattered() {
        (tlb_layout::ENTRY_SHIFT, tlb_layout::ENTRY_MASK)
    } else {
        (tlb_layout::TAGS_SHIFT, tlb_layout::TAGS_MASK)
    };
    x64!(t.asm
        ; shr ecx, shift as i8
        ; and ecx, index_mask
    );
}

/// Compares what the tag of the address in RDX would be with the tag that is there.
fn compare_tag(t: &mut Translator, shape: Shape) {
    x64!(t.asm
        ; and rdx, !0xfff | ((1 << shape.size) - 1)
    );
    let tag = tag(t, shape);
    t.asm.alu(Alu::Cmp, true, RDX, tag);
}

/// The address and the look-up of an access, by itself or with others.
pub fn begin(t: &mut Translator, insn: &Insn, mode: Mode, shape: Shape) -> Access {
    let back = t.asm.label();
    if let Some(slot) = t.slot() {
        return follow(t, insn, mode, shape, slot, back);
    }
    // Whatever goes out of line from here on leaves the slot to nobody.
    let lead = t.lead(insn);
    address(t, insn, mode, back);
    match lead {
        Some(lead) => lead_access(t, shape, &lead, back),
        None => access(t, shape.in_mode(mode), back),
    }
}

/// As [`access`], for a group's: what is found is for the others, too.
fn lead_access(t: &mut Translator, shape: Shape, lead: &Lead, back: Label) -> Access {
    // Behind a second look the address is in RCX, too.
    let shape = Shape { keeps_address: true, ..shape };
    let miss = t.miss_of_first(probe(t, shape), back, lead.slot);
    if !lead_again(t, lead, miss) {
        first_lead(t, shape, lead, miss);
    }
    Access { place: host_place(t, shape), back }
}

/// Where the distances of [`Lead`] are in the code of its look-up.
const FIRST: u32 = 2;
const LAST: u32 = 15;

/// The code of a look-up like this, if there was one in this context.
fn lead_again(t: &mut Translator, lead: &Lead, miss: Label) -> bool {
    let known = &t.lookups.leads[lead.number()];
    if known.bytes == 0 || t.lookups.context != t.context {
        return false;
    }
    let (start, jump, slot) = (t.asm.position(), u32::from(known.jump), u32::from(known.slot));
    t.asm.piece(&known.code, known.bytes.into());
    t.asm.write_over(start + FIRST, [lead.first as u8]);
    t.asm.write_over(start + LAST, [lead.last as u8]);
    t.asm.write_over(start + slot, layout::slot(lead.slot).disp.to_le_bytes());
    t.asm.jump_from(start + jump, miss);
    t.set_hit(start + jump, t.asm.position());
    true
}

#[inline(never)]
fn first_lead(t: &mut Translator, shape: Shape, lead: &Lead, miss: Label) {
    let start = t.asm.position();
    // By the first byte, and whether the last are in its page.
    x64!(t.asm ; lea ecx, [BYTE rax + lead.first]);
    index_tag(t);
    x64!(t.asm ; lea rdx, [BYTE rax + lead.last]);
    compare_tag(t, Shape { write: lead.write, size: lead.size, ..shape });
    t.asm.jcc(Cc::Ne, miss);
    let jump = t.asm.position();
    let slot = layout::slot(lead.slot);
    if t.context.scattered() {
        let field = if lead.write { tlb_layout::WRITE } else { tlb_layout::READ };
        t.asm.mov(true, RCX, tag(t, Shape { write: lead.write, ..shape }).further(tlb_layout::ADDEND - field));
        t.asm.store(true, slot, RCX);
    } else {
        t.asm.mov(true, RCX, RAX);
        t.asm.store(true, slot, R15);
    }
    let end = t.asm.position();
    t.set_hit(jump, end);
    // The slot is the last of it.
    let lookup = Lookup { jump: (jump - start) as u8, slot: (end - start - 4) as u8, ..Lookup::NONE };
    remember(t, start..end, lookup, |lookups| &mut lookups.leads[lead.number()]);
}

/// An access by what its group's first has found, unless that was nothing.
fn follow(t: &mut Translator, insn: &Insn, mode: Mode, shape: Shape, slot: usize, back: Label) -> Access {
    let place = if groups::adds_to_base(insn, mode, shape.registers) {
        let base = t.source(insn.rn, RAX);
        Mem::indexed(RCX, base, 0, insn.imm as i32)
    } else {
        address(t, insn, mode, back);
        Mem::indexed(RCX, RAX, 0, 0)
    };
    t.asm.mov(true, RCX, layout::slot(slot));
    let miss = t.miss_of_group(probe(t, shape), back);
    t.asm.test_imm8(RCX, groups::NOTHING);
    t.asm.jcc(Cc::Ne, miss);
    t.set_hit(t.asm.position(), t.asm.position());
    Access { place, back }
}

/// Write-back, from RAX, and the end of the instruction.
pub fn end(t: &mut Translator, insn: &Insn, mode: Mode, access: &Access) {
    if matches!(mode, Mode::Pre | Mode::Post) {
        let base = t.target(insn.rn, RAX);
        if mode == Mode::Post {
            t.asm.lea(true, base, Mem::at(RAX, insn.imm as i32));
        } else if base != RAX {
            t.asm.mov(true, base, RAX);
        }
        t.finish(insn.rn, base);
    }
    t.asm.bind(access.back);
}

/// What a load does with what it loaded.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Extension {
    Zero,
    Sign32,
    Sign64,
}

/// `to` = the `1 << size` bytes at `place`.
pub fn load_general(t: &mut Translator, to: Gpr, place: Mem, size: u8, extension: Extension) {
    // What is known here need not be put together.
    if place == HOST { load_at(t, to, HOST, size, extension) } else { load_at(t, to, place, size, extension) }
}

#[inline(always)]
fn load_at(t: &mut Translator, to: Gpr, place: Mem, size: u8, extension: Extension) {
    let wide = extension == Extension::Sign64;
    match (size, extension) {
        (0, Extension::Zero) => t.asm.zero_extend8(to, place),
        (1, Extension::Zero) => t.asm.zero_extend16(to, place),
        (2, Extension::Sign64) => t.asm.sign_extend32(to, place),
        (2, _) => t.asm.mov(false, to, place),
        (0, _) => t.asm.sign_extend8(wide, to, place),
        (1, _) => t.asm.sign_extend16(wide, to, place),
        _ => t.asm.mov(true, to, place),
    }
}

pub fn load(t: &mut Translator, insn: &Insn, mode: Mode, size: u8, extension: Extension) {
    let access = begin(t, insn, mode, Shape::one(false, size));
    let target = t.target(insn.rd, RDX);
    load_general(t, target, access.place, size, extension);
    t.finish(insn.rd, target);
    end(t, insn, mode, &access);
}

pub fn store_general(t: &mut Translator, place: Mem, from: Gpr, size: u8) {
    if place == HOST { store_at(t, HOST, from, size) } else { store_at(t, place, from, size) }
}

#[inline(always)]
fn store_at(t: &mut Translator, place: Mem, from: Gpr, size: u8) {
    match size {
        0 => t.asm.store8(place, from),
        1 => t.asm.store16(place, from),
        _ => t.asm.store(size == 3, place, from),
    }
}

pub fn store(t: &mut Translator, insn: &Insn, mode: Mode, size: u8) {
    let access = begin(t, insn, mode, Shape::one(true, size));
    let value = t.source(insn.rd, RDX);
    store_general(t, access.place, value, size);
    end(t, insn, mode, &access);
}

/// Loads `1 << size` bytes into a vector register, zero above.
pub fn load_lane(t: &mut Translator, guest: u8, place: Mem, size: u8) {
    let target = t.vector_target(guest, Xmm(0));
    match size {
        0 | 1 => {
            load_general(t, RDX, place, size, Extension::Zero);
            t.asm.v2(MOVD_LOAD, target, RDX);
        }
        2 => t.asm.v2(MOVD_LOAD, target, place),
        3 => t.asm.vmovq(target, place),
        _ => t.asm.vload(target, place),
    }
    t.vector_finish(guest, target);
    t.upper_zero[(guest & 31) as usize] = match size {
        0..=2 => 3,
        3 => 1,
        _ => 0,
    };
}

pub fn store_lane(t: &mut Translator, guest: u8, place: Mem, size: u8) {
    let value = t.vector_source(guest, Xmm(0));
    match size {
        0 | 1 => {
            t.asm.v2(MOVD_STORE, value, RDX);
            store_general(t, place, RDX, size);
        }
        2 => t.asm.v2(MOVD_STORE, value, place),
        3 => t.asm.v2(MOVQ_STORE, value, place),
        _ => t.asm.vstore(place, value),
    }
}

/// LDTR.
pub fn load_unprivileged(t: &mut Translator, insn: &Insn, size: u8, extension: Extension) {
    let access = begin(t, insn, Mode::Offset, Shape { unprivileged: true, ..Shape::one(false, size) });
    let target = t.target(insn.rd, RDX);
    load_general(t, target, access.place, size, extension);
    t.finish(insn.rd, target);
    end(t, insn, Mode::Offset, &access);
}

/// STTR.
pub fn store_unprivileged(t: &mut Translator, insn: &Insn, size: u8) {
    let access = begin(t, insn, Mode::Offset, Shape { unprivileged: true, ..Shape::one(true, size) });
    let value = t.source(insn.rd, RDX);
    store_general(t, access.place, value, size);
    end(t, insn, Mode::Offset, &access);
}

pub fn vector_load(t: &mut Translator, insn: &Insn, mode: Mode, size: u8) {
    let access = begin(t, insn, mode, Shape::one(false, size));
    load_lane(t, insn.rd, access.place, size);
    end(t, insn, mode, &access);
}

pub fn vector_store(t: &mut Translator, insn: &Insn, mode: Mode, size: u8) {
    let access = begin(t, insn, mode, Shape::one(true, size));
    store_lane(t, insn.rd, access.place, size);
    end(t, insn, mode, &access);
}
