//! Where a GIC's register frames lie in guest physical memory, and which vCPU's redistributor is where. Reads and writes no
//! register.

use emu::gic::GicModel;

use crate::abi::vgic as abi;
use crate::errno::{E2BIG, EEXIST, EINVAL, ENODEV, ENOENT, ENXIO, Errno};
use crate::personality::traits::FrameRules;

/// Size of a GICv3 distributor.
const DIST_SIZE: u64 = 0x1_0000;
/// Size of one redistributor.
const REDIST_SIZE: u64 = 0x2_0000;
const V2_DIST_SIZE: u64 = 0x1000;
const V2_CPU_SIZE: u64 = 0x2000;
const PAGE_4K: u64 = 0x1000;
const PAGE_64K: u64 = 0x1_0000;
/// What user space reads of an address that it has not set.
const UNDEFINED: u64 = u64::MAX;

/// A guest access to a GIC register frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Frame {
    Distributor(u64),
    /// The vCPU whose redistributor it is, and the offset in it.
    Redistributor(usize, u64),
    CpuInterface(u64),
}

/// A range of redistributors, one after the other.
#[derive(Clone, Debug)]
struct Region {
    base: u64,
    /// How many there is room for; 0 for KVM_VGIC_V3_ADDR_TYPE_REDIST, which grows with the VM.
    count: u64,
    index: u64,
    /// Whose they are.
    vcpus: Vec<usize>,
}

impl Region {
    fn size(&self, vcpus: usize) -> u64 {
        REDIST_SIZE.saturating_mul(if self.count == 0 { vcpus as u64 } else { self.count })
    }

    fn full(&self) -> bool {
        self.count != 0 && self.vcpus.len() as u64 >= self.count
    }
}

/// The frames of one GIC.
#[derive(Clone, Debug)]
pub(super) struct Frames {
    model: GicModel,
    ipa_bits: u32,
    rules: FrameRules,
    dist: Option<u64>,
    /// CPU interface of a GICv2.
    cpu: Option<u64>,
    regions: Vec<Region>,
    /// Who had a redistributor in a region that is forgotten, and gets no other.
    placed: Vec<usize>,
    /// vCPUs of the VM so far.
    vcpus: usize,
}

impl Frames {
    pub fn new(model: GicModel, ipa_bits: u32, rules: FrameRules) -> Frames {
        Frames { model, ipa_bits, rules, dist: None, cpu: None, regions: Vec::new(), placed: Vec::new(), vcpus: 0 }
    }

    /// Whether an attribute of KVM_DEV_ARM_VGIC_GRP_ADDR is this model's.
    pub fn has(&self, kind: u64) -> bool {
        match self.model {
            GicModel::V2 => matches!(kind, abi::V2_ADDR_TYPE_DIST | abi::V2_ADDR_TYPE_CPU),
            GicModel::V3 => matches!(kind, abi::V3_ADDR_TYPE_DIST | abi::V3_ADDR_TYPE_REDIST | abi::V3_ADDR_TYPE_REDIST_REGION),
        }
    }

    /// `kvm_vgic_addr`, reading; `given` holds the index of a redistributor region.
    pub fn get(&self, kind: u64, given: u64) -> Result<u64, Errno> {
        if !self.has(kind) {
            return Err(ENODEV);
        }
        Ok(match kind {
            abi::V2_ADDR_TYPE_DIST | abi::V3_ADDR_TYPE_DIST => self.dist.unwrap_or(UNDEFINED),
            abi::V2_ADDR_TYPE_CPU => self.cpu.unwrap_or(UNDEFINED),
            abi::V3_ADDR_TYPE_REDIST => self.regions.first().map_or(UNDEFINED, |region| region.base),
            _ => {
                let index = region_index(given);
                let region = self.regions.iter().find(|region| region.index == index).ok_or(ENOENT)?;
                index | region.base | region.count << abi::RDIST_COUNT_SHIFT
            }
        })
    }

    /// `kvm_vgic_addr`, writing.
    pub fn set(&mut self, kind: u64, value: u64) -> Result<(), Errno> {
        if !self.has(kind) {
            return Err(ENODEV);
        }
        match kind {
            abi::V2_ADDR_TYPE_DIST => self.dist = Some(self.place(self.dist, value, PAGE_4K, V2_DIST_SIZE)?),
            abi::V2_ADDR_TYPE_CPU => self.cpu = Some(self.place(self.cpu, value, PAGE_4K, V2_CPU_SIZE)?),
            abi::V3_ADDR_TYPE_DIST => self.dist = Some(self.place(self.dist, value, PAGE_64K, DIST_SIZE)?),
            abi::V3_ADDR_TYPE_REDIST => self.add_region(0, value, 0)?,
            _ => {
                let (count, flags) = (value >> abi::RDIST_COUNT_SHIFT, value >> abi::RDIST_FLAGS_SHIFT & 0xf);
                if count == 0 || flags != 0 {
                    return Err(EINVAL);
                }
                self.add_region(region_index(value), value & abi::RDIST_BASE_MASK, count)?;
            }
        }
        Ok(())
    }

    /// A base that is not set yet, aligned and within guest physical memory.
    fn place(&self, old: Option<u64>, base: u64, alignment: u64, size: u64) -> Result<u64, Errno> {
        check_placement(self.rules, old.is_some(), base, alignment, size, self.ipa_bits)?;
        Ok(base)
    }

    /// `vgic_v3_set_redist_base`
    fn add_region(&mut self, index: u64, base: u64, count: u64) -> Result<(), Errno> {
        let region = Region { base, count, index, vcpus: Vec::new() };
        // One that grows with the VM is nothing at first.
        let size = if self.rules == FrameRules::Addresses { count * REDIST_SIZE } else { region.size(self.vcpus) };
        if base.checked_add(size).is_none() {
            return Err(EINVAL);
        }
        self.check_follows(&region)?;
        let meets_distributor = count == 0 && self.dist.is_some_and(|dist| overlap(dist, DIST_SIZE, base, size));
        if meets_distributor || self.meets_redistributors(base, size) {
            return Err(EINVAL);
        }
        check_placement(self.rules, false, base, PAGE_64K, size, self.ipa_bits)?;
        let before = self.regions.clone();
        self.regions.push(region);
        for vcpu in 0..self.vcpus {
            if let Err(errno) = self.assign(vcpu) {
                if self.rules == FrameRules::Ranges {
                    self.regions = before;
                }
                return Err(errno);
            }
        }
        Ok(())
    }

    /// Regions come in the order of their indices; one without a count stands alone.
    fn check_follows(&self, region: &Region) -> Result<(), Errno> {
        let growing_again = if self.rules == FrameRules::Addresses { EINVAL } else { EEXIST };
        match self.regions.last() {
            None if region.index != 0 => Err(EINVAL),
            None => Ok(()),
            Some(last) if region.count == 0 => Err(if last.count == 0 { growing_again } else { EINVAL }),
            Some(last) if region.index != last.index + 1 => Err(EINVAL),
            Some(last) if last.count == 0 && self.rules == FrameRules::Addresses => Err(EINVAL),
            Some(_) => Ok(()),
        }
    }

    /// Gives a vCPU that has none a redistributor, if there is room (`vgic_register_redist_iodev`).
    fn assign(&mut self, vcpu: usize) -> Result<(), Errno> {
        if self.has_redistributor(vcpu) || self.regions.iter().all(Region::full) {
            return Ok(());
        }
        if !self.bases_fit() {
            return Err(EINVAL);
        }
        if let Some(region) = self.regions.iter_mut().find(|region| !region.full()) {
            region.vcpus.push(vcpu);
        }
        Ok(())
    }

    /// A new vCPU, the last in creation order.
    pub fn add_vcpu(&mut self) -> Result<(), Errno> {
        if self.model == GicModel::V3 {
            self.assign(self.vcpus)?;
        }
        self.vcpus += 1;
        Ok(())
    }

    /// `vgic_v3_check_base`
    fn bases_fit(&self) -> bool {
        let fits = |region: &Region| check_range(region.base, PAGE_64K, region.size(self.vcpus), self.ipa_bits).is_ok();
        (self.rules == FrameRules::Addresses || self.regions.iter().all(fits))
            && self.dist.is_none_or(|dist| !self.meets_redistributors(dist, DIST_SIZE))
    }

    fn meets_redistributors(&self, base: u64, size: u64) -> bool {
        self.regions.iter().any(|region| overlap(region.base, region.size(self.vcpus), base, size))
    }

    /// Region and place in it of a vCPU's redistributor.
    fn redistributor(&self, vcpu: usize) -> Option<(&Region, usize)> {
        self.regions.iter().find_map(|region| Some((region, region.vcpus.iter().position(|&owner| owner == vcpu)?)))
    }

    fn has_redistributor(&self, vcpu: usize) -> bool {
        self.placed.contains(&vcpu) || self.redistributor(vcpu).is_some()
    }

    /// `kvm_vgic_dist_destroy` of old.
    pub fn forget_regions(&mut self) {
        self.placed.extend(self.regions.drain(..).flat_map(|region| region.vcpus));
    }

    /// `kvm_vgic_dist_destroy` and `kvm_vgic_vcpu_destroy`: every place.
    pub fn forget(&mut self) {
        (self.dist, self.cpu) = (None, None);
        self.regions.clear();
    }

    /// What the first run asks for (`vgic_v3_map_resources`, `vgic_v2_map_resources`).
    pub fn check_complete(&self) -> Result<(), Errno> {
        let dist = self.dist;
        if self.model == GicModel::V2 {
            let (dist, cpu) = dist.zip(self.cpu).ok_or(ENXIO)?;
            return if overlap(dist, V2_DIST_SIZE, cpu, V2_CPU_SIZE) { Err(EINVAL) } else { Ok(()) };
        }
        if dist.is_none() || !(0..self.vcpus).all(|vcpu| self.has_redistributor(vcpu)) {
            return Err(ENXIO);
        }
        if self.bases_fit() { Ok(()) } else { Err(EINVAL) }
    }

    /// GICR_TYPER.Last (`vgic_mmio_vcpu_rdist_is_last`).
    pub fn is_last(&self, vcpu: usize) -> bool {
        let Some((region, place)) = self.redistributor(vcpu) else { return false };
        if place + 1 < region.vcpus.len() || self.rules == FrameRules::Addresses {
            return place + 1 == region.vcpus.len();
        }
        let end = region.base + region.size(self.vcpus);
        let full = region.count == place as u64 + 1;
        !(full && self.regions.iter().any(|next| next.base == end && !next.vcpus.is_empty()))
    }

    /// The frame that a guest physical address lies in.
    #[inline]
    pub fn locate(&self, address: u64) -> Option<Frame> {
        let offset_in = |base: Option<u64>, size: u64| base.map(|base| address.wrapping_sub(base)).filter(|&offset| offset < size);
        let dist_size = if self.model == GicModel::V2 { V2_DIST_SIZE } else { DIST_SIZE };
        if let Some(offset) = offset_in(self.dist, dist_size) {
            return Some(Frame::Distributor(offset));
        }
        if let Some(offset) = offset_in(self.cpu, V2_CPU_SIZE) {
            return Some(Frame::CpuInterface(offset));
        }
        self.regions.iter().find_map(|region| {
            let offset = offset_in(Some(region.base), region.vcpus.len() as u64 * REDIST_SIZE)?;
            let owner = region.vcpus.get((offset / REDIST_SIZE) as usize)?;
            Some(Frame::Redistributor(*owner, offset % REDIST_SIZE))
        })
    }
}

/// Twelve bits, of which KVM keeps eight (`kvm_vgic_addr`).
fn region_index(value: u64) -> u64 {
    value & abi::RDIST_INDEX_MASK & 0xff
}

/// `vgic_check_ioaddr`, `vgic_check_iorange`
pub(crate) fn check_placement(rules: FrameRules, placed: bool, base: u64, alignment: u64, size: u64, ipa_bits: u32) -> Result<(), Errno> {
    match rules {
        FrameRules::Addresses if base >> ipa_bits != 0 => Err(E2BIG),
        FrameRules::Addresses if !base.is_multiple_of(alignment) => Err(EINVAL),
        _ if placed => Err(EEXIST),
        FrameRules::Addresses => Ok(()),
        FrameRules::Ranges => check_range(base, alignment, size, ipa_bits),
    }
}

/// `vgic_check_iorange` of an address that is not set yet.
fn check_range(base: u64, alignment: u64, size: u64, ipa_bits: u32) -> Result<(), Errno> {
    if !base.is_multiple_of(alignment) || !size.is_multiple_of(alignment) {
        return Err(EINVAL);
    }
    let end = base.checked_add(size).ok_or(EINVAL)?;
    if base >> ipa_bits != 0 || end > 1 << ipa_bits { Err(E2BIG) } else { Ok(()) }
}

fn overlap(a: u64, a_size: u64, b: u64, b_size: u64) -> bool {
    a < b.saturating_add(b_size) && b < a.saturating_add(a_size)
}
