//! The JIT as an engine: finds code for pc, has it made when it is hot, and deals with what generated code leaves for Rust.
//! The interpreter executes what is cold, what does not fit the count, and what generated code does not do.

use std::time::Instant;

use sysregs::Feature;

use super::attention::{attend, stop};
use super::decode_for;
use super::heat::Heat;
use super::relied::Relied;
use super::watch::watch_code;
use super::{EngineStats, Interpreter};
use crate::cpu::{Cpu, Exit, Pending};
use crate::exec::{finish_stop, run_slice};
use crate::jit::{Code, Context, JitLevel, Left, Page, Region, Site, Tag, enter, relies_on_stale, site_of};
use crate::mem::SPACES;

/// Instructions before generated code comes back to look at what others want.
const SLICE: u64 = 1 << 15;

/// A JIT and its code.
pub struct Jit {
    level: JitLevel,
    /// Nothing is cold.
    eager: bool,
    /// See [`Jit::cramped`].
    cramped: bool,
    /// None before the first run, and when the host gives no code memory.
    code: Option<Code>,
    refused: bool,
    interpreter: Interpreter,
    heat: Heat,
    /// Where the pages are that links and jump tables have found.
    relied: Relied,
    /// What is read to be translated.
    page: Page,
    /// A link that the next look-up completes.
    link: Option<usize>,
    stats: EngineStats,
}

impl Jit {
    /// A JIT without code.
    pub fn new(level: JitLevel) -> Jit {
        Jit {
            level,
            eager: false,
            cramped: false,
            code: None,
            refused: false,
            interpreter: Interpreter::default(),
            heat: Heat::default(),
            relied: Relied::default(),
            page: Page::default(),
            link: None,
            stats: EngineStats::default(),
        }
    }

    /// Translates at first sight: for tests, and for code that is known to be hot.
    #[must_use]
    pub fn eager(mut self) -> Jit {
        self.eager = true;
        self
    }

    /// As if there never were room for code that is made when it is needed first: for tests.
    #[must_use]
    pub fn cramped(mut self) -> Jit {
        self.cramped = true;
        self
    }

    /// What has been done so far, by the interpreter inside too.
    pub fn stats(&self) -> EngineStats {
        let late = self.code.as_ref().map(|code| code.late).unwrap_or_default();
        let made_late = EngineStats {
            outlines_made: late.pieces,
            code_bytes: late.bytes,
            translation_nanoseconds: late.nanoseconds,
            pages_moved: self.code.as_ref().map_or(0, |code| code.pages_moved),
            ..EngineStats::default()
        };
        self.stats + made_late + self.interpreter.stats()
    }

    /// Runs until something is for the hypervisor, or `cpu.budget` instructions have retired.
    pub fn run(&mut self, cpu: &mut Cpu) -> Exit {
        if self.code.is_none() && !self.refused {
            self.code = Code::new(self.level, &cpu.features, self.cramped).ok();
            self.refused = self.code.is_none();
        }
        if self.refused || cpu.trace.as_ref().is_some_and(|trace| trace.wants_instructions()) {
            return self.interpreter.run(cpu);
        }
        cpu.signal.set_running(true);
        let exit = self.run_until_exit(cpu);
        cpu.signal.set_running(false);
        exit
    }

    fn run_until_exit(&mut self, cpu: &mut Cpu) -> Exit {
        loop {
            if cpu.retired >= cpu.next_timer_check {
                cpu.check_timers();
            }
            if cpu.signal.bits() != 0
                && let Some(exit) = self.attend(cpu)
            {
                return exit;
            }
            if cpu.budget == 0 {
                return Exit::Budget;
            }
            if let Some(exit) = self.advance(cpu) {
                return exit;
            }
        }
    }

    fn attend(&mut self, cpu: &mut Cpu) -> Option<Exit> {
        let mut stale = Vec::new();
        let exit = attend(cpu, &mut self.stats, &mut stale);
        if !stale.is_empty() {
            self.link = None;
            self.interpreter.drop_stale(&stale);
            for page in stale {
                match (page, &mut self.code) {
                    (Some(page), Some(code)) => code.drop_page(page),
                    (None, Some(code)) => code.clear(),
                    (_, None) => {}
                }
            }
        }
        exit
    }

    /// Some instructions, at least one.
    fn advance(&mut self, cpu: &mut Cpu) -> Option<Exit> {
        match self.find(cpu) {
            Some(code) => self.execute(cpu, code),
            None => self.interpreter.one_block(cpu),
        }
    }

    /// Code for pc; None leaves the next block to the interpreter.
    #[inline]
    fn find(&mut self, cpu: &mut Cpu) -> Option<u64> {
        let mut link = self.link.take();
        if cpu.tlb.choose_addend() {
            // The context has changed.
            link = None;
        }
        let code = self.code.as_mut()?;
        if relies_on_stale(cpu) {
            let space = cpu.tlb.space();
            let stale = std::mem::take(&mut cpu.jit.stale[space % SPACES]);
            let changed = self.relied.changed(cpu, stale, |half| code.findings(space, half));
            self.relied.forget(cpu, changed);
            code.forget_addresses(space, changed);
        }
        if cpu.pstate.il || cpu.debug.armed {
            return None;
        }
        let context = Context::of(cpu);
        let found = match code.fast(cpu.pc, context, cpu.pstate.btype) {
            Some(found) => {
                self.stats.lookups_fast += 1;
                found
            }
            None => self.find_slow(cpu, context)?,
        };
        if let (Some(link), Some(code)) = (link, &mut self.code)
            && code.link_target(link) == Some(cpu.pc)
        {
            code.link(link, context, found);
        }
        Some(found)
    }

    #[cold]
    fn find_slow(&mut self, cpu: &mut Cpu, context: Context) -> Option<u64> {
        self.stats.lookups_slow += 1;
        let pc = cpu.pc;
        // The interpreter takes the exception.
        if pc & 3 != 0 {
            return None;
        }
        let Ok((physical, span)) = self.interpreter.fetched.address(cpu, pc) else {
            cpu.pending = Pending::None;
            return None;
        };
        let found = match self.code.as_mut()?.find(physical, pc, context) {
            Some(found) => found,
            None if self.eager || self.heat.is_hot(pc) => self.translate(cpu, physical, context)?,
            None => return None,
        };
        self.relied.rely_on(cpu, pc, physical, span);
        let landings = landings(cpu, physical);
        self.code.as_mut()?.remember(pc, context, found, landings);
        // The interpreter takes the exception.
        (landings >> cpu.pstate.btype & 1 != 0).then_some(found)
    }

    fn translate(&mut self, cpu: &mut Cpu, physical: u64, context: Context) -> Option<u64> {
        let code = self.code.as_mut()?;
        if code.full() {
            code.clear();
            self.stats.cache_flushes += 1;
        }
        let started = Instant::now();
        let pc = cpu.pc;
        let memory = cpu.memory.clone();
        let read = |from: usize, to: &mut [u8]| memory.read_bytes(physical & !0xfff | from as u64, to).is_ok();
        self.page.forget();
        code.discover(&mut self.page, &read, cpu, physical, context);
        let watched = watch(cpu, physical & !0xfff, code.region());
        // A store between reading and marking was not noticed.
        if !watched || code.region().sites.is_empty() || !self.page.is_unchanged(&read) {
            return None;
        }
        let translated = code.translate(physical, pc, context)?;
        self.stats.blocks_built += 1;
        self.stats.instructions_decoded += translated.instructions;
        self.stats.instructions_translated += translated.instructions;
        self.stats.code_bytes += translated.bytes;
        self.stats.translation_nanoseconds += started.elapsed().as_nanos() as u64;
        Some(translated.code)
    }

    /// Runs generated code.
    fn execute(&mut self, cpu: &mut Cpu, code: u64) -> Option<Exit> {
        let allowed = cpu.budget.min(cpu.next_timer_check - cpu.retired).min(SLICE);
        let stub = self.code.as_ref()?.stub();
        self.stats.entries += 1;
        let mut left = enter(cpu, stub, code, allowed);
        while Tag::of(left.reason) == Tag::Outline
            && let Some(resume) = self.code.as_mut().and_then(|code| code.make_outline(cpu, left.reason >> 3))
        {
            left = enter(cpu, stub, resume, left.counter);
        }
        let Left { reason, counter } = left;
        let done = |cpu: &mut Cpu, left: u64| {
            cpu.retired += allowed - left;
            cpu.budget -= allowed - left;
        };
        match Tag::of(reason) {
            Tag::Stopped => {
                let site = *site_of(reason);
                done(cpu, counter + u64::from(site.remaining));
                stop(cpu, &mut self.stats)
            }
            Tag::Stale => {
                let site = site_of(reason);
                cpu.pc = site.pc.wrapping_add(4);
                done(cpu, counter + u64::from(site.remaining) - 1);
                None
            }
            Tag::Budget => {
                // The block's instructions were taken off already.
                let site = site_of(reason);
                cpu.pc = site.pc;
                let counter = counter.wrapping_add(site.remaining.into());
                done(cpu, counter);
                if counter < cpu.budget && !cpu.timers.clock.is_virtual() {
                    // Nothing but the look at the timers was near, which may come earlier.
                    cpu.next_timer_check = cpu.retired;
                    return None;
                }
                // The rest of the count is the interpreter's.
                if counter > 0 { self.interpreter.one_block(cpu) } else { None }
            }
            Tag::Link => {
                done(cpu, counter);
                let link = (reason >> 3) as usize;
                cpu.pc = self.code.as_ref()?.link_target(link)?;
                self.link = Some(link);
                None
            }
            Tag::Indirect => {
                done(cpu, counter);
                cpu.pc = cpu.branch_address(cpu.pc);
                None
            }
            Tag::Step => {
                let site = *site_of(reason);
                cpu.pc = site.pc;
                done(cpu, counter);
                self.step(cpu, &site)
            }
            Tag::Outline => unreachable!("generated code has a stub that it was not given"),
        }
    }

    /// An instruction of the interpreter's, unless something else comes first.
    fn step(&mut self, cpu: &mut Cpu, site: &Site) -> Option<Exit> {
        if cpu.budget == 0 || cpu.retired >= cpu.next_timer_check {
            return None;
        }
        if cpu.signal.bits() != 0 {
            if let Some(exit) = self.attend(cpu) {
                return Some(exit);
            }
            // An interrupt was taken instead.
            if cpu.pc != site.pc {
                return None;
            }
        }
        // It was found fit to land on.
        cpu.pstate.btype = 0;
        cpu.jit.interpreted.step(site.insn.op);
        let done = run_slice(cpu, std::slice::from_ref(&site.insn), site.pc) == 1;
        if !done {
            if !finish_stop(cpu, &site.insn) {
                return stop(cpu, &mut self.stats);
            }
            cpu.pc = cpu.pc.wrapping_add(4);
        }
        cpu.retired += 1;
        cpu.budget -= 1;
        None
    }
}

/// With which values of PSTATE.BTYPE execution may go on at pc, which is at `physical`; bit 0 of that says that its page is guarded.
fn landings(cpu: &Cpu, physical: u64) -> u32 {
    if !cpu.features.contains(Feature::BTI) {
        return 1;
    }
    let (guarded, address) = (physical & 1 != 0, physical & !1);
    let word = cpu.memory.read::<u32>(address).unwrap_or_default();
    cpu.landings(&decode_for(&cpu.features, word, cpu.pc, guarded), guarded)
}

/// [`watch_code`] for a region.
fn watch(cpu: &mut Cpu, page: u64, region: &Region) -> bool {
    watch_code(cpu, page, region.blocks.iter().map(|block| (page | block.pc & 0xfff, 4 * (block.count as u64 + 1))))
}

#[cfg(test)]
mod tests;
