//! Before code is kept: whoever may store to it has to notice. Decodes nothing.

use std::sync::Arc;

use sysregs::SysReg;

use crate::cpu::Cpu;
use crate::mem::{Flush, Halves};

/// CTR_EL0.DIC: what was stored is fetched without invalidating instruction caches.
const DIC: u64 = 1 << 29;

/// Stores to pieces (addresses and sizes) of a physical page must be noticed from now on, on all PEs. False while another PE may still
/// store unnoticed: what is read from the page then must not be kept.
///
/// A guest that invalidates instruction caches, because CTR_EL0.DIC tells it to, says itself which code is stale, and nobody has to wait.
pub(super) fn watch_code(cpu: &mut Cpu, page: u64, pieces: impl Iterator<Item = (u64, u64)>) -> bool {
    if cpu.config.ids.get(SysReg::CTR_EL0).unwrap_or_default() & DIC == 0 {
        if cpu.memory.mark_code_pieces(page, pieces) {
            cpu.tlb.watch_writes(page);
            for peer in cpu.peers.list().iter().filter(|peer| !Arc::ptr_eq(peer, &cpu.signal)) {
                peer.request_flush(Flush::Halves(Halves::ALL));
            }
        }
        return true;
    }
    let (marked, settled) = cpu.peers.watch_code(&cpu.signal, page, || cpu.memory.mark_code_pieces(page, pieces));
    if marked {
        cpu.tlb.watch_writes(page);
    }
    settled
}
