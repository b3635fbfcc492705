//! What is out of line: exits to Rust, links to other regions, slow paths. Nothing here is on a hot path.

use super::asm::{Alu, Cc, Label, Mem, R14, RAX, RCX, RSI, x64};
use super::emit::fp_convert::convert_again;
use super::flags::Flags;
use super::layout;
use super::translate::Translator;

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

/// Something to be emitted after the region's body.
#[derive(Clone, Copy)]
pub enum Cold {
    /// An entry from outside into a block.
    Entry { entry: Label, block: usize, label: Label },
    /// The count does not suffice.
    Budget { label: Label, first: usize, count: usize, flags: Flags },
    /// A called instruction stopped or made code stale.
    Failed { label: Label, site: usize },
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

impl Translator<'_> {
    fn site_address(&self, site: usize) -> u64 {
        std::ptr::from_ref(&self.region.sites[site]).expose_provenance() as u64
    }

    /// Leaves for Rust at a site. Registers go home, flags are stored.
    pub fn exit_to_rust(&mut self, site: usize, tag: Tag) {
        self.store_flags();
        self.spill_all();
        self.leave(self.site_address(site) | tag as u64);
    }

    fn leave(&mut self, reason: u64) {
        self.asm.mov_imm(RAX, reason);
        self.far(0xe9, self.thunks.exit);
    }

    /// Goes on at an address outside the region.
    pub fn leave_for(&mut self, target: u64) {
        self.store_flags();
        self.spill_all();
        let label = self.asm.label();
        self.asm.jmp(label);
        let jump = self.origin + self.asm.position() - 4;
        self.cold.push(Cold::Unlinked { label, link: self.links.len() });
        self.links.push(LinkSite { target, jump, unlinked: 0 });
    }

    /// Goes on at the address in RAX.
    pub fn leave_indirect(&mut self) {
        // The jump table's index: sixteen bytes an entry.
        let miss = self.asm.label();
        self.asm.mov(false, RCX, RAX);
        self.asm.alu_imm(Alu::And, false, RCX, super::JUMP_MASK);
        self.asm.mov_imm(super::asm::RDX, self.jump_table);
        // Index bits start at bit 2 of the address: four times that is sixteen times the index.
        self.asm.lea(true, RCX, Mem { base: super::asm::RDX, index: Some((RCX, 2)), disp: 0 });
        self.asm.alu(Alu::Cmp, true, RAX, Mem::at(RCX, 0));
        self.asm.jcc(Cc::Ne, miss);
        x64!(self.asm ; jmp QWORD [rcx + 8]);
        self.asm.bind(miss);
        self.asm.store(true, layout::PC, RAX);
        self.leave(Tag::Indirect as u64);
    }

    fn spill_label(&mut self) -> Label {
        if let Some(label) = self.spill {
            return label;
        }
        let label = self.asm.label();
        self.spill = Some(label);
        label
    }

    fn reload_label(&mut self) -> Label {
        if let Some(label) = self.reload {
            return label;
        }
        let label = self.asm.label();
        self.reload = Some(label);
        label
    }

    pub fn emit_cold(&mut self) {
        let mut at = 0;
        while at < self.cold.len() {
            self.emit_cold_item(self.cold[at]);
            at += 1;
        }
        if let Some(label) = self.spill {
            self.asm.bind(label);
            self.spill_all();
            x64!(self.asm ; ret);
        }
        if let Some(label) = self.reload {
            self.asm.bind(label);
            self.reload_all();
            x64!(self.asm ; ret);
        }
    }

    fn emit_cold_item(&mut self, item: Cold) {
        match item {
            Cold::Entry { entry, block, label } => {
                self.asm.bind(entry);
                self.reload_all();
                let block = self.region.blocks[block];
                if block.count == 0 {
                    self.asm.jmp(label);
                    return;
                }
                self.asm.alu_imm(Alu::Sub, true, R14, block.count as i32);
                self.asm.jcc(Cc::Ae, label);
                self.budget(block.first, block.count);
            }
            Cold::Budget { label, first, count, flags } => {
                self.asm.bind(label);
                self.flags = flags;
                self.budget(first, count);
            }
            Cold::Failed { label, site } => {
                self.asm.bind(label);
                self.flags = Flags::Stored;
                self.leave_with_rax(site);
            }
            Cold::Access { label, back, hit, site, flags, probe } => {
                self.asm.bind(label);
                if let Some(probe) = probe {
                    self.far(0xe8, probe);
                    self.asm.jcc(Cc::E, hit);
                }
                self.interpret(site, back, flags);
            }
            Cold::Redo { label, back, site, flags } => {
                self.asm.bind(label);
                self.interpret(site, back, flags);
            }
            Cold::Convert { label, back, guest, double } => {
                self.asm.bind(label);
                convert_again(self, guest, double);
                self.asm.jmp(back);
            }
            Cold::Attend { label, site, flags } => {
                self.asm.bind(label);
                self.flags = flags;
                self.eflags = false;
                self.store_flags();
                let spill = self.spill_label();
                self.asm.call(spill);
                self.leave(self.site_address(site) | Tag::Stale as u64);
            }
            Cold::Unlinked { label, link } => {
                self.links[link].unlinked = self.origin + self.asm.position();
                self.asm.bind(label);
                self.leave((((self.first_link + link) as u64) << 3) | Tag::Link as u64);
            }
        }
    }

    /// In front of a block that does not fit: gives the count back.
    fn budget(&mut self, first: usize, count: usize) {
        self.asm.alu_imm(Alu::Add, true, R14, count as i32);
        self.eflags = false;
        self.store_flags();
        let spill = self.spill_label();
        self.asm.call(spill);
        self.leave(self.site_address(first) | Tag::Budget as u64);
    }

    /// The interpreter's function in place of the emitted code; then on at `back`.
    fn interpret(&mut self, site: usize, back: Label, flags: Flags) {
        let (spill, reload) = (self.spill_label(), self.reload_label());
        self.asm.call(spill);
        self.asm.mov_imm(RSI, self.site_address(site));
        self.far(0xe8, self.thunks.execute);
        let other = self.asm.label();
        self.asm.jcc(Cc::Ne, other);
        self.asm.call(reload);
        self.asm.jmp(back);
        self.asm.bind(other);
        (self.flags, self.eflags) = (flags, false);
        if flags != Flags::Stored {
            // A pending comparison wants the registers.
            x64!(self.asm ; push rax ; call =>reload);
            self.store_flags();
            x64!(self.asm ; pop rax);
        }
        self.leave_with_rax(site);
    }

    /// Leaves with the code in RAX, 0 or 2, as the tag.
    fn leave_with_rax(&mut self, site: usize) {
        self.asm.mov_imm(RCX, self.site_address(site));
        self.asm.alu(Alu::Or, true, RAX, RCX);
        self.far(0xe9, self.thunks.exit);
    }
}
