//! Distributor and redistributor accesses, by the guest and by user space.
//!
//! Not here: the GICv2-only registers and CPU interface (`v2`).

use super::config::{GicConfig, GicModel, IidrWrite, PRIVATE_IRQS};
use super::core::{Core, bits};
use super::error::UserError;
use super::regions::{DIST_V2, DIST_V3, REDIST, Reg, Region, find};

/// Who accesses; the two differ for pending state, groups and identification.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum By {
    Guest,
    User,
}

/// Which block of registers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Frame {
    Distributor,
    Redistributor,
}

/// One access to a register that exists.
#[derive(Clone, Copy)]
pub struct Access {
    pub by: By,
    pub vcpu: usize,
    pub region: &'static Region,
    pub offset: u32,
    pub size: u8,
}

impl Access {
    pub fn intid(&self) -> u32 {
        self.region.intid(self.offset)
    }

    fn bank(&self) -> usize {
        (self.intid() / 32) as usize
    }
}

/// KVM's product and Arm's implementer code, common to all the IIDR registers.
const PRODUCT: u32 = 0x4b;
const IMPLEMENTER: u32 = 0x43b;
const REVISION_FIELD: u32 = 0xf000;

/// `GICD_IIDR` of a revision.
pub fn identity(revision: u8) -> u32 {
    PRODUCT << 24 | u32::from(revision) << 12 | IMPLEMENTER
}

/// The registers of a frame, if the model has it.
fn register_map(frame: Frame, model: GicModel) -> Option<&'static [Region]> {
    match (frame, model) {
        (Frame::Distributor, GicModel::V2) => Some(DIST_V2),
        (Frame::Distributor, GicModel::V3) => Some(DIST_V3),
        (Frame::Redistributor, GicModel::V3) => Some(REDIST),
        (Frame::Redistributor, GicModel::V2) => None,
    }
}

impl GicConfig {
    /// The region of an access, if there is such a register.
    #[inline]
    pub(super) fn region(&self, frame: Frame, offset: u64, size: u8) -> Option<&'static Region> {
        let region = find(register_map(frame, self.model)?, self.nr_irqs, offset, size)?;
        (self.invalidation_registers || !region.reg.invalidates()).then_some(region)
    }

    /// Whether a frame has a register, before there is a GIC: `KVM_HAS_DEVICE_ATTR`.
    pub fn has_register(&self, redistributor: bool, offset: u64) -> bool {
        let frame = if redistributor { Frame::Redistributor } else { Frame::Distributor };
        self.region(frame, offset, 4).is_some()
    }

    /// The revision after user space wrote `GICD_IIDR`.
    pub fn accepted_revision(&self, current: u8, word: u32) -> Result<u8, UserError> {
        let difference = word ^ identity(current);
        let revision = (word >> 12 & 0xf) as u8;
        let (accepted, next) = match self.iidr_write {
            IidrWrite::MustMatch => (difference == 0, current),
            IidrWrite::KeepsRevision => (difference & !REVISION_FIELD == 0, current),
            IidrWrite::SelectsRevision { oldest } => {
                (difference & !REVISION_FIELD == 0 && (oldest..=self.revision).contains(&revision), revision)
            }
        };
        if accepted { Ok(next) } else { Err(UserError::InvalidValue) }
    }
}

impl Core {
    /// Finds the register; `None` reads as zero and ignores writes.
    #[inline]
    pub fn locate(&self, frame: Frame, by: By, vcpu: usize, offset: u64, size: u8) -> Option<Access> {
        let region = self.config.region(frame, offset, size)?;
        (vcpu < self.state.vcpus.len()).then_some(Access { by, vcpu, region, offset: u32::try_from(offset).ok()?, size })
    }

    pub fn read(&self, a: Access) -> u64 {
        let word = match a.region.reg {
            Reg::Misc => self.read_misc(a.offset),
            Reg::Zero | Reg::SoftwareSgi | Reg::InvalidateLpi | Reg::InvalidateAll | Reg::Sync => 0,
            Reg::Ones => !0,
            Reg::Identity => u32::from(a.offset & 0xffff == 0xffe8) * 0x3b,
            Reg::RedistCtlr => self.redist_ctlr(a.vcpu),
            Reg::RedistIidr => PRODUCT << 24 | IMPLEMENTER,
            Reg::RedistTyper => return part(self.redist_typer(a), a),
            Reg::PropBase => return part(self.state.propbaser, a),
            Reg::PendBase => {
                // PTZ (bit 62) is write-only.
                let base = self.state.vcpus.get(a.vcpu).map_or(0, |v| v.pendbaser);
                return part(base & !(1 << 62), a);
            }
            Reg::Router => return self.read_router(a),
            Reg::Target => self.read_targets(a),
            Reg::SgiPendingClear | Reg::SgiPendingSet => self.read_sgi_sources(a),
            _ => self.read_bank(a),
        };
        u64::from(word)
    }

    fn read_bank(&self, a: Access) -> u32 {
        let Some(bank) = self.bank(a.vcpu, a.bank()) else {
            return 0;
        };
        // KVM_DEV_ARM_VGIC_GRP_LEVEL_INFO carries the levels of a GICv3 separately, so user space
        // sees only the latch, and clears nothing.
        let user_v3 = a.by == By::User && !self.is_v2();
        match a.region.reg {
            Reg::Group => bank.group,
            Reg::SetEnable | Reg::ClearEnable => bank.enabled,
            Reg::SetPending if user_v3 => bank.latch,
            Reg::ClearPending if user_v3 => 0,
            Reg::SetPending | Reg::ClearPending => bank.pending(),
            Reg::SetActive | Reg::ClearActive => bank.active,
            Reg::Priority => (0..u32::from(a.size)).rev().fold(0, |word, i| word << 8 | u32::from(bank.priority(a.intid() + i))),
            Reg::Config => {
                let edges = bank.edge >> (a.intid() % 32) & 0xffff;
                bits(edges).fold(0, |word, bit| word | 2 << (2 * bit))
            }
            _ => 0,
        }
    }

    pub fn write(&mut self, a: Access, value: u64) -> Result<(), UserError> {
        let word = value as u32;
        match a.region.reg {
            Reg::Misc => return self.write_misc(a, word),
            Reg::Zero | Reg::Sync | Reg::Ones | Reg::Identity | Reg::RedistIidr | Reg::RedistTyper => {}
            Reg::RedistCtlr => self.enable_lpis(a.vcpu, word & 1 != 0),
            // In use: KVM ignores the write.
            Reg::PropBase | Reg::PendBase if self.forwards_lpis(a.vcpu) => {}
            Reg::PropBase => {
                self.state.propbaser = PROPBASER.clean(merge(self.state.propbaser, a, value));
            }
            Reg::InvalidateLpi | Reg::InvalidateAll => self.invalidate(a, word),
            Reg::PendBase => {
                if let Some(v) = self.state.vcpus.get_mut(a.vcpu) {
                    v.pendbaser = PENDBASER.clean(merge(v.pendbaser, a, value));
                }
            }
            Reg::Router => self.write_router(a, word),
            Reg::Target => self.write_targets(a, word),
            Reg::SoftwareSgi => self.write_sgir(a.vcpu, word),
            Reg::SgiPendingClear => self.write_sgi_sources(a, word, false),
            Reg::SgiPendingSet => self.write_sgi_sources(a, word, true),
            Reg::SetPending => self.set_pending(a, word),
            Reg::ClearPending => self.clear_pending(a, word),
            Reg::SetActive => self.set_active(a, word & self.active_writable(a)),
            Reg::ClearActive => {
                let word = word & self.active_writable(a);
                self.change(a.vcpu, a.bank(), word, |b| b.active &= !word);
            }
            _ => self.write_bank(a, word),
        }
        Ok(())
    }

    fn write_bank(&mut self, a: Access, word: u32) {
        let first = a.intid() % 32;
        let user_v2 = a.by == By::User && self.is_v2();
        match a.region.reg {
            Reg::Group if user_v2 && !self.state.v2_groups_writable => {}
            Reg::Group => self.change(a.vcpu, a.bank(), !0, |b| b.group = word),
            Reg::SetEnable => self.change(a.vcpu, a.bank(), word, |b| b.enabled |= word),
            Reg::ClearEnable => self.change(a.vcpu, a.bank(), word, |b| b.enabled &= !word),
            Reg::Priority => {
                let touched = (0xfu32 >> (4 - a.size.min(4))) << first;
                self.change(a.vcpu, a.bank(), touched, |b| {
                    for (bit, byte) in (first..).zip(word.to_le_bytes()).take(usize::from(a.size)) {
                        b.set_priority(bit, byte);
                    }
                });
            }
            // SGIs are edges, and KVM's timers rely on PPIs being levels.
            Reg::Config if a.intid() >= PRIVATE_IRQS => {
                let edges = (0..16).fold(0, |e, bit| e | (word >> (2 * bit + 1) & 1) << bit);
                let mask = 0xffff << first;
                self.change(a.vcpu, a.bank(), mask, |b| {
                    b.edge = b.edge & !mask | edges << first;
                });
            }
            _ => {}
        }
    }

    fn set_pending(&mut self, a: Access, word: u32) {
        let v2_sgis = if self.is_v2() && a.bank() == 0 { 0xffff } else { 0 };
        match (a.by, self.config.model) {
            // The SGI bits are read-only in GICv2.
            (By::Guest, _) => {
                let word = word & !v2_sgis;
                self.change(a.vcpu, a.bank(), word, |b| b.latch |= word);
            }
            // Restored SGIs have lost their sender: KVM takes the vCPU itself.
            (By::User, GicModel::V2) => {
                self.change(a.vcpu, a.bank(), word, |b| b.latch |= word);
                let own = self.sgi_sender(a.vcpu);
                self.sources_of(a.vcpu, word & v2_sgis, |s| *s |= own);
            }
            (By::User, GicModel::V3) => self.change(a.vcpu, a.bank(), !0, |b| b.latch = word),
        }
    }

    fn clear_pending(&mut self, a: Access, word: u32) {
        let v2_sgis = if self.is_v2() && a.bank() == 0 { 0xffff } else { 0 };
        match (a.by, self.config.model) {
            (By::Guest, _) => {
                let word = word & !v2_sgis;
                self.change(a.vcpu, a.bank(), word, |b| b.latch &= !word);
            }
            (By::User, GicModel::V2) => {
                self.sources_of(a.vcpu, word & v2_sgis, |s| *s = 0);
                self.change(a.vcpu, a.bank(), word, |b| b.latch &= !word);
            }
            (By::User, GicModel::V3) => {}
        }
    }

    /// User space has no say in whether a mapped interrupt is active (`vgic_hw_irq_change_active`).
    fn active_writable(&self, a: Access) -> u32 {
        if a.by == By::User && a.bank() == 0 { !self.owners.mapped(a.vcpu) } else { !0 }
    }

    fn set_active(&mut self, a: Access, word: u32) {
        let Some(was) = self.bank(a.vcpu, a.bank()).map(|b| b.active) else {
            return;
        };
        for bit in bits(word & !was) {
            let intid = a.bank() as u32 * 32 + bit;
            if let Some(spi) = intid.checked_sub(PRIVATE_IRQS) {
                let owner = self.route(intid);
                if let Some(slot) = self.state.active_on.get_mut(spi as usize) {
                    *slot = owner;
                }
            }
        }
        if self.is_v2() && a.bank() == 0 {
            // Nothing tells whose SGI this is; vgic_mmio_change_active takes the writer or vCPU 0.
            if let Some(v) = self.state.vcpus.get_mut(a.vcpu) {
                let source = if a.by == By::Guest { v.number as u8 & 7 } else { 0 };
                for bit in bits(word & 0xffff) {
                    v.sgi_active_source[bit as usize % 16] = source;
                }
            }
        }
        self.change(a.vcpu, a.bank(), word, |b| b.active |= word);
    }

    fn iidr(&self) -> u32 {
        identity(self.state.revision)
    }

    pub fn read_misc(&self, offset: u32) -> u32 {
        let v2 = self.is_v2();
        let lines = self.config.nr_irqs / 32 - 1;
        match offset & 0xc {
            0x0 if v2 => u32::from(self.state.enabled),
            // ARE and DS are fixed; group 1's enable stands for both groups.
            0x0 => 0x50 | u32::from(self.state.enabled) << 1,
            0x4 if v2 => lines | (self.state.vcpus.len() as u32).saturating_sub(1) << 5,
            // IDbits, and LPIS.
            0x4 if self.state.has_its => lines | 15 << 19 | 1 << 17,
            // IDbits: 10 without LPIs.
            0x4 => lines | 9 << 19,
            0x8 => self.iidr(),
            _ => 0,
        }
    }

    fn write_misc(&mut self, a: Access, word: u32) -> Result<(), UserError> {
        match a.offset & 0xc {
            0x0 => {
                let enable = if self.is_v2() { 1 } else { 2 };
                self.set_enabled(word & enable != 0);
            }
            0x8 if a.by == By::User => return self.write_iidr(word),
            0xc if a.by == By::User && word != self.read_misc(a.offset) => {
                return Err(UserError::InvalidValue);
            }
            _ => {}
        }
        Ok(())
    }

    fn write_iidr(&mut self, word: u32) -> Result<(), UserError> {
        self.state.revision = self.config.accepted_revision(self.state.revision, word)?;
        // Old user space does not write IIDR and would restore groups that an old kernel made up.
        if self.is_v2() && self.state.revision >= 2 {
            self.state.v2_groups_writable = true;
        }
        Ok(())
    }

    fn forwards_lpis(&self, vcpu: usize) -> bool {
        self.state.vcpus.get(vcpu).is_some_and(|v| v.lpis_enabled)
    }

    /// Revision 3 advertises CES and IR.
    fn redist_ctlr(&self, vcpu: usize) -> u32 {
        let advertised = if self.state.revision >= 3 { 6 } else { 0 };
        advertised | u32::from(self.forwards_lpis(vcpu))
    }

    /// `GICR_INVLPIR` and `GICR_INVALLR`, the lower half; the upper one is for vPEs.
    fn invalidate(&mut self, a: Access, word: u32) {
        if a.offset & 4 != 0 || !self.forwards_lpis(a.vcpu) {
            return;
        }
        if a.region.reg == Reg::InvalidateAll {
            self.reload_lpis(a.vcpu);
        } else {
            // As KVM: an unreadable entry keeps what it was.
            let _unreadable = self.reload_lpi(word);
        }
    }

    /// Affinity without Aff3, processor number, Last.
    fn redist_typer(&self, a: Access) -> u64 {
        let Some(v) = self.state.vcpus.get(a.vcpu) else {
            return 0;
        };
        let last = v.last_redistributor && (a.by == By::Guest || self.config.last_for_user);
        (v.affinity & 0xff_ffff) << 32 | u64::from(v.number) << 8 | u64::from(last) << 4 | u64::from(self.state.has_its)
    }

    fn read_router(&self, a: Access) -> u64 {
        let spi = a.intid().saturating_sub(PRIVATE_IRQS) as usize;
        part(self.state.routers.get(spi).map_or(0, |r| u64::from(r.unwrap_or(0))), a)
    }

    /// Aff3 and the 1-of-N bit are not implemented.
    fn write_router(&mut self, a: Access, word: u32) {
        let spi = a.intid().saturating_sub(PRIVATE_IRQS) as usize;
        if a.offset & 4 != 0 {
            return;
        }
        if let Some(slot) = self.state.routers.get_mut(spi) {
            *slot = Some(word & 0xff_ffff);
            self.reroute(spi);
        }
    }

    /// `KVM_DEV_ARM_VGIC_GRP_LEVEL_INFO`: the lines of 32 interrupts; SGIs have none.
    pub fn line_levels(&self, vcpu: usize, intid: u32) -> Result<u32, UserError> {
        let bank = level_bank(intid)?;
        Ok(self.bank(vcpu, bank).map_or(0, |b| b.line & !b.edge & lines_of(bank)))
    }

    /// Levels are kept for edges too, so that the order of restoring does not matter.
    pub fn set_line_levels(&mut self, vcpu: usize, intid: u32, levels: u32) -> Result<(), UserError> {
        let bank = level_bank(intid)?;
        let lines = lines_of(bank);
        self.change(vcpu, bank, lines, |b| {
            b.line = b.line & !lines | levels & lines;
        });
        Ok(())
    }
}

fn level_bank(intid: u32) -> Result<usize, UserError> {
    if intid.is_multiple_of(32) { Ok((intid / 32) as usize) } else { Err(UserError::InvalidValue) }
}

fn lines_of(bank: usize) -> u32 {
    if bank == 0 { 0xffff_0000 } else { !0 }
}

/// The bytes of a 64-bit register that an access reads.
fn part(value: u64, a: Access) -> u64 {
    let shifted = value >> (a.offset % 8 * 8);
    match a.size {
        8 => shifted,
        _ => shifted & 0xffff_ffff,
    }
}

/// A 64-bit register after one half, or all of it, was written.
fn merge(old: u64, a: Access, value: u64) -> u64 {
    let shift = a.offset % 8 * 8;
    let mask = if a.size == 8 { !0 } else { 0xffff_ffff } << shift;
    old & !mask | value << shift & mask
}

/// LPI table base registers: KVM avoids outer shareable and non-cacheable tables.
struct TableBase {
    reserved: u64,
}

const PROPBASER: TableBase = TableBase { reserved: 0xf8f0_0000_0000_0060 };
const PENDBASER: TableBase = TableBase { reserved: 0xb8f0_0000_0000_f07f };

impl TableBase {
    fn clean(&self, value: u64) -> u64 {
        let mut v = value & !self.reserved;
        if v >> 10 & 3 == 2 {
            v = v & !(3 << 10) | 1 << 10;
        }
        if v >> 7 & 7 < 2 {
            v = v & !(7 << 7) | 3 << 7;
        }
        if v >> 56 & 7 > 1 {
            v &= !(7 << 56);
        }
        v
    }
}
