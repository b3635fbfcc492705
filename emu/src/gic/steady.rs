//! Registers that say what the GIC is, for guests to read without the lock: only user space changes them. Holds no state of its own.

use std::sync::atomic::{AtomicU32, Ordering};

use super::core::Core;

/// `GICD_TYPER` and `GICD_IIDR`.
const TYPER: u64 = 4;
const IIDR: u64 = 8;

/// Their values.
#[derive(Debug)]
pub(super) struct Steady {
    typer: AtomicU32,
    iidr: AtomicU32,
}

impl Steady {
    pub fn new(core: &Core) -> Steady {
        let steady = Steady { typer: AtomicU32::new(0), iidr: AtomicU32::new(0) };
        steady.publish(core);
        steady
    }

    /// What they are now. With the lock held.
    pub fn publish(&self, core: &Core) {
        self.typer.store(core.read_misc(TYPER as u32), Ordering::Release);
        self.iidr.store(core.read_misc(IIDR as u32), Ordering::Release);
    }

    /// A word of the distributor, if it is one of them.
    #[inline]
    pub fn read(&self, offset: u64, size: u8) -> Option<u64> {
        match (offset, size) {
            (TYPER, 4) => Some(self.typer.load(Ordering::Acquire).into()),
            (IIDR, 4) => Some(self.iidr.load(Ordering::Acquire).into()),
            _ => None,
        }
    }
}
