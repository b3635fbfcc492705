//! The PEs of one machine that share a domain: who broadcast maintenance and SEV reach. Holds signals only.

use std::sync::{Arc, PoisonError, RwLock};

use super::VcpuSignal;
use crate::mem::{Flush, Halves};

/// Signals of all PEs of a machine; grows as PEs are created.
#[derive(Debug, Default)]
pub struct Peers {
    signals: RwLock<Arc<Vec<Arc<VcpuSignal>>>>,
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
