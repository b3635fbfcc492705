//! Ways out of generated code: to Rust, to other regions, to the interpreter's functions, and the pieces of code for them that a
//! region has once. What is made when it is needed first is [`super::outline`].

use super::asm::{Alu, Cc, Gpr, RAX, x64};
use super::jump_table::{JUMP_MASK, LANDINGS};
use super::layout;
use super::region::Site;
use super::translate::Translator;
use crate::mem::is_upper;

/// Why generated code came back; the low three bits of [`super::entry::Left::reason`].
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u64)]
pub enum Tag {
    /// The site's instruction stopped; `Cpu::pending` says why.
    Stopped = 0,
    /// The block of the site does not fit the count.
    Budget = 1,
    /// The site's instruction is done, and Rust has to look: decoded code has become stale, or somebody wants attention.
    Stale = 2,
    /// A link that is not made yet, by number.
    Link = 3,
    /// `Cpu::pc` says where to go on.
    Indirect = 4,
    /// The site's instruction is one for the interpreter.
    Step = 5,
    /// A stub whose code is not made yet, by the address behind it.
    Outline = 6,
}

impl Tag {
    pub fn of(reason: u64) -> Tag {
        match reason & 7 {
            0 => Tag::Stopped,
            1 => Tag::Budget,
            2 => Tag::Stale,
            3 => Tag::Link,
            4 => Tag::Indirect,
            5 => Tag::Step,
            _ => Tag::Outline,
        }
    }
}

/// A direct branch out of a region.
#[derive(Clone, Copy, Debug)]
pub struct LinkSite {
    pub target: u64,
    /// Offset of the jump's distance in the code memory, and where it points when it is not linked.
    pub jump: u32,
    pub unlinked: u32,
}

/// With a site's distance from the first, which is a multiple of eight.
pub(super) const COME_BACK: i32 = 1;

/// Pieces of code that a region has once: offsets in the code memory, zero for one that was not needed yet.
#[derive(Clone, Copy, Default)]
pub struct Parts {
    /// Called with the distance of a site in ECX: does it by the interpreter's function.
    pub interpret: u32,
    /// Jumped to with the distance of a site and a tag in RAX.
    pub leave: u32,
    /// Called: registers come from home.
    pub reload: u32,
    /// Called by stubs.
    pub stub: u32,
}

impl Translator {
    /// Where the next instruction will be in the code memory.
    pub(super) fn here(&self) -> u32 {
        self.origin + self.asm.position()
    }

    /// An address in the guest's memory that follows from pc's: it changes when the code moves with its page ([`super::moves`]).
    pub fn address_constant(&mut self, to: Gpr, address: u64) {
        self.asm.mov_imm(to, address);
        if address >> 32 == 0 || is_upper(address) {
            // Shorter than others, or nothing that ever moves.
            self.fixed = true;
        } else {
            self.constants.push(self.here() - 8);
        }
    }

    /// Names a site for as long as the code lives: its distance from the first that is kept.
    pub(super) fn keep_site(&mut self, site: usize) -> i32 {
        self.kept.push(self.region.sites[site]);
        ((self.first_site + self.kept.len() - 1) * size_of::<Site>()) as i32
    }

    /// Leaves for Rust at a site. Registers go home, flags are stored.
    pub fn exit_to_rust(&mut self, site: usize, tag: Tag) {
        self.store_flags_shortly();
        let site = self.keep_site(site);
        self.leave_at(site, tag);
    }

    fn leave(&mut self, reason: u64) {
        self.asm.mov_imm(RAX, reason);
        self.far(0xe9, self.thunks.exit);
    }

    /// Leaves at a site that is kept, with registers where they are; flags are stored.
    pub(super) fn leave_at(&mut self, site: i32, tag: Tag) {
        x64!(self.asm ; mov eax, site | tag as i32);
        self.far(0xe9, self.parts.leave);
    }

    /// Goes on at an address outside the region.
    pub fn leave_for(&mut self, target: u64) {
        self.store_flags();
        self.spill_dirty();
        let unlinked = self.asm.label();
        self.asm.jmp(unlinked);
        self.links.push(LinkSite { target, jump: self.here() - 4, unlinked: 0 });
        self.unlinked.push(unlinked);
    }

    /// The unlinked ends of links.
    pub(super) fn emit_unlinked(&mut self) {
        for number in 0..self.links.len() {
            self.asm.bind(self.unlinked[number]);
            self.links[number].unlinked = self.here();
            self.leave((((self.first_link + number) as u64) << 3) | Tag::Link as u64);
        }
    }

    /// Goes on at the address in RAX, with a value of PSTATE.BTYPE that the instruction there takes or refuses.
    pub fn leave_indirect(&mut self, branch_type: u8) {
        // Returns share the code: there are several in a function, and the host foretells by what came before as well.
        if branch_type == 0 {
            if let Some(label) = self.indirect {
                return self.asm.jmp(label);
            }
            let label = self.asm.label();
            self.asm.bind(label);
            self.indirect = Some(label);
        }
        let miss = self.asm.label();
        x64!(self.asm
            ; mov ecx, eax
            ; and ecx, JUMP_MASK
            ; mov rdx, QWORD self.jump_table as i64
        );
        if branch_type != 0 {
            x64!(self.asm
                ; mov BYTE [rbp + layout::BTYPE.disp], branch_type as i8
                ; test BYTE [rdx + rcx + LANDINGS], 1 << branch_type
            );
            self.asm.jcc(Cc::E, miss);
        }
        // Index bits start at bit 2 of the address: four times that is sixteen times the index, which is an entry's size.
        x64!(self.asm
            ; lea rcx, [rdx + rcx * 4]
            ; cmp rax, QWORD [rcx]
        );
        self.asm.jcc(Cc::Ne, miss);
        x64!(self.asm ; jmp QWORD [rcx + 8]);
        self.asm.bind(miss);
        self.asm.store(true, layout::PC, RAX);
        self.leave(Tag::Indirect as u64);
    }

    /// What most regions need, in front of everything else, so that calls of it need not be completed later.
    pub(super) fn emit_parts(&mut self) {
        self.parts = Parts { stub: self.here(), ..Parts::default() };
        self.asm.store(true, layout::KEPT_RAX, RAX);
        x64!(self.asm ; pop rax);
        self.spill_all();
        x64!(self.asm ; mov ecx, self.frame_number as i32);
        self.far(0xe9, self.thunks.outline);
        self.parts.reload = self.here();
        self.reload_all();
        x64!(self.asm ; ret);
    }

    /// [`Parts::leave`], unless it is there.
    pub(super) fn emit_leave(&mut self) {
        if self.parts.leave == 0 {
            self.parts.leave = self.here();
            self.spill_all();
            self.far(0xe9, self.thunks.leave);
        }
    }

    /// [`Parts::interpret`], unless it is there. That comes back when the instruction is done, with registers as the interpreter's function
    /// made them, and else leaves, unless ECX also has [`COME_BACK`]: then it comes back either way, "equal" when it is done, else with
    /// the reason in RAX.
    pub(super) fn emit_interpret(&mut self) {
        if self.parts.interpret != 0 {
            return;
        }
        self.parts.interpret = self.here();
        self.spill_all();
        self.far(0xe8, self.thunks.execute);
        let leave = self.asm.label();
        self.asm.jcc(Cc::Ne, leave);
        self.reload_all();
        x64!(self.asm ; ret);
        self.asm.bind(leave);
        let back = self.asm.label();
        self.asm.test_imm8(layout::SITE, COME_BACK as u8);
        self.asm.jcc(Cc::Ne, back);
        x64!(self.asm ; add rsp, 8);
        self.leave_site();
        self.asm.bind(back);
        self.far(0xe8, self.parts.reload);
        self.asm.alu_imm(Alu::Sub, true, layout::SITE, COME_BACK);
        // Not equal: no address is zero.
        x64!(self.asm ; ret);
    }

    /// Leaves at the site in [`layout::SITE`] with the tag in RAX.
    pub(super) fn leave_site(&mut self) {
        self.asm.alu(Alu::Or, true, RAX, layout::SITE);
        self.far(0xe9, self.thunks.exit);
    }

    /// Calls the interpreter's function for a site that is kept; it comes back when it is done. The flags are stored.
    pub(super) fn call_interpret(&mut self, site: i32) {
        x64!(self.asm ; mov ecx, site);
        self.far(0xe8, self.parts.interpret);
    }
}
