//! The virtual interrupt controller as KVM/arm64 presents it to guests: vGICv2 and vGICv3.
//!
//! One `Gic` is the in-kernel irqchip of one VM: distributor, redistributors and CPU interfaces, with
//! separate functions for guest accesses and for the user-space ones of KVM's device attributes.
//! An ITS (`its`) is a device beside it, which makes LPIs pending.
//!
//! The output lines of each vCPU are kept in an atomic, so that a CPU asks `lines` between
//! instructions without taking the lock.

mod config;
mod core;
mod cpuif;
mod error;
pub mod its;
mod lpi;
mod mmio;
mod owners;
mod regions;
mod restore;
mod state;
mod steady;
mod sysreg;
#[cfg(test)]
mod tests;
mod v2;

use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use self::core::{Core, VcpuSet};
use self::mmio::{By, Frame};
use self::steady::Steady;
use crate::mem::PhysicalMemory;
pub use config::{DEFAULT_IRQS, GicConfig, GicModel, HostInterface, IidrWrite, PRIVATE_IRQS};
pub use error::{GicError, UserError};
pub use lpi::Lpi;
pub use state::{CpuInterface, GicState, IrqBank, VcpuState};
/// Encodings of the `ICC_*` registers.
pub mod icc {
    pub use super::sysreg::*;
}

/// Who wants to hear about output lines. Called on the thread whose access made the change, and but for `irq_changed` with no lock held.
pub trait Notify: Send + Sync {
    /// Output lines of a vCPU changed. Called with the GIC locked, once for each change and in their order: it must not call back.
    fn irq_changed(&self, vcpu: usize, irq: bool, fiq: bool);

    /// A line of this vCPU went up, and it may sleep. The GIC is not locked any more.
    fn wake(&self, _vcpu: usize) {}

    /// A level-sensitive SPI was deactivated: time to look at its source again (resampling irqfds).
    fn deactivated(&self, _vcpu: usize, _intid: u32) {}
}

/// An interrupt controller. vCPUs are named by their index in the list given to `new`; an index
/// beyond it reads as zero and changes nothing.
pub struct Gic {
    core: Mutex<Core>,
    steady: Steady,
    lines: Box<[AtomicU8]>,
    /// vCPUs whose CPU interface or lines were written from outside since they last entered the guest.
    unloaded: Box<[AtomicBool]>,
    notify: Arc<dyn Notify>,
}

/// IRQ and FIQ.
fn levels(bits: u8) -> (bool, bool) {
    (bits & 1 != 0, bits & 2 != 0)
}

/// Whether user space sees such a register of a GICv2's CPU interface.
pub fn cpu_interface_register_exists(offset: u64) -> bool {
    matches!(offset, 0x00 | 0x04 | 0x08 | 0x1c | 0xd0 | 0xd4 | 0xd8 | 0xdc | 0xfc)
}

/// Whether user space sees such a CPU system register of a GICv3.
pub fn cpu_system_register_exists(reg: u16) -> bool {
    sysreg::user_register_exists(reg)
}

/// `GICD_IIDR` of a revision.
pub fn distributor_identity(revision: u8) -> u32 {
    mmio::identity(revision)
}

impl Gic {
    /// A freshly initialised GIC with the newest rules, one vCPU for each `MPIDR_EL1`.
    pub fn new(model: GicModel, mpidrs: &[u64], nr_irqs: u32, notify: Arc<dyn Notify>) -> Result<Self, GicError> {
        Self::with_config(GicConfig::new(model, nr_irqs), mpidrs, notify)
    }

    /// A freshly initialised GIC with the rules of one host.
    pub fn with_config(config: GicConfig, mpidrs: &[u64], notify: Arc<dyn Notify>) -> Result<Self, GicError> {
        let core = Core::new(config, mpidrs)?;
        Ok(Self {
            steady: Steady::new(&core),
            core: Mutex::new(core),
            lines: mpidrs.iter().map(|_| AtomicU8::new(0)).collect(),
            unloaded: mpidrs.iter().map(|_| AtomicBool::new(true)).collect(),
            notify,
        })
    }

    /// Gives it guest memory, where LPIs have their tables. Without, there is nothing in them.
    pub fn attach_memory(&self, memory: Arc<PhysicalMemory>) {
        self.lock().memory = Some(memory);
    }

    /// The rules it was made with.
    pub fn config(&self) -> GicConfig {
        self.lock().config.clone()
    }

    /// How many vCPUs it serves.
    pub fn vcpu_count(&self) -> usize {
        self.lines.len()
    }

    /// Starts with a revision that user space selected before there was a GIC.
    pub fn select_revision(&self, revision: u8) {
        let mut core = self.lock();
        core.state.revision = revision;
        self.steady.publish(&core);
    }

    /// Words of the distributor that guests may read by themselves, with their offsets; their values change with what user space does.
    pub fn published_words(&self) -> [(u64, Arc<AtomicU32>); 2] {
        self.steady.words()
    }

    /// IRQ and FIQ of a vCPU, without locking.
    #[inline]
    pub fn lines(&self, vcpu: usize) -> (bool, bool) {
        levels(self.lines.get(vcpu).map_or(0, |l| l.load(Ordering::Acquire)))
    }

    /// Moves an input line that no device in the kernel owns: a PPI of one vCPU, or an SPI (`vcpu` is `None`).
    pub fn set_line(&self, vcpu: Option<usize>, intid: u32, level: bool) -> Result<(), GicError> {
        self.with(|c| c.set_free_line(vcpu, intid, level))
    }

    /// Raises and lowers a line: latches an edge, and does nothing lasting to a level or to a line
    /// that does not exist.
    pub fn pulse(&self, vcpu: Option<usize>, intid: u32) {
        // An unknown line has nobody to tell: the caller has validated it with `set_line`'s rules.
        let _unknown_line = self.with(|c| c.pulse(vcpu, intid));
    }

    /// Guest read of the distributor.
    pub fn dist_read(&self, vcpu: usize, offset: u64, size: u8) -> u64 {
        self.guest_read(Frame::Distributor, vcpu, offset, size)
    }

    /// Guest write of the distributor.
    pub fn dist_write(&self, vcpu: usize, offset: u64, size: u8, value: u64) {
        self.guest_write(Frame::Distributor, vcpu, offset, size, value);
    }

    /// Guest read of a vCPU's redistributor: `RD_base` then `SGI_base`, 64 KiB each.
    pub fn redist_read(&self, frame_vcpu: usize, offset: u64, size: u8) -> u64 {
        self.guest_read(Frame::Redistributor, frame_vcpu, offset, size)
    }

    /// Guest write of a vCPU's redistributor.
    pub fn redist_write(&self, frame_vcpu: usize, offset: u64, size: u8, value: u64) {
        self.guest_write(Frame::Redistributor, frame_vcpu, offset, size, value);
    }

    /// Guest read of the GICv2 CPU interface.
    pub fn cpuif_read(&self, vcpu: usize, offset: u64, size: u8) -> u64 {
        u64::from(self.with(|c| c.cpuif_read(vcpu, offset, size)))
    }

    /// Guest write of the GICv2 CPU interface.
    pub fn cpuif_write(&self, vcpu: usize, offset: u64, size: u8, value: u64) {
        self.with(|c| c.cpuif_write(vcpu, offset, size, value as u32));
    }

    /// Guest MRS of an `ICC_*` register; `None` is UNDEF.
    pub fn sysreg_read(&self, vcpu: usize, reg: u16) -> Option<u64> {
        self.with(|c| c.sysreg_read(vcpu, reg))
    }

    /// Guest MSR of an `ICC_*` register; `None` is UNDEF.
    pub fn sysreg_write(&self, vcpu: usize, reg: u16, value: u64) -> Option<()> {
        self.with(|c| c.sysreg_write(vcpu, reg, value))
    }

    /// Tells that a vCPU enters the guest: hardware raises binary points below its minimum and drops
    /// priority-mask bits it lacks, and user space sees that afterwards. Idempotent. True when user space has written what its
    /// devices tell it, its lines, since the vCPU entered the last time.
    pub fn load_vcpu(&self, vcpu: usize) -> bool {
        let written = self.unloaded.get(vcpu).is_some_and(|unloaded| unloaded.swap(false, Ordering::Relaxed));
        if written {
            self.with(|c| c.load(vcpu));
        }
        written
    }

    fn written_from_outside(&self, vcpu: usize) {
        if let Some(unloaded) = self.unloaded.get(vcpu) {
            unloaded.store(true, Ordering::Relaxed);
        }
    }

    /// The number of a vCPU (`GICR_TYPER.Processor_Number`). Initially its position.
    pub fn set_processor_number(&self, vcpu: usize, number: u16) {
        if let Some(v) = self.lock().state.vcpus.get_mut(vcpu) {
            v.number = number;
        }
    }

    /// Whether a redistributor is the last of its region (`GICR_TYPER.Last`). Initially the highest
    /// vCPU's is.
    pub fn set_last_redistributor(&self, vcpu: usize, last: bool) {
        if let Some(v) = self.lock().state.vcpus.get_mut(vcpu) {
            v.last_redistributor = last;
        }
    }

    /// The vCPU with an affinity (Aff3 at bits 39:32 as in `MPIDR_EL1`).
    pub fn vcpu_by_affinity(&self, mpidr: u64) -> Option<usize> {
        self.lock().vcpu_by_affinity(core::affinity_of(mpidr))
    }

    /// A copy of everything.
    pub fn save(&self) -> GicState {
        self.lock().state.clone()
    }

    /// Takes a state over; it must come from a GIC of the same model, size and affinities.
    pub fn restore(&self, state: &GicState) -> Result<(), GicError> {
        self.with(|c| c.restore(state).map(|()| self.steady.publish(c)))?;
        (0..self.vcpu_count()).for_each(|vcpu| self.written_from_outside(vcpu));
        Ok(())
    }

    fn lock(&self) -> MutexGuard<'_, Core> {
        self.core.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Does something under the lock, then publishes the lines and tells.
    fn with<R>(&self, f: impl FnOnce(&mut Core) -> R) -> R {
        let mut core = self.lock();
        let result = f(&mut core);
        let mut raised = self.publish(&mut core);
        let deactivated = core.deactivated.take();
        drop(core);
        while let Some(vcpu) = raised.pop() {
            self.notify.wake(vcpu);
        }
        if let Some((vcpu, intid)) = deactivated {
            self.notify.deactivated(vcpu, intid);
        }
        result
    }

    /// Publishes the lines that changed, and tells of them: with the lock held, so that nothing can come between and what is told
    /// last is what they are. Says which vCPUs have a line that is high now.
    fn publish(&self, core: &mut Core) -> VcpuSet {
        let mut raised = VcpuSet::default();
        while let Some(vcpu) = core.dirty.pop() {
            let output = core.settle(vcpu);
            let Some(line) = self.lines.get(vcpu) else {
                continue;
            };
            if line.load(Ordering::Relaxed) == output {
                continue;
            }
            line.store(output, Ordering::Release);
            let (irq, fiq) = levels(output);
            self.notify.irq_changed(vcpu, irq, fiq);
            if irq || fiq {
                raised.insert(vcpu);
            }
        }
        raised
    }

    fn guest_read(&self, frame: Frame, vcpu: usize, offset: u64, size: u8) -> u64 {
        let core = self.lock();
        core.locate(frame, By::Guest, vcpu, offset, size).map_or(0, |access| core.read(access))
    }

    fn guest_write(&self, frame: Frame, vcpu: usize, offset: u64, size: u8, value: u64) {
        self.with(|c| {
            if let Some(access) = c.locate(frame, By::Guest, vcpu, offset, size) {
                // Guest writes are never refused; only user space has refusals.
                let _accepted = c.write(access, value);
            }
        });
    }
}

/// `KVM_{HAS,GET,SET}_DEVICE_ATTR`. Registers are words; one that does not exist reads as zero and
/// ignores writes, as `vgic_uaccess` has it, and only `HAS` tells.
impl Gic {
    /// `KVM_HAS_DEVICE_ATTR` of a distributor register.
    pub fn uaccess_dist_has(&self, offset: u64) -> bool {
        let core = self.lock();
        core.locate(Frame::Distributor, By::User, 0, offset, 4).is_some()
    }

    /// `KVM_HAS_DEVICE_ATTR` of a redistributor register.
    pub fn uaccess_redist_has(&self, offset: u64) -> bool {
        let core = self.lock();
        core.locate(Frame::Redistributor, By::User, 0, offset, 4).is_some()
    }

    /// Reads a distributor register (`vcpu` matters for GICv2's banked ones).
    pub fn uaccess_dist_read(&self, vcpu: usize, offset: u64) -> u32 {
        self.user_read(Frame::Distributor, vcpu, offset)
    }

    /// Writes a distributor register.
    pub fn uaccess_dist_write(&self, vcpu: usize, offset: u64, value: u32) -> Result<(), UserError> {
        self.user_write(Frame::Distributor, vcpu, offset, value)
    }

    /// Reads half of, or a whole, redistributor register.
    pub fn uaccess_redist_read(&self, vcpu: usize, offset: u64) -> u32 {
        self.user_read(Frame::Redistributor, vcpu, offset)
    }

    /// Writes half of, or a whole, redistributor register.
    pub fn uaccess_redist_write(&self, vcpu: usize, offset: u64, value: u32) -> Result<(), UserError> {
        self.user_write(Frame::Redistributor, vcpu, offset, value)
    }

    /// `KVM_HAS_DEVICE_ATTR` of a GICv2 CPU interface register.
    pub fn uaccess_cpuif_has(&self, offset: u64) -> bool {
        let core = self.lock();
        core.is_v2() && core.user_cpuif_read(0, offset).is_some()
    }

    /// Reads a GICv2 CPU interface register.
    pub fn uaccess_cpuif_read(&self, vcpu: usize, offset: u64) -> u32 {
        let core = self.lock();
        if core.is_v2() { core.user_cpuif_read(vcpu, offset).unwrap_or(0) } else { 0 }
    }

    /// Writes a GICv2 CPU interface register.
    pub fn uaccess_cpuif_write(&self, vcpu: usize, offset: u64, value: u32) {
        self.written_from_outside(vcpu);
        self.with(|c| {
            if c.is_v2() {
                c.user_cpuif_write(vcpu, offset, value);
            }
        });
    }

    /// `KVM_HAS_DEVICE_ATTR` of a CPU system register.
    pub fn uaccess_cpu_sysreg_has(&self, reg: u16) -> bool {
        self.lock().user_sysreg_known(reg)
    }

    /// Reads a CPU system register.
    pub fn uaccess_cpu_sysreg_read(&self, vcpu: usize, reg: u16) -> Result<u64, UserError> {
        self.lock().user_sysreg_read(vcpu, reg)
    }

    /// Writes a CPU system register.
    pub fn uaccess_cpu_sysreg_write(&self, vcpu: usize, reg: u16, value: u64) -> Result<(), UserError> {
        self.written_from_outside(vcpu);
        self.with(|c| c.user_sysreg_write(vcpu, reg, value))
    }

    /// Line levels of the 32 interrupts from `intid`, a multiple of 32.
    pub fn uaccess_line_level_read(&self, vcpu: usize, intid: u32) -> Result<u32, UserError> {
        self.lock().line_levels(vcpu, intid)
    }

    /// Sets the line levels of 32 interrupts.
    pub fn uaccess_line_level_write(&self, vcpu: usize, intid: u32, levels: u32) -> Result<(), UserError> {
        self.written_from_outside(vcpu);
        self.with(|c| c.set_line_levels(vcpu, intid, levels))
    }

    fn user_read(&self, frame: Frame, vcpu: usize, offset: u64) -> u32 {
        let core = self.lock();
        core.locate(frame, By::User, vcpu, offset, 4).map_or(0, |access| core.read(access) as u32)
    }

    fn user_write(&self, frame: Frame, vcpu: usize, offset: u64, value: u32) -> Result<(), UserError> {
        self.with(|c| match c.locate(frame, By::User, vcpu, offset, 4) {
            Some(access) => {
                c.write(access, u64::from(value))?;
                self.steady.publish(c);
                Ok(())
            }
            None => Ok(()),
        })
    }
}
