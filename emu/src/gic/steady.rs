//! Registers that say what the GIC is, published for guests: only user space changes them. Holds no state of its own.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use super::core::Core;

/// `GICD_TYPER` and `GICD_IIDR`.
const TYPER: u32 = 4;
const IIDR: u32 = 8;

/// Their values.
#[derive(Debug)]
pub(super) struct Steady {
    typer: Arc<AtomicU32>,
    iidr: Arc<AtomicU32>,
}

impl Steady {
    pub fn new(core: &Core) -> Steady {
        let steady = Steady { typer: Arc::default(), iidr: Arc::default() };
        steady.publish(core);
        steady
    }

    /// What they are now. With the lock held.
    pub fn publish(&self, core: &Core) {
        self.typer.store(core.read_misc(TYPER), Ordering::Release);
        self.iidr.store(core.read_misc(IIDR), Ordering::Release);
    }

    /// Their offsets in the distributor, and the words.
    pub fn words(&self) -> [(u64, Arc<AtomicU32>); 2] {
        [(TYPER.into(), self.typer.clone()), (IIDR.into(), self.iidr.clone())]
    }
}
