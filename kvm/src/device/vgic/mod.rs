//! The in-kernel GIC as a KVM device: creation, initialisation, guest MMIO. How a GIC behaves is `emu::gic`'s; what user space
//! reads and writes by attributes is in `attributes`.

mod attributes;
mod frames;
mod port;

use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU32, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError, RwLock, RwLockReadGuard};

use emu::cpu::Attention;
use emu::gic::{DEFAULT_IRQS, Gic, GicConfig, GicModel, PRIVATE_IRQS};
use sysregs::Feature;

use self::frames::Frames;
pub(crate) use self::frames::{Frame, check_placement};
use self::port::{Port, Wires};
use super::its::VgicIts;
use crate::abi::MAX_VCPUS;
use crate::errno::{EBUSY, EINVAL, Errno};
use crate::idregs::VgicKind;
use crate::personality::traits::FrameRules;
use crate::vcpu::Vcpu;
use crate::vm::{Vm, lock};

/// Those below are software generated.
const FIRST_PPI: u32 = 16;
/// PPI of the maintenance interrupt of nested guests (`DEFAULT_MI_INTID`).
const DEFAULT_MAINTENANCE_IRQ: u32 = 25;
const GICV2_VCPUS: u64 = 8;

/// An in-kernel GIC.
pub(crate) struct Vgic {
    model: GicModel,
    frames: RwLock<Frames>,
    /// The same from the first run on, when nobody can move one any more.
    final_frames: OnceLock<Frames>,
    /// Shared interrupts; 0 until user space or the initialisation says.
    spis: AtomicU32,
    /// Revision in GICD_IIDR, as user space may choose it before the initialisation.
    revision: AtomicU8,
    maintenance_irq: AtomicU32,
    /// One initialisation at a time.
    initialising: Mutex<()>,
    /// The first GIC, which most VMs keep.
    made: OnceLock<Made>,
}

/// An initialised GIC.
struct Made {
    gic: Arc<Gic>,
    /// A first run has failed at it, and it is as if not initialised.
    given_up: AtomicBool,
    /// The one that user space has made instead.
    next: OnceLock<Box<Made>>,
}

impl Vgic {
    pub fn new(vm: &Vm, v2: bool) -> Result<Vgic, Errno> {
        let model = if v2 { GicModel::V2 } else { GicModel::V3 };
        let mut frames = Frames::new(model, vm.ipa_bits, vm.host.personality.traits().gic.frames);
        for _ in vm.vcpus() {
            frames.add_vcpu()?;
        }
        Ok(Vgic {
            model,
            frames: RwLock::new(frames),
            final_frames: OnceLock::new(),
            spis: AtomicU32::new(0),
            revision: AtomicU8::new(vm.host.personality.traits().gic.revision),
            maintenance_irq: AtomicU32::new(DEFAULT_MAINTENANCE_IRQ),
            initialising: Mutex::new(()),
            made: OnceLock::new(),
        })
    }

    pub fn kind(&self) -> VgicKind {
        if self.model == GicModel::V2 { VgicKind::V2 } else { VgicKind::V3 }
    }

    pub fn vcpu_limit(&self) -> u64 {
        if self.model == GicModel::V2 { GICV2_VCPUS } else { MAX_VCPUS }
    }

    pub fn initialised(&self) -> bool {
        self.gic().is_some()
    }

    #[inline]
    fn gic(&self) -> Option<&Arc<Gic>> {
        let mut made = self.made.get()?;
        while made.given_up.load(Ordering::Relaxed) {
            made = made.next.get()?;
        }
        Some(&made.gic)
    }

    /// The last that was made, given up or not.
    fn last_made(&self) -> Option<&Made> {
        std::iter::successors(self.made.get(), |made| made.next.get().map(Box::as_ref)).last()
    }

    /// `__kvm_vgic_destroy` of a VM that lives on, whose vCPUs' lines are low.
    pub fn give_up(&self, vm: &Vm, places_too: bool) {
        let _no_initialisation = lock(&self.initialising);
        if let Some(made) = self.last_made() {
            made.given_up.store(true, Ordering::SeqCst);
        }
        for vcpu in vm.vcpus() {
            vcpu.signal.clear(Attention::Irq);
            vcpu.signal.clear(Attention::Fiq);
        }
        self.spis.store(0, Ordering::SeqCst);
        let mut frames = self.frames.write().unwrap_or_else(PoisonError::into_inner);
        if places_too { frames.forget() } else { frames.forget_regions() }
    }

    /// A vCPU joins the VM: it gets a redistributor where there is room.
    pub fn add_vcpu(&self) -> Result<(), Errno> {
        self.frames.write().unwrap_or_else(PoisonError::into_inner).add_vcpu()
    }

    /// `kvm_vgic_inject_irq` without an owner: initialises a GICv2 that is not yet.
    pub fn set_line(&self, vm: &Vm, vcpu: Option<usize>, number: u32, level: bool) -> Result<(), Errno> {
        self.ready_on_demand(vm)?.set_line(vcpu, number, level).map_err(|_| EINVAL)
    }

    /// The PMU takes its interrupt (`kvm_vgic_set_owner`).
    pub fn claim_line(&self, vcpu: Option<usize>, number: u32) {
        if let Some(gic) = self.gic() {
            gic.claim_line(vcpu, number);
        }
    }

    /// The timers of a vCPU take their PPIs (`kvm_timer_enable`). The virtual one's is the host timer's, too, and with VHE so is the
    /// physical one's (`get_timer_map`).
    pub fn claim_timer_lines(&self, vm: &Vm, vcpu: &Vcpu) {
        let Some(gic) = self.gic() else { return };
        let [virtual_timer, physical_timer, ..] = vcpu.timer_irqs.each_ref().map(|irq| irq.load(Ordering::SeqCst));
        gic.map_line(vcpu.index, virtual_timer);
        if vm.host_ids.all(Feature::VHE) {
            gic.map_line(vcpu.index, physical_timer);
        } else {
            gic.claim_line(Some(vcpu.index), physical_timer);
        }
    }

    /// The timers of a vCPU are reset (`kvm_timer_vcpu_reset`); what they own is low already.
    pub fn reset_mapped_lines(&self, vcpu: usize) {
        if let Some(gic) = self.gic() {
            gic.reset_mapped_lines(vcpu);
        }
    }

    /// The owner of a claimed line moves it.
    pub fn set_owned_line(&self, vcpu: Option<usize>, number: u32, level: bool) {
        if let Some(gic) = self.gic() {
            // The number was checked when it was claimed.
            let _ = gic.set_owned_line(vcpu, number, level);
        }
    }

    /// `vgic_lazy_init`
    pub fn make_ready(&self, vm: &Vm) -> Result<(), Errno> {
        self.ready_on_demand(vm).map(drop)
    }

    /// The GIC; a GICv2 is initialised by the first who needs it (`vgic_lazy_init`).
    fn ready_on_demand(&self, vm: &Vm) -> Result<&Gic, Errno> {
        if !self.initialised() {
            if self.model == GicModel::V3 {
                return Err(EBUSY);
            }
            self.initialise(vm)?;
        }
        self.gic().map(Arc::as_ref).ok_or(EBUSY)
    }

    /// First-run check (`kvm_vgic_map_resources`): the frames must be placed, and a v3 initialised.
    pub fn check_ready(&self, vm: &Vm) -> Result<(), Errno> {
        let frames = self.frames();
        frames.check_complete()?;
        let complete = frames.clone();
        drop(frames);
        self.ready_on_demand(vm)?;
        self.final_frames.get_or_init(|| complete);
        Ok(())
    }

    /// The emulated controller behind, for tests that play the guest.
    #[cfg(test)]
    pub fn emulated(&self) -> Option<Arc<Gic>> {
        self.gic().cloned()
    }

    /// A vCPU enters the guest; true when user space has written its lines since the last time.
    pub fn entering(&self, vcpu: usize) -> bool {
        self.gic().is_some_and(|gic| gic.load_vcpu(vcpu))
    }

    fn frames(&self) -> RwLockReadGuard<'_, Frames> {
        self.frames.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// True for a private peripheral interrupt, and for a shared one that the GIC has (`vgic_valid_spi`).
    pub fn has_line(&self, irq: u32) -> bool {
        (FIRST_PPI..self.irq_count()).contains(&irq)
    }

    /// Interrupts including the private ones, as KVM_DEV_ARM_VGIC_GRP_NR_IRQS reads them.
    fn irq_count(&self) -> u32 {
        self.spis.load(Ordering::SeqCst) + PRIVATE_IRQS
    }

    fn initialise(&self, vm: &Vm) -> Result<(), Errno> {
        let _once = lock(&self.initialising);
        if self.initialised() {
            return Ok(());
        }
        // Whoever creates a vCPU waits, and is told that it is too late.
        let vcpus = vm.vcpus.read().unwrap_or_else(PoisonError::into_inner);
        let _unless_set = self.spis.compare_exchange(0, DEFAULT_IRQS - PRIVATE_IRQS, Ordering::SeqCst, Ordering::SeqCst);
        let mpidrs: Vec<u64> = vcpus.iter().map(|vcpu| vcpu.mpidr).collect();
        let wires = Wires { signals: vcpus.iter().map(|vcpu| vcpu.signal.clone()).collect(), irqfds: vm.irqfds.clone() };
        let gic = Gic::with_config(self.config(vm), &mpidrs, Arc::new(wires)).map_err(|_| EINVAL)?;
        gic.select_revision(self.revision.load(Ordering::SeqCst));
        gic.attach_memory(vm.memory.clone());
        for (index, vcpu) in vcpus.iter().enumerate() {
            gic.set_processor_number(index, vcpu.id as u16);
        }
        let gic = Arc::new(gic);
        let before = self.last_made();
        if let Some(before) = before {
            gic.succeed(&before.gic).map_err(|_| EINVAL)?;
        }
        vm.irqfds.connect(&gic);
        let made = Made { gic: gic.clone(), given_up: AtomicBool::new(false), next: OnceLock::new() };
        let first = match before {
            Some(before) => before.next.set(Box::new(made)).is_ok(),
            None => self.made.set(made).is_ok(),
        };
        if !first {
            return Err(EBUSY);
        }
        for its in vm.its() {
            self.connect_its(&its);
        }
        self.publish_last_redistributors();
        let v3 = self.model == GicModel::V3;
        for (index, vcpu) in vcpus.iter().enumerate() {
            vcpu.connect(Box::new(Port { gic: gic.clone(), index, registers: v3, timer_irqs: vcpu.timer_irqs.clone() }));
        }
        Ok(())
    }

    /// An ITS joins, now or at the initialisation.
    pub fn connect_its(&self, its: &VgicIts) {
        if let Some(gic) = self.gic() {
            gic.announce_its();
            its.connect(gic.clone());
        }
    }

    /// The rules of the VM's host.
    fn config(&self, vm: &Vm) -> GicConfig {
        let traits = vm.host.personality.traits().gic;
        GicConfig {
            revision: traits.revision,
            iidr_write: traits.iidr_write,
            remote_deactivation: traits.remote_deactivation,
            last_for_user: traits.frames == FrameRules::Ranges,
            invalidation_registers: traits.invalidation_registers,
            broadcast_by_number: !traits.vcpus_by_id,
            host: vm.host.gic_interface,
            ..GicConfig::new(self.model, self.irq_count())
        }
    }

    /// GICR_TYPER.Last follows the regions.
    fn publish_last_redistributors(&self) {
        let Some(gic) = self.gic() else { return };
        let frames = self.frames();
        for vcpu in 0..gic.vcpu_count() {
            gic.set_last_redistributor(vcpu, frames.is_last(vcpu));
        }
    }

    /// The frame that a guest physical address lies in.
    #[inline]
    pub fn locate(&self, address: u64) -> Option<Frame> {
        self.final_frames.get()?.locate(address)
    }

    /// Words of the distributor that guests may read by themselves, with their offsets.
    pub fn published_words(&self) -> Vec<(u64, Arc<AtomicU32>)> {
        self.gic().map(|gic| gic.published_words().into()).unwrap_or_default()
    }

    #[inline]
    pub fn mmio_read(&self, vcpu: usize, frame: Frame, size: u8) -> u64 {
        let Some(gic) = self.gic() else { return 0 };
        match frame {
            Frame::Distributor(offset) => gic.dist_read(vcpu, offset, size),
            Frame::Redistributor(owner, offset) => gic.redist_read(owner, offset, size),
            Frame::CpuInterface(offset) => gic.cpuif_read(vcpu, offset, size),
        }
    }

    pub fn mmio_write(&self, vcpu: usize, frame: Frame, size: u8, value: u64) {
        let Some(gic) = self.gic() else { return };
        match frame {
            Frame::Distributor(offset) => gic.dist_write(vcpu, offset, size, value),
            Frame::Redistributor(owner, offset) => gic.redist_write(owner, offset, size, value),
            Frame::CpuInterface(offset) => gic.cpuif_write(vcpu, offset, size, value),
        }
    }
}
