//! Taking over a saved state. A state is foreign data: its shape is checked before it replaces ours.
//!
//! Not here: formats. The state is plain data, how it is stored is its owner's choice.

use super::Gic;
use super::config::GicModel;
use super::core::Core;
use super::error::GicError;
use super::lpi::FIRST_LPI;
use super::state::{GicState, IrqBank, VcpuState};

impl Core {
    /// All or nothing.
    pub fn restore(&mut self, new: &GicState) -> Result<(), GicError> {
        check(&self.state, new).map_err(GicError::StateMismatch)?;
        self.state = new.clone();
        self.derive();
        Ok(())
    }
}

/// What a destroyed GIC leaves to the next of the same VM.
impl Gic {
    /// Private interrupts with their owners but for their groups, the distributor's enable bit and identity, and where LPIs have their
    /// configuration: all that KVM keeps of a GIC that it destroys and initialises again (`kvm_vgic_dist_destroy`, `vgic_init`). What was on its way
    /// to a vCPU is on no list any more, but says so (`kvm_vgic_vcpu_destroy` and `irq->vcpu`): it is never delivered.
    pub fn succeed(&self, before: &Gic) -> Result<(), GicError> {
        let old = before.save();
        let (owners, told) = {
            let core = before.lock();
            (core.owners.private(), core.on_their_way())
        };
        let mut state = self.save();
        state.enabled = old.enabled;
        state.revision = old.revision;
        state.v2_groups_writable = old.v2_groups_writable;
        state.propbaser = old.propbaser;
        for (vcpu, old) in state.vcpus.iter_mut().zip(old.vcpus) {
            let VcpuState { private, sgi_source, sgi_active_source, lpis_enabled, .. } = old;
            let private = IrqBank { group: vcpu.private.group, ..private };
            *vcpu = VcpuState { private, sgi_source, sgi_active_source, lpis_enabled, ..vcpu.clone() };
        }
        let mut core = self.lock();
        core.owners.take_over(owners);
        core.stuck.iter_mut().zip(told).for_each(|(stuck, told)| *stuck = told);
        drop(core);
        self.restore(&state)
    }
}

fn check(old: &GicState, new: &GicState) -> Result<(), &'static str> {
    let affinities = |s: &GicState| s.vcpus.iter().map(|v| v.affinity).collect::<Vec<_>>();
    let lengths = |s: &GicState| [s.spis.len(), s.routers.len(), s.targets.len(), s.active_on.len()];
    let vcpus = new.vcpus.len();
    if old.model != new.model {
        return Err("other GIC model");
    }
    if lengths(old) != lengths(new) {
        return Err("other number of interrupts");
    }
    if affinities(old) != affinities(new) {
        return Err("other vCPU affinities");
    }
    if new.active_on.iter().flatten().any(|&v| usize::from(v) >= vcpus) {
        return Err("SPI active on a vCPU that does not exist");
    }
    if new.model == GicModel::V2 && new.targets.iter().any(|&t| u32::from(t) >> vcpus != 0) {
        return Err("SPI targets a vCPU that does not exist");
    }
    let stray = |lpi: &super::lpi::Lpi| lpi.target.is_some_and(|v| usize::from(v) >= vcpus);
    if new.lpis.iter().any(|(&intid, lpi)| intid < FIRST_LPI || (lpi.mappings == 0 && !lpi.on_its_way()) || stray(lpi)) {
        return Err("LPI that cannot be");
    }
    if new.revision > 15 {
        return Err("revision beyond its field");
    }
    Ok(())
}
