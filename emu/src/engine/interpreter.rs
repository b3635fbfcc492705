//! The interpreter: the reference engine. Decodes blocks once, executes them slice by slice, and between blocks looks at
//! what others want of the PE. It decides nothing that the architecture leaves to software.

use super::EngineStats;
use super::attention::{attend, stop};
use super::blocks::{Block, Blocks, Part};
use super::fetched::Fetched;
use super::watch::watch_code;
use crate::cpu::{Cpu, Exception, ExceptionClass, ExceptionLevel, Exit, Stop, exclusive_load};
use crate::exec::{finish_stop, run_slice};
use crate::insn::Insn;
use crate::mem::{AccessKind, Reliance, SPACES, SlotView};
use crate::mmu::Fault;

/// An interpreter and its decoded code.
#[derive(Default)]
pub struct Interpreter {
    blocks: Blocks,
    /// The translations that the fast look-up tables rely on, by address space.
    reliance: [Reliance; SPACES],
    /// [`crate::mem::Tlb`]'s stamp and space when the tables were last known to be right.
    stamp: u64,
    space: usize,
    pub(super) fetched: Fetched,
    stats: EngineStats,
}

impl Interpreter {
    /// What has been done so far.
    pub fn stats(&self) -> EngineStats {
        self.stats
    }

    /// Runs until something is for the hypervisor, or `cpu.budget` instructions have retired.
    pub fn run(&mut self, cpu: &mut Cpu) -> Exit {
        cpu.signal.set_running(true);
        let exit = self.run_until_exit(cpu);
        cpu.signal.set_running(false);
        exit
    }

    fn run_until_exit(&mut self, cpu: &mut Cpu) -> Exit {
        loop {
            let mut left = left(cpu);
            if left == 0 || cpu.signal.bits() != 0 {
                match self.between_blocks(cpu) {
                    Ok(now) => left = now,
                    Err(exit) => return exit,
                }
            }
            if let Some(exit) = self.next_block(cpu, left) {
                return exit;
            }
        }
    }

    /// What else is due: timers, requests of others, the end of the budget. Returns what is left then.
    #[cold]
    #[inline(never)]
    fn between_blocks(&mut self, cpu: &mut Cpu) -> Result<u64, Exit> {
        if cpu.retired >= cpu.next_timer_check {
            cpu.check_timers();
        }
        if cpu.signal.bits() != 0
            && let Some(exit) = self.attend(cpu)
        {
            return Err(exit);
        }
        if cpu.budget == 0 { Err(Exit::Budget) } else { Ok(left(cpu)) }
    }

    fn attend(&mut self, cpu: &mut Cpu) -> Option<Exit> {
        let mut stale = Vec::new();
        let exit = attend(cpu, &mut self.stats, &mut stale);
        self.drop_stale(&stale);
        exit
    }

    /// [`Self::next_block`] for the JIT, which comes here rarely: the loop above has its own copy.
    #[inline(never)]
    pub(super) fn one_block(&mut self, cpu: &mut Cpu) -> Option<Exit> {
        self.next_block(cpu, left(cpu))
    }

    /// Executes the block at pc, as far as `left` allows, or one instruction when debug looks at each.
    #[inline(always)]
    fn next_block(&mut self, cpu: &mut Cpu, left: u64) -> Option<Exit> {
        let stopped = if cpu.debug.armed {
            self.execute_debugged(cpu).is_err()
        } else {
            match self.block(cpu) {
                Ok(block) => self.execute(cpu, block, left),
                Err(Stop) => true,
            }
        };
        if stopped { stop(cpu, &mut self.stats) } else { None }
    }

    /// Executes one instruction, with all that self-hosted debug looks at around it.
    #[cold]
    #[inline(never)]
    fn execute_debugged(&mut self, cpu: &mut Cpu) -> Result<(), Stop> {
        cpu.check_step()?;
        let block = self.block(cpu)?;
        cpu.check_breakpoints()?;
        let exclusive = self.blocks.instructions(block).first().is_some_and(exclusive_load);
        let stepping = cpu.stepping();
        if self.execute(cpu, block, left(cpu).min(1)) {
            return Err(Stop);
        }
        if stepping {
            cpu.finish_step(exclusive);
        }
        Ok(())
    }

    /// Executes at most `limit` instructions of a block; true when one stopped.
    #[inline(always)]
    fn execute(&mut self, cpu: &mut Cpu, block: Block, limit: u64) -> bool {
        let insns = self.blocks.instructions(block);
        let insns = &insns[..insns.len().min(usize::try_from(limit).unwrap_or(usize::MAX))];
        if cpu.pstate.btype != 0
            && let Some(first) = insns.first()
            && cpu.check_branch_target(first, block.guarded()).is_err()
        {
            return true;
        }
        if cpu.trace.as_ref().is_some_and(|trace| trace.wants_instructions()) {
            return execute_traced(cpu, insns);
        }
        let start = cpu.pc;
        let done = run_slice(cpu, insns, start);
        cpu.retired += done as u64;
        cpu.budget -= done as u64;
        done < insns.len() && stopped(cpu, &insns[done])
    }

    /// The block at pc.
    #[inline(always)]
    fn block(&mut self, cpu: &mut Cpu) -> Result<Block, Stop> {
        if cpu.tlb.stamp == self.stamp
            && let Some(block) = self.blocks.fast(self.part(cpu), cpu.pc)
        {
            // PSTATE.IL is rare: it leaves by `block_slow`.
            if !cpu.pstate.il {
                self.stats.lookups_fast += 1;
                return Ok(block);
            }
        }
        self.block_slow(cpu)
    }

    /// The part of the fast look-up that pc is in.
    #[inline(always)]
    fn part(&self, cpu: &Cpu) -> Part {
        Part { user: cpu.pstate.el == ExceptionLevel::EL0, space: self.space }
    }

    #[cold]
    #[inline(never)]
    fn block_slow(&mut self, cpu: &mut Cpu) -> Result<Block, Stop> {
        self.stats.lookups_slow += 1;
        if cpu.pstate.il {
            return Err(self.illegal_state(cpu));
        }
        let space = cpu.tlb.space() % SPACES;
        if cpu.tlb.stamp != self.stamp {
            (self.stamp, self.space) = (cpu.tlb.stamp, space);
            if !cpu.tlb.unchanged(&self.reliance[space]) {
                self.blocks.forget_addresses(space, cpu.tlb.stale(&mut self.reliance[space]));
            }
            if let Some(block) = self.blocks.fast(self.part(cpu), cpu.pc) {
                return Ok(block);
            }
        }
        let pc = cpu.pc;
        let (physical, span) = self.fetch_address(cpu)?;
        // With the guard bit, see `Blocks::find`.
        let block = match self.blocks.find(physical, pc) {
            Some(block) => block,
            None => self.build(cpu, physical, pc)?,
        };
        self.reliance[space].rely_on(pc, span);
        self.blocks.remember(self.part(cpu), pc, block);
        Ok(block)
    }

    /// As [`Fetched::address`] of pc, which may be misaligned.
    fn fetch_address(&mut self, cpu: &mut Cpu) -> Result<(u64, u8), Stop> {
        let pc = cpu.pc;
        if pc & 3 != 0 {
            return Err(cpu.raise(Exception::new(ExceptionClass::PcAlignment, 0).at(pc)));
        }
        self.fetched.address(cpu, pc)
    }

    /// The Illegal Execution state exception, after what else may come of fetching: the instruction must be there, and no breakpoint on it.
    fn illegal_state(&mut self, cpu: &mut Cpu) -> Stop {
        match self.fetch_address(cpu).and_then(|_| cpu.check_breakpoints()) {
            Ok(()) => cpu.raise(Exception::new(ExceptionClass::IllegalState, 0)),
            Err(stop) => stop,
        }
    }

    fn build(&mut self, cpu: &mut Cpu, physical: u64, pc: u64) -> Result<Block, Stop> {
        if self.blocks.full() {
            self.blocks.clear();
            self.stats.cache_flushes += 1;
        }
        let name = physical;
        let physical = name & !1;
        // Mark first, read after: a store in between is then seen as one to code.
        let size = 0x1000 - (physical & 0xfff);
        if !watch_code(cpu, physical & !0xfff, std::iter::once((physical, size.min(256)))) {
            // What is decoded now is executed once.
            cpu.signal.add_stale_page(physical & !0xfff);
        }
        let mut words = [0u32; 64];
        let count = (size / 4).min(64) as usize;
        let mut memory = SlotView { memory: &cpu.memory, recent: &mut cpu.recent_slot };
        for (index, word) in words[..count].iter_mut().enumerate() {
            let address = physical + 4 * index as u64;
            match memory.read::<u32>(address) {
                Some(value) => *word = value,
                None => return Err(cpu.abort(pc, AccessKind::Fetch, Fault::stage2(address))),
            }
        }
        let block = self.blocks.build(name, pc, &words[..count], &cpu.features);
        self.stats.blocks_built += 1;
        self.stats.instructions_decoded += self.blocks.instructions(block).len() as u64;
        Ok(block)
    }

    /// Drops decoded code of physical pages; None is all.
    pub(super) fn drop_stale(&mut self, pages: &[Option<u64>]) {
        for page in pages {
            match page {
                Some(page) => self.blocks.drop_page(*page),
                None => self.blocks.clear(),
            }
        }
    }
}

/// Instructions until the budget ends or the timers want a look.
#[inline(always)]
fn left(cpu: &Cpu) -> u64 {
    cpu.budget.min(cpu.next_timer_check.saturating_sub(cpu.retired))
}

/// True when the instruction at pc, which has stopped, is really not done.
#[inline(never)]
fn stopped(cpu: &mut Cpu, insn: &Insn) -> bool {
    if !finish_stop(cpu, insn) {
        return true;
    }
    cpu.pc = cpu.pc.wrapping_add(4);
    cpu.retired += 1;
    cpu.budget -= 1;
    false
}

fn execute_traced(cpu: &mut Cpu, insns: &[Insn]) -> bool {
    for insn in insns {
        let (pc, el) = (cpu.pc, cpu.pstate.el as u8);
        if let Some(trace) = &mut cpu.trace {
            trace.instruction(el, pc, insn);
        }
        let done = run_slice(cpu, std::slice::from_ref(insn), pc);
        cpu.retired += done as u64;
        cpu.budget -= done as u64;
        if done == 0 {
            return stopped(cpu, insn);
        }
    }
    false
}
