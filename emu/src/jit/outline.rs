//! Code out of line that is made when it is needed first: slow paths of accesses, exits at the end of the count, entries. Few of them
//! ever are. A region has a stub of five bytes for each, which leaves for Rust; there the code is made, the stub becomes a jump to
//! it, and execution goes on in it with everything as it was. Does not keep them; that is [`super::store`]'s.

use super::Context;
use super::asm::{Alu, Assembler, Cc, Label, R14, RAX, x64};
use super::emit::fp_convert::convert_again;
use super::exits::{COME_BACK, Parts, Tag};
use super::flags::Flags;
use super::layout;
use super::region::{Site, word_of};
use super::registers::{Assignment, Dirty};
use super::translate::Translator;
use crate::insn::{Op, effects};

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
    /// An access that the TLB does not answer at once. `probe` is the thunk that looks again, zero for none; `hit`, where it goes on then.
    Access { hit: u32, probe: u32 },
}

/// Code that is not made yet, while its region is translated.
#[derive(Clone, Copy)]
pub struct Draft {
    pub what: What,
    word: u32,
    place: u16,
    remaining: u8,
    flags: u16,
    back: Option<Label>,
}

/// The same afterwards. There are two for three instructions, so they are small.
#[derive(Clone, Copy)]
pub struct Outline {
    /// Its instruction, or what names the site when that is kept already.
    pub word: u32,
    /// Where it goes on, an offset in the code memory.
    back: u32,
    /// Of [`What::Access`] the probe, of [`What::Convert`] the register.
    detail: u16,
    /// Among the region's comparisons, plus one, the state of the flags.
    pub flags: u16,
    /// The instruction's place in its page, and in bits 15:10 the kind.
    place: u16,
    /// Instructions from it to the end of its block.
    pub remaining: u8,
    /// Bytes from `hit` of [`What::Access`] to `back`.
    hit: u8,
}

/// Bits of [`Outline::place`] that are the place.
const PLACE_BITS: u32 = 10;

impl Outline {
    fn new(draft: &Draft, back: u32) -> Outline {
        let (kind, detail, hit) = match draft.what {
            What::Budget => (0, 0, 0),
            What::Attend => (1, 0, 0),
            What::Redo => (2, 0, 0),
            What::RedoPlanned => (3, 0, 0),
            What::Convert { guest, double } => (4 + u16::from(double), guest.into(), 0),
            // Instructions whose code is that long do without another look.
            What::Access { hit, probe } => u8::try_from(back - hit).map_or((6, 0, 0), |hit| (6, probe as u16, hit)),
        };
        let &Draft { word, place, remaining, flags, .. } = draft;
        Outline { word, back, detail, flags, place: kind << PLACE_BITS | place, remaining, hit }
    }

    pub fn what(&self) -> What {
        match self.place >> PLACE_BITS {
            0 => What::Budget,
            1 => What::Attend,
            2 => What::Redo,
            3 => What::RedoPlanned,
            kind @ (4 | 5) => What::Convert { guest: self.detail as u8, double: kind == 5 },
            _ => What::Access { hit: self.back - u32::from(self.hit), probe: self.detail.into() },
        }
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
    /// Offset of the first stub in the code memory, and what the first of each is.
    pub stubs: u32,
    pub first_outline: u32,
    pub first_comparison: u32,
}

impl Translator {
    /// The label of code to be made later for the instruction at a site; `back` is where that goes on.
    pub fn outline_at(&mut self, site: usize, what: What, back: Option<Label>) -> Label {
        let Site { insn, pc, remaining } = &self.region.sites[site];
        let (mut word, place, remaining) = (insn.word, word_of(*pc) as u16, *remaining as u8);
        if what == What::RedoPlanned {
            word = self.keep_site(site) as u32;
        }
        let flags = self.flags_number();
        self.drafts.push(Draft { what, word, place, remaining, flags, back });
        Label::of_stub(self.drafts.len() - 1)
    }

    /// The same for the present instruction.
    pub fn outline(&mut self, what: What, back: Option<Label>) -> Label {
        self.outline_at(self.current, what, back)
    }

    /// A label whose code is out of line: the interpreter's function, and back to `back`.
    pub fn redo(&mut self, back: Label) -> Label {
        let planned = self.region.sites[self.current].insn.effects() & effects::SYSTEM != 0;
        self.outline(if planned { What::RedoPlanned } else { What::Redo }, Some(back))
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
        let offset = |label: Option<Label>| self.origin + label.and_then(|label| self.asm.offset_of(label)).unwrap_or(0);
        self.outlines.clear();
        self.outlines.extend(self.drafts.iter().map(|draft| Outline::new(draft, offset(draft.back))));
    }

    /// Takes up a region again.
    pub(super) fn adopt(&mut self, frame: &Frame, origin: u32) {
        self.drop_code();
        self.apply(&frame.assignment);
        (self.all, self.parts, self.context, self.origin) = (frame.all, frame.parts, frame.context, origin);
        self.eflags = false;
    }

    /// Makes the code of an outline, whose site is kept by a name; where it starts.
    pub(super) fn emit_outline(&mut self, outline: &Outline, flags: Flags, site: i32, op: Op) -> u32 {
        match outline.what() {
            What::Budget | What::Attend => self.emit_leave(),
            What::Access { .. } | What::Redo | What::RedoPlanned => self.emit_interpret(),
            What::Convert { .. } => {}
        }
        let start = self.here();
        self.flags = flags;
        match outline.what() {
            // Rust gives the count back.
            What::Budget => self.leave_with_flags(site, Tag::Budget),
            What::Attend => self.leave_with_flags(site, Tag::Stale),
            What::Access { hit, probe } => {
                if probe != 0 {
                    self.far(0xe8, probe);
                    self.far_jcc(Cc::E, hit);
                }
                self.access_site(site, op, outline.back);
            }
            What::Redo | What::RedoPlanned => self.interpret_site(site, outline.back),
            What::Convert { guest, double } => {
                convert_again(self, guest, double);
                self.far(0xe9, outline.back);
            }
        }
        start
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
