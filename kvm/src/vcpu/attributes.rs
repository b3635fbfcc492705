//! Device attributes of a vCPU: PMU, timer interrupts, paravirtualised time. They are stored here; what the guest sees of them is
//! elsewhere.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use sysregs::SysReg;

use super::VcpuFd;
use super::pmu::{PMMIR_SLOTS, PMU_V3P4};
use crate::abi::cap::{CAP_COUNTER_OFFSET, CAP_STEAL_TIME};
use crate::abi::vcpu_attribute as group;
use crate::abi::{DeviceAttr, vcpu_feature};
use crate::errno::{EBUSY, EEXIST, EINVAL, ENODEV, ENXIO, Errno};
use crate::idregs::HostIds;
use crate::idregs::capability::check_extension;
use crate::idregs::vcpu_init::feature;
use crate::vm::lock;

/// PPIs and SPIs.
const PPIS: std::ops::Range<u32> = 16..32;
const SPIS: std::ops::Range<u32> = 32..1020;
/// Where steal time is not set up.
pub(crate) const NO_STEAL_TIME: u64 = u64::MAX;
/// The perf type of the PMU of the host's first kind of CPU: the first of the dynamic ones, after those of kprobes and uprobes. The
/// others follow. A host tells them in /sys/bus/event_source/devices.
pub(crate) const FIRST_PMU_TYPE: u32 = 8;
/// PMCR_EL0.N.
const PMCR_N_SHIFT: u32 = 11;

/// PMU configuration of one vCPU.
#[derive(Clone, Debug, Default)]
pub(crate) struct PmuSetup {
    pub irq: Option<u32>,
    /// KVM_ARM_VCPU_PMU_V3_INIT is done.
    pub created: bool,
    /// It was when the vCPU first ran.
    pub ready: bool,
}

/// Brings an attribute's bytes from user space.
type Fetch<'a> = &'a mut dyn FnMut(&mut [u8]) -> Result<(), Errno>;

fn fetch_u32(fetch: Fetch<'_>) -> Result<u32, Errno> {
    let mut bytes = [0; 4];
    fetch(&mut bytes)?;
    Ok(u32::from_le_bytes(bytes))
}

fn fetch_u64(fetch: Fetch<'_>) -> Result<u64, Errno> {
    let mut bytes = [0; 8];
    fetch(&mut bytes)?;
    Ok(u64::from_le_bytes(bytes))
}

impl VcpuFd {
    /// KVM_HAS_DEVICE_ATTR on a vCPU.
    ///
    /// # Errors
    /// ENXIO for an attribute that this kernel or vCPU does not have.
    pub fn has_device_attr(&self, attr: &DeviceAttr) -> Result<(), Errno> {
        let has = |capability| check_extension(self.vm.host.personality, &self.vm.host_ids, capability, true).is_ok_and(|value| value != 0);
        let known = match (attr.group, attr.attr) {
            (group::PMU_V3, attribute) => self.has_pmu() && attribute < self.vm.host.personality.traits().pmu_attributes,
            (group::TIMER, 0 | 1) => true,
            (group::TIMER, 2 | 3) => has(CAP_COUNTER_OFFSET),
            (group::PVTIME, 0) => has(CAP_STEAL_TIME),
            _ => false,
        };
        if known { Ok(()) } else { Err(ENXIO) }
    }

    /// KVM_GET_DEVICE_ATTR on a vCPU: the value and its bytes.
    ///
    /// # Errors
    /// ENXIO for an unknown attribute, or one that is not set.
    pub fn get_device_attr(&self, attr: &DeviceAttr) -> Result<(u64, usize), Errno> {
        match (attr.group, attr.attr) {
            (group::PMU_V3, group::PMU_IRQ) => {
                self.gic_needed()?;
                if !self.has_pmu() {
                    return Err(ENODEV);
                }
                let irq = lock(&self.vcpu.pmu).irq.ok_or(ENXIO)?;
                Ok((irq.into(), 4))
            }
            (group::PMU_V3, _) => Err(ENXIO),
            (group::TIMER, timer) => {
                self.has_device_attr(attr)?;
                let cell = self.vcpu.timer_irqs.get(timer as usize).ok_or(ENXIO)?;
                Ok((cell.load(Ordering::SeqCst).into(), 4))
            }
            _ => {
                self.has_device_attr(attr)?;
                Ok((self.vcpu.steal_time.load(Ordering::SeqCst), 8))
            }
        }
    }

    /// KVM_SET_DEVICE_ATTR on a vCPU; `value` is what the attribute's address points to.
    ///
    /// # Errors
    /// ENXIO for an unknown attribute, and what the attribute itself refuses.
    pub fn set_device_attr(&self, attr: &DeviceAttr, value: u64) -> Result<(), Errno> {
        self.set_device_attr_with(attr, &mut |bytes| {
            bytes.iter_mut().zip(value.to_le_bytes()).for_each(|(to, from)| *to = from);
            Ok(())
        })
    }

    pub(crate) fn set_device_attr_with(&self, attr: &DeviceAttr, fetch: Fetch<'_>) -> Result<(), Errno> {
        match attr.group {
            group::PMU_V3 => self.set_pmu_attribute(attr.attr, fetch),
            group::TIMER => {
                self.gic_needed()?;
                let irq = fetch_u32(fetch)?;
                if !PPIS.contains(&irq) {
                    return Err(EINVAL);
                }
                let of_vm = self.vm.host.personality.traits().timer_irqs_of_vm;
                let fixed = if of_vm { self.vm.has_run.load(Ordering::SeqCst) } else { lock(&self.vcpu.state).prepared };
                if fixed {
                    return Err(EBUSY);
                }
                self.has_device_attr(attr)?;
                self.set_timer_irq(attr.attr as usize, irq)
            }
            group::PVTIME => {
                self.has_device_attr(attr)?;
                self.set_steal_time(fetch_u64(fetch)?)
            }
            _ => Err(ENXIO),
        }
    }

    /// Where each vCPU has its own, all that there are get this one's (`set_timer_irqs`).
    fn set_timer_irq(&self, timer: usize, irq: u32) -> Result<(), Errno> {
        self.vcpu.timer_irqs.get(timer).ok_or(ENXIO)?.store(irq, Ordering::SeqCst);
        for vcpu in self.vm.vcpus() {
            for (theirs, ours) in vcpu.timer_irqs.iter().zip(self.vcpu.timer_irqs.iter()) {
                theirs.store(ours.load(Ordering::SeqCst), Ordering::SeqCst);
            }
        }
        Ok(())
    }

    fn gic_needed(&self) -> Result<(), Errno> {
        if self.vm.vgic.get().is_some() { Ok(()) } else { Err(EINVAL) }
    }

    fn has_pmu(&self) -> bool {
        let asked = lock(&self.vcpu.state).features.is_some_and(|features| features & vcpu_feature::PMU_V3 != 0);
        asked && self.vm.host_ids.has_pmu() == Ok(true)
    }

    fn set_steal_time(&self, base: u64) -> Result<(), Errno> {
        if !base.is_multiple_of(64) {
            return Err(EINVAL);
        }
        if self.vcpu.steal_time.load(Ordering::SeqCst) != NO_STEAL_TIME {
            return Err(EEXIST);
        }
        // `gfn_to_hva` is for writing.
        let backed = self.vm.memory.slots().iter().any(|slot| base.wrapping_sub(slot.base) < slot.size && !slot.flags.readonly);
        if !backed {
            return Err(EINVAL);
        }
        self.vcpu.steal_time.store(base, Ordering::SeqCst);
        Ok(())
    }

    /// `kvm_arm_pmu_v3_set_attr`
    fn set_pmu_attribute(&self, attribute: u64, fetch: Fetch<'_>) -> Result<(), Errno> {
        if !self.has_pmu() {
            return Err(ENODEV);
        }
        if lock(&self.vcpu.pmu).created {
            return Err(EBUSY);
        }
        if attribute >= self.vm.host.personality.traits().pmu_attributes {
            return Err(ENXIO);
        }
        match attribute {
            group::PMU_IRQ => {
                self.gic_needed()?;
                let irq = fetch_u32(fetch)?;
                self.check_pmu_irq(irq)?;
                let mut pmu = lock(&self.vcpu.pmu);
                if pmu.irq.is_some() {
                    return Err(EBUSY);
                }
                pmu.irq = Some(irq);
                Ok(())
            }
            group::PMU_INIT => self.create_pmu(),
            group::PMU_FILTER => self.set_event_filter(fetch),
            group::PMU_SET_PMU => self.choose_pmu(fetch_u32(fetch)?),
            group::PMU_SET_NR_COUNTERS => self.set_counters(u64::from(fetch_u32(fetch)?)),
            _ => Err(ENXIO),
        }
    }

    /// `kvm_arm_pmu_v3_set_pmu`. From then on the VM's vCPUs run on the CPUs of that PMU alone (`cluster.rs`).
    fn choose_pmu(&self, perf_type: u32) -> Result<(), Errno> {
        let kinds = 1 + self.vm.host.other_clusters.len() as u32;
        let kind = perf_type.checked_sub(FIRST_PMU_TYPE).filter(|kind| *kind < kinds).ok_or(ENXIO)?;
        let mut chosen = lock(&self.vm.pmu);
        let filtered = lock(&self.vm.pmu_filter).is_some();
        // Without a choice the VM has the PMU of the CPU it was made on.
        if self.vm.has_run.load(Ordering::SeqCst) || (filtered && chosen.unwrap_or(0) != kind) {
            return Err(EBUSY);
        }
        *chosen = Some(kind);
        // `kvm_arm_set_pmu`: as many counters as it has, whatever was set before.
        let counters = self.vm.host.cluster(kind as usize).and_then(|ids| HostIds::of(ids).pmcr().ok());
        if let (true, Some(pmcr)) = (self.vm.host.personality.traits().pmu_registers_masked, counters) {
            self.vm.pmu_counters.store((pmcr >> PMCR_N_SHIFT & 0x1f) as u32, Ordering::SeqCst);
        }
        if self.has_strict_pmu() {
            self.vm.pmu_slots.store(self.slots_of(kind), Ordering::SeqCst);
        }
        Ok(())
    }

    /// PMMIR_EL1.SLOTS of a kind of CPU whose PMU has the register; models that do not tell have none.
    fn slots_of(&self, kind: u32) -> u32 {
        use sysregs::fields::aarch64::ID_AA64DFR0_EL1;
        let Some(ids) = self.vm.host.cluster(kind as usize).map(HostIds::of) else { return 0 };
        let has_register = ids.field(&ID_AA64DFR0_EL1::PMUVer).is_ok_and(|version| version >= PMU_V3P4);
        ids.boot(SysReg::PMMIR_EL1).ok().filter(|_| has_register).map_or(0, |value| (value & PMMIR_SLOTS) as u32)
    }

    /// KVM_ARM_VCPU_PMU_V3_STRICT.
    pub(super) fn has_strict_pmu(&self) -> bool {
        self.vcpu.features.load(Ordering::SeqCst) & feature::PMU_V3_STRICT != 0
    }

    /// The VM has no PMU before user space has chosen one (`kvm_setup_vcpu`).
    pub(super) fn lacks_choice(&self) -> bool {
        self.has_strict_pmu() && lock(&self.vm.pmu).is_none()
    }

    /// A PPI is the same on all vCPUs, an SPI is of one (`pmu_irq_is_valid`).
    fn check_pmu_irq(&self, irq: u32) -> Result<(), Errno> {
        let ppi = PPIS.contains(&irq);
        if !ppi && !SPIS.contains(&irq) {
            return Err(EINVAL);
        }
        let others = self.vm.vcpus();
        let mut set = others.iter().filter_map(|vcpu| lock(&vcpu.pmu).irq);
        if set.any(|other| (other == irq) != ppi) { Err(EINVAL) } else { Ok(()) }
    }

    /// `kvm_arm_pmu_v3_init`
    fn create_pmu(&self) -> Result<(), Errno> {
        if self.lacks_choice() {
            return Err(ENXIO);
        }
        let mut pmu = lock(&self.vcpu.pmu);
        if let Some(vgic) = self.vm.vgic.get() {
            if !vgic.initialised() {
                return Err(ENODEV);
            }
            let irq = pmu.irq.ok_or(ENXIO)?;
            // `kvm_vgic_set_owner`
            if !vgic.has_line(irq) {
                return Err(EINVAL);
            }
            vgic.claim_line((irq < SPIS.start).then_some(self.vcpu.index), irq);
        }
        pmu.created = true;
        Ok(())
    }

    /// struct kvm_pmu_event_filter: base and number of events in 16 bits each, action.
    fn set_event_filter(&self, fetch: Fetch<'_>) -> Result<(), Errno> {
        let [base_low, base_high, count_low, count_high, action, ..] = fetch_u64(fetch)?.to_le_bytes();
        let base = u32::from(u16::from_le_bytes([base_low, base_high]));
        let count = u32::from(u16::from_le_bytes([count_low, count_high]));
        if base + count > self.event_space() || action > 1 {
            return Err(EINVAL);
        }
        if self.vm.has_run.load(Ordering::SeqCst) && !self.vm.host.personality.traits().late_event_filters {
            return Err(EBUSY);
        }
        if self.lacks_choice() {
            return Err(ENXIO);
        }
        self.filter_events(base..base + count, action == 0);
        Ok(())
    }

    /// The first filter decides about the events that no filter names: the opposite.
    fn filter_events(&self, events: std::ops::Range<u32>, allow: bool) {
        let words = self.event_space().div_ceil(64) as usize;
        let mut filter = lock(&self.vm.pmu_filter);
        let bits = filter.get_or_insert_with(|| Arc::new(vec![if allow { 0 } else { u64::MAX }; words]));
        let bits = Arc::make_mut(bits);
        for event in events {
            let bit = 1 << (event % 64);
            let word = &mut bits[event as usize / 64];
            *word = if allow { *word | bit } else { *word & !bit };
        }
    }

    /// Events of PMUv3, and of PMUv3 for Armv8.1 and later.
    fn event_space(&self) -> u32 {
        use sysregs::fields::aarch64::ID_AA64DFR0_EL1;
        let version = self.vm.host_ids.field(&ID_AA64DFR0_EL1::PMUVer).unwrap_or_default();
        if version >= 4 { 1 << 16 } else { 1 << 10 }
    }

    /// `kvm_arm_pmu_v3_set_nr_counters`, which does not ask whether the VM has run.
    fn set_counters(&self, counters: u64) -> Result<(), Errno> {
        let most = self.vm.host_ids.pmcr().map_err(|_| EINVAL)? >> PMCR_N_SHIFT & 0x1f;
        if self.lacks_choice() || counters > most {
            return Err(EINVAL);
        }
        let mut state = lock(&self.vcpu.state);
        let register = SysReg::PMCR_EL0;
        let value = state.cpu.sys(register) & !(0x1f << PMCR_N_SHIFT) | counters << PMCR_N_SHIFT;
        state.cpu.set_sys(register, value);
        self.share_counters(&state);
        Ok(())
    }
}
