//! Taking over a saved state. A state is foreign data: its shape is checked before it replaces ours.
//!
//! Not here: formats. The state is plain data, how it is stored is its owner's choice.

use super::config::GicModel;
use super::core::Core;
use super::error::GicError;
use super::lpi::FIRST_LPI;
use super::state::GicState;

impl Core {
    /// All or nothing.
    pub fn restore(&mut self, new: &GicState) -> Result<(), GicError> {
        check(&self.state, new).map_err(GicError::StateMismatch)?;
        self.state = new.clone();
        self.derive();
        Ok(())
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
    if new.lpis.iter().any(|(&intid, lpi)| intid < FIRST_LPI || lpi.mappings == 0 || stray(lpi)) {
        return Err("LPI that cannot be");
    }
    if new.revision > 15 {
        return Err("revision beyond its field");
    }
    Ok(())
}
