//! The code of one PE: found by address, linked, dropped when the guest's code changes or translations do. The memory is
//! bounded: when it is full, everything goes. Executes nothing.

use super::asm::ROOM;
use super::cache::CodeMemory;
use super::emit::system::plan;
use super::exits::LinkSite;
use super::flags::Comparison;
use super::jump_table::JumpTable;
use super::kept::Kept;
use super::late::Late;
use super::outline::{Entry, Frame, Outline};
use super::pages::{LATE, MappedPage, Pages};
use super::pieces::{Piece, behind};
use super::region::{Finding, Page, ReadPage, Region, Site, word_of};
use super::thunks;
use super::translate::{Place, Translator};
use super::{Context, Host, JitLevel, Thunks};
use crate::cpu::Cpu;
use crate::mem::{Halves, SPACES, is_upper};
use sysregs::FeatureSet;

/// Room that a region may need.
const LARGEST_CODE: usize = ROOM;
/// And as many sites, outlines and the like.
const LARGEST: usize = 4096;

/// Parts of what is found by virtual address, which are forgotten apart: halves of each address space.
const PARTS: usize = 2 * SPACES;

/// The part that an address is in.
fn part(context: Context, address: u64) -> usize {
    2 * context.space() + usize::from(is_upper(address))
}

/// What a translation made.
#[derive(Clone, Copy, Debug)]
pub struct Translated {
    pub code: u64,
    pub instructions: u64,
    pub bytes: u64,
}

/// All code of one PE.
pub struct Code {
    pub(super) memory: CodeMemory,
    host: Host,
    pub(super) thunks: Thunks,
    /// End of the thunks.
    start: u32,
    pub(super) translator: Translator,
    pub(super) pages: Pages,
    /// Counts by [`part`] how often what is found by virtual address was forgotten.
    epochs: [u64; PARTS],
    /// How often [`Self::move_page`] did so.
    pub pages_moved: u64,
    /// Offsets of constants that are addresses of the guest.
    pub(super) constants: Vec<u32>,
    /// What generated code and its exits name by address. They stay where they are.
    pub(super) sites: Kept<Site>,
    /// What code that is made later needs of regions, in the order of their code; and what it is.
    pub(super) frames: Kept<Frame>,
    pub(super) outlines: Kept<Outline>,
    pub(super) comparisons: Kept<Comparison>,
    pub(super) late_entries: Kept<Entry>,
    /// Code that is made later is made again each time: for tests of what happens when there is no more room for it.
    pub(super) cramped: bool,
    pub late: Late,
    pub(super) links: Kept<LinkSite>,
    /// Links that are made, by [`part`] of their targets.
    linked: [Vec<usize>; PARTS],
    /// By context, on first use.
    jumps: Vec<Option<JumpTable>>,
    /// Entries in use, by [`part`].
    used_jumps: [Vec<(u8, u16)>; PARTS],
}

impl Code {
    /// Reserves memory and emits the thunks.
    ///
    /// # Errors
    /// When the host gives no executable memory.
    pub fn new(level: JitLevel, features: &FeatureSet, cramped: bool) -> std::io::Result<Code> {
        let mut memory = CodeMemory::new()?;
        let sites = Kept::<Site>::new()?;
        let (code, thunks) = thunks::build(sites.as_ptr().expose_provenance() as u64).ok_or(std::io::ErrorKind::Other)?;
        memory.append(&code);
        let host = Host::detect(level, features);
        let start = memory.next();
        Ok(Code {
            memory,
            host,
            thunks,
            start,
            translator: Translator::new(host, thunks),
            pages: Pages::new()?,
            epochs: [1; PARTS],
            pages_moved: 0,
            constants: Vec::new(),
            sites,
            frames: Kept::new()?,
            outlines: Kept::new()?,
            comparisons: Kept::new()?,
            late_entries: Kept::new()?,
            cramped,
            late: Late::default(),
            links: Kept::new()?,
            linked: Default::default(),
            jumps: (0..Context::COUNT).map(|_| None).collect(),
            used_jumps: Default::default(),
        })
    }

    /// How many entries of jump tables have to be forgotten some time.
    #[cfg(test)]
    pub fn jumps_listed(&self) -> usize {
        self.used_jumps.iter().map(Vec::len).sum()
    }

    /// The address of the entry stub.
    pub fn stub(&self) -> u64 {
        self.memory.address(self.thunks.enter)
    }

    /// Code for an address, by the jump table, unless `branch_type` keeps the branch from landing there.
    #[inline]
    pub fn fast(&self, pc: u64, context: Context, branch_type: u8) -> Option<u64> {
        self.jumps[context.index()].as_ref()?.code(pc, branch_type)
    }

    /// Code for an address. Bit 0 of the physical one is set in a guarded page.
    pub fn find(&mut self, physical: u64, pc: u64, context: Context) -> Option<u64> {
        let mapped = MappedPage::of(physical, pc, context);
        let epoch = self.epoch(&mapped);
        let entries = match self.pages.find_to_use(&mapped, epoch) {
            Some(entries) => entries,
            None => {
                self.move_page(&mapped)?;
                self.pages.find_to_use(&mapped, epoch)?
            }
        };
        let mut offset = entries.at(word_of(pc));
        if offset & LATE != 0 {
            offset = self.make_entry((offset & !LATE) as usize)?;
            self.pages.set(mapped, std::iter::once((word_of(pc), offset)))?;
        }
        (offset != 0).then(|| self.memory.address(offset))
    }

    /// The time since what relies on the page's address was forgotten last.
    pub(super) fn epoch(&self, page: &MappedPage) -> u64 {
        self.epochs[part(page.context, page.address)]
    }

    /// Lets indirect branches with these values of PSTATE.BTYPE find `code` at `pc`, until translations change.
    pub fn remember(&mut self, pc: u64, context: Context, code: u64, landings: u32) {
        if let Some(place) = self.table(context).set(pc, code, landings) {
            self.used_jumps[part(context, pc)].push((context.index() as u8, place));
        }
    }

    fn table(&mut self, context: Context) -> &mut JumpTable {
        self.jumps[context.index()].get_or_insert_with(JumpTable::new)
    }

    /// Translations have changed: nothing of these halves of an address space is found by virtual address alone any more.
    pub fn forget_addresses(&mut self, space: usize, halves: Halves) {
        for half in [(halves.lower, 0), (halves.upper, 1)].into_iter().filter_map(|(stale, half)| stale.then_some(half)) {
            self.epochs[2 * space + half] += 1;
            for link in std::mem::take(&mut self.linked[2 * space + half]) {
                let site = self.links[link];
                self.memory.patch_jump(site.jump, site.unlinked);
            }
            for (context, place) in std::mem::take(&mut self.used_jumps[2 * space + half]) {
                if let Some(table) = &mut self.jumps[usize::from(context)] {
                    table.forget(place, half);
                }
            }
        }
    }

    /// Links and entries of jump tables that go to a half of an address space.
    pub fn findings(&self, space: usize, half: usize) -> usize {
        self.linked[2 * space + half].len() + self.used_jumps[2 * space + half].len()
    }

    /// The address that a link goes to.
    pub fn link_target(&self, link: usize) -> Option<u64> {
        self.links.get(link).map(|link| link.target)
    }

    /// Makes a link of code for `context` go straight to `code`.
    pub fn link(&mut self, link: usize, context: Context, code: u64) {
        let target = (code - self.memory.address(0)) as u32;
        self.memory.patch_jump(self.links[link].jump, target);
        self.linked[part(context, self.links[link].target)].push(link);
    }

    /// Decodes what the PE's pc reaches in its page, which is that of `physical`.
    pub fn discover(&mut self, page: &mut Page, read: &ReadPage, cpu: &Cpu, physical: u64, context: Context) {
        let entries = self.pages.find(&MappedPage::of(physical, cpu.pc, context));
        let known = |pc: u64| entries.is_some_and(|entries| entries.at(word_of(pc)) != 0);
        self.translator.long_vectors = cpu.has_long_vectors();
        self.translator.region.find(&mut Finding {
            page,
            read,
            entry: cpu.pc,
            features: &cpu.features,
            native: self.host.native,
            guarded: physical & 1 != 0,
            plan: &|insn| plan(cpu, insn),
            known: &known,
        });
    }

    /// What was found last.
    pub fn region(&self) -> &Region {
        &self.translator.region
    }

    /// True when the memory must be cleared before another translation.
    pub fn full(&self) -> bool {
        let kept = self.sites.fits(LARGEST) && self.outlines.fits(LARGEST) && self.comparisons.fits(LARGEST);
        let found = self.pages.has_room() && self.late_entries.fits(LARGEST) && self.links.fits(LARGEST);
        !kept || !found || !self.frames.fits(1) || !self.memory.fits(LARGEST_CODE)
    }

    /// Translates the region that was found last; None when it cannot be (the interpreter can).
    pub fn translate(&mut self, physical: u64, pc: u64, context: Context) -> Option<Translated> {
        let jump_table = self.table(context).address();
        let origin = self.memory.next();
        let place =
            Place { context, origin, first_link: self.links.len(), first_site: self.sites.len(), frame: self.frames.len(), jump_table };
        if !self.translator.translate(&place) {
            return None;
        }
        self.memory.append(self.translator.asm.code())?;
        let mapped = MappedPage::of(physical, pc, context);
        let number = self.pages.number(mapped)?;
        self.keep(number)?;
        let made = self.translator.entries.iter().map(|&(address, offset)| (word_of(address), offset));
        let late = self.translator.late_entries.iter().zip(self.late_entries.len()..);
        let late = late.map(|(entry, number)| (word_of(entry.pc), LATE | number as u32));
        self.pages.set(mapped, made.chain(late))?;
        self.late_entries.extend(&self.translator.late_entries)?;
        let instructions = self.region().sites.len() as u64;
        let code = self.find(physical, pc, context)?;
        Some(Translated { code, instructions, bytes: self.translator.asm.position().into() })
    }

    /// Keeps what the translator leaves for later.
    fn keep(&mut self, table: u32) -> Option<()> {
        let translator = &mut self.translator;
        let frame = translator.frame();
        let (first_outline, first_comparison) = (self.outlines.len() as u32, self.comparisons.len() as u32);
        let movable = self.pages.movable(table);
        movable.fixed |= translator.fixed;
        if !is_upper(frame.page) && !movable.fixed {
            movable.pieces.push(Piece {
                sites: behind(&self.sites, &translator.kept),
                links: behind(&self.links, &translator.links),
                entries: behind(&self.late_entries, &translator.late_entries),
                frames: behind(&self.frames, &[()]),
                constants: behind(&self.constants, &translator.constants),
            });
            self.constants.extend_from_slice(&translator.constants);
        }
        self.frames.extend(&[Frame { first_outline, first_comparison, table, ..frame }])?;
        self.links.extend(&translator.links)?;
        self.sites.extend(&translator.kept)?;
        self.outlines.extend(&translator.outlines)?;
        self.comparisons.extend(&translator.comparisons)
    }

    /// Drops the code of a physical page: nothing finds it or jumps to it any more.
    pub fn drop_page(&mut self, page: u64) {
        let Code { pages, jumps, links, linked, memory, .. } = self;
        let mapped = pages.remove(page, |page, word| {
            let Some(table) = &mut jumps[page.context.index()] else { return };
            table.remove(page.address + 4 * word as u64);
        });
        let mapped_at = |pc: u64| mapped.iter().any(|page| page.address == pc & !0xfff);
        for linked in linked {
            linked.retain(|&link| {
                let site = links[link];
                let keep = !mapped_at(site.target);
                if !keep {
                    memory.patch_jump(site.jump, site.unlinked);
                }
                keep
            });
        }
    }

    /// Drops everything.
    pub fn clear(&mut self) {
        self.linked.iter_mut().for_each(Vec::clear);
        (0..SPACES).for_each(|space| self.forget_addresses(space, Halves::ALL));
        self.pages.clear();
        self.sites.truncate(0);
        self.frames.truncate(0);
        self.outlines.truncate(0);
        self.comparisons.truncate(0);
        self.late_entries.truncate(0);
        self.links.truncate(0);
        self.constants.clear();
        self.memory.truncate(self.start);
    }
}
