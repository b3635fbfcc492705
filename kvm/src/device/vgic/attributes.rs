//! KVM_{HAS,GET,SET}_DEVICE_ATTR of a GIC: groups, addressing of vCPUs, order of the checks (`vgic_v2_attr_regs_access`,
//! `vgic_v3_attr_regs_access` and their callers). What a register holds is `emu::gic`'s.

use std::sync::PoisonError;
use std::sync::atomic::Ordering;

use emu::gic::{GicModel, PRIVATE_IRQS, UserError};

use super::Vgic;
use crate::abi::{DeviceAttr, vgic as abi};
use crate::errno::{EBUSY, EFAULT, EINVAL, ENODEV, ENXIO, Errno};
use crate::vcpu::{Vcpu, stop_all};
use crate::vm::Vm;

/// Offset of a register in its frame.
const OFFSET: u64 = 0xffff_ffff;
const SYSREG: u64 = 0xffff;
const LEVEL_INTID: u64 = 0x3ff;
/// Kinds of KVM_DEV_ARM_VGIC_GRP_LEVEL_INFO; there is only the line level.
const LEVEL_KIND: u64 = 0xffff_fc00;
const GICD_IIDR: u64 = 0x8;
const GICD_TYPER2: u64 = 0xc;
const GICC_DIR: u64 = 0x1000;

/// A register's address: the vCPU, and the group that the attribute names.
#[derive(Clone, Copy)]
struct Register {
    vcpu: usize,
    group: u32,
    attr: u64,
}

impl Vgic {
    /// Bytes that the attribute's address points to; the errno if there is no such group, or no such vCPU.
    pub fn payload_size(&self, vm: &Vm, attr: &DeviceAttr) -> Result<usize, Errno> {
        match attr.group {
            abi::GRP_CTRL => Ok(0),
            abi::GRP_ADDR => Ok(8),
            abi::GRP_NR_IRQS => Ok(4),
            // Their values are looked at last.
            abi::GRP_CPU_SYSREGS => self.register(vm, attr).and_then(|_| if self.initialised() { Ok(8) } else { Err(EBUSY) }),
            _ => self.register(vm, attr).map(|_| 4),
        }
    }

    pub fn has_attr(&self, vm: &Vm, attr: &DeviceAttr) -> Result<(), Errno> {
        let exists = match attr.group {
            abi::GRP_ADDR => self.frames().has(attr.attr),
            abi::GRP_NR_IRQS => true,
            abi::GRP_CTRL => self.has_control(attr.attr),
            abi::GRP_LEVEL_INFO => self.has_group(vm, attr.group) && attr.attr & LEVEL_KIND == 0,
            abi::GRP_MAINT_IRQ => self.has_group(vm, attr.group),
            _ => self.has_register(vm, self.register(vm, attr)?),
        };
        if exists { Ok(()) } else { Err(ENXIO) }
    }

    /// `given` is what user space's memory held, for the attribute that reads it.
    pub fn get_attr(&self, vm: &Vm, attr: &DeviceAttr, given: u64) -> Result<u64, Errno> {
        match attr.group {
            abi::GRP_ADDR => self.frames().get(attr.attr, given).map_err(not_an_attribute),
            abi::GRP_NR_IRQS => Ok(self.irq_count().into()),
            abi::GRP_CTRL => Err(ENXIO),
            _ => {
                let register = self.register(vm, attr)?;
                let vcpus = vm.vcpus();
                let _stopped = stop_all(&vcpus)?;
                self.read_register(vm, register)
            }
        }
    }

    pub fn set_attr(&self, vm: &Vm, attr: &DeviceAttr, value: u64) -> Result<(), Errno> {
        match attr.group {
            abi::GRP_ADDR => self.set_address(attr.attr, value).map_err(not_an_attribute),
            abi::GRP_NR_IRQS => self.set_irq_count(value as u32),
            abi::GRP_CTRL => self.control(vm, attr.attr),
            _ => {
                let register = self.register(vm, attr)?;
                let vcpus = vm.vcpus();
                let _stopped = stop_all(&vcpus)?;
                self.write_register(vm, register, value)
            }
        }
    }

    /// KVM_DEV_ARM_VGIC_GRP_ADDR and KVM_ARM_SET_DEVICE_ADDR; ENODEV for another model's frame.
    pub fn set_address(&self, kind: u64, value: u64) -> Result<(), Errno> {
        self.frames.write().unwrap_or_else(PoisonError::into_inner).set(kind, value)?;
        self.publish_last_redistributors();
        Ok(())
    }

    fn set_irq_count(&self, count: u32) -> Result<(), Errno> {
        if !(64..=1023).contains(&count) || !count.is_multiple_of(32) {
            return Err(EINVAL);
        }
        let _no_initialisation = crate::vm::lock(&self.initialising);
        let unset = self.spis.compare_exchange(0, count - PRIVATE_IRQS, Ordering::SeqCst, Ordering::SeqCst);
        unset.map(|_| ()).map_err(|_| EBUSY)
    }

    fn has_control(&self, attr: u64) -> bool {
        attr == abi::CTRL_INIT || (attr == abi::CTRL_SAVE_PENDING_TABLES && self.model == GicModel::V3)
    }

    fn control(&self, vm: &Vm, attr: u64) -> Result<(), Errno> {
        match attr {
            abi::CTRL_INIT => self.initialise(vm),
            abi::CTRL_SAVE_PENDING_TABLES if self.model == GicModel::V3 => {
                let vcpus = vm.vcpus();
                let _stopped = stop_all(&vcpus)?;
                self.gic().ok_or(ENXIO)?.save_pending_tables().map_err(|_| EFAULT)
            }
            _ => Err(ENXIO),
        }
    }

    /// Groups of registers that the model has on this kernel.
    fn has_group(&self, vm: &Vm, group: u32) -> bool {
        match (self.model, group) {
            (_, abi::GRP_DIST_REGS) | (GicModel::V2, abi::GRP_CPU_REGS) => true,
            (GicModel::V3, abi::GRP_REDIST_REGS | abi::GRP_CPU_SYSREGS | abi::GRP_LEVEL_INFO) => true,
            (GicModel::V3, abi::GRP_MAINT_IRQ) => vm.host.personality.traits().gic.maintenance_irq,
            _ => false,
        }
    }

    /// `vgic_v2_parse_attr`, `vgic_v3_parse_attr`
    fn register(&self, vm: &Vm, attr: &DeviceAttr) -> Result<Register, Errno> {
        if !self.has_group(vm, attr.group) {
            return Err(ENXIO);
        }
        let vcpus = vm.vcpus();
        let upper = attr.attr >> 32;
        let vcpu = match (self.model, attr.group) {
            (GicModel::V2, _) => vcpus.iter().enumerate().position(|(place, vcpu)| Vgic::number(vm, place, vcpu) == upper & 0xff),
            // Not of a vCPU; older user space leaves the affinity out.
            (GicModel::V3, abi::GRP_DIST_REGS) => vcpus.first().map(|_| 0),
            (GicModel::V3, _) => {
                let affinity = (upper >> 24) << 32 | upper & 0xff_ffff;
                vcpus.iter().position(|vcpu| vcpu.mpidr & 0xff_00ff_ffff == affinity)
            }
        };
        Ok(Register { vcpu: vcpu.ok_or(EINVAL)?, group: attr.group, attr: attr.attr })
    }

    /// What the attributes of a GICv2 call a vCPU.
    pub fn number(vm: &Vm, place: usize, vcpu: &Vcpu) -> u64 {
        if vm.host.personality.traits().gic.attributes_by_id { vcpu.id } else { place as u64 }
    }

    fn has_register(&self, vm: &Vm, register: Register) -> bool {
        let offset = register.attr & OFFSET;
        match register.group {
            abi::GRP_DIST_REGS => self.config(vm).has_register(false, offset),
            abi::GRP_REDIST_REGS => self.config(vm).has_register(true, offset),
            abi::GRP_CPU_REGS if offset == GICC_DIR => vm.host.personality.traits().gic.deactivate_register,
            abi::GRP_CPU_REGS => emu::gic::cpu_interface_register_exists(offset),
            _ => emu::gic::cpu_system_register_exists((register.attr & SYSREG) as u16),
        }
    }

    /// What a GICv3 answers before it is initialised, on kernels where it does.
    fn early_register(&self, vm: &Vm, register: Register) -> Option<u64> {
        let offset = register.attr & OFFSET;
        let known = register.group == abi::GRP_DIST_REGS && matches!(offset, GICD_IIDR | GICD_TYPER2);
        if self.initialised() || !known || !vm.host.personality.traits().gic.early_identity || self.model == GicModel::V2 {
            return None;
        }
        Some(if offset == GICD_IIDR { emu::gic::distributor_identity(self.revision.load(Ordering::SeqCst)).into() } else { 0 })
    }

    fn read_register(&self, vm: &Vm, register: Register) -> Result<u64, Errno> {
        if let Some(value) = self.early_register(vm, register) {
            return Ok(value);
        }
        if register.group == abi::GRP_MAINT_IRQ {
            return Ok(self.maintenance_irq.load(Ordering::SeqCst).into());
        }
        let gic = self.ready_on_demand(vm)?;
        let (vcpu, offset) = (register.vcpu, register.attr & OFFSET);
        match register.group {
            abi::GRP_DIST_REGS => Ok(gic.uaccess_dist_read(vcpu, offset).into()),
            abi::GRP_REDIST_REGS => Ok(gic.uaccess_redist_read(vcpu, offset).into()),
            abi::GRP_CPU_REGS => Ok(gic.uaccess_cpuif_read(vcpu, offset).into()),
            abi::GRP_LEVEL_INFO => gic.uaccess_line_level_read(vcpu, line_levels(register)?).map(u64::from).map_err(|_| EINVAL),
            // KVM_DEV_ARM_VGIC_GRP_CPU_SYSREGS: there is no other.
            _ => {
                let encoding = (register.attr & SYSREG) as u16;
                gic.uaccess_cpu_sysreg_read(vcpu, encoding).map_err(|error| sysreg_errno(vm, error))
            }
        }
    }

    fn write_register(&self, vm: &Vm, register: Register, value: u64) -> Result<(), Errno> {
        if let Some(old) = self.early_register(vm, register) {
            return self.write_early(vm, register, old as u32, value as u32);
        }
        if register.group == abi::GRP_MAINT_IRQ {
            return self.set_maintenance_irq(value as u32);
        }
        let gic = self.ready_on_demand(vm)?;
        let (vcpu, offset, word) = (register.vcpu, register.attr & OFFSET, value as u32);
        match register.group {
            abi::GRP_DIST_REGS => gic.uaccess_dist_write(vcpu, offset, word).map_err(|_| match offset {
                GICD_TYPER2 if vm.host.personality.traits().gic.early_identity => EBUSY,
                _ => EINVAL,
            }),
            abi::GRP_REDIST_REGS => gic.uaccess_redist_write(vcpu, offset, word).map_err(|_| EINVAL),
            abi::GRP_CPU_REGS => {
                gic.uaccess_cpuif_write(vcpu, offset, word);
                Ok(())
            }
            abi::GRP_LEVEL_INFO => gic.uaccess_line_level_write(vcpu, line_levels(register)?, word).map_err(|_| EINVAL),
            _ => {
                let encoding = (register.attr & SYSREG) as u16;
                gic.uaccess_cpu_sysreg_write(vcpu, encoding, value).map_err(|error| sysreg_errno(vm, error))
            }
        }
    }

    /// Before the initialisation only.
    fn set_maintenance_irq(&self, number: u32) -> Result<(), Errno> {
        if self.initialised() {
            return Err(EBUSY);
        }
        if !(16..PRIVATE_IRQS).contains(&number) {
            return Err(EINVAL);
        }
        self.maintenance_irq.store(number, Ordering::SeqCst);
        Ok(())
    }

    /// GICD_IIDR selects a revision; GICD_TYPER2 has nothing to select without GICv4.1.
    fn write_early(&self, vm: &Vm, register: Register, old: u32, word: u32) -> Result<(), Errno> {
        if register.attr & OFFSET == GICD_TYPER2 {
            return if word == old { Ok(()) } else { Err(EINVAL) };
        }
        let revision = self.config(vm).accepted_revision(self.revision.load(Ordering::SeqCst), word).map_err(|_| EINVAL)?;
        self.revision.store(revision, Ordering::SeqCst);
        Ok(())
    }
}

/// The first of 32 interrupts whose levels are asked for.
fn line_levels(register: Register) -> Result<u32, Errno> {
    if register.attr & LEVEL_KIND != 0 { Err(EINVAL) } else { Ok((register.attr & LEVEL_INTID) as u32) }
}

fn sysreg_errno(vm: &Vm, error: UserError) -> Errno {
    match error {
        UserError::UnknownRegister => vm.host.personality.traits().gic.unknown_register,
        UserError::InvalidValue => EINVAL,
    }
}

/// Another model's address attribute is none of this device.
fn not_an_attribute(errno: Errno) -> Errno {
    if errno == ENODEV { ENXIO } else { errno }
}
