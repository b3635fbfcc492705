//! The PEs of one machine that share a domain: who broadcast maintenance and SEV reach. Holds signals only.

use std::sync::{Arc, Mutex, PoisonError, RwLock};

use super::VcpuSignal;
use crate::mem::{Flush, Halves};

/// Signals of all PEs of a machine; grows as PEs are created.
#[derive(Debug, Default)]
pub struct Peers {
    signals: RwLock<Arc<Vec<Arc<VcpuSignal>>>>,
    /// Who has been asked to notice stores to a page whose code was decoded, and may not do so yet: page, PE, its ticket.
    unsettled: Mutex<Vec<(u64, Arc<VcpuSignal>, u64)>>,
}

impl Peers {
    /// All signals at this moment.
    pub fn list(&self) -> Arc<Vec<Arc<VcpuSignal>>> {
        self.signals.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Keeps the list as it is, and from being read: for fork(2), whose child must not find it locked by a thread that it lacks.
    pub fn hold(&self) -> impl Drop + '_ {
        self.signals.write().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds a PE.
    pub fn add(&self, signal: Arc<VcpuSignal>) {
        let mut signals = self.signals.write().unwrap_or_else(PoisonError::into_inner);
        Arc::make_mut(&mut signals).push(signal);
    }

    /// Takes a PE away that will not run again.
    pub fn remove(&self, signal: &Arc<VcpuSignal>) {
        let mut signals = self.signals.write().unwrap_or_else(PoisonError::into_inner);
        Arc::make_mut(&mut signals).retain(|other| !Arc::ptr_eq(other, signal));
    }

    /// Calls `mark`, which says whether code of a page is watched now that was not before, and asks the other PEs to look at their stores.
    /// Returns that, and whether all of them do so by now: what is then read from the page, and kept, cannot be changed unnoticed.
    pub(crate) fn watch_code(&self, own: &Arc<VcpuSignal>, page: u64, mark: impl FnOnce() -> bool) -> (bool, bool) {
        let mut unsettled = self.unsettled.lock().unwrap_or_else(PoisonError::into_inner);
        let marked = mark();
        if marked {
            let list = self.list();
            let others = list.iter().filter(|peer| !Arc::ptr_eq(peer, own));
            unsettled.extend(others.map(|peer| (page, peer.clone(), peer.request_flush(Flush::Halves(Halves::ALL)))));
        }
        unsettled.retain(|(_, peer, ticket)| !peer.flush_finished(*ticket));
        (marked, unsettled.iter().all(|&(other, ..)| other != page))
    }

    /// Has every PE drop what it decoded from these physical pages before it executes again, or attends to a flush asked for after this.
    pub fn drop_code(&self, pages: &[u64]) {
        let signals = self.list();
        pages.iter().for_each(|&page| signals.iter().for_each(|signal| signal.add_stale_page(page)));
    }

    /// Asks every PE for a TLB flush and waits until the running ones have done it. Not to be called by a running PE.
    pub fn flush_and_wait(&self) {
        let signals = self.list();
        let tickets: Vec<u64> = signals.iter().map(|signal| signal.request_flush(Flush::Halves(Halves::ALL))).collect();
        for (signal, ticket) in signals.iter().zip(tickets) {
            while !signal.flush_finished(ticket) {
                std::thread::yield_now();
            }
        }
    }
}
