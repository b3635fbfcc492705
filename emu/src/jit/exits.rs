//! What is out of line: exits to Rust, links to other regions, slow paths. Nothing here is on a hot path.

use super::asm::{Alu, Cc, Label, R14, RAX, RCX, RSI, x64};
use super::emit::fp_convert::convert_again;
use super::flags::Flags;
use super::layout;
use super::region::Site;
use super::store::LANDINGS;
use super::translate::Translator;
use crate::insn::Op;

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
}

impl Tag {
    pub fn of(reason: u64) -> Tag {
        match reason & 7 {
            0 => Tag::Stopped,
            1 => Tag::Budget,
            2 => Tag::Stale,
            3 => Tag::Link,
            4 => Tag::Indirect,
            _ => Tag::Step,
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

/// With a site's distance, which is a multiple of eight.
const COME_BACK: i32 = 1;

/// Pieces of code that a region has once, in front of its own.
#[derive(Clone, Copy)]
pub struct Parts {
    interpret: Label,
    leave: Label,
    reload: Label,
}

/// Something to be emitted after the region's body.
#[derive(Clone, Copy)]
pub enum Cold {
    /// An entry from outside into a block.
    Entry { entry: Label, block: usize, counted: Label, body: Label },
    /// The count does not suffice.
    Budget { label: Label, first: usize, flags: Flags },
    /// An access that the TLB does not answer at once; `probe` is the thunk that looks again at an unaligned one.
    Access { label: Label, back: Label, hit: Label, site: usize, flags: Flags, probe: Option<u32> },
    /// A result that the host does not decide: the interpreter's function does it all.
    Redo { label: Label, back: Label, site: usize, flags: Flags },
    /// After [`Self::Redo`] of FCVTZS: X3 is what SCVTF makes of its result.
    Convert { label: Label, back: Label, guest: u8, double: bool },
    /// The instruction is done, and somebody wants attention.
    Attend { label: Label, site: usize, flags: Flags },
    /// The unlinked end of a link.
    Unlinked { label: Label, link: usize },
}

impl Translator {
    fn sites_address(&self) -> u64 {
        self.region.sites.as_ptr().expose_provenance() as u64
    }

    /// A site as out-of-line code names it: its distance from the region's first.
    fn site_offset(&self, site: usize) -> i32 {
        (site * size_of::<Site>()) as i32
    }

    /// Leaves for Rust at a site. Registers go home, flags are stored.
    pub fn exit_to_rust(&mut self, site: usize, tag: Tag) {
        self.store_flags_shortly();
        self.leave_at(site, tag);
    }

    fn leave(&mut self, reason: u64) {
        self.asm.mov_imm(RAX, reason);
        self.far(0xe9, self.thunks.exit);
    }

    /// Leaves at a site with registers where they are; flags are stored.
    fn leave_at(&mut self, site: usize, tag: Tag) {
        let Some(Parts { leave, .. }) = self.parts else { return };
        x64!(self.asm ; mov eax, self.site_offset(site) | tag as i32);
        self.asm.jmp(leave);
    }

    /// Goes on at an address outside the region.
    pub fn leave_for(&mut self, target: u64) {
        self.store_flags();
        self.spill_dirty();
        let label = self.asm.label();
        self.asm.jmp(label);
        let jump = self.origin + self.asm.position() - 4;
        self.cold.push(Cold::Unlinked { label, link: self.links.len() });
        self.links.push(LinkSite { target, jump, unlinked: 0 });
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
            ; and ecx, super::JUMP_MASK
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

    pub fn emit_cold(&mut self) {
        let mut at = 0;
        while at < self.cold.len() {
            self.emit_cold_item(self.cold[at]);
            at += 1;
        }
    }

    /// What the region has once, in front of everything else, so that calls of it need not be completed later.
    pub fn emit_parts(&mut self) {
        let parts = Parts { interpret: self.asm.label(), leave: self.asm.label(), reload: self.asm.label() };
        self.parts = Some(parts);
        self.asm.bind(parts.interpret);
        self.interpret();
        self.asm.bind(parts.leave);
        self.spill_all();
        self.asm.mov_imm(RCX, self.sites_address());
        x64!(self.asm ; add rax, rcx);
        self.far(0xe9, self.thunks.exit);
        self.asm.bind(parts.reload);
        self.reload_all();
        x64!(self.asm ; ret);
    }

    /// Called with a site in ECX: does it by the interpreter's function. Comes back when it is done, with registers as that made them, and
    /// else leaves, unless ECX also has [`COME_BACK`]: then it comes back either way, "equal" when it is done, else with the reason in RAX.
    fn interpret(&mut self) {
        self.spill_all();
        self.asm.mov_imm(RSI, self.sites_address());
        x64!(self.asm ; add rsi, rcx);
        self.asm.store(true, layout::SITE, RSI);
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
        if let Some(Parts { reload, .. }) = self.parts {
            self.asm.call(reload);
        }
        self.asm.alu_imm(Alu::Sub, true, layout::SITE, COME_BACK);
        // Not equal: no address is zero.
        x64!(self.asm ; ret);
    }

    /// Leaves at the site in [`layout::SITE`] with the tag in RAX.
    fn leave_site(&mut self) {
        self.asm.alu(Alu::Or, true, RAX, layout::SITE);
        self.far(0xe9, self.thunks.exit);
    }

    fn emit_cold_item(&mut self, item: Cold) {
        match item {
            Cold::Entry { entry, block, counted, body } => {
                self.asm.bind(entry);
                let block = self.region.blocks[block];
                if block.root {
                    self.reload_all();
                } else {
                    let Some(Parts { reload, .. }) = self.parts else { return };
                    self.asm.call(reload);
                }
                if !self.host.branch_types || block.count == 0 {
                    self.asm.jmp(counted);
                    return;
                }
                // The first instruction clears BTYPE, once it may execute.
                self.asm.alu_imm(Alu::Sub, true, R14, block.count as i32);
                let short = self.asm.label();
                self.asm.jcc(Cc::B, short);
                x64!(self.asm ; mov BYTE [rbp + layout::BTYPE.disp], 0);
                self.asm.jmp(body);
                self.asm.bind(short);
                self.flags = Flags::Stored;
                self.budget(block.first);
            }
            Cold::Budget { label, first, flags } => {
                self.asm.bind(label);
                self.flags = flags;
                self.budget(first);
            }
            Cold::Access { label, back, hit, site, flags, probe } => {
                self.asm.bind(label);
                if let Some(probe) = probe {
                    self.far(0xe8, probe);
                    self.asm.jcc(Cc::E, hit);
                }
                self.access_site(site, back, flags);
            }
            Cold::Redo { label, back, site, flags } => {
                self.asm.bind(label);
                self.interpret_site(site, back, flags);
            }
            Cold::Convert { label, back, guest, double } => {
                self.asm.bind(label);
                convert_again(self, guest, double);
                self.asm.jmp(back);
            }
            Cold::Attend { label, site, flags } => {
                self.asm.bind(label);
                (self.flags, self.eflags) = (flags, false);
                self.exit_to_rust(site, Tag::Stale);
            }
            Cold::Unlinked { label, link } => {
                self.links[link].unlinked = self.origin + self.asm.position();
                self.asm.bind(label);
                self.leave((((self.first_link + link) as u64) << 3) | Tag::Link as u64);
            }
        }
    }

    /// In front of a block that does not fit; Rust gives the count back.
    fn budget(&mut self, first: usize) {
        self.eflags = false;
        self.exit_to_rust(first, Tag::Budget);
    }

    /// The interpreter's function in place of the emitted code, in a state of the flags that may be stored for it; then on at `back`.
    pub fn interpret_site(&mut self, site: usize, back: Label, flags: Flags) {
        (self.flags, self.eflags) = (flags, false);
        self.store_flags_shortly();
        self.call_interpret(site);
        self.asm.jmp(back);
    }

    /// As [`Self::interpret_site`] for a load or store. Where a device may answer a word, which programs wait for in loops, flags are stored
    /// only if none does.
    fn access_site(&mut self, site: usize, back: Label, flags: Flags) {
        let Some(Parts { interpret, .. }) = self.parts else { return };
        if flags == Flags::Stored || self.region.sites[site].insn.op != Op::LDR_w_uoff {
            return self.interpret_site(site, back, flags);
        }
        x64!(self.asm ; mov ecx, self.site_offset(site) | COME_BACK);
        self.asm.call(interpret);
        self.asm.jcc(Cc::E, back);
        (self.flags, self.eflags) = (flags, false);
        x64!(self.asm ; push rax);
        self.store_flags_shortly();
        x64!(self.asm ; pop rax);
        self.leave_site();
    }

    /// Calls the interpreter's function, which comes back when it is done; the flags are stored.
    pub fn call_interpret(&mut self, site: usize) {
        let Some(Parts { interpret, .. }) = self.parts else { return };
        x64!(self.asm ; mov ecx, self.site_offset(site));
        self.asm.call(interpret);
    }
}
