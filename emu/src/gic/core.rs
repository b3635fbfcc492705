//! The heart: routing, the choice of the highest pending interrupt, and what happens to one
//! interrupt when a line moves. All with the lock held, on `GicState` and the masks derived from it.
//!
//! Not here: register layouts (`mmio`, `v2`, `sysreg`) and the preemption rules (`cpuif`).

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::mem::PhysicalMemory;

use super::config::{GicConfig, GicModel, PRIVATE_IRQS};
use super::error::GicError;
use super::owners::Owners;
use super::state::{CpuInterface, GicState, IrqBank, VcpuState};

/// Banks of SPIs that 992 interrupts can fill.
const SPI_BANKS: usize = 30;
/// `GICR_PENDBASER` after `vgic_v3_enable`: inner shareable, inner RaWb.
const INITIAL_PENDBASER: u64 = 0x580;

/// A set of vCPUs: bit `n` of `used` says that `words[n]` is not empty.
#[derive(Clone, Copy, Default)]
pub struct VcpuSet {
    used: u8,
    words: [u64; 8],
}

impl VcpuSet {
    pub fn insert(&mut self, vcpu: usize) {
        if let Some(word) = self.words.get_mut(vcpu / 64) {
            *word |= 1 << (vcpu % 64);
            self.used |= 1 << (vcpu / 64);
        }
    }

    /// Takes the lowest one out.
    pub fn pop(&mut self) -> Option<usize> {
        let index = self.used.trailing_zeros() as usize;
        let word = self.words.get_mut(index)?;
        let bit = word.trailing_zeros() as usize;
        *word &= word.wrapping_sub(1);
        if *word == 0 {
            self.used &= self.used.wrapping_sub(1);
        }
        Some(index * 64 + bit)
    }
}

/// The highest-priority pending interrupt of a vCPU.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Candidate {
    pub intid: u32,
    pub priority: u8,
    pub group1: bool,
}

/// State, what follows from it, and what has to be told to others after the lock is dropped.
pub struct Core {
    pub config: GicConfig,
    pub state: GicState,
    /// vCPU that each SPI is routed to, if any.
    route_of: Vec<Option<u16>>,
    /// For each vCPU, the SPIs routed to it.
    routed: Vec<[u32; SPI_BANKS]>,
    /// Banks with something deliverable.
    busy_banks: u32,
    /// For each vCPU what `find_highest` said, true unless the vCPU is in `dirty`.
    highest: Vec<Option<Candidate>>,
    /// For each vCPU, the LPIs that it may be given: priority and number.
    pub ready_lpis: Vec<BTreeSet<(u8, u32)>>,
    /// Lines of devices in the kernel.
    pub owners: Owners,
    /// For each vCPU, private interrupts that were on their way when their GIC was destroyed: they are taken for being so, and never come.
    pub stuck: Vec<u32>,
    /// Guest memory, where LPIs have their tables.
    pub memory: Option<Arc<PhysicalMemory>>,
    /// Affinity to vCPU index, sorted.
    by_affinity: Vec<(u64, u16)>,
    /// vCPUs whose output lines must be computed anew.
    pub dirty: VcpuSet,
    /// Level-sensitive SPI just deactivated, and by whom.
    pub deactivated: Option<(usize, u32)>,
}

impl Core {
    pub fn new(config: GicConfig, mpidrs: &[u64]) -> Result<Self, GicError> {
        config.check(mpidrs.len())?;
        let by_affinity = index_affinities(mpidrs)?;
        let state = fresh_state(&config, mpidrs);
        let mut core = Self {
            route_of: vec![None; state.active_on.len()],
            routed: vec![[0; SPI_BANKS]; mpidrs.len()],
            busy_banks: 0,
            highest: vec![None; mpidrs.len()],
            ready_lpis: vec![BTreeSet::new(); mpidrs.len()],
            owners: Owners::new(mpidrs.len(), state.spis.len()),
            stuck: vec![0; mpidrs.len()],
            memory: None,
            by_affinity,
            dirty: VcpuSet::default(),
            deactivated: None,
            config,
            state,
        };
        core.derive();
        Ok(core)
    }

    pub fn is_v2(&self) -> bool {
        self.config.model == GicModel::V2
    }

    pub fn vcpu_by_affinity(&self, affinity: u64) -> Option<usize> {
        let found = self.by_affinity.binary_search_by_key(&affinity, |&(key, _)| key);
        found.ok().and_then(|at| self.by_affinity.get(at)).map(|&(_, vcpu)| usize::from(vcpu))
    }

    /// Bank 0 is the vCPU's private one, the others are shared.
    pub fn bank(&self, vcpu: usize, bank: usize) -> Option<&IrqBank> {
        match bank.checked_sub(1) {
            None => self.state.vcpus.get(vcpu).map(|v| &v.private),
            Some(spi) => self.state.spis.get(spi),
        }
    }

    /// Changes a bank and notes who may see the difference through the interrupts in `touched`.
    pub fn change(&mut self, vcpu: usize, bank: usize, touched: u32, f: impl FnOnce(&mut IrqBank)) {
        let Some(spi) = bank.checked_sub(1) else {
            if let Some(v) = self.state.vcpus.get_mut(vcpu) {
                f(&mut v.private);
                self.dirty.insert(vcpu);
            }
            return;
        };
        if let Some(b) = self.state.spis.get_mut(spi) {
            f(b);
            self.refresh_bank(spi, touched);
        }
    }

    fn refresh_bank(&mut self, spi: usize, touched: u32) {
        let Some(bank) = self.state.spis.get(spi) else {
            return;
        };
        let busy = bank.deliverable() != 0;
        self.busy_banks = (self.busy_banks & !(1 << spi)) | (u32::from(busy) << spi);
        for bit in bits(touched) {
            if let Some(&Some(vcpu)) = self.route_of.get(spi * 32 + bit as usize) {
                self.dirty.insert(usize::from(vcpu));
            }
        }
    }

    /// Private interrupts that a vCPU has been told of, by vCPU: what is active, and what may be forwarded (`vgic_queue_irq_unlock`).
    pub fn on_their_way(&self) -> Vec<u32> {
        let forwarded = if self.state.enabled { !0 } else { 0 };
        let told = |bank: &IrqBank| bank.active | bank.pending() & bank.enabled & forwarded;
        self.state.vcpus.iter().zip(&self.stuck).map(|(vcpu, stuck)| told(&vcpu.private) | stuck).collect()
    }

    pub fn set_enabled(&mut self, enabled: bool) {
        self.state.enabled = enabled;
        if !enabled {
            self.drop_unmapped_lpis();
        }
        self.mark_all();
    }

    pub fn mark_all(&mut self) {
        for vcpu in 0..self.state.vcpus.len() {
            self.dirty.insert(vcpu);
        }
    }

    /// Computes everything that follows from the state.
    pub fn derive(&mut self) {
        for spi in 0..self.route_of.len() {
            self.reroute(spi);
        }
        for bank in 0..self.state.spis.len() {
            self.refresh_bank(bank, 0);
        }
        self.derive_lpis();
        self.mark_all();
    }

    /// Follows a write of `GICD_IROUTER` or `GICD_ITARGETSR`.
    pub fn reroute(&mut self, spi: usize) {
        let new = self.target_of(spi);
        let Some(slot) = self.route_of.get_mut(spi) else {
            return;
        };
        let old = std::mem::replace(slot, new);
        for (vcpu, set) in [(old, false), (new, true)] {
            let Some(vcpu) = vcpu.map(usize::from) else {
                continue;
            };
            self.dirty.insert(vcpu);
            if let Some(word) = self.routed.get_mut(vcpu).and_then(|r| r.get_mut(spi / 32)) {
                *word = (*word & !(1 << (spi % 32))) | (u32::from(set) << (spi % 32));
            }
        }
    }

    /// An SPI without a GICv2 target goes to the first vCPU (`vgic_mmio_write_target`), and so does one that was never routed
    /// (`kvm_vgic_dist_init`); a GICv3 route to an affinity that nobody has goes nowhere.
    fn target_of(&self, spi: usize) -> Option<u16> {
        let vcpu = if self.is_v2() {
            let mask = self.state.targets.get(spi).copied()?;
            if mask == 0 { 0 } else { mask.trailing_zeros() as usize }
        } else {
            match *self.state.routers.get(spi)? {
                None => 0,
                Some(route) => self.vcpu_by_affinity(u64::from(route))?,
            }
        };
        u16::try_from(vcpu).ok()
    }

    pub fn route(&self, intid: u32) -> Option<u16> {
        let spi = intid.checked_sub(PRIVATE_IRQS)?;
        self.route_of.get(spi as usize).copied().flatten()
    }

    /// The highest-priority pending interrupt of the enabled groups; the lowest INTID among equals. To be
    /// asked before an access changes anything: it is computed when one has.
    pub fn highest(&self, vcpu: usize) -> Option<Candidate> {
        self.highest.get(vcpu).copied().flatten()
    }

    /// Computes the outcome for a vCPU that was dirty: its output lines as bits, 1 = IRQ, 2 = FIQ.
    pub fn settle(&mut self, vcpu: usize) -> u8 {
        let found = self.find_highest(vcpu);
        if let Some(slot) = self.highest.get_mut(vcpu) {
            *slot = found;
        }
        self.output(vcpu)
    }

    fn find_highest(&self, vcpu: usize) -> Option<Candidate> {
        let v = self.state.vcpus.get(vcpu)?;
        if !self.state.enabled {
            return None;
        }
        let (g0, g1) = (v.cpu.group0, v.cpu.group1);
        let private = v.private.deliverable() & v.private.in_groups(g0, g1) & !self.stuck.get(vcpu).copied().unwrap_or(0);
        let mut best = better(None, &v.private, private, 0);
        if self.busy_banks != 0 {
            let routed = self.routed.get(vcpu)?;
            for bank in bits(self.busy_banks) {
                let at = bank as usize;
                if let (Some(b), Some(mine)) = (self.state.spis.get(at), routed.get(at)) {
                    let set = b.deliverable() & mine & b.in_groups(g0, g1);
                    best = better(best, b, set, PRIVATE_IRQS + bank * 32);
                }
            }
        }
        match self.highest_lpi(vcpu) {
            Some(lpi) if g1 && best.is_none_or(|b| lpi.priority < b.priority) => Some(lpi),
            _ => best,
        }
    }

    /// Moves an input line (`kvm_vgic_inject_irq`): a level follows it, an edge is latched.
    pub fn set_line(&mut self, vcpu: Option<usize>, intid: u32, level: bool) -> Result<(), GicError> {
        let owner = self.line_owner(vcpu, intid)?;
        let (bank, bit) = ((intid / 32) as usize, 1u32 << (intid % 32));
        let Some(b) = self.bank(owner, bank) else {
            return Err(GicError::NoLine { intid, vcpu });
        };
        if b.edge & bit != 0 {
            if level {
                self.change(owner, bank, bit, |b| b.latch |= bit);
            }
        } else if (b.line & bit != 0) != level {
            self.change(owner, bank, bit, |b| b.line ^= bit);
        }
        Ok(())
    }

    fn line_owner(&self, vcpu: Option<usize>, intid: u32) -> Result<usize, GicError> {
        let known = match vcpu {
            Some(v) => v < self.state.vcpus.len() && (16..PRIVATE_IRQS).contains(&intid),
            None => (PRIVATE_IRQS..self.config.nr_irqs).contains(&intid),
        };
        if known { Ok(vcpu.unwrap_or(0)) } else { Err(GicError::NoLine { intid, vcpu }) }
    }

    pub fn pulse(&mut self, vcpu: Option<usize>, intid: u32) -> Result<(), GicError> {
        self.set_free_line(vcpu, intid, true)?;
        self.set_free_line(vcpu, intid, false)
    }
}

/// Set bits, lowest first.
pub fn bits(mut word: u32) -> impl Iterator<Item = u32> {
    std::iter::from_fn(move || {
        let bit = (word != 0).then(|| word.trailing_zeros())?;
        word &= word - 1;
        Some(bit)
    })
}

/// The better of the best so far and of some interrupts in a bank.
fn better(best: Option<Candidate>, bank: &IrqBank, set: u32, base: u32) -> Option<Candidate> {
    let Some((priority, bit)) = bank.most_urgent(set) else {
        return best;
    };
    if best.is_some_and(|b| b.priority <= priority) {
        return best;
    }
    Some(Candidate { intid: base + bit, priority, group1: bank.group >> bit & 1 != 0 })
}

/// Aff3 to Aff0 of `MPIDR_EL1` (`MPIDR_HWID_BITMASK`).
pub fn affinity_of(mpidr: u64) -> u64 {
    mpidr & 0xff_00ff_ffff
}

fn index_affinities(mpidrs: &[u64]) -> Result<Vec<(u64, u16)>, GicError> {
    let mut index: Vec<(u64, u16)> = (0u16..).zip(mpidrs).map(|(vcpu, &mpidr)| (affinity_of(mpidr), vcpu)).collect();
    index.sort_unstable();
    match index.windows(2).find(|pair| pair[0].0 == pair[1].0) {
        Some(pair) => Err(GicError::DuplicateAffinity(pair[0].0)),
        None => Ok(index),
    }
}

/// What `vgic_init` leaves behind: SGIs are enabled edges, PPIs levels, SPIs edges; group 1 on a GICv3
/// only.
fn fresh_state(config: &GicConfig, mpidrs: &[u64]) -> GicState {
    let v2 = config.model == GicModel::V2;
    let group = if v2 { 0 } else { !0 };
    let spis = (config.nr_irqs - PRIVATE_IRQS) as usize;
    let spi_bank = IrqBank { group, edge: !0, ..IrqBank::default() };
    let private = IrqBank { group, enabled: 0xffff, edge: 0xffff, ..IrqBank::default() };
    let cpu = CpuInterface {
        fiq_enable: !v2,
        user_priority_bits: config.host.priority_bits,
        user_id_bits: config.host.id_bits,
        ..CpuInterface::default()
    };
    let last = mpidrs.len().saturating_sub(1);
    let vcpu = |(index, &mpidr): (usize, &u64)| VcpuState {
        affinity: affinity_of(mpidr),
        private: private.clone(),
        sgi_source: [0; 16],
        sgi_active_source: [0; 16],
        pendbaser: if v2 { 0 } else { INITIAL_PENDBASER },
        number: index as u16,
        last_redistributor: index == last,
        lpis_enabled: false,
        cpu: cpu.clone(),
    };
    GicState {
        model: config.model,
        enabled: false,
        revision: config.revision,
        v2_groups_writable: false,
        propbaser: 0,
        has_its: false,
        lpis: super::lpi::Lpis::new(),
        spis: vec![spi_bank; spis / 32],
        routers: vec![None; if v2 { 0 } else { spis }],
        targets: vec![0; if v2 { spis } else { 0 }],
        active_on: vec![None; spis],
        vcpus: mpidrs.iter().enumerate().map(vcpu).collect(),
    }
}
