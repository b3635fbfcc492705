//! Tests of the GIC: scripts of accesses (`emu/tests/gic/*.gic`), the registers that real KVM reports
//! for a fresh GICv3, properties under random accesses, and what scripts cannot say.
//!
//! Not here: timing; the figures are in the benches.

mod api;
mod fresh;
mod fuzz;
mod its;
mod its_rules;
mod script;

use std::sync::{Arc, Mutex};

use super::{Gic, GicModel, Notify};

/// Remembers what it was told.
#[derive(Default)]
pub struct Ear {
    pub changes: Mutex<Vec<(usize, bool, bool)>>,
    pub deactivated: Mutex<Vec<(usize, u32)>>,
}

impl Notify for Ear {
    fn irq_changed(&self, vcpu: usize, irq: bool, fiq: bool) {
        self.changes.lock().unwrap().push((vcpu, irq, fiq));
    }

    fn deactivated(&self, vcpu: usize, intid: u32) {
        self.deactivated.lock().unwrap().push((vcpu, intid));
    }
}

/// vCPUs with affinities 0.0.0.n, sixteen a cluster as KVM numbers them.
pub fn mpidrs(count: u64) -> Vec<u64> {
    (0..count).map(|n| 0x8000_0000 + n / 16 * 0x100 + n % 16).collect()
}

pub fn new(model: GicModel, cpus: u64, irqs: u32) -> (Gic, Arc<Ear>) {
    let ear = Arc::new(Ear::default());
    let gic = Gic::new(model, &mpidrs(cpus), irqs, ear.clone()).unwrap();
    (gic, ear)
}
