//! Where pages of code are, as long as no translation changes: look-ups by physical address come back to few pages. Decides nothing
//! about permissions, which are part of what is remembered.

use super::interpreter::fetch_address;
use crate::cpu::{Cpu, Pending};

const PAGES: usize = 64;

/// A page that may be executed in a mode.
#[derive(Clone, Copy, Default)]
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
        Fetched([Page::default(); PAGES])
    }
}

impl Fetched {
    /// As [`fetch_address`]; None when the fetch would fault.
    pub fn address(&mut self, cpu: &mut Cpu, pc: u64) -> Option<(u64, u8)> {
        let (page, offset) = (pc & !0xfff, pc & 0xfff);
        let known = &self.0[(pc >> 12) as usize % PAGES];
        if known.address == page && known.stamp == cpu.tlb.stamp && known.set == cpu.tlb.set() {
            return Some((known.physical | offset, known.span));
        }
        let Ok((physical, span)) = fetch_address(cpu, pc) else {
            cpu.pending = Pending::None;
            return None;
        };
        self.0[(pc >> 12) as usize % PAGES] =
            Page { address: page, stamp: cpu.tlb.stamp, set: cpu.tlb.set(), physical: physical & !0xffe, span };
        Some((physical, span))
    }
}
