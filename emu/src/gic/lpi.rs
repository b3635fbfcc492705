//! LPIs: their configuration and pending tables in guest memory, and which of them a redistributor forwards. As KVM does it, a
//! table is read when the guest asks for it (a mapping, an invalidation, GICR_CTLR.EnableLPIs) and kept here in between.
//!
//! Not here: which device's event is which LPI (`its`).

use std::collections::BTreeMap;

use crate::mem::MemoryError;

use super::Gic;
use super::core::{Candidate, Core};

/// The first LPI.
pub const FIRST_LPI: u32 = 8192;
/// Bits of interrupt numbers with an ITS (`INTERRUPT_ID_BITS_ITS`).
const ID_BITS: u32 = 16;
/// `GICR_PROPBASER` once there is an ITS: inner shareable, inner RaWb.
const INITIAL_PROPBASER: u64 = 0x580;
/// The address fields of `GICR_PROPBASER` and `GICR_PENDBASER`.
const PROPERTIES: u64 = 0x000f_ffff_ffff_f000;
const PENDING: u64 = 0x000f_ffff_ffff_0000;
/// `GICR_PENDBASER.PTZ`: the table holds zeroes.
const PENDING_TABLE_ZERO: u64 = 1 << 62;

/// A mapped LPI. It is an edge of group 1 and has no active state.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lpi {
    /// How many events of all ITSs are this LPI. None is left of one that is still on its way to its vCPU.
    pub mappings: u32,
    /// vCPU of its collection.
    pub target: Option<u16>,
    /// Priority, five bits.
    pub priority: u8,
    /// Enabled in the configuration table.
    pub enabled: bool,
    /// Pending.
    pub pending: bool,
}

impl Lpi {
    /// A vCPU holds on to it (`vgic_queue_irq_unlock`).
    pub fn on_its_way(&self) -> bool {
        self.pending && self.enabled && self.target.is_some()
    }
}

/// All mapped LPIs by number.
pub type Lpis = BTreeMap<u32, Lpi>;

impl Core {
    /// The most urgent LPI that a vCPU may be given.
    pub fn highest_lpi(&self, vcpu: usize) -> Option<Candidate> {
        let &(priority, intid) = self.ready_lpis.get(vcpu)?.first()?;
        Some(Candidate { intid, priority, group1: true })
    }

    /// Changes an LPI and notes who may see the difference.
    pub fn change_lpi(&mut self, intid: u32, f: impl FnOnce(&mut Lpi)) {
        let Some(lpi) = self.state.lpis.get_mut(&intid) else { return };
        let old = lpi.target.map(usize::from);
        if let Some(ready) = old.and_then(|vcpu| self.ready_lpis.get_mut(vcpu)) {
            ready.remove(&(lpi.priority, intid));
        }
        f(lpi);
        let new = lpi.target.map(usize::from);
        if lpi.mappings == 0 && !lpi.on_its_way() {
            self.state.lpis.remove(&intid);
        }
        self.note_ready(intid);
        for vcpu in old.into_iter().chain(new) {
            self.dirty.insert(vcpu);
        }
    }

    fn note_ready(&mut self, intid: u32) {
        let Some(lpi) = self.state.lpis.get(&intid).filter(|lpi| lpi.enabled && lpi.pending) else { return };
        let Some(vcpu) = lpi.target.map(usize::from) else { return };
        let forwards = self.state.vcpus.get(vcpu).is_some_and(|v| v.lpis_enabled);
        if let Some(ready) = self.ready_lpis.get_mut(vcpu).filter(|_| forwards) {
            ready.insert((lpi.priority, intid));
        }
    }

    /// Computes what is ready from the state.
    pub fn derive_lpis(&mut self) {
        self.ready_lpis.iter_mut().for_each(std::collections::BTreeSet::clear);
        let numbers: Vec<u32> = self.state.lpis.keys().copied().collect();
        numbers.into_iter().for_each(|intid| self.note_ready(intid));
    }

    /// `GICR_CTLR.EnableLPIs`: pending state comes from the table then (`vgic_enable_lpis`), unless the guest says that there is
    /// none, and what was on its way is dropped with it (`vgic_flush_pending_lpis`): not what is disabled, nor anything while the
    /// distributor forwards nothing.
    pub fn enable_lpis(&mut self, vcpu: usize, enabled: bool) {
        let (present, forwarded) = (self.state.has_its, self.state.enabled);
        let Some(v) = self.state.vcpus.get_mut(vcpu).filter(|v| present && v.lpis_enabled != enabled) else { return };
        v.lpis_enabled = enabled;
        let stored = v.pendbaser & PENDING_TABLE_ZERO == 0;
        for intid in self.lpis_of(Some(vcpu)) {
            if enabled && stored {
                let Ok(pending) = self.stored_pending(vcpu, intid) else { break };
                self.change_lpi(intid, |lpi| lpi.pending = pending);
            } else if !enabled && forwarded {
                self.change_lpi(intid, |lpi| lpi.pending &= !lpi.enabled);
            }
        }
        self.derive_lpis();
        self.dirty.insert(vcpu);
    }

    /// LPIs of a vCPU, or all.
    fn lpis_of(&self, vcpu: Option<usize>) -> Vec<u32> {
        let of = |lpi: &Lpi| vcpu.is_none() || lpi.target.map(usize::from) == vcpu;
        self.state.lpis.iter().filter(|(_, lpi)| of(lpi)).map(|(&intid, _)| intid).collect()
    }

    /// Reads an LPI's configuration byte; what cannot be read changes nothing (`update_lpi_config`).
    pub fn reload_lpi(&mut self, intid: u32) -> Result<(), MemoryError> {
        let mut byte = [0];
        let Some(memory) = self.memory.clone() else { return Ok(()) };
        let entry = (self.state.propbaser & PROPERTIES) + u64::from(intid.saturating_sub(FIRST_LPI));
        memory.read_bytes(entry, &mut byte)?;
        self.change_lpi(intid, |lpi| {
            lpi.priority = byte[0] & 0xf8;
            lpi.enabled = byte[0] & 1 != 0;
        });
        Ok(())
    }

    /// `vgic_its_invall`
    pub fn reload_lpis(&mut self, vcpu: usize) {
        for intid in self.lpis_of(Some(vcpu)) {
            // As KVM: an unreadable entry keeps what it was.
            let _unreadable = self.reload_lpi(intid);
        }
    }

    fn pending_byte(&self, vcpu: usize, intid: u32) -> u64 {
        (self.state.vcpus.get(vcpu).map_or(0, |v| v.pendbaser) & PENDING) + u64::from(intid / 8)
    }

    fn stored_pending(&self, vcpu: usize, intid: u32) -> Result<bool, MemoryError> {
        let mut byte = [0];
        if let Some(memory) = &self.memory {
            memory.read_bytes(self.pending_byte(vcpu, intid), &mut byte)?;
        }
        Ok(byte[0] >> (intid % 8) & 1 != 0)
    }

    fn store_pending(&self, vcpu: usize, intid: u32, pending: bool) -> Result<(), MemoryError> {
        let Some(memory) = &self.memory else { return Ok(()) };
        let (address, bit) = (self.pending_byte(vcpu, intid), 1u8 << (intid % 8));
        let mut byte = [0];
        memory.read_bytes(address, &mut byte)?;
        let new = byte[0] & !bit | if pending { bit } else { 0 };
        if new == byte[0] { Ok(()) } else { memory.write_bytes(address, &[new]) }
    }

    /// `vgic_add_lpi`: a first mapping takes configuration and pending state from the tables, and the bit out of the latter.
    fn map_lpi(&mut self, intid: u32, target: Option<u16>) -> Result<(), MemoryError> {
        if let Some(lpi) = self.state.lpis.get_mut(&intid) {
            lpi.mappings += 1;
            return Ok(());
        }
        self.state.lpis.insert(intid, Lpi { mappings: 1, target, ..Lpi::default() });
        let done = self.reload_lpi(intid).and_then(|()| self.take_pending(intid, target));
        if done.is_err() {
            self.unmap_lpi(intid);
        }
        done
    }

    fn take_pending(&mut self, intid: u32, target: Option<u16>) -> Result<(), MemoryError> {
        let Some(vcpu) = target.map(usize::from) else { return Ok(()) };
        if self.stored_pending(vcpu, intid)? {
            self.change_lpi(intid, |lpi| lpi.pending = true);
            self.store_pending(vcpu, intid, false)?;
        }
        Ok(())
    }

    /// An LPI whose last mapping goes is forgotten, but for one that is on its way: that comes all the same (`its_free_ite`, `vgic_put_irq`).
    fn unmap_lpi(&mut self, intid: u32) {
        let forwarded = self.state.enabled;
        self.change_lpi(intid, |lpi| {
            lpi.mappings = lpi.mappings.saturating_sub(1);
            lpi.pending &= forwarded || lpi.mappings != 0;
        });
    }

    /// The distributor forwards nothing any more, and nothing is on its way.
    pub fn drop_unmapped_lpis(&mut self) {
        let unmapped: Vec<u32> = self.state.lpis.iter().filter(|(_, lpi)| lpi.mappings == 0).map(|(&intid, _)| intid).collect();
        unmapped.into_iter().for_each(|intid| self.change_lpi(intid, |lpi| lpi.pending = false));
    }
}

/// What an ITS does with LPIs, and where their tables are.
impl Gic {
    /// There is an ITS: LPIs exist from now on.
    pub fn announce_its(&self) {
        let mut core = self.lock();
        core.state.has_its = true;
        core.state.propbaser = INITIAL_PROPBASER;
        self.steady.publish(&core);
    }

    /// Whether a vCPU's redistributor forwards LPIs.
    pub fn lpis_enabled(&self, vcpu: usize) -> bool {
        self.lock().state.vcpus.get(vcpu).is_some_and(|v| v.lpis_enabled)
    }

    /// The first number that is no LPI any more, by `GICR_PROPBASER.IDbits`.
    pub fn lpi_limit(&self) -> u32 {
        1 << ((self.lock().state.propbaser & 0x1f) as u32 + 1).min(ID_BITS)
    }

    /// Whether some event is the LPI.
    pub fn is_mapped_lpi(&self, intid: u32) -> bool {
        self.lock().state.lpis.get(&intid).is_some_and(|lpi| lpi.mappings != 0)
    }

    /// An event becomes an LPI.
    pub fn map_lpi(&self, intid: u32, target: Option<u16>) -> Result<(), MemoryError> {
        self.with(|c| c.map_lpi(intid, target))
    }

    /// An event is an LPI no more.
    pub fn unmap_lpi(&self, intid: u32) {
        self.with(|c| c.unmap_lpi(intid));
    }

    /// An LPI goes to another vCPU.
    pub fn move_lpi(&self, intid: u32, target: Option<u16>) {
        self.with(|c| c.change_lpi(intid, |lpi| lpi.target = target));
    }

    /// All LPIs of a vCPU, or of all and of none, go to another one.
    pub fn move_all_lpis(&self, from: Option<usize>, to: u16) {
        self.with(|c| {
            for intid in c.lpis_of(from) {
                c.change_lpi(intid, |lpi| lpi.target = Some(to));
            }
        });
    }

    /// An LPI becomes pending, or is cleared.
    pub fn set_lpi_pending(&self, intid: u32, pending: bool) {
        self.with(|c| c.change_lpi(intid, |lpi| lpi.pending = pending));
    }

    /// Reads an LPI's configuration anew.
    pub fn reload_lpi(&self, intid: u32) -> Result<(), MemoryError> {
        self.with(|c| c.reload_lpi(intid))
    }

    /// Reads the configuration of all LPIs of a vCPU anew.
    pub fn reload_lpis(&self, vcpu: usize) {
        self.with(|c| c.reload_lpis(vcpu));
    }

    /// `KVM_DEV_ARM_VGIC_SAVE_PENDING_TABLES`: the pending state goes to guest memory.
    pub fn save_pending_tables(&self) -> Result<(), MemoryError> {
        let core = self.lock();
        for (&intid, lpi) in &core.state.lpis {
            if let Some(vcpu) = lpi.target {
                core.store_pending(usize::from(vcpu), intid, lpi.pending)?;
            }
        }
        Ok(())
    }
}
