//! KVM_IRQ_LINE: which vCPU's line, or which of the GIC's, a number means. What a GIC makes of its lines is `emu::gic`'s.

use std::sync::Arc;

use super::{Vm, VmFd};
use crate::errno::{EINVAL, ENXIO, Errno};
use crate::vcpu::Vcpu;

impl Vm {
    /// The position of the vCPU that KVM_IRQ_LINE calls by a number (`kvm_vm_ioctl_irq_line`).
    fn line_target(&self, vcpus: &[Arc<Vcpu>], number: usize) -> Option<usize> {
        if self.host.personality.traits().gic.vcpus_by_id {
            return vcpus.iter().position(|vcpu| vcpu.id == number as u64);
        }
        (number < vcpus.len()).then_some(number)
    }

    /// The same for a private interrupt; a position that is none is the GIC's to refuse. What is found by its position is handed on by its id,
    /// which is taken for a position again (`kvm_vgic_inject_irq`).
    fn private_line_target(&self, number: usize) -> Option<usize> {
        let vcpus = self.vcpus();
        let found = self.line_target(&vcpus, number)?;
        let rules = &self.host.personality.traits().gic;
        if rules.vcpus_by_id {
            return Some(found);
        }
        let position = vcpus.get(found)?.id as usize;
        Some(if rules.positions_clamped && position >= vcpus.len() { 0 } else { position })
    }
}

impl VmFd {
    /// KVM_IRQ_LINE for a private or shared interrupt of the in-kernel GIC: type, vCPU and number are in `irq`.
    ///
    /// # Errors
    /// ENXIO without an in-kernel GIC, EINVAL for a number out of range, EBUSY for a GICv3 that is not initialised: since 7.2 whatever the number.
    pub fn set_irq_line(&self, irq: u32, level: bool) -> Result<(), Errno> {
        let vcpu = (irq >> 16 & 0xff) | (irq >> 28 & 0xf) << 8;
        let number = irq & 0xffff;
        let vgic = self.vm.vgic.get();
        match irq >> 24 & 0xf {
            0 if vgic.is_some() => Err(ENXIO),
            0 => {
                let vcpus = self.vm.vcpus();
                let target = self.vm.line_target(&vcpus, vcpu as usize).and_then(|target| vcpus.get(target)).ok_or(EINVAL)?;
                target.set_cpu_line(number, level)
            }
            kind @ (1 | 2) => {
                let vgic = vgic.ok_or(ENXIO)?;
                if self.vm.host.personality.traits().gic.line_needs_it_first {
                    vgic.make_ready(&self.vm)?;
                }
                let private = kind == 2;
                if private != (16..32).contains(&number) || (!private && number < 32) {
                    return Err(EINVAL);
                }
                let target = if private { Some(self.vm.private_line_target(vcpu as usize).ok_or(EINVAL)?) } else { None };
                vgic.set_line(&self.vm, target, number, level)
            }
            _ => Err(EINVAL),
        }
    }
}
