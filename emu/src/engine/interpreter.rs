//! The interpreter: the reference engine. Decodes blocks once, executes them slice by slice, and between blocks looks at
//! what others want of the PE. It decides nothing that the architecture leaves to software.

use super::EngineStats;
use super::blocks::{Block, Blocks};
use crate::cpu::{Attention, Cpu, Exception, ExceptionClass, Exit, Pending, Stop, Vector, exclusive_load};
use crate::exec::run_slice;
use crate::insn::{Insn, effects};
use crate::mem::{AccessKind, TlbMode};
use crate::mmu::Fault;

/// An interpreter and its decoded code.
#[derive(Default)]
pub struct Interpreter {
    blocks: Blocks,
    /// TLB generation that the fast look-up table belongs to.
    generation: u64,
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
        cpu.next_timer_check = cpu.retired;
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
            let stopped = if cpu.debug.armed {
                self.execute_debugged(cpu).is_err()
            } else {
                match self.block(cpu) {
                    Ok(block) => self.execute(cpu, block, usize::MAX),
                    Err(Stop) => true,
                }
            };
            if stopped && let Some(exit) = self.stop(cpu) {
                return exit;
            }
        }
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
        if self.execute(cpu, block, 1) {
            return Err(Stop);
        }
        if stepping {
            cpu.finish_step(exclusive);
        }
        Ok(())
    }

    /// Executes a block as far as the budget allows, at most `limit` instructions; true when one stopped.
    #[inline(always)]
    fn execute(&mut self, cpu: &mut Cpu, block: Block, limit: usize) -> bool {
        let insns = self.blocks.instructions(block);
        let left = cpu.budget.min(cpu.next_timer_check - cpu.retired);
        let allowed = insns.len().min(limit).min(usize::try_from(left).unwrap_or(usize::MAX));
        let insns = &insns[..allowed];
        if cpu.pstate.btype != 0
            && let Some(first) = insns.first()
            && cpu.check_branch_target(first, block.guarded).is_err()
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
        if done < insns.len() {
            finish_abort(cpu, &insns[done]);
        }
        done < insns.len()
    }

    /// The block at pc.
    #[inline(always)]
    fn block(&mut self, cpu: &mut Cpu) -> Result<Block, Stop> {
        if self.generation == cpu.tlb.generation
            && let Some(block) = self.blocks.fast(key(cpu))
        {
            // PSTATE.IL is rare: it leaves by `block_slow`.
            if !cpu.pstate.il {
                self.stats.lookups_fast += 1;
                return Ok(block);
            }
        }
        self.block_slow(cpu)
    }

    #[cold]
    #[inline(never)]
    fn block_slow(&mut self, cpu: &mut Cpu) -> Result<Block, Stop> {
        self.stats.lookups_slow += 1;
        if cpu.pstate.il {
            return Err(cpu.raise(Exception::new(ExceptionClass::IllegalState, 0)));
        }
        if self.generation != cpu.tlb.generation {
            self.blocks.forget_addresses();
            self.generation = cpu.tlb.generation;
        }
        let pc = cpu.pc;
        if pc & 3 != 0 {
            return Err(cpu.raise(Exception::new(ExceptionClass::PcAlignment, 0).at(pc)));
        }
        let physical = fetch_address(cpu, pc)?;
        // With the guard bit, see `Blocks::find`.
        let block = match self.blocks.find(physical, pc) {
            Some(block) => block,
            None => self.build(cpu, physical, pc)?,
        };
        self.blocks.remember(key(cpu), block);
        Ok(block)
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
        if cpu.memory.mark_code(physical, size.min(256)) {
            cpu.tlb.watch_writes(physical);
            for peer in cpu.peers.list().iter().filter(|peer| !std::sync::Arc::ptr_eq(peer, &cpu.signal)) {
                peer.request_flush();
            }
        }
        let mut words = [0u32; 64];
        let count = (size / 4).min(64) as usize;
        for (index, word) in words[..count].iter_mut().enumerate() {
            let address = physical + 4 * index as u64;
            match cpu.memory.read::<u32>(address) {
                Some(value) => *word = value,
                None => return Err(cpu.abort(pc, AccessKind::Fetch, Fault::stage2(address))),
            }
        }
        let block = self.blocks.build(name, pc, &words[..count], &cpu.features);
        self.stats.blocks_built += 1;
        self.stats.instructions_decoded += self.blocks.instructions(block).len() as u64;
        Ok(block)
    }

    /// Takes the pending exception, or hands the exit to the hypervisor.
    fn stop(&mut self, cpu: &mut Cpu) -> Option<Exit> {
        match std::mem::take(&mut cpu.pending) {
            Pending::Exception(exception) => {
                self.stats.exceptions += 1;
                // An exception counts as one instruction, so that a guest that only takes exceptions still uses its budget.
                cpu.retired += 1;
                cpu.budget = cpu.budget.saturating_sub(1);
                let pc = cpu.pc;
                cpu.take_exception(&exception, pc);
                None
            }
            Pending::Exit(exit) => {
                let pc = cpu.pc;
                let [x0, x1, x2, x3, ..] = cpu.x;
                if let Some(trace) = &mut cpu.trace {
                    trace.exit(pc, &exit, [x0, x1, x2, x3]);
                }
                Some(exit)
            }
            Pending::None => None,
        }
    }

    /// What others asked for, and interrupts.
    #[cold]
    fn attend(&mut self, cpu: &mut Cpu) -> Option<Exit> {
        cpu.serve_flush();
        if cpu.signal.take(Attention::FlushCode) {
            self.drop_stale(cpu);
        }
        if cpu.signal.take(Attention::Timer) {
            cpu.check_timers();
        }
        cpu.event |= cpu.signal.take(Attention::Event);
        if cpu.signal.take(Attention::Kick) {
            return Some(Exit::Kicked);
        }
        for (attention, vector) in [(Attention::SError, Vector::SError), (Attention::Fiq, Vector::Fiq), (Attention::Irq, Vector::Irq)] {
            if cpu.signal.has(attention) && !cpu.masked(vector) {
                self.stats.interrupts += 1;
                if vector == Vector::SError {
                    cpu.take_serror();
                } else {
                    cpu.take_interrupt(vector);
                }
                break;
            }
        }
        None
    }

    fn drop_stale(&mut self, cpu: &mut Cpu) {
        let mut pages: Vec<Option<u64>> = std::mem::take(&mut cpu.stale_code);
        pages.extend(cpu.signal.take_stale_pages().into_iter().map(|page| (page != u64::MAX).then_some(page)));
        for page in pages {
            self.stats.pages_invalidated += 1;
            match page {
                Some(page) => self.blocks.drop_page(page),
                None => self.blocks.clear(),
            }
        }
    }
}

/// Key of the fast look-up: pc is a multiple of 4, which leaves room for the mode.
#[inline(always)]
fn key(cpu: &Cpu) -> u64 {
    cpu.pc | u64::from(cpu.tlb.mode() == TlbMode::User)
}

/// The physical address of the instruction at `pc`, with bit 0 set when its page is guarded.
fn fetch_address(cpu: &mut Cpu, pc: u64) -> Result<u64, Stop> {
    let mode = cpu.tlb.mode();
    match cpu.translate(pc, AccessKind::Fetch, mode) {
        Ok(translation) => match cpu.memory.backing(translation.physical) {
            Some(_) => Ok(translation.physical | u64::from(translation.guarded)),
            None => Err(cpu.abort(pc, AccessKind::Fetch, Fault::stage2(translation.physical))),
        },
        Err(fault) => Err(cpu.abort(pc, AccessKind::Fetch, fault)),
    }
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
            finish_abort(cpu, insn);
            return true;
        }
    }
    false
}

/// Adds what only the instruction knows to an abort: the syndrome of a single-register transfer. An instruction that
/// leaves for the hypervisor "after" itself has retired.
fn finish_abort(cpu: &mut Cpu, insn: &Insn) {
    match &mut cpu.pending {
        Pending::Exit(Exit::Stage2(abort)) if insn.row().effects & effects::ISV != 0 && abort.esr & (1 << 7 | 1 << 8) == 0 => {
            let register = if insn.rd >= 31 { 31 } else { u64::from(insn.rd) };
            let (sign_extend, wide, ordered) = (u64::from(insn.opt & 1), u64::from(insn.opt >> 1 & 1), u64::from(insn.opt >> 2 & 1));
            abort.esr |= 1 << 24 | u64::from(insn.size & 3) << 22 | sign_extend << 21 | register << 16 | wide << 15 | ordered << 14;
        }
        Pending::Exit(Exit::Wfi | Exit::Wfe | Exit::Yield) => count_one(cpu),
        Pending::Exit(Exit::Hvc(_)) => {
            cpu.pc = cpu.pc.wrapping_add(4);
            count_one(cpu);
        }
        _ => {}
    }
}

/// An instruction that completes by leaving for the hypervisor.
fn count_one(cpu: &mut Cpu) {
    cpu.retired += 1;
    cpu.budget = cpu.budget.saturating_sub(1);
    if cpu.stepping() {
        cpu.finish_step(false);
    }
}
