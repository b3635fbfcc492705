//! Where pages of code are, as long as no translation changes: look-ups by physical address come back to few pages. Decides nothing
//! about permissions, which are part of what is remembered.

use crate::cpu::{Cpu, Stop};
use crate::mem::{AccessKind, SlotView, TlbMode};
use crate::mmu::Fault;

const PAGES: usize = 64;

/// A page that may be executed in a mode.
#[derive(Clone, Copy)]
struct Page {
    address: u64,
    /// The TLB's stamp and set: what holds for other ones may not hold now.
    stamp: u64,
    set: usize,
    physical: u64,
    span: u8,
}

/// Pages met lately.
pub(super) struct Fetched([Page; PAGES]);

impl Default for Fetched {
    fn default() -> Self {
        // No page has this address.
        Fetched([Page { address: u64::MAX, stamp: 0, set: 0, physical: 0, span: 0 }; PAGES])
    }
}

impl Fetched {
    /// As [`fetch_address`].
    #[inline]
    pub fn address(&mut self, cpu: &mut Cpu, pc: u64) -> Result<(u64, u8), Stop> {
        let (page, offset) = (pc & !0xfff, pc & 0xfff);
        let known = &self.0[(pc >> 12) as usize % PAGES];
        if known.address == page && known.stamp == cpu.tlb.stamp && known.set == cpu.tlb.set() {
            return Ok((known.physical | offset, known.span));
        }
        let (physical, span) = fetch_address(cpu, pc)?;
        self.0[(pc >> 12) as usize % PAGES] =
            Page { address: page, stamp: cpu.tlb.stamp, set: cpu.tlb.set(), physical: physical & !0xffe, span };
        Ok((physical, span))
    }
}

/// Where the instruction at `pc` would be fetched from in a mode, as [`fetch_address`] says it; None where that would fault, or set an access
/// flag.
pub(super) fn is_fetched_from(cpu: &mut Cpu, pc: u64, mode: TlbMode) -> Option<(u64, u8)> {
    let translation = cpu.translate_untouched(pc, AccessKind::Fetch, mode).ok()?;
    let mut memory = SlotView { memory: &cpu.memory, recent: &mut cpu.recent_slot };
    memory.backing(translation.physical)?;
    Some((translation.physical | u64::from(translation.guarded), translation.span))
}

/// The physical address of the instruction at `pc`, with bit 0 set when its page is guarded, and log2 of the mapping's size.
fn fetch_address(cpu: &mut Cpu, pc: u64) -> Result<(u64, u8), Stop> {
    let mode = cpu.tlb.mode();
    match cpu.translate(pc, AccessKind::Fetch, mode) {
        Ok(translation) => match (SlotView { memory: &cpu.memory, recent: &mut cpu.recent_slot }).backing(translation.physical) {
            Some(_) => Ok((translation.physical | u64::from(translation.guarded), translation.span)),
            None => Err(cpu.abort(pc, AccessKind::Fetch, Fault::stage2(translation.physical))),
        },
        Err(fault) => Err(cpu.abort(pc, AccessKind::Fetch, fault)),
    }
}
