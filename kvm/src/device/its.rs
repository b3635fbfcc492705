//! The ITS as a KVM device: its frame, its attributes, KVM_SIGNAL_MSI. What commands and tables mean is `emu::gic::its`'s.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use emu::gic::Gic;
use emu::gic::its::{FRAME_SIZE, Its, ItsError};

use super::vgic::check_placement;
use crate::abi::{DeviceAttr, its as abi};
use crate::errno::{EBUSY, EEXIST, EFAULT, EINVAL, ENODEV, ENXIO, Errno};
use crate::vcpu::{Vcpu, stop_all};
use crate::vm::Vm;

/// What user space reads of an address that it has not set.
const UNDEFINED: u64 = u64::MAX;
const ALIGNMENT: u64 = 0x1_0000;
/// GITS_TYPER: registers from here to [`IDENTITY`] are 64 bits wide.
const TYPER: u64 = 0x8;
const IDENTITY: u64 = 0xffd0;

/// An in-kernel ITS.
pub(crate) struct VgicIts {
    base: AtomicU64,
    its: Its,
}

impl VgicIts {
    pub fn new(vm: &Vm) -> VgicIts {
        let rules = vm.host.personality.traits().gic.its;
        VgicIts { base: AtomicU64::new(UNDEFINED), its: Its::new(vm.memory.clone(), rules) }
    }

    /// A vCPU joins the VM, or was there when the ITS came.
    pub fn add_vcpu(&self, vm: &Vm, vcpu: &Vcpu) {
        let ids = vm.host.personality.traits().gic.vcpus_by_id;
        self.its.add_processor(if ids { vcpu.id as u32 } else { vcpu.index as u32 });
    }

    /// Connects the GIC, once there is one.
    pub fn connect(&self, gic: Arc<Gic>) {
        self.its.connect(gic);
    }

    /// The offset of a guest physical address in the frame.
    pub fn locate(&self, address: u64) -> Option<u64> {
        let base = self.base.load(Ordering::Relaxed);
        Some(address.wrapping_sub(base)).filter(|&offset| base != UNDEFINED && offset < FRAME_SIZE)
    }

    pub fn read(&self, offset: u64, size: u8) -> u64 {
        self.its.read(offset, size)
    }

    pub fn write(&self, offset: u64, size: u8, value: u64) {
        self.its.write(offset, size, value);
    }

    /// Whether a message's address is this one's (`__vgic_doorbell_to_its`), and delivering it: false when the guest blocks it.
    pub fn signal(&self, device: u32, event: u32) -> Result<bool, Errno> {
        self.its.signal(device, event).map_err(|error| errno(&error))
    }

    pub fn payload_size(attr: &DeviceAttr) -> Result<usize, Errno> {
        match attr.group {
            abi::GRP_CTRL => Ok(0),
            abi::GRP_ADDR if attr.attr != abi::ADDR_TYPE => Err(ENODEV),
            abi::GRP_ADDR | abi::GRP_REGS => Ok(8),
            _ => Err(ENXIO),
        }
    }

    pub fn has_attr(attr: &DeviceAttr) -> Result<(), Errno> {
        let exists = match attr.group {
            abi::GRP_ADDR => attr.attr == abi::ADDR_TYPE,
            abi::GRP_CTRL => matches!(attr.attr, abi::CTRL_INIT | abi::CTRL_SAVE_TABLES | abi::CTRL_RESTORE_TABLES | abi::CTRL_RESET),
            abi::GRP_REGS => {
                VgicIts::check_alignment(attr.attr)?;
                Its::has_register(attr.attr)
            }
            _ => false,
        };
        if exists { Ok(()) } else { Err(ENXIO) }
    }

    pub fn get_attr(&self, vm: &Vm, attr: &DeviceAttr) -> Result<u64, Errno> {
        VgicIts::payload_size(attr)?;
        match attr.group {
            abi::GRP_ADDR => Ok(self.base.load(Ordering::SeqCst)),
            abi::GRP_REGS => self.with_register(vm, attr.attr, || self.its.user_read(attr.attr)),
            _ => Err(ENXIO),
        }
    }

    pub fn set_attr(&self, vm: &Vm, attr: &DeviceAttr, value: u64) -> Result<(), Errno> {
        VgicIts::payload_size(attr)?;
        match attr.group {
            abi::GRP_ADDR => {
                let placed = self.base.load(Ordering::SeqCst) != UNDEFINED;
                check_placement(vm.host.personality.traits().gic.frames, placed, value, ALIGNMENT, FRAME_SIZE, vm.ipa_bits)?;
                self.base.store(value, Ordering::SeqCst);
                vm.its_changed();
                Ok(())
            }
            abi::GRP_REGS => self.with_register(vm, attr.attr, || self.its.user_write(attr.attr, value)),
            _ => self.control(vm, attr.attr),
        }
    }

    fn check_alignment(offset: u64) -> Result<(), Errno> {
        let alignment = if (TYPER..IDENTITY).contains(&offset) { 8 } else { 4 };
        if offset.is_multiple_of(alignment) { Ok(()) } else { Err(EINVAL) }
    }

    /// `vgic_its_attr_regs_access`
    fn with_register<R>(&self, vm: &Vm, offset: u64, access: impl FnOnce() -> Result<R, ItsError>) -> Result<R, Errno> {
        VgicIts::check_alignment(offset)?;
        let vcpus = vm.vcpus();
        let _stopped = stop_all(&vcpus)?;
        if self.base.load(Ordering::SeqCst) == UNDEFINED {
            return Err(ENXIO);
        }
        access().map_err(|error| errno(&error))
    }

    /// `vgic_its_ctrl`
    fn control(&self, vm: &Vm, attr: u64) -> Result<(), Errno> {
        if attr == abi::CTRL_INIT {
            return Ok(());
        }
        let vcpus = vm.vcpus();
        let _stopped = stop_all(&vcpus)?;
        match attr {
            abi::CTRL_RESET => {
                self.its.reset();
                Ok(())
            }
            abi::CTRL_SAVE_TABLES => self.its.save_tables().map_err(|error| errno(&error)),
            abi::CTRL_RESTORE_TABLES => self.its.restore_tables().map_err(|error| errno(&error)),
            _ if vm.host.personality.traits().gic.its_control_checked => Err(ENXIO),
            _ => Ok(()),
        }
    }
}

fn errno(error: &ItsError) -> Errno {
    match error {
        ItsError::NoRegister => ENXIO,
        ItsError::Invalid => EINVAL,
        ItsError::Busy => EBUSY,
        ItsError::Duplicate => EEXIST,
        ItsError::Memory(_) => EFAULT,
    }
}
