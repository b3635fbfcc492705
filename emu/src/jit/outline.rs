//! Code out of line that is made when it is needed first: slow paths of accesses, exits at the end of the count, entries. Few of them
//! ever are. A region has a stub of five bytes for each, which leaves for Rust; there the code is made, the stub becomes a jump to
//! it, and execution goes on in it with everything as it was. Does not keep them; that is [`super::store`]'s.

use super::Context;
use super::asm::{Alu, Assembler, Cc, Label, R14, RAX, RCX, x64};
use super::emit::fp_convert::convert_again;
use super::emit::groups::{NOTHING, SLOTS, is_direct};
use super::exits::{COME_BACK, Parts, Tag};
use super::flags::Flags;
use super::layout;
use super::region::{Site, word_of};
use super::registers::{Assignment, Dirty};
use super::translate::Translator;
use crate::insn::{Insn, Op, effects};

/// What the code does.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum What {
    /// The count does not suffice for the block that starts here.
    Budget,
    /// The instruction is done, and somebody wants attention.
    Attend,
    /// A result that the host does not decide: the interpreter's function does it all.
    Redo,
    /// The same, where the instruction was planned: what goes with the outline names the site instead of being the word.
    RedoPlanned,
    /// After [`Self::Redo`] of FCVTZS: X3 is what SCVTF makes of its result.
    Convert { guest: u8, double: bool },
    /// An access that the TLB does not answer at once. `probe` is the thunk that looks again, zero for none; `hit`, where it goes on then,
    /// and `jump`, the end of the jump that led here. With a slot, it is the first of a group's.
    Access { hit: u32, jump: u32, probe: u32, slot: Option<usize> },
    /// The same of one whose group's first has found nothing for it; the jump ends where a hit goes on.
    Follow { hit: u32, probe: u32 },
}

/// Code that is not made yet, while its region is translated: places are not known, or from the region's start.
#[derive(Clone, Copy)]
pub struct Draft {
    outline: Outline,
    hit: u32,
    back: Label,
}

/// Code that is not made yet. There is one for every other instruction, so they are small.
#[derive(Clone, Copy)]
pub struct Outline {
    /// Its instruction, or what names the site when that is kept already.
    pub word: u32,
    /// Where it goes on, an offset in the code memory.
    back: u32,
    /// Of [`What::Access`] the probe, of [`What::Convert`] the register.
    detail: u16,
    /// Among the region's comparisons, plus one, the state of the flags; and above [`SLOT`] the slot of the first of a group.
    flags: u16,
    /// The instruction's place in its page, and in bits 15:10 the kind.
    place: u16,
    /// Instructions from it to the end of its block; and in [`GROUPS`] that some behind it rely on slots.
    remaining: u8,
    /// Bytes from `hit` of [`What::Access`] to `back`.
    hit: u8,
}

/// Bits of [`Outline::place`] that are the place.
const PLACE_BITS: u32 = 10;

/// In [`Outline::flags`], the position of a slot.
const SLOT: u32 = 14;
const _: () = assert!(SLOTS <= 1 << (16 - SLOT));

/// In [`Outline::remaining`]: slots have something that instructions behind it rely on.
const GROUPS: u8 = 1 << 7;

/// Values above the place in [`Outline::place`].
mod kind {
    pub const BUDGET: u16 = 0;
    pub const ATTEND: u16 = 1;
    pub const REDO: u16 = 2;
    pub const REDO_PLANNED: u16 = 3;
    /// Of a single; of a double the next.
    pub const CONVERT: u16 = 4;
    /// And as much more as there are bytes between the jump for a miss and where a hit goes on.
    pub const ACCESS: u16 = 6;
    /// The same of the first of a group.
    pub const LEAD: u16 = 32;
    pub const FOLLOW: u16 = 63;
}

impl Outline {
    pub fn what(&self) -> What {
        match self.place >> PLACE_BITS {
            kind::BUDGET => What::Budget,
            kind::ATTEND => What::Attend,
            kind::REDO => What::Redo,
            kind::REDO_PLANNED => What::RedoPlanned,
            kind::FOLLOW => What::Follow { hit: self.back - u32::from(self.hit), probe: self.detail.into() },
            kind if kind < kind::ACCESS => What::Convert { guest: self.detail as u8, double: kind > kind::CONVERT },
            kind => {
                let hit = self.back - u32::from(self.hit);
                let (slot, bytes) = match kind.checked_sub(kind::LEAD) {
                    Some(bytes) => (Some(usize::from(self.flags >> SLOT)), bytes),
                    None => (None, kind - kind::ACCESS),
                };
                What::Access { hit, jump: hit - u32::from(bytes), probe: self.detail.into(), slot }
            }
        }
    }

    /// Its number among the region's comparisons, when one is pending.
    pub fn comparison(&self) -> Option<u16> {
        (self.flags & ((1 << SLOT) - 1)).checked_sub(1)
    }

    /// Instructions from its own to the end of the block.
    pub fn remaining(&self) -> u32 {
        u32::from(self.remaining & !GROUPS)
    }

    /// The address of its instruction, in a page.
    pub fn pc(&self, page: u64) -> u64 {
        page + 4 * u64::from(self.place & ((1 << PLACE_BITS) - 1))
    }
}

/// An entry from outside into a block; offsets in the code memory.
#[derive(Clone, Copy)]
pub struct Entry {
    pub pc: u64,
    /// In front of what takes the block's instructions off the count, and behind it.
    pub counted: u32,
    pub body: u32,
    /// Instructions of the block.
    pub count: u32,
    /// Number of its region's frame.
    pub frame: u32,
}

/// What code that is made later has to know of its region.
#[derive(Clone, Copy)]
pub struct Frame {
    pub assignment: Assignment,
    pub all: Dirty,
    pub parts: Parts,
    pub context: Context,
    pub page: u64,
    /// Number of the page's table of entries.
    pub table: u32,
    /// Offset of the first stub in the code memory, and what the first of each is.
    pub stubs: u32,
    pub first_outline: u32,
    pub first_comparison: u32,
}

impl Translator {
    /// The label of code to be made later for the instruction at a site; `back` is where that goes on.
    #[inline(always)]
    fn draft(&mut self, site: usize, kind: u16, detail: u16, back: Label, hit: u32) -> Label {
        let flags = self.flags_number();
        let Site { insn, pc, remaining } = &self.region.sites[site];
        let place = kind << PLACE_BITS | word_of(*pc) as u16;
        let remaining = *remaining as u8 | if self.groups.pending(site) { GROUPS } else { 0 };
        let outline = Outline { word: insn.word, back: 0, detail, flags, place, remaining, hit: 0 };
        self.drafts.push(Draft { outline, hit, back });
        Label::of_stub(self.drafts.len() - 1)
    }

    /// A label in front of whose block, which starts at a site, the count does not suffice.
    pub fn budget(&mut self, first: usize) -> Label {
        self.draft(first, kind::BUDGET, 0, Label::NONE, 0)
    }

    /// A label where the present instruction is done, and somebody wants attention.
    pub fn attention(&mut self) -> Label {
        self.draft(self.current, kind::ATTEND, 0, Label::NONE, 0)
    }

    /// A label whose code is out of line: the interpreter's function, and back to `back`.
    pub fn redo(&mut self, back: Label) -> Label {
        if self.region.sites[self.current].insn.effects() & effects::SYSTEM == 0 {
            return self.draft(self.current, kind::REDO, 0, back, 0);
        }
        // How those were planned does not follow from the word.
        let site = self.keep_site(self.current);
        let label = self.draft(self.current, kind::REDO_PLANNED, 0, back, 0);
        if let Some(draft) = self.drafts.last_mut() {
            draft.outline.word = site as u32;
        }
        label
    }

    /// A label after [`Self::redo`] of FCVTZS.
    pub fn convert(&mut self, guest: u8, double: bool, back: Label) -> Label {
        self.draft(self.current, kind::CONVERT + u16::from(double), guest.into(), back, 0)
    }

    /// A label where the TLB does not answer an access at once; `probe` is the thunk that looks again. [`Self::set_hit`] goes with it.
    pub fn miss(&mut self, probe: u32, back: Label) -> Label {
        self.draft(self.current, kind::ACCESS, probe as u16, back, 0)
    }

    /// The same of the first of a group.
    pub fn miss_of_first(&mut self, probe: u32, back: Label, slot: usize) -> Label {
        let label = self.draft(self.current, kind::LEAD, probe as u16, back, 0);
        if let Some(draft) = self.drafts.last_mut() {
            draft.outline.flags |= (slot as u16) << SLOT;
        }
        label
    }

    /// The same of an access that looks at its group's slot.
    pub fn miss_of_group(&mut self, probe: u32, back: Label) -> Label {
        self.draft(self.current, kind::FOLLOW, probe as u16, back, 0)
    }

    /// Where the jump to the last [`Self::miss`] ends, and where it goes on when the thunk finds it, a few bytes behind.
    pub fn set_hit(&mut self, jump: u32, hit: u32) {
        if let Some(draft) = self.drafts.last_mut() {
            draft.hit = hit;
            draft.outline.place += ((hit - jump) as u16) << PLACE_BITS;
        }
    }

    fn flags_number(&mut self) -> u16 {
        let Flags::Pending(comparison) = self.flags else { return 0 };
        if self.comparisons.last() != Some(&comparison) {
            self.comparisons.push(comparison);
        }
        self.comparisons.len() as u16
    }

    /// The stubs; labels become offsets.
    pub(super) fn emit_stubs(&mut self) {
        self.asm.stubs(self.drafts.len(), self.parts.stub.wrapping_sub(self.origin));
        self.outlines.clear();
        let (asm, origin) = (&self.asm, self.origin);
        self.outlines.extend(self.drafts.iter().map(|&Draft { mut outline, hit, back }| {
            let back = asm.offset_of(back).unwrap_or(0);
            outline.back = origin + back;
            // Instructions whose code is that long do without another look.
            match u8::try_from(back.wrapping_sub(hit)) {
                Ok(distance) => outline.hit = distance,
                Err(_) if outline.place >> PLACE_BITS >= kind::ACCESS => outline.detail = 0,
                Err(_) => {}
            }
            outline
        }));
    }

    /// Takes up a region again.
    pub(super) fn adopt(&mut self, frame: &Frame, origin: u32) {
        self.drop_code();
        self.apply(&frame.assignment);
        (self.all, self.parts, self.context, self.origin) = (frame.all, frame.parts, frame.context, origin);
        self.eflags = false;
    }

    /// Makes the code of an outline, whose site is kept by a name; where it starts.
    pub(super) fn emit_outline(&mut self, outline: &Outline, flags: Flags, site: i32, insn: &Insn) -> u32 {
        match outline.what() {
            What::Budget | What::Attend => self.emit_leave(),
            What::Access { .. } | What::Follow { .. } | What::Redo | What::RedoPlanned => self.emit_interpret(),
            What::Convert { .. } => {}
        }
        let start = self.here();
        self.flags = flags;
        let groups = outline.remaining & GROUPS != 0;
        match outline.what() {
            // Rust gives the count back.
            What::Budget => self.leave_with_flags(site, Tag::Budget),
            What::Attend => self.leave_with_flags(site, Tag::Stale),
            What::Access { hit, jump, probe, slot } => {
                if let Some(slot) = slot {
                    self.asm.store8_imm(layout::slot(slot), NOTHING);
                }
                self.look_again(hit, jump, probe);
                self.forget_slots(groups);
                self.access_site(site, insn.op, outline.back);
            }
            What::Follow { hit, probe } => {
                self.look_by_itself(insn, hit, probe);
                self.forget_slots(groups);
                self.access_site(site, insn.op, outline.back);
            }
            What::Redo | What::RedoPlanned => {
                self.forget_slots(groups);
                self.interpret_site(site, outline.back);
            }
            What::Convert { guest, double } => {
                convert_again(self, guest, double);
                self.far(0xe9, outline.back);
            }
        }
        start
    }

    /// By a thunk, which has where the bytes are in RCX. Where nothing lies between the jump for a miss and a hit, that is wanted in RAX.
    fn look_again(&mut self, hit: u32, jump: u32, probe: u32) {
        if probe == 0 {
            return;
        }
        self.far(0xe8, probe);
        if hit != jump {
            return self.far_jcc(Cc::E, hit);
        }
        let missed = self.asm.label();
        self.asm.jcc(Cc::Ne, missed);
        self.asm.mov(true, RAX, RCX);
        self.far(0xe9, hit);
        self.asm.bind(missed);
    }

    /// A second look for one of a group. It goes on with the page's addend in RCX.
    fn look_by_itself(&mut self, insn: &Insn, hit: u32, probe: u32) {
        if probe == 0 {
            return;
        }
        let direct = is_direct(insn);
        if direct {
            let base = self.source(insn.rn, RAX);
            self.address(base, insn.imm);
        }
        self.far(0xe8, probe);
        let missed = self.asm.label();
        self.asm.jcc(Cc::Ne, missed);
        if !self.context.scattered() {
            x64!(self.asm ; sub rcx, rax ; add rcx, r15);
        }
        if direct {
            // Where it was, if that is here.
            self.source(insn.rn, RAX);
        }
        self.far(0xe9, hit);
        self.asm.bind(missed);
    }

    /// Rust may change translations: slots say nothing any more.
    fn forget_slots(&mut self, groups: bool) {
        if groups {
            (0..SLOTS).for_each(|slot| self.asm.store8_imm(layout::slot(slot), NOTHING));
        }
    }

    fn leave_with_flags(&mut self, site: i32, tag: Tag) {
        self.store_flags_shortly();
        self.leave_at(site, tag);
    }

    /// The interpreter's function in place of the emitted code, then on at `back`.
    fn interpret_site(&mut self, site: i32, back: u32) {
        self.store_flags_shortly();
        self.call_interpret(site);
        self.far(0xe9, back);
    }

    /// The same for a load or store. Where a device may answer a word, which programs wait for in loops, flags are stored only if none does.
    fn access_site(&mut self, site: i32, op: Op, back: u32) {
        if self.flags == Flags::Stored || op != Op::LDR_w_uoff {
            return self.interpret_site(site, back);
        }
        self.call_interpret(site | COME_BACK);
        self.far_jcc(Cc::E, back);
        x64!(self.asm ; push rax);
        self.store_flags_shortly();
        x64!(self.asm ; pop rax);
        self.leave_site();
    }

    /// An entry; `site` names the block's first. Where it starts.
    pub(super) fn emit_entry(&mut self, entry: &Entry, site: i32) -> u32 {
        let clears = self.clears_branch_type(entry.count);
        if clears {
            self.emit_leave();
        }
        let start = self.here();
        self.reload_all();
        if !clears {
            self.far(0xe9, entry.counted);
            return start;
        }
        // The first instruction clears BTYPE, once it may execute.
        self.asm.alu_imm(Alu::Sub, true, R14, entry.count as i32);
        let short = self.asm.label();
        self.asm.jcc(Cc::B, short);
        x64!(self.asm ; mov BYTE [rbp + layout::BTYPE.disp], 0);
        self.far(0xe9, entry.body);
        self.asm.bind(short);
        self.leave_at(site, Tag::Budget);
        start
    }

    /// Entries into a block of `count` instructions clear PSTATE.BTYPE.
    pub(super) fn clears_branch_type(&self, count: u32) -> bool {
        self.host.branch_types && count > 0
    }

    /// A conditional jump to an offset of the code memory.
    fn far_jcc(&mut self, cc: Cc, target: u32) {
        let end = self.here() + 6;
        self.asm.relative_jcc(cc, target.wrapping_sub(end) as i32);
    }
}

/// Made once: goes on with code that was made, with registers as they were at the stub.
pub(super) fn resume(asm: &mut Assembler) {
    asm.mov(true, RAX, layout::RESUME_RELOAD);
    x64!(asm ; call rax);
    asm.mov(true, RAX, layout::KEPT_RAX);
    x64!(asm ; jmp QWORD [rbp + layout::RESUME.disp]);
}
