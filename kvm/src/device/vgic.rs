//! The in-kernel GIC as a KVM device: configuration by attributes, guest MMIO, and the wires to the vCPUs. How a GIC behaves
//! is `emu::gic`'s; register groups for save and restore are not here yet.

use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};

use emu::cpu::{Attention, VcpuSignal};
use emu::gic::{Gic, GicModel, Notify};
use emu::sys::InterruptPort;
use emu::timer::TimerId;

use crate::abi::{DeviceAttr, vgic as abi};
use crate::errno::{E2BIG, EBUSY, EEXIST, EINVAL, ENXIO, Errno};
use crate::idregs::VgicKind;
use crate::vm::Vm;

const UNSET: u64 = u64::MAX;
const DIST_SIZE: u64 = 0x1_0000;
const REDIST_SIZE: u64 = 0x2_0000;
const V2_DIST_SIZE: u64 = 0x1000;
const V2_CPU_SIZE: u64 = 0x2000;
/// What a GIC has when user space does not set NR_IRQS.
const DEFAULT_IRQS: u64 = 64;

/// An in-kernel GIC.
pub(crate) struct Vgic {
    model: GicModel,
    dist_base: AtomicU64,
    /// Redistributors (v3) or CPU interface (v2).
    cpu_base: AtomicU64,
    irqs: AtomicU64,
    gic: OnceLock<Arc<Gic>>,
}

/// Wires the GIC's outputs to the vCPUs' attention bits.
struct Wires(Vec<Arc<VcpuSignal>>);

impl Notify for Wires {
    fn irq_changed(&self, vcpu: usize, irq: bool, fiq: bool) {
        let Some(signal) = self.0.get(vcpu) else { return };
        for (attention, level) in [(Attention::Irq, irq), (Attention::Fiq, fiq)] {
            if level { signal.set(attention) } else { signal.clear(attention) }
        }
    }
}

/// A guest access to a GIC register frame.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Frame {
    Distributor(u64),
    Redistributor(usize, u64),
    CpuInterface(u64),
}

impl Vgic {
    pub fn new(_vm: &Vm, v2: bool) -> Result<Vgic, Errno> {
        let model = if v2 { GicModel::V2 } else { GicModel::V3 };
        Ok(Vgic {
            model,
            dist_base: AtomicU64::new(UNSET),
            cpu_base: AtomicU64::new(UNSET),
            irqs: AtomicU64::new(UNSET),
            gic: OnceLock::new(),
        })
    }

    pub fn kind(&self) -> VgicKind {
        if self.model == GicModel::V2 { VgicKind::V2 } else { VgicKind::V3 }
    }

    pub fn vcpu_limit(&self) -> u64 {
        if self.model == GicModel::V2 { 8 } else { crate::abi::MAX_VCPUS }
    }

    pub fn initialised(&self) -> bool {
        self.gic.get().is_some()
    }

    pub fn set_line(&self, vcpu: Option<usize>, number: u32, level: bool) -> Result<(), Errno> {
        let gic = self.gic.get().ok_or(EBUSY)?;
        gic.set_line(vcpu, number, level).map_err(|_| EINVAL)
    }

    /// First-run check (`kvm_vgic_map_resources`): the frames must be placed, and a v3 initialised.
    pub fn check_ready(&self, vm: &Vm) -> Result<(), Errno> {
        if self.gic.get().is_none() {
            if self.model == GicModel::V3 {
                return Err(EBUSY);
            }
            self.initialise(vm)?;
        }
        if self.dist_base.load(Ordering::SeqCst) == UNSET || self.cpu_base.load(Ordering::SeqCst) == UNSET { Err(ENXIO) } else { Ok(()) }
    }

    pub fn set_attr(&self, vm: &Vm, attr: &DeviceAttr, value: u64) -> Result<(), Errno> {
        match (attr.group, attr.attr) {
            (abi::GRP_ADDR, kind) => self.set_address(vm, kind, value),
            (abi::GRP_NR_IRQS, _) => {
                let irqs = value & 0xffff_ffff;
                if !(64..=1024).contains(&irqs) || !irqs.is_multiple_of(32) {
                    return Err(EINVAL);
                }
                if self.initialised() || self.irqs.load(Ordering::SeqCst) != UNSET {
                    return Err(EBUSY);
                }
                self.irqs.store(irqs, Ordering::SeqCst);
                Ok(())
            }
            (abi::GRP_CTRL, abi::CTRL_INIT) => self.initialise(vm),
            _ => Err(ENXIO),
        }
    }

    /// The attributes that [`Self::set_attr`] knows.
    pub fn has_attr(&self, attr: &DeviceAttr) -> Result<(), Errno> {
        match (attr.group, attr.attr) {
            (abi::GRP_ADDR, kind) => self.frame_of(kind).map(|_| ()),
            (abi::GRP_NR_IRQS, _) | (abi::GRP_CTRL, abi::CTRL_INIT) => Ok(()),
            _ => Err(ENXIO),
        }
    }

    pub fn get_attr(&self, attr: &DeviceAttr) -> Result<u64, Errno> {
        match attr.group {
            abi::GRP_ADDR => Ok(self.frame_of(attr.attr)?.0.load(Ordering::SeqCst)),
            abi::GRP_NR_IRQS => Ok(self.irq_count()),
            _ => Err(ENXIO),
        }
    }

    fn irq_count(&self) -> u64 {
        match self.irqs.load(Ordering::SeqCst) {
            UNSET => DEFAULT_IRQS,
            irqs => irqs,
        }
    }

    /// The cell of an address attribute, with its alignment and size.
    fn frame_of(&self, kind: u64) -> Result<(&AtomicU64, u64, u64), Errno> {
        match (self.model, kind) {
            (GicModel::V2, abi::V2_ADDR_TYPE_DIST) => Ok((&self.dist_base, 0x1000, V2_DIST_SIZE)),
            (GicModel::V2, abi::V2_ADDR_TYPE_CPU) => Ok((&self.cpu_base, 0x1000, V2_CPU_SIZE)),
            (GicModel::V3, abi::V3_ADDR_TYPE_DIST) => Ok((&self.dist_base, 0x1_0000, DIST_SIZE)),
            (GicModel::V3, abi::V3_ADDR_TYPE_REDIST) => Ok((&self.cpu_base, 0x1_0000, REDIST_SIZE)),
            _ => Err(ENXIO),
        }
    }

    fn set_address(&self, vm: &Vm, kind: u64, base: u64) -> Result<(), Errno> {
        let (cell, alignment, size) = self.frame_of(kind)?;
        if cell.load(Ordering::SeqCst) != UNSET {
            return Err(EEXIST);
        }
        if !base.is_multiple_of(alignment) {
            return Err(EINVAL);
        }
        if base.checked_add(size).is_none_or(|end| end > 1 << vm.ipa_bits) {
            return Err(E2BIG);
        }
        cell.store(base, Ordering::SeqCst);
        Ok(())
    }

    fn initialise(&self, vm: &Vm) -> Result<(), Errno> {
        if self.initialised() {
            return Ok(());
        }
        let vcpus = vm.vcpus();
        if vcpus.is_empty() {
            return Err(ENXIO);
        }
        let mpidrs: Vec<u64> = vcpus.iter().map(|vcpu| vcpu.mpidr).collect();
        let wires = Wires(vcpus.iter().map(|vcpu| vcpu.signal.clone()).collect());
        let gic = Gic::new(self.model, &mpidrs, self.irq_count() as u32, Arc::new(wires)).map_err(|_| EINVAL)?;
        let gic = Arc::new(gic);
        self.gic.set(gic.clone()).map_err(|_| EBUSY)?;
        let v3 = self.model == GicModel::V3;
        for (index, vcpu) in vcpus.iter().enumerate() {
            vcpu.connect(Box::new(Port { gic: gic.clone(), index, registers: v3, timer_irqs: vm.timer_irqs.clone() }));
        }
        Ok(())
    }

    /// The frame that a guest physical address lies in.
    pub fn locate(&self, address: u64, vcpus: usize) -> Option<Frame> {
        let (dist, cpu) = (self.dist_base.load(Ordering::Relaxed), self.cpu_base.load(Ordering::Relaxed));
        let (dist_size, cpu_size) = match self.model {
            GicModel::V2 => (V2_DIST_SIZE, V2_CPU_SIZE),
            GicModel::V3 => (DIST_SIZE, REDIST_SIZE * vcpus as u64),
        };
        if dist != UNSET && address.wrapping_sub(dist) < dist_size {
            return Some(Frame::Distributor(address - dist));
        }
        if cpu == UNSET || address.wrapping_sub(cpu) >= cpu_size {
            return None;
        }
        let offset = address - cpu;
        Some(match self.model {
            GicModel::V2 => Frame::CpuInterface(offset),
            GicModel::V3 => Frame::Redistributor((offset / REDIST_SIZE) as usize, offset % REDIST_SIZE),
        })
    }

    pub fn mmio_read(&self, vcpu: usize, frame: Frame, size: u8) -> u64 {
        let Some(gic) = self.gic.get() else { return 0 };
        match frame {
            Frame::Distributor(offset) => gic.dist_read(vcpu, offset, size),
            Frame::Redistributor(owner, offset) => gic.redist_read(owner, offset, size),
            Frame::CpuInterface(offset) => gic.cpuif_read(vcpu, offset, size),
        }
    }

    pub fn mmio_write(&self, vcpu: usize, frame: Frame, size: u8, value: u64) {
        let Some(gic) = self.gic.get() else { return };
        match frame {
            Frame::Distributor(offset) => gic.dist_write(vcpu, offset, size, value),
            Frame::Redistributor(owner, offset) => gic.redist_write(owner, offset, size, value),
            Frame::CpuInterface(offset) => gic.cpuif_write(vcpu, offset, size, value),
        }
    }
}

/// A vCPU's connection to the GIC.
struct Port {
    gic: Arc<Gic>,
    index: usize,
    /// The CPU interface is system registers (v3).
    registers: bool,
    /// PPIs of the timers.
    timer_irqs: Arc<[AtomicU32; 4]>,
}

impl InterruptPort for Port {
    fn has_registers(&self) -> bool {
        self.registers
    }

    fn read(&mut self, encoding: u16) -> Option<u64> {
        self.gic.sysreg_read(self.index, encoding)
    }

    fn write(&mut self, encoding: u16, value: u64) -> Option<()> {
        self.gic.sysreg_write(self.index, encoding, value)
    }

    fn timer_line(&mut self, timer: TimerId, level: bool) {
        let number = self.timer_irqs[timer as usize].load(Ordering::Relaxed);
        // These numbers are PPIs of an existing vCPU, which the GIC always has.
        let _ = self.gic.set_line(Some(self.index), number, level);
    }
}
